"""Lists of levels of one finding with a side, zone or degree each; all texts are invented."""

import pytest
from tests.labeling.conftest import PRESENT, labels_of, told


@pytest.mark.parametrize(
    "text",
    [
        "Foraminal stenosis at L4-5 left, L5-S1 right.",
        "Foraminal stenosis at L4-5 on the left, L5-S1 on the right.",
        "Foraminal stenosis at L4-5 on the left, at L5-S1 on the right.",
        "Foraminal stenosis at L4-5 on the left, and L5-S1 on the right.",
        "Foraminal stenosis is present at L4-5 on the left, L5-S1 on the right, with a bulge at L3-4.",
        "Mild foraminal stenosis L4-5 (left), L5-S1 (right).",
        "Foraminal stenosis: L4-5 left; L5-S1 right.",
        "Foraminal stenosis: L4-5 left, L5-S1 right.",
    ],
)
def test_each_level_of_a_list_keeps_its_side(text: str) -> None:
    assert told(text, "foraminal_stenosis").keys() == {"L4-L5 left", "L5-S1 right"}


def test_both_sides_of_a_level_within_a_list() -> None:
    text = "Moderate foraminal stenosis at L3-4 on the left, L4-5 on both sides, L5-S1 on the right."
    assert told(text, "foraminal_stenosis") == dict.fromkeys(
        ("L3-L4 left", "L4-L5 left", "L4-L5 right", "L5-S1 right"), "moderate"
    )


@pytest.mark.parametrize(
    "text",
    [
        "Small protrusions at L4-5, left subarticular, and at L5-S1, central.",
        "Small protrusions at L4-5 (left paracentral) and at L5-S1 (central).",
        "Small protrusions: L4-5 left paracentral; L5-S1 central.",
    ],
)
def test_each_level_of_a_list_keeps_its_zone(text: str) -> None:
    assert told(text, "herniation_zone") == {"L4-L5": "subarticular_left", "L5-S1": "central"}
    assert told(text, "herniation") == dict.fromkeys(("L4-L5", "L5-S1"), "protrusion")


@pytest.mark.parametrize("text", ["Disc bulge: L3-4; L4-5; L5-S1.", "Disc bulge at L3-4; L4-5; L5-S1."])
def test_semicolons_part_levels_of_one_list(text: str) -> None:
    assert told(text, "bulge") == dict.fromkeys(("L3-L4", "L4-L5", "L5-S1"), PRESENT)


def test_a_phrase_for_levels_does_not_take_the_level_beside_it_away() -> None:
    assert told("Disc bulge: lower two levels and L2-3.", "bulge")["L2-L3"] == PRESENT


def test_a_level_keeps_what_stands_behind_it() -> None:
    text = "Bulge at L3-4, left foraminal stenosis at L4-5, right foraminal stenosis at L5-S1."
    assert told(text, "bulge") == {"L3-L4": PRESENT}
    assert told(text, "foraminal_stenosis") == dict.fromkeys(("L4-L5 left", "L5-S1 right"), PRESENT)


def test_degrees_of_two_sides_joined_by_with_have_one_head() -> None:
    text = "At L4-5, severe left with mild right foraminal stenosis."
    assert told(text, "foraminal_stenosis") == {"L4-L5 left": "severe", "L4-L5 right": "mild"}


def test_zones_of_one_narrowing_share_its_side() -> None:
    text = "There is left paracentral and foraminal stenosis at L4-5."
    assert told(text, "foraminal_stenosis") == {"L4-L5 left": PRESENT}


def test_the_side_of_a_root_stands_before_its_vertebra() -> None:
    text = "At L4-5, the fat around the left L4 root is effaced."
    assert told(text, "nerve_root").keys() == {"L4-L5 left"}


