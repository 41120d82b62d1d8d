"""Reports by structure: a heading of a site or finding, and its levels with degrees and sides in every layout."""

import itertools

import pytest
from tests.labeling.conftest import labels_of, told

BOTH = ("left", "right")
CELLS = {
    "mild {noun}": dict.fromkeys(BOTH, "mild"),
    "moderate bilateral {noun}": dict.fromkeys(BOTH, "moderate"),
    "moderate {noun} bilaterally": dict.fromkeys(BOTH, "moderate"),
    "severe left {noun}": {"left": "severe"},
    "moderate to severe {noun} on the right": {"right": "moderate|severe"},
    "mild left and severe right {noun}": {"left": "mild", "right": "severe"},
    "severe {noun} on the left and mild on the right": {"left": "severe", "right": "mild"},
}
"""What stands at a level, and the degree of each side."""

HEADINGS = {
    "Neural foramina": ("foraminal_stenosis", "stenosis"),
    "Foraminal stenosis": ("foraminal_stenosis", "narrowing"),
    "Lateral recesses": ("subarticular_stenosis", "narrowing"),
    "Facet joints": ("facet_arthropathy", "degenerative change"),
    "Facet arthropathy": ("facet_arthropathy", "hypertrophy"),
}
LAYOUTS = {
    "L3-4: {0}; L5-S1: {1}.": "front",
    "L3-4 {0}, L5-S1 {1}.": "front",
    "L3-4 ({0}), L5-S1 ({1}).": "front",
    "\nL3-4: {0}\nL5-S1: {1}": "front",
    "{0} at L3-4, {1} at L5-S1.": "behind",
    "{0} at L3-4 and {1} at L5-S1.": "behind",
}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("heading", HEADINGS)
def test_each_level_below_a_heading_has_its_own_degrees_and_sides(heading: str, layout: str) -> None:
    finding, noun = HEADINGS[heading]
    for first, second in itertools.permutations(CELLS, 2):
        text = f"{heading}: {layout.format(first.format(noun=noun), second.format(noun=noun))}"
        wanted = {f"L3-L4 {side}": grades for side, grades in CELLS[first].items()}
        wanted |= {f"L5-S1 {side}": grades for side, grades in CELLS[second].items()}
        assert told(text, finding) == wanted, text


@pytest.mark.parametrize("text", [
    "Canal stenosis: Mild at L3-4 and severe stenosis at L4-5.",
    "Canal stenosis: Mild stenosis at L3-4, severe at L4-5.",
    "Canal: Mild narrowing at L3-4 and severe at L4-5.", "Spinal canal: L3-4 mild narrowing, L4-5 severe.",
])  # fmt: skip
def test_a_noun_that_is_said_once_is_that_of_every_level(text: str) -> None:
    assert told(text, "canal_stenosis") == {"L3-L4": "mild", "L4-L5": "severe"}


@pytest.mark.parametrize(("text", "grades"), [
    ("Disc herniation: none at L3-4, small protrusion at L4-5.", {"L3-L4": "none", "L4-L5": "protrusion"}),
    ("Disc herniations: protrusion at L3-4 and extrusion at L4-5.", {"L3-L4": "protrusion", "L4-L5": "extrusion"}),
])  # fmt: skip
def test_a_kind_below_the_heading_of_herniations_is_of_its_level(text: str, grades: dict[str, str]) -> None:
    assert told(text, "herniation") == grades


@pytest.mark.parametrize("value", ["moderate", "moderate to severe", "bilateral moderate"])
@pytest.mark.parametrize("joint", [", ", " and ", "; "])
def test_a_degree_behind_a_denial_at_another_level_is_asserted(joint: str, value: str) -> None:
    found = told(f"Foramina: No stenosis at L3-4{joint}{value} stenosis at L5-S1.", "foraminal_stenosis")
    grades = "moderate|severe" if "severe" in value else "moderate"
    assert found == {"L3-L4 left": "none", "L3-L4 right": "none", "L5-S1 left": grades, "L5-S1 right": grades}


@pytest.mark.parametrize("none", ["none", "nil"])
@pytest.mark.parametrize("layout", ["severe left at L3-4, {0} at L5-S1.", "L3-4: severe left; L5-S1: {0}."])
def test_none_at_a_level_is_of_both_sides(layout: str, none: str) -> None:
    found = told(f"Foraminal stenosis: {layout.format(none)}", "foraminal_stenosis")
    assert found == {"L3-L4 left": "severe", "L5-S1 left": "none", "L5-S1 right": "none"}


@pytest.mark.parametrize("text", [
    "L4-5: Mild degenerative changes of the disc.", "L4-5: The disc shows mild degenerative change.",
    "Mild degenerative changes of the L4-5 disc.", "L4-5: Disc: Mild degenerative change.",
    "L4-5: Mild degenerative disc change.",
])  # fmt: skip
def test_degenerative_changes_of_a_disc_are_its_degeneration(text: str) -> None:
    assert labels_of(text) == {"L4-L5 degeneration": "mild"}


@pytest.mark.parametrize("text", [
    "L4-5: Mild degenerative changes of the facet joints.", "L4-5: Facets: Mild degenerative change.",
    "Mild degenerative changes in both facet joints at L4-5.",
])  # fmt: skip
def test_degenerative_changes_of_facets_are_their_arthropathy(text: str) -> None:
    assert labels_of(text) == {"L4-L5 facet_arthropathy left": "mild", "L4-L5 facet_arthropathy right": "mild"}


@pytest.mark.parametrize("text", ["L4-5: Degenerative changes.", "Degenerative changes of the spine at L4-5."])
def test_degenerative_changes_of_a_level_or_the_spine_have_no_label(text: str) -> None:
    assert labels_of(text) == {}


@pytest.mark.parametrize("site", ["the spinal canal", "both exit foramina", "the left lateral recess"])
def test_a_disc_that_narrows_something_has_lost_no_height(site: str) -> None:
    found = labels_of(f"L4-5: Bulging of the disc narrowing {site}.")
    assert "L4-L5 disc_height_loss" not in found
    assert any("stenosis" in key for key in found)
