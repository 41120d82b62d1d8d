"""The Sudirman dataset as published: patients are folders, notes become reports, one study of a patient has them."""

import csv
import json
from pathlib import Path

import pytest
from published_layouts import phantom_study, write_sudirman

from deepspine.cli import main
from deepspine.data.convert.sudirman import convert_sudirman
from deepspine.data.dicom.archive_index import ArchiveIndex
from deepspine.data.label_table import LabelTable

NOTE = "Diffuse disc bulge noted at L4/L5 level, mildly compressing the thecal sac."
HEADER = ("Patient ID", "Clinician’s Notes")


@pytest.fixture(scope="module")
def sudirman(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the layout: patient 1 has two studies, patient 3 no note."""
    folder = tmp_path_factory.mktemp("sudirman")
    first, second, third = (phantom_study(seed) for seed in (11, 12, 13))
    write_sudirman(folder, {1: [first, second], 3: [third]}, [HEADER, (1, NOTE), (2, "Normal study.")])
    return folder


def reports(path: Path) -> dict[str, str]:
    with path.open(encoding="utf-8", newline="") as file:
        return {row["report_id"]: row["text"] for row in csv.DictReader(file)}


def test_notes_become_reports_and_patients_are_their_folders(sudirman: Path, tmp_path: Path) -> None:
    done = convert_sudirman(sudirman, tmp_path)
    assert (done.studies, done.reports, len(done.rejects)) == (3, 2, 0)
    assert reports(tmp_path / "reports.csv") == {"sudirman-0001": NOTE, "sudirman-0002": "Normal study."}
    index = ArchiveIndex.read(tmp_path / "index.parquet")
    assert [(study.patient_key, study.report_id != "") for study in index.studies()].count(("sudirman-0001", True)) == 1
    assert {study.patient_key for study in index.studies()} == {"sudirman-0001", "sudirman-0003"}
    assert {study.report_id for study in index.studies()} == {"sudirman-0001", ""}


def test_the_named_commands_lead_to_a_dataset(
    sudirman: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Labels come from our labeler; frames are the phantom's own here, which saves the network's time."""
    out = tmp_path / "out"
    assert main(["convert", "sudirman", str(sudirman), str(out), "--json"]) == 0
    label, locate, build = (command.split()[1:] for command in json.loads(capsys.readouterr().out)["next"])
    assert main(label) == 0
    assert ("sudirman-0001", "L4-L5", "bulge") in {key[:3] for key in LabelTable.read(out / "labels.csv")}
    assert locate == ["locate", str(out / "index.parquet"), "--out", str(out / "levels")]
    frames = {"levels": [frame.to_json() for frame in phantom_study(11).frames]}
    for study in ArchiveIndex.read(out / "index.parquet").studies():
        (out / "levels" / study.study_key).mkdir(parents=True)
        (out / "levels" / study.study_key / "levels.json").write_text(json.dumps(frames))
    assert main([*build[:-1], str(tmp_path / "set"), "--max-reject-share", "1"]) == 0
    assert main(["check", str(tmp_path / "set")]) == 0


def test_bad_rows_are_listed(sudirman: Path, tmp_path: Path) -> None:
    source = tmp_path / "src"
    notes = [HEADER, (1, NOTE), ("one", NOTE), (4, None), (1, "again")]
    write_sudirman(tmp_path, {}, notes)
    source.mkdir()
    (tmp_path / "Radiologists Report.xlsx").rename(source / "Radiologists Report.xlsx")
    (source / "01_MRI_Data").symlink_to(sudirman / "01_MRI_Data")
    done = convert_sudirman(source, tmp_path / "out")
    assert done.rejects.rows == [
        ("Radiologists Report.xlsx row 3", "column Patient ID: must be a whole number, got 'one'"),
        ("Radiologists Report.xlsx row 4", "column Clinician's Notes: empty"),
        ("Radiologists Report.xlsx row 5", "column Patient ID: appears twice; the first row is kept"),
    ]


def test_a_wrong_layout_is_one_line(sudirman: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["convert", "sudirman", str(tmp_path), str(tmp_path / "out")]) == 2
    assert "holds no 01_MRI_Data" in capsys.readouterr().err
    write_sudirman(tmp_path, {}, [("Patient", "Notes")])
    (tmp_path / "01_MRI_Data").symlink_to(sudirman / "01_MRI_Data")
    assert main(["convert", "sudirman", str(tmp_path), str(tmp_path / "out")]) == 2
    assert "row 1: no column 'Patient ID'; found Patient, Notes" in capsys.readouterr().err
    (tmp_path / "Radiologists Report.xlsx").write_bytes(b"PK no")
    assert main(["convert", "sudirman", str(tmp_path), str(tmp_path / "out")]) == 2
    assert "cannot be read as an Excel file" in capsys.readouterr().err


def test_the_real_notes_come_through_unchanged(real_data: Path, sudirman: Path, tmp_path: Path) -> None:
    with (real_data / "reports" / "sudirman_notes.csv").open(encoding="utf-8", newline="") as file:
        notes = {row["report_id"].removeprefix("sud-"): row["text"].strip() for row in csv.DictReader(file)}
    write_sudirman(tmp_path, {}, [HEADER, *((int(number), text) for number, text in notes.items())])
    (tmp_path / "01_MRI_Data").symlink_to(sudirman / "01_MRI_Data")
    done = convert_sudirman(tmp_path, tmp_path / "out")
    assert done.reports == len(notes) > 300
    assert reports(tmp_path / "out" / "reports.csv") == {f"sudirman-{number}": text for number, text in notes.items()}
