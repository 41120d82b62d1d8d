"""How far a negation reaches, and what ends it; all texts are invented."""

import pytest
from tests.labeling.conftest import PRESENT, at_l45, labels_of, told


@pytest.mark.parametrize(("text", "finding", "grades"), [
    ("severe DDD, no HNP, bilat NFN mod.", "foraminal_stenosis", "moderate"),
    ("No disc herniation, canal stenosis is severe.", "canal_stenosis", "severe"),
    ("No disc herniation, canal stenosis at L4-5 is severe.", "canal_stenosis", "severe"),
    ("No herniation, narrowing of the foramina at L4-5 is mild.", "foraminal_stenosis", "mild"),
    ("no bulge, canal stenosis moderate, foraminal stenosis mild.", "canal_stenosis", "moderate"),
    ("no bulge, canal stenosis moderate, foraminal stenosis mild.", "foraminal_stenosis", "mild"),
    ("no significant bulge, spinal canal is moderately narrowed.", "canal_stenosis", "moderate"),
    ("Without herniation, the foramina are mildly narrowed.", "foraminal_stenosis", "mild"),
    ("No herniation, foramina mildly narrowed.", "foraminal_stenosis", "mild"),
    ("No herniation and the canal is moderately narrowed.", "canal_stenosis", "moderate"),
    ("no protrusion, bulge small.", "bulge", "mild"),
    ("No herniation, canal stenosis mild to moderate.", "canal_stenosis", "mild|moderate"),
])  # fmt: skip
def test_a_degree_behind_its_head_ends_the_negation_before_it(text: str, finding: str, grades: str) -> None:
    assert told(f"L4-5: {text}", finding) == at_l45(finding, grades)


@pytest.mark.parametrize(("text", "grades"), [
    ("No disc herniation, canal stenosis or foraminal stenosis.", "none"),
    ("No herniation, canal stenosis, or mild foraminal stenosis.", "none"),
    ("No bulge, herniation, canal stenosis significant.", "none"),
    ("No herniation, canal stenosis is not severe.", "none|mild|moderate"),
    ("No herniation, canal stenosis, foraminal narrowing, moderate facet arthropathy.", "none"),
])  # fmt: skip
def test_a_list_without_a_degree_behind_its_heads_stays_denied(text: str, grades: str) -> None:
    assert told(f"L4-5: {text}", "canal_stenosis") == {"L4-L5": grades}


@pytest.mark.parametrize("text", [
    "No disc herniation, central canal and neural foramina patent.",
    "mild DDD, no HNP, canal and foramina are patent.",
    "no HNP, canal & NF patent.",
    "no HNP, canal/NF patent.",
    "No herniation, bulge or fissure, spinal canal and foramina widely patent.",
    "No herniation and canal and foramina patent.",
    "Left protrusion abuts the left L5 nerve root, canal and foramina patent.",
])  # fmt: skip
def test_sites_that_are_patent_end_the_negation_and_the_list_before_them(text: str) -> None:
    assert told(f"L4-5: {text}", "canal_stenosis") == at_l45("canal_stenosis", "none")
    assert told(f"L4-5: {text}", "foraminal_stenosis") == at_l45("foraminal_stenosis", "none")


def test_a_contact_before_patent_sites_is_still_told() -> None:
    text = "L4-5: Left protrusion abuts the left L5 nerve root, canal and foramina patent."
    assert labels_of(text)["L4-L5 nerve_root left"] == "contact"


@pytest.mark.parametrize(("text", "right", "left"), [
    ("No right and severe left foraminal narrowing.", "none", "severe"),
    ("No significant right and moderate left foraminal narrowing.", "none|mild", "moderate"),
    ("No right, mild left foraminal stenosis.", "none", "mild"),
    ("Mild right and no left foraminal stenosis.", "mild", "none"),
    ("No right or left foraminal stenosis.", "none", "none"),
    ("No right or severe left foraminal stenosis.", "none", "none|mild|moderate"),
])  # fmt: skip
def test_a_degree_of_the_other_side_ends_a_negation(text: str, right: str, left: str) -> None:
    assert told(f"L4-5: {text}", "foraminal_stenosis") == {"L4-L5 left": left, "L4-L5 right": right}


