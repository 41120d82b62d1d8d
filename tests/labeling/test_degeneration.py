"""Discs that degenerate: their signal, their height, and what else loses either; all texts are invented."""

import pytest
from tests.labeling.conftest import PRESENT, labels_of, told


@pytest.mark.parametrize(("text", "grades"), [
    ("Facet joint space narrowing is severe.", None),
    ("Facets: Severe joint space narrowing.", None),
    ("Severe facet joint space narrowing, mild disc space narrowing.", "mild"),
    ("Disc space narrowing is severe, with facet arthropathy.", "severe"),
    ("Mild space narrowing.", "mild"),
])  # fmt: skip
def test_the_space_of_a_joint_is_not_that_of_a_disc(text: str, grades: str | None) -> None:
    assert told(f"L4-5: {text}", "disc_height_loss") == ({} if grades is None else {"L4-L5": grades})


@pytest.mark.parametrize("text", [
    "The disc spaces are preserved from L1-2 to L3-4. L4-5 is mildly narrowed and L5-S1 is severely narrowed.",
    "Disc heights are normal at L1-2, L2-3 and L3-4. L4-5 is mildly narrowed, L5-S1 severely narrowed.",
])  # fmt: skip
def test_levels_narrowed_behind_disc_spaces_have_lost_height(text: str) -> None:
    found = told(text, "disc_height_loss")
    assert (found["L3-L4"], found["L4-L5"], found["L5-S1"]) == ("none", "mild", "severe")
    assert not told(text, "canal_stenosis")


@pytest.mark.parametrize("text", [
    "The disc spaces are normal. L4-5 is stenosed.",
    "The disc spaces are normal. The canal at L4-5 is narrowed.",
])  # fmt: skip
def test_a_stenosis_behind_disc_spaces_stays_the_canals(text: str) -> None:
    assert told(text, "canal_stenosis") == {"L4-L5": PRESENT}


@pytest.mark.parametrize("text", [
    "L2-3: Compression fracture of L3 with 50% height loss.",
    "L2-3: Retropulsion from an L3 compression fracture with mild height loss.",
    "L2-3: Mild height loss of the L3 vertebral body.",
])  # fmt: skip
def test_lost_height_of_a_vertebra_is_no_discs(text: str) -> None:
    assert not told(text, "disc_height_loss")


def test_a_disc_beside_a_fracture_may_lose_height() -> None:
    assert told("L1-2: L2 compression fracture, mild disc height loss.", "disc_height_loss") == {"L1-L2": "mild"}
    assert told("L4-5: Bulge with mild height loss, old L2 fracture.", "disc_height_loss") == {"L4-L5": "mild"}


@pytest.mark.parametrize("text", [
    "The disc is desiccated and mildly narrowed.",
    "Desiccated disc, mildly narrowed.",
    "The disc is mildly narrowed.",
    "Disc: Mildly narrowed.",
    "Disc: Mildly narrowed with a bulge.",
    "Disc: Mild narrowing.",
    "Mild degenerative disc narrowing.",
])  # fmt: skip
def test_a_narrowed_disc_is_no_narrowed_canal(text: str) -> None:
    found = labels_of(f"L4-5: {text}")
    assert "L4-L5 canal_stenosis" not in found
    assert found["L4-L5 disc_height_loss"] == "mild"


@pytest.mark.parametrize(("text", "grades"), [
    ("Mild degeneration of the L4-5 disc.", "mild"),
    ("There is severe degeneration of the disc at L4-5.", "severe"),
    ("Degeneration of the L4-5 disc, moderate.", "moderate"),
    ("Severely degenerative L4-5 disc.", "severe"),
    ("The L4-5 disc is mildly degenerative.", "mild"),
    ("The L4-5 disc is not degenerative.", "none"),
])  # fmt: skip
def test_degeneration_of_a_named_disc(text: str, grades: str) -> None:
    assert told(text, "degeneration") == {"L4-L5": grades}


