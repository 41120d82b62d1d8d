"""Training with Lightning: every argument of these two classes is a key of the config and a flag.

A run that is stopped and resumed (`--ckpt_path`) gives the weights of an unbroken one: samples are drawn by seed and
epoch, and everything random within a step by seed and step.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, get_args

import pytorch_lightning as pl
import torch
from torch import Tensor
from torch.utils.data import DataLoader

from deepspine.data.dataset.manifest import Manifest
from deepspine.data.dataset.shards import StoredSample, stored_samples
from deepspine.data.dataset.silence import Silence
from deepspine.data.errors import ConfigError
from deepspine.data.findings import Finding
from deepspine.data.label_table import LabelTable
from deepspine.data.one_cycle import one_cycle
from deepspine.data.training_log import TrainingLog
from deepspine.data.training_options import check_not_negative, check_positive, check_share
from deepspine.data.training_order import EpochOrder, StepSeed
from deepspine.grading.doubt import read_doubts
from deepspine.grading.heads import Ordinal, findings_of, target_name, targets_of
from deepspine.grading.inputs import (
    INPUT_NAMES,
    Augmentation,
    LevelBatch,
    LevelDataset,
    StudyDataset,
    augmented,
    branches_alone,
    joined,
)
from deepspine.grading.label_confusion import LabelConfusion
from deepspine.grading.loss import BALANCE_POWER, grade_weights, grading_loss
from deepspine.grading.network import HALF_RESNET, SMALL, SPINE, GradingNetwork
from deepspine.grading.noise import EarlyLearning
from deepspine.grading.prediction import PREPARATION, patients_of, samples_of_folds
from deepspine.grading.start import start_from

FORWARD = "forward"
VAL_LOSS = "val_loss"
NO_VALIDATION = (
    "no patient falls into the split val: training does not stop early, and the last epoch's network is kept, not the "
    "best one's; hold patients back with --data.folds 5 --data.held_fold 0, or build the dataset of more patients"
)
OWN_ENCODERS = (SMALL, SPINE, HALF_RESNET)
Noise = Literal["none", "forward"]
"""What is done about wrong labels: nothing, or forward correction by a learned confusion."""


_SAID_OF = {"preset": "crops", "learned": "patients to learn from"}
"""What a checkpoint's keys are called in messages."""


def _check_encoder(name: str) -> None:
    import timm

    if name not in OWN_ENCODERS and not timm.is_model(name):
        near = get_close_matches(name, timm.list_models(), cutoff=0.8)
        raise ConfigError(
            f"encoder must be one of {', '.join(OWN_ENCODERS)}, or a backbone that timm {timm.__version__} has, got "
            f"{name!r}" + (f"; did you mean {', '.join(near)}?" if near else "")
        )


def _check_label_model(smoothing: float, noise: str) -> None:
    """Raise ConfigError when what is to be thought of wrong labels is impossible."""
    if not 0 <= smoothing <= 1:
        raise ConfigError(f"smoothing must be in [0, 1], got {smoothing}")
    if noise not in get_args(Noise):
        raise ConfigError(f"noise must be one of {', '.join(get_args(Noise))}, got {noise!r}")
    if noise == FORWARD and smoothing:
        raise ConfigError("smoothing and noise=forward both soften labels; set one of them")


def _confusion_of(findings: Sequence[Finding], *, balance: float) -> LabelConfusion:
    finding_of = {target_name(target): target[0] for target in targets_of(findings)}
    n_grades = {finding.name: len(finding.scale) for finding in findings}
    return LabelConfusion(finding_of, n_grades, balance=balance)


