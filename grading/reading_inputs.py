"""Which pictures a study to be read has: sagittal T1, sagittal T2, axial T2, from an archive folder or from files.

DICOM folders go through the archive index and its choice of series. Files (NIfTI, MetaImage, NRRD, pictures) tell their
contrast by their name (`..._t1.png`, `sag_T2.nii.gz`) and their plane by their geometry, or an option tells it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from deepspine.data.errors import InputError
from deepspine.data.files import (
    VOLUME_SUFFIXES,
    holds_dicom,
    is_dicom_suffix,
    read_volume,
    read_volume_stacks,
    suffix_of,
)
from deepspine.data.geometry import Plane
from deepspine.data.pictures import PICTURE_SUFFIXES, read_picture
from deepspine.data.rejects import Rejects
from deepspine.data.volume import Volume, Weighting

if TYPE_CHECKING:
    from deepspine.data.dicom.selection import Selection
    from deepspine.data.dicom.series import Study

SAGITTAL_T1, SAGITTAL_T2, AXIAL_T2 = "sagittal_t1", "sagittal_t2", "axial_t2"
DEFAULT_ID = "study"
"""Name of a study whose files have none that may be shown: file names often hold patients' names."""
WEIGHTINGS = {"t1": Weighting.T1, "t2": Weighting.T2}
_UNTOLD = {Weighting.UNKNOWN, Weighting.DIXON_WATER, Weighting.DIXON_FAT}
"""What a header may say that leaves T1 and T2 open."""
MAY_SERVE = {
    Weighting.T1: {Weighting.T1, *_UNTOLD},
    Weighting.T2: {Weighting.T2, Weighting.T2_SPACE, Weighting.STIR, *_UNTOLD},
}
"""What a file given for T1 or T2 may be by its own header; a STIR is looked at as a fat-suppressed T2."""
_CONTRAST = re.compile(r"(?<![a-z0-9])t([12])w?(?![0-9a-z])")
_NO_IMAGE = re.compile(r"mask|label|seg(?![a-z])|overlay|vertebrae")
"""Files that lie beside images and are none."""


@dataclass(frozen=True, eq=False)
class StudyImages:
    """The pictures of one study, grey values as they were read.

    Attributes
    ----------
    report_id
        As in label tables; free of names.
    volumes
        By input name; an axial series may be several stacks, a sagittal one is one.
    warnings
        What was left out, and why.
    """

    report_id: str
    volumes: Mapping[str, Sequence[Volume]]
    warnings: tuple[str, ...] = field(default=())

    @property
    def main_input(self) -> str:
        """The input on which discs are located: sagittal T2, else T1."""
        return SAGITTAL_T2 if SAGITTAL_T2 in self.volumes else SAGITTAL_T1

    @property
    def is_picture(self) -> bool:
        """Whether the study is plain pictures, which have no place in a patient."""
        return not self.volumes[self.main_input][0].origin.has_patient_space


def find_study(
    study: Path | None,
    *,
    t1: Path | None = None,
    t2: Path | None = None,
    axial_t2: Path | None = None,
    spacing_mm: float | None = None,
    report_id: str | None = None,
) -> StudyImages:
    """Read the pictures of a study.

    Parameters
    ----------
    study
        Folder (or zip file) of DICOM files of one study, folder of volumes or of a pair of pictures, or one file.
    t1, t2, axial_t2
        Files, or folders of one DICOM series, in place of `study`.
    spacing_mm
        Pixel size of pictures, where it is known.
    report_id
        Name of the study in tables; by default the accession number of DICOM, `DEFAULT_ID` of files.

    Raises
    ------
    InputError
        When there is nothing to read, no sagittal T1 or T2, more than one patient or study, pictures of two sizes, or a
        header that says another weighting than the name or option.
    """
    named = {SAGITTAL_T1: t1, SAGITTAL_T2: t2, AXIAL_T2: axial_t2}
    given = {name: path for name, path in named.items() if path is not None}
    if (study is None) == (not given):
        raise InputError("name either a STUDY or its files with --t1, --t2 and --axial-t2")
    if study is not None and not study.exists():
        raise InputError(f"no file or folder {study}; check the spelling of the path")
    if study is not None and not _files_of(study):
        return _dicom_study(study, report_id)
    if study is not None:
        found, warnings = _by_name(study, spacing_mm)
    else:
        found, warnings = {name: _read(path, name, spacing_mm) for name, path in given.items()}, ()
        _check_names(given)
    return _checked(StudyImages(report_id or DEFAULT_ID, found, warnings))


