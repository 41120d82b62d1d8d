"""Zones and sides of herniations, and of the roots and foramina that they reach; all texts are invented."""

import pytest
from tests.labeling.conftest import PRESENT, at_l45, labels_of, told


@pytest.mark.parametrize("text", [
    "At L4-5 on the left, there is a protrusion compressing the nerve root.",
    "L4-5: On the left, protrusion compressing the nerve root.",
])  # fmt: skip
def test_a_root_takes_the_side_in_front_of_the_herniation(text: str) -> None:
    assert told(text, "nerve_root") == {"L4-L5 left": "compression"}


@pytest.mark.parametrize("zone", ["right foraminal", "paramedian right", "right paramedian", "right subarticular"])
def test_the_zone_behind_a_herniation_gives_its_side_to_the_root(zone: str) -> None:
    assert told(f"L4-5: Disc protrusion, {zone}, compressing the L5 root.", "nerve_root") == {
        "L4-L5 right": "compression"
    }


@pytest.mark.parametrize("zone", ["central", "foraminal", "central and left foraminal", "right foraminal"])
@pytest.mark.parametrize("disc", ["Disc protrusion", "HNP", "Bulge"])
def test_a_zone_between_commas_is_that_of_the_disc_and_no_stenosis(disc: str, zone: str) -> None:
    for behind, finding, grades in (
        ("mild indentation of the sac", "thecal_sac", "indentation"), ("no canal stenosis", "canal_stenosis", "none"),
        ("5 mm, moderate canal stenosis", "canal_stenosis", "moderate"),
    ):  # fmt: skip
        text = f"L4-5: {disc}, {zone}, {behind}."
        assert told(text, finding) == {"L4-L5": grades}
        assert told(text, "foraminal_stenosis") == {}
        assert finding == "canal_stenosis" or told(text, "canal_stenosis") == {}


def test_a_site_in_a_list_is_no_zone_of_the_herniation_before_it() -> None:
    found = labels_of("L4-5: Protrusion, left foraminal, and recess stenosis.")
    assert found["L4-L5 foraminal_stenosis left"] == found["L4-L5 subarticular_stenosis left"] == PRESENT


@pytest.mark.parametrize("text", [
    "Protrusion extending into the left foramen, with moderate foraminal stenosis.",
    "Bulge which extends into the left foramen, causing moderate foraminal narrowing and L4 root compression.",
    "Right sided scar. A cyst protrudes into the left foramen, resulting in moderate foraminal stenosis.",
    "Mild bulge with an osteophyte in the left foramen causing moderate foraminal stenosis.",
    "Left foraminal osteophyte causes moderate foraminal stenosis.",
])  # fmt: skip
def test_a_narrowing_of_the_foramen_that_a_lesion_enters_is_of_its_side(text: str) -> None:
    assert told(f"L4-5: {text}", "foraminal_stenosis") == {"L4-L5 left": "moderate"}
    assert "L4-L5 right" not in told(f"L4-5: {text}", "nerve_root")


@pytest.mark.parametrize("text", [
    "Bulge extending into the left foramen, with moderate narrowing of the foramina.",
    "Bulge extending into the left foramen, with moderate bilateral foraminal narrowing.",
    "Synovial cyst in the left recess, with moderate foraminal stenosis.",
    "Right facet hypertrophy causing moderate foraminal stenosis.",
])  # fmt: skip
def test_a_narrowing_of_both_foramina_is_not_of_the_side_that_a_lesion_enters(text: str) -> None:
    assert told(f"L4-5: {text}", "foraminal_stenosis") == at_l45("foraminal_stenosis", "moderate")


def test_a_side_behind_a_preposition_is_that_of_the_recess_and_not_of_the_lesion_before_it() -> None:
    text = "L4-5: Cyst in the right recess, causing severe stenosis."
    assert told(text, "subarticular_stenosis") == {"L4-L5 right": "severe"}


@pytest.mark.parametrize(("text", "zone"), [
    ("At L4-5 there is a far lateral disc protrusion on the right.", "extraforaminal_right"),
    ("L4-5: Foraminal protrusion on the left contacting the root.", "foraminal_left"),
    ("L4-5: Paracentral extrusion on the left side.", "subarticular_left"),
    ("L4-5: Central protrusion. Foraminal stenosis on the left.", "central"),
    ("L4-5: Foraminal protrusion.", "foraminal_left|foraminal_right"),
])  # fmt: skip
def test_a_side_behind_a_herniation_is_that_of_its_zone(text: str, zone: str) -> None:
    assert told(text, "herniation_zone") == {"L4-L5": zone}


