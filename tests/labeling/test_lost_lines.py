"""A report that an archive has set in one line says what it said in lines, as far as its words show them."""

import random
import re
from pathlib import Path

import pytest
from tests.labeling.conftest import PRESENT, labels_of, told

from deepspine.experiments.benchmarks.labeling.corpus import reports

GOLDEN = Path(__file__).parents[1] / "golden" / "labeling"
WHOLE = [path.read_text(encoding="utf-8") for path in sorted(GOLDEN.glob("*.txt")) if path.stem != "telegraphic"]
"""The telegraphic one heads its levels by nothing but the line."""


def in_one_line(text: str, between: str = " ") -> str:
    return re.sub(r"\s*\n\s*", between, text.strip())


@pytest.mark.parametrize("text", [*WHOLE, *reports(6, seed=5)])
def test_a_whole_report_in_one_line_says_the_same(text: str) -> None:
    assert labels_of(in_one_line(text)) == labels_of(text)


def test_a_level_and_its_colon_end_what_the_level_before_heads() -> None:
    source = random.Random(1)
    for opening in ("FINDINGS: ", "", "Hx: LBP ", "MRI LS spine Indication: fall, leg pain "):
        grades = source.choices(("mild", "moderate", "severe"), k=3)
        text = "L2-3: {} canal stenosis L3/4: no stenosis, {} disc bulge L5-S1: height kept, {} bulge".format(*grades)
        found = labels_of(opening + text)
        assert found["L2-L3 canal_stenosis"] == grades[0]
        assert (found["L3-L4 canal_stenosis"], found["L3-L4 bulge"]) == ("none", grades[1])
        assert found["L5-S1 bulge"] == grades[2]
        assert "L2-L3 bulge" not in found


@pytest.mark.parametrize("between", [" ", ", ", "; ", ". "])
def test_levels_with_colons_behind_a_finding_are_what_it_lists(between: str) -> None:
    text = between.join(("L2-3: mild", "L3-4: none", "L4-5: moderate", "L5-S1: severe"))
    expected = {"L2-L3": "mild", "L3-L4": "none", "L4-L5": "moderate", "L5-S1": "severe"}
    assert told(f"Canal stenosis: {text}", "canal_stenosis") == expected


@pytest.mark.parametrize(("text", "expected"), [
    ("MRI LUMBAR SPINE WITHOUT CONTRAST INDICATION: Rule out L3-4 stenosis. FINDINGS: L4-5: Mild stenosis.",
     {"L4-L5": "mild"}),
    ("HISTORY: Fall, L2-3 stenosis in the past TECHNIQUE: Sagittal T1 and T2 IMPRESSION: Severe canal stenosis at L4-5",
     {"L4-L5": "severe"}),
    ("Clinical details: Back pain. ?L3-4 stenosis. There is moderate canal stenosis at L4-5.", {"L4-L5": "moderate"}),
    ("Reason for study: Leg pain. Technique: Sagittal T2. Alignment: Normal. L4-5: Mild stenosis.", {"L4-L5": "mild"}),
    ("Hx: there is known L3-4 stenosis. Findings: Mild canal stenosis at L4-5.", {"L4-L5": "mild"}),
])  # fmt: skip
def test_sections_begin_and_end_within_a_line(text: str, expected: dict[str, str]) -> None:
    assert told(text, "canal_stenosis") == expected


@pytest.mark.parametrize("text", [
    "L3-4 | Canal: mild stenosis | Disc: bulge\nL4-5 | Canal: severe stenosis | Disc: normal",
    "|Level|Canal|Disc|\n|---|---|---|\n|L3-4|mild stenosis|bulge|\n|L4-5|severe stenosis|normal|",
    "Findings\n1) L3-4 - mild stenosis, bulge\n2) L4-5 - severe stenosis, normal disc",
    "Findings:\n- L3-4: mild stenosis, bulge\n- L4-5: severe stenosis, normal disc",
    "Canal:\n- L3-4: mild stenosis\n- L4-5: severe stenosis\nDisc:\n- L3-4: bulge\n- L4-5: normal",
    "• Canal: mild stenosis at L3-4, severe stenosis at L4-5\n• Disc: bulge at L3-4\n• Disc of L4-5: normal",
])  # fmt: skip
def test_rows_and_items_begin_within_a_line(text: str) -> None:
    found = labels_of(in_one_line(text))
    assert (found["L3-L4 canal_stenosis"], found["L3-L4 bulge"]) == ("mild", PRESENT)
    assert (found["L4-L5 canal_stenosis"], found["L4-L5 bulge"]) == ("severe", "none")


@pytest.mark.parametrize("between", [" | ", "; "])
def test_bars_and_semicolons_may_stand_for_the_line_ends(between: str) -> None:
    text = (
        "INDICATION: L2-3 stenosis?\n\nFINDINGS:\nL3-4: Mild stenosis.\n\nL4-5: Severe stenosis.\nIMPRESSION:\nAs above"
    )
    assert told(text.replace("\n", between), "canal_stenosis") == {"L3-L4": "mild", "L4-L5": "severe"}


@pytest.mark.parametrize("text", [
    "L3-4: bulge, canal: mild stenosis, foramina: free\nL4-5: protrusion, canal: severe stenosis, foramina: patent",
    "L2-3: Normal\nL3-4: Bulge, canal: normal, foramina: mild stenosis on the left\nL4-5: Normal, foramina: normal",
    "L1-2: no stenosis\nL2-3: mild bulge\nL3-4: left recess stenosis, mild\nL4-5: severe canal stenosis",
])  # fmt: skip
def test_a_level_that_heads_a_line_does_so_where_no_stop_stands_before_it(text: str) -> None:
    assert labels_of(text.replace("\n", " ")) == labels_of(text)


def test_a_level_behind_a_comma_heads_no_line() -> None:
    text = "Canal stenosis L3-4: mild, L4-5: severe, L5-S1: none."
    assert told(text, "canal_stenosis") == {"L3-L4": "mild", "L4-L5": "severe", "L5-S1": "none"}


@pytest.mark.parametrize("text", [
    "at l4 l5 there is a mild bulge and mild foraminal narrowing at l5 s1 there is a protrusion and severe foraminal "
    "narrowing",
    "At L4-5 there are a mild bulge and mild narrowing of the foramina at the L5-S1 level there is a protrusion with "
    "severely narrowed foramina.",
    "at l4 l5 there is a mild bulge with mild foraminal stenosis at l5 s1 there is a protrusion with severe "
    "foraminal stenosis",
])  # fmt: skip
def test_in_dictation_without_stops_a_level_where_there_is_something_opens_a_clause(text: str) -> None:
    assert told(text, "foraminal_stenosis") == {
        "L4-L5 left": "mild", "L4-L5 right": "mild", "L5-S1 left": "severe", "L5-S1 right": "severe",
    }  # fmt: skip
    assert told(text, "herniation") == {"L5-S1": "protrusion"}
    assert told(text, "bulge") == {"L4-L5": "mild"}


def test_in_dictation_without_stops_there_is_no_and_the_impression_open_sentences() -> None:
    text = "at l4 l5 there is a protrusion there is no canal stenosis impression moderate canal stenosis at l3 l4"
    assert told(text, "canal_stenosis") == {"L3-L4": "moderate", "L4-L5": "none"}
    assert told("L4-5: The bulge there is mild.", "bulge") == {"L4-L5": "mild"}
