"""Levels beside each other that are a list, or two places with something said of each; all texts are invented."""

import pytest
from tests.labeling.conftest import PRESENT, told


@pytest.mark.parametrize("text", [
    "Severe canal stenosis at L4-5, L3-4 moderate canal stenosis.",
    "Canal stenosis severe at L4-5, L3-4 moderate.",
    "Canal stenosis: severe L4-5, L3-4 moderate.",
    "Schizas C at L4-5, L3-4 Schizas B.",
    "Severe canal stenosis at L4-5, L3-4 is moderate.",
    "Severe canal stenosis at L4-5, L3-4 shows moderate canal stenosis.",
])  # fmt: skip
def test_a_level_behind_a_comma_has_what_stands_behind_it(text: str) -> None:
    assert told(text, "canal_stenosis") == {"L3-L4": "moderate", "L4-L5": "severe"}


@pytest.mark.parametrize("text", [
    "Moderate disc bulge at L3-4, L4-5 small protrusion.",
    "Moderate bulge L3-4, L4-5 broad-based disc protrusion.",
    "Moderate bulge at L3-4, L4-5 diffuse posterior disc protrusion.",
])  # fmt: skip
def test_each_of_two_lesions_keeps_its_level(text: str) -> None:
    assert told(text, "bulge") == {"L3-L4": "moderate"}
    assert told(text, "herniation") == {"L4-L5": "protrusion"}


@pytest.mark.parametrize("text", [
    "Disc bulge at L4-5, L5-S1 is normal.",
    "Disc bulge at L4-5, L5-S1 unremarkable.",
    "Disc bulge at L4-5 and L5-S1 is normal.",
    "Disc bulge at L4-5, and L5-S1 is normal.",
    "Disc bulge at L4-5, but L5-S1 is normal.",
    "L4-5: disc bulge, L5-S1 is normal.",
])  # fmt: skip
def test_a_normal_level_ends_a_list_of_levels(text: str) -> None:
    assert told(text, "bulge") == {"L4-L5": PRESENT, "L5-S1": "none"}
    assert told(text, "herniation") == {"L5-S1": "none"}


@pytest.mark.parametrize("text", [
    "At L3-4, L4-5 mild canal stenosis.",
    "Mild canal stenosis at L3-4, L4-5.",
    "Bulges at L3-4, L4-5 mildly narrowing the canal.",
    "Bulges at L3-4, L4-5 with mild canal stenosis.",
    "Bulges at L3-4 and L4-5, mild canal stenosis.",
    "Canal stenosis at L3-4 and L4-5 is mild.",
    "The canal at L3-4 and L4-5 shows mild stenosis.",
])  # fmt: skip
def test_levels_before_or_behind_all_that_is_said_are_a_list(text: str) -> None:
    assert told(text, "canal_stenosis") == {"L3-L4": "mild", "L4-L5": "mild"}


@pytest.mark.parametrize("behind", [
    ", both without canal stenosis.", ", neither causing canal stenosis.", ". They do not cause canal stenosis.",
    ". These cause no canal stenosis.", ". Neither causes canal stenosis.",
])  # fmt: skip
@pytest.mark.parametrize("lesions", [
    "Bulge at L3-4 and protrusion at L4-5", "Mild bulge at L3-4 and moderate bulge at L4-5",
])  # fmt: skip
def test_what_lesions_of_several_levels_do_not_do_is_of_each(lesions: str, behind: str) -> None:
    assert told(f"{lesions}{behind}", "canal_stenosis") == {"L3-L4": "none", "L4-L5": "none"}


def test_what_this_or_both_foramina_do_is_of_the_last_level() -> None:
    lesions = "Bulge at L3-4 and protrusion at L4-5."
    assert told(f"{lesions} This narrows the canal.", "canal_stenosis") == {"L4-L5": PRESENT}
    assert told(f"{lesions} Both foramina are narrowed.", "foraminal_stenosis").keys() == {"L4-L5 left", "L4-L5 right"}


def test_a_level_with_its_side_in_brackets_is_kept_before_a_denial() -> None:
    found = told("Small protrusions at L3-4 (central) and L4-5 (left), without canal stenosis.", "herniation")
    assert found == {"L3-L4": "protrusion", "L4-L5": "protrusion"}
