"""A run of any shipped config keeps to its folder, which `--trainer.default_root_dir` names."""

from functools import wraps
from pathlib import Path

import pytest
import pytorch_lightning as pl
from pytorch_lightning.callbacks import ModelCheckpoint

from deepspine.cli import main

CONFIGS = Path(__file__).parents[2] / "experiments" / "configs"
TRAININGS = [
    (kind, path.stem)
    for kind in ("grading", "segmentation", "detection")
    for path in sorted(CONFIGS.glob(f"{kind}*.yaml"))
]
DATA = {"grading": "--data.dataset", "segmentation": "--data.root", "detection": "--data.root"}


def arguments(kind: str, config: str, run: Path) -> list[str]:
    # Data that are not there: nothing here reads them.
    return [
        "train", kind, "--config", str(CONFIGS / f"{config}.yaml"), DATA[kind], "somewhere",
        "--trainer.accelerator", "cpu", "--trainer.default_root_dir", str(run),
    ]  # fmt: skip


@pytest.fixture
def trainers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[pl.Trainer]:
    """Collect trainers as they are about to fit, in a folder of their own; they only write their configs."""
    monkeypatch.chdir(tmp_path)
    collected: list[pl.Trainer] = []

    @wraps(pl.Trainer.fit)
    def fit(self: pl.Trainer, model: pl.LightningModule, **options: object) -> None:
        collected.append(self)
        for callback in self.callbacks:
            if type(callback).__name__ == "ConfigInRunFolder":
                callback.setup(self, model, "fit")

    monkeypatch.setattr(pl.Trainer, "fit", fit)
    return collected


@pytest.mark.parametrize(("kind", "config"), TRAININGS)
def test_all_files_of_a_run_lie_in_its_folder(
    kind: str, config: str, trainers: list[pl.Trainer], tmp_path: Path
) -> None:
    assert main(arguments(kind, config, tmp_path / "run")) == 0
    (trainer,) = trainers
    keepers = [one for one in trainer.checkpoint_callbacks if isinstance(one, ModelCheckpoint)]
    assert {Path(str(one.dirpath)) for one in keepers} == {tmp_path / "run" / "checkpoints"}
    # One that waits for the loss of validation keeps no last one: epochs without a better loss would be lost.
    assert [one.filename for one in keepers if one.monitor is None] == ["last"]
    assert all(Path(str(logger.save_dir)) == tmp_path / "run" for logger in trainer.loggers)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [tmp_path / "run" / "config.yaml"]


@pytest.mark.parametrize("logger", ["true", "false", "pytorch_lightning.loggers.CSVLogger"])
def test_the_last_checkpoint_is_looked_for_in_the_folder_of_the_run_whatever_logs_there_are(
    logger: str, trainers: list[pl.Trainer], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [*arguments("grading", "grading_demo", tmp_path / "run"), "--trainer.logger", logger]
    words += ["--trainer.logger.save_dir", "elsewhere"] if "." in logger else []
    assert main([*words, "--ckpt_path", "last"]) == 2
    assert f"no last checkpoint in {tmp_path / 'run' / 'checkpoints'}; " in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
    (tmp_path / "run" / "checkpoints").mkdir(parents=True)
    (tmp_path / "run" / "checkpoints" / "last.ckpt").touch()
    assert main([*words, "--ckpt_path", "last"]) == 0


def test_checkpoints_that_have_a_place_keep_it(trainers: list[pl.Trainer], tmp_path: Path) -> None:
    words = arguments("grading", "grading_demo", tmp_path / "run")
    own = "{class_path: pytorch_lightning.callbacks.ModelCheckpoint, init_args: {dirpath: kept, save_last: true}}"
    assert main([*words, "--trainer.callbacks", f"[{own}]"]) == 0
    assert [Path(one.dirpath) for one in trainers[0].checkpoint_callbacks] == [tmp_path / "kept"]


@pytest.mark.parametrize(
    ("kind", "config"), [("grading", "grading"), ("segmentation", "segmentation"), ("detection", "detection")]
)
def test_fast_is_short_for_every_training(kind: str, config: str, trainers: list[pl.Trainer], tmp_path: Path) -> None:
    assert main([*arguments(kind, config, tmp_path / "run"), "--fast"]) == 0
    (trainer,) = trainers
    assert (trainer.max_epochs, trainer.limit_train_batches, trainer.check_val_every_n_epoch) == (2, 4, 1)
