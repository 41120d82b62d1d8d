"""How much brighter or darker each voxel of a body is than the body's own normal marrow.

The signal of normal marrow falls with the distance from the coil and differs from body to body. What all bodies have in
common (a smooth change from back to front and from the middle to the sides) is fitted to their marrow together,
robustly; what is left is compared with the median of each body's own middle.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from deepspine.data.geometry import FloatArray
from deepspine.grading.modic.bodies import VertebralBody

MIDDLE_MM = 8.0
"""Marrow further than this from both discs is the body's middle (Modic changes seldom reach further; Kuisma 2007)."""
MIN_MIDDLE_SHARE = 0.1
"""Of the core; a body so flat that less is left is measured by its whole core."""
SHADING_MM = 5.0
"""Marrow further than this from the discs takes part in the fit of the shading."""
TUKEY = 4.685
"""Voxels this many robust deviations off have no weight in the fit (Huber 1981: 95 % efficiency)."""
FIT_STEPS = 12
MAX_FIT_VOXELS = 20_000
MIN_ACROSS = 0.6
"""Extent from left to right, in units of 20 mm, that tells of a change from the middle to the sides."""
MAD_TO_DEVIATION = 1.4826
SMOOTHING_MM = 0.9
"""Standard deviation of the smoothing of ratios inside a body, in the plane of the slices: about a pixel."""
MIN_DEVIATION = 0.02
"""Marrow evener than this in log signal is a drawing."""
LARGEST_DIFFERENCE = np.log(1.25)
"""Log signal by which a body's middle may differ from its neighbours' before theirs is taken in its place."""


@dataclass(frozen=True, eq=False)
class MarrowSignal:
    """A body's signal beside its normal marrow, on one picture.

    Attributes
    ----------
    log_ratio
        Logarithm of the ratio to normal marrow, smoothed; nan outside the body's core and where nothing was measured.
        *Shape:* that of the body's box
    raw_ratio
        The ratio itself, neither smoothed nor cut to the core.
    deviation
        Robust standard deviation of `log_ratio` in normal marrow.
    normal_log
        Logarithm of the signal of normal marrow at the body's centre.
    is_unlike_neighbours
        Whether the body's middle differs so much from its neighbours' that theirs was taken for normal.
    """

    log_ratio: NDArray[np.float32]
    raw_ratio: NDArray[np.float32]
    deviation: float
    normal_log: float
    is_unlike_neighbours: bool


def marrow_signals(
    voxels: NDArray[np.float32], bodies: Sequence[VertebralBody], spacing_mm: FloatArray
) -> list[MarrowSignal]:
    """Compare every body with its normal marrow.

    Parameters
    ----------
    voxels
        A picture, `[slice, row, column]`; nan where it does not reach.
    bodies
        In the picture's grid.
    spacing_mm
        Of the picture.

    Returns
    -------
    One for each body.
    """
    logs = [_log_signal(voxels[body.box]) for body in bodies]
    shading = _fit_shading(logs, bodies)
    flat = [log - _terms(body) @ shading for log, body in zip(logs, bodies, strict=True)]
    smooth = [_smoothed(one, body.core & np.isfinite(one), spacing_mm) for one, body in zip(flat, bodies, strict=True)]
    middles = [one[_middle(body) & np.isfinite(one)] for one, body in zip(smooth, bodies, strict=True)]
    medians = np.array([np.median(one) if len(one) else np.nan for one in middles])
    normal, unlike = _normal_levels(medians)
    spreads = [
        MAD_TO_DEVIATION * float(np.median(np.abs(one - median))) if len(one) else np.inf
        for one, median in zip(middles, medians, strict=True)
    ]
    usual = float(np.median(spreads))
    return [
        MarrowSignal(
            log_ratio=one - np.float32(level),
            raw_ratio=np.exp(raw - np.float32(level)),
            # A body full of changes has no normal spread of its own.
            deviation=max(min(spread, usual), MIN_DEVIATION),
            normal_log=float(level),
            is_unlike_neighbours=bool(odd),
        )
        for one, raw, level, spread, odd in zip(smooth, flat, normal, spreads, unlike, strict=True)
    ]


