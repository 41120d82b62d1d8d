"""Volumes from files and masks back to files, in any format.

NIfTI, MetaImage and NRRD go through SimpleITK, DICOM through `deepspine.data.dicom`, pictures through `pictures`. What
comes out is a `Volume` in patient LPS mm whose voxels are `[slice, row, column]` as shown (see `orientation`); a mask
of it goes back to the very grid of the file that it came from.
"""

from __future__ import annotations

import gzip
import zlib
from dataclasses import replace
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deepspine.data.errors import GeometryError, InputError
from deepspine.data.geometry import Grid
from deepspine.data.orientation import AxisOrder, StoredGrid, display_order
from deepspine.data.pictures import PICTURE_SUFFIXES, read_picture
from deepspine.data.volume import Volume, VolumeOrigin
from deepspine.data.whole_files import whole_file

VOLUME_SUFFIXES = (".nii", ".nii.gz", ".mha", ".mhd", ".nrrd", ".nhdr")
"""Formats with a patient space of their own, read and written through SimpleITK."""
DETACHED_SUFFIXES = (".mhd", ".nhdr")
"""Of headers that name the file of their voxels, which lies beside."""
NIFTI_SUFFIXES = (".nii", ".nii.gz")
NIFTI_FORMS = ("qform_code", "sform_code")
"""Of a NIfTI header: 0 where the transform to the patient is not known."""
DICOM_SUFFIXES = (".dcm", ".ima", ".dicom", "")
"""How DICOM files are called; many archives give them no suffix at all."""
GZIP_MAGIC = b"\x1f\x8b"
GZIP_CHUNK_BYTES = 1 << 20
ORTHONORMAL_TOLERANCE = 1e-4
"""NIfTI and its kin hold orthonormal axes only; single precision leaves errors of 1e-7, a real tilt far more."""


def read_volume(path: Path | str) -> Volume:
    """Read a volume of any format.

    Parameters
    ----------
    path
        A NIfTI, MetaImage or NRRD file, a folder or file of one DICOM series, or a PNG or JPEG picture (which is taken
        for a sagittal slice, see `read_picture`).

    Returns
    -------
    Voxels `[slice, row, column]` as shown; `origin.stored` remembers the file's own grid. Voxels that are not finite
    (padding of a resampled file) take the lowest finite value; `origin.n_filled` counts them.

    Raises
    ------
    InputError
        When the file is missing, empty, of an unknown kind, not one grey image in three dimensions, or when its voxels
        are all alike or none of them is finite.
    GeometryError
        When its axes or positions do not make a grid.
    """
    path = Path(path)
    if not path.exists():
        raise InputError(f"no file or folder {path}; check the spelling of the path")
    if path.is_dir():
        return _checked(_read_dicom(path), path)
    suffix = suffix_of(path)
    if path.stat().st_size == 0:
        raise InputError(f"{path} is empty; copy it again from its source")
    if suffix in PICTURE_SUFFIXES:
        return read_picture(path)
    if suffix in VOLUME_SUFFIXES:
        return _checked(_read_with_simpleitk(path), path)
    if is_dicom_suffix(suffix):
        return _checked(_read_dicom(path), path)
    raise InputError(
        f"{path.name} has the suffix {suffix!r}; expected one of {', '.join(VOLUME_SUFFIXES)}, "
        f"{', '.join(PICTURE_SUFFIXES)}, a DICOM file or a folder of DICOM files"
    )


def read_volume_stacks(path: Path | str) -> list[Volume]:
    """Read a volume of any format; a DICOM series as its stacks, such as one axial slab a disc.

    Raises
    ------
    InputError, GeometryError
        As `read_volume`, but for slices of several directions.
    """
    path = Path(path)
    if not path.is_dir() and not (path.is_file() and path.stat().st_size and is_dicom_suffix(suffix_of(path))):
        return [read_volume(path)]
    from deepspine.data.dicom.reading import read_path_stacks

    return [_checked(volume, path) for volume in read_path_stacks(path)]


