"""What is shared out, denied or likened in few words; all texts are invented."""

import pytest
from tests.labeling.conftest import PRESENT, told

LEVELS = ("L3-L4", "L4-L5")


@pytest.mark.parametrize(
    "text",
    [
        "The L3-4 and L4-5 discs show mild and moderate bulging, respectively.",
        "Mild and moderate bulging at L3-4 and L4-5, respectively.",
        "There are mild and moderate disc bulges at L3-4 and L4-5 respectively.",
        "The L4-5 and L3-4 discs demonstrate moderate and mild bulging, respectively.",
    ],
)
def test_each_level_has_its_degree(text: str) -> None:
    assert told(text, "bulge") == {"L3-L4": "mild", "L4-L5": "moderate"}


def test_three_degrees_of_three_levels() -> None:
    text = "L3-4, L4-5 and L5-S1 show mild, moderate and severe canal stenosis, respectively."
    assert told(text, "canal_stenosis") == {"L3-L4": "mild", "L4-L5": "moderate", "L5-S1": "severe"}


def test_a_verb_has_its_degrees() -> None:
    text = "The canal is mildly and severely narrowed at L3-4 and L4-5 respectively."
    assert told(text, "canal_stenosis") == {"L3-L4": "mild", "L4-L5": "severe"}


@pytest.mark.parametrize("text", [
    "L3-4, L4-5 and L5-S1: bulges causing no, mild and severe canal stenosis respectively.",
    "Disc bulges at L3-4, L4-5 and L5-S1 cause, respectively, no, mild and severe canal stenosis.",
    "Bulges at L3-4, L4-5 and L5-S1 cause no, mild and severe canal stenosis, respectively.",
])  # fmt: skip
def test_what_a_level_lacks_is_shared_out_and_its_lesions_stay(text: str) -> None:
    assert told(text, "canal_stenosis") == {"L3-L4": "none", "L4-L5": "mild", "L5-S1": "severe"}
    assert told(text, "bulge") == dict.fromkeys((*LEVELS, "L5-S1"), PRESENT)


@pytest.mark.parametrize("text", [
    "L3-4 and L4-5 are narrowed. There is mild and severe canal stenosis at these levels, respectively.",
    "The L3-4 and L4-5 discs bulge. Mild and severe canal stenosis is present at these levels, respectively.",
    "L3-4 and L4-5: Mild and severe canal stenosis, respectively.",
])  # fmt: skip
def test_levels_named_before(text: str) -> None:
    assert told(text, "canal_stenosis") == {"L3-L4": "mild", "L4-L5": "severe"}


@pytest.mark.parametrize("text", [
    "Bulge and protrusion at L3-4 and L4-5, respectively.",
    "A mild bulge and a central protrusion are seen at L3-4 and L4-5 respectively.",
    "L3-4 and L4-5 show a bulge and a small left protrusion, respectively.",
    "The L3-4 and L4-5 discs are bulging and protruding, respectively.",
])  # fmt: skip
def test_lesions_are_shared_out(text: str) -> None:
    assert set(told(text, "bulge")) == {"L3-L4"}
    assert told(text, "herniation") == {"L4-L5": "protrusion"}


@pytest.mark.parametrize("text", [
    "Left and right foraminal protrusions at L3-4 and L4-5, respectively.",
    "L3-4 and L4-5 demonstrate left foraminal and right foraminal protrusions, respectively.",
])  # fmt: skip
def test_zones_are_shared_out(text: str) -> None:
    assert told(text, "herniation_zone") == {"L3-L4": "foraminal_left", "L4-L5": "foraminal_right"}


def test_sites_are_shared_out() -> None:
    text = "Canal and foraminal stenosis at L3-4 and L4-5, respectively."
    assert told(text, "canal_stenosis") == {"L3-L4": PRESENT}
    assert told(text, "foraminal_stenosis") == {"L4-L5 left": PRESENT, "L4-L5 right": PRESENT}


