"""`deepspine modic` from files to files, and every pair that cannot be mapped in one line."""

import csv
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pydicom
import pytest
import SimpleITK
from blind_network import blind_on_t2
from dicom_files import AXIAL, T1, T2, WrittenSeries
from PIL import Image
from small_phantoms import with_slices

from deepspine.cli import main
from deepspine.data.files import read_volume
from deepspine.data.levels import Level
from deepspine.data.phantom.archive import write_study
from deepspine.data.phantom.study import PhantomStudy
from deepspine.grading.modic.learned_regions import RegionModel
from deepspine.grading.modic.output import COLUMNS

Mistake = Callable[..., str]
N_SLICES = 5
"""Fewer are no series."""


@pytest.fixture(scope="module")
def phantom(three_types: PhantomStudy) -> PhantomStudy:
    """Return some slices of a study with changes."""
    return with_slices(three_types, slice(2, 2 + N_SLICES))


@pytest.fixture(scope="module")
def folder(phantom: PhantomStudy, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of its DICOM files."""
    out = tmp_path_factory.mktemp("phantom")
    write_study(phantom, out)
    return out / "archive" / "phantom-0001"


@pytest.fixture
def mistake(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Mistake:
    """Run `modic` with arguments that must fail with exit code 2; return its one line."""

    def run(*arguments: object) -> str:
        assert main(["modic", *map(str, arguments), "--out", str(tmp_path / "never")]) == 2
        lines = [line for line in capsys.readouterr().err.splitlines() if line.startswith("deepspine: ")]
        assert len(lines) == 1
        assert not (tmp_path / "never").exists()
        return lines[0]

    return run


def test_a_dicom_study_becomes_a_map_a_table_and_a_picture(
    phantom: PhantomStudy, folder: Path, shipped: RegionModel, tmp_path: Path
) -> None:
    one_network = tmp_path / "weights"
    replace(shipped, networks=shipped.networks[:1]).save(one_network)
    assert main(["modic", str(folder), "--weights", str(one_network), "--out", str(tmp_path)]) == 0
    with (tmp_path / "modic.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == COLUMNS
    assert {row["grades"] for row in rows if row["level"] == "L3-L4"} == {"type1"}
    types = SimpleITK.GetArrayFromImage(SimpleITK.ReadImage(str(tmp_path / "modic.nii.gz")))
    assert set(np.unique(types)) >= {0, 1}
    assert read_volume(tmp_path / "modic.nii.gz").grid.shape == (N_SLICES, *phantom.sagittal_t2.grid.shape[1:])
    assert (tmp_path / "modic.png").stat().st_size > 10_000


def test_a_pair_of_pictures_is_mapped_by_outliers_and_a_disc_taken_for_bone_on_t2_by_its_t1(
    phantom: PhantomStudy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_pictures(phantom, tmp_path)
    blind_on_t2(monkeypatch, phantom, Level.L3_L4)
    assert main(["modic", str(tmp_path), "--method", "statistical", "--out", str(tmp_path / "map")]) == 0
    with (tmp_path / "map" / "modic.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["grades"] for row in rows if row["level"] == "L3-L4"} == {"type1"}
    assert not any(row["volume_mm3"] for row in rows)


def test_a_folder_without_networks_and_a_method_without_them_are_mistakes(mistake: Mistake, tmp_path: Path) -> None:
    assert "Modic regions" in mistake(tmp_path, "--weights", tmp_path)
    assert "--method learned" in mistake(tmp_path, "--weights", tmp_path, "--method", "statistical")


@pytest.mark.parametrize(("left_out", "message"), [("sag_t1", "T1"), ("sag_t2", "T2")])
def test_one_contrast_alone_is_refused(
    left_out: str, message: str, folder: Path, mistake: Mistake, tmp_path: Path
) -> None:
    shutil.copytree(folder, tmp_path / "study", ignore=shutil.ignore_patterns(left_out))
    line = mistake(tmp_path / "study")
    assert "need a sagittal T1 and a sagittal T2" in line
    assert message in line


def test_a_t1_with_contrast_agent_by_its_header_is_no_t1(folder: Path, mistake: Mistake, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "study")
    for path in (tmp_path / "study" / "sag_t1").iterdir():
        dataset = pydicom.dcmread(path)
        dataset.ContrastBolusAgent = "gadolinium"
        dataset.SeriesDescription = "Sag T1 TSE +C"
        dataset.save_as(path)
    assert "need a sagittal T1 and a sagittal T2" in mistake(tmp_path / "study")


def test_a_pair_of_two_patients_is_refused_by_its_headers(mistake: Mistake, tmp_path: Path) -> None:
    for name, tags in (("one", T1), ("two", T2)):
        WrittenSeries(study=name, tags=tags).write(tmp_path / "study" / name)
    assert "2 patients" in mistake(tmp_path / "study")


def test_a_t1_of_another_orientation_is_refused(folder: Path, mistake: Mistake, tmp_path: Path) -> None:
    positions = tuple((-80.0, -100.0, 4.0 * number) for number in range(6))
    WrittenSeries(axes=AXIAL, positions=positions, tags=T1).write(tmp_path / "axial")
    line = mistake("--t1", tmp_path / "axial", "--t2", folder / "sag_t2")
    assert "must be a sagittal stack" in line


def write_pictures(phantom: PhantomStudy, folder: Path, *, head_down: bool = False) -> None:
    for name, volume in (("t1", phantom.sagittal_t1), ("t2", phantom.sagittal_t2)):
        pixels = volume.voxels[len(volume.voxels) // 2]
        grey = np.clip(pixels / np.percentile(pixels, 99.5) * 255, 0, 255).astype(np.uint8)
        Image.fromarray(grey[::-1] if head_down and name == "t1" else grey).save(folder / f"case_{name}.png")


def test_a_picture_that_stands_on_its_head_is_refused(phantom: PhantomStudy, mistake: Mistake, tmp_path: Path) -> None:
    write_pictures(phantom, tmp_path, head_down=True)
    assert "upside down" in mistake(tmp_path)


def test_volumes_of_two_patients_without_names_are_refused(
    phantom: PhantomStudy, another_patient: PhantomStudy, mistake: Mistake, tmp_path: Path
) -> None:
    """Nothing but the bones tells."""
    for path, volume in (
        (tmp_path / "t1.nii.gz", with_slices(another_patient, slice(3, 5)).sagittal_t1),
        (tmp_path / "t2.nii.gz", with_slices(phantom, slice(1, 3)).sagittal_t2),
    ):
        image = SimpleITK.GetImageFromArray(volume.voxels)
        image.SetSpacing(volume.grid.spacing_mm[::-1].tolist())
        image.SetDirection(np.array([[0, 0, 1], [1, 0, 0], [0, -1, 0]], dtype=float).ravel().tolist())
        SimpleITK.WriteImage(image, str(path))
    assert "two patients" in mistake("--t1", tmp_path / "t1.nii.gz", "--t2", tmp_path / "t2.nii.gz")
