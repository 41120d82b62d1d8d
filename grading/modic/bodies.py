"""Vertebral bodies and their endplates, from the mask of `locate`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from deepspine.data.frames import LevelFrame
from deepspine.data.geometry import FloatArray, Grid
from deepspine.data.levels import Level, Vertebra
from deepspine.data.spine_classes import SpineClass

S1_HEIGHT_MM = 22.0
"""The sacrum's mask does not part its segments: S1 is what lies so near under the endplate of the lowest disc; the rest
of its body, up to 30 mm, is left out for the sake of the dark remnant of a disc below it."""
NEAR_BODY_MM = 14.0
"""The body beside a disc begins within this of the disc's middle plane."""
RIM_MM = 1.5
"""Outermost layer of a body, where cortex and disc share its voxels."""
DISC_MARGIN_MM = 4.0
"""How far a disc's voxels reach beyond the endplates of its frame."""
SACRAL_RIM_MM = 3.0
"""The same of S1, whose mask goes on into wings, arch and the next segment."""
MIN_CORE_VOXELS = 60


@dataclass(frozen=True, eq=False)
class Endplate:
    """One endplate.

    Attributes
    ----------
    level
        The disc that it borders.
    vertebra
        The body that it belongs to.
    is_upper
        Whether it is the upper endplate of its body.
    distance_mm
        Of each voxel of the body's box from the disc.
        *Shape:* that of the body's box
    """

    level: Level
    vertebra: Vertebra
    is_upper: bool
    distance_mm: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class VertebralBody:
    """One body.

    Attributes
    ----------
    vertebra
        Its name.
    box
        Where it lies in the volume; the arrays below have the shape of this box.
    inside, core
        Its voxels, and those deeper than `RIM_MM` under its surface.
    place_mm
        Left-right, front-back and up-down coordinates of the voxels along the spine's axes, from the body's centre.
        *Shape:* (3, slices, rows, columns)
    endplates
        Those whose disc is in view.
    """

    vertebra: Vertebra
    box: tuple[slice, slice, slice]
    inside: NDArray[np.bool_]
    core: NDArray[np.bool_]
    place_mm: NDArray[np.float32]
    endplates: tuple[Endplate, ...]

    @property
    def depth_mm(self) -> NDArray[np.float32]:
        """Distance of each voxel of the box from the nearest disc."""
        return np.asarray(np.min([one.distance_mm for one in self.endplates], axis=0), dtype=np.float32)

    def endplate_of(self, index: int) -> NDArray[np.bool_]:
        """Return which voxels of the body lie nearest to one of its endplates."""
        nearest = np.argmin([one.distance_mm for one in self.endplates], axis=0)
        return np.asarray(self.inside & (nearest == index))


def find_bodies(
    mask: NDArray[np.uint8], vertebra_map: NDArray[np.uint8], grid: Grid, frames: Sequence[LevelFrame]
) -> tuple[VertebralBody, ...]:
    """Return the bodies beside named discs, cranial to caudal, S1 last.

    Parameters
    ----------
    mask, vertebra_map
        As `locate` writes them, `[slice, row, column]`.
    grid
        Of both.
    frames
        Named discs, cranial to caudal.
    """
    discs = {frame.level: _disc_voxels(mask, grid, frame) for frame in frames}
    found = []
    for vertebra, voxels in _bodies_of(mask, vertebra_map, grid, frames).items():
        above = next((one for one in frames if one.level.vertebra_below is vertebra), None)
        below = next((one for one in frames if one.level.vertebra_above is vertebra), None)
        body = _body(vertebra, voxels, grid, discs, above, below)
        if body is not None:
            found.append(body)
    return tuple(found)


def _bodies_of(
    mask: NDArray[np.uint8], vertebra_map: NDArray[np.uint8], grid: Grid, frames: Sequence[LevelFrame]
) -> Mapping[Vertebra, NDArray[np.bool_]]:
    """Return the voxels of each body, found beside the discs that name it."""
    found: dict[Vertebra, NDArray[np.bool_]] = {}
    for frame in frames:
        for vertebra, up in ((frame.level.vertebra_above, 1.0), (frame.level.vertebra_below, -1.0)):
            if vertebra in found:
                continue
            voxels = _number_beside(vertebra_map, mask, grid, frame, up)
            if vertebra is Vertebra.S1 and up < 0 and not voxels.any():
                voxels = _sacral_body(mask, grid, frame)
            if voxels.any():
                found[vertebra] = voxels
    return found


def _number_beside(
    vertebra_map: NDArray[np.uint8], mask: NDArray[np.uint8], grid: Grid, frame: LevelFrame, up: float
) -> NDArray[np.bool_]:
    """Return the body that is met first when leaving a disc upwards (1) or downwards (-1)."""
    steps = np.arange(1.0, NEAR_BODY_MM, 0.5)
    points = frame.center_lps + up * steps[:, None] * frame.axes_lps[2]
    ijk = np.round(grid.ijk_from_lps(points)).astype(int)
    ijk = ijk[((ijk >= 0) & (ijk < grid.shape)).all(axis=1)]
    numbers = vertebra_map[tuple(ijk.T)]
    met = numbers[numbers > 0]
    if not len(met):
        return np.zeros(mask.shape, dtype=bool)
    return np.asarray((vertebra_map == met[0]) & (mask == SpineClass.BODY))


