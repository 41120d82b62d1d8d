"""Many inputs in a row: each to a folder of its own, what fails to the rejects, the same answer not given twice."""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from glob import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deepspine.data.errors import ConfigError, DeepspineError, InputError
from deepspine.data.files import (
    DETACHED_SUFFIXES,
    DICOM_SUFFIXES,
    VOLUME_SUFFIXES,
    holds_dicom,
    is_dicom_suffix,
    read_volume,
    read_volume_stacks,
    suffix_of,
)
from deepspine.data.geometry import Plane
from deepspine.data.levels import Level
from deepspine.data.picture_manifest import PictureEntry, read_manifest
from deepspine.data.pictures import PICTURE_SUFFIXES, read_picture
from deepspine.data.provenance import provenance
from deepspine.data.rejects import Rejects
from deepspine.data.volume import Volume, Weighting
from deepspine.segmentation.axial_regions import BOXED_FILES, AxialRegions, write_regions
from deepspine.segmentation.locate import locate
from deepspine.segmentation.output import LOCATED_FILES, write_location
from deepspine.segmentation.picture_size import sized_by_spine
from deepspine.segmentation.pose import Segmenter

if TYPE_CHECKING:
    from deepspine.data.dicom.selection import Selection
    from deepspine.data.dicom.series import Study


_OTHER_PICTURES = (".bmp", ".gif", ".tif", ".tiff", ".webp")
"""Suffixes of pictures that are not read."""


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
    identity
        Tells the input from others of its name, without identifiers.
    spacing_mm
        Pixel size that was given for it.
    suffix
        Of its file, which the name leaves out.
    of_archive
        Whether it is a study of an archive's index.
    """

    name: str
    read: Callable[[], Sequence[Volume]]
    read_other: Callable[[], Volume] | None = None
    identity: Callable[[], str] = str
    spacing_mm: float | None = None
    suffix: str = ""
    of_archive: bool = False


@dataclass(frozen=True)
class BatchResult:
    """What became of many inputs.

    Attributes
    ----------
    rejects
        What was refused.
    n_there
        How many were there already.
    warned
        The warnings of each answer that has some, those that were there already included.
    """

    rejects: Rejects
    n_there: int
    warned: tuple[tuple[str, ...], ...] = ()


def find_inputs(
    paths: Sequence[Path], *, spacing_mm: float | None = None, axial: bool = False, root: Path | None = None
) -> list[LocateInput]:
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
    root
        Folder of an index's archive, where it has moved since it was indexed.

    Raises
    ------
    InputError
        When a path does not exist or two inputs have one name, their suffixes included.
    ConfigError
        When `root` is given without an index.
    """
    if root is not None and not any(map(_is_index, paths)):
        raise ConfigError("--root belongs to an archive index; no input is an index.parquet")
    inputs = _told_apart([one for path in paths for one in _inputs_of(path, spacing_mm, axial=axial, root=root)])
    if doubled := sorted(_doubled(inputs)):
        raise InputError(f"{len(doubled)} names stand for two inputs, the first is {doubled[0]}; locate them apart")
    return inputs


def locate_inputs(
    inputs: Sequence[LocateInput],
    out: Path,
    *,
    network: Segmenter,
    lowest: Level | None = None,
    settings: Mapping[str, str] | None = None,
    advance: Callable[[float], None] = lambda n: None,
) -> BatchResult:
    """Locate every input: one that stands alone straight into `out`, many and an archive's studies into a folder each.

    What is there already is left alone when the same input, lowest level, settings and software made it, else made
    again.

    Parameters
    ----------
    settings
        What else decides the answer, such as the name of the network's weights.
    """

    def make(one: LocateInput, folder: Path, decided_by: Mapping[str, Any]) -> None:
        (volume,) = one.read()
        volume = sized_by_spine(volume, network)
        location = locate(volume, network=network, lowest=lowest, other=_other_of(one))
        write_location(location, volume, folder, decided_by=decided_by)

    decided_by = {**(settings or {}), "lowest": lowest.value if lowest else None}
    return _go_through(inputs, out, make, files=LOCATED_FILES, decided_by=decided_by, advance=advance)


