"""How maps of Modic changes are scored: on phantoms by voxel and disc, on pictures by presence, bodies by overlap."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deepspine.data.agreement import (
    Interval,
    PatientDraws,
    class_average_accuracy,
    cohen_kappa,
    count_pairs,
    count_pairs_by_patient,
    patient_bootstrap,
    percentile_interval,
    sensitivity,
)
from deepspine.data.csv_rows import read_rows
from deepspine.data.dataset.splits import fold_of
from deepspine.data.files import read_volume
from deepspine.experiments.modic.answers import DiscAnswer
from deepspine.experiments.modic.crops import Endplate, endplate_grade
from deepspine.experiments.modic.judging import JudgingPhantom
from deepspine.experiments.yes_or_no import Answers, auc, best_threshold
from deepspine.grading.modic.mapping import MODIC, ModicMap
from deepspine.segmentation.classes import dice_coefficient
from deepspine.segmentation.inference import SegmentationNetwork
from deepspine.segmentation.locate import locate

SPECIFICITY = 0.95
RESAMPLES = 500


def phantom_rows(studies: Sequence[tuple[JudgingPhantom, ModicMap]], times: str) -> list[Mapping[str, Any]]:
    """Return Dice of all changed voxels by study, types by voxel, and types by disc."""
    dices, right, patients, truths, guesses = [], [], [], [], []
    by_endplate = []
    for study, found in studies:
        by_endplate.append(_endplate_counts(study, found))
        truth = study.pair.truth
        assert truth is not None
        both = (truth > 0) & (found.types > 0)
        if truth.any():
            dices.append(dice_coefficient(found.types > 0, truth > 0))
        if both.any():
            right.append(float((truth == found.types)[both].mean()))
        mapped = {row.level: row.grades for row in found.endplates}
        for level in sorted(study.grades.keys() & mapped.keys()):
            patients.append(study.pair.patient)
            truths.append(MODIC.scale.index(study.grades[level]))
            # A set with several grades counts by its highest: doubt is no denial.
            guesses.append(MODIC.scale.index(mapped[level].highest))
    counts = count_pairs_by_patient(patients, truths, guesses, len(MODIC.scale))
    of_type = [index for index, truth in enumerate(truths) if truth > 0]
    of_types = count_pairs_by_patient(
        [patients[i] for i in of_type], [truths[i] for i in of_type], [guesses[i] for i in of_type], len(MODIC.scale)
    )
    name = f"phantom, {times}"
    return [
        _row(name, "Dice of regions, mean of studies", str(_mean_interval(dices)), len(dices)),
        _row(name, "voxels typed right, mean of studies", str(_mean_interval(right)), len(right)),
        _row(
            name,
            "balanced accuracy of none and three types by disc",
            str(patient_bootstrap(counts, class_average_accuracy)),
            len(patients),
        ),
        _row(
            name,
            "balanced accuracy of three types, missed ones wrong",
            str(patient_bootstrap(of_types, class_average_accuracy)),
            len(of_type),
        ),
        _row(
            name,
            "balanced accuracy of none and three types by endplate",
            str(patient_bootstrap(np.array(by_endplate), class_average_accuracy)),
            int(np.sum(by_endplate)),
        ),
    ]


def _endplate_counts(study: JudgingPhantom, found: ModicMap) -> NDArray[np.int64]:
    """Return truth and answer of a phantom's endplates as counts; shape (grades, grades)."""
    frames = {frame.level: frame for frame in study.pair.frames}
    truths, guesses = [], []
    for row in found.endplates:
        own = Endplate.BELOW if row.is_upper else Endplate.ABOVE
        truths.append(MODIC.scale.index(endplate_grade(study.pair, frames[row.level], own).lowest))
        guesses.append(MODIC.scale.index(row.endplate_grades.highest))
    return np.asarray(count_pairs(truths, guesses, len(MODIC.scale)))


def _mean_interval(values: Sequence[float]) -> Interval:
    if not values:
        return Interval(float("nan"), float("nan"), float("nan"))
    draws = PatientDraws.draw(len(values), resamples=RESAMPLES, seed=0)
    array = np.array(values)
    return percentile_interval(float(array.mean()), draws.times @ array / draws.times.sum(axis=1))


def picture_rows(answers: Sequence[DiscAnswer], *, folds: int) -> list[Mapping[str, Any]]:
    """Return AUC, sensitivity at a specificity of .95, and kappa at the threshold that the other folds gave."""
    patients = [one.patient for one in answers]
    truth = np.array([one.truth for one in answers])
    scores = np.array([one.score for one in answers])
    fold = np.array([fold_of(patient, folds) for patient in patients])
    changed = np.zeros(len(answers), dtype=bool)
    for one in range(folds):
        changed[fold == one] = scores[fold == one] > best_threshold(truth[fold != one], scores[fold != one])
    counts = count_pairs_by_patient(patients, truth, changed, 2)
    at = np.quantile(scores[~truth], SPECIFICITY)
    cut = count_pairs_by_patient(patients, truth, scores > at, 2)
    name = f"spider_mid, {int(truth.sum())} of {len(truth)} discs changed"
    return [
        _row(name, "AUC of presence by disc", str(auc(Answers(patients, truth, scores))), len(truth)),
        _row(
            name,
            "sensitivity at specificity .95",
            str(patient_bootstrap(cut, lambda c: sensitivity(c, 1))),
            len(truth),
        ),
        _row(name, "kappa, threshold of the other folds", str(patient_bootstrap(counts, cohen_kappa)), len(truth)),
    ]


def body_rows(folder: Path) -> list[Mapping[str, Any]]:
    """Return how many bodies of the T1 exams are found, and their Dice: where maps of a T1 begin (Gao 2022)."""
    network = SegmentationNetwork.load()
    dices: list[float] = []
    table = read_rows(folder / "volumes.csv", ["id", "weighting"], kind="a table of volumes")
    exams = [row["id"] for _, row in table if row["weighting"].startswith("T1")]
    for exam in exams:
        found = locate(read_volume(folder / f"{exam}.nii.gz"), network=network).vertebra_map
        truth = read_volume(folder / f"{exam}_labels.nii.gz").voxels.astype(np.uint8)
        for label in range(1, int(truth.max()) + 1):
            shared = np.bincount(found[truth == label], minlength=2)
            best = int(shared[1:].argmax()) + 1
            dices.append(dice_coefficient(found == best, truth == label) if shared[best] else 0.0)
    name = f"mixed_vb, {len(exams)} T1 exams"
    return [
        {
            "way": "locate",
            **_row(name, "bodies found, Dice above .5", f"{np.mean(np.array(dices) > 0.5):.3f}", len(dices)),
        },
        {"way": "locate", **_row(name, "Dice of bodies", f"{np.mean(dices):.3f}", len(dices))},
    ]


def _row(data: str, measure: str, value: str, n: int) -> Mapping[str, Any]:
    return {"data": data, "measure": measure, "value": value, "n": n}
