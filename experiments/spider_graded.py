"""`spider-graded`: experts' gradings of mid-sagittal T1 and T2, learned and graded by patient.

The data folder holds `spider_mid` (pictures and gradings of SPIDER, van der Graaf 2024) and, for what is learned from
notes beside them, `sudirman` and `reports`. Pictures are brought to one size by the spines that they show, T1 is laid
on T2 by its discs. Folds by patient; thresholds of yes and no, and where mean Pfirrmann grades are cut, come from the
other folds.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from omegaconf import MISSING

from deepspine.data.agreement import (
    Weights,
    class_average_accuracy,
    cohen_kappa,
    count_pairs_by_patient,
    patient_bootstrap,
)
from deepspine.data.dataset.splits import fold_of
from deepspine.data.errors import ConfigError
from deepspine.data.findings import FINDINGS, Side
from deepspine.data.geometry import FloatArray
from deepspine.data.grade_sets import GradeSet
from deepspine.data.label_table import LabelKey, LabelTable
from deepspine.experiments.measured_pictures import cross_validate_measured, measured
from deepspine.experiments.note_labels import label_notes, with_silence_as_normal
from deepspine.experiments.picture_annotators import PREFIX as NOTES_PREFIX
from deepspine.experiments.picture_annotators import annotated_discs
from deepspine.experiments.picture_dataset import USUAL, PicturePair, build_pictures, dataset_folder, picture_pairs
from deepspine.experiments.recipe import (
    Recipe,
    average_of,
    changed_recipe,
    cross_validate,
    folder_of,
    train_network,
    wanted_variants,
)
from deepspine.experiments.shipped import segmentation_weights
from deepspine.experiments.yes_or_no import Answers, auc, best_threshold
from deepspine.grading.level_features import beside_neighbours
from deepspine.grading.network import SPINE
from deepspine.grading.prediction import Prediction, find_checkpoint
from deepspine.labeling.validation.pictures import LEVELS_FROM_BELOW, read_gradings

if TYPE_CHECKING:
    import pandas as pd

PREFIX = "spi-"
"""Of patients, so that those of two sets are not mixed up."""
ENDPLATES = "schmorl_node"
"""SPIDER grades "endplate changes or Schmorl nodes" of either endplate as one."""
ENDPLATE_COLUMNS = ("UP endplate", "LOW endplate")
YES_OR_NO = ("modic", "bulge", "herniation", "disc_height_loss", ENDPLATES, "spondylolisthesis")
PFIRRMANN = "pfirrmann"
DEGENERATE = 3
"""Index of the Pfirrmann grade, 4, from which on a disc's signal is gone."""


@dataclass
class Variant:
    """One way to learn.

    Attributes
    ----------
    notes
        Whether labels of clinicians' notes on other patients are learned at the same time (many tasks, one network).
    annotators
        Whether what annotators of the other patients' pictures graded is learned at the same time: Pfirrmann grades,
        and whether a disc was boxed as normal.
    start
        `chance`, `segmentation` (its encoder), `notes` (a grader that learned from notes alone, itself from the
        segmentation's encoder where it has one), or the name of a
        variant further up, whose network of the same fold goes on learning.
    learner
        `forest` or `boosting` on measurements in place of a network; none when empty.
    neighbours
        Whether a learner on measurements also sees how a level differs from the patient's others.
    average_of
        Variants further up whose probabilities are averaged in place of a training.
    crops
        `usual` or `fine`; see `picture_dataset.PRESETS`.
    recipe
        Keys of `Recipe` that differ.
    """

    notes: bool = False
    annotators: bool = False
    start: str = "segmentation"
    learner: str = ""
    neighbours: bool = False
    average_of: list[str] = field(default_factory=list)
    crops: str = USUAL
    recipe: dict[str, Any] = field(default_factory=dict)

    @property
    def learns_notes(self) -> bool:
        """Whether labels of notes are needed, now or for the network that it starts from."""
        return self.notes or self.start == "notes"


