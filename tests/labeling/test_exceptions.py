"""What is told of levels that a statement leaves out; all texts are invented."""

import pytest
from tests.labeling.conftest import PRESENT, labels_of, told

UPPER = ("L1-L2", "L2-L3")


@pytest.mark.parametrize("text", [
    "No canal stenosis except for mild stenosis at L3-4 and moderate stenosis at L4-5.",
    "The canal is patent with the exception of mild narrowing at L3-4 and moderate narrowing at L4-5.",
    "No canal stenosis other than mild stenosis at L3-4, with moderate stenosis at L4-5.",
    "Except for mild stenosis at L3-4 and moderate stenosis at L4-5, the canal is patent at all levels.",
    "Apart from mild narrowing at L3-4 and moderate narrowing at L4-5, the canal is of normal calibre.",
])  # fmt: skip
def test_each_of_several_exceptions_keeps_its_level(text: str) -> None:
    none = dict.fromkeys((*UPPER, "L5-S1"), "none")
    assert told(text, "canal_stenosis") == {**none, "L3-L4": "mild", "L4-L5": "moderate"}


def test_each_of_several_exceptions_keeps_its_side() -> None:
    text = "The foramina are patent except for mild narrowing bilaterally at L3-4 and moderate on the left at L4-5."
    found = told(text, "foraminal_stenosis")
    assert (found["L3-L4 left"], found["L3-L4 right"]) == ("mild", "mild")
    assert (found["L4-L5 left"], found["L4-L5 right"]) == ("moderate", "none")


def test_an_exception_of_one_side_leaves_the_other_side() -> None:
    text = "The foramina are patent except for mild right-sided narrowing at L3-4."
    assert told(text, "foraminal_stenosis")["L3-L4 left"] == "none"


@pytest.mark.parametrize("text", [
    "Apart from a small left foraminal protrusion at L3-4, the lumbar discs are normal.",
    "With the exception of a protrusion at L3-4, the discs are unremarkable.",
    "Aside from an L3-4 protrusion, no disc herniation is seen.",
    "Except at L3-4, where there is a small protrusion, the discs are normal.",
    "Besides the L3-4 level, which shows a protrusion, there is no disc herniation.",
])  # fmt: skip
def test_an_exception_in_front_leaves_the_statement_behind_it(text: str) -> None:
    none = dict.fromkeys((*UPPER, "L4-L5", "L5-S1"), "none")
    assert told(text, "herniation") == {**none, "L3-L4": "protrusion"}


def test_an_exception_in_front_has_its_side() -> None:
    text = "Except for mild right foraminal narrowing at L4-5, the foramina are patent."
    found = told(text, "foraminal_stenosis")
    assert len(found) == 10
    assert (found["L4-L5 left"], found["L4-L5 right"]) == ("none", "mild")
    assert told("Save for mild stenosis at L4-5, the canal is patent.", "canal_stenosis")["L2-L3"] == "none"


def test_an_exception_in_front_is_of_its_finding_or_of_the_level_named() -> None:
    text = "Other than a mild bulge at L4-5, no disc herniation or stenosis is seen."
    assert len(told(text, "herniation")) == len(told(text, "canal_stenosis")) == 5
    text = "Apart from L4-5, where there is moderate canal stenosis, the discs are normal."
    assert told(text, "canal_stenosis") == {"L4-L5": "moderate"}
    assert set(told(text, "bulge")) == {*UPPER, "L3-L4", "L5-S1"}


def test_a_slip_is_an_exception_of_the_alignment() -> None:
    text = "Aside from a grade 1 anterolisthesis of L4 on L5, alignment is normal."
    found = told(text, "spondylolisthesis")
    assert found == {**dict.fromkeys((*UPPER, "L3-L4", "L5-S1"), "none"), "L4-L5": "grade1"}


@pytest.mark.parametrize(
    "text", ["All lumbar discs except L2-3 are desiccated.", "All discs, apart from L2-3, are dehydrated."]
)
def test_a_level_excepted_within_a_statement_is_told_nothing(text: str) -> None:
    assert told(text, "degeneration") == dict.fromkeys(("L1-L2", "L3-L4", "L4-L5", "L5-S1"), PRESENT)


