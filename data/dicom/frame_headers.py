"""The slices of one data set: where each lies and how it was made, for classic and for enhanced multi-frame files."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from deepspine.data.dicom.stacks import SlicePlane
from deepspine.data.dicom.tags import Tags
from deepspine.data.dicom.weighting import SequenceParameters
from deepspine.data.errors import GeometryError, InputError

COSINE_TOLERANCE = 2e-3
"""Deviation of the two axes from orthonormal: cosines written with three digits have 1e-3."""
PIXEL_MM_RANGE = (0.05, 10.0)
"""Pixel sizes outside are no image of a spine."""
POSITION_LIMIT_MM = 10_000.0
"""No scanner is larger."""
MAX_FRAMES = 20_000
"""Frames a file may claim to hold; spine volumes have some hundreds."""

_ECHO_SEQUENCES = {"SPIN": ("SE",), "GRADIENT": ("GR",), "BOTH": ("SE", "GR")}
"""Echo pulse sequences of enhanced files, in the words of classic ones."""
_NO_AGENT = re.compile(r"(?i)(no|none|n/?a|non[ _-]?contrast|no (contrast|agent|iv).*|without.*|ohne.*|nil|0|-+)")
"""What technicians type where no contrast agent was given."""


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


def frames_of(tags: Tags) -> tuple[Frame, ...]:
    """Return the frames of a data set: one of a classic file, many of an enhanced multi-frame file.

    Raises
    ------
    InputError
        When position, orientation or pixel size is missing for a frame.
    GeometryError
        When one of them cannot be real.
    """
    count = tags.integer("NumberOfFrames", 1)
    per_frame = tags.items("PerFrameFunctionalGroupsSequence")
    if not per_frame:
        if count != 1:
            raise InputError(f"{count} frames without a position for each")
        return (_frame(0, _ClassicFinder(tags), tags),)
    if not 1 <= count <= MAX_FRAMES or len(per_frame) != count:
        raise InputError(f"{count} frames, but positions for {len(per_frame)}")
    shared = tags.items("SharedFunctionalGroupsSequence")
    return tuple(_frame(number, _EnhancedFinder([item, *shared]), tags) for number, item in enumerate(per_frame))


class _ClassicFinder:
    """Finds the tags of the one slice of a classic file: at its root."""

    def __init__(self, tags: Tags) -> None:
        self._tags = tags

    def holder(self, _sequence: str, _keyword: str) -> Tags:
        return self._tags


class _EnhancedFinder:
    """Finds the tags of one frame of an enhanced file: in its own functional groups, then in the shared ones."""

    def __init__(self, groups: Sequence[Tags]) -> None:
        self._groups = groups

    def holder(self, sequence: str, keyword: str) -> Tags | None:
        for group in self._groups:
            for item in group.items(sequence)[:1]:
                if keyword in item:
                    return item
        return None


def _frame(number: int, finder: _ClassicFinder | _EnhancedFinder, tags: Tags) -> Frame:
    position = _required(finder, "PlanePositionSequence", "ImagePositionPatient", 3)
    orientation = _required(finder, "PlaneOrientationSequence", "ImageOrientationPatient", 6)
    pixel_mm = _required(finder, "PixelMeasuresSequence", "PixelSpacing", 2)
    _check_geometry(position, orientation, pixel_mm)
    return Frame(
        number=number,
        plane=SlicePlane(
            position_lps=(position[0], position[1], position[2]),
            column_axis_lps=(orientation[0], orientation[1], orientation[2]),
            row_axis_lps=(orientation[3], orientation[4], orientation[5]),
        ),
        pixel_mm=(pixel_mm[0], pixel_mm[1]),
        gap_mm=_first_positive(
            _number(finder, "PixelMeasuresSequence", "SpacingBetweenSlices"),
            _number(finder, "PixelMeasuresSequence", "SliceThickness"),
        ),
        parameters=_parameters(finder, tags),
    )


def _required(finder: _ClassicFinder | _EnhancedFinder, sequence: str, keyword: str, count: int) -> list[float]:
    holder = finder.holder(sequence, keyword)
    numbers = None if holder is None else holder.numbers(keyword)
    if numbers is None or len(numbers) != count:
        raise InputError(f"{keyword} is missing or malformed: the place in the patient is not known")
    return numbers


def _number(finder: _ClassicFinder | _EnhancedFinder, sequence: str, keyword: str) -> float | None:
    holder = finder.holder(sequence, keyword)
    return None if holder is None else holder.number(keyword)


def _check_geometry(position: list[float], orientation: list[float], pixel_mm: list[float]) -> None:
    if not all(-POSITION_LIMIT_MM < number < POSITION_LIMIT_MM for number in position):
        raise GeometryError("ImagePositionPatient is outside of any scanner")
    one, other = orientation[:3], orientation[3:]
    errors = (_dot(one, one) - 1, _dot(other, other) - 1, _dot(one, other))
    if not all(-COSINE_TOLERANCE < error < COSINE_TOLERANCE for error in errors):
        raise GeometryError("ImageOrientationPatient is not two perpendicular unit vectors")
    if not all(PIXEL_MM_RANGE[0] <= size <= PIXEL_MM_RANGE[1] for size in pixel_mm):
        raise GeometryError(f"PixelSpacing must be {PIXEL_MM_RANGE[0]} to {PIXEL_MM_RANGE[1]} mm")


def _dot(one: list[float], other: list[float]) -> float:
    """Return the product of two vectors; numpy would take ten times as long for three numbers."""
    return one[0] * other[0] + one[1] * other[1] + one[2] * other[2]


def _first_positive(*numbers: float | None) -> float:
    return next((number for number in numbers if number is not None and 0 < number < POSITION_LIMIT_MM), 0.0)


def _parameters(finder: _ClassicFinder | _EnhancedFinder, tags: Tags) -> SequenceParameters:
    frame_type = finder.holder("MRImageFrameTypeSequence", "FrameType")
    types = () if frame_type is None else frame_type.words("FrameType")
    return SequenceParameters(
        echo_time_ms=_either(_number(finder, "MREchoSequence", "EffectiveEchoTime"), tags.number("EchoTime")),
        repetition_time_ms=_number(finder, "MRTimingAndRelatedParametersSequence", "RepetitionTime"),
        inversion_time_ms=_either(
            _number(finder, "MRModifierSequence", "InversionTimes"), tags.number("InversionTime")
        ),
        scanning_sequence=tags.words("ScanningSequence") or _ECHO_SEQUENCES.get(tags.text("EchoPulseSequence"), ()),
        acquisition_type=tags.text("MRAcquisitionType"),
        scan_options=(*tags.words("ScanOptions"), *_suppression(finder)),
        image_type=types or tags.words("ImageType"),
        contrast_agent=_has_contrast_agent(tags),
        description=tags.international("SeriesDescription"),
    )


def _suppression(finder: _ClassicFinder | _EnhancedFinder) -> tuple[str, ...]:
    """Return the scan option of fat saturation where an enhanced file says it in its own way."""
    keyword = "SpectrallySelectedSuppression"
    holder = finder.holder("MRModifierSequence", keyword)
    return ("FS",) if holder is not None and holder.text(keyword).startswith("FAT") else ()


def _has_contrast_agent(tags: Tags) -> bool:
    agent = tags.text("ContrastBolusAgent")
    return bool(tags.items("ContrastBolusAgentSequence")) or bool(agent and not _NO_AGENT.fullmatch(agent))


def _either(one: float | None, other: float | None) -> float | None:
    return other if one is None else one
