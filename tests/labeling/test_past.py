"""What was, what has changed since, and what is now; all texts are invented."""

import pytest
from tests.labeling.conftest import PRESENT, labels_of, told


@pytest.mark.parametrize("text", [
    "Canal stenosis slightly progressed.",
    "Slightly increased canal stenosis.",
    "The canal stenosis has significantly improved.",
    "Stenosis of the canal has worsened markedly.",
    "Mild interval progression of the canal stenosis.",
    "There is significant interval improvement in the canal stenosis.",
    "The canal stenosis is slightly larger.",
])  # fmt: skip
def test_the_degree_of_a_change_is_none_of_the_finding(text: str) -> None:
    assert told(f"L4-5: {text}", "canal_stenosis") == {"L4-L5": PRESENT}


@pytest.mark.parametrize(("text", "grades"), [
    ("Minimally increased moderate canal stenosis.", "moderate"),
    ("Slight increase in the severe canal stenosis.", "severe"),
    ("Moderate canal stenosis, slightly progressed.", "moderate"),
    ("Marked progression of the canal stenosis, now severe.", "severe"),
    ("Moderate worsening canal stenosis.", "moderate"),
    ("Moderate increased narrowing of the canal.", "moderate"),
    ("The canal is slightly reduced in calibre.", "mild"),
])  # fmt: skip
def test_a_degree_beside_a_change_is_that_of_the_finding(text: str, grades: str) -> None:
    assert told(f"L4-5: {text}", "canal_stenosis") == {"L4-L5": grades}


@pytest.mark.parametrize("text", [
    "The canal, which was mildly narrowed, is now severely narrowed.",
    "The canal was patent and is now severely narrowed.",
    "Canal stenosis was mild, now severe.",
    "Canal stenosis, mild in 2018, now severe.",
    "Mild canal stenosis in 2018, now severe.",
    "Canal stenosis was mild in 2018 and is severe in 2021.",
    "Severe canal stenosis (mild in 2018).",
    "The canal stenosis, described as mild previously, is severe.",
    "Canal stenosis mild previously, severe now.",
    "The canal, which had been mildly narrowed, is currently severely narrowed.",
])  # fmt: skip
def test_what_a_finding_was_gives_way_to_what_it_is_now(text: str) -> None:
    assert told(f"L4-5: {text}", "canal_stenosis") == {"L4-L5": "severe"}


def test_what_was_narrowed_may_be_patent_now() -> None:
    text = "The left L4-5 foramen, which was severely narrowed, is now patent."
    assert told(text, "foraminal_stenosis") == {"L4-L5 left": "none"}


@pytest.mark.parametrize("text", [
    "No relevant change in the severe canal stenosis.",
    "There is no further increase in the severe canal stenosis.",
    "No progression of the severe canal stenosis.",
    "Severe canal stenosis without further increase.",
    "The severe canal stenosis has not progressed.",
    "There is no improvement of the severe canal stenosis.",
])  # fmt: skip
def test_a_change_that_is_denied_leaves_the_finding(text: str) -> None:
    assert told(f"L4-5: {text}", "canal_stenosis") == {"L4-L5": "severe"}


def test_an_adjective_of_change_is_denied_with_its_noun() -> None:
    assert told("L4-5: No increased endplate oedema.", "modic") == {"L4-L5": "none"}


@pytest.mark.parametrize("text", [
    "No progression of the bulge or new herniation.",
    "No significant interval change or new herniation.",
    "No increase in the bulge and no new herniation.",
])  # fmt: skip
def test_what_is_new_beside_a_denied_change_is_denied(text: str) -> None:
    assert told(f"L4-5: Bulge. {text}", "herniation") == {"L4-L5": "none"}


