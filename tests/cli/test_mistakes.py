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


def test_a_pixel_size_below_nought_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["locate", str(tmp_path), "--out", str(tmp_path / "out"), "--spacing-mm", "-3"]) == 2
    assert "Invalid value for '--spacing-mm'" in capsys.readouterr().err


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
        (
            ("--config", CONFIG, "--data.root", "x", "--data.batchsize", "3"),
            "no key data.batchsize; did you mean data.batch_size?",
        ),
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
    ("command", "part"),
    [
        ("locate spine.nii.gz --out out --axial --lowest L5-S1", "--lowest"),
        ("locate spine.nii.gz --out out --axial --method detection", "--method"),
        ("evaluate segmentation --data data --share 0.5", "--share"),
        ("evaluate segmentation --data data --folds 5 --weights model.safetensors", "--weights"),
        ("evaluate segmentation --data data --fold 1", "--folds"),
        ("evaluate segmentation --data data --folds 5 --fold 1 --fold 5", "0 to 4"),
    ],
)
def test_an_option_that_would_do_nothing_is_refused(mistake: Mistake, command: str, part: str) -> None:
    assert part in mistake(*command.split())


@pytest.mark.parametrize(
    "arguments", [("phantom", "--out", "x"), ("validate", "a.csv", "b.csv"), ("sample", "labels.csv")]
)
def test_a_negative_seed_is_refused(arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*arguments, "--seed", "-1"]) == 2
    assert "--seed" in capsys.readouterr().err


@pytest.mark.parametrize(
    "command",
    [
        "crossref --index {a} --levels levels --out {a}",
        "crossref --index x.rejects.csv --levels levels --out x.csv",
        "index {a} --out {a}",
        "explain {a} --html {a}",
        "sample {a} --out {a}",
        "sample --by doubt --texts {a} --out {a}",
        "build --index x.csv --levels levels --out set --labels {a} --secret x.csv --labels-out {a}",
        "build --index {a} --levels levels --out set --labels x.csv --secret x.csv --labels-out {a}",
        "deidentify archive copy --secret x.csv --labels {a} --labels-out {a}",
        "deidentify archive copy --secret x.csv --labels {a} --key-table {a}",
        "deidentify archive . --secret ../secret --labels labels.csv",
        "deidentify archive copy --secret s --rejects {a} --key-table {a}",
        "validate {a} figures.csv --out .",
        "annotate export {a} --out {a}",
        "annotate export x.csv --out {a} --ids {a}",
        "evaluate grading set --checkpoint run --out . --reference scores.csv",
        "evaluate segmentation --data data --weights {a} --out {a}",
        "locate mask.nii.gz --out .",
        "modic --t1 {a} --t2 modic.png --out .",
    ],
)
def test_no_file_that_is_read_is_written_over(
    mistake: Mistake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.chdir(tmp_path)
    names = ("a.csv", "x.csv", "x.rejects.csv", "labels.csv", "figures.csv", "scores.csv", "mask.nii.gz", "modic.png")
    for name in names:
        Path(name).write_text("report_id,text\n", encoding="utf-8")
    assert "would overwrite" in mistake(*command.format(a="a.csv").split())
    assert {path.name: path.read_text(encoding="utf-8") for path in tmp_path.iterdir()} == dict.fromkeys(
        names, "report_id,text\n"
    )


@pytest.mark.parametrize(
    ("command", "suffixes"),
    [
        ("label reports.csv --out labels.xyz", ".csv or .parquet"),
        ("label reports.csv --out labels", ".csv or .parquet"),
        ("label reports.csv --out labels.csv --evidence why.json", ".csv or .parquet"),
        ("index archive --out index.csv", ".parquet"),
        ("index archive --out archive/study/0001.dcm", ".parquet"),
        ("crossref --index i.parquet --levels levels --out slices.parquet", ".csv"),
        ("sample labels.csv --out sample.parquet", ".csv"),
        ("build --index i.csv --levels levels --out set --labels l.csv --secret s --labels-out l.txt", ".parquet"),
        ("deidentify archive copy --secret s --labels l.csv --labels-out l.json", ".csv or .parquet"),
    ],
)
def test_a_table_is_called_by_its_format(
    mistake: Mistake, reports: Path, monkeypatch: pytest.MonkeyPatch, command: str, suffixes: str
) -> None:
    monkeypatch.chdir(reports.parent)
    assert f"{suffixes}, by which its format is known" in mistake(*command.split())
    assert [path.name for path in reports.parent.iterdir()] == ["reports.csv"]


def test_workers_for_data_without_dicom_are_refused(mistake: Mistake, tmp_path: Path) -> None:
    line = mistake("convert", "spider", str(tmp_path), str(tmp_path / "out"), "--workers", "2")
    assert "--workers reads DICOM headers, of which SPIDER has none" in line


@pytest.mark.parametrize(
    "command",
    [
        "build --index i.csv --levels levels --out {file}",
        "deidentify archive {file} --secret s",
        "convert spider source {file}",
        "demo --out {file}",
        "evaluate grading set --checkpoint run --out {file}",
        "experiment spider-graded --out {file}",
        "fetch http://localhost:1 --out {file}",
        "locate {file} --out {file}",
        "modic --t1 a.png --t2 b.png --out {file}",
        "phantom --out {file}",
        "read --t2 a.png --out {file}",
        "validate a.csv b.csv --out {file}",
    ],
)
def test_a_file_in_place_of_a_folder_to_write_is_told(
    mistake: Mistake, reports: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.chdir(reports.parent)
    assert "reports.csv: is a file; " in mistake(*command.format(file="reports.csv").split())
