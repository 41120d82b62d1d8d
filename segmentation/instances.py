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
    labels, n_found = _separate(mask == kind, grid)
    pixel_mm2 = float(grid.spacing_mm[1] * grid.spacing_mm[2])
    areas = np.zeros((n_found + 1, len(mask)))
    for index, of_slice in enumerate(labels):
        areas[:, index] = np.bincount(of_slice.ravel(), minlength=n_found + 1) * pixel_mm2
    largest = areas.max(axis=1)
    least = MIN_DISC_AREA_MM2 if kind is SpineClass.DISC else MIN_BODY_AREA_MM2
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


def _separate(binary: NDArray[np.bool_], grid: Grid) -> tuple[NDArray[np.int32], int]:
    """Label connected parts after cutting thin bridges in the plane of the slices; grown back to the whole."""
    whole = np.zeros(binary.shape, dtype=np.int32)
    # Distances are the costliest step after the network: only where there is something.
    occupied = ndimage.find_objects(binary.astype(np.uint8))
    if not occupied:
        return whole, 0
    binary = binary[occupied[0]]
    steps = max(round(EROSION_MM / float(grid.spacing_mm[1:].max())), 1)
    inplane = np.zeros((3, 3, 3), dtype=bool)
    inplane[1] = ndimage.generate_binary_structure(2, 1)
    cores = ndimage.binary_erosion(binary, inplane, iterations=steps)
    labels, n_found = ndimage.label(cores | _without_core(binary, cores), np.ones((3, 3, 3)))
    if n_found == 0:
        return whole, 0
    distance, nearest = ndimage.distance_transform_edt(labels == 0, sampling=grid.spacing_mm, return_indices=True)
    grown = labels[tuple(nearest)]
    grown[~binary | (distance > 4 * EROSION_MM)] = 0
    whole[occupied[0]] = grown
    return whole, int(n_found)


def _without_core(binary: NDArray[np.bool_], cores: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the connected parts too thin for a core: a collapsed disc is one, and not a bridge."""
    labels, n_found = ndimage.label(binary, np.ones((3, 3, 3)))
    has_core = np.zeros(n_found + 1, dtype=bool)
    has_core[labels[cores]] = True
    return np.asarray(binary & ~has_core[labels])


def _part(labels: NDArray[np.int32], certainty: NDArray[np.float32], grid: Grid, number: int, area_mm2: float) -> Part:
    where = labels == number
    points = grid.lps_from_ijk(np.argwhere(where))
    return Part(points.mean(axis=0), points, float(area_mm2), float(certainty[where].mean()), number)
