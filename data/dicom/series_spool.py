"""A place on disk where the series of a scan wait, in the order of an index, until they are written or read."""

from __future__ import annotations

import pickle
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from weakref import finalize

from deepspine.data.dicom.series import Series

_TABLES = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
CREATE TABLE series (
    patient_key TEXT, study_key TEXT, series_number INTEGER, series_key TEXT, part INTEGER, content BLOB
);
"""

Row = tuple[str, str, int, str, int, bytes]
"""What a series is ordered by, and the series as bytes; made where the series is formed, which may be a helper."""


def spooled(series: Series) -> Row:
    """Return a series as a row of a spool."""
    keys = (series.patient_key, series.study_key, series.series_number, series.series_key, series.part)
    return (*keys, pickle.dumps(series))


class SeriesSpool:
    """Series in the order of an index; gone when no longer used."""

    def __init__(self) -> None:
        folder = tempfile.TemporaryDirectory(prefix="deepspine-index-")
        self._connection = sqlite3.connect(Path(folder.name) / "series.sqlite")
        self._connection.executescript(_TABLES)
        finalize(self, _discard, self._connection, folder)

    def add(self, rows: Iterable[Row]) -> None:
        """Keep series."""
        self._connection.executemany("INSERT INTO series VALUES (?, ?, ?, ?, ?, ?)", rows)

    def __iter__(self) -> Iterator[Series]:
        order = "patient_key, study_key, series_number, series_key, part"
        for (content,) in self._connection.execute(f"SELECT content FROM series ORDER BY {order}"):
            yield pickle.loads(content)

    def __len__(self) -> int:
        (count,) = self._connection.execute("SELECT COUNT(*) FROM series").fetchone()
        return int(count)


def _discard(connection: sqlite3.Connection, folder: tempfile.TemporaryDirectory[str]) -> None:
    connection.close()
    folder.cleanup()