def test_degenerative_discs_are_those_of_all_levels_listed() -> None:
    levels = {"L3-L4": PRESENT, "L4-L5": PRESENT, "L5-S1": PRESENT}
    assert told("Degenerative L3-4, L4-5 and L5-S1 discs.", "degeneration") == levels


@pytest.mark.parametrize("text", ["Degenerative.", "The facets are degenerative.", "Degenerative level with a bulge."])
def test_what_else_is_degenerative_is_no_degenerate_disc(text: str) -> None:
    assert not told(f"L4-5: {text}", "degeneration")


@pytest.mark.parametrize(("text", "finding", "grades"), [
    ("Mild degenerative disc bulging.", "bulge", "mild"),
    ("Moderate degenerative disc protrusion.", "herniation", "protrusion"),
    ("Degenerative disc osteophyte complex.", "bulge", PRESENT),
    ("Large degenerative disk extrusion on the left.", "herniation", "extrusion"),
    ("No degenerative disc herniation.", "herniation", "none"),
])  # fmt: skip
def test_a_degenerative_lesion_of_a_disc_is_that_lesion(text: str, finding: str, grades: str) -> None:
    assert labels_of(f"L2-3: {text}").get(f"L2-L3 {finding}") == grades
    assert not told(f"L2-3: {text}", "degeneration")


def test_a_degenerative_disc_with_a_lesion_is_both() -> None:
    assert labels_of("L2-3: Mild degenerative disc with moderate bulge.") == {
        "L2-L3 bulge": "moderate", "L2-L3 degeneration": "mild",
    }  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "The height of the disc is well kept, its signal on T2 weighted images decreased.",
        "The disc has lost signal.",
        "The disc shows decreased T2 signal.",
        "T2 hypointense disc.",
        "Low signal in the disc on T2.",
        "The disc shows loss of normal T2 hyperintensity.",
        "The disc shows loss of its normal high signal on T2.",
        "The disc has lost its normal T2 bright signal.",
        "The disc shows decreased normal T2 signal.",
        "The disc is black on T2.",
        "The disc is reduced in signal.",
        "The disc loses signal.",
        "Reduced T2 signal.",
        "Disc hypointensity in T2.",
    ],
)
def test_lost_signal_of_a_disc_is_degeneration(text: str) -> None:
    assert told(f"L4-5: {text}", "degeneration") == {"L4-L5": PRESENT}


@pytest.mark.parametrize("what", ["the annulus", "the marrow", "the paraspinal muscles"])
def test_lost_signal_of_something_else_says_nothing_of_the_disc(what: str) -> None:
    assert not labels_of(f"L4-5: Reduced T2 signal of {what}.")


@pytest.mark.parametrize("text", [
    "The disc is reduced in height and signal.",
    "The disc has lost height and signal.",
    "Loss of disc signal and height.",
    "Reduction of height and of signal of the disc.",
    "The disc shows reduced ht & signal.",
    "Reduced signal and height of the disc.",
    "Loss of T2 signal and disc height.",
    "Diminished disc signal intensity & height.",
    "Loss of disc space height and T2 signal.",
    "Decreased disc space height and signal.",
])  # fmt: skip
def test_lost_height_and_signal_are_two_findings(text: str) -> None:
    assert labels_of(f"L4-5: {text}") == {"L4-L5 degeneration": PRESENT, "L4-L5 disc_height_loss": PRESENT}


@pytest.mark.parametrize("text", [
    "Normal signal and height of the L1-2 and L2-3 discs.",
    "Normal height and signal of the discs at L1-2 and L2-3.",
    "The signal and height of the discs at L1-2 and L2-3 are preserved.",
    "Preserved disc signal and height at L1-2 and L2-3.",
])  # fmt: skip
def test_normal_signal_and_height_are_those_of_the_discs_named(text: str) -> None:
    found = labels_of(text)
    assert {key: grades for key, grades in found.items() if "height" not in key} == {
        "L1-L2 degeneration": "none", "L2-L3 degeneration": "none",
    }  # fmt: skip


