"""One archive with every trap that a PACS export holds, from files to volumes and one series for every purpose."""

import shutil
import tarfile
import zipfile
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from dicom_files import AXIAL, T1, T2, WrittenSeries, empty_dataset, enhanced, in_big_endian, uid
from pydicom.uid import RLELossless

from deepspine.data.dicom.archive_index import ArchiveIndex, index_archive
from deepspine.data.dicom.reading import read_series, read_stacks
from deepspine.data.dicom.selection import select_series
from deepspine.data.dicom.series import Series, Study
from deepspine.data.errors import GeometryError
from deepspine.data.geometry import Plane
from deepspine.data.rejects import Rejects
from deepspine.data.volume import Weighting

TILTS_DEG = (-8.0, 4.0, 25.0)


def tilted_slab(number: int) -> WrittenSeries:
    """Return one of the axial slabs of a study; all belong to one DICOM series."""
    angle = np.deg2rad(TILTS_DEG[number])
    row_axis, normal = (0.0, np.cos(angle), np.sin(angle)), np.array([0.0, -np.sin(angle), np.cos(angle)])
    top = np.array([-64.0, -70.0, 60.0 - 40.0 * number])
    positions = tuple(tuple(top - 4.0 * step * normal) for step in range(3))
    return WrittenSeries("one", "axial", (AXIAL[0], row_axis), positions, tags={**T2, "SeriesNumber": 4})


def write_first_study(root: Path) -> None:
    """Write T1 in a zip, T2 over two folders without suffixes and twice, axial slabs, a localizer, a screen capture."""
    paths = WrittenSeries("one", "t1", tags={**T1, "SeriesNumber": 2}).write(root / "tmp")
    with zipfile.ZipFile(root / "part1.zip", "w") as archive:
        for path in paths:
            archive.write(path, f"DICOM/{path.stem}")
        archive.writestr("../../outside", b"x")
    shutil.rmtree(root / "tmp")
    t2 = WrittenSeries("one", "t2", tags={**T2, "SeriesNumber": 3})
    t2.write(root / "A", name="IM{number}")
    (root / "B").mkdir()
    for number in (1, 4):
        (root / "A" / f"IM{number}").rename(root / "B" / f"{number}")
    shutil.copy(root / "A" / "IM0", root / "B" / "copy of IM0")
    for number in range(3):
        for path in tilted_slab(number).write(root / f"slab{number}"):
            _renumber(path, number)
    localizer = {**T2, "SeriesNumber": 1, "ImageType": ["ORIGINAL", "PRIMARY", "LOCALIZER"]}
    WrittenSeries("one", "localizer", tags=localizer).write(root / "A" / "loc")
    capture = WrittenSeries("one", "capture").dataset(0)
    capture.PhotometricInterpretation, capture.SamplesPerPixel = "RGB", 3
    capture.save_as(root / "capture.dcm", enforce_file_format=True)


