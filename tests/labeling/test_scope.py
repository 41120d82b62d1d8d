"""Which level is meant, and which findings a level closes or opens; all texts are invented."""

import pytest
from tests.labeling.conftest import PRESENT, labels_of, told


@pytest.mark.parametrize("text", [
    "Mild canal stenosis at the level of L4-5.",
    "At the level of the L4-5 disc there is mild narrowing of the spinal canal.",
    "Central canal: Mild at the level of L4-5, not narrowed at the level of L5-S1.",
])  # fmt: skip
def test_at_the_level_of_is_at(text: str) -> None:
    assert told(text, "canal_stenosis")["L4-L5"] == "mild"


def test_a_level_at_the_end_is_that_of_all_qualities_before() -> None:
    text = "Normal disc signal and height at L1-2 through L3-4."
    assert told(text, "degeneration") == dict.fromkeys(("L1-L2", "L2-L3", "L3-L4"), "none")


@pytest.mark.parametrize("text", [
    "Mild canal stenosis, L3-L4.\nModerate canal stenosis, L4-L5.\nSevere canal stenosis, L5-S1.",
    "FINDINGS: Mild canal stenosis - L3-4. Moderate canal stenosis - L4-5. Severe canal stenosis - L5-S1.",
    "Mild canal stenosis, L3-4; moderate canal stenosis, L4-5; severe canal stenosis, L5-S1.",
    "Mild canal stenosis, L3-4, moderate canal stenosis, L4-5, and severe canal stenosis, L5-S1.",
    "Mild canal stenosis, L3-4 level. Moderate canal stenosis, L4-5, with a bulge. Canal narrowing, severe, L5-S1.",
])  # fmt: skip
def test_a_level_behind_a_comma_or_dash_is_that_of_the_statement_before(text: str) -> None:
    assert told(text, "canal_stenosis") == {"L3-L4": "mild", "L4-L5": "moderate", "L5-S1": "severe"}


def test_a_lesion_goes_on_behind_a_level_between_commas() -> None:
    text = "Mild bulge, L3-4. Left paracentral extrusion, L4-5, compressing the left L5 root. Mild bulge, L5-S1."
    assert told(text, "herniation") == {"L4-L5": "extrusion"}
    assert told(text, "nerve_root") == {"L4-L5 left": "compression"}
    assert told(text, "bulge") == {"L3-L4": "mild", "L5-S1": "mild"}


@pytest.mark.parametrize("text", [
    "1. L5-S1, mild bulge.\n2. Herniated disc, L3-4, left, large.\n3. Spinal stenosis, L4-5, severe.",
    "- Bulging disc, L5-S1, mild\n- HNP, L3-4, left subarticular\n- Spinal stenosis, L4-5, severe, due to facet joints",
    "Mild bulge, L5-S1. Herniated disc, L3-4, left and central. Canal stenosis, L4-5, severe.",
])  # fmt: skip
def test_sides_and_degrees_behind_a_level_between_commas_are_those_of_the_lesion_before(text: str) -> None:
    assert told(text, "bulge") == {"L5-S1": "mild"}
    assert told(text, "herniation") == {"L3-L4": "protrusion|extrusion|sequestration"}
    assert told(text, "canal_stenosis") == {"L4-L5": "severe"}


def test_a_denial_with_a_level_behind_a_comma_is_of_that_level() -> None:
    text = "Mild bulge, L3-4. No canal stenosis, L4-5. Patent foramina, L5-S1."
    assert told(text, "canal_stenosis") == {"L4-L5": "none"}
    assert told(text, "foraminal_stenosis") == {"L5-S1 left": "none", "L5-S1 right": "none"}


def test_statements_of_levels_between_semicolons_stand_by_themselves() -> None:
    text = "IMPRESSION: Extrusion at L4-5; mild bulges L1-2 through L3-4; L5-S1 unremarkable; remaining levels normal."
    assert told(text, "bulge") == {**dict.fromkeys(("L1-L2", "L2-L3", "L3-L4"), "mild"), "L5-S1": "none"}
    text = "The foramina are mildly narrowed at L4-5; at the remaining levels they are patent."
    assert told(text, "foraminal_stenosis")["L1-L2 left"] == "none"


def test_lists_of_findings_and_levels_without_prepositions() -> None:
    text = "Canal: Mild stenosis L3-4, moderate stenosis L4-5, otherwise patent."
    assert told(text, "canal_stenosis") == {
        **dict.fromkeys(("L1-L2", "L2-L3", "L5-S1"), "none"),
        "L3-L4": "mild",
        "L4-L5": "moderate",
    }


def test_levels_as_speech_recognition_writes_them() -> None:
    assert told("At L4 5 there is moderate canal stenosis.", "canal_stenosis") == {"L4-L5": "moderate"}
    assert told("There is a haemangioma in L4 5 mm in size. Mild canal stenosis.", "canal_stenosis") == {}


