"""Agreement of two sources from their table of counts, and intervals by patient.

Everything here is computed from counts `[..., reference, predicted]`, so that a bootstrap over thousands of resampled
patients is one array operation: levels of one patient are not independent, therefore whole patients are drawn, never
labels (Efron and Tibshirani 1993, chapter 8). Undefined values (no patient with a grade, one class only) are nan.
scikit-learn has the same figures for a single table; tests hold ours equal to them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from types import MappingProxyType
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
    return ratio(np.trace(counts, axis1=-2, axis2=-1), counts.sum(axis=(-2, -1)))


def class_average_accuracy(counts: Counts) -> FloatArray:
    """Return the mean of the shares found of each grade that the reference has (Lu 2018, section 4); shape (...)."""
    recalls = ratio(np.diagonal(counts, axis1=-2, axis2=-1), counts.sum(axis=-1))
    present = ~np.isnan(recalls)
    return ratio(np.where(present, recalls, 0.0).sum(axis=-1), present.sum(axis=-1))


def cohen_kappa(counts: Counts, weights: Weights = Weights.IDENTITY) -> FloatArray:
    """Return Cohen's kappa (1960; weighted 1968), agreement beyond that of independent readers; shape (...)."""
    agreement = weights.matrix(counts.shape[-1])
    total = counts.sum(axis=(-2, -1))
    observed = ratio((counts * agreement).sum(axis=(-2, -1)), total)
    rows, columns = counts.sum(axis=-1), counts.sum(axis=-2)
    chance = ratio(np.einsum("...i,ij,...j->...", rows, agreement, columns), total.astype(float) ** 2)
    return ratio(observed - chance, 1.0 - chance)


def gwet_ac(counts: Counts, weights: Weights = Weights.IDENTITY) -> FloatArray:
    """Return Gwet's AC1 (identity weights) or AC2 for two readers (Gwet 2008, 2014); shape (...).

    Unlike kappa it does not fall when one grade is rare.
    """
    n_grades = counts.shape[-1]
    agreement = weights.matrix(n_grades)
    total = counts.sum(axis=(-2, -1))
    observed = ratio((counts * agreement).sum(axis=(-2, -1)), total)
    shares = ratio((counts.sum(axis=-1) + counts.sum(axis=-2)) / 2.0, total[..., None])
    chance = agreement.sum() / (n_grades * (n_grades - 1)) * (shares * (1.0 - shares)).sum(axis=-1)
    return ratio(observed - chance, 1.0 - chance)


def sensitivity(counts: Counts, threshold: int) -> FloatArray:
    """Return the share found of what the reference grades at or above `threshold` (an index); shape (...)."""
    return ratio(counts[..., threshold:, threshold:].sum(axis=(-2, -1)), counts[..., threshold:, :].sum(axis=(-2, -1)))


def specificity(counts: Counts, threshold: int) -> FloatArray:
    """Return the share left alone of what the reference grades below `threshold` (an index); shape (...)."""
    return ratio(counts[..., :threshold, :threshold].sum(axis=(-2, -1)), counts[..., :threshold, :].sum(axis=(-2, -1)))


def positive_predictive_value(counts: Counts, threshold: int) -> FloatArray:
    """Return the share right of what is predicted at or above `threshold` (an index); shape (...)."""
    return ratio(counts[..., threshold:, threshold:].sum(axis=(-2, -1)), counts[..., threshold:].sum(axis=(-2, -1)))


AGREEMENT_STATISTICS: Mapping[str, Statistic] = MappingProxyType(
    {
        "accuracy": accuracy,
        "class_average_accuracy": class_average_accuracy,
        "kappa": cohen_kappa,
        "kappa_linear": partial(cohen_kappa, weights=Weights.LINEAR),
        "kappa_quadratic": partial(cohen_kappa, weights=Weights.QUADRATIC),
        "ac1": gwet_ac,
        "ac2": partial(gwet_ac, weights=Weights.QUADRATIC),
    }
)
"""Agreement on a scale of grades, by the names that tables and pages use."""

WEIGHTED_STATISTICS = frozenset(("kappa_linear", "kappa_quadratic", "ac2"))
"""Those of `AGREEMENT_STATISTICS` that need an ordinal scale."""