@pytest.mark.parametrize(("earlier", "present"), [
    ("Previous examination", "Present examination"),
    ("Prior study (2018)", "Current study (2021)"),
    ("Previous MRI", "Current MRI"),
])  # fmt: skip
def test_the_heading_of_an_examination_tells_whether_it_is_the_present_one(earlier: str, present: str) -> None:
    text = f"{earlier}: L4-5 mild canal stenosis.\n{present}: L4-5 severe canal stenosis."
    assert labels_of(text) == {"L4-L5 canal_stenosis": "severe"}


def test_an_earlier_examination_in_a_sentence_heads_nothing() -> None:
    text = "Findings unchanged compared with the previous study: mild L3-4 and moderate L4-5 canal stenosis."
    assert told(text, "canal_stenosis") == {"L3-L4": "mild", "L4-L5": "moderate"}


@pytest.mark.parametrize("text", ["Resolved extrusion at L5-S1.", "Interval resolution of the extrusion at L5-S1."])
def test_what_has_resolved_is_gone(text: str) -> None:
    assert told(text, "herniation") == {"L5-S1": "none"}


@pytest.mark.parametrize("text", [
    "L4-5: Mild bulge, and the severe canal stenosis has resolved.",
    "At L4-5 there is a mild bulge and the canal stenosis is no longer seen.",
    "L4-5: The mild bulge is stable and the canal stenosis has resolved.",
    "L4-5: Mild bulge, and previously severe canal stenosis was relieved.",
])  # fmt: skip
def test_what_has_resolved_as_a_subject_of_its_own_leaves_what_stands_before(text: str) -> None:
    assert told(text, "bulge") == {"L4-L5": "mild"}
    assert told(text, "canal_stenosis") == {"L4-L5": "none"}


@pytest.mark.parametrize("text", [
    "L4-5: The bulge and the canal stenosis have resolved.",
    "L4-5: The bulge and the canal stenosis has resolved.",
    "L4-5: The bulge with canal stenosis has resolved.",
    "L4-5: The bulge, and with it the canal stenosis, has resolved.",
])  # fmt: skip
def test_what_has_resolved_with_another_subject_is_gone_with_it(text: str) -> None:
    assert told(text, "bulge") == told(text, "canal_stenosis") == {"L4-L5": "none"}


@pytest.mark.parametrize("text", [
    "The severe canal stenosis at L4-5 seen before surgery has been relieved.",
    "L4-5: Canal stenosis has been completely relieved by the laminectomy.",
    "L4-5: The moderate canal stenosis has now been decompressed.",
    "L4-5: The preoperatively severe canal narrowing is decompressed.",
    "L4-5: Laminectomy has relieved the canal stenosis.",
    "L4-5: The canal has been decompressed.",
])  # fmt: skip
def test_a_stenosis_that_was_relieved_is_gone(text: str) -> None:
    assert told(text, "canal_stenosis") == {"L4-L5": "none"}


def test_compression_that_was_relieved_is_gone() -> None:
    text = "L5-S1: Compression of the left S1 root has been relieved. Mass effect on the sac has been decompressed."
    labels = labels_of(text)
    assert labels["L5-S1 nerve_root left"] == labels["L5-S1 thecal_sac"] == "none"


@pytest.mark.parametrize(("text", "grades"), [
    ("The severe canal stenosis has not been relieved.", "severe"),
    ("The severe canal stenosis has not been decompressed.", "severe"),
    ("The moderate canal stenosis has not resolved.", "moderate"),
    ("The canal stenosis has been partially relieved.", PRESENT),
    ("Severe canal stenosis with pain relieved by flexion.", "severe"),
    ("The level has been decompressed. Severe canal stenosis.", "severe"),
    ("Canal stenosis has been relieved, with mild residual stenosis of the canal.", "mild"),
])  # fmt: skip
def test_a_stenosis_that_is_not_or_only_partly_relieved_is_there(text: str, grades: str) -> None:
    assert told(f"L4-5: {text}", "canal_stenosis") == {"L4-L5": grades}


