"""Studies whose series are single volume files (MetaImage, NIfTI, NRRD): a table that `build` takes as its index."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from deepspine.data.crops import INPUTS
from deepspine.data.csv_rows import csv_text, read_rows
from deepspine.data.dataset.studies import (
    StudyImages,
    StudySource,
    frames_path,
    read_frames,
    reports_of_several_patients,
    standardised,
    without_paths,
)
from deepspine.data.errors import DeepspineError, InputError
from deepspine.data.files import read_volume
from deepspine.data.report_ids import report_id_of
from deepspine.data.volume import Volume
from deepspine.data.whole_files import write_whole

COLUMNS = ("study_key", "patient_key", "report_id", "input", "path")


@dataclass(frozen=True)
class VolumeRow:
    """One volume file of a study.

    Attributes
    ----------
    study_key, patient_key, report_id
        As in an archive index; the last two may be empty.
    input_name
        What it shows, one of `crops.INPUTS`.
    path
        The file. All volumes of a study share one patient space.
    """

    study_key: str
    patient_key: str
    report_id: str
    input_name: str
    path: Path

    @property
    def patient(self) -> str:
        """Whose volume it is; where nobody says so, that of its report, and without a report that of its study."""
        return self.patient_key or self.report_id or self.study_key


def write_volume_table(rows: Sequence[VolumeRow], path: Path) -> None:
    """Write a table; paths below its folder or beside it become relative to it, so that both can be moved together."""
    lines = [
        (row.study_key, row.patient_key, row.report_id, row.input_name, _relative(row.path, path.parent))
        for row in rows
    ]
    write_whole(path, csv_text(lines, COLUMNS))


def read_volume_table(path: Path) -> list[VolumeRow]:
    """Read a table of volume files, ordered by study.

    Raises
    ------
    InputError
        When the file is missing, a column is missing, an input has an unknown name or appears twice, or a study has
        two patients; the message names row and column.
    """
    if not path.is_file():
        raise InputError(f"no index {path}; check the spelling of the path")
    rows = {number: _row(path, number, row) for number, row in read_rows(path, COLUMNS, kind="a table of volumes")}
    _check_unique(path, rows)
    return sorted(rows.values(), key=lambda row: (row.study_key, list(INPUTS).index(row.input_name)))


def volume_studies(rows: Sequence[VolumeRow], levels: Path) -> Iterator[StudySource]:
    """Yield the studies of a table of volume files with their frames.

    Parameters
    ----------
    levels
        Folder of `STUDY/levels.json`, where STUDY is the study's key or its report's id.
    """
    shared = reports_of_several_patients((row.report_id, row.patient) for row in rows)
    for _, members in groupby(rows, key=lambda row: row.study_key):
        own = tuple(members)
        yield _source(own, levels, shares_report=own[0].report_id in shared)


def _source(rows: tuple[VolumeRow, ...], levels: Path, *, shares_report: bool) -> StudySource:
    first = rows[0]
    return StudySource(
        shares_report=shares_report,
        study_key=first.study_key,
        patient_key=first.patient,
        report_id=first.report_id,
        frames=lambda: read_frames(frames_path(levels, first.study_key, first.report_id)),
        images=lambda: _images(rows),
    )


def _images(rows: Sequence[VolumeRow]) -> StudyImages:
    volumes: dict[str, Sequence[Volume]] = {}
    missing: dict[str, str] = {}
    for row in rows:
        try:
            volumes[row.input_name] = standardised([read_volume(row.path)])
        except DeepspineError as error:
            missing[row.input_name] = without_paths(str(error), [row.path])
    return StudyImages(volumes, missing)


def _row(path: Path, number: int, cells: Mapping[str, str]) -> VolumeRow:
    values = {name: cells[name].strip() for name in COLUMNS}
    for column in ("study_key", "path"):
        if not values[column]:
            raise InputError(f"{path}: row {number}, column {column}: must not be empty")
    if values["input"] not in INPUTS:
        raise InputError(
            f"{path}: row {number}, column input: must be one of {', '.join(INPUTS)}, got {values['input']!r}"
        )
    place = path.parent / values["path"]
    report_id = report_id_of(values["report_id"])
    return VolumeRow(values["study_key"], values["patient_key"], report_id, values["input"], place)


def _check_unique(path: Path, rows: Mapping[int, VolumeRow]) -> None:
    seen: set[tuple[str, str]] = set()
    patients: dict[str, tuple[str, str]] = {}
    for number, row in rows.items():
        if (row.study_key, row.input_name) in seen:
            raise InputError(f"{path}: row {number}, column input: {row.input_name} of its study appears twice")
        seen.add((row.study_key, row.input_name))
        if patients.setdefault(row.study_key, (row.patient_key, row.report_id)) != (row.patient_key, row.report_id):
            raise InputError(f"{path}: row {number}, column patient_key: the study has two patients or two reports")


def _relative(path: Path, folder: Path) -> str:
    import os.path

    return Path(os.path.relpath(path.resolve(), folder.resolve())).as_posix()
