"""What readers do is kept, once, and can be taken back."""

import sqlite3
from pathlib import Path

import pytest
from annotation_projects import TEXTS
from hypothesis import given, settings
from hypothesis import strategies as st

from deepspine.data.errors import InputError
from deepspine.data.findings import FINDINGS, Side
from deepspine.data.grade_sets import GradeSet
from deepspine.data.label_table import LabelKey
from deepspine.data.levels import Level
from deepspine.labeling.annotate.records import Cell, Reader, Role, parse_cell
from deepspine.labeling.annotate.schema import Database
from deepspine.labeling.annotate.store import Store

CANAL = FINDINGS["canal_stenosis"]
CELL = Cell(Level.L4_L5, CANAL.name, Side.MIDLINE)
OTHER = Cell(Level.L5_S1, CANAL.name, Side.MIDLINE)
MILD, SEVERE = GradeSet.of(CANAL, "mild"), GradeSet.of(CANAL, "severe")


@pytest.fixture
def reader(store: Store) -> Reader:
    return store.add_reader("anna", Role.BLIND, "0" * 64)


def test_a_change_that_is_sent_twice_is_kept_once(store: Store, reader: Reader) -> None:
    store.open_reading(reader, 1)
    store.set_label(reader, 1, CELL, MILD, edit_id="first-change")
    store.set_label(reader, 1, CELL, SEVERE, edit_id="second-change")
    again = store.set_label(reader, 1, CELL, MILD, edit_id="first-change")
    assert again.grades == SEVERE
    assert store.labels(reader, 1) == {CELL: SEVERE}


def test_undo_goes_back_step_by_step_to_the_start(store: Store, reader: Reader) -> None:
    store.open_reading(reader, 1)
    store.set_label(reader, 1, CELL, MILD, edit_id="change-1")
    store.set_label(reader, 1, OTHER, MILD, edit_id="change-2")
    store.set_label(reader, 1, CELL, None, edit_id="change-3")
    assert store.labels(reader, 1) == {CELL: None, OTHER: MILD}
    assert store.undo(reader, 1, edit_id="undo-1-x").grades == MILD
    assert store.undo(reader, 1, edit_id="undo-2-x").cell == OTHER
    assert store.undo(reader, 1, edit_id="undo-2-x").cell is None  # sent again
    assert store.undo(reader, 1, edit_id="undo-3-x").grades is None
    assert store.labels(reader, 1) == {}
    assert store.undo(reader, 1, edit_id="undo-4-x").cell is None


@settings(max_examples=15)
@given(st.lists(st.tuples(st.sampled_from([CELL, OTHER]), st.sampled_from([None, MILD, SEVERE])), max_size=8))
def test_undoing_everything_restores_the_start(changes: list[tuple[Cell, GradeSet | None]]) -> None:
    store = Store(Database(":memory:"))
    store.add_reports([("r", "text", ())])
    reader = store.add_reader("anna", Role.BLIND, "0" * 64)
    for number, (cell, grades) in enumerate(changes):
        store.set_label(reader, 1, cell, grades, edit_id=f"change-{number}")
    for number in range(len(changes)):
        store.undo(reader, 1, edit_id=f"undo-{number}")
    assert store.labels(reader, 1) == {}


def test_an_assisted_reader_finds_the_labels_and_a_blind_one_nothing(store: Store, reader: Reader) -> None:
    assisted = store.add_reader("bert", Role.ASSISTED, "1" * 64)
    for one in (reader, assisted):
        store.open_reading(one, 1)
        store.open_reading(one, 1)
    assert store.labels(reader, 1) == {}
    bulge = Cell(Level.L4_L5, "bulge", Side.MIDLINE)
    assert store.labels(assisted, 1)[bulge] == GradeSet.of(FINDINGS["bulge"], "mild")


def test_only_reports_that_were_read_are_exported(store: Store, reader: Reader) -> None:
    store.set_label(reader, 1, CELL, MILD, edit_id="change-1")
    store.set_label(reader, 2, CELL, SEVERE, edit_id="change-2")
    store.set_done(reader, 1, True)
    assert store.table(reader) == {LabelKey("r01", *CELL): MILD}
    assert len(store.table(reader, only_done=False)) == 2
    store.set_done(reader, 1, False)
    assert store.table(reader) == {}


