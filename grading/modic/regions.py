"""Regions of changed marrow in one body, and the type of each of their voxels."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from deepspine.data.geometry import FloatArray
from deepspine.grading.modic.bodies import VertebralBody
from deepspine.grading.modic.marrow import MarrowSignal
from deepspine.grading.modic.thresholds import THRESHOLDS, ModicThresholds

NEXT_SLICE_MM = 1.5
"""What the way to the next slice counts in `RIM_REACH_MM`: a body's outermost slice goes with the one beside it."""
MIN_STRONG_SHARE = 0.15
"""Of a region's voxels that are strongly changed; noise that holds together has few."""
THICK_MM = 2.6
"""Least thickness of a region in its slice."""
RIM_REACH_MM = 2.5
"""How far a region reaches out of the body's core, into the rim that the core leaves out."""
IN_PLANE = np.array([[[0, 0, 0], [0, 0, 0], [0, 0, 0]], [[0, 1, 0], [1, 1, 1], [0, 1, 0]], [[0, 0, 0]] * 3], dtype=bool)
"""Neighbours in one slice."""


@dataclass(frozen=True, eq=False)
class Evidence:
    """How clearly each voxel of a body is changed.

    Attributes
    ----------
    by_type
        For types 1, 2 and 3 how many times the weaker of the two contrasts exceeds its threshold (in log signal); 1 is
        the threshold, 0 and less is normal.
        *Shape:* (3, slices, rows, columns)
    """

    by_type: NDArray[np.float32]

    @property
    def best(self) -> NDArray[np.float32]:
        """The evidence for the best type of each voxel."""
        return np.asarray(self.by_type.max(axis=0))

    @property
    def types(self) -> NDArray[np.uint8]:
        """The best type of each voxel, 1 to 3."""
        return np.asarray(self.by_type.argmax(axis=0) + 1, dtype=np.uint8)


def evidence_of(t1: MarrowSignal, t2: MarrowSignal, table: ModicThresholds = THRESHOLDS) -> Evidence:
    """Weigh T1 and T2 of a body by the rule of types.

    Returns
    -------
    Zero where either picture has no value.
    """
    known = np.isfinite(t1.log_ratio) & np.isfinite(t2.log_ratio)
    one, two = np.where(known, t1.log_ratio, 0.0), np.where(known, t2.log_ratio, 0.0)
    least_one, least_two = table.deviations * t1.deviation, table.deviations * t2.deviation
    t1_low = one / min(np.log(table.t1_low), -least_one)
    t1_high = one / max(np.log(table.t1_high), least_one)
    t2_low = two / min(np.log(table.t2_low), -least_two)
    t2_high = two / max(np.log(table.t2_high), least_two)
    # Equal or high on T2: type 2 asks no more than that T2 is not low.
    fatty = np.where(t2_low < 1.0, t1_high, np.minimum(t1_high, 2.0 - t2_low))
    return Evidence(np.stack([np.minimum(t1_low, t2_high), fatty, np.minimum(t1_low, t2_low)]).astype(np.float32))


def find_regions(
    body: VertebralBody, evidence: Evidence, spacing_mm: FloatArray, table: ModicThresholds = THRESHOLDS
) -> NDArray[np.uint8]:
    """Return the Modic type of each voxel of a body's box, 0 where its marrow is normal.

    Parameters
    ----------
    body, evidence
        The body and how clearly its voxels are changed.
    spacing_mm
        Of the picture; a single slice asks for a least area in place of a least volume.
    """
    weak = body.core & (evidence.best >= 1.0)
    weak = _thick(weak, spacing_mm)
    found = np.zeros(body.inside.shape, dtype=np.uint8)
    for region in _connected(weak, body, evidence, spacing_mm, table):
        found[region] = evidence.types[region]
    return _grown_to_surface(_closed(found, body), body, spacing_mm)


def _connected(
    weak: NDArray[np.bool_],
    body: VertebralBody,
    evidence: Evidence,
    spacing_mm: FloatArray,
    table: ModicThresholds,
) -> Iterator[NDArray[np.bool_]]:
    """Yield the regions that are large and clear enough and begin at an endplate."""
    labels, _ = ndimage.label(weak)
    least = table.least_voxels(len(weak), spacing_mm)
    sizes = np.bincount(labels.ravel())
    for number in np.flatnonzero(sizes >= least):
        region = labels == number
        if number == 0 or not (body.depth_mm[region] <= table.contact_mm).any():
            continue
        if (evidence.best[region] >= table.strong).mean() >= MIN_STRONG_SHARE:
            yield region


def _thick(weak: NDArray[np.bool_], spacing_mm: FloatArray) -> NDArray[np.bool_]:
    """Return what is thicker than a sheet, in each slice: sheets are cortex and endplates taken for marrow."""
    steps = [max(round(THICK_MM / 2 / mm), 1) for mm in spacing_mm[1:]]
    rows, columns = (np.arange(-n, n + 1) / n for n in steps)
    disc = (np.square(rows)[:, None] + np.square(columns)[None]) <= 1.0 + 1e-6
    opened = ndimage.binary_opening(weak, disc[None])
    return np.asarray(ndimage.binary_dilation(opened, IN_PLANE) & weak)


def _closed(found: NDArray[np.uint8], body: VertebralBody) -> NDArray[np.uint8]:
    """Fill gaps of a pixel with the type beside them."""
    closed = ndimage.binary_closing(found > 0, IN_PLANE, iterations=2) & body.core
    return _with_nearest(found, closed & (found == 0), np.ones(3))


def _grown_to_surface(found: NDArray[np.uint8], body: VertebralBody, spacing_mm: FloatArray) -> NDArray[np.uint8]:
    """Give the rim of the body the type of the core under it."""
    if not found.any():
        return found
    # The outermost pixel is cortex, in part at least.
    rim = ndimage.binary_erosion(body.inside, IN_PLANE) & ~body.core
    sampling = (NEXT_SLICE_MM, *spacing_mm[1:])
    to_core, nearest = ndimage.distance_transform_edt(~body.core, sampling=sampling, return_indices=True)
    grown = found.copy()
    reached = rim & (to_core <= RIM_REACH_MM)
    grown[reached] = found[tuple(nearest)][reached]
    return grown


def _with_nearest(found: NDArray[np.uint8], where: NDArray[np.bool_], spacing: FloatArray) -> NDArray[np.uint8]:
    if not where.any():
        return found
    nearest = ndimage.distance_transform_edt(found == 0, sampling=spacing, return_distances=False, return_indices=True)
    return np.where(where, found[tuple(nearest)], found)
