"""Forests beside the shipped networks: who teaches them what, and what they look at."""

import numpy as np
import pandas as pd
import pytest

from deepspine.data.errors import ConfigError
from deepspine.data.findings import FINDINGS, Side
from deepspine.data.grade_sets import GradeSet
from deepspine.data.label_table import LabelKey, LabelTable
from deepspine.data.levels import LUMBAR_LEVELS, Level
from deepspine.experiments import forest_panel
from deepspine.experiments.forest_panel import Beside, Panel
from deepspine.experiments.spider_graded import Material
from deepspine.grading.exported_forests import ExportedForest
from deepspine.grading.level_features import beside_neighbours

BULGE, NARROWING = FINDINGS["bulge"], FINDINGS["disc_height_loss"]
BESIDE = {
    "experts": Beside(n_trees=10),
    "notes": Beside(taught_by="notes", n_trees=10, neighbours=False, findings=["bulge"]),
}


def panel(beside: dict[str, Beside]) -> Panel:
    """Return a panel on two sets of twelve patients: experts grade one, notes speak of bulges in the other."""
    rng = np.random.default_rng(0)
    rows, labels = [], {"spi": dict[LabelKey, GradeSet](), "sud": dict[LabelKey, GradeSet]()}
    for source, own in labels.items():
        for number in range(12):
            patient = f"{source}-{number}"
            for level in LUMBAR_LEVELS:
                bulge_mm = float(rng.uniform(0, 6))
                rows.append({"report_id": patient, "patient_key": patient, "level": str(level), "bulge_mm": bulge_mm})
                for finding in (BULGE, NARROWING) if source == "spi" else (BULGE,):
                    there = GradeSet.present(finding) if bulge_mm > 3 else GradeSet.of(finding, "none")
                    own[LabelKey(patient, Level(level), finding.name, Side.MIDLINE)] = there
    material = Material({}, LabelTable(labels["spi"]), LabelTable(labels["sud"]))
    return Panel(beside, ["bulge", "disc_height_loss"], material, beside_neighbours(pd.DataFrame(rows)))


def test_each_answers_for_the_patients_of_both_sets() -> None:
    experts, notes = panel(BESIDE).out_of_fold(3)
    for rows, findings in ((experts, {"bulge", "disc_height_loss"}), (notes, {"bulge"})):
        assert {row.key.finding for row in rows} == findings
        assert {row.patient_key.split("-")[0] for row in rows} == {"spi", "sud"}
    assert len(notes) == 2 * 12 * 5


def test_what_ships_looks_at_what_it_learned_from_and_its_sources_are_named() -> None:
    pytest.importorskip("skl2onnx", reason="needs the extra `export`")
    found = panel(BESIDE).forests()
    assert {name: len(forests) for name, forests in found.items()} == {"bulge": 2, "disc_height_loss": 1}
    experts, notes = found["bulge"]
    assert "bulge_mm_less_median" in experts.features
    assert notes.features == ("level_rank", "bulge_mm")
    assert panel(BESIDE).sources("bulge") == ["spider", "sudirman"]
    assert panel(BESIDE).sources("disc_height_loss") == ["spider"]


def test_a_forest_that_answers_otherwise_once_exported_does_not_ship(monkeypatch: pytest.MonkeyPatch) -> None:
    class Overflown(ExportedForest):
        def probabilities(self, table: pd.DataFrame) -> np.ndarray:
            return np.full((len(table), 4), np.nan)

    monkeypatch.setattr(forest_panel, "export", lambda forest: Overflown(forest.finding.name, (), (), b""))
    with pytest.raises(ConfigError, match="bulge answers otherwise once exported"):
        panel(BESIDE).forests()


def test_a_teacher_that_there_is_not_is_refused() -> None:
    with pytest.raises(ConfigError, match="experts or notes, got 'parrots'"):
        panel({"one": Beside(taught_by="parrots")}).out_of_fold(2)
