"""Of which finding a degree is: before it, behind it, between commas, shared out; all texts are invented."""

import pytest
from tests.labeling.conftest import PRESENT, at_l45, labels_of, told


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


@pytest.mark.parametrize("cause", ["due to disc bulge", "owing to facet hypertrophy", "secondary to a disc bulge"])
def test_a_degree_behind_a_cause_is_of_what_it_caused(cause: str) -> None:
    text = f"L4-5: Moderate right foraminal stenosis {cause}; severe on the left."
    assert told(text, "foraminal_stenosis") == {"L4-L5 left": "severe", "L4-L5 right": "moderate"}
    assert "severe" not in (told(text, "bulge") | told(text, "facet_arthropathy")).values()


@pytest.mark.parametrize(("text", "finding", "grades"), [
    ("Impression upon the thecal sac and the left lateral recess is narrowed.", "canal_stenosis", None),
    ("The decompression is satisfactory.", "bulge", None),
    ("No significant bulge or stenosis.", "canal_stenosis", "none|mild"),
    ("Desiccatory changes.", "degeneration", PRESENT),
])  # fmt: skip
def test_subjects_and_denied_degrees(text: str, finding: str, grades: str | None) -> None:
    assert told(f"L4-5: {text}", finding) == ({} if grades is None else at_l45(finding, grades))


@pytest.mark.parametrize(("text", "finding", "grades"), [
    ("Disc height preserved; no stenosis.", "canal_stenosis", "none"),
    ("A bulge mildly narrowing both neural foramina, AP canal diameter 10 mm.", "canal_stenosis", None),
])  # fmt: skip
def test_what_is_measured_or_preserved_is_not_narrowed(text: str, finding: str, grades: str | None) -> None:
    assert told(f"L4-5: {text}", finding) == ({} if grades is None else at_l45(finding, grades))


@pytest.mark.parametrize("text", [
    "Severe at L4-5.",
    "At L4-5 it is severe.",
])  # fmt: skip
def test_a_degree_at_a_level_is_that_of_the_finding_before(text: str) -> None:
    told_of = told(f"There is mild canal stenosis at L3-4. {text}", "canal_stenosis")
    assert told_of == {"L3-L4": "mild", "L4-L5": "severe"}


def test_a_degree_of_what_is_not_understood_is_of_nothing() -> None:
    assert told("Mild canal stenosis at L3-4. Severe wasting at L4-5.", "canal_stenosis") == {"L3-L4": "mild"}


@pytest.mark.parametrize(("text", "canal", "recesses"), [
    ("L4-5: Canal: mild, no recess stenosis.", "mild", "none"),
    ("L4-5: Canal stenosis is mild without recess stenosis.", "mild", "none"),
    ("Canal stenosis at L3-4 and moderate at L4-5 without recess stenosis.", "moderate", "none"),
])  # fmt: skip
def test_a_degree_before_a_denial_is_not_that_of_what_is_denied(text: str, canal: str, recesses: str) -> None:
    assert told(text, "canal_stenosis")["L4-L5"] == canal
    assert told(text, "subarticular_stenosis")["L4-L5 left"] == recesses


@pytest.mark.parametrize("text", [
    "Canal stenosis at L2-3, L3-4 and L4-5, mild, moderate and severe, respectively.",
    "Canal stenosis at L2-3, L3-4 and L4-5 is mild, moderate and severe respectively.",
    "At L2-3, L3-4 and L4-5 there is mild, moderate and severe canal stenosis, respectively.",
])  # fmt: skip
def test_degrees_on_either_side_of_a_noun_are_shared_out_respectively(text: str) -> None:
    assert told(text, "canal_stenosis") == {"L2-L3": "mild", "L3-L4": "moderate", "L4-L5": "severe"}


