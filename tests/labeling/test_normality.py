"""What is called normal: a disc, a level, a study, and what that says nothing of; all texts are invented."""

import pytest
from tests.labeling.conftest import labels_of, told

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


def test_levels_between_a_state_and_its_noun_are_those_of_both() -> None:
    assert labels_of("Severely narrowed left L4/5 foramen.") == {"L4-L5 foraminal_stenosis left": "severe"}
    assert told("Normal L4-5 and L5-S1 discs, mild L3-4 bulge.", "bulge")["L3-L4"] == "mild"


def test_where_the_conus_ends_says_nothing_of_discs() -> None:
    assert labels_of("The conus medullaris is at the L1 level and is normal in signal intensity.") == {}


def test_what_is_not_known_is_normal_by_itself() -> None:
    assert told("L5-S1: Mild bulge. The visualized abdominal organs are unremarkable.", "canal_stenosis") == {}


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
    "Normal posterior disc margin.",
    "Disc height and signal are preserved and the posterior margin is normal.",
    "Its posterior margin is normal.",
])  # fmt: skip
def test_a_normal_margin_denies_bulge_and_herniation_only(text: str) -> None:
    found = labels_of(f"L2-3: {text}")
    assert found["L2-L3 bulge"] == found["L2-L3 herniation"] == "none"
    assert "L2-L3 canal_stenosis" not in found


def test_what_has_lost_its_normal_looks_is_not_called_normal() -> None:
    for text in ("Loss of normal T2 hyperintensity of the disc.", "The disc has lost its normal bright signal."):
        assert set(labels_of(f"L4-5: {text}")) == {"L4-L5 degeneration"}
    assert labels_of("L4-5: There is loss of the normal lordosis.") == {}
    assert labels_of("L4-5: The disc shows normal T2 hyperintensity.") == {"L4-L5 degeneration": "none"}


@pytest.mark.parametrize(
    "text", ["Good reduction of the L4-5 slip.", "Satisfactory healing at L3-4.", "L4-5: Good response."]
)
def test_a_good_change_is_no_good_state(text: str) -> None:
    assert "none" not in labels_of(text).values()


@pytest.mark.parametrize("word", ["good", "satisfactory", "complete"])
def test_a_good_resolution_leaves_nothing(word: str) -> None:
    assert labels_of(f"There is {word} resolution of the L5-S1 extrusion.") == {"L5-S1 herniation": "none"}


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


@pytest.mark.parametrize("text", [
    "L5-S1: Mild bulge. The cord ends normally at L1. No other abnormality.",
    "L5-S1: Mild bulge. Alignment is preserved. No further abnormality.",
    "L5-S1: Mild bulge. Remaining discs unremarkable. Otherwise normal.",
    "L5-S1: Mild bulge.\nThe facets are normal. No other relevant abnormality.",
])  # fmt: skip
def test_no_other_abnormality_behind_a_sentence_on_the_whole_spine_sums_up_the_report(text: str) -> None:
    others = dict.fromkeys(("L1-L2", "L2-L3", "L3-L4"), "none")
    assert told(f"L4-5: Moderate canal stenosis.\n{text}", "canal_stenosis") == {**others, "L4-L5": "moderate"}


@pytest.mark.parametrize("text", [
    "L5-S1: Mild bulge. No other abnormality.",
    "The cord is normal. L5-S1: Mild bulge. No other abnormality.",
    "The cord is normal. At L5-S1 there is a mild bulge. No other abnormality.",
])  # fmt: skip
def test_no_other_abnormality_behind_what_is_said_of_a_level_is_of_that_level(text: str) -> None:
    assert told(f"L4-5: Moderate canal stenosis.\n{text}", "canal_stenosis") == {"L4-L5": "moderate", "L5-S1": "none"}


def test_a_study_of_another_region_tells_nothing() -> None:
    assert not labels_of("Thoracic spine MRI: normal study.")


@pytest.mark.parametrize("text", ["The disc is normal.", "Normal disc.", "The disc contour is normal."])
def test_one_normal_disc_without_a_level_is_not_all_discs(text: str) -> None:
    assert not labels_of(text)


@pytest.mark.parametrize("text", ["Normal conditions.", "Unremarkable findings.", "Without alterations."])
def test_a_normal_level_in_other_words(text: str) -> None:
    assert len(labels_of(f"L1-2: {text}")) == 5 + 3 * 2


@pytest.mark.parametrize("text", ["Unremarkable appearance of the cyst.", "There is clear progression."])
def test_a_normal_looking_adjective_of_another_noun_is_no_normal_level(text: str) -> None:
    assert not labels_of(f"L1-2: {text}")


