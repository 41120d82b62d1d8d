"""Where readers differ, and what comes of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from deepspine.data.grade_sets import GradeSet
from deepspine.data.label_table import UNSETTLED, LabelKey, csv_text
from deepspine.labeling.annotate.records import Cell, Reader, Role
from deepspine.labeling.annotate.store import Store

MIN_READERS = 2


@dataclass(frozen=True)
class Difference:
    """A cell on which readers differ.

    Attributes
    ----------
    cell
        Where.
    readings
        What each reader of the report says, in an order that hides who; None for no label.
    decision
        What the adjudicator says, if `decided`.
    """

    cell: Cell
    readings: tuple[GradeSet | None, ...]
    decided: bool
    decision: GradeSet | None


@dataclass(frozen=True)
class ReportReadings:
    """A report that two readers or more are done with.

    Attributes
    ----------
    number
        Of the report.
    agreed
        Labels on which all agree.
    differences
        Cells on which they do not.
    """

    number: int
    agreed: Mapping[Cell, GradeSet]
    differences: Sequence[Difference]

    @property
    def n_open(self) -> int:
        """Differences without a decision."""
        return sum(not one.decided for one in self.differences)


def readers_of(store: Store, number: int) -> list[Reader]:
    """Return the readers who are done with a report, adjudicators left out."""
    everyone = [reader for reader in store.readers() if reader.role is not Role.ADJUDICATOR]
    return [reader for reader in everyone if number in store.done_numbers(reader)]


def report_readings(store: Store, adjudicator: Reader | None, number: int) -> ReportReadings | None:
    """Return what readers agree and differ on in a report; None before `MIN_READERS` are done with it.

    Parameters
    ----------
    adjudicator
        Whose decisions count; None for none.
    """
    readers = readers_of(store, number)
    if len(readers) < MIN_READERS:
        return None
    tables = [
        {cell: grades for cell, grades in store.labels(reader, number).items() if grades is not None}
        for reader in _in_hidden_order(readers, number)
    ]
    decisions = {} if adjudicator is None else store.labels(adjudicator, number)
    agreed: dict[Cell, GradeSet] = {}
    differences = []
    for cell in sorted({cell for table in tables for cell in table}):
        said = tuple(table.get(cell) for table in tables)
        first = said[0]
        if len(set(said)) == 1 and first is not None:
            agreed[cell] = first
        else:
            differences.append(Difference(cell, said, cell in decisions, decisions.get(cell)))
    return ReportReadings(number, agreed, differences)


def _in_hidden_order(readers: Sequence[Reader], number: int) -> list[Reader]:
    """Turn the order of readers from report to report, so that "A" is not always the same person."""
    turn = number % len(readers)
    return [*readers[turn:], *readers[:turn]]


def all_readings(store: Store, adjudicator: Reader | None) -> list[ReportReadings]:
    """Return the readings of every report that two readers or more are done with."""
    found = (report_readings(store, adjudicator, number) for number in store.report_ids())
    return [one for one in found if one is not None]


def consensus_csv(store: Store, adjudicator: Reader | None) -> str:
    """Return the consensus as a label table: what all say, what the adjudicator decided, `?` for what is open."""
    ids = store.report_ids()
    rows: dict[LabelKey, str] = {}
    for readings in all_readings(store, adjudicator):
        settled: dict[Cell, str] = {cell: str(grades) for cell, grades in readings.agreed.items()}
        settled |= dict.fromkeys((one.cell for one in readings.differences), UNSETTLED)
        decisions = {} if adjudicator is None else store.labels(adjudicator, readings.number)
        settled |= {cell: "" if grades is None else str(grades) for cell, grades in decisions.items()}
        rows |= {LabelKey(ids[readings.number], *cell): grades for cell, grades in settled.items() if grades}
    ordered = sorted(rows, key=lambda key: key.sort_key)
    return csv_text((key.report_id, key.level, key.finding, key.side, rows[key]) for key in ordered)
