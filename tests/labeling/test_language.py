"""Kinds of sentences that radiologists dictate, each in several wordings; all texts are invented."""

import pytest
from tests.labeling.conftest import labels_of

PRESENT = "mild|moderate|severe"


def told(text: str, finding: str) -> dict[str, str]:
    """Return the labels of one finding, as {"L4-L5 left": "mild", ...}."""
    return {key.replace(f" {finding}", ""): grades for key, grades in labels_of(text).items() if finding in key.split()}


def at_l45(finding: str, grades: str) -> dict[str, str]:
    """Return what `told` returns for L4-L5, on both sides where the finding has sides."""
    lateral = finding in ("foraminal_stenosis", "subarticular_stenosis", "nerve_root")
    return {f"L4-L5 {side}": grades for side in ("left", "right")} if lateral else {"L4-L5": grades}


@pytest.mark.parametrize(("text", "finding", "grades"), [
    ("Stenosis of the spinal canal, mild.", "canal_stenosis", "mild"),
    ("There is narrowing of the central canal, moderate in degree.", "canal_stenosis", "moderate"),
    ("Multifactorial stenosis of the canal, mild to moderate in degree, facets contributing.",
     "canal_stenosis", "mild|moderate"),
    ("Narrowing of the foramina, moderate, right greater than left.", "foraminal_stenosis", "moderate"),
    ("Encroachment on the foramina, severe.", "foraminal_stenosis", "severe"),
    ("Narrowing of both lateral recesses, mild.", "subarticular_stenosis", "mild"),
    ("The canal measures 8 mm, consistent with moderate stenosis.", "canal_stenosis", "moderate"),
    ("Mild foraminal and far lateral bulging of the disc.", "bulge", "mild"),
    ("Moderate central and paracentral bulge.", "bulge", "moderate"),
    ("The facets mildly narrow the canal.", "canal_stenosis", "mild"),
    ("Thick ligaments and the disc moderately narrow the spinal canal.", "canal_stenosis", "moderate"),
    ("The bulge and facet spurs severely narrow the foramina.", "foraminal_stenosis", "severe"),
])  # fmt: skip
def test_a_degree_behind_or_far_before_its_noun_is_its_own(text: str, finding: str, grades: str) -> None:
    assert told(f"L4-5: {text}", finding) == at_l45(finding, grades)


@pytest.mark.parametrize("text", [
    "Narrowing of the foramina, severe on the left and mild on the right.",
    "Stenosis of the neural foramina, mild right and severe left.",
    "Encroachment on the foramina, left severe, right mild.",
])  # fmt: skip
def test_each_side_behind_the_object_keeps_its_degree(text: str) -> None:
    assert told(f"L4-5: {text}", "foraminal_stenosis") == {"L4-L5 left": "severe", "L4-L5 right": "mild"}


@pytest.mark.parametrize(("text", "grades"), [
    ("Canal stenosis is not significant.", "none|mild"),
    ("Central stenosis not significant.", "none|mild"),
    ("No canal or foraminal stenosis of significance.", "none|mild"),
    ("Canal stenosis or foraminal narrowing of significance is not seen.", "none|mild"),
    ("Minimal, if any, canal stenosis.", "none|mild"),
    ("Little if any narrowing of the canal.", "none|mild"),
    ("Canal stenosis or foraminal narrowing is not definitely seen.", "none"),
    ("Narrowing of the canal is not clearly demonstrated.", "none"),
    ("Canal stenosis cannot be identified.", "none"),
])  # fmt: skip
def test_insignificance_and_absence_said_behind(text: str, grades: str) -> None:
    assert told(f"L4-5: {text}", "canal_stenosis") == {"L4-L5": grades}


@pytest.mark.parametrize("text", [
    "Nerve root compression is not definitely seen.",
    "Compression of the nerve roots is not convincingly demonstrated.",
    "Root compression could not be detected.",
])  # fmt: skip
def test_doubted_compression_leaves_contact_and_displacement(text: str) -> None:
    assert told(f"L4-5: {text}", "nerve_root") == at_l45("nerve_root", "none|contact|displacement")


@pytest.mark.parametrize("text", [
    "The disc comes close to the roots on both sides, without apparent displacement of these roots.",
    "It effaces the thecal sac and lies close to both roots, which do not look displaced.",
    "The bulge comes very close to the nerve roots, which are not displaced.",
])  # fmt: skip
def test_a_disc_close_to_the_roots_says_no_more_than_the_denial(text: str) -> None:
    assert told(f"L4-5: {text}", "nerve_root") == at_l45("nerve_root", "none|contact")