@pytest.mark.parametrize("text", [
    "Mild bilateral {site} stenosis has increased on the right and is now severe.",
    "The mild bilateral {site} narrowing has worsened on the right, now severe.",
    "Mild {site} stenosis has progressed slightly on the right, and it is currently severe.",
    "Mild {site} narrowing bilaterally has progressed to severe on the right.",
    "Mild bilateral {site} stenosis, increased on the right to severe.",
    "Mild bilateral {site} narrowing, now severe on the right.",
    "Mild bilateral {site} narrowing has not changed on the left and is now severe on the right.",
])  # fmt: skip
@pytest.mark.parametrize(("site", "finding"), [
    ("foraminal", "foraminal_stenosis"), ("lateral recess", "subarticular_stenosis"),
])  # fmt: skip
def test_the_side_that_has_not_changed_keeps_its_degree(text: str, site: str, finding: str) -> None:
    labels = labels_of(f"L4-5: {text.format(site=site)}")
    assert labels == {f"L4-L5 {finding} left": "mild", f"L4-L5 {finding} right": "severe"}


@pytest.mark.parametrize("text", [
    "Mild bilateral foraminal stenosis has increased on both sides and is now moderate.",
    "Mild foraminal stenosis, now moderate on the left and moderate on the right.",
    "Mild left foraminal stenosis has increased on the left and is now moderate.",
    "Mild disc bulge has increased on the right and is now moderate.",
])  # fmt: skip
def test_what_has_changed_as_a_whole_loses_the_degree_before(text: str) -> None:
    assert set(labels_of(f"L4-5: {text}").values()) == {"moderate"}


def test_no_change_in_a_stenosis_leaves_it() -> None:
    text = "There is no interval change in the mild L3-4 and moderate L4-5 canal stenosis."
    assert told(text, "canal_stenosis") == {"L3-L4": "mild", "L4-L5": "moderate"}


def test_what_a_lesion_is_now_counts() -> None:
    text = "L4-5: The previously seen extrusion has decreased and is now a small protrusion."
    assert told(text, "herniation") == {"L4-L5": "protrusion"}


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


@pytest.mark.parametrize("text", [
    "The known large extrusion has regressed, with a small residual protrusion.",
    "The sequestrated fragment has shrunk. A central protrusion remains.",
    "Marked regression of the extrusion; there is now a shallow protrusion.",
    "The extrusion has decreased in size to a broad-based protrusion.",
    "The previous extrusion is smaller. The residual protrusion abuts no root.",
])  # fmt: skip
def test_of_a_herniation_that_has_receded_counts_what_is_left(text: str) -> None:
    assert told(f"L4-5: {text}", "herniation") == {"L4-L5": "protrusion"}


def test_what_is_left_in_the_findings_is_what_an_impression_calls_receded() -> None:
    text = "FINDINGS: L4-5: The extrusion is smaller, residual protrusion.\nIMPRESSION: Regression of L4-5 extrusion."
    assert told(text, "herniation") == {"L4-L5": "protrusion"}


def test_a_bulge_may_be_all_that_is_left() -> None:
    text = "L5-S1: Regressed extrusion, with only a mild residual bulge."
    assert (told(text, "herniation"), told(text, "bulge")) == ({}, {"L5-S1": "mild"})


@pytest.mark.parametrize("text", [
    "The extrusion has regressed slightly.",
    "The extrusion is smaller and now touches the left L5 root; there is a disc bulge.",
    "The extrusion has regressed. There is now a protrusion at L5-S1.",
    "The extrusion has decreased in size, with residual recess stenosis.",
])  # fmt: skip
def test_a_herniation_that_has_receded_is_there_where_nothing_else_is_left(text: str) -> None:
    assert told(f"L4-5: {text}", "herniation")["L4-L5"] == "extrusion"


@pytest.mark.parametrize("text", [
    "Modic type 2 (formerly type 1).", "Modic 2 (before Modic 1).", "Modic type 2 changes, previously type 1.",
    "Modic type 2 changes that evolved from type 1.", "Type 2 endplate changes, matured from type 1.",
])  # fmt: skip
def test_a_former_modic_type_is_of_the_past(text: str) -> None:
    assert told(f"L5-S1: {text}", "modic") == {"L5-S1": "type2"}


