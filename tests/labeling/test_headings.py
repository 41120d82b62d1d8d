"""What a heading is, and how far what it announces holds; all texts are invented."""

import pytest
from tests.labeling.conftest import PRESENT, labels_of, told


def test_lines_that_open_with_a_level_end_a_history_without_a_heading() -> None:
    text = "Hx: Back pain.\n\nAt the L3-4 level there is a mild bulge.\nAt L4-5, moderate bulge.\n\nAdvice: Follow up."
    assert told(text, "bulge") == {"L3-L4": "mild", "L4-L5": "moderate"}


@pytest.mark.parametrize("history", [
    "Clinical details: sciatica\n",
    "History: back pain.\n\nReport\n",
    "Technique: sagittal T2 and axial T2.\n\n",
    "Indication: leg pain. Comparison: none.\n",
    "",
])  # fmt: skip
def test_a_history_leaves_the_findings_below_it_to_the_level_in_hand(history: str) -> None:
    text = f"{history}There is a left disc protrusion at L3/4. The canal is patent. The exit foramina are normal."
    assert told(text, "canal_stenosis") == {"L3-L4": "none"}
    assert told(text, "foraminal_stenosis") == {"L3-L4 left": "none", "L3-L4 right": "none"}


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


@pytest.mark.parametrize("text", ["Canal stenosis: L3-4 and L4-5.", "Stenosis of the canal - L3-4, L4-5."])
def test_a_heading_of_a_narrowed_site_is_said_of_the_levels_behind_it(text: str) -> None:
    assert told(text, "canal_stenosis") == {"L3-L4": PRESENT, "L4-L5": PRESENT}


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


@pytest.mark.parametrize(("text", "own", "other"), [
    ("Mild bulge, and a protrusion at L5-S1.", "bulge", "herniation"),
    ("Narrowing of the canal, and foraminal narrowing at L5-S1.", "canal_stenosis", "foraminal_stenosis left"),
    ("Stenosis of the canal, as well as foraminal stenosis at L5-S1.", "canal_stenosis", "foraminal_stenosis right"),
    ("Facet arthropathy with canal stenosis, bulge at L5-S1.", "canal_stenosis", "bulge"),
    ("Compression of the left L5 root and indentation of the sac at L5-S1.", "nerve_root left", "thecal_sac"),
    ("Mild bulge, and an extrusion compressing the left root at L5-S1.", "bulge", "nerve_root left"),
])  # fmt: skip
def test_another_level_under_a_heading_closes_but_the_last_item(text: str, own: str, other: str) -> None:
    found = labels_of(f"L4-5: {text}")
    assert {f"L4-L5 {own}", f"L5-S1 {other}"} <= found.keys()
    assert not {f"L5-S1 {own}", f"L4-L5 {other}"} & found.keys()


def test_another_level_under_a_heading_closes_a_side_of_the_same_finding() -> None:
    text = "L4-5: Narrowing of the left foramen, and foraminal narrowing at L5-S1."
    assert told(text, "foraminal_stenosis") == dict.fromkeys(("L4-L5 left", "L5-S1 left", "L5-S1 right"), PRESENT)


@pytest.mark.parametrize("text", ["No bulge or protrusion at L5-S1.", "No bulge, stenosis or protrusion at L5-S1."])
def test_another_level_under_a_heading_closes_a_whole_denial(text: str) -> None:
    found = labels_of(f"L4-5: {text}")
    assert found["L5-S1 bulge"] == found["L5-S1 herniation"] == "none"
    assert "L4-L5 bulge" not in found


def test_another_level_under_a_heading_takes_what_stands_behind_it() -> None:
    text = "L4-5: Mild bulge, and at L5-S1 a moderate bulge."
    assert told(text, "bulge") == {"L4-L5": "mild", "L5-S1": "moderate"}


def test_a_site_alone_on_a_line_heads_lines_of_levels() -> None:
    text = "CENTRAL CANAL\nL3-4 mild\nL4-5 patent\nFORAMINA\nL3-4 mild left\nL4-5 patent"
    assert told(text, "canal_stenosis") == {"L3-L4": "mild", "L4-L5": "none"}
    assert told(text, "foraminal_stenosis") == {"L3-L4 left": "mild", "L4-L5 left": "none", "L4-L5 right": "none"}


