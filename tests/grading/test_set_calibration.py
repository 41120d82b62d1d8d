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
