"""Lines of CSV files, rows by the names of their columns, and rows as CSV text."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from deepspine.data.csv_headers import fault_of_bytes, fault_of_header
from deepspine.data.errors import InputError


def read_lines(path: Path, *, kind: str, error: type[InputError] = InputError) -> Iterator[tuple[int, list[str]]]:
    """Yield the lines of a CSV file as cells, the header first, each with the row of the file at which it ends.

    Blank lines are passed over, and a byte order mark, as of Excel, is no text.

    Parameters
    ----------
    kind
        What the file must be, for messages: "a label table".
    error
        What is raised when the table is malformed.

    Raises
    ------
    InputError
        When the file cannot be read, is not UTF-8 or no valid CSV, or a row has more or fewer cells than the header.
    """
    last = 0
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)
            for header in islice(reader, 1):
                last = reader.line_num
                yield last, header
            for cells in filter(None, reader):
                require_cells(path, reader.line_num, cells, header, error)
                last = reader.line_num
                yield last, cells
    except csv.Error as reason:
        after = f" after row {last}" if last else ""
        raise error(
            f"{path}: row {reader.line_num}: no valid CSV{after}: {reason}; close what stands in quotation marks"
        ) from None
    except UnicodeDecodeError as reason:
        raise InputError(f"{path}: {fault_of_bytes(path, reason)}") from None
    except OSError as reason:
        raise InputError(f"{path}: {reason.strerror}; expected {kind}") from None


def header_of(lines: Iterator[tuple[int, list[str]]]) -> list[str] | None:
    """Take the header off the lines of `read_lines`; None of a file without any."""
    return next((cells for _, cells in lines), None)


def read_rows(
    path: Path, columns: Sequence[str], *, kind: str, error: type[InputError] = InputError
) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the rows of a CSV file by the names of their columns, each with the row of the file at which it ends.

    Parameters
    ----------
    columns
        Those that must be there.
    kind, error
        As of `read_lines`.

    Raises
    ------
    InputError
        As `read_lines`, and when a column is missing.
    """
    lines = read_lines(path, kind=kind, error=error)
    names = require_columns(path, header_of(lines), columns, kind, error)
    for number, cells in lines:
        yield number, dict(zip(names, cells, strict=True))


def require_columns(
    path: Path,
    found: Sequence[str] | None,
    columns: Sequence[str],
    kind: str,
    error: type[InputError] = InputError,
) -> list[str]:
    """Return a header that has the columns; else raise `error`, with the cure. Arguments as of `read_rows`."""
    header = list(found or ())
    missing = [name for name in columns if name not in set(header)]
    if missing and (fault := fault_of_header(found)):
        raise error(f"{path}: {fault}; expected {kind}")
    if missing:
        raise error(f"{path}: row 1: no column {', '.join(missing)}; {kind} has {','.join(columns)}")
    return header


def require_cells(
    path: Path, row: int, cells: Sequence[str], header: Sequence[str], error: type[InputError] = InputError
) -> None:
    """Raise `error` when a row has more or fewer cells than the header."""
    if len(cells) != len(header):
        raise error(
            f"{path}: row {row}: must have as many cells as the header ({len(header)}), got {len(cells)}; put texts "
            "that hold commas in quotation marks"
        )


def csv_text(rows: Iterable[Sequence[str]], header: Sequence[str] | None) -> str:
    r"""Return rows as CSV text with Unix line ends, under a header unless that is None.

    Examples
    --------
    >>> csv_text([("r1", "L4-5: bulge, mild")], ("report_id", "text"))
    'report_id,text\nr1,"L4-5: bulge, mild"\n'
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    if header is not None:
        writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()


def columns_of(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the columns of rows, in the order in which they name them.

    Examples
    --------
    >>> columns_of([{"finding": "bulge"}, {"finding": "modic", "kappa": 0.5}])
    ['finding', 'kappa']
    """
    return list(dict.fromkeys(name for row in rows for name in row))


def rows_csv(rows: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> str:
    r"""Return rows by the names of their columns as CSV text under a header; what a row lacks is empty.

    Examples
    --------
    >>> rows_csv([{"kappa": 0.5}, {"finding": "bulge"}], ["finding", "kappa"])
    'finding,kappa\n,0.5\nbulge,\n'
    """
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