def write_second_study(root: Path) -> None:
    """Write an enhanced T2, a T1 with compressed and big-endian slices, an axial with a gap, and damaged files."""
    enhanced(WrittenSeries("two", "t2"), order=[4, 2, 0, 5, 1, 3]).save_as(root / "A" / "enhanced")
    t1 = WrittenSeries("two", "t1", tags={**T1, "SeriesNumber": 2})
    for number in range(6):
        dataset = t1.dataset(number)
        if number == 2:
            dataset.compress(RLELossless, generate_instance_uid=False)
        content = in_big_endian(dataset) if number == 4 else dataset
        content.save_as(root / "A" / f"t1 {number}", enforce_file_format=True)
    positions = tuple((-64.0, -70.0 + 0.5 * step, 40.0 - 4.0 * step) for step in (0, 1, 2, 3, 5, 6, 7))
    with tarfile.open(root / "part2.tar.gz", "w:gz") as archive:
        for path in WrittenSeries("two", "axial", AXIAL, positions, tags={**T2, "SeriesNumber": 3}).write(root / "tmp"):
            archive.add(path, f"./axial/{path.name}")
    shutil.rmtree(root / "tmp")
    lost = WrittenSeries("two", "lost").dataset(0)
    del lost.ImagePositionPatient
    lost.save_as(root / "lost.dcm", enforce_file_format=True)
    whole = (root / "A" / "enhanced").read_bytes()
    (root / "truncated.dcm").write_bytes(whole[: len(whole) // 2])


def _renumber(path: Path, number: int) -> None:
    from pydicom import dcmread

    dataset = dcmread(path)
    dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = f"{dataset.SOPInstanceUID[:50]}.{number}"
    dataset.save_as(path)


@pytest.fixture(scope="module")
def messy(tmp_path_factory: pytest.TempPathFactory) -> tuple[ArchiveIndex, Rejects]:
    """Index the archive once."""
    root = tmp_path_factory.mktemp("archive")
    write_first_study(root)
    write_second_study(root)
    report = empty_dataset("1.2.840.10008.5.1.4.1.1.88.11", uid("report"))
    report.Modality = "SR"
    report.save_as(root / "A" / "SR001", enforce_file_format=True)
    (root / "DICOMDIR").write_bytes(b"damaged")
    (root / "viewer.exe").write_bytes(b"MZ")
    (root / "README").write_bytes(b"Thank you for using our PACS")
    rejects = Rejects()
    return index_archive(root, rejects=rejects), rejects


def study(messy: tuple[ArchiveIndex, Rejects], report_id: str) -> Study:
    (found,) = [one for one in messy[0].studies() if one.report_id == report_id]
    return found


def chosen(series: Series | tuple[Series, ...] | None) -> Series:
    """Return the one series that was chosen."""
    assert series is not None
    if isinstance(series, tuple):
        (series,) = series
    return series


def test_every_series_is_found_once(messy: tuple[ArchiveIndex, Rejects]) -> None:
    found = [
        (one.report_id, one.series_number, one.plane, one.weighting, one.n_slices, one.n_stacks) for one in messy[0]
    ]
    assert sorted(found) == [
        ("A-one", 1, Plane.SAGITTAL, Weighting.T2, 6, 1),
        ("A-one", 2, Plane.SAGITTAL, Weighting.T1, 6, 1),
        ("A-one", 3, Plane.SAGITTAL, Weighting.T2, 6, 1),
        ("A-one", 4, Plane.AXIAL, Weighting.T2, 9, 3),
        ("A-two", 1, Plane.SAGITTAL, Weighting.T2, 6, 1),
        ("A-two", 2, Plane.SAGITTAL, Weighting.T1, 6, 1),
        ("A-two", 3, Plane.AXIAL, Weighting.T2, 7, 2),
    ]


def test_everything_else_is_listed_with_its_reason(messy: tuple[ArchiveIndex, Rejects]) -> None:
    index, rejects = messy
    assert dict(rejects.rows) == {
        "B/copy of IM0": "duplicate: the same SOP instance as another file",
        "DICOMDIR": "a damaged DICOMDIR (InvalidDicomError); its files are found without it",
        "README": "not a DICOM file",
        "lost.dcm": "ImagePositionPatient is missing or malformed: the place in the patient is not known",
        "part1.zip/../../outside": "its name points outside of the archive file",
        "truncated.dcm": dict(rejects.rows)["truncated.dcm"],
    }
    assert "truncated" in dict(rejects.rows)["truncated.dcm"]
    assert index.passed_over == {"a colour picture (a capture of a screen or a map)": 1, "modality SR, not MR": 1}


def test_no_file_is_lost(messy: tuple[ArchiveIndex, Rejects]) -> None:
    index, rejects = messy
    used = {path for one in index for path in one.paths}
    not_candidates = Counter({"DICOMDIR": 1, "part1.zip/../../outside": 1})
    assert index.n_files == len(used) + len(rejects) - not_candidates.total() + sum(index.passed_over.values())


def test_the_series_of_the_first_study_read_right(messy: tuple[ArchiveIndex, Rejects]) -> None:
    selection = select_series(study(messy, "A-one"))
    assert list(selection.rejected.values()) == ["localizer"]
    t1, t2 = read_series(chosen(selection.sagittal_t1)), read_series(chosen(selection.sagittal_t2))
    assert t1.grid.matches(t2.grid)
    assert np.array_equal(t2.voxels, [WrittenSeries().pixels(number) for number in range(6)])
    volumes = read_stacks(chosen(selection.axial_t2))
    assert [volume.grid.shape[0] for volume in volumes] == [3, 3, 3]
    tilts = [np.rad2deg(np.arcsin(volume.grid.axes_lps[1] @ [0, 0, 1])) for volume in volumes]
    assert np.allclose(tilts, TILTS_DEG, atol=1e-3)


def test_the_series_of_the_second_study_read_right(messy: tuple[ArchiveIndex, Rejects]) -> None:
    selection = select_series(study(messy, "A-two"))
    t1, t2 = read_series(chosen(selection.sagittal_t1)), read_series(chosen(selection.sagittal_t2))
    assert np.array_equal(t1.voxels, t2.voxels)
    assert t1.grid.matches(t2.grid)
    gapped = chosen(selection.axial_t2)
    with pytest.raises(GeometryError, match="evenly spaced"):
        read_series(gapped)
    upper, lower = read_stacks(gapped)
    assert (upper.grid.shape[0], lower.grid.shape[0]) == (4, 3)
    assert np.allclose(upper.grid.affine[:3, 0], [0.0, 0.5, -4.0])
    assert np.allclose(lower.grid.lps_from_ijk((0, 0, 0)), [-64.0, -67.5, 20.0])


def test_the_selection_of_a_study_does_not_depend_on_the_order_of_its_series(
    messy: tuple[ArchiveIndex, Rejects],
) -> None:
    first = study(messy, "A-one")
    assert select_series(replace(first, series=first.series[::-1])) == select_series(first)
