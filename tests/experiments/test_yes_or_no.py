"""Agreement on yes and no, and thresholds that nobody's truth was asked for."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score, roc_auc_score

from deepspine.experiments.yes_or_no import Answers, agreement_row, auc, best_threshold, noted_threshold


def answers(n: int = 40, seed: int = 0) -> Answers:
    rng = np.random.default_rng(seed)
    truth = rng.random(n) < 0.4
    return Answers([f"p{index // 4}" for index in range(n)], truth, rng.random(n) + 0.5 * truth)


def test_auc_is_that_of_scikit_learn_and_lies_in_its_interval() -> None:
    one = answers()
    found = auc(one)
    assert found.value == roc_auc_score(one.truth, one.scores)
    assert found.low < found.value < found.high


def test_auc_of_one_sided_truth_is_not_defined() -> None:
    assert np.isnan(auc(Answers(["a", "b"], np.array([True, True]), np.array([0.1, 0.2]))).value)


def test_halves_hold_all_patients_once() -> None:
    one = answers()
    halves = [one.of_half(half) for half in "AB"]
    assert sorted(halves[0].patients + halves[1].patients) == sorted(one.patients)
    assert not set(halves[0].patients) & set(halves[1].patients)


def test_a_row_names_how_many_were_asked_and_how_many_said_yes() -> None:
    row = agreement_row(answers(), threshold=0.7)
    assert row["n"] == 40
    assert row["yes"] == int(answers().truth.sum())


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 6)), min_size=3, max_size=30))
def test_no_threshold_has_a_higher_kappa_than_the_best(pairs: list[tuple[bool, int]]) -> None:
    truth, scores = np.array([yes for yes, _ in pairs]), np.array([float(score) for _, score in pairs])
    best = best_threshold(truth, scores)
    if truth.all() or not truth.any() or len(np.unique(scores)) == 1:
        return
    own = cohen_kappa_score(truth, scores > best)
    assert all(own >= cohen_kappa_score(truth, scores > other) - 1e-9 for other in np.arange(-0.5, 7) if other != best)


def test_notes_that_mention_half_of_what_is_there_halve_the_threshold_again() -> None:
    """Where a mention's probability is half of the finding's, scores of 0.25 and more mean "more likely than not"."""
    rng = np.random.default_rng(1)
    there = rng.random(4000) < 0.3
    noted = {index: float(one and rng.random() < 0.5) for index, one in enumerate(there)}
    scores = {index: 0.5 * one for index, one in enumerate(there)}
    assert noted_threshold(scores, noted) == pytest.approx(0.25)


def test_without_a_mention_the_threshold_is_a_half() -> None:
    assert noted_threshold({"disc": 0.2}, {"disc": 0.0}) == 0.5
