"""What goes out comes back the same, in every format."""

import csv
import json
from pathlib import Path

import pytest
from annotation_projects import TEXTS, add_readers

from deepspine.cli import main
from deepspine.data.errors import InputError, VocabularyError
from deepspine.data.findings import FINDINGS, Side
from deepspine.data.grade_sets import GradeSet
from deepspine.data.label_table import LabelTable
from deepspine.data.levels import Level
from deepspine.labeling.annotate.exchange import Format, export, load_reports, read_labels
from deepspine.labeling.annotate.records import Cell, Reader, Role
from deepspine.labeling.annotate.schema import Database
from deepspine.labeling.annotate.store import Store


@pytest.fixture
def reader(store: Store) -> Reader:
    """Give a reader who accepted the labeler's labels of every report."""
    one = store.add_reader("anna", Role.ASSISTED, "0" * 64)
    for number in store.report_ids():
        store.set_done(one, number, True)
    return one


@pytest.mark.parametrize("kind", Format)
def test_every_format_comes_back_the_same(store: Store, reader: Reader, tmp_path: Path, kind: Format) -> None:
    path = tmp_path / f"labels.{kind}"
    count = export(store, reader, path, kind)
    labels = read_labels(path, kind)
    assert dict(labels) == store.table(reader)
    assert len(labels) == count > 10
    other = store.add_reader("bert", Role.BLIND, "1" * 64)
    assert store.import_labels(other, labels) == len(labels.report_ids)
    assert store.table(other) == dict(labels)


def test_label_studio_tasks_hold_text_labels_and_evidence(store: Store, reader: Reader, tmp_path: Path) -> None:
    export(store, reader, tmp_path / "tasks.json", Format.LABEL_STUDIO)
    task = json.loads((tmp_path / "tasks.json").read_text(encoding="utf-8"))[0]
    assert task["data"] == {"report_id": "r01", "text": TEXTS["r01"]}
    results = task["annotations"][0]["result"]
    assert ["L4-L5", "bulge", "", "mild"] in results[0]["value"]["taxonomy"]
    spans = [one["value"] for one in results[1:]]
    assert all(TEXTS["r01"][one["start"] : one["end"]] == one["text"] for one in spans)
    assert any(one["text"] == "Mild disc bulge" and one["labels"] == ["L4-L5|bulge|"] for one in spans)


def test_docs_hold_the_text_and_the_evidence_as_spans(store: Store, reader: Reader, tmp_path: Path) -> None:
    import spacy
    from spacy.tokens import DocBin

    export(store, reader, tmp_path / "labels.spacy", Format.DOCBIN)
    docs = list(DocBin().from_disk(tmp_path / "labels.spacy").get_docs(spacy.blank("en").vocab))
    assert [doc.text for doc in docs] == list(TEXTS.values())
    assert any(span.text == "Mild disc bulge" and span.label_ == "L4-L5|bulge|" for span in docs[0].spans["deepspine"])


@pytest.mark.parametrize("kind", [Format.LABEL_STUDIO, Format.JSONL, Format.DOCBIN])
def test_files_of_another_kind_are_refused(tmp_path: Path, kind: Format) -> None:
    path = tmp_path / "file"
    path.write_text('{"a": 1}\n', encoding="utf-8")
    with pytest.raises(InputError):
        read_labels(path, kind)
    with pytest.raises(InputError):
        read_labels(tmp_path / "missing", kind)


def test_labels_outside_the_scheme_are_named(tmp_path: Path) -> None:
    path = tmp_path / "labels.jsonl"
    path.write_text('{"report_id": "r", "labels": [["L4-L5", "bulge", "", "huge"]]}\n', encoding="utf-8")
    with pytest.raises(VocabularyError, match="huge"):
        read_labels(path, Format.JSONL)


def test_reports_come_in_the_order_of_the_sample_with_labels_of_a_table(store: Store, tmp_path: Path) -> None:
    reports = tmp_path / "reports.csv"
    reports.write_text("id,body\nx,L4-5: mild bulge.\ny,L4-5: mild bulge.\nz,None.\n", encoding="utf-8")
    labels = tmp_path / "labels.csv"
    labels.write_text("report_id,level,finding,side,grades\ny,L4-L5,bulge,,severe\n", encoding="utf-8")
    table = LabelTable.read(labels)
    found = load_reports(store, reports, id_column="id", text_column="body", only=["y", "x", "w"], table=table)
    assert (found.read, found.added) == (2, 2)
    loaded = store.reports()[-2:]
    assert [one.report_id for one in loaded] == ["y", "x"]
    assert [(str(one.grades), len(one.evidence)) for one in loaded[0].suggestions] == [("severe", 1)]
    assert loaded[1].suggestions == ()
    with pytest.raises(InputError, match="--id-column"):
        load_reports(store, reports, id_column="id", text_column="body", only=["w"])


