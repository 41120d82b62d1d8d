"""Report texts from a CSV file, standard input, a Parquet file or a folder of text files, one at a time."""

from __future__ import annotations

import csv
import io
import re
import sys
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

from deepspine.data.csv_headers import NOT_UTF8, fault_of_beginning, fault_of_bytes, fault_of_header
from deepspine.data.errors import ConfigError, InputError
from deepspine.data.report_ids import BLANKS, report_id_of

MAX_FIELD_BYTES = 1 << 30
STANDARD_INPUT = "-"
SUFFIX = ".txt"
"""Of a report in a folder of reports, in any case."""
TABLES = (".csv", ".parquet")
"""Lie beside reports as input or output of other runs; nobody takes them for reports of the folder."""
FORMATS = "a CSV or Parquet file, a folder of .txt files, or - for CSV on standard input"
_NAME = re.compile(r"[^\W\d][\w-]{0,29}")
_TWO_WORDS = re.compile(r"[^\W\d]+ [^\W\d]+")
"""What may be shown of the first line of a CSV file: in a file without header it is the text of a report."""
_HEADING = frozenset(("accession", "exam", "id", "identifier", "mrn", "number", "patient", "report", "study", "text"))
"""Words one of which a name of two words must have to be shown."""
_SPOILT_ID = re.compile(r"\d(?:[.,]\d+)?E\+\d+|#(?:REF|N/A|NAME|VALUE|NUM|DIV/0|NULL)[!?]?")
"""What a spreadsheet makes of long numbers and of broken formulas."""


@dataclass(frozen=True, slots=True)
class ReportText:
    """One report as read: where it stood, its identity and its text; `fault` is why these cannot be used, or empty."""

    source: str
    report_id: str
    text: str
    fault: str = ""


def read_reports(path: Path | str, *, id_column: str, text_column: str) -> Iterator[ReportText]:
    """Return the reports of a file or folder in its order.

    A report that cannot be used comes with its fault, for the caller to reject the one report and go on.

    Raises
    ------
    ConfigError
        When one column is named for both.
    InputError
        When the path is missing, of an unknown kind, lacks a column or holds no report; while reading, when it is no
        valid CSV or Parquet.
    """
    if id_column == text_column:
        raise ConfigError(f"column {id_column} cannot hold both the ids and the texts of reports")
    reports = _reports_of(path, id_column, text_column)
    first = list(islice(reports, 1))  # what is wrong with the file is told at once, not when the first report is used
    if not first:
        raise InputError(f"{path}: holds no report; expected one a row, below the header")
    return chain(first, reports)


def read_texts(
    path: Path | str, *, id_column: str, text_column: str, wanted: Collection[str] | None = None
) -> dict[str, str]:
    """Return texts by report id, all or those `wanted`; the first of an id that appears twice.

    Raises
    ------
    InputError
        As `read_reports`, and when one of these reports cannot be used.
    """
    texts: dict[str, str] = {}
    for report in read_reports(path, id_column=id_column, text_column=text_column):
        if wanted is None or report.report_id in wanted or not report.report_id:
            if report.fault:
                raise InputError(f"{report.source}: {report.fault}")
            if report.report_id:
                texts.setdefault(report.report_id, report.text)
    return texts


def report_paths(folder: Path) -> list[Path]:
    """Return the text files of a folder of reports and of the folders in it, sorted."""
    return [path for path in _files_below(folder) if path.suffix.lower() == SUFFIX]


def passed_over(folder: Path, *, but: Path) -> list[str]:
    """Return what else a folder of reports holds, as paths within it; not tables, and not what lies in `but`."""
    others = (path for path in _files_below(folder) if path.suffix.lower() not in (SUFFIX, *TABLES))
    return [str(path.relative_to(folder)) for path in others if but.resolve() not in path.resolve().parents]


def _files_below(folder: Path) -> list[Path]:
    """Return the files of a folder of any depth, sorted; not what is hidden."""
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    )


def _reports_of(path: Path | str, id_column: str, text_column: str) -> Iterator[ReportText]:
    if str(path) == STANDARD_INPUT:
        stream = io.TextIOWrapper(sys.stdin.buffer, encoding="utf-8-sig", errors="surrogateescape", newline="")
        return _csv_reports(stream, "standard input", id_column, text_column)
    path = Path(path)
    if path.is_dir():
        return _folder_reports(path)
    if not path.is_file():
        raise InputError(f"{path}: no such file; give {FORMATS}")
    if path.suffix.lower() == ".parquet":
        return _parquet_reports(path, id_column, text_column)
    stream = path.open(encoding="utf-8-sig", errors="surrogateescape", newline="")
    return _csv_reports(stream, path.name, id_column, text_column)


def _report(source: str, report_id: str, text: str) -> ReportText:
    """Return a report whose bytes that are no UTF-8 were read as lone surrogates, its id without blanks around it."""
    report_id = report_id_of(report_id)
    if _SPOILT_ID.fullmatch(report_id):
        return ReportText(source, "", text, f"id {report_id} was changed by a spreadsheet; export that column as text")
    try:
        f"{report_id}{text}".encode()
    except UnicodeEncodeError:
        return ReportText(source, report_id, text, f"text is {NOT_UTF8}")
    return ReportText(source, report_id, text)


