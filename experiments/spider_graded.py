"""`spider-graded`: experts' gradings of mid-sagittal T1 and T2, learned and graded by patient.

The data folder holds `spider_mid` (pictures and gradings of SPIDER, van der Graaf 2024) and, for what is learned from
notes beside them, `sudirman` and `reports`. Pictures are brought to one size by the spines that they show, T1 is laid
on T2 by its discs. Folds by patient.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from omegaconf import MISSING

from deepspine.data.convert.spider_gradings import graded_discs, read_endplates, read_gradings
from deepspine.data.errors import ConfigError
from deepspine.data.label_table import LabelTable
from deepspine.experiments.expert_scores import score
from deepspine.experiments.measured_pictures import cross_validate_measured, measured
from deepspine.experiments.note_labels import label_notes, with_silence_as_normal
from deepspine.experiments.picture_annotators import annotated_discs
from deepspine.experiments.picture_dataset import USUAL, PicturePair, build_pictures, dataset_folder, picture_pairs
from deepspine.experiments.public_sets import SPIDER_PREFIX, SUDIRMAN_PREFIX
from deepspine.experiments.recipe import (
    Recipe,
    average_of,
    changed_recipe,
    cross_validate,
    folder_of,
    train_network,
    wanted_variants,
)
from deepspine.grading.encoders import SPINE
from deepspine.grading.level_features import beside_neighbours
from deepspine.grading.prediction import Prediction, find_checkpoint
from deepspine.segmentation.inference import shipped_weights

if TYPE_CHECKING:
    import pandas as pd


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
        `forest`, `boosting` or `logistic` on measurements in place of a network; none when empty.
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
        own = [row for row in graded[name] if row.patient_key.startswith(SPIDER_PREFIX)]
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
    pairs = graded_pairs(folder, out / "located")
    notes = annotated = LabelTable({})
    note_pairs = list[PicturePair]()
    others = data / "sudirman"
    if note_findings or annotators:
        note_pairs = picture_pairs(others, out / "located_notes", prefix=SUDIRMAN_PREFIX, same_view=True, required="t2")
    if note_findings:
        notes = with_silence_as_normal(label_notes(data / "reports" / "sudirman_notes.csv"), note_findings)
    stem = "dataset_with_notes" if note_pairs else "dataset"
    datasets = {one: dataset_folder(out, one, name=stem) for one in crops}
    everyone = [*pairs, *note_pairs]
    for one, dataset in datasets.items():
        build_pictures(everyone, dataset, crops=one, advance=lambda n: advance(n / len(everyone) / len(datasets)))
    if annotators:
        annotated = annotated_discs(others, note_pairs)
    gradings = read_gradings(folder / "gradings.csv", id_prefix=SPIDER_PREFIX)
    both = LabelTable({**gradings, **read_endplates(folder / "gradings.csv", id_prefix=SPIDER_PREFIX)})
    return Material(datasets, both, notes, annotated, note_pairs, pairs)


def graded_pairs(folder: Path, kept: Path) -> list[PicturePair]:
    """List SPIDER's patients, their discs named as by the readers who graded them."""
    n_graded = graded_discs(folder / "gradings.csv", id_prefix=SPIDER_PREFIX)
    return picture_pairs(folder, kept, prefix=SPIDER_PREFIX, same_view=False, n_graded=n_graded)


def measured_patients(material: Material, out: Path, *, others: bool, advance: Callable[[float], None]) -> pd.DataFrame:
    """Return the measurements of the patients with gradings, and with `others` of those with notes."""
    import pandas as pd

    wanted = [(material.pairs, "measurements.csv")] + [(material.note_pairs, "measurements_notes.csv")] * others
    tables = [measured(pairs, out / name, advance=lambda n: advance(n / len(wanted))) for pairs, name in wanted]
    return pd.concat(tables, ignore_index=True)


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
            return shipped_weights()
        case "notes":
            dataset = material.datasets[variant.crops]
            before_notes = shipped_weights() if recipe.encoder == SPINE else None
            return train_network(dataset, material.notes, place / "notes", recipe, start=before_notes)
        case before if before in settings.variants:
            networks = place.parent / folder_of(before)
            return [find_checkpoint(networks / f"fold{fold}_0") for fold in range(settings.folds)]
    raise ConfigError(f"start must be chance, segmentation, notes or a variant, got {variant.start!r}")
