"""Calibration on labels that are sets: the affine map under which the sets were most likely.

A label that leaves several grades says nothing of which of them it is. So the map has one slope and one offset a grade,
found by the likelihood of the sets (`-log sum of p`), with a ridge towards changing nothing: offsets that no label
decides stay where they are.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from deepspine.data.errors import ConfigError
from deepspine.data.geometry import FloatArray
from deepspine.grading.calibration import MIN_PROBABILITY, LinearCalibration

RIDGE = 1.0
"""In labels: as if one label spoke against each unit of change squared."""


def fit_on_sets(probabilities: FloatArray, allowed: NDArray[np.bool_]) -> LinearCalibration:
    """Return the map under which labels that are sets are most likely.

    Parameters
    ----------
    probabilities
        Of patients that the network did not learn from.
        *Shape:* (labels, grades)
    allowed
        Grades that each label leaves; labels that leave all say nothing.
        *Shape:* (labels, grades)

    Raises
    ------
    ConfigError
        When shapes differ or a label leaves no grade.
    """
    if probabilities.shape != allowed.shape or not allowed.any(axis=1).all():
        raise ConfigError(f"each label must leave a grade, got sets {allowed.shape} for {probabilities.shape}")
    from scipy.optimize import minimize

    scores = np.log(probabilities.clip(MIN_PROBABILITY))

    def cost(parameters: FloatArray) -> tuple[float, FloatArray]:
        slope, offsets = parameters[0], parameters[1:]
        moved = slope * scores + offsets
        moved = moved - moved.max(axis=1, keepdims=True)
        weights = np.exp(moved)
        p = weights / weights.sum(axis=1, keepdims=True)
        inside = (p * allowed).sum(axis=1, keepdims=True).clip(MIN_PROBABILITY)
        # The gradient of -log sum over the set: all of p, less its share within the set.
        pull = p - p * allowed / inside
        change = np.concatenate([[slope - 1.0], offsets])
        gradient = np.concatenate([[(pull * scores).sum()], pull.sum(axis=0)]) + 2 * RIDGE * change
        return float(-np.log(inside).sum() + RIDGE * (change**2).sum()), gradient

    start = np.concatenate([[1.0], np.zeros(scores.shape[1])])
    found = minimize(cost, start, jac=True, method="L-BFGS-B").x
    return LinearCalibration(np.eye(scores.shape[1]) * found[0], found[1:])
