"""Rows of CSV files by the names of their columns, and rows as CSV text."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from deepspine.data.csv_headers import fault_of_header
from deepspine.data.errors import InputError


def read_rows(
    path: Path, columns: Sequence[str], *, kind: str, error: type[InputError] = InputError
) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the rows of a CSV file, each with the line at which it ends; a byte order mark, as of Excel, is no text.

    Parameters
    ----------
    columns
        Those that must be there.
    kind
        What the file must be, for messages: "a label table".
    error
        What is raised when the table is malformed.

    Raises
    ------
    InputError
        When the file cannot be read, is not UTF-8 or no valid CSV, a column is missing, or a row has more or fewer
        cells than the header.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            require_columns(path, reader.fieldnames, columns, kind, error)
            for row in reader:
                if None in row or None in row.values():
                    raise error(f"{path}: row {reader.line_num}: must have as many cells as the header")
                yield reader.line_num, row
    except csv.Error as reason:
        raise error(
            f"{path}: row {reader.reader.line_num}: no valid CSV: {reason}; close what stands in quotation marks"
        ) from None
    except UnicodeDecodeError as reason:
        raise InputError(f"{path}: byte {reason.start} is not UTF-8; convert the file, e.g. with iconv") from None
    except OSError as reason:
        raise InputError(f"{path}: {reason.strerror}; expected {kind}") from None


def require_columns(
    path: Path, found: Sequence[str] | None, columns: Sequence[str], kind: str, error: type[InputError]
) -> None:
    """Raise `error` when a header lacks one of the columns, with the cure; arguments as of `read_rows`."""
    missing = [name for name in columns if name not in set(found or ())]
    if missing and (fault := fault_of_header(found)):
        raise error(f"{path}: {fault}; expected {kind}")
    if missing:
        raise error(f"{path}: row 1: no column {', '.join(missing)}; {kind} has {','.join(columns)}")


def rows_csv(rows: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> str:
    r"""Return rows as CSV text under a header; what a row lacks is empty.

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
