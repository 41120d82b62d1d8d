"""One DICOM file's header, checked and reduced to what an archive needs to know of it.

Classic files hold one slice, enhanced multi-frame files many; both become an `Instance` with its `Frame`s. Names and
numbers of patients become keys here and go no further.
"""

from __future__ import annotations

import hashlib
from typing import BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from deepspine.data.dicom.frame_headers import Frame, frames_of
from deepspine.data.dicom.parse_errors import PARSE_ERRORS
from deepspine.data.dicom.parsing import lenient, parse_tags
from deepspine.data.dicom.pixels import PIXEL_KEYWORDS, check_pixels_are_there, decoded_frames
from deepspine.data.dicom.tags import Tags
from deepspine.data.errors import DeepspineError, InputError

KEY_DIGITS = 12
"""Hex digits of a pseudonymous key: 48 bits, a collision among a million patients has a chance of 1 in 500."""
MAX_SIDE = 8192
"""Rows or columns a slice may claim to have."""

MAX_RUNNING_NUMBER = 2**31
"""Integer strings of DICOM have 32 bits."""

_MR = "MR"
MR_PICTURES = ("1.2.840.10008.5.1.4.1.1.4", "1.2.840.10008.5.1.4.1.1.4.1", "1.2.840.10008.5.1.4.1.1.4.4")
"""SOP classes of MR pictures: classic, enhanced, legacy converted. A UID that was cut off is the start of one."""
_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"
"""SOP class of secondary captures, and with a further number of those with several frames."""
_GREY = ("MONOCHROME1", "MONOCHROME2")
_COLOUR = ("RGB", "YBR", "PALETTE", "ARGB", "CMYK", "HSV")

HEADER_KEYWORDS = (
    "AccessionNumber", "AcquisitionNumber", "BitsAllocated", "BitsStored", "BodyPartExamined", "Columns",
    "ContrastBolusAgent", "ContrastBolusAgentSequence", "EchoPulseSequence", "EchoTime", "FrameOfReferenceUID",
    "HighBit", "ImageOrientationPatient", "ImagePositionPatient", "ImageType", "InversionTime", "MRAcquisitionType",
    "Modality", "NumberOfFrames", "PatientID", "PerFrameFunctionalGroupsSequence", "PhotometricInterpretation",
    "PixelSpacing", "RepetitionTime", "Rows", "SOPClassUID", "SOPInstanceUID", "SamplesPerPixel", "ScanOptions",
    "ScanningSequence", "SeriesDescription", "SeriesInstanceUID", "SeriesNumber", "SharedFunctionalGroupsSequence",
    "SliceThickness", "SpacingBetweenSlices", "StudyInstanceUID",
)  # fmt: skip


class NotForUsError(DeepspineError):
    """A sound DICOM object that is no MR picture (a report, a CT slice, a presentation state)."""


class Instance(NamedTuple):
    """What a file says of itself; `path` is relative to the archive."""

    path: str
    sop_uid: str
    series_uid: str
    study_uid: str
    patient_key: str
    report_id: str
    frame_of_reference: str
    series_number: int
    acquisition: int
    body_part: str
    rows: int
    columns: int
    frames: tuple[Frame, ...]


def pseudonymous_key(identifier: str) -> str:
    """Return a key that stands for an identifier in file names and tables: 12 hex digits of its SHA-256.

    Examples
    --------
    >>> pseudonymous_key("1.2.840.1")
    'f9a13599155b'
    """
    return hashlib.sha256(identifier.encode()).hexdigest()[:KEY_DIGITS]


def read_instance(stream: BinaryIO, *, path: str, size: int) -> Instance:
    """Read the header of a DICOM file and check that its pixels are all there, without reading them.

    Parameters
    ----------
    stream
        The open file, seekable.
    path
        Its place in the archive, for the record.
    size
        Its length in bytes.

    Raises
    ------
    InputError
        When the file is not DICOM, is truncated, or lacks what a picture in patient space must have.
    GeometryError
        When its axes, position or pixel size cannot be real.
    NotForUsError
        When it is DICOM but no MR picture.
    OSError
        When the disk or network does not give it.
    """
    try:
        with lenient():
            tags = parse_tags(stream, HEADER_KEYWORDS)
            _refuse_other_objects(tags)
            check_pixels_are_there(stream, tags, size=size)
            return _instance(tags, path)
    except PARSE_ERRORS as error:
        if isinstance(error, OSError) and error.errno is not None:  # of the system, not of the parser
            raise
        raise InputError(f"damaged DICOM header ({type(error).__name__})") from None


