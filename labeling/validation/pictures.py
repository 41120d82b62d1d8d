"""Reports against pictures: boxes or gradings that annotators gave disc by disc, beside what the report says.

A picture's annotation answers questions that no single finding of the scheme answers ("a bulge or a herniation"), and
it answers for every disc, where a report is silent about most. So a report says yes when it asserts one of the findings
behind a question, else no: silence is read as no, which is said wherever these figures stand.
"""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import hypot
from pathlib import Path
from types import MappingProxyType

import numpy as np

from deepspine.data.agreement import DETECTION_STATISTICS, Counts, Interval, PatientDraws
from deepspine.data.convert.source_tables import SourceRow, read_csv_table
from deepspine.data.convert.spider_gradings import PRESENCE, gradings_of
from deepspine.data.csv_headers import NOT_UTF8
from deepspine.data.errors import InputError
from deepspine.data.findings import FINDINGS, Side
from deepspine.data.grade_sets import GradeSet
from deepspine.data.label_table import LabelKey, LabelTable
from deepspine.data.levels import LUMBAR_LEVELS, Level

BULGE_OR_HERNIATION = "bulge_or_herniation"
QUESTIONS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        BULGE_OR_HERNIATION: ("bulge", "herniation"),
        "stenosis": ("canal_stenosis", "foraminal_stenosis", "subarticular_stenosis"),
        "bulge": ("bulge",),
        "herniation": ("herniation",),
        "modic": ("modic",),
        "spondylolisthesis": ("spondylolisthesis",),
        "disc_height_loss": ("disc_height_loss",),
    }
)
"""Questions that pictures answer, and the findings of a report that mean yes."""

NORMAL = "normal"
DISC_CLASSES = frozenset(("ddd", NORMAL, "lumbar_bulge", "thoracic_bulge"))
BULGE_CLASSES = frozenset(("lumbar_bulge", "thoracic_bulge"))
SAME_DISC_PX = 12.0
"""Two boxes whose centres are nearer than this are one disc; neighbouring discs are 30 apart in these pictures."""
BOX_COLUMNS = frozenset(("patient", "modality", "x0", "y0", "x1", "y1", "class"))
GRADING_COLUMNS = frozenset(("Patient", "IVD label", "Modic", "Disc herniation", "Disc bulging", "Pfirrman grade"))
LEVELS_FROM_BELOW = (*reversed(LUMBAR_LEVELS), Level.T12_L1)


@dataclass(frozen=True)
class PictureReading:
    """What a picture shows at one disc."""

    report_id: str
    level: Level
    question: str
    present: bool


@dataclass(frozen=True)
class PictureAgreement:
    """How reports answer a question, beside pictures.

    Attributes
    ----------
    question
        One of `QUESTIONS`.
    level
        None: all levels.
    counts
        Discs, rows the picture, no before yes.
        *Shape:* (2, 2)
    figures
        The `DETECTION_STATISTICS`, of the report with the picture as reference.
    """

    question: str
    level: Level | None
    counts: Counts
    figures: Mapping[str, Interval]


@dataclass(frozen=True)
class PictureDifference:
    """A disc of which report and picture say different things."""

    report_id: str
    level: Level
    question: str
    report: bool
    picture: bool


def is_picture_annotation(path: Path) -> bool:
    """Whether a file is a table of boxes or gradings rather than a label table, by its header."""
    return set(_header(path)) >= BOX_COLUMNS or is_grading(path)


def is_grading(path: Path) -> bool:
    """Whether a file is a table of gradings, by its header."""
    return set(_header(path)) >= GRADING_COLUMNS


def read_picture_annotations(path: Path, *, id_prefix: str = "") -> list[PictureReading]:
    """Read boxes (`patient, modality, x0, y0, x1, y1, class`) or gradings (`Patient, IVD label, Modic ...`) by disc.

    Parameters
    ----------
    id_prefix
        Put before a patient to get the report's id.

    Raises
    ------
    InputError
        When the file is missing, is neither, or a cell is no number.
    """
    header = set(_header(path))
    try:
        if header >= BOX_COLUMNS:
            return list(_readings_of_boxes(read_csv_table(path, sorted(BOX_COLUMNS)), id_prefix))
        if header >= GRADING_COLUMNS:
            return list(_readings_of_table(read_gradings(path, id_prefix=id_prefix)))
    except ValueError as error:
        raise InputError(f"{path}: {error}; boxes and gradings are numbers") from None
    raise InputError(
        f"{path}: expected boxes ({', '.join(sorted(BOX_COLUMNS))}) or gradings ({', '.join(sorted(GRADING_COLUMNS))})"
    )


