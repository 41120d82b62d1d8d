"""A located T1 and T2 pair in, the Modic map and one row for each endplate out: the top of the package."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from deepspine.data.findings import get_finding
from deepspine.data.frames import LevelFrame
from deepspine.data.geometry import FloatArray
from deepspine.data.grade_sets import GradeSet
from deepspine.data.levels import Level, Vertebra
from deepspine.data.volume import Volume
from deepspine.grading.modic.bodies import VertebralBody
from deepspine.grading.modic.doubts import body_doubts, pair_doubts, region_doubts
from deepspine.grading.modic.learned_regions import LearnedRegions, RegionModel, learn_regions, typed_regions
from deepspine.grading.modic.marrow import MarrowSignal
from deepspine.grading.modic.measured_pair import MeasuredPair
from deepspine.grading.modic.regions import Evidence, evidence_of, find_regions
from deepspine.grading.modic.thresholds import THRESHOLDS, ModicThresholds

MODIC = get_finding("modic")
SPREAD_QUANTILE = 0.95
"""Of the depths of a region's voxels: its height, less a few stray ones."""
REACH_MM = 5.0
"""A part of a region that stays further from an endplate than this belongs to the other one."""
ZONE_MM = 7.0
"""Marrow so near to a disc gives an endplate its score."""
SCORE_QUANTILE = 0.9
"""Of the evidence in the zone: a tenth of it must be changed."""


@dataclass(frozen=True, eq=False)
class EndplateChange:
    """What the map has at one endplate.

    Attributes
    ----------
    level, vertebra, is_upper
        Which endplate: that of the disc `level` on the body `vertebra`, its upper one or its lower one.
    volume_mm3, area_mm2
        Of the changed marrow; of a single picture there is an area alone, of a volume the largest one in a slice.
    share_of_body
        Changed marrow as a share of the body (for S1, of its upper part).
    height_mm
        How far it spreads from the endplate.
    shares
        Of types 1, 2 and 3 in it; they add up to 1, or are 0 where nothing is changed.
    grades
        Of the disc, from both endplates.
    doubt
        Why it may be no Modic change; empty without doubt.
    score
        Evidence for any change, for ranking: with networks the probability that the disc has one, else a multiple of
        the threshold.
    endplate_grades
        Of this endplate alone.
    """

    level: Level
    vertebra: Vertebra
    is_upper: bool
    volume_mm3: float
    area_mm2: float
    share_of_body: float
    height_mm: float
    shares: tuple[float, float, float]
    grades: GradeSet
    doubt: str
    score: float
    endplate_grades: GradeSet


@dataclass(frozen=True, eq=False)
class ModicMap:
    """The map of one study.

    Attributes
    ----------
    types
        0 none, 1 to 3, in the grid of T2.
        *Shape:* `[slice, row, column]`
    endplates
        Cranial to caudal.
    warnings
        Doubts that hold for the whole study.
    """

    types: NDArray[np.uint8]
    endplates: tuple[EndplateChange, ...]
    warnings: tuple[str, ...]


def map_modic(
    t1: Volume,
    t2: Volume,
    *,
    mask: NDArray[np.uint8],
    vertebra_map: NDArray[np.uint8],
    frames: Sequence[LevelFrame],
    table: ModicThresholds = THRESHOLDS,
    model: RegionModel | None = None,
) -> ModicMap:
    """Find and type changed marrow beside the endplates of named discs.

    Parameters
    ----------
    t1, t2
        In one grid (see `registration`); T1 may be nan where it does not reach.
    mask, vertebra_map, frames
        Of `locate`, on T2.
    table
        Thresholds.
    model
        Networks that mark the regions; without them robust outliers of each body's own marrow do. Types follow the
        table either way.

    Raises
    ------
    InputError
        When T1 and T2 differ in shape, no body is in view, or T1 shows less than half of the bodies.
    """
    pair = MeasuredPair.of(t1, t2, mask=mask, vertebra_map=vertebra_map, frames=frames)
    return map_measured(pair, mask, table=table, learned=learn_regions(pair, model) if model is not None else None)


def map_measured(
    pair: MeasuredPair,
    mask: NDArray[np.uint8],
    *,
    table: ModicThresholds = THRESHOLDS,
    learned: LearnedRegions | None = None,
) -> ModicMap:
    """Map a pair whose marrow is measured, with what networks said of it or by outliers alone; see `map_modic`."""
    spacing_mm = pair.t2.spacing_mm
    measured = list(zip(pair.bodies, pair.t1_signals, pair.t2_signals, strict=True))
    evidence = [evidence_of(one, two, table) for _, one, two in measured]
    maps = [
        typed_regions(body, learned.pixels[index], found, spacing_mm, table)
        if learned is not None
        else find_regions(body, found, spacing_mm, table)
        for index, (body, found) in enumerate(zip(pair.bodies, evidence, strict=True))
    ]
    types = np.zeros(pair.t2.grid.shape, dtype=np.uint8)
    for body, found in zip(pair.bodies, maps, strict=True):
        types[body.box][found > 0] = found[found > 0]
    study_doubts = pair_doubts(pair.t1, mask)
    heights = _height_shares(pair.bodies)
    rows = [
        row
        for (body, one, two), found, clear, height in zip(measured, maps, evidence, heights, strict=True)
        # Marks of a network may reach beyond the mask of the body.
        for row in _rows_of(replace(body, inside=body.inside | (found > 0)), one, two, found, clear, spacing_mm, height)
    ]
    if learned is not None:
        rows = [replace(row, score=learned.discs.get(row.level, 0.0)) for row in rows]
    return ModicMap(types, tuple(_graded(rows, study_doubts, table)), tuple(study_doubts))


