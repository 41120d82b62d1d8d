"""Agreement statistics, against published worked examples and scikit-learn."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, balanced_accuracy_score, cohen_kappa_score
from statsmodels.stats.inter_rater import cohens_kappa as statsmodels_kappa

from deepspine.data.agreement import (
    AGREEMENT_STATISTICS,
    PatientDraws,
    Weights,
    accuracy,
    class_average_accuracy,
    cohen_kappa,
    count_pairs,
    count_pairs_by_patient,
    gwet_ac,
    patient_bootstrap,
    percentile_interval,
    positive_predictive_value,
    sensitivity,
    specificity,
    two_sided_p,
)

readings = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=60)


@pytest.mark.filterwarnings("ignore:y_pred contains classes not in y_true")
@pytest.mark.filterwarnings("ignore:A single label was found")
@given(readings)
def test_figures_equal_scikit_learn(pairs: list[tuple[int, int]]) -> None:
    reference, predicted = zip(*pairs, strict=True)
    counts = count_pairs(reference, predicted, 4)
    assert np.isclose(accuracy(counts), accuracy_score(reference, predicted))
    assert np.isclose(class_average_accuracy(counts), balanced_accuracy_score(reference, predicted))
    if len(set(reference) | set(predicted)) > 1:
        for weights, name in ((Weights.IDENTITY, None), (Weights.LINEAR, "linear"), (Weights.QUADRATIC, "quadratic")):
            expected = cohen_kappa_score(reference, predicted, labels=[0, 1, 2, 3], weights=name)
            assert np.isclose(cohen_kappa(counts, weights), expected)


def test_kappa_of_cohen_1960() -> None:
    """Table 1 of Cohen (1960): proportions of 200 judgements, kappa .492."""
    counts = np.array([[88, 14, 18], [10, 40, 10], [2, 6, 12]])
    assert cohen_kappa(counts).item() == pytest.approx(0.492, abs=5e-4)


def test_ac1_of_gwet_2008() -> None:
    """The table of the kappa paradox (Gwet 2008): 118 agreements of 125 on one grade, kappa below zero, AC1 .941."""
    counts = np.array([[118, 5], [2, 0]])
    assert cohen_kappa(counts).item() == pytest.approx(-0.0234, abs=5e-4)
    assert gwet_ac(counts).item() == pytest.approx(0.941, abs=5e-4)


@pytest.mark.parametrize(
    ("weights", "kappa", "ac"),
    [
        (Weights.IDENTITY, 0.6652465, 0.70628549),
        (Weights.LINEAR, 0.75767244, 0.81388384),
        (Weights.QUADRATIC, 0.83167229, 0.88630842),
    ],
)
def test_kappa_and_ac_equal_irrcac(weights: Weights, kappa: float, ac: float) -> None:
    """Equal to irrCAC 0.4.4, whose pandas pin keeps it in an environment of its own (`pip install irrCAC==0.4.4`).

    The numbers are those of, for each name of weights:

        pairs = [(r, c) for r in range(4) for c in range(4) for _ in range(counts[r, c])]
        cac = CAC(pandas.DataFrame(pairs), weights=name, categories=[0, 1, 2, 3], digits=8)  # irrCAC.raw.CAC
        cac.conger()["est"]["coefficient_value"], cac.gwet()["est"]["coefficient_value"]
    """
    counts = np.array([[44, 5, 1, 0], [6, 20, 4, 1], [0, 3, 12, 2], [1, 0, 2, 9]])
    assert cohen_kappa(counts, weights).item() == pytest.approx(kappa, abs=1e-7)
    assert gwet_ac(counts, weights).item() == pytest.approx(ac, abs=1e-7)


@given(readings)
def test_kappa_equals_statsmodels(pairs: list[tuple[int, int]]) -> None:
    reference, predicted = zip(*pairs, strict=True)
    counts = count_pairs(reference, predicted, 4)
    if len(set(reference) | set(predicted)) > 1:
        expected = statsmodels_kappa(counts, weights=np.arange(4), wt="quadratic", return_results=False)
        assert cohen_kappa(counts, Weights.QUADRATIC).item() == pytest.approx(expected)


def test_ac2_with_quadratic_weights_by_hand() -> None:
    counts = np.array([[10, 2, 0], [1, 5, 1], [0, 1, 4]])
    weights = np.array([[1, 0.75, 0], [0.75, 1, 0.75], [0, 0.75, 1]])
    observed = (counts * weights).sum() / 24
    shares = (counts.sum(0) + counts.sum(1)) / 48
    chance = weights.sum() / 6 * (shares * (1 - shares)).sum()
    assert gwet_ac(counts, Weights.QUADRATIC).item() == pytest.approx((observed - chance) / (1 - chance))


def test_thresholds_split_the_scale() -> None:
    counts = np.array([[50, 5, 0], [4, 10, 6], [1, 2, 22]])
    assert sensitivity(counts, 2).item() == 22 / 25
    assert specificity(counts, 2).item() == 69 / 75
    assert positive_predictive_value(counts, 2).item() == 22 / 28
    assert sensitivity(counts, 1).item() == 40 / 45


@given(readings)
def test_perfect_agreement_is_one(pairs: list[tuple[int, int]]) -> None:
    reference = [first for first, _ in pairs]
    counts = count_pairs(reference, reference, 4)
    assert accuracy(counts) == class_average_accuracy(counts) == 1.0
    for weights in Weights:
        assert gwet_ac(counts, weights) == pytest.approx(1.0)
        kappa = cohen_kappa(counts, weights).item()
        assert kappa == pytest.approx(1.0) or (len(set(reference)) == 1 and math.isnan(kappa))


def test_an_empty_table_is_nan_not_a_crash() -> None:
    empty = np.zeros((4, 4), dtype=int)
    for figure in (accuracy(empty), class_average_accuracy(empty), cohen_kappa(empty), gwet_ac(empty)):
        assert math.isnan(figure.item())
    assert math.isnan(sensitivity(empty, 1).item())
    assert math.isnan(patient_bootstrap(np.zeros((0, 4, 4), dtype=int), accuracy).low)


def test_intervals_draw_patients_not_labels() -> None:
    """Ten patients, each all right or all wrong: a hundred labels each tell no more than one."""
    rng = np.random.default_rng(3)
    right = rng.random(10) < 0.7
    one = np.array([[[r, 1 - r], [0, 0]] for r in right.astype(int)])
    few = patient_bootstrap(one, accuracy)
    many = patient_bootstrap(one * 100, accuracy)
    assert few == many
    assert few.high - few.low > 0.3


def test_the_interval_covers_at_its_rate() -> None:
    rng = np.random.default_rng(0)
    hits = 0
    for trial in range(200):
        right = rng.binomial(5, 0.8, size=60)
        counts = np.array([[[n, 5 - n], [0, 0]] for n in right])
        interval = patient_bootstrap(counts, accuracy, resamples=400, seed=trial)
        hits += interval.low <= 0.8 <= interval.high
    assert 0.90 <= hits / 200 <= 0.99


def test_an_interval_leaves_a_fortieth_of_the_resamples_at_either_end() -> None:
    found = percentile_interval(0.5, np.linspace(0.0, 1.0, 2001))
    assert (found.low, found.high) == (pytest.approx(0.025), pytest.approx(0.975))


def test_counts_by_patient_add_up() -> None:
    patients = ["b", "a", "b", "c"]
    by_patient = count_pairs_by_patient(patients, [0, 1, 2, 3], [0, 1, 1, 3], 4)
    assert by_patient.shape == (3, 4, 4)
    assert (by_patient.sum(axis=0) == count_pairs([0, 1, 2, 3], [0, 1, 1, 3], 4)).all()
    assert by_patient[1].sum() == 2


def test_figures_of_one_draw_equal_those_of_separate_ones() -> None:
    counts = np.random.default_rng(1).integers(0, 4, size=(30, 4, 4))
    together = PatientDraws.draw(30, seed=5).intervals(counts, AGREEMENT_STATISTICS)
    for name, statistic in AGREEMENT_STATISTICS.items():
        assert together[name] == patient_bootstrap(counts, statistic, seed=5)


def test_p_of_no_change_is_uniform() -> None:
    """Two readings of the same quality: p falls below .05 about one time in twenty."""
    rng = np.random.default_rng(2)
    below = 0
    for trial in range(200):
        draws = PatientDraws.draw(50, resamples=400, seed=trial)
        arms = [rng.binomial(4, 0.8, size=50) for _ in range(2)]
        first, second = (draws.values(np.array([[[n, 4 - n], [0, 0]] for n in arm]), accuracy) for arm in arms)
        below += two_sided_p(first - second) < 0.05
    assert 3 <= below <= 25


def test_p_without_a_defined_resample_is_nan() -> None:
    assert math.isnan(two_sided_p(np.array([np.nan])))
    assert two_sided_p(np.ones(1999)) == pytest.approx(2 / 2000)