def read_pixels(stream: BinaryIO, *, path: str) -> tuple[Instance, NDArray[np.float32]]:
    """Read a DICOM file whole.

    Returns
    -------
    Its header, and its voxels as (frames, rows, columns), rescaled by the modality's slope and intercept, bright where
    the signal is high.

    Raises
    ------
    InputError, GeometryError, NotForUsError
        As `read_instance`, and when the pixels cannot be decoded.
    """
    try:
        with lenient():
            tags = parse_tags(stream, HEADER_KEYWORDS + PIXEL_KEYWORDS, pixels=True)
            _refuse_other_objects(tags)
            instance = _instance(tags, path)
            shape = (len(instance.frames), instance.rows, instance.columns)
            return instance, decoded_frames(stream, tags, shape=shape)
    except PARSE_ERRORS as error:
        raise InputError(f"damaged DICOM file ({type(error).__name__})") from None


def _refuse_other_objects(tags: Tags) -> None:
    modality = tags.text("Modality")
    if not modality and "SOPClassUID" not in tags:
        raise InputError("neither Modality nor SOP class: not a DICOM picture")
    if len(modality) == 1:
        raise InputError("truncated: the modality is cut off")
    if modality and modality != _MR:
        raise NotForUsError(f"modality {modality[:16]}, not MR")
    photometric = tags.text("PhotometricInterpretation")
    if not photometric and "Rows" not in tags:
        sop_class = tags.text("SOPClassUID")
        if any(picture.startswith(sop_class) for picture in MR_PICTURES):
            raise InputError("truncated: the header ends before the picture is described")
        raise NotForUsError("an MR object without a picture (spectroscopy, raw data)")
    if photometric not in _GREY and not photometric.startswith(_COLOUR):
        raise InputError(f"photometric interpretation {photometric[:16]!r} is unknown or cut off")
    if photometric not in _GREY or tags.integer("SamplesPerPixel", 1) != 1:
        raise NotForUsError("a colour picture (a capture of a screen or a map)")
    if f"{tags.text('SOPClassUID')}.".startswith(f"{_CAPTURE}."):
        raise NotForUsError("a secondary capture (of a screen or a film)")


def _instance(tags: Tags, path: str) -> Instance:
    study_uid, series_uid = tags.text("StudyInstanceUID"), tags.text("SeriesInstanceUID")
    if not study_uid or not series_uid:
        raise InputError("no study or series UID: the file cannot be put with others")
    rows, columns = tags.integer("Rows"), tags.integer("Columns")
    if not (1 <= rows <= MAX_SIDE and 1 <= columns <= MAX_SIDE):
        raise InputError(f"rows and columns must be 1 to {MAX_SIDE}, got {rows} x {columns}")
    patient = tags.text("PatientID")
    return Instance(
        path=path,
        sop_uid=tags.text("SOPInstanceUID"),
        series_uid=series_uid,
        study_uid=study_uid,
        # Without a PatientID the study is its own patient: never merges two people.
        patient_key=pseudonymous_key(f"patient:{patient}" if patient else f"study:{study_uid}"),
        report_id=tags.text("AccessionNumber"),
        frame_of_reference=tags.text("FrameOfReferenceUID"),
        series_number=_running_number(tags, "SeriesNumber"),
        acquisition=_running_number(tags, "AcquisitionNumber"),
        body_part=tags.text("BodyPartExamined").upper(),
        rows=rows,
        columns=columns,
        frames=frames_of(tags),
    )


def _running_number(tags: Tags, keyword: str) -> int:
    """Return a number that only orders things; 0 when it is missing or nonsense, which is no reason to lose a file."""
    number = tags.number(keyword)
    return int(number) if number is not None and abs(number) < MAX_RUNNING_NUMBER else 0
