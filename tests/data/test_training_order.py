"""What is random in a training: every batch draws its own numbers, the same in every run."""

from pathlib import Path

import pytorch_lightning as pl
import torch
from torch import Tensor
from torch.utils.data import DataLoader, TensorDataset

from deepspine.data.training_order import StepSeed


class Drawing(pl.LightningModule):
    """Remembers a number that each batch drew."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = torch.nn.Parameter(torch.zeros(1))
        self.drawn: list[float] = []

    def training_step(self, batch: list[Tensor], batch_idx: int) -> Tensor:
        """Draw."""
        self.drawn.append(float(torch.rand(1)))
        return self.weight.sum()

    def configure_optimizers(self) -> torch.optim.Optimizer:
        """Return one that has something to step on."""
        return torch.optim.SGD(self.parameters(), lr=0.1)


def drawn(tmp_path: Path, accumulated: int) -> list[float]:
    module = Drawing()
    trainer = pl.Trainer(
        max_epochs=2, accumulate_grad_batches=accumulated, callbacks=[StepSeed(7)], accelerator="cpu", logger=False,
        enable_checkpointing=False, enable_progress_bar=False, enable_model_summary=False, default_root_dir=tmp_path,
    )  # fmt: skip
    trainer.fit(module, DataLoader(TensorDataset(torch.zeros(4, 1)), batch_size=1))
    return module.drawn


def test_batches_whose_gradients_are_accumulated_draw_as_others_do(tmp_path: Path) -> None:
    alone = drawn(tmp_path, 1)
    assert len(set(alone)) == 8
    assert drawn(tmp_path, 4) == alone
