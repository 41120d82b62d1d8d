"""Which level, side and degree is meant, from clause to clause and line to line; all texts are invented."""

import pytest
from tests.labeling.conftest import PRESENT, at_l45, labels_of, told


def test_lines_that_open_with_a_level_end_a_history_without_a_heading() -> None:
    text = "Hx: Back pain.\n\nAt the L3-4 level there is a mild bulge.\nAt L4-5, moderate bulge.\n\nAdvice: Follow up."
    assert told(text, "bulge") == {"L3-L4": "mild", "L4-L5": "moderate"}


@pytest.mark.parametrize("text", [
    "Mild canal stenosis at the level of L4-5.",
    "At the level of the L4-5 disc there is mild narrowing of the spinal canal.",
    "Central canal: Mild at the level of L4-5, not narrowed at the level of L5-S1.",
])  # fmt: skip
def test_at_the_level_of_is_at(text: str) -> None:
    assert told(text, "canal_stenosis")["L4-L5"] == "mild"


def test_lines_of_one_sentence_stay_with_the_level_before_them() -> None:
    text = (
        "At L3-4, there is a small bulge.\nThe canal is patent.\nAt L4-5, there is an extrusion.\n"
        "There is severe canal stenosis.\nAt L5-S1, there is a bulge.\nThere is no canal stenosis."
    )
    assert told(text, "canal_stenosis") == {"L3-L4": "none", "L4-L5": "severe", "L5-S1": "none"}


def test_a_negative_line_behind_a_list_of_levels_is_about_all() -> None:
    text = "L3-4: mild bulge.\nL4-5: extrusion.\nL5-S1: moderate bulge.\nNo canal stenosis."
    assert told(text, "canal_stenosis") == dict.fromkeys(("L1-L2", "L2-L3", "L3-L4", "L4-L5", "L5-S1"), "none")


def test_headings_within_a_paragraph_end_each_other() -> None:
    text = "Vertebral bodies: normal. L4-5: large herniation. Other levels: unremarkable."
    assert told(text, "canal_stenosis") == dict.fromkeys(("L1-L2", "L2-L3", "L3-L4", "L5-S1"), "none")
    text = "Foramina: L3/L4 right mild. L4/L5 left moderate. Slips: none."
    assert len(told(text, "spondylolisthesis")) == 5


def test_a_side_may_end_the_line_of_a_level() -> None:
    text = "L2-3: Mild canal and moderate bilateral foraminal narrowing, right greater than left\nL3-4: Mild bulge"
    assert told(text, "canal_stenosis") == {"L2-L3": "mild"}
    assert told(text, "bulge") == {"L3-L4": "mild"}


def test_a_pair_behind_a_heading_of_both_sides_is_told_by_position() -> None:
    text = "Foramina (Lt/Rt): L3/L4 moderate/mild. L4/L5 none/severe.\nRecesses (R/L): L4/L5: mild/mild-moderate."
    assert told(text, "foraminal_stenosis") == {
        "L3-L4 left": "moderate", "L3-L4 right": "mild", "L4-L5 left": "none", "L4-L5 right": "severe",
    }  # fmt: skip
    assert told(text, "subarticular_stenosis") == {"L4-L5 left": "mild|moderate", "L4-L5 right": "mild"}


@pytest.mark.parametrize(("text", "finding", "grades"), [
    ("Recess stenosis is severe on each side, and the L5 roots are compressed.", "subarticular_stenosis", "severe"),
    ("Disc: desiccation mild, bulge severe.", "degeneration", "mild"),
    ("There is disc degeneration of mild degree and a severe bulge.", "degeneration", "mild"),
    ("It does not result in narrowing of the canal.", "canal_stenosis", "none"),
    ("A bulge, which does not amount to a narrowing of the canal.", "canal_stenosis", "none"),
    ("Lee 2 on both sides.", "foraminal_stenosis", "moderate"),
    ("Schizas B. Bartynski 1 bilaterally.", "subarticular_stenosis", "mild"),
    ("The canal is of full size.", "canal_stenosis", "none"),
    ("There is nothing to report.", "canal_stenosis", "none"),
])  # fmt: skip
def test_degrees_denials_and_scales_of_clinics(text: str, finding: str, grades: str) -> None:
    assert told(f"L4-5: {text}", finding) == at_l45(finding, grades)


@pytest.mark.parametrize(("text", "finding", "grades"), [
    ("Mild bulge. Nil canal stenosis.", "canal_stenosis", "none"),
    ("Nil significant canal stenosis.", "canal_stenosis", "none|mild"),
    ("There is nil obvious disc bulge or protrusion.", "bulge", "none"),
    ("Mild disc bulge with nil neural impingement.", "nerve_root", "none|contact|displacement"),
    ("Nil evidence of foraminal narrowing.", "foraminal_stenosis", "none"),
    ("Canal stenosis nil, bulge mild.", "canal_stenosis", "none"),
    ("Canal stenosis nil, bulge mild.", "bulge", "mild"),
])  # fmt: skip
def test_nil_denies_what_follows_it_and_otherwise_what_stands_before_it(text: str, finding: str, grades: str) -> None:
    assert told(f"L4-5: {text}", finding) == at_l45(finding, grades)


def test_nil_opens_a_denial_of_all_levels_as_no_does() -> None:
    assert set(told("Mild bulge at L4-5. Nil canal stenosis.", "canal_stenosis").values()) == {"none"}
    assert len(told("Nil canal stenosis at any level.", "canal_stenosis")) == 5


def test_nil_of_one_side_leaves_the_other() -> None:
    text = "L4-5: Foramina: nil right, mild left."
    assert told(text, "foraminal_stenosis") == {"L4-L5 left": "mild", "L4-L5 right": "none"}


NORMAL_DISC = {"L5-S1 bulge": "none", "L5-S1 herniation": "none", "L5-S1 degeneration": "none"}


@pytest.mark.parametrize("text", [
    "Normal L5/S1 disc.",
    "Unremarkable appearance of the L5/S1 disc.",
    "L5/S1: Normal disc.",
    "The L5/S1 disc is otherwise normal.",
])  # fmt: skip
def test_a_normal_disc_says_nothing_of_the_canal(text: str) -> None:
    assert labels_of(text) == NORMAL_DISC


@pytest.mark.parametrize("text", [
    "The L5/S1 disc is mildly dehydrated, otherwise normal.",
    "The L5/S1 disc is mildly dehydrated but otherwise normal.",
    "L5/S1: mildly dehydrated, otherwise normal disc.",
])  # fmt: skip
def test_an_otherwise_normal_disc_is_the_disc_in_hand(text: str) -> None:
    assert labels_of(text) == {**NORMAL_DISC, "L5-S1 degeneration": "mild"}


@pytest.mark.parametrize("text", ["Normal other discs.", "Normal remaining discs.", "Otherwise normal discs."])
def test_other_discs_called_normal_are_those_without_a_finding(text: str) -> None:
    found = labels_of(f"Mild bulge at L4-5. {text}")
    assert found["L3-L4 herniation"] == "none"
    assert "L3-L4 canal_stenosis" not in found
    assert {key for key in found if key.startswith("L4-L5")} == {"L4-L5 bulge"}


def test_elsewhere_is_where_the_finding_is_not_and_else_where_nothing_is() -> None:
    three = dict.fromkeys(("L1-L2", "L2-L3", "L3-L4"), "none")
    text = "L5-S1: Grade 1 anterolisthesis.\nL4-5: Mild disc bulge.\n"
    assert told(f"{text}No disc protrusion or canal stenosis at the other levels.", "canal_stenosis") == three
    assert told(f"{text}No disc protrusion elsewhere.", "herniation") == three
    text = "Severe canal stenosis at L4-5. Mild bulge at L3-4. No canal stenosis at other levels."
    assert told(text, "canal_stenosis") == {**three, "L4-L5": "severe", "L5-S1": "none"}