@pytest.mark.parametrize(("text", "zone"), [
    ("Extrusion at L4-5, left paracentral, compressing the L5 root.", "subarticular_left"),
    ("L4-5: Protrusion, left paracentral, and a bulge.", "subarticular_left"),
    ("Protrusion at L4-5 (right foraminal).", "foraminal_right"),
    ("Disc protrusion at L4-5, which is central, indenting the sac.", "central"),
    ("L4-5: Extrusion, right subarticular, migrating caudally.", "subarticular_right"),
    ("L4-5: Extrusion - left foraminal - with root compression.", "foraminal_left"),
    ("Possible protrusion at L4-5, far lateral on the right.", "extraforaminal_right"),
    ("Protrusion at L4-5, left paracentral 4 mm, without stenosis.", "subarticular_left"),
])  # fmt: skip
def test_a_zone_set_off_behind_a_herniation_is_its_own(text: str, zone: str) -> None:
    assert told(text, "herniation_zone") == {"L4-L5": zone}


@pytest.mark.parametrize("text", [
    "Protrusions at L4-5 (central) and L5-S1 (right paracentral).",
    "Disc protrusion at L4-5, central, and L5-S1, right paracentral.",
    "Central protrusion at L4-5, extrusion at L5-S1, right subarticular.",
])  # fmt: skip
def test_each_herniation_of_a_list_has_the_zone_behind_its_level(text: str) -> None:
    assert told(text, "herniation_zone") == {"L4-L5": "central", "L5-S1": "subarticular_right"}
    assert told(text, "herniation").keys() == {"L4-L5", "L5-S1"}


@pytest.mark.parametrize("text", [
    "L4-5: No protrusion, central or foraminal.",
    "L4-5: Bulge, right foraminal, indenting the sac.",
    "L4-5: Protrusion with a right foraminal component.",
])  # fmt: skip
def test_what_is_no_herniation_or_but_a_part_of_one_has_no_zone(text: str) -> None:
    assert told(text, "herniation_zone") == {}


def test_a_zone_behind_a_herniation_leaves_it_the_finding_of_the_sentence() -> None:
    found = told("Protrusion at L5-S1 (central). None elsewhere.", "herniation")
    assert found == {**dict.fromkeys(("L1-L2", "L2-L3", "L3-L4", "L4-L5"), "none"), "L5-S1": "protrusion"}


@pytest.mark.parametrize("before", [
    "Stenosis of the left recess", "Indentation of the sac", "A synovial cyst arising from the right facet joint",
])  # fmt: skip
@pytest.mark.parametrize("place", ["central", "broad-based central", "focal central"])
def test_a_zone_behind_the_object_of_another_head_is_the_herniations(before: str, place: str) -> None:
    found = labels_of(f"L4-5: {before} and a {place} disc extrusion.")
    assert found["L4-L5 herniation_zone"] == "central"
    assert "L4-L5 canal_stenosis" not in found


@pytest.mark.parametrize("before", ["Compression of the left root", "Narrowing of both foramina", "Bulge"])
def test_a_central_tear_is_no_canal_stenosis(before: str) -> None:
    found = labels_of(f"L4-5: {before} and a central annular tear.")
    assert found["L4-L5 annular_fissure"] == "present"
    assert "L4-L5 canal_stenosis" not in found


@pytest.mark.parametrize(("zones", "expected"), [
    ("left paracentral and foraminal", "subarticular_left|foraminal_left"),
    ("left subarticular/foraminal", "subarticular_left|foraminal_left"),
    ("left foraminal and extraforaminal", "foraminal_left|extraforaminal_left"),
    ("central and left paracentral", "central|subarticular_left"),
    ("left paracentral and right foraminal", "subarticular_left|foraminal_right"),
    ("left paracentral, foraminal and extraforaminal", "subarticular_left|foraminal_left|extraforaminal_left"),
])  # fmt: skip
def test_zones_that_and_joins_are_all_told(zones: str, expected: str) -> None:
    found = labels_of(f"L4-5: Large {zones} disc extrusion.")
    assert found == {"L4-L5 herniation": "extrusion", "L4-L5 herniation_zone": expected}


