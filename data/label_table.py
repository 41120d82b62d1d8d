"""The label table: one row a label, the currency between labeler, grader, readers and scores.

On disk a CSV (or Parquet) file with the columns `report_id, level, finding, side, grades`, sorted by them, each key
once. In memory a pandas frame of the same columns whose content has been checked. Silence has no row. The grades `?`
say that readers could not settle a label: it is unknown, whatever silence means, so it teaches and scores nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from deepspine.data.csv_rows import csv_text, read_rows, require_columns
from deepspine.data.errors import InputError, LabelTableError, VocabularyError
from deepspine.data.findings import FINDINGS, Side, get_finding
from deepspine.data.grade_sets import GradeSet
from deepspine.data.levels import Level
from deepspine.data.report_ids import report_id_of
from deepspine.data.whole_files import whole_file

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("report_id", "level", "finding", "side", "grades")
KIND = "a label table"
UNSETTLED = "?"
"""Grades of a label that its readers could not settle."""


class LabelKey(NamedTuple):
    """What a label is about."""

    report_id: str
    level: Level
    finding: str
    side: Side

    @property
    def sort_key(self) -> tuple[str, int, str, str]:
        """Order of rows in a table: report, level from cranial to caudal, finding, side."""
        return (self.report_id, self.level.rank, self.finding, self.side.value)


class LabelTable(Mapping[LabelKey, GradeSet]):
    """An immutable mapping from `(report_id, level, finding, side)` to `GradeSet`.

    Parameters
    ----------
    labels
        Keys and sets; sets must not be empty and sides must fit their finding.
    unsettled
        Keys of the labels that are left open, `?` in a file; the mapping lacks them.

    Raises
    ------
    LabelTableError
        When a set is empty, belongs to another finding than its key, a side does not fit, or a label with grades is
        open as well.

    Examples
    --------
    >>> from deepspine.data.findings import FINDINGS
    >>> key = LabelKey("r1", Level.L4_L5, "bulge", Side.MIDLINE)
    >>> table = LabelTable({key: GradeSet.parse(FINDINGS["bulge"], "mild|moderate")})
    >>> print(table.to_csv_text(), end="")
    report_id,level,finding,side,grades
    r1,L4-L5,bulge,,mild|moderate
    """

    def __init__(self, labels: Mapping[LabelKey, GradeSet], unsettled: Collection[LabelKey] = ()) -> None:
        for key, grades in labels.items():
            _check_label(key, grades)
        self.unsettled = frozenset(unsettled)
        for key in self.unsettled:
            _check_unsettled(key, labels)
        self._labels = {key: labels[key] for key in sorted(labels, key=lambda key: key.sort_key)}

    def __getitem__(self, key: LabelKey) -> GradeSet:
        return self._labels[key]

    def __iter__(self) -> Iterator[LabelKey]:
        return iter(self._labels)

    def __len__(self) -> int:
        return len(self._labels)

    @property
    def report_ids(self) -> list[str]:
        """The reports that have at least one label, sorted."""
        return list(self._of_reports)

    def of_report(self, report_id: str) -> dict[LabelKey, GradeSet]:
        """Return the labels of one report."""
        return dict(self._of_reports.get(report_id, {}))

    def with_report_ids(self, renamed: Callable[[str], str]) -> LabelTable:
        """Return the table under other report ids, what is left open included."""
        names = {name: renamed(name) for name in {key.report_id for key in (*self, *self.unsettled)}}
        return LabelTable(
            {key._replace(report_id=names[key.report_id]): grades for key, grades in self.items()},
            [key._replace(report_id=names[key.report_id]) for key in self.unsettled],
        )

    def of_findings(self, names: Collection[str]) -> LabelTable:
        """Return the labels of some findings, what is left open included."""
        return LabelTable(
            {key: grades for key, grades in self.items() if key.finding in names},
            [key for key in self.unsettled if key.finding in names],
        )

    def note_of_unsettled(self, path: Path | str) -> str:
        """Return a sentence on the labels of a file that are left open, for its user; empty when there are none."""
        if not self.unsettled:
            return ""
        unknown = f"labels left open ({UNSETTLED!r}): {len(self.unsettled)}"
        return f"{path}: {unknown}; unknown, so they teach and score nothing"

    @cached_property
    def _of_reports(self) -> dict[str, dict[LabelKey, GradeSet]]:
        """The labels by report, for those who ask report by report."""
        found: dict[str, dict[LabelKey, GradeSet]] = {}
        for key, grades in self._labels.items():
            found.setdefault(key.report_id, {})[key] = grades
        return found

    # ------------------------------------------------------------------- files

    @classmethod
    def read(cls, path: Path | str) -> LabelTable:
        """Read a CSV or (by its suffix) Parquet file; labels with the grades `?` come as `unsettled`.

        Raises
        ------
        InputError
            When the file is missing or is no UTF-8 text.
        LabelTableError
            When a column is missing or a row is malformed; the message names file, row and column.
        """
        return cls(*_read_labels(Path(path)))

    def write(self, path: Path | str) -> None:
        """Write a CSV or (by its suffix) Parquet file, rows sorted, whole or not at all."""
        path = Path(path)
        with whole_file(path) as partial:
            if path.suffix == ".parquet":
                self.to_frame().to_parquet(partial, index=False)
            else:
                partial.write_text(self.to_csv_text(), encoding="utf-8")

    def to_csv_text(self) -> str:
        """Return the table as CSV text, header included."""
        return csv_text(self.rows(), COLUMNS)

    def rows(self) -> Iterator[tuple[str, str, str, str, str]]:
        """Yield the rows as text, in the order of a file; those of labels that are left open have the grades `?`."""
        rows: dict[LabelKey, GradeSet | str] = {**self._labels, **dict.fromkeys(self.unsettled, UNSETTLED)}
        for key, grades in sorted(rows.items(), key=lambda row: row[0].sort_key):
            yield key.report_id, key.level.value, key.finding, key.side.value, str(grades)

    def to_frame(self) -> pd.DataFrame:
        """Return a pandas frame with the columns of the file, all text."""
        import pandas as pd

        return pd.DataFrame(list(self.rows()), columns=list(COLUMNS), dtype="str")


def _read_labels(path: Path) -> tuple[dict[LabelKey, GradeSet], set[LabelKey]]:
    """Return the labels of a file, and those that are `UNSETTLED`."""
    if not path.is_file():
        raise InputError(f"{path}: no such file; expected a label table (CSV or Parquet)")
    if path.suffix == ".parquet":
        rows = _parquet_rows(path)
    else:
        rows = read_rows(path, COLUMNS, kind=KIND, error=LabelTableError)
    labels: dict[LabelKey, GradeSet] = {}
    unsettled: set[LabelKey] = set()
    for number, row in rows:
        key, grades = _parse_row(path, number, row)
        if key in labels or key in unsettled:
            raise LabelTableError(f"{path}: row {number}: {_describe(key)} appears twice; keep one row a label")
        if grades is None:
            unsettled.add(key)
        else:
            labels[key] = grades
    return labels, unsettled


def _parquet_rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    from deepspine.data.parquet_text import ParquetText

    table = ParquetText(path)
    require_columns(path, table.columns, COLUMNS, KIND, LabelTableError)
    for number, values in enumerate(table.rows(COLUMNS), start=1):
        yield number, dict(zip(COLUMNS, values, strict=True))


def _parse_row(path: Path, number: int, row: dict[str, str]) -> tuple[LabelKey, GradeSet | None]:
    column = "report_id"
    try:
        report_id = report_id_of(row["report_id"])
        if not report_id:
            raise VocabularyError("report_id must not be empty")
        column = "level"
        level = Level.parse(row["level"])
        column = "finding"
        finding = get_finding(row["finding"])
        column = "side"
        sides = {side.value: side for side in finding.sides}
        if row["side"] not in sides:
            allowed = " or ".join(repr(side) for side in sides)
            raise VocabularyError(f"side of {finding} must be {allowed}, got {row['side']!r}")
        column = "grades"
        grades = None if row["grades"] == UNSETTLED else GradeSet.parse(finding, row["grades"])
    except VocabularyError as error:
        raise LabelTableError(f"{path}: row {number}, column {column}: {error}") from None
    return LabelKey(report_id, level, finding.name, sides[row["side"]]), grades


def _check_label(key: LabelKey, grades: GradeSet) -> None:
    finding = FINDINGS.get(key.finding)
    if finding is None or grades.finding != finding:
        raise LabelTableError(f"{_describe(key)}: grades are of {grades.finding}")
    if key.side not in finding.sides:
        raise LabelTableError(f"{_describe(key)}: side must be one of {[side.value for side in finding.sides]}")
    if not grades:
        raise LabelTableError(f"{_describe(key)}: a label must leave at least one grade; silence has no row")


def _check_unsettled(key: LabelKey, labels: Collection[LabelKey]) -> None:
    if key in labels:
        raise LabelTableError(f"{_describe(key)}: a label with grades cannot be left open as well")
    if key.finding not in FINDINGS or key.side not in FINDINGS[key.finding].sides:
        raise LabelTableError(f"{_describe(key)}: no finding has this name and side")


def _describe(key: LabelKey) -> str:
    return " ".join(part for part in (key.report_id, key.level, key.finding, key.side) if part)
