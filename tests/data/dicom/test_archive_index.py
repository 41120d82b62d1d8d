"""The index of an archive tells what is there and, row by row, what is not."""

import gc
import tracemalloc
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from dicom_files import AXIAL, T1, T2, WrittenSeries, enhanced
from pydicom import Dataset

from deepspine.data.dicom.archive_index import ArchiveIndex, index_archive
from deepspine.data.dicom.reading import read_series
from deepspine.data.dicom.selection import select_series
from deepspine.data.errors import DeepspineError, InputError
from deepspine.data.geometry import Plane
from deepspine.data.rejects import Rejects
from deepspine.data.volume import Weighting

AXIAL_POSITIONS = tuple((-80.0, -80.0, 4.0 * number) for number in range(5))


def indexed(root: Path, workers: int = 1) -> tuple[ArchiveIndex, Rejects]:
    rejects = Rejects()
    return index_archive(root, workers=workers, rejects=rejects), rejects


def write_study(folder: Path, study: str) -> None:
    """Write a complete study: sagittal T1 and T2, axial T2."""
    WrittenSeries(study, "t1", tags={**T1, "SeriesNumber": 1}).write(folder / "t1")
    WrittenSeries(study, "t2", tags={**T2, "SeriesNumber": 2}).write(folder / "t2")
    WrittenSeries(study, "axial", AXIAL, AXIAL_POSITIONS, tags={**T2, "SeriesNumber": 3}).write(folder / "axial")


def test_a_study_is_three_series_with_plane_weighting_and_spacing(tmp_path: Path) -> None:
    write_study(tmp_path, "study")
    found, rejects = indexed(tmp_path)
    assert [(one.plane, one.weighting, one.n_slices) for one in found.series] == [
        (Plane.SAGITTAL, Weighting.T1, 6),
        (Plane.SAGITTAL, Weighting.T2, 6),
        (Plane.AXIAL, Weighting.T2, 5),
    ]
    assert all(one.spacing_mm == pytest.approx((4.0, 2.5, 2.0)) for one in found.series)
    assert {one.report_id for one in found.series} == {"A-study"}
    assert len(rejects) == 0


def test_an_index_survives_the_disk_byte_for_byte(tmp_path: Path) -> None:
    write_study(tmp_path / "archive", "study")
    found, _ = indexed(tmp_path / "archive")
    found.write(tmp_path / "index.parquet")
    again = ArchiveIndex.read(tmp_path / "index.parquet")
    assert again.series == found.series
    again.write(tmp_path / "again.parquet")
    assert (tmp_path / "again.parquet").read_bytes() == (tmp_path / "index.parquet").read_bytes()


def test_an_archive_that_has_moved_is_found_by_its_new_root(tmp_path: Path) -> None:
    write_study(tmp_path / "archive", "study")
    found, _ = indexed(tmp_path / "archive")
    found.write(tmp_path / "index.parquet")
    (tmp_path / "archive").rename(tmp_path / "moved")
    again = ArchiveIndex.read(tmp_path / "index.parquet", root=tmp_path / "moved")
    assert all(path.is_file() for one in again.series for path in one.paths)


def test_an_index_of_a_relative_path_is_found_from_any_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_study(tmp_path / "archive", "study")
    (tmp_path / "elsewhere").mkdir()
    for folder, root in ((tmp_path, "archive"), (tmp_path / "archive", "."), (tmp_path / "elsewhere", "../archive")):
        monkeypatch.chdir(folder)
        found, _ = indexed(Path(root))
        found.write(tmp_path / "index.parquet")
        monkeypatch.chdir(tmp_path / "elsewhere")
        again = ArchiveIndex.read(Path("../index.parquet"))
        assert read_series(again.series[0]).voxels.shape == (6, 80, 64)


def test_a_new_root_must_be_a_folder(tmp_path: Path) -> None:
    write_study(tmp_path / "archive", "study")
    indexed(tmp_path / "archive")[0].write(tmp_path / "index.parquet")
    with pytest.raises(InputError, match=r"no folder .*nowhere"):
        ArchiveIndex.read(tmp_path / "index.parquet", root=tmp_path / "nowhere")


def test_any_number_of_workers_gives_the_same_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deepspine.data.dicom.header_reading.BATCH", 2)
    monkeypatch.setattr("deepspine.data.dicom.scanning.SERIES_BATCH", 1)
    monkeypatch.setattr("deepspine.data.dicom.work_sharing.PIECES_ALONE", 1)
    for name in "abc":
        write_study(tmp_path / name, name)
    (tmp_path / "b" / "broken").write_bytes(b"x")
    one, one_rejects = indexed(tmp_path)
    for workers in (2, 3):
        more, more_rejects = indexed(tmp_path, workers=workers)
        assert more.series == one.series
        assert more_rejects == one_rejects


