"""The pictures of the demo's page, as PNG data URIs so that the page is one file."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure

from deepspine.data.frames import LevelFrame
from deepspine.data.geometry import LEFT, POSTERIOR, FloatArray
from deepspine.data.spine_drawing import WINDOW_PERCENTILES
from deepspine.data.volume import Volume
from deepspine.grading.read_pictures import png_data_uri

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from deepspine.data.agreement import Counts

DOTS_PER_INCH = 110


def as_data_uri(figure: Figure) -> str:
    """Return a figure as `data:image/png;base64,...`."""
    buffer = io.BytesIO()
    # Without the software tag equal figures are equal bytes, whatever version drew them.
    figure.savefig(buffer, format="png", dpi=DOTS_PER_INCH, bbox_inches="tight", metadata={"Software": None})
    return png_data_uri(buffer.getvalue())


def file_as_data_uri(path: Path) -> str:
    """Return a PNG file as `data:image/png;base64,...`."""
    return png_data_uri(path.read_bytes())


def draw_axial(volume: Volume, frame: LevelFrame) -> Figure:
    """Draw the slice of an axial stack nearest to a disc, with the disc's centre and axes and the patient's sides.

    Parameters
    ----------
    volume
        A parallel axial stack, rows and columns along the patient's right-left and front-back axes in either order.
    frame
        The disc.
    """
    slice_index = int(np.clip(round(float(volume.grid.ijk_from_lps(frame.center_lps)[0])), 0, volume.grid.shape[0] - 1))
    figure = Figure(figsize=(4.2, 4.2))
    axes = figure.add_subplot()
    _show_gray(axes, volume.voxels[slice_index], aspect=float(volume.spacing_mm[1] / volume.spacing_mm[2]))
    for axis, color in ((frame.axes_lps[0], "#ffb000"), (frame.axes_lps[1], "#648fff")):
        ends = volume.grid.ijk_from_lps(np.stack([frame.center_lps - 18 * axis, frame.center_lps + 18 * axis]))
        axes.plot(ends[:, 2], ends[:, 1], color=color, linewidth=1.2)
    _letter_edges(axes, volume)
    axes.set_title(f"axial T2, {frame.level}", fontsize=9)
    return figure


def draw_training_curves(curves: Mapping[str, Mapping[str, Sequence[float]]]) -> Figure:
    """Draw one panel a network: its losses by epoch.

    Parameters
    ----------
    curves
        Network name to curve name to one value an epoch (nan where nothing was logged).
    """
    figure = Figure(figsize=(4.2 * len(curves), 2.8))
    for index, (network, lines) in enumerate(curves.items(), start=1):
        axes = figure.add_subplot(1, len(curves), index)
        for name, values in lines.items():
            axes.plot(np.arange(1, len(values) + 1), values, marker=".", label=name)
        axes.set_title(network, fontsize=9)
        axes.set_xlabel("epoch", fontsize=8)
        axes.tick_params(labelsize=7)
        axes.legend(fontsize=7, frameon=False)
    figure.tight_layout()
    return figure


def draw_confusions(matrices: Mapping[str, tuple[Sequence[str], Counts]]) -> Figure:
    """Draw confusion matrices side by side, counts in the cells.

    Parameters
    ----------
    matrices
        Title to the scale and the counts, rows the reference, columns the prediction.
    """
    figure = Figure(figsize=(2.9 * len(matrices), 2.9))
    for index, (title, (scale, counts)) in enumerate(matrices.items(), start=1):
        axes = figure.add_subplot(1, len(matrices), index)
        shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
        axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
        for (row, column), count in np.ndenumerate(counts):
            axes.text(column, row, str(count), ha="center", va="center", fontsize=8,
                      color="white" if shares[row, column] > 0.6 else "black")  # fmt: skip
        axes.set_xticks(range(len(scale)), scale, rotation=35, ha="right", fontsize=7)
        axes.set_yticks(range(len(scale)), scale, fontsize=7)
        axes.set_title(title, fontsize=8)
        if index == 1:
            axes.set_ylabel("reference", fontsize=8)
        axes.set_xlabel("network", fontsize=8)
    figure.tight_layout()
    return figure


def _show_gray(axes: Axes, picture: FloatArray, *, aspect: float) -> None:
    low, high = np.percentile(picture, WINDOW_PERCENTILES)
    axes.imshow(picture, cmap="gray", vmin=low, vmax=high, aspect=aspect, interpolation="bilinear")
    axes.set_axis_off()


def _letter_edges(axes: Axes, volume: Volume) -> None:
    """Write the patient's sides at the picture's edges, from the geometry, never from habit."""
    _, rows, columns = volume.grid.shape
    _, row_axis, column_axis = volume.grid.axes_lps
    edges = (
        (column_axis, (columns - 1, (rows - 1) / 2)),
        (-column_axis, (0, (rows - 1) / 2)),
        (row_axis, ((columns - 1) / 2, rows - 1)),
        (-row_axis, ((columns - 1) / 2, 0)),
    )
    for direction, (x, y) in edges:
        axes.text(x, y, _letter(direction), color="#ffb000", fontsize=10, ha="center", va="center", weight="bold")


def _letter(direction: FloatArray) -> str:
    names = {"L": LEFT, "R": -LEFT, "P": POSTERIOR, "A": -POSTERIOR}
    return max(names, key=lambda name: float(names[name] @ direction))
