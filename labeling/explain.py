"""Why a report got its labels: its text with the evidence marked, and a table of levels by findings."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from jinja2 import Environment, Template
from markupsafe import Markup, escape
from rich.box import SIMPLE_HEAVY
from rich.console import Console
from rich.table import Table
from rich.text import Text

from deepspine.data.findings import FINDINGS, Side
from deepspine.data.grade_sets import GradeSet
from deepspine.data.levels import LUMBAR_LEVELS, Level
from deepspine.labeling.pipeline import ReportLabel, ReportLabels

TERMINAL_COLUMNS = 4
TERMINAL_STYLES = {"none": "green", "low": "yellow", "middle": "dark_orange", "high": "bold red", "open": "cyan"}
"""Of the colour classes of a cell: absent, the lower, middle and upper third of the scale, and sets that span them."""
DOUBTFUL = 0.5
"""Doubt from which a cell is marked for a second look."""


@dataclass(frozen=True)
class Cell:
    """One cell of the table: text, colour class and doubt."""

    text: str
    severity: str
    doubt: float


def severity(grades: GradeSet) -> str:
    """Return the colour class of a set of grades; kinds without an order (zones, Modic types) are all alike."""
    scale, absent = grades.finding.scale, grades.finding.absent
    if not grades.finding.ordinal:
        sure = absent is None or not grades.admits(absent)
        return "low" if sure else "none" if grades.is_definite else "open"
    places = [scale.index(grade) / max(len(scale) - 1, 1) for grade in grades]
    if max(places) == 0:
        return "none"
    if min(places) == 0 or max(places) - min(places) > 0.5:
        return "open"
    middle = sum(places) / len(places)
    return "low" if middle < 0.5 else "middle" if middle < 0.8 else "high"


def grid(labels: ReportLabels) -> tuple[list[str], list[tuple[Level, list[Cell | None]]]]:
    """Return the columns (finding and side) and, for each level, its cells."""
    by_key = {(label.level, label.finding, label.side): label for label in labels.labels}
    columns = [
        (name, side)
        for name, finding in FINDINGS.items()
        for side in finding.sides
        if any(key[1] == name and key[2] == side for key in by_key)
    ]
    levels = sorted({*LUMBAR_LEVELS, *(label.level for label in labels.labels)})
    names = [_column_name(name, side) for name, side in columns]
    return names, [(level, [_cell(by_key.get((level, *column))) for column in columns]) for level in levels]


def _column_name(finding: str, side: Side) -> str:
    name = finding.replace("_", " ")
    return f"{name} {side.value}" if side.value else name


def _cell(label: ReportLabel | None) -> Cell | None:
    return None if label is None else Cell(str(label.grades), severity(label.grades), label.doubt)


def spans(labels: ReportLabels) -> list[tuple[int, int, str]]:
    """Return the evidence as spans that do not overlap, each with what it speaks for."""
    meaning: dict[tuple[int, int], list[str]] = {}
    for label in labels.labels:
        for piece in label.evidence:
            told = f"{label.level} {_column_name(label.finding, label.side)}: {label.grades}"
            meaning.setdefault((piece.start, piece.end), []).append(told)
    found: list[tuple[int, int, str]] = []
    end = 0
    for (start, stop), reasons in sorted(meaning.items()):
        if stop > end:
            found.append((max(start, end), stop, "\n".join(reasons)))
            end = stop
    return found


def evidence_html(text: str, labels: ReportLabels) -> str:
    """Return the report as an HTML fragment with the evidence in `<mark>`, told on hovering."""
    parts = []
    place = 0
    for start, stop, told in spans(labels):
        parts.append(escape(text[place:start]))
        parts.append(Markup('<mark title="{}">{}</mark>').format(told, text[start:stop]))
        place = stop
    parts.append(escape(text[place:]))
    return str(Markup("").join(parts))


def page(text: str, labels: ReportLabels, *, title: str) -> str:
    """Return a self-contained HTML page of one report."""
    columns, rows = grid(labels)
    return _template().render(
        title=title, columns=columns, rows=rows, doubt=labels.doubt, evidence=Markup(evidence_html(text, labels))
    )


@lru_cache(maxsize=1)
def _template() -> Template:
    source = (files("deepspine.labeling") / "pages" / "explain.html").read_text(encoding="utf-8")
    return Environment(autoescape=True).from_string(source)


def show_in_terminal(text: str, labels: ReportLabels, console: Console) -> None:
    """Print the table of levels by findings and the text with its evidence."""
    columns, rows = grid(labels)
    for first in range(0, len(columns), TERMINAL_COLUMNS):
        table = Table(box=SIMPLE_HEAVY)
        table.add_column("level")
        for column in columns[first : first + TERMINAL_COLUMNS]:
            table.add_column(column, overflow="fold")
        for level, cells in rows:
            shown = cells[first : first + TERMINAL_COLUMNS]
            if any(shown):
                table.add_row(str(level), *(_terminal_cell(cell) for cell in shown))
        console.print(table)
    marked = Text(text)
    for start, stop, _ in spans(labels):
        marked.stylize("black on yellow", start, stop)
    console.print(marked)
    console.print(f"\ndoubt {labels.doubt:.2f}   research use only: not a medical device")


def _terminal_cell(cell: Cell | None) -> Text:
    if cell is None:
        return Text("")
    mark = "?" if cell.doubt >= DOUBTFUL else ""
    return Text(cell.text.replace("|", " | ") + mark, style=TERMINAL_STYLES[cell.severity])


def as_json(labels: ReportLabels) -> str:
    """Return labels, evidence and doubt as JSON."""
    rows = [
        {
            "level": label.level,
            "finding": label.finding,
            "side": label.side,
            "grades": list(label.grades),
            "doubt": label.doubt,
            "evidence": [piece._asdict() for piece in label.evidence],
        }
        for label in labels.labels
    ]
    return json.dumps({"doubt": labels.doubt, "labels": rows}, indent=1)
