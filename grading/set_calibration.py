"""Calibration on labels that are sets: the affine map under which the sets were most likely.

A label that leaves several grades says nothing of which of them it is. So the map has one slope and one offset a grade,
found by the likelihood of the sets (`-log sum of p`), with a ridge towards changing nothing: offsets that no label
decides stay where they are.

Where labels err, the share that does is found beside the map, all wrong grades alike: a label then speaks a little for
the grades outside of its set too (forward correction, Patrini 2017). On answers for patients that the network did not
learn from, nothing of this can be learned by heart.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from deepspine.data.errors import ConfigError
from deepspine.data.geometry import FloatArray
from deepspine.grading.calibration import MIN_PROBABILITY, LinearCalibration

RIDGE = 1.0
"""In labels: as if one label spoke against each unit of change squared."""
START_ERROR, MOST_ERRORS = 0.1, 0.5
"""Share of wrong labels that the search starts from, and the largest that it believes."""


def fit_on_sets(
    probabilities: FloatArray, allowed: NDArray[np.bool_], *, labels_err: bool = False
) -> LinearCalibration:
    """Return the map under which labels that are sets are most likely.

    Parameters
    ----------
    probabilities
        Of patients that the network did not learn from.
        *Shape:* (labels, grades)
    allowed
        Grades that each label leaves; labels that leave all say nothing.
        *Shape:* (labels, grades)
    labels_err
        Whether to find the share of wrong labels beside the map. Off, every label is believed.

    Raises
    ------
    ConfigError
        When shapes differ or a label leaves no grade.
    """
    if probabilities.shape != allowed.shape or not allowed.any(axis=1).all():
        raise ConfigError(f"each label must leave a grade, got sets {allowed.shape} for {probabilities.shape}")
    from scipy.optimize import minimize

    scores = np.log(probabilities.clip(MIN_PROBABILITY))
    n_grades = scores.shape[1]
    # What a wrong label adds: it names any grade but the true one.
    if_wrong = (allowed.sum(axis=1, keepdims=True) - allowed) / (n_grades - 1)

    def cost(parameters: FloatArray) -> tuple[float, FloatArray]:
        slope, error, offsets = parameters[0], parameters[1], parameters[2:]
        moved = slope * scores + offsets
        moved = moved - moved.max(axis=1, keepdims=True)
        weights = np.exp(moved)
        p = weights / weights.sum(axis=1, keepdims=True)
        likely = allowed + error * (if_wrong - allowed)
        inside = (p * likely).sum(axis=1, keepdims=True).clip(MIN_PROBABILITY)
        # The gradient of -log sum over the set: all of p, less its share within the set.
        pull = p - p * likely / inside
        change = np.concatenate([[slope - 1.0], offsets])
        of_map = np.concatenate([[(pull * scores).sum()], pull.sum(axis=0)]) + 2 * RIDGE * change
        of_error = -(p * (if_wrong - allowed) / inside).sum()
        return float(-np.log(inside).sum() + RIDGE * (change**2).sum()), np.insert(of_map, 1, of_error)

    start = np.concatenate([[1.0, START_ERROR * labels_err], np.zeros(n_grades)])
    bounds = [(None, None), (0.0, MOST_ERRORS * labels_err), *[(None, None)] * n_grades]
    found = minimize(cost, start, jac=True, method="L-BFGS-B", bounds=bounds).x
    return LinearCalibration(np.eye(n_grades) * found[0], found[2:])