@dataclass
class Settings:
    """Keys of the config."""

    folds: int = MISSING
    recipe: Recipe = field(default_factory=Recipe)
    note_findings: list[str] = MISSING
    """What is learned from notes; their silence is normal for these."""
    variants: dict[str, Variant] = field(default_factory=dict)
    only: list[str] = field(default_factory=list)
    """Names of the variants to run; all by default."""


@dataclass(frozen=True, eq=False)
class Material:
    """What the experiment learns from.

    Attributes
    ----------
    datasets
        Of all patients, without labels, by crops.
    gradings
        Experts' labels.
    notes
        Labels of notes, silence written out; empty when no variant asks for them.
    annotated
        What annotators of these patients' pictures graded; empty when no variant asks for it.
    note_pairs
        Pictures of the patients with notes.
    pairs
        Pictures of the patients with gradings.
    """

    datasets: Mapping[str, Path]
    gradings: LabelTable
    notes: LabelTable
    annotated: LabelTable = field(default_factory=lambda: LabelTable({}))
    note_pairs: Sequence[PicturePair] = ()
    pairs: Sequence[PicturePair] = ()

    def taught(self, *, notes: bool = False, annotators: bool = False) -> LabelTable:
        """Return the labels of experts, with those of notes or of the other data set's annotators beside them."""
        beside = {**(self.notes if notes else {}), **(self.annotated if annotators else {})}
        return LabelTable({**self.gradings, **beside})


def run(settings: Settings, data: Path, out: Path, advance: Callable[[float], None]) -> list[Mapping[str, Any]]:
    """Run the variants and return the table, one row for each variant and finding."""
    names = wanted_variants(settings.only, settings.variants)
    variants = {name: settings.variants[name] for name in names}
    with_notes = any(one.learns_notes for one in variants.values())
    with_annotators = any(one.annotators for one in variants.values())
    material = gather(
        data,
        out,
        settings.note_findings if with_notes else [],
        annotators=with_annotators,
        crops=[one.crops for one in variants.values()],
        advance=lambda n: advance(0.2 * n),
    )
    rows: list[Mapping[str, Any]] = []
    graded: dict[str, list[Prediction]] = {}
    for name, variant in variants.items():
        if variant.average_of:
            graded[name] = average_of(variant.average_of, graded)
        else:
            graded[name] = learn(
                variant, settings, material, out / folder_of(name), lambda n: advance(0.8 * n / len(names))
            )
        own = [row for row in graded[name] if row.patient_key.startswith(PREFIX)]
        rows += [{"variant": name, **row} for row in score(own, material.gradings, folds=settings.folds)]
    return rows


def gather(
    data: Path,
    out: Path,
    note_findings: Sequence[str],
    *,
    annotators: bool = False,
    crops: Sequence[str] = (USUAL,),
    advance: Callable[[float], None],
) -> Material:
    """Locate the discs of all pictures, cut their crops and read the labels.

    The other data set's pictures are taken in only if findings of its notes, or its annotators, are asked for.
    """
    folder = data / "spider_mid"
    pairs = picture_pairs(folder, out / "located", prefix=PREFIX, same_view=False)
    notes = annotated = LabelTable({})
    note_pairs = list[PicturePair]()
    others = data / "sudirman"
    if note_findings or annotators:
        note_pairs = picture_pairs(others, out / "located_notes", prefix=NOTES_PREFIX, same_view=True, required="t2")
    if note_findings:
        notes = with_silence_as_normal(label_notes(data / "reports" / "sudirman_notes.csv"), note_findings)
    stem = "dataset_with_notes" if note_pairs else "dataset"
    datasets = {one: dataset_folder(out, one, name=stem) for one in crops}
    everyone = [*pairs, *note_pairs]
    for one, dataset in datasets.items():
        build_pictures(everyone, dataset, crops=one, advance=lambda n: advance(n / len(everyone) / len(datasets)))
    if annotators:
        annotated = annotated_discs(others, note_pairs)
    gradings = read_gradings(folder / "gradings.csv", id_prefix=PREFIX)
    both = LabelTable({**gradings, **read_endplates(folder / "gradings.csv")})
    return Material(datasets, both, notes, annotated, note_pairs, pairs)


