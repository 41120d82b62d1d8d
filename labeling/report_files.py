"""Report texts from a CSV file, standard input, a Parquet file or a folder of text files, one at a time."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from deepspine.data.errors import InputError

MAX_FIELD_BYTES = 1 << 30
STANDARD_INPUT = "-"


@dataclass(frozen=True, slots=True)
class ReportText:
    """One report as read: where it stood, its identity and its text."""

    source: str
    report_id: str
    text: str


def read_reports(path: Path | str, *, id_column: str, text_column: str) -> Iterator[ReportText]:
    """Yield the reports of a file or folder in its order.

    Bytes that are no UTF-8 come through as lone surrogates, for the caller to reject the one report and go on.

    Raises
    ------
    InputError
        When the path is missing, of an unknown kind or lacks a column.
    """
    if str(path) == STANDARD_INPUT:
        stream = io.TextIOWrapper(sys.stdin.buffer, encoding="utf-8-sig", errors="surrogateescape", newline="")
        return _csv_reports(stream, "standard input", id_column, text_column)
    path = Path(path)
    if path.is_dir():
        return _folder_reports(path)
    if not path.is_file():
        raise InputError(f"{path}: no such file; give a CSV or Parquet file, a folder of .txt files, or - for input")
    if path.suffix == ".parquet":
        return _parquet_reports(path, id_column, text_column)
    stream = path.open(encoding="utf-8-sig", errors="surrogateescape", newline="")
    return _csv_reports(stream, path.name, id_column, text_column)


def _csv_reports(stream: io.TextIOWrapper, name: str, id_column: str, text_column: str) -> Iterator[ReportText]:
    csv.field_size_limit(MAX_FIELD_BYTES)
    with stream:
        rows = csv.reader(_without_nul(stream))
        try:
            header = next(rows, [])
            _require(name, header, id_column, text_column)
            identity, text = header.index(id_column), header.index(text_column)
            for row in rows:
                if row:
                    place = f"{name}: line {rows.line_num}"
                    yield ReportText(place, _cell(row, identity), _cell(row, text))
        except csv.Error as error:
            raise InputError(f"{name}: line {rows.line_num}: no valid CSV: {error}") from None


def _without_nul(stream: io.TextIOWrapper) -> Iterator[str]:
    return (line.replace("\0", " ") for line in stream)


def _cell(row: list[str], index: int) -> str:
    return row[index] if index < len(row) else ""


def _require(name: str, header: list[str], *columns: str) -> None:
    for column, option in zip(columns, ("--id-column", "--text-column"), strict=True):
        if column not in header:
            found = ", ".join(header) or "none"
            raise InputError(f"{name}: no column {column!r}; columns are {found}: name the right one with {option}")


def _parquet_reports(path: Path, id_column: str, text_column: str) -> Iterator[ReportText]:
    import pyarrow.parquet as pq
    from pyarrow import ArrowInvalid

    try:
        file = pq.ParquetFile(path)
    except ArrowInvalid:
        raise InputError(f"{path.name}: no valid Parquet file") from None
    _require(path.name, file.schema_arrow.names, id_column, text_column)
    number = 0
    for batch in file.iter_batches(batch_size=1000, columns=[id_column, text_column]):
        for identity, text in zip(batch.column(id_column), batch.column(text_column), strict=True):
            number += 1
            yield ReportText(f"{path.name}: row {number}", str(identity.as_py()), text.as_py() or "")


def _folder_reports(folder: Path) -> Iterator[ReportText]:
    paths = sorted(folder.glob("*.txt"))
    if not paths:
        raise InputError(f"{folder}: no .txt files in this folder")
    for path in paths:
        yield ReportText(path.name, path.stem, path.read_bytes().decode("utf-8-sig", errors="surrogateescape"))


def read_text(path: Path | str) -> str:
    """Read one report from a text file or, for "-", from standard input.

    Raises
    ------
    InputError
        When the file is missing or is no UTF-8 text.
    """
    try:
        if str(path) == STANDARD_INPUT:
            return sys.stdin.buffer.read().decode("utf-8-sig")
        return Path(path).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: byte {error.start} is not UTF-8; convert the file, e.g. with iconv") from None
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}; give a text file with one report, or - for input") from None
