"""The corners of the bodies beside a disc: where the lines of their walls end at the endplates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deepspine.data.geometry import FloatArray
from deepspine.grading.measurements_raster import STEP_MM, Raster

NEAR_MM = 11.0
"""Bone no farther from the disc says where a body's endplate lies."""
WALL_MM = 8.0
"""From the rim, the part of a wall whose line is drawn: before the waist. Bone beside the disc itself, a spur or an
overhang, is no wall."""
MIN_WALL_ROWS = 8


@dataclass(frozen=True)
class Corners:
    """Front and back corner of a body at its endplate, and their height, in the raster's mm."""

    front_mm: float
    back_mm: float
    up_mm: float

    @property
    def depth_mm(self) -> float:
        """From corner to corner."""
        return self.back_mm - self.front_mm


@dataclass(frozen=True)
class DiscSpace:
    """The space between two bodies.

    Attributes
    ----------
    above, below
        Corners at the disc of the body above it and of the one below.
    """

    above: Corners
    below: Corners

    @property
    def slip_mm(self) -> float:
        """How far the body above stands before the one below, negative behind it."""
        return self.below.back_mm - self.above.back_mm

    def back_at(self, up_mm: FloatArray) -> FloatArray:
        """Return where the line between the back corners is at heights, mm behind the disc's centre; shape as `up_mm`.

        Beyond the corners it goes straight up.
        """
        return self._line_at(up_mm, self.below.back_mm, self.above.back_mm)

    def front_at(self, up_mm: FloatArray) -> FloatArray:
        """Return the same of the front corners."""
        return self._line_at(up_mm, self.below.front_mm, self.above.front_mm)

    def _line_at(self, up_mm: FloatArray, below_mm: float, above_mm: float) -> FloatArray:
        height_mm = max(self.above.up_mm - self.below.up_mm, STEP_MM)
        share = np.clip((up_mm - self.below.up_mm) / height_mm, 0.0, 1.0)
        return np.asarray(below_mm + share * (above_mm - below_mm))


def disc_space(raster: Raster) -> DiscSpace | None:
    """Return the corners beside a disc; None when a body is not in view."""
    above, below = _corners(raster, above=True), _corners(raster, above=False)
    return None if above is None or below is None else DiscSpace(above, below)


def _corners(raster: Raster, *, above: bool) -> Corners | None:
    from scipy.ndimage import distance_transform_edt

    away = slice(None) if above else slice(None, None, -1)
    body, disc = (raster.above if above else raster.below)[away], raster.disc[away]
    near = body & (distance_transform_edt(~disc) * STEP_MM < NEAR_MM)
    if not near.any():
        return None
    # Endplates are hollow: the rim lies at the middle height of their first pixels, not at the very first.
    rim_row = float(np.median(near.argmax(axis=0)[near.any(axis=0)]))
    rows = np.flatnonzero(body.any(axis=1))
    rows = rows[(rows >= rim_row) & (rows <= rim_row + WALL_MM / STEP_MM)]
    if len(rows) < MIN_WALL_ROWS:
        return None
    columns = np.arange(body.shape[1])
    fronts, backs = (np.array([pick(columns[body[row]]) for row in rows]) for pick in (np.min, np.max))
    up_mm = float(raster.up_mm[0] + rim_row * STEP_MM)
    return Corners(
        front_mm=float(raster.back_mm[0] + _line_at(rows, fronts, rim_row) * STEP_MM),
        back_mm=float(raster.back_mm[0] + _line_at(rows, backs, rim_row) * STEP_MM),
        up_mm=up_mm if above else -up_mm,
    )


def _line_at(rows: NDArray[np.intp], columns: NDArray[np.intp], row: float) -> float:
    """Return where the line through a wall's pixels is at a row; the median of slopes withstands spurs (Theil 1950)."""
    from scipy.stats import theilslopes

    slope, intercept, *_ = theilslopes(columns, rows)
    return float(slope * row + intercept)
