"""Which of the disc-like parts are the spine's, as the best path through all of them.

A network takes bowel, bladder or a nerve root for a disc now and then, and finds a rare disc in two pieces. So the
discs of a spine are chosen together: a dynamic programme over the parts from head to foot weighs how sure each disc
is, how far the next one lies, what lies between them (a vertebral body, if they are neighbours) and whether the way to
it leaves the disc across its surface. The path of the highest score is the chain.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from deepspine.data.geometry import FloatArray, Grid
from deepspine.data.spine_classes import SpineClass
from deepspine.data.usual_size import USUAL_STEP_MM
from deepspine.segmentation.instances import Part

LUMBAR_DISCS = 5
STEP_RANGE_MM = (22.0, 48.0)
STEP_LOG_SD = 0.2
"""Distances of one spine lie within this of each other, as logarithms: thoracic ones are a fifth shorter."""
MISSED_DISC = -2.5
"""Score of passing over a disc that was not found."""
MAX_MISSED = 2
NO_BONE = -5.0
"""Score of two discs with nothing of a vertebra between them; a whole body between them is worth `BONE`."""
BONE = 1.0
ANGLE_SD_DEG = 22.0
"""Of the way to the next disc from the direction across a disc."""
WORST = -8.0
"""No single look is worse than this."""
SURE, DOUBTFUL = 0.97, 0.5
"""Certainty of a disc that is worth `SURE_SCORE`, and of one that is worth nothing."""
SURE_SCORE = 4.0
PIECE_OF_STEP = 0.45
"""A part nearer to a disc of the chain than this share of a step, along the spine, is a piece of the same disc ..."""
PIECE_REACH_MM = 32.0
"""... when it is no farther away than this across it."""
BODY_OFF_CHAIN_MM = 14.0
"""Centre of a vertebral body from the line through the discs."""
SAMPLES = 25
ACROSS_MM = (-5.0, 0.0, 5.0)
"""Lines along which the way between two discs is looked at, before and behind the straight one."""


@dataclass(frozen=True, eq=False)
class Chain:
    """The spine's parts.

    Attributes
    ----------
    discs
        From cranial to caudal; pieces of one are joined.
    bodies
        From cranial to caudal.
    n_left_out
        Discs at the height of the chain that belong to none.
    score
        Of the path; a longer and surer chain has a higher one.
    """

    discs: tuple[Part, ...]
    bodies: tuple[Part, ...]
    n_left_out: int
    score: float = 0.0

    @property
    def step_mm(self) -> float:
        """Median distance of the lowest discs; NaN of fewer than two."""
        centers = np.array([disc.center_lps for disc in self.discs[-LUMBAR_DISCS:]])
        return float(np.median(np.linalg.norm(np.diff(centers, axis=0), axis=1))) if len(centers) > 1 else float("nan")


def find_chain(bodies: Sequence[Part], discs: Sequence[Part], mask: NDArray[np.uint8], grid: Grid) -> Chain:
    """Choose the discs and bodies of one spine.

    Parameters
    ----------
    bodies, discs
        As `find_parts` gives them, from cranial to caudal.
    mask, grid
        What lies between them, `[slice, row, column]`.
    """
    if not discs:
        return Chain((), tuple(bodies), 0)
    normals = [across_disc(disc) for disc in discs]
    bone = {
        (upper, lower): bone_between(discs[upper], discs[lower], mask, grid)
        for upper in range(len(discs))
        for lower in range(upper + 1, len(discs))
    }
    step_mm = _typical_step_mm(discs, bone)
    path, score = _best_path(discs, normals, bone, step_mm)
    chain, n_left_out = _with_pieces(discs, path, step_mm)
    return Chain(tuple(chain), tuple(_along(bodies, chain, step_mm)), n_left_out, score)


def across_disc(disc: Part) -> FloatArray:
    """Return the unit direction across a disc, towards the head, from its own sagittal shape; shape (3,)."""
    flat = disc.points_lps[:, 1:] - disc.center_lps[1:]
    if len(flat) < 2:
        return np.array([0.0, 0.0, 1.0])
    _, _, axes = np.linalg.svd(flat - flat.mean(axis=0), full_matrices=False)
    y, z = axes[-1]
    return np.array([0.0, y, z]) * (1.0 if z > 0 else -1.0)


def bone_between(upper: Part, lower: Part, mask: NDArray[np.uint8], grid: Grid) -> float:
    """Return the share of body or sacrum on the way between two discs, the discs themselves left out, in [0, 1]."""
    way = lower.center_lps - upper.center_lps
    aside = np.array([0.0, way[2], -way[1]])
    aside /= max(float(np.linalg.norm(aside)), 1e-6)
    shares = np.linspace(0.0, 1.0, SAMPLES)[:, None]
    points = np.concatenate([upper.center_lps + shares * way + offset * aside for offset in ACROSS_MM])
    index = np.clip(np.rint(grid.ijk_from_lps(points)).astype(int), 0, np.array(mask.shape) - 1)
    classes = mask[tuple(index.T)]
    rest = classes != SpineClass.DISC
    bone = (classes == SpineClass.BODY) | (classes == SpineClass.SACRUM)
    return float(bone.sum() / max(int(rest.sum()), 1))


def _typical_step_mm(discs: Sequence[Part], bone: dict[tuple[int, int], float]) -> float:
    """Return the median distance of discs with one body between them."""
    steps = []
    for upper in range(len(discs)):
        below = [lower for lower in range(upper + 1, len(discs)) if bone[upper, lower] > 0.5]
        if below:
            steps.append(min(_distance_mm(discs[upper], discs[lower]) for lower in below))
    return float(np.clip(np.median(steps), *STEP_RANGE_MM)) if steps else USUAL_STEP_MM


def _best_path(
    discs: Sequence[Part], normals: Sequence[FloatArray], bone: dict[tuple[int, int], float], step_mm: float
) -> tuple[list[int], float]:
    """Return the indices of the chain of the highest score, cranial to caudal, and the score (Viterbi 1967)."""
    median_area = float(np.median([disc.area_mm2 for disc in discs]))
    best = np.array([_disc_score(disc, median_area) for disc in discs])
    before = np.full(len(discs), -1)
    own = best.copy()
    for lower in range(len(discs)):
        for upper in range(lower):
            step = _step_score(discs[upper], discs[lower], normals[upper], normals[lower], step_mm)
            bony = NO_BONE + (BONE - NO_BONE) * bone[upper, lower]
            score = best[upper] + own[lower] + max(step, WORST) + bony
            if score > best[lower]:
                best[lower], before[lower] = score, upper
    path = [int(best.argmax())]
    while before[path[-1]] >= 0:
        path.append(int(before[path[-1]]))
    return path[::-1], float(best.max())


def _disc_score(disc: Part, median_area: float) -> float:
    sure = SURE_SCORE * (disc.certainty - DOUBTFUL) / (SURE - DOUBTFUL)
    return float(sure + min(np.log(disc.area_mm2 / median_area), 0.0))


def _step_score(upper: Part, lower: Part, upper_normal: FloatArray, lower_normal: FloatArray, step_mm: float) -> float:
    way = upper.center_lps - lower.center_lps
    distance = float(np.linalg.norm(way))
    if distance < PIECE_OF_STEP * step_mm:
        return WORST
    angles = [np.rad2deg(np.arccos(np.clip(way @ one / distance, -1, 1))) for one in (upper_normal, lower_normal)]
    direction = -0.5 * float(np.mean(np.square(angles))) / ANGLE_SD_DEG**2
    lengths = [
        missed * MISSED_DISC - 0.5 * (np.log(distance / (missed + 1) / step_mm) / STEP_LOG_SD) ** 2
        for missed in range(MAX_MISSED + 1)
    ]
    return direction + float(max(lengths))


def _with_pieces(discs: Sequence[Part], path: Sequence[int], step_mm: float) -> tuple[list[Part], int]:
    """Join pieces to the chain's discs; return these and how many other discs lie at their height."""
    chain = [discs[index] for index in path]
    n_left_out = 0
    for index, disc in enumerate(discs):
        if index in path:
            continue
        offsets = [disc.center_lps - one.center_lps for one in chain]
        nearest = int(np.argmin([np.linalg.norm(offset) for offset in offsets]))
        along = abs(float(offsets[nearest] @ across_disc(chain[nearest])))
        if along < PIECE_OF_STEP * step_mm / 2 and np.linalg.norm(offsets[nearest]) < PIECE_REACH_MM:
            chain[nearest] = _joined(chain[nearest], disc)
        elif chain[-1].center_lps[2] - step_mm < disc.center_lps[2] < chain[0].center_lps[2]:
            n_left_out += 1
    return chain, n_left_out


def _along(bodies: Sequence[Part], chain: Sequence[Part], step_mm: float) -> list[Part]:
    """Return the bodies near the line through the discs, gone on by one body at either end."""
    centers = np.array([disc.center_lps for disc in chain])
    if len(centers) < 2:
        return list(bodies)
    ends = [2 * centers[0] - centers[1], 2 * centers[-1] - centers[-2]]
    line = np.vstack([ends[0], centers, ends[1]])
    dense = np.concatenate([np.linspace(one, two, SAMPLES) for one, two in pairwise(line)])
    near = [np.linalg.norm(dense - body.center_lps, axis=1).min() < BODY_OFF_CHAIN_MM for body in bodies]
    return [body for body, taken in zip(bodies, near, strict=True) if taken]


def _joined(one: Part, two: Part) -> Part:
    points = np.concatenate([one.points_lps, two.points_lps])
    shares = np.array([len(one.points_lps), len(two.points_lps)]) / len(points)
    certainty = float(shares @ (one.certainty, two.certainty))
    return Part(points.mean(axis=0), points, one.area_mm2 + two.area_mm2, certainty, one.label)


def _distance_mm(one: Part, two: Part) -> float:
    return float(np.linalg.norm(one.center_lps - two.center_lps))
