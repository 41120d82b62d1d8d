"""`modic-normalisation`: how answers are scored, and mistakes in its settings."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from small_phantoms import three_types

from deepspine.cli import main
from deepspine.data.dataset.manifest import Manifest
from deepspine.data.dataset.silence import Silence
from deepspine.data.errors import ConfigError
from deepspine.data.findings import Side
from deepspine.data.grade_sets import GradeSet
from deepspine.data.label_table import LabelKey, LabelTable
from deepspine.data.levels import LUMBAR_LEVELS
from deepspine.data.volume import Volume
from deepspine.experiments import yes_or_no
from deepspine.experiments.modic import normalisation
from deepspine.experiments.modic.crops import PRESETS, View
from deepspine.experiments.modic.normalisation import (
    JUDGE,
    Settings,
    Variant,
    _learned,
    endplate_columns,
    located_phantoms,
    phantom_columns,
    spider_columns,
)
from deepspine.experiments.public_sets import SPIDER_PREFIX
from deepspine.experiments.registry import CONFIGS, load_settings
from deepspine.grading.modic.mapping import MODIC
from deepspine.grading.prediction import Prediction


@pytest.fixture(autouse=True)
def _few_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw fewer patients for the intervals of AUCs, which nothing here looks at."""
    monkeypatch.setattr(yes_or_no, "AUC_RESAMPLES", 20)


def answered(prefix: str, *, right: bool) -> tuple[list[Prediction], LabelTable]:
    """Return twelve patients whose discs have every grade in turn, told all right or all wrong."""
    labels = {
        LabelKey(f"{prefix}{number}", level, MODIC.name, Side.MIDLINE): GradeSet.of(MODIC, MODIC.scale[grade])
        for number in range(12)
        for level, grade in zip(LUMBAR_LEVELS, [(number + place) % 4 for place in range(5)], strict=True)
    }
    rows = []
    for key, grades in labels.items():
        said = MODIC.scale.index(grades.lowest) + (0 if right else 1)
        rows.append(Prediction(key, key.report_id, np.eye(4)[said % 4] * 0.9 + 0.025))
    return rows, LabelTable(labels)


def test_right_answers_have_full_marks() -> None:
    columns = spider_columns(*answered(SPIDER_PREFIX, right=True))
    assert (columns["n"], columns["changed"]) == (60, 45)
    for name in ("sensitivity none", "sensitivity change", "balanced accuracy", "F1", "AUC", "kappa"):
        assert columns[name].startswith("1.000")
    types = phantom_columns(*answered(JUDGE, right=True))
    assert all(types[f"phantom {grade}"] == 1.0 for grade in MODIC.scale)


def test_a_wrong_type_is_presence_right_and_type_wrong() -> None:
    rows, labels = answered(SPIDER_PREFIX, right=False)
    columns = spider_columns(rows, labels)
    assert columns["sensitivity none"].startswith("0.000")
    types = phantom_columns(*answered(JUDGE, right=False))
    assert all(types[f"phantom {grade}"] == 0.0 for grade in MODIC.scale)


def test_each_set_is_scored_on_its_own_patients() -> None:
    rows, labels = answered(SPIDER_PREFIX, right=True)
    others, known = answered(JUDGE, right=False)
    both = LabelTable({**labels, **known})
    assert spider_columns([*rows, *others], both) == spider_columns(rows, labels)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("only=[best]", 'they are "none", "min-max"'),
        ("variants.none.scale=bright", "scale must be of none"),
        ("variants.none.teachers=[radiologists]", "teachers of spider"),
        ("method=eye", "method must be unet or detection"),
        ("variants.none.start=nobody", "start must be a variant"),
        ("variants.none.view=cube", "view must be of slice, volume, endplate"),
    ],
)
def test_a_mistake_is_one_line(change: str, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["experiment", "modic-normalisation", "--data", str(tmp_path), "--out", str(tmp_path / "run")]
    assert main([*words, "--set", change]) == 2
    assert message in capsys.readouterr().err.splitlines()[-1]


def test_phantoms_alone_have_no_columns_of_pictures_and_the_other_way_round() -> None:
    assert spider_columns(*answered(JUDGE, right=True)) == {}
    assert phantom_columns(*answered(SPIDER_PREFIX, right=True)) == {}


def test_endplates_of_phantoms_are_scored_by_endplate() -> None:
    columns = endplate_columns(*answered(JUDGE, right=True))
    assert columns["phantom endplates"] == 60
    assert columns["endplate balanced accuracy"].startswith("1.000")


class Blind:
    """Sees nothing, and counts how often it was asked to look."""

    n_asked = 0

    def segment(self, volume: Volume) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
        """Return background, for sure."""
        self.n_asked += 1
        return np.zeros(volume.grid.shape, np.uint8), np.ones(volume.grid.shape, np.float32)


def test_a_phantom_without_a_spine_for_the_network_is_left_out_and_not_looked_at_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("teaching_study", "changed_study"):
        monkeypatch.setattr(normalisation, name, lambda *of: three_types())
    network, settings = Blind(), Settings(lessons=1, judges=1, phantom_seed=1)
    assert not list(located_phantoms(settings, tmp_path, network, lambda n: None))
    assert network.n_asked
    before = network.n_asked
    assert not list(located_phantoms(settings, tmp_path, network, lambda n: None))
    assert network.n_asked == before


def test_answers_are_asked_once_and_those_of_other_settings_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows, labels = answered(SPIDER_PREFIX, right=True)
    asked: list[Path] = []

    def cross_validate(dataset: Path, labels_by_fold: object, run: Path, *_: object, start: object) -> list[Prediction]:
        asked.append(run)
        return rows

    monkeypatch.setattr(normalisation, "cross_validate", cross_validate)
    (tmp_path / "dataset").mkdir()
    Manifest(PRESETS[View.SLICE], Silence.MISSING, {"train": 1.0}, (), {}).write(tmp_path / "dataset")

    def learn(**recipe: object) -> list[Prediction]:
        variant = Variant(scale="none", recipe=recipe)
        changes = ["folds=2", "seeds=[1]", "recipe.epochs=3"]
        settings = load_settings(Settings, CONFIGS / "modic_normalisation.yaml", changes)
        return _learned(variant, settings, tmp_path / "dataset", labels, tmp_path / "run", None, lambda n: None)

    assert len(learn()) == len(learn()) == len(rows)
    assert asked == [tmp_path / "run" / "seed1"]
    with pytest.raises(ConfigError, match="epochs 3 there, 9 asked"):
        learn(epochs=9)


def test_an_experiment_without_a_fast_check_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["experiment", "sudirman-weak", "--fast", "--out", str(tmp_path)]) == 2
    assert "no fast check" in capsys.readouterr().err.splitlines()[-1]