@pytest.mark.parametrize(("text", "finding", "grades"), [
    ("SCS neg, NFN neg.", "canal_stenosis", "none"),
    ("HNP neg.", "herniation", "none"),
    ("Canal stenosis is negative.", "canal_stenosis", "none"),
    ("neg CCS, neg NFN", "foraminal_stenosis", "none"),
    ("neg HNP, mild CCS.", "canal_stenosis", "mild"),
    ("Nerve root impingement negative.", "nerve_root", "none|contact|displacement"),
    ("Disc and foramina negative.", "foraminal_stenosis", "none"),
])  # fmt: skip
def test_negative_beside_a_finding_denies_it(text: str, finding: str, grades: str) -> None:
    assert told(f"L4-5: {text}", finding) == at_l45(finding, grades)


@pytest.mark.parametrize(("text", "label", "grades"), [
    ("Right extrusion, which does not enhance, compressing the right L5 root.", "nerve_root right", "compression"),
    ("Extrusion which has not changed in size, compressing the right L5 root.", "nerve_root right", "compression"),
    ("Extrusion that has not significantly changed, displacing the left root.", "nerve_root left", "displacement"),
    ("Left synovial cyst that does not enhance, narrowing the left recess.", "subarticular_stenosis left", PRESENT),
    ("Left protrusion, not seen previously, contacting the left L5 root.", "herniation", "protrusion"),
    ("Left protrusion, which was not present on the prior study.", "herniation", "protrusion"),
    ("Extrusion not compressing, displacing or contacting the left root.", "nerve_root left", "none"),
])  # fmt: skip
def test_a_denied_clause_about_the_lesion_denies_nothing_behind_it(text: str, label: str, grades: str) -> None:
    assert labels_of(f"L4-5: {text}")[f"L4-L5 {label}"] == grades


@pytest.mark.parametrize(("text", "finding", "grades"), [
    ("Mild bulges, none narrowing the foramina.", "foraminal_stenosis", "none"),
    ("The bulges are mild and none causes canal stenosis.", "canal_stenosis", "none"),
    ("Two protrusions, none contacting the nerve root.", "nerve_root", "none"),
    ("Two protrusions, none of which significantly indents the sac.", "thecal_sac", "none|contact"),
    ("Nothing contacts the thecal sac.", "thecal_sac", "none"),
    ("Mild bulge. Nothing is compressing the nerve roots.", "nerve_root", "none|contact|displacement"),
    ("Mild bulge, but nothing to suggest canal stenosis.", "canal_stenosis", "none"),
    ("There is nothing to indicate nerve root compression.", "nerve_root", "none|contact|displacement"),
])  # fmt: skip
def test_none_and_nothing_are_subjects_of_what_they_deny(text: str, finding: str, grades: str) -> None:
    assert told(f"L4-5: {text}", finding) == at_l45(finding, grades)


@pytest.mark.parametrize(("text", "finding", "grades"), [
    ("Canal stenosis: none. Narrowing of the foramina: mild.", "foraminal_stenosis", "mild"),
    ("Canal stenosis none, mild narrowing of the foramina.", "foraminal_stenosis", "mild"),
    ("Nothing acute, mild canal stenosis.", "canal_stenosis", "mild"),
    ("Nothing more than mild canal stenosis.", "canal_stenosis", "none|mild"),
])  # fmt: skip
def test_none_and_nothing_deny_no_finding_that_they_are_not_the_subject_of(
    text: str, finding: str, grades: str
) -> None:
    assert told(f"L4-5: {text}", finding) == at_l45(finding, grades)


@pytest.mark.parametrize(
    "sentence",
    [
        "Good decompression.",
        "Satisfactory decompression at surgery.",
        "Normal signal of the distal spinal cord.",
        "Normal signal of the conus.",
        "Medullary cone in place, of normal signal.",
    ],
)
def test_what_is_normal_of_an_operation_or_of_the_cord_is_no_disc(sentence: str) -> None:
    alone = labels_of("At L4-5 there is a mild bulge.")
    assert labels_of(f"At L4-5 there is a mild bulge.\n{sentence}") == alone


