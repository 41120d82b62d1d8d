"""Kinds of sentences that radiologists dictate, each in several wordings; all texts are invented."""

import pytest
from tests.labeling.conftest import PRESENT, at_l45, labels_of, told


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


@pytest.mark.parametrize(("text", "found"), [
    ("Bulge, mild, canal stenosis, moderate, facet arthropathy, severe.", ("mild", "moderate")),
    ("Bulge, mild, moderate canal stenosis.", ("mild", "moderate")),
    ("Bulge, moderate, canal narrowing.", ("moderate", PRESENT)),
    ("Bulge, mild canal stenosis, moderate foraminal narrowing.", (PRESENT, "mild")),
    ("Mild bulge, moderate canal stenosis, severe right foraminal narrowing.", ("mild", "moderate")),
])  # fmt: skip
def test_a_degree_between_commas_is_of_the_head_before_it(text: str, found: tuple[str, str]) -> None:
    labels = labels_of(f"L4-5: {text}")
    assert (labels["L4-L5 bulge"], labels["L4-L5 canal_stenosis"]) == found


def test_sides_before_a_comma_keep_their_degrees() -> None:
    text = "L4-5: Moderate left, greater than mild right, foraminal narrowing."
    assert told(text, "foraminal_stenosis") == {"L4-L5 left": "moderate", "L4-L5 right": "mild"}


@pytest.mark.parametrize(("text", "grades"), [
    ("Bulge with moderate resultant canal stenosis.", "moderate"),
    ("Mild bulge; moderate resulting narrowing of the canal.", "moderate"),
    ("Mild bulge and consequent moderate canal stenosis.", "moderate"),
    ("Mild bulge, resulting in moderate canal stenosis.", "moderate"),
    ("Mild bulge. No resultant canal stenosis.", "none"),
    ("Mild bulge without significant resulting stenosis of the canal.", "none|mild"),
])  # fmt: skip
def test_a_resultant_stenosis_keeps_its_degree_and_denial(text: str, grades: str) -> None:
    assert told(f"L4-5: {text}", "canal_stenosis") == {"L4-L5": grades}


@pytest.mark.parametrize("comparison", ["greater than", ">", "more than", "and", ", greater than"])
def test_each_side_of_a_comparison_keeps_its_degree(comparison: str) -> None:
    text = f"L4-5: Moderate left {comparison} mild right foraminal narrowing."
    assert told(text, "foraminal_stenosis") == {"L4-L5 left": "moderate", "L4-L5 right": "mild"}


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
    ("Canal stenosis is unlikely.", "none"),
    ("Significant canal stenosis is thought unlikely.", "none|mild"),
    ("Canal stenosis is doubtful.", "none|mild|moderate|severe"),
])  # fmt: skip
def test_insignificance_and_absence_said_behind(text: str, grades: str) -> None:
    assert told(f"L4-5: {text}", "canal_stenosis") == {"L4-L5": grades}


@pytest.mark.parametrize("text", [
    "Nerve root compression is not definitely seen.",
    "Compression of the nerve roots is not convincingly demonstrated.",
    "Root compression could not be detected.",
    "Root compression is unlikely.",
    "The bulge is not likely to compress the roots.",
])  # fmt: skip
def test_doubted_compression_leaves_contact_and_displacement(text: str) -> None:
    assert told(f"L4-5: {text}", "nerve_root") == at_l45("nerve_root", "none|contact|displacement")


@pytest.mark.parametrize(("text", "finding", "grades"), [
    ("The root isnt compressed.", "nerve_root", "none|contact|displacement"),
    ("It doesn't compress the nerve roots.", "nerve_root", "none|contact|displacement"),
    ("It doesnt compress the nerve roots.", "nerve_root", "none|contact|displacement"),
    ("The theca isnt indented.", "thecal_sac", "none|contact"),
    ("Canal stenosis isn’t seen.", "canal_stenosis", "none"),
    ("I dont see canal stenosis.", "canal_stenosis", "none"),
])  # fmt: skip
def test_contractions_deny_with_and_without_an_apostrophe(text: str, finding: str, grades: str) -> None:
    assert told(f"L4-5: {text}", finding) == at_l45(finding, grades)


