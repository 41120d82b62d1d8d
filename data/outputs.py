"""Where a command may write: never over what it reads, nor over another of its outputs, and under a telling name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from deepspine.data.errors import ConfigError, InputError

TABLE_SUFFIXES = (".csv", ".parquet")
"""Suffixes of a table that is written in either format; the suffix chooses."""


def check_apart(outputs: Mapping[str, Path | str | None], inputs: Iterable[Path | str | None]) -> None:
    """Raise when a file to write is one to read, or two to write are the same.

    Parameters
    ----------
    outputs
        Files to write by the name that the message gives them, such as `--out`; None for one that is not wanted.
    inputs
        Files to read; None for one that is not given.

    Raises
    ------
    ConfigError
        Names the output and what it would overwrite.
    """
    taken = {Path(path).resolve(): "the input" for path in inputs if path is not None}
    for name, path in outputs.items():
        if path is not None and (other := taken.setdefault(Path(path).resolve(), name)) != name:
            raise ConfigError(f"{path}: {name} would overwrite {other}; give each a file of its own")


def check_suffix(name: str, path: Path | str | None, suffixes: Iterable[str]) -> None:
    """Raise when a file to write is called as if it were of another format.

    Parameters
    ----------
    name
        What the message calls it, such as `--out`.
    path
        The file; None for one that is not wanted.
    suffixes
        Those of the formats that can be written.

    Raises
    ------
    ConfigError
        Names the suffixes.
    """
    allowed = tuple(suffixes)
    if path is not None and Path(path).suffix not in allowed:
        raise ConfigError(f"{name} {path} must end in {' or '.join(allowed)}, by which its format is known")


def check_folder(
    name: str, path: Path | str, *, files: Iterable[str] = (), inputs: Iterable[Path | str | None] = ()
) -> None:
    """Raise when a folder to write is a file, or when a file that is written there is one to read.

    Parameters
    ----------
    name
        What the message calls the folder, such as `--out`.
    path
        The folder; it need not be there.
    files
        Names of the files that are written there.
    inputs
        Files to read; None for one that is not given.

    Raises
    ------
    InputError
        When a file lies there.
    ConfigError
        When a file to read would be overwritten.
    """
    folder = Path(path)
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{path}: is a file; {name} must be a folder")
    check_apart({f"{file} in {name}": folder / file for file in files}, inputs)