@pytest.mark.parametrize("text", [
    "L1/2 nil.", "L1-2: nil.", "L1-2: none.", "L1-2: Nil significant.", "L1/2: nothing of significance",
    "L1-2, L2-3: nothing significant.",
])  # fmt: skip
def test_nothing_said_of_a_level_is_a_normal_level(text: str) -> None:
    levels = ["L1-L2", "L2-L3"] if "L2-3" in text else ["L1-L2"]
    assert told(text, "herniation") == dict.fromkeys(levels, "none")
    sides = [f"{level} {side}" for level in levels for side in ("left", "right")]
    assert told(text, "foraminal_stenosis") == dict.fromkeys(sides, "none")


def test_nothing_said_of_another_finding_is_no_normal_level() -> None:
    assert told("L3-4: Mild bulge. Fracture: none.", "herniation") == {}


@pytest.mark.parametrize("text", [
    "Normal caliber of the central canal and foramina.",
    "Preserved width of the canal and of the foramina.",
    "Canal fine. The foramina are respected.",
    "Good space in the canal and root canals.",
])  # fmt: skip
def test_words_for_a_wide_canal_and_wide_foramina(text: str) -> None:
    assert told(f"L3-4: {text}", "canal_stenosis") == {"L3-L4": "none"}
    assert told(f"L3-4: {text}", "foraminal_stenosis") == {"L3-L4 left": "none", "L3-L4 right": "none"}


@pytest.mark.parametrize("text", [
    "The contour of the L3-4 and L4-5 discs is normal.",
    "Normal contour of the discs at L3-4 and L4-5.",
])  # fmt: skip
def test_a_normal_contour_of_a_disc_says_nothing_of_its_signal(text: str) -> None:
    assert labels_of(text).keys() == {
        f"{level} {name}" for level in ("L3-L4", "L4-L5") for name in ("bulge", "herniation")
    }


def test_the_contour_of_the_discs_is_that_of_all() -> None:
    assert len(told("The contour of the discs is normal.", "herniation")) == 5
    assert told("The height of the L1-2 disc is normal.", "bulge") == {}


@pytest.mark.parametrize("text", [
    "The L4-5 and L5-S1 discs are normal in signal and morphology.",
    "L4-5, L5-S1: Normal in signal, height and outline.",
    "Normal T2 signal and shape of the L4-5 and L5-S1 discs.",
])  # fmt: skip
def test_a_disc_normal_in_signal_and_shape_is_normal(text: str) -> None:
    found = {key for key in labels_of(text) if "height" not in key}
    assert found == {
        f"{level} {name}" for level in ("L4-L5", "L5-S1") for name in ("bulge", "herniation", "degeneration")
    }


def test_what_else_is_normal_in_signal_and_shape_is_no_disc() -> None:
    assert not labels_of("The vertebral bodies are normal in signal and morphology.")
    assert not labels_of("The conus is normal in signal and configuration.")


@pytest.mark.parametrize("what", ["segmentation", "vertebral numbering"])
def test_normal_alignment_may_stand_behind_the_count_of_vertebrae(what: str) -> None:
    assert labels_of(f"Normal {what} and alignment.") == labels_of("Normal alignment.")
    assert not labels_of(f"Normal {what}.")


def test_a_disc_normal_in_contour_has_no_lesion() -> None:
    text = "The L1-L2 disc is normal in height, signal and contour."
    found = {finding: told(text, finding) for finding in ("bulge", "herniation", "degeneration")}
    assert all(labels == {"L1-L2": "none"} for labels in found.values())


@pytest.mark.parametrize("text", [
    "All discs are normal.", "All lumbar discs are unremarkable.",
    "No significant abnormality of the intervertebral discs.",
])  # fmt: skip
def test_normal_discs_say_nothing_of_the_canal(text: str) -> None:
    assert len(told(text, "herniation")) == len(told(text, "degeneration")) == 5
    assert told(text, "canal_stenosis") == {}


@pytest.mark.parametrize("heading", ["Other discs:", "Rest of the discs -", "The remaining lumbar discs:"])
@pytest.mark.parametrize("state", ["Normal.", "unremarkable", "No significant abnormality."])
def test_a_heading_of_discs_called_normal_says_nothing_of_the_canal(heading: str, state: str) -> None:
    found = labels_of(f"L4-5: Moderate bulge.\n{heading} {state}")
    assert {key for key in found if key.startswith("L5-S1")} == set(NORMAL_DISC)