@pytest.mark.parametrize("sentence", [
    "There is no canal stenosis.", "There is also currently no evidence of canal stenosis.",
    "There does not appear to be any canal stenosis.", "There are neither bulges nor canal stenosis.",
    "There is otherwise no canal stenosis.", "There is, however, no canal stenosis.",
])  # fmt: skip
def test_there_is_no_opens_a_denial_of_all_levels(sentence: str) -> None:
    found = told(f"There is a protrusion at L2-3. {sentence}", "canal_stenosis")
    assert found == dict.fromkeys(("L1-L2", "L2-L3", "L3-L4", "L4-L5", "L5-S1"), "none")


@pytest.mark.parametrize("sentence", [
    "There is mild left foraminal narrowing but no canal stenosis.",
    "There is moderate right foraminal narrowing, no canal stenosis.",
    "There are a disc bulge and facet hypertrophy, with no canal stenosis.",
    "There is an annular fissure without canal stenosis.",
    "There is a meningioma but no canal stenosis.",
])  # fmt: skip
def test_a_denial_behind_what_there_is_stays_at_the_level(sentence: str) -> None:
    assert told(f"There is a protrusion at L2-3. {sentence}", "canal_stenosis") == {"L2-L3": "none"}


@pytest.mark.parametrize("sentence", [
    "The large L4-5 disc extrusion is unchanged.",
    "The known left paracentral L4-5 protrusion is smaller. It abuts the left L5 root.",
    "The previously described, broad-based L4-5 bulge has grown.",
    "The desiccated L4-5 disc shows a bulge.",
    "Compared with the study of 2021, the right L4-5 extrusion has regressed.",
])  # fmt: skip
def test_a_denial_behind_a_level_that_adjectives_describe_stays_at_the_level(sentence: str) -> None:
    assert told(f"{sentence} No canal stenosis.", "canal_stenosis") == {"L4-L5": "none"}


@pytest.mark.parametrize("sentence", [
    "There is a large L4-5 disc extrusion.",
    "The images suggest a large L4-5 disc extrusion.",
    "The discs are dehydrated, the known L4-5 protrusion is unchanged.",
])  # fmt: skip
def test_a_denial_behind_a_level_that_opens_nothing_is_of_all_levels(sentence: str) -> None:
    assert len(told(f"{sentence} No canal stenosis.", "canal_stenosis")) == 5


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


def test_a_denial_of_something_unknown_behind_a_semicolon_is_of_nothing_before() -> None:
    for text in ("infection is thought unlikely", "discitis is not seen"):
        assert told(f"L5-S1: Modic type 1; {text}.", "modic") == {"L5-S1": "type1"}


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


def test_no_severe_stenosis_suspected_stays_denied() -> None:
    found = told("L4-5: No severe canal stenosis is suspected.", "canal_stenosis")
    assert found == {"L4-L5": "none|mild|moderate"}


def test_what_is_not_significant_reaches_back_to_its_own_clause_only() -> None:
    text = "L4-5: Annular tear; spinal stenosis and foraminal narrowing not significant."
    assert told(text, "annular_fissure") == {"L4-L5": "present"}
    assert told(text, "canal_stenosis") == {"L4-L5": "none|mild"}


@pytest.mark.parametrize(("text", "label", "grades"), [
    ("Protrusions at L3-4 and L4-5 without root contact, and bilateral L4-5 foraminal narrowing.",
     "L4-L5 foraminal_stenosis left", PRESENT),
    ("No canal stenosis at L3-4, and left L4-5 recess stenosis.", "L4-L5 subarticular_stenosis left", PRESENT),
    ("No canal stenosis, and no left L4-5 recess stenosis.", "L4-L5 subarticular_stenosis left", "none"),
    ("L4-5: No canal stenosis, and bilateral foraminal stenosis.", "L4-L5 foraminal_stenosis left", "none"),
])  # fmt: skip
def test_a_finding_with_its_side_and_level_behind_a_comma_ends_a_negation(text: str, label: str, grades: str) -> None:
    assert labels_of(text)[label] == grades


