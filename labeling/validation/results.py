"""What a validation found, as JSON and CSV.

A figure without a value says why: `null` never stands alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import isnan
from pathlib import Path
from typing import Any

from deepspine.data.agreement import Counts, Interval
from deepspine.data.csv_rows import csv_text
from deepspine.data.label_table import UNSETTLED
from deepspine.data.whole_files import write_whole
from deepspine.labeling.validation.comparison import MIN_LABELS, StratumAgreement, undefined_because
from deepspine.labeling.validation.disagreements import Disagreement
from deepspine.labeling.validation.pictures import PictureAgreement, PictureDifference
from deepspine.labeling.validation.readers import ReaderFigure

DIGITS = 4
FIGURE_COLUMNS = ("finding", "level", "side", "question", "measure", "n", "patients", "value", "low", "high", "note")
CONFUSION_COLUMNS = ("finding", "level", "side", "reference", "predicted", "n")
DISAGREEMENT_COLUMNS = ("report_id", "level", "finding", "side", "predicted", "reference", "kind", "steps")
READER_COLUMNS = (
    "finding", "measure", "who", "n", "without", "without_low", "without_high",
    "with", "with_low", "with_high", "change", "change_low", "change_high", "p", "note",
)  # fmt: skip
PICTURE_COLUMNS = (
    "question", "level", "both_no", "picture_only", "report_only", "both_yes",
    "measure", "value", "low", "high", "note",
)  # fmt: skip
TABLES = (
    "figures.csv", "confusion.csv", "disagreements.csv", "readers.csv", "pictures.csv", "picture_differences.csv",
)  # fmt: skip
PICTURE_DIFFERENCE_COLUMNS = ("report_id", "level", "question", "report", "picture")


@dataclass(frozen=True)
class Validation:
    """All that one run of `deepspine validate` found.

    Attributes
    ----------
    rows
        Agreement with the reference, by finding, level and side.
    differences
        Labels that differ.
    readers
        Figures of the reader study.
    pictures, picture_differences
        Reports against pictures.
    n_reports, n_patients
        Read by both sources.
    n_without_patient
        Of the reports, those that a table of patients lacks; each counts as a patient of its own.
    n_silent
        How many of the reports a table has no label of, by table; without those that have labels of all.
    n_left_out
        Reports that are in some table, or have a picture, but are not compared, since a table has no label of them.
    n_unsettled
        Labels that a table left open with `?`, scored neither way.
    made_by
        Version, command and inputs.
    """

    made_by: Mapping[str, Any]
    n_reports: int
    n_patients: int
    n_without_patient: int = 0
    n_silent: Mapping[str, int] = field(default_factory=dict)
    n_left_out: int = 0
    n_unsettled: int = 0
    rows: Sequence[StratumAgreement] = ()
    differences: Sequence[Disagreement] = ()
    readers: Sequence[ReaderFigure] = ()
    pictures: Sequence[PictureAgreement] = ()
    picture_differences: Sequence[PictureDifference] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)

    def coverage_lines(self) -> Iterator[str]:
        """Yield sentences on what is compared: reports, patients, and what a table lacks or leaves open of them."""
        yield f"{self.n_reports} reports of {self.n_patients} patients"
        for name, n_reports in self.n_silent.items():
            yield f"{name} has no label of {n_reports} of the reports"
        if self.n_left_out:
            why = f"{self._why_left_out} (--reports names those that count)"
            yield f"{self.n_left_out} more reports are left out: {why}"
        if self.n_without_patient:
            without = f"{self.n_without_patient} of the reports have no patient in --patients"
            yield f"{without}: each counts as one of its own"
        if self.n_unsettled:
            yield f"labels that a table left open ({UNSETTLED!r}), scored neither way: {self.n_unsettled}"

    @property
    def _why_left_out(self) -> str:
        if self.pictures:
            return "they have pictures but no label in the predicted table, though silence is a no"
        return "not every reader has labels of them" if self.readers else "the reference has no label of them"

    def write_tables(self, folder: Path) -> None:
        """Write those of `TABLES` that have a row, and remove the others: they would be of a run before."""
        tables = (
            (FIGURE_COLUMNS, list(figure_rows(self.rows))),
            (CONFUSION_COLUMNS, list(confusion_rows(self.rows))),
            (DISAGREEMENT_COLUMNS, list(map(_disagreement_row, self.differences))),
            (READER_COLUMNS, list(map(_reader_row, self.readers))),
            (PICTURE_COLUMNS, list(picture_rows(self.pictures))),
            (PICTURE_DIFFERENCE_COLUMNS, list(map(_picture_row, self.picture_differences))),
        )
        for name, (header, rows) in zip(TABLES, tables, strict=True):
            if rows:
                write_whole(folder / name, csv_text(rows, header))
            else:
                (folder / name).unlink(missing_ok=True)

    def to_json(self) -> dict[str, Any]:
        """Return everything as JSON values."""
        return {
            "made_by": dict(self.made_by),
            "settings": dict(self.settings),
            "reports": self.n_reports,
            "patients": self.n_patients,
            "reports_without_patient": self.n_without_patient,
            "reports_without_labels": dict(self.n_silent),
            "reports_left_out": self.n_left_out,
            "unsettled_labels": self.n_unsettled,
            "agreement": [_row_json(row) for row in self.rows],
            "disagreements": _records(DISAGREEMENT_COLUMNS, map(_disagreement_row, self.differences)),
            "readers": _records(READER_COLUMNS, map(_reader_row, self.readers)),
            "pictures": [_picture_json(one) for one in self.pictures],
            "picture_differences": _records(PICTURE_DIFFERENCE_COLUMNS, map(_picture_row, self.picture_differences)),
        }


def _records(columns: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[dict[str, str]]:
    return [dict(zip(columns, row, strict=True)) for row in rows]


def interval_json(interval: Interval, reason: str) -> dict[str, Any]:
    """Return a figure with its interval; one without a value says why."""
    if isnan(interval.value):
        return {"value": None, "undefined": reason}
    return {"value": _rounded(interval.value), "low": _rounded(interval.low), "high": _rounded(interval.high)}


def _rounded(value: float) -> float | None:
    return None if isnan(value) else round(value, DIGITS)


def _row_json(row: StratumAgreement) -> dict[str, Any]:
    return {
        "finding": "all" if row.stratum.finding is None else row.stratum.finding.name,
        "level": row.stratum.level,
        "side": row.stratum.side,
        "patients": row.n_patients,
        "labels": {
            "both": row.n_both,
            "only_predicted": row.n_only_predicted,
            "only_reference": row.n_only_reference,
            "definite": row.n_definite,
        },
        "sets": {name: interval_json(one, set_note(row)) for name, one in row.sets.items()},
        "grades": [] if row.stratum.finding is None else list(row.stratum.finding.scale),
        "confusion": row.counts.tolist(),
        "prevalence": {grade: _rounded(share) for grade, share in row.prevalence.items()},
        "definite": {
            name: interval_json(one, undefined_because(name, row.counts)) for name, one in row.figures.items()
        },
        "questions": [
            {
                "question": one.question.name,
                "n": one.n,
                "prevalence": _rounded(one.prevalence),
                "confusion": one.counts.tolist(),
                **{name: interval_json(f, undefined_because(name, one.counts)) for name, f in one.figures.items()},
            }
            for one in row.questions
        ],
    }  # fmt: skip


def set_note(row: StratumAgreement) -> str:
    """Say why a figure of whole sets has no value."""
    return "no label in both tables" if row.n_only_predicted or row.n_only_reference else "no labels to compare"


# ------------------------------------------------------------------------------------------------------------------ CSV


def figure_rows(rows: Sequence[StratumAgreement]) -> Iterator[tuple[str, ...]]:
    """Yield the rows of `figures.csv`: one a figure."""
    for row in rows:
        stratum = row.stratum
        where = (stratum.finding.name if stratum.finding else "all", stratum.level or "", stratum.side or "")
        patients = str(row.n_patients)
        for name, one in row.sets.items():
            yield (*where, "", name, str(row.n_both), patients, *_cells(one, set_note(row)))
        if stratum.finding is not None and not row.figures:
            note = f"fewer than {MIN_LABELS} definite labels"
            yield (*where, "", "kappa", str(row.n_definite), patients, "", "", "", note)
        for name, one in row.figures.items():
            yield (*where, "", name, str(row.n_definite), patients, *_cells(one, undefined_because(name, row.counts)))
        for question in row.questions:
            for name, one in question.figures.items():
                note = undefined_because(name, question.counts)
                yield (*where, question.question.name, name, str(question.n), patients, *_cells(one, note))


def confusion_rows(rows: Sequence[StratumAgreement]) -> Iterator[tuple[str, ...]]:
    """Yield the rows of `confusion.csv`: one a pair of grades that occurs."""
    for row in rows:
        finding = row.stratum.finding
        if finding is None:
            continue
        where = (finding.name, row.stratum.level or "", row.stratum.side or "")
        for reference, predicted in zip(*row.counts.nonzero(), strict=True):
            n = row.counts[reference, predicted]
            yield (*where, finding.scale[reference], finding.scale[predicted], str(n))


def picture_rows(pictures: Sequence[PictureAgreement]) -> Iterator[tuple[str, ...]]:
    """Yield the rows of `pictures.csv`: one a figure."""
    for one in pictures:
        where = (one.question, one.level or "", *four_cells(one.counts))
        for name, interval in one.figures.items():
            yield (*where, name, *_cells(interval, undefined_because(name, one.counts)))


def four_cells(counts: Counts) -> tuple[str, str, str, str]:
    """Return both no, picture only, report only, both yes of counts whose rows are the picture."""
    return str(counts[0, 0]), str(counts[1, 0]), str(counts[0, 1]), str(counts[1, 1])


def _cells(interval: Interval, reason: str) -> tuple[str, str, str, str]:
    """Return value, ends of the interval and a note where there is no value."""
    if isnan(interval.value):
        return "", "", "", reason
    value, low, high = (_text(number) for number in (interval.value, interval.low, interval.high))
    return value, low, high, "" if low else "interval not defined"


def _text(value: float) -> str:
    return "" if isnan(value) else f"{value:.{DIGITS}f}"


def _disagreement_row(one: Disagreement) -> tuple[str, ...]:
    key = one.key
    sets = ("" if grades is None else str(grades) for grades in (one.predicted, one.reference))
    return (key.report_id, key.level.value, key.finding, key.side.value, *sets, one.kind.value, str(one.steps))


def _picture_row(one: PictureDifference) -> tuple[str, ...]:
    return (one.report_id, one.level.value, one.question, "yes" if one.report else "no", "yes" if one.picture else "no")


def _reader_row(one: ReaderFigure) -> tuple[str, ...]:
    numbers: list[str] = []
    for interval in (one.without, one.assisted, one.change):
        numbers += (
            ["", "", ""] if interval is None else [_text(x) for x in (interval.value, interval.low, interval.high)]
        )
    p = "" if one.p is None else _text(one.p)
    return (one.finding, one.measure, one.who, str(one.n), *numbers, p, one.note)


def _picture_json(one: PictureAgreement) -> dict[str, Any]:
    names = ("both_no", "picture_only", "report_only", "both_yes")
    return {
        "question": one.question,
        "level": one.level,
        **dict(zip(names, map(int, four_cells(one.counts)), strict=True)),
        **{name: interval_json(f, undefined_because(name, one.counts)) for name, f in one.figures.items()},
    }