def test_paths_and_frames_follow_the_position_and_not_the_instance_number(tmp_path: Path) -> None:
    series = WrittenSeries()
    backwards = replace(series, positions=series.positions[::-1])
    backwards.write(tmp_path)
    (only,) = indexed(tmp_path)[0].series
    assert [path.name for path in only.paths] == [f"{number}.dcm" for number in range(6)]


def test_echoes_of_one_series_become_parts(tmp_path: Path) -> None:
    series = WrittenSeries(tags={"EchoTime": 20.0, "RepetitionTime": 3000.0})
    series.write(tmp_path / "pd")
    for number in range(6):
        late = series.dataset(number)
        late.EchoTime = 90.0
        late.SOPInstanceUID = late.file_meta.MediaStorageSOPInstanceUID = f"{late.SOPInstanceUID[:50]}.9"
        late.save_as(tmp_path / f"late{number}", enforce_file_format=True)
    parts = indexed(tmp_path)[0].series
    assert {one.weighting for one in parts} == {Weighting.PD, Weighting.T2}
    assert {one.part for one in parts} == {0, 1}
    assert len({one.series_key for one in parts}) == 2


def test_a_localizer_of_three_planes_becomes_three_parts(tmp_path: Path) -> None:
    for number, axes in enumerate((((0, 1, 0), (0, 0, -1)), ((1, 0, 0), (0, 0, -1)), ((1, 0, 0), (0, 1, 0)))):
        positions = tuple((10.0 * step, 10.0 * step, 10.0 * step) for step in range(3))
        WrittenSeries("s", "loc", axes, positions).write(tmp_path / str(number))
        for path in sorted((tmp_path / str(number)).iterdir()):
            _give_new_uid(path, number)
    assert {one.plane for one in indexed(tmp_path)[0].series} == set(Plane)


def _give_new_uid(path: Path, number: int) -> None:
    from pydicom import dcmread

    dataset = dcmread(path)
    dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = f"{dataset.SOPInstanceUID[:50]}.{number}"
    dataset.save_as(path)


def test_a_second_acquisition_under_the_same_uid_becomes_a_part(tmp_path: Path) -> None:
    series = WrittenSeries()
    series.write(tmp_path / "first")
    for number in range(4):
        repeat = series.dataset(number)
        repeat.AcquisitionNumber = 2
        repeat.SOPInstanceUID = repeat.file_meta.MediaStorageSOPInstanceUID = f"{repeat.SOPInstanceUID[:50]}.2"
        repeat.save_as(tmp_path / f"again{number}", enforce_file_format=True)
    assert [one.n_slices for one in sorted(indexed(tmp_path)[0].series, key=lambda one: one.part)] == [6, 4]


def test_a_slice_that_was_sent_again_under_a_new_uid_costs_nothing_else(tmp_path: Path) -> None:
    series = WrittenSeries()
    series.write(tmp_path)
    again = series.dataset(2)
    again.SOPInstanceUID = again.file_meta.MediaStorageSOPInstanceUID = "1.2.3"
    again.save_as(tmp_path / "again", enforce_file_format=True)
    found, rejects = indexed(tmp_path)
    assert [(one.part, one.n_slices, one.n_stacks) for one in found.series] == [(0, 6, 1), (1, 1, 1)]
    assert len(rejects) == 0


def test_one_series_uid_in_two_studies_is_two_series(tmp_path: Path) -> None:
    for study in ("one", "two"):
        tags = {**T2, "SeriesInstanceUID": "1.2.3"}
        WrittenSeries(study, study, tags=tags).write(tmp_path / study)
    studies = list(indexed(tmp_path)[0].studies())
    assert [[one.n_slices for one in study.series] for study in studies] == [[6], [6]]
    assert len({study.series[0].series_key for study in studies}) == 2


def test_slices_of_several_sizes_become_parts(tmp_path: Path) -> None:
    WrittenSeries("s", "t2").write(tmp_path / "large")
    for path in WrittenSeries("s", "t2", size=(64, 64)).write(tmp_path / "small"):
        _give_new_uid(path, 1)
    assert sorted((one.rows, one.n_slices) for one in indexed(tmp_path)[0].series) == [(64, 6), (80, 6)]


