"""Slips and alignment: their grades, their levels, and of what a denial is; all texts are invented."""

import pytest
from tests.labeling.conftest import PRESENT, labels_of, told


@pytest.mark.parametrize("text", [
    "L5-S1: Bilateral pars defects without spondylolisthesis.",
    "L5-S1: No retrolisthesis, no spondylolisthesis.",
    "L5-S1: Normal alignment. Mild bulge.",
    "L5-S1: Spondylolysis without listhesis.",
])  # fmt: skip
def test_a_slip_denied_in_the_sentence_of_a_heading_is_of_its_level(text: str) -> None:
    assert told(text, "spondylolisthesis") == {"L5-S1": "none"}


@pytest.mark.parametrize("text", [
    "L5-S1: Mild bulge.\nNo listhesis.",
    "L4-5: Mild bulge. L5-S1: Mild bulge. Alignment is maintained.",
    "At L5-S1 there is a mild bulge. No spondylolisthesis.",
    "Alignment: Normal. L5-S1: Mild bulge.",
])  # fmt: skip
def test_a_slip_denied_in_a_sentence_of_its_own_is_of_all_levels(text: str) -> None:
    assert len(told(text, "spondylolisthesis")) == 5


@pytest.mark.parametrize("text", [
    "No spondylolisthesis except for grade 1 anterolisthesis of L5 on S1.",
    "No spondylolisthesis except at L5-S1, where there is a grade 1 slip.",
    "No spondylolisthesis apart from grade 1 at L5-S1.",
])  # fmt: skip
def test_a_slip_that_is_excepted_has_its_grade(text: str) -> None:
    found = told(text, "spondylolisthesis")
    assert found == {"L1-L2": "none", "L2-L3": "none", "L3-L4": "none", "L4-L5": "none", "L5-S1": "grade1"}


def test_an_alignment_that_is_otherwise_normal_has_no_other_slip_at_any_level() -> None:
    found = told("Alignment: L5 on S1 retrolisthesis, otherwise normal.", "spondylolisthesis")
    assert len(found) == 5


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


@pytest.mark.parametrize("text", [
    "There are no compression fractures or subluxations.",
    "Neither fracture nor misalignment.",
    "I do not see subluxations.",
])  # fmt: skip
def test_no_subluxation_denies_both_slips(text: str) -> None:
    for finding in ("spondylolisthesis", "retrolisthesis"):
        assert set(told(text, finding).values()) == {"none"}
        assert len(told(text, finding)) == 5


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


@pytest.mark.parametrize("text", [
    "There is anatomic alignment.", "There is maintenance of vertebral body height and alignment.",
    "Vertebral bodies demonstrate normal alignment and stature.", "AP and lateral alignment is normal.",
])  # fmt: skip
def test_words_for_a_normal_alignment(text: str) -> None:
    assert len(told(text, "spondylolisthesis")) == len(told(text, "retrolisthesis")) == 5


@pytest.mark.parametrize(("text", "grades"), [
    ("Gr. I anterolisthesis of L4 on L5.", "grade1"),
    ("Gr II spondylolisthesis at L4-5.", "grade2"),
    ("L4 on L5 slip gr 1.", "grade1"),
    ("L4-5: Degree II spondylolisthesis.", "grade2"),
])  # fmt: skip
def test_the_grade_of_a_slip_in_short(text: str, grades: str) -> None:
    assert told(text, "spondylolisthesis") == {"L4-L5": grades}


@pytest.mark.parametrize(("text", "grades"), [
    ("L4-5: Grade 1 spondy.", "grade1"),
    ("L4-5: Facet arthropathy w/ gr II degenerative spondy and moderate canal stenosis.", "grade2"),
    ("Spondy at L4-5, grade 2.", "grade2"),
    ("Spondylo of L4 on L5, 4 mm.", "grade1"),
])  # fmt: skip
def test_a_word_short_for_a_slip_is_one_beside_its_grade(text: str, grades: str) -> None:
    assert told(text, "spondylolisthesis") == {"L4-L5": grades}


@pytest.mark.parametrize("text", [
    "L4-5: Spondy, mild bulge.", "L4-5: Spondy, grade 2 facet arthropathy.", "L4-5: Spondy. Grade 2 disc.",
    "L4-5: Spondylo-discitis.", "No spondy.",
])  # fmt: skip
def test_a_word_short_for_a_slip_may_be_another_without_a_grade(text: str) -> None:
    assert not told(text, "spondylolisthesis")


def test_an_angle_is_no_grade() -> None:
    assert told("L4-5: Lordosis of 30 degree 2 mm retrolisthesis.", "retrolisthesis") == {"L4-L5": "present"}


