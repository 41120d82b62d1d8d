"""Discs of single sagittal pictures, located once and kept; all spines brought to one size.

A picture tells neither the size nor the shape of its pixels. Crops of one field of view in millimetres need both, so a
picture is scaled to a spine of usual size: neighbouring lumbar discs `USUAL_STEP_MM` apart, and, where the discs look
so long or so short that the pixels cannot have been square, discs of usual depth.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from deepspine.data.errors import DeepspineError, NamingError
from deepspine.data.frames import LevelFrame
from deepspine.data.geometry import FloatArray, Grid
from deepspine.data.levels import Level
from deepspine.data.pictures import read_picture
from deepspine.data.volume import Volume

if TYPE_CHECKING:
    from deepspine.segmentation.inference import SegmentationNetwork

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


def located_picture(path: Path, kept: Path) -> LocatedPicture:
    """Read a picture with its discs, at usual size.

    Parameters
    ----------
    path
        Sagittal picture, head up, front on the left.
    kept
        JSON file of the discs; written when it is not there.
    """
    if not kept.is_file():
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(json.dumps(_located(read_picture(path))) + "\n", encoding="utf-8")
    found = json.loads(kept.read_text(encoding="utf-8"))
    frames = [LevelFrame.from_json(values) for values in found["levels"]]
    return at_usual_size(read_picture(path, spacing_mm=found["pixel_mm"]), frames)


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


def _located(picture: Volume) -> dict[str, object]:
    """Return pixel size and discs; names are counted from L5-S1 where no sacrum tells."""
    from deepspine.segmentation.locate import locate
    from deepspine.segmentation.picture_size import sized_by_spine

    network = _network()
    sized = sized_by_spine(picture, network)
    frames: Sequence[LevelFrame] = ()
    for lowest in (None, Level.L5_S1):
        try:
            frames = locate(sized, network=network, lowest=lowest).frames
            break
        except NamingError:
            continue
        except DeepspineError:
            break
    return {"pixel_mm": float(sized.spacing_mm[1]), "levels": [frame.to_json() for frame in frames]}


@cache
def _network() -> SegmentationNetwork:
    from deepspine.segmentation.inference import SegmentationNetwork

    return SegmentationNetwork.load()