@pytest.mark.parametrize(
    "text",
    [
        "Disc protrusions, left paracentral at L4-5 and right foraminal at L5-S1.",
        "Disc protrusions are seen, left paracentral at L4-5, right foraminal at L5-S1.",
        "Herniations: left paracentral at L4-5 and right foraminal at L5-S1.",
        "Small left paracentral L4-5 and right foraminal L5-S1 protrusions.",
    ],
)
def test_zones_before_their_levels_belong_to_these(text: str) -> None:
    assert told(text, "herniation_zone") == {"L4-L5": "subarticular_left", "L5-S1": "foraminal_right"}
    assert told(text, "herniation").keys() == {"L4-L5", "L5-S1"}


@pytest.mark.parametrize(
    "text",
    [
        "Disc protrusions at L4-5 on the left and L5-S1 on the right, contacting the root.",
        "Disc protrusions at L4-5 (left) and L5-S1 (right), with root contact.",
        "Left paracentral L4-5 and right foraminal L5-S1 protrusions with root contact.",
    ],
)
def test_what_the_last_lesion_does_is_at_its_level_and_side(text: str) -> None:
    assert told(text, "herniation").keys() == {"L4-L5", "L5-S1"}
    assert told(text, "nerve_root") == {"L5-S1 right": "contact"}


@pytest.mark.parametrize(
    "text",
    [
        "Disc bulging at L3-4 mild, at L4-5 moderate to severe and at L5-S1 mild.",
        "There is disc bulging at L3-4 mild; at L4-5 moderate to severe; at L5-S1 mild.",
        "Disc bulging L3-4 mild, L4-5 moderate to severe, L5-S1 mild.",
        "Multilevel disc bulging, mild at L3-4, moderate to severe at L4-5 and mild at L5-S1.",
    ],
)
def test_degrees_behind_their_levels_belong_to_these(text: str) -> None:
    assert told(text, "bulge") == {"L3-L4": "mild", "L4-L5": "moderate|severe", "L5-S1": "mild"}


@pytest.mark.parametrize(
    "text",
    [
        "Lateral recess narrowing at L3-4 mild on both sides, and at L4-5 severe on the right.",
        "Multilevel lateral recess narrowing at L3-4 mild bilaterally, at L4-5 severe on the right.",
        "Multilevel lateral recess narrowing, mild on both sides at L3-4 and severe on the right at L4-5.",
        "Lateral recess narrowing: mild bilateral at L3-4; severe right at L4-5.",
    ],
)
def test_degrees_and_sides_of_levels(text: str) -> None:
    assert told(text, "subarticular_stenosis") == {
        "L3-L4 left": "mild",
        "L3-L4 right": "mild",
        "L4-L5 right": "severe",
    }


@pytest.mark.parametrize(
    "text",
    [
        "Foraminal narrowing is present on the left at L3-4 and on both sides at L5-S1.",
        "Foraminal narrowing: on the left at L3-4; on both sides at L5-S1.",
        "Foraminal narrowing: L3-4 on the left, L5-S1 bilaterally.",
    ],
)
def test_sides_before_their_levels(text: str) -> None:
    assert told(text, "foraminal_stenosis") == dict.fromkeys(("L3-L4 left", "L5-S1 left", "L5-S1 right"), PRESENT)


@pytest.mark.parametrize("end", ["", ".", "\n"])
def test_a_list_may_end_the_text_in_a_level(end: str) -> None:
    text = f"Lateral recess narrowing: L3-4 left, L4-5 left, L5-S1{end}"
    assert told(text, "subarticular_stenosis") == dict.fromkeys(
        ("L3-L4 left", "L4-L5 left", "L5-S1 left", "L5-S1 right"), PRESENT
    )


def test_a_pair_of_levels_with_sides_below_a_heading() -> None:
    text = "Lateral recess stenosis: L3-4 on both sides and L4-5 on the left."
    assert told(text, "subarticular_stenosis").keys() == {"L3-L4 left", "L3-L4 right", "L4-L5 left"}


@pytest.mark.parametrize("where", [" where", ", where"])
def test_the_last_place_of_a_list_goes_on(where: str) -> None:
    text = f"Foraminal stenosis bilaterally at L4-5 and on the right at L5-S1{where} the L5 root is contacted."
    assert told(text, "foraminal_stenosis").keys() == {"L4-L5 left", "L4-L5 right", "L5-S1 right"}
    assert told(text, "nerve_root") == {"L5-S1 right": "contact"}


