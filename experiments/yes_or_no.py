"""Agreement on a question with the answers yes and no: kappa and AUC with intervals over patients, and a threshold."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deepspine.data.agreement import (
    Interval,
    PatientDraws,
    cohen_kappa,
    count_pairs_by_patient,
    patient_bootstrap,
    percentile_interval,
)
from deepspine.data.geometry import FloatArray

AUC_RESAMPLES = 500
HALVES = ("A", "B")
"""Patients are divided once more by hash: what was chosen by looking at the judge was chosen on half A."""


@dataclass(frozen=True, eq=False)
class Answers:
    """A judge's answers beside scores.

    Attributes
    ----------
    patients
        Keys, one an answer.
    truth
        The judge's.
        *Shape:* (answers,)
    scores
        Higher for yes.
        *Shape:* (answers,)
    """

    patients: Sequence[str]
    truth: NDArray[np.bool_]
    scores: FloatArray

    def of_half(self, half: str) -> Answers:
        """Return the answers of the patients of half A or B."""
        kept = np.array([half_of(patient) == half for patient in self.patients])
        patients = [patient for patient, one in zip(self.patients, kept, strict=True) if one]
        return Answers(patients, self.truth[kept], self.scores[kept])


def half_of(patient: str) -> str:
    """Return the half that a patient belongs to, A or B, by hash."""
    return HALVES[int(hashlib.sha256(patient.encode()).hexdigest(), 16) % 2]


def agreement_row(answers: Answers, *, threshold: float) -> dict[str, Any]:
    """Return the columns of a table: kappa and AUC over all patients with intervals, and by half without."""
    halves = {half: answers.of_half(half) for half in HALVES}
    return {
        "kappa": str(kappa(answers, threshold=threshold)),
        "AUC": str(auc(answers)),
        **{f"kappa {half}": round(kappa(one, threshold=threshold).value, 3) for half, one in halves.items()},
        **{f"AUC {half}": round(auc(one).value, 3) for half, one in halves.items()},
        "threshold": round(threshold, 3),
        "n": len(answers.truth),
        "yes": int(answers.truth.sum()),
    }


def kappa(answers: Answers, *, threshold: float) -> Interval:
    """Return Cohen's kappa of truth and scores above a threshold, with its interval over patients."""
    counts = count_pairs_by_patient(answers.patients, answers.truth, answers.scores > threshold, 2)
    return patient_bootstrap(counts, cohen_kappa)


def auc(answers: Answers, *, seed: int = 0) -> Interval:
    """Return the area under the ROC curve with its interval over patients; nan when the truth has one side only."""
    from sklearn.metrics import roc_auc_score

    if answers.truth.all() or not answers.truth.any():
        return Interval(float("nan"), float("nan"), float("nan"))
    value = float(roc_auc_score(answers.truth, answers.scores))
    keys, patient = np.unique(np.asarray(answers.patients, dtype=str), return_inverse=True)
    draws = PatientDraws.draw(len(keys), resamples=AUC_RESAMPLES, seed=seed)
    # A patient drawn twice counts twice: weights in place of copies.
    values = [
        roc_auc_score(answers.truth, answers.scores, sample_weight=times[patient])
        for times in draws.times
        if _has_both(answers.truth, times[patient])
    ]
    return percentile_interval(value, np.array(values))


def _has_both(truth: NDArray[np.bool_], weights: NDArray[np.float32]) -> bool:
    return bool(weights[truth].sum() > 0 and weights[~truth].sum() > 0)


def noted_threshold(scores: Mapping[Any, float], noted: Mapping[Any, float]) -> float:
    """Return a threshold from what notes assert, without a look at what is there (Elkan and Noto 2008).

    Notes mention a share `c` of what is there, the same whatever it looks like (their assumption). Then a score, which
    estimates the probability of a mention, is `c` times the probability of the finding; `c` is the mean score of held
    back discs that have a mention, and the finding is more likely than not above `c / 2`.
    """
    mentioned = [scores[key] for key, value in noted.items() if value and key in scores]
    return float(np.mean(mentioned)) / 2 if mentioned else 0.5


def best_threshold(truth: NDArray[np.bool_], scores: FloatArray) -> float:
    """Return the threshold of the highest kappa, midway to the next lower score; 0.5 when the truth has one side.

    Parameters
    ----------
    truth, scores
        *Shape:* (answers,)
    """
    if truth.all() or not truth.any():
        return 0.5
    steps = np.unique(scores)
    # Above the last step all is no, whose kappa of 0 may be the best that there is.
    candidates = np.append((steps[1:] + steps[:-1]) / 2, steps[-1])
    guess = scores[None] > candidates[:, None]
    yes = (guess & truth).sum(axis=1)
    counts = np.empty((len(candidates), 2, 2))
    counts[:, 1, 1], counts[:, 1, 0] = yes, truth.sum() - yes
    counts[:, 0, 1] = guess.sum(axis=1) - yes
    counts[:, 0, 0] = len(truth) - truth.sum() - counts[:, 0, 1]
    return float(candidates[int(np.argmax(cohen_kappa(counts)))])