@pytest.mark.parametrize("text", [
    "Rest discs normal.",
    "Rest of IV discs are normal.",
    "Rest all discs are normal.",
    "Rest of all the lumbar discs appear normal.",
    "The rest of the other discs are normal.",
])  # fmt: skip
def test_rest_names_the_remaining_discs_in_every_wording(text: str) -> None:
    found = labels_of(f"Disc bulge at L4-5. {text}")
    assert {key for key in found if key.startswith("L4-L5")} == {"L4-L5 bulge"}
    assert {level for level in ("L1-L2", "L2-L3", "L3-L4", "L5-S1") if found[f"{level} herniation"] == "none"} == {
        "L1-L2", "L2-L3", "L3-L4", "L5-S1",
    }  # fmt: skip


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


@pytest.mark.parametrize("cause", ["due to disc bulge", "owing to facet hypertrophy", "secondary to a disc bulge"])
def test_a_degree_behind_a_cause_is_of_what_it_caused(cause: str) -> None:
    text = f"L4-5: Moderate right foraminal stenosis {cause}; severe on the left."
    assert told(text, "foraminal_stenosis") == {"L4-L5 left": "severe", "L4-L5 right": "moderate"}
    assert "severe" not in (told(text, "bulge") | told(text, "facet_arthropathy")).values()


@pytest.mark.parametrize("text", [
    "Nerve roots are compressed at L4/5 bilaterally and on the left at L5/S1.",
    "Compression of the nerve roots at L4/5 bilaterally and on the left at L5/S1.",
])  # fmt: skip
def test_a_side_behind_both_sides_is_that_of_the_next_level(text: str) -> None:
    assert told(text, "nerve_root") == dict.fromkeys(("L4-L5 left", "L4-L5 right", "L5-S1 left"), "compression")


@pytest.mark.parametrize("text", [
    "The discs are normal down to and including L3/4.",
    "Normal discs down to L3/4.",
    "Normal discs from L1/2 down to and including L3/4.",
])  # fmt: skip
def test_discs_down_to_a_level_are_all_above_it(text: str) -> None:
    assert told(text, "herniation") == dict.fromkeys(("L1-L2", "L2-L3", "L3-L4"), "none")


ABOVE_L45 = dict.fromkeys(("L1-L2", "L2-L3", "L3-L4"), "none")


@pytest.mark.parametrize("text", [
    "L4-5: Protrusion. Above this level, the canal and the foramina are normal.",
    "At L4-5 there is a protrusion. There is no canal stenosis above this level.",
    "The L4-5 disc is extruded. Above this, the canal is patent.",
    "Extrusion at L4-5; above this level the canal is patent.",
])  # fmt: skip
def test_above_this_level_are_all_levels_above_it(text: str) -> None:
    assert told(text, "canal_stenosis") == ABOVE_L45


def test_below_this_level_are_all_levels_below_it() -> None:
    text = "L3-4: Protrusion. Below this level the canal is patent."
    assert told(text, "canal_stenosis") == {"L4-L5": "none", "L5-S1": "none"}
    text = "L4-5: Bulge. Levels below this are normal."
    assert set(told(text, "herniation")) == {"L5-S1"}


def test_above_and_below_this_level_are_the_other_levels() -> None:
    text = "L4-5: Severe canal stenosis. No canal stenosis above or below this level."
    assert told(text, "canal_stenosis") == {**ABOVE_L45, "L4-L5": "severe", "L5-S1": "none"}


def test_a_level_named_beyond_this_one_is_the_one_meant() -> None:
    assert told("L5-S1: Protrusion. Above this there is a mild bulge at L4-5.", "bulge") == {"L4-L5": "mild"}
    assert told("L4-5: Fusion. Above it, at L3-4, moderate canal stenosis.", "canal_stenosis") == {"L3-L4": "moderate"}


def test_a_lesion_that_reaches_beyond_its_level_stays_there() -> None:
    text = "L4-5: Extrusion migrating above this level and compressing the left root."
    assert told(text, "nerve_root") == {"L4-L5 left": "compression"}


def test_the_discs_above_a_level_are_normal_as_discs() -> None:
    assert told("L4-5: Protrusion. The discs above this level are normal.", "canal_stenosis") == {}


def test_a_lesion_that_extends_down_to_a_level_is_not_at_all_above_it() -> None:
    text = "L4-5: Extrusion extending down to L5-S1 and compressing the left S1 root."
    assert set(told(text, "nerve_root")) <= {"L4-L5 left", "L5-S1 left"}


def test_levels_between_a_state_and_its_noun_are_those_of_both() -> None:
    assert labels_of("Severely narrowed left L4/5 foramen.") == {"L4-L5 foraminal_stenosis left": "severe"}
    assert told("Normal L4-5 and L5-S1 discs, mild L3-4 bulge.", "bulge")["L3-L4"] == "mild"


def test_a_side_that_is_named_for_a_denial_leaves_the_other() -> None:
    text = "L4-5: Foraminal narrowing is mild on the left; on the right it is absent."
    assert told(text, "foraminal_stenosis") == {"L4-L5 left": "mild", "L4-L5 right": "none"}


def test_none_elsewhere_denies_the_finding_of_the_sentence_before() -> None:
    text = "Type II endplate signal at L5-S1. None elsewhere."
    others = dict.fromkeys(("L1-L2", "L2-L3", "L3-L4", "L4-L5"), "none")
    assert told(text, "modic") == {**others, "L5-S1": "type2"}


def test_no_other_denies_a_list_of_findings_everywhere_else() -> None:
    text = "L4-5: Mild to moderate bulge. No other significant bulge or herniation, and no canal stenosis."
    assert told(text, "bulge") == {
        **dict.fromkeys(("L1-L2", "L2-L3", "L3-L4", "L5-S1"), "none|mild"),
        "L4-L5": "mild|moderate",
    }
    assert set(told(text, "herniation")) == {"L1-L2", "L2-L3", "L3-L4", "L4-L5", "L5-S1"}
    assert told(text, "canal_stenosis") == {"L4-L5": "none"}


@pytest.mark.parametrize(("text", "finding", "grades"), [
    ("Severe narrowing affects each lateral recess.", "subarticular_stenosis", "severe"),
    ("A protrusion that affects both roots.", "nerve_root", "contact|displacement|compression"),
    ("The stenosis has become moderate.", "canal_stenosis", "moderate"),
    ("The canal's patent.", "canal_stenosis", "none"),
    ("Disc/osteophyte complex.", "bulge", PRESENT),
])  # fmt: skip
def test_verbs_and_spellings_of_everyday(text: str, finding: str, grades: str) -> None:
    assert told(f"L4-5: {text}", finding) == at_l45(finding, grades)


@pytest.mark.parametrize("place", ["on the left at L5-S1", "at L5-S1 on the left"])
def test_where_many_levels_are_worst_has_its_side(place: str) -> None:
    text = f"Multilevel foraminal narrowing, most pronounced {place}."
    assert told(text, "foraminal_stenosis") == {"L5-S1 left": PRESENT}


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


@pytest.mark.parametrize("text", ["Canal stenosis: L3-4 and L4-5.", "Stenosis of the canal - L3-4, L4-5."])
def test_a_heading_of_a_narrowed_site_is_said_of_the_levels_behind_it(text: str) -> None:
    assert told(text, "canal_stenosis") == {"L3-L4": PRESENT, "L4-L5": PRESENT}


def test_statements_of_levels_between_semicolons_stand_by_themselves() -> None:
    text = "IMPRESSION: Extrusion at L4-5; mild bulges L1-2 through L3-4; L5-S1 unremarkable; remaining levels normal."
    assert told(text, "bulge") == {**dict.fromkeys(("L1-L2", "L2-L3", "L3-L4"), "mild"), "L5-S1": "none"}
    text = "The foramina are mildly narrowed at L4-5; at the remaining levels they are patent."
    assert told(text, "foraminal_stenosis")["L1-L2 left"] == "none"


