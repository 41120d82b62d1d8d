"""The folder of a training, `--trainer.default_root_dir`: what lies there, and what is checked before a run goes on."""

from __future__ import annotations

import re
from difflib import get_close_matches
from inspect import signature
from pathlib import Path

import fsspec
import pytorch_lightning as pl
import torch
from pytorch_lightning.callbacks import ModelCheckpoint
from pytorch_lightning.cli import LightningCLI, SaveConfigCallback

from deepspine.data.errors import ConfigError

LAST = "last"
CHECKPOINTS = "checkpoints"
_UNKNOWN_KEY = re.compile(
    r"Subcommand 'fit' does not accept option '(?P<key>[^']+)'|unrecognized arguments: --(?P<flag>[^\s=]+)"
)
"""What jsonargparse says of a key in a config, and of a flag."""
_OF_A_TEXT = 'in "<unicode string>", '
"""What YAML calls a config that was read before."""


class TrainingCLI(LightningCLI):
    """LightningCLI that keeps a run in its own folder, and refuses to go on from a checkpoint where it cannot.

    With a logger, Lightning would put config and checkpoints into the log of each start (`lightning_logs/version_N`),
    where `--ckpt_path last` of the next start does not look.
    """

    def before_instantiate_classes(self) -> None:
        """Let the trainer check what it goes on from."""
        self.trainer_defaults["callbacks"] = [ScheduleCheck(), DivergenceCheck()]

    def before_fit(self) -> None:
        """Give checkpoints their place in the run's folder, unless they have one; look for the last one there.

        Raises
        ------
        ConfigError
            When the last one is asked for and there is none: Lightning would train from the start, with a warning, and
            who asks for it has trained for hours.
        """
        run = Path(self.trainer.default_root_dir)
        keepers = [one for one in self.trainer.checkpoint_callbacks if isinstance(one, ModelCheckpoint)]
        for one in keepers:
            one.dirpath = one.dirpath or str((run / CHECKPOINTS).absolute())
        places = [str(one.dirpath) for one in keepers]
        if self._get(self.config, "ckpt_path") == LAST and not any(map(_has_last, places)):
            raise ConfigError(
                f"--ckpt_path last: no last checkpoint in {', '.join(places) or run}; check "
                "--trainer.default_root_dir, or leave --ckpt_path out to train from the start"
            )


def _has_last(place: str) -> bool:
    files, folder = fsspec.core.url_to_fs(place)
    return bool(files.glob(f"{folder}/{LAST}*{ModelCheckpoint.FILE_EXTENSION}"))


class ConfigInRunFolder(SaveConfigCallback):
    """Writes `config.yaml` into the run's folder, wherever logs go, once nothing speaks against the run any more."""

    def setup(self, trainer: pl.Trainer, pl_module: pl.LightningModule, stage: str) -> None:
        """Write nothing yet: a checkpoint that the run shall go on from may refuse it."""

    def on_train_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Write it now."""
        super().setup(trainer, pl_module, "fit")

    def save_config(self, trainer: pl.Trainer, pl_module: pl.LightningModule, stage: str) -> None:
        """Write the config; Lightning calls this in the first process alone."""
        path = Path(trainer.default_root_dir) / self.config_filename
        path.parent.mkdir(parents=True, exist_ok=True)
        self.parser.save(self.config, path, skip_none=False, overwrite=self.overwrite, multifile=self.multifile)


def fault_of_arguments(error: str, module: type[pl.LightningModule], data: type[pl.LightningDataModule]) -> str:
    """Return what jsonargparse has against a config or a flag in our words, with the keys that a wrong one is near."""
    unknown = _UNKNOWN_KEY.match(error)
    if not unknown:
        return f"{error.replace(_OF_A_TEXT, 'at ')}; `deepspine train ... --help` lists the keys"
    key = unknown["key"] or unknown["flag"]
    owners = {"model": module, "data": data, "trainer": pl.Trainer}
    keys = [f"{owner}.{name}" for owner, kind in owners.items() for name in list(signature(kind).parameters)]
    near = get_close_matches(key, keys, cutoff=0.8)
    hint = f"did you mean {' or '.join(near)}?" if near else "is the config one of another training?"
    return f"no key {key}; {hint} `deepspine train ... --help` lists all"


class DivergenceCheck(pl.Callback):
    """Raises at the end of an epoch whose loss or weights are no numbers any more: nothing is learned from there on."""

    def on_validation_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Look at the losses before a checkpoint is written."""
        _raise_where_diverged(trainer, pl_module)

    def on_train_epoch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Look at them where nothing is validated, too."""
        _raise_where_diverged(trainer, pl_module)


def _raise_where_diverged(trainer: pl.Trainer, module: pl.LightningModule) -> None:
    losses = {name: value for name, value in trainer.callback_metrics.items() if name.endswith("loss")}
    lost = [name for name, value in (*losses.items(), *module.named_parameters()) if not torch.isfinite(value).all()]
    if lost:
        raise ConfigError(
            f"{lost[0]} is no number any more in epoch {trainer.current_epoch}: the training has diverged; lower "
            "--model.learning_rate"
        )


class ScheduleCheck(pl.Callback):
    """Raises when the run that shall go on was planned to be shorter."""

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