@pytest.mark.parametrize("text", [
    "There are no compression fractures or subluxations.",
    "Neither fracture nor misalignment.",
    "I do not see subluxations.",
])  # fmt: skip
def test_no_subluxation_denies_both_slips(text: str) -> None:
    for finding in ("spondylolisthesis", "retrolisthesis"):
        assert set(told(text, finding).values()) == {"none"}
        assert len(told(text, finding)) == 5


@pytest.mark.parametrize("text", [
    "Normal posterior disc margin.",
    "Disc height and signal are preserved and the posterior margin is normal.",
    "Its posterior margin is normal.",
])  # fmt: skip
def test_a_normal_margin_denies_bulge_and_herniation_only(text: str) -> None:
    found = labels_of(f"L2-3: {text}")
    assert found["L2-L3 bulge"] == found["L2-L3 herniation"] == "none"
    assert "L2-L3 canal_stenosis" not in found


@pytest.mark.parametrize(("text", "grades"), [
    ("Left protrusion - extrusion.", "protrusion|extrusion"),
    ("Protrusion or small extrusion of the disc.", "protrusion|extrusion"),
    ("Disc protrusion/extrusion.", "protrusion|extrusion"),
    ("Extrusion or sequestration.", "extrusion|sequestration"),
    ("No protrusion or extrusion.", "none"),
    ("The disc herniates to the left.", "protrusion|extrusion|sequestration"),
])  # fmt: skip
def test_two_names_of_one_herniation_are_a_set(text: str, grades: str) -> None:
    assert told(f"L4-5: {text}", "herniation") == {"L4-L5": grades}


@pytest.mark.parametrize("text", [
    "Two discs are desiccated: L3-4 and L4-5.",
    "Desiccation is present at two levels: L3-4 and L4-5.",
    "There is disc desiccation at the following levels: L3-4, L4-5.",
    "Disc desiccation: L3-4 and L4-5.",
    "There is degeneration of the discs at L3-4 and L4-5.",
    "Degeneration of the L3-4 and L4-5 discs.",
])  # fmt: skip
def test_levels_that_are_counted_and_then_named(text: str) -> None:
    assert told(text, "degeneration") == {"L3-L4": PRESENT, "L4-L5": PRESENT}


@pytest.mark.parametrize("text", [
    "Bulges of 2 mm at L3-4 and 3 mm at L4-5.",
    "Disc bulges of 2-3 mm at L3-4, and of 4 mm at L4-5.",
    "2 mm bulge at L3-4, 3 mm at L4-5.",
])  # fmt: skip
def test_sizes_with_levels_repeat_the_finding(text: str) -> None:
    assert told(text, "bulge") == {"L3-L4": PRESENT, "L4-L5": PRESENT}


@pytest.mark.parametrize("text", [
    "The disc is desiccated and mildly narrowed.",
    "Desiccated disc, mildly narrowed.",
    "The disc is mildly narrowed.",
])  # fmt: skip
def test_a_narrowed_disc_is_no_narrowed_canal(text: str) -> None:
    found = labels_of(f"L4-5: {text}")
    assert "L4-L5 canal_stenosis" not in found
    assert found["L4-L5 disc_height_loss"] == "mild"


@pytest.mark.parametrize(("text", "grades"), [
    ("Mild degeneration of the L4-5 disc.", "mild"),
    ("There is severe degeneration of the disc at L4-5.", "severe"),
    ("Degeneration of the L4-5 disc, moderate.", "moderate"),
])  # fmt: skip
def test_degeneration_of_a_named_disc(text: str, grades: str) -> None:
    assert told(text, "degeneration") == {"L4-L5": grades}


@pytest.mark.parametrize(
    "text",
    [
        "The foramina are narrowed and so are the lateral recesses.",
        "The foramina are moderately narrowed, as are the lateral recesses.",
        "There is foraminal narrowing and so are the lateral recesses.",
    ],
)
def test_so_are_says_the_same_of_another_site(text: str) -> None:
    found = labels_of(f"L4-5: {text}")
    assert found["L4-L5 subarticular_stenosis left"] == found["L4-L5 foraminal_stenosis left"]


@pytest.mark.parametrize(
    "text",
    [
        "The height of the disc is well kept, its signal on T2 weighted images decreased.",
        "The disc has lost signal.",
        "The disc shows decreased T2 signal.",
        "T2 hypointense disc.",
        "Low signal in the disc on T2.",
    ],
)
def test_lost_signal_of_a_disc_is_degeneration(text: str) -> None:
    assert told(f"L4-5: {text}", "degeneration") == {"L4-L5": PRESENT}


