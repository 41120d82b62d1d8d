"""Probabilities that mean what they say, and sets that keep their promise."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepspine.data.errors import ConfigError, InputError
from deepspine.data.findings import FINDINGS
from deepspine.data.grade_sets import GradeSet
from deepspine.experiments.calibration_study import MEAN, Cells, calibrated, read_cells, recomputed, run_study
from deepspine.grading.calibration import TemperatureScaling, VectorScaling, ece_if_perfect, out_of_fold
from deepspine.grading.conformal import ConformalSets, Promise
from deepspine.grading.metrics import expected_calibration_error

SHARES = np.array([0.7, 0.15, 0.1, 0.05])


def graded(n: int, *, seed: int = 0, sharpness: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """Return probabilities and truths drawn from them; a sharpness above 1 makes the probabilities over-confident."""
    rng = np.random.default_rng(seed)
    scores = np.log(SHARES) + rng.normal(scale=2.0, size=(n, 4))
    p = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    truth = (rng.random((n, 1)) > p.cumsum(axis=1)).sum(axis=1).clip(0, 3)
    sharp = p**sharpness
    return sharp / sharp.sum(axis=1, keepdims=True), truth


@pytest.mark.parametrize("make", [TemperatureScaling, VectorScaling])
def test_over_confidence_is_mended_and_the_most_probable_grade_hardly_moves(
    make: type[TemperatureScaling] | type[VectorScaling],
) -> None:
    p, truth = graded(4000, sharpness=2.5)
    new, new_truth = graded(4000, seed=1, sharpness=2.5)
    mended = make().fit(p, truth).transform(new)
    assert np.allclose(mended.sum(axis=1), 1.0)
    assert expected_calibration_error(mended, new_truth) < 0.35 * expected_calibration_error(new, new_truth)
    assert (mended.argmax(axis=1) == new.argmax(axis=1)).mean() > 0.9


def test_the_temperature_that_spoiled_the_probabilities_is_found_again() -> None:
    p, truth = graded(20_000, sharpness=2.0)
    assert TemperatureScaling().fit(p, truth).temperature == pytest.approx(2.0, rel=0.05)


def test_a_perfect_grader_shows_the_error_that_its_size_allows() -> None:
    p, truth = graded(3000)
    expected = ece_if_perfect(p)
    assert 0 < expected < 0.03
    assert expected_calibration_error(p, truth) == pytest.approx(expected, abs=0.012)


def test_out_of_fold_probabilities_never_come_from_a_fit_on_their_own_patient() -> None:
    """Truths are noise: a fit on them would betray itself by agreeing with them."""
    rng = np.random.default_rng(0)
    p = rng.dirichlet(np.ones(4), size=300)
    patients = np.repeat(np.arange(30), 10)
    truth = rng.integers(0, 4, size=30)[patients]
    context = np.eye(30)[patients]
    honest = out_of_fold(VectorScaling, p, truth, patients.tolist(), context=context)
    fooled = VectorScaling().fit(p, truth, context).transform(p, context)
    right = [(one.argmax(axis=1) == truth).mean() for one in (honest, fooled)]
    assert right[0] < 0.45 < 0.6 < right[1]


def test_of_few_patients_each_is_a_fold() -> None:
    p, truth = graded(60)
    few = out_of_fold(TemperatureScaling, p, truth, [number % 3 for number in range(60)])
    assert np.allclose(few.sum(axis=1), 1.0)
    others = np.arange(60) % 3 != 0
    expected = TemperatureScaling().fit(p[others], truth[others]).transform(p[~others])
    assert np.allclose(few[~others], expected)


def test_one_patient_cannot_calibrate_out_of_fold() -> None:
    p, truth = graded(10)
    with pytest.raises(InputError, match="two patients or more, got 1"):
        out_of_fold(TemperatureScaling, p, truth, ["p"] * 10)


@pytest.mark.parametrize("promise", Promise)
def test_sets_hold_the_truth_at_the_promised_rate(promise: Promise) -> None:
    p, truth = graded(6000)
    new, new_truth = graded(6000, seed=1)
    masks = ConformalSets.fit(p, truth, alpha=0.1, promise=promise).masks(new)
    held = masks[np.arange(len(new_truth)), new_truth]
    assert held.mean() > 0.885
    if promise.by_class:
        assert min(held[new_truth == grade].mean() for grade in range(4)) > 0.865
    else:
        assert held[new_truth == 3].mean() < 0.85, "marginal sets hide failure on the rare grade"


@given(st.integers(0, 1000), st.sampled_from(list(Promise)), st.floats(0.02, 0.5))
def test_no_set_is_empty_and_ordinal_sets_have_no_gaps(seed: int, promise: Promise, alpha: float) -> None:
    p, truth = graded(200, seed=seed)
    fitted = ConformalSets.fit(p, truth, alpha=alpha, promise=promise, never_empty=True)
    sets = fitted.sets(FINDINGS["canal_stenosis"], p)
    assert all(sets)
    if promise.contiguous:
        assert all(one == GradeSet.between(one.finding, one.lowest, one.highest) for one in sets)


def test_a_grade_that_calibration_never_met_is_never_excluded() -> None:
    p, truth = graded(500)
    fitted = ConformalSets.fit(p[truth < 3], truth[truth < 3], alpha=0.1, promise=Promise.CLASS_CONDITIONAL)
    assert fitted.masks(p)[:, 3].all()


@pytest.mark.parametrize("alpha", [0.0, 1.0, -1.0])
def test_an_impossible_rate_is_refused(alpha: float) -> None:
    with pytest.raises(ConfigError, match="alpha"):
        ConformalSets.fit(*graded(10), alpha=alpha, promise=Promise.MARGINAL)


def test_what_surrounds_a_cell_is_the_grade_elsewhere_at_its_level_and_above_and_below() -> None:
    """One exam whose first site has the grades 0, 2, 0, 1, 0, 0 from level to level, the other two none."""
    level, site = (one.ravel() for one in np.indices((6, 3)))
    truth = np.where(site == 0, np.array([0, 2, 0, 1, 0, 0])[level], 0)
    cells = Cells(np.zeros(18, int), level, site, truth, np.eye(4)[truth])
    elsewhere = cells.context()[:, 6:10].reshape(6, 3, 4)
    on_average, at_level, above_and_below, most = elsewhere[2, 0]
    assert (on_average, at_level, above_and_below, most) == pytest.approx((3 / 17, 0.0, 1.5, 2.0))
    assert elsewhere[0, 0, 2] == pytest.approx(2.0), "the uppermost level has none above it"
    assert elsewhere[3, 1, 1] == pytest.approx(1 / 2)


def test_a_file_of_other_columns_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("a,b\n1,2\n")
    for path in (tmp_path / "x.csv", tmp_path / "none.csv"):
        with pytest.raises(InputError, match="true_LEVEL_SITE"):
            read_cells(path)


def test_published_predictions_are_read_as_their_source_says(real_data: Path) -> None:
    cells = read_cells(real_data / "calibration" / "lumbar-test-pred.csv")
    figures = recomputed(cells)
    expected = {"cells": 8433, "accuracy": 0.797, "mean recall": 0.640, "kappa": 0.588, "kappa quadratic": 0.821}
    assert figures == pytest.approx(expected | {"ECE": 0.096}, abs=6e-4)
    table = run_study(cells, repeats=1)
    conditional = table.loc[(MEAN, "class-conditional", "False")]
    assert conditional["ECE foramen"] < 0.045
    assert min(conditional[f"grade {grade}"] for grade in range(4)) > 0.85
    marginal = table.loc[("raw", "marginal", "False")]
    assert marginal["grade 1"] < 0.82
    assert np.isfinite(calibrated(cells, cells.context(), cells.exam % 2 == 0, MEAN)).all()
