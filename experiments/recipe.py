"""How a network of an experiment is trained, and cross-validation by patient with it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from omegaconf import MISSING, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from deepspine.data.dataset.manifest import Manifest
from deepspine.data.errors import ConfigError
from deepspine.data.geometry import FloatArray
from deepspine.data.label_table import LabelKey, LabelTable
from deepspine.experiments.made_with import RECORD_FILE, beside, changed_options, claim, fingerprint

if TYPE_CHECKING:
    from deepspine.grading.heads import Ordinal
    from deepspine.grading.prediction import Prediction
    from deepspine.grading.training import Noise

LABELS_FILE, NETWORK_FILE = "labels.csv", "last.ckpt"
OF_NO_NETWORK = ("members", "threads", "seed")
"""Keys of a recipe that do not decide what a single network learns; its own seed is noted beside."""
HEADS: dict[str, Ordinal] = {"softmax": False, "cumulative": True, "corn": "corn"}


@dataclass
class Recipe:
    """How one network is trained: the keys of `recipe` in a config, named as those of `deepspine train grading`.

    Attributes
    ----------
    head
        `softmax`, `cumulative` or `corn`.
    noise
        What is done about wrong labels, `none` or `forward`.
    alone
        Weight of what sagittal and axial inputs answer without each other.
    members
        Networks of other seeds whose probabilities are averaged.
    compare
        Whether a level is seen beside its study's other levels.
    normalise_crops
        Standardise every crop on its own as well.
    augmentation
        Options of `Augmentation`; those not named keep their defaults.
    """

    findings: list[str] = MISSING
    inputs: list[str] = MISSING
    encoder: str = MISSING
    width: int = MISSING
    head: str = MISSING
    dropout: float = MISSING
    early_learning: float = MISSING
    balance: float = MISSING
    epochs: int = MISSING
    batch_size: int = MISSING
    learning_rate: float = MISSING
    weight_decay: float = MISSING
    precision: str = MISSING
    threads: int = MISSING
    members: int = MISSING
    seed: int = MISSING
    noise: str = "none"
    alone: float = 0.0
    compare: bool = False
    normalise_crops: bool = True
    augmentation: dict[str, float] = field(default_factory=dict)


def train_network(
    dataset: Path,
    labels: LabelTable,
    place: Path,
    recipe: Recipe,
    *,
    folds: int = 0,
    held_folds: Sequence[int] = (),
    member: int = 0,
    start: Path | None = None,
) -> Path:
    """Train a network, once, and return the folder of its checkpoint.

    The checkpoint is written when the training has ended: a stopped one begins anew.

    Parameters
    ----------
    labels
        In place of those of the dataset.
    place
        Folder of the run.
    folds, held_folds
        Patients of these of `folds` folds do not train.
    member
        Which of the recipe's networks; changes the seed.
    start
        What the network starts from in place of chance.

    Raises
    ------
    ConfigError
        When the folder holds a network of another recipe, other labels, crops or folds, or another start.
    """
    seed = recipe.seed + 1000 * member
    decided_by = {**learned_from(dataset, labels, recipe, folds=folds, start=start), "held": held_folds, "seed": seed}
    trained = (place / NETWORK_FILE).is_file()
    claim(place, decided_by, holds=trained)
    if trained:
        return place
    labels.write(place / LABELS_FILE)
    _fit(dataset, place, recipe, folds=folds, held_folds=held_folds, seed=seed, start=start)
    return place


def _fit(
    dataset: Path, place: Path, recipe: Recipe, *, folds: int, held_folds: Sequence[int], seed: int, start: Path | None
) -> None:
    """Train on the labels that lie in the folder of the run, and write the checkpoint there."""
    import pytorch_lightning as pl

    from deepspine.grading.inputs import Augmentation
    from deepspine.grading.training import GradingModule
    from deepspine.grading.training_data import GradingData

    data = GradingData(
        dataset, inputs=recipe.inputs, silence="missing", labels=place / LABELS_FILE,
        normalise_crops=recipe.normalise_crops,
        batch_size=recipe.batch_size, in_memory=True, only_labelled=True, folds=folds, held_folds=held_folds, seed=seed,
    )  # fmt: skip
    pl.seed_everything(seed, verbose=False)
    module = GradingModule(
        recipe.findings, encoder=recipe.encoder, width=recipe.width, ordinal=HEADS[recipe.head], compare=recipe.compare,
        dropout=recipe.dropout, learning_rate=recipe.learning_rate, weight_decay=recipe.weight_decay,
        balance=recipe.balance, noise=cast("Noise", recipe.noise), alone=recipe.alone,
        early_learning=recipe.early_learning,
        seed=seed, threads=recipe.threads, start=start,
        augmentation=Augmentation(**recipe.augmentation),
    )  # fmt: skip
    trainer = pl.Trainer(
        max_epochs=recipe.epochs, precision=cast(Any, recipe.precision), default_root_dir=str(place), logger=False,
        enable_progress_bar=False, enable_model_summary=False, num_sanity_val_steps=0, limit_val_batches=0,
        accelerator="auto", devices=1, gradient_clip_val=5.0, enable_checkpointing=False,
    )  # fmt: skip
    trainer.fit(module, data)
    trainer.save_checkpoint(place / NETWORK_FILE)


def learned_from(
    dataset: Path, labels: LabelTable, recipe: Recipe, *, folds: int, start: Path | None
) -> dict[str, Any]:
    """Return what decides a network beside its seed and the folds held from it, for its record."""
    return {
        "recipe": {key: value for key, value in changed_options(recipe).items() if key not in OF_NO_NETWORK},
        "folds": folds,
        "labels": fingerprint(labels.to_csv_text()),
        "crops": Manifest.read(dataset).preset.to_json(),
        "dataset": _made_of(dataset),
        "start": None if start is None else _made_of(start),
    }


def _made_of(place: Path) -> str | None:
    """Return a fingerprint of a folder's record; of weights, where they have none; None of a dataset without one."""
    inside = (place if place.is_dir() else place.parent) / RECORD_FILE
    for record in (inside, beside(place)):
        if record.is_file():
            return fingerprint(record)
    return fingerprint(place) if place.is_file() else None


