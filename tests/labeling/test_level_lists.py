"""Levels beside each other that are a list, or two places with something said of each; all texts are invented."""

import pytest
from tests.labeling.conftest import PRESENT, labels_of, told


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


@pytest.mark.parametrize("joint", ["; at L5-S1, ", ", and at L5-S1, ", "; at L5-S1 there is ", ", at L5-S1 there is "])
@pytest.mark.parametrize(("first", "finding", "grades"), [
    ("a disc extrusion", "herniation", "extrusion"), ("a bulge with canal stenosis", "canal_stenosis", PRESENT),
    ("a bulge resulting in severe canal stenosis", "canal_stenosis", "severe"),
    ("a bulge without canal stenosis", "canal_stenosis", "none"),
])  # fmt: skip
def test_each_level_in_front_has_what_follows_it(first: str, finding: str, grades: str, joint: str) -> None:
    found = labels_of(f"At L4-5 there is {first}{joint}moderate left foraminal stenosis.")
    assert found[f"L4-L5 {finding}"] == grades
    assert [key for key in found if key.startswith("L5")] == ["L5-S1 foraminal_stenosis left"]


@pytest.mark.parametrize("behind", ["with canal stenosis", "causing canal stenosis", "without canal stenosis"])
@pytest.mark.parametrize("before", ["Facet arthropathy at L1-2, ", "Facet arthropathy at L1-2 and ", "Bulge at L1-2, "])
def test_a_lesion_and_what_it_has_share_the_level_behind_both(before: str, behind: str) -> None:
    found = labels_of(f"{before}disc extrusion {behind} at L4-5.")
    assert {key: grades for key, grades in found.items() if "herniation" in key} == {"L4-L5 herniation": "extrusion"}
    assert [key for key in found if "canal" in key] == ["L4-L5 canal_stenosis"]


@pytest.mark.parametrize("lesion", [
    "narrowing of the left foramen", "left foraminal narrowing", "mild stenosis of the left neural foramen",
    "an asymmetric disc bulge with left foraminal narrowing",
])  # fmt: skip
@pytest.mark.parametrize("joint", [" and ", ", and "])
def test_a_narrowing_of_another_level_is_not_denied(joint: str, lesion: str) -> None:
    found = labels_of(f"Canal stenosis at L2-3 without root compression{joint}{lesion} at L4-5.")
    assert found["L2-L3 nerve_root left"] == "none|contact|displacement"
    assert not found["L4-L5 foraminal_stenosis left"].startswith("none")
    assert "L4-L5 nerve_root left" not in found


@pytest.mark.parametrize("text", [
    "Disc bulges from L3-L4 down to the sacrum.", "Disc bulges are seen from L3-4 to the lumbosacral junction.",
    "Disc bulges at L3-4 through the sacrum.", "From the L3-4 level down, the discs bulge.",
    "Disc bulges from L3-4 caudally.",
])  # fmt: skip
def test_a_list_may_go_down_to_the_sacrum(text: str) -> None:
    assert set(told(text, "bulge")) == {"L3-L4", "L4-L5", "L5-S1"}


@pytest.mark.parametrize("text", [
    "At L4-5 there is an extrusion. There is nothing of note at L3-4 or above.",
    "At L4-5 there is an extrusion. No disc herniation at L3-4 and the levels above.",
])  # fmt: skip
def test_a_list_may_go_up_from_a_level(text: str) -> None:
    assert told(text, "herniation") == {**dict.fromkeys(("L1-L2", "L2-L3", "L3-L4"), "none"), "L4-L5": "extrusion"}


def test_a_lesion_that_goes_down_from_its_level_stays_there() -> None:
    assert set(told("The extrusion extends from L4-5 down behind the L5 body.", "herniation")) == {"L4-L5"}


@pytest.mark.parametrize("text", [
    "Mild (L3-4) and moderate (L4-5) canal narrowing.",
    "There is mild (L3-4), and moderate (L4-5) canal narrowing.",
])  # fmt: skip
def test_levels_in_brackets_behind_degrees_are_those_of_the_noun_that_follows(text: str) -> None:
    assert told(text, "canal_stenosis") == {"L3-L4": "mild", "L4-L5": "moderate"}


def test_levels_in_brackets_behind_sides_are_those_of_the_noun_that_follows() -> None:
    text = "Mild right (L3-4) and moderate left (L4-5) foraminal narrowing."
    assert told(text, "foraminal_stenosis") == {"L3-L4 right": "mild", "L4-L5 left": "moderate"}


def test_levels_in_brackets_behind_their_nouns_stay_there() -> None:
    found = labels_of("Mild bulge (L3-4) and moderate protrusion (L4-5), no stenosis.")
    assert found["L3-L4 bulge"] == "mild"
    assert found["L4-L5 herniation"] == "protrusion"
    assert "L4-L5 bulge" not in found


