"""What is said together is what is said apart: findings joined in a sentence have the labels that each has alone."""

import re
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.labeling.conftest import labels_of

LESIONS = {
    "canal": ("{degree} canal stenosis", "{degree} narrowing of the spinal canal"),
    "foramen": ("{degree} {side} foraminal stenosis", "{degree} narrowing of the {side} neural foramen"),
    "recess": ("{degree} {side} lateral recess stenosis", "{degree} narrowing of the {side} lateral recess"),
    "bulge": ("a {degree} disc bulge", "{degree} bulging of the disc"),
    "herniation": ("a disc extrusion", "a central disc protrusion"),
    "slip": ("a grade 1 anterolisthesis",),
    "root": ("compression of the {side} nerve root", "displacement of the {side} nerve root"),
    "sac": ("indentation of the thecal sac", "effacement of the thecal sac"),
    "facet": ("{degree} {side} facet joint hypertrophy",),
    "flavum": ("{degree} ligamentum flavum hypertrophy",),
    "endplate": ("Modic type 2 changes",),
}
"""Lesions as nouns; of each kind at most one stands in a sentence."""

CLAUSES = {
    "canal": ("the canal is {adverb} narrowed", "the canal is patent", "there is no canal stenosis"),
    "foramen": ("the {side} foramen is {adverb} narrowed", "the foramina are patent", "no foraminal narrowing is seen"),
    "recess": ("the {side} lateral recess is {adverb} narrowed", "there is no lateral recess stenosis"),
    "bulge": ("there is a {degree} disc bulge", "the disc does not bulge"),
    "herniation": ("the disc is herniated", "a disc extrusion is present", "there is no disc herniation"),
    "degeneration": ("the disc is desiccated", "the disc is {adverb} degenerated", "the disc is well hydrated"),
    "root": (
        "the {side} nerve root is compressed",
        "the {side} nerve root is displaced",
        "no root compression is seen",
    ),
    "sac": ("the thecal sac is indented", "the thecal sac is not compressed"),
    "facet": ("the facet joints are {adverb} hypertrophied", "the facet joints are normal"),
    "flavum": ("the ligamentum flavum is {adverb} thickened", "the ligamentum flavum is not thickened"),
}
"""What is said of a site in a clause of its own, present or absent."""

JOINED_LESIONS = (
    "{0} and {1}",
    "{0}, {1}",
    "{0} with {1}",
    "{0}, with {1}",
    "{0} as well as {1}",
    "{0} in addition to {1}",
    "both {0} and {1}",
    "{0} together with {1}",
    "{0} causing {1}",
    "{0}, resulting in {1}",
    "{0} producing {1}",
    "{0} which is responsible for {1}",
)
DENIED_BEHIND = (
    "{0} without {1}",
    "{0} but no {1}",
    "{0}, no {1}",
    "{0} with no evidence of {1}",
    "{0}, but without {1}",
)
JOINED_CLAUSES = (
    "{0} and {1}",
    "{0}, and {1}",
    "{0}, {1}",
    "{0}; {1}",
    "{0} while {1}",
    "although {0}, {1}",
    "{0} ({1})",
    "{0}, but {1}",
    "{0}, whereas {1}",
    "{0}; however, {1}",
    "since {0}, {1}",
    "{0}. Furthermore, {1}",
)
PLACED_LESIONS = ("At L4-5, there is {}.", "There is {} at L4-5.", "The L4-5 level shows {}.", "L4-5: {}.")
PLACED_CLAUSES = ("At L4-5, {}.", "L4-5: {}.", "At the L4-5 level {}.")

TWO_LEVELS = (
    "{0} at L3-4, L4-5 {1}.",
    "{0} at L3-4 and {1} at L4-5.",
    "{0} at L3-4, and {1} at L4-5.",
    "{0} at L3-4, L4-5 shows {1}.",
    "{0} at L3-4, while L4-5 shows {1}.",
    "L3-4 {0}, L4-5 {1}.",
    "L3-4: {0}; L4-5: {1}.",
    "L3-4: {0}. L4-5: {1}.",
    "At L3-4 {0}, at L4-5 {1}.",
    "The L3-4 level shows {0} and the L4-5 level {1}.",
    "{0} (L3-4) and {1} (L4-5).",
    "L3-4:\n{0}.\nL4-5:\n{1}.",
)
"""Sentences of two lesions at a level each."""

OTHER_LEVEL_NORMAL = (
    "{} at L3-4, L4-5 is normal.",
    "{} at L3-4, but L4-5 is normal.",
    "L3-4: {}, L4-5 is normal.",
    "L3-4 {}, L4-5 normal.",
)

