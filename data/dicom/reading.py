"""The voxels of a series, on a grid in the patient."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deepspine.data.dicom.discovery import open_candidate
from deepspine.data.dicom.grouping import DEFAULT_GAP_MM
from deepspine.data.dicom.headers import PARSE_ERRORS, Frame, Instance, read_instance
from deepspine.data.dicom.series import Series
from deepspine.data.dicom.stacks import Stack, single_stack, split_stacks
from deepspine.data.errors import GeometryError, InputError
from deepspine.data.orientation import StoredGrid, display_order
from deepspine.data.rejects import Rejects
from deepspine.data.volume import Volume, VolumeOrigin


def read_series(series: Series) -> Volume:
    """Read a series whose slices form one stack.

    Returns
    -------
    Voxels `[slice, row, column]` as shown (see `orientation`), in the scanner's units after rescaling.

    Raises
    ------
    InputError
        When a file is missing or damaged.
    GeometryError
        When slices are not parallel or not evenly spaced; `read_stacks` reads those.
    """
    slices = _read_slices(series)
    stack = single_stack([one.frame.plane for one in slices])
    return _volume(series, slices, stack)


def read_stacks(series: Series) -> list[Volume]:
    """Read a series as its parallel, evenly spaced stacks, such as one axial slab a disc.

    Returns
    -------
    One volume a stack, from head to foot for axial stacks, else along the stacks' normal.

    Raises
    ------
    InputError
        When a file is missing or damaged.
    GeometryError
        When two slices lie at the same place.
    """
    slices = _read_slices(series)
    stacks = split_stacks([one.frame.plane for one in slices])
    volumes = [_volume(series, slices, stack) for stack in stacks]
    return sorted(volumes, key=_place_in_order)


def read_path(path: Path) -> Volume:
    """Read the one series of a folder, zip file, tar file or DICOM file.

    Raises
    ------
    InputError
        When it holds no MR series, or several.
    GeometryError
        When the series does not form one stack.
    """
    from deepspine.data.dicom.archive_index import index_archive

    rejects = Rejects()
    found = index_archive(path, rejects=rejects).series
    if len(found) > 1:
        names = "; ".join(series.name for series in found[:6])
        raise InputError(f"{path} holds {len(found)} series ({names}); give the folder of one of them")
    return read_series(found[0])


class _Slice:
    """One slice read: its frame's header and its pixels."""

    def __init__(self, frame: Frame, pixels: NDArray[np.float32]) -> None:
        self.frame = frame
        self.pixels = pixels


def _read_slices(series: Series) -> list[_Slice]:
    """Read the slices in the order of the index; files with many frames are opened once."""
    slices: list[_Slice] = []
    path: Path | None = None
    for slice_path, number in zip(series.paths, series.frames, strict=True):
        if slice_path != path:
            path = slice_path
            instance, pixels = _read_file(path)
        if number >= len(pixels):
            raise InputError(f"{path} has {len(pixels)} frames, the index says more; index the archive again")
        slices.append(_Slice(instance.frames[number], pixels[number]))
    sizes = {one.pixels.shape for one in slices}
    if len(sizes) != 1:
        raise InputError(f"{series.name} has slices of several sizes {sorted(sizes)}; index the archive again")
    return slices


def _read_file(path: Path) -> tuple[Instance, list[NDArray[np.float32]]]:
    """Return the header and the rescaled pixels of each frame of a file."""
    from pydicom import dcmread
    from pydicom.config import disable_value_validation

    with open_candidate(path) as stream:
        size = stream.seek(0, 2)
        stream.seek(0)
        instance = read_instance(stream, path=path.name, size=size)
        stream.seek(0)
        with warnings.catch_warnings(), disable_value_validation():
            warnings.simplefilter("ignore")
            try:
                dataset = dcmread(stream, force=True)
                pixels = dataset.pixel_array.reshape(-1, instance.rows, instance.columns)
                frames = [_rescaled(dataset, number, frame) for number, frame in enumerate(pixels)]
            except PARSE_ERRORS as error:
                raise InputError(f"{path} has damaged pixels ({type(error).__name__})") from None
    return instance, frames


def _rescaled(dataset: Any, number: int, pixels: NDArray[Any]) -> NDArray[np.float32]:
    """Apply the modality rescale; turn MONOCHROME1 (white is low) over, so that bright means signal."""
    slope, intercept = _rescale_of(dataset, number)
    values = pixels.astype(np.float32) * np.float32(slope) + np.float32(intercept)
    if dataset.PhotometricInterpretation == "MONOCHROME1":
        lowest, highest = _stored_range(dataset)
        values = np.float32(slope * (lowest + highest) + 2 * intercept) - values
    return values


def _rescale_of(dataset: Any, number: int) -> tuple[float, float]:
    holders = [dataset]
    for name, index in (("PerFrameFunctionalGroupsSequence", number), ("SharedFunctionalGroupsSequence", 0)):
        groups = dataset.get(name)
        if groups and index < len(groups):
            holders.extend(groups[index].get("PixelValueTransformationSequence") or [])
    for holder in holders:
        slope, intercept = holder.get("RescaleSlope"), holder.get("RescaleIntercept")
        if slope is not None and intercept is not None:
            numbers = (float(slope), float(intercept))
            if not np.isfinite(numbers).all() or numbers[0] == 0:
                raise ValueError("rescale must be finite and not zero")
            return numbers
    return 1.0, 0.0


def _stored_range(dataset: Any) -> tuple[int, int]:
    bits = int(dataset.BitsStored)
    return (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if dataset.PixelRepresentation else (0, 2**bits - 1)


def _volume(series: Series, slices: list[_Slice], stack: Stack) -> Volume:
    members = [slices[index] for index in stack.members]
    first = members[0].frame
    if any(not np.allclose(one.frame.pixel_mm, first.pixel_mm, rtol=1e-3) for one in members):
        raise GeometryError(f"{series.name} has slices of several pixel sizes; index the archive again")
    grid = stack.grid(
        first.plane,
        size=(series.rows, series.columns),
        pixel_mm=first.pixel_mm,
        gap_mm=first.gap_mm or DEFAULT_GAP_MM,
    )
    order = display_order(grid, slice_axis=0)
    origin = VolumeOrigin(
        source=series.name,
        patient_key=series.patient_key,
        frame_of_reference=series.frame_of_reference,
        stored=StoredGrid(grid, order),
    )
    voxels = np.ascontiguousarray(order.from_stored(np.stack([one.pixels for one in members])))
    return Volume(voxels, order.grid_from_stored(grid), weighting=series.weighting, origin=origin)


def _place_in_order(volume: Volume) -> float:
    """Return where a volume comes among its fellows: along their common direction, from its first to its last slice."""
    center = volume.grid.lps_from_ijk((np.array(volume.grid.shape) - 1) / 2)
    axis = int(np.argmax(np.abs(volume.grid.normal_lps)))
    return float(center[axis] * np.sign(volume.grid.normal_lps[axis]))
