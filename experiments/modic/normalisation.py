"""`modic-normalisation`: which scale of grey values tells Modic changes best (Cina 2024), and what else helps.

Crops of T1 and T2 around each disc of SPIDER's mid-sagittal pairs, of patients whose notes speak of Modic changes, and
of phantoms, cut on the level frame: 2D, and of volumes in 3D; of discs, and of single endplates. The grader's own
network and training. Every way has the same patients in the same folds and the same seeds. Phantoms with unseen times
judge the three types, which SPIDER lacks: it has no type 1 and six discs of type 3.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from omegaconf import MISSING

from deepspine.data.agreement import (
    class_average_accuracy,
    cohen_kappa,
    count_pairs_by_patient,
    patient_bootstrap,
    ratio,
)
from deepspine.data.errors import ConfigError, DeepspineError
from deepspine.data.findings import Side
from deepspine.data.geometry import FloatArray
from deepspine.data.grade_sets import GradeSet
from deepspine.data.label_table import LabelKey, LabelTable
from deepspine.experiments.made_with import beside, claim, fingerprint
from deepspine.experiments.modic.answers import GRADED_FILE, read_graded, write_graded
from deepspine.experiments.modic.crops import View, build_crops, discs_of_endplates, endplate_labels
from deepspine.experiments.modic.pairs import LocatedPair, phantom_pair
from deepspine.experiments.modic.phantoms import UNSEEN, changed_study, teaching_study
from deepspine.experiments.modic.scores import SPECIFICITY
from deepspine.experiments.modic.sources import real_pairs
from deepspine.experiments.public_sets import SPIDER_PREFIX, SUDIRMAN_PREFIX
from deepspine.experiments.recipe import (
    Recipe,
    averaged,
    changed_recipe,
    cross_validate,
    folder_of,
    learned_from,
    wanted_variants,
)
from deepspine.experiments.yes_or_no import Answers, auc
from deepspine.grading.modic.intensity import WAYS
from deepspine.grading.modic.mapping import MODIC
from deepspine.grading.prediction import Prediction
from deepspine.segmentation.detection.inference import DetectionNetwork, shipped_detector
from deepspine.segmentation.inference import SegmentationNetwork, shipped_weights
from deepspine.segmentation.pose import Segmenter

LESSON, JUDGE = "lesson-", "judge-"
"""Of phantoms."""
SPIDER, NOTES, PHANTOMS = "spider", "notes", "phantoms"
NETWORKS = {"unet": shipped_weights, "detection": shipped_detector}
"""Weights of what finds the discs, by method."""
TEACHERS = {SPIDER: SPIDER_PREFIX, NOTES: SUDIRMAN_PREFIX, PHANTOMS: LESSON}
"""Who teaches, and the prefix of their patients."""


@dataclass
class Variant:
    """One way to learn.

    Attributes
    ----------
    scale
        Name of `intensity.WAYS`.
    teachers
        Of `spider`, `notes`, `phantoms`.
    view
        What a crop shows: `slice`, `volume` (of phantoms alone) or `endplate`.
    start
        Name of a variant that runs before; the networks of its folds are where these start.
    recipe
        Keys of `Recipe` that differ.
    """

    scale: str = MISSING
    teachers: list[str] = field(default_factory=lambda: [SPIDER, PHANTOMS])
    view: str = View.SLICE.value
    start: str = ""
    recipe: dict[str, Any] = field(default_factory=dict)


@dataclass
class Settings:
    """Keys of the config.

    Attributes
    ----------
    method
        What finds the discs: `unet` or `detection`.
    folds, seeds
        Of patients, and of the networks of each fold.
    lessons, judges, phantom_seed
        Phantoms to learn from and to judge by; seed of the first.
    only
        Names of the variants to run; all by default.
    """

    method: str = MISSING
    folds: int = MISSING
    seeds: list[int] = MISSING
    lessons: int = MISSING
    judges: int = MISSING
    phantom_seed: int = MISSING
    recipe: Recipe = field(default_factory=Recipe)
    variants: dict[str, Variant] = field(default_factory=dict)
    only: list[str] = field(default_factory=list)


def run(settings: Settings, data: Path, out: Path, advance: Callable[[float], None]) -> list[Mapping[str, Any]]:
    """Run the variants; return the table, one row for each variant."""
    names = wanted_variants(settings.only, settings.variants)
    variants = {name: settings.variants[name] for name in names}
    _check(settings.variants)
    pairs, labels = _gather(settings, data, out, lambda n: advance(0.3 * n))
    known = {View.SLICE: labels, View.VOLUME: labels, View.ENDPLATE: endplate_labels(pairs, labels)}
    rows: list[Mapping[str, Any]] = []
    for name, variant in variants.items():
        view = View(variant.view)
        dataset = out / f"dataset-{folder_of(variant.scale)}{'' if view is View.SLICE else f'-{view}'}"
        claim(dataset, _cut_from(settings, pairs), holds=dataset.is_dir(), record=beside(dataset))
        build_crops(pairs, view, variant.scale, dataset)
        start = out / folder_of(variant.start) if variant.start else None
        predictions = _learned(
            variant,
            settings,
            dataset,
            known[view],
            out / folder_of(name),
            start,
            lambda n: advance(0.7 * n / len(names)),
        )
        row: dict[str, Any] = {"variant": name}
        if view is View.ENDPLATE:
            row |= endplate_columns(predictions, known[View.ENDPLATE])
            predictions = discs_of_endplates(predictions)
        rows.append({**row, **spider_columns(predictions, labels), **phantom_columns(predictions, labels)})
    return rows


def _check(variants: Mapping[str, Variant]) -> None:
    for name, variant in variants.items():
        if variant.scale not in WAYS or set(variant.teachers) - set(TEACHERS):
            raise ConfigError(f"{name}: scale must be of {', '.join(WAYS)}, teachers of {', '.join(TEACHERS)}")
        if variant.view not in set(View):
            raise ConfigError(f"{name}: view must be of {', '.join(View)}, got {variant.view!r}")
        if variant.start and variant.start not in variants:
            raise ConfigError(f"{name}: start must be a variant, of {', '.join(variants)}, got {variant.start!r}")


# ------------------------------------------------------------------------------------------------------------ material


def _gather(
    settings: Settings, data: Path, out: Path, advance: Callable[[float], None]
) -> tuple[list[LocatedPair], LabelTable]:
    """Locate all pairs and read what is known of their discs."""
    network = _network(settings.method)
    kept = out / f"pairs-{settings.method}"
    claim(kept, {"network": fingerprint(NETWORKS[settings.method]())}, holds=kept.is_dir())
    real, spider, noted = real_pairs(data, kept, network=network, advance=lambda n: advance(0.7 * n))
    pairs, labels = [*spider, *noted], dict(real)
    for pair, known in located_phantoms(settings, kept, network, lambda n: advance(0.3 * n)):
        pairs.append(pair)
        labels |= known
    return pairs, LabelTable(labels)


def _cut_from(settings: Settings, pairs: Sequence[LocatedPair]) -> dict[str, str]:
    """Return what decides the crops of a view and scale, for their record."""
    return {
        "patients": fingerprint(*(pair.patient for pair in pairs)),
        "network": fingerprint(NETWORKS[settings.method]()),
    }


def _network(method: str) -> Segmenter:
    match method:
        case "unet":
            return SegmentationNetwork.load()
        case "detection":
            return DetectionNetwork.load()
    raise ConfigError(f"method must be unet or detection, got {method!r}")


def located_phantoms(
    settings: Settings, kept: Path, network: Segmenter, advance: Callable[[float], None]
) -> Iterator[tuple[LocatedPair, dict[LabelKey, GradeSet]]]:
    """Yield the phantoms that teach, then those that judge, with the grades of their discs.

    As with pictures, one on which the network finds no spine is left out.
    """
    kept.mkdir(parents=True, exist_ok=True)
    for number in range(settings.lessons + settings.judges):
        seed = settings.phantom_seed + number
        teaches = number < settings.lessons
        name = f"{LESSON if teaches else JUDGE}{seed}"
        stored, none = kept / f"{name}.npz", kept / f"{name}.none"
        study = teaching_study(seed) if teaches else changed_study(seed, UNSEEN)
        if not stored.is_file() and not none.is_file():
            try:
                phantom_pair(study, network, patient=name).write(stored)
            except DeepspineError:
                none.touch()
        if stored.is_file():
            known = {
                LabelKey(name, level, MODIC.name, Side.MIDLINE): GradeSet.of(MODIC, found[MODIC.name, Side.MIDLINE])
                for level, found in study.grades.items()
            }
            yield LocatedPair.read(stored), known
        advance(1 / (settings.lessons + settings.judges))


# ------------------------------------------------------------------------------------------------------------ learning


def _learned(
    variant: Variant,
    settings: Settings,
    dataset: Path,
    labels: LabelTable,
    place: Path,
    start: Path | None,
    advance: Callable[[float], None],
) -> list[Prediction]:
    """Cross-validate a variant with every seed; return the mean probabilities of all discs.

    Parameters
    ----------
    start
        Folder of the variant whose networks are started from, seed by seed and fold by fold.

    Raises
    ------
    ConfigError
        When the variant to start from has not run, or the folder holds answers of networks that learned otherwise.
    """
    prefixes = tuple(TEACHERS[name] for name in variant.teachers)
    known = LabelTable({key: grades for key, grades in labels.items() if key.report_id.startswith(prefixes)})
    graded = []
    for seed in settings.seeds:
        stored = place / f"seed{seed}" / GRADED_FILE
        recipe = replace(changed_recipe(settings.recipe, variant.recipe), seed=seed)
        before = start and start / f"seed{seed}"
        decided_by = learned_from(dataset, known, recipe, folds=settings.folds, start=before)
        claim(stored.parent, {**decided_by, "seed": seed, "members": recipe.members}, holds=stored.is_file())
        if not stored.is_file():
            starts = before and [before / f"fold{fold}_0" for fold in range(settings.folds)]
            if starts and not all(one.is_dir() for one in starts):
                raise ConfigError(f"{place.name} starts from {variant.start}, which must run first")
            rows = cross_validate(
                dataset,
                [known] * settings.folds,
                stored.parent,
                recipe,
                start=starts,
            )
            write_graded([row for row in rows if row.key.finding == MODIC.name], stored)
        graded.append(read_graded(stored))
        advance(1 / len(settings.seeds))
    return averaged(graded)


# -------------------------------------------------------------------------------------------------------------- scores


def spider_columns(predictions: Sequence[Prediction], labels: LabelTable) -> dict[str, Any]:
    """Return how SPIDER's discs are told, each class and presence of any change; nothing where there are none."""
    rows = [row for row in predictions if row.key.report_id.startswith(SPIDER_PREFIX) and row.key in labels]
    if not rows:
        return {}
    patients = [row.patient_key for row in rows]
    truth = np.array([MODIC.scale.index(labels[row.key].lowest) for row in rows])
    guess = np.array([int(np.argmax(row.probabilities)) for row in rows])
    scores = np.array([1.0 - row.probabilities[0] for row in rows])
    presence = count_pairs_by_patient(patients, truth > 0, guess > 0, 2)
    cut = count_pairs_by_patient(patients, truth > 0, scores > np.quantile(scores[truth == 0], SPECIFICITY), 2)
    return {
        "n": len(rows),
        "changed": int((truth > 0).sum()),
        "sensitivity none": str(patient_bootstrap(presence, lambda c: _recall(c, 0))),
        "sensitivity change": str(patient_bootstrap(presence, lambda c: _recall(c, 1))),
        "at specificity .95": str(patient_bootstrap(cut, lambda c: _recall(c, 1))),
        "balanced accuracy": str(patient_bootstrap(presence, class_average_accuracy)),
        "F1": str(patient_bootstrap(presence, _f1)),
        "AUC": str(auc(Answers(patients, truth > 0, scores))),
        "kappa": str(patient_bootstrap(presence, cohen_kappa)),
    }


