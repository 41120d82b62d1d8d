"""Degrees below the heading of a part, and what they do to a nerve; all texts are invented."""

import pytest
from tests.labeling.conftest import PRESENT, labels_of, told


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


@pytest.mark.parametrize(("text", "found"), [
    ("Canal: mild, foramina patent.", {"canal_stenosis": "mild", "foraminal_stenosis": "none"}),
    ("Canal stenosis: severe, foramina mildly narrowed.", {"canal_stenosis": "severe", "foraminal_stenosis": "mild"}),
    ("Canal stenosis: mild, foraminal stenosis severe.", {"canal_stenosis": "mild", "foraminal_stenosis": "severe"}),
    ("Canal stenosis: moderate and foramina patent.", {"canal_stenosis": "moderate", "foraminal_stenosis": "none"}),
    ("Bulge: mild, facets normal.", {"bulge": "mild", "facet_arthropathy": "none"}),
    ("Facets: mild, canal normal.", {"facet_arthropathy": "mild", "canal_stenosis": "none"}),
    ("Herniation: none, canal patent.", {"herniation": "none", "canal_stenosis": "none"}),
])  # fmt: skip
def test_another_part_stands_behind_the_value_of_a_heading(text: str, found: dict[str, str]) -> None:
    assert {key.split()[1]: grades for key, grades in labels_of(f"L4-5: {text}").items()} == found


def test_a_degree_behind_a_heading_may_be_of_the_noun_behind_it() -> None:
    assert labels_of("L4-5: Disc: mild, diffuse bulge.") == {"L4-L5 bulge": "mild"}
    text = "L3-4: Recesses: severe narrowing on both sides. Mild left and moderate right foraminal narrowing."
    assert told(text, "foraminal_stenosis") == {"L3-L4 left": "mild", "L3-L4 right": "moderate"}
    assert told(text, "subarticular_stenosis") == {"L3-L4 left": "severe", "L3-L4 right": "severe"}


@pytest.mark.parametrize("text", [
    "Canal and foramina: none and mild.", "Canal and foramina: none and mild, respectively.",
])  # fmt: skip
def test_parts_of_a_heading_have_their_values_in_its_order(text: str) -> None:
    found = labels_of(f"L4-5: {text}")
    assert {key.split()[1]: grades for key, grades in found.items()} == {
        "canal_stenosis": "none", "foraminal_stenosis": "mild",
    }  # fmt: skip


@pytest.mark.parametrize("text", [
    "Extrusion: left sided, compressing S1.", "Extrusion - left - compressing S1.", "Extrusion: left, compressing S1.",
])  # fmt: skip
def test_the_side_of_a_lesion_stands_before_what_it_does(text: str) -> None:
    assert labels_of(f"L5-S1: {text}") == {"L5-S1 herniation": "extrusion", "L5-S1 nerve_root left": "compression"}


@pytest.mark.parametrize(("text", "root"), [
    ("mild right, severe left, no root contact.", {"left": "none", "right": "none"}),
    ("mild on the right, severe on the left; no root contact.", {"left": "none", "right": "none"}),
    ("right mild, left severe without root contact.", {"left": "none", "right": "none"}),
    ("mild right, severe left, left L4 displaced.", {"left": "displacement"}),
    ("mild right, severe left, displacing the left L4 root.", {"left": "displacement"}),
])  # fmt: skip
def test_degrees_of_both_sides_stay_with_their_heading(text: str, root: dict[str, str]) -> None:
    found = labels_of(f"L4-5: Foramina: {text}")
    assert found.pop("L4-L5 foraminal_stenosis left") == "severe"
    assert found.pop("L4-L5 foraminal_stenosis right") == "mild"
    assert found == {f"L4-L5 nerve_root {side}": grades for side, grades in root.items()}


def test_three_parts_of_a_heading_share_values_parted_by_slashes() -> None:
    found = labels_of("L4-5: Central/subarticular/foraminal stenosis: mild/moderate/none.")
    assert {key.split()[1]: grades for key, grades in found.items()} == {
        "canal_stenosis": "mild", "subarticular_stenosis": "moderate", "foraminal_stenosis": "none",
    }  # fmt: skip


@pytest.mark.parametrize(("text", "canal"), [
    ("Canal stenosis: L3-4 mild with a bulge, L4-5 none.", "none"),
    ("Canal stenosis: L3-4 mild due to a bulge, L4-5 severe.", "severe"),
    ("Canal: L3-4 mild with a bulge, L4-5 severe.", "severe"),
])  # fmt: skip
def test_the_next_level_of_a_list_goes_back_to_its_heading(text: str, canal: str) -> None:
    assert labels_of(text) == {
        "L3-L4 bulge": "mild|moderate|severe", "L3-L4 canal_stenosis": "mild", "L4-L5 canal_stenosis": canal,
    }  # fmt: skip


