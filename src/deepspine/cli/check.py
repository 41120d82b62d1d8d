"""`deepspine check`: whether a dataset is what its manifest says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer


def check(
    dataset: Annotated[Path, typer.Argument(help="Folder of `deepspine build`.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Verify the checksums, schema and splits of a dataset."""
    from deepspine.cli.progress import progress
    from deepspine.data.dataset.check import check_dataset
    from deepspine.data.dataset.manifest import Manifest
    from deepspine.data.errors import InputError

    counts = Manifest.read(dataset).counts()
    with progress("check shards") as advance:
        problems = check_dataset(dataset, advance=advance)
    if as_json:
        typer.echo(json.dumps({"dataset": str(dataset), "counts": counts, "problems": problems}))
    else:
        for problem in problems:
            typer.echo(problem)
    if problems:
        raise InputError(f"{dataset}: {len(problems)} problems; build or copy the dataset again")
    if not as_json:
        samples = sum(n["samples"] for n in counts.values())
        typer.echo(f"{dataset}: sound, {samples} levels in {', '.join(counts)}")