@pytest.mark.parametrize("text", [
    "Disc height and signal are preserved at L3-4.", "Normal disc signal and height at L3-4.",
    "L3-4: Disc height and hydration: normal.", "The L3-4 disc is of normal height and signal.",
])  # fmt: skip
def test_height_and_signal_are_told_of_each(text: str) -> None:
    assert labels_of(text) == {"L3-L4 degeneration": "none", "L3-L4 disc_height_loss": "none"}


def test_the_remaining_discs_are_those_without_a_normal_height() -> None:
    text = "Normal disc signal and height at L1-2, L2-3 and L3-4; the remaining discs are dark and narrowed."
    normal, worn = dict.fromkeys(("L1-L2", "L2-L3", "L3-L4"), "none"), dict.fromkeys(("L4-L5", "L5-S1"), PRESENT)
    assert told(text, "degeneration") == told(text, "disc_height_loss") == {**normal, **worn}


@pytest.mark.parametrize("text", [
    "Height and signal of the vertebral bodies are normal.", "Normal height and signal of the vertebral bodies.",
])  # fmt: skip
def test_height_and_signal_of_bodies_are_no_discs(text: str) -> None:
    assert labels_of(text) == {}


def test_signal_and_height_of_a_vertebra_are_no_discs() -> None:
    assert not labels_of("Normal signal and height of the vertebral bodies.")


@pytest.mark.parametrize(("text", "label"), [
    ("Modic II changes are seen at the endplates of L5-S1.", {"L5-S1": "type2"}),
    ("Modic type II changes in the opposing endplates of L5-S1.", {"L5-S1": "type2"}),
    ("Modic type 1 changes of the L5 superior endplate.", {"L4-L5": "type1"}),
    ("Type 1 Modic changes involving the L4 inferior and L5 superior endplates.", {"L4-L5": "type1"}),
    ("Edematous type I endplate signal at L4-L5, fatty type II endplate signal at L5-S1.",
     {"L4-L5": "type1", "L5-S1": "type2"}),
    ("Type II Modic changes seen in adjacent end plates of L4 and L5 vertebrae.", {"L4-L5": "type2"}),
    ("L5-S1: fatty Modic changes.", {"L5-S1": "type2"}),
    ("L5-S1: fatty type endplate change, L4-5: sclerotic type end plate changes.",
     {"L5-S1": "type2", "L4-L5": "type3"}),
    ("L3-4: oedematous type endplate signal.", {"L3-L4": "type1"}),
])  # fmt: skip
def test_endplates_say_where_a_change_is(text: str, label: dict[str, str]) -> None:
    assert told(text, "modic") == label


@pytest.mark.parametrize("text", [
    "Dehydration of discs L3-S1.",
    "Desiccation in the discs L3 through S1.",
    "Disc dehydration from L3 to S1.",
])  # fmt: skip
def test_discs_say_where_a_degeneration_is(text: str) -> None:
    assert told(text, "degeneration") == dict.fromkeys(("L3-L4", "L4-L5", "L5-S1"), PRESENT)


@pytest.mark.parametrize(("text", "grades"), [
    ("Type 2 Modic degeneration of the endplates.", "type2"),
    ("Modic type 1 degeneration.", "type1"),
    ("Fatty degeneration of the endplates.", "type2"),
])  # fmt: skip
def test_degeneration_of_endplates_is_none_of_the_disc(text: str, grades: str) -> None:
    assert labels_of(f"L4-5: {text}") == {"L4-L5 modic": grades}


@pytest.mark.parametrize(("text", "found"), [
    ("Fatty degeneration of the L3/4 endplates.", {"L3-L4 modic": "type2"}),
    ("Sclerotic degeneration of L5-S1 endplates.", {"L5-S1 modic": "type3"}),
    ("L2-3: Oedematous degeneration of the adjacent endplates.", {"L2-L3 modic": "type1"}),
    ("Degeneration of the L4-5 endplates.", {"L4-L5 modic": "type1|type2|type3"}),
    ("No fatty degeneration of the L4-5 endplates.", {"L4-L5 modic": "none"}),
    ("Fatty degeneration of the L4/5 disc.", {"L4-L5 degeneration": PRESENT}),
])  # fmt: skip
def test_a_degeneration_has_the_type_of_its_word_before_a_level_too(text: str, found: dict[str, str]) -> None:
    assert labels_of(text) == found