@pytest.mark.parametrize(("fragment", "direction"), [
    ("caudal sequestration", "caudal"), ("a caudally displaced sequestrum", "caudal"),
    ("a cranially sequestered fragment", "cranial"), ("an inferior sequester", "caudal"),
])  # fmt: skip
def test_a_sequestrum_lies_where_its_adjective_says(fragment: str, direction: str) -> None:
    found = labels_of(f"L4-5: Extrusion with {fragment}.")
    assert found == {"L4-L5 herniation": "sequestration", "L4-L5 herniation_migration": direction}


@pytest.mark.parametrize("text", [
    "Small protrusion with annular tear at L5-S1 in the midline.",
    "L5-S1: Protrusion with an annular fissure, central.",
])  # fmt: skip
def test_a_zone_behind_an_annular_tear_is_that_of_the_protrusion(text: str) -> None:
    assert told(text, "herniation_zone") == {"L5-S1": "central"}


def test_a_side_behind_an_annular_tear_is_that_of_the_protrusion() -> None:
    text = "L5-S1: Small protrusion with annular tear at the left foraminal zone."
    assert told(text, "herniation_zone") == {"L5-S1": "foraminal_left"}


def test_a_bulge_with_a_tear_has_no_zone() -> None:
    assert told("L5-S1: Bulge with an annular fissure in the midline.", "herniation_zone") == {}


@pytest.mark.parametrize(("zone", "grades"), [
    ("Central to left paracentral", "central|subarticular_left"),
    ("Left paracentral to foraminal", "subarticular_left|foraminal_left"),
    ("Central to left foraminal", "central|foraminal_left"),
    ("Left subarticular to foraminal", "subarticular_left|foraminal_left"),
    ("Left far lateral (extraforaminal)", "extraforaminal_left"),
    ("Left paracentral (subarticular)", "subarticular_left"),
])  # fmt: skip
def test_zones_from_one_to_another_are_all_told(zone: str, grades: str) -> None:
    assert told(f"{zone} disc protrusion at L4-5.", "herniation_zone") == {"L4-L5": grades}


@pytest.mark.parametrize("text", [
    "Protrusion at L4-5 (left paracentral to foraminal).", "Protrusion at L4-5, left paracentral and foraminal, 5 mm.",
])  # fmt: skip
def test_joined_zones_behind_a_level_are_all_told(text: str) -> None:
    assert told(text, "herniation_zone") == {"L4-L5": "subarticular_left|foraminal_left"}


def test_a_side_within_the_words_of_a_zone_is_that_of_those_joined() -> None:
    found = told("Right central to subarticular extrusion at L5-S1.", "herniation_zone")
    assert found == {"L5-S1": "central|subarticular_right"}


def test_a_tear_of_a_zone_is_of_the_annulus() -> None:
    text = "Posterior annular tear L4-5, and small left foraminal tear L5-S1."
    assert labels_of(text) == {"L4-L5 annular_fissure": "present", "L5-S1 annular_fissure": "present"}


@pytest.mark.parametrize(("text", "zones"), [
    ("Foraminal protrusions on the left at L3-4 and on the right at L4-5.",
     {"L3-L4": "foraminal_left", "L4-L5": "foraminal_right"}),
    ("Right foraminal protrusion L3-4 and left paracentral L5-S1.",
     {"L3-L4": "foraminal_right", "L5-S1": "subarticular_left"}),
    ("Central protrusions at L3-4 and L4-5; left paracentral at L5-S1.",
     {"L3-L4": "central", "L4-L5": "central", "L5-S1": "subarticular_left"}),
    ("Central protrusion at L4-5. Left paracentral at L5-S1.", {"L4-L5": "central", "L5-S1": "subarticular_left"}),
])  # fmt: skip
def test_each_level_of_a_lesion_has_a_zone_of_its_own(text: str, zones: dict[str, str]) -> None:
    assert told(text, "herniation_zone") == zones
    assert told(text, "herniation") == dict.fromkeys(zones, "protrusion")


@pytest.mark.parametrize("text", [
    "Left paracentral protrusion at L5-S1 and right foraminal stenosis at L4-5.",
    "Left paracentral protrusion at L5-S1, right foraminal narrowing L4-5.",
    "Protrusion at L5-S1, right foramen at L4-5 narrowed.",
])  # fmt: skip
def test_a_narrow_part_of_another_level_is_no_lesion(text: str) -> None:
    assert told(text, "herniation") == {"L5-S1": "protrusion"}
    assert told(text, "foraminal_stenosis") == {"L4-L5 right": PRESENT}