@pytest.mark.parametrize("text", [
    "Disc desiccation with mild canal narrowing at L4-5.",
    "Disc desiccation and mild canal narrowing at L4-5.",
    "Desiccated discs, causing mild narrowing of the canal at L4-5.",
    "Disc desiccation, and at L4-5 mild canal stenosis.",
])  # fmt: skip
def test_a_heading_of_several_levels_rules_what_is_not_placed_at_one_of_them(text: str) -> None:
    text = f"L2-3 through L4-5: {text}"
    assert told(text, "degeneration") == dict.fromkeys(("L2-L3", "L3-L4", "L4-L5"), PRESENT)
    assert told(text, "canal_stenosis") == {"L4-L5": "mild"}


def test_a_heading_of_several_levels_rules_on_behind_one_of_them() -> None:
    text = "L3-4 and L4-5: Mild bulges with canal stenosis at L4-5."
    assert set(told(f"{text} The foramina are patent.", "foraminal_stenosis")) == {
        "L3-L4 left", "L3-L4 right", "L4-L5 left", "L4-L5 right",
    }  # fmt: skip
    assert told(f"{text} The left nerve root is compressed at this level.", "nerve_root") == {
        "L4-L5 left": "compression"
    }


def test_another_level_under_a_heading_takes_what_stands_behind_it() -> None:
    text = "L4-5: Mild bulge, and at L5-S1 a moderate bulge."
    assert told(text, "bulge") == {"L4-L5": "mild", "L5-S1": "moderate"}


def test_levels_that_are_included_among_others_are_not_singled_out() -> None:
    text = "L4-5: Mild bulge. The remaining levels, including the rudimentary L5-S1 disc, are unremarkable."
    assert told(text, "canal_stenosis") == dict.fromkeys(("L1-L2", "L2-L3", "L3-L4", "L5-S1"), "none")
    assert told("The discs are desiccated at multiple levels, including L3-4.", "degeneration") == {"L3-L4": PRESENT}


@pytest.mark.parametrize(("text", "finding", "grades"), [
    ("Impression upon the thecal sac and the left lateral recess is narrowed.", "canal_stenosis", None),
    ("The decompression is satisfactory.", "bulge", None),
    ("No significant bulge or stenosis.", "canal_stenosis", "none|mild"),
    ("Desiccatory changes.", "degeneration", PRESENT),
])  # fmt: skip
def test_subjects_and_denied_degrees(text: str, finding: str, grades: str | None) -> None:
    assert told(f"L4-5: {text}", finding) == ({} if grades is None else at_l45(finding, grades))


@pytest.mark.parametrize(("text", "finding", "grades"), [
    ("In the lumbar spine, there is a mild bulge at L4-5.", "bulge", {"L4-L5": "mild"}),
    ("There is severe canal stenosis in the lumbar spine at L4-5.", "canal_stenosis", {"L4-L5": "severe"}),
    ("Neck: normal.\nIn the lumbosacral spine, a bulge is seen from L3 to L5.", "bulge",
     {"L3-L4": PRESENT, "L4-L5": PRESENT}),
    ("There are mild bulges in the lumbar spine, worst at L4-5.", "bulge", {"L4-L5": "mild"}),
    ("There is no herniation in the lumbar spine at L4-5.", "herniation", {"L4-L5": "none"}),
    ("Within the lumbar spine, the discs are desiccated.", "degeneration", {}),
])  # fmt: skip
def test_in_the_lumbar_spine_names_no_level(text: str, finding: str, grades: dict[str, str]) -> None:
    assert told(text, finding) == grades


def test_what_is_denied_in_the_lumbar_spine_is_denied_of_all_its_levels() -> None:
    text = "L4-5: Mild bulge. No canal stenosis in the lumbar spine."
    assert len(told(text, "canal_stenosis")) == 5


def test_where_the_conus_ends_says_nothing_of_discs() -> None:
    assert labels_of("The conus medullaris is at the L1 level and is normal in signal intensity.") == {}


def test_no_further_speaks_of_the_other_levels() -> None:
    text = "L4-5: Extrusion. No further disc protrusion."
    assert told(text, "herniation")["L3-L4"] == "none"
    assert told("At L4-5 there is further narrowing of the canal.", "canal_stenosis") == {"L4-L5": PRESENT}


@pytest.mark.parametrize(("text", "finding", "grades"), [
    ("Disc height preserved; no stenosis.", "canal_stenosis", "none"),
    ("A bulge mildly narrowing both neural foramina, AP canal diameter 10 mm.", "canal_stenosis", None),
])  # fmt: skip
def test_what_is_measured_or_preserved_is_not_narrowed(text: str, finding: str, grades: str | None) -> None:
    assert told(f"L4-5: {text}", finding) == ({} if grades is None else at_l45(finding, grades))


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
    "Severe at L4-5.",
    "At L4-5 it is severe.",
])  # fmt: skip
def test_a_degree_at_a_level_is_that_of_the_finding_before(text: str) -> None:
    told_of = told(f"There is mild canal stenosis at L3-4. {text}", "canal_stenosis")
    assert told_of == {"L3-L4": "mild", "L4-L5": "severe"}


def test_a_degree_of_what_is_not_understood_is_of_nothing() -> None:
    assert told("Mild canal stenosis at L3-4. Severe wasting at L4-5.", "canal_stenosis") == {"L3-L4": "mild"}


def test_a_site_alone_on_a_line_heads_lines_of_levels() -> None:
    text = "CENTRAL CANAL\nL3-4 mild\nL4-5 patent\nFORAMINA\nL3-4 mild left\nL4-5 patent"
    assert told(text, "canal_stenosis") == {"L3-L4": "mild", "L4-L5": "none"}
    assert told(text, "foraminal_stenosis") == {"L3-L4 left": "mild", "L4-L5 left": "none", "L4-L5 right": "none"}


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
    "Severe foraminal narrowing on the right and moderate on the left at L5-S1.",
    "At L5-S1 the right foramen is severely narrowed, with moderate narrowing on the left.",
    "L5-S1: Severe right foraminal narrowing. Moderate narrowing on the left.",
])  # fmt: skip
def test_a_narrowing_of_the_other_side_goes_on_with_the_site(text: str) -> None:
    assert told(text, "foraminal_stenosis") == {"L5-S1 left": "moderate", "L5-S1 right": "severe"}
    assert told(text, "canal_stenosis") == {}


@pytest.mark.parametrize("text", ["Resolved extrusion at L5-S1.", "Interval resolution of the extrusion at L5-S1."])
def test_what_has_resolved_is_gone(text: str) -> None:
    assert told(text, "herniation") == {"L5-S1": "none"}


def test_no_change_in_a_stenosis_leaves_it() -> None:
    text = "There is no interval change in the mild L3-4 and moderate L4-5 canal stenosis."
    assert told(text, "canal_stenosis") == {"L3-L4": "mild", "L4-L5": "moderate"}


def test_a_heading_of_the_neck_opens_its_part_whatever_follows() -> None:
    text = (
        "CERVICAL SPINE\nReversal of the lordosis. Mild canal stenosis.\n\nLUMBAR SPINE\nL4-5: Severe canal stenosis."
    )
    assert told(text, "canal_stenosis") == {"L4-L5": "severe"}


@pytest.mark.parametrize(("text", "finding", "expected"), [
    ("Foramina: Right - mild. Left - none.", "foraminal_stenosis", ("none", "mild")),
    ("Foramina: none left, mild right narrowing.", "foraminal_stenosis", ("none", "mild")),
    ("Foramina: mild right, no left narrowing.", "foraminal_stenosis", ("none", "mild")),
    ("Recesses: no left or right narrowing.", "subarticular_stenosis", ("none", "none")),
    ("Foraminal narrowing: minimal (right), moderate (left).", "foraminal_stenosis", ("moderate", "mild")),
    ("Foraminal narrowing right (severe) and left (mild).", "foraminal_stenosis", ("mild", "severe")),
])  # fmt: skip
def test_each_side_of_a_heading_keeps_its_own(text: str, finding: str, expected: tuple[str, str]) -> None:
    left, right = expected
    assert told(f"L4-5: {text}", finding) == {"L4-L5 left": left, "L4-L5 right": right}