@pytest.mark.parametrize(("text", "finding", "grades"), [
    ("Anterolisthesis, increased from grade 1 to grade 2.", "spondylolisthesis", "grade2"),
    ("Grade 1 anterolisthesis has progressed to grade 2.", "spondylolisthesis", "grade2"),
    ("The slip has decreased from grade 2 to grade 1.", "spondylolisthesis", "grade1"),
    ("Anterolisthesis, increased from 4 mm to 7 mm.", "spondylolisthesis", "grade1|grade2|grade3|grade4"),
    ("Anterolisthesis, decreased from 7 mm to 4 mm.", "spondylolisthesis", "grade1"),
    ("Modic changes have progressed from type 1 to type 2.", "modic", "type2"),
    ("Endplate changes that evolved from type II to type III.", "modic", "type3"),
    ("Conversion of Modic type 1 to type 2 changes.", "modic", "type2"),
    ("Modic type 1 to type 2 changes.", "modic", "type1|type2"),
    ("Disc degeneration, progressed from Pfirrmann grade III to IV.", "pfirrmann", "grade4"),
])  # fmt: skip
def test_of_a_grade_that_has_changed_the_newer_holds(text: str, finding: str, grades: str) -> None:
    assert told(f"L4-5: {text}", finding) == {"L4-L5": grades}


@pytest.mark.parametrize(("text", "finding", "first", "latter"), [
    ("Grade 1 slips at L3-4 and L4-5, the latter increased from grade 1 to grade 2.", "spondylolisthesis", "1", "2"),
    ("Grade 1 anterolisthesis at L3-4 and L4-5, the latter now grade 2.", "spondylolisthesis", "1", "2"),
    ("Anterolisthesis at L3-4 and L4-5, grade 1 at L3-4 and grade 2 at L4-5.", "spondylolisthesis", "1", "2"),
    ("Mild bulges at L3-4 and L4-5, the latter increased from mild to moderate.", "bulge", "mild", "moderate"),
])  # fmt: skip
def test_a_change_of_one_of_several_levels_is_its_own(text: str, finding: str, first: str, latter: str) -> None:
    found = told(text, finding)
    assert {level: grades.removeprefix("grade") for level, grades in found.items()} == {"L3-L4": first, "L4-L5": latter}


@pytest.mark.parametrize(("text", "finding"), [
    ("Grade 1 spondylolisthesis at L3-4, previously not present.", "spondylolisthesis"),
    ("Moderate canal stenosis at L3-4, previously not seen.", "canal_stenosis"),
    ("Left L3-4 protrusion, not previously seen.", "herniation"),
])  # fmt: skip
def test_what_was_not_there_before_is_there_now(text: str, finding: str) -> None:
    assert told(text, finding)["L3-L4"] in ("grade1", "moderate", "protrusion")


@pytest.mark.parametrize("text", [
    "Operated L4-5 disc herniation.", "Case of operated disc extrusion L4-5.", "L4-5: Operated left-sided herniation.",
    "State after operation of a disc herniation at L4-5.", "Status post discectomy for L4-5 disc protrusion.",
    "S/p surgery for a large L4-5 extrusion.",
])  # fmt: skip
def test_what_was_operated_on_is_no_finding_of_today(text: str) -> None:
    assert told(text, "herniation") == {}
    assert told(f"{text} No recurrent disc herniation at L4-5.", "herniation") == {"L4-L5": "none"}
    assert told(f"{text} Mild canal stenosis.", "canal_stenosis") == {"L4-L5": "mild"}


@pytest.mark.parametrize("text", [
    "L4-5: operated disc with recurrent protrusion.",
    "Operated patient with L4-5 disc protrusion.", "Operated extrusion at L4-5 with recurrent protrusion.",
    "Recurrent protrusion at the operated level L4-5.", "Recurrent protrusion at the operated level (L4-5).",
])  # fmt: skip
def test_what_is_found_where_was_operated_is_of_today(text: str) -> None:
    assert told(text, "herniation") == {"L4-L5": "protrusion"}


