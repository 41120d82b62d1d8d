"""From a mask of classes to single bodies and discs in patient space."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from deepspine.data.geometry import FloatArray, Grid
from deepspine.data.spine_classes import SpineClass

MIN_SHARE_OF_MEDIAN = 0.2
"""A part smaller than this share of the median part of its kind is a speck, not a vertebra."""
MIN_DISC_AREA_MM2 = 40.0
MIN_BODY_AREA_MM2 = 150.0
"""Sagittal area of the smallest disc and body taken for one (adult lumbar: 200 to 500 and 800 to 1200 mm2)."""
EROSION_MM = 1.6
"""Bridges thinner than twice this between two bodies are cut."""


@dataclass(frozen=True, eq=False)
class Part:
    """A disc, body or sacrum.

    Attributes
    ----------
    center_lps
        Centroid, mm; shape (3,).
    points_lps
        Its voxels' centres, mm; shape (voxels, 3).
    area_mm2
        Largest sagittal cross-section.
    certainty
        Mean probability of its voxels, in [0, 1].
    label
        Its number in the array that `find_parts` returns.
    """

    center_lps: FloatArray
    points_lps: FloatArray
    area_mm2: float
    certainty: float
    label: int


def find_parts(
    mask: NDArray[np.uint8], certainty: NDArray[np.float32], grid: Grid, kind: SpineClass
) -> tuple[list[Part], NDArray[np.int32]]:
    """Separate the parts of one kind, from cranial to caudal.

    Parameters
    ----------
    mask, certainty
        As the network gives them, `[slice, row, column]`.
    grid
        Of both.
    kind
        `BODY` or `DISC`.

    Returns
    -------
    The parts, and an array with the number of each part in its voxels (0 elsewhere).
    """
    least = MIN_DISC_AREA_MM2 if kind is SpineClass.DISC else MIN_BODY_AREA_MM2
    labels, n_found = _separate(mask == kind, grid, least_mm2=least)
    largest = _largest_areas_mm2(labels, n_found, grid)
    sizes = largest[1:][largest[1:] >= least]
    floor = max(least, MIN_SHARE_OF_MEDIAN * float(np.median(sizes))) if len(sizes) else np.inf
    parts = [_part(labels, certainty, grid, n, largest[n]) for n in range(1, n_found + 1) if largest[n] >= floor]
    parts.sort(key=lambda part: -part.center_lps[2])
    # Noise can hold more parts than a byte can count.
    kept = np.zeros(labels.shape, dtype=np.int32)
    for number, part in enumerate(parts, start=1):
        kept[labels == part.label] = number
    return [Part(p.center_lps, p.points_lps, p.area_mm2, p.certainty, n) for n, p in enumerate(parts, 1)], kept


def points_of(mask: NDArray[np.uint8], grid: Grid, kind: SpineClass) -> FloatArray:
    """Return the centres of all voxels of a class, mm; shape (voxels, 3)."""
    return grid.lps_from_ijk(np.argwhere(mask == kind))


def _separate(binary: NDArray[np.bool_], grid: Grid, *, least_mm2: float) -> tuple[NDArray[np.int32], int]:
    """Label connected parts, cut at thin bridges in the plane of the slices where that leaves two of a size or more."""
    whole = np.zeros(binary.shape, dtype=np.int32)
    # Distances are the costliest step after the network: only where there is something.
    occupied = ndimage.find_objects(binary.astype(np.uint8))
    if not occupied:
        return whole, 0
    binary = binary[occupied[0]]
    around = np.ones((3, 3, 3))
    connected, n_connected = ndimage.label(binary, around)
    pieces, n_pieces = ndimage.label(_cores(binary, grid), around)
    if n_pieces:
        distance, nearest = ndimage.distance_transform_edt(pieces == 0, sampling=grid.spacing_mm, return_indices=True)
        pieces = pieces[tuple(nearest)]
        pieces[~binary | (distance > 4 * EROSION_MM)] = 0
    # A collapsed disc, thin all over or but for some spots, is one part: there is nothing to cut.
    large = _largest_areas_mm2(pieces, n_pieces, grid) >= least_mm2
    large[0] = False
    places = np.unique(np.stack([connected[binary], pieces[binary]]), axis=1)
    is_cut = np.bincount(places[0], large[places[1]], minlength=n_connected + 1) > 1
    whole[occupied[0]] = np.where(is_cut[connected], pieces, np.where(connected > 0, connected + n_pieces, 0))
    return whole, n_pieces + n_connected


def _cores(binary: NDArray[np.bool_], grid: Grid) -> NDArray[np.bool_]:
    """Return what is left of thick parts when their rim is taken off, in the plane of the slices."""
    steps = max(round(EROSION_MM / float(grid.spacing_mm[1:].max())), 1)
    inplane = np.zeros((3, 3, 3), dtype=bool)
    inplane[1] = ndimage.generate_binary_structure(2, 1)
    return np.asarray(ndimage.binary_erosion(binary, inplane, iterations=steps))


def _largest_areas_mm2(labels: NDArray[np.int32], n_labels: int, grid: Grid) -> NDArray[np.float64]:
    """Return for each label from 0 on the largest area that it has in a slice."""
    areas = np.array([np.bincount(of_slice.ravel(), minlength=n_labels + 1) for of_slice in labels])
    return np.asarray(areas.max(axis=0) * float(grid.spacing_mm[1] * grid.spacing_mm[2]))


def _part(labels: NDArray[np.int32], certainty: NDArray[np.float32], grid: Grid, number: int, area_mm2: float) -> Part:
    where = labels == number
    points = grid.lps_from_ijk(np.argwhere(where))
    return Part(points.mean(axis=0), points, float(area_mm2), float(certainty[where].mean()), number)