@pytest.mark.parametrize("text", [
    "Canal diameter 12 mm, both neural foramina narrowed.",
    "The spinal canal measures 12 mm and both foramina are narrowed.",
    "Canal 14 mm, foraminal narrowing.",
])  # fmt: skip
def test_a_canal_that_is_only_measured_is_not_narrowed_with_its_neighbour(text: str) -> None:
    assert set(labels_of(f"L4-5: {text}")) == {"L4-L5 foraminal_stenosis left", "L4-L5 foraminal_stenosis right"}


@pytest.mark.parametrize("text", ["The canal measures 8 mm and is narrowed.", "Canal 8 mm, narrowed."])
def test_a_measured_canal_may_be_narrowed_itself(text: str) -> None:
    assert labels_of(f"L4-5: {text}") == {"L4-L5 canal_stenosis": PRESENT}


@pytest.mark.parametrize("text", [
    "Disc bulge slightly to the left of midline.",
    "Disc bulge mildly eccentric to the left.",
    "Disc bulge mildly lateralising to the left.",
    "Disc bulge, mildly worse on the left.",
    "Disc bulge extending slightly into the left exit foramen.",
    "Disc bulge extending mildly into both lateral recesses.",
])  # fmt: skip
def test_a_degree_of_where_a_lesion_lies_is_not_the_lesions(text: str) -> None:
    assert labels_of(f"L4-5: {text}") == {"L4-L5 bulge": PRESENT}


@pytest.mark.parametrize("text", [
    "Left lateral reces narrowing.",
    "The left lateral reces is narrowed.",
    "Narrowing of the left recces.",
])  # fmt: skip
def test_a_recess_may_be_misspelt(text: str) -> None:
    assert labels_of(f"L4-5: {text}") == {"L4-L5 subarticular_stenosis left": PRESENT}


def test_a_narrowing_of_something_unknown_on_one_side_is_not_the_canals() -> None:
    assert labels_of("L4-5: Left pedicular narrowing.") == {}
    assert labels_of("L4-5: Moderate acquired stenosis.") == {"L4-L5 canal_stenosis": "moderate"}


@pytest.mark.parametrize(("text", "grades"), [
    ("Disc bulge with mild thecal indentation.", "indentation"),
    ("No thecal indentation.", "none|contact"),
    ("The thecal sac is not compromised.", "none|contact"),
    ("Thecal sac not compromised.", "none|contact"),
])  # fmt: skip
def test_thecal_words_are_of_the_sac_with_and_without_a_copula(text: str, grades: str) -> None:
    assert told(f"L4-5: {text}", "thecal_sac") == {"L4-L5": grades}


@pytest.mark.parametrize("text", [
    "The exiting nerves are not compromised.",
    "Exiting nerves not compromised.",
    "Nerve roots uncompromised.",
    "No neural compromise.",
])  # fmt: skip
def test_roots_that_are_not_compromised_are_not_compressed(text: str) -> None:
    assert told(f"L4-5: {text}", "nerve_root") == at_l45("nerve_root", "none|contact|displacement")


@pytest.mark.parametrize(("text", "finding"), [
    ("Diffuse bulge, mild, indenting the thecal sac.", "bulge"),
    ("Canal stenosis, mild, compressing the roots.", "canal_stenosis"),
])  # fmt: skip
def test_a_degree_set_off_by_commas_is_of_the_head_before(text: str, finding: str) -> None:
    assert told(f"L4-5: {text}", finding) == {"L4-L5": "mild"}


@pytest.mark.parametrize(("text", "lower"), [
    ("Grade I anterolisthesis of L4 over L5 and L5 over S1.", "grade1"),
    ("Grade I anterolisthesis of L4 over L5 and grade II of L5 over S1.", "grade2"),
    ("Grade 1 spondylolisthesis at L4-5, grade 2 at L5-S1.", "grade2"),
])  # fmt: skip
def test_a_second_slip_takes_the_grade_before_unless_it_has_its_own(text: str, lower: str) -> None:
    assert told(text, "spondylolisthesis") == {"L4-L5": "grade1", "L5-S1": lower}


def test_a_slip_denied_of_two_levels_is_denied_of_both() -> None:
    found = told("No slip of L4 on L5 or L5 on S1.", "spondylolisthesis")
    assert found == {"L4-L5": "none", "L5-S1": "none"}


