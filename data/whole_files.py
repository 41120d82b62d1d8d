"""Files that are there whole or not at all: a run that is stopped leaves the old one, or none."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def make_folders_of(*paths: Path | None) -> None:
    """Make the folders of files to write, before the work whose outcome they take; None is passed over."""
    for path in paths:
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)


@contextmanager
def whole_file(path: Path, *, suffix: str = "") -> Iterator[Path]:
    """Give a path to write to; what was written there takes its place at `path` when the block ends without an error.

    Links are followed, as by any writing. Pipes and devices (`/dev/stdout`) are written to straight.

    Parameters
    ----------
    suffix
        Of the path to write to, for writers that choose a format by it.
    """
    if path.exists() and not path.is_file():
        yield path
        return
    target = path.resolve()
    partial = target.with_name(f"{target.name}.part{suffix}")
    try:
        yield partial
        partial.replace(target)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file, text as UTF-8, so that readers see the old one or the new one, never half of it."""
    with whole_file(path) as partial:
        partial.write_bytes(content.encode() if isinstance(content, str) else content)