def test_a_heading_of_the_neck_opens_its_part_whatever_follows() -> None:
    text = (
        "CERVICAL SPINE\nReversal of the lordosis. Mild canal stenosis.\n\nLUMBAR SPINE\nL4-5: Severe canal stenosis."
    )
    assert told(text, "canal_stenosis") == {"L4-L5": "severe"}


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


def test_a_line_that_mentions_a_comparison_does_not_keep_the_history_going() -> None:
    text = "Clinical: Back pain.\n\nThere are no prior studies for comparison.\n\nAlignment is unremarkable."
    assert len(told(text, "spondylolisthesis")) == 5


@pytest.mark.parametrize("study", ["Follow-up study", "Post-operative study", "Limited examination", "Current exam"])
def test_behind_the_present_study_stand_its_findings(study: str) -> None:
    assert told(f"{study}: L4-5 protrusion unchanged. L5-S1 mild bulge.", "bulge") == {"L5-S1": "mild"}


@pytest.mark.parametrize("study", ["Study", "Examination", "Exam"])
def test_behind_a_study_without_more_stands_how_it_was_made(study: str) -> None:
    assert not labels_of(f"{study}: MRI for L4-5 protrusion.")


@pytest.mark.parametrize("heading", [
    "Multisequence study revealed:", "The MRI study shows the following:", "MRI examination demonstrates:",
    "Compared to the previous study:", "Comparison with the MRI of 2019:", "Compared with the exam of 12 May 2020:",
])  # fmt: skip
@pytest.mark.parametrize("join", [" ", "\n"])
def test_what_the_study_tells_stands_behind_its_heading(heading: str, join: str) -> None:
    found = labels_of(f"{heading}{join}Mild bulge at L2-3. The canal at L5-S1 is severely narrowed.")
    assert found == {"L2-L3 bulge": "mild", "L5-S1 canal_stenosis": "severe"}


@pytest.mark.parametrize("heading", [
    "The previous study showed:", "MRI of 2018 revealed:", "Neurological examination shows:", "Comparison to:",
    "History: MRI revealed:",
])  # fmt: skip
def test_what_an_earlier_study_told_is_passed_over(heading: str) -> None:
    assert labels_of(f"{heading} L4-5 protrusion.\nL2-3: Mild bulge.") == {"L2-L3 bulge": "mild"}


def test_the_study_of_an_impression_goes_on_with_it() -> None:
    assert labels_of("L2-3: Mild bulge.\nIMPRESSION:\nThe study shows:\nL2-3: Moderate bulge.") == {
        "L2-L3 bulge": "mild|moderate",
    }  # fmt: skip


@pytest.mark.parametrize("text", [
    "Comparison: None.", "Comparison: No prior available.", "Contrast: None. Comparison: not available.",
])  # fmt: skip
def test_a_section_with_nothing_to_say_ends_with_its_sentence(text: str) -> None:
    assert labels_of(f"{text} Mild bulge at L2-3.") == {"L2-L3 bulge": "mild"}


@pytest.mark.parametrize("line", [
    "No prior MRI for comparison.", "No previous for comparison.", "None for comparison.", "Nothing for comparison.",
    "No clinical details.", "Non-contrast study.", "Contrast-enhanced study.", "Clinical details sciatica",
])  # fmt: skip
@pytest.mark.parametrize("heading", ["", "Findings:\n", "Indication: leg pain.\n"])
def test_a_short_line_that_is_no_heading_skips_nothing_behind_it(line: str, heading: str) -> None:
    assert told(f"{heading}{line}\nThere is a mild bulge at L3/4.", "bulge") == {"L3-L4": "mild"}


