"""`deepspine experiment`: the experiments of the documentation, each one command and one config file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def _known(name: str) -> str:
    """Refuse a name that no experiment has, whatever else is missing."""
    from deepspine.experiments.registry import get_experiment

    return get_experiment(name).name


def experiment(
    name: Annotated[
        str,
        typer.Argument(
            help="sudirman-weak, spider-graded, spider-measured, spider-names, phantom-deepspine, modic-map, "
            "modic-normalisation, modic-presence, modic-readers or picture-grader.",
            callback=_known,
        ),
    ],
    out: Annotated[Path, typer.Option(help="Folder of the run; a stopped run goes on there.")],
    data: Annotated[Path, typer.Option(help="Folder of the data sets that the experiment reads.")] = Path(),
    config: Annotated[Path | None, typer.Option(help="Settings in place of the experiment's own file.")] = None,
    changes: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="A setting over that of the file.")
    ] = None,
    fast: Annotated[
        bool, typer.Option("--fast", help="Check in a few minutes that it runs; the figures mean nothing.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the table as JSON.")] = False,
) -> None:
    """Run an experiment of the documentation and print its table."""
    import json

    from deepspine.cli.progress import progress
    from deepspine.data.outputs import check_folder
    from deepspine.experiments.registry import rows_text, run_experiment

    check_folder("--out", out)
    with progress(f"experiment {name}", total=1) as advance:
        rows = run_experiment(name, data, out, config=config, changes=changes or (), fast=fast, advance=advance)
    typer.echo(json.dumps(rows) if as_json else rows_text(rows))
