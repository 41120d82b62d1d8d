"""Findings that a word or sign behind them answers: yes and no, nil, plus and minus; all texts are invented."""

import pytest
from tests.labeling.conftest import PRESENT, at_l45, labels_of, told


def test_yes_and_no_answer_the_heading_of_a_finding() -> None:
    text = (
        "L4-5:\nDisc bulge: Yes, diffuse.\nDisc herniation: No\nLeft foraminal stenosis: No\n"
        "Right foraminal stenosis: Yes\nNerve root impingement: No.\nSpondylolisthesis: No."
    )
    assert labels_of(text) == {
        "L4-L5 bulge": PRESENT, "L4-L5 herniation": "none", "L4-L5 foraminal_stenosis left": "none",
        "L4-L5 foraminal_stenosis right": PRESENT, "L4-L5 nerve_root left": "none|contact|displacement",
        "L4-L5 nerve_root right": "none|contact|displacement", "L4-L5 spondylolisthesis": "none",
    }  # fmt: skip


@pytest.mark.parametrize("text", ["Canal stenosis no.", "Canal stenosis no", "Disc bulge yes. Canal stenosis no."])
def test_no_at_the_end_of_a_sentence_denies_the_finding_before(text: str) -> None:
    assert told(f"L4-5: {text}", "canal_stenosis") == {"L4-L5": "none"}


@pytest.mark.parametrize(("text", "finding", "grades"), [
    ("L4-5: Canal stenosis: No. Foraminal stenosis: Yes.", "canal_stenosis", {"L4-L5": "none"}),
    ("L3-4: Disc bulge: No. Herniation: No. Canal stenosis: No.", "herniation", {"L3-L4": "none"}),
    ("L5-S1: Canal: No. Foramina: No. Facets: mild arthropathy.", "canal_stenosis", {"L5-S1": "none"}),
    ("L5-S1: Bulge: No. 4 mm protrusion.", "bulge", {"L5-S1": "none"}),
    ("L4-5: Mild bulge. Image no. 5 shows the canal stenosis.", "canal_stenosis", {"L4-L5": PRESENT}),
])  # fmt: skip
def test_no_before_a_full_stop_is_an_answer_and_not_a_number(text: str, finding: str, grades: dict[str, str]) -> None:
    assert told(text, finding) == grades


@pytest.mark.parametrize(("place", "sides"), [
    ("left", ["left"]), ("bilateral", ["left", "right"]), ("right and left", ["left", "right"]),
    ("on the right", ["right"]),
])  # fmt: skip
@pytest.mark.parametrize("heading", ["L4-5: Foraminal stenosis", "L4-5\nCanal stenosis: No.\nForaminal narrowing"])
def test_yes_behind_a_heading_may_name_its_side(heading: str, place: str, sides: list[str]) -> None:
    assert told(f"{heading}: Yes, {place}.", "foraminal_stenosis") == {f"L4-L5 {side}": PRESENT for side in sides}


@pytest.mark.parametrize("heading", ["Bulge/herniation", "Bulge and herniation", "Bulge or herniation"])
@pytest.mark.parametrize("answer", ["none.", "No.", "absent"])
def test_a_denial_behind_a_heading_of_two_findings_denies_both(heading: str, answer: str) -> None:
    assert labels_of(f"L4-5: {heading}: {answer}") == {"L4-L5 bulge": "none", "L4-L5 herniation": "none"}


@pytest.mark.parametrize(("yes", "no"), [("(+)", "(-)"), ("(++)", "(\u2212)"), ("+ve", "-ve"), ("present", "absent")])
def test_signs_behind_a_finding_say_whether_it_is_there(yes: str, no: str) -> None:
    text = f"L3-4: Disc bulge {yes}, canal stenosis {no}, left foraminal stenosis {yes}.\nL4-5: Herniation {no}."
    assert labels_of(text) == {
        "L3-L4 bulge": PRESENT, "L3-L4 canal_stenosis": "none", "L3-L4 foraminal_stenosis left": PRESENT,
        "L4-L5 herniation": "none",
    }  # fmt: skip


