"""What a dataset is built from: the volumes of a study, its level frames, and where both are found."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from deepspine.data.crops import INPUTS
from deepspine.data.dicom.archive_index import ArchiveIndex
from deepspine.data.dicom.series import Series, Study
from deepspine.data.errors import DeepspineError, InputError
from deepspine.data.frames import LEVELS_FILE, LevelFrame
from deepspine.data.volume import Volume

CLIP_PERCENTILES = (0.5, 99.5)
"""Grey values beyond are fat beside a surface coil, flow, or spikes; they would rule the scale."""


@dataclass(frozen=True)
class StudyImages:
    """The volumes of a study by input name; an axial series may be several stacks. Missing inputs are absent.

    Attributes
    ----------
    missing
        Why an input is absent, or a slab of it, by its name, where that is a defect worth a line in `rejects.csv`.
    """

    volumes: dict[str, Sequence[Volume]]
    missing: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class StudySource:
    """A study to build from.

    Attributes
    ----------
    study_key, patient_key, report_id
        As in the archive index.
    frames
        Gives the named discs.
    images
        Gives the volumes.
    shares_report
        Whether a study of another patient has the same report id, so that nobody knows whose the report is.
    """

    study_key: str
    patient_key: str
    report_id: str
    frames: Callable[[], Sequence[LevelFrame]]
    images: Callable[[], StudyImages]
    shares_report: bool = False


def archive_studies(
    index: ArchiveIndex, levels: Path, *, allow_mismatched_frames: bool = False
) -> Iterator[StudySource]:
    """Yield the studies of an archive with the frames that `locate` wrote.

    Parameters
    ----------
    levels
        Folder of `STUDY/levels.json`, where STUDY is the study's key or its report's id.
    allow_mismatched_frames
        Use series whose frame of reference differs from that of the sagittal ones, whose position beside them is
        therefore not promised by the scanner.
    """
    shared = reports_of_several_patients((study.report_id, study.patient_key) for study in index.studies())
    for study in index.studies():
        yield _source(study, levels, allow_mismatched_frames, shares_report=study.report_id in shared)


def reports_of_several_patients(pairs: Iterable[tuple[str, str]]) -> set[str]:
    """Return the report ids that stand beside more than one patient key.

    Examples
    --------
    >>> reports_of_several_patients([("r1", "p"), ("r1", "p"), ("r2", "p"), ("r2", "q"), ("", "p"), ("", "q")])
    {'r2'}
    """
    patients: dict[str, str] = {}
    return {report for report, patient in pairs if report and patients.setdefault(report, patient) != patient}


def _source(study: Study, levels: Path, allow_mismatched: bool, *, shares_report: bool) -> StudySource:
    return StudySource(
        shares_report=shares_report,
        study_key=study.study_key,
        patient_key=study.patient_key,
        report_id=study.report_id,
        frames=lambda: read_frames(frames_path(levels, study.study_key, study.report_id)),
        images=lambda: read_images(study, allow_mismatched_frames=allow_mismatched),
    )


def check_levels(levels: Path) -> None:
    """Raise when the folder of levels is not there, for which no single study is to blame.

    Raises
    ------
    InputError
        Then.
    """
    if not levels.is_dir():
        raise InputError(f"no folder {levels}; `deepspine locate --out {levels}` writes the levels of studies there")


def frames_path(levels: Path, study_key: str, report_id: str) -> Path:
    """Return where the frames of a study lie, in a folder named by its key or else by its report.

    Raises
    ------
    InputError
        When there are none.
    """
    for name in (study_key, report_id):
        path = levels / name / LEVELS_FILE
        if name and path.is_file():
            return path
    raise InputError(f"no {LEVELS_FILE} of this study in {levels}; `deepspine locate` writes them")


def read_frames(path: Path) -> list[LevelFrame]:
    """Read the named discs of `levels.json`.

    Raises
    ------
    InputError
        When the file is not what `locate` writes.
    GeometryError
        When a disc has no place in space.
    """
    try:
        levels = json.loads(path.read_text(encoding="utf-8"))["levels"]
        return [LevelFrame.from_json(values) for values in levels]
    except (ValueError, KeyError, TypeError):
        raise InputError(f"{path.name}: no list `levels`; `deepspine locate` writes such files") from None


def read_images(study: Study, *, allow_mismatched_frames: bool = False, standardise: bool = True) -> StudyImages:
    """Read the selected series of a study; series that cannot be read are named in `missing`.

    Parameters
    ----------
    standardise
        Whether grey values are brought to one scale, see `standardised`, or left as they were read.
    """
    from deepspine.data.dicom.reading import place_in_order
    from deepspine.data.dicom.selection import select_series

    selection = select_series(study, allow_mismatched_frames=allow_mismatched_frames)
    located_on = selection.sagittal_t2 or selection.sagittal_t1
    volumes: dict[str, Sequence[Volume]] = {}
    missing: dict[str, str] = {}
    for name in INPUTS:
        chosen: Series | tuple[Series, ...] | None = getattr(selection, name)
        if chosen is None:
            continue
        members = (chosen,) if isinstance(chosen, Series) else chosen
        # The series of a set share their frame of reference.
        if not allow_mismatched_frames and located_on is not None and _differs(members[0], located_on):
            missing[name] = "another frame of reference than the sagittal series; see --allow-mismatched-frames"
            continue
        stacks, problem = _readable_stacks(members)
        if problem:
            missing[name] = problem
        if stacks:
            stacks.sort(key=lambda stack: place_in_order(stack.grid))
            volumes[name] = standardised(stacks) if standardise else stacks
    return StudyImages(volumes, missing)


def _readable_stacks(members: Iterable[Series]) -> tuple[list[Volume], str]:
    """Return the stacks of the series of a set that can be read, and why one cannot; empty when all can."""
    from deepspine.data.dicom.reading import read_stacks

    stacks: list[Volume] = []
    problem = ""
    for series in members:
        try:
            stacks += read_stacks(series)
        except DeepspineError as error:
            problem = f"{series.name}: {without_paths(str(error), series.paths)}"
    return stacks, problem


def without_paths(text: str, paths: Iterable[Path]) -> str:
    """Return an error's text without the paths of an archive, which may spell names: it goes into the dataset's folder.

    Examples
    --------
    >>> without_paths("/archive/DOE/IM2: truncated", [Path("/archive/DOE/IM1"), Path("/archive/DOE/IM2")])
    'file 2 of 2: truncated'
    """
    files = list(dict.fromkeys(map(str, paths)))
    for path in sorted(files, key=len, reverse=True):
        text = text.replace(path, f"file {files.index(path) + 1} of {len(files)}")
    return text


def standardised(stacks: Iterable[Volume]) -> list[Volume]:
    """Return the stacks of one series or set of slabs with grey values clipped, of mean 0 and deviation 1 over all.

    Scanners' units are arbitrary; standardising was the best of the ways compared by Cina 2024.
    """
    stacks = list(stacks)
    values = np.concatenate([stack.voxels.ravel() for stack in stacks])
    low, high = np.percentile(values, CLIP_PERCENTILES)
    values = values.clip(low, high)
    mean, deviation = float(values.mean()), float(values.std()) or 1.0
    return [
        stack.with_voxels(((stack.voxels.clip(low, high) - mean) / deviation).astype(np.float32)) for stack in stacks
    ]


def _differs(series: Series, other: Series) -> bool:
    frames = {series.frame_of_reference, other.frame_of_reference} - {""}
    return len(frames) > 1