@pytest.mark.parametrize("history", [
    "Clinical details - sciatica", "History - ?stenosis", "Indication - L4/5 protrusion, left sciatica",
    "Clinical details - back pain\nSevere canal stenosis at L4/5 in 2015",
    "Technique - sagittal T1, axial T2\nComparison - none",
])  # fmt: skip
@pytest.mark.parametrize(
    "findings", ["Findings - Mild bulge at L2/3.", "Report\nL2/3 - mild bulge.", "Findings: L2/3 mild bulge."]
)
def test_a_section_may_end_in_a_dash(history: str, findings: str) -> None:
    assert labels_of(f"{history}\n{findings}") == {"L2-L3 bulge": "mild"}


def test_a_history_behind_a_dash_ends_with_its_line() -> None:
    assert labels_of("Clinical details - L4/5 protrusion.\nThere is a mild bulge at L2/3.") == {"L2-L3 bulge": "mild"}


def test_an_impression_behind_a_dash_is_read() -> None:
    assert labels_of("Conclusion - L4/5 - mild bulge.") == {"L4-L5 bulge": "mild"}


@pytest.mark.parametrize("heading", ["Canal stenosis", "Spinal canal", "Narrowing of the canal"])
@pytest.mark.parametrize("stop", [", ", "; "])
def test_a_heading_with_its_first_level_names_what_the_next_ones_have(heading: str, stop: str) -> None:
    text = f"{heading} L2-3: moderate{stop}L3-4: severe{stop}L5-S1: none."
    assert labels_of(text) == {
        "L2-L3 canal_stenosis": "moderate", "L3-L4 canal_stenosis": "severe", "L5-S1 canal_stenosis": "none",
    }  # fmt: skip


def test_a_heading_with_side_and_level_keeps_its_side() -> None:
    found = told("Foraminal narrowing left L3-4: moderate, L4-5: severe.", "foraminal_stenosis")
    assert found == {"L3-L4 left": "moderate", "L4-L5 left": "severe"}


def test_a_heading_with_a_level_names_nothing_of_what_has_findings_of_its_own() -> None:
    assert labels_of("Bulge L3-4: mild, L4-5: severe canal stenosis.") == {
        "L3-L4 bulge": "mild", "L4-L5 canal_stenosis": "severe",
    }  # fmt: skip


@pytest.mark.parametrize("rest", ["Other levels: No stenosis", "Remaining levels: Normal", "The rest: patent"])
def test_other_levels_below_a_sites_heading_are_those_without_a_finding_of_it(rest: str) -> None:
    text = f"Discs:\nL2-3: Mild bulge\nL3-4: Mild bulge\n\nCanal:\nL3-4: Moderate stenosis\n{rest}"
    assert told(text, "canal_stenosis") == {
        **dict.fromkeys(("L1-L2", "L2-L3", "L4-L5", "L5-S1"), "none"), "L3-L4": "moderate",
    }  # fmt: skip
    assert "L1-L2" not in told(text, "foraminal_stenosis")


@pytest.mark.parametrize("text", [
    "L3-4: mild canal stenosis. L4-5: severe. L5-S1: none.",
    "L3-4: Mild canal stenosis.\nL4-5: Severe.\nL5-S1: None.",
    "There is canal stenosis. L3-4: mild. L4-5: severe. L5-S1: none.",
    "Mild canal stenosis at L3-4. Severe at L4-5. None at L5-S1.",
])  # fmt: skip
def test_a_degree_alone_behind_a_level_is_that_of_the_finding_before(text: str) -> None:
    assert labels_of(text) == {
        "L3-L4 canal_stenosis": "mild", "L4-L5 canal_stenosis": "severe", "L5-S1 canal_stenosis": "none",
    }  # fmt: skip


@pytest.mark.parametrize("text", ["L4-5: Mild bulge. L5-S1: None.", "L4-5: Mild bulge, canal stenosis. L5-S1: None."])
def test_none_behind_a_level_says_that_nothing_is_found_where_no_list_of_degrees_goes_on(text: str) -> None:
    assert told(text, "herniation") == {"L5-S1": "none"}
    assert told(text, "nerve_root") == {"L5-S1 left": "none", "L5-S1 right": "none"}


