"""Training of the detector with Lightning: every argument here is a key of the config and a flag."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytorch_lightning as pl
import torch
from PIL import Image
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from deepspine.data.errors import InputError
from deepspine.data.one_cycle import one_cycle
from deepspine.data.pictures import DEFAULT_HEIGHT_MM
from deepspine.data.training_log import TrainingLog
from deepspine.data.training_options import check_not_negative, check_positive
from deepspine.data.training_order import StepSeed
from deepspine.segmentation.augmentation import Augmentation
from deepspine.segmentation.detection.instance_map import (
    InstanceMap,
    boxes_of,
    instances_of_disc_boxes,
    instances_of_sets,
)
from deepspine.segmentation.detection.network import build_detector, start_from
from deepspine.segmentation.inference import shipped_weights
from deepspine.segmentation.partial_labels import DiscBox
from deepspine.segmentation.slice_data import FoldedSlices
from deepspine.segmentation.training_sets import MIN_BOXES, read_training_slices, sudirman_disc_boxes
from deepspine.segmentation.weights_file import (
    ENCODER,
    PIXEL_MM,
    SOURCES,
    check_encoder,
    check_held_back,
    check_same_encoder,
    read_weights,
    write_weights,
)

Sample = tuple[Tensor, dict[str, Tensor]]
Batch = tuple[list[Tensor], list[dict[str, Tensor]]]
MIN_PARTS = 4
"""Slices beside the spine show fewer and are left out."""


@dataclass(frozen=True, eq=False)
class BoxedSlice:
    """A sagittal slice between its neighbours and its parts; pixels (3, rows, columns), `zoom` as `TrainingSlice`."""

    pixels: np.ndarray[Any, np.dtype[np.float32]]
    instances: InstanceMap
    patient_key: str
    zoom: float


def read_boxed_slices(root: Path, sources: Sequence[str]) -> list[BoxedSlice]:
    """Read the named sets below `root` (see `read_training_slices`; `sudirman` by its boxes, others by their masks).

    Raises
    ------
    InputError
        When a folder is missing.
    """
    slices: list[BoxedSlice] = []
    for source in sources:
        if source == "sudirman":
            slices.extend(_read_sudirman(root / source))
            continue
        for one in read_training_slices(root, [source]):
            instances = instances_of_sets(one.allowed)
            if len(instances.classes) >= MIN_PARTS:
                slices.append(BoxedSlice(one.pixels, instances, one.patient_key, one.zoom))
    return slices


def _read_sudirman(folder: Path) -> Iterator[BoxedSlice]:
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder; training wants one folder for each of --data.sources")
    boxes = sudirman_disc_boxes(folder)
    for row in pd.read_csv(folder / "images.csv", dtype=str).itertuples(index=False):
        found = boxes.get((str(row.patient), str(row.modality)), [])
        if len(found) < MIN_BOXES:
            continue
        picture = np.asarray(Image.open(folder / "images" / str(row.file)).convert("L"), dtype=np.float32)
        zoom = DEFAULT_HEIGHT_MM / len(picture) / PIXEL_MM
        # Discs above the uppermost box are not marked: they are cut off, not taught as background.
        top = max(int(min(box.y0 for box in found)), 0)
        shown = picture[top:]
        shifted = [DiscBox(box.x0, box.y0 - top, box.x1, box.y1 - top) for box in found]
        instances = instances_of_disc_boxes(shown.shape, shifted)
        yield BoxedSlice(np.broadcast_to(shown, (3, *shown.shape)), instances, f"sudirman:{row.patient}", zoom)


class BoxDataset(Dataset[Sample]):
    """Slices with boxes, changed at random for training, centred in a square for validation."""

    def __init__(self, slices: Sequence[BoxedSlice], augmentation: Augmentation, *, seed: int | None) -> None:
        self._slices = slices
        self._augmentation = augmentation
        self._seed = seed
        self.epoch = 0

    def __len__(self) -> int:
        return len(self._slices)

    def __getitem__(self, index: int) -> Sample:
        one = self._slices[index]
        pixels, numbers = torch.tensor(one.pixels), torch.from_numpy(one.instances.numbers)
        if self._seed is None:
            shown, turned = self._augmentation.centred(pixels, numbers, zoom=one.zoom)
        else:
            generator = torch.Generator().manual_seed(hash((self._seed, self.epoch, index)) & 0x7FFFFFFF)
            shown, turned = self._augmentation(pixels, numbers, generator, zoom=one.zoom)
        return shown, boxes_of(turned, one.instances.classes)


class DetectionModule(pl.LightningModule):
    """Learns boxes of discs, bodies and S1.

    Parameters
    ----------
    encoder
        Encoder of segmentation-models-pytorch.
    learning_rate, weight_decay
        Of AdamW under a one-cycle rate.
    segmentation_weights
        Safetensors whose encoder it starts from; the shipped ones without. They must hold back the same patients.
    seed
        Of the boxes that a step learns from: of each picture a sample of right and wrong ones.

    Raises
    ------
    ConfigError
        When the segmentation has another encoder.
    """

    def __init__(
        self,
        encoder: str = ENCODER,
        learning_rate: float = 1e-3,
        weight_decay: float = 1e-2,
        segmentation_weights: Path | None = None,
        seed: int = 0,
    ) -> None:
        super().__init__()
        check_positive(learning_rate=learning_rate)
        check_not_negative(weight_decay=weight_decay)
        self.save_hyperparameters()
        self.initial = read_weights(segmentation_weights or shipped_weights())
        check_encoder(self.initial, encoder)
        self.network = build_detector(encoder)
        start_from(self.network, self.initial)

    def setup(self, stage: str | None = None) -> None:
        """Refuse a segmentation that learned from patients that the run holds back."""
        data = getattr(self.trainer, "datamodule", None)
        if isinstance(data, DetectionData):
            check_held_back(self.initial, data.n_folds, data.held_fold, role="segmentation")

    def configure_callbacks(self) -> list[pl.Callback]:
        """Return the log of epochs that every run keeps, and what makes it resume exactly."""
        return [TrainingLog(), StepSeed(self.hparams["seed"])]

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Refuse to go on with a network of another encoder."""
        check_same_encoder(checkpoint, self.hparams["encoder"])

    def train(self, mode: bool = True) -> DetectionModule:
        """Set training mode, but keep the encoder's batch statistics: batches are too small to learn new ones."""
        super().train(mode)
        for one in self.network.backbone.modules():
            if isinstance(one, torch.nn.BatchNorm2d):
                one.eval()
        return self

    def training_step(self, batch: Batch, batch_idx: int) -> Tensor:
        """Return the loss of a batch."""
        losses = self.network(*batch)
        loss: Tensor = torch.stack(list(losses.values())).sum()
        self.log("train_loss", loss, on_step=True, on_epoch=True, prog_bar=True, batch_size=len(batch[0]))
        return loss

    def on_fit_end(self) -> None:
        """Write the weights as `locate --method detection --weights` reads them to the run's folder."""
        data = getattr(self.trainer, "datamodule", None)
        if not self.trainer.is_global_zero or not isinstance(data, DetectionData):
            return
        card = {
            "name": f"detection {self.hparams['encoder']}, {self.trainer.global_step} steps",
            "encoder": self.hparams["encoder"],
            "data": {name: SOURCES.get(name, name) for name in data.sources},
            "n_folds": data.n_folds,
            "held_fold": data.held_fold,
            "validation": {name: round(float(value), 4) for name, value in self.trainer.callback_metrics.items()},
            "licence": "Apache-2.0; learned from data under CC BY 4.0, named under data",
            "intended_use": "research; not a medical device",
        }
        write_weights(self.network, Path(self.trainer.default_root_dir), card)

    def configure_optimizers(self) -> Any:
        """Return AdamW with a one-cycle rate."""
        rate, decay = self.hparams["learning_rate"], self.hparams["weight_decay"]
        optimizer = torch.optim.AdamW(self.parameters(), lr=rate, weight_decay=decay)
        return one_cycle(optimizer, self.trainer)


