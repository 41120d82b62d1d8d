"""The grid of a report: findings down, levels across, one cell a label."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from deepspine.data.findings import FINDINGS, Finding, Side
from deepspine.data.grade_sets import GradeSet
from deepspine.data.levels import REPORTED_LEVELS, Level
from deepspine.labeling.annotate.adjudication import report_readings
from deepspine.labeling.annotate.records import Cell, Reader, Report
from deepspine.labeling.annotate.store import Store

EXTRA_LEVELS = (Level.L5_L6, Level.L6_S1)
"""Transitional levels that a reader may need; others show when a label has them."""


@dataclass(frozen=True)
class GridCell:
    """A cell as the page shows it.

    Attributes
    ----------
    cell
        Where.
    grades
        `mild|moderate`; empty without a label.
    suggested
        Whether it is still what the labeler said.
    agreed
        What all readers say, for the adjudicator.
    readings
        What the readers say, where they differ; empty elsewhere.
    decided
        Whether the adjudicator has decided it.
    """

    cell: Cell
    grades: str = ""
    suggested: bool = False
    agreed: str = ""
    readings: tuple[str, ...] = ()
    decided: bool = False

    @property
    def key(self) -> str:
        """The cell's name on the page."""
        return "|".join(self.cell)


@dataclass(frozen=True)
class GridRow:
    """A finding, and a side of it, at all levels."""

    finding: Finding
    side: Side
    cells: tuple[GridCell, ...]

    @property
    def name(self) -> str:
        """The finding in words."""
        words = self.finding.name.replace("_", " ")
        return f"{words}, {self.side.value}" if self.side.value else words


@dataclass(frozen=True)
class Grid:
    """All rows, and the levels of their cells; levels of `extra` are hidden at first."""

    levels: tuple[Level, ...]
    extra: tuple[Level, ...]
    rows: tuple[GridRow, ...]
    n_open: int = 0


def reading_grid(store: Store, reader: Reader, report: Report) -> Grid:
    """Return the grid of a reader who reads."""
    suggested = {one.cell: one.grades for one in report.suggestions}
    cells = {
        cell: GridCell(cell, "" if grades is None else str(grades), suggested=grades == suggested.get(cell))
        for cell, grades in store.labels(reader, report.number).items()
    }
    return _grid(cells)


def adjudication_grid(store: Store, adjudicator: Reader, number: int) -> Grid:
    """Return the grid of an adjudicator: what readers agree on, and where they differ with what each says."""
    own = store.labels(adjudicator, number)
    readings = report_readings(store, adjudicator, number)
    agreed = {} if readings is None else readings.agreed
    cells = {
        cell: GridCell(cell, _text(own.get(cell, agreed.get(cell))), agreed=_text(agreed.get(cell)))
        for cell in {**agreed, **own}
    }
    for one in () if readings is None else readings.differences:
        said = tuple(_text(grades) for grades in one.readings)
        cells[one.cell] = GridCell(one.cell, _text(one.decision), readings=said, decided=one.decided)
    return _grid(cells, n_open=0 if readings is None else readings.n_open)


def _text(grades: GradeSet | None) -> str:
    return "" if grades is None else str(grades)


def _grid(cells: Mapping[Cell, GridCell], n_open: int = 0) -> Grid:
    used = {cell.level for cell in cells}
    levels = tuple(sorted({*REPORTED_LEVELS, *EXTRA_LEVELS, *used}))
    extra = tuple(level for level in EXTRA_LEVELS if level not in used)
    rows = tuple(
        GridRow(finding, side, tuple(_cell(cells, Cell(level, finding.name, side)) for level in levels))
        for finding, side in _finding_sides(FINDINGS.values())
    )
    return Grid(levels, extra, rows, n_open)


def _finding_sides(findings: Iterable[Finding]) -> list[tuple[Finding, Side]]:
    return [(finding, side) for finding in findings for side in finding.sides]


def _cell(cells: Mapping[Cell, GridCell], cell: Cell) -> GridCell:
    return cells.get(cell, GridCell(cell))
