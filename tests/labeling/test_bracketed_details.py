"""Lists of levels with details in brackets: each level has its own, and none is lost; all texts are invented."""

import pytest
from tests.labeling.conftest import PRESENT, labels_of, told


@pytest.mark.parametrize("text", [
    "Disc bulges at L3-4 (2 mm) and L4-5 (4 mm).",
    "Disc bulges at L3-4 (2 mm), and at L4-5 (4 mm).",
    "Bulges at L3-4 (largest) and L4-5.",
])  # fmt: skip
def test_sizes_in_brackets_part_no_list(text: str) -> None:
    assert told(text, "bulge") == {"L3-L4": PRESENT, "L4-L5": PRESENT}


@pytest.mark.parametrize("text", [
    "Foraminal stenosis at L3-4 (mild, left) and L4-5 (moderate, right).",
    "Foraminal stenosis at L3-4 (mild left), L4-5 (moderate right).",
    "Foraminal stenosis at L3-4 (left, mild) and at L4-5 (right, moderate).",
])  # fmt: skip
def test_degree_and_side_in_brackets_are_those_of_the_level_before(text: str) -> None:
    assert told(text, "foraminal_stenosis") == {"L3-L4 left": "mild", "L4-L5 right": "moderate"}


@pytest.mark.parametrize("text", [
    "Disc bulges at L2-3, L3-4 (with annular fissure) and L4-5.",
    "Disc bulges at L2-3, L3-4 (with an annular fissure), and L4-5.",
])  # fmt: skip
def test_findings_in_brackets_are_those_of_the_level_before(text: str) -> None:
    assert told(text, "bulge") == dict.fromkeys(("L2-L3", "L3-L4", "L4-L5"), PRESENT)
    assert told(text, "annular_fissure") == {"L3-L4": "present"}


def test_what_a_lesion_does_in_brackets_is_told_of_the_level_before() -> None:
    found = labels_of("Bulge at L4-5 (which indents the sac) and L5-S1.")
    assert found["L4-L5 thecal_sac"] == "indentation"
    assert "L5-S1 thecal_sac" not in found
    assert found["L5-S1 bulge"] == PRESENT


def test_what_follows_the_list_is_told_of_its_last_level() -> None:
    text = "Bulges at L3-4 (mild) and L4-5 (moderate), causing mild canal stenosis."
    assert told(text, "bulge") == {"L3-L4": "mild", "L4-L5": "moderate"}
    assert told(text, "canal_stenosis") == {"L4-L5": "mild"}


def test_zones_in_brackets_are_those_of_the_level_before() -> None:
    text = "Disc protrusions at L3-4 (central), L4-5 (left paracentral) and L5-S1 (right foraminal)."
    zones = {"L3-L4": "central", "L4-L5": "subarticular_left", "L5-S1": "foraminal_right"}
    assert told(text, "herniation_zone") == zones


def test_degrees_in_brackets_before_the_noun_are_those_of_their_levels() -> None:
    text = "L4-5 (moderate) and L5-S1 (mild) disc bulges."
    assert told(text, "bulge") == {"L4-L5": "moderate", "L5-S1": "mild"}
    text = "L4-5 (left) and L5-S1 (right) foraminal stenosis."
    assert told(text, "foraminal_stenosis") == {"L4-L5 left": PRESENT, "L5-S1 right": PRESENT}


def test_only_in_brackets_leaves_the_side() -> None:
    text = "Recess narrowing at L4-5 (bilaterally) and L5-S1 (right only)."
    assert set(told(text, "subarticular_stenosis")) == {"L4-L5 left", "L4-L5 right", "L5-S1 right"}


@pytest.mark.parametrize("text", [
    "L4-5: narrowing of the canal (moderate), recesses (severe) and foramina (mild).",
    "L4-5: Canal (moderate), recess (severe) and foraminal (mild) narrowing.",
    "L4-5: canal (moderate), recesses (severe), foramina (mild, bilateral).",
])  # fmt: skip
def test_degrees_in_brackets_are_those_of_the_part_before(text: str) -> None:
    assert told(text, "canal_stenosis") == {"L4-L5": "moderate"}
    assert told(text, "subarticular_stenosis") == {"L4-L5 left": "severe", "L4-L5 right": "severe"}
    assert told(text, "foraminal_stenosis") == {"L4-L5 left": "mild", "L4-L5 right": "mild"}