def run(*arguments: object) -> int:
    return main(["annotate", *map(str, arguments)])


def test_the_verbs_from_reports_to_exported_labels(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    reports, project = tmp_path / "reports.csv", tmp_path / "project.db"
    reports.write_text("report_id,text\nx,L4-5: mild disc bulge.\n", encoding="utf-8")
    assert run("load", project, reports) == 0
    assert run("reader", project, "anna", "--blind") == 0
    labels = tmp_path / "labels.csv"
    labels.write_text("report_id,level,finding,side,grades\nx,L4-L5,bulge,,severe\n", encoding="utf-8")
    assert run("import", project, labels, "--reader", "anna") == 0
    capsys.readouterr()
    assert run("progress", project) == 0
    assert capsys.readouterr().out == "anna  blind  1 of 1\n"
    out, ids = tmp_path / "out.csv", tmp_path / "ids.txt"
    assert run("export", project, "--reader", "anna", "--out", out, "--ids", ids) == 0
    assert out.read_text(encoding="utf-8") == labels.read_text(encoding="utf-8")
    assert ids.read_text(encoding="utf-8") == "x\n"
    assert run("export", project, "--out", tmp_path / "consensus.csv") == 0
    assert run("reader", project, "anna", "--new-token") == 0


def test_a_consensus_with_open_labels_can_be_started_from_and_imported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reports, project, labels = tmp_path / "reports.csv", tmp_path / "project.db", tmp_path / "consensus.csv"
    reports.write_text("report_id,text\nx,L4-5: mild disc bulge.\n", encoding="utf-8")
    settled = "report_id,level,finding,side,grades\nx,L5-S1,bulge,,severe\n"
    labels.write_text(f"{settled}x,L4-L5,bulge,,?\n", encoding="utf-8")
    assert run("load", project, reports, "--labels", labels) == 0
    assert run("reader", project, "anna") == 0
    assert run("import", project, labels, "--reader", "anna") == 0
    assert capsys.readouterr().err.count("consensus.csv: labels left open ('?'): 1;") == 2
    assert run("export", project, "--reader", "anna", "--out", tmp_path / "out.csv") == 0
    assert (tmp_path / "out.csv").read_text(encoding="utf-8") == settled


@pytest.mark.parametrize("role", ["--blind", "--adjudicator"])
def test_a_new_token_gives_no_other_role(tmp_path: Path, capsys: pytest.CaptureFixture[str], role: str) -> None:
    reports, project = tmp_path / "reports.csv", tmp_path / "project.db"
    reports.write_text("report_id,text\nx,L4-5: mild disc bulge.\n", encoding="utf-8")
    assert run("load", project, reports) == 0
    assert run("reader", project, "anna") == 0
    assert run("reader", project, "anna", role, "--new-token") == 2
    assert "leaves the reader's role" in capsys.readouterr().err


def test_a_consensus_is_what_its_name_says(store: Store, reader: Reader, tmp_path: Path) -> None:
    bert = store.add_reader("bert", Role.BLIND, "1" * 64)
    store.set_done(bert, 1, True)
    tables = [tmp_path / "consensus.csv", tmp_path / "consensus.parquet"]
    for path in tables:
        assert run("export", tmp_path / "project.db", "--out", path) == 0
    csv_table, parquet_table = map(LabelTable.read, tables)
    assert csv_table.unsettled == parquet_table.unsettled
    assert len(csv_table.unsettled) == len(store.report(1).suggestions)


def test_of_several_adjudicators_one_is_named(store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bulge = FINDINGS["bulge"]
    cell = Cell(Level.L4_L5, "bulge", Side.MIDLINE)
    add_readers(store, anna=Role.BLIND, bert=Role.BLIND, first=Role.ADJUDICATOR, second=Role.ADJUDICATOR)
    for name, grade in (("anna", "mild"), ("bert", "severe"), ("second", "moderate")):
        reader = store.reader_named(name)
        store.set_label(reader, 1, cell, GradeSet.of(bulge, grade), edit_id=f"change-of-{name}")
        store.set_done(reader, 1, True)
    project, out = tmp_path / "project.db", tmp_path / "new" / "consensus.csv"
    assert run("export", project, "--out", out) == 2
    assert "first, second" in capsys.readouterr().err
    for name, grades in (("first", "?"), ("second", "moderate")):
        assert run("export", project, "--out", out, "--adjudicator", name) == 0
        assert f"r01,L4-L5,bulge,,{grades}\n" in out.read_text(encoding="utf-8")
    assert run("export", project, "--out", out, "--adjudicator", "anna") == 2
    assert "must be an adjudicator" in capsys.readouterr().err


def test_folders_of_what_is_exported_are_made(store: Store, tmp_path: Path) -> None:
    add_readers(store, anna=Role.BLIND)
    project = tmp_path / "project.db"
    for number, options in enumerate(((), ("--reader", "anna"), ("--reader", "anna", "--format", "jsonl"))):
        name = "out.jsonl" if "jsonl" in options else "out.csv"
        out, ids = tmp_path / str(number) / name, tmp_path / f"ids{number}" / "read.txt"
        assert run("export", project, "--out", out, "--ids", ids, *options) == 0
        assert out.is_file()
        assert ids.is_file()


@pytest.mark.parametrize("ending", [".csv", ".parquet", ".json", ".jsonl", ".spacy"])
def test_the_name_of_a_file_tells_its_format(store: Store, tmp_path: Path, ending: str) -> None:
    add_readers(store, anna=Role.BLIND, ben=Role.BLIND)
    project, out = tmp_path / "project.db", tmp_path / f"anna{ending}"
    labels = tmp_path / "labels.csv"
    labels.write_text("report_id,level,finding,side,grades\nr01,L4-L5,bulge,,mild\n", encoding="utf-8")
    assert run("import", project, labels, "--reader", "anna") == 0
    assert run("export", project, "--out", out, "--reader", "anna") == 0
    assert run("import", project, out, "--reader", "ben") == 0
    again = tmp_path / "ben.csv"
    assert run("export", project, "--out", again, "--reader", "ben") == 0
    assert "r01,L4-L5,bulge,,mild" in again.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("export", "none.db", "--out", "x.csv"), "no such project"),
        (("serve", "none.db"), "no such project"),
        (("serve", "none.db", "--host", "0.0.0.0"), "unencrypted"),
        (("serve", "none.db", "--certificate", "none.pem"), "none.pem"),
        (("reader", "{db}", "x", "--blind", "--adjudicator"), "not both"),
        (("reader", "{db}", " "), "no blank at its ends"),
        (("export", "{db}", "--out", "x.xlsx"), "--out x.xlsx must end in .csv or .parquet"),
        (("export", "{db}", "--out", "x.xlsx", "--reader", "anna"), "x.xlsx must end in one of .csv, .parquet, .json"),
        (("export", "{db}", "--out", "x.csv", "--reader", "anna", "--format", "docbin"), "must end in .spacy"),
        (("export", "{db}", "--out", "x.csv", "--format", "docbin"), "--reader"),
        (("export", "{db}", "--out", "x.csv", "--adjudicator", "nobody"), "there are none"),
        (("export", "{db}", "--out", "x.csv", "--format", "xml", "--reader", "nobody"), "no reader"),
        (("import", "{db}", "x.csv", "--reader", "nobody", "--format", "xml"), "--format must be"),
    ],
)
def test_mistakes_are_told_in_one_line(
    store: Store, tmp_path: Path, arguments: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    add_readers(store, anna=Role.BLIND)
    assert run(*(one.format(db=tmp_path / "project.db") for one in arguments)) == 2
    told = capsys.readouterr()
    assert message in told.err
    assert told.err.count("\n") == 1
    assert not told.out


def test_a_project_without_readers_is_not_served(
    store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("serve", tmp_path / "project.db") == 2
    assert "no reports or no readers" in capsys.readouterr().err


def test_jsonl_comes_back_whatever_ends_a_line_within_a_text(tmp_path: Path) -> None:
    path = tmp_path / "labels.jsonl"
    example = {"report_id": "r", "text": "L4-5:\x85mild\u2028bulge.", "labels": [["L4-L5", "bulge", "", "mild"]]}
    path.write_text(json.dumps(example, ensure_ascii=False) + "\n", encoding="utf-8")
    assert read_labels(path, Format.JSONL).report_ids == ["r"]


UNUSABLE = (
    b"report_id,text\na,L4-5: mild bulge.\na,L4-5: severe canal stenosis.\n,L5-S1: severe bulge.\nb,\n"
    b"c,Die Bandscheibe L4/5 ist mit dem Foramen und ohne Nerv.\nd,caf\xe9 bulge\ne,L4-5: mild bulge, stenosis\n"
)
REASONS = [
    "reports.csv: line 3: report id appears twice; the first is kept",
    "reports.csv: line 4: no report id",
    "reports.csv: line 5: empty text",
    "reports.csv: line 6: text is not in English; only English reports are read",
    "reports.csv: line 7: text is not UTF-8; convert the file, e.g. with iconv",
    "reports.csv: line 8: row of 3 cells under a header of 2; put texts that hold commas in quotation marks",
]


def test_reports_are_rejected_as_label_rejects_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    reports, project = tmp_path / "reports.csv", tmp_path / "project.db"
    reports.write_bytes(UNUSABLE)
    assert main(["label", str(reports), "--out", str(tmp_path / "labels.csv")]) == 3
    with (tmp_path / "labels.rejects.csv").open(encoding="utf-8", newline="") as file:
        assert [f"{source}: {reason}" for source, reason in list(csv.reader(file))[1:]] == REASONS
    capsys.readouterr()
    assert run("load", project, reports) == 3
    told = capsys.readouterr()
    assert told.out == "reports added 1  rejected 6\n"
    assert told.err.splitlines()[:-1] == [f"rejected {reason}" for reason in REASONS]
    assert "6 of 7 inputs were rejected" in told.err
    assert "Foramen" not in told.err
    assert run("load", project, reports, "--max-reject-share", "1") == 0
    assert capsys.readouterr().out == "reports added 0  rejected 6\n"


def test_reports_whose_text_has_changed_are_left_and_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    reports, project = tmp_path / "reports.csv", tmp_path / "project.db"
    before = "report_id,text\na,L4-5: mild bulge.\nb,L4-5: mild bulge.\n"
    reports.write_text(before, encoding="utf-8")
    assert run("load", project, reports) == 0
    reports.write_text(f"{before.replace('a,L4-5: mild', 'a,L4-5: severe')}c,L4-5: no bulge.\n", encoding="utf-8")
    capsys.readouterr()
    assert run("load", project, reports) == 0
    told = capsys.readouterr()
    assert told.out == "reports added 1  rejected 0\n"
    assert "warning: 1 reports of " in told.err
    assert "are in the project with another text; they were left as they are" in told.err
    store = Store(Database(str(project)))
    assert store.reports()[0].text == "L4-5: mild bulge."
    store.database.close()


def test_what_is_wrong_with_reports_that_are_not_wanted_is_not_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reports, ids = tmp_path / "reports.csv", tmp_path / "ids.txt"
    reports.write_text("report_id,text\na,L4-5: mild bulge.\nb,\nb,\nc,\n", encoding="utf-8")
    ids.write_text("a\n", encoding="utf-8")
    assert run("load", tmp_path / "project.db", reports, "--only", ids) == 0
    assert capsys.readouterr() == ("reports added 1  rejected 0\n", "")
    ids.write_text("c\nd\nb\n", encoding="utf-8")
    reports.write_text("report_id,text\na,L4-5: mild bulge.\nb,\nc,L4-5: mild bulge.\n", encoding="utf-8")
    assert run("load", tmp_path / "third.db", reports, "--only", ids, "--max-reject-share", "1") == 0
    assert f"warning: 2 reports of {ids} were not taken: {reports} has none of" in capsys.readouterr().err
    reports.write_text("report_id,text\na,L4-5: mild bulge.\nb,\nb,\n", encoding="utf-8")
    ids.write_text("b\n", encoding="utf-8")
    assert run("load", tmp_path / "other.db", reports, "--only", ids) == 2
    assert "no report can be used; of 2 rejected the first is reports.csv: line 3: empty" in capsys.readouterr().err


def test_a_file_that_is_no_project_is_refused_and_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "reports.csv").write_text("report_id,text\na,L4-5: mild bulge.\n", encoding="utf-8")
    other = tmp_path / "notes.db"
    other.write_text("these are notes, and no database at all\n" * 40, encoding="utf-8")
    before = other.read_bytes()
    assert main(["annotate", "load", str(other), str(tmp_path / "reports.csv")]) == 2
    assert "notes.db: cannot be opened as a database" in capsys.readouterr().err
    assert other.read_bytes() == before


def test_labels_of_other_reports_are_refused(tmp_path: Path) -> None:
    (tmp_path / "reports.csv").write_text("report_id,text\nx,L4-5: bulge.\n", encoding="utf-8")
    store = Store(Database(str(tmp_path / "project.db")))
    with pytest.raises(InputError, match="no label of any of these reports"):
        load_reports(store, tmp_path / "reports.csv", table=LabelTable({}))
    assert not store.report_ids()
