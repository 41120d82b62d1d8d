"""Types of endplate changes told apart from them, by number or by words; all texts are invented."""

import pytest
from tests.labeling.conftest import told

ANY = "type1|type2|type3"


@pytest.mark.parametrize("text", [
    "Modic changes at L4-5 (type 2) and L5-S1 (type 1).",
    "Endplate changes at L4-5 (Modic 2) and at L5-S1 (Modic 1).",
    "Endplate changes at L4-5, now type 2, and L5-S1, type 1.",
    "Endplate changes: type 2 at L4-5; type 1 at L5-S1.",
    "Modic changes: fatty at L4-5, oedematous at L5-S1.",
    "Modic: L4-5 fatty, L5-S1 edematous.",
    "Fatty endplate signal at L4-5, oedematous at L5-S1.",
    "Endplate changes are fatty at L4-5 and oedematous at L5-S1.",
    "Reactive endplate changes at L4-5, fatty, and at L5-S1, with oedema.",
])  # fmt: skip
def test_each_level_has_its_type(text: str) -> None:
    assert told(text, "modic") == {"L4-L5": "type2", "L5-S1": "type1"}


@pytest.mark.parametrize(("text", "grades"), [
    ("L4-5: Endplate changes, predominantly fatty.", "type2"),
    ("L4-5: Degenerative endplate changes with marrow edema.", "type1"),
    ("L4-5: Modic changes (sclerotic).", "type3"),
    ("L4-5: Endplate changes, mixed fatty and oedematous.", "type1|type2"),
    ("L4-5: Mixed fatty and sclerotic endplate changes.", "type2|type3"),
    ("L4-5: Mild bulge with endplate changes, predominantly fatty, and moderate canal stenosis.", "type2"),
    ("L4-5: Mild bulge with endplate changes (fatty).", "type2"),
    ("Left paracentral extrusion and Modic 3 endplate sclerosis at L4-5.", "type3"),
])  # fmt: skip
def test_words_for_types(text: str, grades: str) -> None:
    assert told(text, "modic") == {"L4-L5": grades}


@pytest.mark.parametrize("text", [
    "L4-5: Endplate changes and fatty infiltration of the multifidus.",
    "L4-5: Endplate changes with oedema of the interspinous ligament.",
    "L4-5: Endplate changes and sclerotic facet joints.",
    "L4-5: Endplate changes with a Schmorl node.",
    "L4-5: Mild endplate changes.",
    "L4-5: Endplate changes with surrounding oedema, suspicious for discitis.",
])  # fmt: skip
def test_what_is_of_something_else_is_no_type(text: str) -> None:
    assert told(text, "modic") == {"L4-L5": ANY}


@pytest.mark.parametrize("text", [
    "The type 1 Modic changes at L4-5 have converted to type 2.",
    "Modic type 1 changes at L4-5 have evolved into type 2.",
    "Type I endplate change at L4-5 has progressed to type II.",
    "L4-5: Oedematous endplate changes have now converted to fatty changes.",
])  # fmt: skip
def test_of_a_type_that_has_changed_the_newer_holds(text: str) -> None:
    assert told(text, "modic") == {"L4-L5": "type2"}


def test_types_are_denied_at_all_levels() -> None:
    assert set(told("No fatty or oedematous Modic changes at any level.", "modic").values()) == {"none"}


@pytest.mark.parametrize(("text", "grades"), [
    ("Bone marrow oedema of the L4-5 endplates.", "type1"), ("Discogenic marrow oedema at L4-5.", "type1"),
    ("Subchondral edema at the L4-5 endplates.", "type1"),
    ("Fatty replacement of the endplates at L4-5.", "type2"), ("Sclerosis of the L4-5 endplates.", "type3"),
])  # fmt: skip
def test_what_the_marrow_at_endplates_has_is_a_type(text: str, grades: str) -> None:
    assert told(text, "modic") == {"L4-L5": grades}


@pytest.mark.parametrize("text", [
    "Oedema of the left L5 pedicle. Sclerosis of the L4-5 facets. Fatty replacement of the multifidus at L4-5.",
    "Oedema of the L4 inferior endplate due to an acute compression fracture.",
    "Schmorl's node of the L4 inferior endplate with surrounding marrow oedema.",
    "Facet arthropathy with oedema at L4-5.", "No marrow oedema.",
])  # fmt: skip
def test_marrow_elsewhere_and_of_other_causes_has_no_type(text: str) -> None:
    assert told(text, "modic") == {}
