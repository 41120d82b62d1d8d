"""Crops of located pairs with what is known of them: pixels of phantoms, grades of discs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from deepspine.data.errors import DeepspineError
from deepspine.data.findings import Side
from deepspine.data.grade_sets import GradeSet
from deepspine.data.label_table import LabelKey, LabelTable
from deepspine.data.levels import Level
from deepspine.experiments.modic.pairs import LocatedPair
from deepspine.grading.modic.level_crops import LevelCrops
from deepspine.grading.modic.mapping import MODIC
from deepspine.grading.modic.measured_pair import MeasuredPair
from deepspine.grading.modic.region_training import UNKNOWN, RegionSamples

MIN_PIXELS = 12
"""Changed pixels of a crop from which on its disc counts as changed: 10 mm2."""
MAX_ASIDE_MM = 16.0
"""Slices of a phantom further from the middle teach nothing: they show the flanks of bodies."""


@dataclass(frozen=True, eq=False)
class SampledDiscs:
    """Samples, and which disc each of them shows.

    Attributes
    ----------
    patients, levels
        One a sample.
    """

    patients: Sequence[str]
    levels: Sequence[Level]
    samples: RegionSamples

    @classmethod
    def joined(cls, parts: Sequence[SampledDiscs]) -> SampledDiscs:
        """Return several sets as one."""
        return cls(
            [one for part in parts for one in part.patients],
            [one for part in parts for one in part.levels],
            RegionSamples.joined([part.samples for part in parts]),
        )


def sampled(
    pairs: Iterable[LocatedPair], labels: LabelTable, *, advance: Callable[[float], None] = lambda n: None
) -> SampledDiscs:
    """Cut the crops of located pairs; pairs that cannot be measured are left out.

    Parameters
    ----------
    labels
        Grades of discs; for phantoms their truth counts in place of it.
    """
    parts: list[SampledDiscs] = []
    for pair in pairs:
        try:
            crops = measured(pair).crops()
        except DeepspineError:
            continue
        parts += [_of_disc(pair, one, labels) for one in crops]
        advance(1)
    return SampledDiscs.joined(parts)


def measured(pair: LocatedPair) -> MeasuredPair:
    """Measure the marrow of a located pair."""
    return MeasuredPair.of(pair.t1, pair.t2, mask=pair.mask, vertebra_map=pair.vertebra_map, frames=pair.frames)


def _of_disc(pair: LocatedPair, crops: LevelCrops, labels: LabelTable) -> SampledDiscs:
    n = len(crops.slices)
    if pair.truth is None:
        grades = labels.get(LabelKey(pair.patient, crops.level, MODIC.name, Side.MIDLINE))
        changed = np.full((n, *crops.channels.shape[2:]), UNKNOWN, dtype=np.int8)
        disc = np.full(n, presence(grades), dtype=np.int8)
        chosen = np.arange(n)
    else:
        changed = (crops.cut(pair.truth > 0, order=0) > 0.5).astype(np.int8)
        disc = (changed.sum(axis=(1, 2)) >= MIN_PIXELS).astype(np.int8)
        aside = np.abs(crops.slices - np.median(crops.slices)) * float(pair.t2.spacing_mm[0])
        chosen = np.flatnonzero(aside <= MAX_ASIDE_MM)
    samples = RegionSamples(crops.channels.astype(np.float32), changed, disc).of(chosen)
    return SampledDiscs([pair.patient] * len(chosen), [crops.level] * len(chosen), samples)


def presence(grades: GradeSet | None) -> int:
    """Return 1 where a label says that there is a change, 0 where there is none, `UNKNOWN` where it leaves both."""
    if grades is None or grades.is_unknown:
        return UNKNOWN
    if not grades.admits("none"):
        return 1
    return 0 if grades.is_definite else UNKNOWN
