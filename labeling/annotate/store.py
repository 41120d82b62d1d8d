"""What readers do, kept: labels, their history, who is done with what.

Every change is one transaction and is on the disk before the browser hears of it.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from deepspine.data.errors import InputError
from deepspine.data.findings import FINDINGS, Side
from deepspine.data.grade_sets import GradeSet
from deepspine.data.label_table import LabelKey
from deepspine.data.levels import Level
from deepspine.labeling.annotate.records import Cell, Change, Progress, Reader, Report, Role, Suggestion
from deepspine.labeling.annotate.schema import MAX_ID_LENGTH, Database, edits, marks, readers, readings, reports
from deepspine.labeling.evidence import Evidence


class Store:
    """Readers, reports and labels of one project.

    Parameters
    ----------
    database
        Where they are kept.
    """

    def __init__(self, database: Database) -> None:
        self.database = database

    # ------------------------------------------------------------------------------------------------------ reports

    def add_reports(self, new: Iterable[tuple[str, str, Sequence[Suggestion]]]) -> int:
        """Add reports (id, text, what the labeler says) behind those that are there; returns how many were new.

        A report whose id is there already is left as it is.

        Raises
        ------
        InputError
            When an id is longer than the database takes.
        """
        with self.database.writing() as connection:
            known = set(connection.execute(select(reports.c.report_id)).scalars())
            last = connection.execute(select(func.max(reports.c.number))).scalar() or 0
            added = 0
            for report_id, text, suggestions in new:
                if len(report_id) > MAX_ID_LENGTH:
                    raise InputError(f"a report id has {len(report_id)} characters; at most {MAX_ID_LENGTH} are kept")
                if report_id in known:
                    continue
                known.add(report_id)
                added += 1
                connection.execute(
                    insert(reports).values(
                        number=last + added, report_id=report_id, text=text, suggested=_suggestions_json(suggestions)
                    )
                )
        return added

    def count_changed(self, texts: Mapping[str, str]) -> int:
        """Return how many of the reports (text by id) are there with another text."""
        with self.database.reading() as connection:
            rows = connection.execute(select(reports.c.report_id, reports.c.text)).all()
        return sum(texts.get(report_id, text) != text for report_id, text in rows)

    def report(self, number: int) -> Report | None:
        """Return a report by its number; None when there is none."""
        with self.database.reading() as connection:
            row = connection.execute(select(reports).where(reports.c.number == number)).first()
        return None if row is None else _report(row)

    def reports(self) -> list[Report]:
        """Return all reports in order."""
        with self.database.reading() as connection:
            rows = connection.execute(select(reports).order_by(reports.c.number)).all()
        return [_report(row) for row in rows]

    def report_ids(self) -> dict[int, str]:
        """Return the ids of all reports by number."""
        with self.database.reading() as connection:
            rows = connection.execute(select(reports.c.number, reports.c.report_id).order_by(reports.c.number)).all()
        return {number: report_id for number, report_id in rows}  # noqa: C416 - rows are no tuples to mypy

    # ------------------------------------------------------------------------------------------------------ readers

    def add_reader(self, name: str, role: Role, token_hash: str) -> Reader:
        """Add a reader.

        Raises
        ------
        InputError
            When the name is empty, too long or taken, or holds what cannot be seen.
        """
        if not name or len(name) > MAX_ID_LENGTH:
            raise InputError(f"a reader's name must have 1 to {MAX_ID_LENGTH} characters, got {len(name)}")
        if name != name.strip() or not name.isprintable():
            raise InputError(f"a reader's name must have no blank at its ends and only signs that print, got {name!r}")
        try:
            with self.database.writing() as connection:
                connection.execute(insert(readers).values(name=name, role=role.value, token_hash=token_hash))
        except IntegrityError:
            raise InputError(f"there is a reader {name!r} already; choose another name") from None
        return self.reader_named(name)

    def replace_token(self, name: str, token_hash: str) -> None:
        """Give a reader a new token; the old one is worth nothing from then on."""
        reader = self.reader_named(name)
        with self.database.writing() as connection:
            connection.execute(update(readers).where(readers.c.id == reader.id).values(token_hash=token_hash))

    def reader_named(self, name: str) -> Reader:
        """Return a reader by name.

        Raises
        ------
        InputError
            When there is none; the message lists all.
        """
        everyone = self.readers()
        for reader in everyone:
            if reader.name == name:
                return reader
        names = ", ".join(reader.name for reader in everyone) or "none yet"
        raise InputError(f"no reader {name!r}; readers are {names}")

    def readers(self) -> list[Reader]:
        """Return all readers in the order in which they were added."""
        with self.database.reading() as connection:
            rows = connection.execute(select(readers).order_by(readers.c.id)).all()
        return [reader_of(row) for row in rows]

    # -------------------------------------------------------------------------------------------------------- labels

    def open_reading(self, reader: Reader, number: int) -> bool:
        """Note that a reader opened a report; an assisted one finds the labeler's labels in the grid.

        Returns
        -------
        Whether there is such a report.
        """
        where = and_(readings.c.reader_id == reader.id, readings.c.number == number)
        with self.database.reading() as connection:
            if connection.execute(select(readings.c.opened_s).where(where)).first():
                return True
        report = self.report(number)
        if report is None:
            return False
        filled = report.suggestions if reader.role is Role.ASSISTED else ()
        try:
            with self.database.writing() as connection:
                values = {"reader_id": reader.id, "number": number}
                connection.execute(insert(readings).values(**values, opened_s=time.time()))
                if filled:
                    rows = [{**values, **_cell_columns(one.cell), "grades": str(one.grades)} for one in filled]
                    connection.execute(insert(marks), rows)
        except IntegrityError:
            pass  # opened in another window at the same moment
        return True

    def set_label(self, reader: Reader, number: int, cell: Cell, grades: GradeSet | None, *, edit_id: str) -> Change:
        """Set or clear (None) a label; the same `edit_id` again changes nothing.

        Returns
        -------
        The cell as it is now.
        """
        with self.database.writing() as connection:
            self._lock_reading(connection, reader, number)
            before = _mark(connection, reader.id, number, cell)
            if _is_known(connection, reader.id, edit_id):
                return Change(cell, _grades(cell, before), before is not None)
            after = "" if grades is None else str(grades)
            _write_mark(connection, reader.id, number, cell, after, there=before is not None)
            _add_edit(connection, reader.id, number, edit_id, cell, before, after, closed=False)
            return Change(cell, grades)

    def undo(self, reader: Reader, number: int, *, edit_id: str) -> Change:
        """Take back the reader's last change of a report that is not taken back yet.

        Returns
        -------
        The cell as it is now; no cell when there was nothing to take back, or `edit_id` has been seen.
        """
        with self.database.writing() as connection:
            self._lock_reading(connection, reader, number)
            last = connection.execute(
                select(edits)
                .where(edits.c.reader_id == reader.id, edits.c.number == number, edits.c.closed.is_(False))
                .order_by(edits.c.id.desc())
                .limit(1)
            ).first()
            if last is None or _is_known(connection, reader.id, edit_id):
                return Change(None, None, is_set=False)
            cell = _cell(last)
            connection.execute(update(edits).where(edits.c.id == last.id).values(closed=True))
            now = _mark(connection, reader.id, number, cell)
            _write_mark(connection, reader.id, number, cell, last.before, there=now is not None)
            _add_edit(connection, reader.id, number, edit_id, cell, now, last.before, closed=True)
            return Change(cell, _grades(cell, last.before), last.before is not None)

    def set_done(self, reader: Reader, number: int, done: bool) -> None:
        """Mark a report as read, or open it again."""
        self.open_reading(reader, number)
        with self.database.writing() as connection:
            connection.execute(
                update(readings)
                .where(readings.c.reader_id == reader.id, readings.c.number == number)
                .values(done_s=time.time() if done else None)
            )

    def labels(self, reader: Reader, number: int) -> dict[Cell, GradeSet | None]:
        """Return what a reader has set in a report; None where a label was cleared."""
        with self.database.reading() as connection:
            rows = connection.execute(
                select(marks).where(marks.c.reader_id == reader.id, marks.c.number == number)
            ).all()
        return {_cell(row): _grades(_cell(row), row.grades) for row in rows}

    def labels_by_report(self, reader: Reader) -> dict[int, dict[Cell, GradeSet | None]]:
        """Return what a reader has set in every report, by its number; None where a label was cleared."""
        with self.database.reading() as connection:
            rows = connection.execute(select(marks).where(marks.c.reader_id == reader.id)).all()
        found: dict[int, dict[Cell, GradeSet | None]] = {}
        for row in rows:
            found.setdefault(row.number, {})[_cell(row)] = _grades(_cell(row), row.grades)
        return found

    def table(self, reader: Reader, *, only_done: bool = True) -> dict[LabelKey, GradeSet]:
        """Return a reader's labels as the content of a label table."""
        ids = self.report_ids()
        wanted = self.done_numbers(reader) if only_done else set(ids)
        return {
            LabelKey(ids[number], *cell): grades
            for number, labels in self.labels_by_report(reader).items()
            for cell, grades in labels.items()
            if grades is not None and number in wanted
        }

    def import_labels(self, reader: Reader, labels: Mapping[LabelKey, GradeSet]) -> int:
        """Replace a reader's labels of the reports that a table names, mark them as read; returns how many reports.

        What the reader changed there before can no longer be taken back: that would take back what was imported.

        Raises
        ------
        InputError
            When the project has none of the reports.
        """
        numbers = {report_id: number for number, report_id in self.report_ids().items()}
        by_report: dict[int, list[dict[str, Any]]] = {}
        for key, grades in labels.items():
            if key.report_id in numbers:
                number = numbers[key.report_id]
                values = {"reader_id": reader.id, "number": number, "grades": str(grades)}
                by_report.setdefault(number, []).append({**values, **_cell_columns(Cell(*key[1:]))})
        if not by_report:
            raise InputError("none of the table's reports is in the project; load the reports first")
        for number in by_report:
            self.open_reading(reader, number)
        with self.database.writing() as connection:
            for number, rows in by_report.items():
                connection.execute(delete(marks).where(marks.c.reader_id == reader.id, marks.c.number == number))
                connection.execute(insert(marks), rows)
                connection.execute(
                    update(edits).where(edits.c.reader_id == reader.id, edits.c.number == number).values(closed=True)
                )
                connection.execute(
                    update(readings)
                    .where(readings.c.reader_id == reader.id, readings.c.number == number)
                    .values(done_s=time.time())
                )
        return len(by_report)

    # ------------------------------------------------------------------------------------------------------ progress

    def done_numbers(self, reader: Reader) -> set[int]:
        """Return the numbers of the reports that a reader has marked as read."""
        with self.database.reading() as connection:
            found = connection.execute(
                select(readings.c.number).where(readings.c.reader_id == reader.id, readings.c.done_s.is_not(None))
            ).scalars()
            return set(found)

    def progress(self) -> list[Progress]:
        """Return how far every reader is."""
        n_reports = len(self.report_ids())
        return [Progress(reader, len(self.done_numbers(reader)), n_reports) for reader in self.readers()]

    def version(self) -> tuple[int, int, float]:
        """Return a cheap sign that changes whenever a label or a state of reading does."""
        of_readings = select(func.count(readings.c.done_s), func.coalesce(func.max(readings.c.done_s), 0.0))
        with self.database.reading() as connection:
            n_edits = connection.execute(select(func.count()).select_from(edits)).scalar_one()
            n_done, last_done_s = connection.execute(of_readings).one()
        return n_edits, n_done, last_done_s

    def _lock_reading(self, connection: Connection, reader: Reader, number: int) -> None:
        """Let changes of one reader to one report come one behind the other (PostgreSQL; SQLite has one writer)."""
        connection.execute(
            select(readings.c.number)
            .where(readings.c.reader_id == reader.id, readings.c.number == number)
            .with_for_update()
        )