@pytest.mark.parametrize(("text", "canal", "recesses"), [
    ("L4-5: Canal: mild, no recess stenosis.", "mild", "none"),
    ("L4-5: Canal stenosis is mild without recess stenosis.", "mild", "none"),
    ("Canal stenosis at L3-4 and moderate at L4-5 without recess stenosis.", "moderate", "none"),
])  # fmt: skip
def test_a_degree_before_a_denial_is_not_that_of_what_is_denied(text: str, canal: str, recesses: str) -> None:
    assert told(text, "canal_stenosis")["L4-L5"] == canal
    assert told(text, "subarticular_stenosis")["L4-L5 left"] == recesses


def test_what_is_not_known_is_normal_by_itself() -> None:
    assert told("L5-S1: Mild bulge. The visualized abdominal organs are unremarkable.", "canal_stenosis") == {}


@pytest.mark.parametrize(("text", "roots"), [
    ("Protrusion asymmetric to the right compressing the right L5 nerve root.", {"right"}),
    ("Asymmetric bulge that compresses the left L5 root.", {"left"}),
    ("Bulge more pronounced on the left contacts the right L5 root.", {"right"}),
    ("Bulge eccentric to the left causing compression of the right L5 root.", {"right"}),
    ("Bulge greater on the left impinging the roots on both sides.", {"left", "right"}),
    ("Bulge asymmetric to the left, contacting both L5 roots.", {"left", "right"}),
])  # fmt: skip
def test_where_a_lesion_is_greater_is_not_the_side_of_what_it_touches(text: str, roots: set[str]) -> None:
    assert set(told(f"L4-5: {text}", "nerve_root")) == {f"L4-L5 {side}" for side in roots}


@pytest.mark.parametrize(("text", "left", "right"), [
    ("Bulge asymmetric to the right causing mild right foraminal stenosis with no left foraminal stenosis.",
     "none", "mild"),
    ("Moderate foraminal stenosis, worse on the left.", "moderate", "moderate"),
    ("Moderate, predominantly left foraminal stenosis.", "moderate", "moderate"),
])  # fmt: skip
def test_where_a_stenosis_is_worse_leaves_both_sides(text: str, left: str, right: str) -> None:
    assert told(f"L4-5: {text}", "foraminal_stenosis") == {"L4-L5 left": left, "L4-L5 right": right}


@pytest.mark.parametrize("heading", [
    "L4.5:", "L4 & L5:", "L4 & 5:", "L4 and 5:", "L4+L5:", "L4:5:", "L4 5:", "L-4/L-5:", "L-4-5:", "L4~5:", "L4\\5:",
    "At L4.5 there is", "L-4/5 -",
])  # fmt: skip
def test_an_unusual_heading_names_its_level(heading: str) -> None:
    text = f"FINDINGS:\nL3-4: Normal disc.\n{heading} severe canal stenosis.\nL5-S1: Mild bulge."
    assert told(text, "canal_stenosis") == {"L4-L5": "severe"}


@pytest.mark.parametrize("between", [" ", "\n"])
@pytest.mark.parametrize("heading", ["L4-S:", "L4:", "L3/S:"])
@pytest.mark.parametrize("statement", ["Severe canal stenosis.", "No canal stenosis."])
def test_a_heading_that_is_no_level_ends_the_one_before(heading: str, between: str, statement: str) -> None:
    assert told(f"L3-4: Normal disc.{between}{heading} {statement}", "canal_stenosis") == {}


@pytest.mark.parametrize(("text", "level"), [
    ("Mild bulge. L5 nerve root: Compressed. The canal is severely narrowed.", "L4-L5"),
    ("Haemangioma in L2. The bulge compresses L5 and S1: severe canal stenosis.", "L4-L5"),
    ("Haemangioma in L1. 2: severe canal stenosis.", "L4-L5"),
])  # fmt: skip
def test_vertebrae_and_roots_within_a_text_leave_its_level(text: str, level: str) -> None:
    assert told(f"L4-5: {text}", "canal_stenosis") == {level: "severe"}


def test_the_presacral_disc_is_the_last_one() -> None:
    assert told("L4-5: Mild bulge.\nPresacral disc: Severe bulge.", "bulge") == {"L4-L5": "mild", "L5-S1": "severe"}


@pytest.mark.parametrize("text", [
    "L5-S1: Bilateral pars defects without spondylolisthesis.",
    "L5-S1: No retrolisthesis, no spondylolisthesis.",
    "L5-S1: Normal alignment. Mild bulge.",
    "L5-S1: Spondylolysis without listhesis.",
])  # fmt: skip
def test_a_slip_denied_in_the_sentence_of_a_heading_is_of_its_level(text: str) -> None:
    assert told(text, "spondylolisthesis") == {"L5-S1": "none"}


@pytest.mark.parametrize("text", [
    "L5-S1: Mild bulge.\nNo listhesis.",
    "L4-5: Mild bulge. L5-S1: Mild bulge. Alignment is maintained.",
    "At L5-S1 there is a mild bulge. No spondylolisthesis.",
    "Alignment: Normal. L5-S1: Mild bulge.",
])  # fmt: skip
def test_a_slip_denied_in_a_sentence_of_its_own_is_of_all_levels(text: str) -> None:
    assert len(told(text, "spondylolisthesis")) == 5


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
    "L4-5: On the right, severe foraminal stenosis. On the left, mild foraminal stenosis.",
    "L4-5: On the right there is severe foraminal stenosis. On the left, there is mild foraminal stenosis.",
    "L4-5: Right: Severe foraminal stenosis. Left: Mild foraminal stenosis.",
    "L4-5:\nRight: Severe foraminal stenosis.\nLeft: Mild foraminal stenosis.",
    "L4-5:\nRight:\nSevere foraminal stenosis.\nLeft:\nMild foraminal stenosis.",
    "L4-5: LEFT: mild NFN, RIGHT: severe NFN.",
    "NEURAL FORAMINA:\nRight: Severe stenosis at L4-5.\nLeft: Mild stenosis at L4-5.",
    "Foramina\nRight:\nL4-5: Severe\nLeft:\nL4-5: Mild",
    "L4-5: Foraminal stenosis: Right: severe. Left: mild.",
    "L4-5: Foraminal stenosis, left: mild, right: severe.",
    "L4-5: Foramina: on the left, mild; on the right, severe.",
    "L4-5: Right foramen: severe, left: mild.",
    "L4-5: On the left, the foramen is mildly narrowed; on the right, it is severely narrowed.",
    "Right: L4-5 severe foraminal stenosis\nLeft: L4-5 mild foraminal stenosis",
])  # fmt: skip
def test_a_side_in_front_is_that_of_what_follows(text: str) -> None:
    assert told(text, "foraminal_stenosis") == {"L4-L5 left": "mild", "L4-L5 right": "severe"}
    assert told(text, "canal_stenosis") == {}


@pytest.mark.parametrize("text", [
    "L4-5: Right: Mild bulge.\nL5-S1: Mild foraminal stenosis.",
    "L4-5: Right: Mild bulge. L5-S1: Mild foraminal stenosis.",
    "L4-5:\nRight:\nMild bulge.\nL5-S1:\nMild foraminal stenosis.",
    "Right: Mild L4-5 bulge.\nMild foraminal stenosis at L5-S1.",
    "On the right, mild L4-5 bulge. Mild foraminal stenosis at L5-S1.",
])  # fmt: skip
def test_a_side_in_front_ends_with_its_sentence_line_or_level(text: str) -> None:
    assert told(text, "foraminal_stenosis") == {"L5-S1 left": "mild", "L5-S1 right": "mild"}


