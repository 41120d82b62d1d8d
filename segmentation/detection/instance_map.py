"""The parts of a sagittal slice as numbered shapes, from which boxes are taken after any turn of the picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from deepspine.data.spine_classes import SpineClass
from deepspine.segmentation.classes import AllowedMap, class_set
from deepspine.segmentation.partial_labels import DiscBox

if TYPE_CHECKING:
    from torch import Tensor

FIRST_NUMBER = 2
"""`Augmentation` fills what lies outside of a picture with 1, so parts are numbered from 2."""
MIN_PART_PIXELS = 60
"""Specks of a mask are no part."""
MIN_BOX_PIXELS = 4.0
MIN_VISIBLE_SHARE = 0.5
"""A part cut by the border to less than this share of the median area of its kind is not asked for."""
MAX_TILT_DEG = 50.0
MIN_THICKNESS_SHARE = 0.15
"""Of a disc, from front to back."""
BODY_HALF_HEIGHT, BODY_HALF_DEPTH = 0.40, 0.46
"""Of a body, as shares of the distance of its discs and of their depth."""
S1_TURN_DEG, S1_DISTANCE, S1_HALF_HEIGHT = 20.0, 0.55, 0.38
"""S1 goes on below the lowest disc, turned to the back; shares of the distance of the lowest two discs."""


class BoxClass(IntEnum):
    """What a box holds; 0 is the background of torchvision's detectors."""

    DISC = 1
    BODY = 2
    S1 = 3


@dataclass(frozen=True, eq=False)
class InstanceMap:
    """Numbered parts of a slice.

    Attributes
    ----------
    numbers
        `FIRST_NUMBER + i` in the pixels of part `i`, 0 elsewhere.
        *Shape:* (rows, columns)
    classes
        `BoxClass` of each part.
    """

    numbers: NDArray[np.uint8]
    classes: tuple[BoxClass, ...]


def instances_of_disc_boxes(shape: tuple[int, int], boxes: Sequence[DiscBox]) -> InstanceMap:
    """Return discs, the bodies between them and S1 below the lowest, of two or more disc boxes in any order."""
    ordered = sorted(boxes, key=lambda box: box.center[1])
    centers = np.array([box.center for box in ordered])
    tilts = [tilt_deg(centers, index) for index in range(len(ordered))]
    tilts[-1] = min(tilts[-1] + S1_TURN_DEG / 2, MAX_TILT_DEG)
    numbers = np.zeros(shape, dtype=np.uint8)
    classes: list[BoxClass] = []

    def paint(inside: NDArray[np.bool_], kind: BoxClass) -> None:
        numbers[inside] = FIRST_NUMBER + len(classes)
        classes.append(kind)

    depth = float(np.median([box.width for box in ordered]))
    for upper, lower in pairwise(centers):
        way = lower - upper
        distance = float(np.linalg.norm(way))
        tilt = float(np.rad2deg(np.arctan2(way[0], way[1])))
        half = (BODY_HALF_DEPTH * depth, BODY_HALF_HEIGHT * distance)
        paint(tilted_rectangle(shape, (upper + lower) / 2, half, tilt), BoxClass.BODY)
    paint(_s1(shape, centers[-1], centers[-2]), BoxClass.S1)
    for box, tilt in zip(ordered, tilts, strict=True):
        paint(disc_in_box(shape, box, tilt), BoxClass.DISC)
    return InstanceMap(numbers, tuple(classes))


def instances_of_sets(allowed: AllowedMap) -> InstanceMap:
    """Return the connected discs and bodies that a label map is sure of, and S1 below the lowest disc."""
    numbers = np.zeros(allowed.shape, dtype=np.uint8)
    classes: list[BoxClass] = []
    centers = []
    for kind, spine_class in ((BoxClass.BODY, SpineClass.BODY), (BoxClass.DISC, SpineClass.DISC)):
        labels, n_found = ndimage.label(allowed == class_set(spine_class))
        for number in range(1, n_found + 1):
            inside = labels == number
            if inside.sum() >= MIN_PART_PIXELS:
                numbers[inside] = FIRST_NUMBER + len(classes)
                classes.append(kind)
                if kind is BoxClass.DISC:
                    rows, columns = np.nonzero(inside)
                    centers.append(np.array([columns.mean(), rows.mean()]))
    centers.sort(key=lambda center: float(center[1]))
    if len(centers) >= 2:
        inside = _s1(allowed.shape, centers[-1], centers[-2]) & (numbers == 0)
        numbers[inside] = FIRST_NUMBER + len(classes)
        classes.append(BoxClass.S1)
    return InstanceMap(numbers, tuple(classes))


