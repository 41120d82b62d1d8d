"""Which side is meant: before or behind its finding, in front of a clause, in a heading; all texts are invented."""

import pytest
from tests.labeling.conftest import PRESENT, at_l45, labels_of, told


def test_a_pair_behind_a_heading_of_both_sides_is_told_by_position() -> None:
    text = "Foramina (Lt/Rt): L3/L4 moderate/mild. L4/L5 none/severe.\nRecesses (R/L): L4/L5: mild/mild-moderate."
    assert told(text, "foraminal_stenosis") == {
        "L3-L4 left": "moderate", "L3-L4 right": "mild", "L4-L5 left": "none", "L4-L5 right": "severe",
    }  # fmt: skip
    assert told(text, "subarticular_stenosis") == {"L4-L5 left": "mild|moderate", "L4-L5 right": "mild"}


@pytest.mark.parametrize("text", [
    "Neural foramina R/L mild/severe.",
    "Foramina: R/L mild/severe.",
    "Right/left foraminal narrowing is mild/severe.",
    "Foraminal stenosis L/R severe/mild, lateral recess stenosis L/R none/moderate.",
    "NF (Rt/Lt) - mild/severe, canal patent.",
    "L/R severe/mild foraminal stenosis.",
])  # fmt: skip
def test_a_pair_behind_both_sides_is_told_by_position_without_a_heading(text: str) -> None:
    assert told(f"L4-5: {text}", "foraminal_stenosis") == {"L4-L5 left": "severe", "L4-L5 right": "mild"}


def test_a_pair_by_position_may_follow_for_each_level() -> None:
    expected = {"L3-L4 left": "none", "L3-L4 right": "mild", "L4-L5 left": "severe", "L4-L5 right": "moderate"}
    assert told("Foramina R/L L3-4 mild/none, L4-5 moderate/severe.", "foraminal_stenosis") == expected


@pytest.mark.parametrize("text", [
    "B/L foraminal stenosis: mild/moderate.",
    "Neural foramina (b/l): mild/moderate.",
    "Right and left foraminal narrowing is mild/moderate.",
])  # fmt: skip
def test_a_pair_behind_both_sides_in_one_word_is_of_both(text: str) -> None:
    assert told(f"L4-5: {text}", "foraminal_stenosis") == at_l45("foraminal_stenosis", "mild|moderate")


@pytest.mark.parametrize("text", [
    "Right/left foraminal narrowing, mild/moderate canal stenosis.",
    "R/L foraminal narrowing with mild/moderate canal stenosis.",
])  # fmt: skip
def test_a_pair_of_another_site_is_not_that_of_the_sides(text: str) -> None:
    assert told(f"L4-5: {text}", "canal_stenosis") == {"L4-L5": "mild|moderate"}
    assert told(f"L4-5: {text}", "foraminal_stenosis") == at_l45("foraminal_stenosis", PRESENT)


@pytest.mark.parametrize("text", [
    "Nerve roots are compressed at L4/5 bilaterally and on the left at L5/S1.",
    "Compression of the nerve roots at L4/5 bilaterally and on the left at L5/S1.",
])  # fmt: skip
def test_a_side_behind_both_sides_is_that_of_the_next_level(text: str) -> None:
    assert told(text, "nerve_root") == dict.fromkeys(("L4-L5 left", "L4-L5 right", "L5-S1 left"), "compression")


def test_a_side_that_is_named_for_a_denial_leaves_the_other() -> None:
    text = "L4-5: Foraminal narrowing is mild on the left; on the right it is absent."
    assert told(text, "foraminal_stenosis") == {"L4-L5 left": "mild", "L4-L5 right": "none"}


@pytest.mark.parametrize("text", [
    "Severe foraminal narrowing on the right and moderate on the left at L5-S1.",
    "At L5-S1 the right foramen is severely narrowed, with moderate narrowing on the left.",
    "L5-S1: Severe right foraminal narrowing. Moderate narrowing on the left.",
])  # fmt: skip
def test_a_narrowing_of_the_other_side_goes_on_with_the_site(text: str) -> None:
    assert told(text, "foraminal_stenosis") == {"L5-S1 left": "moderate", "L5-S1 right": "severe"}
    assert told(text, "canal_stenosis") == {}


@pytest.mark.parametrize(("text", "finding", "expected"), [
    ("Foramina: Right - mild. Left - none.", "foraminal_stenosis", ("none", "mild")),
    ("Foramina: none left, mild right narrowing.", "foraminal_stenosis", ("none", "mild")),
    ("Foramina: mild right, no left narrowing.", "foraminal_stenosis", ("none", "mild")),
    ("Recesses: no left or right narrowing.", "subarticular_stenosis", ("none", "none")),
    ("Foraminal narrowing: minimal (right), moderate (left).", "foraminal_stenosis", ("moderate", "mild")),
    ("Foraminal narrowing right (severe) and left (mild).", "foraminal_stenosis", ("mild", "severe")),
])  # fmt: skip
def test_each_side_of_a_heading_keeps_its_own(text: str, finding: str, expected: tuple[str, str]) -> None:
    left, right = expected
    assert told(f"L4-5: {text}", finding) == {"L4-L5 left": left, "L4-L5 right": right}