@pytest.mark.parametrize("text", [
    "L4-5: The canal and foramina are mildly to moderately and severely narrowed, respectively.",
    "L4-5: Mild to moderate and severe narrowing of the canal and foramina, respectively.",
])  # fmt: skip
def test_degrees_are_shared_out_over_sites(text: str) -> None:
    assert told(text, "canal_stenosis") == {"L4-L5": "mild|moderate"}
    assert told(text, "foraminal_stenosis") == {"L4-L5 left": "severe", "L4-L5 right": "severe"}


@pytest.mark.parametrize("text", [
    "L4-5: The right and left foramina are mildly and severely narrowed, respectively.",
    "L4-5: Mild and severe narrowing of the right and left foramina, respectively.",
    "L4-5: Right and left foraminal stenosis is mild and severe, respectively.",
    "L4-5: There is mild and severe right and left foraminal stenosis, respectively.",
])  # fmt: skip
def test_degrees_are_shared_out_over_sides(text: str) -> None:
    assert told(text, "foraminal_stenosis") == {"L4-L5 left": "severe", "L4-L5 right": "mild"}


def test_what_stands_behind_shares_keeps_its_levels() -> None:
    text = "Moderate and mild canal stenosis at L4-5 and L3-4, respectively, with foraminal narrowing at both levels."
    assert told(text, "canal_stenosis") == {"L3-L4": "mild", "L4-L5": "moderate"}
    assert len(told(text, "foraminal_stenosis")) == len(LEVELS) * 2


def test_a_denial_behind_shares_is_of_all_their_levels() -> None:
    text = "The L3-4 and L4-5 discs show a mild and a moderate bulge, respectively, without canal stenosis."
    assert told(text, "canal_stenosis") == dict.fromkeys(LEVELS, "none")
    assert told(text, "bulge") == {"L3-L4": "mild", "L4-L5": "moderate"}


@pytest.mark.parametrize(
    "text",
    [
        "The L3-4 and L4-5 discs have good height and signal and none has herniated.",
        "L3-4 and L4-5 discs: none is herniated.",
    ],
)
def test_none_of_the_discs(text: str) -> None:
    assert told(text, "herniation") == dict.fromkeys(LEVELS, "none")


@pytest.mark.parametrize("what", ["Neither is", "None of these is", "None is"])
@pytest.mark.parametrize("having", ["associated with", "accompanied by"])
def test_lesions_that_have_no_narrowing(what: str, having: str) -> None:
    text = f"The L3-4 and L4-5 discs bulge mildly. {what} {having} canal stenosis."
    assert told(text, "canal_stenosis") == dict.fromkeys(LEVELS, "none")


def test_neither_with() -> None:
    text = "There are bulges at L3-4 and L4-5, neither with canal stenosis."
    assert told(text, "canal_stenosis") == dict.fromkeys(LEVELS, "none")


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("L3-4 and L4-5 are dehydrated, L5-S1 is not.", "degeneration"),
        ("The discs at L3-4 and L4-5 are desiccated, that at L5-S1 is not.", "degeneration"),
        ("The canal is narrowed at L3-4 and L4-5; L5-S1 is not.", "canal_stenosis"),
        ("The canal at L3-4 and L4-5 is narrowed but that at L5-S1 is not.", "canal_stenosis"),
    ],
)
def test_a_level_of_which_it_is_not_so(text: str, finding: str) -> None:
    assert told(text, finding) == {**dict.fromkeys(LEVELS, PRESENT), "L5-S1": "none"}


@pytest.mark.parametrize("words", ["of the same degree", "of similar severity", "to the same extent"])
def test_the_same_degree(words: str) -> None:
    text = f"At L4-5 there is moderate canal stenosis and there is left foraminal stenosis {words}."
    assert told(text, "foraminal_stenosis") == {"L4-L5 left": "moderate"}


