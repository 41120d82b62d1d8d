"""Words that writers set in another order than most; all texts are invented."""

import pytest
from tests.labeling.conftest import PRESENT, labels_of, told


@pytest.mark.parametrize(("text", "finding", "grade"), [
    ("Moderate (grade 2) foraminal stenosis.", "foraminal_stenosis", "moderate"),
    ("Mild (8 mm) canal stenosis.", "canal_stenosis", "mild"),
    ("Moderate (50%) height loss.", "disc_height_loss", "moderate"),
    ("Grade 1 (minimal) anterolisthesis.", "spondylolisthesis", "grade1"),
])  # fmt: skip
def test_a_size_in_brackets_does_not_part_a_degree_from_its_noun(text: str, finding: str, grade: str) -> None:
    assert set(told(f"L4-5: {text}", finding).values()) == {grade}


@pytest.mark.parametrize("text", [
    "L4-5: Apart from mild facet arthropathy, unremarkable.",
    "Except for mild facet arthropathy, L4-5 is normal.",
])  # fmt: skip
def test_an_exception_may_open_the_sentence(text: str) -> None:
    found = labels_of(text)
    assert {key.split()[0] for key in found} == {"L4-L5"}
    assert (found["L4-L5 facet_arthropathy left"], found["L4-L5 herniation"]) == ("mild", "none")


@pytest.mark.parametrize(("text", "grade"), [
    ("contact without compression of the left S1 root", "contact"),
    ("abutment but no compression of the left S1 root", "contact"),
    ("displacement without compression of the left S1 root", "displacement"),
])  # fmt: skip
def test_what_is_there_and_what_is_not_share_an_object(text: str, grade: str) -> None:
    assert told(f"L5-S1: Protrusion with {text}.", "nerve_root") == {"L5-S1 left": grade}


def test_the_narrowing_of_a_disc_that_is_worn_as_well_is_its_height() -> None:
    assert labels_of("Narrowing and desiccation of the L5-S1 disc.") == {
        "L5-S1 disc_height_loss": PRESENT, "L5-S1 degeneration": PRESENT,
    }  # fmt: skip


@pytest.mark.parametrize("text", [
    "left foraminal impingement of the exiting L5 nerve root.",
    "protrusion in the left lateral recess compressing the S1 root.",
    "protrusion extending into the left foramen compressing the L5 root.",
])  # fmt: skip
def test_a_root_has_the_side_of_the_place_where_it_is_pressed_on(text: str) -> None:
    found = labels_of(f"L5-S1: {text}")
    assert found.pop("L5-S1 nerve_root left") == "compression"
    assert found in ({}, {"L5-S1 herniation": "protrusion"})


@pytest.mark.parametrize(("text", "expected"), [
    ("Canal stenosis: L3-4 - mild, L4-5 - severe.", {"L3-L4": "mild", "L4-L5": "severe"}),
    ("L3-4 - mild, L4-5 - severe canal stenosis.", {"L3-L4": "mild", "L4-L5": "severe"}),
    ("Canal stenosis: L2/3 - mild, L3/4 - moderate, L4/5 - severe.",
     {"L2-L3": "mild", "L3-L4": "moderate", "L4-L5": "severe"}),
])  # fmt: skip
def test_a_dash_gives_each_level_of_a_list_its_degree(text: str, expected: dict[str, str]) -> None:
    assert told(text, "canal_stenosis") == expected


@pytest.mark.parametrize("text", [
    "Disc bulge at left L4-5 narrowing the foramen.", "Disc bulge at L4-5 on the left narrowing the foramen.",
])  # fmt: skip
def test_the_side_of_a_lesion_may_stand_before_its_level(text: str) -> None:
    assert labels_of(text) == {"L4-L5 bulge": PRESENT, "L4-L5 foraminal_stenosis left": PRESENT}


def test_a_verb_goes_on_with_the_next_object_and_its_level() -> None:
    text = "Bulges compressing the thecal sac at L4/L5 and the left nerve root at L5/S1."
    assert labels_of(text) == {
        "L4-L5 bulge": PRESENT, "L4-L5 thecal_sac": "compression",
        "L5-S1 bulge": PRESENT, "L5-S1 nerve_root left": "compression",
    }  # fmt: skip


def test_but_not_denies_the_verb_of_another_object() -> None:
    found = labels_of("L4-5: Bulge compressing the thecal sac but not the nerve roots.")
    assert found["L4-L5 thecal_sac"] == "compression"
    assert found["L4-L5 nerve_root left"] == "none|contact|displacement"


def test_central_is_the_zone_of_what_compresses() -> None:
    text = "L4-5: Compression of the thecal sac by central protrusion."
    assert set(labels_of(text)) == {"L4-L5 thecal_sac", "L4-L5 herniation"}


@pytest.mark.parametrize(("text", "expected"), [
    ("compressing Lt exit canal with Lt S1 nerve root",
     {"foraminal_stenosis left": PRESENT, "nerve_root left": "compression"}),
    ("compressing the thecal sac with both nerve roots",
     {"thecal_sac": "compression", "nerve_root left": "compression", "nerve_root right": "compression"}),
    ("compressing the thecal sac with mild canal stenosis", {"thecal_sac": "compression", "canal_stenosis": "mild"}),
])  # fmt: skip
def test_with_may_bring_a_further_object(text: str, expected: dict[str, str]) -> None:
    found = labels_of(f"L5-S1: Disc protrusion noted {text}.")
    assert found == {f"L5-S1 {name}": grade for name, grade in {"herniation": "protrusion", **expected}.items()}


def test_an_adverb_without_its_ending_is_the_verbs() -> None:
    found = labels_of("Diffuse disc bulges at L4-L5, L5-S1 mild compressing the thecal sac.")
    assert found == {
        f"{level} {name}": grade
        for level in ("L4-L5", "L5-S1")
        for name, grade in (("bulge", PRESENT), ("thecal_sac", "compression"))
    }


def test_a_side_before_noted_leaves_a_lesion_its_levels() -> None:
    text = "Dehydrated disc noted at L3-L4, L5-S1.\nDisc bulge, more to the Lt side noted at L4-L5 & L5-S1 levels."
    assert told(text, "bulge") == {"L4-L5": PRESENT, "L5-S1": PRESENT}


def test_two_sides_may_share_the_site_behind_the_second() -> None:
    text = "L4-5: Moderate narrowing of the right and mild of the left neural foramen."
    assert labels_of(text) == {"L4-L5 foraminal_stenosis left": "mild", "L4-L5 foraminal_stenosis right": "moderate"}


def test_a_side_in_front_of_the_disc_is_that_of_the_root() -> None:
    assert labels_of("L4-5: On the right the disc contacts the L5 root.") == {"L4-L5 nerve_root right": "contact"}


def test_a_signal_right_before_its_disc_is_the_discs() -> None:
    assert labels_of("Reduced T2 signal L4-5 disc.") == {"L4-L5 degeneration": PRESENT}