@pytest.mark.parametrize(("text", "finding", "grades"), [
    ("No radicular conflict.", "nerve_root", "none|contact|displacement"),
    ("Bulge without conflict with the left root.", "nerve_root", "none|contact|displacement"),
    ("No disc overflow.", "bulge", "none"),
    ("No alterations of the vertebral alignment on the sagittal plane.", "spondylolisthesis", "none"),
    ("Without abnormality of alignment.", "retrolisthesis", "none"),
])  # fmt: skip
def test_denials_in_the_words_of_other_tongues(text: str, finding: str, grades: str) -> None:
    assert set(told(f"L4-5: {text}", finding).values()) == {grades}


@pytest.mark.parametrize("text", [
    "Bulge at L3-4 without stenosis and protrusion at L5-S1.",
    "Mild bulge at L3-4 without foraminal stenosis, and left protrusion at L5-S1 touching the S1 root.",
    "There is a small bulge at L3-4 with no stenosis and a tiny protrusion at L5-S1.",
    "Mild bulge at L3-4 without foraminal stenosis, small protrusion at L5-S1.",
    "Bulge without foraminal stenosis at L3-4 and left subarticular disc protrusion at L5-S1.",
    "No foraminal stenosis at L3-4, and broad-based protrusion at L5-S1.",
    "There is no foraminal stenosis at L3-4 and a protrusion at L5-S1.",
    "L3-4 has no foraminal stenosis and L5-S1 has a protrusion.",
])  # fmt: skip
def test_a_lesion_of_another_level_ends_a_denial_that_stays_where_it_was(text: str) -> None:
    labels = labels_of(text)
    assert labels["L5-S1 herniation"] == "protrusion"
    assert labels["L3-L4 foraminal_stenosis left"] == "none"
    assert "L5-S1 foraminal_stenosis left" not in labels


@pytest.mark.parametrize("text", [
    "No bulge and protrusion at L4-5.",
    "Without a bulge and a protrusion at L4-5.",
    "Bulge at L3-4 and L4-5 without stenosis and protrusion.",
    "Desiccation at L4-5 with no bulge, protrusion and stenosis.",
    "No bulge at L3-4, protrusion at L4-5, and stenosis at L5-S1.",
    "No stenosis at L3-4 or protrusion at L4-5.",
    "Bulge at L3-4 without stenosis or protrusion at L4-5.",
])  # fmt: skip
def test_a_list_of_what_is_denied_goes_on_to_a_lesion_without_article_or_level_of_its_own(text: str) -> None:
    assert told(text, "herniation")["L4-L5"] == "none"


@pytest.mark.parametrize(("text", "finding", "grades"), [
    ("No canal stenosis and a disc bulge.", "bulge", PRESENT),
    ("No foraminal narrowing and a broad-based central extrusion.", "herniation", "extrusion"),
    ("Without evidence of stenosis and an old left foraminal protrusion.", "herniation", "protrusion"),
    ("No evidence of a bulge and a protrusion.", "herniation", "none"),
])  # fmt: skip
def test_a_lesion_with_an_article_behind_one_without_is_there(text: str, finding: str, grades: str) -> None:
    assert told(f"L4-5: {text}", finding) == {"L4-L5": grades}


@pytest.mark.parametrize("text", ["Pseudo disc bulge.", "Pseudo-disc protrusion.", "Pseudobulge."])
def test_what_only_seems_a_bulge_is_none(text: str) -> None:
    assert not labels_of(f"L4-5: {text}")


@pytest.mark.parametrize("text", [
    "No other level of disc herniation is seen.",
    "No other level shows disc herniation.",
    "No other levels with herniation.",
    "There are no other levels demonstrating herniation.",
    "No other disc with herniation.",
])  # fmt: skip
def test_no_other_level_of_a_lesion_leaves_out_only_levels_that_have_it(text: str) -> None:
    found = told(f"L4-5: Mild bulge. L5-S1: Extrusion.\n{text}", "herniation")
    assert found == {"L1-L2": "none", "L2-L3": "none", "L3-L4": "none", "L4-L5": "none", "L5-S1": "extrusion"}


