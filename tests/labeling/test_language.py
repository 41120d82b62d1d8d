"""Words and abbreviations that radiologists use, each in several wordings; all texts are invented."""

import pytest
from tests.labeling.conftest import PRESENT, at_l45, labels_of, told


@pytest.mark.parametrize("arrow", ["→", "⇒", "->", "=>", ">", ">>"])
def test_an_arrow_links_two_lesions(arrow: str) -> None:
    found = labels_of(f"L4-5: moderate bulge {arrow} mild canal stenosis")
    assert found == {"L4-L5 bulge": "moderate", "L4-L5 canal_stenosis": "mild"}


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
    "Bulges of 2 mm at L3-4 and 3 mm at L4-5.",
    "Disc bulges of 2-3 mm at L3-4, and of 4 mm at L4-5.",
    "2 mm bulge at L3-4, 3 mm at L4-5.",
])  # fmt: skip
def test_sizes_with_levels_repeat_the_finding(text: str) -> None:
    assert told(text, "bulge") == {"L3-L4": PRESENT, "L4-L5": PRESENT}


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


@pytest.mark.parametrize("text", [
    "Trace (2 mm) degenerative anterolisthesis of L4 on L5.",
    "There is 4 mm (grade I) anterolisthesis of L4 on L5.",
])  # fmt: skip
def test_a_size_in_brackets_goes_with_the_words_around_it(text: str) -> None:
    assert told(text, "spondylolisthesis") == {"L4-L5": "grade1"}


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


@pytest.mark.parametrize(("text", "grades"), [
    ("L5-S1: No residual or recurrent disc lesion.", "none"),
    ("L5-S1: Scar without recurrent disc lesion.", "none"),
    ("There is no recurrent or residual disc at L5-S1.", "none"),
    ("Recurrent disc lesion at L5-S1.", "protrusion|extrusion|sequestration"),
])  # fmt: skip
def test_a_recurrent_or_residual_lesion_of_a_disc_is_a_herniation(text: str, grades: str) -> None:
    assert told(text, "herniation") == {"L5-S1": grades}


def test_another_lesion_of_a_disc_may_be_of_any_kind() -> None:
    assert not labels_of("L5-S1: Disc lesion.")


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


@pytest.mark.parametrize(("text", "finding", "grades"), [
    ("Severe narrowing affects each lateral recess.", "subarticular_stenosis", "severe"),
    ("A protrusion that affects both roots.", "nerve_root", "contact|displacement|compression"),
    ("The stenosis has become moderate.", "canal_stenosis", "moderate"),
    ("The canal's patent.", "canal_stenosis", "none"),
    ("Disc/osteophyte complex.", "bulge", PRESENT),
])  # fmt: skip
def test_verbs_and_spellings_of_everyday(text: str, finding: str, grades: str) -> None:
    assert told(f"L4-5: {text}", finding) == at_l45(finding, grades)


@pytest.mark.parametrize(("text", "expected"), [
    ("Mildly diminished AP dimension of the spinal canal.", {"L4-L5 canal_stenosis": "mild"}),
    ("Effacement and attenuation of the ventral thecal sac.", {"L4-L5 thecal_sac": "indentation"}),
    ("Epidural fat collapses the distal thecal sac.", {"L4-L5 thecal_sac": "compression"}),
    ("Reactive marrow endplate changes.", {"L4-L5 modic": "type1|type2|type3"}),
    ("The left nerve exit is mildly narrowed.", {"L4-L5 foraminal_stenosis left": "mild"}),
    ("Moderate faucet hypertrophy on the left.", {"L4-L5 facet_arthropathy left": "moderate"}),
])  # fmt: skip
def test_words_of_other_schools_are_known(text: str, expected: dict[str, str]) -> None:
    assert labels_of(f"L4-5: {text}") == expected


def test_no_neurological_impingement_leaves_contact() -> None:
    text = "L4-5: Bulge effacing the perineural fat in both foramina without direct neurological impingement."
    found = labels_of(text)
    assert found.pop("L4-L5 bulge") == PRESENT
    assert found == dict.fromkeys(("L4-L5 nerve_root left", "L4-L5 nerve_root right"), "none|contact|displacement")
