"""A table of axial slices and the disc that each cuts, for every study of an archive index."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from deepspine.data.crossref import SliceLevel, check_same_frame, slice_levels
from deepspine.data.csv_rows import csv_text
from deepspine.data.dataset.studies import check_levels, frames_path, read_frames
from deepspine.data.dicom.archive_index import ArchiveIndex
from deepspine.data.dicom.selection import select_series
from deepspine.data.dicom.series import Study
from deepspine.data.dicom.slice_places import PlacedStack, place_stacks
from deepspine.data.errors import DeepspineError, InputError
from deepspine.data.rejects import Rejects
from deepspine.data.whole_files import whole_file


class SliceRow(NamedTuple):
    """One axial slice of a study.

    Attributes
    ----------
    study_key, series_key, series_number
        As in the archive index.
    stack, slice
        Index of the stack among those of the study's axial T2, from head to foot, and of the slice in it: as in the
        volumes of `read_stacks`.
    file, frame, sop_instance_uid
        Where the slice is stored, relative to the archive; the UID is an identifier.
    level
        The disc that the slice cuts; empty for a slice through a vertebra or beside the spine.
    nearest
        The disc whose centre is nearest along the spine; empty when none is in the slice's field of view.
    offset_mm, tilt_deg
        How far above that disc's centre the slice passes, and its angle to the disc's plane; empty without one.
    """

    study_key: str
    series_key: str
    series_number: int
    stack: int
    slice: int
    file: str
    frame: int
    sop_instance_uid: str
    level: str
    nearest: str
    offset_mm: str
    tilt_deg: str


def slice_rows(
    index: ArchiveIndex,
    levels: Path,
    *,
    rejects: Rejects,
    allow_mismatched_frames: bool = False,
    advance: Callable[[int], None] = lambda n: None,
) -> Iterator[SliceRow]:
    """Return the axial slices of all studies with the disc that each cuts, from head to foot.

    Parameters
    ----------
    levels
        Folder of `STUDY/levels.json`, as `locate` writes it.
    rejects
        Takes the studies that have no axial T2, no levels, damaged files, or frames of reference that differ.
    allow_mismatched_frames
        Use axial series whose frame of reference is another than that of the sagittal series.
    advance
        Called with the number of studies done since its last call.

    Raises
    ------
    InputError
        When the folder of levels is missing.
    """
    check_levels(levels)
    return _rows_of_all(index, levels, rejects, allow_mismatched_frames, advance)


def _rows_of_all(
    index: ArchiveIndex, levels: Path, rejects: Rejects, allow_mismatched: bool, advance: Callable[[int], None]
) -> Iterator[SliceRow]:
    for study in index.studies():
        try:
            yield from _rows_of(study, index.root, levels, allow_mismatched_frames=allow_mismatched)
        except DeepspineError as error:
            rejects.add(study.study_key, error)
        advance(1)


def write_rows(rows: Iterable[SliceRow], path: Path) -> int:
    """Write rows as CSV, as they come, to a table that is there once all have; returns their number."""
    n_rows = 0
    with whole_file(path) as partial, partial.open("w", encoding="utf-8", newline="") as file:
        file.write(csv_text([], SliceRow._fields))
        for row in rows:
            file.write(csv_text([tuple(map(str, row))], None))
            n_rows += 1
    return n_rows


def _rows_of(study: Study, root: Path, levels: Path, *, allow_mismatched_frames: bool) -> list[SliceRow]:
    selection = select_series(study, allow_mismatched_frames=allow_mismatched_frames)
    sagittal = selection.sagittal_t2 or selection.sagittal_t1
    if selection.axial_t2 is None:
        raise InputError(selection.reasons["axial_t2"])
    if sagittal is not None and not allow_mismatched_frames:
        first = selection.axial_t2[0]
        check_same_frame(first.name, first.frame_of_reference, sagittal.frame_of_reference)
    frames = read_frames(frames_path(levels, study.study_key, study.report_id))
    return [
        _row(study, stack, number, found, root)
        for number, stack in enumerate(place_stacks(selection.axial_t2))
        for found in slice_levels(stack.grid, frames, source=stack.series.name)
    ]


def _row(study: Study, stack: PlacedStack, number: int, found: SliceLevel, root: Path) -> SliceRow:
    file = stack.files[found.slice_index]
    return SliceRow(
        study_key=study.study_key,
        series_key=stack.series.series_key,
        series_number=stack.series.series_number,
        stack=number,
        slice=found.slice_index,
        file=file.path.relative_to(root).as_posix(),
        frame=file.frame,
        sop_instance_uid=file.sop_uid,
        level=found.level.value if found.level else "",
        nearest=found.nearest.value if found.nearest else "",
        offset_mm=_rounded(found.offset_mm),
        tilt_deg=_rounded(found.tilt_deg),
    )


def _rounded(number: float) -> str:
    return "" if math.isnan(number) else f"{number:.2f}"