def write_mask(mask: NDArray[np.uint8], like: Volume, path: Path | str) -> None:
    """Write a mask in the grid of the file that a volume was read from.

    Parameters
    ----------
    mask
        Labels 0 to 255, `[slice, row, column]` of `like`.
    like
        The volume that the mask belongs to.
    path
        Target; its suffix (`.nii.gz`, `.mha`, `.nrrd` ...) chooses the format.

    Raises
    ------
    InputError
        When the mask's shape is not the volume's, the suffix is unknown, or the disk is full.
    GeometryError
        When the volume's axes are not orthogonal (gantry tilt): these formats cannot hold them.
    """
    import SimpleITK

    path = Path(path)
    if suffix_of(path) not in VOLUME_SUFFIXES:
        raise InputError(f"a mask must be written to one of {', '.join(VOLUME_SUFFIXES)}, got {path.name}")
    stored_mask, grid = to_input_grid(mask, like)
    spacing, direction = grid.spacing_mm[::-1], grid.axes_lps[::-1].T
    if np.abs(direction.T @ direction - np.eye(3)).max() > ORTHONORMAL_TOLERANCE:
        raise GeometryError(f"{path.name} cannot hold tilted slices; resample the volume to orthogonal axes first")
    image: Any = SimpleITK.GetImageFromArray(np.ascontiguousarray(stored_mask, dtype=np.uint8))
    image.SetSpacing(spacing.tolist())
    image.SetDirection(direction.ravel().tolist())
    image.SetOrigin(grid.affine[:3, 3].tolist())
    if suffix_of(path) in DETACHED_SUFFIXES:
        SimpleITK.WriteImage(image, str(path), useCompression=True)
        return
    with whole_file(path, suffix=suffix_of(path)) as partial:
        if not _is_written(image, partial):
            raise InputError(f"{path}: the mask could not be written whole; check the room on its disk")


def _is_written(image: Any, path: Path) -> bool:
    """Write an image and read it again: most writers say nothing of a disk that is full."""
    import SimpleITK

    try:
        SimpleITK.WriteImage(image, str(path), useCompression=True)
        again = SimpleITK.ReadImage(str(path))
    except RuntimeError:
        return False
    return np.array_equal(SimpleITK.GetArrayViewFromImage(again), SimpleITK.GetArrayViewFromImage(image))


def to_input_grid(mask: NDArray[Any], volume: Volume) -> tuple[NDArray[Any], Grid]:
    """Return a mask of a volume, and its grid, in the order in which the volume's file stores its voxels.

    Raises
    ------
    InputError
        When the mask's shape is not the volume's.
    """
    if mask.shape != volume.grid.shape:
        raise InputError(f"mask must have the volume's shape {volume.grid.shape}, got {mask.shape}")
    stored = volume.origin.stored
    if stored is None:
        return mask, volume.grid
    return stored.order.to_stored(mask), stored.grid


def suffix_of(path: Path) -> str:
    """Return the suffix in lower case, `.nii.gz` as a whole."""
    name = path.name.lower()
    return ".nii.gz" if name.endswith(".nii.gz") else path.suffix.lower()


def is_dicom_suffix(suffix: str) -> bool:
    """Whether DICOM files may be called so; many are called after their UID."""
    return suffix in DICOM_SUFFIXES or suffix.lstrip(".").isdigit()


def holds_dicom(folder: Path) -> bool:
    """Whether a DICOM file lies in a folder or below it, whatever it is called."""
    from pydicom.misc import is_dicom

    others = (*PICTURE_SUFFIXES, *VOLUME_SUFFIXES)
    return any(is_dicom(file) for file in folder.rglob("*") if suffix_of(file) not in others and file.is_file())