def _rows_of(
    body: VertebralBody,
    t1: MarrowSignal,
    t2: MarrowSignal,
    types: NDArray[np.uint8],
    evidence: Evidence,
    spacing_mm: FloatArray,
    height_share: float,
) -> Iterator[EndplateChange]:
    """Yield the endplates of one body; grades are filled in when those of the whole disc are known."""
    of_body = list(body_doubts(body, t1, t2, types, height_share=height_share))
    pixel_mm2 = float(spacing_mm[1] * spacing_mm[2])
    parts = _parts(body, types > 0)
    for index, endplate in enumerate(body.endplates):
        own, changed = body.endplate_of(index), parts[index]
        depth_mm = endplate.distance_mm - float(endplate.distance_mm[body.inside].min())
        counts = np.bincount(types[changed], minlength=4)[1:4]
        total = int(counts.sum())
        zone = evidence.best[own & body.core & (depth_mm < ZONE_MM)]
        doubts = [*of_body, *region_doubts(changed, depth_mm)] if total else []
        yield EndplateChange(
            level=endplate.level,
            vertebra=body.vertebra,
            is_upper=endplate.is_upper,
            volume_mm3=total * pixel_mm2 * float(spacing_mm[0]) if len(changed) > 1 else float("nan"),
            area_mm2=float(changed.sum(axis=(1, 2)).max()) * pixel_mm2,
            share_of_body=total / int(body.inside.sum()),
            height_mm=float(np.quantile(depth_mm[changed], SPREAD_QUANTILE)) if total else 0.0,
            shares=tuple((counts / max(total, 1)).tolist()),
            grades=GradeSet.of(MODIC, "none"),
            doubt="; ".join(doubts),
            score=float(np.quantile(zone, SCORE_QUANTILE)) if len(zone) else 0.0,
            endplate_grades=GradeSet.of(MODIC, "none"),
        )


def _parts(body: VertebralBody, changed: NDArray[np.bool_]) -> list[NDArray[np.bool_]]:
    """Part the changed voxels by the nearest endplate; what does not reach that endplate goes to the other one."""
    own = [changed & body.endplate_of(index) for index in range(len(body.endplates))]
    if len(own) < 2:
        return own
    kept: list[NDArray[np.bool_]] = []
    for part, endplate in zip(own, body.endplates, strict=True):
        labels, n_parts = ndimage.label(part)
        reaching = [n for n in range(1, n_parts + 1) if endplate.distance_mm[labels == n].min() <= REACH_MM]
        kept.append(np.isin(labels, reaching))
    left = changed & ~kept[0] & ~kept[1]
    at_home = [part & left for part in own]
    return [kept[0] | at_home[1], kept[1] | at_home[0]]


def _graded(
    rows: Sequence[EndplateChange], study_doubts: Sequence[str], table: ModicThresholds
) -> Iterator[EndplateChange]:
    """Yield the rows in order of discs, with the grades of disc and endplate and doubts of the study."""
    for level in sorted({row.level for row in rows}):
        own = sorted((row for row in rows if row.level is level), key=lambda row: row.is_upper)
        sets = [grades_of(own, table), *(grades_of([row], table) for row in own)]
        if study_doubts:
            sets = [GradeSet.unknown(MODIC)] * len(sets)
        for row, endplate_grades in zip(own, sets[1:], strict=True):
            doubt = "; ".join([*study_doubts, *([row.doubt] if row.doubt else [])])
            yield replace(row, grades=sets[0], endplate_grades=endplate_grades, doubt=doubt)


def grades_of(rows: Sequence[EndplateChange], table: ModicThresholds = THRESHOLDS) -> GradeSet:
    """Return the grades that one endplate leaves possible, or those of a disc together.

    Each type with its share of the changed marrow is possible; a change in doubt may be none.
    """
    extent = np.array([row.area_mm2 if np.isnan(row.volume_mm3) else row.volume_mm3 for row in rows])
    by_type = extent @ np.array([row.shares for row in rows])
    if by_type.sum() <= 0:
        return GradeSet.of(MODIC, "none")
    present = np.flatnonzero(by_type >= table.min_type_share * by_type.sum())
    names = [f"type{index + 1}" for index in present]
    in_doubt = all(row.doubt for row in rows if sum(row.shares) > 0)
    return GradeSet.of(MODIC, *(["none"] if in_doubt else []), *names)


def _height_shares(bodies: Sequence[VertebralBody]) -> list[float]:
    """Return the height of each free body beside the mean of its neighbours; 1 where it has none on both sides."""
    heights = [_height_mm(body) for body in bodies]
    shares = [1.0] * len(bodies)
    for index in range(1, len(bodies) - 1):
        if bodies[index + 1].vertebra is not Vertebra.S1:
            shares[index] = 2 * heights[index] / max(heights[index - 1] + heights[index + 1], 1e-6)
    return shares


def _height_mm(body: VertebralBody) -> float:
    """Return the median extent of a body along the spine over its depth, in its middle slices, front half."""
    across, back, up = body.place_mm
    heights = []
    middle = body.inside & (np.abs(across) < 10.0)
    for start in np.arange(-12.0, 4.0, 2.0):
        column = up[middle & (back >= start) & (back < start + 2.0)]
        if len(column) > 4:
            heights.append(float(np.ptp(np.quantile(column, [0.02, 0.98]))))
    return float(np.median(heights)) if heights else float("nan")
