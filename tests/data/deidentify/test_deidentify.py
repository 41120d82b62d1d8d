"""De-identified copies: the same pixels at the same place, and nothing that says whose they are."""

import csv
import json
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import numpy as np
import pydicom
import pytest
from dicom_files import WrittenSeries, enhanced, in_big_endian
from hypothesis import given
from hypothesis import strategies as st
from pydicom import dcmwrite
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, RLELossless

from deepspine.cli import main
from deepspine.data.deidentify.basic_profile import action_of, profile_rows
from deepspine.data.deidentify.leftovers import leftovers_of
from deepspine.data.deidentify.pseudonyms import Pseudonymizer
from deepspine.data.deidentify.secret import keyed, read_secret
from deepspine.data.deidentify.sequence_words import WORDS, clean_description
from deepspine.data.dicom.archive_index import ArchiveIndex, index_archive
from deepspine.data.dicom.reading import read_stacks
from deepspine.data.dicom.selection import set_aside
from deepspine.data.dicom.series import Series
from deepspine.data.dicom.weighting import SequenceParameters, guess_weighting
from deepspine.data.errors import InputError
from deepspine.data.label_table import LabelTable
from deepspine.data.rejects import Rejects

SECRET = "a secret of a test, long enough"
IDENTIFIERS = (
    "Zebediah", "Quux", "MRN-778812", "ACC-55010", "19610317", "Dr^Whistler", "Whistler", "Mercywood", "Elm Street 7",
    "20230714", "WS-OPERATOR-9", "1.3.46.670589",
)  # fmt: skip
"""What must not stand anywhere in the bytes of a copy."""


