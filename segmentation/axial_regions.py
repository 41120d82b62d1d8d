"""The disc's region on axial slices: a box around it, from a small U-Net that learned on phantom studies alone."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from deepspine.data.errors import InputError
from deepspine.data.geometry import Plane
from deepspine.data.provenance import provenance
from deepspine.data.spine_classes import SpineClass
from deepspine.data.volume import Volume
from deepspine.data.whole_files import whole_file, write_whole
from deepspine.segmentation.detection.inference import FoundBox
from deepspine.segmentation.detection.instance_map import BoxClass
from deepspine.segmentation.engines import CPU
from deepspine.segmentation.inference import SegmentationNetwork
from deepspine.segmentation.partial_labels import DiscBox
from deepspine.segmentation.weights_file import WEIGHTS_FILE

PICTURE_HEIGHT_MM = 200.0
"""Assumed extent of an axial picture without a pixel size: fields of view of 160 to 220 mm are usual."""
MIN_PROBABILITY = 0.5
MIN_AREA_MM2 = 400.0
"""Of the region in a slice; a lumbar disc has 1,000 to 2,000 (Panjabi 1992)."""
VOID_GREY = 0.06
"""A region whose median grey level is below this share of the bright tissue lies in air or a saturation band."""
BRIGHT_QUANTILE = 0.995
REGIONS_FILE = "regions.json"
"""Written last, as `levels.json`."""
BOXED_FILES = ("overlay.png", REGIONS_FILE)


@dataclass(frozen=True, eq=False)
class AxialRegions:
    """Finds the disc, or the body at its place, on axial slices."""

    network: SegmentationNetwork

    @classmethod
    def load(cls, weights: Path | None = None, *, device: str = CPU) -> AxialRegions:
        """Load weights as `SegmentationNetwork.load` does; the shipped ones of this task by default."""
        return cls(SegmentationNetwork.load(weights or shipped_axial_weights(), device=device))

    def boxes(self, volume: Volume) -> list[FoundBox | None]:
        """Return the region on each slice, in its pixels; None on slices that show none.

        Parameters
        ----------
        volume
            Axial slices, or a picture of one (whatever plane it was read as).

        Raises
        ------
        InputError
            When the volume is known to be of another plane.
        """
        if volume.origin.has_patient_space and volume.grid.plane is not Plane.AXIAL:
            raise InputError(f"axial slices were expected, got a stack of {volume.grid.plane} slices")
        spacing_mm = volume.spacing_mm[1:]
        if volume.origin.spacing_is_assumed:
            spacing_mm = np.full(2, PICTURE_HEIGHT_MM / volume.grid.shape[1])
        found = []
        for one in volume.voxels:
            shown = np.broadcast_to(one, (1, 3, *one.shape))
            disc = self.network.probabilities(shown, spacing_mm)[0, SpineClass.DISC]
            grey = one / max(float(np.quantile(one, BRIGHT_QUANTILE)), 1e-6)
            found.append(_box_of(disc, grey, float(spacing_mm[0] * spacing_mm[1])))
        return found


def shipped_axial_weights() -> Path:
    """Return the path of the weights of this task that come with the package."""
    return Path(str(files("deepspine.segmentation") / "axial_weights" / WEIGHTS_FILE))


def write_regions(
    boxes: Sequence[Sequence[FoundBox | None]],
    stacks: Sequence[Volume],
    folder: Path,
    *,
    decided_by: Mapping[str, Any] | None = None,
) -> None:
    """Write `regions.json` and `overlay.png` (the slice of the surest box).

    Parameters
    ----------
    boxes
        Of each slice of each stack.
    stacks
        In the order of `read_stacks`, from head to foot.
    folder
        Made when missing.
    decided_by
        What the answer depends on, for `made_by`.
    """
    from matplotlib.figure import Figure
    from matplotlib.patches import Rectangle

    folder.mkdir(parents=True, exist_ok=True)
    found = [box for of_stack in boxes for box in of_stack]
    rows = [
        None
        if one is None
        else {"kind": "disc", "box_xyxy": [round(v, 1) for v in _corners(one.box)], "score": round(one.score, 3)}
        for one in found
    ]
    pictures = [picture for stack in stacks for picture in stack.voxels]
    index = max(range(len(found)), key=lambda slice_: getattr(found[slice_], "score", 0.0))
    picture, box = pictures[index], found[index]
    figure = Figure(figsize=(4.0 * picture.shape[1] / picture.shape[0], 4.0))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.imshow(picture, cmap="gray", vmax=np.percentile(picture, 99.5))
    if box is not None:
        x0, y0, x1, y1 = _corners(box.box)
        axes.add_patch(Rectangle((x0 - 0.5, y0 - 0.5), x1 - x0, y1 - y0, fill=False, edgecolor="orange"))
    axes.set_axis_off()
    with whole_file(folder / "overlay.png") as partial:
        figure.savefig(partial, format="png", dpi=100, metadata={"Software": None})
    made_by = provenance((stack.origin.source for stack in stacks), decided_by=decided_by or {})
    values = {"slices": rows, "stacks": [len(stack.voxels) for stack in stacks], "made_by": made_by}
    write_whole(folder / REGIONS_FILE, json.dumps(values, indent=1) + "\n")


def _box_of(probability: NDArray[np.float32], grey: NDArray[np.float32], pixel_mm2: float) -> FoundBox | None:
    """Return the box of the largest sure region that shows tissue."""
    labels, n_found = ndimage.label(probability >= MIN_PROBABILITY)
    numbers = range(1, n_found + 1)
    areas_mm2 = pixel_mm2 * np.bincount(labels.ravel(), minlength=n_found + 1)
    shown = [
        number
        for number in numbers
        if areas_mm2[number] >= MIN_AREA_MM2 and np.median(grey[labels == number]) >= VOID_GREY
    ]
    if not shown:
        return None
    inside = labels == max(shown, key=lambda number: float(probability[labels == number].sum()))
    rows, columns = np.nonzero(inside)
    box = DiscBox(float(columns.min()), float(rows.min()), float(columns.max()) + 1, float(rows.max()) + 1)
    return FoundBox(BoxClass.DISC, box, float(probability[inside].mean()))


def _corners(box: DiscBox) -> tuple[float, float, float, float]:
    return box.x0, box.y0, box.x1, box.y1
