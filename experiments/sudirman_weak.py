"""`sudirman-weak`: a grader taught by clinicians' notes alone, judged by image annotations that it never saw.

The data folder holds `sudirman` (mid-sagittal T1 and T2 pictures, boxes a disc, Pfirrmann grades) and `reports` (the
notes). Notes are labelled by our labeler, discs located by our own network. Folds by patient. The judge: a disc box of
the class bulge, on the five lowest discs of each T2, by place in the picture.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from omegaconf import MISSING

from deepspine.data.convert.sudirman_boxes import BULGE_OR_HERNIATION, read_boxed_discs
from deepspine.data.errors import ConfigError
from deepspine.data.label_table import LabelTable
from deepspine.data.levels import LUMBAR_LEVELS
from deepspine.experiments.label_cleaning import Cleaning, judged_labels
from deepspine.experiments.measured_pictures import cross_validate_measured, measured
from deepspine.experiments.note_labels import label_notes, taught_by
from deepspine.experiments.picture_annotators import (
    BOXES_FILE,
    PFIRRMANN_FILE,
    Disc,
    Judge,
    find_boxed,
    read_pfirrmann,
)
from deepspine.experiments.picture_dataset import USUAL, PicturePair, build_pictures, dataset_folder, picture_pairs
from deepspine.experiments.public_sets import SUDIRMAN_PREFIX
from deepspine.experiments.recipe import Recipe, average_of, changed_recipe, cross_validate, folder_of, wanted_variants
from deepspine.experiments.yes_or_no import agreement_row, noted_threshold
from deepspine.grading.prediction import Prediction
from deepspine.labeling.validation.pictures import QUESTIONS, asserts
from deepspine.segmentation.inference import shipped_weights

PFIRRMANN_DEGENERATE = 4
"""From this grade on the disc's signal is gone, which is what notes call degeneration."""


@dataclass
class Variant:
    """One row of the table: what differs from the grader.

    Attributes
    ----------
    labels
        `notes`, or `boxes` for the ceiling: the judge's own answers.
    silence
        `normal`: what a note leaves out is not there; `missing`: nothing is known of it.
    sets
        Off, a set becomes the mildest of its grades, as a labeler with one answer would have to choose.
    cleaning
        What becomes of labels that networks of other folds contradict; see `label_cleaning`.
    start
        Whether to start from the segmentation's encoder (`spine`), which learned from masks and from where discs are,
        not from what is the matter with them.
    learner
        `forest`, `boosting` or `logistic` on measurements in place of a network; none when empty.
    min_leaf
        Fewest discs in a leaf of trees on measurements; their own default when missing.
    average_of
        Variants further up whose probabilities are averaged in place of a training.
    crops
        `usual` or `fine`; see `picture_dataset.PRESETS`.
    recipe
        Keys of `Recipe` that differ.
    """

    labels: str = "notes"
    silence: str = "normal"
    sets: bool = True
    cleaning: Cleaning = field(default_factory=Cleaning)
    start: bool = False
    learner: str = ""
    min_leaf: int | None = None
    average_of: list[str] = field(default_factory=list)
    crops: str = USUAL
    recipe: dict[str, Any] = field(default_factory=dict)


@dataclass
class Settings:
    """Keys of the config."""

    folds: int = MISSING
    recipe: Recipe = field(default_factory=Recipe)
    variants: dict[str, Variant] = field(default_factory=dict)
    only: list[str] = field(default_factory=list)
    """Names of the variants to run; all by default."""


def run(settings: Settings, data: Path, out: Path, advance: Callable[[float], None]) -> list[Mapping[str, Any]]:
    """Run the variants and return the table, one row each, beside the notes themselves and the majority class."""
    names = wanted_variants(settings.only, settings.variants)
    pairs = picture_pairs(data / "sudirman", out / "located", prefix=SUDIRMAN_PREFIX, same_view=True, required="t2")
    notes = label_notes(data / "reports" / "sudirman_notes.csv")
    wanted = dict.fromkeys(settings.variants[name].crops for name in names)
    datasets = {crops: dataset_folder(out, crops) for crops in wanted}
    for crops, dataset in datasets.items():
        build_pictures(pairs, dataset, crops=crops, advance=lambda n: advance(0.2 * n / len(pairs) / len(datasets)))
    judge = find_boxed(pairs, read_boxed_discs(data / "sudirman" / BOXES_FILE, id_prefix=SUDIRMAN_PREFIX))
    everyone = [disc for disc in judge.found if disc is not None]
    said = {disc: float(asserts(notes, *disc, QUESTIONS[BULGE_OR_HERNIATION])) for disc in everyone}
    rows: list[Mapping[str, Any]] = [
        {"variant": "majority class", **agreement_row(judge.answers({}), threshold=0.5)},
        {"variant": "the notes themselves", **agreement_row(judge.answers(said), threshold=0.5)},
    ]
    graded: dict[str, list[Prediction]] = {}
    for name in names:
        variant = settings.variants[name]
        if variant.average_of:
            graded[name] = average_of(variant.average_of, graded)
        else:
            graded[name] = learn(
                variant, settings, pairs, datasets[variant.crops], notes, judge, out / folder_of(name),
                lambda n: advance(0.8 * n / len(names)),
            )  # fmt: skip
        scores = bulge_scores(graded[name])
        threshold = 0.5 if variant.labels == "boxes" else noted_threshold(scores, said)
        row = agreement_row(judge.answers(scores), threshold=threshold)
        rows.append(
            {
                "variant": name,
                **row,
                **pfirrmann_row(data / "sudirman" / PFIRRMANN_FILE, graded[name]),
                **level_columns(judge, scores),
            }
        )
    return rows


