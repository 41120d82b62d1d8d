"""Training with Lightning: every argument is a key of the config and a flag.

A run that is stopped and resumed (`--ckpt_path`) gives the weights of an unbroken one: samples are drawn by seed and
epoch, and everything random within a step by seed and step.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal, get_args

import pytorch_lightning as pl
import torch
from torch import Tensor

from deepspine.data.dataset.manifest import Manifest
from deepspine.data.errors import ConfigError
from deepspine.data.findings import Finding
from deepspine.data.one_cycle import one_cycle
from deepspine.data.training_log import TrainingLog
from deepspine.data.training_options import check_not_negative, check_positive, check_share
from deepspine.data.training_order import StepSeed
from deepspine.grading.encoders import HALF_RESNET, SMALL, SPINE
from deepspine.grading.heads import Ordinal, findings_of, target_name, targets_of
from deepspine.grading.inputs import Augmentation, LevelBatch, augmented, branches_alone
from deepspine.grading.label_confusion import LabelConfusion
from deepspine.grading.loss import BALANCE_POWER, grade_weights, grading_loss
from deepspine.grading.network import GradingNetwork
from deepspine.grading.noise import EarlyLearning
from deepspine.grading.prediction import PREPARATION
from deepspine.grading.start import start_from
from deepspine.grading.training_data import GradingData

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
        """Say what levels are asked for, weigh grades by how often they occur, make room to remember answers."""
        data = getattr(self.trainer, "datamodule", None)
        if not isinstance(data, GradingData):
            return
        data.serve(self.findings, whole_studies=self.network.comparison is not None)
        if stage == "fit":
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
