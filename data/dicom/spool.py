"""A place on disk for what a scan finds, so that memory does not grow with the archive.

Files of a series may lie anywhere, so that all headers must be seen before the first series can be formed. They wait
in a temporary SQLite file, and so do the series until they are written or read in order.
"""

from __future__ import annotations

import pickle
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path
from weakref import finalize

from deepspine.data.dicom.headers import Instance
from deepspine.data.dicom.series import Series

_TABLES = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
CREATE TABLE instances (series_uid TEXT, content BLOB);
CREATE TABLE series (
    patient_key TEXT, study_key TEXT, series_number INTEGER, series_key TEXT, part INTEGER, content BLOB
);
"""


class Spool:
    """Instances by series, and series in the order of an index; gone when no longer used."""

    def __init__(self) -> None:
        folder = tempfile.TemporaryDirectory(prefix="deepspine-index-")
        self._connection = sqlite3.connect(Path(folder.name) / "spool.sqlite")
        self._connection.executescript(_TABLES)
        finalize(self, _discard, self._connection, folder)

    def add_instance(self, instance: Instance) -> None:
        """Keep a header."""
        self._connection.execute("INSERT INTO instances VALUES (?, ?)", (instance.series_uid, pickle.dumps(instance)))

    def instances_by_series(self) -> Iterator[list[Instance]]:
        """Yield the instances of one series UID after another."""
        self._connection.execute("CREATE INDEX IF NOT EXISTS by_series ON instances (series_uid)")
        uids = self._connection.execute("SELECT DISTINCT series_uid FROM instances ORDER BY series_uid")
        for (series_uid,) in uids:
            rows = self._connection.execute("SELECT content FROM instances WHERE series_uid = ?", (series_uid,))
            yield [pickle.loads(content) for (content,) in rows]

    def add_series(self, series: Series) -> None:
        """Keep a series."""
        keys = (series.patient_key, series.study_key, series.series_number, series.series_key, series.part)
        self._connection.execute("INSERT INTO series VALUES (?, ?, ?, ?, ?, ?)", (*keys, pickle.dumps(series)))

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