def _header(path: Path) -> list[str]:
    if path.suffix == ".parquet":
        return []
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return next(csv.reader(file), [])
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}; expected a label table, boxes or gradings") from None
    except UnicodeDecodeError:
        raise InputError(f"{path}: {NOT_UTF8}") from None
    except csv.Error:
        raise InputError(f"{path}: cannot be read as CSV; expected a label table, boxes or gradings") from None


# ---------------------------------------------------------------------------------------------------------------- boxes


@dataclass(frozen=True)
class _Box:
    x: float
    y: float
    kind: str

    @classmethod
    def of(cls, row: SourceRow) -> _Box:
        x0, y0, x1, y1 = (float(row[name]) for name in ("x0", "y0", "x1", "y1"))
        return cls((x0 + x1) / 2, (y0 + y1) / 2, row["class"])

    def distance(self, other: _Box) -> float:
        return hypot(self.x - other.x, self.y - other.y)


@dataclass(frozen=True)
class BoxedDisc:
    """A disc as annotators boxed it.

    Attributes
    ----------
    report_id, level
        Levels are counted from the lowest box, which is taken for L5-S1.
    row, column
        Its centre, pixels of the picture.
    answers
        Whether it is there, by question.
    is_normal
        Whether its boxes have no other class than normal.
    """

    report_id: str
    level: Level
    row: float
    column: float
    answers: Mapping[str, bool]
    is_normal: bool


def read_boxed_discs(path: Path, *, id_prefix: str = "") -> list[BoxedDisc]:
    """Read the five lowest discs of each patient's first T2 from a table of boxes, from below.

    Raises
    ------
    InputError
        When the file is missing, is no table of boxes, or a cell is no number.
    """
    if not set(_header(path)) >= BOX_COLUMNS:
        raise InputError(f"{path}: expected boxes ({', '.join(sorted(BOX_COLUMNS))})")
    try:
        return list(_boxed_discs(read_csv_table(path, sorted(BOX_COLUMNS)), id_prefix))
    except ValueError as error:
        raise InputError(f"{path}: {error}; boxes are numbers") from None


def _boxed_discs(rows: Iterable[SourceRow], id_prefix: str) -> Iterator[BoxedDisc]:
    by_patient: dict[str, list[_Box]] = {}
    for row in rows:
        if row["modality"] == "t2":
            by_patient.setdefault(row["patient"], []).append(_Box.of(row))
    for patient, boxes in by_patient.items():
        discs = sorted(_merged([box for box in boxes if box.kind in DISC_CLASSES]), key=lambda disc: -disc[0].y)
        centers = [disc[0] for disc in discs]
        found = {question: set[int]() for question in ("stenosis", "spondylolisthesis")}
        for box in boxes:
            if box.kind in found and centers:
                found[box.kind].add(min(range(len(centers)), key=lambda i: box.distance(centers[i])))
        for place, (level, disc) in enumerate(zip(LEVELS_FROM_BELOW[: len(LUMBAR_LEVELS)], discs, strict=False)):
            bulges = any(box.kind in BULGE_CLASSES for box in disc)
            answers = {BULGE_OR_HERNIATION: bulges} | {name: place in places for name, places in found.items()}
            is_normal = all(box.kind == NORMAL for box in disc)
            yield BoxedDisc(f"{id_prefix}{patient}", level, disc[0].y, disc[0].x, answers, is_normal)


def _readings_of_boxes(rows: Iterable[SourceRow], id_prefix: str) -> Iterator[PictureReading]:
    for disc in _boxed_discs(rows, id_prefix):
        for question, present in disc.answers.items():
            yield PictureReading(disc.report_id, disc.level, question, present)


def _merged(boxes: Sequence[_Box]) -> list[list[_Box]]:
    """Group the boxes of one disc; the first stands for its place."""
    discs: list[list[_Box]] = []
    for box in boxes:
        same = next((disc for disc in discs if box.distance(disc[0]) < SAME_DISC_PX), None)
        if same is None:
            discs.append([box])
        else:
            same.append(box)
    return discs


# ------------------------------------------------------------------------------------------------------------- gradings

