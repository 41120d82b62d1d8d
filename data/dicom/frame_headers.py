"""The slices of one data set: where each lies and how it was made, for classic and for enhanced multi-frame files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from deepspine.data.dicom.stacks import SlicePlane
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


def frames_of(dataset: Any) -> tuple[Frame, ...]:
    """Return the frames of a data set: one of a classic file, many of an enhanced multi-frame file.

    Raises
    ------
    InputError
        When position, orientation or pixel size is missing for a frame.
    GeometryError
        When one of them cannot be real.
    """
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
