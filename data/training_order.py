"""What is random in a training, by seed, epoch and step alone: a resumed run draws what an unbroken one draws."""

from __future__ import annotations

from typing import Any

import pytorch_lightning as pl
import torch
from torch.utils.data import Dataset
from torch.utils.data.distributed import DistributedSampler

STEP_SEED_STRIDE = 1_000_003
"""A prime, so that the steps of neighbouring seeds do not draw the same numbers."""


class StepSeed(pl.Callback):
    """Ties everything random in a step (augmentation, dropout, samples of boxes) to its number.

    Parameters
    ----------
    seed
        Of the run; the processes of a distributed one draw different numbers.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def on_train_batch_start(
        self, trainer: pl.Trainer, pl_module: pl.LightningModule, batch: object, batch_idx: int
    ) -> None:
        """Seed PyTorch for the step."""
        # Batches, not steps of the optimiser: those of which it accumulates gradients draw differently too.
        step = self._seed * STEP_SEED_STRIDE + trainer.fit_loop.total_batch_idx
        torch.manual_seed(step * trainer.world_size + trainer.global_rank)


class EpochOrder(pl.LightningDataModule):
    """Data of a training that know which epoch their loaders begin with.

    A run that is resumed makes its loaders before the trainer has its epoch back, because the schedule of the learning
    rate asks how many steps there are; and workers read ahead at once. So checkpoints tell the data as well.
    """

    seed: int
    """Of the order."""

    def __init__(self) -> None:
        super().__init__()
        self._resumed_at = 0

    @property
    def epoch(self) -> int:
        """The epoch that is running or about to begin."""
        if self.trainer is None:
            return 0
        progress: Any = self.trainer.fit_loop.epoch_progress.current
        return max(self._resumed_at, int(progress.processed))

    def state_dict(self) -> dict[str, Any]:
        """Return the epoch to go on with, to be kept in checkpoints."""
        return {"epoch": self.epoch}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take up the epoch of a checkpoint."""
        self._resumed_at = int(state_dict["epoch"])

    def order(self, dataset: Dataset[Any]) -> DistributedSampler[Any]:
        """Return the sampler of this process, shuffled for `epoch`; Lightning tells it of later ones."""
        replicas, rank = (self.trainer.world_size, self.trainer.global_rank) if self.trainer is not None else (1, 0)
        sampler: DistributedSampler[Any] = DistributedSampler(dataset, replicas, rank, seed=self.seed)
        sampler.set_epoch(self.epoch)
        return sampler
