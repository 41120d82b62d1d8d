"""Voxels come at their place in the patient, or not at all."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import SimpleITK
from dicom_files import AXIAL, SAGITTAL, T2, WrittenSeries, enhanced
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydicom import Dataset, dcmread
from pydicom.uid import JPEG2000Lossless, RLELossless
from scipy.spatial.transform import Rotation

from deepspine.data.dicom.archive_index import index_archive
from deepspine.data.dicom.reading import read_series, read_stacks
from deepspine.data.dicom.series import Series
from deepspine.data.errors import GeometryError, InputError
from deepspine.data.files import read_volume, write_mask
from deepspine.data.geometry import LEFT, POSTERIOR, SUPERIOR, Plane
from deepspine.data.volume import Weighting


def only_series(root: Path) -> Series:
    (series,) = index_archive(root).series
    return series


def turned(angles: tuple[float, float, float], axes: tuple[tuple[float, ...], ...] = SAGITTAL) -> np.ndarray:
    """Return column axis, row axis and normal (rows) of a plane turned by angles in degrees."""
    both = np.array([*axes, np.cross(*axes)])
    return both @ Rotation.from_euler("xyz", angles, degrees=True).as_matrix().T


def oblique(angles: tuple[float, float, float], count: int = 5, gap: float = 4.4) -> WrittenSeries:
    column_axis, row_axis, normal = turned(angles)
    positions = tuple(tuple(np.array([10.0, -80.0, 90.0]) + gap * step * normal) for step in range(count))
    return WrittenSeries(axes=(tuple(column_axis), tuple(row_axis)), positions=positions, size=(9, 8))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15)
@given(angles=st.tuples(*[st.floats(-40, 40)] * 3), order=st.permutations(range(5)))
def test_every_voxel_of_an_oblique_series_is_where_its_header_says(
    tmp_path_factory: pytest.TempPathFactory, angles: tuple[float, float, float], order: list[int]
) -> None:
    folder = tmp_path_factory.mktemp("series")
    series = oblique(angles)
    shuffled = replace(series, positions=tuple(series.positions[number] for number in order))
    shuffled.write(folder)
    volume = read_series(only_series(folder))
    for number, row, column in ((0, 0, 0), (3, 8, 0), (4, 2, 7)):
        (ijk,) = np.argwhere(volume.voxels == float(shuffled.pixels(number)[row, column]))
        expected = (
            np.array(shuffled.positions[number])
            + row * 2.5 * np.array(series.axes[1])
            + column * 2.0 * np.array(series.axes[0])
        )
        assert np.allclose(volume.grid.lps_from_ijk(ijk), expected, atol=1e-3)


def test_simpleitk_places_the_same_voxels_at_the_same_points(tmp_path: Path) -> None:
    paths = oblique((12, -9, 20)).write(tmp_path)
    reader = SimpleITK.ImageSeriesReader()
    reader.SetFileNames([str(path) for path in paths])
    image = reader.Execute()
    volume = read_series(only_series(tmp_path))
    for x, y, z in ((0, 0, 0), (7, 8, 4), (3, 5, 2)):
        ijk = volume.grid.ijk_from_lps(image.TransformIndexToPhysicalPoint((x, y, z)))
        assert np.allclose(ijk, np.round(ijk), atol=1e-3)
        i, j, k = np.round(ijk).astype(int)
        assert volume.voxels[i, j, k] == image[x, y, z]


def test_a_sagittal_series_runs_from_right_to_left_head_up_front_left(tmp_path: Path) -> None:
    WrittenSeries().write(tmp_path)
    volume = read_series(only_series(tmp_path))
    assert np.allclose(volume.grid.axes_lps, [LEFT, -SUPERIOR, POSTERIOR])
    assert np.allclose(volume.spacing_mm, [4.0, 2.5, 2.0])
    assert volume.weighting is Weighting.T2


def test_a_series_stored_upside_down_and_mirrored_is_shown_upright(tmp_path: Path) -> None:
    positions = tuple((4.0 * number, 100.0, -150.0) for number in range(5))
    WrittenSeries(axes=((0, -1, 0), (0, 0, 1)), positions=positions).write(tmp_path)
    volume = read_series(only_series(tmp_path))
    assert np.allclose(volume.grid.axes_lps, [LEFT, -SUPERIOR, POSTERIOR])
    assert volume.voxels[0, -1, -1] == 1.0


def test_spacing_comes_from_positions_not_from_the_thickness(tmp_path: Path) -> None:
    WrittenSeries(tags={**T2, "SliceThickness": 3.0, "SpacingBetweenSlices": 99.0}).write(tmp_path)
    assert read_series(only_series(tmp_path)).spacing_mm[0] == pytest.approx(4.0)


def test_a_tilted_gantry_gives_a_sheared_grid(tmp_path: Path) -> None:
    positions = tuple((-80.0, -80.0 + 1.5 * number, 100.0 - 4.0 * number) for number in range(5))
    WrittenSeries(axes=AXIAL, positions=positions).write(tmp_path)
    volume = read_series(only_series(tmp_path))
    assert np.allclose(volume.grid.affine[:3, 0], [0.0, 1.5, -4.0])
    assert np.allclose(volume.grid.normal_lps, -SUPERIOR)


def write_slabs(folder: Path, tilts_deg: tuple[float, ...]) -> None:
    """Write one axial series of a slab of 4 slices for each tilt, numbered from head to foot."""
    for slab, tilt in enumerate(tilts_deg):
        column_axis, row_axis, normal = turned((tilt, 0, 0), AXIAL)
        center = np.array([-80.0, -80.0, 100.0 - 40.0 * slab])
        positions = tuple(tuple(center - 4.0 * step * normal) for step in range(4))
        series = WrittenSeries(axes=(tuple(column_axis), tuple(row_axis)), positions=positions)
        for number in range(4):
            dataset = series.dataset(number)
            dataset.InstanceNumber = 4 * slab + number + 1
            dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = f"1.2.3.{slab}.{number}"
            folder.mkdir(exist_ok=True)
            dataset.save_as(folder / f"{slab}_{number}", enforce_file_format=True)


def test_one_slab_a_disc_becomes_one_volume_each_from_head_to_foot(tmp_path: Path) -> None:
    write_slabs(tmp_path, (-5.0, 0.0, 8.0, 15.0, 30.0))
    series = only_series(tmp_path)
    assert (series.plane, series.n_slices, series.n_stacks) == (Plane.AXIAL, 20, 5)
    volumes = read_stacks(series)
    assert [volume.grid.shape[0] for volume in volumes] == [4] * 5
    heights = [float(volume.grid.lps_from_ijk((0, 0, 0))[2]) for volume in volumes]
    assert heights == sorted(heights, reverse=True)
    assert all(volume.grid.axes_lps[0] @ -SUPERIOR > 0.8 for volume in volumes)
    tilts = [np.rad2deg(np.arctan2(v.grid.normal_lps[1], -v.grid.normal_lps[2])) for v in volumes]
    assert np.allclose(np.abs(tilts), [5, 0, 8, 15, 30], atol=1e-3)
    with pytest.raises(GeometryError, match="read them as stacks"):
        read_series(series)


def test_a_missing_slice_is_never_bridged(tmp_path: Path) -> None:
    WrittenSeries().write(tmp_path)[2].unlink()
    series = only_series(tmp_path)
    with pytest.raises(GeometryError, match="evenly spaced"):
        read_series(series)
    assert sorted(volume.grid.shape[0] for volume in read_stacks(series)) == [2, 3]


def test_an_enhanced_file_reads_like_its_classic_twin(tmp_path: Path) -> None:
    series = WrittenSeries()
    series.write(tmp_path / "classic")
    (tmp_path / "enhanced").mkdir()
    enhanced(series, order=[5, 0, 3, 1, 4, 2]).save_as(tmp_path / "enhanced" / "all", enforce_file_format=True)
    classic = read_series(only_series(tmp_path / "classic"))
    frames = read_series(only_series(tmp_path / "enhanced"))
    assert np.array_equal(classic.voxels, frames.voxels)
    assert classic.grid.matches(frames.grid)


def test_each_slice_has_the_scale_that_its_own_header_gives(tmp_path: Path) -> None:
    series = WrittenSeries()
    classic, frames = tmp_path / "classic", tmp_path / "enhanced"
    for number, path in enumerate(series.write(classic)):
        dataset = dcmread(path)
        dataset.RescaleSlope, dataset.RescaleIntercept = number + 0.5, -number
        dataset.save_as(path)
    file = enhanced(series)
    for number, frame in enumerate(file.PerFrameFunctionalGroupsSequence):
        item = Dataset()
        item.RescaleSlope, item.RescaleIntercept = number + 0.5, -number
        frame.PixelValueTransformationSequence = [item]
    frames.mkdir()
    file.save_as(frames / "all", enforce_file_format=True)
    expected = [series.pixels(number) * (number + 0.5) - number for number in range(6)]
    for folder in (classic, frames):
        assert np.allclose(read_series(only_series(folder)).voxels, expected)


@pytest.mark.parametrize("syntax", [RLELossless, JPEG2000Lossless], ids=["RLE", "JPEG 2000"])
def test_compressed_series_read_like_plain_ones(tmp_path: Path, syntax: str) -> None:
    series = WrittenSeries()
    for number in range(6):
        dataset = series.dataset(number)
        dataset.compress(syntax, generate_instance_uid=False)
        dataset.save_as(tmp_path / str(number), enforce_file_format=True)
    volume = read_series(only_series(tmp_path))
    assert np.array_equal(volume.voxels, [series.pixels(number) for number in range(6)])


def test_a_file_that_is_damaged_after_indexing_is_named(tmp_path: Path) -> None:
    paths = WrittenSeries().write(tmp_path)
    series = only_series(tmp_path)
    paths[3].write_bytes(paths[3].read_bytes()[:-4000])
    with pytest.raises(InputError, match=r"3\.dcm"):
        read_series(series)
    paths[3].unlink()
    with pytest.raises(InputError, match="moved"):
        read_series(series)


def test_a_mask_of_a_dicom_series_can_be_written_and_lies_where_the_series_lies(tmp_path: Path) -> None:
    oblique((12, -9, 20)).write(tmp_path / "series")
    volume = read_volume(tmp_path / "series")
    mask = (volume.voxels % 5).astype(np.uint8)
    write_mask(mask, volume, tmp_path / "mask.nii.gz")
    again = read_volume(tmp_path / "mask.nii.gz")
    assert again.grid.matches(volume.grid, tolerance_mm=1e-2)
    assert np.array_equal(again.voxels, mask)


def test_the_origin_of_a_volume_holds_keys_and_no_names(tmp_path: Path) -> None:
    WrittenSeries().write(tmp_path)
    origin = read_series(only_series(tmp_path)).origin
    assert origin.frame_of_reference
    assert origin.patient_key
    assert origin.source == "series 1 (T2 sagittal, 6 slices)"


@pytest.mark.parametrize("implicit", [True, False])
def test_files_without_preamble_and_file_meta_read_like_others(tmp_path: Path, implicit: bool) -> None:
    series = WrittenSeries()
    series.write(tmp_path / "whole")
    (tmp_path / "bare").mkdir()
    for number in range(len(series.positions)):
        bare = Dataset()
        bare.update(series.dataset(number))
        bare.save_as(tmp_path / "bare" / f"{number}.dcm", implicit_vr=implicit, little_endian=True)
    whole, read = (read_series(only_series(tmp_path / name)) for name in ("whole", "bare"))
    np.testing.assert_array_equal(read.voxels, whole.voxels)
