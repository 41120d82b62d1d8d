"""Tables of published datasets: CSV and Excel files whose columns are checked and whose bad rows are set aside."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deepspine.data.csv_headers import fault_of_header
from deepspine.data.csv_rows import header_of, read_lines, require_cells
from deepspine.data.errors import InputError
from deepspine.data.extras import needs_extra

KIND = "a table of the published dataset"
APOSTROPHES = str.maketrans("’‘`", "'''")
"""Word processors turn an apostrophe into these; headers are compared without the difference."""


@dataclass(frozen=True)
class SourceRow:
    """One row of a table.

    Attributes
    ----------
    file, number
        Name of the file and line in it (the header is 1), for messages.
    cells
        Text by column, without blanks around it; an empty cell is an empty text.
    """

    file: str
    number: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]

    @property
    def place(self) -> str:
        """File and row, as in `rejects.csv`."""
        return f"{self.file} row {self.number}"

    def error(self, column: str, problem: str) -> InputError:
        """Return an error that names the column; `place` says of which row."""
        return InputError(f"column {column}: {problem}")

    def whole_number(self, column: str) -> int:
        """Return a cell as a whole number (spreadsheets write `3.0`).

        Raises
        ------
        InputError
            When it is none.
        """
        text = self[column].removesuffix(".0")
        if not text.isascii() or not text.isdigit():
            raise self.error(column, f"must be a whole number, got {self[column][:20]!r}")
        return int(text)


def read_csv_table(path: Path, columns: Sequence[str]) -> list[SourceRow]:
    """Read a CSV file that must have at least `columns`.

    Raises
    ------
    InputError
        When the file is missing, not UTF-8 or no valid CSV, a column is missing, or a row has more or fewer cells than
        the header.
    """
    if not path.is_file():
        raise InputError(f"no file {path}; it is part of the published dataset")
    lines = read_lines(path, kind=KIND)
    header = [name.strip() for name in header_of(lines) or ()]
    _require_columns(path, header, columns)
    return [_row(path, number, header, cells) for number, cells in lines if any(cells)]


def read_header(path: Path) -> list[str]:
    """Return the columns of a CSV file that may be a table of annotations; a Parquet file has none of theirs.

    Raises
    ------
    InputError
        When the file cannot be read.
    """
    if path.suffix == ".parquet":
        return []
    return header_of(read_lines(path, kind="a label table, boxes or gradings")) or []


def read_excel_table(path: Path, columns: Sequence[str]) -> list[SourceRow]:
    """Read the first sheet of an Excel file; its first row with text must hold at least `columns`.

    Raises
    ------
    InputError
        When the file is missing or no Excel file, or a column is missing.
    ConfigError
        When the reader of Excel files is not installed.
    """
    with needs_extra("convert", "reading an Excel file"):
        from openpyxl import load_workbook
        from openpyxl.utils.exceptions import InvalidFileException
    from zipfile import BadZipFile

    if not path.is_file():
        raise InputError(f"no file {path}; it is part of the published dataset")
    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except (BadZipFile, InvalidFileException, KeyError, ValueError):
        raise InputError(f"{path}: cannot be read as an Excel file; download it again") from None
    try:
        lines = [(n, [_text(cell) for cell in cells]) for n, cells in _numbered(book.worksheets[0].values)]
    finally:
        book.close()
    header = [name.translate(APOSTROPHES) for name in (lines[0][1] if lines else [])]
    _require_columns(path, header, columns)
    return [_row(path, number, header, cells) for number, cells in lines[1:]]


def _numbered(rows: Iterable[Sequence[Any]]) -> Iterator[tuple[int, Sequence[Any]]]:
    return ((number, cells) for number, cells in enumerate(rows, start=1) if any(cell is not None for cell in cells))


def _text(cell: Any) -> str:
    return "" if cell is None else str(cell).strip()


def _row(path: Path, number: int, header: Sequence[str], cells: Sequence[str]) -> SourceRow:
    require_cells(path, number, cells, header)
    return SourceRow(path.name, number, dict(zip(header, map(str.strip, cells), strict=True)))


def _require_columns(path: Path, header: Sequence[str], columns: Sequence[str]) -> None:
    missing = [name for name in columns if name not in header]
    if missing and (fault := fault_of_header(header)):
        raise InputError(f"{path}: {fault}; expected {KIND}")
    if missing:
        found = ", ".join(name[:30] for name in header[:8] if name) or "nothing"
        raise InputError(f"{path}: row 1: no column {missing[0]!r}; found {found}")