@pytest.mark.parametrize(
    "text",
    [
        "The lowest disc space is designated L5-S1. The canal is patent.",
        "The level with the greatest angulation is taken to be L5-S1. The canal is patent.",
        "Axial image 20 is counted as L4-5. The canal is patent.",
        "The conus reaches the L1-2 disc space. The canal is patent.",
        "The iliac crests are at L4-5. The canal is patent.",
    ],
)
def test_levels_named_to_count_them_attract_nothing(text: str) -> None:
    assert len(told(text, "canal_stenosis")) == 5


@pytest.mark.parametrize(
    "text",
    [
        "Study otherwise unremarkable.",
        "The examination is otherwise normal.",
        "The remainder of the study is unremarkable.",
        "Otherwise unremarkable MRI of the lumbar spine.",
    ],
)
def test_an_otherwise_normal_study_is_normal_at_the_levels_not_named(text: str) -> None:
    found = told(f"At L4-5 there is a mild bulge. {text}", "bulge")
    assert found == {"L1-L2": "none", "L2-L3": "none", "L3-L4": "none", "L4-L5": "mild", "L5-S1": "none"}


@pytest.mark.parametrize(
    "text", ["Normal MRI of the lumbar spine.", "Unremarkable lumbar MRI.", "Lumbar spine MRI within normal limits."]
)
def test_a_normal_study_is_normal_at_all_levels(text: str) -> None:
    assert len(labels_of(f"IMPRESSION: {text}")) == 5 * (5 + 3 * 2)


def test_a_study_of_another_region_tells_nothing() -> None:
    assert not labels_of("Thoracic spine MRI: normal study.")


@pytest.mark.parametrize("text", ["The disc is normal.", "Normal disc.", "The disc contour is normal."])
def test_one_normal_disc_without_a_level_is_not_all_discs(text: str) -> None:
    assert not labels_of(text)


@pytest.mark.parametrize(
    "text",
    [
        "No listhesis, apart from a haemangioma within L1.",
        "Alignment is satisfactory, bar a haemangioma of the L1 vertebral body.",
    ],
)
def test_a_vertebra_named_behind_leaves_a_negative_alone(text: str) -> None:
    assert len(told(text, "spondylolisthesis")) == 5


@pytest.mark.parametrize(
    "text",
    [
        "The vertebral bodies are normally aligned.",
        "Vertebral bodies well aligned.",
        "The vertebrae are normal in height and alignment.",
        "The vertebral bodies keep their height, signal and alignment.",
        "The vertebrae are in anatomic alignment.",
    ],
)
def test_aligned_vertebrae_deny_both_slips_and_say_nothing_of_discs(text: str) -> None:
    found = labels_of(text)
    assert len(found) == 10
    assert {key.split()[1] for key in found} == {"spondylolisthesis", "retrolisthesis"}


def test_vertebrae_that_are_not_aligned_deny_nothing() -> None:
    assert not labels_of("The vertebrae are not well aligned.")


@pytest.mark.parametrize(
    "text", ["No herniation of the discs.", "No dorsal herniations of the discs were detected.", "No disc herniation."]
)
def test_no_herniation_of_the_discs_is_none_everywhere(text: str) -> None:
    assert len(told(text, "herniation")) == 5


@pytest.mark.parametrize(
    "text",
    [
        "Canal stenosis and foraminal narrowing not significant.",
        "Canal stenosis and foraminal narrowing are not significant.",
    ],
)
def test_insignificance_of_two_findings_is_said_of_both(text: str) -> None:
    assert told(f"L4-5: {text}", "canal_stenosis") == {"L4-L5": "none|mild"}


def test_insignificance_of_one_finding_leaves_the_other() -> None:
    found = told("L4-5: There is canal stenosis and foraminal narrowing is not significant.", "canal_stenosis")
    assert found == {"L4-L5": PRESENT}


@pytest.mark.parametrize("text", ["Normal conditions.", "Unremarkable findings.", "Without alterations."])
def test_a_normal_level_in_other_words(text: str) -> None:
    assert len(labels_of(f"L1-2: {text}")) == 5 + 3 * 2


