"""`phantom-deepspine`: the design of Lu 2018 on phantom studies whose reports err at a known rate.

Canal and foramina graded from axial, sagittal and both; grade sets against definite grades; reports with 0 to 40 % of
labels wrong. Pictures are the same for every rate, discs are where the phantom has them: what is measured is grading.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from omegaconf import MISSING

from deepspine.data.agreement import (
    Counts,
    Interval,
    PatientDraws,
    class_average_accuracy,
    count_pairs_by_patient,
    percentile_interval,
)
from deepspine.data.crops import CropPreset, CropSpec
from deepspine.data.csv_rows import csv_text
from deepspine.data.dataset.build import build_dataset
from deepspine.data.dataset.shards import stored_samples
from deepspine.data.dataset.splits import fold_of
from deepspine.data.dataset.studies import StudyImages, StudySource, standardised
from deepspine.data.errors import ConfigError
from deepspine.data.findings import FINDINGS
from deepspine.data.geometry import Plane
from deepspine.data.grade_sets import GradeSet
from deepspine.data.label_table import COLUMNS, LabelTable
from deepspine.data.levels import LUMBAR_LEVELS, Level
from deepspine.data.phantom.archive import identities
from deepspine.data.phantom.options import PhantomOptions
from deepspine.data.phantom.reports import with_label_noise, write_report
from deepspine.data.phantom.study import PhantomStudy, StudyIdentity, generate_study
from deepspine.data.whole_files import write_whole
from deepspine.experiments.label_cleaning import Cleaning, judged_labels
from deepspine.experiments.made_with import claim
from deepspine.experiments.note_labels import label_notes, taught_by
from deepspine.experiments.recipe import Recipe, average_of, changed_recipe, cross_validate, folder_of, wanted_variants
from deepspine.grading.prediction import Prediction
from deepspine.grading.set_calibration import fit_on_sets

GRADED = ("canal_stenosis", "foraminal_stenosis")
TRUTH_FILE = "truth.csv"
ALL_INPUTS = ", all inputs"
"""Ends the columns about discs that have every input: in three of ten studies axial slabs end at L3-L4."""
Place = tuple[str, Level]
"""Report and level of a disc."""
Scored = Mapping[tuple[str, str], Counts]
"""By finding and discs, "" or `ALL_INPUTS`."""
USUAL, FINE = "usual", "fine"
PRESETS: Mapping[str, CropPreset] = MappingProxyType(
    {
        USUAL: CropPreset(
            "phantom_canal",
            CropSpec(Plane.SAGITTAL, (9, 48, 64), (45.0, 48.0, 64.0), offset_mm=(0.0, 16.0, 0.0)),
            CropSpec(Plane.AXIAL, (3, 64, 64), (12.0, 60.0, 60.0), offset_mm=(0.0, 20.0, 0.0)),
        ),
        FINE: CropPreset(
            "phantom_canal_fine",
            CropSpec(Plane.SAGITTAL, (9, 64, 88), (45.0, 48.0, 66.0), offset_mm=(0.0, 16.0, 0.0)),
            CropSpec(Plane.AXIAL, (3, 96, 96), (12.0, 60.0, 60.0), offset_mm=(0.0, 20.0, 0.0)),
        ),
    }
)
"""Canal and foramina. Usual crops have pixels of 1 mm: a network learns 2.2 times as many levels a second as from
`small`. Fine ones have .75 mm (sagittal) and .63 mm (axial), a little less than the scanner's, since encoders begin by
thinning four times."""


@dataclass
class Variant:
    """One network.

    Attributes
    ----------
    noise
        Share of labels for which reports err; one of the settings' `noises`.
    sets
        Off, a set becomes the mildest of its grades.
    silence
        `normal`: what a report leaves out is not there; `missing`: nothing is known of it.
    cleaning
        What becomes of labels that networks of other folds contradict; see `label_cleaning`.
    average_of
        Variants further up whose answers are averaged in place of a training.
    against
        Names of the variants further up with which it is compared, pair by pair.
    recipe
        Keys of `Recipe` that differ.
    """

    noise: float = 0.0
    sets: bool = True
    silence: str = "missing"
    cleaning: Cleaning = field(default_factory=Cleaning)
    average_of: list[str] = field(default_factory=list)
    against: list[str] = field(default_factory=list)
    recipe: dict[str, Any] = field(default_factory=dict)


@dataclass
class Settings:
    """Keys of the config."""

    studies: int = MISSING
    seed: int = MISSING
    folds: int = MISSING
    held_folds: list[int] = field(default_factory=list)
    """Folds that are held back and graded; all by default."""
    noises: list[float] = MISSING
    motion: float = MISSING
    """Share of series during which the patient moves."""
    crops: str = USUAL
    """Of `PRESETS`."""
    recipe: Recipe = field(default_factory=Recipe)
    variants: dict[str, Variant] = field(default_factory=dict)
    only: list[str] = field(default_factory=list)
    """Names of the variants to run; all by default."""


def run(settings: Settings, data: Path, out: Path, advance: Callable[[float], None]) -> list[Mapping[str, Any]]:
    """Make the phantoms, run the variants and return a row for each variant and finding; `data` is not read."""
    names = wanted_variants(settings.only, settings.variants)
    dataset, truth = make_phantoms(settings, out, advance=lambda n: advance(0.4 * n / settings.studies))
    complete = with_all_inputs(dataset, settings.recipe.inputs)
    counts: dict[str, Scored] = {}
    graded: dict[str, list[Prediction]] = {}
    rows: list[Mapping[str, Any]] = []
    for name in names:
        variant = settings.variants[name]
        if variant.average_of:
            graded[name] = average_of(variant.average_of, graded)
        else:
            graded[name] = learn(variant, settings, dataset, out, name, lambda n: advance(0.6 * n / len(names)))
        counts[name] = {
            (finding, discs): counts_of(graded[name], truth, finding, only=only)
            for finding in GRADED
            for discs, only in (("", None), (ALL_INPUTS, complete))
        }
        others = {other: counts[other] for other in variant.against if other in counts}
        rows += [{"variant": name, **columns_of(finding, counts[name], others)} for finding in GRADED]
    return rows


def learn(
    variant: Variant, settings: Settings, dataset: Path, out: Path, name: str, advance: Callable[[float], None]
) -> list[Prediction]:
    """Cross-validate a variant; return its answers for all patients, as `stand_out` gives them."""
    said = label_notes(reports_path(out, variant.noise))
    labels = taught_by(said, GRADED, silence=variant.silence, sets=variant.sets)
    recipe = changed_recipe(settings.recipe, variant.recipe)
    place, held = out / folder_of(name), settings.held_folds
    teaching = judged_labels(dataset, labels, place, recipe, variant.cleaning, folds=settings.folds, only_folds=held)
    predictions = cross_validate(dataset, teaching, place, recipe, only_folds=held, advance=advance)
    return stand_out(predictions, labels, folds=settings.folds)


# -------------------------------------------------------------------------------------------------------- the phantoms


def make_phantoms(settings: Settings, out: Path, *, advance: Callable[[int], None]) -> tuple[Path, LabelTable]:
    """Build the dataset of all studies and write reports for every rate of noise; return it and what pictures have.

    Studies are made one after the other and not kept: their crops are.

    Raises
    ------
    ConfigError
        When there are no such crops, or the folder holds phantoms of other settings.
    """
    if settings.crops not in PRESETS:
        raise ConfigError(f"crops must be one of {', '.join(PRESETS)}, got {settings.crops!r}")
    options = PhantomOptions(studies=settings.studies, seed=settings.seed, motion=settings.motion)
    wanted = identities(options)
    dataset, records = out / "dataset", out / "studies"
    decided_by = {name: getattr(settings, name) for name in ("studies", "seed", "motion", "noises", "crops")}
    claim(out, decided_by, holds=dataset.is_dir() or records.is_dir())
    if not (out / TRUTH_FILE).is_file():
        records.mkdir(parents=True, exist_ok=True)
        make = lru_cache(maxsize=1)(partial(_make, options=options, noises=tuple(settings.noises), records=records))
        sources = [_source(identity, make) for identity in wanted]
        build_dataset(sources, LabelTable({}), dataset, preset=PRESETS[settings.crops], advance=advance)
        _write_tables(out, settings.noises, [json.loads(path.read_text()) for path in sorted(records.glob("*.json"))])
    return dataset, LabelTable.read(out / TRUTH_FILE)


def _make(identity: StudyIdentity, *, options: PhantomOptions, noises: Sequence[float], records: Path) -> PhantomStudy:
    """Make a study and keep what its reports say and what it has."""
    study = generate_study(identity.seed, options, index=identity.index, patient_index=identity.patient_index)
    texts = {}
    for noise in noises:
        rng = identity.rng("report")
        told = with_label_noise(rng, study.grades, noise)
        texts[f"{noise:g}"] = write_report(rng, told, style=study.report.style, omission=options.omission).text
    report_id = identity.tags.report_id
    record = {"report_id": report_id, "texts": texts, "labels": [list(row) for row in LabelTable(study.labels).rows()]}
    write_whole(records / f"{report_id}.json", json.dumps(record) + "\n")
    return study


def _source(identity: StudyIdentity, make: Callable[[StudyIdentity], PhantomStudy]) -> StudySource:
    tags = identity.tags

    def images() -> StudyImages:
        study = make(identity)
        volumes = {"sagittal_t1": [study.sagittal_t1], "sagittal_t2": [study.sagittal_t2]}
        stacks = {**volumes, "axial_t2": list(study.axial_t2.values())}
        return StudyImages({name: standardised(own) for name, own in stacks.items() if own})

    return StudySource(
        tags.report_id, tags.patient_id, tags.report_id, frames=lambda: make(identity).frames, images=images
    )


def reports_path(out: Path, noise: float) -> Path:
    """Return where the reports of a rate of noise lie."""
    return out / f"reports_{noise:g}.csv"


def _write_tables(out: Path, noises: Sequence[float], records: Sequence[Mapping[str, Any]]) -> None:
    for noise in noises:
        texts = [(record["report_id"], record["texts"][f"{noise:g}"]) for record in records]
        write_whole(reports_path(out, noise), csv_text(texts, ("report_id", "text")))
    write_whole(out / TRUTH_FILE, csv_text([row for record in records for row in record["labels"]], COLUMNS))


# ---------------------------------------------------------------------------------------------------------- the scores


def with_all_inputs(dataset: Path, inputs: Sequence[str]) -> set[Place]:
    """Return the discs of a dataset that have a crop of every input."""
    wanted = {f"{name}.npy" for name in inputs}
    stored = [one for one in stored_samples(dataset) if wanted <= {extension for extension, _, _ in one.files}]
    samples = [one.read_without_crops() for one in stored]
    return {(one.report_id, one.level) for one in samples}


def counts_of(
    predictions: Sequence[Prediction], truth: LabelTable, finding: str, *, only: Set[Place] | None = None
) -> Counts:
    """Return pairs of true and predicted grades, a table a patient; shape (patients, grades, grades).

    Levels of lumbar reports alone: axial slabs do not reach T12-L1. `only` asks for some discs alone.
    """
    rows = [
        row for row in predictions if row.key.finding == finding and row.key in truth and row.key.level in LUMBAR_LEVELS
    ]
    if only is not None:
        rows = [row for row in rows if (row.key.report_id, row.key.level) in only]
    scale = FINDINGS[finding].scale
    true = [scale.index(truth[row.key].lowest) for row in rows]
    guess = [int(np.argmax(row.probabilities)) for row in rows]
    return count_pairs_by_patient([row.patient_key for row in rows], true, guess, len(scale))


def stand_out(predictions: Sequence[Prediction], labels: LabelTable, *, folds: int) -> list[Prediction]:
    """Return calibrated answers over how frequent each grade is: the grade that stands out most is the highest.

    Class-average accuracy counts every grade alike, so `p / share` decides (logit adjustment, Menon 2021). Map and
    shares of a fold's patients come from the answers for the other folds and from what reports say of them, errors
    allowed for. A single held fold has no others and is left as it is.

    Parameters
    ----------
    predictions
        Each by a network that did not learn from the patient.
    labels
        What reports say.
    """
    rows = []
    for finding in sorted({row.key.finding for row in predictions}):
        own = [row for row in predictions if row.key.finding == finding]
        fold = np.array([fold_of(row.patient_key, folds) for row in own])
        p = np.array([row.probabilities for row in own])
        found = p.copy()
        unknown = GradeSet.unknown(FINDINGS[finding])
        allowed = np.array([labels.get(row.key, unknown).mask for row in own])
        for one in np.unique(fold):
            others = (fold != one) & ~allowed.all(axis=1)
            if others.any():
                calibration = fit_on_sets(p[others], allowed[others], labels_err=True)
                shares = calibration.transform(p[others]).mean(axis=0)
                lifted = calibration.transform(p[fold == one]) / shares
                found[fold == one] = lifted / lifted.sum(axis=1, keepdims=True)
        rows += [replace(row, probabilities=values) for row, values in zip(own, found, strict=True)]
    return rows


def columns_of(finding: str, own: Scored, others: Mapping[str, Scored]) -> dict[str, Any]:
    """Return the columns of a row: a variant's average and its gains over others, on all discs and on complete ones."""
    columns: dict[str, Any] = {"finding": finding}
    for discs in ("", ALL_INPUTS):
        counts = own[finding, discs]
        columns |= {f"n{discs}": int(counts.sum()), f"class average{discs}": str(average(counts))}
        for name, other in others.items():
            columns[f"gain over {name}{discs}"] = str(gain(counts, other[finding, discs]))
    return columns


def average(counts: Counts) -> Interval:
    """Return the class-average accuracy (Lu 2018, section 4) with its interval over patients."""
    draws = PatientDraws.draw(len(counts))
    return draws.intervals(counts, {"": class_average_accuracy})[""]


def gain(counts: Counts, others: Counts) -> Interval:
    """Return the difference of class-average accuracies over the same patients, drawn in pairs."""
    draws = PatientDraws.draw(len(counts))
    value = float(class_average_accuracy(counts.sum(axis=0)) - class_average_accuracy(others.sum(axis=0)))
    drawn = draws.values(counts, class_average_accuracy) - draws.values(others, class_average_accuracy)
    return percentile_interval(value, drawn)