def test_a_side_excepted_within_a_statement_leaves_the_other_side() -> None:
    found = told("The foramina, except on the left at L5-S1, are widely patent.", "foraminal_stenosis")
    assert len(found) == 9
    assert "L5-S1 left" not in found


def test_an_exception_under_a_heading_is_of_its_level() -> None:
    found = labels_of("L4-5: Apart from mild desiccation, the disc is normal.")
    assert found == {"L4-L5 degeneration": "mild", "L4-L5 bulge": "none", "L4-L5 herniation": "none"}


@pytest.mark.parametrize("text", [
    "Multilevel disc desiccation from L3-4 to L5-S1 with sparing of L4-5.",
    "The L3-4 through L5-S1 discs are desiccated, sparing the L4-5 disc.",
    "L3-4 through L5-S1: Desiccated discs, sparing L4-5.",
])  # fmt: skip
def test_a_spared_level_is_none_of_what_the_others_have(text: str) -> None:
    assert told(text, "degeneration") == {"L3-L4": PRESENT, "L4-L5": "none", "L5-S1": PRESENT}


def test_a_level_may_be_spared_of_one_finding_or_in_part() -> None:
    text = "Mild bulges at L3-4 and L4-5. L5-S1 is spared of disc herniation."
    assert {key for key in labels_of(text) if key.startswith("L5-S1")} == {"L5-S1 herniation"}
    assert told("Multilevel disc desiccation, sparing L1-2.", "degeneration") == {"L1-L2": "none"}
    assert len(told("Desiccation at all lumbar levels with relative sparing of L1-2.", "degeneration")) == 4


@pytest.mark.parametrize("text", [
    "Mild disc bulges from L3-4 through L5-S1 except at L4-5, where there is an extrusion.",
    "L3-4 through L5-S1: Mild bulges except at L4-5, where there is an extrusion.",
])  # fmt: skip
def test_an_exception_leaves_a_list_of_levels(text: str) -> None:
    assert told(text, "bulge") == {"L3-L4": "mild", "L5-S1": "mild"}
    assert told(text, "herniation") == {"L4-L5": "extrusion"}


def test_an_exception_of_one_side_leaves_a_list_of_levels_the_other() -> None:
    found = told("Foraminal stenosis from L3-4 to L5-S1 except on the left at L4-5.", "foraminal_stenosis")
    assert len(found) == 5
    assert "L4-L5 left" not in found


@pytest.mark.parametrize("text", [
    "No foraminal stenosis except on the left at L5-S1, where it is moderate.",
    "The foramina are patent (except left L5-S1: moderate).",
])  # fmt: skip
def test_a_degree_behind_an_excepted_side_is_of_that_side(text: str) -> None:
    found = told(text, "foraminal_stenosis")
    assert (found["L5-S1 left"], found["L5-S1 right"]) == ("moderate", "none")


@pytest.mark.parametrize("text", [
    "No canal stenosis or root compression at any level except L4/5 where there is a mild bulge.",
    "All levels are normal apart from L4/5 with a mild bulge.",
    "The discs are normal except at L4-5, where there is a mild bulge.",
])  # fmt: skip
def test_a_level_excepted_by_name_is_excepted_from_all(text: str) -> None:
    found = labels_of(text)
    assert {key: grades for key, grades in found.items() if key.startswith("L4-L5")} == {"L4-L5 bulge": "mild"}
    assert any(key.startswith("L3-L4") for key in found)


def test_a_level_excepted_for_one_of_several_keeps_the_others() -> None:
    text = "The canal and foramina are patent except at L4-5, where there is mild foraminal narrowing."
    assert told(text, "canal_stenosis")["L4-L5"] == "none"
    assert told(text, "foraminal_stenosis")["L4-L5 left"] == "mild"
    text = "No herniation or canal stenosis except for a small protrusion at L4-5."
    assert told(text, "canal_stenosis")["L4-L5"] == "none"


