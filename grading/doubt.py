"""The labeler's doubt of each label, from its table of evidence."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from deepspine.data.csv_rows import read_rows
from deepspine.data.errors import DeepspineError, InputError
from deepspine.data.findings import Side
from deepspine.data.label_table import LabelKey
from deepspine.data.levels import Level
from deepspine.data.report_ids import report_id_of

COLUMNS = ("report_id", "level", "finding", "side", "doubt")


def read_doubts(path: Path) -> Mapping[LabelKey, float]:
    """Read the columns `report_id, level, finding, side, doubt` of the CSV that `deepspine label --evidence` writes.

    Raises
    ------
    InputError
        When the file is missing or is no such table.
    """
    if not path.is_file():
        raise InputError(f"no table of evidence {path}; `deepspine label --evidence` writes one")
    try:
        rows = [row for _, row in read_rows(path, COLUMNS, kind="a table of evidence")]
        return {_key(row): float(row["doubt"]) for row in rows}
    except (ValueError, DeepspineError) as error:
        reason = str(error).removeprefix(f"{path}: ")
        raise InputError(f"{path}: no table of evidence with doubts ({reason})") from None


def _key(row: Mapping[str, str]) -> LabelKey:
    return LabelKey(report_id_of(row["report_id"]), Level.parse(row["level"]), row["finding"], Side(row["side"]))
