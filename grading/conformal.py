"""Conformal prediction: sets of grades that hold the truth at a promised rate, as `GradeSet`s.

Marginal sets promise the rate over all labels and keep it by being sure of the frequent grade; class-conditional ones
promise it for every grade, which is what matters where severe is rare (Vovk 2012; Sadinle 2019). Ordinal sets have no
gaps on the scale (Lu, Angelopoulos and Pomerantz 2022).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from deepspine.data.errors import ConfigError
from deepspine.data.findings import Finding
from deepspine.data.geometry import FloatArray
from deepspine.data.grade_sets import GradeSet
from deepspine.grading.calibration import Grades

BEST_FIT = -1.0
"""Below every threshold that real scores lead to."""


class Promise(StrEnum):
    """For whom the rate holds, and the shape of sets."""

    MARGINAL = "marginal"
    """Over all labels; any set."""
    ORDINAL = "ordinal"
    """Over all labels; sets without gaps."""
    CLASS_CONDITIONAL = "class-conditional"
    """For every true grade; any set."""
    CLASS_CONDITIONAL_ORDINAL = "class-conditional ordinal"
    """For every true grade; sets without gaps."""

    @property
    def by_class(self) -> bool:
        """Whether every grade has a threshold of its own."""
        return self in (Promise.CLASS_CONDITIONAL, Promise.CLASS_CONDITIONAL_ORDINAL)

    @property
    def contiguous(self) -> bool:
        """Whether sets have no gaps."""
        return self in (Promise.ORDINAL, Promise.CLASS_CONDITIONAL_ORDINAL)


@dataclass(frozen=True, eq=False)
class ConformalSets:
    """Thresholds of a split-conformal predictor.

    Attributes
    ----------
    thresholds
        Largest score with which a grade is in the set.
        *Shape:* (grades,)
    never_empty
        Whether the most probable grade is always in the set.
    """

    promise: Promise
    thresholds: FloatArray
    never_empty: bool = False

    @classmethod
    def fit(
        cls, probabilities: FloatArray, truth: Grades, *, alpha: float, promise: Promise, never_empty: bool = False
    ) -> ConformalSets:
        """Choose thresholds so that new sets miss the truth at a rate of at most `alpha`.

        Parameters
        ----------
        probabilities
            Of labels that neither training nor calibration fitted (or `calibration.out_of_fold`).
            *Shape:* (labels, grades)
        truth
            *Shape:* (labels,)
        never_empty
            Keep the most probable grade in every set, at the price of larger sets. Without, an empty set (never seen on
            the published predictions) says that no grade fits.

        Raises
        ------
        ConfigError
            When `alpha` is not between 0 and 1.
        """
        if not 0 < alpha < 1:
            raise ConfigError(f"alpha must be between 0 and 1, got {alpha}")
        n_grades = probabilities.shape[1]
        scores = nonconformity(probabilities, promise, never_empty=never_empty)
        if promise.by_class:
            found = [_quantile(scores[truth == grade, grade], alpha) for grade in range(n_grades)]
        else:
            found = [_quantile(scores[np.arange(len(truth)), truth], alpha)] * n_grades
        return cls(promise, np.array(found), never_empty)

    def masks(self, probabilities: FloatArray) -> NDArray[np.bool_]:
        """Return which grades each set holds.

        Shapes: (labels, grades) to (labels, grades)
        """
        inside = nonconformity(probabilities, self.promise, never_empty=self.never_empty) <= self.thresholds
        return _without_gaps(inside) if self.promise.contiguous else inside

    def sets(self, finding: Finding, probabilities: FloatArray) -> list[GradeSet]:
        """Return the sets as `GradeSet`s of a finding."""
        bits = self.masks(probabilities) @ (1 << np.arange(len(finding.scale)))
        return [GradeSet(finding, int(one)) for one in bits]


def nonconformity(probabilities: FloatArray, promise: Promise, *, never_empty: bool) -> FloatArray:
    """Return how little each grade fits: one minus its probability, or, for sets without gaps, how far out it lies.

    The latter is the larger of the masses below and above the grade, so that accepting all up to a threshold takes
    neighbours of the median first. With `never_empty` the most probable grade fits perfectly by definition, so that
    what this adds to the coverage is part of the promise.
    Shapes: (labels, grades) to (labels, grades)
    """
    if promise.contiguous:
        up_to = probabilities.cumsum(axis=1)
        scores = np.maximum(up_to - probabilities, 1.0 - up_to)
    else:
        scores = 1.0 - probabilities
    if never_empty:
        scores[np.arange(len(scores)), probabilities.argmax(axis=1)] = BEST_FIT
    return np.asarray(scores)


def _quantile(scores: FloatArray, alpha: float) -> float:
    """Return the finite-sample quantile; infinite when there are too few scores to promise anything."""
    rank = int(np.ceil((len(scores) + 1) * (1 - alpha)))
    return float("inf") if rank > len(scores) else float(np.sort(scores)[rank - 1])


def _without_gaps(inside: NDArray[np.bool_]) -> NDArray[np.bool_]:
    from_left = np.logical_or.accumulate(inside, axis=1)
    from_right = np.logical_or.accumulate(inside[:, ::-1], axis=1)[:, ::-1]
    return np.asarray(from_left & from_right)
