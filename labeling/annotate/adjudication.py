"""Where readers differ, and what comes of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from deepspine.data.errors import ConfigError
from deepspine.data.grade_sets import GradeSet
from deepspine.data.label_table import LabelKey, LabelTable
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


def adjudicator_of(store: Store, name: str | None = None) -> Reader | None:
    """Return the adjudicator whose decisions count: the one of that name, or the only one; None where there is none.

    Raises
    ------
    ConfigError
        When there are several and none is named, or the one named is no adjudicator.
    """
    found = {one.name: one for one in store.readers() if one.role is Role.ADJUDICATOR}
    names = ", ".join(found) or "none"
    if name is not None and name not in found:
        raise ConfigError(f"--adjudicator must be an adjudicator of the project, got {name!r}; there are {names}")
    if name is None and len(found) > 1:
        raise ConfigError(f"there are {len(found)} adjudicators, {names}; name whose decisions count: --adjudicator")
    return found[name] if name is not None else next(iter(found.values()), None)


def report_readings(store: Store, adjudicator: Reader | None, number: int) -> ReportReadings | None:
    """Return what readers agree and differ on in a report; None before `MIN_READERS` are done with it.

    Parameters
    ----------
    adjudicator
        Whose decisions count; None for none.
    """
    done = [reader for reader in _readers(store) if number in store.done_numbers(reader)]
    decisions = {} if adjudicator is None else store.labels(adjudicator, number)
    return _compare(number, [store.labels(reader, number) for reader in done], decisions)


def all_readings(store: Store, adjudicator: Reader | None) -> list[ReportReadings]:
    """Return the readings of every report that two readers or more are done with, in the order of reports."""
    readers = _readers(store)
    done = [store.done_numbers(reader) for reader in readers]
    tables = [store.labels_by_report(reader) for reader in readers]
    decisions = {} if adjudicator is None else store.labels_by_report(adjudicator)
    found = []
    for number in sorted(set().union(*done)):
        of_report = [table.get(number, {}) for table, numbers in zip(tables, done, strict=True) if number in numbers]
        found.append(_compare(number, of_report, decisions.get(number, {})))
    return [one for one in found if one is not None]


def _readers(store: Store) -> list[Reader]:
    return [reader for reader in store.readers() if reader.role is not Role.ADJUDICATOR]


def _compare(
    number: int, tables: Sequence[Mapping[Cell, GradeSet | None]], decisions: Mapping[Cell, GradeSet | None]
) -> ReportReadings | None:
    """Compare readings of a report. Their order turns from report to report, so that "A" is not always the same."""
    if len(tables) < MIN_READERS:
        return None
    turn = number % len(tables)
    turned = [*tables[turn:], *tables[:turn]]
    agreed: dict[Cell, GradeSet] = {}
    differences = []
    for cell in sorted({cell for table in turned for cell in table}):
        said = tuple(table.get(cell) for table in turned)
        first = said[0]
        if len(set(said)) > 1:
            differences.append(Difference(cell, said, cell in decisions, decisions.get(cell)))
        elif first is not None:
            agreed[cell] = first
    return ReportReadings(number, agreed, differences)


def consensus_table(store: Store, adjudicator: Reader | None) -> LabelTable:
    """Return the consensus: what all say and what the adjudicator decided; what is open is `unsettled`."""
    ids = store.report_ids()
    labels: dict[LabelKey, GradeSet] = {}
    unsettled: set[LabelKey] = set()
    for readings in all_readings(store, adjudicator):
        report_id = ids[readings.number]
        decisions = {} if adjudicator is None else store.labels(adjudicator, readings.number)
        said = {**readings.agreed, **decisions}
        labels |= {LabelKey(report_id, *cell): grades for cell, grades in said.items() if grades is not None}
        unsettled |= {LabelKey(report_id, *one.cell) for one in readings.differences if one.cell not in decisions}
    return LabelTable(labels, unsettled)
