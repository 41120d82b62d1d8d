"""Facet joints, yellow ligaments and the cysts beside them; all texts are invented."""

import pytest
from tests.labeling.conftest import PRESENT, labels_of, told


@pytest.mark.parametrize("text", [
    "Facet and ligamentum flavum hypertrophy.",
    "Ligamentum flavum and facet hypertrophy.",
    "Disc bulge, facet/ligamentum flavum hypertrophy, and canal stenosis.",
    "Facet joint and ligamentum flavum thickening.",
    "Hypertrophy of the facets and ligamentum flavum.",
    "Hypertrophy of the ligamentum flavum and of the facet joints.",
])  # fmt: skip
def test_one_noun_is_said_of_joint_and_ligament(text: str) -> None:
    assert told(f"L4-5: {text}", "facet_arthropathy") == {"L4-L5 left": PRESENT, "L4-L5 right": PRESENT}
    assert told(f"L4-5: {text}", "ligamentum_flavum_hypertrophy") == {"L4-L5": PRESENT}


@pytest.mark.parametrize(("text", "facets", "ligament"), [
    ("Moderate facet and ligamentum flavum hypertrophy.", "moderate", "moderate"),
    ("Moderate hypertrophy of the facets and ligamentum flavum.", "moderate", "moderate"),
    ("Facet and severe ligamentum flavum hypertrophy.", PRESENT, "severe"),
    ("No facet or ligamentum flavum hypertrophy.", "none", "none"),
])  # fmt: skip
def test_joint_and_ligament_share_a_degree_that_stands_before_both(text: str, facets: str, ligament: str) -> None:
    labels = labels_of(f"L4-5: {text}")
    assert (labels["L4-L5 facet_arthropathy left"], labels["L4-L5 ligamentum_flavum_hypertrophy"]) == (facets, ligament)


@pytest.mark.parametrize("text", [
    "Mild left and moderate right facet arthropathy.",
    "Moderate right, mild left facet hypertrophy.",
    "Moderate right greater than mild left facet arthropathy.",
    "Facet arthropathy, mild on the left and moderate on the right.",
])  # fmt: skip
def test_each_joint_keeps_its_degree(text: str) -> None:
    assert told(f"L4-5: {text}", "facet_arthropathy") == {"L4-L5 left": "mild", "L4-L5 right": "moderate"}


def test_a_degree_of_another_site_is_no_joints() -> None:
    text = "L4-5: Mild left foraminal stenosis and moderate right facet arthropathy."
    assert told(text, "facet_arthropathy") == {"L4-L5 right": "moderate"}


@pytest.mark.parametrize("text", [
    "The facet joints show mild degenerative change at L4-5.",
    "At L4-5 the facets show mild degenerative changes.",
    "L4-5: Mild degeneration of the facets with severe foraminal narrowing.",
])  # fmt: skip
def test_joints_that_degenerate_are_arthritic(text: str) -> None:
    assert told(text, "facet_arthropathy") == {"L4-L5 left": "mild", "L4-L5 right": "mild"}


def test_degenerative_changes_of_a_later_sentence_are_not_the_joints() -> None:
    assert told("L4-5: The facets are normal. Degenerative changes.", "facet_arthropathy") == {
        "L4-L5 left": "none", "L4-L5 right": "none",
    }  # fmt: skip


@pytest.mark.parametrize("text", [
    "Synovial cyst arising from the right facet joint.",
    "Synovial cyst at the right facet.",
    "A 5 mm synovial cyst lies along the right facet joint.",
    "Right-sided synovial cyst.",
])  # fmt: skip
def test_a_cyst_has_the_side_of_its_joint(text: str) -> None:
    assert told(f"L4-5: {text}", "synovial_cyst") == {"L4-L5 right": "present"}


def test_a_cyst_has_no_side_from_a_joint_that_is_only_named_beside_it() -> None:
    assert told("L4-5: Synovial cyst, and right facet arthropathy.", "synovial_cyst") == {
        "L4-L5 left": "present", "L4-L5 right": "present",
    }  # fmt: skip


@pytest.mark.parametrize("text", [
    "Synovial cyst of the left L4-5 facet joint.",
    "There is a synovial cyst of the left L4-5 facet, 8 mm, indenting the sac.",
    "A synovial cyst arises from the left L4-5 facet.",
])  # fmt: skip
def test_a_cyst_of_a_facet_is_at_its_level_and_side(text: str) -> None:
    assert told(text, "synovial_cyst") == {"L4-L5 left": "present"}
