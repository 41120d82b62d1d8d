"""`modic-map`: how well a plain statistical rule maps Modic changes voxel by voxel (after Gao 2022).

On phantom studies region and type of every voxel are known; half of them are scanned with times that the thresholds
never met. On SPIDER's mid-sagittal pairs (van der Graaf 2024; `spider_mid` in the data folder) only presence by disc is
known. Nothing is trained, so there are no folds; intervals are of a bootstrap of patients.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from omegaconf import MISSING

from deepspine.data.agreement import (
    Interval,
    PatientDraws,
    class_average_accuracy,
    cohen_kappa,
    count_pairs_by_patient,
    patient_bootstrap,
    percentile_interval,
)
from deepspine.data.errors import DeepspineError, NamingError
from deepspine.data.frames import LevelFrame
from deepspine.data.levels import LUMBAR_LEVELS, Level
from deepspine.data.phantom.options import PhantomOptions
from deepspine.data.phantom.study import PhantomStudy, generate_study
from deepspine.data.phantom.tissues import Sequence as ScanTimes
from deepspine.data.phantom.variants import Variant
from deepspine.data.pictures import read_picture
from deepspine.data.volume import Volume
from deepspine.experiments.picture_levels import LocatedPicture, at_usual_size, laid_on
from deepspine.experiments.yes_or_no import Answers, auc
from deepspine.grading.modic.mapping import MODIC, ModicMap, map_modic
from deepspine.grading.modic.registration import register
from deepspine.labeling.validation.pictures import read_gradings
from deepspine.segmentation.classes import SpineClass, dice_coefficient
from deepspine.segmentation.inference import SegmentationNetwork
from deepspine.segmentation.locate import Location, locate
from deepspine.segmentation.picture_size import sized_by_spine

CHANGED_SHARE = 0.5
"""Of the lumbar discs of a phantom; the type is drawn evenly."""
SPECIFICITY = 0.95
RESAMPLES = 500
USUAL, UNSEEN = "times of the phantom", "unseen times"


@dataclass
class Settings:
    """Keys of the config.

    Attributes
    ----------
    studies
        Phantom studies with usual times, and as many with unseen ones.
    seed
        Of the first one.
    pictures
        Whether SPIDER's pictures are mapped too.
    """

    studies: int = MISSING
    seed: int = MISSING
    pictures: bool = MISSING


@dataclass(frozen=True)
class DiscAnswer:
    """A disc of a picture: what SPIDER's readers say, and the map's evidence and answer."""

    patient: str
    truth: bool
    score: float
    changed: bool


def run(settings: Settings, data: Path, out: Path, advance: Callable[[float], None]) -> list[Mapping[str, Any]]:
    """Map phantoms and pictures; return the table, one row for each measure."""
    network = SegmentationNetwork.load()
    share = 0.5 if settings.pictures else 1.0
    rows: list[Mapping[str, Any]] = []
    for position, times in enumerate((USUAL, UNSEEN)):
        studies = [
            _mapped_phantom(settings.seed + position * settings.studies + n, times, network, advance, share, settings)
            for n in range(settings.studies)
        ]
        rows += phantom_rows(studies, times)
    if settings.pictures:
        rows += picture_rows(list(_answers(data / "spider_mid", network, lambda n: advance(0.5 * n))))
    return rows


# ---------------------------------------------------------------------------------------------------------- phantoms


def changed_study(seed: int, times: str) -> PhantomStudy:
    """Make a study with Modic changes of all types, scanned with usual or unseen times."""
    rng = np.random.default_rng([seed, *b"modic map"])
    types = MODIC.scale[1:]
    modic = {level: str(rng.choice(types)) if rng.random() < CHANGED_SHARE else "none" for level in LUMBAR_LEVELS}
    variant = Variant(modic=modic)
    if times == UNSEEN:
        # The phantom draws T1 450 to 650 / 9 to 13 ms and T2 3000 to 4600 / 95 to 118 ms.
        t1 = ScanTimes(float(rng.choice([rng.uniform(350, 430), rng.uniform(680, 850)])), float(rng.uniform(14, 20)))
        t2 = ScanTimes(float(rng.uniform(2000, 2800)), float(rng.choice([rng.uniform(70, 88), rng.uniform(125, 145)])))
        variant = replace(variant, t1=lambda _: t1, t2=lambda _: t2)
    return generate_study(seed, PhantomOptions(axial=False), variant=variant)


def _mapped_phantom(
    seed: int, times: str, network: SegmentationNetwork, advance: Callable[[float], None], share: float, of: Settings
) -> tuple[PhantomStudy, ModicMap]:
    study = changed_study(seed, times)
    where = locate(study.sagittal_t2, network=network)
    advance(share / (2 * of.studies))
    return study, _map(study.sagittal_t1, study.sagittal_t2, where)


def phantom_rows(studies: Sequence[tuple[PhantomStudy, ModicMap]], times: str) -> list[Mapping[str, Any]]:
    """Return Dice of all changed voxels by study, types by voxel, and types by disc."""
    dices, right, patients, truths, guesses = [], [], [], [], []
    for study, found in studies:
        truth = study.modic_mask
        both = (truth > 0) & (found.types > 0)
        if truth.any():
            dices.append(dice_coefficient(found.types > 0, truth > 0))
        if both.any():
            right.append(float((truth == found.types)[both].mean()))
        mapped = {row.level: row.grades for row in found.endplates}
        for key, grades in study.labels.items():
            if key.finding == MODIC.name and key.level in mapped:
                patients.append(str(study.identity.seed))
                truths.append(MODIC.scale.index(grades.lowest))
                # A set with several grades counts by its highest: doubt is no denial.
                guesses.append(MODIC.scale.index(mapped[key.level].highest))
    counts = count_pairs_by_patient(patients, truths, guesses, len(MODIC.scale))
    of_type = [index for index, truth in enumerate(truths) if truth > 0]
    of_types = count_pairs_by_patient(
        [patients[i] for i in of_type], [truths[i] for i in of_type], [guesses[i] for i in of_type], len(MODIC.scale)
    )
    return [
        _row(times, "Dice of regions, mean of studies", str(_mean_interval(dices)), len(dices)),
        _row(times, "voxels typed right, mean of studies", str(_mean_interval(right)), len(right)),
        _row(
            times,
            "balanced accuracy of none and three types by disc",
            str(patient_bootstrap(counts, class_average_accuracy)),
            len(patients),
        ),
        _row(
            times,
            "balanced accuracy of three types, missed ones wrong",
            str(patient_bootstrap(of_types, class_average_accuracy)),
            len(of_type),
        ),
    ]


def _mean_interval(values: Sequence[float]) -> Interval:
    draws = PatientDraws.draw(len(values), resamples=RESAMPLES, seed=0)
    array = np.array(values)
    return percentile_interval(float(array.mean()), draws.times @ array / draws.times.sum(axis=1))


def _map(t1: Volume, t2: Volume, where: Location) -> ModicMap:
    return map_modic(t1, t2, mask=where.mask, vertebra_map=where.vertebra_map, frames=where.frames)


def _row(data: str, measure: str, value: str, n: int) -> Mapping[str, Any]:
    return {"data": data, "measure": measure, "value": value, "n": n}


# ---------------------------------------------------------------------------------------------------------- pictures


def _answers(folder: Path, network: SegmentationNetwork, advance: Callable[[float], None]) -> Iterator[DiscAnswer]:
    """Yield every graded disc of every pair whose T1 can be laid on its T2."""
    gradings = read_gradings(folder / "gradings.csv")
    pairs = [path for path in sorted((folder / "images").glob("*_t2.png")) if _t1_of(path).is_file()]
    for path in pairs:
        patient = path.stem.removesuffix("_t2")
        found = _mapped_pair(path, network)
        by_level: dict[Level, list[Any]] = {}
        for row in found.endplates if found else ():
            by_level.setdefault(row.level, []).append(row)
        for key, grades in gradings.items():
            if key.report_id == patient and key.finding == MODIC.name and key.level in by_level:
                own = by_level[key.level]
                score = max(row.score for row in own)
                yield DiscAnswer(patient, not grades.admits("none"), score, any(sum(row.shares) > 0 for row in own))
        advance(1 / len(pairs))


def _t1_of(path: Path) -> Path:
    return path.with_name(path.name.replace("_t2", "_t1"))


def _mapped_pair(path: Path, network: SegmentationNetwork) -> ModicMap | None:
    """Map one pair, both pictures at usual size; None where no spine is found or T1 does not fit."""
    try:
        (t2, where), (t1, other) = (_located(one, network) for one in (path, _t1_of(path)))
        fixed, moving = at_usual_size(t2, where.frames), at_usual_size(t1, other.frames)
        laid = laid_on(moving, fixed)
        if laid is None:
            return None
        spine = np.isin(where.mask, (SpineClass.BODY, SpineClass.DISC, SpineClass.SACRUM))
        done = register(laid, fixed.volume, spine)
        return _map(replace(laid, voxels=done.voxels, grid=fixed.volume.grid), fixed.volume, _scaled(where, fixed))
    except DeepspineError:
        return None


def _scaled(where: Location, fixed: LocatedPicture) -> Location:
    frames: tuple[LevelFrame, ...] = fixed.frames
    return replace(where, frames=frames)


def _located(path: Path, network: SegmentationNetwork) -> tuple[Volume, Location]:
    sized = sized_by_spine(read_picture(path), network)
    try:
        return sized, locate(sized, network=network)
    except NamingError:
        return sized, locate(sized, network=network, lowest=Level.L5_S1)


def picture_rows(answers: Sequence[DiscAnswer]) -> list[Mapping[str, Any]]:
    """Return AUC, sensitivity at a specificity of .95, and kappa of the map's own answer."""
    patients = [one.patient for one in answers]
    truth = np.array([one.truth for one in answers])
    scores = np.array([one.score for one in answers])
    changed = np.array([one.changed for one in answers])
    counts = count_pairs_by_patient(patients, truth, changed, 2)
    at = np.quantile(scores[~truth], SPECIFICITY)
    cut = count_pairs_by_patient(patients, truth, scores > at, 2)
    name = f"spider_mid, {int(truth.sum())} of {len(truth)} discs changed"
    return [
        _row(name, "AUC of presence by disc", str(auc(Answers(patients, truth, scores))), len(truth)),
        _row(
            name,
            "sensitivity at specificity .95",
            str(patient_bootstrap(cut, lambda c: c[..., 1, 1] / c[..., 1, :].sum(-1))),
            len(truth),
        ),
        _row(name, "kappa of the map's own answer", str(patient_bootstrap(counts, cohen_kappa)), len(truth)),
    ]
