"""What a validation reads beside the tables: which reports, whose they are, and their texts."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

from deepspine.data.csv_headers import fault_of_bytes
from deepspine.data.csv_rows import read_rows
from deepspine.data.errors import ConfigError, InputError
from deepspine.data.findings import CORE_FINDINGS, FINDINGS, get_finding
from deepspine.data.report_ids import report_id_of
from deepspine.labeling import report_files


def read_report_ids(path: Path) -> list[str]:
    """Read report ids: a text file with one a line, or a CSV file with a column `report_id`.

    Raises
    ------
    InputError
        When the file is missing, not UTF-8, or names no report.
    """
    if path.suffix.lower() == ".csv":
        names = [row["report_id"] for _, row in read_rows(path, ["report_id"], kind="a list of reports")]
    else:
        names = [line.strip() for line in _text(path).split("\n")]
    ids = [name for name in dict.fromkeys(map(report_id_of, names)) if name]
    if not ids:
        raise InputError(f"{path}: names no report; expected one id a line")
    return ids


def read_patients(path: Path) -> dict[str, str]:
    """Read a CSV file with the columns `report_id, patient` as a mapping; a row without a patient says nothing.

    Raises
    ------
    InputError
        When the file is missing or lacks a column, or a report has two patients.
    """
    patients: dict[str, str] = {}
    first: dict[str, int] = {}
    for number, row in read_rows(path, ["report_id", "patient"], kind="a table of patients"):
        report_id, patient = report_id_of(row["report_id"]), row["patient"].strip()
        if not patient:
            continue
        if patients.setdefault(report_id, patient) != patient:
            raise InputError(
                f"{path}: row {number}, column patient: the report has another patient in row {first[report_id]}; "
                "a report belongs to one"
            )
        first.setdefault(report_id, number)
    return patients


def check_texts(path: Path, *, id_column: str, text_column: str) -> None:
    """Raise what is wrong with a file of reports as a whole, before the work whose result it is read for.

    Raises
    ------
    InputError
        When it is missing, of an unknown kind or lacks a column.
    """
    if str(path) != report_files.STANDARD_INPUT:
        report_files.read_reports(path, id_column=id_column, text_column=text_column)


def read_texts(path: Path, wanted: Collection[str], *, id_column: str, text_column: str) -> Mapping[str, str]:
    """Read the texts of the reports that are wanted; the first of an id that appears twice."""
    texts = report_files.read_texts(path, id_column=id_column, text_column=text_column, wanted=wanted)
    if not texts:
        raise InputError(f"{path}: holds none of the reports that are compared; check --id-column")
    return texts


def parse_findings(text: str) -> frozenset[str]:
    """Read which findings count: `core`, `all`, or names joined by commas.

    Raises
    ------
    ConfigError
        When no name is given.
    VocabularyError
        When a finding does not exist.
    """
    if text == "core":
        return frozenset(finding.name for finding in CORE_FINDINGS)
    if text == "all":
        return frozenset(FINDINGS)
    names = [name.strip() for name in text.split(",") if name.strip()]
    if not names:
        raise ConfigError("--findings must be core, all, or names joined by commas")
    return frozenset(get_finding(name).name for name in names)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: {fault_of_bytes(path, error)}") from None
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from None