@pytest.mark.parametrize("text", [
    "Clinical history:\nBack pain for 3 weeks.\nThere is a mild bulge at L4-5.",
    "History:\nBack pain, known L3-4 stenosis.\n\nMild bulge at L4-5.",
    "History:\nBack pain.\nThe discs are desiccated.\nMild bulge at L4-5.\nIMPRESSION:\nMild L4-5 bulge.",
    "Clinical details\nSciatica since March, L3-4 herniation.\nL4-5 shows a mild bulge.",
])  # fmt: skip
def test_a_line_about_pictures_ends_a_history_that_no_heading_ends(text: str) -> None:
    assert told(text, "bulge") == {"L4-L5": "mild"}
    assert not told(text, "canal_stenosis")
    assert not told(text, "herniation")


@pytest.mark.parametrize("text", [
    "History:\nBack pain.\nThere is known L4-5 stenosis.\nThe patient has a herniation at L4-5.",
    "History:\nL4-5 stenosis.",
    "History:\nBack pain.\nThere is L4-5 stenosis.\nFindings:\nMild bulge at L4-5.",
])  # fmt: skip
def test_lines_of_a_history_end_it_not(text: str) -> None:
    assert not told(text, "canal_stenosis")
    assert not told(text, "herniation")


@pytest.mark.parametrize("text", [
    "L4-5 - Disc: mild bulge - Canal: none - NF R/L: none/severe",
    "L4-5: Disc: mild bulge - Canal: none - Right NF: none - Left NF: severe",
    "L4-5: Bulge: mild, Herniation: no, Canal: none, Foramina: left severe, right none",
    "L4-5 - Bulge: mild - Canal stenosis: none - Modic: type 1 - Foramina R/L: none/severe",
    "L4-5: Disc: mild bulge Canal: none NF L/R: severe/none",
])  # fmt: skip
def test_a_field_ends_where_the_heading_of_the_next_begins(text: str) -> None:
    found = labels_of(text)
    assert found["L4-L5 bulge"] == "mild"
    assert found["L4-L5 canal_stenosis"] == "none"
    assert (found["L4-L5 foraminal_stenosis left"], found["L4-L5 foraminal_stenosis right"]) == ("severe", "none")


@pytest.mark.parametrize(
    "listed",
    ["L4-5 left, L5-S1 bilateral", "L4-5 (left), L5-S1 (both sides)"],
)
def test_levels_and_sides_behind_a_heading_have_its_finding(listed: str) -> None:
    found = told(f"Foraminal stenosis: {listed}.", "foraminal_stenosis")
    assert found == dict.fromkeys(("L4-L5 left", "L5-S1 left", "L5-S1 right"), PRESENT)


def test_what_else_is_said_of_a_side_behind_a_heading_is_not_its_finding() -> None:
    assert labels_of("Foraminal stenosis: L4-5 left nerve block.") == {}


@pytest.mark.parametrize("text", [
    "Foraminal stenosis: L4-5: left, L5-S1: bilateral", "Foraminal stenosis:\nL4-5: left\nL5-S1: right and left",
    "Foraminal stenosis:\n- L4-5: left\n- L5-S1: both sides", "Foraminal stenosis\nL4-5 left\nL5-S1 both",
    "Foraminal stenosis: L4-5: Left. L5-S1: Bilateral.", "L4-5: Foraminal stenosis: left.\nL5-S1: NF stenosis: both.",
])  # fmt: skip
def test_a_side_alone_behind_the_heading_of_a_level_has_the_finding(text: str) -> None:
    assert told(text, "foraminal_stenosis") == dict.fromkeys(("L4-L5 left", "L5-S1 left", "L5-S1 right"), PRESENT)