def test_the_latter_is_one_of_the_same_pair_two_sentences_later() -> None:
    text = (
        "Severe canal stenosis at L3-4 and moderate at L4-5. At the former, redundant roots are seen. "
        "At the latter the right lateral recess is narrowed."
    )
    assert told(text, "subarticular_stenosis") == {"L4-L5 right": PRESENT}


@pytest.mark.parametrize(
    "text",
    [
        "Lee (R/L): L4-5 2/1, L5-S1 3/0.",
        "Lee grade (right/left): L4-5 2/1, L5-S1 3/0.",
        "Lee (L/R): L4-5 1/2, L5-S1 0/3.",
    ],
)
def test_two_sides_of_a_scale_by_their_order(text: str) -> None:
    assert told(text, "foraminal_stenosis") == {
        "L4-L5 right": "moderate", "L4-L5 left": "mild", "L5-S1 right": "severe", "L5-S1 left": "none"
    }  # fmt: skip


@pytest.mark.parametrize("words", ["has advanced since 2018", "has not materially advanced", "has advanced"])
def test_what_has_advanced_has_no_degree(words: str) -> None:
    assert told(f"Degeneration of the L4-5 disc {words}.", "degeneration") == {"L4-L5": PRESENT}
    assert told("L4-5: Advanced degeneration of the disc.", "degeneration") == {"L4-L5": "severe"}


@pytest.mark.parametrize(
    ("text", "roots"),
    [
        ("L4-5: The protrusion lies against the left L5 root.", {"L4-L5 left": "contact"}),
        ("L4-5: The protrusion squeezes the left L5 root.", {"L4-L5 left": "compression"}),
        ("L4-5: Right synovial cyst with L5 root compression.", {"L4-L5 right": "compression"}),
        ("L4-5: Whether the bulge contacts the left L5 root is uncertain.", {"L4-L5 left": "none|contact"}),
        ("L5-S1: The protrusion is clear of the S1 root.", {"L5-S1 left": "none", "L5-S1 right": "none"}),
        ("L5-S1: The S1 roots exit unhindered.", {"L5-S1 left": "none", "L5-S1 right": "none"}),
    ],
)
def test_what_touches_roots_and_what_leaves_them_free(text: str, roots: dict[str, str]) -> None:
    assert told(text, "nerve_root") == roots


def test_whether_a_lesion_does_something_leaves_the_lesion() -> None:
    assert told("L4-5: Whether the bulge contacts the left L5 root is uncertain.", "bulge") == {"L4-L5": PRESENT}


def test_all_others_are_the_roots_of_both_sides() -> None:
    found = told("Roots: right L5 compressed in the L5-S1 foramen, all others free.", "nerve_root")
    assert found.pop("L5-S1 right") == "compression"
    assert found["L4-L5 left"] == found["L4-L5 right"] == "none"


@pytest.mark.parametrize("side", ["", "left "])
def test_a_degenerated_joint_is_no_disc(side: str) -> None:
    text = f"L4-5: There is a degenerated {side}facet joint and a bulge."
    assert told(text, "degeneration") == {}
    assert "L4-L5 left" in told(text, "facet_arthropathy")


@pytest.mark.parametrize("words", ["o/w neg", "o/w normal", "otherwise negative"])
def test_otherwise_in_short(words: str) -> None:
    assert told(f"L3-4: Mild bulge, {words}.", "canal_stenosis") == {"L3-L4": "none"}
    assert told(f"L3-4: Mild bulge, {words}.", "bulge") == {"L3-L4": "mild"}


