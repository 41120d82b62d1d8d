"""Why a report got its labels."""

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


def test_a_missing_report_is_told_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", str(tmp_path / "none.txt")]) == 2
    assert "none.txt" in capsys.readouterr().err


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
