"""Labels that networks which never saw them contradict are left out (as in RSNA 2024's second place).

Each fold is parted. For a fold that is held back last and a part of another one, a network learns from all patients but
these and grades the part: so what trains when the fold is held back has been graded by networks that saw neither those
patients nor the fold.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from deepspine.data.findings import FINDINGS
from deepspine.data.geometry import FloatArray
from deepspine.data.grade_sets import GradeSet
from deepspine.data.label_table import LabelKey, LabelTable
from deepspine.experiments.recipe import Recipe, grade_fold, train_network


def without_contradicted(
    dataset: Path,
    labels: LabelTable,
    run: Path,
    recipe: Recipe,
    *,
    least_likely: float,
    folds: int,
    parts: int = 1,
    only_folds: Sequence[int] = (),
    start: Path | None = None,
) -> list[LabelTable]:
    """Return for each held-back fold the labels that train the others, less those that are contradicted.

    Parameters
    ----------
    least_likely
        A label whose set the other networks give less than this is left out.
    parts
        Of each fold. More let networks learn from more patients, `1 - 1 / folds - 1 / (folds * parts)` of them, and
        there are more networks: `folds * (folds - 1) * parts`, half as many where each serves two folds (one part).
    only_folds
        Folds that will be held back, all by default. Tables of the others are not clean: fewer networks are trained.
    """
    n_parts = folds * parts
    tables = []
    for fold in range(folds):
        # A patient's part, by the same hash modulo more, lies within the patient's fold.
        held = set(range(fold, n_parts, folds))
        others = sorted(set(range(n_parts)) - held) if fold in (only_folds or range(folds)) else []
        graded: dict[LabelKey, FloatArray] = {}
        for part in others:
            unseen = sorted({*held, part})
            place = run / f"without{'_'.join(map(str, unseen))}"
            train_network(dataset, labels, place, recipe, folds=n_parts, held_folds=unseen, start=start)
            rows = grade_fold(dataset, place, folds=n_parts, fold=part)
            graded |= {row.key: row.probabilities for row in rows}
        tables.append(cleaned(labels, graded, least_likely=least_likely))
    return tables


def cleaned(labels: LabelTable, graded: Mapping[LabelKey, FloatArray], *, least_likely: float) -> LabelTable:
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
        if grades is not None and float(probabilities[np.array(grades.mask)].sum()) < least_likely:
            kept[key] = GradeSet.unknown(finding)
    return LabelTable(kept)
