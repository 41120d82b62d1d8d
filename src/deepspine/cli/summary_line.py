"""How verbs tell what they did."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from deepspine.data.rejects import Rejects

MOST_TOLD = 20
"""Rejects that are told one by one."""


def tell_summary(summary: Mapping[str, object], *, as_json: bool, apart: Collection[str] = ()) -> None:
    """Print the figures of a run: as JSON, or in one line without those of `apart`, which have lines of their own."""
    line = "  ".join(f"{name} {value}" for name, value in summary.items() if name not in apart)
    typer.echo(json.dumps(summary) if as_json else line)


def tell_rejects(rejects: Rejects) -> None:
    """Tell on standard error what was rejected and why, where no file lists it."""
    for source, reason in rejects.rows[:MOST_TOLD]:
        typer.echo(f"rejected {source}: {reason}", err=True)
    if len(rejects) > MOST_TOLD:
        typer.echo(f"rejected {len(rejects) - MOST_TOLD} more; deepspine label lists them all", err=True)
