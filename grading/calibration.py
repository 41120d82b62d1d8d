"""Calibration: make the probabilities of a grader mean what they say.

Temperature scaling (Guo 2017) has one number and cannot mend a network that is over-confident on one grade only; vector
scaling refits the weight of every grade's score. Here vector scaling is a multinomial logistic regression on
log-probabilities, optionally with context: what the grader said of the same patient's other levels and sides.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from deepspine.data.errors import ConfigError, InputError
from deepspine.data.geometry import FloatArray

MIN_PROBABILITY = 1e-6
"""Saturated probabilities are clipped here before their logarithm is taken."""
TEMPERATURES = (0.2, 10.0)
"""Range that is searched."""
PENALTY = 1.0
"""Inverse strength of the ridge of vector scaling, on standardised features; dozens of context features want 0.01."""

Grades = NDArray[np.integer]
"""Indices on a scale."""


class Calibrator(Protocol):
    """Turns probabilities into better ones; fitted on patients that neither training nor test knows."""

    def fit(self, probabilities: FloatArray, truth: Grades, context: FloatArray | None = None) -> Calibrator:
        """Learn from probabilities (labels, grades), true grades (labels,) and context (labels, features)."""

    def transform(self, probabilities: FloatArray, context: FloatArray | None = None) -> FloatArray:
        """Return calibrated probabilities (labels, grades)."""


@dataclass
class TemperatureScaling:
    """Divide scores by one temperature; context is not used."""

    temperature: float = 1.0

    def fit(self, probabilities: FloatArray, truth: Grades, context: FloatArray | None = None) -> TemperatureScaling:
        """Find the temperature of least log loss; arguments as of `Calibrator.fit`."""
        from scipy.optimize import minimize_scalar

        scores = _log(probabilities)

        def log_loss(temperature: float) -> float:
            return float(-np.log(_softmax(scores / temperature)[np.arange(len(truth)), truth]).mean())

        self.temperature = float(minimize_scalar(log_loss, bounds=TEMPERATURES, method="bounded").x)
        return self

    def transform(self, probabilities: FloatArray, context: FloatArray | None = None) -> FloatArray:
        """Return calibrated probabilities (labels, grades)."""
        return _softmax(_log(probabilities) / self.temperature)


class VectorScaling:
    """Multinomial logistic regression on log-probabilities, and on context where there is one.

    Parameters
    ----------
    penalty
        Inverse strength of the ridge.
    """

    def __init__(self, penalty: float = PENALTY) -> None:
        from sklearn.linear_model import LogisticRegression
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler

        self._model = make_pipeline(StandardScaler(), LogisticRegression(C=penalty, max_iter=500))

    def fit(self, probabilities: FloatArray, truth: Grades, context: FloatArray | None = None) -> VectorScaling:
        """Fit on probabilities (labels, grades), true grades (labels,) and context (labels, features)."""
        self._model.fit(_features(probabilities, context), truth)
        return self

    def transform(self, probabilities: FloatArray, context: FloatArray | None = None) -> FloatArray:
        """Return calibrated probabilities (labels, grades); grades that the fit never met keep probability 0."""
        found = np.zeros(probabilities.shape)
        found[:, self._model.classes_] = self._model.predict_proba(_features(probabilities, context))
        return found

    def affine(self, n_grades: int) -> tuple[FloatArray, FloatArray]:
        """Return weights (grades, grades) and bias (grades,) of a fit without context; see `LinearCalibration`."""
        scaler, regression = self._model[0], self._model[-1]
        if regression.coef_.shape[1] != n_grades:
            raise ConfigError(
                f"only a calibrator without context has a map of {n_grades} scores, this one saw "
                f"{regression.coef_.shape[1] - n_grades} further features"
            )
        rows, bias = regression.coef_ / scaler.scale_, regression.intercept_
        bias = bias - rows @ scaler.mean_
        if len(rows) == 1:  # two grades: scikit-learn keeps the odds of the second alone
            rows, bias = np.vstack([np.zeros_like(rows), rows]), np.concatenate([[0.0], bias])
        weights, offsets = np.zeros((n_grades, n_grades)), np.full(n_grades, -np.inf)
        # The fit centred each label's scores; taking the mean off its weights does the same.
        weights[regression.classes_] = rows - rows.mean(axis=1, keepdims=True)
        offsets[regression.classes_] = bias
        return weights, offsets


@dataclass(frozen=True, eq=False)
class LinearCalibration:
    """What temperature and vector scaling without context come to: an affine map of log-probabilities, then softmax.

    Attributes
    ----------
    weights
        From the log-probabilities, clipped at `MIN_PROBABILITY`, to the new scores.
        *Shape:* (grades, grades)
    bias
        Minus infinity for grades that no label ever had.
        *Shape:* (grades,)
    """

    weights: FloatArray
    bias: FloatArray

    @classmethod
    def of(cls, calibrator: TemperatureScaling | VectorScaling, n_grades: int) -> LinearCalibration:
        """Return the affine map of a fitted calibrator that saw no context.

        Raises
        ------
        ConfigError
            When the calibrator saw context.
        """
        if isinstance(calibrator, TemperatureScaling):
            return cls(np.eye(n_grades) / calibrator.temperature, np.zeros(n_grades))
        return cls(*calibrator.affine(n_grades))

    def transform(self, probabilities: FloatArray) -> FloatArray:
        """Return calibrated probabilities; (labels, grades) to (labels, grades)."""
        return _softmax(_log(probabilities) @ self.weights.T + self.bias)


def out_of_fold(
    make: Callable[[], Calibrator],
    probabilities: FloatArray,
    truth: Grades,
    patients: Sequence[object],
    *,
    context: FloatArray | None = None,
    folds: int = 5,
    seed: int = 0,
) -> FloatArray:
    """Return calibrated probabilities of the very labels that calibrate, each from a fit without its patient.

    Conformal thresholds need scores that are as good as those of new patients; a calibrator's own training labels look
    better than that.

    Parameters
    ----------
    make
        Gives an unfitted calibrator.
    probabilities
        *Shape:* (labels, grades)
    truth, patients
        *Shape:* (labels,)
    context
        *Shape:* (labels, features)
    folds
        At most; of fewer patients each is a fold.

    Returns
    -------
    *Shape:* (labels, grades)

    Raises
    ------
    InputError
        When there are fewer than two patients.
    """
    keys, index = np.unique(np.asarray([str(patient) for patient in patients]), return_inverse=True)
    if len(keys) < 2:
        raise InputError(f"calibrating out of fold needs labels of two patients or more, got {len(keys)}")
    fold = np.random.default_rng(seed).permutation(len(keys))[index] % folds
    found = np.zeros(probabilities.shape)
    for one in np.unique(fold):
        held = fold == one
        rest = None if context is None else context[~held]
        own = None if context is None else context[held]
        found[held] = make().fit(probabilities[~held], truth[~held], rest).transform(probabilities[held], own)
    return found


def ece_if_perfect(probabilities: FloatArray, *, repeats: int = 20, seed: int = 0) -> float:
    """Return the calibration error that a perfect grader of these probabilities, (labels, grades), would still show.

    Truths are drawn from the probabilities, `repeats` times: of few labels even these miss them.
    """
    from deepspine.grading.metrics import expected_calibration_error

    rng = np.random.default_rng(seed)
    edges = probabilities.cumsum(axis=1)
    errors = []
    for _ in range(repeats):
        drawn = (rng.random((len(probabilities), 1)) > edges).sum(axis=1).clip(0, probabilities.shape[1] - 1)
        errors.append(expected_calibration_error(probabilities, drawn))
    return float(np.mean(errors))


def _features(probabilities: FloatArray, context: FloatArray | None) -> FloatArray:
    scores = _log(probabilities)
    scores = scores - scores.mean(axis=1, keepdims=True)
    return scores if context is None else np.concatenate([scores, context], axis=1)


def _log(probabilities: FloatArray) -> FloatArray:
    return np.asarray(np.log(np.clip(probabilities, MIN_PROBABILITY, 1.0)))


def _softmax(scores: FloatArray) -> FloatArray:
    exponents = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(exponents / exponents.sum(axis=1, keepdims=True))
