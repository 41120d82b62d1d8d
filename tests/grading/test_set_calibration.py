"""Calibration on sets: it finds what was distorted, and leaves alone what no label decides."""

import numpy as np
import pytest

from deepspine.data.errors import ConfigError
from deepspine.data.geometry import FloatArray
from deepspine.grading.set_calibration import fit_on_sets


def softmax(scores: FloatArray) -> FloatArray:
    weights = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


def test_an_overconfident_biased_grader_becomes_true_again() -> None:
    rng = np.random.default_rng(0)
    scores = rng.normal(scale=1.5, size=(4000, 3))
    true = softmax(scores)
    grade = np.array([rng.choice(3, p=p) for p in true])
    distorted = softmax(2.0 * scores + np.array([1.0, 0.0, -1.0]))
    calibration = fit_on_sets(distorted, np.eye(3, dtype=bool)[grade])
    assert np.abs(calibration.transform(distorted) - true).mean() < 0.02


def test_a_biased_grader_becomes_true_again_although_a_fifth_of_the_labels_is_wrong() -> None:
    rng = np.random.default_rng(2)
    scores = rng.normal(scale=3.0, size=(6000, 4))
    true = softmax(scores)
    grade = np.array([rng.choice(4, p=p) for p in true])
    wrong = rng.random(len(grade)) < 0.2
    grade[wrong] = (grade[wrong] + rng.integers(1, 4, size=wrong.sum())) % 4
    distorted = softmax(0.5 * scores + np.array([1.0, 0.0, -1.0, 0.5]))
    labels = np.eye(4, dtype=bool)[grade]
    off = [
        np.abs(fit_on_sets(distorted, labels, labels_err=err).transform(distorted) - true).mean()
        for err in (True, False)
    ]
    assert off[0] < 0.015
    assert off[1] > 3 * off[0]


def test_sets_move_only_what_they_decide() -> None:
    """None or something: the odds of something change, those among its grades do not."""
    rng = np.random.default_rng(1)
    p = softmax(rng.normal(size=(500, 4)))
    allowed = np.zeros((500, 4), dtype=bool)
    there = rng.random(500) < 0.9
    allowed[there, 1:] = True
    allowed[~there, 0] = True
    calibration = fit_on_sets(p, allowed)
    assert calibration.transform(p)[:, 0].mean() == pytest.approx(0.1, abs=0.02)
    assert np.ptp(calibration.bias[1:]) < 0.3


def test_a_label_without_a_grade_is_refused() -> None:
    with pytest.raises(ConfigError, match="must leave a grade"):
        fit_on_sets(np.full((1, 2), 0.5), np.zeros((1, 2), dtype=bool))
