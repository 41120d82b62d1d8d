"""The archive on disk: layout, DICOM tags, truth, and that the same options give the same bytes."""

import hashlib
import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pydicom
import pytest
import SimpleITK as sitk  # noqa: N813 - its usual name

from deepspine.cli import main
from deepspine.data.errors import ConfigError, InputError
from deepspine.data.frames import LevelFrame
from deepspine.data.label_table import LabelTable
from deepspine.data.phantom.archive import write_archive
from deepspine.data.phantom.options import PhantomOptions

SMALL = PhantomOptions(studies=2, seed=5, repeat_patients=1.0)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two studies of one patient, written by one process."""
    out = tmp_path_factory.mktemp("phantom")
    write_archive(SMALL, out)
    return out


def digests(out: Path) -> dict[str, str]:
    return {
        str(path.relative_to(out)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(out.rglob("*"))
        if path.is_file()
    }


def test_every_study_has_series_reports_and_truth(archive: Path) -> None:
    assert [p.name for p in sorted((archive / "archive").iterdir())] == ["phantom-0001", "phantom-0002"]
    for study in (archive / "archive").iterdir():
        assert {p.name for p in study.iterdir()} == {"sag_t1", "sag_t2", "ax_t2"}
        truth = archive / "truth" / study.name
        assert {"levels.json", "mask.nii.gz", "vertebrae.nii.gz"} <= {p.name for p in truth.iterdir()}
    labels = LabelTable.read(archive / "truth" / "labels.csv")
    assert labels.report_ids == ["phantom-0001", "phantom-0002"]
    assert all(grades.is_definite for grades in labels.values())
    assert len(LabelTable.read(archive / "truth" / "text_labels.csv")) > 0


def test_any_number_of_workers_gives_the_same_bytes(archive: Path, tmp_path: Path) -> None:
    write_archive(SMALL, tmp_path, workers=2)
    assert digests(tmp_path) == digests(archive)


def test_a_second_run_makes_only_what_is_missing(archive: Path) -> None:
    before = digests(archive)
    kept = archive / "archive" / "phantom-0001" / "sag_t1" / "0001.dcm"
    written = kept.stat().st_mtime_ns
    (archive / "truth" / "phantom-0002" / "study.json").unlink()
    write_archive(SMALL, archive)
    assert kept.stat().st_mtime_ns == written
    assert digests(archive) == before


def test_a_folder_with_an_archive_of_other_options_is_refused(archive: Path) -> None:
    with pytest.raises(ConfigError, match="seed"):
        write_archive(PhantomOptions(studies=2, seed=6, repeat_patients=1.0), archive)


def test_a_folder_that_holds_more_studies_is_refused(archive: Path) -> None:
    before = digests(archive)
    with pytest.raises(ConfigError, match="holds 2 studies, more than the 1"):
        write_archive(replace(SMALL, studies=1), archive)
    assert digests(archive) == before


@pytest.mark.parametrize(("record", "error", "told"), [
    ({"options": {"contrast": 1.0}}, ConfigError, "contrast"),
    ({"options": []}, InputError, "no record"),
    ({}, InputError, "no record"),
])  # fmt: skip
def test_a_record_that_is_not_understood_is_refused(
    tmp_path: Path, record: object, error: type[Exception], told: str
) -> None:
    (tmp_path / "phantom.json").write_text(json.dumps(record))
    with pytest.raises(error, match=told):
        write_archive(SMALL, tmp_path)


def test_an_archive_that_does_not_know_an_option_has_its_default(archive: Path, tmp_path: Path) -> None:
    shutil.copytree(archive, tmp_path / "earlier")
    noted = tmp_path / "earlier" / "phantom.json"
    options = json.loads(noted.read_text())["options"]
    del options["motion"]
    noted.write_text(json.dumps({"options": options}))
    write_archive(SMALL, tmp_path / "earlier")
    with pytest.raises(ConfigError, match="motion"):
        write_archive(replace(SMALL, motion=0.5), tmp_path / "earlier")


def test_an_output_that_is_a_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "taken"
    path.write_text("x")
    with pytest.raises(InputError, match="folder"):
        write_archive(SMALL, path)


@pytest.mark.parametrize(
    "name", ["label_noise", "omission", "scoliosis", "transitional", "cut_field_of_view", "motion"]
)
def test_a_share_outside_zero_to_one_is_refused(name: str) -> None:
    with pytest.raises(ConfigError, match=name):
        PhantomOptions(**{name: 1.5})


def test_two_studies_of_one_patient_share_the_patient_but_no_uid(archive: Path) -> None:
    first, second = (pydicom.dcmread(archive / "archive" / f"phantom-000{n}" / "sag_t2" / "0001.dcm") for n in (1, 2))
    assert first.PatientID == second.PatientID
    for tag in ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID", "FrameOfReferenceUID", "AccessionNumber"):
        assert getattr(first, tag) != getattr(second, tag)


def test_series_of_a_study_share_study_and_frame_of_reference(archive: Path) -> None:
    files = [pydicom.dcmread(p) for p in sorted((archive / "archive" / "phantom-0001").rglob("0001.dcm"))]
    assert len(files) == 3
    assert len({f.StudyInstanceUID for f in files}) == len({f.FrameOfReferenceUID for f in files}) == 1
    assert len({f.SeriesInstanceUID for f in files}) == 3
    assert {str(f.file_meta.TransferSyntaxUID) for f in files} == {"1.2.840.10008.1.2.1"}


def test_masks_lie_where_the_levels_say(archive: Path) -> None:
    for truth in sorted((archive / "truth").glob("phantom-*")):
        mask = sitk.ReadImage(str(truth / "mask.nii.gz"))
        bodies = sitk.ReadImage(str(truth / "vertebrae.nii.gz"))
        known = json.loads((truth / "levels.json").read_text())
        for values in known["levels"]:
            frame = LevelFrame.from_json(values)
            assert mask[mask.TransformPhysicalPointToIndex(frame.center_lps.tolist())] == 3, frame.level
        named = {values["name"]: values["center_lps"] for values in known["vertebrae"]}
        for number, name in enumerate(("L5", "L4", "L3"), start=1):
            assert bodies[bodies.TransformPhysicalPointToIndex(named[name])] == number
        assert mask[mask.TransformPhysicalPointToIndex(named["S1"])] == 5


def test_dicom_geometry_and_truth_share_one_space(archive: Path) -> None:
    folder = archive / "archive" / "phantom-0001" / "sag_t2"
    slices = [pydicom.dcmread(path) for path in sorted(folder.iterdir())]
    mask = sitk.ReadImage(str(archive / "truth" / "phantom-0001" / "mask.nii.gz"))
    corner = np.array(slices[3].ImagePositionPatient, dtype=float)
    index = mask.TransformPhysicalPointToContinuousIndex(corner.tolist())
    assert np.allclose(index[:2], 0, atol=1e-2)
    assert abs(index[2] - round(index[2])) < 1e-2


def test_the_verb_writes_an_archive_and_prints_where(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "made"
    assert main(["phantom", "--studies", "1", "--seed", "3", "--no-axial", "--out", str(out), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["studies"] == 1
    assert {p.name for p in (out / "archive" / "phantom-0001").iterdir()} == {"sag_t1", "sag_t2"}


def test_the_verb_refuses_a_share_that_is_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["phantom", "--studies", "1", "--omission", "2", "--out", str(tmp_path)]) == 2
    assert "omission" in capsys.readouterr().err


def test_files_of_others_are_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "reports.csv").write_text("report_id,text\nmine,L4-5: bulge.\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"holds reports\.csv, and no phantom archive"):
        write_archive(PhantomOptions(studies=1), tmp_path)
    assert "mine" in (tmp_path / "reports.csv").read_text(encoding="utf-8")