@pytest.mark.parametrize("text", [
    "Disc bulge at L4-5 level compressing the thecal sac and disc protrusion at L5-S1 level.",
    "Disc bulge at L4-5 compressing the thecal sac, and protrusion at L5-S1.",
    "A bulge at L4-5 that compresses the thecal sac as well as a protrusion at L5-S1.",
    "Bulge at L4-5 with compression of the thecal sac and protrusion at L5-S1.",
    "Bulge L4-5 compressing the thecal sac, protrusion L5-S1.",
    "Bulge at L4-5, which compresses the thecal sac, and a small protrusion at L5-S1.",
])  # fmt: skip
def test_what_a_lesion_does_is_not_of_the_level_of_the_next(text: str) -> None:
    assert told(text, "thecal_sac") == {"L4-L5": "compression"}
    assert told(text, "herniation") == {"L5-S1": "protrusion"}


@pytest.mark.parametrize("text", [
    "Bulge at L3-4 causing mild canal stenosis and protrusion at L4-5 causing severe canal stenosis.",
    "Bulge at L3-4 with mild canal stenosis and protrusion at L4-5 with severe canal stenosis.",
    "Bulge at L3-4 compressing the sac and causing mild canal stenosis and severe canal stenosis at L4-5.",
    "Bulge at L3-4 with mild canal stenosis, foraminal stenosis and protrusion at L4-5 with severe canal stenosis.",
])  # fmt: skip
def test_each_lesion_of_a_list_keeps_the_stenosis_that_it_causes(text: str) -> None:
    assert told(text, "canal_stenosis") == {"L3-L4": "mild", "L4-L5": "severe"}


def test_a_level_behind_a_list_closes_its_last_item() -> None:
    text = "Mild bulge at L3-4, moderate bulge and canal stenosis at L4-5."
    assert labels_of(text) == {"L3-L4 bulge": "mild", "L4-L5 bulge": "moderate", "L4-L5 canal_stenosis": PRESENT}
    text = "Bulge at L3-4 indenting the sac, at L4-5 compressing it and the left root."
    assert told(text, "thecal_sac")["L3-L4"] == "indentation"
    text = "There is a protrusion at L4-5 compressing the left S1 root at L5-S1."
    assert told(text, "nerve_root") == {"L5-S1 left": "compression"}


@pytest.mark.parametrize("text", [
    "Degenerative changes worst at L4-5, with moderate canal stenosis, and at L5-S1, with severe foraminal stenosis.",
    "Findings are worst at L4-5, with moderate canal stenosis, and L5-S1, with severe foraminal stenosis.",
    "Worst at L4-5 with moderate canal stenosis and at L5-S1 with severe foraminal stenosis.",
    "Disc degeneration at L4-5, with moderate canal stenosis, and at L5-S1, with severe foraminal stenosis.",
])  # fmt: skip
def test_levels_of_a_list_keep_what_stands_with_them(text: str) -> None:
    assert told(text, "canal_stenosis") == {"L4-L5": "moderate"}
    assert told(text, "foraminal_stenosis") == {"L5-S1 left": "severe", "L5-S1 right": "severe"}


@pytest.mark.parametrize("text", [
    "The bulge narrows the left L4-5 foramen.",
    "L4-5: The bulge narrows the left L4-5 foramen.",
    "A bulge encroaches upon the left L4-5 neural foramen.",
])  # fmt: skip
def test_a_level_before_the_object_of_a_verb_is_that_of_both(text: str) -> None:
    assert labels_of(text) == {"L4-L5 bulge": PRESENT, "L4-L5 foraminal_stenosis left": PRESENT}


@pytest.mark.parametrize(("text", "labels"), [
    ("Degenerate discs at L3-4, L4-5 and L5-S1, with left S1 root compression.", {"L5-S1 left": "compression"}),
    ("Bulges at L4-5 and L5-S1, contacting the right L5 root.", {"L4-L5 right": "contact"}),
    ("Bulges at L2-3 and L4-5, contacting the right L4 root.", {"L4-L5 right": "contact"}),
    ("L3-4, L4-5: Bulges. Contact with the traversing left roots.", {"L3-L4 left": "contact", "L4-L5 left": "contact"}),
    ("Protrusions at L4-5 and L5-S1 compressing the left L5 and S1 roots.",
     {"L4-L5 left": "compression", "L5-S1 left": "compression"}),
])  # fmt: skip
def test_one_named_root_behind_several_levels_is_where_its_disc_is(text: str, labels: dict[str, str]) -> None:
    assert told(text, "nerve_root") == labels


