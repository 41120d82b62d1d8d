"""Signs that writers set around numbers, sides and degrees, and words run together; all texts are invented."""

import pytest
from tests.labeling.conftest import PRESENT, labels_of, told

from deepspine.labeling.texts.typography import without_ties


@pytest.mark.parametrize(("text", "finding", "grade"), [
    ("Modic type-1 changes", "modic", "type1"),
    ("Modic-2 changes", "modic", "type2"),
    ("Type-2 Modic changes", "modic", "type2"),
    ("Grade-1 anterolisthesis", "spondylolisthesis", "grade1"),
    ("Grade- I listhesis", "spondylolisthesis", "grade1"),
    ("listhesis (grade-2)", "spondylolisthesis", "grade2"),
    ("Grade (I-II) spondylolisthesis", "spondylolisthesis", "grade1|grade2"),
])  # fmt: skip
def test_a_number_that_is_tied_to_its_scale_is_read(text: str, finding: str, grade: str) -> None:
    assert told(f"L4-5: {text}.", finding) == {"L4-L5": grade}


@pytest.mark.parametrize(("text", "expected"), [
    ("(R) foraminal stenosis.", {"foraminal_stenosis right": PRESENT}),
    ("narrowing of (L) lateral recess.", {"subarticular_stenosis left": PRESENT}),
    ("protrusion compressing (L) S1 nerve root.", {"herniation": "protrusion", "nerve_root left": "compression"}),
    ("foraminal stenosis (R) and bulge.", {"foraminal_stenosis right": PRESENT, "bulge": PRESENT}),
])  # fmt: skip
def test_a_side_in_brackets_is_that_of_the_noun_behind_it(text: str, expected: dict[str, str]) -> None:
    assert labels_of(f"L5-S1: {text}") == {f"L5-S1 {name}": grade for name, grade in expected.items()}


@pytest.mark.parametrize(("text", "canal"), [
    ("mild-mod. canal stenosis.", "mild|moderate"),
    ("mild to mod. canal stenosis.", "mild|moderate"),
    ("mod.-severe canal stenosis.", "moderate|severe"),
    ("mod. central and severe foraminal stenosis.", "moderate"),
    ("facet DJD mod. Canal patent.", "none"),
])  # fmt: skip
def test_a_shortened_moderate_ends_no_sentence_before_what_it_grades(text: str, canal: str) -> None:
    assert told(f"L4-5: {text}", "canal_stenosis") == {"L4-L5": canal}


@pytest.mark.parametrize("text", ["Grade-12 items", "L4-5 (left) canal", "mod. Foramina"])
def test_other_signs_stay(text: str) -> None:
    assert without_ties(text) == text


@pytest.mark.parametrize(("text", "finding"), [
    ("bulge, compressingthe thecal sac.", "thecal_sac"),
    ("bulge compressing the exist canals.", "foraminal_stenosis"),
    ("bulge compressing the never roots.", "nerve_root"),
    ("de-hydrated disc.", "degeneration"),
    ("compresses the left L4 dorsal root ganglion.", "nerve_root"),
    ("disc prolaps.", "herniation"),
])  # fmt: skip
def test_words_run_together_or_misspelt_are_read(text: str, finding: str) -> None:
    found = told(f"L4-5: {text}", finding)
    assert found
    assert all("none" not in grade for grade in found.values())


@pytest.mark.parametrize("title", ["C.SPINE MRI :", "MRI OF THE C. SPINE", "C. SPINE MRI"])
def test_a_stop_in_the_name_of_a_region_is_none(title: str) -> None:
    text = f"{title}\nNo evidence of disc herniation.\nL. SPINE MRI\nDisc bulge noted at L5/S1 level."
    assert labels_of(text) == {"L5-S1 bulge": PRESENT}


def test_marks_of_bold_text_are_no_words() -> None:
    text = "**L4-L5:**\n- Mild bulge\n- Moderate central canal stenosis"
    assert labels_of(text) == {"L4-L5 bulge": "mild", "L4-L5 canal_stenosis": "moderate"}


@pytest.mark.parametrize("heading", ["IMPRESSION:", "IMPRESSION -", "=== IMPRESSION ===", "**IMPRESSION**"])
def test_an_impression_is_headed_in_many_ways(heading: str) -> None:
    findings = "FINDINGS:\nL4-5: Protrusion contacting the left L5 root."
    text = f"{findings}\n\n{heading}\n1. L4-5 protrusion displacing the L5 root."
    assert labels_of(text)["L4-L5 nerve_root left"] == "contact|displacement"


def test_the_stop_of_a_short_side_ends_no_sentence() -> None:
    text = "Lt. paracentral protrusion noted at L4/L5 level, compressing the thecal sac and Lt. exit canal."
    assert told(text, "foraminal_stenosis") == {"L4-L5 left": PRESENT}