def identify(path: Path, *, study: int, patient: str = "MRN-778812") -> None:
    """Write identifiers where scanners and PACS write them, and where they should not."""
    data = pydicom.dcmread(path)
    data.PatientName, data.PatientID, data.PatientBirthDate = "Quux^Zebediah", patient, "19610317"
    data.PatientSex, data.PatientAge, data.PatientAddress = "M", "062Y", "Elm Street 7"
    data.AccessionNumber, data.StudyID = f"ACC-55010-{study}", f"S{study}"
    data.StudyDate, data.SeriesDate, data.AcquisitionDate = "20230714", "20230714", "20230714"
    data.StudyTime, data.AcquisitionDateTime = "101500", "20230714101512.5"
    data.InstitutionName, data.StationName = "Mercywood Hospital", "WS-OPERATOR-9"
    data.ReferringPhysicianName, data.OperatorsName = "Dr^Whistler", "Whistler"
    data.StudyDescription = "Spine of Mr Quux"
    data.SeriesDescription = f"{data.SeriesDescription} Quux for Dr Whistler"
    data.ImageComments = "patient Zebediah moved"
    # Tags that the profile does not name: a tired hand typed into them.
    data.Manufacturer, data.SoftwareVersions = "Scanner of Mercywood", "r5"
    data.AcquisitionContrast = "T2"
    data.ProtocolName = "LSPINE Quux"
    item = Dataset()
    item.PatientID, item.ReferencedSOPInstanceUID = patient, "1.3.46.670589.11.1"
    item.ReferencedSOPClassUID = data.SOPClassUID
    data.ReferencedImageSequence = [item]
    data.RequestAttributesSequence = [item]
    block = data.private_block(0x2005, "Philips MR Imaging DD 001", create=True)
    block.add_new(0x10, "LO", "Quux^Zebediah MRN-778812")
    data.add_new(0x60003000, "OW", b"Quux Zebediah 77")
    data.file_meta.SourceApplicationEntityTitle = "WS-OPERATOR-9"
    data.preamble = b"Zebediah" * 16
    data.save_as(path, enforce_file_format=True)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return two studies of one patient and their labels, full of identifiers, in folders named after the patient."""
    folder = tmp_path_factory.mktemp("deidentify")
    options = ["--studies", "2", "--seed", "3", "--out", str(folder / "phantom")]
    assert main(["phantom", *options]) == 0
    source = folder / "Zebediah Quux"
    (folder / "phantom" / "archive").rename(source)
    for n, study in enumerate(sorted(source.iterdir()), start=1):
        for path in study.rglob("*.dcm"):
            identify(path, study=n)
    labels = (folder / "phantom" / "truth" / "labels.csv").read_text(encoding="utf-8")
    for n in (1, 2):
        labels = labels.replace(f"phantom-{n:04d}", f"ACC-55010-{n}")
    (folder / "labels.csv").write_text(labels, encoding="utf-8")
    (folder / "secret.txt").write_text(SECRET, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def copy(archive: Path) -> Path:
    """Return the de-identified copy."""
    out = archive / "copy"
    arguments = [str(archive / "Zebediah Quux"), str(out), "--secret", str(archive / "secret.txt")]
    extra = ["--labels", str(archive / "labels.csv"), "--key-table", str(archive / "keys.csv")]
    assert main(["deidentify", *arguments, *extra]) == 0
    return out


def series_by_number(folder: Path) -> dict[tuple[str, int], Series]:
    """Return series by the number of slices in their study, which survives, and their own number."""
    index = index_archive(folder, rejects=Rejects())
    return {
        (json.dumps([one.n_slices for one in study.series]), one.series_number): one
        for study in index.studies()
        for one in study.series
    }


def test_no_identifier_stands_anywhere_in_the_bytes_or_names_of_a_copy(copy: Path) -> None:
    names = [name.encode() for name in IDENTIFIERS]
    files = [path for path in copy.rglob("*") if path.is_file()]
    assert len(files) > 50
    for path in files:
        content = path.read_bytes().lower() + str(path.relative_to(copy)).lower().encode()
        assert not [name for name in names if name.lower() in content], path


def test_pixels_and_geometry_are_identical(archive: Path, copy: Path) -> None:
    before, after = series_by_number(archive / "Zebediah Quux"), series_by_number(copy)
    assert before.keys() == after.keys()
    assert len(before) >= 4
    for key, one in before.items():
        assert (after[key].weighting, after[key].plane) == (one.weighting, one.plane)
        for old, new in zip(read_stacks(one), read_stacks(after[key]), strict=True):
            assert np.array_equal(old.voxels, new.voxels)
            assert old.grid.matches(new.grid, tolerance_mm=0.0)


def test_keys_agree_over_series_and_studies_and_runs(archive: Path, copy: Path, tmp_path: Path) -> None:
    studies = list(index_archive(copy, rejects=Rejects()).studies())
    assert len(studies) == 2
    assert len({study.patient_key for study in studies}) == 1
    assert len({study.report_id for study in studies}) == 2
    frames = {one.frame_of_reference for one in studies[0].series}
    assert len(frames) == 1, "series of one frame of reference still share it"
    arguments = [str(archive / "Zebediah Quux"), str(tmp_path), "--secret", str(archive / "secret.txt")]
    assert main(["deidentify", *arguments]) == 0
    again = {path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.rglob("*.dcm")}
    assert again == {path.relative_to(copy): path.read_bytes() for path in copy.rglob("*.dcm")}


def test_another_secret_gives_other_pseudonyms() -> None:
    one, other = Pseudonymizer(SECRET), Pseudonymizer(SECRET + "x")
    assert one.report_id("ACC-1") == Pseudonymizer(SECRET).report_id("ACC-1") != other.report_id("ACC-1")


def test_dates_are_shifted_alike_and_birth_dates_are_gone(copy: Path) -> None:
    shifted = set()
    for path in copy.rglob("*.dcm"):
        data = pydicom.dcmread(path, stop_before_pixels=True)
        shifted.add((data.StudyDate, data.StudyTime, data.SeriesDate, data.AcquisitionDate))
        assert "20230714" not in (data.StudyDate, data.SeriesDate, data.AcquisitionDate)
        assert data.PatientBirthDate == ""
        assert data.LongitudinalTemporalInformationModified == "MODIFIED"
        assert {code.CodeValue for code in data.DeidentificationMethodCodeSequence} >= {"113100", "113107"}
    assert len(shifted) == 1


def test_labels_follow_and_the_copy_builds_a_dataset_without_identifiers(
    archive: Path, copy: Path, tmp_path: Path
) -> None:
    labels = LabelTable.read(copy / "labels.csv")
    assert main(["index", str(copy), "--out", str(tmp_path / "index.parquet")]) == 0
    index = ArchiveIndex.read(tmp_path / "index.parquet")
    assert {study.report_id for study in index.studies()} == set(labels.report_ids)
    with (archive / "keys.csv").open(encoding="utf-8", newline="") as file:
        keys = {row["original"]: row["pseudonym"] for row in csv.DictReader(file)}
    levels = tmp_path / "levels"
    for n in (1, 2):
        place = levels / keys[f"ACC-55010-{n}"]
        place.mkdir(parents=True)
        truth = archive / "phantom" / "truth" / f"phantom-{n:04d}" / "levels.json"
        (place / "levels.json").write_bytes(truth.read_bytes())
    arguments = ["--index", str(tmp_path / "index.parquet"), "--labels", str(copy / "labels.csv")]
    assert main(["build", *arguments, "--levels", str(levels), "--out", str(tmp_path / "set")]) == 0
    for path in (tmp_path / "set").iterdir():
        content = path.read_bytes()
        assert not [name for name in IDENTIFIERS if name.encode() in content], path


def test_check_names_what_is_no_dicom_file_and_passes_over_what_is_empty(
    copy: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(copy, tmp_path / "mixed")
    (tmp_path / "mixed" / "EMPTY").touch()
    assert main(["check", str(tmp_path / "mixed")]) == 0
    (tmp_path / "mixed" / "VERSION").write_text("viewer of patient Zebediah\n" * 20, encoding="utf-8")
    capsys.readouterr()
    assert main(["check", str(tmp_path / "mixed")]) == 2
    assert "VERSION: could not be read: no DICOM file, so nobody knows what it says" in capsys.readouterr().out


def test_check_finds_nothing_in_the_copy_and_every_trap_in_the_original(
    archive: Path, copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", str(copy)]) == 0
    assert "no tag of the basic profile is left" in capsys.readouterr().out
    assert main(["check", str(archive / "Zebediah Quux"), "--json"]) == 2
    shown = capsys.readouterr()
    found = {one["name"] for one in json.loads(shown.out)["leftovers"]}
    assert found >= {
        "PatientName", "PatientID", "PatientBirthDate", "AccessionNumber", "StudyDate", "InstitutionName",
        "ProtocolName", "ImageComments", "StudyInstanceUID", "FrameOfReferenceUID", "SeriesDescription",
        "RequestAttributesSequence", "private or unknown",
        "SourceApplicationEntityTitle", "first 128 bytes", "PatientIdentityRemoved",
    }  # fmt: skip
    assert not [name for name in IDENTIFIERS if name in shown.out + shown.err.replace("Zebediah Quux", "")]


def minimal(**tags: object) -> Dataset:
    data = Dataset()
    data.file_meta = FileMetaDataset()
    data.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data.preamble = b"\0" * 128
    data.SOPClassUID, data.SOPInstanceUID = "1.2.840.10008.5.1.4.1.1.4", "1.2.3.4"
    data.StudyInstanceUID, data.SeriesInstanceUID = "1.2.3", "1.2.3.1"
    for keyword, value in tags.items():
        setattr(data, keyword, value)
    return data


def test_patients_without_an_id_stay_apart_and_studies_without_a_report_stay_without() -> None:
    one, other = minimal(PatientID="", AccessionNumber=""), minimal(StudyInstanceUID="1.2.9")
    for data in (one, other):
        Pseudonymizer(SECRET).deidentify(data)
        assert data.AccessionNumber == ""
    assert one.PatientID != other.PatientID


@pytest.mark.parametrize(("name", "typed"), [
    ("Mueller^Hans", "T2 MUELLER"), ("Müller^Hans", "T2 MUELLER"), ("Müller^Hans", "T2 MULLER"),
    ("José^Ana", "JOSE SPINE"),
])  # fmt: skip
def test_names_leave_code_strings_too_however_they_are_spelt(name: str, typed: str) -> None:
    data = minimal(PatientID="P", PatientName=name, SpecificCharacterSet="ISO_IR 192", Modality="MR")
    data.BodyPartExamined, data.PulseSequenceName = typed, typed.lower()
    Pseudonymizer(SECRET).deidentify(data)
    assert not data.get("BodyPartExamined")
    assert not data.get("PulseSequenceName")
    assert data.Modality == "MR"


def test_a_copy_is_not_gone_on_with_by_another_secret(
    archive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each patient would be there under two pseudonyms."""
    WrittenSeries().write(tmp_path / "src")
    copying = ["deidentify", str(tmp_path / "src"), str(tmp_path / "out"), "--secret"]
    assert main([*copying, str(archive / "secret.txt")]) == 0
    assert main([*copying, str(archive / "secret.txt")]) == 0
    assert main([*copying, str(tmp_path / "typo.txt")]) == 2
    assert "another secret" in capsys.readouterr().err