# ------------------------------------------------------------------------------------------------------------- DICOM


def _dicom_study(folder: Path, report_id: str | None) -> StudyImages:
    """Read the one study of an archive.

    Raises
    ------
    InputError
        When there are several patients or studies, or no sagittal T1 or T2.
    """
    from deepspine.data.dataset.studies import read_images
    from deepspine.data.dicom.archive_index import index_archive
    from deepspine.data.dicom.selection import select_series

    damaged = Rejects()
    studies = list(index_archive(folder, rejects=damaged).studies())
    n_patients = len({study.patient_key for study in studies})
    if n_patients > 1:
        raise InputError(f"{folder}: holds studies of {n_patients} patients; give the folder of one study")
    if len(studies) > 1:
        raise InputError(f"{folder}: holds {len(studies)} studies of one patient; give the folder of one of them")
    selection = select_series(studies[0])
    if selection.sagittal_t2 is None and selection.sagittal_t1 is None:
        why = sorted(set(selection.rejected.values()))
        others = f"; series that are there: {', '.join(why)}" if why else ""
        raise InputError(f"{folder}: no sagittal T1 or T2 series to read{others}")
    images = read_images(studies[0], standardise=False)
    found = StudyImages(
        report_id or studies[0].report_id or studies[0].study_key,
        images.volumes,
        (
            *(f"{input_words(name)} was left out: {reason}" for name, reason in images.missing.items()),
            *_series_left_out(studies[0], selection),
            *_files_left_out(damaged),
        ),
    )
    return _checked(found)


def _series_left_out(study: Study, selection: Selection) -> Iterator[str]:
    """Tell of series that would have been a sagittal T1 or T2, had they been whole."""
    from deepspine.data.dicom.selection import SLOTS

    for name, chosen in ((SAGITTAL_T1, selection.sagittal_t1), (SAGITTAL_T2, selection.sagittal_t2)):
        plane, weightings = SLOTS[name]
        for series in study.series if chosen is None else ():
            reason = selection.rejected.get(series.series_key)
            if reason and series.plane is plane and series.weighting in weightings:
                yield f"{input_words(name)} (series {series.series_number}) was left out: {reason}"


def _files_left_out(damaged: Rejects) -> Iterator[str]:
    """Tell how many files could not be read, and why; their names may identify someone."""
    reasons = sorted({str(row[1]) for row in damaged.rows})
    if reasons:
        more = f" and {len(reasons) - 1} other reasons" if len(reasons) > 1 else ""
        yield f"{len(damaged)} files were left out: {reasons[0]}{more}; see `deepspine index`"


# ------------------------------------------------------------------------------------------------------------- files


def _files_of(study: Path) -> list[Path]:
    """Return the volume files and pictures of a folder, or the one file; none for DICOM."""
    suffixes = (*PICTURE_SUFFIXES, *VOLUME_SUFFIXES)
    if study.is_file():
        return [] if suffix_of(study) not in suffixes and _may_hold_dicom(study) else [study]
    if holds_dicom(study):
        return []
    files = sorted(file for file in study.iterdir() if suffix_of(file) in suffixes)
    return [file for file in files if not _NO_IMAGE.search(file.name.lower())]


def _may_hold_dicom(file: Path) -> bool:
    """Whether a file is DICOM, or an archive file of a kind that may hold some."""
    from pydicom.misc import is_dicom

    from deepspine.data.dicom.discovery import PACKED_SUFFIXES, TAR_SUFFIXES, ZIP_SUFFIXES

    packed = file.name.lower().endswith((*ZIP_SUFFIXES, *TAR_SUFFIXES, *PACKED_SUFFIXES))
    return packed or is_dicom_suffix(suffix_of(file)) or is_dicom(file)


def _by_name(study: Path, spacing_mm: float | None) -> tuple[dict[str, list[Volume]], tuple[str, ...]]:
    """Read the files of a folder, or one file, each for the input that its name and geometry say.

    Returns
    -------
    Volumes by input, and what was left out.

    Raises
    ------
    InputError
        When a name says no contrast, two files are for one input, or names are of two patients.
    """
    found: dict[str, list[Volume]] = {}
    named: dict[str, Path] = {}
    warnings: tuple[str, ...] = ()
    for path in _files_of(study):
        volume = _read_one(path, spacing_mm)
        contrast = _CONTRAST.search(path.name.lower())
        if contrast is None:
            raise InputError(f"{path}: its name says neither T1 nor T2; say it with --t1 or --t2 in place of STUDY")
        axial = volume.grid.plane is Plane.AXIAL
        if axial and contrast[1] == "1":
            warnings = ("axial T1 was left out: axial slices are read on T2",)
            continue
        name = AXIAL_T2 if axial else f"sagittal_t{contrast[1]}"
        if name in named:
            raise InputError(
                f"{study}: two files are {input_words(name)}, {named[name].name} and {path.name}; "
                "give the folder of one patient, or name the files with --t1 and --t2"
            )
        named[name] = path
        found[name] = _given_for(name, path, read_volume_stacks(path) if axial else [volume])
    _check_names(named)
    return found, warnings