@pytest.mark.parametrize(("text", "finding", "grades"), [
    ("L4 slipped anteriorly over L5 (grade I).", "spondylolisthesis", "grade1"),
    ("L4 has slipped slightly forward on L5, grade 2.", "spondylolisthesis", "grade2"),
    ("Grade 1 degenerative anterior listhesis L4 over L5.", "spondylolisthesis", "grade1"),
    ("Grade 2 isthmic forward slip of L4 on L5.", "spondylolisthesis", "grade2"),
    ("L4 slipped posteriorly on L5.", "retrolisthesis", "present"),
])  # fmt: skip
def test_a_vertebra_that_slipped_is_a_slip(text: str, finding: str, grades: str) -> None:
    assert told(text, finding) == {"L4-L5": grades}


@pytest.mark.parametrize(("text", "label", "grades"), [
    ("L4 anterior slip, Meyerding 1 degree.", "L4-L5 spondylolisthesis", "grade1"),
    ("L3 slipped anteriorly by 4 mm.", "L3-L4 spondylolisthesis", "grade1"),
    ("The L4 vertebral body has slipped anteriorly, grade 1.", "L4-L5 spondylolisthesis", "grade1"),
    ("Grade 2 anterolisthesis of the L5 vertebra.", "L5-S1 spondylolisthesis", "grade2"),
    ("Mild retrolisthesis of L2.", "L2-L3 retrolisthesis", "present"),
])  # fmt: skip
def test_a_vertebra_that_slips_does_so_over_the_one_below(text: str, label: str, grades: str) -> None:
    assert labels_of(text) == {label: grades}


@pytest.mark.parametrize("text", [
    "Fracture of L1 and a spondylolisthesis.", "Spondylolysis of L5 with listhesis.", "Anterolisthesis of S1.",
])  # fmt: skip
def test_a_vertebra_that_is_not_told_to_slip_gives_no_level(text: str) -> None:
    assert labels_of(text) == {}


def test_the_denied_slip_of_a_vertebra_is_denied_of_all_levels() -> None:
    assert set(told("No spondylolisthesis of L4.", "spondylolisthesis").values()) == {"none"}


@pytest.mark.parametrize("text", [
    "Lordosis preserved, regular alignment.",
    "Lordosis normal; regular alignment.",
    "The facets are normal, proper alignment.",
])  # fmt: skip
def test_an_alignment_behind_a_comma_is_that_of_the_spine(text: str) -> None:
    assert len(told(text, "spondylolisthesis")) == 5


def test_the_alignment_that_joints_show_is_theirs() -> None:
    assert not told("The sacroiliac joints show regular alignment.", "spondylolisthesis")


@pytest.mark.parametrize("text", [
    "Retrolisthesis of L2 on L3. The remaining vertebrae are normally aligned.",
    "Retrolisthesis at L2-3. The other vertebral bodies are well aligned.",
    "Retrolisthesis at L2-3. Remaining levels are aligned.",
])  # fmt: skip
def test_remaining_vertebrae_are_those_without_a_slip(text: str) -> None:
    assert told(text, "spondylolisthesis").keys() == {"L1-L2", "L3-L4", "L4-L5", "L5-S1"}
    assert told(text, "retrolisthesis")["L2-L3"] == "present"


@pytest.mark.parametrize(("text", "finding", "grades"), [
    ("L4 is shifted forward on L5 by 4 mm.", "spondylolisthesis", "grade1"),
    ("L4 has moved anteriorly relative to L5.", "spondylolisthesis", "grade1|grade2|grade3|grade4"),
    ("The L4 vertebral body is minimally displaced anteriorly.", "spondylolisthesis", "grade1"),
    ("The body of L4 has slid forward over L5.", "spondylolisthesis", "grade1|grade2|grade3|grade4"),
    ("There is anterior displacement of L4 on L5 of 3 mm.", "spondylolisthesis", "grade1"),
    ("Mild forward shift of L4 over L5.", "spondylolisthesis", "grade1"),
    ("L4 is shifted backward on L5.", "retrolisthesis", "present"),
    ("L4 is displaced posteriorly by 3 mm.", "retrolisthesis", "present"),
    ("Slight posterior displacement of L4 on L5.", "retrolisthesis", "present"),
    ("L4 is subluxed posteriorly on L5.", "retrolisthesis", "present"),
])  # fmt: skip
def test_a_vertebra_that_has_moved_has_slipped(text: str, finding: str, grades: str) -> None:
    assert told(text, finding) == {"L4-L5": grades}


