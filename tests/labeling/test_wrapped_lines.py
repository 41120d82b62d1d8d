"""A report that was wrapped at a width says what it said before."""

import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.labeling.conftest import labels_of, told

from deepspine.experiments.benchmarks.labeling.corpus import reports
from deepspine.labeling.texts.wrapped_lines import unwrap

GOLDEN = Path(__file__).parents[1] / "golden" / "labeling"
WHOLE = [path.read_text(encoding="utf-8") for path in sorted(GOLDEN.glob("*.txt")) if path.stem != "telegraphic"]
"""The telegraphic one has a single line that is longer than the others: nothing tells that it was cut."""

ROWS = """LUMBAR SPINE - TEMPLATE

L2-L3 | Disc: mild desiccation; no herniation | Canal: no central canal stenosis | Foramina: no foraminal stenosis
L3-L4 | Disc: moderate bulge; annular fissure | Canal: moderate central canal stenosis | Foramina: mild narrowing
L4-L5 | Disc: central protrusion; marked height loss | Canal: severe canal stenosis | Foramina: no stenosis on the left
L5-S1 | Disc: normal | Canal: normal | Recesses: no lateral recess stenosis | Foramina: no significant stenosis"""
TABLE = """Level map of the lumbar spine

|Level|Disc|Canal|Right foramen|Left foramen|
|L3-4|Moderate bulge with an annular fissure|No significant stenosis|Mild narrowing|No narrowing|
|L4-5|Right paracentral extrusion, migrates caudally|Severe stenosis|Moderate narrowing|Patent|
|L5-S1|Minimal bulge|Patent|Patent|Mild to moderate narrowing|

Alignment: normal."""
PAGE = (
    "<div>MRI lumbar spine</div><b>Findings</b><br/><ul><li>L2-3:&nbsp;Disc dehydration. Mild broad-based bulge. No "
    "significant canal or foraminal stenosis.</li><li>L3-4:&nbsp;Normal.</li><li>L4-5:&nbsp;Severe canal stenosis. "
    "Moderate bilateral foraminal narrowing.</li></ul><b>Impression</b><br/>Severe canal stenosis at L4-5."
)


def wrapped(text: str, width: int) -> str:
    lines = (textwrap.wrap(line, width, break_long_words=False, break_on_hyphens=False) for line in text.split("\n"))
    return "\n".join("\n".join(line) for line in lines)


@pytest.mark.parametrize("text", [*WHOLE, *reports(6, seed=5)])
def test_a_wrapped_report_says_the_same(text: str) -> None:
    assert labels_of(wrapped(text, 72)) == labels_of(text)


NARROW = (
    "Indication: back pain.\n\nAt L4-5 the disc space is severely narrowed. There is a moderate central protrusion "
    "producing flattening of the thecal sac and marked right lateral recess encroachment with severe bilateral "
    "foraminal stenosis. No evidence of disc herniation is seen at L5-S1. There is no significant central canal "
    "stenosis at L3-4 and mild left foraminal narrowing."
)


@pytest.mark.parametrize("width", range(36, 57, 2))
@pytest.mark.parametrize("spelt", [str, str.upper])
def test_narrow_lines_break_sentences(spelt: Callable[[str], str], width: int) -> None:
    text = spelt(NARROW)
    assert labels_of(wrapped(text, width)) == labels_of(text)


def test_short_lines_of_their_own_break_none() -> None:
    text = "LSS MRI\nCentral disc protrusion at L5-S1, compressing the thecal sac\nthe spinal canal is adequate."
    assert told(text, "canal_stenosis")["L3-L4"] == "none"
    assert told(text, "thecal_sac")["L5-S1"] == "compression"


@pytest.mark.parametrize("width", range(56, 101, 4))
@pytest.mark.parametrize("text", [ROWS, TABLE], ids=["rows headed by levels", "rows between bars"])
def test_a_row_goes_on_in_the_next_line(text: str, width: int) -> None:
    assert labels_of(wrapped(text, width)) == labels_of(text)


@pytest.mark.parametrize("width", range(60, 101, 10))
@pytest.mark.parametrize(
    "text", [PAGE, PAGE.replace("<li>", "\\.br\\").replace("<br/>", "~"), " ".join(reports(1)[0].split())],
    ids=["HTML", "HL7", "one line"],
)  # fmt: skip
def test_a_text_that_fills_every_line_has_no_lines_of_its_own(text: str, width: int) -> None:
    assert labels_of(wrapped(text, width)) == labels_of(text)


@pytest.mark.parametrize("end", ["stenosis", "stenosis |", "stenosis.", "stenosis. |"])
def test_what_is_below_the_last_row_is_no_cell_of_it(end: str) -> None:
    rows = f"L3-4 | Disc: bulge | Canal: mild {end}\nL4-5 | Disc: normal | Canal: severe {end}"
    expected = {"L2-L3": "moderate", "L3-L4": "mild", "L4-L5": "severe"}
    assert told(f"{rows}\nImpression: Moderate canal stenosis at L2-3.", "canal_stenosis") == expected