@pytest.mark.parametrize("text", ["Unremarkable appearance of the cyst.", "There is clear progression."])
def test_a_normal_looking_adjective_of_another_noun_is_no_normal_level(text: str) -> None:
    assert not labels_of(f"L1-2: {text}")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("L4-5 moderate and L3-4 mild canal stenosis.", {"L3-L4": "mild", "L4-L5": "moderate"}),
        ("Canal stenosis at L3-4 and L4-5, severe at the latter.", {"L3-L4": PRESENT, "L4-L5": "severe"}),
        (
            "Canal stenosis at L2-3, L3-4 and L4-5, severe at L4-5 and mild at the other two levels.",
            {"L2-L3": "mild", "L3-L4": "mild", "L4-L5": "severe"},
        ),
        ("L3-4 and L4-5 bulges with mild canal stenosis at both levels.", {"L3-L4": "mild", "L4-L5": "mild"}),
        ("At L4-5, the level above the fusion, there is severe canal stenosis.", {"L4-L5": "severe"}),
    ],
)
def test_levels_pointed_to_within_a_sentence(text: str, found: dict[str, str]) -> None:
    assert told(text, "canal_stenosis") == found


def test_each_of_three_levels_keeps_its_degree_before_one_noun() -> None:
    found = told("L2-3 minimal, L3-4 mild and L4-5 moderate disc bulge.", "bulge")
    assert found == {"L2-L3": "mild", "L3-L4": "mild", "L4-L5": "moderate"}


def test_no_severe_stenosis_suspected_stays_denied() -> None:
    found = told("L4-5: No severe canal stenosis is suspected.", "canal_stenosis")
    assert found == {"L4-L5": "none|mild|moderate"}


def test_what_a_lesion_is_now_counts() -> None:
    text = "L4-5: The previously seen extrusion has decreased and is now a small protrusion."
    assert told(text, "herniation") == {"L4-L5": "protrusion"}


