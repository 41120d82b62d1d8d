"""Level frames from masks whose discs carry numbers, as annotated volumes have them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from deepspine.data.errors import GeometryError
from deepspine.data.frames import LevelFrame, frame_axes
from deepspine.data.geometry import SUPERIOR, FloatArray, Grid
from deepspine.data.levels import Level

MIN_VOXELS = 30
"""Fewer voxels are a stroke of the brush, not a disc (a lumbar disc has thousands at 4 x 0.7 x 0.7 mm)."""
MAX_TILT_COSINE = 0.5
"""A disc turned by more than 60 degrees against the upright patient is no lumbar disc; L5-S1 reaches 50."""
ENDPLATE_HALF_WIDTH_MM = 8.0
"""The disc's height is measured in this neighbourhood of its axis, where endplates are flat."""
INNER_SHARE = 0.8
"""The height is that of the inner share of voxels, scaled up: rims of wedged and bulging discs reach further."""


def frames_of_discs(
    labels: NDArray[np.integer], grid: Grid, names: Mapping[int, Level], *, confidence: float
) -> list[LevelFrame]:
    """Return a frame for each disc of a mask.

    Parameters
    ----------
    labels
        One number a disc, `[slice, row, column]` of `grid`.
    names
        Level by number; other numbers are left alone.
    confidence
        Probability that the names are right.

    Returns
    -------
    Frames from cranial to caudal. Their third axis is the direction across the disc, the one in which its voxels
    spread least (principal components).

    Raises
    ------
    GeometryError
        When a disc is a fragment, or lies across the patient.
    """
    found = []
    for number in np.unique(labels[labels > 0]).tolist():
        if number in names:
            points = grid.lps_from_ijk(np.argwhere(labels == number))
            found.append(_frame(points, names[number], grid, confidence))
    return sorted(found, key=lambda frame: frame.level)


def _frame(points: FloatArray, level: Level, grid: Grid, confidence: float) -> LevelFrame:
    if len(points) < MIN_VOXELS:
        raise GeometryError(f"disc {level} has {len(points)} voxels, at least {MIN_VOXELS} needed")
    center = points.mean(axis=0)
    axes = frame_axes(_across(points - center, level))
    offset = (points - center) @ axes.T
    middle = (np.abs(offset[:, :2]) < ENDPLATE_HALF_WIDTH_MM).all(axis=1)
    along = offset[middle, 2] if middle.any() else offset[:, 2]
    low, high = np.quantile(along, [0.5 - INNER_SHARE / 2, 0.5 + INNER_SHARE / 2])
    half, off_center = (high - low) / INNER_SHARE / 2, (high + low) / 2
    return LevelFrame(
        level=level,
        confidence=confidence,
        center_lps=center,
        axes_lps=axes,
        endplates_lps=np.stack([center + (off_center + side * half) * axes[2] for side in (1, -1)]),
        width_mm=float(np.ptp(offset[:, 0])) + float(grid.spacing_mm[0]),
        depth_mm=float(np.ptp(np.quantile(offset[:, 1], [0.01, 0.99]))),
    )


def _across(offsets: FloatArray, level: Level) -> FloatArray:
    """Return the unit direction in which a disc is thinnest, towards the head."""
    _, _, axes = np.linalg.svd(offsets, full_matrices=False)
    normal = axes[-1] * (1.0 if axes[-1] @ SUPERIOR > 0 else -1.0)
    if normal @ SUPERIOR < MAX_TILT_COSINE:
        raise GeometryError(f"disc {level} lies across the patient; its mask is no disc")
    return np.asarray(normal)