@pytest.mark.parametrize("text", [
    "L3-4: bulge +, canal stenosis -\nL4-5: bulge -, canal stenosis +",
    "L3-4: bulging +; stenosis of the canal -.\nL4-5: bulging -; stenosis of the canal +.",
    "Bulging: L3-4 +, L4-5 -\nCanal stenosis: L3/4 -, L4/5 +",
])  # fmt: skip
def test_a_bare_sign_of_a_list_says_whether_the_finding_is_there(text: str) -> None:
    assert labels_of(text) == {
        "L3-L4 bulge": PRESENT, "L3-L4 canal_stenosis": "none",
        "L4-L5 bulge": "none", "L4-L5 canal_stenosis": PRESENT,
    }  # fmt: skip


@pytest.mark.parametrize("text", [
    "L4-5 - bulge, severe canal stenosis - both recesses patent",
    "L4-5: diffuse bulge - severe canal stenosis, no slip.",
    "L4-5: bulge + severe canal stenosis, recesses free.",
])  # fmt: skip
def test_a_dash_or_plus_between_findings_is_no_sign(text: str) -> None:
    assert labels_of(text)["L4-L5 canal_stenosis"] == "severe"
    assert labels_of(text)["L4-L5 bulge"] == PRESENT


@pytest.mark.parametrize(("yes", "no"), [("(+)", "(-)"), ("+", "-"), ("present", "absent"), ("yes", "no")])
def test_each_level_of_a_list_has_its_own_answer(yes: str, no: str) -> None:
    text = f"Canal stenosis: L2-3 {no}, L3-4 {yes}, L4-5 {no}.\nRoot compression: L3-4 {no}, L4-5 {yes}."
    assert told(text, "canal_stenosis") == {"L2-L3": "none", "L3-L4": PRESENT, "L4-L5": "none"}
    sides = ("left", "right")
    assert told(text, "nerve_root") == {
        f"{level} {side}": grades for level, grades in (("L3-L4", "none"), ("L4-L5", "compression")) for side in sides
    }


@pytest.mark.parametrize(("yes", "no"), [("+", "-"), ("(+)", "(-)"), ("yes", "no"), ("present", "none")])
def test_brackets_behind_the_answer_of_a_level_are_of_that_level(yes: str, no: str) -> None:
    text = f"Disc herniation: L3-4 {no}, L4-5 {no}, L5-S1 {yes} (right, displacing the right S1 root)"
    assert labels_of(text) == {
        "L3-L4 herniation": "none", "L4-L5 herniation": "none",
        "L5-S1 herniation": "protrusion|extrusion|sequestration", "L5-S1 nerve_root right": "displacement",
    }  # fmt: skip


def test_brackets_behind_the_degree_of_a_level_leave_it_to_the_heading() -> None:
    text = "Bulge: L2-3 mild, L3-4 severe (compressing the left L3 root)"
    assert labels_of(text) == {
        "L2-L3 bulge": "mild", "L3-L4 bulge": "severe", "L3-L4 nerve_root left": "compression",
    }  # fmt: skip


@pytest.mark.parametrize(("yes", "no"), [("(+)", "(-)"), ("+", "-"), ("present", "absent"), ("mild", "none")])
@pytest.mark.parametrize("text", [
    "L4-5: foraminal stenosis right {no}, left {yes}", "L4-5: foraminal stenosis: right {no}, left {yes}",
    "L4-5: foraminal stenosis left {yes}, right {no}",
])  # fmt: skip
def test_each_side_has_its_own_answer(text: str, yes: str, no: str) -> None:
    degree = "mild" if yes == "mild" else PRESENT
    assert labels_of(text.format(yes=yes, no=no)) == {
        "L4-L5 foraminal_stenosis left": degree, "L4-L5 foraminal_stenosis right": "none",
    }  # fmt: skip


def test_the_sides_of_one_finding_are_not_those_of_the_next() -> None:
    text = "L4-5: recess stenosis right -, left +, root compression left -, right +"
    assert labels_of(text) == {
        "L4-L5 subarticular_stenosis right": "none", "L4-L5 subarticular_stenosis left": PRESENT,
        "L4-L5 nerve_root left": "none|contact|displacement", "L4-L5 nerve_root right": "compression",
    }  # fmt: skip