def cross_validate(
    dataset: Path,
    labels_by_fold: Sequence[LabelTable],
    run: Path,
    recipe: Recipe,
    *,
    start: Path | Sequence[Path] | None = None,
    only_folds: Sequence[int] = (),
    advance: Callable[[float], None] = lambda n: None,
) -> list[Prediction]:
    """Train on all folds but one and grade that one, in turn; return the predictions of all patients.

    Parameters
    ----------
    labels_by_fold
        What trains when a fold is held back, one table a fold.
    run
        Folder of the networks, one a fold and member.
    start
        What networks start from in place of chance: one for all, or one a fold, which did not see the fold either.
    only_folds
        Folds to hold back and grade; all by default.
    advance
        Called with the share done since its last call, 1 in sum.
    """
    rows: list[Prediction] = []
    folds = len(labels_by_fold)
    starts = [*start] if isinstance(start, Sequence) else [start] * folds
    held = only_folds or range(folds)
    for fold in held:
        labels = labels_by_fold[fold]
        graded = []
        for member in range(recipe.members):
            place = run / f"fold{fold}_{member}"
            train_network(
                dataset, labels, place, recipe, folds=folds, held_folds=[fold], member=member, start=starts[fold]
            )
            graded.append(grade_fold(dataset, place, folds=folds, fold=fold))
            advance(1 / len(held) / recipe.members)
        rows += averaged(graded)
    return rows


def grade_fold(dataset: Path, place: Path, *, folds: int, fold: int) -> list[Prediction]:
    """Grade the patients of a fold with a trained network, each level in a few places."""
    from deepspine.grading.prediction import AROUND, load_grader, predict_samples
    from deepspine.grading.training_data import GradingData

    stored = GradingData(dataset, folds=folds, held_fold=fold).stored("val")
    return list(predict_samples(load_grader(place), stored, Manifest.read(dataset), shifts_px=AROUND).rows)


def averaged(graded: Sequence[Sequence[Prediction]]) -> list[Prediction]:
    """Return the mean probabilities of several graders, for what the first of them graded.

    Not all need to have graded everything: a mean is over those that did, as where a level was not measured.
    """
    by_key: dict[LabelKey, list[FloatArray]] = {}
    for rows in graded:
        for row in rows:
            by_key.setdefault(row.key, []).append(row.probabilities)
    return [replace(row, probabilities=np.mean(by_key[row.key], axis=0)) for row in graded[0]]


def average_of(names: Sequence[str], graded: Mapping[str, Sequence[Prediction]]) -> list[Prediction]:
    """Return the mean of what variants said.

    Raises
    ------
    ConfigError
        When one of them has not been run before.
    """
    if missing := [name for name in names if name not in graded]:
        raise ConfigError(f"average_of wants variants that run before it, {', '.join(missing)} did not")
    return averaged([graded[name] for name in names])


def wanted_variants(only: Sequence[str], variants: Mapping[str, object]) -> list[str]:
    """Return the names of the variants to run: all, or those of `only` behind those that they are a mean of.

    Raises
    ------
    ConfigError
        When one of `only` is no variant.
    """
    if unknown := set(only) - set(variants):
        raise ConfigError(
            f"only: no variant {_in_quotes(sorted(unknown))}; they are {_in_quotes(variants)} "
            "(a name with a comma wants quotes: --set 'only=[\"both, forward\"]')"
        )
    wanted: dict[str, None] = {}
    for name in only or variants:
        wanted.update(dict.fromkeys([*getattr(variants[name], "average_of", ()), name]))
    return list(wanted)


def _in_quotes(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def changed_recipe(recipe: Recipe, changes: Mapping[str, Any]) -> Recipe:
    """Return the recipe with some keys changed.

    Raises
    ------
    ConfigError
        When a key or value is not one that recipes have.
    """
    try:
        merged = OmegaConf.to_object(OmegaConf.merge(OmegaConf.structured(recipe), OmegaConf.create(dict(changes))))
    except OmegaConfBaseException as error:
        raise ConfigError(f"recipe: {str(error).splitlines()[0]}") from None
    return cast(Recipe, merged)


def folder_of(name: str) -> str:
    """Return a folder's name for a variant.

    Examples
    --------
    >>> folder_of("ceiling (taught by boxes)")
    'ceiling-taught-by-boxes'
    """
    return "-".join(re.findall(r"[a-z0-9]+", name.lower()))