class GradingModule(pl.LightningModule):
    """Learns grades from sets of grades.

    Parameters
    ----------
    findings
        Names of the findings to grade; the core ones by default.
    encoder
        `small`, `spine`, `resnet18_half`, or the name of a timm backbone (never pretrained: nothing is downloaded).
    width, ordinal, side_embedding, compare, dropout
        See `GradingNetwork`; a network that compares learns from batches of whole studies.
    learning_rate, weight_decay
        Of AdamW; the rate rises for the first tenth of the steps and falls along a cosine (one cycle).
    balance
        How much rare grades are lifted, 0 to 1; see `loss.BALANCE_POWER`.
    smoothing
        How far labels are softened where the labeler is in doubt: the share of a label's weight at doubt 1 that speaks
        for the grades outside of its set (`data.doubt` names the table of doubts).
    noise
        `forward` learns how labels err beside the grades and allows for it; see `label_confusion`. `balance` then
        goes by the shares of true grades.
    alone
        Weight of what the sagittal and the axial inputs of a level answer without the other, 0 for none: an input that
        is quick to learn from else keeps the other from being learned (Wang 2020, gradient blending).
    early_learning
        Weight of early-learning regularisation against wrong labels, 0 for none; see `noise.EarlyLearning`. Each
        process of a distributed run remembers what it has seen itself.
    early_learning_momentum
        Of its running mean.
    start
        What the network starts from in place of chance: a segmentation's `model.safetensors` (encoder `spine`), or a
        checkpoint or run folder of the grader.
    seed
        Of augmentation and dropout.
    augmentation
        Random changes of training crops.
    threads
        CPU threads, 0 for torch's own choice. Small networks on a busy machine are quickest with one: threads that
        wait for each other spin.
    """

    def __init__(
        self,
        findings: Sequence[str] | None = None,
        encoder: str = SMALL,
        width: int = 96,
        ordinal: Ordinal = False,
        side_embedding: bool = False,
        compare: bool = False,
        dropout: float = 0.1,
        learning_rate: float = 2e-3,
        weight_decay: float = 1e-2,
        balance: float = BALANCE_POWER,
        smoothing: float = 0.0,
        noise: Noise = "none",
        alone: float = 0.0,
        early_learning: float = 0.0,
        early_learning_momentum: float = 0.7,
        start: Path | None = None,
        seed: int = 0,
        augmentation: Augmentation = Augmentation(),  # noqa: B008 - immutable
        threads: int = 0,
    ) -> None:
        super().__init__()
        if threads:
            torch.set_num_threads(threads)
        self.findings = findings_of(findings)
        self.learning_rate, self.weight_decay, self.balance = learning_rate, weight_decay, balance
        _check_encoder(encoder)
        _check_label_model(smoothing, noise)
        check_positive(learning_rate=learning_rate)
        check_not_negative(weight_decay=weight_decay, balance=balance, alone=alone, early_learning=early_learning)
        check_share(dropout=dropout, early_learning_momentum=early_learning_momentum)
        check_not_negative(**{f"augmentation.{name}": value for name, value in augmentation._asdict().items()})
        self.smoothing, self.early_learning = smoothing, early_learning
        self.alone = alone
        self.early_learning_momentum = early_learning_momentum
        self.seed, self.augmentation = seed, augmentation
        self.save_hyperparameters(
            {
                "findings": [finding.name for finding in self.findings],
                "encoder": encoder,
                "width": width,
                "ordinal": ordinal,
                "side_embedding": side_embedding,
                "compare": compare,
            }
        )
        self.network = GradingNetwork(
            self.findings,
            encoder=encoder,
            width=width,
            ordinal=ordinal,
            side_embedding=side_embedding,
            compare=compare,
            dropout=dropout,
        )
        if start is not None:
            start_from(self.network, Path(start))
        self.grade_weights: dict[str, Tensor] = {}
        self.memory: EarlyLearning | None = None
        self.confusion = _confusion_of(self.findings, balance=balance) if noise == FORWARD else None

    # ---------------------------------------------------------------- training

    def configure_callbacks(self) -> list[pl.Callback]:
        """Return the log of epochs that every run keeps, and what makes it resume exactly."""
        return [TrainingLog(), StepSeed(self.seed)]

    def setup(self, stage: str) -> None:
        """Weigh grades by how often the training set has them; make room to remember answers."""
        data = getattr(self.trainer, "datamodule", None)
        if stage == "fit" and isinstance(data, GradingData):
            if self.smoothing and not data.doubt:
                raise ConfigError(
                    "smoothing goes by the labeler's doubt: name the table of `label --evidence` as data.doubt"
                )
            if self.trainer.limit_val_batches and not data.validates():
                self._go_without_validation()
            labels = data.training_labels()
            self.grade_weights = {name: grade_weights(allowed, power=self.balance) for name, allowed in labels.items()}
            if self.early_learning:
                sizes = {name: allowed.shape[1] for name, allowed in labels.items()}
                n_samples = len(data.level_dataset("train"))
                self.memory = EarlyLearning(sizes, n_samples, momentum=self.early_learning_momentum).to(self.device)

    def _go_without_validation(self) -> None:
        """Say so, and let callbacks that wait for the loss of validation do without."""
        for callback in self.trainer.early_stopping_callbacks:
            if callback.monitor == VAL_LOSS:
                callback.strict = False
        if self.trainer.is_global_zero:
            sys.stderr.write(f"warning: {NO_VALIDATION}\n")

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Note how the crops were prepared: predictions need the same."""
        prepared = self._preparation()
        if prepared:
            checkpoint[PREPARATION] = prepared

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Compare a run that shall go on with what it is to go on with.

        Raises
        ------
        ConfigError
            When the network, the crops or the patients are others.
        """
        before = {**checkpoint["hyper_parameters"], **checkpoint.get(PREPARATION, {})}
        now = {**self.hparams, **self._preparation()}
        for options in (before, now):
            options["preset"] = {**options.get("preset", {}), "name": ""}  # crops of another name are the same
        other = [_SAID_OF.get(name, name) for name in now if name in before and before[name] != now[name]]
        if other:
            raise ConfigError(
                f"the run that shall go on has other {', '.join(other)}; give what it began with, or start a new run "
                "in another folder, from its weights with --model.start"
            )

    def _preparation(self) -> dict[str, Any]:
        data = getattr(self.trainer, "datamodule", None)
        if not isinstance(data, GradingData):
            return {}
        return {
            "inputs": list(data.inputs),
            "normalise_crops": data.normalise_crops,
            "preset": Manifest.read(data.folder).preset.to_json(),
            "learned": data.learned,
        }

    def forward(self, batch: LevelBatch) -> dict[str, Tensor]:
        """Return scores for each target by name, (batch, grades)."""
        scores: dict[str, Tensor] = self.network(batch)
        return scores

    def training_step(self, batch: LevelBatch, batch_idx: int) -> Tensor:
        """Return the loss of a batch."""
        batch = augmented(batch, self.augmentation)
        encoded = self.network.encode(batch)
        scores = self.network.answer(batch, encoded)
        loss = self._loss(scores, batch)
        if self.confusion is not None:
            self.confusion.count(scores, batch.allowed)
        if self.alone:
            for view in branches_alone(batch):
                loss = loss + self.alone * self._loss(self.network.answer(view, encoded), view)
        if self.memory is not None:
            loss = loss + self.early_learning * self.memory(scores, batch.allowed, batch.number)
        self.log("train_loss", loss, on_step=False, on_epoch=True, prog_bar=True, batch_size=len(batch.level))
        return loss

    def on_train_epoch_end(self) -> None:
        """Take what the epoch's labels stand for into the confusion, those of all processes together."""
        if self.confusion is not None:
            for counts in self.confusion.epoch_counts():
                counts.copy_(self.trainer.strategy.reduce(counts, reduce_op="sum"))
            self.confusion.update()

    def validation_step(self, batch: LevelBatch, batch_idx: int) -> None:
        """Log the loss on patients that training does not see."""
        self.log(VAL_LOSS, self._loss(self(batch), batch), prog_bar=True, batch_size=len(batch.level), sync_dist=True)

    def configure_optimizers(self) -> Any:
        """Return AdamW with a one-cycle rate; biases and norms do not decay."""
        decayed = [p for p in self.parameters() if p.ndim > 1]
        free = [p for p in self.parameters() if p.ndim <= 1]
        groups = [{"params": decayed, "weight_decay": self.weight_decay}, {"params": free, "weight_decay": 0.0}]
        optimizer = torch.optim.AdamW(groups, lr=self.learning_rate)
        return one_cycle(optimizer, self.trainer)

    def _loss(self, scores: dict[str, Tensor], batch: LevelBatch) -> Tensor:
        if self.confusion is not None:
            loss: Tensor = self.confusion(scores, batch.allowed)
            return loss
        weights = {
            name: self.grade_weights.get(name, torch.ones(allowed.shape[1])).to(self.device)
            for name, allowed in batch.allowed.items()
        }
        doubt = batch.doubt if self.smoothing and self.training else None
        smoothing = None if doubt is None else {name: self.smoothing * doubts for name, doubts in doubt.items()}
        return grading_loss(scores, batch.allowed, weights, smoothing)


