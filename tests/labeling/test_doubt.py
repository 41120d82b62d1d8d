"""Doubt ranks what deserves a second look."""

from deepspine.labeling.pipeline import Labeler


def test_a_plain_report_has_no_doubt(labeler: Labeler) -> None:
    assert labeler.label("L4-5: Mild canal stenosis.").doubt == 0.0


def test_sections_that_disagree_raise_doubt(labeler: Labeler) -> None:
    text = "FINDINGS: L4-5: mild canal stenosis.\nIMPRESSION: Severe canal stenosis at L4-5."
    [label] = labeler.label(text).labels
    assert label.doubt > 0.5


def test_a_hedge_and_unknown_words_raise_doubt(labeler: Labeler) -> None:
    plain = labeler.label("L4-5: mild canal stenosis.").labels[0].doubt
    hedged = labeler.label("L4-5: possible mild canal stenosis.").labels[0].doubt
    strange = labeler.label("L4-5: mild canal stenosis from a glorbous frimble.").labels[0].doubt
    assert plain < hedged
    assert plain < strange
