"""How predictions are scored beside experts: cuts and thresholds never come from the patients that they cut."""

import numpy as np

from deepspine.data.dataset.splits import fold_of
from deepspine.data.findings import FINDINGS, Side
from deepspine.data.grade_sets import GradeSet
from deepspine.data.label_table import LabelKey, LabelTable
from deepspine.data.levels import LUMBAR_LEVELS
from deepspine.experiments.expert_scores import cuts_by_share, mean_grade, score
from deepspine.grading.prediction import Prediction


def test_the_mean_grade_is_the_nearest_one() -> None:
    assert mean_grade(np.array([[0.5, 0.0, 0.5, 0, 0], [0, 0, 0.1, 0.2, 0.7]])).tolist() == [1, 4]


def test_cuts_give_each_grade_as_often_as_it_occurs() -> None:
    """Means that crowd in the middle still reach both ends, and a grade that never occurs is never given."""
    truth = np.repeat([0, 1, 3, 4], [10, 20, 50, 20])
    mean = 2.0 + 0.1 * np.sort(np.random.default_rng(0).normal(size=100))
    given = np.digitize(mean, cuts_by_share(mean, truth, 5))
    assert np.bincount(given, minlength=5).tolist() == [10, 20, 0, 50, 20]


def test_where_a_patients_mean_grades_are_cut_comes_from_other_folds() -> None:
    """Means of one fold are squeezed but in order: its own cuts would make it perfect, the others' do not."""
    labels, rows = graded()
    squeezed = [
        Prediction(row.key, row.patient_key, 0.1 * row.probabilities + 0.9 * np.eye(5)[0])
        if row.key.finding == "pfirrmann" and fold_of(row.patient_key, 5) == 0
        else row
        for row in rows
    ]
    whole, part = (score(each, labels, folds=5)[0]["kappa"] for each in (rows, squeezed))
    assert whole.startswith("1.000")
    assert float(part.split()[0]) < 0.95


def graded(n_patients: int = 20) -> tuple[LabelTable, list[Prediction]]:
    """Return gradings of all kinds and predictions that know them."""
    rng = np.random.default_rng(0)
    labels: dict[LabelKey, GradeSet] = {}
    rows: list[Prediction] = []
    for number in range(n_patients):
        for level in LUMBAR_LEVELS:
            for name in ("pfirrmann", "bulge"):
                finding = FINDINGS[name]
                key = LabelKey(f"spi-{number}", level, name, Side.MIDLINE)
                grade = int(rng.integers(len(finding.scale)))
                one = GradeSet.of(finding, finding.scale[grade])
                labels[key] = GradeSet.present(finding) if name == "bulge" and grade else one
                p = np.full(len(finding.scale), 0.02)
                p[grade] = 1 - 0.02 * (len(p) - 1)
                rows.append(Prediction(key, f"spi-{number}", p))
    return LabelTable(labels), rows


def test_without_pfirrmann_grades_the_questions_alone_are_scored() -> None:
    labels, rows = graded()
    questions = [row for row in rows if row.key.finding != "pfirrmann"]
    assert [row["finding"] for row in score(questions, labels, folds=5)] == ["bulge"]


def test_predictions_that_know_everything_score_one_and_missing_ones_are_counted() -> None:
    labels, rows = graded()
    by_finding = {row["finding"]: row for row in score(rows[2:], labels, folds=5)}
    for row in by_finding.values():
        assert row["kappa"].startswith("1.000")
        assert row["AUC"].startswith("1.000")
        assert row["not located"] == 1


def test_the_threshold_of_a_patient_comes_from_other_folds() -> None:
    """Scores of one fold are shifted: with its own threshold it would be perfect, with the others' it is not."""
    labels, rows = graded()
    shifted = [
        Prediction(row.key, row.patient_key, np.array([0.05 + 0.9 * (row.probabilities[0] > 0.5)] + [0.0] * 3))
        if row.key.finding == "bulge" and fold_of(row.patient_key, 5) != 0
        else Prediction(row.key, row.patient_key, np.array([0.96 + 0.03 * (row.probabilities[0] > 0.5)] + [0.0] * 3))
        if row.key.finding == "bulge"
        else row
        for row in rows
    ]
    kappa = {row["finding"]: row["kappa"] for row in score(shifted, labels, folds=5)}
    assert not kappa["bulge"].startswith("1.000")
