"""The folder of a dataset, on disk or in object storage (`s3://bucket/name`, anything that fsspec speaks).

On disk everything goes straight through the file system. Elsewhere a file is written to a temporary place first and
then uploaded whole, so that readers see all of it or nothing; samples are read by the range of bytes they lie in.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from deepspine.data.errors import ConfigError, InputError
from deepspine.data.whole_files import write_whole

Location = Path | str
"""A folder or file: a path, or a URL."""

_URL = re.compile(r"(?P<scheme>[a-z][a-z0-9+.-]+):/{1,2}(?P<rest>[^/].*)", re.DOTALL)
"""One slash is enough: a URL that went through `Path` has lost the other."""


def url_of(location: Location) -> str | None:
    """Return a location as a URL, None for one on disk.

    Examples
    --------
    >>> url_of(Path("s3://bucket/sets/spine")), url_of("sets/spine")
    ('s3://bucket/sets/spine', None)
    """
    match = _URL.fullmatch(str(location))
    return f"{match['scheme']}://{match['rest'].rstrip('/')}" if match else None


class Folder:
    """A folder that holds files and no folders.

    Parameters
    ----------
    location
        Path or URL; need not exist yet.
    """

    def __init__(self, location: Location) -> None:
        self.url = url_of(location)
        self.path = Path(location)

    def __str__(self) -> str:
        return self.url or str(self.path)

    def file(self, name: str) -> Location:
        """Return where a file of the folder lies."""
        return f"{self.url}/{name}" if self.url else self.path / name

    def make(self) -> None:
        """Make the folder, where storage has such things."""
        if not self.url:
            self.path.mkdir(parents=True, exist_ok=True)

    def exists(self, name: str) -> bool:
        """Whether there is a file of that name."""
        if not self.url:
            return (self.path / name).is_file()
        with reaching(self.url) as files:
            try:
                # `isfile` would take a server that is not reached for a file that is not there.
                return bool(files.info(self.file(name))["type"] == "file")
            except FileNotFoundError:
                return False

    def names(self) -> list[str]:
        """Return the names of what lies in the folder, sorted; none where there is no such folder in storage."""
        if not self.url:
            return sorted(path.name for path in self.path.iterdir())
        with reaching(self.url) as files:
            files.invalidate_cache()
            try:
                found = files.ls(self.url, detail=False)
            except FileNotFoundError:
                return []
            return sorted(str(path).rstrip("/").rpartition("/")[2] for path in found)

    def read(self, name: str) -> bytes:
        """Return the content of a small file."""
        if not self.url:
            return (self.path / name).read_bytes()
        with reaching(self.url) as files:
            return bytes(files.cat_file(self.file(name)))

    def write(self, name: str, content: bytes) -> None:
        """Write a small file; readers see the old one or the new one, never half of it."""
        if not self.url:
            write_whole(self.path / name, content)
            return
        partial = self.partial(name)
        partial.write_bytes(content)
        self.publish(partial, name)

    def partial(self, name: str) -> Path:
        """Return where to write a file before it is whole."""
        return (Path(tempfile.mkdtemp(prefix="deepspine-")) if self.url else self.path) / f"{name}.part"

    def publish(self, partial: Path, name: str) -> None:
        """Put a file that is whole where readers look."""
        if not self.url:
            partial.replace(self.path / name)
            return
        with reaching(self.url) as files:
            files.put_file(str(partial), self.file(name))
        self.discard(partial)

    def discard(self, partial: Path) -> None:
        """Remove a file that was being written, unless it has gone already."""
        partial.unlink(missing_ok=True)
        if self.url and partial.parent.is_dir():
            partial.parent.rmdir()

    @contextmanager
    def on_disk(self, name: str) -> Iterator[Path]:
        """Give a file as one on disk: itself, or a copy for as long as it is needed."""
        if not self.url:
            yield self.path / name
            return
        with tempfile.TemporaryDirectory(prefix="deepspine-") as place:
            with reaching(self.url) as files:
                files.get_file(self.file(name), f"{place}/{name}")
            yield Path(place) / name


def read_range(url: str, start: int, stop: int) -> bytes:
    """Return some bytes of a file in object storage."""
    with reaching(url) as files:
        return bytes(files.cat_file(url, start=start, end=stop))


@contextmanager
def reaching(url: str) -> Iterator[Any]:
    """Give the file system of a URL; what goes wrong there becomes an `InputError`.

    Looked up anew each time (fsspec keeps one a process), so that a reader may be handed to another process.

    Raises
    ------
    ConfigError
        When nothing speaks the protocol of the URL, or what does is not installed.
    InputError
        When storage refuses or cannot be reached.
    """
    import fsspec

    scheme = url.partition("://")[0]
    try:
        files = fsspec.filesystem(scheme)
    except ImportError:
        extra = "`pip install 'deepspine[s3]'`" if scheme == "s3" else f"the fsspec package for {scheme}"
        raise ConfigError(f"{scheme}:// needs a package that is not installed; install {extra}") from None
    except ValueError:
        raise ConfigError(f"{url}: no storage is called {scheme}://; expected s3:// or another of fsspec's") from None
    try:
        yield files
    except FileNotFoundError:
        raise InputError(f"{url}: not found in storage; check bucket and name") from None
    except _storage_errors() as error:
        raise InputError(f"{url}: storage refused or was not reached ({type(error).__name__}: {error})") from None


@cache
def _storage_errors() -> tuple[type[Exception], ...]:
    """Return what the clients of object storage raise beside OSError."""
    try:
        from botocore.exceptions import BotoCoreError, ClientError
    except ImportError:
        return (OSError,)
    return (OSError, BotoCoreError, ClientError)
