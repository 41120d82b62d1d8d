"""What `deidentify` and `build` do alike with `--secret`."""

from __future__ import annotations

from pathlib import Path

import typer


def secret_words(path: Path, *, make: bool = True) -> str:
    """Return the secret of a file; one that is made is told, since a mistyped name would make one as well."""
    from deepspine.data.deidentify.secret import read_secret

    is_there = path.exists()
    words = read_secret(path, make=make)
    if not is_there:
        typer.echo(f"made a new secret, {path}: its pseudonyms match those of no other", err=True)
    return words