def _log_signal(voxels: NDArray[np.float32]) -> NDArray[np.float32]:
    known = voxels[np.isfinite(voxels)]
    floor = max(float(known.max()) * 1e-3, 1e-6) if len(known) else 1.0
    return np.asarray(np.log(np.maximum(voxels, floor)), dtype=np.float32)


def _terms(body: VertebralBody) -> NDArray[np.float32]:
    """Return what the shading is made of: front-back and left-right, each with its square; shape (..., 4)."""
    across, back, _ = body.place_mm / 20.0
    return np.stack([back, back * back, across, across * across], axis=-1)


def _fit_shading(logs: Sequence[NDArray[np.float32]], bodies: Sequence[VertebralBody]) -> NDArray[np.float32]:
    """Fit one smooth shading to the marrow of all bodies, each with a level of its own (iterated Tukey weights)."""
    chosen = [
        body.core & (body.depth_mm > SHADING_MM) & np.isfinite(log) for log, body in zip(logs, bodies, strict=True)
    ]
    terms = np.concatenate([_terms(body)[one] for body, one in zip(bodies, chosen, strict=True)]).astype(float)
    values = np.concatenate([log[one] for log, one in zip(logs, chosen, strict=True)]).astype(float)
    owner = np.repeat(np.arange(len(bodies)), [int(one.sum()) for one in chosen])
    if len(values) < 10 * (len(bodies) + terms.shape[1]):
        return np.zeros(terms.shape[1], dtype=np.float32)
    if np.ptp(terms[:, 2]) < MIN_ACROSS:
        terms[:, 2:] = 0.0
    step = max(len(values) // MAX_FIT_VOXELS, 1)
    terms, values, owner = terms[::step], values[::step], owner[::step]
    design = np.concatenate([np.eye(len(bodies))[owner], terms], axis=1)
    weights = np.ones(len(values))
    solution = np.zeros(design.shape[1])
    for _ in range(FIT_STEPS):
        root = np.sqrt(weights)[:, None]
        # A few slices say nothing of left and right: least squares of least norm leaves those at zero.
        solution = np.linalg.lstsq(design * root, values * root[:, 0], rcond=1e-6)[0]
        off = values - design @ solution
        scale = max(MAD_TO_DEVIATION * float(np.median(np.abs(off))), 1e-6)
        weights = np.square(np.clip(1.0 - np.square(off / (TUKEY * scale)), 0.0, None))
    return np.asarray(solution[len(bodies) :], dtype=np.float32)


def _middle(body: VertebralBody) -> NDArray[np.bool_]:
    middle = body.core & (body.depth_mm > MIDDLE_MM)
    return middle if middle.sum() >= MIN_MIDDLE_SHARE * body.core.sum() else body.core


def _normal_levels(medians: FloatArray) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Return the log signal of normal marrow in each body, and where it is the neighbours' instead of the body's own.

    The first and last body have neighbours on one side alone, and the coil's end may lie there: theirs is their own.
    """
    normal = medians.copy()
    unlike = np.zeros(len(medians), dtype=bool)
    for index in range(1, len(medians) - 1):
        between = (medians[index - 1] + medians[index + 1]) / 2
        # Where a neighbour is the odd one, the next but one tells: both would be replaced else.
        if np.isfinite(between) and not abs(medians[index] - between) <= LARGEST_DIFFERENCE:
            others = np.delete(medians, index)
            unlike[index] = abs(medians[index] - np.nanmedian(others)) > abs(between - np.nanmedian(others))
            normal[index] = between if unlike[index] else medians[index]
    return normal, unlike


def _smoothed(values: NDArray[np.float32], where: NDArray[np.bool_], spacing_mm: FloatArray) -> NDArray[np.float32]:
    """Smooth in the plane of the slices with what lies inside alone; nan outside."""
    sigma = (0.0, *(SMOOTHING_MM / spacing_mm[1:]))
    weight = ndimage.gaussian_filter(where.astype(np.float32), sigma)
    smooth = ndimage.gaussian_filter(np.where(where, values, 0.0).astype(np.float32), sigma)
    return np.where(where, smooth / np.maximum(weight, 1e-6), np.nan).astype(np.float32)
