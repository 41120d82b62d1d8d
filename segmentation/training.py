"""Training of the segmentation with Lightning: every argument here is a key of the config and a flag."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytorch_lightning as pl
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset

from deepspine.data.errors import ConfigError
from deepspine.data.one_cycle import one_cycle
from deepspine.data.set_likelihood import set_negative_log_likelihood
from deepspine.data.spine_classes import SpineClass
from deepspine.data.training_log import TrainingLog
from deepspine.data.training_options import check_not_negative, check_positive, check_share
from deepspine.segmentation.augmentation import Augmentation
from deepspine.segmentation.classes import N_CLASSES
from deepspine.segmentation.inference import SegmentationNetwork
from deepspine.segmentation.network import build_network, trained_network
from deepspine.segmentation.slice_data import FoldedSlices
from deepspine.segmentation.teacher import taught
from deepspine.segmentation.training_sets import TrainingSlice, read_training_slices
from deepspine.segmentation.weights_file import (
    ENCODER,
    SOURCES,
    check_encoder,
    check_held_back,
    check_same_encoder,
    read_weights,
    write_weights,
)

Batch = tuple[Tensor, Tensor]

_SINGLE: list[list[SpineClass]] = [[one] for one in SpineClass if one is not SpineClass.BACKGROUND]
DICE_GROUPS = (*_SINGLE, [SpineClass.BODY, SpineClass.POSTERIOR])
"""Each class, and the whole vertebra: that is what masks of vertebrae mark, and what they are compared by."""


def allowed_from_bits(bits: Tensor) -> Tensor:
    """Return one truth value for each class from sets as bits; (batch, rows, columns) to (batch, 6, rows, columns)."""
    classes = torch.arange(N_CLASSES, device=bits.device).view(1, -1, 1, 1)
    return (bits.unsqueeze(1).int() >> classes & 1).bool()


class SegmentationModule(pl.LightningModule):
    """Learns from sets of classes a pixel.

    Parameters
    ----------
    encoder
        Encoder of segmentation-models-pytorch.
    learning_rate, weight_decay
        Of AdamW; the rate rises for the first twentieth of the steps and falls along a cosine (one cycle).
    dice_weight
        Of the soft Dice loss of single classes and of whole vertebrae, beside the set likelihood.
    initial_weights
        Safetensors with their card, as `locate --weights` takes them, to start from; random without.
    initial_share
        Of the initial weights in those that are written, [0, 1): a network that goes on with one kind of data keeps
        more of what it knew of others (Wortsman 2022, "Robust fine-tuning of zero-shot models").

    Raises
    ------
    ConfigError
        When `initial_share` lies outside [0, 1) or has no initial weights to be of, or these are of another encoder.
    """

    def __init__(
        self,
        encoder: str = ENCODER,
        learning_rate: float = 2e-3,
        weight_decay: float = 1e-2,
        dice_weight: float = 0.5,
        initial_weights: Path | None = None,
        initial_share: float = 0.0,
    ) -> None:
        super().__init__()
        check_positive(learning_rate=learning_rate)
        check_not_negative(weight_decay=weight_decay, dice_weight=dice_weight)
        check_share(initial_share=initial_share)
        if initial_share and not initial_weights:
            raise ConfigError("initial_share wants initial_weights")
        self.save_hyperparameters()
        self.initial = read_weights(initial_weights) if initial_weights else None
        if self.initial:
            check_encoder(self.initial, encoder)
        network = trained_network(self.initial) if self.initial else build_network(encoder)
        self.network = network.train().to(memory_format=torch.channels_last)

    def setup(self, stage: str | None = None) -> None:
        """Refuse initial weights that learned from patients that the run holds back."""
        data = getattr(self.trainer, "datamodule", None)
        if self.initial and isinstance(data, SegmentationData):
            check_held_back(self.initial, data.n_folds, data.held_fold, role="network")

    def configure_callbacks(self) -> list[pl.Callback]:
        """Return the log of epochs that every run keeps."""
        return [TrainingLog()]

    def forward(self, pixels: Tensor) -> Tensor:
        """Return scores of the classes, (batch, 6, rows, columns)."""
        scores: Tensor = self.network(pixels.to(memory_format=torch.channels_last))
        return scores

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Refuse to go on with a network of another encoder."""
        check_same_encoder(checkpoint, self.hparams["encoder"])

    def training_step(self, batch: Batch, batch_idx: int) -> Tensor:
        """Return the loss of a batch."""
        pixels, bits = batch
        loss = self._loss(self(pixels).float(), allowed_from_bits(bits))
        self.log("train_loss", loss, on_step=True, on_epoch=True, prog_bar=True, batch_size=len(pixels))
        return loss

    def validation_step(self, batch: Batch, batch_idx: int) -> None:
        """Log the loss and the Dice of each class on pixels of one possible class."""
        pixels, bits = batch
        scores, allowed = self(pixels).float(), allowed_from_bits(bits)
        self.log("val_loss", self._loss(scores, allowed), prog_bar=True, batch_size=len(pixels))
        known = allowed.sum(1) == 1
        found = scores.argmax(1)
        for one in (SpineClass.BODY, SpineClass.DISC, SpineClass.CANAL, SpineClass.SACRUM):
            truth, guess = allowed[:, one] & known, (found == one) & known
            total = truth.sum() + guess.sum()
            if truth.any():
                self.log(f"val_dice_{one.name.lower()}", 2 * (truth & guess).sum() / total, batch_size=len(pixels))

    def on_fit_end(self) -> None:
        """Write the weights as `locate --weights` reads them to the run's folder."""
        data = getattr(self.trainer, "datamodule", None)
        if not self.trainer.is_global_zero or not isinstance(data, SegmentationData):
            return
        metrics = {name: round(float(value), 4) for name, value in self.trainer.callback_metrics.items()}
        card = {
            "name": f"segmentation {self.hparams['encoder']}, {self.trainer.global_step} steps",
            "encoder": self.hparams["encoder"],
            "data": {name: SOURCES.get(name, name) for name in data.sources},
            # `deepspine evaluate segmentation` leaves out who was learned from by these two.
            "n_folds": data.n_folds,
            "held_fold": data.held_fold,
            "held_back": f"fold {data.held_fold} of {data.n_folds} by hashed patient"
            if data.held_fold >= 0
            else "none",
            "validation": metrics,
        }
        write_weights(self._with_initial_share(), Path(self.trainer.default_root_dir), card)

    def _with_initial_share(self) -> nn.Module:
        """Return the network, its weights averaged with those that it began with."""
        share: float = self.hparams["initial_share"]
        if not share:
            return self.network
        kept = trained_network(read_weights(Path(self.hparams["initial_weights"]))).state_dict()
        averaged = build_network(self.hparams["encoder"])
        averaged.load_state_dict(
            {
                name: share * kept[name] + (1 - share) * learned.cpu() if learned.is_floating_point() else learned
                for name, learned in self.network.state_dict().items()
            }
        )
        return averaged

    def configure_optimizers(self) -> Any:
        """Return AdamW with a one-cycle rate."""
        rate, decay = self.hparams["learning_rate"], self.hparams["weight_decay"]
        optimizer = torch.optim.AdamW(self.parameters(), lr=rate, weight_decay=decay)
        return one_cycle(optimizer, self.trainer, rise_share=0.05)

    def _loss(self, scores: Tensor, allowed: Tensor) -> Tensor:
        likelihood = set_negative_log_likelihood(scores, allowed, dim=1)
        informative = ~allowed.all(1)
        mean = likelihood.sum() / informative.sum().clamp_min(1)
        weight: float = self.hparams["dice_weight"]
        return mean + weight * set_dice_loss(scores.softmax(1), allowed)