@pytest.mark.parametrize(("text", "found"), [
    ("L4-5 and L5-S1: Canal stenosis, severe at L5-S1.", (PRESENT, "severe")),
    ("L4-5 and L5-S1: Mild canal stenosis, severe at L5-S1.", ("mild", "severe")),
    ("There is mild canal stenosis at L4-5 and L5-S1, severe at L5-S1.", ("mild", "severe")),
    ("L4-5 and L5-S1: Canal stenosis, mild.", ("mild", "mild")),
    ("L4-5 and L5-S1: Mild canal stenosis, more marked at L5-S1.", ("mild", "mild")),
])  # fmt: skip
def test_a_degree_at_one_of_several_levels_leaves_the_others(text: str, found: tuple[str, str]) -> None:
    assert told(text, "canal_stenosis") == dict(zip(("L4-L5", "L5-S1"), found, strict=True))


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


def test_a_grade_of_a_named_scale_goes_on_at_another_level() -> None:
    found = told("Pfirrmann grade IV at L4-5 and grade III at L3-4.", "pfirrmann")
    assert found == {"L4-L5": "grade4", "L3-L4": "grade3"}


@pytest.mark.parametrize(("text", "finding", "found"), [
    ("Schizas: L2-3 A, L4-5 C", "canal_stenosis", {"L2-L3": "none|mild", "L4-L5": "severe"}),
    ("Schizas: C at L4-5, B at L3-4.", "canal_stenosis", {"L4-L5": "severe", "L3-L4": "moderate"}),
    ("Schizas D at L4-5 and B at L3-4.", "canal_stenosis", {"L4-L5": "severe", "L3-L4": "moderate"}),
    ("Pfirrmann grades: L2-3 II, L4-5: 4.", "pfirrmann", {"L2-L3": "grade2", "L4-L5": "grade4"}),
    ("Pfirrmann:\nL3-4: III\nL4-5: IV\n", "pfirrmann", {"L3-L4": "grade3", "L4-L5": "grade4"}),
    ("Disc degeneration (Pfirrmann): L4-5 4, L5-S1 3", "pfirrmann", {"L4-L5": "grade4", "L5-S1": "grade3"}),
    ("Modic changes: L3-4 1, L4-5 0", "modic", {"L3-L4": "type1", "L4-L5": "none"}),
    ("Modic: L3-4 I, L4-5 II, L5-S1 none", "modic", {"L3-L4": "type1", "L4-L5": "type2", "L5-S1": "none"}),
    (
        "Lee grade: L3-4 Rt 1; L4-5 Rt 2 Lt 3, L5-S1 Lt 0",
        "foraminal_stenosis",
        {"L3-L4 right": "mild", "L4-L5 right": "moderate", "L4-L5 left": "severe", "L5-S1 left": "none"},
    ),
    ("L4-5: Lee right 2, left 3.", "foraminal_stenosis", {"L4-L5 right": "moderate", "L4-L5 left": "severe"}),
    ("Bartynski: L4-5 left 2", "subarticular_stenosis", {"L4-L5 left": "moderate"}),
    ("Pfirrmann grade IV degeneration at L4-5 and V at L5-S1.", "pfirrmann", {"L4-L5": "grade4", "L5-S1": "grade5"}),
    ("Pfirrmann grade III disc degeneration L2-3, grade IV L3-4.", "pfirrmann", {"L2-L3": "grade3", "L3-L4": "grade4"}),
    ("Schizas C stenosis at L4-5 and B at L3-4.", "canal_stenosis", {"L4-L5": "severe", "L3-L4": "moderate"}),
    ("Modic type 2 changes at L4-5 and 1 other level.", "modic", {"L4-L5": "type2"}),
    ("Modic: 1. Bulge at L4-5. 2. Protrusion at L5-S1.", "modic", {}),
])  # fmt: skip
def test_a_scale_named_in_front_is_that_of_a_list(text: str, finding: str, found: dict[str, str]) -> None:
    assert told(text, finding) == found


@pytest.mark.parametrize("text", [
    "Schizas B at L3-4, C at L4-5 and A elsewhere.", "Schizas: L3-4 B, L4-5 C, others A.",
    "Schizas: B at L3-4, C at L4-5, A at the other levels.", "Schizas: L3-4 B, L4-5 C; remaining levels: A.",
])  # fmt: skip
def test_a_list_of_a_scale_goes_on_with_the_other_levels(text: str) -> None:
    others = dict.fromkeys(("L1-L2", "L2-L3", "L5-S1"), "none|mild")
    assert told(text, "canal_stenosis") == {**others, "L3-L4": "moderate", "L4-L5": "severe"}


