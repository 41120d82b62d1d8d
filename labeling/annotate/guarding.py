"""Which requests are answered: those of a session, from our own pages, and not too many."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from secrets import compare_digest
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import Depends, HTTPException, Request

from deepspine.labeling.annotate.access import (
    CHANGES_AT_ONCE,
    CHANGES_PER_S,
    FAILED_LOGINS_AT_ONCE,
    FAILED_LOGINS_PER_S,
    RateLimit,
    Session,
    Sessions,
)
from deepspine.labeling.annotate.records import Role
from deepspine.labeling.annotate.schema import Database

COOKIE = "deepspine_session"
HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cache-control": "no-store",
}
"""On every answer: nothing from elsewhere, no inline script, no copy left in a cache."""
SAFE_ORIGINS = ("same-origin", "none")
"""What `Sec-Fetch-Site` says of our own pages and of an address that was typed."""

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class SafeHeaders:
    """Adds `HEADERS` to every answer."""

    def __init__(self, app: Callable[[Scope, Receive, Send], Awaitable[None]]) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on and add the headers to its answer."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
                message["headers"] = [*message.get("headers", []), *own]
            await send(message)

        await self.app(scope, receive, send_with_headers)


@dataclass(frozen=True)
class Guard:
    """Checks who asks, and whether too often.

    Attributes
    ----------
    sessions
        Open sessions.
    requests
        Limit of requests by session.
    failed_logins
        Limit of wrong tokens by address.
    """

    sessions: Sessions
    requests: RateLimit
    failed_logins: RateLimit

    @classmethod
    def usual(cls, database: Database) -> Guard:
        """Return a guard with the usual limits."""
        return cls(
            Sessions(database),
            RateLimit(CHANGES_PER_S, CHANGES_AT_ONCE),
            RateLimit(FAILED_LOGINS_PER_S, FAILED_LOGINS_AT_ONCE),
        )

    def page(self, request: Request) -> Session:
        """Return the session of a page request; without one the browser is sent to the sign-in page."""
        session = self.sessions.find(request.cookies.get(COOKIE))
        if session is None:
            raise HTTPException(303, headers={"location": "/login"})
        self._count(session)
        return session

    def change(self, request: Request) -> Session:
        """Return the session of a change; refuses those without one, from elsewhere, or too many."""
        require_same_origin(request)
        session = self.sessions.find(request.cookies.get(COOKIE))
        if session is None:
            raise HTTPException(401, "sign in again")
        if not compare_digest(request.headers.get("x-csrf-token", "").encode(), session.csrf.encode()):
            raise HTTPException(403, "the page is out of date; load it again")
        self._count(session)
        return session

    def _count(self, session: Session) -> None:
        if not self.requests.take(session.key):
            raise HTTPException(429, "too many requests; wait a moment", headers={"retry-after": "1"})


def require_same_origin(request: Request) -> None:
    """Refuse a request that another site's page makes."""
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    foreign = site not in SAFE_ORIGINS if site else origin is not None and not _is_own(origin, request)
    if foreign:
        raise HTTPException(403, "requests from other sites are refused")


def _is_own(origin: str, request: Request) -> bool:
    return urlsplit(origin).netloc == request.headers.get("host", "")


def guard_of(request: Request) -> Guard:
    """Return the guard of the application."""
    guard: Guard = request.app.state.guard
    return guard


def page_session(request: Request) -> Session:
    """Return who asks for a page."""
    return guard_of(request).page(request)


def change_session(request: Request) -> Session:
    """Return who makes a change."""
    return guard_of(request).change(request)


def adjudicator_session(request: Request) -> Session:
    """Let only adjudicators see figures: after one report they would tell a reader what the others said."""
    session = page_session(request)
    if session.reader.role is not Role.ADJUDICATOR:
        raise HTTPException(403, "only adjudicators see agreement")
    return session


PageSession = Annotated[Session, Depends(page_session)]
ChangeSession = Annotated[Session, Depends(change_session)]
AdjudicatorSession = Annotated[Session, Depends(adjudicator_session)]
