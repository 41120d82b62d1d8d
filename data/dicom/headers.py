"""One DICOM file's header, checked and reduced to what an archive needs to know of it.

Classic files hold one slice, enhanced multi-frame files many; both become an `Instance` with its `Frame`s. Names and
numbers of patients become keys here and go no further.
"""

from __future__ import annotations

import hashlib
import struct
import warnings
from collections.abc import Sequence
from typing import Any, BinaryIO, NamedTuple

import numpy as np

from deepspine.data.dicom.stacks import SlicePlane
from deepspine.data.dicom.weighting import SequenceParameters
from deepspine.data.errors import DeepspineError, GeometryError, InputError

PARSE_ERRORS = (
    ArithmeticError, AssertionError, AttributeError, EOFError, LookupError, MemoryError, NotImplementedError, OSError,
    RecursionError, RuntimeError, TypeError, ValueError, struct.error,
)  # fmt: skip
"""What pydicom and the pixel decoders raise on damaged files (found by mutating some thousands of them): they parse
lazily and let whatever Python raises through, so a batch must be ready for all of these."""

KEY_DIGITS = 12
"""Hex digits of a pseudonymous key: 48 bits, a collision among a million patients has a chance of 1 in 500."""
COSINE_TOLERANCE = 2e-3
"""Deviation of the two axes from orthonormal: cosines written with three digits have 1e-3."""
PIXEL_MM_RANGE = (0.05, 10.0)
"""Pixel sizes outside are no image of a spine."""
POSITION_LIMIT_MM = 10_000.0
"""No scanner is larger."""
MAX_FRAMES = 20_000
"""Frames a file may claim to hold; spine volumes have some hundreds."""
MAX_SIDE = 8192
"""Rows or columns a slice may claim to have."""

_MR = "MR"
_ENHANCED_MR = "1.2.840.10008.5.1.4.1.1.4.1"
_LEGACY_ENHANCED_MR = "1.2.840.10008.5.1.4.1.1.4.4"
_GREY = ("MONOCHROME1", "MONOCHROME2")
_PIXEL_DATA = b"\xe0\x7f\x10\x00"
_UNDEFINED_LENGTH = 0xFFFFFFFF

_KEYWORDS = (
    "AccessionNumber", "AcquisitionContrast", "BitsAllocated", "BodyPartExamined", "Columns", "ContrastBolusAgent",
    "EchoTime", "FrameOfReferenceUID", "ImageOrientationPatient", "ImagePositionPatient", "ImageType", "InversionTime",
    "MRAcquisitionType", "Modality", "NumberOfFrames", "PatientID", "PerFrameFunctionalGroupsSequence",
    "PhotometricInterpretation", "PixelSpacing", "RepetitionTime", "Rows", "SOPClassUID", "SOPInstanceUID",
    "SamplesPerPixel", "ScanOptions", "ScanningSequence", "SeriesDescription", "SeriesInstanceUID", "SeriesNumber",
    "SharedFunctionalGroupsSequence", "SliceThickness", "SpacingBetweenSlices", "StudyDate", "StudyInstanceUID",
)  # fmt: skip


class NotForUsError(DeepspineError):
    """A sound DICOM object that is no MR picture (a report, a CT slice, a presentation state)."""