@pytest.mark.parametrize("text", [
    "Mild bulge at L4-5 indenting the sac, the other discs are normal.",
    "L4-5: Mild bulge compressing the left L5 root, remaining discs unremarkable.",
    "Mild bulge at L4-5 narrowing both foramina and touching the L5 roots, rest of the discs are normal.",
    "There is a mild L4-5 bulge with contact to the L5 roots, the remaining discs appear normal.",
])  # fmt: skip
def test_other_discs_behind_a_comma_are_no_object_of_the_verb_before(text: str) -> None:
    assert told(text, "bulge") == {**dict.fromkeys(("L1-L2", "L2-L3", "L3-L4", "L5-S1"), "none"), "L4-L5": "mild"}
    assert not told(text, "canal_stenosis")


@pytest.mark.parametrize("text", [
    "The foramina at L4-5 are moderately narrowed with compression of the L4 roots, the other foramina are patent.",
    "Moderate narrowing of the L4-5 foramina, touching the roots, the remaining foramina are widely patent.",
    "L4-5: Foramina moderately narrowed with contact to the roots, other foramina free.",
    "L4-5: Left foraminal stenosis moderate, right foraminal stenosis moderate, other foramina patent.",
])  # fmt: skip
def test_other_foramina_than_both_of_a_level_are_those_of_the_other_levels(text: str) -> None:
    found = told(text, "foraminal_stenosis")
    assert found["L4-L5 left"] == found["L4-L5 right"] == "moderate"
    assert found["L1-L2 left"] == found["L5-S1 right"] == "none"


@pytest.mark.parametrize("text", [
    "There is a bulge at L3-4 and another at L4-5, both moderate.",
    "There is a disc bulge at L3-4 and a further one at L4-5, both moderate.",
    "At L3-4 there is a bulge and at L4-5 there is a bulge, each moderate.",
    "Bulge at L3-4 and another at L4-5, both moderate, and an extrusion at L5-S1.",
])  # fmt: skip
def test_a_degree_of_both_is_that_of_each_lesion_listed(text: str) -> None:
    assert told(text, "bulge") == {"L3-L4": "moderate", "L4-L5": "moderate"}


def test_each_of_two_stenoses_keeps_its_side_and_all_may_be_more_than_two() -> None:
    text = "Left foraminal stenosis at L4-5 and right foraminal stenosis at L5-S1, both severe."
    assert told(text, "foraminal_stenosis") == {"L4-L5 left": "severe", "L5-S1 right": "severe"}
    text = "There is a bulge at L2-3, a bulge at L3-4 and another at L4-5, all mild."
    assert told(text, "bulge") == dict.fromkeys(("L2-L3", "L3-L4", "L4-L5"), "mild")


@pytest.mark.parametrize("text", [
    "There is an extrusion at L4-5 and an extrusion at L5-S1, both compressing the thecal sac.",
    "There is a bulge at L4-5 and a protrusion at L5-S1, both markedly compressing the sac.",
    "Protrusion at L4-5 and extrusion at L5-S1, both of which compress the thecal sac.",
    "There is a bulge at L4-5 and another at L5-S1, each with compression of the sac.",
])  # fmt: skip
def test_what_both_lesions_do_is_told_of_each(text: str) -> None:
    assert told(text, "thecal_sac") == {"L4-L5": "compression", "L5-S1": "compression"}


def test_both_foramina_behind_a_list_are_those_of_its_last_level() -> None:
    text = "Bulge at L3-4 and protrusion at L4-5, both foramina moderately narrowed."
    assert told(text, "foraminal_stenosis") == {"L4-L5 left": "moderate", "L4-L5 right": "moderate"}


@pytest.mark.parametrize("opening", [
    "At {0}, there is", "Axial images at {0} demonstrate", "On the axial images at {0} there is",
    "Findings at {0} include",
    "Sections through the {0} level show", "Looking at {0}, there is", "Next, at {0} there is",
    "The disc space at {0} shows", "Again seen at {0} is", "Evaluation of {0} reveals",
])  # fmt: skip
def test_a_denial_behind_a_level_that_stands_in_front_is_of_that_level(opening: str) -> None:
    found = told(f"{opening.format('L4-5')} a bulge. No canal stenosis.", "canal_stenosis")
    assert found == {"L4-L5": "none"}


@pytest.mark.parametrize("opening", ["There is a bulge at L4-5.", "A bulge at L4-5 is seen.", "Fissure at L4-5."])
def test_a_denial_behind_a_level_that_stands_behind_is_of_all(opening: str) -> None:
    assert len(told(f"{opening} No canal stenosis.", "canal_stenosis")) == 5


@pytest.mark.parametrize("text", [
    "Evaluation of the L4-5 level demonstrates a mild bulge.", "Evaluation of L4-5 shows a mild bulge.",
    "FINDINGS: Further evaluation of L4-5 reveals a mild bulge.",
])  # fmt: skip
def test_an_evaluation_that_shows_something_is_no_advice(text: str) -> None:
    assert labels_of(text) == {"L4-L5 bulge": "mild"}


