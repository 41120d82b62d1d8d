"""How graders are put together and what is refused."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import pytorch_lightning

from deepspine.data.dataset.manifest import Manifest
from deepspine.data.dataset.silence import Silence
from deepspine.data.errors import ConfigError
from deepspine.data.findings import FINDINGS, Side
from deepspine.data.grade_sets import GradeSet
from deepspine.data.label_table import LabelKey, LabelTable
from deepspine.data.levels import Level
from deepspine.experiments import recipe
from deepspine.experiments.made_with import RECORD_FILE, beside
from deepspine.experiments.picture_dataset import PRESETS
from deepspine.experiments.recipe import average_of, averaged, wanted_variants
from deepspine.experiments.spider_graded import Variant
from deepspine.grading.prediction import Prediction


def prediction(level: Level, *probabilities: float) -> Prediction:
    return Prediction(LabelKey("r", level, "bulge", Side.MIDLINE), "p", np.array(probabilities))


def test_graders_are_averaged_level_by_level_in_whatever_order_they_answered() -> None:
    first = [prediction(Level.L4_L5, 0.2, 0.8, 0, 0), prediction(Level.L5_S1, 0.6, 0.4, 0, 0)]
    second = [prediction(Level.L5_S1, 1.0, 0.0, 0, 0), prediction(Level.L4_L5, 0.4, 0.6, 0, 0)]
    mean = {row.key.level: row.probabilities[0] for row in averaged([first, second])}
    assert mean == {Level.L4_L5: pytest.approx(0.3), Level.L5_S1: pytest.approx(0.8)}


def test_a_level_that_one_grader_could_not_see_keeps_the_answers_of_the_others() -> None:
    first = [prediction(Level.L4_L5, 0.2, 0.8, 0, 0), prediction(Level.L5_S1, 0.6, 0.4, 0, 0)]
    other = [prediction(Level.L4_L5, 0.4, 0.6, 0, 0), prediction(Level.L1_L2, 0.5, 0.5, 0, 0)]
    rows = averaged([first, other])
    assert [row.key.level for row in rows] == [Level.L4_L5, Level.L5_S1]
    assert rows[1].probabilities.tolist() == [0.6, 0.4, 0, 0]


def test_folds_that_are_not_asked_for_are_neither_trained_nor_graded(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    trained, done = [], []

    def note(*_: object, held_folds: Sequence[int], **__: object) -> None:
        trained.append(held_folds)

    monkeypatch.setattr(recipe, "train_network", note)
    monkeypatch.setattr(recipe, "grade_fold", lambda *_, fold, **__: [prediction(list(Level)[fold], 1.0, 0, 0, 0)])
    labels, one = [LabelTable({})] * 3, recipe.Recipe(members=1)
    rows = recipe.cross_validate(tmp_path, labels, tmp_path, one, only_folds=[2], advance=done.append)
    assert trained == [[2]]
    assert [row.key.level for row in rows] == [list(Level)[2]]
    assert done == [1.0]


class QuickTrainer:
    """Learns nothing; counts trainings, the first `stopped` of which do not come to their end."""

    trained, stopped = 0, 0

    def __init__(self, **_: object) -> None:
        QuickTrainer.trained += 1

    def fit(self, *_: object) -> None:
        """Stop, or end."""
        if QuickTrainer.trained <= QuickTrainer.stopped:
            raise KeyboardInterrupt

    def save_checkpoint(self, path: Path) -> None:
        """Leave a file that stands for a network."""
        path.touch()


@pytest.fixture
def train(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Return what trains a network on a dataset of no study, its recipe changed as it is told."""
    (tmp_path / "dataset").mkdir()
    monkeypatch.setattr(QuickTrainer, "trained", 0)
    monkeypatch.setattr(pytorch_lightning, "Trainer", QuickTrainer)

    def train(*, grade: str = "severe", crops: str = "usual", start: Path | None = None, **changes: object) -> Path:
        Manifest(PRESETS[crops], Silence.MISSING, {"train": 1.0}, (), {}).write(tmp_path / "dataset")
        labels = LabelTable({LabelKey("r", Level.L4_L5, "bulge", Side.MIDLINE): GradeSet.of(FINDINGS["bulge"], grade)})
        own = recipe.changed_recipe(RECIPE, changes)
        return recipe.train_network(
            tmp_path / "dataset", labels, tmp_path / "run", own, folds=5, held_folds=[1], start=start
        )

    return train


