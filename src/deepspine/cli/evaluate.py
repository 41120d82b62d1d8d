"""`deepspine evaluate grading`."""

from __future__ import annotations

import typer

app = typer.Typer(help="Measure a network against references.", no_args_is_help=True)


@app.callback()
def _evaluate() -> None:
    pass