@pytest.mark.parametrize("text", [
    "The previously described moderate canal stenosis at L4-5 is unchanged.",
    "L4-5: The previously noted moderate canal stenosis persists.", "L4-5: Previous moderate canal stenosis is stable.",
])  # fmt: skip
def test_what_is_unchanged_keeps_the_degree_that_it_had(text: str) -> None:
    assert told(text, "canal_stenosis") == {"L4-L5": "moderate"}


@pytest.mark.parametrize("text", [
    "Since the last study, compression of the sac has developed at L4-5.",
    "On the current study, compression of the sac is seen at L4-5.",
])  # fmt: skip
def test_an_examination_in_front_is_not_what_is_compressed(text: str) -> None:
    assert told(text, "thecal_sac") == {"L4-L5": "compression"}


@pytest.mark.parametrize("past", [
    "; previously it compressed it.",
    "; previously the protrusion compressed the root.",
    ", which it previously compressed.",
    ". Previously it displaced the root.",
])  # fmt: skip
def test_what_a_lesion_once_did_it_does_no_more(past: str) -> None:
    text = f"L5-S1: A right protrusion contacts the right S1 root{past}"
    assert told(text, "nerve_root") == {"L5-S1 right": "contact"}


@pytest.mark.parametrize("text", [
    "L4-5: The previously compressed left root is displaced.",
    "L4-5: Previously noted protrusion displaces the left root.",
    "L4-5: Previously the protrusion was small, it now displaces the left root.",
])  # fmt: skip
def test_what_a_lesion_does_now_is_told_beside_the_past(text: str) -> None:
    assert told(text, "nerve_root") == {"L4-L5 left": "displacement"}


@pytest.mark.parametrize("text", [
    "Severe canal stenosis is now mild.",
    "The severe canal stenosis has become mild.",
    "Severe canal stenosis, now mild.",
    "Severe canal stenosis is now only mild.",
    "Severe canal stenosis now appears mild.",
    "Severe facet arthropathy, moderate canal stenosis is currently mild.",
    "Previously severe canal stenosis has improved and is now mild.",
])  # fmt: skip
def test_the_degree_that_a_finding_has_now_takes_the_place_of_the_one_before(text: str) -> None:
    assert told(f"L4-5: {text}", "canal_stenosis") == {"L4-L5": "mild"}


@pytest.mark.parametrize("text", [
    "The severe canal stenosis is unchanged and there is now a mild bulge.",
    "Severe canal stenosis, now mild bulge.",
    "The protrusion with severe canal stenosis is now 5 mm.",
])  # fmt: skip
def test_what_is_new_leaves_the_degree_of_another_finding(text: str) -> None:
    assert told(f"L4-5: {text}", "canal_stenosis") == {"L4-L5": "severe"}


@pytest.mark.parametrize("text", [
    "Previously severe left foraminal stenosis is now mild. The right foramen is patent.",
    "Previously severe left foraminal narrowing has improved and is mild. The right foramen is clear.",
    "Previously moderate to severe left foraminal stenosis, now mild. No right foraminal stenosis.",
])  # fmt: skip
def test_the_side_of_a_former_degree_is_that_of_the_finding(text: str) -> None:
    assert told(f"L4-5: {text}", "foraminal_stenosis") == {"L4-L5 left": "mild", "L4-L5 right": "none"}


def test_a_slip_may_have_another_grade_now() -> None:
    assert told("L4-5: Grade 1 anterolisthesis is now grade 2.", "spondylolisthesis") == {"L4-L5": "grade2"}


def test_one_side_of_both_may_have_become_worse() -> None:
    text = "L4-5: Mild bilateral foraminal narrowing has become severe on the left."
    assert told(text, "foraminal_stenosis") == {"L4-L5 left": "severe", "L4-L5 right": "mild"}


