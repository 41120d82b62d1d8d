"""RSNA 2024 as published becomes a dataset: Normal/Mild is a set, names and places of discs come from coordinates."""

import csv
import json
import shutil
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from dicom_files import WrittenSeries
from published_layouts import phantom_study, write_rsna, write_table

from deepspine.cli import main
from deepspine.data.convert.rsna2024 import LEVEL_NAMES, TARGETS, convert_rsna2024
from deepspine.data.dataset.shards import stored_samples
from deepspine.data.dataset.studies import read_frames
from deepspine.data.dicom.archive_index import ArchiveIndex
from deepspine.data.findings import Side
from deepspine.data.label_table import LabelTable
from deepspine.data.levels import Level
from deepspine.data.phantom.study import PhantomStudy

COORDINATES = ("study_id", "series_id", "instance_number", "condition", "level", "x", "y")
STUDY = 4003253


def point(study: PhantomStudy, series: int, name: str, *, behind_mm: float, left_mm: float = 0.0) -> dict[str, object]:
    """Return a coordinate row for a point behind and beside a disc, on the sagittal picture nearest to it."""
    frame = next(frame for frame in study.frames if frame.level is LEVEL_NAMES[name])
    grid = study.sagittal.t2.grid
    slice_, row, column = grid.ijk_from_lps(frame.center_lps + np.array([left_mm, behind_mm, 0.0]) @ frame.axes_lps)
    return {
        "study_id": STUDY,
        "series_id": series,
        "instance_number": round(slice_) + 1,
        "level": name,
        "x": column,
        "y": row,
    }


def coordinate_rows(study: PhantomStudy, series: Mapping[tuple[int, str], int]) -> list[dict[str, object]]:
    t1, t2 = series[STUDY, "Sagittal T1"], series[STUDY, "Sagittal T2/STIR"]
    rows = []
    for name in LEVEL_NAMES:
        # The canal of L3/L4 was not set: its foramina must do.
        if name != "L3/L4":
            rows.append(point(study, t2, name, behind_mm=25.0) | {"condition": "Spinal Canal Stenosis"})
        for side, left_mm in (("Left", 16.0), ("Right", -16.0)):
            condition = {"condition": f"{side} Neural Foraminal Narrowing"}
            rows.append(point(study, t1, name, behind_mm=20.0, left_mm=left_mm) | condition)
    return rows


@pytest.fixture(scope="module")
def study() -> PhantomStudy:
    return phantom_study(7, axial=True)


@pytest.fixture(scope="module")
def rsna(tmp_path_factory: pytest.TempPathFactory, study: PhantomStudy) -> Path:
    """Return a sound RSNA 2024 of one phantom study."""
    folder = tmp_path_factory.mktemp("rsna")
    series = write_rsna(folder, {STUDY: study})
    labels = {target.column: "Normal/Mild" for target in TARGETS}
    labels |= {"spinal_canal_stenosis_l4_l5": "Severe", "left_subarticular_stenosis_l5_s1": "Moderate"}
    labels |= {"right_neural_foraminal_narrowing_l1_l2": ""}
    write_table(folder / "train.csv", ("study_id", *(t.column for t in TARGETS)), [{"study_id": STUDY} | labels])
    write_table(folder / "train_label_coordinates.csv", COORDINATES, coordinate_rows(study, series))
    return folder