@pytest.mark.parametrize(("text", "roots"), [
    ("Protrusion asymmetric to the right compressing the right L5 nerve root.", {"right"}),
    ("Asymmetric bulge that compresses the left L5 root.", {"left"}),
    ("Bulge more pronounced on the left contacts the right L5 root.", {"right"}),
    ("Bulge eccentric to the left causing compression of the right L5 root.", {"right"}),
    ("Bulge greater on the left impinging the roots on both sides.", {"left", "right"}),
    ("Bulge asymmetric to the left, contacting both L5 roots.", {"left", "right"}),
])  # fmt: skip
def test_where_a_lesion_is_greater_is_not_the_side_of_what_it_touches(text: str, roots: set[str]) -> None:
    assert set(told(f"L4-5: {text}", "nerve_root")) == {f"L4-L5 {side}" for side in roots}


@pytest.mark.parametrize(("text", "left", "right"), [
    ("Bulge asymmetric to the right causing mild right foraminal stenosis with no left foraminal stenosis.",
     "none", "mild"),
    ("Moderate foraminal stenosis, worse on the left.", "moderate", "moderate"),
    ("Moderate, predominantly left foraminal stenosis.", "moderate", "moderate"),
])  # fmt: skip
def test_where_a_stenosis_is_worse_leaves_both_sides(text: str, left: str, right: str) -> None:
    assert told(f"L4-5: {text}", "foraminal_stenosis") == {"L4-L5 left": left, "L4-L5 right": right}


@pytest.mark.parametrize("text", [
    "L4-5: On the right, severe foraminal stenosis. On the left, mild foraminal stenosis.",
    "L4-5: On the right there is severe foraminal stenosis. On the left, there is mild foraminal stenosis.",
    "L4-5: Right: Severe foraminal stenosis. Left: Mild foraminal stenosis.",
    "L4-5:\nRight: Severe foraminal stenosis.\nLeft: Mild foraminal stenosis.",
    "L4-5:\nRight:\nSevere foraminal stenosis.\nLeft:\nMild foraminal stenosis.",
    "L4-5: LEFT: mild NFN, RIGHT: severe NFN.",
    "NEURAL FORAMINA:\nRight: Severe stenosis at L4-5.\nLeft: Mild stenosis at L4-5.",
    "Foramina\nRight:\nL4-5: Severe\nLeft:\nL4-5: Mild",
    "L4-5: Foraminal stenosis: Right: severe. Left: mild.",
    "L4-5: Foraminal stenosis, left: mild, right: severe.",
    "L4-5: Foramina: on the left, mild; on the right, severe.",
    "L4-5: Right foramen: severe, left: mild.",
    "L4-5: On the left, the foramen is mildly narrowed; on the right, it is severely narrowed.",
    "Right: L4-5 severe foraminal stenosis\nLeft: L4-5 mild foraminal stenosis",
])  # fmt: skip
def test_a_side_in_front_is_that_of_what_follows(text: str) -> None:
    assert told(text, "foraminal_stenosis") == {"L4-L5 left": "mild", "L4-L5 right": "severe"}
    assert told(text, "canal_stenosis") == {}


@pytest.mark.parametrize("text", [
    "L4-5: Right: Mild bulge.\nL5-S1: Mild foraminal stenosis.",
    "L4-5: Right: Mild bulge. L5-S1: Mild foraminal stenosis.",
    "L4-5:\nRight:\nMild bulge.\nL5-S1:\nMild foraminal stenosis.",
    "Right: Mild L4-5 bulge.\nMild foraminal stenosis at L5-S1.",
    "On the right, mild L4-5 bulge. Mild foraminal stenosis at L5-S1.",
])  # fmt: skip
def test_a_side_in_front_ends_with_its_sentence_line_or_level(text: str) -> None:
    assert told(text, "foraminal_stenosis") == {"L5-S1 left": "mild", "L5-S1 right": "mild"}


def test_a_side_called_normal_says_nothing_of_the_disc() -> None:
    assert labels_of("L4-5: Right: Normal.") == {
        f"L4-L5 {finding} right": "none" for finding in ("foraminal_stenosis", "subarticular_stenosis", "nerve_root")
    }
    assert labels_of("L4-5: Right: None.") == {}


@pytest.mark.parametrize("text", [
    "Mild foraminal stenosis at L4-5 on the left and at L5-S1 on the right.",
    "Mild foraminal stenosis on the left at L4-5 and on the right at L5-S1.",
    "Mild foraminal stenosis at L4-5 on the left and L5-S1 on the right.",
])  # fmt: skip
def test_each_level_has_its_own_side(text: str) -> None:
    assert told(text, "foraminal_stenosis") == {"L4-L5 left": "mild", "L5-S1 right": "mild"}


@pytest.mark.parametrize(("text", "left", "right"), [
    ("Mild on the left, none on the right foraminal narrowing.", "mild", "none"),
    ("None on the left, severe on the right foraminal narrowing.", "none", "severe"),
    ("Lee grade 3 left and grade 1 right foraminal stenosis.", "severe", "mild"),
    ("Foraminal stenosis is moderate (left L4-5) and severe (right L4-5).", "moderate", "severe"),
])  # fmt: skip
def test_a_degree_beside_a_side_is_of_that_side(text: str, left: str, right: str) -> None:
    found = told(f"L4-5: {text}", "foraminal_stenosis")
    assert found == {"L4-L5 left": left, "L4-L5 right": right}


