"""Addenda and corrections: what they replace, and what moves to the other side; all texts are invented."""

import pytest
from tests.labeling.conftest import labels_of, told

REPORT = "L5-S1: Mild left foraminal stenosis.\n"


@pytest.mark.parametrize("addendum", [
    "ADDENDUM: Laterality error. The L5-S1 foraminal stenosis is on the right.",
    "ADDENDUM:\nCorrected report: Mild right foraminal stenosis at L5-S1.",
    "CORRECTION: Right foraminal stenosis at L5-S1.",
    "ADDENDUM: Correction to the L5-S1 level: mild RIGHT foraminal stenosis.",
])  # fmt: skip
def test_a_correction_moves_a_finding_with_its_grade(addendum: str) -> None:
    assert told(REPORT + addendum, "foraminal_stenosis") == {"L5-S1 right": "mild"}


@pytest.mark.parametrize("addendum", [
    "ADDENDUM: The L5-S1 foraminal stenosis is on the right rather than the left.",
    "ADDENDUM: The foraminal stenosis at L5-S1 is on the right, not the left.",
    "ADDENDUM: The foraminal stenosis at L5-S1 is on the right, not on the left.",
])  # fmt: skip
def test_a_side_denied_for_the_other_gives_it_the_grade(addendum: str) -> None:
    assert told(REPORT + addendum, "foraminal_stenosis") == {"L5-S1 left": "none", "L5-S1 right": "mild"}


@pytest.mark.parametrize("addendum", [
    "ADDENDUM: There is also moderate right foraminal stenosis at L5-S1.",
    "ADDENDUM: Moderate right foraminal stenosis at L5-S1, worse on the right than on the left.",
])  # fmt: skip
def test_an_addendum_that_corrects_nothing_adds(addendum: str) -> None:
    assert told(REPORT + addendum, "foraminal_stenosis") == {"L5-S1 left": "mild", "L5-S1 right": "moderate"}


def test_the_root_of_a_corrected_lesion_moves_with_it() -> None:
    text = (
        "L5-S1: Left protrusion abutting the left S1 root.\n"
        "ADDENDUM: Correction: the L5-S1 protrusion is right paracentral and abuts the right S1 nerve root."
    )
    found = labels_of(text)
    assert found["L5-S1 nerve_root right"] == "contact"
    assert "L5-S1 nerve_root left" not in found
