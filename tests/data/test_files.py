"""Volumes come in with every voxel at its place in the patient, masks go out into the input's own grid."""

from pathlib import Path

import numpy as np
import pytest
import SimpleITK
from dicom_files import WrittenSeries
from full_disk import full_disk
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from scipy.spatial.transform import Rotation

from deepspine.data.errors import GeometryError, InputError
from deepspine.data.files import read_volume, to_input_grid, write_mask
from deepspine.data.geometry import LEFT, POSTERIOR, SUPERIOR, Grid, Plane
from deepspine.data.pictures import DEFAULT_HEIGHT_MM, read_picture
from deepspine.data.volume import Volume

FORMATS = (".nii.gz", ".nii", ".mha", ".nrrd")
NIFTI_FORMS = {"qform": 252, "sform": 254}
"""Byte of a NIfTI header where the code of each transform to the patient lies, two bytes; 0 says that there is none."""


def itk_image(
    size: tuple[int, int, int] = (6, 20, 30),
    spacing: tuple[float, float, float] = (4.0, 0.8, 0.9),
    direction: np.ndarray | None = None,
) -> SimpleITK.Image:
    """Return an image whose first (fastest) axis counts sagittal slices; each voxel has a value of its own."""
    image = SimpleITK.GetImageFromArray(np.arange(np.prod(size), dtype=np.int32).reshape(size[::-1]))
    image.SetSpacing(spacing)
    image.SetOrigin((-12.5, 33.25, -7.0))
    image.SetDirection((np.eye(3) if direction is None else direction).ravel().tolist())
    return image


def written(folder: Path, image: SimpleITK.Image, suffix: str = ".nii.gz") -> Path:
    path = folder / f"volume{suffix}"
    SimpleITK.WriteImage(image, str(path))
    return path


@pytest.mark.parametrize("suffix", FORMATS)
def test_every_voxel_is_at_the_place_that_simpleitk_gives_it(tmp_path: Path, suffix: str) -> None:
    turned = Rotation.from_euler("xyz", [8, -15, 5], degrees=True).as_matrix() @ np.diag([-1, 1, -1])
    image = itk_image(direction=turned)
    volume = read_volume(written(tmp_path, image, suffix))
    for value in (0, 17, 1234, 3599):
        ijk = np.argwhere(volume.voxels == value)[0]
        z, y, x = np.unravel_index(value, image.GetSize()[::-1])
        expected = image.TransformIndexToPhysicalPoint((int(x), int(y), int(z)))
        assert np.allclose(volume.grid.lps_from_ijk(ijk), expected, atol=1e-3)


def test_a_stack_stored_slice_last_comes_out_slice_first_head_up_front_left(tmp_path: Path) -> None:
    volume = read_volume(written(tmp_path, itk_image(direction=np.diag([-1, 1, -1]))))
    assert volume.grid.shape == (6, 30, 20)
    assert np.allclose(volume.spacing_mm, [4.0, 0.9, 0.8])
    assert np.allclose(volume.grid.axes_lps, [LEFT, -SUPERIOR, POSTERIOR])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(
    angles=st.tuples(*[st.floats(-180, 180)] * 3),
    mirrored=st.booleans(),
    size=st.tuples(*[st.integers(1, 7)] * 3),
    spacing=st.tuples(*[st.floats(0.2, 9)] * 3),
    suffix=st.sampled_from(FORMATS),
)
def test_a_mask_goes_back_to_the_very_grid_of_its_file(
    tmp_path: Path,
    angles: tuple[float, float, float],
    mirrored: bool,
    size: tuple[int, int, int],
    spacing: tuple[float, float, float],
    suffix: str,
) -> None:
    size = (max(size[0], 2), *size[1:])
    direction = Rotation.from_euler("xyz", angles, degrees=True).as_matrix()
    image = itk_image(size, spacing, direction @ np.diag([-1 if mirrored else 1, 1, 1]))
    path = written(tmp_path, image, suffix)
    volume = read_volume(path)
    write_mask((volume.voxels % 7).astype(np.uint8), volume, tmp_path / f"mask{suffix}")
    stored, mask = SimpleITK.ReadImage(str(path)), SimpleITK.ReadImage(str(tmp_path / f"mask{suffix}"))
    assert np.array_equal(SimpleITK.GetArrayFromImage(stored) % 7, SimpleITK.GetArrayFromImage(mask))
    assert mask.GetOrigin() == pytest.approx(stored.GetOrigin(), abs=1e-6)
    assert mask.GetSpacing() == pytest.approx(stored.GetSpacing(), abs=1e-6)
    assert mask.GetDirection() == pytest.approx(stored.GetDirection(), abs=1e-6)