@pytest.mark.parametrize("text", [
    "The previously patent canal is now severely narrowed.",
    "Severely narrowed canal, previously patent.",
    "The canal is severely narrowed, previously mildly narrowed.",
    "The canal is severely narrowed; it was mildly narrowed in 2019.",
    "Formerly mild canal stenosis, now severe.",
])  # fmt: skip
def test_a_former_state_is_left_out(text: str) -> None:
    assert labels_of(f"L4-5: {text}") == {"L4-L5 canal_stenosis": "severe"}


@pytest.mark.parametrize("text", [
    "The previously mildly narrowed left foramen is now patent.",
    "The left foramen is now patent, previously severely narrowed.",
    "The left foramen is patent; it was narrowed in 2019.",
])  # fmt: skip
def test_what_was_narrowed_is_patent(text: str) -> None:
    assert labels_of(f"L4-5: {text}") == {"L4-L5 foraminal_stenosis left": "none"}


def test_a_former_state_that_is_unchanged_stays() -> None:
    assert labels_of("L4-5: The previously narrowed canal is unchanged.") == {"L4-L5 canal_stenosis": PRESENT}


@pytest.mark.parametrize(("text", "finding", "grades"), [
    ("There is canal stenosis. It is severe.", "canal_stenosis", "severe"),
    ("On the prior MRI the canal stenosis was mild. It is now severe.", "canal_stenosis", "severe"),
    ("There is a bulge with canal stenosis. This is moderate. The foramina are patent.", "canal_stenosis", "moderate"),
    ("There is an anterolisthesis. It is grade 2.", "spondylolisthesis", "grade2"),
])  # fmt: skip
def test_a_sentence_may_only_give_the_degree_of_it(text: str, finding: str, grades: str) -> None:
    assert told(f"L4-5: {text}", finding) == {"L4-L5": grades}


def test_it_on_a_line_of_its_own_goes_back_to_nothing() -> None:
    assert told("L4-5: Canal stenosis.\nIt is severe.", "canal_stenosis") == {"L4-L5": PRESENT}


@pytest.mark.parametrize("past", [
    "progressed since 2018 when it was mild", "progressed since 2018, when it was only mild",
    "worse than in 2018 (when it was mild)", "progressed since the last MRI, where mild stenosis was seen",
])  # fmt: skip
def test_what_was_at_a_time_is_left_out(past: str) -> None:
    assert labels_of(f"L4-5: Severe canal stenosis due to a bulge, {past}.") == {
        "L4-L5 canal_stenosis": "severe", "L4-L5 bulge": PRESENT,
    }  # fmt: skip


@pytest.mark.parametrize("text", [
    "The previously seen severe canal stenosis at L4-5 is no longer severe.", "L4-5: Canal stenosis, no longer severe.",
])  # fmt: skip
def test_what_is_no_longer_severe_is_milder(text: str) -> None:
    assert labels_of(text) == {"L4-L5 canal_stenosis": "mild|moderate"}


@pytest.mark.parametrize("denial", ["is not in", "is no longer in", "does not have", "is without"])
@pytest.mark.parametrize(("site", "finding"), [("left L5 root", "nerve_root left"), ("thecal sac", "thecal_sac")])
def test_a_root_or_sac_may_be_denied_contact_with_the_disc(denial: str, site: str, finding: str) -> None:
    assert labels_of(f"L4-5: The {site} {denial} contact with the disc.") == {f"L4-L5 {finding}": "none"}


@pytest.mark.parametrize("text", [
    "The bulge at L4-5 has turned into a left paracentral extrusion.",
    "L4-5: The mild bulge has progressed to an extrusion.",
    "L4-5: The protrusion has evolved into an extrusion.",
])  # fmt: skip
def test_a_lesion_has_become_another(text: str) -> None:
    assert told(text, "herniation") == {"L4-L5": "extrusion"}
    assert told(text, "bulge") == {}


