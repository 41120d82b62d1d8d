"""What looks like a Modic change and may be none: what a reader should look at before believing the map."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from deepspine.data.spine_classes import SpineClass
from deepspine.data.volume import Volume
from deepspine.grading.modic.bodies import VertebralBody
from deepspine.grading.modic.marrow import MarrowSignal

MAX_DISC_TO_MARROW = 0.8
"""On a plain T1 discs are darker than fatty marrow; with its fat suppressed the marrow is as dark as they are."""
VOID_RATIO = 0.15
"""Marrow this dark on both pictures is no bone: the darkest sclerosis keeps more on T1."""
MIN_VOID_SHARE = 0.04
MAX_BODY_SHARE = 0.45
"""A change of so much of a body is a fracture, an infection or a tumour as well as a Modic change."""
LAYER_MM = 3.0
MIN_CONTACT = 0.5
"""A Modic change is widest near its endplate; a haemangioma has less than this share of its width there."""
MAX_SPREAD_MM = 18.0
MIN_HEIGHT_SHARE = 0.87
"""Of the neighbours' height: a body so much lower may be broken (Genant 1993: 20 to 25 % is grade 1)."""
MIN_PATIENT_OVERLAP = 0.6
"""Dice of the bodies on T1 and T2 of one patient after registration; of two patients it is far below."""


def pair_doubts(t1: Volume, mask: NDArray[np.uint8]) -> list[str]:
    """Return why the types of a whole study are in doubt: a T1 that is none.

    Contrast agent is told by the header alone: veins brighter than marrow would show it on a phantom, but two thirds of
    123 plain pairs of pictures look so too, for the fat around the veins.

    Parameters
    ----------
    t1
        In the mask's grid.
    mask
        Classes, `[slice, row, column]`.
    """
    ratio = _median(t1.voxels[mask == SpineClass.DISC]) / max(_median(t1.voxels[mask == SpineClass.BODY]), 1e-6)
    return ["T1 looks fat-suppressed: marrow is as dark as discs"] if ratio > MAX_DISC_TO_MARROW else []


def body_doubts(
    body: VertebralBody, t1: MarrowSignal, t2: MarrowSignal, types: NDArray[np.uint8], *, height_share: float
) -> Iterator[str]:
    """Yield why the changes of one body are in doubt.

    Parameters
    ----------
    body, t1, t2
        The body and its signals.
    types
        Its map.
    height_share
        Its height beside that of its neighbours.
    """
    changed = types > 0
    void = body.core & (t1.raw_ratio < VOID_RATIO) & (t2.raw_ratio < VOID_RATIO)
    if void.sum() > MIN_VOID_SHARE * body.core.sum():
        yield "signal void: metal?"
    if t1.is_unlike_neighbours or t2.is_unlike_neighbours:
        yield "marrow unlike that of its neighbours"
    if changed[body.core].mean() > MAX_BODY_SHARE:
        yield "most of the body is changed: fracture, infection or tumour?"
    if height_share < MIN_HEIGHT_SHARE:
        yield "body lower than its neighbours: fracture?"


def region_doubts(changed: NDArray[np.bool_], depth_mm: NDArray[np.float32]) -> Iterator[str]:
    """Yield why the region at one endplate is in doubt: its shape.

    Parameters
    ----------
    changed
        Its voxels.
    depth_mm
        Of each voxel under the endplate.
    """
    depths = depth_mm[changed]
    layers = np.bincount((depths / LAYER_MM).astype(int))
    if len(layers) > 2 and layers[:2].max() < MIN_CONTACT * layers[2:].max():
        yield "wider inside the body than at the endplate: haemangioma?"
    if np.quantile(depths, 0.95) > MAX_SPREAD_MM:
        yield f"reaches more than {MAX_SPREAD_MM:g} mm from its endplate"


def body_overlap(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    """Return the Dice coefficient of the bodies of two masks on one grid, where both saw something.

    Slices are left out in which either mask has none.
    """
    first, second = one == SpineClass.BODY, other == SpineClass.BODY
    both = first.any(axis=(1, 2)) & second.any(axis=(1, 2))
    total = int(first[both].sum() + second[both].sum())
    return 2.0 * int((first & second)[both].sum()) / total if total else 0.0


def _median(values: NDArray[np.float32]) -> float:
    known = values[np.isfinite(values)]
    return float(np.median(known)) if len(known) else float("nan")