def test_degrees_of_levels_before_a_noun_are_those_of_its_object() -> None:
    text = "There is mild L3-4 and moderate L4-5 stenosis of the canal."
    assert told(text, "canal_stenosis") == {"L3-L4": "mild", "L4-L5": "moderate"}
    text = "Mild left L3-4 and moderate right L4-5 narrowing of the foramina."
    assert told(text, "foraminal_stenosis") == {"L3-L4 left": "mild", "L4-L5 right": "moderate"}


@pytest.mark.parametrize("sign", ["", "- ", "* ", "\u2022 ", "{}. ", "{}) "])
@pytest.mark.parametrize(("heading", "finding", "grades"), [
    ("Disc bulges:", "bulge", PRESENT), ("Moderate canal stenosis at:", "canal_stenosis", "moderate"),
    ("No canal stenosis at the following levels:", "canal_stenosis", "none"),
])  # fmt: skip
def test_levels_listed_below_a_heading_are_its_levels(heading: str, finding: str, grades: str, sign: str) -> None:
    lines = [f"{sign.format(number)}{level}" for number, level in enumerate(("L3-4", "L4-5."), start=1)]
    text = "\n".join([heading, *lines, "The cord is normal."])
    assert told(text, finding) == {"L3-L4": grades, "L4-L5": grades}


def test_a_level_alone_below_a_heading_heads_what_follows() -> None:
    assert told("FINDINGS:\n- L4-5\n  Mild bulge.\n- L5-S1\n  No bulge.", "bulge") == {"L4-L5": "mild", "L5-S1": "none"}


def test_one_level_may_be_listed_behind_at() -> None:
    assert told("Disc bulge at:\n- L4-5", "bulge") == {"L4-L5": PRESENT}


@pytest.mark.parametrize("joint", [", ", " and ", ", and ", " but "])
@pytest.mark.parametrize("subject", ["Canal", "The canal is"])
def test_a_site_is_open_at_a_level_behind_one_where_it_is_narrow(subject: str, joint: str) -> None:
    text = f"{subject} mild at L3-4{joint}patent at L4-5."
    assert told(text, "canal_stenosis") == {"L3-L4": "mild", "L4-L5": "none"}


def test_a_foramen_is_open_at_a_further_level_on_its_side() -> None:
    text = "Left foramen mild at L3-4, severe at L4-5 but patent at L5-S1."
    assert told(text, "foraminal_stenosis") == {"L3-L4 left": "mild", "L4-L5 left": "severe", "L5-S1 left": "none"}


@pytest.mark.parametrize("others", ["elsewhere", "at other levels", "at the remaining levels"])
def test_what_other_levels_measure_takes_no_finding_there(others: str) -> None:
    text = f"The canal is 8 mm at L4-5, consistent with moderate stenosis, and 12 mm {others}."
    assert told(text, "canal_stenosis") == {"L4-L5": "moderate"}


@pytest.mark.parametrize("text", [
    "Canal stenosis is moderate at L3-4, and at L4-5 severe.", "Moderate canal stenosis at L3-4 and at L4-5 severe.",
])  # fmt: skip
def test_a_degree_behind_and_at_is_of_that_level(text: str) -> None:
    assert told(text, "canal_stenosis") == {"L3-L4": "moderate", "L4-L5": "severe"}


def test_a_degree_behind_levels_with_nothing_before_them_is_of_all() -> None:
    assert told("Canal stenosis at L3-4, and at L4-5, severe.", "canal_stenosis") == {
        "L3-L4": "severe",
        "L4-L5": "severe",
    }


def test_each_level_has_its_side_and_degree() -> None:
    text = "Foraminal narrowing is severe on the left at L4-5, and at L5-S1 moderate on the right."
    assert told(text, "foraminal_stenosis") == {"L4-L5 left": "severe", "L5-S1 right": "moderate"}


@pytest.mark.parametrize("lesion", ["protrusion of L4-5 disc", "protrusion of the L4-5 disc", "herniation of L4-5"])
def test_a_lesion_of_one_disc_behind_a_list_is_at_its_level(lesion: str) -> None:
    text = f"L4-5 and L5-S1 disc desiccation with {lesion} indenting the thecal sac."
    assert set(told(text, "herniation")) == {"L4-L5"}
    assert set(told(text, "degeneration")) == {"L4-L5", "L5-S1"}


@pytest.mark.parametrize("sides", ["right moderate and left severe", "moderate on the right and severe on the left"])
@pytest.mark.parametrize("joint", [", and ", "; "])
def test_a_degree_at_the_next_level_leaves_the_sides_of_the_first(sides: str, joint: str) -> None:
    text = f"Foraminal narrowing at L4-5, {sides}{joint}at L5-S1, mild on both sides."
    assert told(text, "foraminal_stenosis") == {
        "L4-L5 left": "severe", "L4-L5 right": "moderate", "L5-S1 left": "mild", "L5-S1 right": "mild",
    }  # fmt: skip


@pytest.mark.parametrize("joint", [" and also at ", " and additionally at ", ", also at ", " and also "])
def test_also_joins_levels(joint: str) -> None:
    text = f"Severe canal stenosis at L4-5{joint}L2-3."
    assert told(text, "canal_stenosis") == {"L2-L3": "severe", "L4-L5": "severe"}