@pytest.mark.parametrize(("heading", "sides"), [
    ("Foraminal narrowing: L4-5 mild left;", {"left", "right"}),
    ("Foramina: L4-5 moderate right, mild left;", {"left", "right"}),
    ("Left foramen: L4-5 mild;", {"left"}),
    ("Foramina: Left: L4-5 mild;", {"left"}),
])  # fmt: skip
def test_a_side_said_of_one_level_under_a_heading_is_not_that_of_the_next(heading: str, sides: set[str]) -> None:
    found = told(f"{heading} L5-S1 severe.", "foraminal_stenosis")
    assert found["L4-L5 left"] == "mild"
    assert {key: grades for key, grades in found.items() if "L5" in key[:2]} == {
        f"L5-S1 {side}": "severe" for side in sides
    }


def test_a_degree_behind_a_side_s_head_is_not_that_of_the_other_side() -> None:
    text = "L4-5: left foraminal stenosis moderate and right foraminal stenosis severe."
    assert told(text, "foraminal_stenosis") == {"L4-L5 left": "moderate", "L4-L5 right": "severe"}


@pytest.mark.parametrize("text", [
    "L4-5: Foramina: right: moderate, left: none.",
    "L4-5: Foraminal stenosis: Right: mod, left: none.",
    "L4-5: Foramina: right: moderate, left: patent.",
    "L4-5: NF: R: moderate; L: none.",
    "L4-5: NF: right moderate, left none.",
])  # fmt: skip
def test_each_side_of_a_list_keeps_its_own_degree(text: str) -> None:
    assert told(text, "foraminal_stenosis") == {"L4-L5 left": "none", "L4-L5 right": "moderate"}


@pytest.mark.parametrize("text", [
    "L4-5: Neuroforamen on the right: moderately narrowed; on the left: free.",
    "L4-5: Canal patent. Neural foramen on the right: moderately narrowed; left: free.",
    "L4-5: Foramina on the right: moderate narrowing, on the left: no narrowing.",
    "L4-5: Foramina: on the right: moderate, on the left: none.",
    "L4-5: Foraminal stenosis on the right: moderate; on the left: none.",
    "L4-5: Right foramen: moderate narrowing; left: no narrowing.",
])  # fmt: skip
def test_a_side_in_a_heading_gives_way_to_the_other_one_before_a_colon(text: str) -> None:
    assert told(text, "foraminal_stenosis") == {"L4-L5 left": "none", "L4-L5 right": "moderate"}


def test_a_side_before_a_colon_is_that_of_the_level_behind_it() -> None:
    text = "Foramina on the right: L4-5 moderately narrowed; on the left: L5-S1 mildly narrowed."
    assert told(text, "foraminal_stenosis") == {"L4-L5 right": "moderate", "L5-S1 left": "mild"}
    text = "L4-5: Nerve roots on the left: compressed; on the right: free."
    assert told(text, "nerve_root") == {"L4-L5 left": "compression", "L4-L5 right": "none"}


@pytest.mark.parametrize("text", [
    "Mild bilateral foraminal narrowing at L4-5, and moderate right and severe left at L5-S1.",
    "Mild right and mild left foraminal narrowing at L4-5 and moderate right and severe left at L5-S1.",
    "The foramina are mildly narrowed bilaterally at L4-5, moderately narrowed on the right and severely narrowed on "
    "the left at L5-S1.",
    "Foraminal narrowing is mild bilaterally at L4-5, moderate on the right and severe on the left at L5-S1.",
    "Foraminal narrowing is mild at L4-5, moderate on the right and severe on the left at L5-S1.",
])  # fmt: skip
def test_a_pair_of_sides_behind_another_level_is_of_its_own_level(text: str) -> None:
    assert told(text, "foraminal_stenosis") == {
        "L4-L5 left": "mild", "L4-L5 right": "mild", "L5-S1 left": "severe", "L5-S1 right": "moderate",
    }  # fmt: skip


def test_a_side_and_levels_behind_a_head_close_it() -> None:
    text = "Mild bulge with foraminal narrowing bilaterally at L4-5 and L5-S1."
    assert told(text, "foraminal_stenosis") == {
        f"{level} {side}": PRESENT for level in ("L4-L5", "L5-S1") for side in ("left", "right")
    }


@pytest.mark.parametrize("text", [
    "Left foraminal stenosis, mild at L3-4 and severe at L4-5.",
    "Mild left foraminal stenosis at L3-4 and severe at L4-5.",
    "Left foraminal stenosis at L3-4 and L4-5, mild at L3-4, severe at L4-5.",
    "Foraminal stenosis on the left, mild at L3-4 and severe at L4-5.",
])  # fmt: skip
def test_a_side_in_the_name_of_a_stenosis_is_that_of_all_its_levels(text: str) -> None:
    assert told(text, "foraminal_stenosis") == {"L3-L4 left": "mild", "L4-L5 left": "severe"}