@pytest.mark.parametrize("text", [
    "L4-5: The left L5 root is displaced posteriorly.",
    "L4-5: Posterior displacement of the L5 root by an extrusion.",
    "L4-5: Disc material displaced posteriorly.",
    "Fracture of L1 with a fragment displaced posteriorly.",
    "L4-5: Left L5 displaced posteriorly.",
    "The screw of L5 is displaced anteriorly.",
])  # fmt: skip
def test_what_else_has_moved_is_no_slip(text: str) -> None:
    assert not {key for key in labels_of(text) if key.endswith("listhesis")}


@pytest.mark.parametrize("text", [
    "Retrolisthesis at L3-4 and grade 1 anterolisthesis at L4-5.",
    "Slight retrolisthesis at L3-4, grade 1 spondylolisthesis at L4-5.",
    "L3-4 shows retrolisthesis, while L4-5 shows grade 1 anterolisthesis.",
])  # fmt: skip
def test_a_grade_before_the_second_slip_is_its_own(text: str) -> None:
    assert labels_of(text) == {"L3-L4 retrolisthesis": "present", "L4-L5 spondylolisthesis": "grade1"}


@pytest.mark.parametrize("text", [
    "There is grade 1 anterolisthesis at L4-5. This results in severe canal stenosis.",
    "There is grade 1 anterolisthesis of L4 on L5. Resultant severe canal stenosis.",
    "There is grade 1 anterolisthesis of L4 on L5. There is consequent severe canal stenosis.",
    "Retrolisthesis of L4 on L5. It causes severe canal stenosis.",
])  # fmt: skip
def test_what_a_slip_does_is_of_its_level(text: str) -> None:
    assert told(text, "canal_stenosis") == {"L4-L5": "severe"}


@pytest.mark.parametrize("text", ["Grade 2 anterolisthesis: L4-5.", "Anterolisthesis: L4-5 grade 2."])
def test_a_heading_of_a_slip_has_its_grade(text: str) -> None:
    assert labels_of(text) == {"L4-L5 spondylolisthesis": "grade2"}


@pytest.mark.parametrize(("text", "grades"), [
    ("There is 30% anterior slippage of L4 on L5.", "grade2"),
    ("Anterolisthesis of L4 on L5 by less than 25%.", "grade1"),
    ("L4 has slipped forward on L5 by 60 percent.", "grade3"),
    ("25% slip of L4 on L5.", "grade1|grade2"),
    ("Anterolisthesis of L4 on L5 (25-50%).", "grade2"),
    ("Grade 1 (20%) anterolisthesis of L4 on L5.", "grade1"),
    ("Spondylolisthesis at L4-5 of approximately 10%, with 50% canal narrowing.", "grade1"),
    ("Anterolisthesis of L4 on L5 with 50% loss of disc height.", "grade1|grade2|grade3|grade4"),
    ("Wedge fracture of L1 with 30% height loss. Anterolisthesis of L4 on L5.", "grade1|grade2|grade3|grade4"),
])  # fmt: skip
def test_how_far_a_vertebra_has_slipped_in_percent(text: str, grades: str) -> None:
    assert told(text, "spondylolisthesis") == {"L4-L5": grades}


def test_levels_listed_below_the_heading_of_a_slip_have_a_grade_each() -> None:
    text = "Anterolisthesis: L3-4 none, L4-5 grade 1, L5-S1 grade 2."
    assert told(text, "spondylolisthesis") == {"L3-L4": "none", "L4-L5": "grade1", "L5-S1": "grade2"}


def test_a_vertebra_that_is_retrolisthesed() -> None:
    assert told("L3 is retrolisthesed on L4 by 4 mm.", "retrolisthesis") == {"L3-L4": "present"}


def test_a_subluxation_may_be_either_slip() -> None:
    text = "Subluxation of L4 on L5, 4 mm."
    assert told(text, "spondylolisthesis") == {"L4-L5": "none|grade1"}
    assert told(text, "retrolisthesis") == {"L4-L5": "none|present"}


@pytest.mark.parametrize("joint", [", ", "; ", " and ", " but "])
def test_each_level_of_a_list_has_its_own_grade_of_slip(joint: str) -> None:
    text = f"Grade 1 spondylolisthesis L4-5{joint}grade 2 L5-S1."
    assert told(text, "spondylolisthesis") == {"L4-L5": "grade1", "L5-S1": "grade2"}


@pytest.mark.parametrize("text", [
    "Retrolisthesis: L5-S1 3 mm.", "Retrolisthesis: 3 mm at L5-S1.", "Retrolisthesis: L5-S1 (3 mm).",
    "L5-S1: Retrolisthesis: 3 mm.", "Retrolisthesis: 3 mm L5-S1.",
])  # fmt: skip
def test_a_slip_headed_has_but_its_millimetres(text: str) -> None:
    assert labels_of(text) == {"L5-S1 retrolisthesis": "present"}


