"""What several ways say of the same discs, weighed together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from deepspine.data.dataset.splits import fold_of
from deepspine.experiments.modic.answers import DiscAnswer, log_odds


def in_context(
    answers: Sequence[DiscAnswer], others: Sequence[Sequence[DiscAnswer]], *, folds: int, around: bool = True
) -> list[DiscAnswer]:
    """Weigh a disc's scores together, its place, and those of the patient's other discs, by what the other folds teach.

    Discs of one patient are alike: SPIDER's grade of a disc is told by the share of changed ones among the patient's
    others with an AUC of .83.

    Parameters
    ----------
    answers, others
        Of several ways, the same discs in the same order; scores in [0, 1].
    around
        Whether its place and the patient's other discs count.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    patients = np.array([one.patient for one in answers])
    truth = np.array([one.truth for one in answers])
    features = log_odds(np.array([[one.score for one in way] for way in (answers, *others)]).T)
    if around:
        same = patients[:, None] == patients[None]
        np.fill_diagonal(same, val=False)
        beside = same @ features / np.maximum(same.sum(axis=1, keepdims=True), 1)
        place = np.array([one.level.rank for one in answers], dtype=float)[:, None]
        features = np.concatenate([features, beside, place, np.square(place - place.mean())], axis=1)
    fold = np.array([fold_of(patient, folds) for patient in patients])
    scores = np.zeros(len(answers))
    for one in range(folds):
        scale = StandardScaler().fit(features[fold != one])
        model = LogisticRegression(C=0.3).fit(scale.transform(features[fold != one]), truth[fold != one])
        scores[fold == one] = model.predict_proba(scale.transform(features[fold == one]))[:, 1]
    return [replace(one, score=float(score)) for one, score in zip(answers, scores, strict=True)]


def mean_of_all(answers: Sequence[Sequence[DiscAnswer]]) -> list[DiscAnswer]:
    """Return the mean of the sources' log odds, as probabilities."""
    odds = np.mean([log_odds(np.array([one.score for one in own])) for own in answers], axis=0)
    return [
        replace(one, score=float(score)) for one, score in zip(answers[0], 1.0 / (1.0 + np.exp(-odds)), strict=True)
    ]