@pytest.fixture
def damaged(rsna: Path, tmp_path: Path) -> Path:
    """Return a copy of the sound one, pictures linked, whose tables a test may spoil."""
    (tmp_path / "train_images").symlink_to(rsna / "train_images")
    for path in rsna.glob("*.csv"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    return tmp_path


def spoil(path: Path, row: int, **changes: object) -> None:
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    rows[row] |= {name: str(value) for name, value in changes.items()}
    write_table(path, list(rows[0]), rows)


def test_normal_or_mild_is_a_set_and_an_empty_cell_no_label(rsna: Path, tmp_path: Path) -> None:
    done = convert_rsna2024(rsna, tmp_path)
    assert (done.studies, done.located, len(done.rejects)) == (1, 1, 0)
    labels = {key[1:]: str(grades) for key, grades in LabelTable.read(tmp_path / "labels.csv").items()}
    assert len(labels) == 24
    assert labels[Level.L4_L5, "canal_stenosis", Side.MIDLINE] == "severe"
    assert labels[Level.L5_S1, "subarticular_stenosis", Side.LEFT] == "moderate"
    assert labels[Level.L5_S1, "subarticular_stenosis", Side.RIGHT] == "none|mild"
    assert (Level.L1_L2, "foraminal_stenosis", Side.RIGHT) not in labels


def test_series_are_what_the_table_says_where_headers_are_silent(rsna: Path, tmp_path: Path) -> None:
    convert_rsna2024(rsna, tmp_path)
    series = ArchiveIndex.read(tmp_path / "index.parquet").series
    assert {(one.description, one.weighting.value, one.plane.value) for one in series} == {
        ("Sagittal T1", "T1", "sagittal"),
        ("Sagittal T2/STIR", "T2", "sagittal"),
        ("Axial T2", "T2", "axial"),
    }
    assert {(one.study_key, one.patient_key, one.report_id) for one in series} == {(f"rsna-{STUDY}",) * 3}


def test_frames_from_points_lie_near_the_discs(rsna: Path, study: PhantomStudy, tmp_path: Path) -> None:
    convert_rsna2024(rsna, tmp_path)
    truth = {frame.level: frame for frame in study.frames}
    found = read_frames(tmp_path / "levels" / f"rsna-{STUDY}" / "levels.json")
    assert [frame.level for frame in found] == list(LEVEL_NAMES.values())
    for frame in found:
        own = truth[frame.level]
        assert np.linalg.norm(frame.center_lps - own.center_lps) < 8.0, frame.level
        assert (np.diag(frame.axes_lps @ own.axes_lps.T) > np.cos(np.radians(20))).all(), frame.level


def test_a_converted_rsna_is_built_and_checked(rsna: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["convert", "rsna2024", str(rsna), str(tmp_path / "out"), "--json"]) == 0
    command = json.loads(capsys.readouterr().out)["next"][-1].split()[1:]
    assert main([*command[:-1], str(tmp_path / "set")]) == 0
    assert main(["check", str(tmp_path / "set")]) == 0
    samples = {one.level: one for one in (stored.read() for stored in stored_samples(tmp_path / "set"))}
    assert list(samples) == list(LEVEL_NAMES.values())
    assert samples[Level.L4_L5].presence == (True, True, True)
    assert str(samples[Level.L4_L5].labels["canal_stenosis", Side.MIDLINE]) == "severe"
    for sample in samples.values():
        middle = sample.crops["sagittal_t2"][4]
        assert np.nanmean(middle[24:40, 48:62]) > np.nanmean(middle[28:36, 15:30]) + 0.3, "the canal is behind the disc"


@pytest.mark.parametrize(
    ("table", "changes", "place", "reason"),
    [
        ("train.csv", {"spinal_canal_stenosis_l1_l2": "Mild"}, "row 2", "column spinal_canal_stenosis_l1_l2: must be"),
        ("train.csv", {"study_id": 7}, "row 2", "column study_id: no pictures in train_images/7"),
        ("train_label_coordinates.csv", {"level": "L6/S1"}, "row 2", "column level: must be one of L1/L2"),
        ("train_label_coordinates.csv", {"condition": "Stenosis"}, "row 2", "column condition: must be one of"),
        ("train_label_coordinates.csv", {"instance_number": 99}, "row 2", "column instance_number: no file"),
        ("train_label_coordinates.csv", {"x": "left"}, "row 2", "column x: must be a number"),
        ("train_label_coordinates.csv", {"y": -3}, "row 2", "column y: must lie in the picture"),
        (
            "train_series_descriptions.csv",
            {"series_description": "Coronal"},
            "row 2",
            "column series_description: must",
        ),
    ],
)
def test_a_bad_row_is_listed_and_the_rest_is_converted(
    table: str, changes: dict[str, object], place: str, reason: str, damaged: Path, tmp_path: Path
) -> None:
    spoil(damaged / table, 0, **changes)
    done = convert_rsna2024(damaged, tmp_path / "out")
    assert done.rejects.rows[0][0] == f"{table} {place}"
    assert done.rejects.rows[0][1].startswith(reason)
    assert done.located == 1


@pytest.mark.parametrize("place", ["stray.dcm", f"{STUDY}/stray.dcm"])
def test_a_file_outside_of_the_folders_of_series_is_listed(place: str, rsna: Path, tmp_path: Path) -> None:
    shutil.copytree(rsna, tmp_path / "source")
    WrittenSeries(study="stray", positions=((0.0, 0.0, 0.0),)).write(tmp_path / "stray")
    (tmp_path / "stray" / "0.dcm").rename(tmp_path / "source" / "train_images" / place)
    done = convert_rsna2024(tmp_path / "source", tmp_path / "out")
    assert done.rejects.rows == [(f"train_images/{place}", "lies outside of the folders STUDY/SERIES")]
    assert (done.studies, done.located) == (1, 1)


def test_a_study_with_too_few_points_is_listed(damaged: Path, tmp_path: Path) -> None:
    path = damaged / "train_label_coordinates.csv"
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:2]))
    done = convert_rsna2024(damaged, tmp_path / "out")
    assert done.located == 0
    assert done.rejects.rows == [
        (f"train_label_coordinates.csv study {STUDY}", "too few points of canal or foramina to place its discs")
    ]


def test_a_wrong_layout_is_one_line(damaged: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spoiled = (damaged / "train.csv").read_text().replace("spinal_canal_stenosis_l1_l2", "canal_l1_l2")
    (damaged / "train.csv").write_text(spoiled)
    assert main(["convert", "rsna2024", str(damaged), str(tmp_path / "out")]) == 2
    assert "train.csv: row 1: no column 'spinal_canal_stenosis_l1_l2'" in capsys.readouterr().err
    (damaged / "train.csv").unlink()
    assert main(["convert", "rsna2024", str(damaged), str(tmp_path / "out")]) == 2
    assert "holds no train.csv" in capsys.readouterr().err


def test_too_many_rejects_are_exit_code_3(damaged: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spoil(damaged / "train_label_coordinates.csv", 0, level="?")
    assert main(["convert", "rsna2024", str(damaged), str(tmp_path / "out"), "--max-reject-share", "0"]) == 3
    assert "rejects.csv" in capsys.readouterr().err
