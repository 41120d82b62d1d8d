"""Our U-Net from random weights in a given processor time, its cycle of learning rates ending with the time.

Processor time, not wall time: a comparison holds then while others use the same cores.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytorch_lightning as pl

from deepspine.segmentation.engines import has_bfloat16
from deepspine.segmentation.training import SegmentationData, SegmentationModule
from deepspine.segmentation.weights_file import WEIGHTS_FILE

PROBE_STEPS = 6
"""Timed first, to know how many fit in the minutes."""


@dataclass(frozen=True)
class TimedTraining:
    """Weights, steps that were done, and seconds of the processor from first to last."""

    weights: Path
    steps: int
    seconds: float


class StepClock(pl.Callback):
    """Notes at what processor time each step ends, and stops the training at a limit."""

    def __init__(self, limit_s: float) -> None:
        self.ends: list[float] = []
        self._limit_s = limit_s

    def on_train_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Start the clock."""
        self.ends = [time.process_time()]

    def on_train_batch_end(self, trainer: pl.Trainer, *arguments: Any, **named: Any) -> None:
        """Note the time; ask for the end when the limit is passed."""
        self.ends.append(time.process_time())
        trainer.should_stop = trainer.should_stop or self.ends[-1] - self.ends[0] > self._limit_s


def train_for(data: Path, run: Path, minutes: float, *, n_folds: int, held_fold: int, seed: int = 0) -> TimedTraining:
    """Train on `spider_space` alone, the patients outside a fold, with the defaults of the shipped training.

    Parameters
    ----------
    data
        Folder with `spider_space`.
    run
        Where the weights are written.
    minutes
        Of the processor, summed over threads; training stops then even when the probe's steps were quicker than later
        ones.
    """
    limit_s = 60.0 * minutes
    probe = _fit(data, run / "probe", PROBE_STEPS, limit_s, (n_folds, held_fold), seed)
    steps = max(int(limit_s / float(np.median(np.diff(probe.ends)))), 1)
    clock = _fit(data, run, steps, limit_s, (n_folds, held_fold), seed)
    return TimedTraining(run / WEIGHTS_FILE, len(clock.ends) - 1, clock.ends[-1] - clock.ends[0])


def _fit(data: Path, run: Path, steps: int, limit_s: float, fold: tuple[int, int], seed: int) -> StepClock:
    pl.seed_everything(seed, verbose=False)
    clock = StepClock(limit_s)
    trainer = pl.Trainer(
        accelerator="cpu", max_steps=steps, default_root_dir=run,
        callbacks=[clock], precision="bf16-mixed" if has_bfloat16() else "32-true", limit_val_batches=0, logger=False,
        enable_checkpointing=False, enable_progress_bar=False, enable_model_summary=False,
        reload_dataloaders_every_n_epochs=1,
    )  # fmt: skip
    trainer.fit(SegmentationModule(), SegmentationData(data, ("spider_space",), n_folds=fold[0], held_fold=fold[1]))
    return clock