def box_axial_inputs(
    inputs: Sequence[LocateInput],
    out: Path,
    *,
    regions: AxialRegions,
    settings: Mapping[str, str] | None = None,
    advance: Callable[[float], None] = lambda n: None,
) -> BatchResult:
    """Box the disc on the axial slices of every input; folders, and what is there already, as in `locate_inputs`."""

    def make(one: LocateInput, folder: Path, decided_by: Mapping[str, Any]) -> None:
        stacks = one.read()
        write_regions([regions.boxes(stack) for stack in stacks], stacks, folder, decided_by=decided_by)

    return _go_through(inputs, out, make, files=BOXED_FILES, decided_by=settings or {}, advance=advance)


def digest_of(files: Iterable[Path]) -> str:
    """Return what tells an input or weights from others of the same name: names, sizes and content of the first file.

    One slice tells a DICOM series, so that a batch that goes on need not read all of them.
    """
    there = [file for file in files if file.is_file()]
    digest = hashlib.sha256("".join(f"{file.name}:{file.stat().st_size};" for file in there).encode())
    if there:
        digest.update(there[0].read_bytes())
    return digest.hexdigest()[:16]


def _go_through(
    inputs: Sequence[LocateInput],
    out: Path,
    make: Callable[[LocateInput, Path, Mapping[str, Any]], None],
    *,
    files: Sequence[str],
    decided_by: Mapping[str, Any],
    advance: Callable[[float], None],
) -> BatchResult:
    """Make the files of every input, the last of which says what made them."""
    rejects, n_there, alone = Rejects(), 0, stands_alone(inputs)
    warned: list[tuple[str, ...]] = []
    for one in inputs:
        folder = out if alone else out / one.name
        own = {**decided_by, "input": one.identity(), "spacing_mm": one.spacing_mm}
        if _made_by(folder / files[-1]) == (provenance()["software"], own):
            n_there += 1
        else:
            # The answer for another input must not stay where this one is refused.
            for name in files if (folder / files[-1]).is_file() else ():
                (folder / name).unlink(missing_ok=True)
            try:
                make(one, folder, own)
            except DeepspineError as error:
                rejects.add(one.name, error)
        if told := _warnings_of(folder / files[-1]):
            warned.append(told)
        advance(1)
    return BatchResult(rejects, n_there, tuple(warned))


def stands_alone(inputs: Sequence[LocateInput]) -> bool:
    """Whether there is one input, whose answer needs no folder of its own; studies of an archive always have one."""
    return len(inputs) == 1 and not inputs[0].of_archive


def _made_by(path: Path) -> tuple[object, object] | None:
    """Return the software that gave an answer, and what decided it; None where there is none, or none that says so."""
    try:
        made_by = json.loads(path.read_text(encoding="utf-8"))["made_by"]
        return made_by["software"], made_by["decided_by"]
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None


def _warnings_of(path: Path) -> tuple[str, ...]:
    """Return the warnings of an answer; none where it was refused, or has no place for them."""
    answer = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return tuple(answer.get("warnings", ())) if isinstance(answer, dict) else ()


def _other_of(one: LocateInput) -> Volume | None:
    try:
        return one.read_other() if one.read_other else None
    except DeepspineError:
        # It is an input of its own, and comes to the rejects as such; this one can be named alone.
        return None


def _told_apart(inputs: Sequence[LocateInput]) -> list[LocateInput]:
    """Return inputs of which those of one name bear the suffix of their file too, as `a.mha` beside `a.nii.gz`."""
    doubled = _doubled(inputs)
    return [replace(one, name=one.name + one.suffix) if one.name in doubled else one for one in inputs]


def _doubled(inputs: Iterable[LocateInput]) -> set[str]:
    return {name for name, times in Counter(one.name for one in inputs).items() if times > 1}


def _is_index(path: Path) -> bool:
    return path.suffix == ".parquet"