@pytest.mark.parametrize(("text", "found"), [
    ("The multifidus shows fatty change.", {}),
    ("Fatty changes of the paraspinal muscles.", {}),
    ("Fatty change of the endplates.", {"L4-L5 modic": "type2"}),
    ("The endplates show fatty degeneration.", {"L4-L5 modic": "type2"}),
])  # fmt: skip
def test_fat_is_that_of_its_site(text: str, found: dict[str, str]) -> None:
    assert labels_of(f"L4-5: {text}") == found


def test_the_remaining_disc_of_an_operated_level_is_none_of_the_others() -> None:
    found = labels_of("At L4/5 laminectomy. The remaining disc is dehydrated. The spinal canal is wide.")
    assert found == {"L4-L5 degeneration": PRESENT, "L4-L5 canal_stenosis": "none"}


@pytest.mark.parametrize(("text", "grades"), [
    ("The T2 signal of L3/4 disc is reduced.", {"L3-L4": PRESENT}),
    ("The signals of L3-4 and L5-S1 discs are mildly decreased.", {"L3-L4": "mild", "L5-S1": "mild"}),
    ("The signal intensity of the L4-5 disc is diminished on T2WI.", {"L4-L5": PRESENT}),
    ("The signal of L2-3 disc is normal.", {"L2-L3": "none"}),
])  # fmt: skip
def test_the_signal_of_a_disc_that_is_named_by_its_level_is_its_degeneration(text: str, grades: dict[str, str]) -> None:
    found = labels_of(text)
    assert found == {f"{level} degeneration": grade for level, grade in grades.items()}


def test_the_signals_of_all_discs_are_their_degeneration() -> None:
    found = told("The T2 signals of all lumbar discs are decreased.", "degeneration")
    assert found == dict.fromkeys(("L1-L2", "L2-L3", "L3-L4", "L4-L5", "L5-S1"), PRESENT)


def test_the_height_of_a_disc_that_is_named_by_its_level_stays_its_height() -> None:
    assert labels_of("The height of the L4-5 disc is reduced.") == {"L4-L5 disc_height_loss": PRESENT}


@pytest.mark.parametrize("text", [
    "Recent fracture of the superior endplate of L4 with endplate oedema.",
    "There is edema in the inferior endplate of L2, in keeping with a bone contusion.",
    "Endplate oedema at L3-4 due to discitis.",
    "L3-4: Infective endplate edema.",
    "Reactive marrow oedema about a Schmorl's node of the inferior endplate of L3.",
    "Edema of the superior endplate of L3 around the Schmorl's node.",
])  # fmt: skip
def test_oedema_of_an_endplate_that_is_broken_or_infected_is_no_modic_change(text: str) -> None:
    assert not told(text, "modic")


@pytest.mark.parametrize("text", [
    "Endplate oedema at L4-5 without fracture.",
    "Endplate oedema at L4-5, no signs of infection.",
    "Endplate oedema at L4-5 and a fracture of L1.",
    "Discogenic edema at L4-5; infection is unlikely.",
    "Endplate oedema at L4-5 and a Schmorl's node at L1-2.",
])  # fmt: skip
def test_oedema_of_an_endplate_without_another_cause_is_type_1(text: str) -> None:
    assert told(text, "modic") == {"L4-L5": "type1"}


@pytest.mark.parametrize("heading", ["Disc levels:", "Disc level:", "Levels:"])
def test_degeneration_under_a_heading_of_levels_is_the_discs(heading: str) -> None:
    text = f"{heading}\nL4-5: Moderate degeneration, bulging.\nL5-S1: Mild degeneration."
    assert told(text, "degeneration") == {"L4-L5": "moderate", "L5-S1": "mild"}


