"""How well probabilities agree with a label table whose labels are sets.

Grades are compared where the reference is definite. A set that leaves several grades still counts where it decides: for
the AUC of a threshold that it lies on one side of, and for whether the prediction is compatible with it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deepspine.data.agreement import Counts, Interval, PatientDraws, count_pairs_by_patient, statistics_of_scale
from deepspine.data.findings import Finding, get_finding
from deepspine.data.geometry import FloatArray
from deepspine.data.grade_sets import GradeSet
from deepspine.data.label_table import LabelTable
from deepspine.grading.prediction import Prediction

ECE_BINS = 15
"""Bins of equal width of the expected calibration error (Guo 2017)."""
UNDEFINED = Interval(float("nan"), float("nan"), float("nan"))


@dataclass(frozen=True, eq=False)
class FindingScore:
    """Agreement on one finding over all levels and sides.

    Attributes
    ----------
    n, n_definite
        Labels compared, and those of them that leave one grade.
    counts
        Definite labels, rows the reference.
        *Shape:* (grades, grades)
    class_average_accuracy
        With its interval over patients, as the other intervals.
    kappa_linear, kappa_quadratic
        nan on nominal scales, whose grades have no distances.
    auc
        By the grade from which on the finding counts as there; nan where the reference has one side only.
    compatible
        Share of all labels whose set holds the predicted grade.
    ece
        Expected calibration error on the most probable grade.
    """

    finding: Finding
    n: int
    n_definite: int
    counts: Counts
    accuracy: Interval
    class_average_accuracy: Interval
    kappa: Interval
    kappa_linear: Interval
    kappa_quadratic: Interval
    gwet_ac1: Interval
    auc: Mapping[str, float]
    compatible: float
    ece: float


def score_finding(
    finding: Finding, predictions: Sequence[Prediction], reference: LabelTable, *, seed: int = 0
) -> FindingScore | None:
    """Score the predictions of one finding; None when the reference says nothing of it.

    Parameters
    ----------
    predictions
        Of this finding; those without a label in the reference are left out.
    seed
        Of the bootstrap.
    """
    pairs = [(row, reference[row.key]) for row in predictions if row.key in reference]
    pairs = [(row, grades) for row, grades in pairs if not grades.is_unknown]
    if not pairs:
        return None
    probabilities = np.array([row.probabilities for row, _ in pairs])
    sets = [grades for _, grades in pairs]
    definite = np.array([grades.is_definite for grades in sets])
    truth = np.array([finding.scale.index(grades.lowest) for grades in sets])[definite]
    guess = probabilities.argmax(axis=1)
    patients = [row.patient_key for (row, _), one in zip(pairs, definite, strict=True) if one]
    by_patient = count_pairs_by_patient(patients, truth, guess[definite], len(finding.scale))

    figures = PatientDraws.draw(len(by_patient), seed=seed).intervals(
        by_patient, statistics_of_scale(ordinal=finding.ordinal)
    )
    return FindingScore(
        finding=finding,
        n=len(pairs),
        n_definite=int(definite.sum()),
        counts=by_patient.sum(axis=0),
        accuracy=figures["accuracy"],
        class_average_accuracy=figures["class_average_accuracy"],
        kappa=figures["kappa"],
        kappa_linear=figures.get("kappa_linear", UNDEFINED),
        kappa_quadratic=figures.get("kappa_quadratic", UNDEFINED),
        gwet_ac1=figures["ac1"],
        auc={grade: threshold_auc(finding, grade, probabilities, sets) for grade in finding.scale[1:]},
        compatible=float(np.mean([grades.mask[g] for grades, g in zip(sets, guess, strict=True)])),
        ece=expected_calibration_error(probabilities[definite], truth),
    )


def threshold_auc(finding: Finding, grade: str, probabilities: FloatArray, sets: Sequence[GradeSet]) -> float:
    """Return the area under the curve of "`grade` or worse" ("`grade`" on nominal scales); nan where undefined.

    Parameters
    ----------
    probabilities
        *Shape:* (labels, grades)
    sets
        The reference; sets on both sides of the threshold are left out.
    """
    from sklearn.metrics import roc_auc_score

    index = finding.scale.index(grade)
    if finding.ordinal:
        positive = GradeSet.at_least(finding, grade)
        score = probabilities[:, index:].sum(axis=1)
    else:
        positive = GradeSet.of(finding, grade)
        score = probabilities[:, index]
    decided = np.array([s <= positive or not s.compatible(positive) for s in sets])
    truth = np.array([s <= positive for s in sets])[decided]
    if not len(truth) or truth.all() or not truth.any():
        return float("nan")
    return float(roc_auc_score(truth, score[decided]))


def expected_calibration_error(probabilities: FloatArray, truth: NDArray[np.integer]) -> float:
    """Return the mean gap between confidence and accuracy of the most probable grade (Guo 2017); nan without labels.

    Parameters
    ----------
    probabilities
        *Shape:* (labels, grades)
    truth
        Index of the true grade.
        *Shape:* (labels,)
    """
    if not len(truth):
        return float("nan")
    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == truth
    bin_of = np.clip(np.ceil(confidence * ECE_BINS).astype(int) - 1, 0, ECE_BINS - 1)
    gaps = np.bincount(bin_of, weights=confidence - right, minlength=ECE_BINS)
    return float(np.abs(gaps).sum() / len(truth))


def score_predictions(predictions: Sequence[Prediction], reference: LabelTable, *, seed: int = 0) -> list[FindingScore]:
    """Score every finding that the reference says something of, in the order of the predictions' findings."""
    names = dict.fromkeys(row.key.finding for row in predictions)
    scores = [
        score_finding(get_finding(name), [row for row in predictions if row.key.finding == name], reference, seed=seed)
        for name in sorted(names)
    ]
    return [score for score in scores if score is not None]


def mean_class_average_accuracy(scores: Sequence[FindingScore]) -> float:
    """Return the mean over findings of which the reference has more than one grade; nan when none has."""
    values = [s.class_average_accuracy.value for s in scores if (s.counts.sum(axis=1) > 0).sum() > 1]
    return float(np.mean(values)) if values else float("nan")
