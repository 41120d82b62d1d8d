"""Forests on measurements, by folds of patients."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from deepspine.data.dataset.splits import fold_of
from deepspine.data.errors import ConfigError
from deepspine.data.findings import FINDINGS, Side
from deepspine.data.grade_sets import GradeSet
from deepspine.data.label_table import LabelKey, LabelTable
from deepspine.data.levels import LUMBAR_LEVELS
from deepspine.experiments import measured_pictures
from deepspine.experiments.measured_pictures import cross_validate_measured, measured

HEIGHT_LOSS = FINDINGS["disc_height_loss"]


def measured_discs(n_patients: int = 24) -> tuple[pd.DataFrame, LabelTable]:
    """Return heights of discs and labels of the low ones."""
    rng = np.random.default_rng(0)
    rows, labels = [], {}
    for number in range(n_patients):
        for level in LUMBAR_LEVELS:
            height_mm = float(rng.uniform(4, 12))
            patient = f"p{number}"
            rows.append({"report_id": patient, "patient_key": patient, "level": str(level), "height_mm": height_mm})
            there = GradeSet.present(HEIGHT_LOSS) if height_mm < 8 else GradeSet.of(HEIGHT_LOSS, "none")
            labels[LabelKey(patient, level, HEIGHT_LOSS.name, Side.MIDLINE)] = there
    return pd.DataFrame(rows), LabelTable(labels)


def answers(table: pd.DataFrame, labels: LabelTable) -> dict[LabelKey, float]:
    rows = cross_validate_measured(table, labels, [HEIGHT_LOSS.name], learner="forest", folds=2, seed=0)
    return {row.key: float(row.probabilities[0]) for row in rows}


def test_a_forest_learns_the_height_of_discs_it_has_not_seen() -> None:
    table, labels = measured_discs()
    found = answers(table, labels)
    assert len(found) == len(table)
    right = [(probability > 0.5) == labels[key].admits("none") for key, probability in found.items()]
    assert np.mean(right) > 0.9


def test_the_answers_for_a_fold_do_not_change_with_its_own_labels() -> None:
    table, labels = measured_discs()
    held = {key for key in labels if fold_of(key.report_id, 2) == 0}
    present, none = GradeSet.present(HEIGHT_LOSS), GradeSet.of(HEIGHT_LOSS, "none")
    turned = LabelTable(
        {key: (present if grades.admits("none") else none) if key in held else grades for key, grades in labels.items()}
    )
    before, after = answers(table, labels), answers(table, turned)
    assert held
    assert all(before[key] == after[key] for key in held)
    assert any(before[key] != after[key] for key in set(before) - held)


def test_leaves_that_hold_every_disc_answer_the_share_of_the_others() -> None:
    table, labels = measured_discs()
    rows = cross_validate_measured(
        table, labels, [HEIGHT_LOSS.name], learner="forest", folds=2, seed=0, min_leaf=len(table)
    )
    by_fold = {fold_of(row.patient_key, 2): round(float(row.probabilities[0]), 6) for row in rows}
    assert all(round(float(row.probabilities[0]), 6) == by_fold[fold_of(row.patient_key, 2)] for row in rows)
    none = np.mean([grades.admits("none") for key, grades in labels.items() if fold_of(key.report_id, 2) == 1])
    assert by_fold[0] == pytest.approx(none, abs=0.02)


@pytest.fixture
def patients(monkeypatch: pytest.MonkeyPatch) -> list[SimpleNamespace]:
    """Return two patients, in place of whose spines nothing is measured."""
    monkeypatch.setattr(
        measured_pictures, "_of_pair", lambda pair, _: [measured_discs(1)[0].assign(report_id=pair.name)]
    )
    return [SimpleNamespace(name=name) for name in ("p1", "p2")]


def test_measurements_are_made_once(patients: list[SimpleNamespace], tmp_path: Path) -> None:
    first = measured(patients, tmp_path / "measurements.csv", advance=lambda n: None)
    asked: list[float] = []
    assert measured(patients, tmp_path / "measurements.csv", advance=asked.append).equals(first)
    assert not asked


def test_measurements_of_other_patients_are_refused(patients: list[SimpleNamespace], tmp_path: Path) -> None:
    measured(patients, tmp_path / "measurements.csv", advance=lambda n: None)
    with pytest.raises(ConfigError, match=r"measurements.csv: .*\(patients .* remove this file"):
        measured(patients[:1], tmp_path / "measurements.csv", advance=lambda n: None)


@pytest.mark.parametrize("what", ["measures", "segmentation"])
def test_measurements_of_other_columns_or_another_segmentation_are_refused(
    what: str, patients: list[SimpleNamespace], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    measured(patients, tmp_path / "measurements.csv", advance=lambda n: None)
    (tmp_path / "other").touch()
    if what == "measures":
        monkeypatch.setattr(measured_pictures, "measure_names", lambda _: ["height_mm"])
    else:
        monkeypatch.setattr("deepspine.segmentation.inference.shipped_weights", lambda: tmp_path / "other")
    with pytest.raises(ConfigError, match=rf"\({what} "):
        measured(patients, tmp_path / "measurements.csv", advance=lambda n: None)


def test_a_learner_that_there_is_not_is_refused() -> None:
    table, labels = measured_discs(2)
    with pytest.raises(ConfigError, match="forest, boosting"):
        cross_validate_measured(table, labels, [HEIGHT_LOSS.name], learner="oracle", folds=2, seed=0)
