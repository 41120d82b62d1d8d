"""A slice of a located spine with its classes and the names of its discs, as people check it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from deepspine.data.frames import LevelFrame
from deepspine.data.geometry import FloatArray
from deepspine.data.spine_classes import SpineClass
from deepspine.data.volume import Volume

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CLASS_COLORS = {
    SpineClass.BODY: (0.40, 0.56, 1.00),
    SpineClass.POSTERIOR: (0.47, 0.37, 0.94),
    SpineClass.DISC: (1.00, 0.69, 0.00),
    SpineClass.CANAL: (0.86, 0.15, 0.50),
    SpineClass.SACRUM: (1.00, 0.38, 0.00),
}
"""Told apart by colour-blind readers (IBM design palette)."""

OPACITY = 0.38
WINDOW_PERCENTILES = (1.0, 99.5)
"""Grey levels shown, as percentiles of a picture: fat may clip, air may not hide the rest."""

HEIGHT_IN = 6.0
TEXT_MM = 30.0
"""How far before a disc's centre its name stands: in front of the bodies."""


def middle_slice(frames: Sequence[LevelFrame], volume: Volume) -> int:
    """Return the slice nearest to the discs' centres."""
    centers = volume.grid.ijk_from_lps(np.array([frame.center_lps for frame in frames]))
    return int(np.clip(round(float(np.median(centers[:, 0]))), 0, volume.grid.shape[0] - 1))


def draw_spine(
    volume: Volume, mask: NDArray[np.uint8], frames: Sequence[LevelFrame], *, curve_lps: FloatArray | None = None
) -> Figure:
    """Draw the slice through the middle of the spine with classes and names.

    Parameters
    ----------
    volume, mask
        Sagittal, and its classes by number.
        *Shape:* (slices, rows, columns)
    frames
        The named discs.
    curve_lps
        Points of the spine's curve, in mm, drawn where given.
        *Shape:* (points, 3)
    """
    from matplotlib.figure import Figure

    index = middle_slice(frames, volume)
    picture = volume.voxels[index]
    low, high = np.percentile(picture, WINDOW_PERCENTILES)
    rows_mm, columns_mm = (n * mm for n, mm in zip(picture.shape, volume.spacing_mm[1:], strict=True))
    figure = Figure(figsize=(HEIGHT_IN * columns_mm / rows_mm, HEIGHT_IN))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.imshow(picture, cmap="gray", vmin=low, vmax=max(high, low + 1e-6), aspect="auto")
    overlay = np.zeros((*picture.shape, 4))
    for one, color in CLASS_COLORS.items():
        overlay[mask[index] == one] = (*color, OPACITY)
    axes.imshow(overlay, aspect="auto", interpolation="nearest")
    if curve_lps is not None:
        curve = volume.grid.ijk_from_lps(curve_lps)
        axes.plot(curve[:, 2], curve[:, 1], color="white", linewidth=0.8, alpha=0.7)
    for frame in frames:
        _, row, column = volume.grid.ijk_from_lps(frame.center_lps)
        axes.text(
            column - TEXT_MM / volume.spacing_mm[2],
            row,
            f"{frame.level} {frame.confidence:.2f}",
            color="white",
            fontsize=7,
            ha="right",
            va="center",
            bbox={"facecolor": "black", "alpha": 0.45, "linewidth": 0, "pad": 1.5},
        )
    axes.set_xlim(-0.5, picture.shape[1] - 0.5)
    axes.set_ylim(picture.shape[0] - 0.5, -0.5)
    axes.set_axis_off()
    return figure