def test_a_side_behind_an_excepted_level_leaves_the_other_side() -> None:
    text = "Exit foramina are patent apart from L5/S1 on the left, which is mildly narrowed."
    found = told(text, "foraminal_stenosis")
    assert len(found) == 10
    assert (found["L5-S1 left"], found["L5-S1 right"]) == ("mild", "none")


@pytest.mark.parametrize("text", [
    "All discs are normal apart from L5-S1, where there is a left protrusion. This compresses the left S1 root.",
    "No stenosis except at L5-S1. Here the left root is compressed.",
    "The foramina are patent except at L5-S1. There is compression of the left root at this level.",
])  # fmt: skip
def test_an_exception_goes_on_in_the_next_sentence(text: str) -> None:
    assert told(text, "nerve_root") == {"L5-S1 left": "compression"}


def test_an_exception_ends_at_another_level_and_with_its_line() -> None:
    text = "No herniation except at L4-5.\nThe roots are compressed."
    assert not told(text, "nerve_root")
    assert told("Normal discs except at L4-5. L5-S1 is narrow. Mild bulge.", "bulge").get("L4-L5") is None


@pytest.mark.parametrize("whole", ["All discs are", "All levels are", "The remaining discs are", "The discs are"])
@pytest.mark.parametrize("but", ["except for", "aside from", "apart from"])
@pytest.mark.parametrize("lesion", ["a mild bulge at L4-5", "a mild L4-5 disc bulge", "a mildly bulging L4-5 disc"])
def test_a_lesion_excepted_of_all_levels_is_at_its_own(whole: str, but: str, lesion: str) -> None:
    found = told(f"{whole} normal {but} {lesion}.", "bulge")
    assert found.pop("L4-L5") == "mild"
    assert set(found) == {"L1-L2", "L2-L3", "L3-L4", "L5-S1"}
    assert set(found.values()) == {"none"}


@pytest.mark.parametrize("whole", ["all levels are", "each lumbar level is", "all lumbar levels appear"])
@pytest.mark.parametrize("front", [
    "Apart from a mild bulge at L4-5,", "Except for a mild L4-5 disc bulge,", "Mild bulge at L4-5, otherwise",
    "Except for L4-5, which shows a mild bulge,", "Aside from L4-5, where there is a mild bulge,",
])  # fmt: skip
def test_a_lesion_excepted_in_front_leaves_all_other_levels_normal(front: str, whole: str) -> None:
    found = labels_of(f"{front} {whole} normal.")
    assert found["L4-L5 bulge"] == "mild"
    for level in (*UPPER, "L3-L4", "L5-S1"):
        assert (
            found[f"{level} bulge"] == found[f"{level} canal_stenosis"] == found[f"{level} nerve_root left"] == "none"
        )


def test_a_level_excepted_in_front_is_told_but_its_lesion() -> None:
    found = labels_of("With the exception of L4-5, which shows a mild bulge, all levels are unremarkable.")
    assert [key for key in found if key.startswith("L4-L5")] == ["L4-L5 bulge"]


@pytest.mark.parametrize("text", [
    "There is a mild bulge at L4-5 and all levels are otherwise normal.",
    "Mild bulge at L4-5; all levels are otherwise normal.",
])  # fmt: skip
def test_levels_otherwise_normal_are_the_others(text: str) -> None:
    found = labels_of(text)
    assert [key for key in found if key.startswith("L4-L5")] == ["L4-L5 bulge"]
    assert found["L2-L3 canal_stenosis"] == "none"


@pytest.mark.parametrize("text", [
    "All discs but L5-S1 are desiccated.", "Every disc but L5-S1 is desiccated.",
    "All of the discs, but L5-S1, are desiccated.",
])  # fmt: skip
def test_but_behind_all_leaves_a_level_out(text: str) -> None:
    assert told(text, "degeneration") == dict.fromkeys(["L1-L2", "L2-L3", "L3-L4", "L4-L5"], PRESENT)