def test_a_mask_of_another_shape_is_refused(tmp_path: Path) -> None:
    volume = read_volume(written(tmp_path, itk_image()))
    with pytest.raises(InputError, match="shape"):
        to_input_grid(np.zeros((2, 2, 2), np.uint8), volume)


def test_a_mask_of_tilted_slices_is_refused_by_formats_that_cannot_hold_it(tmp_path: Path) -> None:
    affine = np.array([[4.0, 0, 0, 0], [0, 0, 1, 0], [1.5, -1, 0, 0], [0, 0, 0, 1]])
    volume = Volume(np.zeros((2, 3, 4), np.float32), Grid((2, 3, 4), affine))
    with pytest.raises(GeometryError, match="tilted"):
        write_mask(np.zeros((2, 3, 4), np.uint8), volume, tmp_path / "mask.nii.gz")


def test_a_mask_in_an_unknown_format_is_refused(tmp_path: Path) -> None:
    volume = read_volume(written(tmp_path, itk_image()))
    with pytest.raises(InputError, match=r"\.nii\.gz"):
        write_mask(np.zeros(volume.grid.shape, np.uint8), volume, tmp_path / "mask.jpg")


@pytest.mark.parametrize("stated", [(), ("qform",), ("sform",), ("qform", "sform")])
def test_a_nifti_file_without_any_transform_states_no_orientation(tmp_path: Path, stated: tuple[str, ...]) -> None:
    path = written(tmp_path, itk_image(), ".nii")
    content = bytearray(path.read_bytes())
    for form, byte in NIFTI_FORMS.items():
        content[byte : byte + 2] = bytes([form in stated, 0])
    path.write_bytes(content)
    assert read_volume(path).origin.has_orientation is bool(stated)