def _inputs_of(path: Path, spacing_mm: float | None, *, axial: bool, root: Path | None) -> Iterator[LocateInput]:
    if _is_index(path):
        yield from _studies_of(path, axial=axial, root=root)
    elif path.suffix == ".csv":
        entries = [one if one.spacing_mm else replace(one, spacing_mm=spacing_mm) for one in read_manifest(path)]
        for entry, other in zip(entries, _other_contrasts(entries), strict=True):
            files = [entry.path, other.path] if other else [entry.path]
            yield LocateInput(
                _name_of(entry.path),
                partial(_alone, entry.read),
                other.read if other else None,
                identity=partial(digest_of, files),
                spacing_mm=entry.spacing_mm,
                suffix=_suffix_of(entry.path),
            )
    elif path.is_dir() and (files := _volumes_in(path)):
        for file in files:
            name = str(file.relative_to(path).with_name(_name_of(file)))
            yield _input_of(file, name, spacing_mm, axial=axial)
    elif path.exists():
        yield _input_of(path, _name_of(path), spacing_mm, axial=axial)
    else:
        raise InputError(f"no file or folder {path}; check the spelling of the path")


def _studies_of(path: Path, *, axial: bool, root: Path | None) -> Iterator[LocateInput]:
    # Half a second of imports that a single picture does not need.
    from deepspine.data.dicom.archive_index import ArchiveIndex
    from deepspine.data.dicom.selection import select_series

    for study in ArchiveIndex.read(path, root=root).studies():
        selection = select_series(study)
        identity = partial(_slices_of, study)
        read = partial(_read_chosen, selection, axial=axial)
        yield LocateInput(study.study_key, read, identity=identity, of_archive=True)


def _slices_of(study: Study) -> str:
    """Return what tells a study from the same one with other slices, wherever the archive lies."""
    digest = hashlib.sha256()
    for series in study.series:
        files = [f"{path.name}:{frame};" for path, frame in zip(series.paths, series.frames, strict=True)]
        digest.update(f"{series.series_key}:{''.join(files)}".encode())
    return digest.hexdigest()[:16]


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
    """Return volumes and pictures, those of kinds that are not read as well: they come to the rejects."""
    known = (*PICTURE_SUFFIXES, *VOLUME_SUFFIXES, *_OTHER_PICTURES)
    return sorted(one for one in files if suffix_of(one) in known and not _is_answer(one))


def _is_answer(file: Path) -> bool:
    """Whether a file is a mask or picture that `locate` has written."""
    return file.name in LOCATED_FILES and (file.parent / LOCATED_FILES[-1]).is_file()


def _input_of(path: Path, name: str, spacing_mm: float | None, *, axial: bool) -> LocateInput:
    """Return a volume file, a picture or a folder of DICOM files as an input."""
    read: Callable[[], Sequence[Volume]] = partial(_alone, partial(read_volume, path))
    if spacing_mm is not None and path.suffix.lower() in PICTURE_SUFFIXES:
        read = partial(_alone, partial(read_picture, path, spacing_mm=spacing_mm))
    elif axial:
        read = partial(read_volume_stacks, path)
    identity = partial(digest_of, _files_of(path))
    return LocateInput(name, read, identity=identity, spacing_mm=spacing_mm, suffix=_suffix_of(path))


def _files_of(path: Path) -> list[Path]:
    """Return a file, the voxels before a header that has them beside it, or what may be DICOM in a folder.

    What is written there later does not make a folder another.
    """
    if suffix_of(path) in DETACHED_SUFFIXES:
        beside = sorted(file for file in path.parent.glob(f"{escape(path.stem)}.*") if file != path)
        return [*beside, path]
    if not path.is_dir():
        return [path]
    return sorted(file for file in path.rglob("*") if is_dicom_suffix(suffix_of(file)))


def _alone(read: Callable[[], Volume]) -> list[Volume]:
    return [read()]


def _name_of(path: Path) -> str:
    return path.name.removesuffix(_suffix_of(path))


def _suffix_of(path: Path) -> str:
    """Return the suffix of a volume or picture as it is written; none of a folder, or of a file of another kind."""
    suffix = suffix_of(path)
    known = suffix in (*PICTURE_SUFFIXES, *VOLUME_SUFFIXES, *DICOM_SUFFIXES) and not path.is_dir()
    return path.name[len(path.name) - len(suffix) :] if known else ""