GRADED_FINDINGS = frozenset((*PRESENCE.values(), "modic", "pfirrmann"))
"""Findings of a table of gradings."""


def read_gradings(path: Path, *, id_prefix: str = "") -> LabelTable:
    """Read SPIDER's gradings (van der Graaf 2024) as a label table; discs are counted from L5-S1 upwards.

    What is graded 1 of 0 and 1 is there without a grade; Modic and Pfirrmann come with theirs. Discs below the one
    numbered 1 and above T12-L1 are left out, and so is what an empty cell does not say.

    Raises
    ------
    InputError
        When the file is no such table, or a cell holds none of its grades; the message names row and column.
    """
    labels: dict[LabelKey, GradeSet] = {}
    for row in read_csv_table(path, sorted(GRADING_COLUMNS)):
        try:
            number = row.whole_number("IVD label")
            if not 1 <= number <= len(LEVELS_FROM_BELOW):
                continue
            # Spreadsheets write `3.0`.
            report_id, level = f"{id_prefix}{row['Patient'].removesuffix('.0')}", LEVELS_FROM_BELOW[number - 1]
            graded = [grades for grades in gradings_of(row) if grades.finding.name in GRADED_FINDINGS]
        except InputError as error:
            raise InputError(f"{path.parent / row.place}, {error}") from None
        labels |= {LabelKey(report_id, level, grades.finding.name, Side.MIDLINE): grades for grades in graded}
    return LabelTable(labels)


def _readings_of_table(table: LabelTable) -> Iterator[PictureReading]:
    discs = sorted({(key.report_id, key.level) for key in table}, key=lambda disc: (disc[0], disc[1].rank))
    for report_id, level in discs:
        for question, findings in QUESTIONS.items():
            if all(LabelKey(report_id, level, name, Side.MIDLINE) in table for name in findings):
                yield PictureReading(report_id, level, question, asserts(table, report_id, level, findings))


# ----------------------------------------------------------------------------------------------------------- comparison


def asserts(table: Mapping[LabelKey, GradeSet], report_id: str, level: Level, findings: Collection[str]) -> bool:
    """Whether a table says that one of the findings is there, on any side; silence and doubt mean no."""
    sets = (table.get(LabelKey(report_id, level, name, side)) for name in findings for side in FINDINGS[name].sides)
    return any(grades is not None and not grades.admits("none") for grades in sets)


def compare_with_pictures(
    table: LabelTable,
    readings: Sequence[PictureReading],
    *,
    report_ids: Collection[str] | None = None,
    patients: Mapping[str, str] | None = None,
    resamples: int = 2000,
    seed: int = 0,
) -> tuple[list[PictureAgreement], list[PictureDifference]]:
    """Compare what reports say with what their pictures show.

    Parameters
    ----------
    report_ids
        Reports that count; those with a label in the table by default.
    patients
        Report id to patient key; a report that is not named is its own patient.

    Returns
    -------
    For each question the row of all levels and rows by level; and the discs that differ.

    Raises
    ------
    InputError
        When no report has a picture.
    """
    wanted = set(table.report_ids if report_ids is None else report_ids)
    kept = [one for one in readings if one.report_id in wanted]
    if not kept:
        raise InputError("no report of the label table has an annotated picture; put ids together with --id-prefix")
    whose = patients or {}
    names = sorted({whose.get(one.report_id, one.report_id) for one in kept})
    rows = {name: row for row, name in enumerate(names)}
    draws = PatientDraws.draw(len(names), resamples=resamples, seed=seed)
    agreements: list[PictureAgreement] = []
    differences: list[PictureDifference] = []
    for question in dict.fromkeys(one.question for one in kept):
        asked = [one for one in kept if one.question == question]
        said = [asserts(table, one.report_id, one.level, QUESTIONS[question]) for one in asked]
        for level in (None, *sorted({one.level for one in asked})):
            counts = np.zeros((len(names), 2, 2), dtype=np.int64)
            for one, report in zip(asked, said, strict=True):
                if level in (None, one.level):
                    counts[rows[whose.get(one.report_id, one.report_id)], int(one.present), int(report)] += 1
            figures = draws.intervals(counts, DETECTION_STATISTICS)
            agreements.append(PictureAgreement(question, level, counts.sum(axis=0), figures))
        differences += [
            PictureDifference(one.report_id, one.level, question, report, one.present)
            for one, report in zip(asked, said, strict=True)
            if report != one.present
        ]
    return agreements, differences