@pytest.mark.parametrize(("text", "finding", "grades"), [
    ("Lee 1 at L3-4, 2 at L4-5 and 0 elsewhere.", "foraminal_stenosis", "none"),
    ("Lee: L4-5 right 2, left 1, others 0.", "foraminal_stenosis", "none"),
    ("Pfirrmann IV at L4-5, II elsewhere.", "pfirrmann", "grade2"),
    ("Schizas C at L4-5, the remaining levels are A.", "canal_stenosis", "none|mild"),
])  # fmt: skip
def test_the_other_levels_of_a_list_have_their_grade_of_the_scale(text: str, finding: str, grades: str) -> None:
    found = told(text, finding)
    assert {value for key, value in found.items() if key.startswith(("L1-L2", "L2-L3", "L5-S1"))} == {grades}
    assert grades not in [value for key, value in found.items() if key.startswith("L4-L5")]


def test_the_name_of_the_earlier_examination_takes_no_degree() -> None:
    text = "Since the previous study there has been no change in the mild L3-4 and moderate L4-5 canal stenosis."
    assert told(text, "canal_stenosis") == {"L3-L4": "mild", "L4-L5": "moderate"}


@pytest.mark.parametrize("text", [
    "Bulges from L2-3 through L5-S1. Canal stenosis is moderate at L4-5.",
    "Bulges at L3-4 and L4-5. Canal stenosis is moderate at L4-5 and mild at L5-S1.",
])  # fmt: skip
def test_what_is_of_a_degree_at_a_level_is_not_at_the_levels_before(text: str) -> None:
    found = told(text, "canal_stenosis")
    assert found.pop("L4-L5") == "moderate"
    assert found in ({}, {"L5-S1": "mild"})


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


@pytest.mark.parametrize(("text", "finding"), [
    ("Diffuse bulge, mild, indenting the thecal sac.", "bulge"),
    ("Canal stenosis, mild, compressing the roots.", "canal_stenosis"),
])  # fmt: skip
def test_a_degree_set_off_by_commas_is_of_the_head_before(text: str, finding: str) -> None:
    assert told(f"L4-5: {text}", finding) == {"L4-L5": "mild"}


@pytest.mark.parametrize(("text", "grades"), [
    ("≥ moderate canal stenosis", "moderate|severe"),
    (">= moderate canal stenosis", "moderate|severe"),
    ("> mild canal stenosis", "moderate|severe"),
    ("Canal stenosis > mild.", "moderate|severe"),
    ("≤ mild canal stenosis", "none|mild"),
    ("<= mild canal stenosis", "none|mild"),
    ("Mild vs. moderate canal stenosis", "mild|moderate"),
    ("Mild versus moderate canal stenosis", "mild|moderate"),
    ("< moderate canal stenosis", "none|mild"),
    ("Less than moderate canal stenosis", "none|mild"),
    ("Canal stenosis is less than severe.", "none|mild|moderate"),
    ("Canal stenosis, mild or less.", "none|mild"),
    ("Canal stenosis is mild at worst.", "none|mild"),
    ("Canal stenosis is moderate at most.", "none|mild|moderate"),
    ("Moderate or worse canal stenosis", "moderate|severe"),
    ("No moderate or greater canal stenosis", "none|mild"),
    ("More or less moderate canal stenosis", "moderate"),
    ("Canal stenosis is mild, at most moderate.", "mild"),
])  # fmt: skip
def test_signs_of_more_and_less_before_a_degree(text: str, grades: str) -> None:
    assert told(f"L4-5: {text}", "canal_stenosis") == {"L4-L5": grades}


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


def test_each_of_three_levels_keeps_its_degree_before_one_noun() -> None:
    found = told("L2-3 minimal, L3-4 mild and L4-5 moderate disc bulge.", "bulge")
    assert found == {"L2-L3": "mild", "L3-L4": "mild", "L4-L5": "moderate"}