@pytest.mark.parametrize("text", [
    "No level with canal stenosis.",
    "There is no level with canal stenosis.",
    "No segments with canal stenosis.",
    "No discs with canal stenosis.",
])  # fmt: skip
def test_no_level_with_something_denies_it(text: str) -> None:
    assert set(told(text, "canal_stenosis").values()) == {"none"}


def test_no_other_level_of_abnormality_leaves_out_all_abnormal_ones() -> None:
    found = told("L4-5: Mild bulge. L5-S1: Extrusion.\nNo other levels of abnormality.", "herniation")
    assert found == {"L1-L2": "none", "L2-L3": "none", "L3-L4": "none", "L5-S1": "extrusion"}


@pytest.mark.parametrize(("text", "finding", "grades"), [
    ("Small bulge, which is not felt to be significant.", "bulge", "mild"),
    ("Tiny bulge, not felt to be of clinical significance.", "bulge", "mild"),
    ("Canal narrowing is not felt to be significant.", "canal_stenosis", "none|mild"),
    ("Canal stenosis is not felt to be present.", "canal_stenosis", "none"),
    ("Herniation is not thought to be present.", "herniation", "none"),
])  # fmt: skip
def test_what_is_not_felt_to_be_significant_is_present(text: str, finding: str, grades: str) -> None:
    assert told(f"L4-5: {text}", finding) == {"L4-L5": grades}


@pytest.mark.parametrize("text", [
    "No slip and the left foramen is narrowed.", "There is no disc bulge, and the left foramen is narrowed.",
    "No canal stenosis is seen, the left foramen is narrowed.", "No herniation (the left foramen is narrowed).",
    "As there is no bulge, the left foramen is narrowed.", "Bulge without slip and the left foramen is narrow.",
])  # fmt: skip
def test_a_clause_of_its_own_ends_a_negation(text: str) -> None:
    assert told(f"L4-5: {text}", "foraminal_stenosis") == {"L4-L5 left": PRESENT}


@pytest.mark.parametrize("text", [
    "No evidence that the disc is herniated and the canal is narrowed.",
    "There is no sign that the disc is herniated, the sac compressed or the canal narrowed.",
    "No suggestion that the canal is narrowed.",
])  # fmt: skip
def test_clauses_behind_no_evidence_that_are_denied(text: str) -> None:
    assert told(f"L4-5: {text}", "canal_stenosis") == {"L4-L5": "none"}


@pytest.mark.parametrize("text", [
    "The bulge indents the sac, the nerve roots are not compressed.",
    "Indentation of the sac (the nerve roots are not compressed).",
    "Narrowing of both recesses and the nerve roots are not compressed.",
])  # fmt: skip
def test_a_clause_of_its_own_is_no_object_of_the_lesion_before(text: str) -> None:
    assert told(f"L4-5: {text}", "nerve_root") == at_l45("nerve_root", "none|contact|displacement")


@pytest.mark.parametrize("text", [
    "There is neither disc protrusion nor canal stenosis.", "Neither disc herniation, cyst nor canal stenosis.",
])  # fmt: skip
def test_neither_before_a_lesion_of_the_disc_denies_it(text: str) -> None:
    assert told(f"L4-5: {text}", "herniation") == told(f"L4-5: {text}", "canal_stenosis") == {"L4-L5": "none"}


@pytest.mark.parametrize(("text", "finding", "grades"), [
    ("none with nerve root compression", "nerve_root", "none|contact|displacement"),
    ("none with canal stenosis", "canal_stenosis", "none"), ("none causing canal stenosis", "canal_stenosis", "none"),
])  # fmt: skip
def test_none_of_several_lesions_denies_what_follows(text: str, finding: str, grades: str) -> None:
    found = labels_of(f"Disc bulges at L3-4 and L4-5, {text}.")
    assert found["L3-L4 bulge"] == found["L4-L5 bulge"] == PRESENT
    assert {value for key, value in found.items() if finding in key} == {grades}


