"""Two sides: whatever the sentence, each has its own degree; all texts are invented."""

import itertools
import re

import pytest
from tests.labeling.conftest import PRESENT, labels_of, told

SITES = (
    ("foraminal_stenosis", "foraminal", "foramen", "foramina"),
    ("subarticular_stenosis", "lateral recess", "lateral recess", "lateral recesses"),
)
"""The finding, and its adjective and nouns."""
MIRRORED = {"left": "right", "right": "left", "Left": "Right", "Right": "Left", "L": "R", "R": "L"}

EACH_ITS_OWN = (
    "{a} left and {b} right {adj} {noun}.",
    "{a} {adj} {noun} on the left and {b} on the right.",
    "{adj} {noun}, {a} on the left and {b} on the right.",
    "{adj} {noun} is {a} on the left and {b} on the right.",
    "{a} {noun} of the left and {b} {noun} of the right {site}.",
    "{a} {noun} of the left, and {b} {noun} of the right {site}.",
    "{a} {noun} of the left {site} and {b} {noun} of the right.",
    "{a} {noun} of the left {site} and {b} of the right.",
    "{a} {noun} of the left {site}, {b} of the right.",
    "{a} {noun} of the left {site} and {b} {noun} of the right {site}.",
    "The left {site} is {a}ly and the right {b}ly narrowed.",
    "The left {site} is {a}ly narrowed, the right {b}ly.",
    "The left {site} is {a}ly narrowed and the right one {b}ly.",
    "The left {site} is {a}ly narrowed, the right one is {b}ly narrowed.",
    "The left {site} is {a}ly narrowed and the right {site} is {b}ly narrowed.",
    "{a} left {adj} {noun}, {b} right.",
    "{a} left {adj} {noun}; {b} on the right.",
    "{a} left {adj} {noun} and {b} on the right.",
    "{sites}: {a} left, {b} right.",
    "{sites}: {a} left and {b} right {noun}.",
    "{sites}: {a} on the left, {b} on the right.",
    "{sites}: Left {a}, right {b}.",
    "{sites}: Left is {a}ly narrowed, right {b}ly.",
    "Left {site}: {a} {noun}. Right {site}: {b} {noun}.",
    "The {sites} are {a}ly narrowed on the left and {b}ly on the right.",
    "The {sites} are {a}ly narrowed on the left and {b}ly narrowed on the right.",
    "There is {a} {noun} of the left {site}, {b} of the right one.",
    "There is {a} {noun} of the left {site}; the right is {b}ly narrowed.",
    "There is {a} {noun} of the left {site} and the right one is {b}ly narrowed.",
    "{a} left, {b} right {adj} {noun}.",
    "{a} left-sided and {b} right-sided {adj} {noun}.",
    "{noun} of the {sites}, {a} on the left, {b} on the right.",
    "{noun} of the {sites}: {a} on the left, {b} on the right.",
    "{adj} {noun} ({a} left, {b} right).",
    "{adj} {noun} (left {a}, right {b}).",
    "{adj} {noun} (L {a}, R {b}).",
    "{adj} {noun}: left {a}, right {b}.",
    "{adj} {noun} - left {a}, right {b}.",
    "{a} (left) and {b} (right) {adj} {noun}.",
    "Disc bulge with {noun} of the left ({a}) and right ({b}) {sites}.",
    "{a} {adj} {noun} left, {b} right.",
    "Disc bulge causing {a} left and {b} right {adj} {noun}.",
    "On the left, {a} {adj} {noun}; on the right, {b}.",
    "On the left there is {a} {adj} {noun}, on the right {b}.",
    "On the left there is {a} and on the right {b} {adj} {noun}.",
    "The left {site} shows {a} {noun}, the right {b}.",
    "The left {site} shows {a} and the right {site} {b} {noun}.",
    "{adj} {noun} is {a} on the left but {b} on the right.",
    "{a} left and {b} right {noun} of the {sites}.",
    "{noun} of the left {site} is {a}, that of the right is {b}.",
    "{noun} of the left {site} is {a} and of the right {site} {b}.",
    "{adj} {noun} {a} left and {b} right.",
    "{adj} {noun} {a} on left, {b} on right.",
    "{a} {noun} in the left {site} and {b} in the right.",
    "There is {adj} {noun}, which is {a} on the left and {b} on the right.",
    "There is {adj} {noun} that is {a} on the left, {b} on the right.",
    "Left {adj} {noun} is {a}, right is {b}.",
    "Left {adj} {noun} is {a} and right {adj} {noun} is {b}.",
    "Left {a} and right {b} {adj} {noun}.",
    "Left greater than right {adj} {noun}, {a} on the left and {b} on the right.",
    "{a} {noun} of the {sites} on the left, and {b} on the right.",
)
"""Left is mild and right is severe."""

