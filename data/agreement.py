"""Agreement of two sources from their table of counts, and intervals by patient.

Everything here is computed from counts `[..., reference, predicted]`, so that a bootstrap over thousands of resampled
patients is one array operation: levels of one patient are not independent, therefore whole patients are drawn, never
labels (Efron and Tibshirani 1993, chapter 8). Undefined values (no patient with a grade, one class only) are nan.
scikit-learn has the same figures for a single table; tests hold ours equal to them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from deepspine.data.geometry import FloatArray

Counts = NDArray[Any]
Statistic = Callable[[Counts], FloatArray]

BOOTSTRAP_RESAMPLES = 2000
INTERVAL = 0.95
"""Coverage that intervals promise."""


class Weights(StrEnum):
    """How much two grades that differ still agree, by their distance on an ordinal scale."""

    IDENTITY = "identity"
    LINEAR = "linear"
    QUADRATIC = "quadratic"

    def matrix(self, n_grades: int) -> FloatArray:
        """Return the agreement of every pair of grades, 1 on the diagonal; shape (grades, grades)."""
        grades = np.arange(n_grades)
        distance = np.abs(grades[:, None] - grades[None, :]) / max(n_grades - 1, 1)
        powers = {Weights.LINEAR: distance, Weights.QUADRATIC: distance**2}
        return np.asarray(1.0 - powers.get(self, (distance > 0).astype(float)))


@dataclass(frozen=True)
class Interval:
    """A figure with its confidence interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3f} ({self.low:.3f}-{self.high:.3f})"


def count_pairs(reference: ArrayLike, predicted: ArrayLike, n_grades: int) -> Counts:
    """Count pairs of grade indices.

    Parameters
    ----------
    reference, predicted
        Indices on the scale, in [0, n_grades).
        *Shape:* (labels,)

    Returns
    -------
    Counts, rows the reference.
        *Shape:* (n_grades, n_grades)
    """
    pairs = np.asarray(reference, dtype=np.int64) * n_grades + np.asarray(predicted, dtype=np.int64)
    return np.bincount(pairs, minlength=n_grades * n_grades).reshape(n_grades, n_grades)


def count_pairs_by_patient(
    patients: Sequence[str], reference: ArrayLike, predicted: ArrayLike, n_grades: int
) -> Counts:
    """Count pairs of grade indices for each patient, in the order of sorted patient keys.

    Returns
    -------
    Counts.
        *Shape:* (patients, n_grades, n_grades)
    """
    keys, index = np.unique(np.asarray(patients, dtype=object).astype(str), return_inverse=True)
    counts = np.zeros((len(keys), n_grades, n_grades), dtype=np.int64)
    np.add.at(counts, (index, np.asarray(reference, dtype=np.int64), np.asarray(predicted, dtype=np.int64)), 1)
    return counts


# ------------------------------------------------------------------ statistics of counts (..., reference, predicted)


def accuracy(counts: Counts) -> FloatArray:
    """Return the share of equal pairs; shape (...)."""
    return _ratio(np.trace(counts, axis1=-2, axis2=-1), counts.sum(axis=(-2, -1)))


def class_average_accuracy(counts: Counts) -> FloatArray:
    """Return the mean of the shares found of each grade that the reference has (Lu 2018, section 4); shape (...)."""
    recalls = _ratio(np.diagonal(counts, axis1=-2, axis2=-1), counts.sum(axis=-1))
    present = ~np.isnan(recalls)
    return _ratio(np.where(present, recalls, 0.0).sum(axis=-1), present.sum(axis=-1))


def cohen_kappa(counts: Counts, weights: Weights = Weights.IDENTITY) -> FloatArray:
    """Return Cohen's kappa (1960; weighted 1968), agreement beyond that of independent readers; shape (...)."""
    agreement = weights.matrix(counts.shape[-1])
    total = counts.sum(axis=(-2, -1))
    observed = _ratio((counts * agreement).sum(axis=(-2, -1)), total)
    rows, columns = counts.sum(axis=-1), counts.sum(axis=-2)
    chance = _ratio(np.einsum("...i,ij,...j->...", rows, agreement, columns), total.astype(float) ** 2)
    return _ratio(observed - chance, 1.0 - chance)


def gwet_ac(counts: Counts, weights: Weights = Weights.IDENTITY) -> FloatArray:
    """Return Gwet's AC1 (identity weights) or AC2 for two readers (Gwet 2008, 2014); shape (...).

    Unlike kappa it does not fall when one grade is rare.
    """
    n_grades = counts.shape[-1]
    agreement = weights.matrix(n_grades)
    total = counts.sum(axis=(-2, -1))
    observed = _ratio((counts * agreement).sum(axis=(-2, -1)), total)
    shares = _ratio((counts.sum(axis=-1) + counts.sum(axis=-2)) / 2.0, total[..., None])
    chance = agreement.sum() / (n_grades * (n_grades - 1)) * (shares * (1.0 - shares)).sum(axis=-1)
    return _ratio(observed - chance, 1.0 - chance)


def sensitivity(counts: Counts, threshold: int) -> FloatArray:
    """Return the share found of what the reference grades at or above `threshold` (an index); shape (...)."""
    return _ratio(counts[..., threshold:, threshold:].sum(axis=(-2, -1)), counts[..., threshold:, :].sum(axis=(-2, -1)))


def specificity(counts: Counts, threshold: int) -> FloatArray:
    """Return the share left alone of what the reference grades below `threshold` (an index); shape (...)."""
    return _ratio(counts[..., :threshold, :threshold].sum(axis=(-2, -1)), counts[..., :threshold, :].sum(axis=(-2, -1)))


def positive_predictive_value(counts: Counts, threshold: int) -> FloatArray:
    """Return the share right of what is predicted at or above `threshold` (an index); shape (...)."""
    return _ratio(counts[..., threshold:, threshold:].sum(axis=(-2, -1)), counts[..., threshold:].sum(axis=(-2, -1)))


# --------------------------------------------------------------------------------------------------------- intervals


def patient_bootstrap(
    counts: Counts, statistic: Statistic, *, resamples: int = BOOTSTRAP_RESAMPLES, seed: int = 0
) -> Interval:
    """Return a statistic with its percentile interval over resampled patients.

    Parameters
    ----------
    counts
        One table a patient.
        *Shape:* (patients, grades, grades)
    statistic
        Maps counts (..., grades, grades) to values (...).

    Returns
    -------
    The value over all patients and its interval; resamples where the statistic is undefined are left out, and the
    interval is nan when none is left or there is no patient.
    """
    value = float(statistic(counts.sum(axis=0)))
    n_patients = len(counts)
    if n_patients == 0:
        return Interval(value, float("nan"), float("nan"))
    draws = np.random.default_rng(seed).multinomial(n_patients, np.full(n_patients, 1.0 / n_patients), size=resamples)
    values = statistic(np.tensordot(draws, counts, axes=1))
    values = values[~np.isnan(values)]
    if not len(values):
        return Interval(value, float("nan"), float("nan"))
    low, high = np.quantile(values, [(1 - INTERVAL) / 2, (1 + INTERVAL) / 2])
    return Interval(value, float(low), float(high))


def _ratio(part: ArrayLike, whole: ArrayLike) -> FloatArray:
    """Divide, giving nan where the whole is zero."""
    part, whole = np.broadcast_arrays(np.asarray(part, dtype=float), np.asarray(whole, dtype=float))
    return np.asarray(np.divide(part, whole, out=np.full(part.shape, np.nan), where=whole != 0))