@pytest.mark.filterwarnings("ignore:Invalid value")
def test_dates_that_are_none_are_removed_and_times_without_a_date_too() -> None:
    data = minimal(PatientID="P", StudyDate="last May", SeriesTime="101010", AcquisitionDate="2023.07.14")
    Pseudonymizer(SECRET).deidentify(data)
    assert data.StudyDate == ""
    assert "SeriesTime" not in data
    assert len(data.AcquisitionDate) == 8
    assert list(leftovers_of(data)) == []


def test_pictures_of_text_are_not_copied(archive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    paths = sorted((archive / "Zebediah Quux").rglob("*.dcm"))[:4]
    changes = [
        {"SOPClassUID": "1.2.840.10008.5.1.4.1.1.7"}, {"BurnedInAnnotation": "YES"}, {"Modality": "SR"}, {},
    ]  # fmt: skip
    (tmp_path / "src").mkdir()
    for path, change in zip(paths, changes, strict=True):
        data = pydicom.dcmread(path)
        for keyword, value in change.items():
            setattr(data, keyword, value)
        data.save_as(tmp_path / "src" / path.name)
    (tmp_path / "src" / "0099.dcm").write_bytes(b"damaged")
    (tmp_path / "src" / "0100.dcm").write_bytes((tmp_path / "src" / paths[3].name).read_bytes())
    secret = ["--secret", str(archive / "secret.txt")]
    arguments = ["deidentify", str(tmp_path / "src"), str(tmp_path / "out"), *secret, "--json"]
    assert main([*arguments, "--rejects", str(tmp_path / "rejects.csv"), "--max-reject-share", "0.5"]) == 0
    summary = json.loads(capsys.readouterr().out)
    assert (summary["copied"], summary["passed_over"], summary["rejected"]) == (1, 3, 2)
    assert "duplicate" in (tmp_path / "rejects.csv").read_text(encoding="utf-8")
    assert main([*arguments, "--max-reject-share", "0"]) == 3


def test_a_file_that_cannot_be_written_again_is_listed_and_the_rest_is_copied(
    archive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One of six slices claims to be lossless JPEG and holds plain pixels."""
    paths = WrittenSeries().write(tmp_path / "src")
    content = paths[1].read_bytes()
    plain, lossless = b"1.2.840.10008.1.2.1\0", b"1.2.840.10008.1.2.4.70"
    assert content.count(plain) == 1
    place = content.index(plain)
    length = int.from_bytes(content[140:144], "little") + len(lossless) - len(plain)
    claimed = content[: place - 2] + len(lossless).to_bytes(2, "little") + lossless + content[place + len(plain) :]
    paths[1].write_bytes(claimed[:140] + length.to_bytes(4, "little") + claimed[144:])
    arguments = ["deidentify", str(tmp_path / "src"), str(tmp_path / "out"), "--secret", str(archive / "secret.txt")]
    rejects = tmp_path / "lists" / "rejects.csv"
    assert main([*arguments, "--rejects", str(rejects), "--max-reject-share", "0.2", "--json"]) == 0
    summary = json.loads(capsys.readouterr().out)
    assert (summary["copied"], summary["rejected"]) == (5, 1)
    assert rejects.read_text(encoding="utf-8").splitlines()[1].startswith("1.dcm,its pixels or elements are not")
    assert {path.suffix for path in (tmp_path / "out").rglob("*/*") if path.is_file()} == {".dcm"}


@pytest.mark.parametrize("kind", ["enhanced", "compressed", "big endian", "bare"])
def test_other_kinds_of_files_keep_pixels_and_geometry(kind: str, archive: Path, tmp_path: Path) -> None:
    """Multi-frame files, RLE, big endian and files without a header of their own."""
    series = WrittenSeries()
    (tmp_path / "src").mkdir()
    if kind == "enhanced":
        enhanced(series).save_as(tmp_path / "src" / "all.dcm")
    for number in range(0 if kind == "enhanced" else len(series.positions)):
        path = tmp_path / "src" / f"{number}.dcm"
        data = series.dataset(number)
        if kind == "compressed":
            data.compress(RLELossless)
        if kind == "big endian":
            dcmwrite(path, in_big_endian(data), enforce_file_format=True)
        elif kind == "bare":
            dcmwrite(path, Dataset(data), implicit_vr=True, little_endian=True)
        else:
            data.save_as(path)
    arguments = [str(tmp_path / "src"), str(tmp_path / "out"), "--secret", str(archive / "secret.txt")]
    assert main(["deidentify", *arguments]) == 0
    assert main(["check", str(tmp_path / "out")]) == 0
    (after,) = index_archive(tmp_path / "out", rejects=Rejects()).series
    (volume,) = read_stacks(after)
    numbers = range(len(series.positions))
    assert np.array_equal(volume.voxels, [series.pixels(number) for number in numbers])
    assert np.allclose(volume.grid.lps_from_ijk([[number, 0, 0] for number in numbers]), series.positions, atol=1e-9)
    content = b"".join(path.read_bytes() for path in (tmp_path / "out").rglob("*.dcm"))
    assert not [name for name in (b"Doe", b"Jane", b"patient of", b"A-study") if name in content]


@pytest.mark.parametrize(
    ("extra", "message"),
    [
        (["--secret", "OUT/secret.txt"], "--secret"),
        (["--secret", "SECRET", "--key-table", "OUT/keys.csv"], "--key-table"),
        (["--secret", "SHORT"], "must have 16 characters"),
    ],
)
def test_mistakes_are_one_line(
    extra: list[str], message: str, archive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "short").write_text("0000", encoding="utf-8")
    names = {"OUT": str(tmp_path / "out"), "SECRET": str(archive / "secret.txt"), "SHORT": str(tmp_path / "short")}
    words = ["/".join([names.get(word.split("/")[0], word.split("/")[0]), *word.split("/")[1:]]) for word in extra]
    assert main(["deidentify", str(archive / "Zebediah Quux"), str(tmp_path / "out"), *words]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert len(error.splitlines()) == 1


def test_folders_of_the_tables_are_made_before_the_copy(archive: Path, tmp_path: Path) -> None:
    arguments = [str(archive / "Zebediah Quux"), str(tmp_path / "out"), "--secret", str(archive / "secret.txt")]
    tables = {"--key-table": tmp_path / "a" / "keys.csv", "--labels-out": tmp_path / "b" / "c" / "labels.csv"}
    options = [str(word) for pair in tables.items() for word in pair]
    assert main(["deidentify", *arguments, "--labels", str(archive / "labels.csv"), *options]) == 0
    assert all(path.is_file() for path in tables.values())
    (tmp_path / "file").touch()
    refused = ["--key-table", str(tmp_path / "file" / "keys.csv")]
    assert main(["deidentify", arguments[0], str(tmp_path / "other"), *arguments[2:], *refused]) == 2
    assert not (tmp_path / "other").exists()


def test_a_secret_that_is_made_is_told(archive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for told in (True, False):
        arguments = [str(archive / "Zebediah Quux"), str(tmp_path / "out"), "--secret", str(tmp_path / "own.txt")]
        assert main(["deidentify", *arguments]) == 0
        assert ("made a new secret" in capsys.readouterr().err) is told


def test_a_copy_inside_its_source_is_refused(archive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = archive / "Zebediah Quux"
    assert main(["deidentify", str(source), str(source / "out"), "--secret", str(archive / "secret.txt")]) == 2
    assert "lies inside" in capsys.readouterr().err


def test_a_missing_secret_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    first = read_secret(tmp_path / "keys" / "secret.txt")
    assert read_secret(tmp_path / "keys" / "secret.txt") == first
    assert len(first) == 64
    with pytest.raises(InputError, match="no such file"):
        read_secret(tmp_path / "typo.txt", make=False)
    assert not (tmp_path / "typo.txt").exists()
    assert (tmp_path / "keys" / "secret.txt").stat().st_mode & 0o077 == 0
    with pytest.raises(InputError, match="cannot be read"):
        read_secret(tmp_path)


def test_the_table_of_the_profile_is_whole() -> None:
    """Counts and samples of PS3.15 2026c, Table E.1-1."""
    rows = profile_rows()
    assert len(rows) == 652
    assert {action for *_, action in rows} == {"X", "Z", "D", "U", "X/Z", "X/D", "X/Z/D", "X/Z/U*", "Z/D"}
    assert (action_of(0x00100020), action_of(0x00200052), action_of(0x0008103E)) == ("Z/D", "U", "X")
    assert (action_of(0x50000010), action_of(0x60004000), action_of(0x60000010), action_of(0x00280030)) == (
        "X", "X", "", "",
    )  # fmt: skip


@given(st.text())
def test_a_cleaned_description_holds_sequence_words_alone_and_is_clean_again(text: str) -> None:
    cleaned = clean_description(text)
    assert set(cleaned.split()) <= WORDS
    assert clean_description(cleaned) == cleaned


@pytest.mark.parametrize("text", [
    "T2 HWS sag", "Sag T2 Brain", "T2 sag pelvis", "T2 cor hip", "cspine T2", "C-spine T2", "T2 sacro-iliac",
    "T2 SIJ", "T2 scano", "3pl T2", "3-plane T2", "T2 sag composed", "T2 stitched", "subtraction t1", "screening T2",
    "SmartBrain", "T2 star sag", "T2* ax", "m-FFE T2", "t2 haemo", "SWI", "proton density", "T1 sag gadolinium",
    "T1 post", "T2 mDixon F", "T2 SPACE", "STIR sag", "T1 T2", "loc", "survey", "calibration", "ax mpr T2",
])  # fmt: skip
def test_a_cleaned_description_is_read_as_before(text: str) -> None:
    assert _reading_of(clean_description(f"{text} Smith 4711")) == _reading_of(text)


def _reading_of(description: str) -> tuple[object, ...]:
    series = cast("Series", SimpleNamespace(description=description, image_type=(), body_part=""))
    return set_aside(series), guess_weighting(SequenceParameters(description=description))


@given(st.text(min_size=1), st.text(min_size=1))
def test_keys_of_different_identifiers_differ(one: str, other: str) -> None:
    assert (keyed(SECRET, one) == keyed(SECRET, other)) == (one == other)
