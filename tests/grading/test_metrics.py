"""Agreement with references whose labels are sets, and calibration."""

import numpy as np
import pytest
import torch

from deepspine.data.errors import InputError
from deepspine.data.findings import FINDINGS, Side
from deepspine.data.grade_sets import GradeSet
from deepspine.data.label_table import LabelKey, LabelTable
from deepspine.data.levels import Level
from deepspine.grading.metrics import (
    expected_calibration_error,
    mean_class_average_accuracy,
    score_finding,
    score_predictions,
    threshold_auc,
)
from deepspine.grading.prediction import Prediction, checked

BULGE = FINDINGS["bulge"]


def prediction(number: int, probabilities: list[float]) -> Prediction:
    key = LabelKey(f"r{number}", Level.L4_L5, "bulge", Side.MIDLINE)
    return Prediction(key, f"p{number}", np.array(probabilities))


def table(*grades: str) -> LabelTable:
    return LabelTable(
        {
            LabelKey(f"r{i}", Level.L4_L5, "bulge", Side.MIDLINE): GradeSet.parse(BULGE, text)
            for i, text in enumerate(grades)
        }
    )


def test_definite_labels_are_counted_and_sets_are_compatible_or_not() -> None:
    rows = [prediction(0, [0.7, 0.1, 0.1, 0.1]), prediction(1, [0.1, 0.1, 0.7, 0.1]), prediction(2, [0.9, 0.1, 0, 0])]
    score = score_finding(BULGE, rows, table("none", "mild|moderate", "mild"))
    assert score is not None
    assert (score.n, score.n_definite) == (3, 2)
    assert score.counts[0, 0] == 1
    assert score.counts[1, 0] == 1
    assert score.compatible == pytest.approx(2 / 3)
    assert score.class_average_accuracy.value == pytest.approx(0.5)
    assert mean_class_average_accuracy([score]) == pytest.approx(0.5)


@pytest.mark.parametrize(("name", "grades"), [("bulge", "none mild moderate"), ("modic", "none type1 type2")])
def test_grades_without_an_order_have_no_weighted_kappa(name: str, grades: str) -> None:
    finding = FINDINGS[name]
    keys = [LabelKey(f"r{number}", Level.L4_L5, name, Side.MIDLINE) for number in range(3)]
    rows = [Prediction(key, key.report_id, np.eye(4)[guess]) for key, guess in zip(keys, (0, 1, 1), strict=True)]
    truth = dict(zip(keys, (GradeSet.of(finding, grade) for grade in grades.split()), strict=True))
    score = score_finding(finding, rows, LabelTable(truth))
    assert score is not None
    assert np.isfinite([score.kappa.value, score.accuracy.value, score.gwet_ac1.value]).all()
    weighted = [score.kappa_linear.value, score.kappa_quadratic.value, score.kappa_quadratic.low]
    assert np.isfinite(weighted).all() == finding.ordinal
    assert np.isnan(weighted).all() != finding.ordinal


def test_labels_that_say_nothing_and_labels_of_others_do_not_count() -> None:
    rows = [prediction(0, [0.7, 0.1, 0.1, 0.1]), prediction(5, [0.7, 0.1, 0.1, 0.1])]
    assert score_predictions(rows, table("none|mild|moderate|severe")) == []


def test_a_set_counts_for_the_thresholds_that_it_decides() -> None:
    probabilities = np.array([[0.8, 0.2, 0.0, 0.0], [0.1, 0.2, 0.3, 0.4], [0.3, 0.3, 0.3, 0.1]])
    sets = [GradeSet.parse(BULGE, text) for text in ("none", "moderate|severe", "none|mild")]
    assert threshold_auc(BULGE, "moderate", probabilities, sets) == 1.0
    assert threshold_auc(BULGE, "mild", probabilities, sets) == 1.0
    assert np.isnan(threshold_auc(BULGE, "severe", probabilities, sets))


def test_the_calibration_error_is_the_gap_between_confidence_and_accuracy() -> None:
    sure = np.tile([0.9, 0.1], (10, 1))
    assert expected_calibration_error(sure, np.array([0] * 9 + [1])) == pytest.approx(0.0)
    assert expected_calibration_error(sure, np.array([0] * 4 + [1] * 6)) == pytest.approx(0.5)
    assert np.isnan(expected_calibration_error(np.zeros((0, 2)), np.zeros(0, dtype=int)))


def test_an_answer_that_is_no_number_is_refused() -> None:
    assert checked({"bulge": torch.zeros(1, 4)})
    with pytest.raises(InputError, match="bulge is no number: its training has diverged"):
        checked({"canal_stenosis": torch.zeros(1, 4), "bulge": torch.full((1, 4), float("nan"))})
