"""How graders are put together and what is refused."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from deepspine.data.errors import ConfigError
from deepspine.data.findings import Side
from deepspine.data.label_table import LabelKey, LabelTable
from deepspine.data.levels import Level
from deepspine.experiments import recipe
from deepspine.experiments.recipe import average_of, averaged, wanted_variants
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


def test_only_variants_that_have_been_run_are_averaged() -> None:
    with pytest.raises(ConfigError, match="spine did not"):
        average_of(["small", "spine"], {"small": [prediction(Level.L4_L5, 1.0, 0, 0, 0)]})


def test_variants_are_all_or_those_asked_for_and_an_unknown_one_is_named() -> None:
    assert wanted_variants([], {"a": 1, "b": 2}) == ["a", "b"]
    assert wanted_variants(["b"], {"a": 1, "b": 2}) == ["b"]
    with pytest.raises(ConfigError, match="variants are a, b, got c"):
        wanted_variants(["c"], {"a": 1, "b": 2})