BOTH_ALIKE = (
    "{a} {noun} of the left and the right {site}.",
    "{a} {noun} of the left and right {sites}.",
    "{a} {noun} of both the left and the right {site}.",
    "{a} {noun} of both {sites}.",
    "Both {sites} are {a}ly narrowed.",
    "The left and right {sites} are {a}ly narrowed.",
    "The left and the right {site} are {a}ly narrowed.",
    "{a} {adj} {noun}, left and right.",
    "{a} {adj} {noun} bilaterally.",
    "{a} {adj} {noun} on the left and on the right.",
    "{a} {adj} {noun} on the left and the right.",
    "{a} left and right {adj} {noun}.",
    "{a} {noun} of the left and of the right {site}.",
    "{a} {noun} of the left {site} and of the right {site}.",
    "{a} {noun} of the left {site} and the right {site}.",
    "{a} {noun} of the left {site} and the right.",
    "{a} {noun} in both the right and left {site}.",
    "Disc bulge {a}ly narrowing the left and the right {site}.",
    "Disc bulge {a}ly narrowing the left and right {sites}.",
    "The {sites} are {a}ly narrowed on both sides.",
    "Bilateral {adj} {noun}, {a}.",
    "Right and left {adj} {noun}, {a}.",
    "{a} {noun} of each {site}.",
    "{a} {noun} of the {sites} on each side.",
)
"""Both sides are mild."""

ONE_FREE = (
    "{a} left {adj} {noun}, none on the right.",
    "{a} left {adj} {noun} and none on the right.",
    "{a} left and no right {adj} {noun}.",
    "{a} left {adj} {noun}, no right {adj} {noun}.",
    "{a} left {adj} {noun}. The right {site} is patent.",
    "{a} left {adj} {noun}; the right is patent.",
    "{a} left {adj} {noun}, right is patent.",
    "{a} left {adj} {noun}, the right {site} being patent.",
    "{a} left {adj} {noun} with a patent right {site}.",
    "The left {site} is {a}ly narrowed, the right is patent.",
    "The left {site} is {a}ly narrowed; the right one is normal.",
    "The left {site} is {a}ly narrowed and the right clear.",
    "The left {site} is {a}ly narrowed but the right one is not.",
    "The left {site} is {a}ly narrowed, but not the right.",
    "The left but not the right {site} is {a}ly narrowed.",
    "No right and {a} left {adj} {noun}.",
    "No right {adj} {noun} and {a} left {adj} {noun}.",
    "No {adj} {noun} on the right, {a} on the left.",
    "No {adj} {noun} on the right and {a} {noun} on the left.",
    "{sites}: {a} left, none right.",
    "{sites}: {a} left, patent right.",
    "{sites}: Left {a}, right patent.",
    "{sites}: Left {a}ly narrowed, right clear.",
    "{sites}: patent on the right, {a} {noun} on the left.",
    "{sites}: right normal, left {a}ly narrowed.",
    "The right {site} is patent, the left {a}ly narrowed.",
    "The right {site} is patent and there is {a} {noun} of the left.",
    "The right {site} is patent and there is {a} {noun} of the left {site}.",
    "The right {site} is clear; there is {a} {noun} on the left.",
    "There is {a} {noun} of the left {site} and the right is clear.",
    "There is {a} {noun} of the left {site} with no {noun} on the right.",
    "There is {a} {noun} of the left {site} and no {noun} of the right {site}.",
    "There is no {noun} of the right {site} and {a} {noun} of the left.",
    "There is no {noun} of the right {site} but {a} {noun} of the left {site}.",
    "{adj} {noun}: right none, left {a}.",
    "{adj} {noun}: none on the right, {a} on the left.",
    "{adj} {noun} is {a} on the left and absent on the right.",
    "Disc bulge {a}ly narrows the left {site}, the right is spared.",
    "Disc bulge {a}ly narrows the left but not the right {site}.",
    "Disc bulge {a}ly narrows the left {site} without {noun} of the right.",
)
"""Left is mild and right is free."""


