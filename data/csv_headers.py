"""What the header of a CSV file says of the file as a whole, when the columns that are needed are not in it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}
"""What stands between columns in place of commas: Excel writes semicolons where the comma is the decimal point."""
BEGINNING_BYTES = 8
"""How many tell what a file is."""
NOT_UTF8 = "not UTF-8; convert the file, e.g. with iconv"


_WORKBOOK = "an Excel workbook; save it as CSV UTF-8 there"
_JSON = "JSON; convert it, e.g. with pandas.read_json"
_UTF16 = "UTF-16, not UTF-8; convert the file, e.g. with iconv -f UTF-16 -t UTF-8"
_BEGINNINGS = {
    b"\x1f\x8b": "gzip; unpack it first",
    b"PK\x03\x04": _WORKBOOK,
    b"\xd0\xcf\x11\xe0": _WORKBOOK,
    b"{\\": "rich text (RTF); save each report as text",
    b"{": _JSON,
    b"[": _JSON,
    b"\xff\xfe": _UTF16,
    b"\xfe\xff": _UTF16,
}
"""How files begin that are no CSV, and what they are."""


def fault_of_beginning(begin: bytes) -> str | None:
    """Return what a file is whose first bytes are not those of a CSV file, with the cure; None for others.

    Examples
    --------
    >>> fault_of_beginning(b'{"report_id": "r1"}')
    'JSON; convert it, e.g. with pandas.read_json'
    """
    if begin[:2].count(0) == 1:
        return _UTF16
    return next((fault for sign, fault in _BEGINNINGS.items() if begin.startswith(sign)), None)


def fault_of_bytes(path: Path, reason: UnicodeDecodeError) -> str:
    """Return why a file could not be read as UTF-8 text: what it is instead, or where it is none; with the cure."""
    with path.open("rb") as file:
        fault = fault_of_beginning(file.read(BEGINNING_BYTES))
    return f"is {fault}" if fault else f"byte {reason.start} is {NOT_UTF8}"


def fault_of_header(header: Sequence[str] | None) -> str | None:
    """Return why a header lacks its columns, with the cure; None when they may just be called otherwise.

    Parameters
    ----------
    header
        The cells of the first line, bytes that are no UTF-8 as lone surrogates; None for a file without any line.

    Examples
    --------
    >>> fault_of_header(["report_id;text"])
    'its columns stand between semicolons; write the file with commas'
    >>> fault_of_header(["id", "text"])
    """
    if header is None:
        return "file is empty"
    if not any(header):
        return "its first line is empty; the names of the columns belong there"
    try:
        "".join(header).encode()
    except UnicodeEncodeError:
        return NOT_UTF8
    found = [name for sign, name in SEPARATORS.items() if len(header) == 1 and sign in header[0]]
    return f"its columns stand between {found[0]}; write the file with commas" if found else None
