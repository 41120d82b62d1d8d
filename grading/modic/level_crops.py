"""What the network of Modic regions looks at: a disc and half of each body beside it, slice by slice, beside marrow.

Rows run down the spine and columns backwards, so that every disc stands alike whatever its tilt. A crop has three
channels: T1 and T2 as logarithms of the ratio to the bodies' own normal marrow, and which pixels are body. Outside the
bodies the ratio is to the marrow of the nearest body up or down the spine.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from deepspine.data.frames import LevelFrame
from deepspine.data.geometry import FloatArray, Grid
from deepspine.data.levels import Level
from deepspine.data.volume import Volume
from deepspine.grading.modic.bodies import VertebralBody
from deepspine.grading.modic.marrow import MarrowSignal

ROWS, COLUMNS = 64, 48
PIXEL_MM = 0.9
"""A crop is 58 mm high and 43 mm deep: every voxel of a body is nearer to one of its discs than 28 mm."""
CHANNELS = ("t1", "t2", "body")
LARGEST_LOG = 1.5
"""Ratios beyond are metal, flow or fluid."""
MAX_OFF_CENTRE_MM = 40.0
"""A slice further from a disc's centre does not show it."""


@dataclass(frozen=True, eq=False)
class LevelCrops:
    """The crops of one disc.

    Attributes
    ----------
    level
        Its name.
    slices
        Numbers of the slices that show a body beside it.
        *Shape:* (slices,)
    to_pixels
        From a crop's row and column (homogeneous) to the picture's, for each slice.
        *Shape:* (slices, 2, 3)
    channels
        See `CHANNELS`; zero beyond the picture.
        *Shape:* (slices, 3, ROWS, COLUMNS)
    """

    level: Level
    slices: NDArray[np.int64]
    to_pixels: FloatArray
    channels: NDArray[np.float32]

    def points(self) -> FloatArray:
        """Return row and column in the picture of every pixel; shape (slices, 2, ROWS, COLUMNS)."""
        rows, columns = np.indices((ROWS, COLUMNS), dtype=float)
        here = np.stack([rows.ravel(), columns.ravel(), np.ones(rows.size)])
        return np.asarray((self.to_pixels @ here).reshape(-1, 2, ROWS, COLUMNS))

    def cut(self, voxels: NDArray[np.generic], *, order: int = 1) -> NDArray[np.float32]:
        """Cut the same crops out of another array on the picture's grid; zero beyond it.

        *Shape:* (slices, ROWS, COLUMNS)
        """
        points = self.points()
        return np.stack(
            [
                ndimage.map_coordinates(voxels[index].astype(np.float32), where, order=order, prefilter=False)
                for index, where in zip(self.slices, points, strict=True)
            ]
        )

    def spread(self, values: NDArray[np.float32], where: NDArray[np.bool_]) -> NDArray[np.float32]:
        """Bring values of the crops back to the picture.

        Parameters
        ----------
        values
            *Shape:* (slices, ROWS, COLUMNS)
        where
            Voxels of the picture's grid that are asked for.
            *Shape:* that of the picture

        Returns
        -------
        Interpolated, zero elsewhere and beyond the crops; shape that of the picture.
        """
        out = np.zeros(where.shape, dtype=np.float32)
        for index, to_pixels, own in zip(self.slices, self.to_pixels, values, strict=True):
            rows, columns = np.nonzero(where[index])
            if len(rows):
                offset = np.stack([rows, columns]) - to_pixels[:, 2:]
                here = np.linalg.solve(to_pixels[:, :2], offset)
                out[index, rows, columns] = ndimage.map_coordinates(own, here, order=1, mode="nearest")
        return out


