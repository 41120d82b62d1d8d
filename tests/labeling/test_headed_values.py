"""Degrees below the heading of a part, and what they do to a nerve; all texts are invented."""

import pytest
from tests.labeling.conftest import told


@pytest.mark.parametrize("text", [
    "L4-L5: Left foramen: severe, L4 root compressed.", "L4-L5: Left foramen: severe (L4 root compressed).",
    "L4-L5: Left foramen: severe; L4 root compressed.", "L4-L5: Left foramen: severe, compressing the L4 root.",
])  # fmt: skip
def test_a_degree_stays_with_its_heading_where_a_nerve_follows(text: str) -> None:
    assert told(text, "foraminal_stenosis") == {"L4-L5 left": "severe"}
    assert told(text, "nerve_root") == {"L4-L5 left": "compression"}


def test_a_degree_stays_with_the_canal_where_the_cauda_follows() -> None:
    assert told("L4-L5: Canal: severe, cauda equina crowded.", "canal_stenosis") == {"L4-L5": "severe"}


@pytest.mark.parametrize("text", [
    "L5-S1: Foramina: severe on the right, compressing the L5 root, mild on the left.",
    "L5-S1: Foramina: right severe, L5 root compressed; left mild.",
    "L5-S1: The foramen is severely narrowed on the right, where the L5 root is compressed, and mildly narrowed on the "
    "left.",
])  # fmt: skip
def test_the_other_side_goes_on_behind_a_nerve(text: str) -> None:
    assert told(text, "foraminal_stenosis") == {"L5-S1 left": "mild", "L5-S1 right": "severe"}
    assert told(text, "nerve_root") == {"L5-S1 right": "compression"}


@pytest.mark.parametrize("text", [
    "L5-S1: Foramina: Moderate on the left, where the exiting L5 root is abutted; patent on the right.",
    "L5-S1: The foramina are moderately narrowed on the left, where the L5 root is abutted, and patent on the right.",
    "L5-S1: The left foramen is moderately narrowed with L5 root contact, the right is patent.",
])  # fmt: skip
def test_the_other_side_is_patent_behind_a_nerve(text: str) -> None:
    assert told(text, "foraminal_stenosis") == {"L5-S1 left": "moderate", "L5-S1 right": "none"}
    assert told(text, "nerve_root") == {"L5-S1 left": "contact"}
