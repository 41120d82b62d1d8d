"""What a lesion, there or not, does not do to roots, sac and canal; all texts are invented."""

import pytest
from tests.labeling.conftest import PRESENT, at_l45, labels_of, told


@pytest.mark.parametrize(("text", "label", "grades"), [
    ("No herniation with nerve root compression.", "nerve_root right", "none|contact|displacement"),
    ("No disc protrusion with compression of the L5 root.", "nerve_root left", "none|contact|displacement"),
    ("Without a bulge or protrusion with contact of the left L4 nerve root.", "nerve_root left", "none"),
    ("There is no disc extrusion associated with root displacement.", "nerve_root left", "none|contact"),
    ("No foraminal stenosis with impingement of the exiting root.", "nerve_root right", "none|contact|displacement"),
    ("No disc herniation with indentation of the thecal sac.", "thecal_sac", "none|contact"),
    ("No disc herniation with neural compression.", "nerve_root left", "none|contact|displacement"),
    ("No herniation with significant mass effect on the thecal sac.", "thecal_sac", "none|contact"),
])  # fmt: skip
def test_what_a_denied_lesion_would_do_to_roots_and_sac_is_denied(text: str, label: str, grades: str) -> None:
    assert labels_of(f"L4-5: {text}")[f"L4-L5 {label}"] == grades


@pytest.mark.parametrize(("text", "label", "grades"), [
    ("No herniation, with compression of the left L4 root by a synovial cyst.", "nerve_root left", "compression"),
    ("Bulge without herniation with contact of the right L4 root.", "nerve_root right", "contact"),
    ("No herniation with mild compression of the sac by the facets.", "thecal_sac", "compression"),
    ("No disc herniation with moderate canal stenosis.", "canal_stenosis", "moderate"),
    ("No herniation with a small annular fissure.", "annular_fissure", "present"),
    ("No canal stenosis with patent foramina.", "foraminal_stenosis left", "none"),
])  # fmt: skip
def test_what_else_stands_with_a_denial_is_there(text: str, label: str, grades: str) -> None:
    assert labels_of(f"L4-5: {text}")[f"L4-L5 {label}"] == grades


def test_no_impingement_behind_a_narrowing_denies_no_narrowing() -> None:
    text = "L4-5: Lateral recess narrowing on the left, mild, without impingement."
    assert told(text, "subarticular_stenosis") == {"L4-L5 left": "mild"}
    assert told("L4-5: The canal shows no compression.", "canal_stenosis") == {"L4-L5": "none"}


@pytest.mark.parametrize(("text", "grades"), [
    ("None of these causes significant canal stenosis.", "none|mild"),
    ("None narrows the canal.", "none"),
    ("None of the bulges is causing severe stenosis of the canal.", "none|mild|moderate"),
    ("Neither one results in narrowing of the canal.", "none"),
    ("Neither significantly narrows the canal.", "none|mild"),
])  # fmt: skip
def test_what_no_lesion_does_is_denied_at_the_levels_of_the_lesions(text: str, grades: str) -> None:
    found = labels_of(f"Bulges at L3-4 and L4-5. {text}")
    assert {key: value for key, value in found.items() if "canal_stenosis" in key} == {
        "L3-L4 canal_stenosis": grades, "L4-L5 canal_stenosis": grades,
    }  # fmt: skip
    assert found["L3-L4 bulge"] == found["L4-L5 bulge"] == PRESENT


@pytest.mark.parametrize("text", [
    "These do not narrow the canal.",
    "They do not result in canal stenosis.",
    "They cause no canal narrowing.",
    "Those are without canal stenosis.",
    "They are not associated with canal stenosis.",
    "These mild disc bulges do not narrow the canal.",
    "The bulges cause no canal stenosis.",
])  # fmt: skip
@pytest.mark.parametrize("before", ["Bulges at L3-4 and L4-5. ", "IMPRESSION: Bulges at L3-4 and L4-5. "])
def test_what_lesions_just_named_do_not_do_is_denied_at_their_levels(before: str, text: str) -> None:
    assert told(before + text, "canal_stenosis") == {"L3-L4": "none", "L4-L5": "none"}