def test_what_is_narrow_where_an_exception_is_made_is_named_before() -> None:
    text = "There is no stenosis of the foramina, apart from on the left at L5-S1, where there is moderate stenosis."
    assert told(text, "foraminal_stenosis")["L5-S1 left"] == "moderate"
    assert told(text, "foraminal_stenosis")["L5-S1 right"] == "none"
    assert told(text, "canal_stenosis") == {}


@pytest.mark.parametrize("text", [
    "All but L1-2 are bulging.", "All discs are dehydrated, and all but the L1-2 disc are bulging.",
    "Every level except L1-2 has a bulge.", "Bulging of all the discs other than L1-2.",
    "There are bulges at all but the L1-2 level.", "All discs apart from L1-2 bulge.",
])  # fmt: skip
def test_levels_left_out_of_all_are_told_nothing(text: str) -> None:
    assert told(text, "bulge") == dict.fromkeys(["L2-L3", "L3-L4", "L4-L5", "L5-S1"], PRESENT)


def test_a_level_left_out_of_all_may_be_told_of() -> None:
    assert told("All discs except L4-5, which bulges, are normal.", "bulge")["L4-L5"] == PRESENT
    assert told("No canal stenosis at all levels except mild at L4-5.", "canal_stenosis")["L4-L5"] == "mild"


def test_which_levels_are_meant_by_all_but_one_is_not_told() -> None:
    assert labels_of("All but one of the discs are normal.") == {}


def test_what_stands_before_a_denial_with_an_exception_is_kept() -> None:
    text = "Mild facet arthropathy throughout, but no foraminal stenosis, except on the left at L5-S1 where it is mild."
    assert set(told(text, "facet_arthropathy").values()) == {"mild"}
    assert len(told(text, "facet_arthropathy")) == 10


def test_but_behind_what_all_do_opens_a_clause() -> None:
    assert told("All discs are desiccated but L5-S1 also bulges.", "bulge") == {"L5-S1": PRESENT}


@pytest.mark.parametrize("text", [
    "Moderate canal stenosis at L4-5, not at L5-S1.",
    "Moderate canal stenosis at L4-5 but not at L5-S1.",
    "There is moderate canal stenosis at L4-5 and not at L5-S1.",
])  # fmt: skip
def test_a_level_where_it_is_not_is_none(text: str) -> None:
    assert told(text, "canal_stenosis") == {"L4-L5": "moderate", "L5-S1": "none"}


def test_not_at_all_denies_what_follows() -> None:
    assert told("The canal is not at all narrowed at L4-5.", "canal_stenosis") == {"L4-L5": "none"}


@pytest.mark.parametrize("but", ["except", "apart from", "other than", "aside from"])
@pytest.mark.parametrize(
    "what",
    [
        "mild to moderate foraminal stenosis at L3-4 on the right",
        "mild to moderate foraminal stenosis on the right at L3-4",
        "mild to moderate right foraminal stenosis at L3-4",
    ],
)
def test_what_is_excepted_has_its_degree_and_side(but: str, what: str) -> None:
    found = told(f"No foraminal stenosis {but} {what}.", "foraminal_stenosis")
    assert found.pop("L3-L4 right") == "mild|moderate"
    assert set(found.values()) == {"none"}


def test_each_of_several_exceptions_keeps_its_side_behind_its_level() -> None:
    text = "Foramina are clear except for moderate stenosis at L2-3 on the right and mild stenosis at L4-5 on the left."
    found = told(text, "foraminal_stenosis")
    assert (found.pop("L2-L3 right"), found.pop("L4-L5 left")) == ("moderate", "mild")
    assert set(found.values()) == {"none"}


def test_a_narrowing_in_front_is_of_what_is_named_behind() -> None:
    found = labels_of("Apart from mild bilateral narrowing at L2-3, the lateral recesses are patent.")
    assert found["L2-L3 subarticular_stenosis left"] == found["L2-L3 subarticular_stenosis right"] == "mild"
    assert found["L4-L5 subarticular_stenosis left"] == "none"
    assert not any("canal" in key for key in found)