ADVERBS = {"mild": "mildly", "moderate": "moderately", "severe": "severely", "": ""}
ZONES = ("herniation_zone", "herniation_migration")


@cache
def alone(text: str, level: str = "L4-5") -> dict[str, str]:
    return together(f"At {level}, {text}.")


def together(text: str) -> dict[str, str]:
    return {key: grades for key, grades in labels_of(text).items() if key.split()[1] not in ZONES}


@st.composite
def pairs(draw: st.DrawFn, phrases: dict[str, tuple[str, ...]], *, degree: bool = True) -> tuple[str, str]:
    first, second = draw(st.lists(st.sampled_from(sorted(phrases)), min_size=2, max_size=2, unique=True))
    return _filled(draw, phrases[first], degree=True), _filled(draw, phrases[second], degree=degree)


def _filled(draw: st.DrawFn, phrases: tuple[str, ...], *, degree: bool) -> str:
    degrees = sorted(ADVERBS) if degree else [""]
    word = draw(st.sampled_from(degrees))
    side = draw(st.sampled_from(["left", "right"]))
    return " ".join(draw(st.sampled_from(phrases)).format(degree=word, adverb=ADVERBS[word], side=side).split())


@settings(max_examples=300)
@given(pairs(LESIONS), st.sampled_from(JOINED_LESIONS), st.sampled_from(PLACED_LESIONS))
def test_lesions_that_are_joined_are_told_of_each(lesions: tuple[str, str], joint: str, placed: str) -> None:
    expected = {key: grades for lesion in lesions for key, grades in alone(f"there is {lesion}").items()}
    assert together(placed.format(joint.format(*lesions))) == expected


@settings(max_examples=300)
@given(pairs(LESIONS, degree=False), st.sampled_from(DENIED_BEHIND), st.sampled_from(PLACED_LESIONS))
def test_a_lesion_stays_where_another_is_denied(lesions: tuple[str, str], joint: str, placed: str) -> None:
    present, denied = lesions[0], re.sub("^an? ", "", lesions[1])
    expected = alone(f"there is {present}") | alone(f"there is no {denied}")
    assert together(placed.format(joint.format(present, denied))) == expected


@settings(max_examples=300)
@given(pairs(CLAUSES), st.sampled_from(JOINED_CLAUSES), st.sampled_from(PLACED_CLAUSES))
def test_clauses_that_are_joined_say_what_each_says(clauses: tuple[str, str], joint: str, placed: str) -> None:
    expected = alone(clauses[0]) | alone(clauses[1])
    assert together(placed.format(joint.format(*clauses))) == expected


@pytest.mark.parametrize("phrases", [LESIONS, CLAUSES])
def test_everything_that_is_composed_is_read_alone(phrases: dict[str, tuple[str, ...]]) -> None:
    for texts in phrases.values():
        for text in texts:
            said = text.format(degree="mild", adverb="mildly", side="left")
            assert alone(said if phrases is CLAUSES else f"there is {said}")


def _bare(lesions: tuple[str, str]) -> tuple[str, str]:
    """Return lesions without their articles."""
    first, second = (re.sub("^an? ", "", lesion) for lesion in lesions)
    return first, second


@settings(max_examples=300)
@given(pairs(LESIONS), st.sampled_from(TWO_LEVELS))
def test_each_of_two_levels_has_its_own_lesion(lesions: tuple[str, str], placed: str) -> None:
    lesions = _bare(lesions)
    expected = alone(f"there is {lesions[0]}", "L3-4") | alone(f"there is {lesions[1]}")
    assert together(placed.format(*lesions)) == expected


@settings(max_examples=100)
@given(pairs(LESIONS), st.sampled_from(OTHER_LEVEL_NORMAL))
def test_a_level_beside_that_of_a_lesion_is_normal(lesions: tuple[str, str], placed: str) -> None:
    lesion = _bare(lesions)[0]
    assert together(placed.format(lesion)) == alone(f"there is {lesion}", "L3-4") | together("L4-5: Normal.")


@settings(max_examples=100)
@given(pairs(LESIONS), st.sampled_from(("L4-5: Similar findings.", "Similar findings at L4-5.", "L4-5: Same as L3-4.")))
def test_a_level_like_another_has_all_of_it(lesions: tuple[str, str], echo: str) -> None:
    told = f"L3-4: {_bare(lesions)[0]}. {_bare(lesions)[1]}."
    expected = together(told)
    expected |= {key.replace("L3-L4", "L4-L5"): grades for key, grades in expected.items()}
    assert together(f"{told}\n{echo}\nL1-2: Normal.") == expected | together("L1-2: Normal.")