def test_duplicates_are_listed_and_used_once(tmp_path: Path) -> None:
    WrittenSeries().write(tmp_path / "first")
    WrittenSeries().write(tmp_path / "second")
    found, rejects = indexed(tmp_path)
    assert [one.n_slices for one in found.series] == [6]
    assert [source for source, _ in rejects.rows] == [f"second/{number}.dcm" for number in range(6)]


def test_a_series_split_over_folders_and_an_archive_file_is_one_series(tmp_path: Path) -> None:
    paths = WrittenSeries().write(tmp_path / "all")
    (tmp_path / "elsewhere").mkdir()
    paths[0].rename(tmp_path / "elsewhere" / "IM0")
    with zipfile.ZipFile(tmp_path / "rest.zip", "w") as archive:
        archive.write(paths[5], "IM5")
    paths[5].unlink()
    (only,) = indexed(tmp_path)[0].series
    assert (only.n_slices, only.n_stacks) == (6, 1)


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_damaged_member_of_a_zip_file_is_a_reject_or_an_error_in_words(tmp_path: Path, method: int) -> None:
    paths = WrittenSeries(size=(8, 8)).write(tmp_path / "all")
    (sound,) = index_archive(paths[0])
    unharmed = []
    for place in range(30, 1400, 30):
        with zipfile.ZipFile(tmp_path / "all.zip", "w", method) as archive:
            archive.write(paths[0], "IM0")
        content = bytearray((tmp_path / "all.zip").read_bytes())
        content[place % len(content)] ^= 0xFF
        (tmp_path / "all.zip").write_bytes(content)
        try:
            found, rejects = indexed(tmp_path / "all.zip")
            read = [read_series(one).voxels for one in found]
        except DeepspineError:
            continue
        # What comes through was damaged where nothing of the picture stands, such as the time of the member.
        assert len(rejects) > 0 or [voxels.tolist() for voxels in read] == [read_series(sound).voxels.tolist()], place
        unharmed.append(place)
    assert len(unharmed) < 10


def test_two_patients_under_one_study_uid_are_two_studies(tmp_path: Path) -> None:
    one, other = WrittenSeries("s", "a"), WrittenSeries("s", "b", tags={**T2, "PatientID": "someone else"})
    one.write(tmp_path / "a")
    other.write(tmp_path / "b")
    studies = list(indexed(tmp_path)[0].studies())
    assert len({study.patient_key for study in studies}) == 2
    assert len({study.study_key for study in studies}) == 2


def test_two_studies_in_one_folder_are_told_apart(tmp_path: Path) -> None:
    write_study(tmp_path, "one")
    for path in write_flat(tmp_path, "two"):
        assert path.is_file()
    studies = list(indexed(tmp_path)[0].studies())
    assert sorted(study.report_id for study in studies) == ["A-one", "A-two"]


def write_flat(folder: Path, study: str) -> list[Path]:
    return WrittenSeries(study, "t2").write(folder / "t2", name="other{number}")


def test_an_enhanced_file_is_a_series(tmp_path: Path) -> None:
    enhanced(WrittenSeries(), order=[3, 1, 0, 2, 5, 4]).save_as(tmp_path / "enhanced", enforce_file_format=True)
    (only,) = indexed(tmp_path)[0].series
    assert (only.n_slices, only.n_stacks, only.weighting, only.plane) == (6, 1, Weighting.T2, Plane.SAGITTAL)
    assert only.frames == (4, 5, 0, 3, 1, 2)


def test_an_enhanced_picture_in_several_files_is_one_series(tmp_path: Path) -> None:
    for number, frames in enumerate(([0, 3], [1, 5], [2, 4])):
        file = enhanced(WrittenSeries(), order=frames)
        file.SOPInstanceUID = file.file_meta.MediaStorageSOPInstanceUID = f"1.2.3.{number}"
        file.ConcatenationUID, file.InConcatenationNumber = "1.2.4", number + 1
        file.save_as(tmp_path / str(number), enforce_file_format=True)
    (only,) = indexed(tmp_path)[0].series
    assert (only.n_slices, only.n_stacks) == (6, 1)
    assert [path.name for path in only.paths] == ["1", "2", "0", "2", "1", "0"]
    expected = [WrittenSeries().pixels(number) for number in range(6)]
    assert np.array_equal(read_series(only).voxels, expected)