def _csv_reports(stream: io.TextIOWrapper, name: str, id_column: str, text_column: str) -> Iterator[ReportText]:
    csv.field_size_limit(MAX_FIELD_BYTES)
    with stream:
        if fault := fault_of_beginning(_first_bytes(stream)):
            raise InputError(f"{name}: is {fault}; give {FORMATS}")
        rows = csv.reader(_without_nul(stream), strict=True)
        begin = 1
        try:
            first = next(rows, None)
            if first and first[0].startswith("sep="):  # Excel's line that names the separator
                first = next(rows, None)
            header = _require(name, first, id_column, text_column)
            identity, text = header.index(id_column), header.index(text_column)
            begin = rows.line_num + 1
            for row in rows:
                place = f"{name}: line {rows.line_num}"
                if len(row) == len(header):
                    yield _report(place, row[identity], row[text])
                elif row:
                    yield ReportText(place, "", "", _unlike_header(len(row), len(header)))
                begin = rows.line_num + 1
        except csv.Error as error:
            raise InputError(
                f"{name}: line {rows.line_num}: no valid CSV: {error}; in the row that begins at line {begin}, "
                "close the quoted text and double the quotation marks within it"
            ) from None


def _unlike_header(cells: int, expected: int) -> str:
    return f"row of {cells} cells under a header of {expected}; put texts that hold commas in quotation marks"


def _first_bytes(stream: io.TextIOWrapper) -> bytes:
    """Return how a stream begins, without reading on."""
    peek = getattr(stream.buffer, "peek", None)
    return b"" if peek is None else bytes(peek(4)[:4])


def _without_nul(stream: io.TextIOWrapper) -> Iterator[str]:
    return (line.replace("\0", " ") for line in stream)


def _require(name: str, found: Sequence[str] | None, *columns: str) -> list[str]:
    """Return a header that has the columns, each once, its names without blanks around them."""
    header = [column.strip(BLANKS) for column in found or ()]
    missing = [column for column in columns if column not in header]
    if missing and (fault := fault_of_header(found)):
        raise InputError(f"{name}: {fault}")
    if missing:
        options = dict(zip(columns, ("--id-column", "--text-column"), strict=True))
        names = f"; columns are {', '.join(_shown(found or ()))}" if _is_table(name, header) else ""
        raise InputError(
            f"{name}: no column {' and no column '.join(map(repr, missing))}{names}: name the right one with "
            f"{' and '.join(options[column] for column in missing)}, or give {FORMATS}"
        )
    for column in columns:
        if header.count(column) > 1:
            raise InputError(f"{name}: {header.count(column)} columns are named {column!r}; rename all but one")
    return header


def _is_table(name: str, header: Sequence[str]) -> bool:
    """Whether a first line is that of a table, not the beginning of a text or of JSON."""
    return Path(name).suffix.lower() in (*TABLES, "") and not header[0].startswith(("{", "["))


def _shown(header: Sequence[str]) -> list[str]:
    """Return names that cannot be text of a report; in place of others, that they are not shown."""
    return [column if _NAME.fullmatch(column) or _is_heading(column) else "(not shown)" for column in header]


def _is_heading(column: str) -> bool:
    return bool(_TWO_WORDS.fullmatch(column)) and not _HEADING.isdisjoint(column.lower().split())


def _parquet_reports(path: Path, id_column: str, text_column: str) -> Iterator[ReportText]:
    from deepspine.data.parquet_text import ParquetText

    table = ParquetText(path, errors="surrogateescape")
    _require(path.name, table.columns, id_column, text_column)
    rows = table.rows((id_column, text_column), text=(text_column,))
    for number, (identity, text) in enumerate(rows, start=1):
        yield _report(f"{path.name}: row {number}", identity, text)


def _folder_reports(folder: Path) -> Iterator[ReportText]:
    paths = report_paths(folder)
    if not paths:
        raise InputError(f"{folder}: no .txt files in this folder")
    for path in paths:
        yield _report(
            str(path.relative_to(folder)), path.stem, path.read_bytes().decode("utf-8-sig", errors="surrogateescape")
        )


def read_text(
    path: Path | str, *, report_id: str | None = None, id_column: str = "report_id", text_column: str = "text"
) -> str:
    """Read one report from a text file, a table or, for "-", from standard input; line ends stay as they are.

    Raises
    ------
    InputError
        When the file is missing or is no UTF-8 text; when a table has no such report, or none is named.
    """
    if Path(path).suffix.lower() in TABLES:
        if report_id is None:
            raise InputError(f"{path}: is a table of reports; name one with --id, or read all with deepspine label")
        found = read_texts(path, id_column=id_column, text_column=text_column, wanted={report_id})
        if report_id not in found:
            raise InputError(f"{path}: no report {report_id!r} in column {id_column}")
        return found[report_id]
    if report_id is not None:
        raise InputError(f"{path}: is one report, of which --id names none; leave it out")
    try:
        if str(path) == STANDARD_INPUT:
            return sys.stdin.buffer.read().decode("utf-8-sig")
        return Path(path).read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        piped = str(path) == STANDARD_INPUT
        fault = f"byte {error.start} is {NOT_UTF8}" if piped else fault_of_bytes(Path(path), error)
        raise InputError(f"{path}: {fault}") from None
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}; give a text file with one report, or - for input") from None
