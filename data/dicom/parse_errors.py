"""What a damaged DICOM file can raise."""

from __future__ import annotations

import struct
import zlib

from pydicom.errors import BytesLengthException, InvalidDicomError

PARSE_ERRORS = (
    ArithmeticError, AssertionError, AttributeError, EOFError, LookupError, MemoryError, OSError, RuntimeError,
    TypeError, ValueError, struct.error, zlib.error, BytesLengthException, InvalidDicomError,
)  # fmt: skip
"""What pydicom and the pixel decoders raise on damaged files (found by mutating some thousands of them): they parse
lazily and let whatever Python raises through, so a batch must be ready for all of these."""
