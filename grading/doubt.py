"""The labeler's doubt of each label, from its table of evidence."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

from deepspine.data.errors import DeepspineError, InputError
from deepspine.data.findings import Side
from deepspine.data.label_table import LabelKey
from deepspine.data.levels import Level


def read_doubts(path: Path) -> Mapping[LabelKey, float]:
    """Read the columns `report_id, level, finding, side, doubt` of the CSV that `deepspine label --evidence` writes.

    Raises
    ------
    InputError
        When the file is missing or is no such table.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return {
                LabelKey(row["report_id"], Level.parse(row["level"]), row["finding"], Side(row["side"])): float(
                    row["doubt"]
                )
                for row in csv.DictReader(file)
            }
    except FileNotFoundError:
        raise InputError(f"no table of evidence {path}; `deepspine label --evidence` writes one") from None
    except (KeyError, ValueError, UnicodeDecodeError, DeepspineError) as error:
        raise InputError(f"{path}: no table of evidence with doubts ({type(error).__name__})") from None
