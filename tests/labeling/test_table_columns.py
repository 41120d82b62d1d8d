"""Tables in a report whose columns are levels, or sites in short; all texts are invented."""

import pytest
from tests.labeling.conftest import told


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