@pytest.mark.parametrize(("text", "finding"), [
    ("Disc heights are preserved except at L5-S1, where there is near complete loss.", "disc_height_loss"),
    ("Disc signal is preserved except at L5-S1, where there is severe loss.", "degeneration"),
])  # fmt: skip
def test_a_degree_behind_an_exception_is_of_what_the_other_levels_have_not(text: str, finding: str) -> None:
    assert told(text, finding) == {**dict.fromkeys(("L1-L2", "L2-L3", "L3-L4", "L4-L5"), "none"), "L5-S1": "severe"}


@pytest.mark.parametrize("text", [
    "All discs, L4-5 excepted, are normal.", "The discs are normal, L4-5 excepted.",
    "L4-5 aside, the discs are normal.",
    "The discs are normal, the only exception being L4-5.", "All discs are normal, L4-5 being the exception.",
])  # fmt: skip
def test_an_exception_may_stand_behind_its_level(text: str) -> None:
    assert told(text, "degeneration") == dict.fromkeys(("L1-L2", "L2-L3", "L3-L4", "L5-S1"), "none")


def test_what_is_apart_from_a_lesion_is_no_exception() -> None:
    assert told("L4-5 aside from a bulge is normal.", "bulge") == {"L4-L5": PRESENT}


@pytest.mark.parametrize("text", [
    "The L3-4 level is unremarkable apart from a mild bulge, while the L4-5 level has severe canal stenosis.",
    "L3-4 is unremarkable except for a mild bulge and L4-5 has severe canal stenosis.",
    "L3-4 is normal apart from a mild bulge, whereas L4-5 shows severe canal stenosis.",
])  # fmt: skip
def test_the_level_of_the_next_clause_is_no_exception(text: str) -> None:
    found = labels_of(text)
    assert found["L3-L4 bulge"] == "mild"
    assert {key: grades for key, grades in found.items() if not key.startswith("L3-L4")} == {
        "L4-L5 canal_stenosis": "severe"
    }


@pytest.mark.parametrize("text", [
    "At L4-5, but not at L5-S1, there is a bulge.", "L4-5, but not L5-S1, shows a bulge.",
    "The disc at L4-5, but not that at L5-S1, bulges.", "There is a bulge at L4-5 but not L5-S1.",
])  # fmt: skip
def test_a_level_spared_in_between_is_denied_what_follows(text: str) -> None:
    assert labels_of(text) == {"L4-L5 bulge": PRESENT, "L5-S1 bulge": "none"}


def test_both_sides_of_an_exception_stand_behind_its_level() -> None:
    text = "Foramina patent except for mild narrowing at L4-5 bilaterally and moderate narrowing at L5-S1 on the left."
    found = told(text, "foraminal_stenosis")
    assert (found["L4-L5 left"], found["L4-L5 right"]) == ("mild", "mild")
    assert (found["L5-S1 left"], found["L5-S1 right"]) == ("moderate", "none")


@pytest.mark.parametrize("others", ["The remaining levels are", "The other levels are", "All other levels are"])
@pytest.mark.parametrize("but", ["save for", "apart from", "except for"])
def test_levels_named_before_are_none_of_the_others_that_have_an_exception(others: str, but: str) -> None:
    found = labels_of(f"There is severe canal stenosis at L4-5. {others} normal {but} a bulge at L3-4.")
    assert {key: grades for key, grades in found.items() if key.startswith("L4-L5")} == {
        "L4-L5 canal_stenosis": "severe"
    }
    assert found["L2-L3 bulge"] == found["L5-S1 herniation"] == "none"


def test_a_level_with_an_exception_is_otherwise_as_normal_as_the_others() -> None:
    found = labels_of("There is severe canal stenosis at L4-5. The other levels are normal apart from a bulge at L3-4.")
    assert found["L3-L4 bulge"] == PRESENT
    assert found["L3-L4 canal_stenosis"] == found["L3-L4 herniation"] == "none"