@pytest.mark.parametrize("text", [
    "Disc protrusion: L4-5 (central), L5-S1 (left paracentral)",
    "Disc protrusions: L4-5 central, L5-S1 left paracentral",
    "Disc protrusion: L4-5 - central, L5-S1 - left subarticular",
    "Disc protrusion: L4-5 central 4 mm, L5-S1 left paracentral 6 mm",
    "Disc protrusion:\nL4-5: central\nL5-S1: left paracentral",
    "L4-5: Disc protrusion: central\nL5-S1: Disc protrusion: left paramedian",
])  # fmt: skip
def test_levels_and_zones_behind_the_heading_of_a_lesion_have_it(text: str) -> None:
    assert told(text, "herniation") == {"L4-L5": "protrusion", "L5-S1": "protrusion"}
    assert told(text, "herniation_zone") == {"L4-L5": "central", "L5-S1": "subarticular_left"}


@pytest.mark.parametrize("text", [
    "Disc protrusions: L3-4 small central, L4-5 medium left paracentral, L5-S1 nil.",
    "Disc protrusions: L3-4, small, central; L4-5, large, left paracentral; L5-S1: none.",
    "Disc protrusion:\nL3-4: mild central\nL4-5: moderate left subarticular\nL5-S1: none",
])  # fmt: skip
def test_a_degree_and_a_zone_behind_the_heading_of_a_lesion_are_of_it(text: str) -> None:
    assert told(text, "herniation") == {"L3-L4": "protrusion", "L4-L5": "protrusion", "L5-S1": "none"}
    assert told(text, "herniation_zone") == {"L3-L4": "central", "L4-L5": "subarticular_left"}
    assert told(text, "canal_stenosis") == {}


def test_a_degree_and_a_zone_behind_the_heading_of_bulges() -> None:
    text = "Disc bulges: L3-4 mild central, L4-5 moderate left foraminal."
    assert labels_of(text) == {"L3-L4 bulge": "mild", "L4-L5 bulge": "moderate"}


def test_a_zone_behind_the_heading_of_a_stenosis_is_none() -> None:
    assert labels_of("Stenosis: L4-5 (paracentral)") == {}


@pytest.mark.parametrize("text", [
    "Findings at L4-5: disc bulge and mild canal stenosis.",
    "Findings are worst at L4-5: disc bulge and mild canal stenosis.",
    "Findings: Alignment is normal.\nThe most significant findings are at L4-5: disc bulge, mild canal stenosis.",
    "History: back pain.\nFindings at L4-5:\nDisc bulge, mild canal stenosis.",
])  # fmt: skip
def test_findings_at_a_level_are_a_heading_of_the_level(text: str) -> None:
    assert told(text, "canal_stenosis") == {"L4-L5": "mild"}
    assert told(text, "bulge") == {"L4-L5": PRESENT}


@pytest.mark.parametrize("heading", ["L5-S1:", "L5-S1", "L5-S1 level:", "Findings at L5-S1:"])
def test_a_denial_right_below_a_level_on_its_own_line_is_of_that_level(heading: str) -> None:
    assert told(f"{heading}\nNo disc herniation.", "herniation") == {"L5-S1": "none"}
    assert told(f"Alignment is normal.\n\n{heading}\nNo disc herniation.", "herniation") == {"L5-S1": "none"}


@pytest.mark.parametrize(
    "later", ["", "\n\nTECHNIQUE: Standard.", "\n\nRecommendation: Referral.", "\n\nCOMPARISON: CT 2019."]
)
@pytest.mark.parametrize("findings", [
    "There is a right paracentral L5-S1 extrusion. Mild L4-5 bulge.",
    "Right paracentral L5-S1 extrusion. Mild L4-5 bulge.",
    "Five lumbar vertebrae. Right paracentral L5-S1 extrusion. Mild L4-5 bulge.",
    "There is a fracture of L1.\n\nBackground of degenerative change. L5-S1 extrusion. Mild L4-5 bulge.",
])  # fmt: skip
@pytest.mark.parametrize(
    "history", ["Clinical: Right leg pain. ?disc", "INDICATION: back pain", "HISTORY:\nBack pain."]
)
def test_a_paragraph_that_tells_findings_ends_a_history_where_none_are_headed(
    history: str, findings: str, later: str
) -> None:
    found = labels_of(f"{history}\n\n{findings}{later}")
    assert found["L5-S1 herniation"] == "extrusion"
    assert found["L4-L5 bulge"] == "mild"