def reader_of(row: Row[Any]) -> Reader:
    """Return the reader of a row of `readers`."""
    return Reader(row.id, row.name, Role(row.role))


# ----------------------------------------------------------------------------------------------------------------- rows


def _cell_columns(cell: Cell) -> dict[str, str]:
    return {"level": cell.level.value, "finding": cell.finding, "side": cell.side.value}


def _cell(row: Row[Any]) -> Cell:
    return Cell(Level(row.level), row.finding, Side(row.side))


def _grades(cell: Cell, text: str | None) -> GradeSet | None:
    return GradeSet.parse(FINDINGS[cell.finding], text) if text else None


def _where(reader_id: int, number: int, cell: Cell) -> Any:
    return and_(
        marks.c.reader_id == reader_id,
        marks.c.number == number,
        *(marks.c[name] == value for name, value in _cell_columns(cell).items()),
    )


def _mark(connection: Connection, reader_id: int, number: int, cell: Cell) -> str | None:
    return connection.execute(select(marks.c.grades).where(_where(reader_id, number, cell))).scalar()


def _write_mark(
    connection: Connection, reader_id: int, number: int, cell: Cell, grades: str | None, *, there: bool
) -> None:
    """Write the grades of a cell: "" for one that was cleared, None for one that was never set."""
    if grades is None:
        connection.execute(delete(marks).where(_where(reader_id, number, cell)))
    elif there:
        connection.execute(update(marks).where(_where(reader_id, number, cell)).values(grades=grades))
    else:
        values = {"reader_id": reader_id, "number": number, **_cell_columns(cell), "grades": grades}
        connection.execute(insert(marks).values(**values))


