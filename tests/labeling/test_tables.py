"""Tables in, label tables out: bad inputs, resuming, workers."""

import csv
import gc
import io
import os
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from deepspine.cli import main
from deepspine.data.errors import ConfigError, InputError, TooManyRejectsError
from deepspine.data.label_table import LabelTable
from deepspine.experiments.benchmarks.labeling.corpus import reports
from deepspine.labeling import parts, tables
from deepspine.labeling.aggregation import Key, Label
from deepspine.labeling.pipeline import Labeler
from deepspine.labeling.refusal import MAX_CHARACTERS
from deepspine.labeling.report_files import ReportText
from deepspine.labeling.tables import label_file, label_texts

GERMAN = (
    "Regelrechte Stellung der Wirbelkoerper. Bandscheibenvorfall mit Kompression der Nervenwurzel "
    "und Einengung des Spinalkanals."
)


def write_csv(path: Path, rows: list[tuple[str, str]], header: tuple[str, str] = ("report_id", "text")) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return path


@pytest.fixture
def table(tmp_path: Path) -> Path:
    texts = reports(23, seed=1)
    return write_csv(tmp_path / "reports.csv", [(f"r{n * 7919 % 100:02}", text) for n, text in enumerate(texts)])


def rejects_of(out: Path) -> list[list[str]]:
    with out.with_suffix(".rejects.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))[1:]


def test_a_file_gets_the_same_labels_as_texts_in_memory(table: Path, tmp_path: Path) -> None:
    out = tmp_path / "labels.csv"
    run = label_file(table, out)
    with table.open(encoding="utf-8", newline="") as file:
        texts = {row["report_id"]: row["text"] for row in csv.DictReader(file)}
    assert out.read_text(encoding="utf-8") == label_texts(texts).to_csv_text()
    assert (run.reports, run.rejected, run.labels) == (23, 0, len(LabelTable.read(out)))


@pytest.mark.parametrize("chunk", [1, 5, 100])
def test_cutting_the_table_differently_changes_nothing(
    table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chunk: int
) -> None:
    label_file(table, tmp_path / "whole.csv")
    monkeypatch.setattr(tables, "CHUNK_REPORTS", chunk)
    label_file(table, tmp_path / "cut.csv")
    assert (tmp_path / "cut.csv").read_bytes() == (tmp_path / "whole.csv").read_bytes()


def test_two_workers_write_the_same_bytes(table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "CHUNK_REPORTS", 4)
    label_file(table, tmp_path / "one.csv", evidence=tmp_path / "one_evidence.csv")
    label_file(table, tmp_path / "two.csv", evidence=tmp_path / "two_evidence.csv", workers=2)
    assert (tmp_path / "two.csv").read_bytes() == (tmp_path / "one.csv").read_bytes()
    assert (tmp_path / "two_evidence.csv").read_bytes() == (tmp_path / "one_evidence.csv").read_bytes()


def test_a_worker_that_is_killed_ends_the_run_with_one_line_and_the_next_goes_on(
    table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As the kernel does where memory is short; workers are forks of this process and do as it would."""
    monkeypatch.setattr(tables, "CHUNK_REPORTS", 4)
    label_file(table, tmp_path / "whole.csv")
    out = tmp_path / "labels.csv"
    write_lines = tables.csv_lines

    def killed(report_id: str, found: Mapping[Key, Label]) -> list[str]:
        if report_id == "r19":
            os.kill(os.getpid(), signal.SIGKILL)
        return write_lines(report_id, found)

    with monkeypatch.context() as patch:
        patch.setattr(tables, "csv_lines", killed)
        assert main(["label", str(table), "--out", str(out), "--workers", "2"]) == 2
    assert "a worker was killed" in capsys.readouterr().err
    assert main(["label", str(table), "--out", str(out), "--workers", "2"]) == 0
    assert out.read_bytes() == (tmp_path / "whole.csv").read_bytes()


@pytest.mark.parametrize("workers", [1, 2])
def test_a_report_that_the_labeler_fails_on_is_listed_and_the_rest_is_labelled(
    table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, workers: int
) -> None:
    """A fault of ours in one text of many; workers are forks of this process and fail as it would."""
    monkeypatch.setattr(tables, "CHUNK_REPORTS", 4)
    label_file(table, tmp_path / "whole.csv", evidence=tmp_path / "whole_evidence.csv")
    read = Labeler.raw
    with table.open(encoding="utf-8", newline="") as file:
        text = {row["report_id"]: row["text"] for row in csv.DictReader(file)}["r19"]

    def failing(self: Labeler, given: str) -> dict[Key, Label]:
        return read(self, given) if given != text else {}[given]

    monkeypatch.setattr(Labeler, "raw", failing)
    out, evidence = tmp_path / "labels.csv", tmp_path / "evidence.csv"
    run = label_file(table, out, workers=workers, evidence=evidence)
    assert (run.reports, run.rejected) == (22, 1)
    ((source, reason),) = rejects_of(out)
    assert source == "r19"
    assert reason.startswith("the labeler failed on this text (KeyError in test_tables.py, line ")
    for part in (out, evidence):
        whole = (tmp_path / f"whole{'_evidence' if part is evidence else ''}.csv").read_text(encoding="utf-8")
        kept = [line for line in whole.splitlines() if not line.startswith("r19,")]
        assert part.read_text(encoding="utf-8").splitlines() == kept


def test_a_run_whose_parts_another_run_has_merged_says_so(
    table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other run begins and ends while this one is at its first chunk."""
    monkeypatch.setattr(tables, "CHUNK_REPORTS", 5)
    with pytest.raises(InputError, match="another run to this --out has ended"):
        label_file(table, tmp_path / "labels.csv", advance=lambda _: label_file(table, tmp_path / "labels.csv"))


def test_labels_in_memory_leave_the_caller_s_garbage_to_the_collector() -> None:
    tables.load_lexicon.cache_clear()
    tables._labeler.cache_clear()
    gc.unfreeze()  # what an earlier test froze is freed one by one, and would count
    label_texts(["L4-5: mild disc bulge."])
    assert gc.get_freeze_count() == 0


def test_a_killed_run_resumes_and_does_only_the_rest(
    table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "CHUNK_REPORTS", 5)
    label_file(table, tmp_path / "whole.csv")
    done: list[int] = []

    def stop_after_three(job: tables.Job) -> tables.Rows:
        done.append(len(job[0]))
        if len(done) > 3:
            raise KeyboardInterrupt
        return original(job)

    original = tables.label_chunk
    monkeypatch.setattr(tables, "label_chunk", stop_after_three)
    out = tmp_path / "labels.csv"
    with pytest.raises(KeyboardInterrupt):
        label_file(table, out)
    assert not out.exists()
    monkeypatch.setattr(tables, "label_chunk", original)
    run = label_file(table, out)
    assert run.resumed > 0
    assert out.read_bytes() == (tmp_path / "whole.csv").read_bytes()
    assert not (tmp_path / "labels.csv.parts").exists()


def test_more_parts_than_may_be_open_at_once_are_merged(
    table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    label_file(table, tmp_path / "whole.csv", evidence=tmp_path / "whole_evidence.csv")
    monkeypatch.setattr(tables, "CHUNK_REPORTS", 1)
    monkeypatch.setattr(parts, "MOST_OPEN_PARTS", 3)
    label_file(table, tmp_path / "cut.csv", evidence=tmp_path / "cut_evidence.csv")
    assert (tmp_path / "cut.csv").read_bytes() == (tmp_path / "whole.csv").read_bytes()
    assert (tmp_path / "cut_evidence.csv").read_bytes() == (tmp_path / "whole_evidence.csv").read_bytes()


def test_reports_of_unsorted_and_quoted_ids_come_out_sorted_whatever_the_chunks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = ["r10", 'say "nine"', "r9", "a,b", "r1", "Ä"]
    path = write_csv(
        tmp_path / "reports.csv", [(report_id, "L4-5: mild bulge. L5-S1: extrusion.") for report_id in ids]
    )
    monkeypatch.setattr(tables, "CHUNK_REPORTS", 2)
    label_file(path, tmp_path / "labels.csv")
    label_file(path, tmp_path / "labels.parquet")
    read = list(dict.fromkeys(key.report_id for key in LabelTable.read(tmp_path / "labels.csv")))
    assert read == sorted(ids)
    assert LabelTable.read(tmp_path / "labels.parquet") == LabelTable.read(tmp_path / "labels.csv")


def test_a_changed_input_is_not_resumed(table: Path, tmp_path: Path) -> None:
    out = tmp_path / "labels.csv"
    left = tmp_path / "labels.csv.parts"
    left.mkdir()
    (left / "manifest.json").write_text("{}", encoding="utf-8")
    (left / "labels-0000000.csv").write_text("report_id,level,finding,side,grades\n", encoding="utf-8")
    assert label_file(table, out).resumed == 0
    assert len(LabelTable.read(out)) > 0


@pytest.fixture
def killed(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Return a function that labels and is killed after the first report."""
    monkeypatch.setattr(tables, "CHUNK_REPORTS", 1)

    def first_alone(reports: Iterator[ReportText]) -> Iterator[list[ReportText]]:
        yield [next(reports)]
        raise KeyboardInterrupt

    def run(path: Path, out: Path, **options: str) -> None:
        with monkeypatch.context() as patch:
            patch.setattr(tables, "_chunks", first_alone)
            with pytest.raises(KeyboardInterrupt):
                label_file(path, out, **options)

    return run


def folder_of_reports(folder: Path) -> Path:
    folder.mkdir()
    for name, text in (("a", "L4-5: whopping stenosis of the canal."), ("b", "L5-S1: extrusion.")):
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    return folder


def test_the_same_input_and_rules_are_resumed(tmp_path: Path, killed: Callable[..., None]) -> None:
    folder = folder_of_reports(tmp_path / "reports")
    killed(folder, tmp_path / "labels.csv")
    assert label_file(folder, tmp_path / "labels.csv").resumed == 1


def test_rules_whose_grades_have_changed_are_not_resumed(tmp_path: Path, killed: Callable[..., None]) -> None:
    folder, rules = folder_of_reports(tmp_path / "reports"), tmp_path / "rules"
    rules.mkdir()
    rule = "- {{id: site-whopping, kind: grade, value: '', grades: {}, phrases: [whopping], must: [whopping]}}\n"
    (rules / "own.yaml").write_text(rule.format("moderate"), encoding="utf-8")
    killed(folder, tmp_path / "labels.csv", rules=str(rules))
    (rules / "own.yaml").write_text(rule.format("severe"), encoding="utf-8")
    tables.load_lexicon.cache_clear()
    tables._labeler.cache_clear()
    assert label_file(folder, tmp_path / "labels.csv", rules=str(rules)).resumed == 0
    assert "a,L4-L5,canal_stenosis,,severe" in (tmp_path / "labels.csv").read_text(encoding="utf-8")


def test_a_folder_in_which_a_file_was_edited_is_not_resumed(tmp_path: Path, killed: Callable[..., None]) -> None:
    folder = folder_of_reports(tmp_path / "reports")
    killed(folder, tmp_path / "labels.csv")
    (folder / "a.txt").write_text("L4-5: severe stenosis of the canal.", encoding="utf-8")
    assert label_file(folder, tmp_path / "labels.csv").resumed == 0
    assert "a,L4-L5,canal_stenosis,,severe" in (tmp_path / "labels.csv").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("reports", "out", "evidence", "told"),
    [
        ("reports.csv", "reports.csv", None, "--out would overwrite the input"),
        ("reports.csv", "../{folder}/reports.csv", None, "--out would overwrite the input"),
        ("reports.csv", "labels.csv", "labels.csv", "--evidence would overwrite --out"),
        ("reports.csv", "labels.csv", "reports.csv", "--evidence would overwrite the input"),
        ("reports.csv", "labels.csv", "labels.rejects.csv", "the list of rejects would overwrite --evidence"),
        ("labels.rejects.csv", "labels.csv", None, "the list of rejects would overwrite the input"),
        ("reports.csv", ".", None, "--out . is a folder"),
        ("folder", "folder/a.txt", None, "--out would overwrite the input"),
    ],
)
def test_no_file_is_written_over_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reports: str, out: str, evidence: str | None, told: str
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("reports.csv", "labels.rejects.csv"):
        write_csv(Path(name), [("a", "L4-5: mild bulge.")])
    folder_of_reports(Path("folder"))
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    with pytest.raises(ConfigError, match=told):
        label_file(reports, out.format(folder=tmp_path.name), evidence=evidence)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_ids_that_differ_by_blanks_around_them_are_one_id_twice(tmp_path: Path) -> None:
    path, out = tmp_path / "reports.csv", tmp_path / "labels.csv"
    write_csv(path, [(" a ", "L4-5: mild bulge."), ("a", "L4-5: severe bulge."), ("  ", "L4-5: bulge.")])
    run = label_file(path, out)
    assert (run.reports, run.rejected) == (1, 2)
    assert list(LabelTable.read(out).report_ids) == ["a"]
    assert [reason for _, reason in rejects_of(out)] == ["report id appears twice; the first is kept", "no report id"]


def test_what_a_folder_of_reports_holds_and_is_not_read_is_listed(tmp_path: Path) -> None:
    """Not what is hidden, and no table, such as what a run before has written."""
    for name in ("a.txt", "sub/b.TXT", "c.rtf", "sub/d.docx", ".DS_Store", "labels.csv"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("L4-5: mild bulge.", encoding="utf-8")
    out = tmp_path / "labels.csv"
    for _ in range(2):
        run = label_file(tmp_path, out)
        assert (run.reports, run.labels, run.rejected) == (2, 2, 2)
        assert rejects_of(out) == [
            [name, "no .txt file, so not read; save a report as plain text"] for name in ("c.rtf", "sub/d.docx")
        ]


def test_the_rejects_of_an_index_beside_the_labels_are_left_alone(table: Path, tmp_path: Path) -> None:
    (tmp_path / "rejects.csv").write_text("source,reason\nIM1,truncated\n", encoding="utf-8")
    assert label_file(table, tmp_path / "labels.csv").rejects_path == tmp_path / "labels.rejects.csv"
    assert "IM1" in (tmp_path / "rejects.csv").read_text(encoding="utf-8")


def test_rows_with_unquoted_commas_are_rejected_and_the_rest_is_done(tmp_path: Path) -> None:
    path, out = tmp_path / "reports.csv", tmp_path / "labels.csv"
    path.write_text("report_id,text\na,L4-5: bulge, extrusion\nb,L4-5: mild bulge\n", encoding="utf-8")
    assert label_file(path, out).rejected == 1
    assert LabelTable.read(out).report_ids == ["b"]
    assert "3 cells under a header of 2" in rejects_of(out)[0][1]


def test_bad_reports_are_told_and_listed_and_the_rest_is_done(tmp_path: Path) -> None:
    rows = [
        ("a", "L4-5: mild bulge."), ("b", "  "), ("a", "L3-4: mild bulge."), ("c", "L4-5 " * MAX_CHARACTERS),
        ("d", GERMAN), ("", "L4-5: mild bulge."), ("e", "L2-3: extrusion."), ("f\ng", "L2-3: extrusion."),
    ]  # fmt: skip
    out = tmp_path / "labels.csv"
    path = write_csv(tmp_path / "reports.csv", rows)
    run = label_file(path, out)
    assert run.rejected == 6
    assert LabelTable.read(out).report_ids == ["a", "e"]
    reasons = [reason for _, reason in rejects_of(out)]
    for told in ("empty text", "appears twice", "characters", "not in English", "no report id", "line end"):
        assert any(told in reason for reason in reasons), told


def test_bytes_that_are_no_utf8_reject_their_report_only(tmp_path: Path) -> None:
    path = tmp_path / "reports.csv"
    path.write_bytes(b"report_id,text\na,L4-5: mild bulge.\nb,caf\xe9 L4-5 bulge\n")
    out = tmp_path / "labels.csv"
    label_file(path, out)
    assert LabelTable.read(out).report_ids == ["a"]
    assert "UTF-8" in rejects_of(out)[0][1]


def test_too_many_rejects_are_told_after_the_work_is_done(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "reports.csv", [("a", "L4-5: mild bulge."), ("b", "")])
    out = tmp_path / "labels.csv"
    with pytest.raises(TooManyRejectsError, match=r"labels\.rejects\.csv"):
        label_file(path, out, max_reject_share=0.1)
    assert len(LabelTable.read(out)) == 1


def test_rejects_tell_no_text_of_a_report(tmp_path: Path) -> None:
    out = tmp_path / "labels.csv"
    label_file(write_csv(tmp_path / "reports.csv", [("a", GERMAN)]), out)
    assert "Wirbel" not in (tmp_path / "labels.rejects.csv").read_text(encoding="utf-8")


def write_text(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_text(text, encoding=encoding)
    return path


@pytest.mark.parametrize(("make", "told"), [
    (lambda folder: folder / "none.csv", "no such file"),
    (lambda folder: write_csv(folder / "r.csv", [], ("id", "text")), "no column 'report_id'"),
    (lambda folder: write_csv(folder / "r.csv", [], ("report_id", "body")), "--text-column"),
    (lambda folder: folder, "no .txt files"),
    (lambda folder: write_csv(folder / "r.csv", []), "holds no report"),
    (lambda folder: write_text(folder / "r.csv", ""), "r.csv: file is empty"),
    (lambda folder: write_text(folder / "r.csv", "\nreport_id,text\na,L4-5: mild bulge.\n"), "first line is empty"),
    (lambda folder: write_text(folder / "r.csv", "Report_ID;Text\na;L4-5: mild bulge.\n"), "stand between semicolons"),
    (lambda folder: write_text(folder / "r.csv", "report_id\ttext\na\tL4-5: mild bulge.\n"), "stand between tabs"),
    (lambda folder: write_text(folder / "r.csv", "report_id,text\na,L4-5\n", "utf-16"), "not UTF-8; convert"),
    (lambda folder: write_text(folder / "r.csv", "Id;Größe\n", "latin-1"), "not UTF-8; convert"),
])  # fmt: skip
def test_a_wrong_input_is_told_with_its_cure(tmp_path: Path, make, told: str) -> None:
    with pytest.raises(InputError, match=told):
        label_file(make(tmp_path), tmp_path / "labels.csv")


def test_a_folder_of_text_files_is_read(tmp_path: Path) -> None:
    folder = tmp_path / "reports"
    folder.mkdir()
    (folder / "one.txt").write_text("L4-5: mild bulge.", encoding="utf-8")
    (folder / "two.txt").write_text("L5-S1: extrusion.", encoding="utf-8")
    label_file(folder, tmp_path / "labels.csv")
    assert LabelTable.read(tmp_path / "labels.csv").report_ids == ["one", "two"]


def test_parquet_goes_in_and_out(table: Path, tmp_path: Path) -> None:
    import pandas as pd

    pd.read_csv(table).to_parquet(tmp_path / "reports.parquet")
    label_file(table, tmp_path / "labels.csv")
    label_file(tmp_path / "reports.parquet", tmp_path / "labels.parquet", evidence=tmp_path / "evidence.parquet")
    assert dict(LabelTable.read(tmp_path / "labels.parquet")) == dict(LabelTable.read(tmp_path / "labels.csv"))
    assert set(tables.EVIDENCE_COLUMNS) == set(pd.read_parquet(tmp_path / "evidence.parquet").columns)


def test_evidence_points_into_the_original_text(tmp_path: Path) -> None:
    text = "FINDINGS:<br/>L4-5: Mild&nbsp;bulge."
    label_file(write_csv(tmp_path / "r.csv", [("a", text)]), tmp_path / "l.csv", evidence=tmp_path / "e.csv")
    with (tmp_path / "e.csv").open(encoding="utf-8", newline="") as file:
        [row] = csv.DictReader(file)
    assert text[int(row["start"]) : int(row["end"])] == "Mild&nbsp;bulge"


@pytest.mark.parametrize(("column", "warned"), [("modality", True), ("text", False)])
def test_reports_without_any_label_are_told(
    column: str, warned: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "reports.csv"
    table.write_text("report_id,modality,text\na,lumbar MRI,L4-5: mild bulge.\n", encoding="utf-8")
    assert main(["label", str(table), "--out", str(tmp_path / "l.csv"), "--text-column", column]) == 0
    assert ("warning: no label in any of" in capsys.readouterr().err) == warned


def test_the_command_prints_a_summary(table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["label", str(table), "--out", str(tmp_path / "labels.csv"), "--json"]) == 0
    assert '"reports": 23' in capsys.readouterr().out


def test_the_command_reads_standard_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.TextIOWrapper(io.BytesIO(b"report_id,text\na,L4-5: mild bulge.\n"), encoding="utf-8")
    monkeypatch.setattr(sys, "stdin", stream)
    assert main(["label", "-", "--out", str(tmp_path / "labels.csv")]) == 0
    assert LabelTable.read(tmp_path / "labels.csv").report_ids == ["a"]


def test_the_command_exits_with_2_for_a_missing_file_and_3_for_many_rejects(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = str(tmp_path / "labels.csv")
    assert main(["label", str(tmp_path / "none.csv"), "--out", out]) == 2
    assert main(["label", str(write_csv(tmp_path / "r.csv", [("a", "")])), "--out", out]) == 3
    assert len(capsys.readouterr().err.strip().splitlines()) == 2


def test_check_rules_counts_the_rules(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["label", "--check-rules"]) == 0
    assert "rules" in capsys.readouterr().out


def test_a_series_keeps_its_ids_and_one_text_is_a_report() -> None:
    labels = label_texts(pd.Series(["L4-5: bulge."], index=["x7"]))
    assert [key.report_id for key in labels] == ["x7"]
    assert label_texts("L4-5: bulge.").to_csv_text() == label_texts(["L4-5: bulge."]).to_csv_text()


@pytest.mark.parametrize("given", [
    pd.DataFrame({"report_id": ["a"], "text": ["L4-5: bulge."]}), [None], {"a": float("nan")}, ["L4-5: bulge.", 3],
])  # fmt: skip
def test_what_is_no_text_is_refused(given: Any) -> None:
    with pytest.raises(TypeError, match="text"):
        label_texts(given)