def test_the_next_disc_down() -> None:
    assert told("At L3-4 there is a bulge. The next disc down is normal.", "bulge") == {
        "L3-L4": PRESENT, "L4-L5": "none"
    }  # fmt: skip


@pytest.mark.parametrize("text", [
    "Protrusions at L4-5 (left) and L5-S1 (right), contacting the traversing roots.",
    "Protrusions at L4-5 (left) and L5-S1 (right), with contact of the roots.",
    "Protrusions at L4-5 on the left and at L5-S1 on the right contact the L5 and S1 roots.",
])  # fmt: skip
def test_lesions_on_a_side_touch_roots_of_that_side(text: str) -> None:
    assert labels_of(text) == {
        "L4-L5 herniation": "protrusion", "L4-L5 nerve_root left": "contact",
        "L5-S1 herniation": "protrusion", "L5-S1 nerve_root right": "contact",
    }  # fmt: skip


def test_lesions_with_degrees_do_the_same() -> None:
    found = labels_of("Bulges at L3-4 (mild) and L4-5 (moderate), indenting the sac.")
    assert found["L3-L4 thecal_sac"] == found["L4-L5 thecal_sac"] == "indentation"
    assert (found["L3-L4 bulge"], found["L4-L5 bulge"]) == ("mild", "moderate")


@pytest.mark.parametrize("text", [
    "Severe canal stenosis at L4-5 due to a bulge, mild at L3-4.",
    "Severe stenosis at L4-5 from a bulge, mild at L3-4.",
    "Severe canal stenosis at L4-5 with root compression, mild at L3-4.",
    "Severe canal stenosis at L4-5 with root compression and mild at L3-4.",
])  # fmt: skip
def test_a_degree_behind_a_cause_or_effect_is_of_the_stenosis(text: str) -> None:
    found = labels_of(text)
    assert {key: grades for key, grades in found.items() if key.startswith("L3-L4")} == {"L3-L4 canal_stenosis": "mild"}
    assert found["L4-L5 canal_stenosis"] == "severe"


def test_a_cause_is_of_the_level_of_the_degree_before_it() -> None:
    text = "Mild canal stenosis at L3-4 and severe at L4-5 due to listhesis, none at L1-2."
    assert list(told(text, "spondylolisthesis")) == ["L4-L5"]
    assert told(text, "canal_stenosis") == {"L1-L2": "none", "L3-L4": "mild", "L4-L5": "severe"}


def test_what_is_mild_elsewhere_has_no_degree_at_its_level() -> None:
    found = told("Facet arthropathy at L4-5, mild at other levels.", "facet_arthropathy")
    assert found["L4-L5 left"] == PRESENT
    assert found["L3-L4 left"] == found["L5-S1 right"] == "mild"


@pytest.mark.parametrize("text", [
    "At L3-4 there is mild and at L4-5 severe canal stenosis.",
    "At L3-4 there is mild and at L4-5 there is severe canal stenosis.",
    "At L3-4 mild and at L4-5 severe canal stenosis is present.",
    "No stenosis at L1-2; at L3-4 there is mild and at L4-5 severe canal stenosis.",
])  # fmt: skip
def test_levels_with_a_degree_each_share_the_noun_behind_them(text: str) -> None:
    found = told(text, "canal_stenosis")
    assert (found["L3-L4"], found["L4-L5"]) == ("mild", "severe")


@pytest.mark.parametrize("text", [
    "Protrusions at L4-5 on the right and L5-S1 on the left, the latter contacting the S1 root.",
    "Protrusions at L4-5 on the right and L5-S1 on the left, contacting the S1 root.",
])  # fmt: skip
def test_what_the_latter_does_leaves_both_lesions(text: str) -> None:
    assert labels_of(text) == {
        "L4-L5 herniation": "protrusion", "L5-S1 herniation": "protrusion", "L5-S1 nerve_root left": "contact",
    }  # fmt: skip