class Frame(NamedTuple):
    """One slice of a file.

    Attributes
    ----------
    number
        Index of the frame in its file, from 0.
    plane
        Where it lies.
    pixel_mm
        Distance of neighbouring rows and of neighbouring columns.
    gap_mm
        Slice distance that the header claims, only for stacks of one slice, whose positions tell none.
    parameters
        How it was made.
    """

    number: int
    plane: SlicePlane
    pixel_mm: tuple[float, float]
    gap_mm: float
    parameters: SequenceParameters


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
    study_date: str
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
    """
    try:
        dataset = parse_header(stream)
        _refuse_other_objects(dataset)
        _check_pixels_are_there(stream, dataset, size)
        return _instance(dataset, path)
    except PARSE_ERRORS as error:
        raise InputError(f"damaged DICOM header ({type(error).__name__})") from None


def parse_header(stream: BinaryIO) -> Any:
    """Return the data set up to the pixels, with the tags that this module knows.

    Raises
    ------
    InputError
        When the file is not DICOM.
    """
    from pydicom import dcmread
    from pydicom.config import disable_value_validation
    from pydicom.errors import InvalidDicomError

    start = stream.read(132)
    stream.seek(0)
    bare = start[128:] != b"DICM"
    if bare and not _looks_like_bare_dataset(start):
        raise InputError("not a DICOM file" if start else "the file is empty")
    with warnings.catch_warnings(), disable_value_validation():
        warnings.simplefilter("ignore")
        try:
            return dcmread(stream, stop_before_pixels=True, force=bare, specific_tags=list(_KEYWORDS))
        except InvalidDicomError:
            raise InputError("not a DICOM file") from None


def _looks_like_bare_dataset(start: bytes) -> bool:
    """Whether a file without preamble begins with a group 0002 or 0008 element (old exports)."""
    if len(start) < 8 or start[:2] not in (b"\x02\x00", b"\x08\x00"):
        return False
    explicit = start[4:6].isalpha() and start[4:6].isupper()
    return explicit or int.from_bytes(start[4:8], "little") < len(start)


def _refuse_other_objects(dataset: Any) -> None:
    modality = str(dataset.get("Modality") or "")
    if dataset.get("SOPClassUID") is None and not modality:
        raise InputError("neither Modality nor SOP class: not a DICOM picture")
    if modality and modality != _MR:
        raise NotForUsError(f"modality {modality[:16]}, not MR")
    if dataset.get("Rows") is None and dataset.get("PhotometricInterpretation") is None:
        raise NotForUsError("an MR object without a picture (spectroscopy, raw data)")
    if str(dataset.get("PhotometricInterpretation")) not in _GREY or int(dataset.get("SamplesPerPixel") or 1) != 1:
        raise NotForUsError("a colour picture (a capture of a screen or a map)")


def _check_pixels_are_there(stream: BinaryIO, dataset: Any, size: int) -> None:
    """Compare the length of the pixel data, at which the parser has stopped, with what is left of the file."""
    syntax = dataset.file_meta.get("TransferSyntaxUID") if hasattr(dataset, "file_meta") else None
    if syntax is not None and syntax.is_deflated:
        return
    start = stream.tell()
    head = stream.read(12)
    big_endian = syntax is not None and not syntax.is_little_endian
    order = "big" if big_endian else "little"
    if head[:4] != (b"\x7f\xe0\x00\x10" if big_endian else _PIXEL_DATA):
        raise InputError("no pixel data: the file is truncated or holds no picture")
    explicit = head[4:6] in (b"OB", b"OW", b"UN")
    length = int.from_bytes(head[8:12] if explicit else head[4:8], order)  # type: ignore[arg-type]
    if length == _UNDEFINED_LENGTH:
        _check_fragments(stream, size)
        return
    bits = int(dataset.BitsAllocated)
    expected = int(dataset.Rows) * int(dataset.Columns) * int(dataset.get("NumberOfFrames") or 1) * bits // 8
    there = size - start - (12 if explicit else 8)
    if there < max(expected, length - length % 2):
        raise InputError(f"truncated: {there} of {max(expected, length)} bytes of pixel data")
    if length < expected:
        raise InputError(f"pixel data of {length} bytes, {expected} expected for its rows and columns")


def _check_fragments(stream: BinaryIO, size: int) -> None:
    """Walk the items of compressed pixel data to their end, without reading them."""
    while True:
        head = stream.read(8)
        if head[:4] == b"\xfe\xff\xdd\xe0":
            return
        length = int.from_bytes(head[4:8], "little")
        if head[:4] != b"\xfe\xff\x00\xe0" or stream.tell() + length > size:
            raise InputError("truncated: compressed pixel data have no end")
        stream.seek(length, 1)


def _instance(dataset: Any, path: str) -> Instance:
    study_uid, series_uid = str(dataset.get("StudyInstanceUID") or ""), str(dataset.get("SeriesInstanceUID") or "")
    if not study_uid or not series_uid:
        raise InputError("no study or series UID: the file cannot be put with others")
    rows, columns = int(dataset.Rows), int(dataset.Columns)
    if not (1 <= rows <= MAX_SIDE and 1 <= columns <= MAX_SIDE):
        raise InputError(f"rows and columns must be 1 to {MAX_SIDE}, got {rows} x {columns}")
    patient = str(dataset.get("PatientID") or "").strip()
    return Instance(
        path=path,
        sop_uid=str(dataset.get("SOPInstanceUID") or ""),
        series_uid=series_uid,
        study_uid=study_uid,
        # Without a PatientID the study is its own patient: never merges two people.
        patient_key=pseudonymous_key(f"patient:{patient}" if patient else f"study:{study_uid}"),
        report_id=str(dataset.get("AccessionNumber") or "").strip(),
        frame_of_reference=str(dataset.get("FrameOfReferenceUID") or ""),
        series_number=int(dataset.get("SeriesNumber") or 0),
        study_date=str(dataset.get("StudyDate") or ""),
        body_part=str(dataset.get("BodyPartExamined") or "").strip().upper(),
        rows=rows,
        columns=columns,
        frames=_frames(dataset),
    )


def _frames(dataset: Any) -> tuple[Frame, ...]:
    count = int(dataset.get("NumberOfFrames") or 1)
    per_frame = dataset.get("PerFrameFunctionalGroupsSequence")
    if per_frame is None:
        if count != 1:
            raise InputError(f"{count} frames without a position for each")
        return (_frame(0, [dataset], dataset),)
    if not 1 <= count <= MAX_FRAMES or len(per_frame) != count:
        raise InputError(f"{count} frames, but positions for {len(per_frame)}")
    shared = list(dataset.get("SharedFunctionalGroupsSequence") or [])
    return tuple(_frame(number, [item, *shared], dataset) for number, item in enumerate(per_frame))


def _frame(number: int, groups: Sequence[Any], dataset: Any) -> Frame:
    """Read one frame, where `groups` are searched for each tag in turn (the frame's own, then the shared)."""
    position = _numbers(_find(groups, "PlanePositionSequence", "ImagePositionPatient"), 3, "ImagePositionPatient")
    orientation = _numbers(
        _find(groups, "PlaneOrientationSequence", "ImageOrientationPatient"), 6, "ImageOrientationPatient"
    )
    pixel_mm = _numbers(_find(groups, "PixelMeasuresSequence", "PixelSpacing"), 2, "PixelSpacing")
    _check_geometry(position, orientation, pixel_mm)
    gap = _first_positive(
        _find(groups, "PixelMeasuresSequence", "SpacingBetweenSlices"),
        _find(groups, "PixelMeasuresSequence", "SliceThickness"),
    )
    return Frame(
        number=number,
        plane=SlicePlane(
            position_lps=(position[0], position[1], position[2]),
            column_axis_lps=(orientation[0], orientation[1], orientation[2]),
            row_axis_lps=(orientation[3], orientation[4], orientation[5]),
        ),
        pixel_mm=(pixel_mm[0], pixel_mm[1]),
        gap_mm=gap,
        parameters=_parameters(groups, dataset),
    )


def _find(groups: Sequence[Any], sequence: str, keyword: str) -> Any:
    """Return a tag from a functional group sequence of an enhanced file, or from the root of a classic one."""
    for group in groups:
        if keyword in group:
            return group.get(keyword)
        items = group.get(sequence)
        if items and keyword in items[0]:
            return items[0].get(keyword)
    return None


def _numbers(value: Any, count: int, name: str) -> list[float]:
    if value is None or isinstance(value, str) or not hasattr(value, "__len__") or len(value) != count:
        raise InputError(f"{name} is missing or malformed: the place in the patient is not known")
    return [float(number) for number in value]


def _check_geometry(position: list[float], orientation: list[float], pixel_mm: list[float]) -> None:
    if not (np.isfinite(position).all() and np.abs(position).max() < POSITION_LIMIT_MM):
        raise GeometryError("ImagePositionPatient is outside of any scanner")
    axes = np.array(orientation).reshape(2, 3)
    if not np.isfinite(axes).all() or np.abs(axes @ axes.T - np.eye(2)).max() > COSINE_TOLERANCE:
        raise GeometryError("ImageOrientationPatient is not two perpendicular unit vectors")
    if not all(PIXEL_MM_RANGE[0] <= size <= PIXEL_MM_RANGE[1] for size in pixel_mm):
        raise GeometryError(f"PixelSpacing must be {PIXEL_MM_RANGE[0]} to {PIXEL_MM_RANGE[1]} mm")


def _first_positive(*values: Any) -> float:
    for value in values:
        number = _number(value)
        if number is not None and 0 < number < POSITION_LIMIT_MM:
            return number
    return 0.0


def _number(value: Any) -> float | None:
    """Return a single number, None for what is none."""
    try:
        return None if value is None or value == "" else float(value)
    except (TypeError, ValueError):
        return None


def _words(value: Any) -> tuple[str, ...]:
    if value is None or value == "":
        return ()
    return (str(value),) if isinstance(value, str) else tuple(str(word) for word in value)


def _parameters(groups: Sequence[Any], dataset: Any) -> SequenceParameters:
    inversion = _find(groups, "MRModifierSequence", "InversionTimes")
    if inversion is not None and hasattr(inversion, "__len__"):
        inversion = inversion[0] if len(inversion) else None
    echo = _find(groups, "MREchoSequence", "EffectiveEchoTime")
    frame_type = _find(groups, "MRImageFrameTypeSequence", "FrameType")
    return SequenceParameters(
        echo_time_ms=_number(dataset.get("EchoTime") if echo is None else echo),
        repetition_time_ms=_number(_find([*groups, dataset], "MRTimingAndRelatedParametersSequence", "RepetitionTime")),
        inversion_time_ms=_number(dataset.get("InversionTime") if inversion is None else inversion),
        scanning_sequence=_words(dataset.get("ScanningSequence")),
        acquisition_type=str(dataset.get("MRAcquisitionType") or ""),
        scan_options=_words(dataset.get("ScanOptions")),
        image_type=_words(dataset.get("ImageType") if frame_type is None else frame_type),
        contrast_agent=bool(dataset.get("ContrastBolusAgent")),
        description=str(dataset.get("SeriesDescription") or ""),
    )
