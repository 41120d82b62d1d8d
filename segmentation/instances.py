"""From a mask of classes to single bodies and discs in patient space."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.sparse.csgraph import connected_components
from scipy.spatial import KDTree

from deepspine.data.geometry import FloatArray, Grid
from deepspine.segmentation.classes import SpineClass

MIN_SHARE_OF_MEDIAN = 0.2
"""A part smaller than this share of the median part of its kind is a speck, not a vertebra."""
MIN_DISC_AREA_MM2 = 40.0
MIN_BODY_AREA_MM2 = 150.0
"""Sagittal area of the smallest disc and body taken for one (adult lumbar: 200 to 500 and 800 to 1200 mm2)."""
EROSION_MM = 1.6
"""Bridges thinner than twice this between two bodies are cut."""
MAX_LINK_MM = 14.0
"""Neighbouring parts of a spine lie nearer to each other than this, even where a disc between two bodies was missed."""
MIN_PARTS_OF_SPINE = 3
"""Fewer parts with nothing else near are no spine: bowel and bladder look like a disc now and then."""
SAME_DISC_SHARE = 0.5
"""Discs nearer than this share of the median distance are pieces of one disc, of which the middle was missed."""
MIN_SACRUM_AREA_MM2 = 300.0
"""Sagittal area of the smallest piece taken for the sacrum (S1 alone: 600 to 900 mm2)."""
MAX_DISCS_IN_PELVIS = 2
"""With more discs below it, the doubt is about the sacrum."""
LINK_POINTS = 400
"""Distances between parts are taken of this many voxels each."""


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
) -> tuple[list[Part], NDArray[np.uint8]]:
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
    kept = np.zeros(labels.shape, dtype=np.uint8)
    for number, part in enumerate(parts, start=1):
        kept[labels == part.label] = number
    return [Part(p.center_lps, p.points_lps, p.area_mm2, p.certainty, n) for n, p in enumerate(parts, 1)], kept


def parts_of_spine(bodies: Sequence[Part], discs: Sequence[Part]) -> tuple[list[Part], list[Part]]:
    """Return the bodies and discs that lie in a row with others; lonely blobs in the pelvis are left out."""
    parts = [*bodies, *discs]
    if not parts:
        return [], []
    trees = [KDTree(part.points_lps[:: max(len(part.points_lps) // LINK_POINTS, 1)]) for part in parts]
    linked = np.array([[_distance_mm(one, other) < MAX_LINK_MM for other in trees] for one in trees])
    _, group = connected_components(linked)
    sizes = np.bincount(group)
    kept = (sizes[group] >= MIN_PARTS_OF_SPINE) | (sizes[group] == sizes.max())
    in_row = [part for part, keep in zip(parts, kept, strict=True) if keep]
    n_bodies = int(kept[: len(bodies)].sum())
    return in_row[:n_bodies], in_row[n_bodies:]


def merge_pieces(discs: Sequence[Part]) -> list[Part]:
    """Join pieces of one disc; from cranial to caudal, as given.

    Examples
    --------
    >>> halves = [Part(np.array([0.0, y, z]), np.array([[0.0, y, z]]), 100.0, 0.9, n)
    ...           for n, (y, z) in enumerate([(0, 70), (-8, 37), (8, 33), (0, 0)], 1)]
    >>> [round(float(disc.center_lps[2])) for disc in merge_pieces(halves)]
    [70, 35, 0]
    """
    if len(discs) < MIN_PARTS_OF_SPINE:
        return list(discs)
    chord = discs[0].center_lps - discs[-1].center_lps
    chord = chord / np.linalg.norm(chord)
    steps_mm = [float((one.center_lps - two.center_lps) @ chord) for one, two in pairwise(discs)]
    whole_mm = float(np.median([step for step in steps_mm if step > SAME_DISC_SHARE * max(steps_mm)]))
    merged = [discs[0]]
    for disc in discs[1:]:
        if (merged[-1].center_lps - disc.center_lps) @ chord < SAME_DISC_SHARE * whole_mm:
            merged[-1] = _joined(merged[-1], disc)
        else:
            merged.append(disc)
    return merged


def _joined(one: Part, two: Part) -> Part:
    points = np.concatenate([one.points_lps, two.points_lps])
    shares = np.array([len(one.points_lps), len(two.points_lps)]) / len(points)
    certainty = float(shares @ (one.certainty, two.certainty))
    return Part(points.mean(axis=0), points, one.area_mm2 + two.area_mm2, certainty, one.label)


def _distance_mm(one: KDTree, other: KDTree) -> float:
    nearest, _ = one.query(other.data)
    return float(nearest.min())


def above_sacrum(discs: Sequence[Part], sacrum: NDArray[np.bool_], grid: Grid) -> list[Part]:
    """Return the discs less the (at most two) lowest that lie below the middle of the sacrum: those are in the pelvis.

    Parameters
    ----------
    discs
        From cranial to caudal.
    sacrum
        Its voxels, `[slice, row, column]`; only the largest piece counts.
    grid
        Of `sacrum`.
    """
    labels, n_found = ndimage.label(sacrum, np.ones((3, 3, 3)))
    if n_found == 0:
        return list(discs)
    largest = np.argwhere(labels == int(np.bincount(labels.ravel())[1:].argmax()) + 1)
    _, in_slice = np.unique(largest[:, 0], return_counts=True)
    if in_slice.max() * float(grid.spacing_mm[1:].prod()) < MIN_SACRUM_AREA_MM2:
        return list(discs)
    middle_z = float(grid.lps_from_ijk(largest.mean(axis=0))[2])
    n_below = sum(bool(disc.center_lps[2] < middle_z) for disc in discs)
    return list(discs[: len(discs) - n_below]) if n_below <= MAX_DISCS_IN_PELVIS else list(discs)


def points_of(mask: NDArray[np.uint8], grid: Grid, kind: SpineClass) -> FloatArray:
    """Return the centres of all voxels of a class, mm; shape (voxels, 3)."""
    return grid.lps_from_ijk(np.argwhere(mask == kind))


def _separate(binary: NDArray[np.bool_], grid: Grid) -> tuple[NDArray[np.int32], int]:
    """Label connected parts after cutting thin bridges in the plane of the slices; grown back to the whole."""
    steps = max(round(EROSION_MM / float(grid.spacing_mm[1:].max())), 1)
    inplane = np.zeros((3, 3, 3), dtype=bool)
    inplane[1] = ndimage.generate_binary_structure(2, 1)
    cores = ndimage.binary_erosion(binary, inplane, iterations=steps)
    labels, n_found = ndimage.label(cores, np.ones((3, 3, 3)))
    if n_found == 0:
        return np.zeros(binary.shape, dtype=np.int32), 0
    distance, nearest = ndimage.distance_transform_edt(labels == 0, sampling=grid.spacing_mm, return_indices=True)
    grown = labels[tuple(nearest)]
    grown[~binary | (distance > 4 * EROSION_MM)] = 0
    return grown.astype(np.int32), int(n_found)


def _part(labels: NDArray[np.int32], certainty: NDArray[np.float32], grid: Grid, number: int, area_mm2: float) -> Part:
    where = labels == number
    points = grid.lps_from_ijk(np.argwhere(where))
    return Part(points.mean(axis=0), points, float(area_mm2), float(certainty[where].mean()), number)