def _read_one(path: Path, spacing_mm: float | None) -> Volume:
    is_picture = suffix_of(path) in PICTURE_SUFFIXES and path.is_file()
    return read_picture(path, spacing_mm=spacing_mm) if is_picture else read_volume(path)


def _read(path: Path, name: str, spacing_mm: float | None) -> list[Volume]:
    """Read a file for an input: a sagittal one is one stack, an axial one may be several."""
    if name != AXIAL_T2:
        return _given_for(name, path, [_read_one(path, spacing_mm)])
    if suffix_of(path) in PICTURE_SUFFIXES and path.is_file():
        raise InputError(f"{path}: an axial picture has no place beside the sagittal ones; give volumes or DICOM")
    return _given_for(name, path, read_volume_stacks(path))


def _given_for(name: str, path: Path, volumes: Sequence[Volume]) -> list[Volume]:
    """Return the volumes of a file with the weighting of the input that it was given for.

    Raises
    ------
    InputError
        When they are slices of another plane, or the header says another weighting.
    """
    plane = Plane.AXIAL if name == AXIAL_T2 else Plane.SAGITTAL
    weighting = WEIGHTINGS[name[-2:]]
    for volume in volumes:
        if volume.grid.plane is not plane:
            raise InputError(f"{path}: {input_words(name)} must be a {plane} stack, got {volume.grid.plane} slices")
        if volume.weighting not in MAY_SERVE[weighting]:
            raise InputError(f"{path} was given for {weighting}, but its header says {volume.weighting}")
    return [replace(volume, weighting=weighting) for volume in volumes]


def _check_names(named: Mapping[str, Path]) -> None:
    """Refuse files whose names are alike but for the contrast and another word: those of two patients.

    Raises
    ------
    InputError
        When the names of T1 and T2 differ in more than the contrast.
    """
    if not {SAGITTAL_T1, SAGITTAL_T2} <= set(named):
        return
    names = [named[name].name.lower().removesuffix(suffix_of(named[name])) for name in (SAGITTAL_T1, SAGITTAL_T2)]
    rests = [_CONTRAST.sub("", name).strip(" ._-") for name in names]
    if all(_CONTRAST.search(name) for name in names) and all(rests) and rests[0] != rests[1]:
        raise InputError(
            f"T1 ({named[SAGITTAL_T1].name}) and T2 ({named[SAGITTAL_T2].name}) have names of two patients; "
            "name alike what belongs together"
        )


# ------------------------------------------------------------------------------------------------------------ checks


def _checked(study: StudyImages) -> StudyImages:
    """Return the study if it can be read.

    Raises
    ------
    InputError
        When it has no sagittal pictures, its pictures differ in size or kind, or its series are of two patients.
    """
    if not {SAGITTAL_T1, SAGITTAL_T2} & set(study.volumes):
        raise InputError("no sagittal T1 or T2 to read; discs are found on sagittal slices")
    volumes = [volume for stacks in study.volumes.values() for volume in stacks]
    if len({volume.origin.has_patient_space for volume in volumes}) > 1:
        raise InputError(
            "a plain picture and a volume cannot be read together: the picture has no place in the patient"
        )
    if len({volume.origin.patient_key for volume in volumes} - {""}) > 1:
        raise InputError("T1 and T2 are of two patients; give series of one study")
    if study.is_picture and len({volume.grid.shape for volume in volumes}) > 1:
        sizes = " and ".join(
            f"{input_words(name)} {one[0].grid.shape[2]} x {one[0].grid.shape[1]}"
            for name, one in study.volumes.items()
        )
        raise InputError(f"a pair of pictures must be of one size and field of view, got {sizes} pixels")
    return study


def input_words(name: str) -> str:
    """Return an input's name for people: `sagittal T2`."""
    plane, contrast = name.split("_")
    return f"{plane} {contrast.upper()}"
