"""What is known of each file of an archive: in a SQLite file, so that memory does not grow with the archive.

Files of a series may lie anywhere, so that all headers must be seen before the first series can be formed. Kept beside
the index, the store spares a later run the files that have not changed.
"""

from __future__ import annotations

import hashlib
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from itertools import groupby
from pathlib import Path
from typing import NamedTuple
from weakref import finalize

from deepspine.data.dicom.discovery import Candidate
from deepspine.data.errors import InputError

FILES_PER_COMMIT = 2000
"""Files whose headers a run that is stopped may lose."""
PATIENCE_S = 5.0
"""How long to wait for another run that is writing to the same store."""
HEADER, NOT_FOR_US, UNUSABLE, UNREAD = range(4)
"""Kinds of outcome: a header (as text), or why a file is sound but no MR picture, or why it cannot be used, or why the
disk or network did not give it, which the next run asks again."""

_TABLES = """
CREATE TABLE IF NOT EXISTS made_by (software TEXT, rules TEXT, root TEXT);
CREATE TABLE IF NOT EXISTS headers (
    path TEXT PRIMARY KEY, stamp TEXT, kind INTEGER, series_uid TEXT, content TEXT, place INTEGER
);
CREATE INDEX IF NOT EXISTS by_series ON headers (series_uid);
"""


class Outcome(NamedTuple):
    """What reading a candidate gave; `content` is the header's text or a reason."""

    candidate: Candidate
    kind: int
    series_uid: str
    content: str


class HeaderStore:
    """Outcomes by file, of this run and of the one before.

    Parameters
    ----------
    path
        Where the store is kept; None for a temporary one, gone when no longer used.
    root
        The archive: a store of another archive, or that other code has written, is emptied.

    Raises
    ------
    InputError
        When the file at `path` is no store.
    """

    def __init__(self, path: Path | None, *, root: Path) -> None:
        folder = tempfile.TemporaryDirectory(prefix="deepspine-index-") if path is None else None
        self._place = Path(folder.name) / "headers.sqlite" if folder else path
        self._unsaved = 0
        with self.explained():
            self._connection = sqlite3.connect(str(self._place), timeout=PATIENCE_S)
            finalize(self, _discard, self._connection, folder)
            self._prepare((f"deepspine {version('deepspine')}", reading_rules(), str(root.resolve())))

    @contextmanager
    def explained(self) -> Iterator[None]:
        """Turn what SQLite raises within the block into an error with the cure.

        Raises
        ------
        InputError
            When the store is damaged, in use by another run, or cannot be written.
        """
        try:
            yield
        except sqlite3.OperationalError as error:
            raise InputError(
                f"{self._place} cannot be used ({error}); is another run at work on it, its folder not writable, "
                "its disk full?"
            ) from None
        except sqlite3.DatabaseError:
            raise InputError(f"{self._place} is damaged; remove it, or run again with --fresh") from None

    def _prepare(self, made_by: tuple[str, str, str]) -> None:
        # Without syncing, only a crash of the machine can damage the store, and then it is made again.
        self._connection.execute("PRAGMA synchronous = OFF")
        self._connection.executescript(_TABLES)
        if self._connection.execute("SELECT * FROM made_by").fetchall() != [made_by]:
            self._connection.executescript("DELETE FROM headers; DELETE FROM made_by;")
            self._connection.execute("INSERT INTO made_by VALUES (?, ?, ?)", made_by)
        self._has_past = self._connection.execute("UPDATE headers SET place = NULL").rowcount > 0
        self._connection.commit()

    def recall(self, candidate: Candidate, place: int) -> bool:
        """Whether the file is known and has not changed; it is then noted as met at a place of the archive's order."""
        update = "UPDATE headers SET place = ? WHERE path = ? AND stamp = ? AND kind != ?"
        known = (place, candidate.path, candidate.stamp, UNREAD)
        return self._has_past and self._connection.execute(update, known).rowcount == 1

    def add(self, outcome: Outcome, place: int) -> None:
        """Keep what reading a file gave."""
        (path, _, stamp), *found = outcome
        self._connection.execute("REPLACE INTO headers VALUES (?, ?, ?, ?, ?, ?)", (path, stamp, *found, place))
        self._unsaved += 1
        if self._unsaved >= FILES_PER_COMMIT:
            self.save()

    def forget_missing(self) -> None:
        """Drop the files that were not met."""
        self._connection.execute("DELETE FROM headers WHERE place IS NULL")
        self.save()

    def save(self) -> None:
        """Write what was added to disk."""
        self._connection.commit()
        self._unsaved = 0

    def rejected(self) -> Iterator[tuple[str, str]]:
        """Yield path and reason of the files that cannot be used, in the archive's order."""
        query = "SELECT path, content FROM headers WHERE kind IN (?, ?) ORDER BY place"
        yield from self._connection.execute(query, (UNUSABLE, UNREAD))

    def passed_over(self) -> dict[str, int]:
        """Return how many files are sound but no MR pictures, by reason."""
        query = "SELECT content, COUNT(*) FROM headers WHERE kind = ? GROUP BY content ORDER BY content"
        return dict(self._connection.execute(query, (NOT_FOR_US,)))

    def headers_by_series(self) -> Iterator[list[str]]:
        """Yield the headers of one series UID after another, as text."""
        query = "SELECT series_uid, content FROM headers WHERE kind = ? ORDER BY series_uid"
        rows: Iterable[tuple[str, str]] = self._connection.execute(query, (HEADER,))
        for _, members in groupby(rows, key=lambda row: row[0]):
            yield [content for _, content in members]


def reading_rules() -> str:
    """Return a digest of the code that reads headers: what older code read must not be taken for what this reads."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _discard(connection: sqlite3.Connection, folder: tempfile.TemporaryDirectory[str] | None) -> None:
    connection.close()
    if folder is not None:
        folder.cleanup()
