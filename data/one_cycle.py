"""The learning rate of every training: it rises for a while, then falls along a cosine, over a number of steps."""

from __future__ import annotations

from typing import Any

import pytorch_lightning as pl
import torch

RISE_SHARE = 0.1
"""Of the steps, unless a training has another."""


def one_cycle(optimizer: torch.optim.Optimizer, trainer: pl.Trainer, *, rise_share: float = RISE_SHARE) -> Any:
    """Return an optimizer whose rate goes through one cycle (Smith 2018), as `configure_optimizers` hands it on.

    Parameters
    ----------
    optimizer
        Its learning rate is the highest that is reached.
    trainer
        Knows how many steps the run takes.
    rise_share
        Share of the steps in which the rate rises, in (0, 1).
    """
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer,
        optimizer.defaults["lr"],
        total_steps=int(trainer.estimated_stepping_batches),
        pct_start=rise_share,
    )
    return {"optimizer": optimizer, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}
