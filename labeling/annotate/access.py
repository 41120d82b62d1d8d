"""Who may do what: tokens, sessions, protection against forged requests, and limits.

A reader has one token, which is shown once and kept only as its hash. It opens a session, whose key lives in a cookie
that scripts cannot read and other sites cannot send; each change carries the session's CSRF value besides. Sessions
are in the database, so a server that is started again knows them.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from threading import Lock

from sqlalchemy import delete, insert, select

from deepspine.labeling.annotate.records import Reader, Role
from deepspine.labeling.annotate.schema import Database, readers, sessions
from deepspine.labeling.annotate.store import Store, reader_of

TOKEN_BYTES = 24
SESSION_HOURS = 12
"""A reading day; then the token is asked for again."""
CHANGES_PER_S = 15.0
CHANGES_AT_ONCE = 60
"""More changes than a hand can make; a program that sends more is slowed down."""
FAILED_LOGINS_PER_S = 0.1
FAILED_LOGINS_AT_ONCE = 10
MAX_TRACKED = 10_000
"""Addresses or sessions whose rate is remembered; the oldest are forgotten."""


@dataclass(frozen=True)
class Session:
    """A reader who is signed in."""

    key: str
    reader: Reader
    csrf: str


def new_token() -> str:
    """Return a token that cannot be guessed."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def hash_of(secret: str) -> str:
    """Return the hash under which a token or a session's key is kept; plain, as they are long and random."""
    return sha256(secret.encode()).hexdigest()


def add_reader(store: Store, name: str, role: Role) -> str:
    """Add a reader and return the token, which is kept nowhere."""
    token = new_token()
    store.add_reader(name, role, hash_of(token))
    return token


def renew_token(store: Store, name: str) -> str:
    """Give a reader a new token and end the reader's sessions."""
    token = new_token()
    store.replace_token(name, hash_of(token))
    reader = store.reader_named(name)
    with store.database.writing() as connection:
        connection.execute(delete(sessions).where(sessions.c.reader_id == reader.id))
    return token


class Sessions:
    """Opens, finds and ends sessions.

    Parameters
    ----------
    database
        Where they are kept.
    clock
        Seconds since 1970.
    """

    def __init__(self, database: Database, *, clock: Callable[[], float] = time.time) -> None:
        self.database = database
        self.clock = clock

    def open(self, token: str) -> Session | None:
        """Open a session for a token; None when it is nobody's."""
        with self.database.reading() as connection:
            row = connection.execute(select(readers).where(readers.c.token_hash == hash_of(token))).first()
        if row is None:
            return None
        session = Session(new_token(), reader_of(row), new_token())
        now = self.clock()
        with self.database.writing() as connection:
            connection.execute(delete(sessions).where(sessions.c.expires_s < now))
            connection.execute(
                insert(sessions).values(
                    key_hash=hash_of(session.key), reader_id=session.reader.id, csrf=session.csrf,
                    expires_s=now + SESSION_HOURS * 3600,
                )
            )  # fmt: skip
        return session

    def find(self, key: str | None) -> Session | None:
        """Return the session of a cookie; None when it has ended or never was."""
        if not key:
            return None
        query = (
            select(readers, sessions.c.csrf)
            .join(sessions, sessions.c.reader_id == readers.c.id)
            .where(sessions.c.key_hash == hash_of(key), sessions.c.expires_s > self.clock())
        )
        with self.database.reading() as connection:
            row = connection.execute(query).first()
        return None if row is None else Session(key, reader_of(row), row.csrf)

    def end(self, session: Session) -> None:
        """End a session."""
        with self.database.writing() as connection:
            connection.execute(delete(sessions).where(sessions.c.key_hash == hash_of(session.key)))


class RateLimit:
    """A bucket of tokens for each name: `at_once` at first, refilled at `per_s`.

    Parameters
    ----------
    per_s, at_once
        Lasting rate and burst.
    clock
        Seconds that only go forward.
    """

    def __init__(self, per_s: float, at_once: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.per_s = per_s
        self.at_once = at_once
        self.clock = clock
        self._left: dict[str, tuple[float, float]] = {}
        self._lock = Lock()

    def take(self, name: str) -> bool:
        """Take one; False when the bucket is empty."""
        with self._lock:
            left = self._refilled(name)
            self._left[name] = (max(0.0, left - 1.0) if left >= 1.0 else left, self.clock())
            while len(self._left) > MAX_TRACKED:
                del self._left[next(iter(self._left))]
            return left >= 1.0

    def is_empty(self, name: str) -> bool:
        """Whether the next `take` would be refused."""
        with self._lock:
            return self._refilled(name) < 1.0

    def _refilled(self, name: str) -> float:
        left, then = self._left.pop(name, (float(self.at_once), self.clock()))
        left = min(float(self.at_once), left + (self.clock() - then) * self.per_s)
        self._left[name] = (left, self.clock())
        return left