def test_a_side_told_with_a_degree_or_level_is_that_of_no_other() -> None:
    text = "Foraminal stenosis, mild on the left at L3-4, severe at L4-5."
    assert told(text, "foraminal_stenosis") == {"L3-L4 left": "mild", "L4-L5 left": "severe", "L4-L5 right": "severe"}


@pytest.mark.parametrize("places", [
    "at L3-4 on the left and L5-S1 bilaterally", "at L3-4 (left) and L5-S1 (bilateral)",
    "on the left at L3-4 and bilaterally at L5-S1",
])  # fmt: skip
def test_each_level_of_a_list_has_the_side_behind_it(places: str) -> None:
    found = told(f"Mild foraminal narrowing {places}.", "foraminal_stenosis")
    assert found == dict.fromkeys(("L3-L4 left", "L5-S1 left", "L5-S1 right"), "mild")


@pytest.mark.parametrize("text", [
    "Neural foraminal stenosis, severe on the left at L4-L5 and on the right at L5-S1.",
    "Foraminal stenosis is severe on the left at L4-L5 and on the right at L5-S1.",
    "Severe foraminal stenosis on the left at L4-L5 and on the right at L5-S1.",
])  # fmt: skip
def test_a_degree_holds_for_the_other_side_of_another_level(text: str) -> None:
    assert told(text, "foraminal_stenosis") == {"L4-L5 left": "severe", "L5-S1 right": "severe"}


def test_a_side_of_one_level_is_not_that_of_all_others_unless_it_is_the_subject() -> None:
    text = "Foraminal narrowing is moderate on the left at L5-S1 and no more than mild elsewhere."
    assert told(text, "foraminal_stenosis")["L4-L5 right"] == "none|mild"
    text = "The left foraminal narrowing is moderate at L5-S1 and mild elsewhere."
    assert "L4-L5 right" not in told(text, "foraminal_stenosis")


@pytest.mark.parametrize(("text", "left", "right"), [
    ("The bulge compresses the right and contacts the left L4 root.", "contact", "compression"),
    ("The extrusion compresses the left and displaces the right L4 nerve root.", "compression", "displacement"),
    ("Bulge abutting the right and compressing the left L4 nerve roots.", "compression", "contact"),
    ("The protrusion displaces the left and may contact the right L4 root.", "displacement", "none|contact"),
    ("The bulge contacts the right and does not contact the left L4 root.", "none", "contact"),
    ("The bulge contacts and displaces the left L4 root.", "displacement", None),
    ("The bulge contacts but does not displace the right L4 root.", None, "contact"),
])  # fmt: skip
def test_each_of_two_verbs_keeps_its_side_of_one_noun(text: str, left: str | None, right: str | None) -> None:
    found = told(f"L3-4: {text}", "nerve_root")
    assert (found.get("L3-L4 left"), found.get("L3-L4 right")) == (left, right)


@pytest.mark.parametrize("text", [
    "The bulge severely narrows the left and mildly narrows the right foramen.",
    "Facet hypertrophy mildly narrows the right and severely narrows the left foramen.",
])  # fmt: skip
def test_each_of_two_verbs_keeps_its_degree_of_one_noun(text: str) -> None:
    assert told(f"L3-4: {text}", "foraminal_stenosis") == {"L3-L4 left": "severe", "L3-L4 right": "mild"}


@pytest.mark.parametrize("text", [
    "The right lateral recess is severely and the left moderately narrowed.",
    "The left lateral recess is moderately and the right severely narrowed.",
    "The right lateral recess is severely, the left moderately narrowed.",
])  # fmt: skip
def test_each_side_of_one_verb_keeps_its_degree(text: str) -> None:
    found = told(f"L4-5: {text}", "subarticular_stenosis")
    assert found == {"L4-L5 left": "moderate", "L4-L5 right": "severe"}


@pytest.mark.parametrize("text", [
    "Narrowing of the foramina, severe on the left and mild on the right.",
    "Stenosis of the neural foramina, mild right and severe left.",
    "Encroachment on the foramina, left severe, right mild.",
])  # fmt: skip
def test_each_side_behind_the_object_keeps_its_degree(text: str) -> None:
    assert told(f"L4-5: {text}", "foraminal_stenosis") == {"L4-L5 left": "severe", "L4-L5 right": "mild"}


def test_sides_before_a_comma_keep_their_degrees() -> None:
    text = "L4-5: Moderate left, greater than mild right, foraminal narrowing."
    assert told(text, "foraminal_stenosis") == {"L4-L5 left": "moderate", "L4-L5 right": "mild"}


@pytest.mark.parametrize("comparison", ["greater than", ">", "more than", "and", ", greater than"])
def test_each_side_of_a_comparison_keeps_its_degree(comparison: str) -> None:
    text = f"L4-5: Moderate left {comparison} mild right foraminal narrowing."
    assert told(text, "foraminal_stenosis") == {"L4-L5 left": "moderate", "L4-L5 right": "mild"}


@pytest.mark.parametrize(("text", "left", "right"), [
    ("Moderate right neural foraminal stenosis, mild left, mild spinal canal stenosis.", "mild", "moderate"),
    ("Severe left foraminal stenosis, the right one only mild.", "severe", "mild"),
    ("There is left, but no right foraminal narrowing.", PRESENT, "none"),
    ("Fat within the right exit foramen is obliterated. The left foramen is normal.", "none", PRESENT),
])  # fmt: skip
def test_a_side_and_its_degree_stay_together(text: str, left: str, right: str) -> None:
    assert told(f"L4-5: {text}", "foraminal_stenosis") == {"L4-L5 left": left, "L4-L5 right": right}