class GradingData(EpochOrder):
    """Levels of a dataset, by its splits.

    Parameters
    ----------
    dataset
        Folder of `deepspine build`.
    inputs
        Inputs to use, of `sagittal_t1`, `sagittal_t2`, `axial_t2`; all that there are by default.
    silence
        What a report's silence means; as the dataset was built by default.
    normalise_crops
        Standardise every crop on its own as well.
    batch_size, workers
        Of the loaders, levels; a network that compares takes as many studies as have about so many levels.
    seed
        Of the order of samples.
    in_memory
        Keep decoded samples in memory; for datasets that fit.
    labels
        Label table in place of the labels that the dataset was built with.
    only_labelled
        Train on levels of which something is known alone (for a network that compares, on studies with such a level);
        others teach nothing but take their time.
    doubt
        Table of evidence (`deepspine label --evidence`), whose doubts `model.smoothing` uses.
    folds, held_fold
        Cross-validation instead of the dataset's splits: patients whose hashed key falls into `held_fold` of `folds`
        are held back (split `val`), all others train.
    held_folds
        Several folds to hold back, in place of `held_fold`.
    """

    def __init__(
        self,
        dataset: Path,
        inputs: Sequence[str] = INPUT_NAMES,
        silence: Literal["missing", "normal"] | None = None,
        normalise_crops: bool = False,
        batch_size: int = 16,
        workers: int = 0,
        seed: int = 0,
        in_memory: bool = False,
        labels: Path | None = None,
        only_labelled: bool = False,
        doubt: Path | None = None,
        folds: int = 0,
        held_fold: int = 0,
        held_folds: Sequence[int] = (),
    ) -> None:
        super().__init__()
        check_positive(batch_size=batch_size)
        check_not_negative(workers=workers, folds=folds)
        held = frozenset(held_folds or (held_fold,))
        if held != {0} and not folds:
            raise ConfigError(f"held_fold {', '.join(map(str, sorted(held)))} wants data.folds, the number of folds")
        if folds and not held < frozenset(range(folds)):
            raise ConfigError(f"held_fold must be in [0, {folds}), got {', '.join(map(str, sorted(held)))}")
        if unknown := set(inputs) - set(INPUT_NAMES):
            raise ConfigError(f"inputs must be of {', '.join(INPUT_NAMES)}, got {', '.join(sorted(unknown))}")
        self.folder = Path(dataset)
        self.findings = findings_of(None)
        self.inputs, self.normalise_crops = tuple(inputs), normalise_crops
        self.silence = None if silence is None else Silence(silence)
        self.batch_size, self.workers, self.seed, self.in_memory = batch_size, workers, seed, in_memory
        self.doubt = read_doubts(Path(doubt)) if doubt is not None else {}
        self.only_labelled = only_labelled
        self.labels: LabelTable | None = None
        self.open_labels = ""
        if labels is not None:
            self.labels = LabelTable.read(labels)
            self.open_labels = self.labels.note_of_unsettled(labels)
        self.folds, self.held_folds = folds, held
        self.whole_studies = False
        self._splits: dict[str, tuple[LevelDataset, list[StoredSample]]] = {}

    def setup(self, stage: str) -> None:
        """Take the findings that the network grades, and whether it wants whole studies."""
        module = self.trainer.lightning_module if self.trainer is not None else None
        if stage == "fit" and self.open_labels and (self.trainer is None or self.trainer.is_global_zero):
            sys.stderr.write(f"{self.open_labels}\n")
        if isinstance(module, GradingModule):
            self.findings = module.findings
            self.whole_studies = module.network.comparison is not None

    def level_dataset(self, split: str) -> LevelDataset:
        """Return the levels of a split."""
        return self._levels_and_places(split)[0]

    def _levels_and_places(self, split: str) -> tuple[LevelDataset, list[StoredSample]]:
        """Return the levels of a split and where they lie."""
        if split not in self._splits:
            manifest = Manifest.read(self.folder)
            stored = self.stored(split, manifest)
            dataset = self._dataset_of(stored, manifest)
            if self.only_labelled and split == "train":
                stored = self._worth_it(stored, dataset)
                dataset = self._dataset_of(stored, manifest)
            self._splits[split] = dataset, stored
        return self._splits[split]

    def _worth_it(self, stored: Sequence[StoredSample], dataset: LevelDataset) -> list[StoredSample]:
        """Return the levels of which something is known, or the studies with such a level."""
        labelled = [one for one in stored if _says_something(dataset.allowed(one.read_without_crops()))]
        if not self.whole_studies:
            return labelled
        studies = {one.study_key for one in labelled}
        return [one for one in stored if one.study_key in studies]

    def _dataset_of(self, stored: Sequence[StoredSample], manifest: Manifest) -> LevelDataset:
        return LevelDataset(
            [one.read for one in stored],
            preset=manifest.preset,
            findings=self.findings,
            silence=self.silence or manifest.silence,
            inputs=self.inputs,
            normalise_crops=self.normalise_crops,
            labels=self.labels,
            doubt=self.doubt,
            keep=self.in_memory,
        )

    def stored(self, split: str, manifest: Manifest | None = None) -> list[StoredSample]:
        """Return where the samples of a split lie."""
        if not self.folds:
            return stored_samples(self.folder, split, manifest)
        manifest = manifest or Manifest.read(self.folder)
        chosen = self.held_folds if split != "train" else set(range(self.folds)) - self.held_folds
        return samples_of_folds(stored_samples(self.folder, "all", manifest), manifest, self.folds, chosen)

    @cached_property
    def learned(self) -> list[str]:
        """Patients of the training split, as checkpoints name them."""
        manifest = Manifest.read(self.folder)
        return sorted(set(patients_of(self.stored("train", manifest), manifest)))

    def training_labels(self) -> dict[str, Tensor]:
        """Return what the labels of the training split allow, by target; (labels, grades) each. No crop is read.

        Raises
        ------
        ConfigError
            When no level is left to learn from, or the doubts are of other reports.
        """
        dataset, stored = self._levels_and_places("train")
        if not stored:
            raise ConfigError(
                f"{self.folder}: no level {'with a label ' * self.only_labelled}falls to training; it takes more "
                "patients, or labels of these"
            )
        samples = [one.read_without_crops() for one in stored]
        if self.doubt and {key.report_id for key in self.doubt}.isdisjoint(sample.report_id for sample in samples):
            raise ConfigError(
                f"{self.folder}: --data.doubt has no report of the levels of training; name the table of "
                "evidence of these reports"
            )
        rows = [dataset.allowed(sample) for sample in samples]
        names = [target_name(target) for target in targets_of(self.findings)]
        allowed = {name: torch.stack([row[name] for row in rows]) for name in names}
        if not _says_something(allowed):
            raise ConfigError(
                f"{self.folder}: no label of any of these findings is known of the levels of training; are the labels "
                "those of its reports?"
            )
        return allowed

    def train_dataloader(self) -> DataLoader[LevelBatch]:
        """Return the training levels in an order given by seed and epoch alone."""
        dataset, options = self._batched("train")
        return self._loader(
            dataset, sampler=self.order(dataset), drop_last=len(dataset) > options["batch_size"], **options
        )

    def val_dataloader(self) -> DataLoader[LevelBatch] | list[Any]:
        """Return the validation levels, none when no patient falls into that split."""
        if not self.validates():
            return []
        dataset, options = self._batched("val")
        return self._loader(dataset, **options)

    def validates(self) -> bool:
        """Whether any patient falls into the split `val`."""
        if self.folds:
            return len(self.level_dataset("val")) > 0
        return any(shard.studies for shard in Manifest.read(self.folder).of_split("val"))

    def _batched(self, split: str) -> tuple[LevelDataset | StudyDataset, dict[str, Any]]:
        """Return levels or whole studies, and how a loader makes batches of them."""
        levels, stored = self._levels_and_places(split)
        if not self.whole_studies:
            return levels, {"batch_size": self.batch_size}
        dataset = StudyDataset(levels, [one.study_key for one in stored])
        return dataset, {"batch_size": dataset.studies_of(self.batch_size), "collate_fn": joined}

    def _loader(self, dataset: LevelDataset | StudyDataset, **options: Any) -> DataLoader[LevelBatch]:
        return DataLoader(dataset, num_workers=self.workers, persistent_workers=self.workers > 0, **options)


def _says_something(allowed: Mapping[str, Tensor]) -> bool:
    """Whether any label leaves out a grade; (grades,) or (labels, grades) by target."""
    return not all(bool(sets.all()) for sets in allowed.values())