@pytest.mark.parametrize(("text", "grades"), [
    ("Good hydration of the discs.", "none"), ("Normal signal and height of the discs.", "none"),
    ("Mild desiccation of the discs.", "mild"),
])  # fmt: skip
def test_the_discs_in_the_sentence_of_a_heading_are_its_own(text: str, grades: str) -> None:
    assert told(f"L1-2, L2-3: {text}\nL3-4: Mild bulge.", "degeneration") == {"L1-L2": grades, "L2-L3": grades}
    assert len(told("L4-5: Mild bulge. Desiccation of the discs.", "degeneration")) == 5


@pytest.mark.parametrize("text", [
    "Degenerated disc with moderate narrowing and vacuum phenomenon.",
    "Disc desiccation with moderate narrowing.",
])  # fmt: skip
def test_narrowing_beside_a_worn_disc_is_the_discs(text: str) -> None:
    assert labels_of(f"L4-5: {text}") == {"L4-L5 degeneration": PRESENT, "L4-L5 disc_height_loss": "moderate"}


@pytest.mark.parametrize("text", [
    "Disc degeneration causing moderate narrowing.", "Disc degeneration and moderate narrowing of the canal.",
    "Degenerated disc with moderate stenosis.", "Disc protrusion with moderate narrowing.",
])  # fmt: skip
def test_narrowing_that_a_disc_causes_is_the_canals(text: str) -> None:
    assert told(f"L4-5: {text}", "canal_stenosis") == {"L4-L5": "moderate"}


@pytest.mark.parametrize("text", [
    "The disc and the facets are moderately degenerated.", "Moderate disc and facet degeneration.",
    "Moderate facet and disc degeneration.", "Moderate degeneration of the disc and facet joints.",
])  # fmt: skip
def test_disc_and_facets_degenerate_together(text: str) -> None:
    assert labels_of(f"L4-5: {text}") == {
        "L4-L5 degeneration": "moderate",
        "L4-L5 facet_arthropathy left": "moderate",
        "L4-L5 facet_arthropathy right": "moderate",
    }


@pytest.mark.parametrize("text", [
    "Severe disc desiccation and height loss.", "Severe loss of height and desiccation.",
    "Severe desiccation and disc space narrowing.", "Severe loss of disc height and signal.",
])  # fmt: skip
def test_degeneration_and_loss_of_height_share_a_degree(text: str) -> None:
    assert labels_of(f"L4-5: {text}") == {"L4-L5 degeneration": "severe", "L4-L5 disc_height_loss": "severe"}


@pytest.mark.parametrize("text", [
    "Severe desiccation at L4-5 and loss of height at L5-S1.", "L4-5: Severe desiccation, bulge, and loss of height.",
])  # fmt: skip
def test_items_and_levels_of_their_own_share_no_degree(text: str) -> None:
    assert list(told(text, "disc_height_loss").values()) == [PRESENT]


@pytest.mark.parametrize("text", ["Bulging of the disc", "Protrusion of the disc", "Bulging disc"])
def test_the_disc_of_a_lesion_is_not_what_degenerates_beside_it(text: str) -> None:
    found = labels_of(f"L4-5: {text} and mild facet degenerative change.")
    assert "L4-L5 degeneration" not in found
    assert found["L4-L5 facet_arthropathy left"] == "mild"


@pytest.mark.parametrize("t2", ["T2", "T2W", "T2-weighted", "T2 weighted", "T2-W", "T2WI"])
def test_weighted_pictures_are_spelt_in_many_ways(t2: str) -> None:
    for text in (f"Loss of {t2} signal", f"The disc shows reduced {t2} signal", f"The disc is dark on {t2} images"):
        assert labels_of(f"L4-5: {text}.") == {"L4-L5 degeneration": PRESENT}
    assert labels_of(f"L4-5: Loss of disc height and {t2} signal.").keys() == {
        "L4-L5 degeneration", "L4-L5 disc_height_loss",
    }  # fmt: skip
    assert labels_of(f"L4-5: The disc shows normal {t2} signal.") == {"L4-L5 degeneration": "none"}