def test_a_canal_under_a_heading_of_discs_is_still_told() -> None:
    text = "The lower two discs: normal. The canal is patent. No foraminal stenosis."
    assert told(text, "canal_stenosis") == {"L4-L5": "none", "L5-S1": "none"}
    assert told("Other levels: normal.", "canal_stenosis").keys() == told("All levels: normal.", "bulge").keys()


@pytest.mark.parametrize("text", ["No remarkable findings.", "No relevant pathology.", "No significant findings."])
def test_a_level_without_findings_is_normal(text: str) -> None:
    assert labels_of(f"L4-5: {text}") == labels_of("L4-5: Normal.")


@pytest.mark.parametrize("text", [
    "Normal MRI appearance of the distal cord.",
    "Normal MR signal of the cauda equina and conus.",
    "Unremarkable T2 appearances of the sacroiliac joints.",
    "Normal MR features of the paravertebral muscles.",
])  # fmt: skip
def test_what_looks_normal_on_the_study_is_not_the_study(text: str) -> None:
    assert labels_of(f"L2-3: Mild bulge. {text}") == {"L2-L3 bulge": "mild"}


def test_a_disc_that_looks_normal_on_the_study_is_normal() -> None:
    assert labels_of("L5-S1: Normal MR appearance of the disc.") == NORMAL_DISC


@pytest.mark.parametrize("text", [
    "No abnormality is found in the distal cord.",
    "No definite abnormality was observed in the bone marrow.",
    "No pathology is seen in the visualised kidneys.",
    "No abnormality in the left adnexa.",
    "No abnormal findings in the paraspinal soft tissues.",
])  # fmt: skip
@pytest.mark.parametrize("join", [" ", "\n"])
def test_another_part_without_abnormality_tells_nothing_of_a_level(text: str, join: str) -> None:
    assert labels_of(f"L2-3: Mild bulge.{join}{text}") == {"L2-L3 bulge": "mild"}


@pytest.mark.parametrize("text", ["No abnormality is seen.", "No abnormality was found at this level."])
def test_where_no_abnormality_is_seen_the_level_is_normal(text: str) -> None:
    assert labels_of(f"L2-3: {text}") == labels_of("L2-3: Normal.")


def test_an_abnormality_that_is_not_seen_in_the_canal_is_none_of_it() -> None:
    assert labels_of("L2-3: Mild bulge. No abnormality is seen in the canal.") == {
        "L2-L3 bulge": "mild", "L2-L3 canal_stenosis": "none",
    }  # fmt: skip


@pytest.mark.parametrize("told_by", ["in this patient", "in this obese patient", "and the patient was informed"])
def test_a_patient_is_not_patent(told_by: str) -> None:
    plain = labels_of("No significant canal stenosis.")
    assert "none|mild" in plain.values()
    assert labels_of(f"No significant canal stenosis {told_by}.") == plain


def test_patient_as_dictated_for_patent_is_patent() -> None:
    assert labels_of("L4-5: The canal is patient.") == labels_of("L4-5: The canal is patent.")


@pytest.mark.parametrize("said", [
    "The conus shows no abnormal signal.", "The paraspinal muscles have no abnormal signal.",
    "The marrow shows no abnormal signal.", "The conus shows abnormal signal.",
])  # fmt: skip
def test_the_signal_of_another_part_says_nothing_of_discs(said: str) -> None:
    assert labels_of(f"Mild canal stenosis at L4-5. {said}") == labels_of("Mild canal stenosis at L4-5.")
    assert "L4-L5 degeneration" in " ".join(labels_of("Mild canal stenosis at L4-5. The disc shows low signal."))


@pytest.mark.parametrize("what", ["posture", "bone marrow", "postoperative course"])
def test_what_is_otherwise_normal_is_what_is_named(what: str) -> None:
    assert not labels_of(f"Laminectomy at L4-5. Otherwise normal {what}.")


@pytest.mark.parametrize("text", [
    "The nerve roots of the cauda equina are normal.", "The roots of the cauda equina are normally distributed.",
    "The cauda equina nerve roots are unremarkable.",
])  # fmt: skip
def test_the_roots_of_the_cauda_are_those_of_no_level(text: str) -> None:
    assert not told(f"Mild facet arthropathy at L3-4. {text}", "nerve_root")


def test_no_anomaly_is_no_abnormality() -> None:
    assert labels_of("L3-4: No anomaly.") == labels_of("L3-4: No abnormality.") != {}
    assert labels_of("No congenital anomaly.") == {}