def _sacral_body(mask: NDArray[np.uint8], grid: Grid, frame: LevelFrame) -> NDArray[np.bool_]:
    """Return the part of the sacrum under the lowest disc: S1."""
    index = np.argwhere(mask == SpineClass.SACRUM)
    offset = (grid.lps_from_ijk(index) - frame.center_lps) @ frame.axes_lps.T
    # The sacrum bends backwards: its body leaves the disc's axis, its wings and arch lie beside and behind.
    height_mm = S1_HEIGHT_MM + frame.height_mm / 2
    near = (offset[:, 2] > -height_mm) & (offset[:, 2] < 0) & (np.abs(offset[:, 1]) < 0.6 * frame.depth_mm)
    if not np.isnan(frame.width_mm):
        near &= np.abs(offset[:, 0]) < 0.45 * frame.width_mm
    voxels = np.zeros(mask.shape, dtype=bool)
    voxels[tuple(index[near].T)] = True
    return voxels


def _disc_voxels(mask: NDArray[np.uint8], grid: Grid, frame: LevelFrame) -> NDArray[np.bool_]:
    index = np.argwhere(mask == SpineClass.DISC)
    offset = np.abs((grid.lps_from_ijk(index) - frame.center_lps) @ frame.axes_lps.T)
    own = (offset[:, 2] < frame.height_mm / 2 + DISC_MARGIN_MM) & (offset[:, 1] < 0.75 * frame.depth_mm)
    voxels = np.zeros(mask.shape, dtype=bool)
    voxels[tuple(index[own].T)] = True
    return voxels


def _body(
    vertebra: Vertebra,
    voxels: NDArray[np.bool_],
    grid: Grid,
    discs: Mapping[Level, NDArray[np.bool_]],
    above: LevelFrame | None,
    below: LevelFrame | None,
) -> VertebralBody | None:
    """Return one body in its box, if enough of it is in view beside a disc."""
    box = _box(voxels, margin=max(round(DISC_MARGIN_MM / float(grid.spacing_mm[1])), 1))
    inside = ndimage.binary_fill_holes(voxels[box][:, :, :], structure=np.ones((1, 3, 3)))
    spacing_mm = grid.spacing_mm
    rim_mm = SACRAL_RIM_MM if vertebra is Vertebra.S1 else RIM_MM
    core = inside & (_inner_distance_mm(inside, spacing_mm) > rim_mm) & _between_slices(inside)
    endplates = tuple(_endplates(vertebra, discs, above, below, box, spacing_mm))
    frame = above or below
    if core.sum() < MIN_CORE_VOXELS or not endplates or frame is None:
        return None
    axes = frame.axes_lps if above is None or below is None else _mean_axes(above, below)
    place = _place_mm(box, inside, grid, axes)
    return VertebralBody(vertebra, box, inside, core, place, endplates)


def _endplates(
    vertebra: Vertebra,
    discs: Mapping[Level, NDArray[np.bool_]],
    above: LevelFrame | None,
    below: LevelFrame | None,
    box: tuple[slice, slice, slice],
    spacing_mm: FloatArray,
) -> Iterator[Endplate]:
    for frame, is_upper in ((above, True), (below, False)):
        if frame is None or not discs[frame.level][box].any():
            continue
        distance = ndimage.distance_transform_edt(~discs[frame.level][box], sampling=spacing_mm)
        yield Endplate(frame.level, vertebra, is_upper, np.asarray(distance, dtype=np.float32))


def _inner_distance_mm(inside: NDArray[np.bool_], spacing_mm: FloatArray) -> NDArray[np.float32]:
    """Return the distance from the surface in each slice; slices are too thick to count across them."""
    padded = np.pad(inside, ((0, 0), (1, 1), (1, 1)))
    distance = np.stack([ndimage.distance_transform_edt(one, sampling=spacing_mm[1:]) for one in padded])
    return np.asarray(distance[:, 1:-1, 1:-1], dtype=np.float32)


def _between_slices(inside: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the voxels with the body on both sides: a thick slice at its flank holds muscle and cortex as well."""
    if len(inside) == 1:
        return inside
    padded = np.pad(inside, ((1, 1), (0, 0), (0, 0)))
    return np.asarray(inside & padded[:-2] & padded[2:])


def _box(voxels: NDArray[np.bool_], margin: int) -> tuple[slice, slice, slice]:
    first, second, third = ndimage.find_objects(voxels.astype(np.uint8))[0]
    rows, columns = (
        slice(max(one.start - margin, 0), min(one.stop + margin, size))
        for one, size in zip((second, third), voxels.shape[1:], strict=True)
    )
    return first, rows, columns


def _mean_axes(above: LevelFrame, below: LevelFrame) -> FloatArray:
    from deepspine.data.frames import orthonormal

    return orthonormal((above.axes_lps + below.axes_lps) / 2)


def _place_mm(
    box: tuple[slice, slice, slice], inside: NDArray[np.bool_], grid: Grid, axes_lps: FloatArray
) -> NDArray[np.float32]:
    ijk = np.stack(np.meshgrid(*[np.arange(one.start, one.stop) for one in box], indexing="ij"), axis=-1)
    points = grid.lps_from_ijk(ijk)
    place = (points - points[inside].mean(axis=0)) @ axes_lps.T
    return np.asarray(np.moveaxis(place, -1, 0), dtype=np.float32)