def phantom_columns(predictions: Sequence[Prediction], labels: LabelTable) -> dict[str, Any]:
    """Return how the types of phantoms with unseen times are told; nothing where there are none."""
    counts = _judged(predictions, labels)
    if not len(counts):
        return {}
    total = counts.sum(axis=0)
    return {
        "phantom discs": int(total.sum()),
        **{f"phantom {name}": round(float(_recall(total, index)), 2) for index, name in enumerate(MODIC.scale)},
        "phantom balanced accuracy": str(patient_bootstrap(counts, class_average_accuracy)),
    }


def endplate_columns(predictions: Sequence[Prediction], labels: LabelTable) -> dict[str, Any]:
    """Return how the endplates of phantoms with unseen times are told."""
    counts = _judged(predictions, labels)
    return {
        "phantom endplates": int(counts.sum()),
        "endplate balanced accuracy": str(patient_bootstrap(counts, class_average_accuracy)),
    }


def _judged(predictions: Sequence[Prediction], labels: LabelTable) -> NDArray[np.int64]:
    """Return truth and answer of the phantoms that judge, one table of counts a patient."""
    rows = [row for row in predictions if row.key.report_id.startswith(JUDGE) and row.key in labels]
    truth = [MODIC.scale.index(labels[row.key].lowest) for row in rows]
    guess = [int(np.argmax(row.probabilities)) for row in rows]
    return np.asarray(count_pairs_by_patient([row.patient_key for row in rows], truth, guess, len(MODIC.scale)))


def _recall(counts: FloatArray, index: int) -> FloatArray:
    return ratio(counts[..., index, index], counts[..., index, :].sum(-1))


def _f1(counts: FloatArray) -> FloatArray:
    both = 2 * counts[..., 1, 1]
    return np.asarray(both / np.maximum(both + counts[..., 0, 1] + counts[..., 1, 0], 1e-9))