def mirrored(text: str) -> str:
    """Return a text with its sides exchanged."""
    return re.sub(r"\b(left|right|Left|Right|L|R)\b", lambda side: MIRRORED[side[0]], text)


def texts_of(frame: str) -> list[tuple[str, str, bool]]:
    """Return the frame filled with each site and noun, as it is and mirrored: text, finding, whether mirrored."""
    filled = []
    for (finding, adjective, site, sites), noun in itertools.product(SITES, ("narrowing", "stenosis")):
        text = frame.format(a="mild", b="severe", adj=adjective, site=site, sites=sites, noun=noun)
        text = f"L4-5: {text[0].upper()}{text[1:]}"
        filled += [(text, finding, False), (mirrored(text), finding, True)]
    return filled


def expect(frame: str, left: str, right: str) -> None:
    """Assert the degrees of both sides, and that nothing else is said but of the bulge that narrows them."""
    for text, finding, is_mirrored in texts_of(frame):
        found = {key: grades for key, grades in labels_of(text).items() if "bulge" not in key}
        sides = (right, left) if is_mirrored else (left, right)
        assert found == {f"L4-L5 {finding} left": sides[0], f"L4-L5 {finding} right": sides[1]}, text


@pytest.mark.parametrize("frame", EACH_ITS_OWN)
def test_each_side_has_its_own_degree(frame: str) -> None:
    expect(frame, "mild", "severe")


@pytest.mark.parametrize("frame", BOTH_ALIKE)
def test_both_sides_share_a_degree(frame: str) -> None:
    expect(frame, "mild", "mild")


@pytest.mark.parametrize("frame", ONE_FREE)
def test_one_side_may_be_free(frame: str) -> None:
    expect(frame, "mild", "none")


@pytest.mark.parametrize(("text", "root"), [
    ("Foramina: Severe left with contact of the exiting L5 nerve root, mild right.", "contact"),
    ("Severe left foraminal stenosis with root compression, mild on the right.", "compression"),
    ("Severe left foraminal stenosis compressing the exiting root, mild right.", "compression"),
    ("Severe left foraminal stenosis with displacement of the exiting root and mild on the right.", "displacement"),
])  # fmt: skip
def test_an_effect_parts_the_degrees_of_the_sides_and_stays_at_its_own(text: str, root: str) -> None:
    assert labels_of(f"L5-S1: {text}") == {
        "L5-S1 foraminal_stenosis left": "severe",
        "L5-S1 foraminal_stenosis right": "mild",
        "L5-S1 nerve_root left": root,
    }


@pytest.mark.parametrize(
    "cause", ["due to the bulge", "secondary to disc bulge and facet hypertrophy", "from osteophytes"]
)
@pytest.mark.parametrize(("behind", "right"), [
    (", mild on the right.", "mild"),
    ("; mild on the right.", "mild"),
    ("; the right is patent.", "none"),
    (". The right is patent.", "none"),
    ("; the right is mildly narrowed.", "mild"),
])  # fmt: skip
def test_a_cause_parts_the_degrees_of_the_sides(cause: str, behind: str, right: str) -> None:
    text = f"L4-5: Severe left foraminal stenosis {cause}{behind}"
    assert told(text, "foraminal_stenosis") == {"L4-L5 left": "severe", "L4-L5 right": right}
    assert told(text, "bulge").get("L4-L5", "mild|moderate|severe") == "mild|moderate|severe"


@pytest.mark.parametrize("text", [
    "Mild foraminal stenosis left, right foramen free.",
    "Mild foraminal stenosis left, the right foramen is patent.",
    "Mild foraminal narrowing on the left, right foramen clear.",
])  # fmt: skip
def test_a_side_behind_a_noun_leaves_the_other_to_what_follows(text: str) -> None:
    assert labels_of(f"L5-S1: {text}") == {
        "L5-S1 foraminal_stenosis left": "mild",
        "L5-S1 foraminal_stenosis right": "none",
    }


@pytest.mark.parametrize("text", [
    "The left foramen is narrowed but not the right, and the canal is patent.",
    "The left foramen is narrowed but not the right, the canal is patent.",
    "The left foramen is narrowed but not the right and the canal is patent.",
    "There is narrowing of the left but not of the right foramen, and the canal is patent.",
])  # fmt: skip
def test_what_follows_a_denied_side_is_not_denied(text: str) -> None:
    assert told(f"L4-5: {text}", "canal_stenosis") == {"L4-L5": "none"}
    assert told(f"L4-5: {text}", "foraminal_stenosis") == {"L4-L5 left": "mild|moderate|severe", "L4-L5 right": "none"}