def test_the_side_of_a_subject_holds_for_all_its_levels() -> None:
    text = "Left foraminal stenosis is moderate at L4-5 and severe at L5-S1."
    assert told(text, "foraminal_stenosis") == {"L4-L5 left": "moderate", "L5-S1 left": "severe"}


@pytest.mark.parametrize(("text", "finding", "found"), [
    ("foraminal stenosis, right, severe (Lee grade 3)", "foraminal_stenosis", {"right": "severe"}),
    ("Left foraminal narrowing (Lee 2).", "foraminal_stenosis", {"left": "moderate"}),
    ("The right foramen is mildly narrowed, Lee 1.", "foraminal_stenosis", {"right": "mild"}),
    (
        "Foraminal stenosis on the left (Lee 2), on the right (Lee 1).",
        "foraminal_stenosis",
        {"left": "moderate", "right": "mild"},
    ),
    ("Bulge and left recess stenosis (Bartynski 3).", "subarticular_stenosis", {"left": "severe"}),
    (
        "Left foramen severely narrowed (Lee 3), the right patent (Lee 0).",
        "foraminal_stenosis",
        {"left": "severe", "right": "none"},
    ),
])  # fmt: skip
def test_a_named_scale_behind_a_side_keeps_it(text: str, finding: str, found: dict[str, str]) -> None:
    assert told(f"L4-5: {text}", finding) == {f"L4-L5 {side}": grades for side, grades in found.items()}


@pytest.mark.parametrize(("text", "finding", "found"), [
    ("Severe foraminal stenosis L4/5 right and root compression.", "foraminal_stenosis", {"right": "severe"}),
    ("Severe foraminal stenosis L4/5 right and root compression.", "nerve_root", {"right": "compression"}),
    ("Recess stenosis L4/5 left and contact to the root.", "subarticular_stenosis", {"left": PRESENT}),
    ("Recess stenosis L4/5 left and contact to the root.", "nerve_root", {"left": "contact"}),
    ("Foraminal stenosis left and mild bulge at L4/5.", "foraminal_stenosis", {"left": PRESENT}),
    ("Foraminal stenosis L4/5 right and moderate canal stenosis.", "foraminal_stenosis", {"right": PRESENT}),
    ("Foraminal stenosis L4/5 on the right with root compression.", "nerve_root", {"right": "compression"}),
    ("L4/5: foraminal stenosis right and left.", "foraminal_stenosis", {"right": PRESENT, "left": PRESENT}),
])  # fmt: skip
def test_a_side_before_and_is_of_the_finding_before_it(text: str, finding: str, found: dict[str, str]) -> None:
    assert told(text, finding) == {f"L4-L5 {side}": grades for side, grades in found.items()}


@pytest.mark.parametrize("text", [
    "L4-5: bilateral foraminal stenosis (left: severe, right: mild).",
    "Bilateral foraminal stenosis (left: severe, right: mild) at L4-5.",
    "Bilateral foraminal stenosis at L4-5 (right: mild; left: severe).",
    "L4-5: Bulge, foraminal narrowing (right: mild; left: severe), canal patent.",
])  # fmt: skip
def test_sides_with_colons_in_brackets_have_their_own_degrees(text: str) -> None:
    assert told(text, "foraminal_stenosis") == {"L4-L5 left": "severe", "L4-L5 right": "mild"}


@pytest.mark.parametrize("text", [
    "L4-5: Right protrusion. The foramen on that side is severely narrowed. The left foramen is normal.",
    "L4-5: Right foraminal extrusion. Severe foraminal narrowing on the same side, the left foramen is patent.",
    "L4-5: Right facet cyst. It is small. The ipsilateral foramen is severely narrowed, the contralateral one patent.",
    "There is a right protrusion at L4-5. Severe narrowing of the foramen of that side. Left foramen normal.",
])  # fmt: skip
def test_that_side_is_the_one_told_of_before(text: str) -> None:
    assert told(text, "foraminal_stenosis") == {"L4-L5 left": "none", "L4-L5 right": "severe"}


def test_that_side_may_be_told_of_at_another_level() -> None:
    text = "At L3-4 there is a left protrusion. At L4-5 there is mild foraminal narrowing on the same side."
    assert told(text, "foraminal_stenosis") == {"L4-L5 left": "mild"}


@pytest.mark.parametrize("text", [
    "L3-4: Left protrusion. L4-5: Bilateral foraminal narrowing. The ipsilateral nerve roots are compressed.",
    "L3-4: Left protrusion. L4-5: Foraminal narrowing compressing the ipsilateral nerve roots.",
])  # fmt: skip
def test_the_same_side_of_both_is_both(text: str) -> None:
    assert told(text, "nerve_root") == at_l45("nerve_root", "compression")


