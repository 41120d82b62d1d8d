"""The benchmark of the segmentation compares like with like; the figures are for `deepspine bench segmentation`."""

import csv
import io
import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import onnxruntime
import pytest
import torch
from PIL import Image
from torch import nn

from deepspine.data.errors import InputError
from deepspine.experiments.benchmarks.nnunet import DATASET, dice_of_masks, write_dataset
from deepspine.experiments.benchmarks.peer_environment import peer_environment
from deepspine.experiments.benchmarks.segmentation import (
    Figure,
    benchmark_segmentation,
    figures_csv,
    figures_json,
    figures_text,
    foreground_agreement,
)
from deepspine.experiments.benchmarks.timed_training import StepClock
from deepspine.segmentation.graph_export import export_onnx
from deepspine.segmentation.training_sets import segmentation_fold_of

PATIENTS = [str(number) for number in range(12)]


@pytest.fixture
def slices(tmp_path: Path) -> Path:
    """Twelve patients of one invented slice each, in the layout of `spider_space`."""
    folder = tmp_path / "spider_space"
    for name in ("images", "masks"):
        (folder / name).mkdir(parents=True)
    for patient in PATIENTS:
        mask = np.zeros((8, 8), dtype=np.uint8)
        mask[:4], mask[5], mask[6] = 1, 2, 3
        Image.fromarray(mask).save(folder / "masks" / f"{patient}.png")
        Image.fromarray(mask * 60).save(folder / "images" / f"{patient}.png")
    lines = [f"{patient},1,{patient}.png" for patient in PATIENTS]
    (folder / "slices.csv").write_text("\n".join(["patient,slice,file", *lines]))
    return folder


def test_nnunet_trains_on_the_patients_outside_the_fold_and_is_shown_those_inside(slices: Path, tmp_path: Path) -> None:
    held = write_dataset(slices, tmp_path / "work", n_folds=3, held_fold=1)
    inside = {patient for patient in PATIENTS if segmentation_fold_of(f"spider:{patient}", 3) == 1}
    raw = tmp_path / "work" / "raw" / DATASET
    assert set(held["patient"]) == inside
    assert {path.stem for path in (raw / "labelsTr").iterdir()} == set(PATIENTS) - inside
    assert {path.name for path in (tmp_path / "work" / "test").iterdir()} == {f"{one}_0000.png" for one in inside}
    assert json.loads((raw / "dataset.json").read_text())["numTraining"] == len(PATIENTS) - len(inside)


def test_a_fold_of_nobody_is_refused(slices: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="fold 7 of 3"):
        write_dataset(slices, tmp_path / "work", n_folds=3, held_fold=7)


def test_dice_of_nnunets_masks_is_in_the_order_vertebra_disc_canal(slices: Path, tmp_path: Path) -> None:
    held = write_dataset(slices, tmp_path / "work", n_folds=3, held_fold=1)
    guess = np.zeros((8, 8), dtype=np.uint8)
    guess[:4], guess[6, :4] = 1, 3
    (tmp_path / "guess").mkdir()
    for name in held["file"]:
        Image.fromarray(guess).save(tmp_path / "guess" / name)
    assert dice_of_masks(held, slices / "masks", tmp_path / "guess") == pytest.approx((1.0, 2 / 3, 0.0))


def test_an_environment_that_is_ready_is_not_made_again(tmp_path: Path) -> None:
    (tmp_path / "ready").touch()
    assert peer_environment(tmp_path, ("numpy",), peer="a peer", option="--peer") == tmp_path / "bin" / "python"
    assert [path.name for path in tmp_path.iterdir()] == ["ready"]


def test_the_exported_network_gives_the_same_scores_at_other_sides(tmp_path: Path) -> None:
    pytest.importorskip("onnx")
    network = nn.Sequential(nn.Conv2d(3, 6, 3, padding=1), nn.ReLU()).eval()
    session = onnxruntime.InferenceSession(str(export_onnx(network, tmp_path / "n.onnx")))
    pixels = torch.rand(2, 3, 32, 64)
    (scores,) = session.run(None, {"slices": pixels.numpy()})
    np.testing.assert_allclose(scores, network(pixels).detach().numpy(), atol=1e-5)


def test_a_training_stops_when_its_processor_time_is_spent(monkeypatch: pytest.MonkeyPatch) -> None:
    trainer, clock = SimpleNamespace(should_stop=False), StepClock(limit_s=10.0)
    seen = []
    for number, now in enumerate((100.0, 104.0, 109.0, 111.0)):
        monkeypatch.setattr("time.process_time", lambda now=now: now)
        if number == 0:
            clock.on_train_start(trainer, None)
        else:
            clock.on_train_batch_end(trainer)
            seen.append(trainer.should_stop)
    assert seen == [False, False, True]
    assert clock.ends == [100.0, 104.0, 109.0, 111.0]


def test_agreement_is_that_of_the_worst_class() -> None:
    reference = np.array([1, 1, 2, 2, 3, 3, 0, 0], dtype=np.uint8)
    found = np.array([1, 1, 2, 2, 3, 0, 0, 0], dtype=np.uint8)
    assert foreground_agreement(found, reference) == pytest.approx(2 / 3)


@pytest.mark.parametrize("asked", [{"nnunet_minutes": 1.0}, {"detector": Path("model.safetensors")}])
def test_training_and_naming_want_data(asked: dict[str, object]) -> None:
    with pytest.raises(InputError, match="wants --data"):
        benchmark_segmentation(None, **asked)  # type: ignore[arg-type]


def test_one_table_as_text_json_and_csv() -> None:
    figures = [
        Figure("study", "ours", "s a study", 1.25, 6.0, "a, b"),
        Figure("inference", "eager", "ms a slice", 40.0),
    ]
    rows = list(csv.DictReader(io.StringIO(figures_csv(figures))))
    assert [(row["value"], row["target"], row["note"]) for row in rows] == [("1.25", "6", "a, b"), ("40", "", "")]
    assert json.loads(figures_json(figures))[0]["target"] == 6.0
    assert "target 6" in figures_text(figures).splitlines()[0]
