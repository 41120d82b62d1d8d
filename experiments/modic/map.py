"""`modic-map`: ways to map Modic changes voxel by voxel, compared (after Gao 2022).

Three ways: robust outliers of each body's own marrow; a network taught by the pixels of phantoms; the same network
taught further by discs of which only the grade is known (SPIDER's gradings, clinicians' notes), patient by patient in
folds. On phantom studies region and type of every voxel are known; half of them are scanned with times that nothing
met before. On SPIDER's mid-sagittal pairs (van der Graaf 2024; `spider_mid` in the data folder) presence by disc is
known. Intervals are of a bootstrap of patients. `RUN/weights` holds the networks as the package ships them,
`RUN/answers` what each way said of held back discs, for `modic-presence`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from omegaconf import MISSING

from deepspine.data.label_table import LabelTable
from deepspine.data.provenance import provenance
from deepspine.experiments.made_with import claim, fingerprint
from deepspine.experiments.modic.answers import GRADED_FILE, DiscAnswer, write_answers
from deepspine.experiments.modic.judging import judging_phantoms, mapped, network_answers, outlier_answers
from deepspine.experiments.modic.phantoms import UNSEEN, USUAL, teaching_pairs
from deepspine.experiments.modic.samples import sampled
from deepspine.experiments.modic.scores import body_rows, phantom_rows, picture_rows
from deepspine.experiments.modic.sources import DATA, real_pairs
from deepspine.experiments.modic.training import taught_by_discs, taught_by_phantoms, together
from deepspine.experiments.modic.weighing import in_context
from deepspine.experiments.recipe import folder_of
from deepspine.grading.modic.learned_regions import RegionModel
from deepspine.grading.modic.region_training import RegionSamples
from deepspine.segmentation.inference import shipped_weights

OUTLIERS, PHANTOM, DISCS = "outliers of the body's marrow", "network, phantom pixels", "network, and grades of discs"
CONTEXT = "all three, and the patient's other discs"
WEIGHTS, ANSWERS = "weights", "answers"
JUDGES, LESSONS, PAIRS, TAUGHT = "judges", "phantoms", "pairs", "phantom"
"""Folders of phantoms to judge by and to learn from, of pictures, and of the network that phantoms taught."""


@dataclass
class Settings:
    """Keys of the config.

    Attributes
    ----------
    studies, seed
        Phantom studies to judge by, with usual times and as many with unseen ones; seed of the first.
    lessons, lesson_seed
        Phantom studies to learn from, and the seed of the first.
    pictures
        Whether pictures teach and judge too.
    folds
        Of patients.
    phantom_epochs, disc_epochs
        Of the training on phantoms alone, and of each fold's.
    phantom_share
        Phantom crops in each fold's training, as a share of its pictures.
    training_seed
        Of the networks.
    """

    studies: int = MISSING
    seed: int = MISSING
    lessons: int = MISSING
    lesson_seed: int = MISSING
    pictures: bool = MISSING
    folds: int = MISSING
    phantom_epochs: int = MISSING
    disc_epochs: int = MISSING
    phantom_share: float = MISSING
    training_seed: int = MISSING


def run(settings: Settings, data: Path, out: Path, advance: Callable[[float], None]) -> list[Mapping[str, Any]]:
    """Teach networks, map phantoms and pictures in every way; return the table, one row for each measure."""
    _claim(settings, out)
    usual, unseen = judging_phantoms(settings.studies, settings.seed, out / JUDGES, advance=lambda n: advance(0.15 * n))
    lessons = cache(lambda: _lessons(settings, out, lambda n: advance(0.25 * n)))
    taught = taught_by_phantoms(lessons, out / TAUGHT, epochs=settings.phantom_epochs, seed=settings.training_seed)
    models: dict[str, RegionModel | None] = {OUTLIERS: None, PHANTOM: taught}
    rows: list[Mapping[str, Any]] = []
    if settings.pictures:
        models[DISCS], answers = _by_pictures(settings, data, out, taught, lessons, advance)
        for way, own in answers.items():
            rows += _with(way, picture_rows(own, folds=settings.folds))
            place = out / ANSWERS / folder_of(way)
            place.mkdir(parents=True, exist_ok=True)
            write_answers(own, place / GRADED_FILE)
    for way, model in models.items():
        for times, studies in ((USUAL, usual), (UNSEEN, unseen)):
            rows += _with(way, phantom_rows([(one, mapped(one, model)) for one in studies], times))
    if (shipped := models.get(DISCS)) is not None:
        replace(shipped, card=_card(settings, rows)).save(out / WEIGHTS)
        rows += body_rows(data / "volumes" / "mixed_vb")
    advance(0.05)
    return rows


def _claim(settings: Settings, out: Path) -> None:
    """Note what phantoms, located pairs and networks are made with.

    Raises
    ------
    ConfigError
        When the folder holds some of other settings, or that another segmentation located.
    """
    located = {"segmentation": fingerprint(shipped_weights())}
    lessons = {**located, "lessons": settings.lessons, "lesson_seed": settings.lesson_seed}
    judges = {**located, "studies": settings.studies, "seed": settings.seed}
    by_phantoms = {**lessons, "phantom_epochs": settings.phantom_epochs, "training_seed": settings.training_seed}
    for name, decided_by in ((JUDGES, judges), (LESSONS, located), (PAIRS, located), (TAUGHT, by_phantoms)):
        claim(out / name, decided_by, holds=(out / name).is_dir())


def _lessons(settings: Settings, out: Path, advance: Callable[[float], None]) -> RegionSamples:
    pairs = teaching_pairs(settings.lessons, settings.lesson_seed, out / LESSONS, advance=advance)
    return sampled(pairs, LabelTable({})).samples


def _by_pictures(
    settings: Settings,
    data: Path,
    out: Path,
    taught: RegionModel,
    lessons: Callable[[], RegionSamples],
    advance: Callable[[float], None],
) -> tuple[RegionModel, dict[str, list[DiscAnswer]]]:
    """Teach the networks of the folds; return them as one model, and what each way says of held back discs."""
    labels, pairs, noted = real_pairs(data, out / PAIRS, advance=lambda n: advance(0.3 * n))
    real = sampled([*pairs, *noted], labels)
    by_fold = []
    for model in taught_by_discs(
        taught,
        real,
        lessons,
        out,
        folds=settings.folds,
        epochs=settings.disc_epochs,
        seed=settings.training_seed,
        phantom_share=settings.phantom_share,
    ):
        by_fold.append(model)
        advance(0.25 / settings.folds)
    of_phantoms, of_discs = (network_answers(real, of_fold) for of_fold in ([taught] * settings.folds, by_fold))
    of_outliers = outlier_answers(pairs, of_discs)
    return together(by_fold, of_discs), {
        OUTLIERS: of_outliers,
        PHANTOM: of_phantoms,
        DISCS: of_discs,
        CONTEXT: in_context(of_discs, [of_outliers, of_phantoms], folds=settings.folds),
    }


def _card(settings: Settings, rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {
        "name": "Modic regions",
        "data": DATA,
        "licence": "Apache-2.0; the data's attribution must be kept (CC BY 4.0)",
        "intended_use": "research; not a medical device",
        "command": "deepspine experiment modic-map --data DATA --out RUN",
        "seed": settings.training_seed,
        "validation": rows,
        "validation_of": "pictures: discs of patients that the network of their fold did not see; phantoms: the "
        "mean of all networks, none of which saw them",
        "made_by": provenance(),
    }


def _with(way: str, rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [{"way": way, **row} for row in rows]