def test_a_side_called_normal_says_nothing_of_the_disc() -> None:
    assert labels_of("L4-5: Right: Normal.") == {
        f"L4-L5 {finding} right": "none" for finding in ("foraminal_stenosis", "subarticular_stenosis", "nerve_root")
    }
    assert labels_of("L4-5: Right: None.") == {}


@pytest.mark.parametrize("text", [
    "At L4-5 on the left, there is a protrusion compressing the nerve root.",
    "L4-5: On the left, protrusion compressing the nerve root.",
])  # fmt: skip
def test_a_root_takes_the_side_in_front_of_the_herniation(text: str) -> None:
    assert told(text, "nerve_root") == {"L4-L5 left": "compression"}


@pytest.mark.parametrize("text", [
    "Canal stenosis at L2-3, L3-4 and L4-5, mild, moderate and severe, respectively.",
    "Canal stenosis at L2-3, L3-4 and L4-5 is mild, moderate and severe respectively.",
    "At L2-3, L3-4 and L4-5 there is mild, moderate and severe canal stenosis, respectively.",
])  # fmt: skip
def test_degrees_on_either_side_of_a_noun_are_shared_out_respectively(text: str) -> None:
    assert told(text, "canal_stenosis") == {"L2-L3": "mild", "L3-L4": "moderate", "L4-L5": "severe"}


@pytest.mark.parametrize("text", [
    "Mild foraminal stenosis at L4-5 on the left and at L5-S1 on the right.",
    "Mild foraminal stenosis on the left at L4-5 and on the right at L5-S1.",
    "Mild foraminal stenosis at L4-5 on the left and L5-S1 on the right.",
])  # fmt: skip
def test_each_level_has_its_own_side(text: str) -> None:
    assert told(text, "foraminal_stenosis") == {"L4-L5 left": "mild", "L5-S1 right": "mild"}


@pytest.mark.parametrize(("text", "found"), [
    ("L4-5 and L5-S1: Canal stenosis, severe at L5-S1.", (PRESENT, "severe")),
    ("L4-5 and L5-S1: Mild canal stenosis, severe at L5-S1.", ("mild", "severe")),
    ("There is mild canal stenosis at L4-5 and L5-S1, severe at L5-S1.", ("mild", "severe")),
    ("L4-5 and L5-S1: Canal stenosis, mild.", ("mild", "mild")),
    ("L4-5 and L5-S1: Mild canal stenosis, more marked at L5-S1.", ("mild", "mild")),
])  # fmt: skip
def test_a_degree_at_one_of_several_levels_leaves_the_others(text: str, found: tuple[str, str]) -> None:
    assert told(text, "canal_stenosis") == dict(zip(("L4-L5", "L5-S1"), found, strict=True))


@pytest.mark.parametrize(("text", "left", "right"), [
    ("Mild on the left, none on the right foraminal narrowing.", "mild", "none"),
    ("None on the left, severe on the right foraminal narrowing.", "none", "severe"),
    ("Lee grade 3 left and grade 1 right foraminal stenosis.", "severe", "mild"),
    ("Foraminal stenosis is moderate (left L4-5) and severe (right L4-5).", "moderate", "severe"),
])  # fmt: skip
def test_a_degree_beside_a_side_is_of_that_side(text: str, left: str, right: str) -> None:
    found = told(f"L4-5: {text}", "foraminal_stenosis")
    assert found == {"L4-L5 left": left, "L4-L5 right": right}


@pytest.mark.parametrize(("heading", "sides"), [
    ("Foraminal narrowing: L4-5 mild left;", {"left", "right"}),
    ("Foramina: L4-5 moderate right, mild left;", {"left", "right"}),
    ("Left foramen: L4-5 mild;", {"left"}),
    ("Foramina: Left: L4-5 mild;", {"left"}),
])  # fmt: skip
def test_a_side_said_of_one_level_under_a_heading_is_not_that_of_the_next(heading: str, sides: set[str]) -> None:
    found = told(f"{heading} L5-S1 severe.", "foraminal_stenosis")
    assert found["L4-L5 left"] == "mild"
    assert {key: grades for key, grades in found.items() if "L5" in key[:2]} == {
        f"L5-S1 {side}": "severe" for side in sides
    }


@pytest.mark.parametrize(("text", "canal", "foramina"), [
    ("L4-5: Canal stenosis moderate and foraminal stenosis severe.", "moderate", "severe"),
    ("L4-5: Canal stenosis moderate, foraminal stenosis severe.", "moderate", "severe"),
    ("L4-5: Canal stenosis moderate, foramina patent.", "moderate", "none"),
    ("L4-5: Canal stenosis up to moderate, foraminal stenosis severe.", "none|mild|moderate", "severe"),
    ("L4-5: Canal stenosis, moderate foraminal stenosis.", PRESENT, "moderate"),
    ("L4-5: Mild canal stenosis, severe foraminal stenosis.", "mild", "severe"),
])  # fmt: skip
def test_a_degree_behind_a_head_is_not_that_of_the_next(text: str, canal: str, foramina: str) -> None:
    assert told(text, "canal_stenosis") == {"L4-L5": canal}
    assert told(text, "foraminal_stenosis") == {"L4-L5 left": foramina, "L4-L5 right": foramina}


def test_a_degree_behind_a_side_s_head_is_not_that_of_the_other_side() -> None:
    text = "L4-5: left foraminal stenosis moderate and right foraminal stenosis severe."
    assert told(text, "foraminal_stenosis") == {"L4-L5 left": "moderate", "L4-L5 right": "severe"}


@pytest.mark.parametrize("text", [
    "L4-5: Foramina: right: moderate, left: none.",
    "L4-5: Foraminal stenosis: Right: mod, left: none.",
    "L4-5: Foramina: right: moderate, left: patent.",
    "L4-5: NF: R: moderate; L: none.",
    "L4-5: NF: right moderate, left none.",
])  # fmt: skip
def test_each_side_of_a_list_keeps_its_own_degree(text: str) -> None:
    assert told(text, "foraminal_stenosis") == {"L4-L5 left": "none", "L4-L5 right": "moderate"}


@pytest.mark.parametrize("text", [
    "L4-5: Neuroforamen on the right: moderately narrowed; on the left: free.",
    "L4-5: Canal patent. Neural foramen on the right: moderately narrowed; left: free.",
    "L4-5: Foramina on the right: moderate narrowing, on the left: no narrowing.",
    "L4-5: Foramina: on the right: moderate, on the left: none.",
    "L4-5: Foraminal stenosis on the right: moderate; on the left: none.",
    "L4-5: Right foramen: moderate narrowing; left: no narrowing.",
])  # fmt: skip
def test_a_side_in_a_heading_gives_way_to_the_other_one_before_a_colon(text: str) -> None:
    assert told(text, "foraminal_stenosis") == {"L4-L5 left": "none", "L4-L5 right": "moderate"}


def test_a_side_before_a_colon_is_that_of_the_level_behind_it() -> None:
    text = "Foramina on the right: L4-5 moderately narrowed; on the left: L5-S1 mildly narrowed."
    assert told(text, "foraminal_stenosis") == {"L4-L5 right": "moderate", "L5-S1 left": "mild"}
    text = "L4-5: Nerve roots on the left: compressed; on the right: free."
    assert told(text, "nerve_root") == {"L4-L5 left": "compression", "L4-L5 right": "none"}


@pytest.mark.parametrize("text", [
    "No spondylolisthesis except for grade 1 anterolisthesis of L5 on S1.",
    "No spondylolisthesis except at L5-S1, where there is a grade 1 slip.",
    "No spondylolisthesis apart from grade 1 at L5-S1.",
])  # fmt: skip
def test_a_slip_that_is_excepted_has_its_grade(text: str) -> None:
    found = told(text, "spondylolisthesis")
    assert found == {"L1-L2": "none", "L2-L3": "none", "L3-L4": "none", "L4-L5": "none", "L5-S1": "grade1"}


def test_a_grade_of_a_named_scale_goes_on_at_another_level() -> None:
    found = told("Pfirrmann grade IV at L4-5 and grade III at L3-4.", "pfirrmann")
    assert found == {"L4-L5": "grade4", "L3-L4": "grade3"}