RECIPE = recipe.Recipe(
    findings=["bulge"], inputs=["sagittal_t2"], encoder="small", width=16, head="softmax", dropout=0.0,
    early_learning=0.0, balance=0.0, epochs=1, batch_size=4, learning_rate=1e-3, weight_decay=0.0, precision="32-true",
    threads=0, members=1, seed=1,
)  # fmt: skip


def test_a_network_is_trained_once_however_many_there_are_and_on_how_many_threads(train: Callable[..., Path]) -> None:
    assert train() == train() == train(members=3, threads=2)
    assert QuickTrainer.trained == 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"epochs": 9}, "recipe.epochs 1 there, 9 asked"),
        ({"compare": True}, "recipe.compare unset there, True asked"),
        ({"augmentation": {"noise": 0.5}}, "recipe.augmentation.noise unset there, 0.5 asked"),
        ({"seed": 2}, "seed 1 there, 2 asked"),
        ({"grade": "mild"}, "labels "),
        ({"crops": "fine"}, "crops.name picture_small there, picture_fine asked"),
    ],
)
def test_a_network_of_another_recipe_other_labels_or_crops_is_refused(
    change: dict[str, Any], message: str, train: Callable[..., Path]
) -> None:
    train()
    with pytest.raises(ConfigError, match=message):
        train(**change)


def test_a_network_of_discs_that_another_segmentation_found_is_refused(
    train: Callable[..., Path], tmp_path: Path
) -> None:
    """The record of a dataset lies beside it."""
    record = beside(tmp_path / "dataset")
    record.write_text('{"segmentation": "old"}', encoding="utf-8")
    train()
    record.write_text('{"segmentation": "new"}', encoding="utf-8")
    with pytest.raises(ConfigError, match=r"dataset .* there, .* asked"):
        train()


def test_a_network_that_does_not_say_what_it_learned_from_is_refused(train: Callable[..., Path]) -> None:
    (train() / RECORD_FILE).unlink()
    with pytest.raises(ConfigError, match="does not say what it was made with"):
        train()


def test_a_stopped_training_is_no_network_and_begins_anew(
    train: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QuickTrainer, "stopped", 1)
    with pytest.raises(KeyboardInterrupt):
        train(epochs=9)
    train()
    assert QuickTrainer.trained == 2


def test_only_variants_that_have_been_run_are_averaged() -> None:
    with pytest.raises(ConfigError, match="spine did not"):
        average_of(["small", "spine"], {"small": [prediction(Level.L4_L5, 1.0, 0, 0, 0)]})


def test_variants_are_all_or_those_asked_for_and_an_unknown_one_is_named() -> None:
    assert wanted_variants([], {"a": 1, "b": 2}) == ["a", "b"]
    assert wanted_variants(["b"], {"a": 1, "b": 2}) == ["b"]
    with pytest.raises(ConfigError, match='no variant "c"; they are "a", "b" '):
        wanted_variants(["c"], {"a": 1, "b": 2})


def test_a_mean_wants_the_variants_that_it_is_of() -> None:
    variants = {"a": Variant(), "b": Variant(), "c": Variant(), "mean": Variant(average_of=["b", "a"])}
    assert wanted_variants(["mean"], variants) == ["b", "a", "mean"]
    assert wanted_variants(["a", "mean"], variants) == ["a", "b", "mean"]
