"""Labels that networks which never saw them contradict are left out (as in RSNA 2024's second place).

For the folds `i` and `k` one network learns from all other folds and grades both. So for the training of the fold that
is held back last, `k`, every other patient has been graded by a network that saw neither that patient nor fold `k`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from pathlib import Path

import numpy as np

from deepspine.data.findings import FINDINGS
from deepspine.data.geometry import FloatArray
from deepspine.data.grade_sets import GradeSet
from deepspine.data.label_table import LabelKey, LabelTable
from deepspine.experiments.recipe import Recipe, grade_fold, train_network

LEAST_LIKELY = 0.1
"""A label whose set the other networks give less than this is left out."""


def without_contradicted(
    dataset: Path,
    labels: LabelTable,
    run: Path,
    recipe: Recipe,
    *,
    folds: int,
    only_folds: Sequence[int] = (),
    start: Path | None = None,
) -> list[LabelTable]:
    """Return for each held-back fold the labels that train the others, less those that are contradicted.

    Parameters
    ----------
    only_folds
        Folds that will be held back, all by default. Tables of the others are not clean: fewer networks are trained.
    """
    held = set(only_folds or range(folds))
    probabilities: list[dict[LabelKey, FloatArray]] = [{} for _ in range(folds)]
    for pair in combinations(range(folds), 2):
        if not held & set(pair):
            continue
        place = run / f"without{pair[0]}{pair[1]}"
        train_network(dataset, labels, place, recipe, folds=folds, held_folds=pair, start=start)
        for outer, graded in (pair, pair[::-1]):
            rows = grade_fold(dataset, place, folds=folds, fold=graded)
            probabilities[outer] |= {row.key: row.probabilities for row in rows}
    return [cleaned(labels, graded) for graded in probabilities]


def cleaned(labels: LabelTable, graded: Mapping[LabelKey, FloatArray]) -> LabelTable:
    """Return labels with those that gradings contradict turned into "nothing is known".

    Parameters
    ----------
    graded
        Probability of each grade. Labels that were not graded stay.
    """
    kept = dict(labels)
    for key, probabilities in graded.items():
        finding = FINDINGS[key.finding]
        grades = labels.get(key)
        if grades is not None and float(probabilities[np.array(grades.mask)].sum()) < LEAST_LIKELY:
            kept[key] = GradeSet.unknown(finding)
    return LabelTable(kept)