def test_degrees_are_shared_out_over_levels_respectively() -> None:
    text = "Mild, moderate and severe canal stenosis at L2-3, L3-4 and L4-5, respectively."
    assert told(text, "canal_stenosis") == {"L2-L3": "mild", "L3-L4": "moderate", "L4-L5": "severe"}


@pytest.mark.parametrize("text", ["Canal stenosis at L3-4 and L4-5, mild and severe, resp.",
                                  "L3-4 and L4-5: Mild & severe canal stenosis resp."])  # fmt: skip
def test_respectively_may_be_shortened(text: str) -> None:
    assert told(text, "canal_stenosis") == {"L3-L4": "mild", "L4-L5": "severe"}


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


@pytest.mark.parametrize("arrow", ["->", ">>", ">>>", "==>", "-->"])
def test_an_arrow_is_no_more_than(arrow: str) -> None:
    text = f"L4-5: Mild bulge {arrow} mild canal stenosis."
    assert told(text, "canal_stenosis") == {"L4-L5": "mild"}


@pytest.mark.parametrize("text", [
    "The right foramen is highly narrowed.",
    "Highly stenotic right foramen.",
    "Foramina highly narrowed on the right, moderately on the left.",
])  # fmt: skip
def test_highly_is_severe_of_a_narrowing(text: str) -> None:
    assert told(f"L4-5: {text}", "foraminal_stenosis")["L4-L5 right"] == "severe"


def test_highly_likely_is_no_degree() -> None:
    assert told("L4-5: Highly likely canal stenosis.", "canal_stenosis") == {"L4-L5": PRESENT}


@pytest.mark.parametrize("text", ["The stenosis is not severe.", "Stenosis, but not severe."])
def test_a_stenosis_that_is_not_severe_is_there_and_the_canals(text: str) -> None:
    assert labels_of(f"L4-5: {text}") == {"L4-L5 canal_stenosis": "mild|moderate"}


@pytest.mark.parametrize(("text", "grades"), [
    ("Mild asymmetric disc bulge.", "mild"), ("Facet arthropathy and mild asymmetric disc bulge.", "mild"),
    ("Moderate eccentric disc bulge to the left.", "moderate"), ("Mildly asymmetric disc bulge.", PRESENT),
    ("Slightly eccentric disc bulge.", PRESENT),
])  # fmt: skip
def test_a_degree_before_asymmetric_is_the_lesions_and_an_adverb_its_own(text: str, grades: str) -> None:
    assert told(f"L4-5: {text}", "bulge") == {"L4-L5": grades}


def test_an_asymmetric_narrowing_of_a_side_is_of_that_side() -> None:
    assert told("L4-5: Mild asymmetric left foraminal narrowing.", "foraminal_stenosis") == {"L4-L5 left": "mild"}
    assert told("L4-5: Foraminal narrowing, asymmetric left.", "foraminal_stenosis").keys() == {
        "L4-L5 left", "L4-L5 right",
    }  # fmt: skip


def test_a_degree_by_now_ends_before_the_next_finding() -> None:
    text = "At L4-5 there is stenosis, now mild, and the right L5 nerve root is displaced."
    assert told(text, "canal_stenosis") == {"L4-L5": "mild"}
    assert told(text, "nerve_root") == {"L4-L5 right": "displacement"}


@pytest.mark.parametrize("text", [
    "Mild bilateral foraminal narrowing at L4-5 and L5-S1, moderate on the left at L5-S1.",
    "Mild bilateral foraminal narrowing at L4-5 and L5-S1, more advanced (moderate) on the left at L5-S1.",
])  # fmt: skip
def test_a_degree_is_of_the_places_without_one_of_their_own(text: str) -> None:
    mild = {"L4-L5 left": "mild", "L4-L5 right": "mild", "L5-S1 right": "mild"}
    assert told(text, "foraminal_stenosis") == {**mild, "L5-S1 left": "moderate"}