@pytest.mark.parametrize(("text", "label"), [
    ("Modic II changes are seen at the endplates of L5-S1.", {"L5-S1": "type2"}),
    ("Modic type II changes in the opposing endplates of L5-S1.", {"L5-S1": "type2"}),
    ("Modic type 1 changes of the L5 superior endplate.", {"L4-L5": "type1"}),
    ("Type 1 Modic changes involving the L4 inferior and L5 superior endplates.", {"L4-L5": "type1"}),
    ("Edematous type I endplate signal at L4-L5, fatty type II endplate signal at L5-S1.",
     {"L4-L5": "type1", "L5-S1": "type2"}),
    ("Type II Modic changes seen in adjacent end plates of L4 and L5 vertebrae.", {"L4-L5": "type2"}),
    ("L5-S1: fatty Modic changes.", {"L5-S1": "type2"}),
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


@pytest.mark.parametrize("text", ["L1/2 nil.", "L1-2: nil.", "L1-2: none."])
def test_nothing_said_of_a_level_is_a_normal_level(text: str) -> None:
    assert told(text, "herniation") == {"L1-L2": "none"}
    assert told(text, "foraminal_stenosis") == {"L1-L2 left": "none", "L1-L2 right": "none"}


def test_nothing_said_of_another_finding_is_no_normal_level() -> None:
    assert told("L3-4: Mild bulge. Fracture: none.", "herniation") == {}


@pytest.mark.parametrize("text", [
    "Trace (2 mm) degenerative anterolisthesis of L4 on L5.",
    "There is 4 mm (grade I) anterolisthesis of L4 on L5.",
])  # fmt: skip
def test_a_size_in_brackets_goes_with_the_words_around_it(text: str) -> None:
    assert told(text, "spondylolisthesis") == {"L4-L5": "grade1"}


@pytest.mark.parametrize(("text", "left", "right"), [
    ("Moderate right neural foraminal stenosis, mild left, mild spinal canal stenosis.", "mild", "moderate"),
    ("Severe left foraminal stenosis, the right one only mild.", "severe", "mild"),
    ("There is left, but no right foraminal narrowing.", PRESENT, "none"),
    ("Fat within the right exit foramen is obliterated. The left foramen is normal.", "none", PRESENT),
])  # fmt: skip
def test_a_side_and_its_degree_stay_together(text: str, left: str, right: str) -> None:
    assert told(f"L4-5: {text}", "foraminal_stenosis") == {"L4-L5 left": left, "L4-L5 right": right}


def test_degrees_are_shared_out_over_levels_respectively() -> None:
    text = "Mild, moderate and severe canal stenosis at L2-3, L3-4 and L4-5, respectively."
    assert told(text, "canal_stenosis") == {"L2-L3": "mild", "L3-L4": "moderate", "L4-L5": "severe"}


def test_the_side_of_a_subject_holds_for_all_its_levels() -> None:
    text = "Left foraminal stenosis is moderate at L4-5 and severe at L5-S1."
    assert told(text, "foraminal_stenosis") == {"L4-L5 left": "moderate", "L5-S1 left": "severe"}


@pytest.mark.parametrize("text", [
    "Normal caliber of the central canal and foramina.",
    "Preserved width of the canal and of the foramina.",
    "Canal fine. The foramina are respected.",
    "Good space in the canal and root canals.",
])  # fmt: skip
def test_words_for_a_wide_canal_and_wide_foramina(text: str) -> None:
    assert told(f"L3-4: {text}", "canal_stenosis") == {"L3-L4": "none"}
    assert told(f"L3-4: {text}", "foraminal_stenosis") == {"L3-L4 left": "none", "L3-L4 right": "none"}


def test_a_disc_normal_in_contour_has_no_lesion() -> None:
    text = "The L1-L2 disc is normal in height, signal and contour."
    found = {finding: told(text, finding) for finding in ("bulge", "herniation", "degeneration")}
    assert all(labels == {"L1-L2": "none"} for labels in found.values())


def test_what_is_not_significant_reaches_back_to_its_own_clause_only() -> None:
    text = "L4-5: Annular tear; spinal stenosis and foraminal narrowing not significant."
    assert told(text, "annular_fissure") == {"L4-L5": "present"}
    assert told(text, "canal_stenosis") == {"L4-L5": "none|mild"}


@pytest.mark.parametrize(("text", "label"), [
    ("Modic I endplate changes at L3-4 are new; the Modic I changes at L5-S1 have converted to Modic II.",
     {"L3-L4": "type1", "L5-S1": "type2"}),
    ("L5/S1: Fatty endplate change; the oedematous component documented previously has gone.", {"L5-S1": "type2"}),
    ("L5/S1: Extrusion of the disc. Endplate edema has now resolved.", {"L5-S1": "none"}),
])  # fmt: skip
def test_what_has_changed_or_gone_reaches_back_to_its_own_clause(text: str, label: dict[str, str]) -> None:
    assert told(text, "modic") == label


def test_a_line_that_mentions_a_comparison_does_not_keep_the_history_going() -> None:
    text = "Clinical: Back pain.\n\nThere are no prior studies for comparison.\n\nAlignment is unremarkable."
    assert len(told(text, "spondylolisthesis")) == 5


@pytest.mark.parametrize("text", [
    "There is anatomic alignment.", "There is maintenance of vertebral body height and alignment.",
    "Vertebral bodies demonstrate normal alignment and stature.", "AP and lateral alignment is normal.",
])  # fmt: skip
def test_words_for_a_normal_alignment(text: str) -> None:
    assert len(told(text, "spondylolisthesis")) == len(told(text, "retrolisthesis")) == 5


@pytest.mark.parametrize("text", [
    "All discs are normal.", "All lumbar discs are unremarkable.",
    "No significant abnormality of the intervertebral discs.",
])  # fmt: skip
def test_normal_discs_say_nothing_of_the_canal(text: str) -> None:
    assert len(told(text, "herniation")) == len(told(text, "degeneration")) == 5
    assert told(text, "canal_stenosis") == {}


@pytest.mark.parametrize("text", [
    "The disc between L4 and L5 bulges.", "The disc space between L4 and L5 shows a bulge.", "Lumbar 4-5: bulge.",
    "FINDINGS:\n4-5: bulge.",
])  # fmt: skip
def test_levels_in_other_words(text: str) -> None:
    assert told(text, "bulge") == {"L4-L5": PRESENT}


@pytest.mark.parametrize("text", ["FINDINGS:\n4-5 mm bulge.", "Bulge of 4-5 mm.", "Stage 4-5: bulge."])
def test_numbers_that_are_no_levels(text: str) -> None:
    assert told(text, "bulge") == {}


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


def test_statements_of_levels_between_semicolons_stand_by_themselves() -> None:
    text = "IMPRESSION: Extrusion at L4-5; mild bulges L1-2 through L3-4; L5-S1 unremarkable; remaining levels normal."
    assert told(text, "bulge") == {**dict.fromkeys(("L1-L2", "L2-L3", "L3-L4"), "mild"), "L5-S1": "none"}
    text = "The foramina are mildly narrowed at L4-5; at the remaining levels they are patent."
    assert told(text, "foraminal_stenosis")["L1-L2 left"] == "none"


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