@pytest.mark.parametrize("arrow", ["→", "⇒", "->", "=>", ">", ">>"])
def test_an_arrow_links_two_lesions(arrow: str) -> None:
    found = labels_of(f"L4-5: moderate bulge {arrow} mild canal stenosis")
    assert found == {"L4-L5 bulge": "moderate", "L4-L5 canal_stenosis": "mild"}


@pytest.mark.parametrize(("text", "grades"), [
    ("≥ moderate canal stenosis", "moderate|severe"),
    (">= moderate canal stenosis", "moderate|severe"),
    ("> mild canal stenosis", "moderate|severe"),
    ("Canal stenosis > mild.", "moderate|severe"),
    ("≤ mild canal stenosis", "none|mild"),
])  # fmt: skip
def test_signs_of_more_and_less_before_a_degree(text: str, grades: str) -> None:
    assert told(f"L4-5: {text}", "canal_stenosis") == {"L4-L5": grades}


@pytest.mark.parametrize(("text", "grades"), [
    ("Disc bulge with neural contact.", "contact"),
    ("No neural contact.", "none"),
    ("Neural displacement.", "displacement"),
    ("No neural impingement.", "none|contact|displacement"),
    ("Prolapse with radicular compression.", "compression"),
    ("No NR compression.", "none|contact|displacement"),
    ("Abutting both traversing NRs.", "contact"),
])  # fmt: skip
def test_neural_radicular_and_nr_are_the_nerve_roots(text: str, grades: str) -> None:
    assert told(f"L4-5: {text}", "nerve_root") == at_l45("nerve_root", grades)


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


def test_a_denial_of_something_unknown_behind_a_semicolon_is_of_nothing_before() -> None:
    for text in ("infection is thought unlikely", "discitis is not seen"):
        assert told(f"L5-S1: Modic type 1; {text}.", "modic") == {"L5-S1": "type1"}


@pytest.mark.parametrize("text", [
    "Mild bulges at every level from L2/3 to L5/S1.",
    "Mild bulges at each level from L2-3 down to L5-S1.",
    "Mild bulges at all levels from L2-3 through L5-S1.",
    "Mild bulges at each of the lower four levels.",
    "Mild bulges at each of L2/3, L3/4, L4/5 and L5/S1.",
])  # fmt: skip
def test_each_level_of_a_range_or_a_list(text: str) -> None:
    assert told(text, "bulge") == dict.fromkeys(("L2-L3", "L3-L4", "L4-L5", "L5-S1"), "mild")


def test_each_level_is_each_of_those_named_and_each_lumbar_level_is_all() -> None:
    text = "L3/4 and L4/5: mild bulges with mild canal stenosis at each level."
    assert told(text, "canal_stenosis") == {"L3-L4": "mild", "L4-L5": "mild"}
    assert len(told("Mild bulge at each lumbar level.", "bulge")) == 5


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


def test_what_has_lost_its_normal_looks_is_not_called_normal() -> None:
    for text in ("Loss of normal T2 hyperintensity of the disc.", "The disc has lost its normal bright signal."):
        assert set(labels_of(f"L4-5: {text}")) == {"L4-L5 degeneration"}
    assert labels_of("L4-5: There is loss of the normal lordosis.") == {}
    assert labels_of("L4-5: The disc shows normal T2 hyperintensity.") == {"L4-L5 degeneration": "none"}


@pytest.mark.parametrize("text", [
    "The disc is reduced in height and signal.",
    "The disc has lost height and signal.",
    "Loss of disc signal and height.",
    "Reduction of height and of signal of the disc.",
    "The disc shows reduced ht & signal.",
])  # fmt: skip
def test_lost_height_and_signal_are_two_findings(text: str) -> None:
    assert labels_of(f"L4-5: {text}") == {"L4-L5 degeneration": PRESENT, "L4-L5 disc_height_loss": PRESENT}


@pytest.mark.parametrize("text", [
    "The extrusion has reduced in size.",
    "There is reduction in size of the disc extrusion.",
    "Significantly reduced disc extrusion.",
    "The extrusion has diminished since the previous study.",
])  # fmt: skip
def test_a_reduced_lesion_is_there_and_no_reduced_canal(text: str) -> None:
    assert labels_of(f"L5-S1: {text}") == {"L5-S1 herniation": "extrusion"}
    assert told("L5-S1: The canal is moderately reduced in calibre.", "canal_stenosis") == {"L5-S1": "moderate"}


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


