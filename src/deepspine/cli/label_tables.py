"""How verbs read a label table: what its readers left open is told."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from deepspine.data.label_table import LabelTable


def read_labels(path: Path) -> LabelTable:
    """Read a label table, and tell on standard error how many labels it leaves open."""
    from deepspine.data.label_table import LabelTable

    table = LabelTable.read(path)
    tell_unsettled(table, path)
    return table


def tell_unsettled(table: LabelTable, path: Path) -> None:
    """Tell on standard error how many labels of a file are left open, if any."""
    if note := table.note_of_unsettled(path):
        typer.echo(note, err=True)
