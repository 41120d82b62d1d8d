"""The tables of an annotation project, on SQLite or PostgreSQL.

Labels are kept twice: `marks` holds the present state, one row a label by its primary key, so that none can be doubled;
`edits` is the history, one row a change, named by the browser that made it, so that a change which is sent again after
a lost connection is recognised.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from threading import Lock
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Engine,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    create_engine,
    event,
)
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, NoSuchModuleError

from deepspine.data.errors import InputError

SQLITE_BUSY_TIMEOUT_S = 10.0
"""How long a writer waits for another process that writes."""
CONNECTIONS = 20
"""Connections to PostgreSQL; more requests than this wait."""
MAX_ID_LENGTH = 200

metadata = MetaData()

reports = Table(
    "reports",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("report_id", String(MAX_ID_LENGTH), nullable=False, unique=True),
    Column("text", Text, nullable=False),
    Column("suggested", Text, nullable=False),
)
readers = Table(
    "readers",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(MAX_ID_LENGTH), nullable=False, unique=True),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("role", String(20), nullable=False),
)
sessions = Table(
    "sessions",
    metadata,
    Column("key_hash", String(64), primary_key=True),
    Column("reader_id", ForeignKey("readers.id"), nullable=False),
    Column("csrf", String(64), nullable=False),
    Column("expires_s", Float, nullable=False),
)
readings = Table(
    "readings",
    metadata,
    Column("reader_id", ForeignKey("readers.id"), primary_key=True),
    Column("number", ForeignKey("reports.number"), primary_key=True),
    Column("opened_s", Float, nullable=False),
    Column("done_s", Float),
)
_WHERE = ("level", "finding", "side")
marks = Table(
    "marks",
    metadata,
    Column("reader_id", ForeignKey("readers.id"), primary_key=True),
    Column("number", ForeignKey("reports.number"), primary_key=True),
    *(Column(name, String(40), primary_key=True) for name in _WHERE),
    Column("grades", String(MAX_ID_LENGTH), nullable=False),
)
edits = Table(
    "edits",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("reader_id", ForeignKey("readers.id"), nullable=False),
    Column("number", ForeignKey("reports.number"), nullable=False),
    Column("edit_id", String(64), nullable=False),
    *(Column(name, String(40), nullable=False) for name in _WHERE),
    Column("before", String(MAX_ID_LENGTH)),
    Column("after", String(MAX_ID_LENGTH)),
    Column("closed", Boolean, nullable=False),
    Column("at_s", Float, nullable=False),
    UniqueConstraint("reader_id", "edit_id"),
    Index("edits_of_reading", "reader_id", "number", "id"),
)


class Database:
    """A connection to the tables, which are made when they are not there.

    Parameters
    ----------
    place
        Path of a SQLite file, or an SQLAlchemy URL such as `postgresql+psycopg://reader@localhost/spine`; the password
        is better left to `~/.pgpass` than written there.
    create
        Whether a SQLite file that is not there is made; else it is an error.

    Raises
    ------
    InputError
        When the place is no URL that we know, or cannot be opened. The message never holds a password.
    """

    def __init__(self, place: str, *, create: bool = True) -> None:
        if "://" not in place and not create and not Path(place).is_file():
            raise InputError(f"{place}: no such project; make one with deepspine annotate load")
        try:
            url = make_url(place if "://" in place else f"sqlite:///{place}")
            self.engine = _engine(url.get_backend_name(), str(url.render_as_string(hide_password=False)))
            metadata.create_all(self.engine)
        except (ArgumentError, NoSuchModuleError):
            raise InputError("no such kind of database; give a file, or postgresql+psycopg://USER@HOST/NAME") from None
        except DatabaseError:
            shown = url.render_as_string(hide_password=True)
            raise InputError(
                f"{shown}: cannot be opened as a database; check that it is one, and that folder, server and access "
                "are there"
            ) from None
        sqlite = url.get_backend_name() == "sqlite"
        self._one_writer: AbstractContextManager[Any] = Lock() if sqlite else nullcontext()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a connection that only reads, each statement by itself: no round trips to begin and end."""
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Open a transaction that writes; it is kept whole or not at all."""
        opened = self.engine.connect().execution_options(deepspine_writes=True)
        with self._one_writer, opened as connection, connection.begin():
            yield connection

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def _engine(backend: str, url: str) -> Engine:
    """Return an engine whose errors never show parameters: they would hold report text."""
    if backend != "sqlite":
        return create_engine(url, hide_parameters=True, pool_size=CONNECTIONS, max_overflow=0, pool_pre_ping=True)
    engine = create_engine(
        url, hide_parameters=True, connect_args={"timeout": SQLITE_BUSY_TIMEOUT_S, "check_same_thread": False}
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        # The driver's own BEGIN comes too late for a writer; see "Serializable isolation" in SQLAlchemy's SQLite page.
        connection.isolation_level = None
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        if connection.get_execution_options().get("deepspine_writes", False):
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine
