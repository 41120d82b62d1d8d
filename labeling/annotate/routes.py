"""The pages and what they may ask for.

Pages are rendered here; one script keeps the grid. Report ids and text never stand in a URL (reports go by number), and
requests are not logged.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from typing import Annotated, Any
from urllib.parse import parse_qs

from fastapi import APIRouter, Depends, HTTPException, Path, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from jinja2 import Environment
from jinja2.loaders import FileSystemLoader
from pydantic import BaseModel, Field

from deepspine.data.errors import VocabularyError
from deepspine.data.findings import FINDINGS
from deepspine.data.grade_sets import GradeSet
from deepspine.labeling.annotate.access import SESSION_HOURS
from deepspine.labeling.annotate.adjudication import all_readings
from deepspine.labeling.annotate.grid import adjudication_grid, reading_grid
from deepspine.labeling.annotate.guarding import (
    COOKIE,
    AdjudicatorSession,
    ChangeSession,
    PageSession,
    guard_of,
    require_same_origin,
)
from deepspine.labeling.annotate.highlight import pieces
from deepspine.labeling.annotate.records import Change, Reader, Role, parse_cell
from deepspine.labeling.annotate.store import Store

router = APIRouter()


def store_of(request: Request) -> Store:
    """Return the application's project."""
    store: Store = request.app.state.store
    return store


Project = Annotated[Store, Depends(store_of)]
ReportNumber = Annotated[int, Path(ge=0, le=2**63 - 1)]
"""What a database can hold; others are no report's."""


class EditName(BaseModel):
    """A change as the browser names it, so that the same one sent twice is known."""

    edit_id: str = Field(min_length=8, max_length=64, pattern=r"^[A-Za-z0-9-]+$")


class LabelChange(EditName):
    """A label that a reader sets; no grades: the label is cleared."""

    level: str = Field(max_length=10)
    finding: str = Field(max_length=40)
    side: str = Field(max_length=10)
    grades: list[str] = Field(max_length=10)


class Done(BaseModel):
    """Whether a report is read."""

    done: bool


@lru_cache(maxsize=1)
def _pages() -> Environment:
    folder = str(files("deepspine.labeling.annotate") / "pages")
    return Environment(loader=FileSystemLoader(folder), autoescape=True, trim_blocks=True, lstrip_blocks=True)


def _render(name: str, status_code: int = 200, **values: Any) -> HTMLResponse:
    return HTMLResponse(_pages().get_template(name).render(**values), status_code=status_code)


# -------------------------------------------------------------------------------------------------------------- sign in


@router.get("/login")
def login_page() -> Response:
    """Ask for the token."""
    return _render("login.html", message="")


@router.post("/login")
async def login(request: Request) -> Response:
    """Open a session for a token."""
    require_same_origin(request)
    guard = guard_of(request)
    address = request.client.host if request.client else ""
    if guard.failed_logins.is_empty(address):
        raise HTTPException(429, "too many wrong tokens; wait a minute", headers={"retry-after": "60"})
    fields = parse_qs((await request.body()).decode("utf-8", errors="replace"))
    session = guard.sessions.open(fields.get("token", [""])[0].strip())
    if session is None:
        guard.failed_logins.take(address)
        return _render("login.html", 403, message="This token is not known. Ask for a new one if it is lost.")
    answer = RedirectResponse("/", status_code=303)
    answer.set_cookie(
        COOKIE, session.key, max_age=SESSION_HOURS * 3600, httponly=True, samesite="strict",
        secure=request.app.state.secure_cookie,
    )  # fmt: skip
    return answer


@router.post("/logout")
def logout(request: Request, session: ChangeSession) -> Response:
    """End the session."""
    guard_of(request).sessions.end(session)
    answer = JSONResponse({"location": "/login"})
    answer.delete_cookie(COOKIE)
    return answer


# -------------------------------------------------------------------------------------------------------------- reading


