"""Spines brought to one size, and the pictures of a patient laid on each other by their discs.

A picture tells neither the size nor the shape of its pixels. Crops of one field of view in millimetres need both, so a
picture is scaled to a spine of usual size: neighbouring lumbar discs `USUAL_STEP_MM` apart, and, where the discs look
so long or so short that the pixels cannot have been square, discs of usual depth.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from deepspine.data.frames import LevelFrame
from deepspine.data.geometry import FloatArray, Grid
from deepspine.data.volume import Volume

USUAL_STEP_MM = 35.0
"""Distance of neighbouring lumbar discs (adults: 30 to 42 mm)."""
USUAL_DEPTH_PER_STEP = 0.90
"""Front-to-back depth of a lumbar disc as a share of the distance to its neighbour: the median of 335 pictures of
Sudirman's data set, whose pixels are square."""
SQUARE_DEPTH_PER_STEP = (0.77, 1.10)
"""First and 99th percentile of the same pictures: beyond, the pixels of a picture are not square."""
N_LOWEST = 5
MAX_LAG = 3
"""Discs at the ends of the one picture that the other does not show or find."""
MIN_COMMON_DISCS = 3
SHIFT_COST = 0.1
"""Weight of a shift beside the misfit of discs, mm a mm: T1 and T2 of an exam are taken on nearly one field of view."""


@dataclass(frozen=True, eq=False)
class LocatedPicture:
    """A picture and its named discs, both at usual size.

    Attributes
    ----------
    volume
        The picture, one slice.
    frames
        Its discs, cranial to caudal; none when no spine was found.
    """

    volume: Volume
    frames: tuple[LevelFrame, ...]


def at_usual_size(volume: Volume, frames: Sequence[LevelFrame]) -> LocatedPicture:
    """Scale a picture and its discs so that lumbar discs are `USUAL_STEP_MM` apart, and unstretch it.

    Parameters
    ----------
    volume
        Sagittal picture, its centre at the origin of patient space.
    frames
        Its discs, cranial to caudal; with fewer than two the picture is left as it is.
    """
    lowest = frames[-N_LOWEST:]
    if len(lowest) < 2:
        return LocatedPicture(volume, tuple(frames))
    centers = np.array([frame.center_lps for frame in lowest])
    step_mm = float(np.median(np.linalg.norm(np.diff(centers, axis=0), axis=1)))
    depth_per_step = float(np.median([frame.depth_mm for frame in lowest])) / step_mm
    low, high = SQUARE_DEPTH_PER_STEP
    stretch = 1.0 if low <= depth_per_step <= high else USUAL_DEPTH_PER_STEP / depth_per_step
    up = USUAL_STEP_MM / step_mm
    scale_lps = np.array([1.0, up * stretch, up])
    affine = volume.grid.affine.copy()
    affine[:3] *= scale_lps[:, None]
    grid = Grid(volume.grid.shape, affine)
    return LocatedPicture(replace(volume, grid=grid), tuple(_scaled(frame, scale_lps) for frame in frames))


def _scaled(frame: LevelFrame, scale_lps: FloatArray) -> LevelFrame:
    """Scale a frame of a sagittal picture or volume; its axes stay right-handed and orthonormal."""
    _, _, up = frame.axes_lps * scale_lps
    up = up / np.linalg.norm(up)
    to_left = frame.axes_lps[0] - (frame.axes_lps[0] @ up) * up
    to_left = to_left / np.linalg.norm(to_left)
    return replace(
        frame,
        center_lps=frame.center_lps * scale_lps,
        axes_lps=np.stack([to_left, np.cross(up, to_left), up]),
        endplates_lps=frame.endplates_lps * scale_lps,
        depth_mm=frame.depth_mm * float(scale_lps[1]),
    )


def laid_on(moving: LocatedPicture, fixed: LocatedPicture) -> Volume | None:
    """Move a picture of the same patient so that its discs lie on those of another; None with too few in common.

    Both are at usual size already, so a shift is left to find, and a level that was counted differently: of the shifts
    by whole levels the one that leaves the discs nearest to each other on the picture is taken.
    """
    theirs = np.array([frame.center_lps for frame in fixed.frames])
    ours = np.array([frame.center_lps for frame in moving.frames])
    best: tuple[float, FloatArray] | None = None
    for lag in range(-MAX_LAG, MAX_LAG + 1):
        pairs = [(i, i + lag) for i in range(len(ours)) if 0 <= i + lag < len(theirs)]
        if len(pairs) < MIN_COMMON_DISCS:
            continue
        offsets = theirs[[j for _, j in pairs]] - ours[[i for i, _ in pairs]]
        shift = np.median(offsets, axis=0)
        misfit = float(np.abs(offsets - shift).mean()) + SHIFT_COST * float(np.linalg.norm(shift))
        if best is None or misfit < best[0]:
            best = (misfit, shift)
    if best is None:
        return None
    affine = moving.volume.grid.affine.copy()
    affine[:3, 3] += best[1]
    return replace(moving.volume, grid=Grid(moving.volume.grid.shape, affine))