def test_also_at_a_level_may_open_a_clause() -> None:
    text = "At L4-5 there is a bulge and also at L5-S1 there is a protrusion."
    assert told(text, "bulge") == {"L4-L5": PRESENT}
    assert told(text, "herniation") == {"L5-S1": "protrusion"}


def test_a_lesion_behind_a_second_level_is_of_that_alone() -> None:
    assert told("No herniation at L4-5, and at L5-S1 only a bulge.", "bulge") == {"L5-S1": PRESENT}
    found = labels_of("Bulges at L3-4 and at L4-5 a left paracentral protrusion.")
    assert found == {
        "L3-L4 bulge": PRESENT, "L4-L5 herniation": "protrusion", "L4-L5 herniation_zone": "subarticular_left",
    }  # fmt: skip


@pytest.mark.parametrize(("degrees", "told_of"), [
    ("L3-4 shows no, L4-5 mild and L5-S1 severe", ("none", "mild", "severe")),
    ("L3-4 no, L4-5 mild, L5-S1 severe", ("none", "mild", "severe")),
    ("L3-4 mild, L4-5 no and L5-S1 severe", ("mild", "none", "severe")),
    ("L3-4 none, L4-5 mild and L5-S1 severe", ("none", "mild", "severe")),
])  # fmt: skip
def test_no_is_a_degree_in_a_list_of_degrees(degrees: str, told_of: tuple[str, str, str]) -> None:
    found = told(f"{degrees} canal stenosis.", "canal_stenosis")
    assert found == dict(zip(("L3-L4", "L4-L5", "L5-S1"), told_of, strict=True))


@pytest.mark.parametrize("text", [
    "At L4-5 mild right and at L5-S1 moderate left foraminal stenosis.",
    "There is at L4-5 mild right, and at L5-S1 moderate left foraminal stenosis.",
    "L4-5 mild right and L5-S1 moderate left foraminal stenosis.",
])  # fmt: skip
def test_degrees_behind_at_and_their_level_are_of_that(text: str) -> None:
    assert told(text, "foraminal_stenosis") == {"L4-L5 right": "mild", "L5-S1 left": "moderate"}


def test_a_fissure_of_the_annulus_of_two_discs_is_at_both() -> None:
    text = "High intensity zone in the posterior annulus of L4-5 and L5-S1 discs."
    assert told(text, "annular_fissure") == {"L4-L5": "present", "L5-S1": "present"}


@pytest.mark.parametrize("text", [
    "L1-2, 2-3, 3-4 normal; 4-5 bulge; 5-1 protrusion.", "L3-4 normal. 4-5 bulge. 5-1 protrusion.",
    "L3/4 normal, 4/5 bulge, 5/1 protrusion.", "L3-4 normal, L4-5 bulge, 5-S1 protrusion.",
])  # fmt: skip
def test_numbers_alone_name_levels_behind_an_item_of_a_level(text: str) -> None:
    assert told(text, "bulge")["L3-L4"] == "none"
    assert told(text, "bulge")["L4-L5"] == PRESENT
    assert told(text, "herniation")["L5-S1"] == "protrusion"


@pytest.mark.parametrize(
    "text", ["L4-5 bulge, 3-4 weeks follow up.", "L4-5: bulge, 2-3 mm.", "L4-5 bulge, 3-4 of 10 in pain."]
)
def test_numbers_alone_that_count_something_are_no_level(text: str) -> None:
    assert labels_of(text) == {"L4-L5 bulge": PRESENT}


@pytest.mark.parametrize("joint", [", at", " and at", ", and at"])
def test_a_lesion_that_does_something_at_another_level_is_there_too(joint: str) -> None:
    text = f"Diffuse disc bulge at L3/L4 indenting the sac{joint} L4/L5 compressing the sac and both roots."
    assert told(text, "bulge") == {"L3-L4": PRESENT, "L4-L5": PRESENT}
    assert told(text, "thecal_sac") == {"L3-L4": "indentation", "L4-L5": "compression"}
    assert told(text, "nerve_root") == {"L4-L5 left": "compression", "L4-L5 right": "compression"}


def test_a_degree_at_a_level_behind_what_a_lesion_does_is_of_the_lesion() -> None:
    text = "Disc bulge at L3/L4 indenting the sac, at L4/L5 compressing both roots and at L5/S1 minimal."
    assert told(text, "bulge") == {"L3-L4": PRESENT, "L4-L5": PRESENT, "L5-S1": "mild"}
    assert told(text, "nerve_root") == {"L4-L5 left": "compression", "L4-L5 right": "compression"}


def test_each_bulge_of_a_list_keeps_its_degree_where_one_does_something() -> None:
    text = "Disc bulges L3/4 mild, L4/5 moderate compressing the sac, L5/S1 mild."
    assert told(text, "bulge") == {"L3-L4": "mild", "L4-L5": "moderate", "L5-S1": "mild"}
    assert told(text, "thecal_sac") == {"L4-L5": "compression"}
