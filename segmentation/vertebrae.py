"""Single vertebral bodies, parted by the discs between them.

Beside the middle, where discs end before the bodies do, neighbouring bodies touch in a mask of 4 mm slices. Their discs
are known by then, so each voxel of a body belongs to the vertebra between the two discs that it lies between.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from deepspine.data.geometry import FloatArray, Grid
from deepspine.data.spine_classes import SpineClass
from deepspine.segmentation.chain import Chain, across_disc
from deepspine.segmentation.instances import MIN_BODY_AREA_MM2, Part
from deepspine.segmentation.level_naming import count_steps
from deepspine.segmentation.spine_curve import SpineCurve

SURE_SLICE = 0.8
"""A body's slices with a lower mean certainty show the tissue beside it. Looked at on T2 and T1 volumes of several
scanners, where anything from .75 to .82 serves alike."""
S1_HEIGHT_SHARE = 0.85
"""Height of S1's body as a share of the distance of lumbar discs: it is about as high as L5, without a disc."""
S1_HALF_DEPTH_MM, S1_HALF_WIDTH_MM = 22.0, 26.0
"""Wings and posterior parts of the sacrum lie farther from the middle of the disc above."""


def part_bodies(
    chain: Chain, labels: NDArray[np.int32], certainty: NDArray[np.float32], grid: Grid, curve: SpineCurve
) -> tuple[list[Part], NDArray[np.uint8]]:
    """Return the vertebral bodies of a chain.

    Parameters
    ----------
    chain
        Its bodies may hold several vertebrae each, or a part of one.
    labels, certainty, grid
        Number of the connected part in each voxel, as `find_parts` gives it; probability; their grid.
    curve
        Through the chain.

    Returns
    -------
    The bodies, cranial to caudal, and an array with the number of each body in its voxels (0 elsewhere).
    """
    index = np.argwhere(np.isin(labels, [body.label for body in chain.bodies]))
    points = grid.lps_from_ijk(index)
    of_part = labels[tuple(index.T)]
    between = _discs_above(points, chain.discs, curve)
    numbered = np.zeros(labels.shape, dtype=np.uint8)
    bodies: list[Part] = []
    for chosen in _groups(between, of_part, chain.discs):
        area_mm2 = _largest_area_mm2(index[chosen], grid)
        if area_mm2 < MIN_BODY_AREA_MM2:
            continue
        chosen &= _in_sure_slice(index, chosen, certainty)
        place = tuple(index[chosen].T)
        numbered[place] = len(bodies) + 1
        center = points[chosen].mean(axis=0)
        bodies.append(Part(center, points[chosen], area_mm2, float(certainty[place].mean()), len(bodies) + 1))
    return bodies, numbered


def _discs_above(points: FloatArray, discs: Sequence[Part], curve: SpineCurve) -> NDArray[np.int64]:
    """Return for each point how many of the discs it lies below."""
    below = np.zeros(len(points), dtype=np.int64)
    for disc in discs:
        tangent = curve.tangent(float(disc.center_lps[2]))
        normal = across_disc(disc)
        # A disc's own shape gives its tilt in the slices, the curve how the spine leans to a side.
        normal = np.array([tangent[0], normal[1], normal[2]])
        below += (points - disc.center_lps) @ normal < 0
    return below


def _groups(
    between: NDArray[np.int64], of_part: NDArray[np.int32], discs: Sequence[Part]
) -> Iterator[NDArray[np.bool_]]:
    """Yield the voxels of each vertebra: all between two neighbouring discs; elsewhere each connected part alone."""
    steps = count_steps([float(disc.center_lps[2]) for disc in discs])
    for place in range(len(discs) + 1):
        here = between == place
        if 0 < place < len(discs) and steps[place - 1] - steps[place] == 1:
            yield here
        else:
            yield from (here & (of_part == part) for part in np.unique(of_part[here]))


def _in_sure_slice(
    index: NDArray[np.int64], chosen: NDArray[np.bool_], certainty: NDArray[np.float32]
) -> NDArray[np.bool_]:
    """Return which voxels lie in slices that show the chosen body surely, or in the one that shows it best."""
    slices = index[:, 0]
    total = np.bincount(slices[chosen], certainty[tuple(index[chosen].T)])
    mean = total / np.maximum(np.bincount(slices[chosen]), 1)
    sure = mean >= min(SURE_SLICE, float(mean.max()))
    return np.asarray(np.isin(slices, np.flatnonzero(sure)))


def _largest_area_mm2(index: NDArray[np.int64], grid: Grid) -> float:
    if not len(index):
        return 0.0
    return float(np.bincount(index[:, 0]).max() * grid.spacing_mm[1] * grid.spacing_mm[2])


def sacral_body(
    mask: NDArray[np.uint8],
    certainty: NDArray[np.float32],
    grid: Grid,
    lowest: Part,
    normal: FloatArray,
    *,
    step_mm: float,
    label: int,
) -> Part | None:
    """Return the body of S1: what of the sacrum lies under the lumbosacral disc; None where too little is seen.

    Parameters
    ----------
    mask, certainty, grid
        As the network gives them, `[slice, row, column]`.
    lowest, normal
        The lumbosacral disc, and the direction across it, towards the head.
    step_mm
        Distance of lumbar discs.
    label
        For the part.
    """
    index = np.argwhere(mask == SpineClass.SACRUM)
    points = grid.lps_from_ijk(index)
    offset = points - lowest.center_lps
    down = -(offset @ normal)
    depth = np.linalg.norm((offset + down[:, None] * normal)[:, 1:], axis=1)
    near = (down > 0) & (down < S1_HEIGHT_SHARE * step_mm)
    near &= (depth < S1_HALF_DEPTH_MM) & (np.abs(offset[:, 0]) < S1_HALF_WIDTH_MM)
    area_mm2 = _largest_area_mm2(index[near], grid)
    if area_mm2 < MIN_BODY_AREA_MM2:
        return None
    sure = float(certainty[tuple(index[near].T)].mean())
    return Part(points[near].mean(axis=0), points[near], area_mm2, sure, label)
