"""The plane in which a level is measured: sagittal, through the disc's centre, in the disc's own axes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deepspine.data.frames import LevelFrame
from deepspine.data.geometry import FloatArray, Grid
from deepspine.data.spine_classes import SpineClass

STEP_MM = 0.5
"""Of the raster on which a level is measured; finer than the pixels of any scanner."""
HALF_HEIGHT_MM, FRONT_MM, BACK_MM = 42.0, 40.0, 48.0
"""The raster reaches over one vertebra above and below, and over the canal."""
MAX_TURN_DEG = 25.0
"""A disc whose long axis is turned further against the spine's curve is no disc seen from the side."""
NEAR_DISC_MM = 6.0
"""A disc lies no further from its frame's centre, a body no further from its disc."""
SMOOTHING_MM = 0.5
"""Deviation of the Gaussian that takes the grain away."""
OUTSIDE = 255
"""Class of the raster where the volume does not reach."""


@dataclass(frozen=True, eq=False)
class Raster:
    """The sagittal plane through a disc, in the disc's own axes; rows upwards, columns backwards, `STEP_MM` apart.

    Attributes
    ----------
    classes
        *Shape:* (rows, columns)
    disc
        Pixels of this disc alone; of the bodies beside it `above` and `below` (the sacrum counts as a body).
    points_lps
        *Shape:* (rows, columns, 3)
    """

    classes: NDArray[np.uint8]
    disc: NDArray[np.bool_]
    above: NDArray[np.bool_]
    below: NDArray[np.bool_]
    points_lps: FloatArray

    @property
    def up_mm(self) -> FloatArray:
        """Height of each row above the disc's centre; (rows,)."""
        return np.asarray(np.arange(self.classes.shape[0]) * STEP_MM - HALF_HEIGHT_MM)

    @property
    def back_mm(self) -> FloatArray:
        """Place of each column behind the disc's centre; (columns,)."""
        return np.asarray(np.arange(self.classes.shape[1]) * STEP_MM - FRONT_MM)


def level_raster(grid: Grid, mask: NDArray[np.uint8], frame: LevelFrame) -> Raster | None:
    """Return the raster of a level, turned with its disc.

    Parameters
    ----------
    grid, mask
        `SpineClass` of each voxel of the grid, `[slice, row, column]`.

    Returns
    -------
    None when no disc is at the frame's centre, or it is turned by more than `MAX_TURN_DEG` against the frame.
    """
    _, back, up = frame.axes_lps
    points = _points(frame.center_lps, back, up)
    disc = _part_at_center(_sampled_classes(grid, mask, points) == SpineClass.DISC)
    if disc is None:
        return None
    turn = _turn_rad(disc)
    if abs(turn) > np.deg2rad(MAX_TURN_DEG):
        return None
    back, up = np.cos(turn) * back + np.sin(turn) * up, np.cos(turn) * up - np.sin(turn) * back
    points = _points(frame.center_lps, back, up)
    classes = _sampled_classes(grid, mask, points)
    disc = _part_at_center(classes == SpineClass.DISC)
    if disc is None:
        return None
    bone = (classes == SpineClass.BODY) | (classes == SpineClass.SACRUM)
    heights = np.argwhere(disc)[:, 0]
    above = _bone_beside(bone, disc, slice(int(np.median(heights)), None))
    below = _bone_beside(bone, disc, slice(0, int(np.median(heights))))
    return Raster(classes, disc, above, below, points)


def smoothed(values: FloatArray) -> FloatArray:
    """Return grey levels on a raster without their grain, nan where they are not known; (rows, columns)."""
    from scipy.ndimage import gaussian_filter

    known = np.isfinite(values)
    smooth = gaussian_filter(np.where(known, values, 0.0), SMOOTHING_MM / STEP_MM)
    return np.where(known, smooth, np.nan)


def _points(center_lps: FloatArray, back: FloatArray, up: FloatArray) -> FloatArray:
    heights = np.arange(-HALF_HEIGHT_MM, HALF_HEIGHT_MM + STEP_MM / 2, STEP_MM)
    depths = np.arange(-FRONT_MM, BACK_MM + STEP_MM / 2, STEP_MM)
    return np.asarray(center_lps + heights[:, None, None] * up + depths[None, :, None] * back)


def _sampled_classes(grid: Grid, mask: NDArray[np.uint8], points: FloatArray) -> NDArray[np.uint8]:
    ijk = np.round(grid.ijk_from_lps(points)).astype(int)
    inside = ((ijk >= 0) & (ijk < np.array(grid.shape))).all(axis=-1)
    found = np.full(points.shape[:2], OUTSIDE, dtype=np.uint8)
    found[inside] = mask[tuple(ijk[inside].T)]
    return found


def _part_at_center(binary: NDArray[np.bool_]) -> NDArray[np.bool_] | None:
    """Return the connected part nearest to the raster's centre, within a few millimetres."""
    from scipy.ndimage import label

    labels, n_found = label(binary)
    if not n_found:
        return None
    places = np.argwhere(binary)
    center = np.array([HALF_HEIGHT_MM, FRONT_MM]) / STEP_MM
    distance = np.linalg.norm(places - center, axis=1) * STEP_MM
    if distance.min() > NEAR_DISC_MM:
        return None
    return np.asarray(labels == labels[tuple(places[distance.argmin()])])


def _turn_rad(disc: NDArray[np.bool_]) -> float:
    """Return how far the disc's long axis is turned upwards at its back."""
    rows, columns = np.nonzero(disc)
    covariance = np.cov(np.stack([columns, rows]))
    _, vectors = np.linalg.eigh(covariance)
    backwards, upwards = vectors[:, -1] * np.sign(vectors[0, -1] or 1.0)
    return float(np.arctan2(upwards, backwards))


def _bone_beside(bone: NDArray[np.bool_], disc: NDArray[np.bool_], side: slice) -> NDArray[np.bool_]:
    """Return the body on one side of a disc: of the connected parts there the one with most bone near the disc."""
    from scipy.ndimage import distance_transform_edt, label

    here = np.zeros_like(bone)
    here[side] = bone[side]
    labels, n_found = label(here)
    if not n_found:
        return here
    near = distance_transform_edt(~disc) * STEP_MM < NEAR_DISC_MM
    counts = np.bincount(labels[near], minlength=n_found + 1)
    counts[0] = 0
    return np.asarray(labels == counts.argmax()) if counts.any() else np.zeros_like(bone)
