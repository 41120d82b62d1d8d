"""Contact of discs and lesions with roots and the sac; all texts are invented."""

import pytest
from tests.labeling.conftest import labels_of, told


@pytest.mark.parametrize("contact", [
    "Contact of the disc with", "Contact between the disc and", "The disc is in contact with",
])  # fmt: skip
def test_contact_of_a_disc_with_a_root_is_the_roots(contact: str) -> None:
    assert labels_of(f"L3-4: {contact} the left exiting L3 nerve root.") == {"L3-L4 nerve_root left": "contact"}


@pytest.mark.parametrize("contact", [
    "Contact of the protrusion with", "Mild bulge; contact of the left protrusion with",
    "Conflict of the extrusion with", "Contact between the disc bulge and", "No contact of the protrusion with",
    "Canal stenosis and contact of the left foraminal protrusion with",
])  # fmt: skip
def test_contact_of_a_lesion_with_a_root_is_the_roots(contact: str) -> None:
    found = labels_of(f"L4-5: {contact} the left exiting L4 nerve root.")
    denied, conflict = contact.startswith("No"), contact.startswith("Conflict")
    assert found["L4-L5 nerve_root left"] == ("none" if denied else "compression" if conflict else "contact")
    assert "none" not in (found.get("L4-L5 herniation"), found.get("L4-L5 bulge"))
    assert "L4-L5 nerve_root right" not in found


def test_contact_of_a_lesion_may_be_with_the_sac() -> None:
    found = labels_of("L4-5: Contact of the protrusion with the thecal sac and the right L5 root.")
    assert found == {
        "L4-L5 herniation": "protrusion", "L4-L5 thecal_sac": "contact", "L4-L5 nerve_root right": "contact",
    }  # fmt: skip


@pytest.mark.parametrize(("text", "grades"), [
    ("Bulge effaces the ventral epidural fat but does not contact the thecal sac.", "none"),
    ("Bulge effacing the anterior epidural fat without indenting the sac.", "none|contact"),
    ("Effacement of the ventral epidural space, no contact with the sac.", "none"),
    ("Bulge effaces the ventral epidural fat and contacts the sac.", "indentation"),
    ("Bulge effaces the ventral epidural fat without compressing the sac.", "indentation"),
])  # fmt: skip
def test_fat_before_a_sac_that_is_free_is_not_the_sac(text: str, grades: str) -> None:
    assert told(f"L4-5: {text}", "thecal_sac") == {"L4-L5": grades}


@pytest.mark.parametrize("text", [
    "The left S1 root is displaced by a left paracentral L5-S1 disc extrusion.",
    "The left S1 root is displaced posteriorly by a 7 mm L5-S1 left paracentral disc extrusion.",
    "L4-5: Bulge. The left S1 root is displaced by a left L5-S1 extrusion.",
])  # fmt: skip
def test_a_root_is_touched_at_the_level_of_what_touches_it(text: str) -> None:
    assert told(text, "nerve_root") == {"L5-S1 left": "displacement"}


def test_a_cyst_of_one_side_is_that_of_the_root_it_compresses() -> None:
    text = "Synovial cyst on the right at L4-5, measuring 8 mm, compresses the traversing L5 root."
    assert told(text, "nerve_root") == {"L4-L5 right": "compression"}


def test_joints_with_an_effusion_are_where_it_is() -> None:
    text = "Moderate facet arthropathy with effusion at L4-5 contributing to mild foraminal stenosis."
    assert told(text, "facet_arthropathy") == {"L4-L5 left": "moderate", "L4-L5 right": "moderate"}


@pytest.mark.parametrize("text", ["L3-4 bulge compromising the sac.", "L3-4: Bulge which compromises the thecal sac."])
def test_a_compromised_sac_is_indented_or_compressed(text: str) -> None:
    assert told(text, "thecal_sac") == {"L3-L4": "indentation|compression"}


@pytest.mark.parametrize("text", [
    "Both S1 roots are contacted, the left also displaced.", "Contact of both S1 roots, the left displaced.",
    "Contact of both S1 roots, the left one displaced.",
])  # fmt: skip
def test_of_two_roots_one_has_a_state_of_its_own(text: str) -> None:
    assert told(f"L5-S1: {text}", "nerve_root") == {"L5-S1 left": "displacement", "L5-S1 right": "contact"}


@pytest.mark.parametrize("text", [
    "L4-5: Severe canal stenosis with redundant nerve roots above the level of stenosis.",
    "Severe stenosis at L4-5. Redundant nerve roots proximal to the stenosis.",
    "L4-5: Serpiginous nerve roots due to severe stenosis.",
])  # fmt: skip
def test_a_stenosis_is_none_of_the_roots_above_it(text: str) -> None:
    assert labels_of(text) == {"L4-L5 canal_stenosis": "severe"}


@pytest.mark.parametrize("roots", ["traversing and exiting nerve roots", "exiting and traversing roots"])
def test_two_kinds_of_roots_of_one_side(roots: str) -> None:
    assert labels_of(f"L4-5: Compression of left {roots}.") == {"L4-L5 nerve_root left": "compression"}


@pytest.mark.parametrize(("text", "sides"), [
    ("compression of left L5 and S1 nerve roots", "left"),
    ("impingement on the left L5 and S1 roots", "left"),
    ("compression of left L5 and left S1 nerve roots", "left"),
    ("compressed left L5 and S1 nerve roots", "left"),
    ("compression of right exiting L4 and traversing L5 nerve roots", "right"),
    ("compression of left L4, L5 and S1 nerve roots", "left"),
    ("impingement on right L4 and left L5 roots", "left right"),
])  # fmt: skip
def test_roots_named_together_are_of_the_sides_before_them(text: str, sides: str) -> None:
    found = told(f"L5-S1: Protrusion with {text}.", "nerve_root")
    assert found == {f"L5-S1 {side}": "compression" for side in sides.split()}


def test_what_does_not_narrow_is_there_all_the_same() -> None:
    assert labels_of("L4-5: Non-stenosing protrusion.") == {"L4-L5 herniation": "protrusion"}


@pytest.mark.parametrize(("text", "grade"), [("compression", "compression"), ("indentation", "indentation")])
def test_pressure_to_the_sac_is_on_it(text: str, grade: str) -> None:
    assert told(f"L4/5 bulge with {text} to thecal sac.", "thecal_sac") == {"L4-L5": grade}
