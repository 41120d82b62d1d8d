"""The voxels of a series, on a grid in the patient."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from deepspine.data.dicom.discovery import open_candidate
from deepspine.data.dicom.frame_headers import Frame
from deepspine.data.dicom.grouping import DEFAULT_GAP_MM
from deepspine.data.dicom.headers import Instance, read_pixels
from deepspine.data.dicom.series import Series
from deepspine.data.dicom.stacks import Stack, single_stack, split_stacks
from deepspine.data.errors import DeepspineError, GeometryError, InputError
from deepspine.data.geometry import Grid
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


def read_stacks(series: Series | Sequence[Series]) -> list[Volume]:
    """Read a series as its parallel, evenly spaced stacks, such as one axial slab a disc.

    Parameters
    ----------
    series
        One series, or the series of one set of slabs (see `slab_sets`).

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
    members = (series,) if isinstance(series, Series) else series
    volumes = [volume for one in members for volume in _stacks_of(one)]
    return sorted(volumes, key=lambda volume: place_in_order(volume.grid))


def _stacks_of(series: Series) -> list[Volume]:
    slices = _read_slices(series)
    stacks = split_stacks([one.frame.plane for one in slices])
    return [_volume(series, slices, stack) for stack in stacks]


def read_path(path: Path) -> Volume:
    """Read the one series of a folder, zip file, tar file or DICOM file.

    Raises
    ------
    InputError
        When it holds no MR series, or several.
    GeometryError
        When the series does not form one stack.
    """
    return read_series(_only_series(path))


def read_path_stacks(path: Path) -> list[Volume]:
    """Read the one series of a folder, zip file, tar file or DICOM file as its stacks, see `read_stacks`.

    Raises
    ------
    InputError
        When it holds no MR series, or several.
    GeometryError
        When two slices lie at the same place.
    """
    return read_stacks(_only_series(path))


def _only_series(path: Path) -> Series:
    from deepspine.data.dicom.archive_index import index_archive

    rejects = Rejects()
    found = index_archive(path, rejects=rejects).series
    if len(found) > 1:
        names = "; ".join(series.name for series in found[:6])
        raise InputError(f"{path} holds {len(found)} series ({names}); give the folder of one of them")
    return found[0]


class _Slice:
    """One slice read: its frame's header and its pixels."""

    def __init__(self, frame: Frame, pixels: NDArray[np.float32]) -> None:
        self.frame = frame
        self.pixels = pixels


def _read_slices(series: Series) -> list[_Slice]:
    """Read the slices in the order of the index; each file is opened once, however its frames are ordered."""
    places: dict[Path, list[int]] = {}
    for place, path in enumerate(series.paths):
        places.setdefault(path, []).append(place)
    slices: dict[int, _Slice] = {}
    for path, own in places.items():
        instance, pixels = _read_file(path)
        for place in own:
            number = series.frames[place]
            if number >= len(pixels):
                raise InputError(f"{path} has {len(pixels)} frames, the index says more; index the archive again")
            slices[place] = _Slice(instance.frames[number], pixels[number])
    sizes = {one.pixels.shape for one in slices.values()}
    if len(sizes) != 1:
        raise InputError(f"{series.name} has slices of several sizes {sorted(sizes)}; index the archive again")
    return [slices[place] for place in range(len(slices))]


def _read_file(path: Path) -> tuple[Instance, NDArray[np.float32]]:
    try:
        with open_candidate(path) as stream:
            return read_pixels(stream, path=path.name)
    except DeepspineError as error:
        raise type(error)(f"{path}: {error}") from None
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from None


def _volume(series: Series, slices: list[_Slice], stack: Stack) -> Volume:
    grid = stored_grid(series, [one.frame for one in slices], stack)
    order = display_order(grid, slice_axis=0)
    origin = VolumeOrigin(
        source=series.name,
        patient_key=series.patient_key,
        frame_of_reference=series.frame_of_reference,
        stored=StoredGrid(grid, order),
    )
    stored = np.stack([slices[index].pixels for index in stack.members])
    voxels = np.ascontiguousarray(order.from_stored(stored))
    return Volume(voxels, order.grid_from_stored(grid), weighting=series.weighting, origin=origin)


def stored_grid(series: Series, frames: Sequence[Frame], stack: Stack) -> Grid:
    """Return the grid of a stack of a series in the order of its slices along their normal.

    Parameters
    ----------
    frames
        Of all slices of the series; the stack's members are indices into them.

    Raises
    ------
    GeometryError
        When pixel sizes differ.
    """
    first = frames[stack.members[0]]
    if any(not np.allclose(frames[index].pixel_mm, first.pixel_mm, rtol=1e-3) for index in stack.members):
        raise GeometryError(f"{series.name} has slices of several pixel sizes; index the archive again")
    return stack.grid(
        first.plane,
        size=(series.rows, series.columns),
        pixel_mm=first.pixel_mm,
        gap_mm=first.gap_mm or DEFAULT_GAP_MM,
    )


def place_in_order(grid: Grid) -> float:
    """Return where a stack comes among its fellows: along their common direction, from its first to its last slice."""
    center = grid.lps_from_ijk((np.array(grid.shape) - 1) / 2)
    axis = int(np.argmax(np.abs(grid.normal_lps)))
    return float(center[axis] * np.sign(grid.normal_lps[axis]))