def measured_patients(material: Material, out: Path, *, others: bool, advance: Callable[[float], None]) -> pd.DataFrame:
    """Return the measurements of the patients with gradings, and with `others` of those with notes."""
    import pandas as pd

    wanted = [(material.pairs, "measurements.csv")] + [(material.note_pairs, "measurements_notes.csv")] * others
    tables = [measured(pairs, out / name, advance=lambda n: advance(n / len(wanted))) for pairs, name in wanted]
    return pd.concat(tables, ignore_index=True)


def read_endplates(path: Path) -> LabelTable:
    """Return whether either endplate of a disc is changed, under the name `ENDPLATES`."""
    finding = FINDINGS[ENDPLATES]
    labels: dict[LabelKey, GradeSet] = {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            number = int(row["IVD label"])
            if 1 <= number <= len(LEVELS_FROM_BELOW):
                key = LabelKey(f"{PREFIX}{row['Patient']}", LEVELS_FROM_BELOW[number - 1], ENDPLATES, Side.MIDLINE)
                changed = any(int(row[column]) for column in ENDPLATE_COLUMNS)
                labels[key] = GradeSet.of(finding, "present" if changed else "none")
    return LabelTable(labels)


def learn(
    variant: Variant, settings: Settings, material: Material, place: Path, advance: Callable[[float], None]
) -> list[Prediction]:
    """Cross-validate a variant; return the predictions of all patients.

    Raises
    ------
    ConfigError
        When its start is none that there is.
    InputError
        When the variant that it starts from has not been run.
    """
    recipe = changed_recipe(settings.recipe, variant.recipe)
    labels = material.taught(notes=variant.notes, annotators=variant.annotators)
    if variant.learner:
        table = measured_patients(material, place.parent, others=variant.annotators, advance=advance)
        table = beside_neighbours(table) if variant.neighbours else table
        return cross_validate_measured(
            table, labels, recipe.findings, learner=variant.learner, folds=settings.folds, seed=recipe.seed
        )
    start = _start_of(variant, settings, material, place, recipe)
    dataset = material.datasets[variant.crops]
    return cross_validate(dataset, [labels] * settings.folds, place, recipe, start=start, advance=advance)


def _start_of(
    variant: Variant, settings: Settings, material: Material, place: Path, recipe: Recipe
) -> Path | list[Path] | None:
    match variant.start:
        case "chance":
            return None
        case "segmentation":
            return segmentation_weights()
        case "notes":
            dataset = material.datasets[variant.crops]
            before_notes = segmentation_weights() if recipe.encoder == SPINE else None
            return train_network(dataset, material.notes, place / "notes", recipe, start=before_notes)
        case before if before in settings.variants:
            networks = place.parent / folder_of(before)
            return [find_checkpoint(networks / f"fold{fold}_0") for fold in range(settings.folds)]
    raise ConfigError(f"start must be chance, segmentation, notes or a variant, got {variant.start!r}")


# --------------------------------------------------------------------------------------------------------- the scores


def score(predictions: Sequence[Prediction], gradings: LabelTable, *, folds: int) -> list[dict[str, Any]]:
    """Return a row for Pfirrmann's grades and for each question; gradings of discs not located are counted, not scored.

    Columns are those of the published tables: balanced accuracy (mean over grades), kappa (quadratic for Pfirrmann's
    grades) and AUC, with intervals over patients. The AUC of Pfirrmann's grades is that of 4 and 5 against the others.
    """
    by_finding: dict[str, list[Prediction]] = {}
    for one in predictions:
        if one.key in gradings:
            by_finding.setdefault(one.key.finding, []).append(one)
    rows = [_pfirrmann_row(by_finding[PFIRRMANN], gradings, folds)]
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
