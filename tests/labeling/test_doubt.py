"""Doubt ranks what deserves a second look."""

from pathlib import Path

import numpy as np
import pytest

from deepspine.data.errors import InputError
from deepspine.experiments.benchmarks.labeling import doubt_fit
from deepspine.labeling.pipeline import Labeler

PLAIN = "L4-5: Mild canal stenosis.\nL5-S1: Moderate disc bulge."


def test_a_plain_report_has_little_doubt(labeler: Labeler) -> None:
    plain = labeler.label(PLAIN)
    assert plain.doubt < 0.1
    assert all(label.doubt == 0.0 for label in plain.labels)


@pytest.mark.parametrize("addition", [
    "\nL3-4: Modic type II changes.",
    "\nL3-4: the canal, the recess, the foramen and the root as on the outside study.",
])  # fmt: skip
def test_a_report_that_is_understood_worse_has_more_doubt(labeler: Labeler, addition: str) -> None:
    assert labeler.label(PLAIN + addition).doubt > labeler.label(PLAIN).doubt


def test_the_most_doubtful_tenth_is_told_by_its_errors() -> None:
    errors = np.array([3.0, 0, 1, 0, 0, 0, 0, 0, 0, 0] * 2)
    assert doubt_fit.share_found(errors, errors) == 6 / 8
    assert doubt_fit.share_found(-errors, errors) == 0.0


def test_a_folder_without_gold_labels_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no gold labels"):
        doubt_fit.read_graded(tmp_path)


def test_doubt_finds_errors_three_times_as_often_as_chance(real_data: Path) -> None:
    reports = doubt_fit.read_graded(real_data / "reports")
    assert doubt_fit.share_found_out_of_fold(reports).mean() > 0.35
    assert doubt_fit.share_found_as_shipped(reports) > 0.4


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