def set_dice_loss(probabilities: Tensor, allowed: Tensor) -> Tensor:
    """Return the mean soft Dice loss (Milletari 2016) of `DICE_GROUPS` over a batch, learned from sets of classes.

    A pixel is inside a group when all its possible classes are, outside when none is, and else says nothing of it. So a
    vertebra's mask teaches where vertebrae end also where it leaves open what of a vertebra a pixel shows.

    Parameters
    ----------
    probabilities
        *Shape:* (batch, 6, rows, columns)
    allowed
        Truth values, as `allowed_from_bits` gives them.
        *Shape:* as `probabilities`

    Returns
    -------
    Mean over the groups that some pixel is inside of; 0 when there is none.
        *Shape:* ()
    """
    losses = []
    for group in DICE_GROUPS:
        others = [one for one in range(N_CLASSES) if one not in group]
        inside = ~allowed[:, others].any(1)
        if inside.any():
            known = inside | ~allowed[:, group].any(1)
            guess = probabilities[:, group].sum(1) * known
            losses.append(1 - (2 * (guess * inside).sum() + 1) / (guess.sum() + inside.sum() + 1))
    return torch.stack(losses).mean() if losses else probabilities.new_zeros(())


class SliceDataset(Dataset[Batch]):
    """Slices as the network sees them, changed at random for training, centred in a square for validation."""

    def __init__(self, slices: Sequence[TrainingSlice], augmentation: Augmentation, *, seed: int | None) -> None:
        self._slices = slices
        self._augmentation = augmentation
        self._seed = seed
        self.epoch = 0

    def __len__(self) -> int:
        return len(self._slices)

    def __getitem__(self, index: int) -> Batch:
        one = self._slices[index]
        pixels, allowed = torch.tensor(one.pixels), torch.from_numpy(one.allowed)
        if self._seed is None:
            return self._augmentation.centred(pixels, allowed, zoom=one.zoom)
        generator = torch.Generator().manual_seed(hash((self._seed, self.epoch, index)) & 0x7FFFFFFF)
        return self._augmentation(pixels, allowed, generator, zoom=one.zoom)