@pytest.mark.parametrize("text", ["Evaluation of L4-5 for a bulge is recommended.", "Advise evaluation of L4-5 bulge."])
def test_an_evaluation_that_is_advised_tells_nothing(text: str) -> None:
    assert labels_of(text) == {}


def test_what_a_state_is_said_of_goes_on_behind_a_semicolon() -> None:
    text = "The foramina are patent at L2-3 and L3-4; mildly narrowed on the left at L4-5."
    assert told(text, "foraminal_stenosis") == {
        **{f"{level} {side}": "none" for level in ("L2-L3", "L3-L4") for side in ("left", "right")},
        "L4-L5 left": "mild",
    }
    assert not told(text, "canal_stenosis")


@pytest.mark.parametrize("text", [
    "The canal is narrowed at L3-4 by a bulge, and patent elsewhere.",
    "The canal is narrowed at L3-4 by a bulge; it is patent elsewhere.",
])  # fmt: skip
def test_what_narrows_is_where_it_narrows_and_the_canal_goes_on(text: str) -> None:
    assert told(text, "bulge") == {"L3-L4": PRESENT}
    others = dict.fromkeys(("L1-L2", "L2-L3", "L4-L5", "L5-S1"), "none")
    assert told(text, "canal_stenosis") == {**others, "L3-L4": PRESENT}


def test_a_site_narrowed_by_a_lesion_goes_on_to_another_level() -> None:
    text = "The canal is moderately narrowed at L3-4 by a bulge and mildly narrowed at L4-5."
    assert told(text, "bulge") == {"L3-L4": PRESENT}
    assert told(text, "canal_stenosis") == {"L3-L4": "moderate", "L4-L5": "mild"}


@pytest.mark.parametrize("text", [
    "L4-5: Canal mild, foramina patent.", "L4-5: No bulge, canal mild, foramina patent.",
    "L4-5: Disc bulging, canal mild, recesses and foramina normal.",
])  # fmt: skip
def test_a_part_with_its_degree_is_not_open_with_the_next(text: str) -> None:
    assert told(text, "canal_stenosis") == {"L4-L5": "mild"}
    assert told(text, "foraminal_stenosis") == {"L4-L5 left": "none", "L4-L5 right": "none"}


def test_joints_with_their_degree_are_not_normal_with_the_canal() -> None:
    found = told("L4-5: Facets severe, canal normal.", "facet_arthropathy")
    assert found == {"L4-L5 left": "severe", "L4-L5 right": "severe"}


def test_a_degree_stays_at_its_level_before_one_that_is_open() -> None:
    found = told("Canal mild at L3-4, patent at L4-5, severe at L5-S1.", "canal_stenosis")
    assert (found["L3-L4"], found["L5-S1"]) == ("mild", "severe")


def test_a_degree_of_something_else_behind_a_joint_is_not_its_own() -> None:
    assert labels_of("L4-5: Cystic foci along the posterior elements representing small pseudomeningoceles.") == {}


@pytest.mark.parametrize("text", [
    "Disc bulges at L3-4 & L4-5, compressing the thecal sac, with canal stenosis at L4-5.",
    "Disc bulges at L3-4 & L4-5 compressing the thecal sac leading to canal stenosis at L4-5.",
])  # fmt: skip
def test_what_lesions_do_at_all_levels_is_not_that_of_a_stenosis_behind(text: str) -> None:
    assert set(told(text, "thecal_sac")) == {"L3-L4", "L4-L5"}
    assert set(told(text, "canal_stenosis")) == {"L4-L5"}


@pytest.mark.parametrize("text", [
    "Disc desiccation and bulges at L3-4 and L4-5, worst at L4-5.",
    "Disc dehydration with disc bulges at L3-L4 & L4-L5, mainly at L4-L5.",
])  # fmt: skip
def test_where_it_is_worst_leaves_each_of_two_findings_its_levels(text: str) -> None:
    for finding in ("degeneration", "bulge"):
        assert set(told(text, finding)) == {"L3-L4", "L4-L5"}


@pytest.mark.parametrize("text", [
    "A bulge at L3-4 and a protrusion at L4-5, with no canal stenosis at any of these levels.",
    "A bulge at L3-4 and a protrusion at L4-5, without canal stenosis at these levels.",
    "Bulges at L3-4 and L4-5, with a protrusion at L4-5, and no canal stenosis at these levels.",
])  # fmt: skip
def test_these_levels_are_all_that_the_sentence_named(text: str) -> None:
    assert set(told(text, "canal_stenosis")) == {"L3-L4", "L4-L5"}
