"""Where tables differ, and the words behind it."""

from deepspine.data.findings import FINDINGS, Side
from deepspine.data.grade_sets import GradeSet
from deepspine.data.label_table import LabelKey
from deepspine.data.levels import Level
from deepspine.labeling.evidence import Evidence
from deepspine.labeling.validation.disagreements import MAX_CONTEXT, Kind, disagreements, marked_sentences
from deepspine.labeling.validation.table_pair import TablePair

CANAL = FINDINGS["canal_stenosis"]


def labels(**grades: str) -> dict[LabelKey, GradeSet]:
    return {
        LabelKey(report, Level.L4_L5, "canal_stenosis", Side.MIDLINE): GradeSet.parse(CANAL, text)
        for report, text in grades.items()
    }


def test_each_kind_is_told_apart() -> None:
    predicted = labels(same="mild", invented="mild", apart="none|mild", more="mild")
    reference = labels(same="mild", missed="mild", apart="severe", more="mild|moderate")
    pair = TablePair.of(predicted, reference, report_ids=["same", "invented", "missed", "apart", "more"])
    found = {one.key.report_id: (one.kind, one.steps) for one in disagreements(pair)}
    assert found == {
        "invented": (Kind.INVENTED, 0),
        "missed": (Kind.MISSED, 0),
        "apart": (Kind.CONTRADICTORY, 2),
        "more": (Kind.COMPATIBLE, 0),
    }


def test_sentences_are_escaped() -> None:
    text = "L4-5: <script>alert(1)</script> bulge & more. Next."
    html = marked_sentences(text, (Evidence(text.index("bulge"), text.index(" &"), "findings", "bulge"),))
    assert "<script>" not in html
    assert html == "L4-5: &lt;script&gt;alert(1)&lt;/script&gt; <mark>bulge</mark> &amp; more."


def test_text_without_sentence_ends_is_cut_around_the_evidence() -> None:
    text = "a " * 2000 + "bulge" + " b" * 2000
    html = marked_sentences(text, (Evidence(4000, 4005, "findings", "bulge"),))
    assert "<mark>bulge</mark>" in html
    assert len(html) < 2 * MAX_CONTEXT + 50


def test_two_pieces_of_one_sentence_are_shown_once() -> None:
    text = "Left and right stenosis. End."
    html = marked_sentences(text, (Evidence(0, 4, "findings", "a"), Evidence(9, 23, "findings", "b")))
    assert html == "<mark>Left</mark> and <mark>right stenosis</mark>."
