"""What networks, phantoms and measurements of a run were made with, noted beside them; other settings are refused.

A run goes on in its folder: what is there is not made again. So each thing that is kept has a record of what decides
it, and a folder that holds something of other settings, or of nobody knows which, is not taken for what was asked.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from deepspine.data.errors import ConfigError
from deepspine.data.whole_files import write_whole

RECORD_FILE = "made_with.json"
DIGITS = 16
"""Of a fingerprint."""
UNSET = "unset"


def beside(made: Path) -> Path:
    """Return where a record lies beside a folder that may hold nothing else, such as that of a dataset."""
    return made.with_name(f"{made.name}_{RECORD_FILE}")


def claim(
    made: Path, asked: Mapping[str, Any], *, holds: bool, record: Path | None = None, option: str = "--out"
) -> None:
    """Note what something is about to be made with, or see that what is there was made with the same.

    Parameters
    ----------
    made
        The folder, or the file, that may be removed to make it anew.
    asked
        What decides it: values that JSON has, nested as one likes. `None` and empty ones count as not there, so that
        an option that came later does not tell older things apart.
    holds
        Whether something was made there, or begun, that would be used again.
    record
        Where this is noted; in the folder by default.
    option
        Of the command line; what chooses another folder.

    Raises
    ------
    ConfigError
        When what is there was made with something else, or does not say with what.
    """
    path = record or made / RECORD_FILE
    text = json.dumps(dict(asked), indent=1) + "\n"
    if holds:
        check_same(made, _read(made, path, option), json.loads(text), option=option)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, text)


def check_same(made: Path, before: Mapping[str, Any], asked: Mapping[str, Any], *, option: str = "--out") -> None:
    """See that something was made with what is asked now.

    Raises
    ------
    ConfigError
        When it was not; names what differs, and the option that chooses another folder.
    """
    old, new = dict(_flat(before)), dict(_flat(asked))
    changed = [
        f"{name} {old.get(name, UNSET)} there, {new.get(name, UNSET)} asked"
        for name in sorted({*old, *new})
        if old.get(name) != new.get(name)
    ]
    if changed:
        raise ConfigError(
            f"{made}: was made with other settings ({'; '.join(changed)}); choose another {option}, or {_anew(made)}"
        )


def _read(made: Path, path: Path, option: str) -> dict[str, Any]:
    """Return what something was made with.

    Raises
    ------
    ConfigError
        When there is no record, as beside what earlier versions made.
    """
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        values = None
    if not isinstance(values, dict):
        raise ConfigError(
            f"{made}: does not say what it was made with (no {path.name}); choose another {option}, or {_anew(made)}"
        )
    return values


def changed_options(options: Any) -> dict[str, Any]:
    """Return the options of a dataclass that do not have their default: one that comes later tells nothing apart.

    Examples
    --------
    >>> from deepspine.experiments.recipe import Recipe
    >>> changed_options(Recipe(epochs=3, compare=False))
    {'epochs': 3}
    """
    usual = asdict(type(options)())
    return {name: value for name, value in asdict(options).items() if value != usual[name]}


def fingerprint(*parts: str | bytes | Path) -> str:
    """Return a short hash of texts and contents of files.

    Examples
    --------
    >>> fingerprint("one", "two") == fingerprint("onetwo")
    False
    """
    digest = hashlib.sha256()
    for part in parts:
        content = part.read_bytes() if isinstance(part, Path) else part.encode() if isinstance(part, str) else part
        digest.update(hashlib.sha256(content).digest())
    return digest.hexdigest()[:DIGITS]


def _anew(made: Path) -> str:
    return f"remove this {'file' if made.is_file() else 'folder'} to make it anew"


def _flat(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the leaves with dotted names, without those that say nothing; a list is a leaf."""
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{name}.")
        elif value is not None and value not in ("", []):
            yield f"{prefix}{name}", value
