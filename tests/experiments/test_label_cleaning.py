"""Who judges which labels, and which are left out; the trainings themselves are replaced."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from deepspine.data.dataset.splits import fold_of
from deepspine.data.findings import FINDINGS, Side
from deepspine.data.geometry import FloatArray
from deepspine.data.grade_sets import GradeSet
from deepspine.data.label_table import LabelKey, LabelTable
from deepspine.data.levels import Level
from deepspine.experiments import label_cleaning
from deepspine.experiments.label_cleaning import Cleaning, cleaned, judged_labels
from deepspine.experiments.recipe import Recipe
from deepspine.grading.prediction import Prediction

CANAL = FINDINGS["canal_stenosis"]
PATIENTS = [f"patient {number}" for number in range(60)]


def key(patient: str) -> LabelKey:
    return LabelKey(patient, Level.L4_L5, CANAL.name, Side.MIDLINE)


SEVERE = LabelTable({key(patient): GradeSet.of(CANAL, "severe") for patient in PATIENTS})

RECIPE = Recipe(
    findings=[CANAL.name], inputs=["sagittal_t2"], encoder="small", width=16, head="softmax", dropout=0.0,
    early_learning=0.0, balance=0.0, epochs=1, batch_size=1, learning_rate=1e-3, weight_decay=0.0, precision="32",
    threads=1, members=1, seed=0,
)  # fmt: skip


class Trainings:
    """What was trained and asked: networks by the parts that they did not see."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.unseen: dict[Path, set[str]] = {}
        self.judged: dict[Path, set[str]] = {}
        self.epochs: set[int] = set()
        monkeypatch.setattr(label_cleaning, "train_network", self.train)
        monkeypatch.setattr(label_cleaning, "grade_fold", self.grade)

    def train(self, _: Path, __: LabelTable, place: Path, recipe: Recipe, *, folds: int, held_folds: Sequence[int],
              **___: Any) -> None:  # fmt: skip
        """Note whom a network does not learn from, and how it learns."""
        self.epochs.add(recipe.epochs)
        self.unseen[place] = {one for one in PATIENTS if fold_of(one, folds) in held_folds}

    def grade(self, _: Path, place: Path, *, folds: int, fold: int) -> list[Prediction]:
        """Note whom a network judges, and call every canal free."""
        judged = {one for one in PATIENTS if fold_of(one, folds) == fold}
        self.judged.setdefault(place, set()).update(judged)
        free: FloatArray = np.array([0.9, 0.05, 0.03, 0.02])
        return [Prediction(key(one), one, free) for one in judged]


def run(folds: int, cleaning: Cleaning, only_folds: Sequence[int] = ()) -> list[LabelTable]:
    return judged_labels(Path("data"), SEVERE, Path("run"), RECIPE, cleaning, folds=folds, only_folds=only_folds)


@pytest.mark.parametrize("parts", [1, 2])
def test_no_network_judges_whom_it_learned_from(monkeypatch: pytest.MonkeyPatch, parts: int) -> None:
    trainings = Trainings(monkeypatch)
    run(3, Cleaning(0.1, parts=parts))
    assert trainings.judged
    for place, judged in trainings.judged.items():
        assert judged <= trainings.unseen[place]


@pytest.mark.parametrize("parts", [1, 2])
def test_labels_that_train_are_judged_and_those_of_the_held_fold_are_not(
    monkeypatch: pytest.MonkeyPatch, parts: int
) -> None:
    Trainings(monkeypatch)
    for fold, table in enumerate(run(3, Cleaning(0.1, parts=parts))):
        for patient in PATIENTS:
            assert table[key(patient)].is_unknown == (fold_of(patient, 3) != fold)


def test_the_judges_of_a_fold_never_saw_the_fold(monkeypatch: pytest.MonkeyPatch) -> None:
    trainings = Trainings(monkeypatch)
    run(3, Cleaning(0.1, parts=2), only_folds=[1])
    held = {one for one in PATIENTS if fold_of(one, 3) == 1}
    assert len(trainings.unseen) == 4
    assert all(held <= unseen for unseen in trainings.unseen.values())


def test_with_one_part_a_network_serves_two_folds(monkeypatch: pytest.MonkeyPatch) -> None:
    trainings = Trainings(monkeypatch)
    run(3, Cleaning(0.1))
    assert len(trainings.unseen) == 3


def test_judges_may_learn_by_another_recipe(monkeypatch: pytest.MonkeyPatch) -> None:
    trainings = Trainings(monkeypatch)
    run(3, Cleaning(0.1, recipe={"epochs": 7}))
    assert trainings.epochs == {7}


def test_nobody_judges_unless_asked_to(monkeypatch: pytest.MonkeyPatch) -> None:
    trainings = Trainings(monkeypatch)
    assert run(3, Cleaning()) == [SEVERE] * 3
    assert not trainings.unseen


GRADED: FloatArray = np.array([0.75, 0.05, 0.15, 0.05])


@pytest.mark.parametrize(("grades", "kept"), [(("severe",), False), (("moderate", "severe"), True), (("none",), True)])
def test_a_set_is_left_out_when_all_its_grades_together_are_unlikely(grades: tuple[str, ...], kept: bool) -> None:
    one = key("a")
    labels = LabelTable({one: GradeSet.of(CANAL, *grades)})
    left = cleaned(labels, {one: GRADED}, Cleaning(0.12))
    assert left[one] == (labels[one] if kept else GradeSet.unknown(CANAL))


def test_a_contradicted_label_becomes_what_its_judges_find_plausible() -> None:
    one = key("a")
    left = cleaned(LabelTable({one: GradeSet.of(CANAL, "severe")}), {one: GRADED}, Cleaning(0.12, relabel=True))
    assert left[one] == GradeSet.of(CANAL, "none", "moderate")


def test_labels_that_nobody_judged_stay() -> None:
    assert cleaned(SEVERE, {}, Cleaning(0.5)) == SEVERE