def statistics_of_scale(*, ordinal: bool) -> dict[str, Statistic]:
    """Return those of `AGREEMENT_STATISTICS` that a scale allows."""
    return {name: one for name, one in AGREEMENT_STATISTICS.items() if ordinal or name not in WEIGHTED_STATISTICS}


DETECTION_STATISTICS: Mapping[str, Statistic] = MappingProxyType(
    {
        "sensitivity": partial(sensitivity, threshold=1),
        "specificity": partial(specificity, threshold=1),
        "ppv": partial(positive_predictive_value, threshold=1),
        "kappa": cohen_kappa,
        "ac1": gwet_ac,
    }
)
"""Agreement on a question with the answers no (0) and yes (1)."""


# --------------------------------------------------------------------------------------------------------- intervals


@dataclass(frozen=True, eq=False)
class PatientDraws:
    """Bootstrap samples of patients, drawn once and used for every figure, so that figures can be compared in pairs.

    Attributes
    ----------
    times
        How often each patient was drawn in each resample.
        *Shape:* (resamples, patients)
    """

    times: NDArray[np.float32]

    @classmethod
    def draw(cls, n_patients: int, *, resamples: int = BOOTSTRAP_RESAMPLES, seed: int = 0) -> PatientDraws:
        """Draw as many patients as there are, with replacement, `resamples` times."""
        if n_patients == 0:
            return cls(np.zeros((resamples, 0), dtype=np.float32))
        shares = np.full(n_patients, 1.0 / n_patients)
        times = np.random.default_rng(seed).multinomial(n_patients, shares, size=resamples)
        return cls(times.astype(np.float32))

    def values(self, counts: Counts, statistic: Statistic) -> FloatArray:
        """Return a statistic of every resample; shape (resamples,).

        Parameters
        ----------
        counts
            One table of counts a patient.
            *Shape:* (patients, ...)
        statistic
            Maps counts (resamples, ...) to values (resamples,).
        """
        return self.values_of_all(counts, {"": statistic})[""]

    def values_of_all(self, counts: Counts, statistics: Mapping[str, Statistic]) -> dict[str, FloatArray]:
        """Return several statistics of every resample of the same counts; each of shape (resamples,)."""
        concerned = counts.any(axis=tuple(range(1, counts.ndim)))
        resampled = np.tensordot(self.times[:, concerned], counts[concerned].astype(np.float32), axes=1)
        return {name: statistic(resampled.astype(float)) for name, statistic in statistics.items()}

    def intervals(self, counts: Counts, statistics: Mapping[str, Statistic]) -> dict[str, Interval]:
        """Return each statistic over all patients with its percentile interval.

        Resamples where a statistic is undefined are left out; the interval is nan when none is left.
        """
        total = counts.sum(axis=0)
        resampled = self.values_of_all(counts, statistics)
        return {
            name: percentile_interval(float(statistic(total)), resampled[name])
            for name, statistic in statistics.items()
        }


def percentile_interval(value: float, resampled: FloatArray) -> Interval:
    """Return a value with the percentile interval of its resamples, (resamples,); nan ones are left out."""
    defined = resampled[~np.isnan(resampled)]
    if not len(defined):
        return Interval(value, float("nan"), float("nan"))
    low, high = np.quantile(defined, [(1 - INTERVAL) / 2, (1 + INTERVAL) / 2])
    return Interval(value, float(low), float(high))


def two_sided_p(resampled: FloatArray) -> float:
    """Return the bootstrap p-value of a difference that its resamples surround: twice the smaller tail beyond zero.

    Differences are one a resample, (resamples,). To both counts one is added (Davison and Hinkley 1997, section 4.2),
    so that it is never exactly zero; nan when no resample is defined.
    """
    defined = resampled[~np.isnan(resampled)]
    if not len(defined):
        return float("nan")
    tail = min((defined <= 0).sum(), (defined >= 0).sum())
    return float(min(1.0, 2.0 * (tail + 1) / (len(defined) + 1)))


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
    draws = PatientDraws.draw(len(counts), resamples=resamples, seed=seed)
    return draws.intervals(counts, {"": statistic})[""]


def ratio(part: ArrayLike, whole: ArrayLike) -> FloatArray:
    """Divide arrays of shapes that broadcast, giving nan where the whole is zero."""
    part, whole = np.broadcast_arrays(np.asarray(part, dtype=float), np.asarray(whole, dtype=float))
    return np.asarray(np.divide(part, whole, out=np.full(part.shape, np.nan), where=whole != 0))
