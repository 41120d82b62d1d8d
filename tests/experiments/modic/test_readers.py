"""Simulated readers: the test of a change by assistance rejects as often as it says it does."""

from pathlib import Path

import numpy as np

from deepspine.cli import main
from deepspine.data.label_table import LabelTable
from deepspine.experiments.modic.readers import ALPHA, judged, simulated_study
from deepspine.experiments.registry import run_experiment

PATIENTS, RESAMPLES = 30, 100
"""Of a study, five discs a patient; fewer than in the experiment, which takes its time."""


def rejected_share(assisted_skill: float, studies: int) -> float:
    p = []
    for number in range(studies):
        without, helped = simulated_study(np.random.default_rng([7, number]), PATIENTS, 0.7, assisted_skill)
        p.append(judged(without, helped, resamples=RESAMPLES, seed=number).p)
    return float(np.mean([one is not None and one < ALPHA for one in p]))


def test_no_change_is_called_one_in_three_to_seven_of_a_hundred_studies() -> None:
    assert 0.03 <= rejected_share(0.7, 500) <= 0.07


def test_a_large_change_is_found_in_nearly_all_studies() -> None:
    assert rejected_share(0.95, 30) > 0.9


def test_the_written_example_goes_through_validate(tmp_path: Path) -> None:
    changes = ["simulations=1", "resamples=100", "assisted_skills=[0.9]"]
    (row,) = run_experiment("modic-readers", Path(), tmp_path, changes=changes)
    assert row["studies"] == 1
    folder = tmp_path / "0.9"
    assert LabelTable.read(folder / "R1.csv")
    tables = [str(folder / f"{name}.csv") for name in ("R1", "R2", "R1-assisted", "R2-assisted")]
    words = ["validate", tables[0], "--readers", *tables[:2], "--assisted", *tables[2:], "--resamples", "100"]
    assert main([*words, "--out", str(tmp_path / "study")]) == 0
