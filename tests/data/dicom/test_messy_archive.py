"""One archive with every trap that a PACS export holds, from files to volumes and one series for every purpose."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from dicom_files import WrittenSeries
from messy_archive import DISC_HEIGHTS_MM, TILTS_DEG, write_messy_archive

from deepspine.data.dicom.archive_index import ArchiveIndex, index_archive
from deepspine.data.dicom.reading import read_series, read_stacks
from deepspine.data.dicom.selection import select_series
from deepspine.data.dicom.series import Series, Study
from deepspine.data.errors import GeometryError
from deepspine.data.geometry import Plane
from deepspine.data.rejects import Rejects
from deepspine.data.volume import Weighting

PIXELS = [WrittenSeries().pixels(number) for number in range(6)]
"""Of any sagittal series that the test suite writes."""

S, A, C = Plane.SAGITTAL, Plane.AXIAL, Plane.CORONAL
T1, T2, PD = Weighting.T1, Weighting.T2, Weighting.PD
EXPECTED = [
    ("A-mixed", 1, A, T2, 3, 1), ("A-mixed", 1, C, T2, 3, 1), ("A-mixed", 1, S, T2, 3, 1),
    ("A-mixed", 2, S, PD, 6, 1), ("A-mixed", 2, S, T2, 6, 1), ("A-mixed", 3, S, T1, 5, 1),
    ("A-mixed", 4, A, T2, 4, 1), ("A-mixed", 5, A, T2, 4, 1), ("A-mixed", 6, A, T2, 4, 1), ("A-mixed", 7, A, T2, 4, 1),
    ("A-other", 1, S, T2, 6, 1), ("A-other", 2, A, T2, 8, 2),
    ("A-pieces", 1, S, T2, 6, 1), ("A-pieces", 2, S, T1, 6, 1), ("A-pieces", 3, S, T2, 6, 1),
    ("A-pieces", 4, A, T2, 9, 3),
    ("A-syntaxes", 1, S, T2, 6, 1), ("A-syntaxes", 2, S, T1, 6, 1), ("A-syntaxes", 3, A, T2, 7, 2),
]  # fmt: skip
"""Report, series number, plane, weighting, slices, stacks."""

REJECTED = {
    "B/copy of IM0": "duplicate: the same SOP instance as another file",
    "disc/DICOMDIR": "listed in the DICOMDIR, but missing",
    "odd/cut in header": "truncated: the header ends before",
    "odd/cut in pixels": "truncated",
    "odd/damaged.zip": "a damaged archive file",
    "odd/empty": "the file is empty",
    "odd/far away": "ImagePositionPatient is outside of any scanner",
    "odd/huge pixels": "PixelSpacing must be 0.05 to 10.0 mm",
    "odd/no orientation": "ImageOrientationPatient is missing or malformed",
    "odd/no pixel size": "PixelSpacing is missing or malformed",
    "odd/no position": "ImagePositionPatient is missing or malformed",
    "odd/no rows": "rows and columns must be 1 to 8192, got 0 x 64",
    "odd/no series": "no study or series UID",
    "odd/skew axes": "ImageOrientationPatient is not two perpendicular unit vectors",
    "odd/text": "not a DICOM file",
    "part1.zip/../../outside": "its name points outside of the archive file",
}
"""How the reason for each file that is left out begins."""


@pytest.fixture(scope="module")
def messy(tmp_path_factory: pytest.TempPathFactory) -> tuple[ArchiveIndex, Rejects]:
    """Index the archive once."""
    root = tmp_path_factory.mktemp("archive")
    write_messy_archive(root)
    rejects = Rejects()
    return index_archive(root, rejects=rejects), rejects


@pytest.fixture(scope="module")
def studies(messy: tuple[ArchiveIndex, Rejects]) -> dict[str, Study]:
    """Give the studies by report id."""
    return {study.report_id: study for study in messy[0].studies()}


def the(series: Series | tuple[Series, ...] | None) -> Series:
    """Return the one series that was chosen."""
    assert series is not None
    if isinstance(series, tuple):
        (series,) = series
    return series


def numbers(reasons: Mapping[str, str], study: Study) -> list[tuple[int, str]]:
    """Return the reasons by series number."""
    by_key = {series.series_key: series.series_number for series in study.series}
    return sorted((by_key[key], reason) for key, reason in reasons.items())


def test_every_series_is_found_once(messy: tuple[ArchiveIndex, Rejects]) -> None:
    found = [
        (one.report_id, one.series_number, one.plane, one.weighting, one.n_slices, one.n_stacks) for one in messy[0]
    ]
    assert sorted(found) == sorted(EXPECTED)


def test_everything_else_is_listed_with_its_reason(messy: tuple[ArchiveIndex, Rejects]) -> None:
    index, rejects = messy
    reasons = {path.partition(": ")[0]: reason for path, reason in rejects.rows}
    assert len(reasons) == len(rejects)
    wrong = {path: reason for path, reason in reasons.items() if not reason.startswith(REJECTED.get(path, "?"))}
    assert wrong == {}
    assert set(reasons) == set(REJECTED)
    assert index.passed_over == {
        "a colour picture (a capture of a screen or a map)": 1,
        "modality CT, not MR": 1,
        "modality SR, not MR": 1,
    }


def test_no_file_is_lost(messy: tuple[ArchiveIndex, Rejects]) -> None:
    index, rejects = messy
    used = {path for one in index for path in one.paths}
    assert index.n_files == len(used) + len(rejects) + sum(index.passed_over.values())


def test_two_patients_under_one_study_uid_are_kept_apart(studies: dict[str, Study]) -> None:
    mixed, other = studies["A-mixed"], studies["A-other"]
    assert mixed.series[0].study_uid == other.series[0].study_uid
    assert mixed.study_key != other.study_key
    assert mixed.patient_key != other.patient_key
    assert len(studies) == 4


def test_a_study_in_pieces_reads_right(studies: dict[str, Study]) -> None:
    selection = select_series(studies["A-pieces"])
    assert numbers(selection.rejected, studies["A-pieces"]) == [(1, "localizer")]
    t1, t2 = read_series(the(selection.sagittal_t1)), read_series(the(selection.sagittal_t2))
    assert t1.grid.matches(t2.grid)
    assert np.array_equal(t2.voxels, PIXELS)
    volumes = read_stacks(the(selection.axial_t2))
    assert [volume.grid.shape[0] for volume in volumes] == [3, 3, 3]
    tilts = [np.rad2deg(np.arcsin(volume.grid.axes_lps[1] @ [0, 0, 1])) for volume in volumes]
    assert np.allclose(tilts, TILTS_DEG, atol=1e-3)


def test_a_study_of_all_syntaxes_reads_right(studies: dict[str, Study]) -> None:
    selection = select_series(studies["A-syntaxes"])
    assert selection.rejected == {}
    t1, t2 = read_series(the(selection.sagittal_t1)), read_series(the(selection.sagittal_t2))
    assert np.array_equal(t1.voxels, PIXELS)
    assert np.array_equal(t2.voxels, PIXELS)
    assert t1.grid.matches(t2.grid)


def test_a_gap_under_a_tilted_gantry_gives_two_sheared_stacks(studies: dict[str, Study]) -> None:
    gapped = the(select_series(studies["A-syntaxes"]).axial_t2)
    with pytest.raises(GeometryError, match="evenly spaced"):
        read_series(gapped)
    upper, lower = read_stacks(gapped)
    assert (upper.grid.shape[0], lower.grid.shape[0]) == (4, 3)
    assert np.allclose(upper.grid.affine[:3, 0], [0.0, 0.5, -4.0])
    assert np.allclose(lower.grid.lps_from_ijk((0, 0, 0)), [-64.0, -67.5, 20.0])


def test_a_study_of_mixed_series_reads_right(studies: dict[str, Study]) -> None:
    study = studies["A-mixed"]
    selection = select_series(study)
    assert numbers(selection.rejected, study) == [
        (1, "localizer"), (1, "localizer"), (1, "localizer"), (2, "PD sagittal is not asked for"),
        (5, "was repeated later"),
    ]  # fmt: skip
    assert the(selection.sagittal_t2).echo_time_ms == 90.0
    assert np.array_equal(read_series(the(selection.sagittal_t2)).voxels, PIXELS)
    t1 = read_series(the(selection.sagittal_t1))
    assert np.array_equal(t1.voxels, PIXELS[:5])
    assert t1.spacing_mm == pytest.approx((4.0, 2.5, 2.0))


def test_axial_series_one_a_disc_are_read_as_one_set(studies: dict[str, Study]) -> None:
    chosen = select_series(studies["A-mixed"]).axial_t2
    assert chosen is not None
    assert [one.series_number for one in chosen] == [4, 6, 7]
    volumes = read_stacks(chosen)
    centers = [volume.grid.lps_from_ijk((1.5, 0, 0))[2] for volume in volumes]
    assert centers == pytest.approx([DISC_HEIGHTS_MM[0], DISC_HEIGHTS_MM[1] + 1.0, DISC_HEIGHTS_MM[2]])


def test_slabs_that_overlap_in_one_series_are_told_apart_by_their_place(studies: dict[str, Study]) -> None:
    selection = select_series(studies["A-other"])
    upper, lower = read_stacks(the(selection.axial_t2))
    assert (upper.grid.shape[0], lower.grid.shape[0]) == (4, 4)
    assert lower.grid.lps_from_ijk((0, 0, 0)) == pytest.approx([-44.0, -70.0, 20.0])
    assert np.array_equal(read_series(the(selection.sagittal_t2)).voxels, PIXELS)
    assert selection.sagittal_t1 is None


def test_the_selection_of_a_study_does_not_depend_on_the_order_of_its_series(studies: dict[str, Study]) -> None:
    for study in studies.values():
        assert select_series(replace(study, series=study.series[::-1])) == select_series(study)


def test_a_second_run_with_more_workers_and_known_files_gives_the_same_bytes(
    messy: tuple[ArchiveIndex, Rejects], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index, rejects = messy
    index.write(tmp_path / "first.parquet")
    monkeypatch.setattr("deepspine.data.dicom.work_sharing.PIECES_ALONE", 0)
    monkeypatch.setattr("deepspine.data.dicom.header_reading.BATCH", 8)
    for name in ("second", "third"):
        again = Rejects()
        found = index_archive(index.root, workers=2, rejects=again, headers=tmp_path / "headers.sqlite")
        found.write(tmp_path / f"{name}.parquet")
        assert again == rejects
        assert (tmp_path / f"{name}.parquet").read_bytes() == (tmp_path / "first.parquet").read_bytes()
