"""What a project holds, as values: readers, reports, cells of the grid and what is suggested for them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from deepspine.data.findings import FINDINGS, Side
from deepspine.data.grade_sets import GradeSet
from deepspine.data.levels import Level
from deepspine.labeling.evidence import Evidence


class Role(StrEnum):
    """What a reader sees."""

    ASSISTED = "assisted"
    """The grid filled by the labeler, with its evidence."""
    BLIND = "blind"
    """An empty grid and the bare text."""
    ADJUDICATOR = "adjudicator"
    """Where the others differ, without their names."""


class Cell(NamedTuple):
    """A place in the grid of one report."""

    level: Level
    finding: str
    side: Side


@dataclass(frozen=True)
class Reader:
    """Someone with access."""

    id: int
    name: str
    role: Role


@dataclass(frozen=True)
class Suggestion:
    """What the labeler says of a cell, and where it read it."""

    cell: Cell
    grades: GradeSet
    evidence: tuple[Evidence, ...] = ()
    doubt: float = 0.0


@dataclass(frozen=True)
class Report:
    """A report to read; `number` is its place, which stands in URLs where its id must not."""

    number: int
    report_id: str
    text: str
    suggestions: tuple[Suggestion, ...]


@dataclass(frozen=True)
class Change:
    """State of a cell after a change.

    Attributes
    ----------
    cell
        Which one; None when nothing was to be changed.
    grades
        None where there is no label.
    is_set
        Whether the reader has said something of the cell, be it that there is no label.
    """

    cell: Cell | None
    grades: GradeSet | None
    is_set: bool = True


@dataclass(frozen=True)
class Progress:
    """How far a reader is."""

    reader: Reader
    n_done: int
    n_reports: int


def parse_cell(level: str, finding: str, side: str) -> Cell | None:
    """Return a place in the grid; None when the scheme has no such label."""
    known = FINDINGS.get(finding)
    if known is None or side not in [one.value for one in known.sides] or level not in list(Level):
        return None
    return Cell(Level(level), finding, Side(side))
