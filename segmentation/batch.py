"""Many inputs in a row: each to a folder of its own, what fails to the rejects, what is there already left alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from deepspine.data.errors import DeepspineError, InputError
from deepspine.data.files import (
    DICOM_SUFFIXES,
    VOLUME_SUFFIXES,
    holds_dicom,
    read_volume,
    read_volume_stacks,
    suffix_of,
)
from deepspine.data.geometry import Plane
from deepspine.data.levels import Level
from deepspine.data.picture_manifest import PictureEntry, read_manifest
from deepspine.data.pictures import PICTURE_SUFFIXES, read_picture
from deepspine.data.rejects import Rejects
from deepspine.data.volume import Volume, Weighting
from deepspine.segmentation.axial_regions import REGIONS_FILE, AxialRegions, write_regions
from deepspine.segmentation.locate import locate
from deepspine.segmentation.output import LEVELS_FILE, write_location
from deepspine.segmentation.picture_size import sized_by_spine
from deepspine.segmentation.pose import Segmenter

if TYPE_CHECKING:
    from deepspine.data.dicom.selection import Selection


@dataclass(frozen=True)
class LocateInput:
    """One volume to come.

    Attributes
    ----------
    name
        Of its output folder, a path where a folder of folders was given; free of identifiers for studies of an archive.
    read
        Reads its stacks of slices: one of a sagittal input, one or more of an axial one.
    read_other
        Reads the other contrast of the same study, where there is one: both are named together.
    """

    name: str
    read: Callable[[], Sequence[Volume]]
    read_other: Callable[[], Volume] | None = None


def find_inputs(paths: Sequence[Path], *, spacing_mm: float | None = None, axial: bool = False) -> list[LocateInput]:
    """Return the volumes that paths stand for.

    Parameters
    ----------
    paths
        Volume files, pictures, folders of one DICOM series, folders (of folders) of volumes or pictures without any
        DICOM file, archive indexes (`.parquet`: the sagittal T2, else T1, of each study), manifests of pictures
        (`.csv`, see `read_manifest`; the sagittal T1 and T2 of one patient and report are named together).
    spacing_mm
        Pixel size of pictures, where it is known and a manifest gives none.
    axial
        Whether axial slices are asked for: an archive's axial T2, and every stack of a series.

    Raises
    ------
    InputError
        When a path does not exist or two inputs have one name.
    """
    inputs = [one for path in paths for one in _inputs_of(path, spacing_mm, axial=axial)]
    names = [one.name for one in inputs]
    doubled = sorted({name for name in names if names.count(name) > 1})
    if doubled:
        raise InputError(f"{len(doubled)} names stand for two inputs, the first is {doubled[0]}; locate them apart")
    return inputs


def locate_inputs(
    inputs: Sequence[LocateInput],
    out: Path,
    *,
    network: Segmenter,
    lowest: Level | None = None,
    advance: Callable[[float], None] = lambda n: None,
) -> Rejects:
    """Locate every input; a single one straight into `out`, many into a folder each. Returns what was refused."""
    rejects = Rejects()
    for one in inputs:
        folder = out / one.name if len(inputs) > 1 else out
        if not (folder / LEVELS_FILE).is_file():
            try:
                (volume,) = one.read()
                volume = sized_by_spine(volume, network)
                location = locate(volume, network=network, lowest=lowest, other=_other_of(one))
                write_location(location, volume, folder)
            except DeepspineError as error:
                rejects.add(one.name, error)
        advance(1)
    return rejects


def box_axial_inputs(
    inputs: Sequence[LocateInput],
    out: Path,
    *,
    regions: AxialRegions,
    advance: Callable[[float], None] = lambda n: None,
) -> Rejects:
    """Box the disc on the axial slices of every input; folders as in `locate_inputs`. Returns what was refused."""
    rejects = Rejects()
    for one in inputs:
        folder = out / one.name if len(inputs) > 1 else out
        if not (folder / REGIONS_FILE).is_file():
            try:
                stacks = one.read()
                write_regions([regions.boxes(stack) for stack in stacks], stacks, folder)
            except DeepspineError as error:
                rejects.add(one.name, error)
        advance(1)
    return rejects


def _other_of(one: LocateInput) -> Volume | None:
    try:
        return one.read_other() if one.read_other else None
    except DeepspineError:
        # It is an input of its own, and comes to the rejects as such; this one can be named alone.
        return None


def _inputs_of(path: Path, spacing_mm: float | None, *, axial: bool) -> Iterator[LocateInput]:
    if path.suffix == ".parquet":
        yield from _studies_of(path, axial=axial)
    elif path.suffix == ".csv":
        entries = [one if one.spacing_mm else replace(one, spacing_mm=spacing_mm) for one in read_manifest(path)]
        for entry, other in zip(entries, _other_contrasts(entries), strict=True):
            yield LocateInput(_name_of(entry.path), partial(_alone, entry.read), other.read if other else None)
    elif path.is_dir() and (files := _volumes_in(path)):
        for file in files:
            name = str(file.relative_to(path).with_name(_name_of(file)))
            yield LocateInput(name, _reader(file, spacing_mm, axial=axial))
    elif path.exists():
        yield LocateInput(_name_of(path), _reader(path, spacing_mm, axial=axial))
    else:
        raise InputError(f"no file or folder {path}; check the spelling of the path")


def _studies_of(path: Path, *, axial: bool) -> Iterator[LocateInput]:
    # Half a second of imports that a single picture does not need.
    from deepspine.data.dicom.archive_index import ArchiveIndex
    from deepspine.data.dicom.selection import select_series

    for study in ArchiveIndex.read(path).studies():
        selection = select_series(study)
        yield LocateInput(study.study_key, partial(_read_chosen, selection, axial=axial))


def _read_chosen(selection: Selection, *, axial: bool) -> list[Volume]:
    from deepspine.data.dicom.reading import read_series, read_stacks

    if axial and selection.axial_t2:
        return read_stacks(selection.axial_t2)
    if axial:
        raise InputError(f"the study has no axial T2 to read: {selection.reasons['axial_t2']}")
    series = selection.sagittal_t2 or selection.sagittal_t1
    if series is None:
        raise InputError(f"the study has no sagittal T2 or T1 to read: {selection.reasons['sagittal_t2']}")
    return [read_series(series)]


def _other_contrasts(entries: Sequence[PictureEntry]) -> list[PictureEntry | None]:
    """Return for each picture its sagittal T1 or T2 where a study has one of both; pictures without a key have none."""
    of_study: dict[tuple[str, str], list[PictureEntry]] = defaultdict(list)
    for entry in entries:
        if entry.plane is Plane.SAGITTAL and (entry.patient_key or entry.report_id):
            of_study[entry.patient_key, entry.report_id].append(entry)
    other_of: dict[int, PictureEntry] = {}
    for pictures in of_study.values():
        if sorted(one.weighting for one in pictures) == [Weighting.T1, Weighting.T2]:
            one, other = pictures
            other_of |= {id(one): other, id(other): one}
    return [other_of.get(id(entry)) for entry in entries]


def _volumes_in(folder: Path) -> list[Path]:
    """Return the volume files and pictures of a folder, else of the folders in it; none for a DICOM folder."""
    if holds_dicom(folder):
        return []
    return _volumes_of(folder.iterdir()) or _volumes_of(folder.rglob("*"))


def _volumes_of(files: Iterable[Path]) -> list[Path]:
    return sorted(one for one in files if suffix_of(one) in (*PICTURE_SUFFIXES, *VOLUME_SUFFIXES))


def _reader(path: Path, spacing_mm: float | None, *, axial: bool) -> Callable[[], Sequence[Volume]]:
    if spacing_mm is not None and path.suffix.lower() in PICTURE_SUFFIXES:
        return partial(_alone, partial(read_picture, path, spacing_mm=spacing_mm))
    return partial(read_volume_stacks, path) if axial else partial(_alone, partial(read_volume, path))


def _alone(read: Callable[[], Volume]) -> list[Volume]:
    return [read()]


def _name_of(path: Path) -> str:
    suffix = suffix_of(path)
    known = suffix in (*PICTURE_SUFFIXES, *VOLUME_SUFFIXES, *DICOM_SUFFIXES) and not path.is_dir()
    return path.name[: len(path.name) - len(suffix)] if known else path.name
