"""The pixels of one data set: all there, decoded, rescaled, bright where the signal is high."""

from __future__ import annotations

from typing import Any, BinaryIO, Literal

import numpy as np
from numpy.typing import NDArray

from deepspine.data.dicom.parsing import EXPLICIT_BIG, EXPLICIT_LITTLE, IMPLICIT_LITTLE, parse_dataset
from deepspine.data.dicom.tags import Tags
from deepspine.data.errors import InputError

PIXEL_KEYWORDS = (
    "BitsAllocated", "BitsStored", "Columns", "ExtendedOffsetTable", "ExtendedOffsetTableLengths", "HighBit",
    "NumberOfFrames", "PhotometricInterpretation", "PixelData", "PixelRepresentation", "PlanarConfiguration",
    "RescaleIntercept", "RescaleSlope", "Rows", "SamplesPerPixel",
)  # fmt: skip
"""Tags that decoding needs."""
_PIXEL_DATA = b"\xe0\x7f\x10\x00"
_UNDEFINED_LENGTH = 0xFFFFFFFF
_DEFLATED = "1.2.840.10008.1.2.1.99"


def check_bits(tags: Tags) -> None:
    """Refuse pixels whose highest bit is not where the standard wants it: decoders then disagree about their values.

    Raises
    ------
    InputError
        When `HighBit` is not one less than `BitsStored` (PS3.3, C.7.6.3.1), or more bits are stored than allocated.
    """
    allocated, stored = tags.integer("BitsAllocated"), tags.integer("BitsStored", 0) or tags.integer("BitsAllocated")
    high = tags.integer("HighBit", stored - 1)
    if stored > allocated or high != stored - 1:
        raise InputError(f"{stored} of {allocated} bits stored up to bit {high}: the values of its pixels are not sure")


def check_pixels_are_there(stream: BinaryIO, tags: Tags, *, size: int) -> None:
    """Compare the length of the pixel data, at which the parser has stopped, with what is left of the file.

    Raises
    ------
    InputError
        When the file is truncated, or holds fewer pixels than its rows and columns.
    """
    check_bits(tags)
    syntax = tags.text("TransferSyntaxUID")
    if syntax == _DEFLATED:
        return
    start = stream.tell()
    head = stream.read(12)
    big_endian = syntax == EXPLICIT_BIG
    order: Literal["big", "little"] = "big" if big_endian else "little"
    if head[:4] != (b"\x7f\xe0\x00\x10" if big_endian else _PIXEL_DATA):
        raise InputError("no pixel data: the file is truncated or holds no picture")
    explicit = head[4:6] in (b"OB", b"OW", b"UN")
    length = int.from_bytes(head[8:12] if explicit else head[4:8], order)
    if length == _UNDEFINED_LENGTH:
        _check_fragments(stream, size)
        return
    pixels = tags.integer("Rows") * tags.integer("Columns") * tags.integer("NumberOfFrames", 1)
    expected = pixels * tags.integer("BitsAllocated") // 8
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


def decoded_frames(stream: BinaryIO, tags: Tags, *, shape: tuple[int, int, int]) -> NDArray[np.float32]:
    """Return the frames of a data set, after the modality rescale.

    MONOCHROME1 (low is white) is turned over within the range that its bits allow.

    Parameters
    ----------
    stream, tags
        The open file, and its tags with the pixels.
    shape
        Frames, rows, columns expected.

    Raises
    ------
    InputError
        As `check_bits`.
    ValueError
        When the pixel data are shorter than they claim, or the rescale is not finite; the decoders raise others, see
        `PARSE_ERRORS`.
    """
    check_bits(tags)
    stored = _native_pixels(tags)
    if stored is None:
        stored = parse_dataset(stream, PIXEL_KEYWORDS).pixel_array
    voxels = np.asarray(stored.reshape(shape), dtype=np.float32)
    per_frame = tags.items("PerFrameFunctionalGroupsSequence")
    shared = tags.items("SharedFunctionalGroupsSequence")
    turned = tags.text("PhotometricInterpretation") == "MONOCHROME1"
    for number, frame in enumerate(voxels):
        slope, intercept = _rescale_of([tags, *per_frame[number : number + 1], *shared])
        if turned:
            np.subtract(sum(_stored_range(tags)), frame, out=frame)
        if (slope, intercept) != (1.0, 0.0):
            frame *= slope
            frame += intercept
    return voxels


def _native_pixels(tags: Tags) -> NDArray[Any] | None:
    """Return uncompressed little-endian pixels as they lie, one copy less than the general decoder; None for others."""
    plain = tags.text("TransferSyntaxUID") in (EXPLICIT_LITTLE, IMPLICIT_LITTLE)
    allocated, stored = tags.integer("BitsAllocated"), tags.integer("BitsStored")
    signed = tags.integer("PixelRepresentation")
    if not plain or allocated not in (8, 16) or not 1 <= stored <= allocated or signed not in (0, 1):
        return None
    pixels = tags.integer("Rows") * tags.integer("Columns") * tags.integer("NumberOfFrames", 1)
    kind = "i" if signed else "u"
    values = np.frombuffer(tags.binary("PixelData"), dtype=f"<{kind}{allocated // 8}", count=pixels)
    # Bits above those stored may hold an overlay; shifting there and back drops them and keeps the sign.
    unused = allocated - stored
    return values if unused == 0 else np.right_shift(np.left_shift(values, unused), unused)


def _rescale_of(groups: list[Tags]) -> tuple[float, float]:
    for group in groups:
        for holder in (group, *group.items("PixelValueTransformationSequence")):
            slope, intercept = holder.number("RescaleSlope"), holder.number("RescaleIntercept")
            if slope is not None and intercept is not None:
                if not np.isfinite((slope, intercept)).all() or slope == 0:
                    raise ValueError("rescale must be finite and its slope not zero")
                return slope, intercept
    return 1.0, 0.0


def _stored_range(tags: Tags) -> tuple[int, int]:
    bits = tags.integer("BitsStored")
    return (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if tags.integer("PixelRepresentation") else (0, 2**bits - 1)
