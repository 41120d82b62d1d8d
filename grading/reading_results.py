"""What reading a study gives: grades by level, with what stands behind each, as a table and as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deepspine.data.csv_rows import csv_text
from deepspine.data.dataset.sample import Sample
from deepspine.data.findings import Finding, get_finding
from deepspine.data.frames import LevelFrame
from deepspine.data.geometry import FloatArray
from deepspine.data.grade_sets import GradeSet
from deepspine.data.label_table import COLUMNS, LabelKey
from deepspine.data.levels import Level
from deepspine.data.whole_files import write_whole
from deepspine.grading.inputs import LevelBatch
from deepspine.grading.measurements import measure
from deepspine.grading.reading_study import LocatedStudy
from deepspine.grading.told_apart import ToldApart
from deepspine.grading.weights import PHANTOM, ShippedGrader

if TYPE_CHECKING:
    import pandas as pd

GRADES_COLUMNS = (*COLUMNS, "probabilities", "calibrated_set", "alpha", "trained_on")
"""Of `grades.csv`: a label table of the most probable grades, and what stands behind them."""
UNSTATED = "not stated"
OTHER_SIGNALS = frozenset({"sagittal_t1"})
"""Inputs whose signals are measured beside those of the volume on which the spine was located."""


@dataclass(frozen=True, eq=False)
class Grade:
    """What the grader says of one finding at one level and side.

    Attributes
    ----------
    key
        As in label tables.
    probabilities
        Calibrated where the part has a calibration; alike for grades that are not told apart.
        *Shape:* (grades,)
    told_apart
        Which grades the labels that taught the finding told apart.
    calibrated_set
        Holds the truth at the rate `1 - alpha`; None where the part promises nothing.
    alpha
        Share of sets that may miss the truth.
    trained_on
        Data sets that taught the finding; empty when not stated.
    part
        Index of the part of the grader that answered.
    """

    key: LabelKey
    probabilities: FloatArray
    told_apart: ToldApart
    calibrated_set: GradeSet | None
    alpha: float | None
    trained_on: tuple[str, ...]
    part: int

    @property
    def finding(self) -> Finding:
        """The finding."""
        return get_finding(self.key.finding)

    @property
    def grade(self) -> GradeSet:
        """The most probable grade, or the set of those that are not told apart."""
        return self.told_apart.answer(self.probabilities)

    @property
    def phantom_only(self) -> bool:
        """Whether no real data taught the finding."""
        return set(self.trained_on) == {PHANTOM}

    @property
    def is_abnormal(self) -> bool:
        """Whether the most probable grade is another than none; true for scales without none."""
        return self.finding.absent is None or not self.grade.admits(self.finding.absent)


@dataclass(frozen=True, eq=False)
class ReadLevel:
    """One level as it was read.

    Attributes
    ----------
    samples, batches
        Its crops by part, as they were cut and as the networks took them: a batch of one, after which come the study's
        other levels for a part that compares.
    unlikeness
        By part, how far its pictures lie from those learned from, as a multiple of the part's threshold.
    """

    frame: LevelFrame
    grades: tuple[Grade, ...]
    samples: Mapping[int, Sample]
    batches: Mapping[int, LevelBatch]
    unlikeness: Mapping[int, float]

    @property
    def level(self) -> Level:
        """Its name."""
        return self.frame.level

    @property
    def is_unlike(self) -> bool:
        """Whether a part that answered for it never saw such pictures."""
        return any(map(self.is_unlike_for, self.unlikeness))

    def is_unlike_for(self, part: int) -> bool:
        """Whether a part that answered for it never saw such pictures."""
        return self.unlikeness.get(part, 0.0) > 1 and any(grade.part == part for grade in self.grades)


@dataclass(frozen=True, eq=False)
class Reading:
    """A study as it was read: its levels, cranial to caudal, and what to look at before trusting them."""

    study: LocatedStudy
    grader: ShippedGrader
    levels: tuple[ReadLevel, ...]
    warnings: tuple[str, ...]

    def write_grades(self, path: Path) -> None:
        """Write `grades.csv`, a label table of the most probable grades with the columns of `GRADES_COLUMNS`."""
        rows = sorted((grade for level in self.levels for grade in level.grades), key=lambda one: one.key.sort_key)
        write_whole(path, csv_text(map(_row, rows), GRADES_COLUMNS))

    def measurements(self) -> pd.DataFrame:
        """Return the measurements of every located level, as `measure` gives them; T1 signals where there is a T1."""
        spine, volumes = self.study.spine, self.study.images.volumes
        main = self.study.images.main_input
        others = {
            name.removeprefix("sagittal_"): volumes[name][0] for name in volumes if name in OTHER_SIGNALS - {main}
        }
        return measure(spine.volume, spine, others=others)

    def to_json(self) -> dict[str, Any]:
        """Return plain values: the rows of `grades.csv` by column, level names with their probability, warnings."""
        rows = [dict(zip(GRADES_COLUMNS, _row(grade), strict=True)) for one in self.levels for grade in one.grades]
        return {
            "grader": self.grader.name,
            "levels": [{"level": one.level.value, "confidence": one.frame.confidence} for one in self.levels],
            "grades": rows,
            "warnings": list(self.warnings),
        }


def _row(grade: Grade) -> tuple[str, ...]:
    key = grade.key
    probabilities = "|".join(
        f"{name}={p:.4f}" for name, p in zip(grade.finding.scale, grade.probabilities, strict=True)
    )
    return (
        key.report_id,
        key.level.value,
        key.finding,
        key.side.value,
        str(grade.grade),
        probabilities,
        "" if grade.calibrated_set is None else str(grade.calibrated_set),
        "" if grade.alpha is None else f"{grade.alpha:g}",
        "|".join(grade.trained_on) or UNSTATED,
    )