@pytest.mark.parametrize("text", [
    "L4-L5: Disc bulge.\nCanal: Severe stenosis.\nL5-S1: Normal disc.\nCanal: No narrowing.",
    "L4-L5: Disc bulge.\n  Spinal canal - severe stenosis.\n\nL5-S1: Normal disc.\n  Spinal canal - no stenosis.",
    "AT L4-L5: DISC BULGE.\nCANAL: SEVERE STENOSIS.\nAT L5-S1: NORMAL DISC.\nCANAL: PATENT.",
    "At L4-5 there is a bulge.\nCanal stenosis: Severe.\nAt L5-S1 there is a bulge.\nCanal stenosis: None.",
    "Level: L4-5\nDisc: Bulge.\nCanal: Severe stenosis.\nLevel: L5-S1\nDisc: Bulge.\nCanal: No stenosis.",
    "L4-5: Bulge, larger than at L3-4.\nFacets: As at L3-4.\nCanal: Severe.\nL5-S1: Bulge.\nCanal: Patent.",
    "1. L4-5: Bulge.\n   - Canal: Severe stenosis.\n2. L5-S1: Bulge.\n   - Canal: No stenosis.",
])  # fmt: skip
def test_fields_below_a_level_and_its_disc_are_of_that_level(text: str) -> None:
    assert told(text, "canal_stenosis") == {"L4-L5": "severe", "L5-S1": "none"}


@pytest.mark.parametrize("text", [
    "L4-5:\nDisc: Left paracentral extrusion.\nCanal: No stenosis.\nForamina: Mild left stenosis.",
    "Marrow: Normal.\n\nL4-5: Disc bulge.\nCanal: No stenosis.\n\nConus: Normal.",
    "L4-5: Disc: Bulge.\nCanal: No stenosis.",
])  # fmt: skip
def test_fields_of_one_level_are_not_of_all(text: str) -> None:
    assert told(text, "canal_stenosis") == {"L4-L5": "none"}


@pytest.mark.parametrize("text", [
    "L4-5: Moderate bulge.\nL5-S1: Mild bulge.\nSpinal canal: No stenosis.",
    "L4-5: Moderate bulge.\nFacets: Normal.\nL5-S1: Mild bulge.\nFacets: Normal.\nSpinal canal: No stenosis.",
    "Discs:\nL4-5: Mild bulge.\nSpinal canal: No stenosis.\nForamina:\nL4-5: Mild narrowing.",
    "L4-5:\nDisc: Mild bulge.\n\nSpinal canal: No stenosis.",
    "Marrow: Normal.\n\nL4-5: Mild bulge.\n\nL3 vertebral body: Haemangioma.\nSpinal canal: No stenosis.",
    "IMPRESSION:\n1. L4-5: Bulge.\n2. Spinal canal: No stenosis.\n3. L5-S1: Bulge.",
])  # fmt: skip
def test_a_field_behind_the_last_level_that_the_others_lack_is_of_all(text: str) -> None:
    assert told(text, "canal_stenosis") == dict.fromkeys(("L1-L2", "L2-L3", "L3-L4", "L4-L5", "L5-S1"), "none")


@pytest.mark.parametrize(("text", "finding", "grades"), [
    ("DISC BULGE\nL3-4: Mild\nL4-5: Moderate", "bulge", {"L3-L4": "mild", "L4-L5": "moderate"}),
    ("SPINAL CANAL STENOSIS\nL3-4: None.\nL4-5: Severe.", "canal_stenosis", {"L3-L4": "none", "L4-L5": "severe"}),
    ("Spondylolisthesis\nL4-5: Grade 1.\nL5-S1: None.", "spondylolisthesis", {"L4-L5": "grade1", "L5-S1": "none"}),
])  # fmt: skip
def test_a_finding_on_a_line_of_its_own_heads_the_levels_below(text: str, finding: str, grades: dict[str, str]) -> None:
    assert labels_of(text).keys() == {f"{level} {finding}" for level in grades}
    assert told(text, finding) == grades


def test_a_finding_below_its_level_heads_nothing() -> None:
    text = "L3-4:\nDisc bulge\nL4-5: None"
    assert told(text, "bulge")["L3-L4"] == "mild|moderate|severe"
    assert told(text, "canal_stenosis") == {"L4-L5": "none"}


@pytest.mark.parametrize("text", [
    "Mild left foraminal narrowing, remaining foramina patent.",
    "Mild left foraminal narrowing. The other foramina are patent.",
    "Mild left foraminal narrowing; the rest of the foramina are patent.",
])  # fmt: skip
def test_the_other_foramina_below_a_heading_are_those_of_its_level(text: str) -> None:
    assert told(f"L4-5: {text}", "foraminal_stenosis") == {"L4-L5 left": "mild", "L4-L5 right": "none"}


def test_the_remainder_of_a_canal_is_that_of_the_level_headed_and_else_of_the_others() -> None:
    text = "L4-5: Extrusion effaces the left lateral recess. The remainder of the spinal canal is widely patent."
    assert told(text, "canal_stenosis") == {"L4-L5": "none"}
    others = dict.fromkeys(("L1-L2", "L2-L3", "L3-L4", "L5-S1"), "none")
    for text in ("There is mild canal stenosis at L4-5. The remainder of the canal is patent.",
                 "L4-5: Mild canal stenosis.\nThe remainder of the canal is patent."):  # fmt: skip
        assert told(text, "canal_stenosis") == {**others, "L4-L5": "mild"}


@pytest.mark.parametrize("text", [
    "Mild bilateral foraminal narrowing at L4-5, and moderate right and severe left at L5-S1.",
    "Mild right and mild left foraminal narrowing at L4-5 and moderate right and severe left at L5-S1.",
    "The foramina are mildly narrowed bilaterally at L4-5, moderately narrowed on the right and severely narrowed on "
    "the left at L5-S1.",
    "Foraminal narrowing is mild bilaterally at L4-5, moderate on the right and severe on the left at L5-S1.",
    "Foraminal narrowing is mild at L4-5, moderate on the right and severe on the left at L5-S1.",
])  # fmt: skip
def test_a_pair_of_sides_behind_another_level_is_of_its_own_level(text: str) -> None:
    assert told(text, "foraminal_stenosis") == {
        "L4-L5 left": "mild", "L4-L5 right": "mild", "L5-S1 left": "severe", "L5-S1 right": "moderate",
    }  # fmt: skip


def test_a_side_and_levels_behind_a_head_close_it() -> None:
    text = "Mild bulge with foraminal narrowing bilaterally at L4-5 and L5-S1."
    assert told(text, "foraminal_stenosis") == {
        f"{level} {side}": PRESENT for level in ("L4-L5", "L5-S1") for side in ("left", "right")
    }


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
    "IMPRESSION:\nSevere spinal canal stenosis: L4-5\nModerate spinal canal stenosis: L3-4",
    "Severe canal stenosis: L4-5. Moderate canal stenosis: L3-4.",
    "Severe: L4-5 canal stenosis. Moderate: L3-4 canal stenosis.",
    "Canal stenosis:\nSevere: L4-5.\nModerate: L3-4.",
])  # fmt: skip
def test_a_graded_finding_before_a_colon_is_that_of_the_levels_behind_it(text: str) -> None:
    assert told(text, "canal_stenosis") == {"L3-L4": "moderate", "L4-L5": "severe"}


def test_a_graded_finding_before_a_colon_may_have_sides_behind_it() -> None:
    assert told("Moderate foraminal stenosis: left L5-S1", "foraminal_stenosis") == {"L5-S1 left": "moderate"}
    text = "Moderate bilateral foraminal stenosis: L3-L4 and L5-S1"
    assert set(told(text, "foraminal_stenosis").values()) == {"moderate"}
    assert len(told(text, "foraminal_stenosis")) == 4