@pytest.mark.parametrize("roots", [
    "Conus medullaris and cauda equina nerve roots appear normal.", "Intrathecal nerve roots are unremarkable.",
    "The conus and nerve roots are normal.", "The cauda equina nerve roots are normal.",
])  # fmt: skip
def test_roots_within_the_sac_tell_of_no_level(roots: str) -> None:
    assert labels_of(f"L4-5: Bulge.\n{roots}") == {"L4-L5 bulge": PRESENT}


def test_a_lesion_of_a_disc_is_either_and_denied_both() -> None:
    text = "L4-5: No disc lesion."
    assert told(text, "bulge") == told(text, "herniation") == {"L4-L5": "none"}
    assert told(text, "degeneration") == {}
    text = "L4-5: Disc lesion compressing the left L5 root."
    assert told(text, "bulge") == told(text, "herniation") == {}
    assert told(text, "nerve_root") == {"L4-L5 left": "compression"}
    assert told("L4-5: No disc contour abnormality.", "herniation") == {"L4-L5": "none"}


@pytest.mark.parametrize("text", [
    "Canal stenosis is mild at L4-5 and not seen at L5-S1.", "Canal stenosis is mild at L4-5, not present at L5-S1.",
    "Canal stenosis is mild at L4-5 and is not seen at L5-S1.", "Mild canal stenosis at L4-5, not seen at L5-S1.",
    "Canal stenosis is mild at L4-5 and absent at L5-S1.",
])  # fmt: skip
def test_what_is_not_seen_at_another_level_stays_where_it_is(text: str) -> None:
    assert told(text, "canal_stenosis") == {"L4-L5": "mild", "L5-S1": "none"}


def test_both_sides_of_another_level_are_free_of_what_is_on_one_side() -> None:
    text = "Foraminal narrowing is mild on the left at L4-5 and absent at L5-S1."
    found = {"L4-L5 left": "mild", "L5-S1 left": "none", "L5-S1 right": "none"}
    assert told(text, "foraminal_stenosis") == found
    text = "Foraminal narrowing on the left is mild at L4-5 and absent at L5-S1."
    assert told(text, "foraminal_stenosis") == {"L4-L5 left": "mild", "L5-S1 left": "none"}


@pytest.mark.parametrize("text", [
    "Neither the L4-5 nor the L5-S1 disc is herniated.", "Neither L4-5 nor L5-S1 shows a disc herniation.",
])  # fmt: skip
def test_neither_of_two_levels_has_what_is_denied(text: str) -> None:
    assert told(text, "herniation") == {"L4-L5": "none", "L5-S1": "none"}


@pytest.mark.parametrize("text", [
    "L4-5: A bulge which contacts neither the thecal sac nor the L5 roots.",
    "L4-5: The bulge does not contact the sac nor the L5 roots.",
    "L4-5: Bulge with no contact with the sac nor the L5 roots.",
])  # fmt: skip
def test_nor_adds_an_object(text: str) -> None:
    assert told(text, "thecal_sac") == {"L4-L5": "none"}
    assert told(text, "nerve_root") == {"L4-L5 left": "none", "L4-L5 right": "none"}


def test_nor_adds_a_side() -> None:
    text = "L4-5: The bulge contacts neither the right nor the left L5 root."
    assert told(text, "nerve_root") == {"L4-L5 left": "none", "L4-L5 right": "none"}


@pytest.mark.parametrize("text", [
    "Canal stenosis is seen neither at L3-4 nor at L4-5.", "There is canal stenosis at neither L3-4 nor L4-5.",
    "The L3-4 and L4-5 discs bulge, with canal stenosis at neither level.",
])  # fmt: skip
def test_neither_of_two_places_has_what_stands_before(text: str) -> None:
    assert told(text, "canal_stenosis") == {"L3-L4": "none", "L4-L5": "none"}