@pytest.mark.parametrize("text", [
    "L4-5: Moderate bilateral foraminal stenosis, severe on the right.",
    "Moderate bilateral foraminal stenosis at L4-5, severe on the right.",
    "L4-5: Moderate bilateral foraminal stenosis, more advanced (severe) on the right.",
])  # fmt: skip
def test_a_side_with_a_degree_of_its_own_leaves_the_other(text: str) -> None:
    assert told(text, "foraminal_stenosis") == {"L4-L5 left": "moderate", "L4-L5 right": "severe"}


@pytest.mark.parametrize("text", [
    "L4-5: The canal and foramina are moderately stenosed.",
    "L4-5: Canal and both foramina are now moderately narrowed.",
    "L4-5: The canal as well as the foramina have become moderately narrowed.",
    "The canal and the foramina at L4-5 are moderately narrowed bilaterally.",
    "L4-5: Mild bulge; the canal, and to a lesser extent the foramina, are moderately narrowed.",
    "L4-5: Foramina and canal moderately narrowed.",
    "Canal and foramina moderately narrowed at L4-5.",
    "L4-5: The bulge narrows the canal and both foramina moderately.",
    "L4-5: The canal and the foramina are moderately, the recesses mildly narrowed.",
])  # fmt: skip
def test_a_degree_behind_several_sites_is_that_of_each(text: str) -> None:
    assert told(text, "canal_stenosis") == {"L4-L5": "moderate"}
    assert told(text, "foraminal_stenosis") == {"L4-L5 left": "moderate", "L4-L5 right": "moderate"}


@pytest.mark.parametrize("text", [
    "L4-5: Canal moderately narrowed, foramina and recesses mildly.",
    "L4-5: The canal is moderately narrowed, the recesses and the foramina mildly.",
    "L4-5: Moderate canal stenosis, recesses and foramina mild.",
    "L4-5: Moderate canal narrowing, mild in the recesses and foramina.",
])  # fmt: skip
def test_a_degree_alone_is_that_of_all_sites_beside_it(text: str) -> None:
    assert told(text, "canal_stenosis") == {"L4-L5": "moderate"}
    for finding in ("foraminal_stenosis", "subarticular_stenosis"):
        assert told(text, finding) == {"L4-L5 left": "mild", "L4-L5 right": "mild"}


@pytest.mark.parametrize("text", [
    "L4-5: The canal is narrowed and the foramina are mildly stenosed.",
    "L4-5: Narrowed canal, and the foramina are mildly narrowed.",
])  # fmt: skip
def test_a_site_with_a_state_of_its_own_does_not_take_the_degree_behind_another(text: str) -> None:
    assert told(text, "canal_stenosis") == {"L4-L5": PRESENT}


@pytest.mark.parametrize(("grade", "degree"), [
    ("grade 0", "none"), ("Grade 2", "moderate"), ("grade III", "severe"), ("grade 1 to 2", "mild|moderate"),
])  # fmt: skip
@pytest.mark.parametrize(("template", "finding"), [
    ("L4-5: {} foraminal stenosis.", "foraminal_stenosis"), ("L4-5: Foraminal stenosis, {}.", "foraminal_stenosis"),
    ("L4-5: {} canal stenosis.", "canal_stenosis"),
])  # fmt: skip
def test_grades_of_a_stenosis_are_those_of_the_published_scales(
    template: str, finding: str, grade: str, degree: str
) -> None:
    assert told(template.format(grade), finding) == at_l45(finding, degree)


def test_each_side_has_its_grade_before_the_stenosis() -> None:
    text = "L4-5: Grade 2 left and grade 1 right foraminal stenosis."
    assert told(text, "foraminal_stenosis") == {"L4-L5 left": "moderate", "L4-L5 right": "mild"}


def test_the_grade_of_facets_may_stand_before_them_and_that_of_a_slip_is_its_own() -> None:
    text = "L4-5: Grade 1 anterolisthesis with grade 3 facet arthropathy and canal stenosis."
    assert told(text, "facet_arthropathy") == {"L4-L5 left": "severe", "L4-L5 right": "severe"}
    assert told(text, "canal_stenosis") == {"L4-L5": PRESENT}