@pytest.mark.parametrize("text", [
    "L3-4 mild bulge, L4-5 moderate canal stenosis, L5-S1 unremarkable.",
    "L3-4 mild bulge, L5-S1 normal, L4-5 moderate canal stenosis.",
])  # fmt: skip
def test_a_level_called_normal_in_a_list_of_levels_is_normal_in_all(text: str) -> None:
    found = labels_of(text)
    assert (found["L3-L4 bulge"], found["L4-L5 canal_stenosis"]) == ("mild", "moderate")
    assert {finding for finding in found if finding.startswith("L5-S1")} >= {"L5-S1 bulge", "L5-S1 nerve_root left"}


def test_a_level_called_normal_under_a_site_is_normal_of_that_site() -> None:
    assert labels_of("Canal: L3-4 mild, L4-5 normal.").keys() == {"L3-L4 canal_stenosis", "L4-L5 canal_stenosis"}


@pytest.mark.parametrize("text", [
    "Left foraminal stenosis, mild at L3-4 and severe at L4-5.",
    "Mild left foraminal stenosis at L3-4 and severe at L4-5.",
    "Left foraminal stenosis at L3-4 and L4-5, mild at L3-4, severe at L4-5.",
    "Foraminal stenosis on the left, mild at L3-4 and severe at L4-5.",
])  # fmt: skip
def test_a_side_in_the_name_of_a_stenosis_is_that_of_all_its_levels(text: str) -> None:
    assert told(text, "foraminal_stenosis") == {"L3-L4 left": "mild", "L4-L5 left": "severe"}


def test_a_side_told_with_a_degree_or_level_is_that_of_no_other() -> None:
    text = "Foraminal stenosis, mild on the left at L3-4, severe at L4-5."
    assert told(text, "foraminal_stenosis") == {"L3-L4 left": "mild", "L4-L5 left": "severe", "L4-L5 right": "severe"}


@pytest.mark.parametrize("places", [
    "at L3-4 on the left and L5-S1 bilaterally", "at L3-4 (left) and L5-S1 (bilateral)",
    "on the left at L3-4 and bilaterally at L5-S1",
])  # fmt: skip
def test_each_level_of_a_list_has_the_side_behind_it(places: str) -> None:
    found = told(f"Mild foraminal narrowing {places}.", "foraminal_stenosis")
    assert found == dict.fromkeys(("L3-L4 left", "L5-S1 left", "L5-S1 right"), "mild")


def test_the_name_of_the_earlier_examination_takes_no_degree() -> None:
    text = "Since the previous study there has been no change in the mild L3-4 and moderate L4-5 canal stenosis."
    assert told(text, "canal_stenosis") == {"L3-L4": "mild", "L4-L5": "moderate"}


@pytest.mark.parametrize("text", [
    "Neural foraminal stenosis, severe on the left at L4-L5 and on the right at L5-S1.",
    "Foraminal stenosis is severe on the left at L4-L5 and on the right at L5-S1.",
    "Severe foraminal stenosis on the left at L4-L5 and on the right at L5-S1.",
])  # fmt: skip
def test_a_degree_holds_for_the_other_side_of_another_level(text: str) -> None:
    assert told(text, "foraminal_stenosis") == {"L4-L5 left": "severe", "L5-S1 right": "severe"}


def test_the_former_and_the_latter_are_those_named_first() -> None:
    text = "Bulges at L4-5 and L5-S1, with mild left foraminal stenosis at the former and moderate left at the latter."
    assert told(text, "foraminal_stenosis") == {"L4-L5 left": "mild", "L5-S1 left": "moderate"}


@pytest.mark.parametrize("text", [
    "Grade 1 anterolisthesis of L4 on L5. At this level there is severe canal stenosis.",
    "There is a 4 mm retrolisthesis at L4-5. The canal is severely narrowed at this level.",
    "L3-4: Mild bulge. Alignment: Grade 1 anterolisthesis of L4 on L5. At this level the canal is severely narrowed.",
    "Mild bulge at L3-4. Anterolisthesis of L4 on L5 with pars defects. This level also shows severe canal stenosis.",
])  # fmt: skip
def test_this_level_may_be_that_of_a_slip(text: str) -> None:
    assert told(text, "canal_stenosis") == {"L4-L5": "severe"}


def test_these_levels_may_be_those_of_two_slips() -> None:
    text = "Anterolisthesis of L3 on L4 and retrolisthesis of L5 on S1. At these levels the canal is mildly narrowed."
    assert told(text, "canal_stenosis") == {"L3-L4": "mild", "L5-S1": "mild"}


@pytest.mark.parametrize("text", [
    "L5-S1: Mild bulge. There is no slip of L4 on L5. At this level there is mild canal stenosis.",
    "Grade 1 anterolisthesis of L4 on L5. L5-S1: Mild bulge. There is mild canal stenosis at this level.",
    "Grade 1 anterolisthesis of L4 on L5. At L5-S1 there is a bulge. The canal is mildly narrowed at this level.",
    "L5-S1: Mild bulge. Grade 1 anterolisthesis of L4 on L5 is unchanged. The canal is mildly narrowed.",
])  # fmt: skip
def test_a_slip_denied_or_before_another_level_is_not_pointed_to(text: str) -> None:
    assert told(text, "canal_stenosis") == {"L5-S1": "mild"}


def test_a_measured_sac_before_a_stenosis_is_not_narrowed() -> None:
    assert labels_of("L4-5: The thecal sac measures 7 mm AP, severe central stenosis.") == {
        "L4-L5 canal_stenosis": "severe"
    }


@pytest.mark.parametrize("text", [
    "The AP dimension of the thecal sac measures 8 mm, consistent with moderate stenosis.",
    "The thecal sac measures 8 mm in AP dimension, indicating moderate stenosis.",
    "The thecal sac measures 8 mm in AP diameter (moderate stenosis).",
])  # fmt: skip
def test_a_stenosis_behind_a_measured_sac_is_the_canal_s(text: str) -> None:
    assert labels_of(f"L4-5: {text}") == {"L4-L5 canal_stenosis": "moderate"}


@pytest.mark.parametrize("text", [
    "L5-S1: Spurs extend into the left neural foramen, resulting in severe stenosis.",
    "L5-S1: Osteophytes encroach on the left foramen, which is severely narrowed.",
    "Osteophytes encroach on the left L5-S1 foramen, which is severely narrowed.",
    "Spurs extend into the left L5-S1 foramen and cause severe stenosis.",
    "L5-S1: Encroachment on the left foramen with severe stenosis.",
])  # fmt: skip
def test_a_stenosis_behind_a_foramen_that_is_entered_is_that_foramen_s(text: str) -> None:
    assert labels_of(text) == {"L5-S1 foraminal_stenosis left": "severe"}


def test_a_stenosis_behind_a_recess_or_foramen_may_be_of_another_site() -> None:
    text = "L4-5: Protrusion fills the left lateral recess, with severe narrowing."
    assert told(text, "subarticular_stenosis") == {"L4-L5 left": "severe"}
    text = "L4-5: Bulge encroaching on the left foramen, with moderate canal stenosis."
    assert labels_of(text)["L4-L5 canal_stenosis"] == "moderate"
    assert labels_of(text)["L4-L5 foraminal_stenosis left"] == PRESENT
    assert told("L4-5: Bulge indents the thecal sac, with mild stenosis.", "canal_stenosis") == {"L4-L5": "mild"}


def test_disease_of_the_adjacent_level_leaves_the_level_named_to_the_findings() -> None:
    text = "Mild adjacent level disease at L3-4 with mild disc bulge and moderate canal stenosis."
    assert labels_of(text) == {"L3-L4 bulge": "mild", "L3-L4 canal_stenosis": "moderate"}


def test_a_side_of_one_level_is_not_that_of_all_others_unless_it_is_the_subject() -> None:
    text = "Foraminal narrowing is moderate on the left at L5-S1 and no more than mild elsewhere."
    assert told(text, "foraminal_stenosis")["L4-L5 right"] == "none|mild"
    text = "The left foraminal narrowing is moderate at L5-S1 and mild elsewhere."
    assert "L4-L5 right" not in told(text, "foraminal_stenosis")