def test_an_enhanced_file_of_several_planes_becomes_a_part_for_each(tmp_path: Path) -> None:
    file = enhanced(WrittenSeries())
    del file.SharedFunctionalGroupsSequence[0].PlaneOrientationSequence
    for number, frame in enumerate(file.PerFrameFunctionalGroupsSequence):
        item = Dataset()
        item.ImageOrientationPatient = [1, 0, 0, 0, 1, 0] if number < 2 else [0, 1, 0, 0, 0, -1]
        if number < 2:
            frame.PlanePositionSequence[0].ImagePositionPatient = [0, 0, 4 * number]
        frame.PlaneOrientationSequence = [item]
    file.save_as(tmp_path / "localizer", enforce_file_format=True)
    assert {(one.plane, one.n_slices) for one in indexed(tmp_path)[0].series} == {
        (Plane.AXIAL, 2),
        (Plane.SAGITTAL, 4),
    }


def test_a_series_with_a_missing_slice_is_indexed_as_two_stacks(tmp_path: Path) -> None:
    WrittenSeries().write(tmp_path)[2].unlink()
    (only,) = indexed(tmp_path)[0].series
    assert (only.n_slices, only.n_stacks) == (5, 2)
    assert only.spacing_mm[0] == pytest.approx(4.0)


def test_other_modalities_are_counted_and_broken_files_listed(tmp_path: Path) -> None:
    write_study(tmp_path, "study")
    WrittenSeries("ct", tags={"Modality": "CT"}).write(tmp_path / "ct")
    (tmp_path / "broken.dcm").write_bytes((tmp_path / "t1" / "0.dcm").read_bytes()[:3000])
    (tmp_path / "notes").write_bytes(b"not DICOM at all, but without a suffix")
    found, rejects = indexed(tmp_path)
    assert found.passed_over == {"modality CT, not MR": 6}
    assert [source for source, _ in rejects.rows] == ["broken.dcm", "notes"]
    assert found.n_files == 17 + 6 + 2


def test_an_archive_without_mri_is_refused_with_what_was_found(tmp_path: Path) -> None:
    WrittenSeries("ct", tags={"Modality": "CT"}).write(tmp_path)
    with pytest.raises(InputError, match=r"holds no MR series in 6 files \(6 x modality CT, not MR\)"):
        indexed(tmp_path)


def test_a_dicomdir_stands_for_its_disc(tmp_path: Path) -> None:
    write_study(tmp_path, "study")
    (tmp_path / "DICOMDIR").write_bytes(b"nonsense")
    assert len(indexed(tmp_path / "DICOMDIR")[0].series) == 3


@pytest.mark.parametrize("content", [None, b"", b"PAR1 nonsense PAR1"])
def test_what_is_no_index_is_refused_with_the_cure(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "index.parquet").write_bytes(content)
    with pytest.raises(InputError, match="deepspine index"):
        ArchiveIndex.read(tmp_path / "index.parquet")


def test_a_parquet_file_of_something_else_is_no_index(tmp_path: Path) -> None:
    import pandas as pd

    pd.DataFrame({"a": [1]}).to_parquet(tmp_path / "index.parquet")
    with pytest.raises(InputError, match="not an archive index"):
        ArchiveIndex.read(tmp_path / "index.parquet")


def test_the_selection_of_an_indexed_study_is_complete(tmp_path: Path) -> None:
    write_study(tmp_path, "study")
    (study,) = indexed(tmp_path)[0].studies()
    selection = select_series(study)
    chosen = (selection.sagittal_t1, selection.sagittal_t2, *(selection.axial_t2 or ()))
    assert [series.series_number for series in chosen if series is not None] == [1, 2, 3]
    assert selection.rejected == {}


def peak_of_index(root: Path, out: Path) -> int:
    """Return the most bytes that Python held at once while an archive was indexed and written."""
    gc.collect()
    tracemalloc.start()
    index_archive(root).write(out)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak


def test_memory_does_not_grow_with_the_archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deepspine.data.dicom.archive_index.ROWS_PER_GROUP", 8)
    n_files = {"small": 60, "large": 420}
    for number in range(70):
        small = WrittenSeries(f"study {number}", "t2", size=(4, 4))
        for name in n_files if number < 10 else ("large",):
            small.write(tmp_path / name / str(number))
    peak_of_index(tmp_path / "small", tmp_path / "warm.parquet")
    small_peak, large_peak = (peak_of_index(tmp_path / name, tmp_path / f"{name}.parquet") for name in n_files)
    # Python keeps freed tuples for reuse, some hundred bytes a file at first; a header held would be 3,000.
    assert (large_peak - small_peak) / (n_files["large"] - n_files["small"]) < 600