def test_a_paragraph_that_opens_with_what_was_and_describes_pictures_ends_a_history() -> None:
    text = "HISTORY:\nBack pain.\n\nPrevious L4/5 laminectomy noted. At L3/4 there is severe canal stenosis."
    assert told(text, "canal_stenosis") == {"L3-L4": "severe"}


def test_a_paragraph_of_what_was_seen_and_of_complaints_is_still_the_history() -> None:
    text = "HISTORY:\nBack pain.\n\nPrevious MRI showed severe stenosis at L3/4. There is now left leg weakness."
    assert told(text, "canal_stenosis") == {}


def test_a_history_ends_at_the_heading_of_findings_where_there_is_one() -> None:
    text = "HISTORY: Fall.\n\nThere is a known disc extrusion at L5-S1.\n\nTECHNIQUE: MRI.\n\nFINDINGS: L4-5: Bulge."
    assert labels_of(text) == {"L4-L5 bulge": PRESENT}


@pytest.mark.parametrize("history", ["Clinical details: Sciatica.", "INDICATION\nBack pain.", "Technique: T1, T2."])
@pytest.mark.parametrize("findings", [
    "There is a mild bulge at L4-5.", "Mild bulge at L4-5. No fracture.", "Five lumbar vertebrae. Mild L4-5 bulge.",
    "Background of multilevel degenerative change. Mild L4-5 bulge.", "Background osteopenia.\nMild L4-5 bulge.",
])  # fmt: skip
@pytest.mark.parametrize("behind", [
    "Comparison: CT 2019.", "Recommendation: Surgical review.", "Background: prostate cancer.", "Protocol: as usual.",
    "Question: stenosis?\n\nConclusion: L4-5 bulge.", "Level by level:\nL5-S1: normal.", "",
])  # fmt: skip
def test_findings_between_what_is_passed_over_are_read(history: str, findings: str, behind: str) -> None:
    assert told(f"{history}\n\n{findings}\n\n{behind}", "bulge")["L4-L5"] == "mild"


@pytest.mark.parametrize("text", [
    "Clinical: Pain. There is a mild L4-5 bulge. Recommendation: surgery.",
    "INDICATION: Pain. TECHNIQUE: Sagittal. There is a mild L4-5 bulge. COMPARISON: CT.",
    "Clinical: Pain\nThere is a mild bulge at L4-5.\nComparison: CT 2019.",
])  # fmt: skip
def test_sentences_about_pictures_between_what_is_passed_over_are_read(text: str) -> None:
    assert labels_of(text) == {"L4-L5 bulge": "mild"}


@pytest.mark.parametrize("text", [
    "History: Known L4-5 stenosis,\nL5-S1 protrusion\nTechnique: T1\nL2-3: Mild bulge.",
    "History: Pain. Prior MRI showed L4-5 protrusion.\n\nL4-5 fusion in 2019.\n\nComparison: none.\n\nMild L2-3 bulge.",
    "History:\nPain.\n\nSevere L4-5 stenosis.\n\nTechnique: T1.\n\nFindings: Mild bulge at L2-3.",
    "Clinical: Pain.\n\nCT of 2019 showed L4-5 stenosis.\n\nHerniation at L5-S1?\n\nTechnique: T1.\n\nMild L2-3 bulge.",
])  # fmt: skip
def test_a_history_that_another_one_follows_is_still_one(text: str) -> None:
    assert labels_of(text) == {"L2-L3 bulge": "mild"}


@pytest.mark.parametrize("opening", ["Of note,", "Of note:", "Clinically relevant:", "Most significant:"])
@pytest.mark.parametrize("rest", ["at L4-5 there is a bulge", "there is a bulge at L4-5", "at L4-5, there is a bulge"])
def test_words_that_only_draw_attention_leave_a_level_to_what_follows(opening: str, rest: str) -> None:
    assert labels_of(f"{opening} {rest}.") == {"L4-L5 bulge": PRESENT}


