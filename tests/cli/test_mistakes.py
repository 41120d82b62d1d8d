"""The user's mistakes: one line on standard error, exit code 2."""

from collections.abc import Callable
from pathlib import Path

import pytest

from deepspine.cli import main

CONFIG = Path(__file__).parents[2] / "experiments" / "configs" / "segmentation.yaml"


Mistake = Callable[..., str]


@pytest.fixture
def mistake(capsys: pytest.CaptureFixture[str]) -> Mistake:
    """Run a command that must fail with exit code 2; return its one line."""

    def run(*arguments: object) -> str:
        assert main([str(argument) for argument in arguments]) == 2
        lines = [line for line in capsys.readouterr().err.splitlines() if line.startswith("deepspine: ")]
        assert len(lines) == 1
        return lines[0]

    return run


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    """Write a table of two reports."""
    path = tmp_path / "reports.csv"
    path.write_text("report_id,text\na,L4-5: mild disc bulge.\nb,Normal study.\n", encoding="utf-8")
    return path


def test_a_missing_table_is_named(mistake: Mistake, tmp_path: Path) -> None:
    assert "no.csv" in mistake("label", tmp_path / "no.csv", "--out", tmp_path / "labels.csv")


def test_a_missing_column_is_named_with_those_that_are_there(mistake: Mistake, reports: Path, tmp_path: Path) -> None:
    line = mistake("label", reports, "--out", tmp_path / "labels.csv", "--text-column", "findings")
    assert "reports.csv" in line
    assert "findings" in line
    assert "text" in line


def test_a_missing_volume_is_named(mistake: Mistake, tmp_path: Path) -> None:
    assert "spine.nii.gz" in mistake("locate", tmp_path / "spine.nii.gz", "--out", tmp_path / "out")


def test_an_unknown_level_is_answered_with_the_known_ones(mistake: Mistake, tmp_path: Path) -> None:
    line = mistake("locate", tmp_path / "spine.nii.gz", "--out", tmp_path, "--lowest", "L5")
    assert "'L5'" in line
    assert "L5-S1" in line


def test_a_folder_without_mri_is_refused(mistake: Mistake, reports: Path, tmp_path: Path) -> None:
    assert str(reports.parent) in mistake("index", reports.parent, "--out", tmp_path / "index.parquet")


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (("--config", "no.yaml"), "no.yaml"),
        (("--config", CONFIG, "--data.root", "x", "--data.batchsize", "3"), "--data.batchsize"),
        (("--config", CONFIG, "--data.root", "nowhere"), "nowhere"),
    ],
)
def test_an_unknown_config_key_or_file_is_named(mistake: Mistake, arguments: tuple[object, ...], part: str) -> None:
    assert part in mistake("train", "segmentation", *arguments)


def test_an_unknown_key_inside_a_config_is_named(mistake: Mistake, tmp_path: Path) -> None:
    config = tmp_path / "mine.yaml"
    config.write_text(CONFIG.read_text(encoding="utf-8").replace("learning_rate", "learningrate"), encoding="utf-8")
    assert "learningrate" in mistake("train", "segmentation", "--config", config, "--data.root", "x")


@pytest.mark.parametrize(
    "arguments", [("phantom", "--out", "x"), ("validate", "a.csv", "b.csv"), ("sample", "labels.csv")]
)
def test_a_negative_seed_is_refused(arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*arguments, "--seed", "-1"]) == 2
    assert "--seed" in capsys.readouterr().err
