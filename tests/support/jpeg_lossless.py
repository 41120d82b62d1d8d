"""A minimal encoder of lossless JPEG (ITU T.81 annex H, process 14, predictor 1), which scanners still write.

No package that we use encodes it, only decodes; what it writes is plain on purpose: one Huffman table of 5-bit codes.
"""

import struct

import numpy as np
from numpy.typing import NDArray

CATEGORIES = 17
CODE_BITS = 5


def encode(pixels: NDArray[np.uint16]) -> bytes:
    """Return a picture of 16-bit grey values as a JPEG stream."""
    rows, columns = pixels.shape
    frame = struct.pack(">BHHB3B", 16, rows, columns, 1, 1, 0x11, 0)
    codes_of_length = bytes(CATEGORIES if length == CODE_BITS else 0 for length in range(1, 17))
    table = bytes([0]) + codes_of_length + bytes(range(CATEGORIES))
    scan = bytes([1, 1, 0x00, 1, 0, 0])
    return b"".join(
        (b"\xff\xd8", _segment(0xC3, frame), _segment(0xC4, table), _segment(0xDA, scan), _scan(pixels), b"\xff\xd9")
    )


def _segment(marker: int, content: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content


def _scan(pixels: NDArray[np.uint16]) -> bytes:
    values = pixels.astype(np.int64)
    predicted = np.empty_like(values)
    predicted[:, 1:] = values[:, :-1]
    predicted[1:, 0] = values[:-1, 0]
    predicted[0, 0] = 2**15
    bits = "".join(_code(int(difference)) for difference in (values - predicted).ravel())
    bits += "1" * (-len(bits) % 8)
    return int(bits, 2).to_bytes(len(bits) // 8, "big").replace(b"\xff", b"\xff\x00")


def _code(difference: int) -> str:
    """Return the category of a difference modulo 2^16 and its bits."""
    wrapped = (difference + 2**15 - 1) % 2**16 - 2**15 + 1
    category = abs(wrapped).bit_length()
    prefix = f"{category:0{CODE_BITS}b}"
    if category in (0, 16):
        return prefix
    return prefix + f"{wrapped if wrapped > 0 else wrapped + 2**category - 1:0{category}b}"