class DetectionData(FoldedSlices):
    """Boxed slices of the sets below `root`, without the patients of the held fold."""

    def __init__(
        self,
        root: Path,
        sources: Sequence[str] = ("spider_space", "sudirman", "phantom"),
        n_folds: int = 5,
        held_fold: int = 0,
        batch_size: int = 6,
        workers: int = 0,
        seed: int = 0,
        augmentation: Augmentation = Augmentation(),  # noqa: B008 - frozen
    ) -> None:
        super().__init__(
            root, sources, n_folds=n_folds, held_fold=held_fold, batch_size=batch_size, workers=workers, seed=seed,
            augmentation=augmentation,
        )  # fmt: skip

    def setup(self, stage: str | None = None) -> None:
        """Read the slices once."""
        slices = read_boxed_slices(self.root, self.sources)
        kept = [one for one in slices if not self.is_held(one.patient_key)]
        self.train_set = BoxDataset(kept, self.augmentation, seed=self.seed)

    def train_dataloader(self) -> DataLoader[Sample]:
        """Return the shuffled loader; the augmentation's draws change with the epoch."""
        self.train_set.epoch = self.epoch
        return DataLoader(
            self.train_set,
            self.batch_size,
            sampler=self.order(self.train_set),
            drop_last=True,
            num_workers=self.workers,
            collate_fn=_as_lists,
        )


def _as_lists(samples: Sequence[Sample]) -> Batch:
    return [pixels for pixels, _ in samples], [target for _, target in samples]
