"""Tables in a report: columns that are levels or sites in short, rows of one finding; all texts are invented."""

import pytest
from tests.labeling.conftest import labels_of, told


@pytest.mark.parametrize("bar", [" | ", "\t", "   "])
def test_columns_may_be_levels(bar: str) -> None:
    rows = [["Finding", "L3-4", "L4-5", "L5-S1"], ["Canal stenosis", "mild", "severe", "none"]]
    text = "\n".join(bar.join(row) for row in rows)
    assert told(text, "canal_stenosis") == {"L3-L4": "mild", "L4-L5": "severe", "L5-S1": "none"}


def test_each_row_below_levels_is_a_site_or_finding() -> None:
    rows = ["Structure | L3-4 | L4-5", "Disc | bulge | protrusion", "Canal | mild | patent"]
    text = "\n".join([*rows, "Right foramen | severe | normal"])
    assert told(text, "herniation") == {"L4-L5": "protrusion"}
    assert told(text, "canal_stenosis") == {"L3-L4": "mild", "L4-L5": "none"}
    assert told(text, "foraminal_stenosis") == {"L3-L4 right": "severe", "L4-L5 right": "none"}
    assert set(told(text, "bulge")) == {"L3-L4"}


def test_a_table_of_levels_ends_at_an_empty_line_or_another_head() -> None:
    text = "Finding | L3-4 | L4-5\nCanal stenosis | mild | severe\n\nLevel | Canal | Disc\nL1-2 | patent | mild bulge"
    assert told(text, "canal_stenosis") == {"L1-L2": "none", "L3-L4": "mild", "L4-L5": "severe"}
    assert told(text, "bulge") == {"L1-L2": "mild"}


@pytest.mark.parametrize(("right", "left", "finding"), [
    ("RF", "LF", "foraminal_stenosis"),
    ("RNF", "LNF", "foraminal_stenosis"),
    ("R foramen", "L foramen", "foraminal_stenosis"),
    ("RLR", "LLR", "subarticular_stenosis"),
])  # fmt: skip
def test_sided_columns_may_be_named_in_short(right: str, left: str, finding: str) -> None:
    text = f"Level | Canal | {right} | {left}\nL4-5 | patent | mild | severe"
    assert told(text, finding) == {"L4-L5 left": "severe", "L4-L5 right": "mild"}
    assert told(text, "canal_stenosis") == {"L4-L5": "none"}


def test_lf_without_a_right_column_is_the_yellow_ligament() -> None:
    text = "Level | Disc | LF | Canal\nL4-5 | mild bulge | thickened | mild"
    assert not told(text, "foraminal_stenosis")
    assert told(text, "canal_stenosis") == {"L4-L5": "mild"}


@pytest.mark.parametrize("row", [
    "L4-5 | Disc: bulge | Canal: none | Foramina R/L: mild/severe",
    "| L4-5 | Canal: none | Foramina L/R: severe/mild |",
    "L4-5 | Canal stenosis: no | Foraminal stenosis: left severe, right mild",
    "L4-5 | Canal - nil | Foramina - mild on the right. Severe on the left. | Facets: arthrosis",
])  # fmt: skip
def test_a_cell_may_have_a_heading_of_its_own(row: str) -> None:
    assert told(row, "canal_stenosis") == {"L4-L5": "none"}
    assert told(row, "foraminal_stenosis") == {"L4-L5 left": "severe", "L4-L5 right": "mild"}


def test_the_heading_of_a_cell_ends_with_it() -> None:
    found = labels_of("L4-5 | Foramina: mild | severe canal stenosis\nDisc | Bulge: mild | normal")
    assert found["L4-L5 foraminal_stenosis left"] == "mild"
    assert found["L4-L5 canal_stenosis"] == "severe"


@pytest.mark.parametrize("text", [
    "L3-4: mild bulge\nSpondylolisthesis no",
    "L3-4: mild bulge\nSpondylolisthesis\tno",
    "L2-3 | normal\nL3-4 | bulge, mild\nSpondylolisthesis | no",
    "L2-3 | moderate bulge\nL3-4 | mild bulge\nSpondylolisthesis | none",
])  # fmt: skip
def test_a_finding_denied_in_a_row_of_its_own_is_nowhere(text: str) -> None:
    found = labels_of(text)
    slips = {key: grades for key, grades in found.items() if "spondylolisthesis" in key}
    assert len(slips) == 5
    assert set(slips.values()) == {"none"}
    assert found["L3-L4 bulge"] == "mild"


def test_a_row_of_one_finding_below_a_level_is_its_field() -> None:
    found = labels_of("L3-L4 | protrusion\nCanal stenosis | severe\nL4-5 | mild bulge")
    assert found == {"L3-L4 herniation": "protrusion", "L3-L4 canal_stenosis": "severe", "L4-L5 bulge": "mild"}


def test_a_no_behind_each_finding_of_a_list_is_its_own() -> None:
    found = labels_of("L3-4: Canal stenosis no, root compression no, protrusion yes.")
    assert found["L3-L4 canal_stenosis"] == "none"
    assert found["L3-L4 nerve_root left"] == "none|contact|displacement"
    assert found["L3-L4 herniation"] == "protrusion"


@pytest.mark.parametrize("head", ["| | L3-4 | L4-5 | L5-S1 |", "| | L3-4 | L4-5 | L5-S1 |\n|---|---|---|---|"])
def test_columns_of_levels_may_have_no_name_for_the_first(head: str) -> None:
    text = f"{head}\n| Bulge | mild | moderate | none |\n| Right foramen | none | severe | mild |"
    assert told(text, "bulge") == {"L3-L4": "mild", "L4-L5": "moderate", "L5-S1": "none"}
    assert told(text, "foraminal_stenosis") == {"L3-L4 right": "none", "L4-L5 right": "severe", "L5-S1 right": "mild"}


def test_rows_of_levels_may_have_nothing_in_the_first_column() -> None:
    assert told("| | L3-4 | mild bulge |\n| | L4-5 | normal |", "bulge") == {"L3-L4": "mild", "L4-L5": "none"}