def test_absent_denies_what_it_stands_before() -> None:
    assert told("Absent canal stenosis at L4-5.", "canal_stenosis") == {"L4-L5": "none"}


@pytest.mark.parametrize("text", [
    "Protrusion at L3-4, with resolution of the previously seen L4-5 extrusion.",
    "Protrusion at L3-4 with no L4-5 herniation.", "Protrusion at L3-4 and no L4-5 herniation.",
])  # fmt: skip
def test_a_denial_before_a_level_is_of_the_noun_behind_it(text: str) -> None:
    assert labels_of(text) == {"L3-L4 herniation": "protrusion", "L4-L5 herniation": "none"}


@pytest.mark.parametrize("text", [
    "Mild bulge at L3-4. No associated stenosis.", "Mild bulge at L3-4. There is no resultant stenosis.",
    "There is a mild bulge at L3-4. No accompanying canal or foraminal stenosis.",
])  # fmt: skip
def test_what_a_lesion_does_not_bring_along_is_denied_at_its_level(text: str) -> None:
    assert told(text, "canal_stenosis") == {"L3-L4": "none"}


@pytest.mark.parametrize("text", [
    "No bulge at L4-5 or elsewhere.", "No bulge here or elsewhere.", "No bulge, elsewhere or here.",
])  # fmt: skip
def test_what_is_denied_elsewhere_too_is_nowhere(text: str) -> None:
    assert set(told(text, "bulge").values()) == {"none"}


def test_a_part_is_open_elsewhere_too() -> None:
    found = told("The canal is patent at L4-5 and elsewhere.", "canal_stenosis")
    assert found == dict.fromkeys(("L1-L2", "L2-L3", "L3-L4", "L4-L5", "L5-S1"), "none")


@pytest.mark.parametrize("text", [
    "Mild bulge, others normal.", "Mild bulge, the other levels are normal.", "Mild bulge, elsewhere normal.",
])  # fmt: skip
def test_a_lesion_without_a_level_is_not_that_of_the_others(text: str) -> None:
    assert PRESENT not in told(text, "bulge").values()
    assert "mild" not in told(text, "bulge").values()


@pytest.mark.parametrize("rest", ["others free", "the others are free", "all others are normal"])
def test_a_root_without_a_level_is_not_that_of_the_others(rest: str) -> None:
    assert "contact" not in told(f"The left S1 root is contacted, {rest}.", "nerve_root").values()


@pytest.mark.parametrize("text", ["Lacks a bulge.", "The disc is lacking a bulge.", "The disc does not bulge."])
def test_what_is_lacking_is_not_there(text: str) -> None:
    assert told(f"L4-5: {text}", "bulge") == {"L4-L5": "none"}


@pytest.mark.parametrize("text", ["None of the discs herniate.", "No disc herniates."])
def test_discs_that_do_not_herniate_have_no_herniation(text: str) -> None:
    assert set(told(text, "herniation").values()) == {"none"}


@pytest.mark.parametrize("text", [
    "Bulge questionable.", "Bulge (questionable).", "Bulge?", "A bulge is uncertain.", "Bulge possible, no protrusion.",
])  # fmt: skip
def test_a_doubt_behind_a_lesion_is_of_it(text: str) -> None:
    assert told(f"L4-5: {text}", "bulge") == {"L4-L5": f"none|{PRESENT}"}


@pytest.mark.parametrize("text", [
    "There is a disc bulge that does not appear to compromise the canal.",
    "There is a disc bulge without canal stenosis.",
    "There is a disc bulge not narrowing the canal.",
])  # fmt: skip
def test_what_a_lesion_does_not_do_is_denied_at_its_levels(text: str) -> None:
    assert set(told(f"Disc desiccation at L4-5 and L5-S1. {text}", "canal_stenosis")) == {"L4-L5", "L5-S1"}


def test_a_denial_beside_a_lesion_is_of_all_levels() -> None:
    text = "Disc desiccation at L4-5 and L5-S1. There is a disc bulge and no canal stenosis."
    assert len(told(text, "canal_stenosis")) == 5
