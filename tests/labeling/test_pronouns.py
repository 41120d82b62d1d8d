"""Pronouns for a part or lesion that was named before; all texts are invented."""

import pytest
from tests.labeling.conftest import PRESENT, labels_of, told


@pytest.mark.parametrize("text", [
    "Those at L5-S1 are patent.", "Those at L5-S1 are normal.", "They are patent at L5-S1.",
    "At L5-S1 they are patent.", "The ones at L5-S1 are not narrowed.",
])  # fmt: skip
def test_parts_of_the_sentence_before_are_open_elsewhere(text: str) -> None:
    assert labels_of(f"The foramina at L4-5 are narrowed. {text}") == {
        "L4-L5 foraminal_stenosis left": PRESENT, "L4-L5 foraminal_stenosis right": PRESENT,
        "L5-S1 foraminal_stenosis left": "none", "L5-S1 foraminal_stenosis right": "none",
    }  # fmt: skip


def test_a_part_keeps_its_side_unless_another_is_told() -> None:
    before = "The left foramen at L4-5 is mildly narrowed."
    told_again = told(f"{before} That at L5-S1 is severely narrowed.", "foraminal_stenosis")
    assert told_again == {"L4-L5 left": "mild", "L5-S1 left": "severe"}
    other = told(f"{before} That on the right is severely narrowed.", "foraminal_stenosis")
    assert other == {"L4-L5 left": "mild", "L4-L5 right": "severe"}


def test_facets_of_the_sentence_before_are_normal_elsewhere() -> None:
    text = "The facets at L4-5 are hypertrophic. Those at L5-S1 are normal."
    assert told(text, "facet_arthropathy") == {
        "L4-L5 left": PRESENT, "L4-L5 right": PRESENT, "L5-S1 left": "none", "L5-S1 right": "none",
    }  # fmt: skip


def test_those_above_are_the_discs_that_were_spoken_of() -> None:
    text = "The discs at L4-5 and L5-S1 are desiccated. Those above are normal."
    none = dict.fromkeys(("L1-L2", "L2-L3", "L3-L4"), "none")
    assert told(text, "degeneration") == {**none, "L4-L5": PRESENT, "L5-S1": PRESENT}
    assert told(text, "bulge") == none
    assert told(text, "canal_stenosis") == {}


@pytest.mark.parametrize("text", [
    "There is a protrusion at L4-5. The one at L5-S1 is larger.",
    "There is a protrusion at L4-5. That at L5-S1 is larger.",
    "There is a small protrusion at L4-5. There is another at L5-S1.",
    "There is a small protrusion at L4-5. Another is seen at L5-S1.",
    "There is a small protrusion at L4-5; a larger one at L5-S1.",
    "L4-5: Small protrusion. L5-S1: Larger one with a spur.",
])  # fmt: skip
def test_one_more_of_a_lesion_is_one_at_its_level(text: str) -> None:
    assert told(text, "herniation") == {"L4-L5": "protrusion", "L5-S1": "protrusion"}


def test_one_more_of_a_lesion_has_its_own_zone_and_root() -> None:
    text = "Small left foraminal protrusion at L3-4 and right paracentral one at L4-5 compressing the L5 root."
    assert labels_of(text) == {
        "L3-L4 herniation": "protrusion", "L3-L4 herniation_zone": "foraminal_left",
        "L4-L5 herniation": "protrusion", "L4-L5 herniation_zone": "subarticular_right",
        "L4-L5 nerve_root right": "compression",
    }  # fmt: skip


def test_one_that_is_no_lesion_tells_of_none() -> None:
    assert told("Bulge at L4-5. One of these is seen in many at this age.", "bulge") == {"L4-L5": PRESENT}


def test_one_that_is_denied_is_none() -> None:
    assert told("Bulge at L4-5. There is no other one at L5-S1.", "bulge") == {"L4-L5": PRESENT, "L5-S1": "none"}


def test_one_more_fissure_is_one() -> None:
    text = "No annular fissure is seen at L4-5; there is one at L5-S1."
    assert told(text, "annular_fissure") == {"L4-L5": "none", "L5-S1": "present"}
