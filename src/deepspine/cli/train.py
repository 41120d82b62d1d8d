"""`deepspine train segmentation | grading`."""

from __future__ import annotations

import typer

app = typer.Typer(help="Train a network (Lightning; every option of a config is a flag).", no_args_is_help=True)


@app.callback()
def _train() -> None:
    pass
