"""The scores of phantom-deepspine, and the whole of it on a few studies."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from deepspine.cli import main
from deepspine.data.dataset.build import build_dataset
from deepspine.data.dataset.splits import fold_of
from deepspine.data.dataset.studies import StudyImages, StudySource
from deepspine.data.errors import ConfigError
from deepspine.data.findings import FINDINGS, Side
from deepspine.data.grade_sets import GradeSet
from deepspine.data.label_table import LabelKey, LabelTable
from deepspine.data.levels import LUMBAR_LEVELS, Level
from deepspine.data.phantom.options import PhantomOptions
from deepspine.data.phantom.study import generate_study
from deepspine.experiments import phantom_deepspine
from deepspine.experiments.phantom_deepspine import (
    Settings,
    average,
    counts_of,
    gain,
    make_phantoms,
    stand_out,
    with_all_inputs,
)
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


def test_discs_without_an_axial_slab_are_left_out_of_the_comparison_of_inputs(tmp_path: Path) -> None:
    study = generate_study(1, PhantomOptions(), index=3)
    slabs = list(study.axial_t2)
    assert len(slabs) == 3
    volumes = {"sagittal_t2": [study.sagittal_t2], "axial_t2": list(study.axial_t2.values())}
    source = StudySource("s", "p", "r0", frames=lambda: study.frames, images=lambda: StudyImages(volumes))
    build_dataset([source], LabelTable({}), tmp_path, preset=phantom_deepspine.PRESETS["usual"])
    complete = with_all_inputs(tmp_path, ["sagittal_t2", "axial_t2"])
    assert complete == {("r0", level) for level in slabs}
    assert with_all_inputs(tmp_path, ["sagittal_t2"]) > {("r0", level) for level in LUMBAR_LEVELS}
    rows, truth = graded(1.0)
    assert counts_of(rows, truth, "canal_stenosis", only=complete).sum() == 3


def test_unknown_crops_are_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="crops must be one of usual, fine, got 'coarse'"):
        make_phantoms(replace(SETTINGS, crops="coarse"), tmp_path, advance=lambda n: None)


def leaning() -> tuple[list[Prediction], LabelTable, LabelTable]:
    """Return answers that say "none" too often, what reports that err say of them, and the truth."""
    rng = np.random.default_rng(3)
    finding = FINDINGS["canal_stenosis"]
    rows, truth, told = [], {}, {}
    for number in range(900):
        grade = int(rng.choice(4, p=[0.7, 0.15, 0.1, 0.05]))
        scores = 3.0 * np.eye(4)[grade] + np.array([3.0, 1.0, 0.0, -1.0]) + rng.normal(scale=1.2, size=4)
        key = LabelKey(f"r{number}", Level.L4_L5, finding.name, Side.MIDLINE)
        rows.append(Prediction(key, f"p{number}", np.exp(scores) / np.exp(scores).sum()))
        said = int((grade + rng.integers(1, 4)) % 4) if rng.random() < 0.2 else grade
        truth[key], told[key] = (GradeSet.of(finding, finding.scale[one]) for one in (grade, said))
    return rows, LabelTable(told), LabelTable(truth)


def test_answers_that_lean_to_frequent_grades_are_put_right_by_reports_that_err() -> None:
    """As a network does that was taught wrong rare grades; no truth is used."""
    rows, told, truth = leaning()
    put_right = stand_out(rows, told, folds=3)
    before, after = (average(counts_of(one, truth, "canal_stenosis")).value for one in (rows, put_right))
    assert before < 0.65
    assert after > 0.8


def test_what_a_fold_is_put_right_by_are_the_others_answers_as_they_were(monkeypatch: pytest.MonkeyPatch) -> None:
    rows, told, _ = leaning()
    forwards = stand_out(rows, told, folds=3)
    monkeypatch.setattr(phantom_deepspine, "fold_of", lambda patient, folds: folds - 1 - fold_of(patient, folds))
    for one, other in zip(forwards, stand_out(rows, told, folds=3), strict=True):
        assert np.allclose(one.probabilities, other.probabilities)


def test_answers_for_one_held_fold_alone_stay_as_they_are() -> None:
    rows, truth = graded(0.8)
    one = [row for row in rows if fold_of(row.patient_key, 3) == 0]
    kept = {row.key: row.probabilities for row in stand_out(one, truth, folds=3)}
    assert all(np.array_equal(kept[row.key], row.probabilities) for row in one)


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Count the phantoms asked for, in place of making them, which takes its time."""
    numbers: list[int] = []
    monkeypatch.setattr(phantom_deepspine, "build_dataset", lambda sources, *_, **__: numbers.append(len(sources)))
    return numbers


SETTINGS = Settings(studies=3, seed=1, folds=2, noises=[0.0], motion=0.0)


def test_phantoms_are_made_once_and_those_of_other_settings_are_refused(made: list[int], tmp_path: Path) -> None:
    make_phantoms(SETTINGS, tmp_path, advance=lambda n: None)
    make_phantoms(replace(SETTINGS, folds=3, only=["both"]), tmp_path, advance=lambda n: None)
    assert made == [3]
    with pytest.raises(ConfigError, match=r"motion 0.0 there, 1.0 asked; studies 3 there, 6 asked"):
        make_phantoms(replace(SETTINGS, studies=6, motion=1.0), tmp_path, advance=lambda n: None)


def test_stopped_phantoms_go_on_with_their_own_settings_alone(made: list[int], tmp_path: Path) -> None:
    make_phantoms(SETTINGS, tmp_path, advance=lambda n: None)
    (tmp_path / "truth.csv").unlink()
    with pytest.raises(ConfigError, match="seed 1 there, 2 asked"):
        make_phantoms(replace(SETTINGS, seed=2), tmp_path, advance=lambda n: None)
    make_phantoms(SETTINGS, tmp_path, advance=lambda n: None)
    assert made == [3, 3]


def test_a_run_that_is_refused_keeps_the_config_of_its_own_table(
    made: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(phantom_deepspine, "learn", lambda *_: graded(1.0)[0])
    monkeypatch.setattr(phantom_deepspine, "with_all_inputs", lambda *_: {("r0", Level.L4_L5)})
    command = ["experiment", "phantom-deepspine", "--out", str(tmp_path), "--set", "only=[both]"]
    assert main([*command, "--set", "seed=1"]) == 0
    before = (tmp_path / "config.yaml").read_text()
    assert main([*command, "--set", "seed=2"]) == 2
    assert "seed 1 there, 2 asked" in capsys.readouterr().err.splitlines()[-1]
    assert (tmp_path / "config.yaml").read_text() == before


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
