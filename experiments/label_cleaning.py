"""Labels that networks which never saw them contradict are left out (as in RSNA 2024's second place), or replaced.

Each fold is parted. For a fold that is held back last and a part of another one, a network learns from all patients but
these and grades the part: so what trains when the fold is held back has been graded by networks that saw neither those
patients nor the fold.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from deepspine.data.findings import FINDINGS
from deepspine.data.geometry import FloatArray
from deepspine.data.grade_sets import GradeSet
from deepspine.data.label_table import LabelKey, LabelTable
from deepspine.experiments.recipe import Recipe, changed_recipe, grade_fold, train_network

PLAUSIBLE = 0.1
"""Grades to which judges give at least this replace a label that they contradict."""


@dataclass
class Cleaning:
    """How labels are judged.

    Attributes
    ----------
    least_likely
        A label whose set the judges give less than this is contradicted; 0 believes all, and nobody judges.
    relabel
        A contradicted label becomes the set of grades that its judges find plausible, in place of nothing.
    parts
        Of each fold. More let judges learn from more patients, `1 - 1 / folds - 1 / (folds * parts)` of them, and there
        are more judges: `folds * (folds - 1) * parts`, half as many where each serves two folds (one part).
    recipe
        Keys of the variant's recipe that differ for judges.
    """

    least_likely: float = 0.0
    relabel: bool = False
    parts: int = 1
    recipe: dict[str, Any] = field(default_factory=dict)


def judged_labels(
    dataset: Path,
    labels: LabelTable,
    run: Path,
    recipe: Recipe,
    cleaning: Cleaning,
    *,
    folds: int,
    only_folds: Sequence[int] = (),
    start: Path | None = None,
) -> list[LabelTable]:
    """Return for each held-back fold the labels that train the others, cleaned; all as they are without judges.

    Parameters
    ----------
    only_folds
        Folds that will be held back, all by default. Tables of the others are not clean: fewer networks are trained.
    """
    recipe = changed_recipe(recipe, cleaning.recipe)
    n_parts = folds * cleaning.parts
    judged = (only_folds or range(folds)) if cleaning.least_likely else ()
    tables = []
    for fold in range(folds):
        # A patient's part, by the same hash modulo more, lies within the patient's fold.
        held = set(range(fold, n_parts, folds))
        graded: dict[LabelKey, FloatArray] = {}
        for part in sorted(set(range(n_parts)) - held) if fold in judged else ():
            unseen = sorted({*held, part})
            place = run / f"without{'_'.join(map(str, unseen))}"
            train_network(dataset, labels, place, recipe, folds=n_parts, held_folds=unseen, start=start)
            rows = grade_fold(dataset, place, folds=n_parts, fold=part)
            graded |= {row.key: row.probabilities for row in rows}
        tables.append(cleaned(labels, graded, cleaning))
    return tables


def cleaned(labels: LabelTable, graded: Mapping[LabelKey, FloatArray], cleaning: Cleaning) -> LabelTable:
    """Return labels without those that gradings contradict.

    Parameters
    ----------
    graded
        Probability of each grade. Labels that were not graded stay.
    """
    kept = dict(labels)
    for key, probabilities in graded.items():
        finding = FINDINGS[key.finding]
        grades = labels.get(key)
        if grades is None or float(probabilities[np.array(grades.mask)].sum()) >= cleaning.least_likely:
            continue
        plausible = [grade for grade, p in zip(finding.scale, probabilities, strict=True) if p >= PLAUSIBLE]
        kept[key] = GradeSet.of(finding, *plausible) if cleaning.relabel else GradeSet.unknown(finding)
    return LabelTable(kept)