def volume_from_stored(array: NDArray[Any], grid: Grid, order: AxisOrder, origin: VolumeOrigin) -> Volume:
    """Return a stored array with its grid as a volume in display order; `origin.stored` is taken as given."""
    return Volume(
        np.ascontiguousarray(order.from_stored(array), np.float32), order.grid_from_stored(grid), origin=origin
    )


def _read_with_simpleitk(path: Path) -> Volume:
    import SimpleITK

    try:
        image: Any = SimpleITK.ReadImage(str(path))
    except RuntimeError:
        raise InputError(f"{path} cannot be read as {suffix_of(path)}; it is damaged or of another kind") from None
    if suffix_of(path) in NIFTI_SUFFIXES:
        _check_nifti_is_whole(path, image)
    if image.GetDimension() != 3:
        raise InputError(f"{path} must have three dimensions, got {image.GetDimension()}; cut out one volume of it")
    if image.GetNumberOfComponentsPerPixel() != 1:
        raise InputError(
            f"{path} must hold one grey value a voxel, got {image.GetNumberOfComponentsPerPixel()} (colour?)"
        )
    array = SimpleITK.GetArrayFromImage(image)
    grid = _grid_of(image, array.shape)
    stored = StoredGrid(grid, display_order(grid))
    origin = VolumeOrigin(source=str(path), has_orientation=_states_orientation(image), stored=stored)
    return volume_from_stored(array, grid, stored.order, origin)


def _states_orientation(image: Any) -> bool:
    """Whether a file says how it lies in the patient: a NIfTI file may leave both of its transforms (forms) out."""
    codes = [image.GetMetaData(key) for key in NIFTI_FORMS if image.HasMetaDataKey(key)]
    return not codes or any(code != "0" for code in codes)


def _check_nifti_is_whole(path: Path, image: Any) -> None:
    """Raise when a NIfTI file ends before its last voxel: its reader fills up with zeros."""
    voxels = prod(image.GetSize()) * image.GetNumberOfComponentsPerPixel()
    expected = int(image.GetMetaData("vox_offset")) + voxels * int(image.GetMetaData("bitpix")) // 8
    try:
        found = _unpacked_bytes(path)
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise InputError(f"{path} is cut or damaged: it cannot be unpacked; copy it again from its source") from None
    if found < expected:
        raise InputError(
            f"{path} is cut: it has {found} bytes of the {expected} of its header; copy it again from its source"
        )


def _unpacked_bytes(path: Path) -> int:
    with path.open("rb") as file:
        if file.read(len(GZIP_MAGIC)) != GZIP_MAGIC:
            return path.stat().st_size
    with gzip.open(path) as stream:
        return sum(map(len, iter(lambda: stream.read(GZIP_CHUNK_BYTES), b"")))


def _grid_of(image: Any, shape: tuple[int, ...]) -> Grid:
    """Return the grid of a SimpleITK image's array, whose axes are the reverse of the image's."""
    direction = np.array(image.GetDirection()).reshape(3, 3)
    return Grid.from_axes(
        (shape[0], shape[1], shape[2]),
        origin_lps=image.GetOrigin(),
        axes_lps=direction.T[::-1],
        spacing_mm=image.GetSpacing()[::-1],
    )


def _read_dicom(path: Path) -> Volume:
    from deepspine.data.dicom.reading import read_path

    return read_path(path)


def _checked(volume: Volume, path: Path) -> Volume:
    finite = np.isfinite(volume.voxels)
    if not finite.any():
        raise InputError(f"{path} holds no finite voxel")
    known = volume.voxels[finite]
    low = float(known.min())
    if low == float(known.max()):
        raise InputError(f"{path} has the same value {low:g} in every voxel; it holds no image")
    if finite.all():
        return volume
    origin = replace(volume.origin, n_filled=int((~finite).sum()))
    return replace(volume, voxels=np.where(finite, volume.voxels, np.float32(low)), origin=origin)