@pytest.mark.parametrize("what", ["facets", "facet joints", "sacrum and coccyx", "hardware", "pedicle screws"])
def test_other_parts_that_are_aligned_deny_no_slip(what: str) -> None:
    assert not labels_of(f"The {what} are well aligned.")


@pytest.mark.parametrize("text", [
    "Vertebral bodies and facets are well aligned.",
    "The facets are normal and the vertebrae are well aligned.",
])  # fmt: skip
def test_vertebrae_named_beside_other_parts_deny_slips(text: str) -> None:
    assert len(told(text, "spondylolisthesis")) == len(told(text, "retrolisthesis")) == 5


@pytest.mark.parametrize("text", [
    "Bilateral L5 pars defects without anterolisthesis.",
    "L5 spondylolysis, no spondylolisthesis.",
    "Haemangioma of the L4 body, no listhesis.",
])  # fmt: skip
def test_a_slip_denied_behind_a_vertebra_is_denied_of_the_spine(text: str) -> None:
    assert set(told(text, "spondylolisthesis").values()) == {"none"}
    assert len(told(text, "spondylolisthesis")) == 5


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


@pytest.mark.parametrize(
    "text", ["L4-5: PID.", "HIVD at L4-5.", "IVDP L4/5", "PLID, L4-5, left.", "L4-5: Central PIVD."]
)
def test_abbreviations_of_a_herniated_disc_name_no_kind(text: str) -> None:
    assert told(text, "herniation") == {"L4-L5": "protrusion|extrusion|sequestration"}


def test_an_abbreviated_herniation_is_denied_as_another() -> None:
    assert set(told("L4-5: Mild bulge. No PID at any level.", "herniation").values()) == {"none"}
    found = told("L4-5: Disc herniation, no PID elsewhere.", "herniation")
    assert found["L3-L4"] == "none"
    assert found["L4-L5"] == "protrusion|extrusion|sequestration"


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


@pytest.mark.parametrize(("text", "grades"), [
    ("The moderate canal stenosis at L4-5 has progressed to severe.", "severe"),
    ("L4-5: Mild canal stenosis has worsened to moderate.", "moderate"),
    ("L4-5: Severe canal stenosis, decreased to mild to moderate.", "mild|moderate"),
    ("L4-5: Moderate canal stenosis has improved, now mild.", "mild"),
    ("L4-5: Severe facet arthropathy and mild canal stenosis, which has increased to moderate.", "moderate"),
    ("L4-5: Canal stenosis has progressed from mild to moderate.", "moderate"),
    ("L4-5: Mild canal stenosis has progressed.", "mild"),
])  # fmt: skip
def test_what_a_finding_has_changed_to_counts(text: str, grades: str) -> None:
    assert told(text, "canal_stenosis") == {"L4-L5": grades}


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


@pytest.mark.parametrize(("text", "finding", "grades"), [
    ("No sig. canal stenosis.", "canal_stenosis", "none|mild"),
    ("NO SIG. CANAL STENOSIS.", "canal_stenosis", "none|mild"),
    ("There is no evid. of canal stenosis.", "canal_stenosis", "none"),
    ("No cent. canal stenosis.", "canal_stenosis", "none"),
    ("No def. herniation.", "herniation", "none"),
    ("No post. disc herniation.", "herniation", "none"),
    ("There is mod. to sev. cent. canal stenosis.", "canal_stenosis", "moderate|severe"),
    ("Neg. for herniation.", "herniation", "none"),
    ("Is neg for herniation.", "herniation", "none"),
])  # fmt: skip
def test_a_stop_behind_a_shortened_adjective_ends_no_sentence(text: str, finding: str, grades: str) -> None:
    assert told(f"L4-5: {text}", finding) == at_l45(finding, grades)


def test_a_shortened_side_is_that_of_the_noun_behind_it() -> None:
    text = "L4-5: Large lt. paracentral extrusion compressing the lt. S1 nerve root. Rt. foraminal stenosis."
    assert told(text, "nerve_root") == {"L4-L5 left": "compression"}
    assert told(text, "foraminal_stenosis") == {"L4-L5 right": PRESENT}


