"""Reports against pictures: boxes or gradings that annotators gave disc by disc, beside what the report says.

A picture's annotation answers questions that no single finding of the scheme answers ("a bulge or a herniation"), and
it answers for every disc, where a report is silent about most. So a report says yes when it asserts one of the findings
behind a question, else no: silence is read as no, which is said wherever these figures stand.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np

from deepspine.data.agreement import DETECTION_STATISTICS, Counts, Interval, PatientDraws
from deepspine.data.convert.source_tables import read_header
from deepspine.data.convert.spider_gradings import ANNOTATED_COLUMNS, read_gradings
from deepspine.data.convert.sudirman_boxes import BOX_COLUMNS, BULGE_OR_HERNIATION, BoxedDisc, read_boxed_discs
from deepspine.data.errors import InputError
from deepspine.data.findings import FINDINGS, Side
from deepspine.data.grade_sets import GradeSet
from deepspine.data.label_table import LabelKey, LabelTable
from deepspine.data.levels import Level

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
    return set(read_header(path)) >= BOX_COLUMNS or is_grading(path)


def is_grading(path: Path) -> bool:
    """Whether a file is a table of gradings, by its header."""
    return set(read_header(path)) >= ANNOTATED_COLUMNS


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
    header = set(read_header(path))
    if header >= BOX_COLUMNS:
        return list(_readings_of_boxes(read_boxed_discs(path, id_prefix=id_prefix)))
    if header >= ANNOTATED_COLUMNS:
        return list(_readings_of_table(read_gradings(path, id_prefix=id_prefix)))
    boxes, gradings = (", ".join(sorted(columns)) for columns in (BOX_COLUMNS, ANNOTATED_COLUMNS))
    raise InputError(f"{path}: expected boxes ({boxes}) or gradings ({gradings})")


def _readings_of_boxes(discs: Iterable[BoxedDisc]) -> Iterator[PictureReading]:
    for disc in discs:
        for question, present in disc.answers.items():
            yield PictureReading(disc.report_id, disc.level, question, present)


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


def questioned(table: LabelTable) -> LabelTable:
    """Return the labels of a table that answer one of the `QUESTIONS`."""
    return table.of_findings({name for findings in QUESTIONS.values() for name in findings})


def _is_open(table: LabelTable, report_id: str, level: Level, findings: Collection[str]) -> bool:
    """Whether a question cannot be answered, as a label that would is left open and no other says yes."""
    keys = (LabelKey(report_id, level, name, side) for name in findings for side in FINDINGS[name].sides)
    return not table.unsettled.isdisjoint(keys) and not asserts(table, report_id, level, findings)


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
    table
        What the reports say; a disc whose answer it leaves open counts neither way.
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
        findings = QUESTIONS[question]
        of_question = (one for one in kept if one.question == question)
        asked = [one for one in of_question if not _is_open(table, one.report_id, one.level, findings)]
        said = [asserts(table, one.report_id, one.level, findings) for one in asked]
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