@pytest.mark.parametrize("join", [
    "and severe narrowing of the right", "and severe stenosis on the right", ", severe of the right",
])  # fmt: skip
def test_a_narrowing_of_the_other_side_is_of_the_site_before(join: str) -> None:
    found = labels_of(f"L4-5: Mild narrowing of the left foramen {join}. The canal is patent.")
    assert found == {
        "L4-L5 foraminal_stenosis left": "mild",
        "L4-L5 foraminal_stenosis right": "severe",
        "L4-L5 canal_stenosis": "none",
    }


@pytest.mark.parametrize("sites", [
    "foraminal and lateral recess", "lateral recess and foraminal", "foraminal and subarticular",
])  # fmt: skip
def test_a_foramen_and_a_recess_share_a_side(sites: str) -> None:
    found = labels_of(f"L4-5: Mild right {sites} narrowing.")
    assert found == {"L4-L5 foraminal_stenosis right": "mild", "L4-L5 subarticular_stenosis right": "mild"}


@pytest.mark.parametrize("text", [
    "Moderate stenosis of the right foramen and lateral recess.",
    "The disc moderately narrows the right recess and foramen.",
])  # fmt: skip
def test_a_foramen_and_a_recess_behind_a_noun_or_verb_share_a_side(text: str) -> None:
    found = labels_of(f"L4-5: {text}")
    assert found == {"L4-L5 foraminal_stenosis right": "moderate", "L4-L5 subarticular_stenosis right": "moderate"}


def test_a_side_is_not_shared_with_the_canal_or_what_has_its_own() -> None:
    found = labels_of("L4-5: Left foraminal and bilateral lateral recess stenosis.")
    assert found.keys() == {
        "L4-L5 foraminal_stenosis left", "L4-L5 subarticular_stenosis left", "L4-L5 subarticular_stenosis right",
    }  # fmt: skip


@pytest.mark.parametrize("text", [
    "Both left facet joint hypertrophy and a bulge.", "Both a bulge and left facet joint hypertrophy.",
    "There is both marked left facet joint hypertrophy and a bulge.",
])  # fmt: skip
def test_both_before_two_lesions_is_no_side(text: str) -> None:
    assert told(f"L4-5: {text}", "facet_arthropathy").keys() == {"L4-L5 left"}


@pytest.mark.parametrize("text", [
    "The foramina are narrowed bilaterally and the left facet joint is arthritic.",
    "The foramina are narrowed bilaterally, the left facet joint is mildly arthritic.",
    "Narrow foramina bilaterally and mild left facet arthropathy.",
])  # fmt: skip
def test_bilaterally_behind_its_finding_is_not_of_the_next(text: str) -> None:
    found = labels_of(f"L4-5: {text}")
    assert [key for key in found if key.endswith("right")] == ["L4-L5 foraminal_stenosis right"]


@pytest.mark.parametrize("text", [
    "L4-5: Both lateral recesses are narrowed, with the left side worse and contacting the L5 root.",
    "L4-5: Both lateral recesses are narrowed, the left worse and contacting the L5 root.",
    "L4-5: Both lateral recesses are narrowed, more on the left where the L5 root is contacted.",
    "L4-5: Narrowing of both lateral recesses, greater on the left, where it contacts the L5 root.",
])  # fmt: skip
def test_a_root_is_on_the_worse_side_of_which_it_is_told(text: str) -> None:
    assert told(text, "nerve_root") == {"L4-L5 left": "contact"}
    assert set(told(text, "subarticular_stenosis")) == {"L4-L5 left", "L4-L5 right"}


def test_both_roots_have_their_own_sides_behind_the_worse_side() -> None:
    text = "L4-5: Both recesses are narrowed, worse on the right, and both L5 roots are contacted."
    assert set(told(text, "nerve_root")) == {"L4-L5 left", "L4-L5 right"}


@pytest.mark.parametrize("text", [
    "L4-5: Bilateral facet arthropathy with a synovial cyst projecting into the canal on the left.",
    "L4-5: Bilateral facet arthropathy with a synovial cyst that narrows the left lateral recess.",
    "L4-5: Left facet arthropathy with a synovial cyst.", "L4-5: Synovial cyst arising from the left facet joint.",
    "L4-5: Bilateral facet arthropathy with a synovial cyst measuring 6 mm on the left.",
])  # fmt: skip
def test_a_cyst_lies_on_the_side_of_what_it_does_or_of_its_joint(text: str) -> None:
    assert set(told(text, "synovial_cyst")) == {"L4-L5 left"}


def test_a_cyst_does_not_take_the_side_of_another_finding() -> None:
    text = "L4-5: Facet arthropathy with a synovial cyst and left foraminal narrowing."
    assert set(told(text, "synovial_cyst")) == {"L4-L5 left", "L4-L5 right"}


@pytest.mark.parametrize("text", [
    "L5-S1: The right L5 root is compressed in the exit foramen, which is severely stenosed.",
    "L5-S1: The right L5 root is compressed within its foramen, which is severely narrowed.",
    "L5-S1: The right L5 root is compressed in the severely narrowed foramen.",
])  # fmt: skip
def test_a_foramen_is_on_the_side_of_the_root_in_it(text: str) -> None:
    assert told(text, "foraminal_stenosis") == {"L5-S1 right": "severe"}
    assert told(text, "nerve_root") == {"L5-S1 right": "compression"}