def level_crops(
    t1: Volume,
    t2: Volume,
    bodies: Sequence[VertebralBody],
    signals: tuple[Sequence[MarrowSignal], Sequence[MarrowSignal]],
    frames: Sequence[LevelFrame],
) -> list[LevelCrops]:
    """Cut the crops of every named disc with a body beside it.

    Parameters
    ----------
    t1, t2
        In one grid.
    bodies, signals
        The bodies, and their signals on T1 and T2.
    frames
        The named discs.
    """
    images = [_beside_marrow(volume, bodies, own) for volume, own in zip((t1, t2), signals, strict=True)]
    inside = np.zeros(t2.grid.shape, dtype=np.float32)
    for body in bodies:
        inside[body.box][body.inside] = 1.0
    found = []
    for frame in frames:
        own = [body for body in bodies if any(one.level is frame.level for one in body.endplates)]
        places = list(_places(frame, t2.grid, own))
        if places:
            slices = np.array([index for index, _ in places])
            empty = LevelCrops(frame.level, slices, np.stack([place for _, place in places]), np.zeros(0, np.float32))
            channels = np.stack([*(empty.cut(image) for image in images), empty.cut(inside)], axis=1)
            found.append(LevelCrops(frame.level, slices, empty.to_pixels, channels))
    return found


def _places(frame: LevelFrame, grid: Grid, bodies: Sequence[VertebralBody]) -> Iterator[tuple[int, FloatArray]]:
    """Yield the slices that show a body of the disc, and where the crop lies in each."""
    shown = sorted(
        {
            body.box[0].start + index
            for body in bodies
            for index in np.flatnonzero(body.inside.any(axis=(1, 2))).tolist()
        }
    )
    center = grid.ijk_from_lps(frame.center_lps)
    per_mm = grid.ijk_from_lps(frame.center_lps + frame.axes_lps[0]) - center
    in_plane = grid.axes_lps[1:]
    up = in_plane @ frame.axes_lps[2]
    up = up / np.linalg.norm(up)
    back = np.array([up[1], -up[0]])
    if back @ (in_plane @ frame.axes_lps[1]) < 0:
        back = -back
    steps = np.stack([-up, back], axis=1) * PIXEL_MM / grid.spacing_mm[1:, None]
    for index in shown:
        aside_mm = (index - center[0]) / per_mm[0] if abs(per_mm[0]) > 1e-6 else 0.0
        if abs(aside_mm) <= MAX_OFF_CENTRE_MM or grid.shape[0] == 1:
            middle = (center + np.clip(aside_mm, -MAX_OFF_CENTRE_MM, MAX_OFF_CENTRE_MM) * per_mm)[1:]
            first = middle - steps @ [(ROWS - 1) / 2, (COLUMNS - 1) / 2]
            yield index, np.concatenate([steps, first[:, None]], axis=1)


def _beside_marrow(
    volume: Volume, bodies: Sequence[VertebralBody], signals: Sequence[MarrowSignal]
) -> NDArray[np.float32]:
    """Return the logarithm of the ratio to normal marrow everywhere; zero where nothing was measured."""
    voxels = volume.voxels
    floor = max(float(np.nanmax(voxels)) * 1e-3, 1e-6)
    logs = np.log(np.maximum(np.nan_to_num(voxels, nan=floor), floor))
    rows = np.array([body.box[1].start + np.flatnonzero(body.inside.any(axis=(0, 2))).mean() for body in bodies])
    levels = np.array([one.normal_log for one in signals])
    # A body that a picture does not reach has no marrow of its own.
    order = np.array([index for index in np.argsort(rows) if np.isfinite(levels[index])])
    normal = np.interp(np.arange(voxels.shape[1]), rows[order], levels[order])
    image = (logs - normal[:, None]).astype(np.float32)
    for body, signal in zip(bodies, signals, strict=True):
        if not np.isfinite(signal.normal_log):
            continue
        own = np.log(np.maximum(np.nan_to_num(signal.raw_ratio, nan=1.0), 1e-3))
        image[body.box][body.inside] = own[body.inside]
    image[~np.isfinite(voxels)] = 0.0
    return np.asarray(np.clip(np.nan_to_num(image), -LARGEST_LOG, LARGEST_LOG))