OTHERS = ["L1-L2", "L2-L3", "L3-L4", "L5-S1"]


@pytest.mark.parametrize("rest", [
    "Rest NAD.", "The rest is normal.", "Others normal.", "Others are unremarkable.", "Rest of spine normal.",
    "Remainder normal.", "Remaining unremarkable.", "Remainder of the spine is normal.",
    "Otherwise unremarkable LSS MRI.",
])  # fmt: skip
def test_the_rest_behind_a_level_is_the_other_levels(rest: str) -> None:
    text = f"L4-5: Mild bulge. {rest}"
    assert list(told(text, "canal_stenosis")) == OTHERS
    assert told(text, "bulge") == dict.fromkeys(OTHERS, "none") | {"L4-L5": "mild"}


@pytest.mark.parametrize("rest", ["Rest: normal.", "Remaining: normal.", "Rest normal."])
def test_the_rest_on_a_line_of_its_own_is_the_other_levels(rest: str) -> None:
    assert list(told(f"L4-5: Mild bulge.\n{rest}", "herniation")) == OTHERS


@pytest.mark.parametrize("text", [
    "L4-5: Mild bulge, others normal.",
    "L4-5: Mild bulge, other levels normal.",
    "L4-5: Mild bulge, all other levels are normal.",
    "Mild bulge at L4-5, other levels normal.",
    "Mild bulge at L4-5 and the remaining levels are normal.",
])  # fmt: skip
def test_other_levels_behind_a_comma_take_nothing_from_the_level_before(text: str) -> None:
    assert told(text, "bulge") == dict.fromkeys(OTHERS, "none") | {"L4-L5": "mild"}
    assert list(told(text, "thecal_sac")) == OTHERS


def test_a_state_of_the_other_levels_leaves_the_lesion_to_the_heading() -> None:
    text = "L4-5: Mild bulge, canal patent at the other levels."
    assert told(text, "bulge") == {"L4-L5": "mild"}
    assert told(text, "canal_stenosis") == dict.fromkeys(OTHERS, "none")


@pytest.mark.parametrize("rest", ["rest free", "rest normal", "other levels free"])
def test_the_rest_below_a_sites_heading_is_of_that_site(rest: str) -> None:
    found = labels_of(f"Canal: L4-L5 mildly stenosed, {rest}.")
    assert found == {f"{level} canal_stenosis": "none" for level in OTHERS} | {"L4-L5 canal_stenosis": "mild"}


@pytest.mark.parametrize("text", ["L4-5: Bulge, otherwise normal.", "L4-5: Bulge. Otherwise unremarkable."])
def test_otherwise_is_of_the_level_itself(text: str) -> None:
    assert told(text, "canal_stenosis") == {"L4-L5": "none"}


@pytest.mark.parametrize("text", [
    "L4-5: Moderate canal stenosis. L3-4 and above are normal.",
    "L4-5: Moderate canal stenosis.\nL3-4 and above: Normal.",
    "L4-5: Moderate canal stenosis. No stenosis at L3-4 and higher.",
])  # fmt: skip
def test_a_level_and_above_are_all_down_to_it(text: str) -> None:
    levels = dict.fromkeys(["L1-L2", "L2-L3", "L3-L4"], "none")
    assert told(text, "canal_stenosis") == levels | {"L4-L5": "moderate"}


@pytest.mark.parametrize("text", ["L3-4 and below: Mild desiccation.", "Mild desiccation at L3-4 and below."])
def test_a_level_and_below_are_all_from_it_on(text: str) -> None:
    assert told(text, "degeneration") == dict.fromkeys(["L3-L4", "L4-L5", "L5-S1"], "mild")


@pytest.mark.parametrize("text", [
    "Mild bulge at L4-5, and above it a protrusion at L3-4.",
    "Mild bulge at L4-5 and below the disc a cyst.",
    "Mild bulge at L4-5 and lower thoracic spondylosis.",
])  # fmt: skip
def test_above_and_below_before_a_noun_add_no_level(text: str) -> None:
    assert told(text, "bulge") == {"L4-L5": "mild"}


@pytest.mark.parametrize("text", [
    "Canal stenosis at L3-4 and, to a lesser extent, at L4-5.",
    "Canal stenosis at L3-4 and to a lesser degree L4-5.",
])  # fmt: skip
def test_what_is_there_to_a_lesser_extent_is_there(text: str) -> None:
    assert told(text, "canal_stenosis") == {"L3-L4": PRESENT, "L4-L5": PRESENT}


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
    "The bulge narrows the left L4-5 foramen.",
    "L4-5: The bulge narrows the left L4-5 foramen.",
    "A bulge encroaches upon the left L4-5 neural foramen.",
])  # fmt: skip
def test_a_level_before_the_object_of_a_verb_is_that_of_both(text: str) -> None:
    assert labels_of(text) == {"L4-L5 bulge": PRESENT, "L4-L5 foraminal_stenosis left": PRESENT}


@pytest.mark.parametrize("text", [
    "Bulges from L2-3 through L5-S1. Canal stenosis is moderate at L4-5.",
    "Bulges at L3-4 and L4-5. Canal stenosis is moderate at L4-5 and mild at L5-S1.",
])  # fmt: skip
def test_what_is_of_a_degree_at_a_level_is_not_at_the_levels_before(text: str) -> None:
    found = told(text, "canal_stenosis")
    assert found.pop("L4-L5") == "moderate"
    assert found in ({}, {"L5-S1": "mild"})


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
    "Left foramen: Severe at L4-5, otherwise patent.",
    "Left neural foramina: Severe L4-5, otherwise widely patent.",
])  # fmt: skip
def test_otherwise_below_a_sites_heading_is_of_its_side_at_the_other_levels(text: str) -> None:
    others = {f"{level} left": "none" for level in OTHERS}
    assert told(text, "foraminal_stenosis") == others | {"L4-L5 left": "severe"}


def test_an_alignment_that_is_otherwise_normal_has_no_other_slip_at_any_level() -> None:
    found = told("Alignment: L5 on S1 retrolisthesis, otherwise normal.", "spondylolisthesis")
    assert len(found) == 5


@pytest.mark.parametrize("text", [
    "The right lateral recess is severely and the left moderately narrowed.",
    "The left lateral recess is moderately and the right severely narrowed.",
    "The right lateral recess is severely, the left moderately narrowed.",
])  # fmt: skip
def test_each_side_of_one_verb_keeps_its_degree(text: str) -> None:
    found = told(f"L4-5: {text}", "subarticular_stenosis")
    assert found == {"L4-L5 left": "moderate", "L4-L5 right": "severe"}


@pytest.mark.parametrize("place", [
    "in the lateral recess", "at the level of the lateral recess", "beyond the foramen", "lateral to the foramen",
    "outside the left foramen",
])  # fmt: skip
def test_where_a_root_is_compressed_is_not_narrowed(place: str) -> None:
    assert labels_of(f"L4-5: Bulge compressing the left L4 nerve root {place}.") == {
        "L4-L5 bulge": PRESENT, "L4-L5 nerve_root left": "compression",
    }  # fmt: skip


@pytest.mark.parametrize("zone", ["right foraminal", "paramedian right", "right paramedian", "right subarticular"])
def test_the_zone_behind_a_herniation_gives_its_side_to_the_root(zone: str) -> None:
    assert told(f"L4-5: Disc protrusion, {zone}, compressing the L5 root.", "nerve_root") == {
        "L4-L5 right": "compression"
    }


def test_a_site_in_a_list_is_no_zone_of_the_herniation_before_it() -> None:
    found = labels_of("L4-5: Protrusion, left foraminal, and recess stenosis.")
    assert found["L4-L5 foraminal_stenosis left"] == found["L4-L5 subarticular_stenosis left"] == PRESENT