@pytest.mark.parametrize("suffix", [".mha", ".nrrd"])
def test_other_formats_always_state_an_orientation(tmp_path: Path, suffix: str) -> None:
    assert read_volume(written(tmp_path, itk_image(), suffix)).origin.has_orientation


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_full_disk_is_told_and_leaves_the_mask_of_before(tmp_path: Path, suffix: str) -> None:
    volume, mask = read_volume(written(tmp_path, itk_image())), tmp_path / f"mask{suffix}"
    write_mask((volume.voxels % 7).astype(np.uint8), volume, mask)
    noise = np.random.default_rng(0).integers(0, 255, volume.grid.shape).astype(np.uint8)
    with full_disk(room_bytes=1000), pytest.raises(InputError, match=rf"mask{suffix}: .* room on its disk"):
        write_mask(noise, volume, mask)
    assert np.array_equal(read_volume(mask).voxels, volume.voxels % 7)


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_writing_that_is_stopped_leaves_the_mask_of_before(
    tmp_path: Path, suffix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(image: object, path: str, **_: object) -> None:
        Path(path).write_bytes(b"half")
        raise KeyboardInterrupt

    volume, mask = read_volume(written(tmp_path, itk_image())), tmp_path / f"mask{suffix}"
    write_mask((volume.voxels % 7).astype(np.uint8), volume, mask)
    monkeypatch.setattr(SimpleITK, "WriteImage", stopped)
    with pytest.raises(KeyboardInterrupt):
        write_mask((volume.voxels % 5).astype(np.uint8), volume, mask)
    assert np.array_equal(read_volume(mask).voxels, volume.voxels % 7)


def test_padding_that_is_not_a_number_takes_the_lowest_value(tmp_path: Path) -> None:
    image = SimpleITK.Cast(itk_image(), SimpleITK.sitkFloat32) + 5
    image[0, 0, 0] = float("nan")
    volume = read_volume(written(tmp_path, image, ".mha"))
    assert np.isfinite(volume.voxels).all()
    assert volume.voxels.min() == 6


def constant_image(value: float) -> SimpleITK.Image:
    return SimpleITK.Cast(itk_image(), SimpleITK.sitkFloat32) * 0 + value


@pytest.mark.parametrize(
    ("image", "words"),
    [
        (constant_image(float("nan")), "no finite voxel"),
        (constant_image(3), "same value 3"),
        (SimpleITK.JoinSeries([itk_image(), itk_image()]), "three dimensions, got 4"),
        (SimpleITK.Compose([itk_image()] * 3), "one grey value a voxel, got 3"),
    ],
    ids=["not a number", "constant", "four dimensions", "colour"],
)
def test_what_is_no_grey_volume_is_refused_with_the_reason(tmp_path: Path, image: SimpleITK.Image, words: str) -> None:
    path = written(tmp_path, image, ".mha")
    with pytest.raises(InputError, match=words) as error:
        read_volume(path)
    assert path.name in str(error.value)


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("share", [0.5, 0.99])
def test_a_cut_file_is_refused_never_filled_with_zeros(tmp_path: Path, suffix: str, share: float) -> None:
    path = written(tmp_path, itk_image(), suffix)
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    with pytest.raises(InputError, match=r"cut or damaged|is cut|is damaged"):
        read_volume(path)


def test_a_nifti_file_with_a_flipped_bit_in_its_packed_voxels_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, itk_image())
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(InputError, match="damaged"):
        read_volume(path)


