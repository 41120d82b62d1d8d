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


@pytest.mark.parametrize("text", [
    "Moderate cartilage loss of the facet joints.",
    "The facet joints show moderate articular cartilage loss with trace effusions.",
])  # fmt: skip
def test_joints_that_lose_cartilage_are_arthritic(text: str) -> None:
    assert told(f"L2-3: {text}", "facet_arthropathy") == {"L2-L3 left": "moderate", "L2-L3 right": "moderate"}


@pytest.mark.parametrize("text", [
    "Small cystic lesion arising from the left facet joint.",
    "Small cystic lesions are seen arising from the left facet joint and protruding into the canal.",
    "A cyst is seen protruding from the left facet into the spinal canal.",
    "A 7 x 5 mm cyst of the left facet joint.",
])  # fmt: skip
def test_a_cyst_that_comes_from_a_joint_is_synovial_and_no_herniation(text: str) -> None:
    assert labels_of(f"L3-4: {text}") == {"L3-L4 synovial_cyst left": "present"}


def test_what_a_cyst_of_a_joint_narrows_lies_at_its_side() -> None:
    text = "L3-4: There is a 5 mm cyst arising from the right facet joint which narrows the recess."
    assert labels_of(text) == {"L3-L4 subarticular_stenosis right": PRESENT, "L3-L4 synovial_cyst right": "present"}


@pytest.mark.parametrize(
    "text", ["Tarlov cyst. The facet joints are normal.", "Cyst of the left kidney. Normal facets."]
)
def test_other_cysts_are_not_the_joints(text: str) -> None:
    assert told(f"L3-4: {text}", "synovial_cyst") == {}