@pytest.mark.parametrize(("text", "finding", "grades"), [
    ("L4-5: The canal stenosis has gone from mild to severe.", "canal_stenosis", "severe"),
    ("L4-5: A large extrusion that has gone down behind the body of L5.", "herniation", "extrusion"),
    ("L4-5: The extrusion has gone.", "herniation", "none"),
    ("L4-5: The protrusion has gone from the scan.", "herniation", "none"),
])  # fmt: skip
def test_what_has_gone_somewhere_is_not_gone(text: str, finding: str, grades: str) -> None:
    assert told(text, finding) == {"L4-L5": grades}


@pytest.mark.parametrize("text", [
    "Canal stenosis is mild at L3-4 progressing to severe at L4-5.",
    "Mild canal stenosis at L3-4, worsening to severe at L4-5.",
    "Mild canal stenosis at L3-4 increasing to severe at L4-5.",
])  # fmt: skip
def test_a_degree_that_grows_from_level_to_level_leaves_that_of_the_first(text: str) -> None:
    assert told(text, "canal_stenosis") == {"L3-L4": "mild", "L4-L5": "severe"}


def test_a_degree_that_has_grown_at_one_level_is_the_later_one() -> None:
    assert told("Mild canal stenosis at L4-5 has progressed to severe at L4-5.", "canal_stenosis") == {
        "L4-L5": "severe"
    }


def test_each_level_has_progressed_to_its_own_degree() -> None:
    text = "Canal stenosis at L3-4 has progressed to moderate, and at L4-5 to severe."
    assert told(text, "canal_stenosis") == {"L3-L4": "moderate", "L4-L5": "severe"}


@pytest.mark.parametrize("text", [
    "The previously extruded disc is now a small bulge.", "The extrusion is now a small bulge.",
    "The extrusion has become a small bulge.",
])  # fmt: skip
def test_a_lesion_that_is_now_another_one_is_left_out(text: str) -> None:
    assert labels_of(f"L4-5: {text}") == {"L4-L5 bulge": "mild"}


def test_a_lesion_that_is_new_leaves_another_level_its_own() -> None:
    found = labels_of("Bulge at L3-4, and there is now a protrusion at L4-5.")
    assert list(found) == ["L3-L4 bulge", "L4-L5 herniation"]


def test_what_a_lesion_of_an_earlier_examination_leaves_is_there() -> None:
    text = "On the previous study there was an L4-5 extrusion; this has resolved, leaving a mild bulge."
    assert told(text, "herniation") == {"L4-L5": "none"}
    assert told(text, "bulge") == {"L4-L5": "mild"}


@pytest.mark.parametrize(
    "text", ["Referred for L4-5 disc herniation.", "Referred with suspected L4-5 disc herniation."]
)
def test_what_a_patient_was_referred_for_is_not_found(text: str) -> None:
    assert told(f"{text} There is a bulge at L4-5.", "herniation") == {}


@pytest.mark.parametrize("text", [
    "Status post L5-S1 discectomy. No recurrent or residual disc herniation.",
    "Postoperative changes at L5-S1. No evidence of recurrent herniation.",
    "History of L5-S1 discectomy for extrusion. No recurrent disc.",
])  # fmt: skip
def test_no_recurrence_is_said_of_the_operated_level(text: str) -> None:
    assert told(text, "herniation") == {"L5-S1": "none"}


@pytest.mark.parametrize("text", [
    "Left hemilaminectomy L5-S1 for disc herniation.",
    "Decompression at L4-5 for severe stenosis.",
    "L4-5: Laminectomy for severe canal stenosis.",
])  # fmt: skip
def test_what_an_operation_was_for_is_not_there(text: str) -> None:
    assert labels_of(text) == {}


def test_what_is_left_after_an_operation_is_told() -> None:
    found = labels_of(
        "L4-5: Laminectomy for stenosis, with recurrent protrusion. No residual stenosis after laminectomy."
    )
    assert (found["L4-L5 herniation"], found["L4-L5 canal_stenosis"]) == ("protrusion", "none")
