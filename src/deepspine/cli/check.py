"""`deepspine check`: whether a dataset is what its manifest says, and whether pictures still identify someone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer


def check(
    dataset: Annotated[
        str, typer.Argument(help="Dataset of `deepspine build` (folder or s3://BUCKET/NAME), or DICOM files.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Verify checksums, schema and splits of a dataset; of DICOM files, that no tag identifies anyone."""
    from deepspine.data.dataset.manifest import MANIFEST

    folder = Path(dataset)
    if folder.exists() and not (folder / MANIFEST).is_file() and _holds_files(folder):
        _check_pictures(folder, as_json=as_json)
    else:
        _check_dataset(dataset, as_json=as_json)


def _check_dataset(dataset: str, *, as_json: bool) -> None:
    from deepspine.cli.progress import progress
    from deepspine.data.dataset.check import check_dataset
    from deepspine.data.dataset.manifest import Manifest
    from deepspine.data.errors import InputError

    counts = Manifest.read(dataset).counts()
    with progress("check shards") as advance:
        problems = check_dataset(dataset, advance=advance)
    if as_json:
        typer.echo(json.dumps({"dataset": dataset, "counts": counts, "problems": problems}))
    else:
        for problem in problems:
            typer.echo(problem)
    if problems:
        raise InputError(f"{dataset}: {len(problems)} problems; build or copy the dataset again")
    if not as_json:
        samples = sum(n["samples"] for n in counts.values())
        typer.echo(f"{dataset}: sound, {samples} levels in {', '.join(counts)}")


def _check_pictures(archive: Path, *, as_json: bool) -> None:
    from dataclasses import asdict

    from deepspine.cli.progress import progress
    from deepspine.data.deidentify.leftovers import find_leftovers
    from deepspine.data.errors import InputError
    from deepspine.data.rejects import Rejects

    rejects = Rejects()
    with progress("check files") as advance:
        found, n_files = find_leftovers(archive, rejects=rejects, advance=advance)
    if as_json:
        values = {"files": n_files, "unreadable": len(rejects), "leftovers": [asdict(one) for one in found]}
        typer.echo(json.dumps(values))
    else:
        for one in found:
            typer.echo(str(one))
        for path, reason in rejects.rows:
            typer.echo(f"{path}: could not be read: {reason}")
    if found or len(rejects):
        raise InputError(
            f"{len(found)} kinds of tags may identify someone, {len(rejects)} files could not be read; "
            "`deepspine deidentify` makes a clean copy"
        )
    if not as_json:
        typer.echo(f"{n_files} files: no tag of the basic profile is left")


def _holds_files(folder: Path) -> bool:
    """Whether there is anything to look at: an empty folder is a dataset that is not there."""
    return folder.is_file() or any(path.is_file() for path in folder.rglob("*"))