@pytest.mark.parametrize("text", [
    "These images show no canal stenosis.",
    "There is no canal stenosis.",
    "No canal stenosis.",
])  # fmt: skip
def test_what_is_denied_of_no_lesion_just_named_is_denied_of_all_levels(text: str) -> None:
    assert len(told(f"Bulges at L3-4 and L4-5. {text}", "canal_stenosis")) == 5


@pytest.mark.parametrize(("text", "label", "grades"), [
    ("Protrusion in contact with but not displacing the left root.", "nerve_root left", "contact"),
    ("Bulge in contact with, but not compressing, the left root.", "nerve_root left", "contact"),
    ("Bulge in contact with, without displacing, the left root.", "nerve_root left", "contact"),
    ("Bulge with contact to but no compression of the left root.", "nerve_root left", "contact"),
    ("Mild impression on, but no compression of, the thecal sac.", "thecal_sac", "indentation"),
])  # fmt: skip
def test_a_noun_whose_object_stands_behind_a_denial_of_more_has_it(text: str, label: str, grades: str) -> None:
    assert labels_of(f"L4-5: {text}")[f"L4-L5 {label}"] == grades


@pytest.mark.parametrize("text", [
    "Enhancing scar without mass effect on the left L5 root.",
    "Small cyst without mass effect on the left L5 root.",
])  # fmt: skip
def test_a_lesion_without_an_effect_denies_it_of_the_root_behind(text: str) -> None:
    assert told(f"L4-5: {text}", "nerve_root") == {"L4-L5 left": "none|contact"}


def test_a_place_before_an_effect_that_is_denied_is_not_its_object() -> None:
    text = "L4-5: Scar in the left lateral recess without mass effect on the L5 root."
    assert labels_of(text) == {"L4-L5 nerve_root left": "none|contact", "L4-L5 nerve_root right": "none|contact"}


@pytest.mark.parametrize("text", [
    "No lesion that would compress the nerve roots.", "No herniation is seen that compresses the nerve roots.",
    "There is no disc protrusion which indents the sac or compresses the roots.",
])  # fmt: skip
def test_what_a_denied_lesion_would_do_is_denied(text: str) -> None:
    assert told(f"L4-5: {text}", "nerve_root") == at_l45("nerve_root", "none|contact|displacement")


@pytest.mark.parametrize("text", [
    "Bulge without stenosis which indents the sac.", "No stenosis is seen; a bulge that indents the sac.",
    "Bulge, which causes no stenosis and indents the sac.", "The bulge causes no stenosis, indents the sac.",
])  # fmt: skip
def test_what_a_lesion_does_beside_what_it_does_not(text: str) -> None:
    assert told(f"L4-5: {text}", "thecal_sac") == {"L4-L5": "indentation"}


@pytest.mark.parametrize("text", [
    "The left root is not compressed by the bulge.", "The canal is not narrowed by the bulge.",
])  # fmt: skip
def test_a_lesion_without_effect_is_there(text: str) -> None:
    assert told(f"L4-5: {text}", "bulge") == {"L4-L5": PRESENT}


def test_what_fails_to_narrow_does_not() -> None:
    assert told("L4-5: Extrusion, which fails to narrow the canal.", "canal_stenosis") == {"L4-L5": "none"}


@pytest.mark.parametrize("text", ["No compressive discopathy.", "No compressive disc disease at any level."])
def test_a_lesion_that_is_denied_as_compressive_may_be_there(text: str) -> None:
    assert told(text, "nerve_root")["L4-L5 left"] == "none|contact|displacement"
    assert not told(text, "degeneration")


def test_a_compressive_lesion_is_there() -> None:
    found = labels_of("Compressive disc herniation at L4-5. No canal stenosis.")
    assert "L4-L5 herniation" in found
    assert found["L4-L5 canal_stenosis"] == "none"
