"""What is checked before a training goes on from a checkpoint."""

from __future__ import annotations

import pytorch_lightning as pl
from pytorch_lightning.cli import LightningCLI

from deepspine.data.errors import ConfigError

LAST = "last"


class ResumingCLI(LightningCLI):
    """LightningCLI that refuses to go on from a checkpoint where it cannot."""

    def before_instantiate_classes(self) -> None:
        """Let the trainer check what it goes on from."""
        self.trainer_defaults["callbacks"] = ResumeCheck(self._get(self.config, "ckpt_path"))


class ResumeCheck(pl.Callback):
    """Raises when the run that shall go on is not there or was planned to be shorter.

    Parameters
    ----------
    wanted
        The value of `--ckpt_path`, if any.
    """

    def __init__(self, wanted: str | None) -> None:
        self.wanted = wanted

    def on_fit_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Lightning trains from the start, with a warning, when there is no last checkpoint.

        Raises
        ------
        ConfigError
            Then: who asks for the last checkpoint has trained for hours.
        """
        if self.wanted == LAST and trainer.ckpt_path is None:
            raise ConfigError(
                f"--ckpt_path last: no last checkpoint in {trainer.default_root_dir}; check "
                "--trainer.default_root_dir, or leave --ckpt_path out to train from the start"
            )

    def on_train_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Compare the steps of this run with those of the learning rate's schedule, which the checkpoint brings.

        Raises
        ------
        ConfigError
            When the schedule ends before the run does: the rate has no value there, and its fall began too early.
        """
        steps = int(trainer.estimated_stepping_batches)
        for one in trainer.lr_scheduler_configs:
            planned = getattr(one.scheduler, "total_steps", steps)
            if steps > planned:
                raise ConfigError(
                    f"{trainer.ckpt_path}: its learning rate was drawn for {planned} steps, this run takes {steps}; go "
                    "on with its --trainer.max_epochs, batches and data, or start a new run (the grader from its "
                    "weights, with --model.start)"
                )