@pytest.mark.parametrize("heading", ["Degenerative changes as follows:", "Degenerative findings:"])
def test_a_level_that_is_normal_below_degenerative_changes_is_so_altogether(heading: str) -> None:
    found = labels_of(f"{heading} L2-3 mild bulge. L5-S1 unremarkable.")
    assert found["L2-L3 bulge"] == "mild"
    assert {found[f"L5-S1 {finding}"] for finding in ("bulge", "canal_stenosis", "herniation")} == {"none"}


@pytest.mark.parametrize("text", [
    "L4-5 canal: mild; foramina: moderate.", "L4-5 canal: mild. L4-5 foramina: moderate.",
    "L4-5 spinal canal: mild stenosis.\nL4-5 neural foramina: moderate stenosis.",
])  # fmt: skip
def test_a_heading_may_name_a_part_of_its_level(text: str) -> None:
    foramina = dict.fromkeys([f"L4-L5 foraminal_stenosis {side}" for side in ("left", "right")], "moderate")
    assert labels_of(text) == {"L4-L5 canal_stenosis": "mild", **foramina}


def test_a_heading_may_name_a_side_of_a_part() -> None:
    text = "L4-5 left foramen: moderate. L4-5 right foramen: mild. L4-5 facets: severe."
    assert told(text, "foraminal_stenosis") == {"L4-L5 left": "moderate", "L4-L5 right": "mild"}
    assert set(told(text, "facet_arthropathy").values()) == {"severe"}


@pytest.mark.parametrize("text", [
    "No canal stenosis: L1-2, L2-3. Canal stenosis: L4-5.",
    "Canal stenosis absent: L1-2, L2-3. Canal stenosis present: L4-5.",
    "Free of canal stenosis: L1-2, L2-3. Canal stenosis: L4-5.", "Canal patent: L1-2 to L2-3. Canal stenosis: L4-5.",
])  # fmt: skip
def test_what_is_denied_before_a_colon_is_of_the_levels_behind(text: str) -> None:
    assert told(text, "canal_stenosis") == {"L1-L2": "none", "L2-L3": "none", "L4-L5": PRESENT}


def test_levels_are_called_normal_before_a_colon() -> None:
    text = "Normal discs: L1-2, L2-3. Bulging discs: L3-4, L4-5."
    assert told(text, "bulge") == {"L1-L2": "none", "L2-L3": "none", "L3-L4": PRESENT, "L4-L5": PRESENT}


def test_what_is_possible_before_a_colon_is_so_of_the_levels_behind() -> None:
    assert told("Possible root contact: L5-S1 left.", "nerve_root") == {"L5-S1 left": "none|contact"}


@pytest.mark.parametrize(("text", "finding"), [
    ("bulge - mild canal stenosis - patent foramina.", "bulge"), ("bulge - canal mild - foramina patent.", "bulge"),
    ("protrusion - left L5 root contact.", "herniation"), ("annular tear - small bulge.", "annular_fissure"),
])  # fmt: skip
def test_a_lesion_before_a_dash_is_there_where_something_else_is_told_behind_it(text: str, finding: str) -> None:
    assert list(told(f"L4-5: {text}", finding)) == ["L4-L5"]


def test_a_lesion_before_a_dash_heads_its_value() -> None:
    assert labels_of("L4-5: Bulge - mild. Herniation - none.") == {"L4-L5 bulge": "mild", "L4-L5 herniation": "none"}


@pytest.mark.parametrize("line", ["Canal stenosis.", "- Canal stenosis."])
def test_a_sentence_below_a_level_is_no_heading_of_the_next(line: str) -> None:
    found = labels_of(f"L3-4: Bulge.\n{line}\nL4-5: Normal.")
    assert found["L3-L4 canal_stenosis"] == PRESENT
    assert found["L4-L5 herniation"] == "none"


@pytest.mark.parametrize("line", ["Mild bulge noted at L3-L4 level.", "Dehydrated disc."])
def test_a_denial_behind_the_last_level_is_of_all_where_lines_between_deny_nothing(line: str) -> None:
    text = f"L4-5: Protrusion.\n{line}\nL5-S1: Mild bulge.\nAdequate spinal canal."
    assert len(told(text, "canal_stenosis")) == 5


