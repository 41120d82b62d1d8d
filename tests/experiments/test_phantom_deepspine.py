"""The scores of phantom-deepspine, and the whole of it on a few studies."""

from pathlib import Path

import numpy as np
import pytest

from deepspine.cli import main
from deepspine.data.findings import FINDINGS, Side
from deepspine.data.grade_sets import GradeSet
from deepspine.data.label_table import LabelKey, LabelTable
from deepspine.data.levels import LUMBAR_LEVELS, Level
from deepspine.experiments.phantom_deepspine import average, counts_of, gain
from deepspine.grading.prediction import Prediction


def graded(share_right: float) -> tuple[list[Prediction], LabelTable]:
    rng = np.random.default_rng(0)
    finding = FINDINGS["canal_stenosis"]
    rows, truth = [], {}
    for patient in range(30):
        for level in LUMBAR_LEVELS:
            key = LabelKey(f"r{patient}", level, finding.name, Side.MIDLINE)
            grade = int(rng.integers(4))
            guess = grade if rng.random() < share_right else (grade + 1) % 4
            rows.append(Prediction(key, f"p{patient}", np.eye(4)[guess]))
            truth[key] = GradeSet.of(finding, finding.scale[grade])
    return rows, LabelTable(truth)


def test_a_gain_is_the_difference_of_the_averages_with_an_interval_of_pairs() -> None:
    good, poor = (counts_of(*graded(share), "canal_stenosis") for share in (0.95, 0.7))
    found = gain(good, poor)
    assert found.value == pytest.approx(average(good).value - average(poor).value)
    assert 0 < found.low < found.value < found.high
    assert gain(good, good).low == gain(good, good).high == 0.0


def test_levels_that_axial_slabs_do_not_reach_are_not_scored() -> None:
    rows, truth = graded(1.0)
    finding = FINDINGS["canal_stenosis"]
    key = LabelKey("r0", Level.T12_L1, finding.name, Side.MIDLINE)
    more = [*rows, Prediction(key, "p0", np.eye(4)[3])]
    counts = counts_of(more, LabelTable({**truth, key: GradeSet.of(finding, finding.scale[0])}), finding.name)
    assert counts.sum() == len(rows)


@pytest.mark.slow
def test_the_experiment_runs_from_the_command_line(tmp_path: Path) -> None:
    """Reports of every rate of noise are of the same pictures, and the noisier ones say other things."""
    arguments = ["studies=6", "folds=2", "only=[both]", "recipe.epochs=1", "recipe.batch_size=4", "noises=[0.0,0.4]"]
    changes = [part for one in arguments for part in ("--set", one)]
    assert main(["experiment", "phantom-deepspine", "--out", str(tmp_path), *changes]) == 0
    lines = (tmp_path / "table.csv").read_text().splitlines()
    assert lines[0].startswith("variant,finding,n,class average")
    assert len(lines) == 3
    assert (tmp_path / "reports_0.csv").read_text() != (tmp_path / "reports_0.4.csv").read_text()
