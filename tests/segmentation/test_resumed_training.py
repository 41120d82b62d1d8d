"""Training of the networks that locate, as users run it: a run that was broken off ends as an unbroken one."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
import yaml
from PIL import Image
from safetensors.torch import load_file

from deepspine.cli import main
from deepspine.data.errors import ConfigError
from deepspine.data.training_log import COLUMNS
from deepspine.segmentation.detection.training import DetectionModule
from deepspine.segmentation.inference import shipped_weights
from deepspine.segmentation.training import SegmentationModule

SIDE = 96
"""Pixels of a picture; the discs are boxes in a column of it."""


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with one set, `sudirman`: noise of eight patients with five boxed discs each."""
    root = tmp_path_factory.mktemp("sets")
    (root / "sudirman" / "images").mkdir(parents=True)
    images, boxes = [], []
    for patient in range(8):
        name = f"{patient}_t2.png"
        noise = np.random.default_rng(patient).integers(0, 256, (SIDE, SIDE), dtype=np.uint8)
        Image.fromarray(noise).save(root / "sudirman" / "images" / name)
        images.append((patient, "t2", name))
        boxes += [(patient, "t2", "normal", 30, y0, 50, y0 + 6) for y0 in range(8, 88, 16)]
    pd.DataFrame(images, columns=["patient", "modality", "file"]).to_csv(root / "sudirman" / "images.csv", index=False)
    columns = ["patient", "modality", "class", "x0", "y0", "x1", "y1"]
    pd.DataFrame(boxes, columns=columns).to_csv(root / "sudirman" / "boxes.csv", index=False)
    return root


@pytest.fixture
def one_thread() -> Iterator[None]:
    """Let PyTorch add in the same order in both runs."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def train(kind: str, root: Path, run: Path, *extra: str) -> int:
    return main([
        "train", kind, "--data.root", str(root), "--data.sources", "[sudirman]", "--data.held_fold", "-1",
        "--data.batch_size", "3", f"--data.augmentation.size={SIDE}", "--trainer.default_root_dir", str(run),
        "--trainer.accelerator", "cpu", "--trainer.max_epochs", "3", "--trainer.limit_val_batches", "0",
        "--trainer.logger", "false",
        "--trainer.enable_progress_bar", "false", "--trainer.enable_model_summary", "false",
        "--trainer.callbacks+=pytorch_lightning.callbacks.ModelCheckpoint",
        "--trainer.callbacks.filename", "every-{epoch}", "--trainer.callbacks.save_top_k", "-1", *extra,
    ])  # fmt: skip


@pytest.mark.usefixtures("one_thread")
@pytest.mark.parametrize("kind", ["segmentation", "detection"])
def test_a_resumed_run_ends_with_the_weights_of_an_unbroken_one(kind: str, pictures: Path, tmp_path: Path) -> None:
    whole, resumed = tmp_path / "whole", tmp_path / "resumed"
    assert train(kind, pictures, whole) == 0
    assert train(kind, pictures, resumed, "--ckpt_path", str(whole / "checkpoints" / "every-epoch=0.ckpt")) == 0
    for name in ("model.safetensors", "metrics.csv"):
        assert (whole / name).read_bytes() == (resumed / name).read_bytes(), name
    assert (whole / "metrics.csv").read_text().splitlines()[0].split(",") == list(COLUMNS)


@pytest.mark.usefixtures("one_thread")
def test_a_share_of_the_initial_weights_is_kept(pictures: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    assert train("segmentation", pictures, first, "--trainer.max_epochs", "1") == 0
    start = str(first / "model.safetensors")
    assert train("segmentation", pictures, second, "--model.initial_weights", start, "--model.initial_share=0.25") == 0
    learned = torch.load(second / "checkpoints" / "every-epoch=2.ckpt", weights_only=False)["state_dict"]
    before, written = load_file(start), load_file(second / "model.safetensors")
    name = next(name for name in written if name.endswith("weight") and written[name].ndim == 4)
    mean = 0.25 * before[name].float() + 0.75 * learned[f"network.{name}"]
    assert not torch.allclose(before[name].float(), learned[f"network.{name}"], atol=1e-3)
    assert torch.allclose(written[name].float(), mean, atol=1e-3)


@pytest.mark.usefixtures("one_thread")
def test_a_run_does_not_go_on_with_other_patients(
    pictures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert train("segmentation", pictures, tmp_path) == 0
    first = str(tmp_path / "checkpoints" / "every-epoch=0.ckpt")
    assert train("segmentation", pictures, tmp_path / "next", "--ckpt_path", first, "--data.held_fold", "1") == 2
    assert "learned from other patients (data.held_fold was -1, now 1)" in capsys.readouterr().err


def test_a_run_does_not_go_on_with_another_network() -> None:
    with pytest.raises(ConfigError, match="has the encoder tu-regnetx_002, not tu-regnetx_004"):
        SegmentationModule().on_load_checkpoint({"hyper_parameters": {"encoder": "tu-regnetx_002"}})


@pytest.mark.parametrize("module", [SegmentationModule, DetectionModule])
def test_weights_of_another_encoder_are_no_start(module: type) -> None:
    weights = {("initial" if module is SegmentationModule else "segmentation") + "_weights": shipped_weights()}
    with pytest.raises(ConfigError, match=r"weights of the encoder tu-regnetx_004.*--model.encoder tu-regnetx_004"):
        module(encoder="tu-regnetx_002", **weights)


def test_a_share_of_no_initial_weights_is_refused() -> None:
    with pytest.raises(ConfigError, match="initial_share wants initial_weights"):
        SegmentationModule(initial_share=0.5)


@pytest.mark.usefixtures("one_thread")
@pytest.mark.parametrize("option", ["--model.initial_weights", "--data.teacher"])
def test_what_learned_from_the_held_patients_is_refused(
    option: str, pictures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert train("segmentation", pictures, tmp_path / "first", "--trainer.max_epochs", "1") == 0
    start = tmp_path / "first" / "model.safetensors"
    assert train("segmentation", pictures, tmp_path / "second", option, str(start), "--data.held_fold", "1") == 2
    assert "learned from patients of fold 1 of 5; take one that did not" in capsys.readouterr().err


def test_a_detector_starts_from_no_segmentation_that_learned_from_the_held_patients(
    pictures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert train("detection", pictures, tmp_path, "--data.held_fold", "1") == 2
    assert "this segmentation learned from patients of fold 1 of 5" in capsys.readouterr().err


@pytest.mark.parametrize("kind", ["segmentation", "detection"])
def test_pictures_are_augmented_anew_in_every_epoch(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A loader's workers know but the epoch that it was made for."""
    assert main(["train", kind, "--data.root", "data", "--print_config"]) == 0
    assert yaml.safe_load(capsys.readouterr().out)["trainer"]["reload_dataloaders_every_n_epochs"] == 1
