"""The pixels of one data set: all there, decoded, rescaled, bright where the signal is high."""

from __future__ import annotations

from typing import Any, BinaryIO, Literal

import numpy as np
from numpy.typing import NDArray

from deepspine.data.errors import InputError

PIXEL_KEYWORDS = (
    "BitsStored", "ExtendedOffsetTable", "ExtendedOffsetTableLengths", "HighBit", "PixelData", "PixelRepresentation",
    "PlanarConfiguration", "RescaleIntercept", "RescaleSlope",
)  # fmt: skip
"""Tags, beyond those of the header, that decoding needs."""
_PIXEL_DATA = b"\xe0\x7f\x10\x00"
_UNDEFINED_LENGTH = 0xFFFFFFFF


def check_pixels_are_there(stream: BinaryIO, dataset: Any, size: int) -> None:
    """Compare the length of the pixel data, at which the parser has stopped, with what is left of the file.

    Raises
    ------
    InputError
        When the file is truncated, or holds fewer pixels than its rows and columns.
    """
    syntax = dataset.file_meta.get("TransferSyntaxUID") if hasattr(dataset, "file_meta") else None
    if syntax is not None and syntax.is_deflated:
        return
    start = stream.tell()
    head = stream.read(12)
    big_endian = syntax is not None and not syntax.is_little_endian
    order: Literal["big", "little"] = "big" if big_endian else "little"
    if head[:4] != (b"\x7f\xe0\x00\x10" if big_endian else _PIXEL_DATA):
        raise InputError("no pixel data: the file is truncated or holds no picture")
    explicit = head[4:6] in (b"OB", b"OW", b"UN")
    length = int.from_bytes(head[8:12] if explicit else head[4:8], order)
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


def decoded_frames(dataset: Any, *, frames: int) -> NDArray[np.float32]:
    """Return the frames of a data set as (frames, rows, columns), after the modality rescale.

    MONOCHROME1 (low is white) is turned over within the range that its bits allow.

    Raises
    ------
    ValueError
        When the pixel data are shorter than they claim, or the rescale is not finite; the decoders raise others, see
        `PARSE_ERRORS`.
    """
    stored = dataset.pixel_array.reshape(-1, dataset.Rows, dataset.Columns)
    if len(stored) != frames:
        raise ValueError(f"{frames} frames expected, got {len(stored)}")
    voxels: NDArray[np.float32] = stored.astype(np.float32)
    for number in range(frames):
        _rescale(voxels[number], dataset, number)
    return voxels


def _rescale(voxels: NDArray[np.float32], dataset: Any, number: int) -> None:
    """Apply slope and intercept to one frame in place."""
    slope, intercept = _rescale_of(dataset, number)
    if dataset.PhotometricInterpretation == "MONOCHROME1":
        lowest, highest = _stored_range(dataset)
        np.subtract(lowest + highest, voxels, out=voxels)
    if (slope, intercept) != (1.0, 0.0):
        voxels *= slope
        voxels += intercept


def _rescale_of(dataset: Any, number: int) -> tuple[float, float]:
    holders = [dataset]
    for name, index in (("PerFrameFunctionalGroupsSequence", number), ("SharedFunctionalGroupsSequence", 0)):
        groups = dataset.get(name)
        if groups and index < len(groups):
            holders.extend(groups[index].get("PixelValueTransformationSequence") or [])
    for holder in holders:
        slope, intercept = holder.get("RescaleSlope"), holder.get("RescaleIntercept")
        if slope is not None and intercept is not None:
            numbers = (float(slope), float(intercept))
            if not np.isfinite(numbers).all() or numbers[0] == 0:
                raise ValueError("rescale must be finite and its slope not zero")
            return numbers
    return 1.0, 0.0


def _stored_range(dataset: Any) -> tuple[int, int]:
    bits = int(dataset.BitsStored)
    return (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if dataset.PixelRepresentation else (0, 2**bits - 1)