@pytest.mark.parametrize("text", [
    "L4-5: Severe foraminal stenosis on the left. On the right it is mild.",
    "L4-5: Severe foraminal stenosis on the left. On the right, it is mild.",
    "L4-5: Severe foraminal stenosis on the left. It is mild on the right.",
    "L4-5: Severe left foraminal stenosis. The right is mild.",
    "L4-5: Severe foraminal stenosis on the left; on the right it is unchanged and mild.",
    "L4-5: Left foraminal stenosis is severe; the right is unchanged and mild.",
])  # fmt: skip
def test_the_other_side_has_its_degree_in_a_sentence_of_its_own(text: str) -> None:
    assert told(text, "foraminal_stenosis") == {"L4-L5 left": "severe", "L4-L5 right": "mild"}


@pytest.mark.parametrize("text", [
    "L4-5: The right foramen is severely narrowed, the left is only mildly narrowed.",
    "L4-5: The right foramen is severely narrowed, while the left is only mildly narrowed.",
    "L4-5: The right foramen is severely narrowed with compression of the L4 root, the left is only mildly narrowed.",
    "L4-5: The right foramen is severely narrowed with compression of the L4 root. The left is mildly narrowed.",
])  # fmt: skip
def test_the_other_side_is_only_mildly_narrowed(text: str) -> None:
    assert told(text, "foraminal_stenosis") == {"L4-L5 left": "mild", "L4-L5 right": "severe"}
    assert set(told(text, "nerve_root")) <= {"L4-L5 right"}


@pytest.mark.parametrize("text", [
    "L4-5: Bulge, moderate canal stenosis, NF right mild, left ok.",
    "L4-5 bulge, mod CCS, NF: R mild, L ok.",
    "There is a bulge at L4-5 with moderate canal stenosis, foramina: right mild, left patent.",
])  # fmt: skip
def test_a_side_without_a_noun_before_the_other_that_is_free(text: str) -> None:
    assert told(text, "foraminal_stenosis") == {"L4-L5 left": "none", "L4-L5 right": "mild"}
    assert told(text, "canal_stenosis") == {"L4-L5": "moderate"}


@pytest.mark.parametrize("text", [
    "The foramina are normal on the right. On the left they are mildly narrowed at L4-5.",
    "The right foramina are normal. On the left there is mild narrowing at L4-5.",
    "The right neural foramina are patent. They are mildly narrowed on the left at L4-5.",
])  # fmt: skip
def test_a_side_in_front_goes_on_with_the_openings_of_the_sentence_before(text: str) -> None:
    found = labels_of(text)
    assert found.pop("L4-L5 foraminal_stenosis left") == "mild"
    levels = ("L1-L2", "L2-L3", "L3-L4", "L4-L5", "L5-S1")
    assert found == dict.fromkeys([f"{level} foraminal_stenosis right" for level in levels], "none")


def test_they_are_the_disc_spaces_of_the_sentence_before() -> None:
    text = "The disc spaces are preserved. They are mildly narrowed at L4-5."
    assert told(text, "disc_height_loss")["L4-L5"] == "mild"
    assert told(text, "canal_stenosis") == {}


@pytest.mark.parametrize("text", [
    "L4-5: Foraminal narrowing b/l mod, recess neg.",
    "L4-5: Bulge with foraminal narrowing bilaterally moderate, recesses patent.",
])  # fmt: skip
def test_a_degree_behind_both_sides_before_the_next_item(text: str) -> None:
    assert told(text, "foraminal_stenosis") == {"L4-L5 left": "moderate", "L4-L5 right": "moderate"}


@pytest.mark.parametrize("text", [
    "L4-5: Foramina: left mild, right severe with L4 root compression.",
    "L4-5: Foraminal stenosis: mild left, severe right with compression of the L4 root.",
    "L4-5: Foramina: right severe with L4 root compression, left mild.",
])  # fmt: skip
def test_a_root_is_on_the_side_told_last(text: str) -> None:
    assert told(text, "nerve_root") == {"L4-L5 right": "compression"}


@pytest.mark.parametrize("text", [
    "The foramina at L4-5 are mildly narrowed; those at L5-S1 are severely narrowed.",
    "The foramina at L4-5 are mildly narrowed. Those at L5-S1 are severely narrowed.",
])  # fmt: skip
def test_those_are_the_openings_of_the_clause_before(text: str) -> None:
    mild, severe = (
        {f"{level} {side}": grade for side in ("left", "right")}
        for level, grade in (("L4-L5", "mild"), ("L5-S1", "severe"))
    )
    assert told(text, "foraminal_stenosis") == {**mild, **severe}


@pytest.mark.parametrize("text", [
    "Foraminal narrowing is greater on the left than on the right at L5-S1.",
    "L5-S1: Foraminal narrowing, more on the left than the right.",
    "Foraminal narrowing is worse on the left at L5-S1.",
])  # fmt: skip
def test_a_side_that_is_worse_than_the_other_leaves_both(text: str) -> None:
    assert told(text, "foraminal_stenosis") == {"L5-S1 left": PRESENT, "L5-S1 right": PRESENT}


def test_a_degree_behind_a_comparison_of_sides_is_of_both() -> None:
    text = "The foramina are narrowed at L5-S1, more on the left than the right, severely."
    assert told(text, "foraminal_stenosis") == {"L5-S1 left": "severe", "L5-S1 right": "severe"}