@pytest.mark.parametrize("text", [
    "L4/5: mild narrowing of rt. exit foramen, severe narrowing of lt. exit foramen.",
    "L4/5: mild rt. foraminal stenosis. sev. lt. foraminal stenosis. mild facet arthropathy.",
    "L4/5: SL. RT. FORAMINAL STENOSIS, SEV. LT. FORAMINAL STENOSIS.",
])  # fmt: skip
def test_a_shortened_adjective_that_opens_a_phrase_ends_no_sentence_in_any_case(text: str) -> None:
    assert told(text, "foraminal_stenosis") == {"L4-L5 left": "severe", "L4-L5 right": "mild"}


def test_shortened_sides_are_read_whatever_the_other_sentences_look_like() -> None:
    text = "L5/S1: Disc protrusion compressing lt. S1 nerve root. mild foraminal narrowing."
    assert told(text, "nerve_root") == {"L5-S1 left": "compression"}
    text = "L4-5: RECESS NARROWING RT > LT. LIGAMENTUM FLAVUM HYPERTROPHY."
    assert len(told(text, "subarticular_stenosis")) == 2


@pytest.mark.parametrize("text", [
    "L4-5: Canal mod. Foramina sev. L5-S1: Neg.",
    "l4-5: canal mod. foramina sev. l5-s1: neg.",
    "L4-5: Foramina sev. Canal Schizas grade B. L5-S1: Neg.",
])  # fmt: skip
def test_a_stop_behind_a_shortened_degree_may_end_the_sentence(text: str) -> None:
    assert told(text, "canal_stenosis") == {"L4-L5": "moderate", "L5-S1": "none"}
    assert told(text, "foraminal_stenosis")["L4-L5 left"] == "severe"


@pytest.mark.parametrize(("text", "grades"), [
    ("No hernia.", "none"),
    ("Discal hernia.", "protrusion|extrusion|sequestration"),
    ("Foraminal hernia on the left.", "protrusion|extrusion|sequestration"),
    ("Herniation, contained.", "protrusion"),
    ("Left herniation (contained).", "protrusion"),
    ("The disc protrudes posteriorly.", "protrusion"),
    ("The discs protrude into the canal.", "protrusion"),
    ("The disc does not protrude.", "none"),
])  # fmt: skip
def test_herniations_in_other_words(text: str, grades: str) -> None:
    assert told(f"L4-5: {text}", "herniation") == {"L4-L5": grades}


@pytest.mark.parametrize("hernia", ["Small hiatus hernia", "Left inguinal hernia", "Fat containing umbilical hernia"])
def test_a_hernia_elsewhere_is_no_herniation_of_a_disc(hernia: str) -> None:
    assert told(f"L5-S1: Mild bulge. {hernia}.", "herniation") == {}


@pytest.mark.parametrize(("text", "finding", "grades"), [
    ("Bulge barely touching the thecal sac.", "thecal_sac", "contact"),
    ("Bulge that just barely touches the roots.", "nerve_root", "contact"),
    ("The canal is barely narrowed.", "canal_stenosis", "mild"),
    ("Barely visible bulge.", "bulge", "mild"),
    ("There is barely any canal stenosis.", "canal_stenosis", "none"),
    ("Equivocal root contact.", "nerve_root", "none|contact"),
    ("Equivocal mild canal stenosis.", "canal_stenosis", "none|mild"),
])  # fmt: skip
def test_barely_is_little_and_equivocal_is_doubtful(text: str, finding: str, grades: str) -> None:
    assert told(f"L4-5: {text}", finding) == at_l45(finding, grades)


@pytest.mark.parametrize(("text", "finding", "grades"), [
    ("The bulge presses the dural sac.", "thecal_sac", "compression"),
    ("The bulge is pressing against the nerve roots.", "nerve_root", "compression"),
    ("The nerve roots are dislocated.", "nerve_root", "displacement"),
    ("The nerve roots are shifted.", "nerve_root", "displacement"),
    ("The foramina are permeable.", "foraminal_stenosis", "none"),
    ("The bulge indents the TS.", "thecal_sac", "indentation"),
    ("Bulge with comp. of the thecal sac.", "thecal_sac", "compression"),
    ("No cauda equina or conus compression.", "thecal_sac", "none|contact|indentation"),
    ("Canal AP diameter is reduced to 7 mm.", "canal_stenosis", PRESENT),
    ("The sagittal diameter of the canal is reduced.", "canal_stenosis", PRESENT),
])  # fmt: skip
def test_words_that_others_use(text: str, finding: str, grades: str) -> None:
    assert told(f"L4-5: {text}", finding) == at_l45(finding, grades)