def _is_known(connection: Connection, reader_id: int, edit_id: str) -> bool:
    found = select(edits.c.id).where(edits.c.reader_id == reader_id, edits.c.edit_id == edit_id)
    return connection.execute(found).first() is not None


def _add_edit(
    connection: Connection, reader_id: int, number: int, edit_id: str, cell: Cell,
    before: str | None, after: str | None, *, closed: bool,
) -> None:  # fmt: skip
    connection.execute(
        insert(edits).values(
            reader_id=reader_id, number=number, edit_id=edit_id, **_cell_columns(cell), before=before, after=after,
            closed=closed, at_s=time.time(),
        )
    )  # fmt: skip


def _report(row: Row[Any]) -> Report:
    return Report(row.number, row.report_id, row.text, tuple(_suggestions(row.suggested)))


def _suggestions_json(suggestions: Sequence[Suggestion]) -> str:
    rows = [[*_cell_columns(s.cell).values(), str(s.grades), s.evidence, s.doubt] for s in suggestions]
    return json.dumps(rows)


def _suggestions(text: str) -> Iterable[Suggestion]:
    for level, finding, side, grades, evidence, doubt in json.loads(text):
        cell = Cell(Level(level), finding, Side(side))
        pieces = tuple(Evidence(*piece) for piece in evidence)
        yield Suggestion(cell, GradeSet.parse(FINDINGS[finding], grades), pieces, doubt)