def test_a_denial_behind_the_last_level_is_its_own_where_others_have_such_lines() -> None:
    text = "L4-5: Protrusion.\nNo canal stenosis.\nL5-S1: Mild bulge.\nNo canal stenosis."
    assert set(told(text, "canal_stenosis")) == {"L4-L5", "L5-S1"}


def test_long_lines_without_stops_are_sentences_of_their_own() -> None:
    found = labels_of(
        "Lumbosacral MRI\n"
        "Right paracentral disc protrusion at L5-S1 level compressing the thecal sac and right exit neural canal\n"
        "Diffuse disc bulge noted at L4-L5 level compressing the thecal sac and encroaching both exit neural canals\n"
        "Mild diffuse disc bulge noted at L3-L4 level mildly compressing the thecal sac and exit neural canals"
    )
    assert (found["L3-L4 bulge"], found["L4-L5 bulge"]) == ("mild", PRESENT)
    assert found["L5-S1 thecal_sac"] == "compression"
    assert "L5-S1 foraminal_stenosis left" not in found


def test_a_denial_on_a_line_of_capitals_is_of_all_levels() -> None:
    text = "L4-L5: MILD DISC BULGE NOTED\nNO EVIDENCE OF DISC HERNIATION\nADEQUATE SPINAL CANAL"
    assert len(told(text, "herniation")) == len(told(text, "canal_stenosis")) == 5


@pytest.mark.parametrize("text", [
    "Alignment: Normal. L1-2: Normal. L4-5: Mild bulge.",
    "Canal: Patent. L1-2: Unremarkable. L4-5: Mild bulge.",
    "Conus:\nNormal.\nL1-2: Normal.\nL4-5: Mild bulge.",
    "L4-5: Disc: Mild bulge. Canal: Moderate stenosis. L1-2: Unremarkable.",
])  # fmt: skip
def test_a_part_that_has_its_value_does_not_head_the_levels_behind_it(text: str) -> None:
    found = labels_of(text)
    assert {found[f"L1-L2 {name}"] for name in ("bulge", "herniation", "canal_stenosis", "thecal_sac")} == {"none"}


def test_a_part_of_which_levels_are_told_heads_those_behind_too() -> None:
    assert labels_of("Canal: Mild at L3-4. L4-5: normal.") == {
        "L3-L4 canal_stenosis": "mild", "L4-L5 canal_stenosis": "none",
    }  # fmt: skip


def test_a_denial_in_an_item_beside_others_is_of_all_levels() -> None:
    text = "- Mild disc bulge noted at L4-L5 level.\n- Adequate spinal canal."
    assert len(told(text, "canal_stenosis")) == 5
    assert set(told("L4-L5:\n- Mild disc bulge.\n- Adequate spinal canal.", "canal_stenosis")) == {"L4-L5"}


@pytest.mark.parametrize("text", ["Disc desiccation:\nL4-5 and L5-S1.", "Disc desiccation:\nL4-5, L5-S1"])
def test_levels_on_the_line_below_a_finding_are_its_own(text: str) -> None:
    assert told(text, "degeneration") == {"L4-L5": PRESENT, "L5-S1": PRESENT}


@pytest.mark.parametrize(("text", "grades"), [
    ("mild stenosis right, severe left", {"right": "mild", "left": "severe"}),
    ("mild narrowing right and severe left", {"right": "mild", "left": "severe"}),
    ("no stenosis right, mild left", {"right": "none", "left": "mild"}),
    ("mild narrowing right, no narrowing left", {"right": "mild", "left": "none"}),
    ("narrowing right, severe left", {"right": PRESENT, "left": "severe"}),
])  # fmt: skip
def test_a_side_behind_its_lesion_below_a_part_has_the_degree_of_it(text: str, grades: dict[str, str]) -> None:
    expected = {f"L4-L5 {side}": grade for side, grade in grades.items()}
    assert told(f"L4-5: Foramina: {text}.", "foraminal_stenosis") == expected