def test_each_level_of_a_headed_slip_has_its_millimetres() -> None:
    found = told("Anterolisthesis: L4-5 5 mm, L5-S1 3 mm.", "spondylolisthesis")
    assert found == {"L4-L5": "grade1", "L5-S1": "grade1"}
    assert labels_of("L4-5: retrolisthesis: none, bulge: 3 mm.") == {
        "L4-L5 bulge": PRESENT, "L4-L5 retrolisthesis": "none",
    }  # fmt: skip


@pytest.mark.parametrize("text", [
    "Grade 1 anterolisthesis of L4 on L5 with pars defects. Moderate canal stenosis.",
    "There is grade 1 anterolisthesis of L4 on L5. There is moderate canal stenosis.",
])  # fmt: skip
def test_a_stenosis_right_behind_a_slip_is_there(text: str) -> None:
    assert told(text, "canal_stenosis") == {"L4-L5": "moderate"}


@pytest.mark.parametrize("text", [
    "Grade 1 anterolisthesis of L4 on L5. Mild multilevel canal stenosis.",
    "Grade 1 anterolisthesis of L4 on L5.\nThe canal is moderately narrowed.",
    "Alignment: Grade 1 anterolisthesis of L4 on L5. Moderate canal stenosis.",
    "Grade 1 anterolisthesis of L4 on L5. The disc spaces are narrowed.",
])  # fmt: skip
def test_other_narrowing_behind_a_slip_has_no_level(text: str) -> None:
    assert told(text, "canal_stenosis") == {}
    assert told(text, "disc_height_loss") == {}


def test_slips_behind_their_levels_keep_these() -> None:
    assert labels_of("L3 on L4 retrolisthesis and L4 on L5 anterolisthesis (4 mm).") == {
        "L3-L4 retrolisthesis": "present", "L4-L5 spondylolisthesis": "grade1",
    }  # fmt: skip


def test_the_second_vertebra_of_a_slip_may_be_a_bare_number() -> None:
    assert labels_of("4 mm anterolisthesis L4 on 5.") == {"L4-L5 spondylolisthesis": "grade1"}


def test_roots_that_are_displaced_are_no_slip() -> None:
    text = "L5-S1: Extrusion with posterior displacement of the S1 and S2 roots."
    assert set(labels_of(text)) == {"L5-S1 herniation", "L5-S1 nerve_root left", "L5-S1 nerve_root right"}


@pytest.mark.parametrize(("text", "finding"), [
    ("Mild backward slippage of L4 over L5.", "retrolisthesis"),
    ("Posterior slippage of L4 over L5.", "retrolisthesis"),
    ("Grade 1 olisthesis L4/5.", "spondylolisthesis"),
])  # fmt: skip
def test_other_words_for_a_slip(text: str, finding: str) -> None:
    assert set(told(text, finding)) == {"L4-L5"}


def test_a_slip_sidewards_is_none_of_the_two() -> None:
    assert labels_of("Rightward listhesis of L3 on L4.") == {}


@pytest.mark.parametrize("stenosis", [
    "Severe central stenosis.", "Severe central stenosis with redundant nerve roots above.",
    "There is severe central stenosis with crowding of the roots.",
])  # fmt: skip
@pytest.mark.parametrize("foramina", ["Severe right, moderate left foraminal stenosis.",
                                      "There is severe right and moderate left foraminal stenosis."])  # fmt: skip
def test_stenoses_one_after_another_behind_a_slip_are_at_its_level(stenosis: str, foramina: str) -> None:
    found = labels_of(f"Grade I anterolisthesis of L4 on L5. {stenosis} {foramina}")
    assert found == {
        "L4-L5 spondylolisthesis": "grade1",
        "L4-L5 canal_stenosis": "severe",
        "L4-L5 foraminal_stenosis right": "severe",
        "L4-L5 foraminal_stenosis left": "moderate",
    }


def test_a_stenosis_behind_another_level_is_not_at_that_of_a_slip() -> None:
    text = "Grade I anterolisthesis of L4 on L5. Severe central stenosis. Mild bulge at L5-S1. Mild canal stenosis."
    assert told(text, "canal_stenosis") == {"L4-L5": "severe", "L5-S1": "mild"}


@pytest.mark.parametrize("place", ["above this level", "above the level", "above and below this level"])
def test_where_a_stenosis_crowds_the_roots_is_not_its_own_place(place: str) -> None:
    text = f"L4-5: Severe canal stenosis with redundant nerve roots {place}. Mild left foraminal stenosis."
    assert labels_of(text) == {"L4-L5 canal_stenosis": "severe", "L4-L5 foraminal_stenosis left": "mild"}
