"""Training of the network of Modic regions with Lightning: pixels of phantoms, grades of discs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytorch_lightning as pl
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import affine_grid, binary_cross_entropy_with_logits, grid_sample
from torch.utils.data import DataLoader, Dataset

from deepspine.data.one_cycle import one_cycle
from deepspine.data.whole_files import whole_file
from deepspine.grading.modic.region_network import BODY, WIDTH, RegionNetwork, pooled

UNKNOWN = -1
"""Of a disc whose grade leaves both possible, and of pixels that nobody marked."""


@dataclass(frozen=True, eq=False)
class RegionSamples:
    """Crops to learn from.

    Attributes
    ----------
    crops
        *Shape:* (samples, 3, rows, columns)
    changed
        1 where a pixel is changed, 0 where it is not, `UNKNOWN` elsewhere.
        *Shape:* (samples, rows, columns)
    disc
        Whether the disc has a change, or `UNKNOWN`.
        *Shape:* (samples,)
    """

    crops: NDArray[np.float32]
    changed: NDArray[np.int8]
    disc: NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.disc)

    def of(self, index: NDArray[Any]) -> RegionSamples:
        """Return some of the samples."""
        return RegionSamples(self.crops[index], self.changed[index], self.disc[index])

    @classmethod
    def joined(cls, parts: Sequence[RegionSamples]) -> RegionSamples:
        """Return several sets as one."""
        return cls(
            np.concatenate([part.crops for part in parts]),
            np.concatenate([part.changed for part in parts]),
            np.concatenate([part.disc for part in parts]),
        )


class RegionBatch(NamedTuple):
    """Samples as tensors, see `RegionSamples`."""

    crops: Tensor
    changed: Tensor
    disc: Tensor


class _Rows(Dataset[RegionBatch]):
    def __init__(self, samples: RegionSamples) -> None:
        self.samples = samples

    def __len__(self) -> int:
        return len(self.samples)

    def __getitem__(self, index: int) -> RegionBatch:
        one = self.samples
        return RegionBatch(
            torch.from_numpy(one.crops[index]),
            torch.from_numpy(one.changed[index].astype(np.float32)),
            torch.tensor(float(one.disc[index])),
        )


@dataclass(frozen=True, kw_only=True)
class RegionAugmentation:
    """Random changes of crops while training.

    Attributes
    ----------
    rotation_deg, shift, scale
        Of the picture; shift and scale as shares of its size.
    contrast
        Spread (in log) of the factor on log ratios, each contrast on its own: other times of the scanner.
    offset
        Standard deviation of what is added to the log ratios of one contrast: normal marrow misjudged.
    slope
        Of the shading from front to back and from top to bottom.
    noise
        Standard deviation by pixel.
    """

    rotation_deg: float = 10.0
    shift: float = 0.06
    scale: float = 0.1
    contrast: float = 0.4
    offset: float = 0.06
    slope: float = 0.08
    noise: float = 0.06


def augmented(batch: RegionBatch, change: RegionAugmentation) -> RegionBatch:
    """Return a batch changed at random, half of it upside down."""
    n, _, rows, columns = batch.crops.shape
    angle = torch.deg2rad((torch.rand(n) * 2 - 1) * change.rotation_deg)
    size = 1.0 + (torch.rand(n) * 2 - 1) * change.scale
    turned = torch.where(torch.rand(n) < 0.5, -1.0, 1.0)
    matrix = torch.zeros(n, 2, 3)
    # Coordinates run from -1 to 1 along both sides, whose lengths differ.
    matrix[:, 0, 0], matrix[:, 0, 1] = angle.cos() * size, -angle.sin() * size * rows / columns
    matrix[:, 1, 0], matrix[:, 1, 1] = angle.sin() * size * columns / rows * turned, angle.cos() * size * turned
    matrix[:, :, 2] = (torch.rand(n, 2) * 2 - 1) * 2 * change.shift
    grid = affine_grid(matrix, [n, 1, rows, columns], align_corners=False)
    crops = grid_sample(batch.crops, grid, padding_mode="border", align_corners=False)
    changed = grid_sample(
        batch.changed[:, None], grid, mode="nearest", padding_mode="border", align_corners=False
    ).squeeze(1)
    signals, body = crops[:, :BODY], crops[:, BODY:]
    down = torch.linspace(-1, 1, rows)[None, None, :, None]
    back = torch.linspace(-1, 1, columns)[None, None, None, :]
    slopes = torch.randn(2, n, BODY, 1, 1) * change.slope
    signals = signals * torch.exp(torch.randn(n, BODY, 1, 1) * change.contrast)
    signals = signals + torch.randn(n, BODY, 1, 1) * change.offset + slopes[0] * down + slopes[1] * back
    signals = signals + torch.randn_like(signals) * change.noise * torch.rand(n, 1, 1, 1)
    return RegionBatch(torch.cat([signals, body], dim=1), changed, batch.disc)


def region_loss(pixels: Tensor, disc: Tensor, batch: RegionBatch) -> Tensor:
    """Return the loss: cross-entropy and soft Dice of marked pixels, cross-entropy of discs by both judgements.

    Parameters
    ----------
    pixels, disc
        Scores before the logistic function.
        *Shape:* (batch, rows, columns) and (batch,)
    """
    total = pixels.sum() * 0.0
    known = (batch.changed >= 0).float()
    if known.any():
        truth = batch.changed.clamp_min(0.0)
        by_pixel = binary_cross_entropy_with_logits(pixels, truth, reduction="none")
        guess = pixels.sigmoid() * known
        overlap = (2 * (guess * truth).sum() + 1.0) / ((guess + truth * known).sum() + 1.0)
        total = total + (by_pixel * known).sum() / known.sum() + 1.0 - overlap
    told = batch.disc >= 0
    if told.any():
        most = pooled(pixels, batch.crops[:, BODY] > 0.5)
        for scores in (disc, most):
            total = total + 0.5 * binary_cross_entropy_with_logits(scores[told], batch.disc[told])
    return total


class RegionModule(pl.LightningModule):
    """Learns where marrow is changed.

    Parameters
    ----------
    width
        See `RegionNetwork`.
    learning_rate, weight_decay
        Of AdamW; the rate rises for the first tenth of the steps and falls along a cosine.
    augmentation
        Random changes of training crops.
    """

    def __init__(
        self,
        width: int = WIDTH,
        learning_rate: float = 3e-3,
        weight_decay: float = 0.02,
        augmentation: RegionAugmentation = RegionAugmentation(),
    ) -> None:
        super().__init__()
        self.network = RegionNetwork(width).to(memory_format=torch.channels_last)
        self.learning_rate, self.weight_decay, self.augmentation = learning_rate, weight_decay, augmentation

    def training_step(self, batch: RegionBatch, batch_idx: int) -> Tensor:
        """Return the loss of a batch."""
        changed = augmented(RegionBatch(*batch), self.augmentation)
        scores = self.network(changed.crops.contiguous(memory_format=torch.channels_last))
        return region_loss(scores.pixels.float(), scores.disc.float(), changed)

    def configure_optimizers(self) -> Any:
        """Return AdamW with a one-cycle rate."""
        optimizer = torch.optim.AdamW(self.parameters(), self.learning_rate, weight_decay=self.weight_decay)
        return one_cycle(optimizer, self.trainer)


def train_regions(
    lessons: Callable[[], RegionSamples],
    place: Path,
    *,
    epochs: int,
    seed: int,
    batch_size: int = 32,
    learning_rate: float = 3e-3,
    start: RegionNetwork | None = None,
) -> RegionNetwork:
    """Train a network, once, and return it in evaluation mode.

    Parameters
    ----------
    lessons
        Gives what to learn from; not asked where the network is there.
    place
        Folder of the run; a network trained there is read again.
    start
        What the network starts from in place of chance.
    """
    from safetensors.torch import load_file, save_file

    path = place / "regions.safetensors"
    pl.seed_everything(seed, verbose=False)
    module = RegionModule(learning_rate=learning_rate)
    if path.is_file():
        module.network.load_state_dict(load_file(path))
        return module.network.eval()
    if start is not None:
        module.network.load_state_dict(start.state_dict())
    place.mkdir(parents=True, exist_ok=True)
    loader = DataLoader(
        _Rows(lessons()), batch_size, shuffle=True, drop_last=True, generator=torch.Generator().manual_seed(seed)
    )
    trainer = pl.Trainer(
        max_epochs=epochs, default_root_dir=str(place), logger=False, enable_checkpointing=False,
        enable_progress_bar=False, enable_model_summary=False, accelerator="auto", devices=1, precision="bf16-mixed",
        gradient_clip_val=5.0,
    )  # fmt: skip
    trainer.fit(module, loader)
    network = module.network.cpu().to(memory_format=torch.contiguous_format).eval()
    with whole_file(path) as partial:
        save_file({name: one.contiguous() for name, one in network.state_dict().items()}, partial)
    return network