@pytest.mark.parametrize(("text", "left", "right"), [
    ("The disc compresses the left but not the right root.", "compression", "none|contact|displacement"),
    ("Contact with the left and the right L5 root.", "contact", "contact"),
    ("Compression of the left root and the right.", "compression", "compression"),
    ("Compression of the left root and the right is displaced.", "compression", "displacement"),
    ("No contact with the right or the left L5 root.", "none", "none"),
])  # fmt: skip
def test_roots_of_both_sides(text: str, left: str, right: str) -> None:
    assert told(f"L4-5: {text}", "nerve_root") == {"L4-L5 left": left, "L4-L5 right": right}


@pytest.mark.parametrize(("text", "finding", "side"), [
    ("Narrowing of the left foramen and right protrusion.", "foraminal_stenosis", "left"),
    ("Narrowing of the left foramen and right facet arthropathy.", "foraminal_stenosis", "left"),
    ("Narrowing of the right recess and left facet hypertrophy.", "subarticular_stenosis", "right"),
])  # fmt: skip
def test_a_side_of_another_finding_is_not_shared(text: str, finding: str, side: str) -> None:
    assert told(f"L4-5: {text}", finding) == {f"L4-L5 {side}": "mild|moderate|severe"}


@pytest.mark.parametrize("text", [
    "There is effacement of the CSF around the nerve roots.",
    "Complete effacement of CSF between the roots.",
    "The CSF surrounding the roots is effaced.",
])  # fmt: skip
def test_roots_that_tell_where_fluid_is_have_no_label(text: str) -> None:
    assert labels_of(f"L4-5: {text}") == {"L4-L5 thecal_sac": "indentation"}


@pytest.mark.parametrize("text", [
    "On the left, severe foraminal narrowing at L4-5 and mild at L2-3.",
    "On the left, severe foraminal narrowing at L4-5, mild at L2-3.",
    "Left foraminal narrowing, severe at L4-5 and mild at L2-3.",
    "Left foraminal narrowing is severe at L4-5 and mild at L2-3.",
])  # fmt: skip
def test_a_side_in_front_is_that_of_every_level(text: str) -> None:
    assert labels_of(text) == {"L2-L3 foraminal_stenosis left": "mild", "L4-L5 foraminal_stenosis left": "severe"}


def test_a_noun_said_again_shares_its_object_with_the_one_before() -> None:
    text = "Mild narrowing of the left L4-5 and severe narrowing of the right L5-S1 foramen."
    assert labels_of(text) == {"L4-L5 foraminal_stenosis left": "mild", "L5-S1 foraminal_stenosis right": "severe"}


@pytest.mark.parametrize("behind", [
    " without disc bulge.", " with no disc bulge or root compression.", ", without disc bulge.", ", no disc bulge.",
    " and no disc bulge.",
])  # fmt: skip
def test_degrees_of_two_sides_end_before_what_is_denied(behind: str) -> None:
    found = labels_of(f"L4-5: Bilateral foraminal narrowing, mild on the left and severe on the right{behind}")
    assert (found["L4-L5 foraminal_stenosis left"], found["L4-L5 foraminal_stenosis right"]) == ("mild", "severe")
    assert found["L4-L5 bulge"] == "none"


@pytest.mark.parametrize("narrowing", [
    "foraminal stenosis, mild on the left and severe on the right,",
    "bilateral foraminal narrowing, severe on the right and mild on the left",
    "severe right and mild left foraminal stenosis",
])  # fmt: skip
@pytest.mark.parametrize("before", ["Marked disc desiccation and", "Bulge at L5-S1. There is disc desiccation with"])
def test_the_level_behind_degrees_of_two_sides_is_that_of_the_sentence(before: str, narrowing: str) -> None:
    found = labels_of(f"{before} {narrowing} at L3-4.")
    assert found["L3-L4 foraminal_stenosis left"] == "mild"
    assert found["L3-L4 foraminal_stenosis right"] == "severe"
    assert "L3-L4 degeneration" in found
    assert [key for key in found if key.startswith("L5")] == (["L5-S1 bulge"] if "Bulge" in before else [])