class SegmentationData(FoldedSlices):
    """Training and validation slices of the sets below `root`, split by patient; the held ones are for validation.

    Parameters
    ----------
    root, sources, n_folds, held_fold, batch_size, workers, seed
        See `FoldedSlices`.
    teacher
        Safetensors with their card: a network that narrows what annotations leave open, see `taught`. It must hold back
        the same patients.

    Raises
    ------
    InputError
        When the teacher learned from held patients.
    """

    def __init__(
        self,
        root: Path,
        sources: Sequence[str] = ("spider_space", "sudirman"),
        n_folds: int = 5,
        held_fold: int = 0,
        batch_size: int = 8,
        workers: int = 0,
        seed: int = 0,
        augmentation: Augmentation = Augmentation(),  # noqa: B008 - frozen
        teacher: Path | None = None,
    ) -> None:
        super().__init__(
            root, sources, n_folds=n_folds, held_fold=held_fold, batch_size=batch_size, workers=workers, seed=seed,
            augmentation=augmentation,
        )  # fmt: skip
        self.teacher = SegmentationNetwork.load(teacher) if teacher else None
        if teacher:
            check_held_back(read_weights(teacher), n_folds, held_fold, role="teacher")

    def setup(self, stage: str | None = None) -> None:
        """Read the slices once."""
        slices = read_training_slices(self.root, self.sources)
        held = [one for one in slices if self.is_held(one.patient_key)]
        kept = [one for one in slices if not self.is_held(one.patient_key)]
        if self.teacher:
            kept = list(taught(kept, self.teacher))
        self.train_set = SliceDataset(kept, self.augmentation, seed=self.seed)
        self.val_set = SliceDataset(held, self.augmentation, seed=None)

    def train_dataloader(self) -> DataLoader[Batch]:
        """Return the shuffled loader; the augmentation's draws change with the epoch."""
        self.train_set.epoch = self.epoch
        order = self.order(self.train_set)
        return DataLoader(self.train_set, self.batch_size, sampler=order, drop_last=True, num_workers=self.workers)

    def val_dataloader(self) -> DataLoader[Batch]:
        """Return the loader of the held patients' slices, unchanged."""
        return DataLoader(self.val_set, self.batch_size, num_workers=self.workers)
