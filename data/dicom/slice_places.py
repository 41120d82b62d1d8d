"""Where the slices of a series lie and which files they are, from headers alone: no pixels are read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from os import SEEK_END
from pathlib import Path

from deepspine.data.dicom.discovery import open_candidate
from deepspine.data.dicom.headers import Instance, read_instance
from deepspine.data.dicom.reading import place_in_order, stored_grid
from deepspine.data.dicom.series import Series
from deepspine.data.dicom.stacks import Stack, split_stacks
from deepspine.data.errors import DeepspineError, InputError
from deepspine.data.geometry import Grid
from deepspine.data.orientation import display_order


@dataclass(frozen=True)
class SliceFile:
    """The file of a slice, the index of its frame there, and its SOP instance UID (an identifier)."""

    path: Path
    frame: int
    sop_uid: str


@dataclass(frozen=True, eq=False)
class PlacedStack:
    """A stack as `read_stacks` gives it, without voxels: its series, its grid, and one file a slice in its order."""

    series: Series
    grid: Grid
    files: tuple[SliceFile, ...]


def place_stacks(series: Sequence[Series]) -> list[PlacedStack]:
    """Return the stacks of one set of series (see `slab_sets`), in the order of `read_stacks`.

    Raises
    ------
    InputError
        When a file is missing or damaged.
    GeometryError
        When two slices lie at the same place.
    """
    placed = [stack for one in series for stack in _stacks_of(one)]
    return sorted(placed, key=lambda stack: place_in_order(stack.grid))


def _stacks_of(series: Series) -> list[PlacedStack]:
    headers = {path: _read_header(path) for path in dict.fromkeys(series.paths)}
    slices = list(zip(series.paths, series.frames, strict=True))
    for path, number in slices:
        if number >= len(headers[path].frames):
            raise InputError(f"{path} has {len(headers[path].frames)} frames, the index says more; index it again")
    frames = [headers[path].frames[number] for path, number in slices]
    files = [SliceFile(path, number, headers[path].sop_uid) for path, number in slices]

    def placed(stack: Stack) -> PlacedStack:
        grid = stored_grid(series, frames, stack)
        order = display_order(grid, slice_axis=0)
        members = stack.members[::-1] if order.flipped[0] else stack.members
        return PlacedStack(series, order.grid_from_stored(grid), tuple(files[index] for index in members))

    return [placed(stack) for stack in split_stacks([frame.plane for frame in frames])]


def _read_header(path: Path) -> Instance:
    try:
        with open_candidate(path) as stream:
            size = stream.seek(0, SEEK_END)
            stream.seek(0)
            return read_instance(stream, path=path.name, size=size)
    except DeepspineError as error:
        raise type(error)(f"{path}: {error}") from None
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from None
