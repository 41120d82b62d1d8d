"""What learners make of experts' gradings, in the measures of the published tables.

Thresholds of yes and no, and where mean Pfirrmann grades are cut, come from the other folds.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deepspine.data.agreement import (
    Weights,
    class_average_accuracy,
    cohen_kappa,
    count_pairs_by_patient,
    patient_bootstrap,
)
from deepspine.data.convert.spider_gradings import ENDPLATE_CHANGES
from deepspine.data.dataset.splits import fold_of
from deepspine.data.findings import FINDINGS
from deepspine.data.geometry import FloatArray
from deepspine.data.label_table import LabelTable
from deepspine.experiments.yes_or_no import Answers, auc, best_threshold
from deepspine.grading.prediction import Prediction

YES_OR_NO = ("modic", "bulge", "herniation", "disc_height_loss", ENDPLATE_CHANGES, "spondylolisthesis")
PFIRRMANN = "pfirrmann"
DEGENERATE = 3
"""Index of the Pfirrmann grade, 4, from which on a disc's signal is gone."""


def score(predictions: Sequence[Prediction], gradings: LabelTable, *, folds: int) -> list[dict[str, Any]]:
    """Return a row for each finding that was graded; gradings of discs not located are counted, not scored.

    Columns are those of the published tables: balanced accuracy (mean over grades), kappa (quadratic for Pfirrmann's
    grades) and AUC, with intervals over patients. The AUC of Pfirrmann's grades is that of 4 and 5 against the others.
    """
    by_finding: dict[str, list[Prediction]] = {}
    for one in predictions:
        if one.key in gradings:
            by_finding.setdefault(one.key.finding, []).append(one)
    rows = [_pfirrmann_row(by_finding[PFIRRMANN], gradings, folds)] if PFIRRMANN in by_finding else []
    rows += [_question_row(name, by_finding[name], gradings, folds) for name in YES_OR_NO if name in by_finding]
    for row in rows:
        graded = sum(key.finding == row["finding"] for key in gradings)
        row["not located"] = graded - row["n"]
    return rows


def _pfirrmann_row(rows: Sequence[Prediction], gradings: LabelTable, folds: int) -> dict[str, Any]:
    scale = FINDINGS[PFIRRMANN].scale
    probabilities = np.array([row.probabilities for row in rows])
    truth = np.array([scale.index(gradings[row.key].lowest) for row in rows])
    patients = [row.patient_key for row in rows]
    fold = np.array([fold_of(patient, folds) for patient in patients])
    mean = probabilities @ np.arange(len(scale))
    guess = np.zeros(len(rows), dtype=np.int64)
    for one in range(folds):
        others = fold != one
        guess[~others] = np.digitize(mean[~others], cuts_by_share(mean[others], truth[others], len(scale)))
    counts = count_pairs_by_patient(patients, truth, guess, len(scale))
    degenerate = Answers(patients, truth >= DEGENERATE, probabilities[:, DEGENERATE:].sum(axis=1))
    return {
        "finding": PFIRRMANN,
        "n": len(rows),
        "yes": int((truth >= DEGENERATE).sum()),
        "balanced accuracy": str(patient_bootstrap(counts, class_average_accuracy)),
        "kappa": str(patient_bootstrap(counts, lambda tables: cohen_kappa(tables, Weights.QUADRATIC))),
        "AUC": str(auc(degenerate)),
    }


def cuts_by_share(mean: FloatArray, truth: NDArray[np.int64], n_grades: int) -> FloatArray:
    """Return where to cut mean grades so that each grade is given as often as it occurs.

    Means of unsure graders crowd in the middle of the scale; rounded, they would give its ends to hardly any disc.

    Parameters
    ----------
    mean
        Mean grades of discs whose grade is known.
    truth
        Their grades, indices on the scale.

    Returns
    -------
    Cuts, rising.
        *Shape:* (grades - 1,)

    Examples
    --------
    >>> cuts_by_share(np.array([1.8, 2.0, 2.1, 2.4]), np.array([0, 2, 2, 3]), 4).tolist()
    [1.95, 1.95, 2.175]
    """
    below = np.cumsum(np.bincount(truth, minlength=n_grades))[:-1] / len(truth)
    return np.asarray(np.quantile(mean, below))


def mean_grade(probabilities: FloatArray) -> FloatArray:
    """Return the grade nearest to the mean, which the squared distance of quadratic kappa asks for.

    Shapes: (labels, grades) to (labels,)
    """
    return np.rint(probabilities @ np.arange(probabilities.shape[1])).astype(np.int64)


def _question_row(name: str, rows: Sequence[Prediction], gradings: LabelTable, folds: int) -> dict[str, Any]:
    patients = [row.patient_key for row in rows]
    answers = Answers(
        patients,
        np.array([not gradings[row.key].admits("none") for row in rows]),
        np.array([1.0 - row.probabilities[0] for row in rows]),
    )
    fold = np.array([fold_of(patient, folds) for patient in patients])
    guess = np.zeros(len(rows), dtype=bool)
    for one in range(folds):
        others = fold != one
        threshold = best_threshold(answers.truth[others], answers.scores[others])
        guess[~others] = answers.scores[~others] > threshold
    counts = count_pairs_by_patient(patients, answers.truth, guess, 2)
    return {
        "finding": name,
        "n": len(rows),
        "yes": int(answers.truth.sum()),
        "balanced accuracy": str(patient_bootstrap(counts, class_average_accuracy)),
        "kappa": str(patient_bootstrap(counts, cohen_kappa)),
        "AUC": str(auc(answers)),
    }