def test_the_level_behind_a_degree_is_not_that_of_a_head_of_another_degree() -> None:
    assert told("Mild canal stenosis, severe at L3-4.", "canal_stenosis") == {"L3-L4": "severe"}
    assert labels_of("Disc bulge with canal stenosis, severe at L3-4.") == {
        "L3-L4 bulge": "mild|moderate|severe", "L3-L4 canal_stenosis": "severe",
    }  # fmt: skip


@pytest.mark.parametrize("behind", ["on both sides", "bilaterally"])
@pytest.mark.parametrize("before", ["Left paracentral protrusion", "Contact with the left L5 root"])
def test_both_sides_behind_a_narrowing_are_not_the_one_before(before: str, behind: str) -> None:
    found = told(f"L4-5: {before} and mild foraminal narrowing {behind}.", "foraminal_stenosis")
    assert found == {"L4-L5 left": "mild", "L4-L5 right": "mild"}


@pytest.mark.parametrize("lesion", ["left facet synovial cyst", "left facet joint synovial cyst", "left synovial cyst"])
@pytest.mark.parametrize("before", ["Indentation of the sac", "Mild thickening of the ligamentum flavum", "Bulge"])
def test_a_cyst_of_a_facet_has_its_side(before: str, lesion: str) -> None:
    found = labels_of(f"L4-5: {before} and a {lesion}.")
    assert told(f"L4-5: {before} and a {lesion}.", "synovial_cyst") == {"L4-L5 left": "present"}
    assert not any("facet" in key for key in found)


@pytest.mark.parametrize("joint", [" and", ", and", ","])
def test_both_sides_behind_a_level_are_not_those_of_the_next(joint: str) -> None:
    text = f"Mild foraminal stenosis at L2-3 bilaterally{joint} moderate foraminal stenosis at L4-5 on the right."
    assert told(text, "foraminal_stenosis") == {
        "L2-L3 left": "mild", "L2-L3 right": "mild", "L4-L5 right": "moderate"
    }  # fmt: skip


@pytest.mark.parametrize("text", [
    "Bilateral facet arthropathy, severe at L4-5 on the left and moderate on the right; mild elsewhere.",
    "Bilateral facet arthropathy, severe on the left and moderate on the right at L4-5; mild at the other levels.",
])  # fmt: skip
def test_what_is_bilateral_is_so_elsewhere_too(text: str) -> None:
    found = told(text, "facet_arthropathy")
    assert found["L4-L5 left"] == "severe"
    assert found["L4-L5 right"] == "moderate"
    assert {found.get(f"L5-S1 {side}") for side in ("left", "right")} == {"mild"}


@pytest.mark.parametrize("text", [
    "Bilateral foraminal stenosis, worse on the right, where it is severe.",
    "Bilateral foraminal stenosis, worse on the right where it is severe.",
])  # fmt: skip
def test_a_degree_where_it_is_worse_is_of_that_side(text: str) -> None:
    assert told(f"L5-S1: {text}", "foraminal_stenosis") == {"L5-S1 left": PRESENT, "L5-S1 right": "severe"}


@pytest.mark.parametrize("text", [
    "The L4 root is compressed in the left foramen.", "Root compression in the left foramen.",
    "The L4 nerve root is compressed within the left foramen.",
])  # fmt: skip
def test_a_root_has_the_side_of_the_place_where_it_is_touched(text: str) -> None:
    assert labels_of(f"L4-5: {text}") == {"L4-L5 nerve_root left": "compression"}


@pytest.mark.parametrize("part", ["left far lateral component", "left foraminal extension", "left foraminal component"])
def test_what_a_part_of_a_bulge_touches_is_of_its_side(part: str) -> None:
    assert told(f"L4-5: Bulge with a {part} contacting the exiting L4 root.", "nerve_root") == {"L4-L5 left": "contact"}


@pytest.mark.parametrize("text", [
    "Right far lateral protrusion in contact with the extraforaminal L3 root.",
    "Right foraminal protrusion contacting the foraminal segment of the L3 root.",
])  # fmt: skip
def test_where_a_root_is_touched_is_no_narrowing(text: str) -> None:
    found = labels_of(f"L3-4: {text}")
    assert found.pop("L3-L4 nerve_root right") == "contact"
    assert set(found) == {"L3-L4 herniation", "L3-L4 herniation_zone"}
