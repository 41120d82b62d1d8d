"""Subjects with a level each in one clause, and levels named for contrast; all texts are invented."""

import pytest
from tests.labeling.conftest import PRESENT, told


@pytest.mark.parametrize("text", [
    "The canal at L3-4 and the foramina at L4-5 are mildly narrowed.",
    "The canal at L3-4 and both foramina at L4-5 appear mildly stenosed.",
    "The L3-4 canal and the L4-5 foramina are mildly narrowed.",
    "There are bulges. The foramina at L4-5 and the canal at L3-4 are mildly narrowed.",
])  # fmt: skip
def test_each_subject_is_at_its_level(text: str) -> None:
    assert told(text, "canal_stenosis") == {"L3-L4": "mild"}
    assert told(text, "foraminal_stenosis") == {"L4-L5 left": "mild", "L4-L5 right": "mild"}


def test_what_stands_behind_is_not_repeated() -> None:
    text = "The canal at L3-4 and the left foramen at L4-5 are narrowed, with compression of the left L4 root."
    assert told(text, "canal_stenosis") == {"L3-L4": PRESENT}
    assert told(text, "nerve_root") == {"L4-L5 left": "compression"}


@pytest.mark.parametrize("text", [
    "Unlike L4-5, where the canal is severely narrowed, L3-4 shows only mild canal stenosis.",
    "Unlike at L4-5, where there is severe canal stenosis, at L3-4 the canal is mildly narrowed.",
    "Compared with L4-5, which is severely stenosed, L3-4 shows mild canal stenosis.",
    "In contrast to the L4-5 level, where canal stenosis is severe, L3-4 is only mildly narrowed.",
])  # fmt: skip
def test_what_is_told_for_contrast_is_told(text: str) -> None:
    assert told(text, "canal_stenosis") == {"L3-L4": "mild", "L4-L5": "severe"}


@pytest.mark.parametrize("before", ["Unlike L4-5", "Compared to L4-5", "In contrast to L4-5 and L5-S1"])
def test_levels_named_for_contrast_are_no_list(before: str) -> None:
    assert told(f"{before}, L3-4 shows mild canal stenosis.", "canal_stenosis") == {"L3-L4": "mild"}
    assert told(f"{before}, L3-4 shows no canal stenosis.", "canal_stenosis") == {"L3-L4": "none"}
    assert told(f"{before}, L3-4 is normal.", "bulge") == {"L3-L4": "none"}


@pytest.mark.parametrize("text", [
    "Degenerative changes, advanced at L4-5, with a bulge.", "Degenerative changes are moderate at L4-5 with a bulge.",
    "Mild degenerative changes at L3-4, moderate at L4-5 with a bulge.",
])  # fmt: skip
def test_how_far_changes_are_at_a_level_leaves_what_they_come_with_at_it(text: str) -> None:
    assert told(text, "bulge") == {"L4-L5": PRESENT}


def test_a_degree_of_another_finding_beside_changes_is_its_own() -> None:
    assert told("Degenerative changes and canal stenosis, moderate at L4-5.", "canal_stenosis") == {"L4-L5": "moderate"}


@pytest.mark.parametrize("text", [
    "The canal is moderately narrowed at L3-4 by a bulge and at L4-5 by a protrusion.",
    "The canal is moderately narrowed at L3-4 due to a bulge, and at L4-5 due to a protrusion.",
])  # fmt: skip
def test_a_part_is_narrowed_at_each_level_with_a_cause_of_its_own(text: str) -> None:
    assert told(text, "canal_stenosis") == {"L3-L4": "moderate", "L4-L5": "moderate"}
    assert told(text, "bulge") == {"L3-L4": PRESENT}
    assert told(text, "herniation") == {"L4-L5": "protrusion"}


def test_sides_stay_with_their_level_and_cause() -> None:
    text = "The foramina are narrowed at L4-5 on the left by a bulge and at L5-S1 on the right by an osteophyte."
    assert told(text, "foraminal_stenosis") == {"L4-L5 left": PRESENT, "L5-S1 right": PRESENT}