def test_a_part_of_the_letter_a_ends_no_list() -> None:
    found = told("Central stenosis Schizas A1 at L2-3, B at L3-4, C at L4-5.", "canal_stenosis")
    assert found == {"L2-L3": "none|mild", "L3-L4": "moderate", "L4-L5": "severe"}


@pytest.mark.parametrize("text", [
    "Osteophytes narrow the canal.", "Disc and osteophyte narrow the canal.", "The disc narrows the canal.",
    "Osteophytes narrow the spinal canal.",
])  # fmt: skip
def test_narrow_is_a_verb_before_what_is_narrowed(text: str) -> None:
    assert labels_of(f"L4-5: {text}") == {"L4-L5 canal_stenosis": PRESENT}


def test_narrow_is_a_state_at_the_end_of_a_text() -> None:
    assert labels_of("L4-5: The canal is narrow") == {"L4-L5 canal_stenosis": PRESENT}


@pytest.mark.parametrize("text", [
    "Right foraminal narrowing greater than left.", "Right foraminal stenosis, worse than on the left.",
    "Narrowing of the right foramen more than the left.", "The right foramen is narrowed more than the left.",
])  # fmt: skip
def test_a_lesion_of_one_side_that_is_greater_than_that_of_the_other_is_on_both(text: str) -> None:
    assert told(f"L4-5: {text}", "foraminal_stenosis") == {"L4-L5 left": PRESENT, "L4-L5 right": PRESENT}


def test_the_degree_of_the_greater_side_is_not_that_of_the_other() -> None:
    text = "L4-5: Moderate right foraminal narrowing, greater than left."
    assert told(text, "foraminal_stenosis") == {"L4-L5 right": "moderate"}


@pytest.mark.parametrize("sides", ["R+L", "R & L", "L + R", "right and left", "left + right", "Lt and Rt", "(R+L)"])
def test_two_sides_may_be_joined_by_a_sign(sides: str) -> None:
    grades = {"L4-L5 left": "mild", "L4-L5 right": "mild"}
    assert told(f"L4-5: Foramina mildly narrowed {sides}.", "foraminal_stenosis") == grades
    assert told(f"L4-5: Mild {sides.strip('()')} foraminal stenosis.", "foraminal_stenosis") == grades


@pytest.mark.parametrize("text", [
    "Foramina: mild right and left severe.", "Foraminal stenosis: mild R & L severe.",
    "Mild right and left severe foraminal stenosis.",
])  # fmt: skip
def test_two_sides_between_two_degrees_have_one_each(text: str) -> None:
    assert told(f"L4-5: {text}", "foraminal_stenosis") == {"L4-L5 right": "mild", "L4-L5 left": "severe"}


@pytest.mark.parametrize(("text", "grades"), [
    ("Right foraminal stenosis grade 1, left foraminal stenosis grade 2.", {"right": "mild", "left": "moderate"}),
    ("Right foraminal stenosis grade 1 and left grade 2.", {"right": "mild", "left": "moderate"}),
    ("Canal stenosis grade 1, grade 2 left foraminal stenosis.", {"left": "moderate"}),
    ("Canal stenosis grade 2, left foraminal stenosis grade 0.", {"left": "none"}),
])  # fmt: skip
def test_a_numbered_degree_is_of_the_stenosis_before_it(text: str, grades: dict[str, str]) -> None:
    expected = {f"L4-L5 {side}": grade for side, grade in grades.items()}
    assert told(f"L4-5: {text}", "foraminal_stenosis") == expected


def test_the_number_of_a_slip_is_no_degree_of_the_stenosis_before_it() -> None:
    found = labels_of("L4-5: Canal stenosis grade 3 and grade 1 anterolisthesis.")
    assert found == {"L4-L5 canal_stenosis": "severe", "L4-L5 spondylolisthesis": "grade1"}
    found = labels_of("L4-5: Canal stenosis, grade 1 anterolisthesis.")
    assert found == {"L4-L5 canal_stenosis": PRESENT, "L4-L5 spondylolisthesis": "grade1"}