@pytest.mark.parametrize("text", [
    "Canal stenosis, L3-4 (mild) and L4-5 (severe).", "Canal stenosis is seen, L3-4 (mild) and L4-5 (severe).",
    "Canal stenosis L3-4 (mild) and L4-5 (severe).",
])  # fmt: skip
def test_a_list_behind_its_noun_needs_no_preposition(text: str) -> None:
    assert told(text, "canal_stenosis") == {"L3-L4": "mild", "L4-L5": "severe"}


@pytest.mark.parametrize("text", [
    "L4-5: canal (severe stenosis), left foramen (moderate stenosis), right foramen (patent).",
    "L4-5: canal severe, left foramen moderate, right foramen patent.",
])  # fmt: skip
def test_parts_with_what_they_have_in_brackets(text: str) -> None:
    assert labels_of(text) == {
        "L4-L5 canal_stenosis": "severe", "L4-L5 foraminal_stenosis left": "moderate",
        "L4-L5 foraminal_stenosis right": "none",
    }  # fmt: skip


@pytest.mark.parametrize(("text", "canal"), [
    ("Bulge; canal (mild).", "mild"), ("Bulge; canal 9 mm (mild).", "mild"), ("Bulge, canal (9 mm, mild).", "mild"),
    ("Bulge; AP diameter of the canal 8 mm (moderate stenosis).", "moderate"), ("Bulge, canal (none).", "none"),
    ("Bulge with canal (mild) stenosis.", "mild"), ("Bulge. Canal measures 8 mm (moderate).", "moderate"),
])  # fmt: skip
def test_a_degree_in_brackets_is_of_the_part_before_it(text: str, canal: str) -> None:
    assert labels_of(f"L4-5: {text}") == {"L4-L5 bulge": PRESENT, "L4-L5 canal_stenosis": canal}


def test_a_side_may_stand_in_the_brackets_of_a_part() -> None:
    found = labels_of("L4-5: Bulge, foramina (mild on the right), left recess (severe).")
    assert found == {
        "L4-L5 bulge": PRESENT,
        "L4-L5 foraminal_stenosis right": "mild",
        "L4-L5 subarticular_stenosis left": "severe",
    }


@pytest.mark.parametrize(("text", "first"), [
    ("Canal stenosis at L4-5 (severe) and L2-3.", "severe"), ("Canal stenosis at L4-5 (severe) and at L2-3.", "severe"),
    ("Canal stenosis at L4-5 (mild) and L2-3 with root compression.", "mild"),
])  # fmt: skip
def test_levels_behind_those_with_brackets_have_the_finding(text: str, first: str) -> None:
    assert told(text, "canal_stenosis") == {"L2-L3": PRESENT, "L4-L5": first}


def test_several_levels_behind_those_with_brackets_have_the_finding() -> None:
    text = "Bulges at L4-5 (large), L3-4 and L2-3."
    assert told(text, "bulge") == {"L2-L3": PRESENT, "L3-L4": PRESENT, "L4-L5": "severe"}


def test_brackets_with_more_than_a_degree_leave_it_with_their_level() -> None:
    text = "Disc bulges at L3/4 (mild), L4/5 (moderate, compressing the sac) and L5/S1 (mild)."
    assert told(text, "bulge") == {"L3-L4": "mild", "L4-L5": "moderate", "L5-S1": "mild"}
    assert told(text, "thecal_sac") == {"L4-L5": "compression"}


def test_what_brackets_tell_behind_a_side_is_on_it() -> None:
    text = "Foraminal stenosis at L3-4 (mild, left) and L4-5 (severe, right, with root contact)."
    assert told(text, "foraminal_stenosis") == {"L3-L4 left": "mild", "L4-L5 right": "severe"}
    assert told(text, "nerve_root") == {"L4-L5 right": "contact"}
    lesions = "Protrusions at L4-5 (left, compressing the L5 root) and L5-S1 (right, with a fissure)."
    assert told(lesions, "nerve_root") == {"L4-L5 left": "compression"}
