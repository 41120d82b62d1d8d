"""Level frames from points that readers set in canal and foramina at each disc.

Such points say at which height a disc lies, which way the spine runs there, and where its midline is. How far the disc
lies in front of them is anatomy: half a canal and half a disc.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from deepspine.data.frames import LevelFrame, frame_axes
from deepspine.data.geometry import FloatArray
from deepspine.data.levels import LUMBAR_LEVELS, Level

CANAL_TO_DISC = 0.75
"""From the middle of the canal forwards to that of the disc, in steps from disc to disc: median of 624 lumbar discs in
mid-sagittal masks of SPIDER (10th to 90th percentile 0.66 to 0.90), about 27 mm in an adult."""
FORAMEN_TO_DISC = 0.6
"""The same from the line between both foramina, which lie beside the canal's front."""
STEP_RANGE_MM = (26.0, 46.0)
"""Steps of adult lumbar spines; points set carelessly do not stretch it."""
DISC_HEIGHT_MM = 9.0
"""Assumed between the endplates' midpoints, which points do not tell; crops do not depend on it."""
MIN_LEVELS = 2
"""One point has no direction of the spine."""


@dataclass(frozen=True, eq=False)
class LevelPoints:
    """Points of one level, patient LPS mm, each of shape (3,), None where it was not set.

    Attributes
    ----------
    canal_lps
        In the middle of the canal, at the height of the disc.
    left_foramen_lps, right_foramen_lps
        In the foramina of the patient's left and right.
    """

    canal_lps: FloatArray | None = None
    left_foramen_lps: FloatArray | None = None
    right_foramen_lps: FloatArray | None = None

    @property
    def middle(self) -> tuple[FloatArray, float] | None:
        """A point in the middle of the spine, and how many steps it lies behind the disc's centre; None without."""
        if self.canal_lps is not None:
            return self.canal_lps, CANAL_TO_DISC
        if self.left_foramen_lps is None or self.right_foramen_lps is None:
            return None
        return (self.left_foramen_lps + self.right_foramen_lps) / 2, FORAMEN_TO_DISC


def frames_of_points(points: Mapping[Level, LevelPoints]) -> list[LevelFrame]:
    """Return frames of the lumbar levels that have a point in the middle, from cranial to caudal.

    The third axis is the direction of the line through these points; none are returned for fewer than `MIN_LEVELS`.
    Names were given by readers and are certain; position and height of the disc are approximate.
    """
    middles = {level: middle for level in sorted(points) if (middle := points[level].middle) is not None}
    if len(middles) < MIN_LEVELS:
        return []
    line = np.array([point for point, _ in middles.values()])
    step_mm = _step_mm(line, list(middles))
    return [
        _frame(level, point, behind * step_mm, up)
        for (level, (point, behind)), up in zip(middles.items(), _directions(line), strict=True)
    ]


def _step_mm(line: FloatArray, levels: Sequence[Level]) -> float:
    """Return the usual distance of neighbouring levels; levels between two points may be missing."""
    numbers = [LUMBAR_LEVELS.index(level) for level in levels]
    steps = np.linalg.norm(np.diff(line, axis=0), axis=1) / np.diff(numbers)
    return float(np.clip(np.median(steps), *STEP_RANGE_MM))


def _directions(line: FloatArray) -> FloatArray:
    """Return the direction towards the head at each point of a line from head to foot; shape (points, 3)."""
    along = np.concatenate([[0.0], np.cumsum(np.maximum(np.linalg.norm(np.diff(line, axis=0), axis=1), 1e-3))])
    if len(line) == MIN_LEVELS:
        return np.asarray(-np.gradient(line, along, axis=0))
    return np.asarray(-np.gradient(line, along, axis=0, edge_order=2))


def _frame(level: Level, point: FloatArray, behind_mm: float, up: FloatArray) -> LevelFrame:
    axes = frame_axes(up)
    center = point - behind_mm * axes[1]
    half = DISC_HEIGHT_MM / 2 * axes[2]
    return LevelFrame(level, 1.0, center, axes, np.stack([center + half, center - half]))
