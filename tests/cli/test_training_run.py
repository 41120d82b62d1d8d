"""A run of any shipped config keeps to its folder, which `--trainer.default_root_dir` names."""

from functools import wraps
from pathlib import Path

import pytest
import pytorch_lightning as pl
import torch
from pytorch_lightning.callbacks import ModelCheckpoint
from torch.utils.data import DataLoader

from deepspine.cli import main
from deepspine.cli.training_run import DivergenceCheck
from deepspine.data.errors import ConfigError

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
                callback.on_train_start(self, model)

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


class Line(pl.LightningModule):
    """One weight, and a loss that is a number or not."""

    def __init__(self, factor: float) -> None:
        super().__init__()
        self.weight = torch.nn.Parameter(torch.ones(1))
        self.factor = factor

    def training_step(self, batch: torch.Tensor, batch_idx: int) -> torch.Tensor:
        """Return the loss."""
        loss = (self.weight * batch * self.factor).mean()
        self.log("train_loss", loss, on_step=False, on_epoch=True)
        return loss

    def configure_optimizers(self) -> torch.optim.Optimizer:
        """Return plain descent."""
        return torch.optim.SGD(self.parameters(), lr=0.1)


@pytest.mark.parametrize(("factor", "diverges"), [(1.0, False), (float("nan"), True), (1e38, True)])
def test_a_training_that_diverges_is_told_after_its_epoch(factor: float, diverges: bool, tmp_path: Path) -> None:
    trainer = pl.Trainer(
        max_epochs=2, accelerator="cpu", callbacks=[DivergenceCheck()], logger=False, enable_checkpointing=False,
        enable_progress_bar=False, default_root_dir=tmp_path,
    )  # fmt: skip
    data = DataLoader(torch.full((4, 1), 10.0))
    if diverges:
        with pytest.raises(ConfigError, match=r"no number any more in epoch \d: the training has diverged; lower"):
            trainer.fit(Line(factor), data)
    else:
        trainer.fit(Line(factor), data)
        assert trainer.current_epoch == 2


@pytest.mark.parametrize(
    ("kind", "words", "message"),
    [
        ("grading", ["--data.batch_size", "0"], "batch_size must be above 0, got 0"),
        ("grading", ["--data.workers", "-1"], "workers must be 0 or above, got -1"),
        ("grading", ["--model.learning_rate", "-1"], "learning_rate must be above 0, got -1"),
        ("grading", ["--model.dropout", "2"], "dropout must be from 0 to below 1, got 2"),
        ("grading", ["--model.augmentation.noise", "-1"], "augmentation.noise must be 0 or above, got -1"),
        ("grading", ["--trainer.devices", "0"], "devices"),
        ("grading", ["--data.labells", "x"], "no key data.labells; did you mean data.labels?"),
        ("grading", ["--model.learning_rat", "1"], "no key model.learning_rat; did you mean model.learning_rate?"),
        ("grading", ["--model.tower", "3"], "no key model.tower; is the config one of another training?"),
        ("grading", ["--data.held_fold", "3"], "held_fold 3 wants data.folds"),
        ("grading", ["--model.findings", "[bulge, bulge]"], "finding bulge is named twice"),
        ("grading", ["--data.silence", "NORMAL"], "Expected a typing.Literal['missing', 'normal']"),
        ("segmentation", ["--data.held_fold", "5"], "held_fold must be from -1 (nobody is held back) to 4, got 5"),
        ("segmentation", ["--model.learning_rate", "0"], "learning_rate must be above 0, got 0"),
        ("detection", ["--data.n_folds", "0"], "n_folds must be above 0, got 0"),
    ],
)
def test_a_wrong_key_or_value_is_one_line(
    kind: str, words: list[str], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*arguments(kind, kind, tmp_path / "run"), *words]) == 2
    assert message in capsys.readouterr().err.splitlines()[-1]
    assert not list(tmp_path.iterdir())


def test_a_wrong_key_or_text_of_a_config_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = tmp_path / "c.yaml"
    words = ["train", "grading", "--config", str(config), "--data.dataset", "somewhere"]
    config.write_text("model:\n  learning_rat: 1\n")
    assert main(words) == 2
    assert "no key model.learning_rat; did you mean model.learning_rate?" in capsys.readouterr().err
    config.write_text("model:\n  width: [\n")
    assert main(words) == 2
    assert "at line 3, column 1" in capsys.readouterr().err.splitlines()[-1]