def boxes_of(numbers: Tensor, classes: Sequence[BoxClass]) -> dict[str, Tensor]:
    """Return the boxes of numbered parts as torchvision's detectors want them.

    Parameters
    ----------
    numbers
        As `InstanceMap.numbers`, perhaps turned and cut.
        *Shape:* (rows, columns)
    classes
        Of the parts.

    Returns
    -------
    `boxes`, x0 y0 x1 y1 in pixels, and `labels`, without parts that are mostly out of view.
        *Shape:* (parts, 4) and (parts,)
    """
    import torch

    areas = [int((numbers == FIRST_NUMBER + index).sum()) for index in range(len(classes))]
    boxes, labels = [], []
    for index, kind in enumerate(classes):
        seen = [area for area, one in zip(areas, classes, strict=True) if one is kind and area]
        if not areas[index] or areas[index] < MIN_VISIBLE_SHARE * float(np.median(seen)):
            continue
        rows, columns = torch.nonzero(numbers == FIRST_NUMBER + index, as_tuple=True)
        x0, y0 = float(columns.min()), float(rows.min())
        x1, y1 = float(columns.max()) + 1, float(rows.max()) + 1
        if min(x1 - x0, y1 - y0) >= MIN_BOX_PIXELS:
            boxes.append([x0, y0, x1, y1])
            labels.append(int(kind))
    return {
        "boxes": torch.tensor(boxes, dtype=torch.float32).reshape(-1, 4),
        "labels": torch.tensor(labels, dtype=torch.int64),
    }


def disc_in_box(shape: tuple[int, int], box: DiscBox, tilt: float) -> NDArray[np.bool_]:
    """Return the pixels of a disc, tilted so, that its box bounds; a positive tilt turns its back upwards.

    A rectangle `l` long and `t` thick, tilted by `a`, has a box of `l cos a + t sin a` by `l sin a + t cos a`.
    """
    width, height = box.width, box.y1 - box.y0
    angle = np.deg2rad(abs(tilt))
    # No rectangle tilted more than this fits; at 45 degrees the two equations become one.
    angle = min(angle, np.arctan2(height, width) * 0.9, np.deg2rad(40.0))
    cos, sin = np.cos(angle), np.sin(angle)
    length = (width * cos - height * sin) / (cos**2 - sin**2)
    thickness = max((height * cos - width * sin) / (cos**2 - sin**2), MIN_THICKNESS_SHARE * length)
    turned = float(np.rad2deg(angle) * np.sign(tilt))
    return tilted_rectangle(shape, box.center, (length / 2, thickness / 2), turned)


def tilt_deg(centers: NDArray[np.float64], index: int) -> float:
    """Return how the way through neighbouring centres, column and row from the top, leaves the vertical to the back."""
    way = centers[min(index + 1, len(centers) - 1)] - centers[max(index - 1, 0)]
    return float(np.clip(np.rad2deg(np.arctan2(way[0], way[1])), -MAX_TILT_DEG, MAX_TILT_DEG))


def tilted_rectangle(
    shape: tuple[int, int], center: NDArray[np.float64], half: tuple[float, float], tilt: float
) -> NDArray[np.bool_]:
    """Return the pixels of a rectangle: half its depth and half its height, its back turned up by `tilt` degrees."""
    rows, columns = np.indices(shape)
    angle = np.deg2rad(tilt)
    # Pixels' middles: a box ends at the border of its last pixel.
    dx, dy = columns + 0.5 - center[0], rows + 0.5 - center[1]
    across, along = dx * np.cos(angle) - dy * np.sin(angle), dx * np.sin(angle) + dy * np.cos(angle)
    return np.asarray((np.abs(across) <= half[0]) & (np.abs(along) <= half[1]))


def _s1(shape: tuple[int, int], lowest: NDArray[np.float64], above: NDArray[np.float64]) -> NDArray[np.bool_]:
    way = lowest - above
    distance = float(np.linalg.norm(way))
    tilt = float(np.rad2deg(np.arctan2(way[0], way[1]))) + S1_TURN_DEG
    down = np.array([np.sin(np.deg2rad(tilt)), np.cos(np.deg2rad(tilt))])
    half = S1_HALF_HEIGHT * distance
    return tilted_rectangle(shape, lowest + S1_DISTANCE * distance * down, (half, half), tilt)
