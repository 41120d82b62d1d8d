"""Where it is worst: a degree, side or level said of that place alone; all texts are invented."""

import pytest
from tests.labeling.conftest import PRESENT, labels_of, told


@pytest.mark.parametrize("place", ["on the left at L5-S1", "at L5-S1 on the left"])
def test_where_many_levels_are_worst_has_its_side(place: str) -> None:
    text = f"Multilevel foraminal narrowing, most pronounced {place}."
    assert told(text, "foraminal_stenosis") == {"L5-S1 left": PRESENT}


@pytest.mark.parametrize("text", [
    "Canal stenosis at L3-4 and L4-5, worse at L4-5, where it is severe.",
    "Canal stenosis from L3-4 to L4-5, greatest at L4-5 (severe).",
    "Canal stenosis at L3-4 and L4-5, worst (severe) at L4-5.",
    "There is canal stenosis at L3-4 and L4-5, most pronounced at the latter, where it is severe.",
])  # fmt: skip
def test_a_degree_where_it_is_worst_is_of_that_level_alone(text: str) -> None:
    assert told(text, "canal_stenosis") == {"L3-L4": PRESENT, "L4-L5": "severe"}


@pytest.mark.parametrize("text", [
    "Disc bulges at L3-4 and L4-5, worst at L4-5 with compression of the thecal sac.",
    "Disc bulges at L3-4 and L4-5, largest at L4-5 compressing the thecal sac.",
    "Mild disc bulges from L2-3 to L5-S1, most pronounced on the left at L4-5 causing compression of the thecal sac.",
    "Disc bulges at all lumbar levels, max. at L4-5 with thecal sac compression.",
])  # fmt: skip
def test_what_stands_with_the_worst_level_is_of_that_level_alone(text: str) -> None:
    assert told(text, "thecal_sac") == {"L4-L5": "compression"}
    assert len(told(text, "bulge")) > 1


def test_what_a_comma_parts_from_the_worst_level_is_of_all() -> None:
    text = "Disc bulges at L3-4 and L4-5, more marked at L4-5, with mild canal stenosis."
    assert told(text, "canal_stenosis") == {"L3-L4": "mild", "L4-L5": "mild"}
    text = "Disc bulges at L3-4 and L4-5 causing canal stenosis and foraminal narrowing, max. at L4-5."
    assert len(told(text, "foraminal_stenosis")) == 4


def test_a_degree_where_it_is_worst_replaces_the_one_before() -> None:
    text = "Mild disc desiccation from L2-3 through L4-5, worst at L4-5, where it is moderate."
    assert told(text, "degeneration") == {"L2-L3": "mild", "L3-L4": "mild", "L4-L5": "moderate"}
    text = "Mild desiccation at all lumbar levels, most marked at L5-S1 (severe)."
    assert told(text, "degeneration") == {
        **dict.fromkeys(("L1-L2", "L2-L3", "L3-L4", "L4-L5"), "mild"),
        "L5-S1": "severe",
    }


@pytest.mark.parametrize("place", [
    "on the left at L5-S1, where it is severe",
    "at L5-S1 on the left (severe)",
    "at L5-S1 on the left, where it is severe",
])  # fmt: skip
def test_the_side_where_it_is_worst_is_that_of_its_degree_alone(place: str) -> None:
    assert told(f"Foraminal narrowing at L4-5 and L5-S1, worst {place}.", "foraminal_stenosis") == {
        "L4-L5 left": PRESENT, "L4-L5 right": PRESENT, "L5-S1 left": "severe", "L5-S1 right": PRESENT,
    }  # fmt: skip


def test_a_level_where_it_is_worst_is_none_that_only_another_sentence_named() -> None:
    text = "Moderate desiccation at L5-S1. Canal stenosis is greatest at L4-5, where it is severe."
    assert told(text, "canal_stenosis") == {"L4-L5": "severe"}
    assert told("L3-4 and L4-5: Canal stenosis, worst at L4-5.", "canal_stenosis") == {
        "L3-L4": PRESENT,
        "L4-L5": PRESENT,
    }


def test_where_it_is_worst_or_less_keeps_the_levels_that_were_named() -> None:
    text = "Bulges at L3-4 and L4-5 with mild foraminal narrowing, more at L4-5."
    assert len(told(text, "foraminal_stenosis")) == 4
    text = "Canal stenosis at L4-5, as well as to a lesser degree at L3-4."
    assert told(text, "canal_stenosis") == dict.fromkeys(("L3-L4", "L4-L5"), PRESENT)


@pytest.mark.parametrize("text", [
    "Canal stenosis at L3-4 and, to a lesser extent, at L4-5.",
    "Canal stenosis at L3-4 and to a lesser degree L4-5.",
])  # fmt: skip
def test_what_is_there_to_a_lesser_extent_is_there(text: str) -> None:
    assert told(text, "canal_stenosis") == {"L3-L4": PRESENT, "L4-L5": PRESENT}


@pytest.mark.parametrize("text", [
    "Canal stenosis is {degree} at L4-5 and to a lesser extent L3-4.",
    "{Degree} canal stenosis at L4-5 and, to a lesser degree, at L3-4.",
    "{Degree} canal stenosis at L4-5, less so L3-4.",
    "At L4-5 and to a lesser extent L3-4 there is {degree} canal stenosis.",
])  # fmt: skip
@pytest.mark.parametrize(("degree", "at_most"), [("severe", PRESENT), ("moderate", "mild|moderate"), ("mild", "mild")])
def test_a_lesser_extent_is_at_most_the_degree_of_the_levels_before(text: str, degree: str, at_most: str) -> None:
    report = text.format(degree=degree, Degree=degree.capitalize())
    assert told(report, "canal_stenosis") == {"L3-L4": at_most, "L4-L5": degree}


@pytest.mark.parametrize("text", [
    "Foraminal stenosis is worst on the left at L5-S1, where it is severe; elsewhere mild.",
    "Foraminal stenosis is worst on the left at L5-S1, where it is severe, and mild elsewhere.",
])  # fmt: skip
def test_the_side_of_the_worst_is_not_that_of_other_levels(text: str) -> None:
    found = told(text, "foraminal_stenosis")
    assert found["L5-S1 left"] == "severe"
    assert {found["L4-L5 left"], found["L4-L5 right"]} == {"mild"}


def test_a_level_compared_with_may_be_told_of() -> None:
    assert told("L3-4 is less affected than L4-5, which is severely stenosed.", "canal_stenosis") == {"L4-L5": "severe"}
    found = labels_of("L3-4 bulges less than L4-5, which indents the sac.")
    assert found == {"L3-L4 bulge": PRESENT, "L4-L5 thecal_sac": "indentation"}


@pytest.mark.parametrize("text", [
    "The L4-5 bulge is larger than the L3-4 bulge, which is mild.",
    "The bulge at L4-5 is larger than at L3-4, where it is mild.",
])  # fmt: skip
def test_what_is_said_of_the_level_compared_with_is_of_it(text: str) -> None:
    assert told(text, "bulge") == {"L3-L4": "mild", "L4-L5": PRESENT}
