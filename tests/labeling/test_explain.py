"""Why a report got its labels."""

import csv
import io
import itertools
import json
from pathlib import Path

import pytest
from rich.console import Console

from deepspine.cli import main
from deepspine.data.findings import FINDINGS
from deepspine.data.grade_sets import GradeSet
from deepspine.labeling.explain import evidence_html, page, severity, show_in_terminal, spans
from deepspine.labeling.pipeline import Labeler

TEXT = "FINDINGS: L4-5: Mild bulge with severe left foraminal stenosis. No canal stenosis (AP > 12 mm)."


def test_evidence_is_marked_and_told(labeler: Labeler) -> None:
    html = evidence_html(TEXT, labeler.label(TEXT))
    assert '<mark title="L4-L5 bulge: mild">Mild bulge</mark>' in html
    assert "AP &gt; 12 mm" in html


def test_marked_spans_do_not_overlap(labeler: Labeler) -> None:
    found = spans(labeler.label(TEXT))
    assert all(before[1] <= after[0] for before, after in itertools.pairwise(found))


def test_the_page_is_self_contained(labeler: Labeler) -> None:
    html = page(TEXT, labeler.label(TEXT), title="An invented report")
    assert "http" not in html
    assert "not a medical device" in html
    assert '<td class="high">severe</td>' in html


def test_the_terminal_shows_table_and_text(labeler: Labeler) -> None:
    stream = io.StringIO()
    show_in_terminal(TEXT, labeler.label(TEXT), Console(file=stream, width=200))
    assert "L4-L5" in stream.getvalue()
    assert "Mild bulge" in stream.getvalue()


@pytest.mark.parametrize(("grades", "expected"), [
    ("none", "none"), ("mild", "low"), ("moderate", "middle"), ("severe", "high"), ("none|mild", "open"),
    ("mild|moderate|severe", "open"), ("moderate|severe", "high"),
])  # fmt: skip
def test_colours_follow_the_scale(grades: str, expected: str) -> None:
    assert severity(GradeSet.parse(FINDINGS["canal_stenosis"], grades)) == expected


def test_the_command_writes_page_and_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = tmp_path / "report.txt"
    report.write_text(TEXT, encoding="utf-8")
    assert main(["explain", str(report), "--html", str(tmp_path / "page.html"), "--json"]) == 0
    assert (tmp_path / "page.html").is_file()
    told = json.loads(capsys.readouterr().out)
    assert {row["finding"] for row in told["labels"]} == {"bulge", "foraminal_stenosis", "canal_stenosis"}


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_places_of_evidence_count_the_line_ends_of_the_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], line_end: str
) -> None:
    """As in the table of evidence, whose places a reader looks up in the same file."""
    text = line_end.join(["FINDINGS:", "", "L3-4: Normal.", "L4-5: Mild bulge.", ""])
    report, table = tmp_path / "report.txt", tmp_path / "evidence.csv"
    report.write_bytes(text.encode())
    assert main(["explain", str(report), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    places = {(one["start"], one["end"]) for row in told["labels"] for one in row["evidence"]}
    assert "Mild bulge" in {text[start:end] for start, end in places}
    assert main(["label", str(tmp_path), "--out", str(tmp_path / "labels.csv"), "--evidence", str(table)]) == 0
    with table.open(encoding="utf-8", newline="") as file:
        assert places == {(int(row["start"]), int(row["end"])) for row in csv.DictReader(file)}


def test_a_missing_report_is_told_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", str(tmp_path / "none.txt")]) == 2
    assert "none.txt" in capsys.readouterr().err


@pytest.mark.parametrize(("text", "told"), [
    ("", "empty text"),
    (" \n", "empty text"),
    ("Die Lendenwirbelsäule zeigt eine regelrechte Stellung der Wirbelkörper ohne Nachweis einer Fraktur.", "English"),
])  # fmt: skip
def test_what_label_rejects_is_not_explained(
    text: str, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "report.txt"
    path.write_text(text, encoding="utf-8")
    assert main(["explain", str(path)]) == 2
    printed = capsys.readouterr()
    assert told in printed.err
    assert not printed.out


def test_a_report_that_is_no_utf8_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "report.txt"
    path.write_bytes(b"caf\xe9")
    assert main(["explain", str(path)]) == 2
    assert "UTF-8" in capsys.readouterr().err


def test_kinds_without_an_order_have_one_colour_and_absence_its_own() -> None:
    zone, modic = FINDINGS["herniation_zone"], FINDINGS["modic"]
    assert {severity(GradeSet.of(zone, grade)) for grade in zone.scale} == {"low"}
    assert severity(GradeSet.of(modic, "none")) == "none"
    assert severity(GradeSet.parse(modic, "none|type1")) == "open"
    assert severity(GradeSet.parse(modic, "type1|type2")) == "low"


def test_a_report_of_a_table_is_explained_by_its_id(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "reports.csv"
    path.write_text('report_id,text\na,"L4-5: bulge."\nb,"L5-S1: protrusion."\n', encoding="utf-8")
    assert main(["explain", str(path), "--id", "b", "--json"]) == 0
    assert [label["finding"] for label in json.loads(capsys.readouterr().out)["labels"]] == ["herniation"]


@pytest.mark.parametrize(("options", "told"), [((), "name one with --id"), (("--id", "c"), "no report 'c'")])
def test_a_table_is_no_report(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], options: tuple[str, ...], told: str
) -> None:
    path = tmp_path / "reports.csv"
    path.write_text('report_id,text\na,"L4-5: bulge."\n', encoding="utf-8")
    assert main(["explain", str(path), *options]) == 2
    assert told in capsys.readouterr().err
