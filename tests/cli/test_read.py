"""`deepspine read` from files to files, and every mistake in one line."""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import SimpleITK
from blind_network import blind_on_t2
from dicom_files import AXIAL, T1, T2, WrittenSeries, write_slabs
from numpy.typing import NDArray
from PIL import Image
from tiny_grader import write_tiny_grader

from deepspine.cli import main
from deepspine.data.errors import InputError
from deepspine.data.label_table import LabelTable
from deepspine.data.levels import Level
from deepspine.data.phantom.archive import write_study
from deepspine.data.phantom.options import PhantomOptions
from deepspine.data.phantom.study import PhantomStudy, generate_study
from deepspine.grading.reading_inputs import find_study

Mistake = Callable[..., str]


@pytest.fixture(scope="session")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_grader(tmp_path_factory.mktemp("weights"))


@pytest.fixture(scope="session")
def phantom() -> PhantomStudy:
    return generate_study(3, PhantomOptions(axial=False))


@pytest.fixture(scope="session")
def archive(phantom: PhantomStudy, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of one DICOM study."""
    out = tmp_path_factory.mktemp("phantom")
    write_study(phantom, out)
    return out / "archive" / "phantom-0001"


@pytest.fixture(scope="session")
def pictures(phantom: PhantomStudy, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the mid-sagittal T1 and T2 as pictures."""
    folder = tmp_path_factory.mktemp("pictures")
    for name, volume in (("t1", phantom.sagittal_t1), ("t2", phantom.sagittal_t2)):
        save_picture(volume.voxels[len(volume.voxels) // 2], folder / f"case_{name}.png")
    return folder


@pytest.fixture
def mistake(weights: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Mistake:
    """Run `read` with arguments that must fail with exit code 2; return its one line."""

    def run(*arguments: object) -> str:
        arguments = ("read", *arguments, "--weights", weights, "--out", tmp_path / "never")
        assert main([str(argument) for argument in arguments]) == 2
        lines = [line for line in capsys.readouterr().err.splitlines() if line.startswith("deepspine: ")]
        assert len(lines) == 1
        assert not (tmp_path / "never").exists()
        return lines[0]

    return run


def save_picture(pixels: NDArray[Any], path: Path) -> Path:
    gray = np.clip(pixels / np.percentile(pixels, 99.8) * 255, 0, 255)
    Image.fromarray(gray.astype(np.uint8)).save(path)
    return path


def run_read(*arguments: object) -> int:
    return main(["read", *(str(argument) for argument in arguments)])


@pytest.fixture(scope="module")
def read_archive(archive: Path, weights: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder that reading the DICOM study gave."""
    out = tmp_path_factory.mktemp("reading")
    assert run_read(archive, "--weights", weights, "--out", out) == 0
    return out


def test_a_dicom_study_becomes_grades_levels_and_a_page(read_archive: Path) -> None:
    table = LabelTable.read(read_archive / "grades.csv")
    assert {key.report_id for key in table} == {"phantom-0001"}
    levels = [level["name"] for level in json.loads((read_archive / "levels.json").read_text())["levels"]]
    assert levels[-5:] == ["L1-L2", "L2-L3", "L3-L4", "L4-L5", "L5-S1"]
    assert {key.level.value for key in table} <= set(levels)
    measured = pd.read_csv(read_archive / "measurements.csv")
    assert measured["level"].tolist() == levels
    assert measured["disc_height_middle_mm"].between(5, 18).all()
    assert measured["t1_disc_to_marrow"].notna().all()


def test_the_page_needs_no_other_file_and_names_nobody(read_archive: Path) -> None:
    page = (read_archive / "report.html").read_text()
    assert not re.search(r'(src|href)="(?!data:|#)', page)
    assert "not a medical device" in page
    assert "P0001" not in re.sub(r"data:image/png;base64,[^\"]*", "", page)
    assert page.count('alt="evidence') >= 1


def test_findings_that_no_real_data_taught_are_marked_wherever_they_stand(read_archive: Path) -> None:
    page = (read_archive / "report.html").read_text()
    rows = [row for row in re.findall(r"<tr.*?</tr>", page, re.DOTALL) if 'class="bar"' in row]
    assert len(rows) >= 20
    for row in rows:
        assert ("phantom only" in row) == ("<td>bulge</td>" not in row)
    for cell in re.findall(r'<td><a href="#.*?</tr>', page, re.DOTALL):
        before = cell.split("phantom only")[0]
        assert "canal stenosis" not in before
        assert "foraminal" not in before


def test_a_pair_of_pictures_is_read_by_name_or_by_option_alike(
    pictures: Path, weights: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_read(pictures, "--weights", weights, "--out", tmp_path / "a") == 0
    named = ("--t1", pictures / "case_t1.png", "--t2", pictures / "case_t2.png", "--report-id", "study")
    options = ("--weights", weights, "--out", tmp_path / "b", "--no-evidence", "--json")
    capsys.readouterr()
    assert run_read(*named, *options) == 0
    told = capsys.readouterr()
    assert len(json.loads(told.out)["grades"]) == len(LabelTable.read(tmp_path / "b" / "grades.csv"))
    assert (tmp_path / "a" / "grades.csv").read_text() == (tmp_path / "b" / "grades.csv").read_text()
    assert "canal stenosis" in told.err, "its part needs a volume, which is told"
    assert {key.finding for key in LabelTable.read(tmp_path / "a" / "grades.csv")} == {"bulge"}
    page = re.sub(r"data:image/png;base64,[^\"]*", "", (tmp_path / "a" / "report.html").read_text())
    assert "case" not in page, "file names may hold names"
    assert "case" not in (tmp_path / "a" / "levels.json").read_text()


def test_a_folder_of_volumes_is_the_study_that_its_files_show(phantom: PhantomStudy, tmp_path: Path) -> None:
    for name, volume in (("sag_T1.nii.gz", phantom.sagittal_t1), ("sag_T2.mha", phantom.sagittal_t2)):
        image = SimpleITK.GetImageFromArray(volume.voxels)
        image.SetOrigin(volume.grid.affine[:3, 3].tolist())
        image.SetSpacing(volume.grid.spacing_mm[::-1].tolist())
        image.SetDirection(volume.grid.axes_lps[::-1].T.ravel().tolist())
        SimpleITK.WriteImage(image, str(tmp_path / name))
    (tmp_path / "sag_T2_mask.nii.gz").write_bytes(b"not read")
    found = find_study(tmp_path)
    assert set(found.volumes) == {"sagittal_t1", "sagittal_t2"}
    (volume,) = found.volumes["sagittal_t2"]
    assert np.allclose(volume.voxels, phantom.sagittal_t2.voxels)
    assert volume.grid.matches(phantom.sagittal_t2.grid, tolerance_mm=1e-2)
    assert not found.is_picture


def test_an_axial_t1_is_left_out_with_a_warning(phantom: PhantomStudy, tmp_path: Path) -> None:
    for name, direction in (("sag_T2.nii.gz", phantom.sagittal_t2.grid.axes_lps[::-1].T), ("ax_T1.nii.gz", np.eye(3))):
        image = SimpleITK.GetImageFromArray(phantom.sagittal_t2.voxels)
        image.SetSpacing(phantom.sagittal_t2.grid.spacing_mm[::-1].tolist())
        image.SetDirection(direction.ravel().tolist())
        SimpleITK.WriteImage(image, str(tmp_path / name))
    found = find_study(tmp_path)
    assert set(found.volumes) == {"sagittal_t2"}
    assert found.warnings == ("axial T1 was left out: axial slices are read on T2",)


def test_a_series_that_misses_a_slice_and_damaged_files_are_told(archive: Path, tmp_path: Path) -> None:
    shutil.copytree(archive, tmp_path / "study")
    series = next(folder for folder in (tmp_path / "study").rglob("sag_t2"))
    missing, damaged = sorted(series.iterdir())[5:7]
    missing.unlink()
    damaged.write_bytes(damaged.read_bytes()[:300])
    found = find_study(tmp_path / "study")
    assert set(found.volumes) == {"sagittal_t1"}
    left_out, files = found.warnings
    assert re.fullmatch(r"sagittal T2 \(series 3\) was left out: .*2 stacks, not one; a slice may be missing", left_out)
    assert re.match("1 files were left out: .*see `deepspine index`", files)


@pytest.mark.parametrize("kind", ["zip", "tar", "gztar", "bztar", "xztar"])
def test_an_archive_file_of_any_kind_is_a_study(kind: str, archive: Path, tmp_path: Path) -> None:
    file = shutil.make_archive(str(tmp_path / "study"), kind, archive)
    assert set(find_study(Path(file)).volumes) == {"sagittal_t1", "sagittal_t2"}


def test_a_dicom_file_called_after_its_uid_is_looked_at_as_dicom(mistake: Mistake, tmp_path: Path) -> None:
    WrittenSeries(axes=AXIAL, positions=((0.0, 0.0, 0.0),)).write(tmp_path / "series")
    file = next((tmp_path / "series").iterdir()).rename(tmp_path / "1.2.840.17")
    assert "no sagittal T1 or T2 series" in mistake(file)


def test_an_axial_series_of_several_slabs_is_read_as_its_stacks(tmp_path: Path) -> None:
    WrittenSeries().write(tmp_path / "sag_t2")
    write_slabs(tmp_path / "ax_t2")
    found = find_study(None, t2=tmp_path / "sag_t2", axial_t2=tmp_path / "ax_t2")
    assert [len(stack.voxels) for stack in found.volumes["axial_t2"]] == [3, 3]


def test_a_stray_picture_does_not_stand_for_a_dicom_study(tmp_path: Path) -> None:
    for name, tags in (("T1", T1), ("T2", T2)):
        WrittenSeries(name=name, tags=tags, pixel_mm=(3.0, 3.0)).write(tmp_path / name)
    save_picture(np.arange(64.0).reshape(8, 8), tmp_path / "screenshot_t2.png")
    assert set(find_study(tmp_path).volumes) == {"sagittal_t1", "sagittal_t2"}


def test_without_weights_one_line_says_which_option_to_give(
    pictures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deepspine.grading.weights.SHIPPED", tmp_path / "none")
    assert run_read(pictures, "--out", tmp_path / "out") == 2
    assert "--weights" in capsys.readouterr().err


def test_a_study_without_sagittal_series_is_refused(mistake: Mistake, tmp_path: Path) -> None:
    WrittenSeries(axes=AXIAL, positions=tuple((0.0, 0.0, 4.0 * n) for n in range(6))).write(tmp_path / "study")
    assert "no sagittal T1 or T2 series" in mistake(tmp_path / "study")


def test_two_patients_in_a_folder_are_refused(mistake: Mistake, tmp_path: Path) -> None:
    for study in ("one", "two"):
        WrittenSeries(study=study).write(tmp_path / "archive" / study)
    line = mistake(tmp_path / "archive")
    assert "2 patients" in line
    assert "patient of" not in line


def test_two_studies_of_a_patient_are_refused(mistake: Mistake, tmp_path: Path) -> None:
    for study in ("one", "two"):
        WrittenSeries(study=study, tags={**T1, "PatientID": "same"}).write(tmp_path / "archive" / study)
    assert "2 studies of one patient" in mistake(tmp_path / "archive")


def test_pictures_of_two_sizes_are_refused(mistake: Mistake, pictures: Path, tmp_path: Path) -> None:
    smaller = save_picture(np.random.default_rng(0).random((200, 180)), tmp_path / "case_t1.png")
    line = mistake("--t1", smaller, "--t2", pictures / "case_t2.png")
    assert "180 x 200" in line
    assert "one size" in line


def test_pictures_named_after_two_patients_are_refused(mistake: Mistake, pictures: Path, tmp_path: Path) -> None:
    other = tmp_path / "other_t1.png"
    other.write_bytes((pictures / "case_t1.png").read_bytes())
    assert "names of two patients" in mistake("--t1", other, "--t2", pictures / "case_t2.png")


def test_a_folder_with_pictures_of_two_patients_is_refused(mistake: Mistake, pictures: Path, tmp_path: Path) -> None:
    for name in ("anna_t2.png", "bert_t2.png"):
        (tmp_path / name).write_bytes((pictures / "case_t2.png").read_bytes())
    assert "two files are sagittal T2" in mistake(tmp_path)


def test_pictures_of_two_spines_are_refused(mistake: Mistake, pictures: Path, tmp_path: Path) -> None:
    """Without names that tell: by where the discs lie."""
    moved = np.roll(np.array(Image.open(pictures / "case_t1.png")), 25, axis=0)
    assert "mm apart" in mistake("--t1", save_picture(moved, tmp_path / "a.png"), "--t2", pictures / "case_t2.png")


@pytest.mark.parametrize("verb", ["read", "modic"])
def test_exchanged_pictures_are_refused(
    verb: str, pictures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    exchanged = ["--t1", str(pictures / "case_t2.png"), "--t2", str(pictures / "case_t1.png")]
    assert main([verb, *exchanged, "--out", str(tmp_path / "never")]) == 2
    assert "look exchanged" in capsys.readouterr().err
    assert not (tmp_path / "never").exists()


def test_a_disc_taken_for_bone_on_t2_is_found_by_its_t1(
    phantom: PhantomStudy, pictures: Path, weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blind_on_t2(monkeypatch, phantom, Level.L3_L4)
    t1, t2, options = pictures / "case_t1.png", pictures / "case_t2.png", ("--weights", weights, "--no-evidence")
    assert run_read("--t2", t2, *options, "--out", tmp_path / "alone") == 0
    assert run_read("--t1", t1, "--t2", t2, *options, "--out", tmp_path / "pair") == 0
    alone, pair = (json.loads((tmp_path / name / "levels.json").read_text()) for name in ("alone", "pair"))
    assert "L3-L4" not in {level["name"] for level in alone["levels"]}
    assert [level["name"] for level in pair["levels"]][-5:] == ["L1-L2", "L2-L3", "L3-L4", "L4-L5", "L5-S1"]


def test_a_patient_who_moved_a_little_is_read_with_a_warning(
    phantom: PhantomStudy, pictures: Path, weights: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    moved = np.roll(np.array(Image.open(pictures / "case_t1.png")), round(5 / phantom.plan.pixel_mm), axis=0)
    t1 = save_picture(moved, tmp_path / "a.png")
    options = ("--weights", weights, "--no-evidence", "--out", tmp_path / "out")
    assert run_read("--t1", t1, "--t2", pictures / "case_t2.png", *options) == 0
    assert "T1 and T2 do not show the spine in one place" in capsys.readouterr().err


def test_a_spine_without_its_lumbosacral_junction_asks_for_the_lowest_level(
    mistake: Mistake, phantom: PhantomStudy, tmp_path: Path
) -> None:
    volume = phantom.sagittal_t2
    lowest = phantom.frames[-1].center_lps
    row = int(volume.grid.ijk_from_lps(lowest)[1] - 15 / volume.spacing_mm[1])
    picture = save_picture(volume.voxels[len(volume.voxels) // 2, :row], tmp_path / "cut_t2.png")
    assert "--lowest" in mistake(picture, "--spacing-mm", volume.spacing_mm[1])


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("notes_t2.txt", b"text", "no DICOM files|suffix"),
        ("report.pdf", b"text", "has the suffix '.pdf'"),
        ("broken_t2.png", b"\x89PNG not a picture", "cannot be read as a picture"),
        ("empty_t2.nii.gz", b"", "is empty"),
    ],
)
def test_a_file_that_is_no_image_is_named(
    name: str, content: bytes, message: str, mistake: Mistake, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(content)
    line = mistake(tmp_path / name)
    assert name in line
    assert re.search(message, line)


def test_a_picture_whose_contrast_nobody_says_is_refused(mistake: Mistake, pictures: Path, tmp_path: Path) -> None:
    (tmp_path / "spine.png").write_bytes((pictures / "case_t2.png").read_bytes())
    assert "--t1 or --t2" in mistake(tmp_path / "spine.png")


def test_t1_and_t2_swapped_against_their_headers_are_refused(mistake: Mistake, archive: Path) -> None:
    line = mistake("--t1", archive / "sag_t2", "--t2", archive / "sag_t1")
    assert "was given for T1, but its header says T2" in line


def test_a_stir_serves_as_t2_and_not_as_t1(tmp_path: Path) -> None:
    WrittenSeries(tags={**T1, "InversionTime": 150.0}).write(tmp_path / "stir")
    assert find_study(None, t2=tmp_path / "stir").volumes["sagittal_t2"][0].weighting == "T2"
    with pytest.raises(InputError, match="given for T1, but its header says STIR"):
        find_study(None, t1=tmp_path / "stir")


def test_neither_study_nor_files_and_both_at_once_are_refused(mistake: Mistake, pictures: Path) -> None:
    assert "either a STUDY or its files" in mistake()
    assert "either a STUDY or its files" in mistake(pictures, "--t2", pictures / "case_t2.png")


def test_missing_files_and_axial_pictures_are_named(mistake: Mistake, pictures: Path) -> None:
    assert "nowhere" in mistake("nowhere")
    assert "nothing.png" in mistake("--t2", "nothing.png")
    line = mistake("--t2", pictures / "case_t2.png", "--axial-t2", pictures / "case_t1.png")
    assert "axial picture has no place" in line


def test_a_picture_and_a_volume_are_not_mixed(
    mistake: Mistake, phantom: PhantomStudy, pictures: Path, tmp_path: Path
) -> None:
    image = SimpleITK.GetImageFromArray(phantom.sagittal_t1.voxels)
    image.SetSpacing(phantom.sagittal_t1.grid.spacing_mm[::-1].tolist())
    image.SetDirection(phantom.sagittal_t1.grid.axes_lps[::-1].T.ravel().tolist())
    SimpleITK.WriteImage(image, str(tmp_path / "t1.mha"))
    assert "cannot be read together" in mistake("--t1", tmp_path / "t1.mha", "--t2", pictures / "case_t2.png")


@pytest.mark.slow
def test_a_real_pair_is_read(real_data: Path, weights: Path, tmp_path: Path) -> None:
    folder = real_data / "sudirman" / "images"
    patient = sorted(
        path.name[:4] for path in folder.glob("*_t2.png") if (folder / f"{path.name[:4]}_t1.png").is_file()
    )[7]
    named = ("--t1", folder / f"{patient}_t1.png", "--t2", folder / f"{patient}_t2.png")
    assert run_read(*named, "--weights", weights, "--out", tmp_path) == 0
    assert len({key.level for key in LabelTable.read(tmp_path / "grades.csv")}) >= 5
