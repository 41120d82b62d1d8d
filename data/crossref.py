"""Which disc each axial slice cuts, by geometry alone (Pan 2021, section "Axial MRI slice localization").

The discs are known from the sagittal series as `LevelFrame`s in patient space; an axial slice lies in the same space. A
slice cuts a disc when its plane passes between the disc's endplates, measured along the spine at the disc's centre, and
when that place is within the slice's field of view. Nothing of the axial picture itself is looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from deepspine.data.errors import GeometryError
from deepspine.data.frames import LevelFrame
from deepspine.data.geometry import FloatArray, Grid, Plane
from deepspine.data.levels import Level
from deepspine.data.volume import Volume

MAX_TILT_DEG = 60.0
"""Slices tilted further from the disc's own plane run along the spine rather than across it. Slabs follow the disc
within 10 degrees; straight axial slices meet L5-S1 at 30 to 45."""


@dataclass(frozen=True)
class SliceLevel:
    """Where one axial slice meets the spine.

    Attributes
    ----------
    slice_index
        Index of the slice in its volume.
    nearest
        The level whose centre is nearest along the spine, None when no disc is within the slice's field of view.
    offset_mm
        How far above the nearest disc's centre the slice passes, along the spine; nan without a nearest level.
    tilt_deg
        Angle between the slice and that disc's plane; nan without a nearest level.
    cuts_disc
        Whether the slice, with its thickness, passes between that disc's endplates.
    """

    slice_index: int
    nearest: Level | None
    offset_mm: float
    tilt_deg: float
    cuts_disc: bool

    @property
    def level(self) -> Level | None:
        """The disc level that the slice cuts; None for a slice through a vertebra."""
        return self.nearest if self.cuts_disc else None


def cross_reference(
    axial: Volume, frames: Sequence[LevelFrame], *, frame_of_reference: str, allow_mismatched_frames: bool = False
) -> list[SliceLevel]:
    """Tell for each slice of an axial stack which disc it cuts.

    Parameters
    ----------
    axial
        One stack of parallel axial slices (see `read_stacks`).
    frames
        Discs of the same examination, from its sagittal series.
    frame_of_reference
        Frame of reference UID of the sagittal series; empty when not known.
    allow_mismatched_frames
        Go on although the two series do not share a frame of reference. The patient may have moved between them, by
        centimetres when taken off the table.

    Returns
    -------
    One entry a slice, in order.

    Raises
    ------
    GeometryError
        When the volume is not axial, has no patient space, or its frame of reference is another than the discs'.
    """
    if not axial.origin.has_patient_space:
        raise GeometryError(f"{axial.origin.source} is a plain picture without a place in the patient")
    if not allow_mismatched_frames:
        check_same_frame(axial.origin.source, axial.origin.frame_of_reference, frame_of_reference)
    return slice_levels(axial.grid, frames, source=axial.origin.source)


def slice_levels(grid: Grid, frames: Sequence[LevelFrame], *, source: str) -> list[SliceLevel]:
    """Tell for each slice of a grid in the discs' own space which disc it cuts; `source` names it in messages.

    Raises
    ------
    GeometryError
        When the grid is not axial.
    """
    if grid.plane is not Plane.AXIAL:
        raise GeometryError(f"{source} must be axial, got a {grid.plane} stack")
    return [_slice_level(grid, index, frames) for index in range(grid.shape[0])]


def check_same_frame(source: str, own: str, other: str) -> None:
    """Refuse two frames of reference that are known and differ.

    Raises
    ------
    GeometryError
        When they do.
    """
    if own and other and own != other:
        raise GeometryError(
            f"{source} has another frame of reference than the sagittal series: the patient may have "
            "moved between them; check the pictures, then use --allow-mismatched-frames"
        )


def _slice_level(grid: Grid, index: int, frames: Sequence[LevelFrame]) -> SliceLevel:
    meetings = [meeting for frame in frames if (meeting := _meet(grid, index, frame)) is not None]
    if not meetings:
        return SliceLevel(index, None, float("nan"), float("nan"), cuts_disc=False)
    frame, offset_mm, tilt_deg = min(meetings, key=lambda meeting: abs(meeting[1]))
    reach_mm = frame.height_mm / 2 + grid.spacing_mm[0] / 2
    return SliceLevel(index, frame.level, offset_mm, tilt_deg, cuts_disc=abs(offset_mm) <= reach_mm)


def _meet(grid: Grid, index: int, frame: LevelFrame) -> tuple[LevelFrame, float, float] | None:
    """Return how far up the disc's own axis a slice passes, and at which tilt; None when it misses the disc."""
    up = np.asarray(frame.axes_lps[2])
    normal = grid.normal_lps
    cosine = float(abs(up @ normal))
    if cosine < np.cos(np.deg2rad(MAX_TILT_DEG)):
        return None
    on_slice = grid.lps_from_ijk((index, 0, 0))
    offset_mm = float((on_slice - frame.center_lps) @ normal / (up @ normal))
    if not _in_view(grid, index, frame.center_lps + offset_mm * up):
        return None
    return frame, offset_mm, float(np.rad2deg(np.arccos(min(cosine, 1.0))))


def _in_view(grid: Grid, index: int, point_lps: FloatArray) -> bool:
    """Whether a point of a slice's plane lies within its rows and columns."""
    ijk = grid.ijk_from_lps(point_lps)
    return bool(grid.contains(grid.lps_from_ijk((index, ijk[1], ijk[2]))))