@pytest.mark.parametrize("text", [
    "Canal stenosis, L4-5: severe; L3-4: moderate.", "Canal stenosis, L4-5: severe; canal stenosis, L3-4: moderate.",
])  # fmt: skip
def test_a_comma_may_part_a_finding_from_its_level_in_a_heading(text: str) -> None:
    assert labels_of(text) == {"L3-L4 canal_stenosis": "moderate", "L4-L5 canal_stenosis": "severe"}


def test_a_side_may_stand_with_the_level_behind_the_comma() -> None:
    text = "Foraminal stenosis, left L4-5: severe; right L5-S1: moderate."
    assert told(text, "foraminal_stenosis") == {"L4-L5 left": "severe", "L5-S1 right": "moderate"}


def test_what_follows_such_a_heading_of_a_lesion_places_it() -> None:
    assert told("Disc protrusion, L4-5: left paracentral, contacting L5 root.", "herniation_zone") == {
        "L4-L5": "subarticular_left"
    }


@pytest.mark.parametrize("text", [
    "Foraminal stenosis:\nRight L4-5: mild\nLeft L4-5: moderate",
    "Foraminal stenosis: right L4-5: mild, left L4-5: moderate.",
    "Foraminal stenosis\nL4-5 right: mild\nL4-5 left: moderate", "Foramina: L4-5 right: mild; L4-5 left: moderate.",
    "Right L4-5: mild foraminal stenosis. Left L4-5: moderate foraminal stenosis.",
])  # fmt: skip
def test_the_heading_of_a_level_may_name_its_side(text: str) -> None:
    assert told(text, "foraminal_stenosis") == {"L4-L5 right": "mild", "L4-L5 left": "moderate"}


def test_the_side_of_a_level_ends_with_the_next_heading() -> None:
    text = "Left L4-5: disc protrusion contacting the L5 root.\nL5-S1: bulge with foraminal stenosis."
    assert told(text, "foraminal_stenosis") == {"L5-S1 left": PRESENT, "L5-S1 right": PRESENT}
    assert told(text, "nerve_root") == {"L4-L5 left": "contact"}


@pytest.mark.parametrize("text", [
    "right L3-4 mild, L4-5 moderate; left L4-5 none.", "right L3-4 mild and L4-5 moderate, left L4-5 none.",
])  # fmt: skip
def test_a_side_is_of_all_levels_behind_it_up_to_the_other_side(text: str) -> None:
    assert told(f"Foraminal narrowing: {text}", "foraminal_stenosis") == {
        "L3-L4 right": "mild", "L4-L5 right": "moderate", "L4-L5 left": "none",
    }  # fmt: skip


@pytest.mark.parametrize("text", [
    "canal=mild, foramina=moderate", "canal = mild; left foramen = moderate; right foramen = moderate",
])  # fmt: skip
def test_an_equals_sign_gives_a_part_its_value(text: str) -> None:
    assert labels_of(f"L4-5: {text}") == {
        "L4-L5 canal_stenosis": "mild",
        "L4-L5 foraminal_stenosis left": "moderate", "L4-L5 foraminal_stenosis right": "moderate",
    }  # fmt: skip


def test_an_equals_sign_answers_and_grades() -> None:
    assert labels_of("L4-5: bulge = yes, canal stenosis = no, AP canal = 9 mm") == {
        "L4-L5 bulge": PRESENT, "L4-L5 canal_stenosis": "none",
    }  # fmt: skip
    assert told("Pfirrmann L4-5=IV, L5-S1=III", "pfirrmann") == {"L4-L5": "grade4", "L5-S1": "grade3"}


@pytest.mark.parametrize(
    "text", ["Left and right foramina: mild and severe.", "left and right foraminal stenosis: mild, severe"]
)
def test_two_sides_named_in_a_heading_share_its_values(text: str) -> None:
    assert told(f"L4-5: {text}", "foraminal_stenosis") == {"L4-L5 left": "mild", "L4-L5 right": "severe"}


@pytest.mark.parametrize("scale", ["", "Weishaupt "])
def test_a_number_below_the_heading_of_facets_is_their_degree(scale: str) -> None:
    found = told(f"Facets: {scale}grade 2 at L4-5, grade 3 at L5-S1.", "facet_arthropathy")
    assert found == {
        "L4-L5 left": "moderate",
        "L4-L5 right": "moderate",
        "L5-S1 left": "severe",
        "L5-S1 right": "severe",
    }