def test_a_nifti_file_that_is_called_packed_and_is_not_is_read(tmp_path: Path) -> None:
    plain = written(tmp_path, itk_image(), ".nii")
    assert read_volume(plain.rename(tmp_path / "volume.nii.gz")).grid.shape == (6, 30, 20)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("empty.nii.gz", b"", "empty"),
        ("text.nii.gz", b"hello, I am no image", "cannot be read"),
        ("text.mha", b"NDims = 3\n", "cannot be read"),
        ("text.png", b"hello, I am no image", "cannot be read as a picture"),
        ("notes.docx", b"hello", "suffix '.docx'"),
        ("scan.dcm", b"hello, I am no image", "not a DICOM file"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=words) as error:
        read_volume(tmp_path / name)
    assert name in str(error.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nowhere\.nii"):
        read_volume(tmp_path / "nowhere.nii")


def test_a_folder_of_one_dicom_series_is_a_volume(tmp_path: Path) -> None:
    series = WrittenSeries()
    series.write(tmp_path / "series")
    volume = read_volume(tmp_path / "series")
    assert volume.grid.plane is Plane.SAGITTAL
    assert np.array_equal(volume.voxels, [series.pixels(number) for number in range(6)])


def test_a_single_dicom_file_is_a_volume_of_one_slice(tmp_path: Path) -> None:
    path = WrittenSeries().write(tmp_path)[2]
    assert read_volume(path).grid.shape == (1, 80, 64)


def test_a_folder_of_two_series_is_refused_and_both_are_named(tmp_path: Path) -> None:
    WrittenSeries(name="one").write(tmp_path / "a")
    WrittenSeries(name="two", tags={"EchoTime": 9.0, "RepetitionTime": 500.0}).write(tmp_path / "b")
    with pytest.raises(InputError, match=r"2 series \(series 1 \(T. sagittal"):
        read_volume(tmp_path)


def grey_ramp(height: int, width: int) -> np.ndarray:
    return (np.arange(height)[:, None] * 3 + np.arange(width)).astype(np.uint8)


def test_a_picture_is_one_sagittal_slice_of_the_usual_field_of_view(tmp_path: Path) -> None:
    Image.fromarray(grey_ramp(40, 30)).save(tmp_path / "mid.png")
    volume = read_volume(tmp_path / "mid.png")
    assert volume.grid.shape == (1, 40, 30)
    assert volume.grid.plane is Plane.SAGITTAL
    assert volume.spacing_mm[1] * 40 == pytest.approx(DEFAULT_HEIGHT_MM)
    assert np.allclose(volume.grid.axes_lps, [LEFT, -SUPERIOR, POSTERIOR])
    assert not volume.origin.has_patient_space
    assert np.array_equal(volume.voxels[0], grey_ramp(40, 30))


def test_the_pixel_size_of_a_picture_can_be_given(tmp_path: Path) -> None:
    Image.fromarray(grey_ramp(40, 30)).save(tmp_path / "mid.png")
    volume = read_picture(tmp_path / "mid.png", spacing_mm=0.7, plane=Plane.AXIAL)
    assert np.allclose(volume.spacing_mm[1:], 0.7)
    assert volume.grid.plane is Plane.AXIAL
    with pytest.raises(InputError, match="positive"):
        read_picture(tmp_path / "mid.png", spacing_mm=0.0)


def test_sixteen_bits_of_a_picture_are_kept_and_colours_become_grey(tmp_path: Path) -> None:
    Image.fromarray(grey_ramp(40, 30).astype(np.uint16) * 200).save(tmp_path / "deep.png")
    assert read_volume(tmp_path / "deep.png").voxels.max() == 146 * 200
    Image.merge("RGB", [Image.fromarray(grey_ramp(40, 30))] * 3).save(tmp_path / "colour.png")
    assert np.array_equal(read_volume(tmp_path / "colour.png").voxels[0], grey_ramp(40, 30))


def test_a_black_picture_is_refused(tmp_path: Path) -> None:
    Image.fromarray(np.zeros((9, 9), np.uint8)).save(tmp_path / "black.png")
    with pytest.raises(InputError, match="same value 0"):
        read_volume(tmp_path / "black.png")


def test_real_volumes_come_out_sagittal_and_their_labels_agree(real_data: Path, tmp_path: Path) -> None:
    paths = sorted((real_data / "volumes").rglob("*_labels.nii.gz"))
    assert paths
    for labels_path in paths:
        image = read_volume(labels_path.with_name(labels_path.name.replace("_labels", "")))
        labels = read_volume(labels_path)
        assert image.grid.matches(labels.grid)
        assert image.grid.plane is Plane.SAGITTAL
        bodies = [np.argwhere(labels.voxels == number).mean(axis=0) for number in range(1, 5)]
        rows = [float(image.grid.lps_from_ijk(center)[2]) for center in bodies]
        assert rows == sorted(rows), "label 1 is the lowest body"
        write_mask(labels.voxels.astype(np.uint8), image, tmp_path / "again.nii.gz")
        again, before = SimpleITK.ReadImage(str(tmp_path / "again.nii.gz")), SimpleITK.ReadImage(str(labels_path))
        assert np.array_equal(SimpleITK.GetArrayFromImage(again), SimpleITK.GetArrayFromImage(before))
        assert again.GetDirection() == before.GetDirection()
        assert again.GetOrigin() == before.GetOrigin()
        assert again.GetSpacing() == before.GetSpacing()


def test_real_pictures_can_all_be_read(real_data: Path) -> None:
    paths = sorted((real_data / "sudirman" / "images").glob("00*.png"))
    assert paths
    for path in paths:
        assert read_volume(path).grid.shape == (1, 288, 288)