@pytest.mark.parametrize("text", ["No remarkable findings.", "No relevant pathology.", "No significant findings."])
def test_a_level_without_findings_is_normal(text: str) -> None:
    assert labels_of(f"L4-5: {text}") == labels_of("L4-5: Normal.")


@pytest.mark.parametrize(("text", "levels"), [
    ("The two lowest levels show bulges.", "L4-L5 L5-S1"),
    ("Bulges at the two lower levels.", "L4-L5 L5-S1"),
    ("Bulging of the three lowest discs.", "L3-L4 L4-L5 L5-S1"),
    ("Bulges at the three uppermost levels.", "L1-L2 L2-L3 L3-L4"),
    ("Bulges at the two upper levels.", "L1-L2 L2-L3"),
])  # fmt: skip
def test_levels_are_counted_from_above_and_below(text: str, levels: str) -> None:
    assert " ".join(told(text, "bulge")) == levels


@pytest.mark.parametrize("study", ["Follow-up study", "Post-operative study", "Limited examination", "Current exam"])
def test_behind_the_present_study_stand_its_findings(study: str) -> None:
    assert told(f"{study}: L4-5 protrusion unchanged. L5-S1 mild bulge.", "bulge") == {"L5-S1": "mild"}


@pytest.mark.parametrize("study", ["Study", "Examination", "Exam"])
def test_behind_a_study_without_more_stands_how_it_was_made(study: str) -> None:
    assert not labels_of(f"{study}: MRI for L4-5 protrusion.")


@pytest.mark.parametrize(("text", "grades"), [
    ("Gr. I anterolisthesis of L4 on L5.", "grade1"),
    ("Gr II spondylolisthesis at L4-5.", "grade2"),
    ("L4 on L5 slip gr 1.", "grade1"),
    ("L4-5: Degree II spondylolisthesis.", "grade2"),
])  # fmt: skip
def test_the_grade_of_a_slip_in_short(text: str, grades: str) -> None:
    assert told(text, "spondylolisthesis") == {"L4-L5": grades}


def test_an_angle_is_no_grade() -> None:
    assert told("L4-5: Lordosis of 30 degree 2 mm retrolisthesis.", "retrolisthesis") == {"L4-L5": "present"}


@pytest.mark.parametrize("text", ["Canal stenosis at L3-4 and L4-5, mild and severe, resp.",
                                  "L3-4 and L4-5: Mild & severe canal stenosis resp."])  # fmt: skip
def test_respectively_may_be_shortened(text: str) -> None:
    assert told(text, "canal_stenosis") == {"L3-L4": "mild", "L4-L5": "severe"}


@pytest.mark.parametrize("text", ["No cord compression.", "Protrusion with cord compression."])
def test_a_compressed_cord_is_no_compressed_sac(text: str) -> None:
    assert not told(f"T12-L1: {text}", "thecal_sac")


@pytest.mark.parametrize("text", [
    "Bulge L2-3 mild, L3-4 moderate.",
    "Disc bulge L2-3 mild and L3-4 moderate.",
    "Bulges: L2-3 mild, L3-4 moderate.",
])  # fmt: skip
def test_a_degree_behind_each_level_is_of_that_level(text: str) -> None:
    assert told(text, "bulge") == {"L2-L3": "mild", "L3-L4": "moderate"}


def test_a_degree_behind_a_level_is_not_of_the_next_item() -> None:
    found = labels_of("Disc bulge L4-5 mild, canal stenosis moderate.")
    assert found == {"L4-L5 bulge": "mild", "L4-L5 canal_stenosis": "moderate"}


@pytest.mark.parametrize("text", [
    "Severe foraminal stenosis on the right and mild on the left, and moderate canal stenosis.",
    "Severe right foraminal stenosis, mild on the left, moderate canal narrowing.",
    "Foraminal stenosis, severe on the right, mild on the left, and moderate canal stenosis.",
])  # fmt: skip
def test_a_degree_of_the_other_side_is_not_of_the_next_item(text: str) -> None:
    assert told(f"L4-5: {text}", "foraminal_stenosis") == {"L4-L5 left": "mild", "L4-L5 right": "severe"}
    assert told(f"L4-5: {text}", "canal_stenosis") == {"L4-L5": "moderate"}