@router.get("/")
def overview(store: Project, session: PageSession) -> Response:
    """Show the reports and which are done; to an adjudicator, those that two readers or more are done with."""
    if session.reader.role is Role.ADJUDICATOR:
        names = store.report_ids()
        rows = [
            (one.number, names[one.number], len(one.differences), one.n_open)
            for one in all_readings(store, session.reader)
        ]
        return _render("adjudicate.html", session=session, rows=rows, progress=store.progress())
    return _render("reports.html", session=session, reports=store.report_ids(), done=store.done_numbers(session.reader))


@router.get("/report/{number}")
def report_page(number: ReportNumber, store: Project, session: PageSession) -> Response:
    """Show a report and its grid."""
    report = store.report(number)
    if report is None:
        raise HTTPException(404, "no such report")
    reader = session.reader
    store.open_reading(reader, number)
    adjudicates = reader.role is Role.ADJUDICATOR
    grid = adjudication_grid(store, reader, number) if adjudicates else reading_grid(store, reader, report)
    shown = report.suggestions if reader.role is Role.ASSISTED else ()
    done = store.done_numbers(reader)
    return _render(
        "report.html", session=session, report=report, pieces=list(pieces(report.text, shown)), grid=grid,
        n_reports=len(store.report_ids()), n_done=len(done), is_done=number in done,
    )  # fmt: skip


@router.get("/report/{number}/next")
def next_report(number: ReportNumber, store: Project, session: PageSession) -> Response:
    """Go to the next report that is not read, from the start again behind the last."""
    if session.reader.role is Role.ADJUDICATOR:
        waiting = [one.number for one in all_readings(store, session.reader) if one.n_open]
    else:
        done = store.done_numbers(session.reader)
        waiting = [one for one in store.report_ids() if one not in done]
    later = [one for one in waiting if one > number] or waiting
    return RedirectResponse(f"/report/{later[0]}" if later else "/", status_code=303)


@router.post("/report/{number}/label")
def set_label(number: ReportNumber, body: LabelChange, store: Project, session: ChangeSession) -> dict[str, Any]:
    """Set or clear a label; answer with the cell as it is now."""
    cell = parse_cell(body.level, body.finding, body.side)
    if cell is None:
        raise HTTPException(422, "no such level, finding or side")
    try:
        grades = GradeSet.of(FINDINGS[cell.finding], *body.grades) if body.grades else None
    except VocabularyError:
        raise HTTPException(422, "no such grade") from None
    _open(store, session.reader, number)
    return _state(store.set_label(session.reader, number, cell, grades, edit_id=body.edit_id))


@router.post("/report/{number}/undo")
def undo(number: ReportNumber, body: EditName, store: Project, session: ChangeSession) -> dict[str, Any]:
    """Take back the last change; answer with its cell."""
    _open(store, session.reader, number)
    return _state(store.undo(session.reader, number, edit_id=body.edit_id))


@router.post("/report/{number}/done")
def set_done(number: ReportNumber, body: Done, store: Project, session: ChangeSession) -> dict[str, Any]:
    """Mark a report as read, or open it again."""
    _open(store, session.reader, number)
    store.set_done(session.reader, number, body.done)
    return {"done": body.done}


def _open(store: Store, reader: Reader, number: int) -> None:
    if not store.open_reading(reader, number):
        raise HTTPException(404, "no such report")


def _state(change: Change) -> dict[str, Any]:
    cell = None if change.cell is None else "|".join(change.cell)
    return {"cell": cell, "grades": [] if change.grades is None else list(change.grades), "is_set": change.is_set}


# ------------------------------------------------------------------------------------------------------------ agreement


@router.get("/agreement")
def agreement(request: Request, store: Project, session: AdjudicatorSession) -> Response:
    """Show how readers agree so far."""
    table = request.app.state.agreement.table()
    return _render("agreement.html", session=session, table=table, progress=store.progress())


@router.get("/agreement/table")
def agreement_table(request: Request, store: Project, session: AdjudicatorSession) -> Response:
    """Return the table alone, for the page that asks again and again."""
    table = request.app.state.agreement.table()
    return _render("agreement_table.html", session=session, table=table, progress=store.progress())