def test_reports_are_added_once_and_keep_their_numbers(store: Store) -> None:
    assert store.add_reports([("r01", "other text", ()), ("new", "text", ())]) == 1
    report = store.report(1)
    assert report is not None
    assert report.text == TEXTS["r01"]
    assert store.report_ids()[len(TEXTS) + 1] == "new"


def test_labels_survive_another_process_reading_the_same_file(store: Store, reader: Reader, tmp_path: Path) -> None:
    store.set_label(reader, 1, CELL, MILD, edit_id="change-1")
    other = Store(Database(str(tmp_path / "project.db")))
    assert other.labels(reader, 1) == {CELL: MILD}
    other.database.close()


def test_imported_labels_replace_those_of_the_same_reports(store: Store, reader: Reader) -> None:
    store.set_label(reader, 1, CELL, MILD, edit_id="change-1")
    store.set_label(reader, 2, CELL, MILD, edit_id="change-2")
    labels = {LabelKey("r01", *OTHER): SEVERE, LabelKey("elsewhere", *OTHER): SEVERE}
    assert store.import_labels(reader, labels) == 1
    assert store.labels(reader, 1) == {OTHER: SEVERE}
    assert store.labels(reader, 2) == {CELL: MILD}
    assert store.done_numbers(reader) == {1}
    with pytest.raises(InputError, match="none of the table's reports"):
        store.import_labels(reader, {LabelKey("elsewhere", *OTHER): SEVERE})


def test_an_import_cannot_be_taken_back_by_undoing_what_was_before(store: Store, reader: Reader) -> None:
    for number in (1, 2):
        store.set_label(reader, number, CELL, MILD, edit_id=f"change-{number}")
        store.set_label(reader, number, OTHER, MILD, edit_id=f"other-{number}")
    store.import_labels(reader, {LabelKey("r01", *CELL): SEVERE, LabelKey("r01", *OTHER): SEVERE})
    assert store.undo(reader, 1, edit_id="undo-1").cell is None
    store.set_label(reader, 1, CELL, MILD, edit_id="change-after")
    assert store.undo(reader, 1, edit_id="undo-after").grades == SEVERE
    assert store.undo(reader, 1, edit_id="undo-before").cell is None
    assert store.labels(reader, 1) == {CELL: SEVERE, OTHER: SEVERE}
    assert store.undo(reader, 2, edit_id="undo-2").cell == OTHER


def test_names_are_taken_once(store: Store, reader: Reader) -> None:
    with pytest.raises(InputError, match="already"):
        store.add_reader("anna", Role.BLIND, "2" * 64)
    with pytest.raises(InputError, match="readers are anna"):
        store.reader_named("nobody")
    with pytest.raises(InputError, match="1 to 200 characters"):
        store.add_reader("", Role.BLIND, "2" * 64)
    for name in (" ", "anna ", "\tbert", "cl\neo", "\N{NO-BREAK SPACE}"):
        with pytest.raises(InputError, match="no blank at its ends"):
            store.add_reader(name, Role.BLIND, "2" * 64)
    assert store.add_reader("Anna Berg", Role.BLIND, "2" * 64).name == "Anna Berg"


def test_only_places_of_the_scheme_are_cells() -> None:
    assert parse_cell("L4-L5", "bulge", "") == Cell(Level.L4_L5, "bulge", Side.MIDLINE)
    assert parse_cell("L4-L5", "bulge", "left") is None
    assert parse_cell("L4-L5", "nothing", "") is None
    assert parse_cell("L9-L10", "bulge", "") is None


def test_places_that_are_no_databases_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be opened"):
        Database(str(tmp_path / "missing" / "project.db"))
    with pytest.raises(InputError, match="no such kind"):
        Database("nonsense://x")
    with pytest.raises(InputError, match="no such project"):
        Database(str(tmp_path / "project2.db"), create=False)


def test_errors_of_the_database_hold_no_password() -> None:
    with pytest.raises(InputError) as caught:
        Database("postgresql+psycopg://me:secret@127.0.0.1:1/x")
    assert "secret" not in str(caught.value)


def test_what_is_kept_is_on_the_disk(store: Store, reader: Reader, tmp_path: Path) -> None:
    """The server may be killed the moment after it has answered."""
    store.set_label(reader, 1, CELL, MILD, edit_id="change-1")
    with sqlite3.connect(f"file:{tmp_path / 'project.db'}?mode=ro", uri=True) as other:
        assert other.execute("SELECT grades FROM marks").fetchall() == [("mild",)]
        assert other.execute("PRAGMA journal_mode").fetchone() == ("wal",)
