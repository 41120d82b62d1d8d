"""How verbs tell what they did."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping

import typer


def tell_summary(summary: Mapping[str, object], *, as_json: bool, apart: Collection[str] = ()) -> None:
    """Print the figures of a run: as JSON, or in one line without those of `apart`, which have lines of their own."""
    line = "  ".join(f"{name} {value}" for name, value in summary.items() if name not in apart)
    typer.echo(json.dumps(summary) if as_json else line)