@pytest.mark.parametrize(("text", "finding", "grades"), [
    ("Mild bulge. Nil canal stenosis.", "canal_stenosis", "none"),
    ("Nil significant canal stenosis.", "canal_stenosis", "none|mild"),
    ("There is nil obvious disc bulge or protrusion.", "bulge", "none"),
    ("Mild disc bulge with nil neural impingement.", "nerve_root", "none|contact|displacement"),
    ("Nil evidence of foraminal narrowing.", "foraminal_stenosis", "none"),
    ("Canal stenosis nil, bulge mild.", "canal_stenosis", "none"),
    ("Canal stenosis nil, bulge mild.", "bulge", "mild"),
])  # fmt: skip
def test_nil_denies_what_follows_it_and_otherwise_what_stands_before_it(text: str, finding: str, grades: str) -> None:
    assert told(f"L4-5: {text}", finding) == at_l45(finding, grades)


def test_nil_opens_a_denial_of_all_levels_as_no_does() -> None:
    assert set(told("Mild bulge at L4-5. Nil canal stenosis.", "canal_stenosis").values()) == {"none"}
    assert len(told("Nil canal stenosis at any level.", "canal_stenosis")) == 5


def test_nil_of_one_side_leaves_the_other() -> None:
    text = "L4-5: Foramina: nil right, mild left."
    assert told(text, "foraminal_stenosis") == {"L4-L5 left": "mild", "L4-L5 right": "none"}


def test_yes_and_no_in_brackets_behind_what_they_answer() -> None:
    text = "L4-5: Bulge (yes), herniation (no), canal stenosis (mild)."
    assert labels_of(text) == {"L4-L5 bulge": PRESENT, "L4-L5 herniation": "none", "L4-L5 canal_stenosis": "mild"}


def test_boxes_that_are_not_ticked_say_nothing() -> None:
    text = "L4-5: [x] bulge [ ] herniation\nL4-5 canal stenosis: [ ] none [X] mild [ ] severe"
    assert labels_of(text) == {"L4-L5 bulge": PRESENT, "L4-L5 canal_stenosis": "mild"}


@pytest.mark.parametrize(("text", "labels"), [
    ("L4-5: Herniation? No. Stenosis? Mild.", {"L4-L5 herniation": "none", "L4-L5 canal_stenosis": "mild"}),
    ("L4-5: Bulge ? yes. Herniation ? no", {"L4-L5 bulge": PRESENT, "L4-L5 herniation": "none"}),
    ("Are there disc bulges? Yes, at L3-4 and L4-5.", {"L3-L4 bulge": PRESENT, "L4-L5 bulge": PRESENT}),
    ("Is there a bulge? Yes at L5-S1.", {"L5-S1 bulge": PRESENT}),
])  # fmt: skip
def test_a_question_is_answered_behind_it(text: str, labels: dict[str, str]) -> None:
    assert labels_of(text) == labels


@pytest.mark.parametrize("text", ["Is there a herniation? No.", "Is there any evidence of herniation?\nNone"])
def test_a_question_that_is_denied_is_denied_at_all_levels(text: str) -> None:
    assert set(told(text, "herniation").values()) == {"none"}
    assert len(told(text, "herniation")) == 5


def test_a_question_of_the_referrer_is_no_heading_of_what_follows() -> None:
    assert labels_of("Clinical: herniation? No prior imaging.") == {}


@pytest.mark.parametrize("joint", [", ", " and ", " but "])
@pytest.mark.parametrize("verb", ["", "is "])
def test_what_is_absent_at_one_level_is_present_at_another(verb: str, joint: str) -> None:
    text = f"Canal stenosis {verb}absent at L3-4{joint}present at L4-5."
    assert told(text, "canal_stenosis") == {"L3-L4": "none", "L4-L5": PRESENT}


def test_what_is_absent_on_one_side_is_present_on_the_other() -> None:
    text = "Foraminal stenosis is absent on the left and present on the right at L4-5."
    assert told(text, "foraminal_stenosis") == {"L4-L5 left": "none", "L4-L5 right": PRESENT}


@pytest.mark.parametrize("text", [
    "At L4-5, severe canal stenosis. L5-S1, none.", "Severe canal stenosis L4-5. L5-S1 none.",
    "L4-5 severe canal stenosis. L5-S1 nil.",
])  # fmt: skip
def test_none_behind_a_stenosis_denies_that_of_its_level(text: str) -> None:
    assert labels_of(text) == {"L4-L5 canal_stenosis": "severe", "L5-S1 canal_stenosis": "none"}