def learn(
    variant: Variant,
    settings: Settings,
    pairs: Sequence[PicturePair],
    dataset: Path,
    notes: LabelTable,
    judge: Judge,
    place: Path,
    advance: Callable[[float], None],
) -> list[Prediction]:
    """Cross-validate a variant; return the predictions of all patients."""
    recipe = changed_recipe(settings.recipe, variant.recipe)
    labels = labels_of(variant, notes, judge, recipe.findings)
    if variant.learner:
        table = measured(pairs, place.parent / "measurements.csv", advance=advance)
        return cross_validate_measured(
            table, labels, recipe.findings,
            learner=variant.learner, folds=settings.folds, seed=recipe.seed, min_leaf=variant.min_leaf,
        )  # fmt: skip
    start = shipped_weights() if variant.start else None
    inner = place / "inner"
    labels_by_fold = judged_labels(dataset, labels, inner, recipe, variant.cleaning, folds=settings.folds, start=start)
    return cross_validate(dataset, labels_by_fold, place, recipe, start=start, advance=advance)


# --------------------------------------------------------------------------------------------------------- the labels


def labels_of(variant: Variant, notes: LabelTable, judge: Judge, findings: Sequence[str]) -> LabelTable:
    """Return what teaches a variant.

    Raises
    ------
    ConfigError
        When its `labels` are neither notes nor boxes.
    """
    if variant.labels not in ("notes", "boxes"):
        raise ConfigError(f"labels must be notes or boxes, got {variant.labels}")
    if variant.labels == "boxes":
        return judge.bulges()
    return taught_by(notes, findings, silence=variant.silence, sets=variant.sets)


# ---------------------------------------------------------------------------------------------------------- the judge


def level_columns(judge: Judge, scores: Mapping[Disc, float]) -> dict[str, float]:
    """Return the AUC of each level alone, caudal first; a level whose discs all have one answer is left out.

    Over all levels together a score gains by knowing that low discs bulge; within a level it must see the bulge.
    """
    from sklearn.metrics import roc_auc_score

    answers = judge.answers(scores)
    columns: dict[str, float] = {}
    for level in reversed(LUMBAR_LEVELS):
        here = np.array([one.level is level for one in judge.boxed], dtype=bool)
        truth = answers.truth[here]
        if truth.any() and not truth.all():
            columns[f"AUC {level.value}"] = round(float(roc_auc_score(truth, answers.scores[here])), 3)
    return columns


def bulge_scores(rows: Sequence[Prediction]) -> dict[Disc, float]:
    """Return for each disc the probability that it bulges or is herniated, the two taken as independent."""
    spared: dict[Disc, float] = {}
    for row in rows:
        if row.key.finding in QUESTIONS[BULGE_OR_HERNIATION]:
            disc = (row.key.report_id, row.key.level)
            spared[disc] = spared.get(disc, 1.0) * float(row.probabilities[0])
    return {disc: 1.0 - value for disc, value in spared.items()}


def pfirrmann_row(path: Path, rows: Sequence[Prediction]) -> dict[str, Any]:
    """Return how well the probability of degeneration ranks discs by their Pfirrmann grade; empty without one."""
    from sklearn.metrics import roc_auc_score

    scores = {
        (row.key.report_id, row.key.level): 1.0 - float(row.probabilities[0])
        for row in rows
        if row.key.finding == "degeneration"
    }
    grades = read_pfirrmann(path) if scores else {}
    both = sorted(set(grades) & set(scores))
    truth = np.array([grades[disc] >= PFIRRMANN_DEGENERATE for disc in both])
    if truth.all() or not truth.any():
        return {}
    return {"AUC Pfirrmann 4-5": round(float(roc_auc_score(truth, [scores[disc] for disc in both])), 3)}