@pytest.mark.parametrize("many", ["Multisegmental", "Polysegmental", "Multilevel", "Several"])
def test_degeneration_of_many_levels_is_not_of_the_level_before(many: str) -> None:
    text = "Several discs are desiccated" if many == "Several" else f"{many} osteochondrosis"
    assert labels_of(f"Disc protrusion at L4-5. {text}.") == {"L4-L5 herniation": "protrusion"}


@pytest.mark.parametrize(("place", "levels"), [
    ("at the inferior endplate of T12 and superior endplate of L1", ["T12-L1"]),
    ("of the L3 superior endplate", ["L2-L3"]),
    ("in the upper endplates of L2 and L3", ["L1-L2", "L2-L3"]), ("at L4-5", ["L4-L5"]),
])  # fmt: skip
def test_a_node_is_of_the_disc_that_its_endplate_borders(place: str, levels: list[str]) -> None:
    assert told(f"Small Schmorl's nodes {place}.", "schmorl_node") == dict.fromkeys(levels, "present")


def test_endplates_of_a_node_are_none_of_a_change_before_it() -> None:
    text = "Modic type 2 at the superior endplate of L3 and a Schmorl's node at the inferior endplate of L4."
    assert labels_of(text) == {"L2-L3 modic": "type2", "L4-L5 schmorl_node": "present"}


@pytest.mark.parametrize(("text", "degree"), [
    ("Disc space at L4-5 is moderately collapsed.", "moderate"), ("The L4-5 disc is severely collapsed.", "severe"),
    ("Severe collapse of the L4-5 disc.", "severe"), ("The L4-5 disc space has collapsed.", PRESENT),
])  # fmt: skip
def test_a_disc_that_has_collapsed_has_lost_height(text: str, degree: str) -> None:
    assert labels_of(text) == {"L4-L5 disc_height_loss": degree}


@pytest.mark.parametrize("text", ["Collapse of the L2 vertebral body.", "L2 is collapsed.", "Collapsed L3 vertebra."])
def test_a_vertebra_that_has_collapsed_has_no_label(text: str) -> None:
    assert labels_of(text) == {}


@pytest.mark.parametrize("text", [
    "L4-5 disc: grade 3 Pfirrmann.", "Grade III Pfirrmann degeneration at L4-5.", "L4-5: grade 3 (Pfirrmann).",
])  # fmt: skip
def test_a_scale_may_be_named_behind_its_grade(text: str) -> None:
    assert told(text, "pfirrmann") == {"L4-L5": "grade3"}


@pytest.mark.parametrize(("text", "grades"), [
    ("Near complete loss of the L5-S1 disc height.", "severe"),
    ("Loss of the L5-S1 disc space height.", PRESENT),
    ("Moderate decrease in the L5-S1 disc height.", "moderate"),
    ("There is no loss of the L5-S1 disc height.", "none"),
])  # fmt: skip
def test_a_level_may_stand_before_the_height_that_is_lost(text: str, grades: str) -> None:
    assert told(text, "disc_height_loss") == {"L5-S1": grades}


def test_other_heights_are_those_of_the_other_discs() -> None:
    text = "Severe loss of the L5-S1 disc height. Other disc heights are maintained."
    others = dict.fromkeys(("L1-L2", "L2-L3", "L3-L4", "L4-L5"), "none")
    assert told(text, "disc_height_loss") == {**others, "L5-S1": "severe"}


@pytest.mark.parametrize("text", ["Loss of lordosis.", "Weight loss.", "Loss of epidural fat at L4-5."])
def test_a_loss_of_other_things_says_nothing_of_discs(text: str) -> None:
    assert not labels_of(text)


@pytest.mark.parametrize("text", [
    "Narrowing of the L4-5 disc.", "L4-5: Narrowing of the disc with a bulge.", "The L4-5 disc shows narrowing.",
    "There is narrowing of the disc at L4-5.", "The L4-5 disc has narrowing and desiccation.",
])  # fmt: skip
def test_a_narrowing_of_a_disc_is_that_of_its_height(text: str) -> None:
    found = labels_of(text)
    assert found["L4-L5 disc_height_loss"] == PRESENT
    assert "L4-L5 canal_stenosis" not in found