def test_lines_of_levels_of_one_length_are_lines_of_their_own() -> None:
    text = (
        "L2-L3 - central canal: normal; right foramen: normal; left foramen: normal\n"
        "L3-L4 - central canal: mild; right foramen: moderate; left foramen: normal\n"
        "L4-L5 - central canal: severe; right foramen: mild; left foramen: moderate\n"
        "L5-S1 - central canal: normal; right foramen: normal; left foramen: severe"
    )
    assert told(text, "canal_stenosis") == {"L2-L3": "none", "L3-L4": "mild", "L4-L5": "severe", "L5-S1": "none"}


def test_a_grade_a_at_the_end_of_a_line_is_no_article() -> None:
    text = "Schizas: L3-4 B, L4-5 A\nForaminal stenosis: L4-5 mild"
    assert labels_of(text) == {
        "L3-L4 canal_stenosis": "moderate",
        "L4-L5 canal_stenosis": "none|mild",
        "L4-L5 foraminal_stenosis left": "mild",
        "L4-L5 foraminal_stenosis right": "mild",
    }


@pytest.mark.parametrize(
    "field", ["Listhesis\tno", "Listhesis no", "Vertebral slip   no", "Listhesis | no", "LISTHESIS\tNO"]
)
@pytest.mark.parametrize("rows", [
    "Level\tDisc\tCanal\nL3-4\tbulge\tmild\nL4-5\tprotrusion\tsevere",
    "L3-4\tbulge, mild canal stenosis\nL4-5\tprotrusion, severe canal stenosis",
    "Level | Disc | Canal\nL3-4 | bulge | mild\nL4-5 | protrusion | severe",
])  # fmt: skip
def test_a_field_that_is_answered_no_above_rows_is_whole(field: str, rows: str) -> None:
    found = labels_of(f"{field}\n{rows}")
    assert (found["L3-L4 canal_stenosis"], found["L4-L5 canal_stenosis"]) == ("mild", "severe")
    assert {grades for key, grades in found.items() if key.endswith("spondylolisthesis")} == {"none"}


def test_a_field_that_is_answered_no_may_stand_above_another() -> None:
    found = labels_of("Scoliosis\tno\nListhesis\tgrade 1 L4-5\nL3-4\tbulge")
    assert found["L4-L5 spondylolisthesis"] == "grade1"


@pytest.mark.parametrize("tab", ["\t", " | "])
def test_a_field_below_whole_rows_is_none_of_their_cells(tab: str) -> None:
    rows = ["Level", "Disc", "Canal"], ["L3-4", "bulge", "mild"], ["L4-5", "protrusion", "severe"], ["Listhesis", "no"]
    found = labels_of("\n".join(tab.join(row) for row in rows))
    assert found["L4-L5 canal_stenosis"] == "severe"
    assert found["L4-L5 spondylolisthesis"] == found["L1-L2 spondylolisthesis"] == "none"


def test_a_no_at_the_end_of_a_filled_line_is_not_the_answer() -> None:
    text = "There is no\nModic change at L4-5. Bulge at L4-5 with no\nL5 root compression."
    assert labels_of(text)["L4-L5 modic"] == "none"
    assert labels_of(text)["L4-L5 nerve_root left"] == "none|contact|displacement"


@pytest.mark.parametrize("head", ["{} ", "{} - "])
def test_rows_that_levels_open_are_not_joined_where_they_fill_the_line(head: str) -> None:
    rest = "mod disc bulge; min ligamentum flavum thickening; mild right foraminal narrowing; no HNP"
    found = labels_of("\n".join(head.format(level) + rest for level in ("L2-3", "L3-4", "L4-5", "L5-S1")))
    assert {key: grades for key, grades in found.items() if "herniation" in key} == {
        f"{level} herniation": "none" for level in ("L2-L3", "L3-L4", "L4-L5", "L5-S1")
    }
    assert sum("bulge" in key for key in found) == 4


@pytest.mark.parametrize(("line", "following"), [
    ("Central disc protrusion noted at L4-L5 level, compressing the thecal sac", "faeture of muscle spasm."),
    ("Diffuse disc bulge noted at L4/L5 level, compressing the sac", "minimal disc bulge noted at L5/S1 level."),
    ("Diffuse disc bulge noted at L4/L5 level, compressing the thecal sac ,", "L5-S1: Mild disc bulge noted."),
    ("Diffuse disc bulge noted at L4/L5 level, compressing the thecal sac ,", "No disc herniation noted."),
])  # fmt: skip
def test_lines_that_tell_anew_are_not_joined(line: str, following: str) -> None:
    assert unwrap(f"{line}\n{following}") == f"{line}\n{following}"


@pytest.mark.parametrize(("line", "following"), [
    ("1. Protrusion with compression of the left", "S1 nerve root."),
    ("L5-S1: Protrusion contacting the traversing", "left S1 root."),
    ("L4-5: No significant", "central canal stenosis."),
    ("L4-5: Bulge causing mild bilateral", "neural foraminal narrowing."),
])  # fmt: skip
def test_a_phrase_that_a_line_end_parts_is_joined(line: str, following: str) -> None:
    assert unwrap(f"{line}\n{following}") == f"{line} {following}"