@pytest.mark.parametrize("text", [
    "Degenerative changes at L4-5, otherwise normal.", "L4-5: Mild degenerative changes, otherwise unremarkable.",
    "L4-5: Spondylosis. No other abnormality.",
])  # fmt: skip
def test_a_level_that_is_normal_but_for_degenerative_changes_may_bulge(text: str) -> None:
    found = labels_of(text)
    assert found["L4-L5 canal_stenosis"] == found["L4-L5 herniation"] == "none"
    assert {"L4-L5 bulge", "L4-L5 degeneration"}.isdisjoint(found)


@pytest.mark.parametrize("text", [
    "Degenerative changes at L4-5. The remaining discs are normal.", "Spondylosis at L4-5, otherwise normal study.",
])  # fmt: skip
def test_the_rest_of_a_study_is_not_the_level_of_degenerative_changes(text: str) -> None:
    assert told(text, "herniation") == dict.fromkeys(("L1-L2", "L2-L3", "L3-L4", "L5-S1"), "none")


def test_degenerative_changes_of_no_level_are_of_any() -> None:
    found = labels_of("Lumbar spondylosis, otherwise normal study.")
    assert len([key for key in found if "canal_stenosis" in key]) == 5
    assert not [key for key in found if "bulge" in key or "degeneration" in key]


@pytest.mark.parametrize("text", [
    "No abnormality at L1-2 to L3-4, mild changes at L4-5 and moderate at L5-S1.",
    "L3-4 is normal, mild changes at L4-5.",
])  # fmt: skip
def test_changes_of_a_degree_are_not_normal(text: str) -> None:
    found = labels_of(text)
    assert found["L3-L4 bulge"] == "none"
    assert not [key for key in found if key.startswith(("L4-L5", "L5-S1"))]


@pytest.mark.parametrize(
    "text", ["Canal moderately narrowed at L4-5; rest normal.", "Canal narrowed at L4-5; the rest is patent."]
)
def test_the_rest_behind_a_semicolon_is_that_of_the_part(text: str) -> None:
    found = told(text, "canal_stenosis")
    assert found.pop("L4-L5") != "none"
    assert found == dict.fromkeys(("L1-L2", "L2-L3", "L3-L4", "L5-S1"), "none")


def test_a_remainder_behind_a_semicolon_is_not_the_level_before() -> None:
    assert told("L5-S1 disc degeneration with bulge; remainder normal.", "canal_stenosis").get("L5-S1") is None


@pytest.mark.parametrize("text", [
    "The conus medullaris ends at the L1-2 disc space, grossly unremarkable.",
    "The conus terminates at the L1-2 disc and is normal.", "No space-occupying lesion of the central canal is seen.",
])  # fmt: skip
def test_a_normal_cord_says_nothing_of_the_disc_at_which_it_ends(text: str) -> None:
    assert labels_of(text) == {}


def test_a_disc_behind_the_cord_is_normal() -> None:
    assert told("The conus is at L1 and the L4-5 disc is normal.", "bulge") == {"L4-L5": "none"}


@pytest.mark.parametrize("text", ["Disc L5/S1: normal.", "L5/S1 disc space: normal."])
def test_a_disc_that_heads_its_line_is_normal_by_itself(text: str) -> None:
    assert set(labels_of(text)) == {"L5-S1 bulge", "L5-S1 herniation", "L5-S1 degeneration"}


@pytest.mark.parametrize("text", ["Normally wide canal.", "Normal appearing canal."])
def test_a_canal_that_is_normally_wide_is_free(text: str) -> None:
    assert labels_of(f"L4-5: Mild bulge. {text}") == {"L4-L5 bulge": "mild", "L4-L5 canal_stenosis": "none"}


@pytest.mark.parametrize("text", ["No pathological findings.", "natural."])
def test_a_level_without_pathology_is_normal(text: str) -> None:
    assert labels_of(f"L1-2: {text}")["L1-L2 herniation"] == "none"


def test_the_remainder_of_the_discs_leaves_out_those_named() -> None:
    text = "L5-S1: Small protrusion. The remainder of the lumbar discs are unremarkable."
    assert "L5-S1" not in told(text, "bulge")
    assert len(told(text, "bulge")) == 4


def test_levels_that_are_not_mentioned_are_the_others() -> None:
    found = told("L4-5: Mild bulge. Levels not mentioned are normal.", "canal_stenosis")
    assert set(found) == {"L1-L2", "L2-L3", "L3-L4", "L5-S1"}


def test_heights_of_vertebral_bodies_are_not_the_discs() -> None:
    assert labels_of("Normal height of vertebral bodies.") == {}
