"""`deepspine train segmentation | detection | grading`: LightningCLI, where every key of a config is a flag."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    import pytorch_lightning as pl

app = typer.Typer(help="Train a network (Lightning; every key of a config is a flag).", no_args_is_help=True)

FAST = (
    "--trainer.max_epochs=2", "--trainer.limit_train_batches=4", "--trainer.limit_val_batches=2",
    "--trainer.check_val_every_n_epoch=1",
)  # fmt: skip
"""What `--fast` stands for."""
REDRAWN = {"reload_dataloaders_every_n_epochs": 1}
"""Keys of the trainer for data that a loader's workers augment: these know but the epoch that they begin with."""
_PASS_ON = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}


@app.command("segmentation", context_settings=_PASS_ON)
def segmentation(context: typer.Context) -> None:
    """Train the segmentation: --config FILE, then any key as a flag; --help lists them. --fast: a minute's check."""
    from deepspine.segmentation.training import SegmentationData, SegmentationModule

    _fit(SegmentationModule, SegmentationData, context.args, REDRAWN)


@app.command("detection", context_settings=_PASS_ON)
def detection(context: typer.Context) -> None:
    """Train the detector of bodies and discs, with the keys of its --config as flags. --fast: a minute's check."""
    from deepspine.segmentation.detection.training import DetectionData, DetectionModule

    _fit(DetectionModule, DetectionData, context.args, REDRAWN)


@app.command("grading", context_settings=_PASS_ON)
def grading(context: typer.Context) -> None:
    """Train the grader: --config FILE, then any key as a flag; --help lists them. --fast: a minute's check."""
    from deepspine.grading.training import GradingModule
    from deepspine.grading.training_data import GradingData

    _fit(GradingModule, GradingData, context.args)


def _fit(
    module: type[pl.LightningModule],
    data: type[pl.LightningDataModule],
    arguments: list[str],
    trainer_defaults: Mapping[str, Any] = MappingProxyType({}),
) -> None:
    """Run LightningCLI's fit, with defaults for keys of the trainer.

    Raises
    ------
    ConfigError
        When a key or value is not one that the module, the data or the trainer has, or a run cannot go on.
    """
    import warnings

    from jsonargparse import ArgumentError
    from lightning_fabric.utilities.exceptions import MisconfigurationException

    from deepspine.cli.training_run import ConfigInRunFolder, TrainingCLI, fault_of_arguments
    from deepspine.data.errors import ConfigError

    # Lightning cannot know that the words behind `deepspine train` are ours and the rest is handed on.
    warnings.filterwarnings("ignore", message="LightningCLI's args parameter")
    strict = {"exit_on_error": False, "allow_abbrev": False}
    try:
        TrainingCLI(
            module,
            data,
            args=["fit", *(part for one in arguments for part in (FAST if one == "--fast" else (one,)))],
            parser_kwargs={**strict, "fit": strict},
            save_config_callback=ConfigInRunFolder,
            save_config_kwargs={"overwrite": True, "save_to_log_dir": False},
            seed_everything_default=0,
            trainer_defaults=dict(trainer_defaults),
        )
    except ArgumentError as error:
        raise ConfigError(fault_of_arguments(str(error), module, data)) from None
    except MisconfigurationException as error:
        raise ConfigError(" ".join(str(error).split())) from None