@pytest.mark.parametrize("text", [
    "Both foramina at L4-5 and the left at L5-S1 are mildly narrowed.",
    "Both L4-5 foramina are mildly narrowed, and the left L5-S1 foramen is mildly narrowed.",
])  # fmt: skip
def test_a_side_at_another_level_is_of_the_site_before(text: str) -> None:
    assert told(text, "foraminal_stenosis") == dict.fromkeys(("L4-L5 left", "L4-L5 right", "L5-S1 left"), "mild")


def test_both_lesions_of_different_sides_have_the_degree_behind() -> None:
    text = "Right foraminal stenosis at L3-4 and left at L4-5, both mild."
    assert told(text, "foraminal_stenosis") == {"L3-L4 right": "mild", "L4-L5 left": "mild"}


def test_a_side_before_the_level_of_a_heading_is_that_of_the_part() -> None:
    text = "Left L5-S1 foramen: severely narrowed; right: patent."
    assert told(text, "foraminal_stenosis") == {"L5-S1 left": "severe", "L5-S1 right": "none"}


@pytest.mark.parametrize(
    "joint", [", in contrast to the right, which is", ", unlike the right, which is", "; the right is"]
)
def test_a_side_set_off_by_contrast_has_what_is_told_of_it(joint: str) -> None:
    text = f"The left foramen at L4-5 is normal{joint} severely narrowed."
    assert told(text, "foraminal_stenosis") == {"L4-L5 left": "none", "L4-L5 right": "severe"}


@pytest.mark.parametrize("text", [
    "The left foramen is mild at L3-4, severe at L4-5.", "Left foramen mild at L3-4 and severe at L4-5.",
])  # fmt: skip
def test_a_site_without_a_finding_keeps_its_side_at_the_next_level(text: str) -> None:
    assert told(text, "foraminal_stenosis") == {"L3-L4 left": "mild", "L4-L5 left": "severe"}


@pytest.mark.parametrize("before", [
    "The disc is bulging, more so on the left,", "The disc bulges on the left", "Bulge, worse on the left,",
])  # fmt: skip
def test_a_clause_with_where_goes_on_about_the_side_before_it(before: str) -> None:
    text = (
        f"L4-5: {before} where it narrows the foramen moderately and touches the exiting root; the recesses are patent."
    )
    assert told(text, "foraminal_stenosis") == {"L4-L5 left": "moderate"}
    assert told(text, "nerve_root") == {"L4-L5 left": "contact"}
    assert told(text, "subarticular_stenosis") == at_l45("subarticular_stenosis", "none")


def test_a_side_named_behind_where_is_its_own() -> None:
    text = "L4-5: Bulge on the left, where the foramen is moderately narrowed and the right foramen is patent."
    assert told(text, "foraminal_stenosis") == {"L4-L5 left": "moderate", "L4-L5 right": "none"}


@pytest.mark.parametrize(
    "lesion", ["Bulge on the left", "Left-sided bulge", "Left foraminal bulge", "Bulge to the left,"]
)
@pytest.mark.parametrize(("effect", "finding"), [
    ("touching the exiting root", "nerve_root"), ("compressing the nerve root", "nerve_root"),
    ("narrowing the foramen", "foraminal_stenosis"), ("narrowing the lateral recess", "subarticular_stenosis"),
])  # fmt: skip
def test_what_a_bulge_of_one_side_presses_on_is_on_that_side(lesion: str, effect: str, finding: str) -> None:
    assert set(told(f"L4-5: {lesion} {effect}.", finding)) == {"L4-L5 left"}


@pytest.mark.parametrize("text", [
    "L4-5: Bulge eccentric to the left, narrowing the foramina.",
    "L4-5: Bulge, worse on the left, narrowing the foramen.",
    "L4-5: Left bulge and facet arthropathy with foraminal stenosis.",
])  # fmt: skip
def test_what_lies_beside_a_bulge_or_beneath_both_of_its_sides_is_on_either(text: str) -> None:
    assert told(text, "foraminal_stenosis") == at_l45("foraminal_stenosis", PRESENT)


@pytest.mark.parametrize("text", [
    "Severe left and, to a lesser extent, right foraminal stenosis.",
    "Severe foraminal stenosis on the left and to a lesser extent on the right.",
    "Foraminal stenosis is severe on the left and, to a lesser degree, on the right.",
])  # fmt: skip
def test_a_side_of_a_lesser_extent_has_at_most_the_degree_of_the_other(text: str) -> None:
    assert told(f"L4-5: {text}", "foraminal_stenosis") == {
        "L4-L5 left": "severe", "L4-L5 right": "mild|moderate|severe",
    }  # fmt: skip


@pytest.mark.parametrize("text", [
    "Foraminal stenosis, L: moderate > R: mild.", "Foraminal stenosis: left: moderate > right: mild.",
    "Mild right < moderate left foraminal stenosis.", "Right mild < left moderate foraminal stenosis.",
])  # fmt: skip
def test_each_side_of_a_sign_of_more_or_less_has_its_degree(text: str) -> None:
    assert told(f"L4-5: {text}", "foraminal_stenosis") == {"L4-L5 left": "moderate", "L4-L5 right": "mild"}