@pytest.mark.parametrize("text", [
    "Narrowing of the canal by the disc at L4-5.", "The disc at L4-5 causes narrowing of the canal.",
    "The L4-5 disc shows a bulge with narrowing of the canal.",
])  # fmt: skip
def test_a_narrowing_by_a_disc_is_not_that_of_its_height(text: str) -> None:
    found = labels_of(text)
    assert found["L4-L5 canal_stenosis"] == PRESENT
    assert "L4-L5 disc_height_loss" not in found


@pytest.mark.parametrize("text", [
    "Disc: height preserved, signal reduced.", "Disc height is preserved but signal is reduced.",
    "Height preserved, signal lost.", "Disc: signal reduced, height normal.",
])  # fmt: skip
def test_a_bare_signal_is_that_of_the_disc_spoken_of(text: str) -> None:
    assert labels_of(f"L4-5: {text}") == {"L4-L5 degeneration": PRESENT, "L4-L5 disc_height_loss": "none"}


@pytest.mark.parametrize(
    "text", ["Disc height preserved, marrow signal reduced.", "Disc height preserved. Signal lost."]
)
def test_another_signal_is_none_of_the_disc(text: str) -> None:
    assert labels_of(f"L4-5: {text}") == {"L4-L5 disc_height_loss": "none"}


@pytest.mark.parametrize("text", [
    "Disc degeneration grade IV at L5-S1 and III at L4-5 (Pfirrmann).",
    "Disc degeneration: grade IV at L5-S1, grade III at L4-5 (Pfirrmann).",
])  # fmt: skip
def test_brackets_at_the_end_name_the_scale_of_a_list(text: str) -> None:
    assert told(text, "pfirrmann") == {"L4-L5": "grade3", "L5-S1": "grade4"}


@pytest.mark.parametrize("much", ["more than half its", "half of its", "most of its", "some"])
def test_a_disc_loses_part_of_its_height(much: str) -> None:
    assert told(f"The L5-S1 disc has lost {much} height.", "disc_height_loss") == {"L5-S1": PRESENT}


@pytest.mark.parametrize("text", [
    "Narrowing of the L3-4 and L4-5 interspaces.", "The L3-4 and L4-5 interspaces are narrowed.",
    "Interspace narrowing at L3-4 and L4-5.", "Narrowing of the L3-4 interspace and the L4-5 interspace.",
])  # fmt: skip
def test_a_narrow_interspace_is_a_lost_height(text: str) -> None:
    assert labels_of(text) == {"L3-L4 disc_height_loss": PRESENT, "L4-L5 disc_height_loss": PRESENT}


def test_an_interspace_is_a_place_of_other_findings() -> None:
    text = "Canal stenosis at the L3-4 interspace, L4-5 interspace and L5-S1 interspace."
    assert told(text, "canal_stenosis") == dict.fromkeys(("L3-L4", "L4-L5", "L5-S1"), PRESENT)
    assert told("At the L4-5 interspace there is severe canal stenosis.", "canal_stenosis") == {"L4-L5": "severe"}


@pytest.mark.parametrize(("text", "level"), [
    ("Superior endplate of L5 shows Modic type 1 change.", "L4-L5"),
    ("Inferior endplate of L4 shows Modic type 1 change.", "L4-L5"),
    ("Superior endplate of S1 shows Modic type 1 change.", "L5-S1"),
])  # fmt: skip
def test_an_endplate_that_opens_the_sentence_is_that_of_its_disc(text: str, level: str) -> None:
    assert told(text, "modic") == {level: "type1"}


def test_a_narrowed_level_has_lost_the_height_of_its_disc() -> None:
    assert labels_of("Narrowed L5/S1 level with vacuum phenomena.") == {"L5-S1 disc_height_loss": PRESENT}
