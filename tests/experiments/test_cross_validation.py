"""Every fold is trained once, as the shipped weights were, and not again."""

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from deepspine.data.errors import ConfigError
from deepspine.experiments import cross_validation
from deepspine.segmentation.observations import Observations


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """Record the commands; a training leaves its weights."""
    recorded: list[tuple[str, ...]] = []

    def run(*words: str) -> None:
        recorded.append(words)
        if words[0] == "train":
            run = Path(words[words.index("--trainer.default_root_dir") + 1])
            run.mkdir(parents=True, exist_ok=True)
            (run / "model.safetensors").touch()
            steps = words[words.index("--trainer.max_steps") + 1]
            n_folds, held = (int(words[words.index(f"--data.{name}") + 1]) for name in ("n_folds", "held_fold"))
            card = {"name": f"segmentation tiny, {steps} steps", "n_folds": n_folds, "held_fold": held}
            (run / "model.json").write_text(json.dumps(card))

    monkeypatch.setattr(cross_validation, "_deepspine", run)
    return recorded


def value(words: tuple[str, ...], flag: str) -> str:
    return words[words.index(flag) + 1]


def test_a_fold_goes_through_all_trainings_of_the_shipped_weights(calls: list, tmp_path: Path) -> None:
    weights = list(cross_validation.train_folds(tmp_path / "data", tmp_path / "runs", 2, share=0.5))
    assert [path.parent.name for path in weights] == ["fourth-0", "fourth-1"]
    trainings = [words for words in calls if words[0] == "train"]
    assert [value(words, "--data.held_fold") for words in trainings] == ["0"] * 4 + ["1"] * 4
    assert [value(words, "--trainer.max_steps") for words in trainings[:4]] == ["1000", "2100", "1200", "600"]
    teacher, student, third, fourth = trainings[4:]
    assert "--model.initial_weights" not in teacher
    assert Path(value(student, "--model.initial_weights")).parent.name == "teacher-1"
    assert value(student, "--data.teacher") == value(student, "--model.initial_weights")
    assert Path(value(third, "--data.teacher")).parent.name == "student-1"
    assert Path(value(fourth, "--model.initial_weights")).parent.name == "third-1"
    assert value(fourth, "--model.initial_share") == "0.5"
    assert "--data.teacher" not in fourth


def test_a_chosen_fold_is_trained_alone(calls: list, tmp_path: Path) -> None:
    weights = list(cross_validation.train_folds(tmp_path / "data", tmp_path, 5, chosen=[3, 1]))
    assert [path.parent.name for path in weights] == ["fourth-3", "fourth-1"]
    held = [value(words, "--data.held_fold") for words in calls if words[0] == "train"]
    assert held == ["3"] * 4 + ["1"] * 4


def test_each_training_learns_from_the_sets_of_its_config(calls: list, tmp_path: Path) -> None:
    list(cross_validation.train_folds(tmp_path / "data", tmp_path, 2))
    first_four = [value(words, "--data.sources") for words in calls if words[0] == "train"][:4]
    assert ["spider_mid" in sources for sources in first_four] == [False, True, True, False]
    assert [str(tmp_path / "phantom") in sources for sources in first_four] == [True, True, True, False]
    assert first_four[3] == "[spider_space]"


def test_what_is_trained_is_not_trained_again_and_a_stopped_run_goes_on(calls: list, tmp_path: Path) -> None:
    list(cross_validation.train_folds(tmp_path / "data", tmp_path, 2))
    (tmp_path / "student-1" / "model.safetensors").unlink()
    (tmp_path / "student-1" / "last.ckpt").touch()
    calls.clear()
    list(cross_validation.train_folds(tmp_path / "data", tmp_path, 2))
    assert [words[0] for words in calls] == ["phantom", "train"]
    assert value(calls[1], "--ckpt_path").endswith("student-1/last.ckpt")


OTHERS = [
    (lambda data, runs: cross_validation.train_folds(data, runs, 2), "n_folds 3 there, 2 asked"),
    (lambda data, runs: cross_validation.train_folds(data, runs, 3, share=0.5), "steps 2000 there, 1000 asked"),
]


@pytest.mark.parametrize(("others", "message"), OTHERS)
def test_networks_of_other_folds_or_another_length_are_refused(
    others: Callable[..., object], message: str, calls: list, tmp_path: Path
) -> None:
    list(cross_validation.train_folds(tmp_path / "data", tmp_path, 3))
    with pytest.raises(ConfigError, match=rf"teacher-0: .*{message}.*another --runs"):
        list(others(tmp_path / "data", tmp_path))


@pytest.mark.parametrize(("others", "message"), OTHERS)
def test_a_stopped_training_does_not_go_on_as_that_of_other_folds_or_another_length(
    others: Callable[..., object], message: str, calls: list, tmp_path: Path
) -> None:
    list(cross_validation.train_folds(tmp_path / "data", tmp_path, 3))
    (tmp_path / "teacher-0" / "model.safetensors").unlink()
    (tmp_path / "teacher-0" / "last.ckpt").touch()
    with pytest.raises(ConfigError, match=message):
        list(others(tmp_path / "data", tmp_path))


def test_weights_of_an_unknown_length_are_refused(calls: list, tmp_path: Path) -> None:
    list(cross_validation.train_folds(tmp_path / "data", tmp_path, 2))
    (tmp_path / "student-1" / "model.json").write_text(json.dumps({"name": "mine", "n_folds": 2, "held_fold": 1}))
    with pytest.raises(ConfigError, match=r"student-1: .*steps unset there, 4200 asked"):
        list(cross_validation.train_folds(tmp_path / "data", tmp_path, 2))


def test_a_fold_is_observed_as_soon_as_it_is_trained_and_only_once(
    calls: list, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_at: list[tuple[int, bool]] = []

    def observe(data: Path, network: SimpleNamespace, *, volumes: bool, advance: object) -> Observations:
        looked_at.append((network.card["held_fold"], volumes))
        return Observations(counts=(("T1", network.card["held_fold"], 7),))

    def load(weights: Path) -> SimpleNamespace:
        return SimpleNamespace(card=json.loads(weights.with_name("model.json").read_text()))

    monkeypatch.setattr(cross_validation, "observe", observe)
    monkeypatch.setattr(cross_validation.SegmentationNetwork, "load", load)
    last = cross_validation.observe_folds(tmp_path / "data", tmp_path, 2, chosen=[1])
    assert looked_at == [(1, False)]
    both = cross_validation.observe_folds(tmp_path / "data", tmp_path, 2)
    assert looked_at == [(1, False), (0, True)]
    assert [fold.counts[0][1] for fold in both] == [0, 1]
    assert both[1:] == last
    (tmp_path / "data" / "sudirman").mkdir(parents=True)
    (tmp_path / "data" / "sudirman" / "boxes.csv").write_text("patient\n1\n")
    cross_validation.observe_folds(tmp_path / "data", tmp_path, 2, chosen=[1])
    assert looked_at == [(1, False), (0, True), (1, False)], "other data are looked at"
