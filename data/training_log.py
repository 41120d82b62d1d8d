"""`metrics.csv` of a run: losses by epoch, wherever the other logs go."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytorch_lightning as pl

from deepspine.data.csv_rows import rows_csv
from deepspine.data.whole_files import write_whole

TRAIN_LOSS, VALIDATION = "train_loss", "val_"
COLUMNS = ("epoch", "step", TRAIN_LOSS, "val_loss")
"""Of every run; what else validation finds comes after them."""


class TrainingLog(pl.Callback):
    """Writes one row an epoch to `metrics.csv` in the run's folder; a resumed run goes on where it stopped."""

    def __init__(self) -> None:
        self._rows: list[dict[str, Any]] = []
        self._validated: dict[str, float] = {}

    def state_dict(self) -> dict[str, Any]:
        """Return the rows so far, to be kept in checkpoints."""
        return {"rows": self._rows}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take up the rows of a checkpoint."""
        self._rows = list(state_dict["rows"])

    def on_validation_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Take what validation found: the trainer still has it in later epochs, which may not validate."""
        if not trainer.sanity_checking:
            self._validated = {
                name: float(value) for name, value in trainer.callback_metrics.items() if name.startswith(VALIDATION)
            }

    def on_train_epoch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Write the figures of the epoch."""
        row: dict[str, Any] = {"epoch": trainer.current_epoch, "step": trainer.global_step}
        if TRAIN_LOSS in trainer.callback_metrics:
            row[TRAIN_LOSS] = float(trainer.callback_metrics[TRAIN_LOSS])
        self._rows.append(row | self._validated)
        self._validated = {}
        if trainer.is_global_zero:
            path = Path(trainer.default_root_dir) / "metrics.csv"
            path.parent.mkdir(parents=True, exist_ok=True)
            others = sorted({name for row in self._rows for name in row} - {*COLUMNS})
            write_whole(path, rows_csv(self._rows, (*COLUMNS, *others)))