@pytest.mark.parametrize(
    ("text", "finding", "grades"),
    [
        ("L4-5: sm cent prot.", "herniation", "protrusion"),
        ("L4-5: lg L paracent extr.", "herniation", "extrusion"),
        ("L4-5: G1 listhesis.", "spondylolisthesis", "grade1"),
        ("L4-5: Relative canal narrowness.", "canal_stenosis", PRESENT),
        ("L4-5: The theca is dented.", "thecal_sac", "indentation"),
        ("Modic: L3-4 type 2; L4-5 mixed 1/2.", "modic", "type1|type2"),
        ("Degenerative discopathies at L4-5.", "degeneration", PRESENT),
    ],
)
def test_words_of_the_trade(text: str, finding: str, grades: str) -> None:
    assert told(text, finding)["L4-L5"] == grades


@pytest.mark.parametrize("text", [
    "Pfirrmann grades II, III and IV at L3-4, L4-5 and L5-S1.", "Pfirrmann grades 2, 3 and 4 from L3-4 to L5-S1.",
    "Pfirrmann grades II, III and IV at L3-4, L4-5 and L5-S1, respectively.",
])  # fmt: skip
def test_grades_listed_before_as_many_levels_are_one_each(text: str) -> None:
    assert told(text, "pfirrmann") == {"L3-L4": "grade2", "L4-L5": "grade3", "L5-S1": "grade4"}


def test_two_grades_before_two_levels_are_shared_out_where_it_says_so() -> None:
    text = "Pfirrmann III and IV at L4-5 and L5-S1"
    assert told(text, "pfirrmann") == dict.fromkeys(("L4-L5", "L5-S1"), "grade3|grade4")
    assert told(f"{text}, respectively.", "pfirrmann") == {"L4-L5": "grade3", "L5-S1": "grade4"}


def test_a_range_of_grades_holds_those_between() -> None:
    assert told("Pfirrmann grade II to IV at L4-5.", "pfirrmann") == {"L4-L5": "grade2|grade3|grade4"}


@pytest.mark.parametrize("text", [
    "Mild, severe and mild bulges at L3-4, L4-5 and L5-S1.", "L3-4, L4-5, L5-S1: mild, severe, mild bulges.",
])  # fmt: skip
def test_different_degrees_before_as_many_levels_are_one_each(text: str) -> None:
    assert told(text, "bulge") == {"L3-L4": "mild", "L4-L5": "severe", "L5-S1": "mild"}


def test_degrees_of_sites_are_not_those_of_levels() -> None:
    text = "Mild canal and moderate foraminal stenosis at L3-4 and L4-5."
    assert told(text, "canal_stenosis") == {"L3-L4": "mild", "L4-L5": "mild"}
    assert told("Mild or moderate canal stenosis at L3-4 and L4-5.", "canal_stenosis")["L3-L4"] == "mild|moderate"


@pytest.mark.parametrize("text", [
    "Disc desiccation at L3-4 and L4-5, mild and severe.", "Disc desiccation L3-4, L4-5, mild and severe.",
])  # fmt: skip
def test_degrees_behind_as_many_levels_are_one_each(text: str) -> None:
    assert told(text, "degeneration") == {"L3-L4": "mild", "L4-L5": "severe"}


def test_a_range_behind_levels_is_of_all() -> None:
    found = told("Disc desiccation at L3-4 and L4-5, mild to moderate.", "degeneration")
    assert found == {"L3-L4": "mild|moderate", "L4-L5": "mild|moderate"}


@pytest.mark.parametrize("text", [
    "The right L4 and left L5 roots are compressed at L4-5 and L5-S1, respectively.",
    "The right L4 root and the left L5 root are compressed at L4-5 and L5-S1 respectively.",
])  # fmt: skip
def test_sides_of_roots_are_shared_out_over_levels(text: str) -> None:
    assert told(text, "nerve_root") == {"L4-L5 right": "compression", "L5-S1 left": "compression"}


def test_sides_of_what_a_verb_says_are_shared_out_over_levels() -> None:
    text = "The right and left foramina are narrowed at L4-5 and L5-S1, respectively."
    assert told(text, "foraminal_stenosis") == {"L4-L5 right": PRESENT, "L5-S1 left": PRESENT}
