"""The page of a validation: one self-contained file, sortable, with every disagreement in its words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from math import isnan
from pathlib import Path

from jinja2 import Environment, Template
from markupsafe import Markup

from deepspine.data.agreement import Interval
from deepspine.data.whole_files import write_whole
from deepspine.labeling.explain import evidence_html
from deepspine.labeling.pipeline import ReportLabels
from deepspine.labeling.validation.comparison import MIN_LABELS, Stratum, StratumAgreement, undefined_because
from deepspine.labeling.validation.disagreements import Disagreement, evidence_by_label, marked_sentences
from deepspine.labeling.validation.readers import ReaderFigure
from deepspine.labeling.validation.results import Validation, set_note

SET_NAMES = ("f1", "precision", "recall", "exact", "compatible")
SCALE_NAMES = ("accuracy", "class_average_accuracy", "kappa", "kappa_linear", "kappa_quadratic", "ac1", "ac2")
DETECTION_NAMES = ("sensitivity", "specificity", "ppv", "kappa", "ac1")
PLOTTED = ("f1", "kappa", "ac1")
PLOT_WIDTH_PX = 150
MAX_SHOWN_DIFFERENCES = 5000
"""More disagreements than this make a page that browsers are slow with; the CSV has them all."""


@dataclass(frozen=True)
class Shown:
    """A figure as a cell: its text, the number to sort by, its interval, and why it has no value."""

    text: str
    order: float
    interval: str = ""
    note: str = ""


@dataclass(frozen=True)
class PlotRow:
    """One row of the plot of intervals, in pixels."""

    name: str
    shown: str
    low_px: float
    value_px: float
    high_px: float


def write_page(result: Validation, path: Path, *, texts: Mapping[str, str], labels: Mapping[str, ReportLabels]) -> None:
    """Write the page of a validation.

    Parameters
    ----------
    texts, labels
        Reports that differ and what the labeler reads in them, by id; empty to leave sentences out.
    """
    by_finding = [row for row in result.rows if row.stratum.pooled and row.stratum.finding is not None]
    shown = result.differences[:MAX_SHOWN_DIFFERENCES]
    numbers = {report_id: number for number, report_id in enumerate(texts, start=1)}
    html = _template().render(
        result=result,
        overview=[row for row in result.rows if row.stratum.pooled],
        by_finding=by_finding,
        details=[row for row in result.rows if row.stratum.finding is not None],
        plots=[(name, _plot(name, result.rows)) for name in PLOTTED] if by_finding else [],
        reader_plot=_reader_plot(result.readers),
        differences=[(one, _sentence(one, texts, labels)) for one in shown],
        n_hidden=len(result.differences) - len(shown),
        reports=[(numbers[i], i, Markup(evidence_html(text, labels[i]))) for i, text in texts.items()],
        numbers=numbers,
        set_names=SET_NAMES,
        scale_names=SCALE_NAMES,
        detection_names=DETECTION_NAMES,
        plot_width=PLOT_WIDTH_PX,
    )
    write_whole(path, html)


@lru_cache(maxsize=1)
def _template() -> Template:
    source = (files("deepspine.labeling.validation") / "pages" / "validation.html").read_text(encoding="utf-8")
    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    environment.globals |= {
        "set_cell": _set_cell, "scale_cell": _scale_cell, "question_cell": _question_cell, "name_of": _name_of,
        "cell": _cell, "why": undefined_because, "share": _share, "words": _words,
    }  # fmt: skip
    return environment.from_string(source)


def _words(name: str) -> str:
    return {
        "f1": "F1", "ppv": "PPV", "ac1": "AC1", "ac2": "AC2", "kappa": "κ", "kappa_linear": "κ linear",
        "kappa_quadratic": "κ quadratic", "kappa_presence": "κ of presence", "alpha": "α", "alpha_ordinal": "α ordinal",
    }.get(name, name.replace("_", " "))  # fmt: skip


def _name_of(stratum: Stratum) -> str:
    return "all findings" if stratum.finding is None else _words(stratum.finding.name)


def _cell(interval: Interval | None, note: str) -> Shown:
    if interval is None or isnan(interval.value):
        return Shown("–", -1.0, note=note)
    if isnan(interval.low):
        return Shown(f"{interval.value:.3f}", interval.value, note="interval not defined")
    return Shown(f"{interval.value:.3f}", interval.value, f"{interval.low:.3f} to {interval.high:.3f}")


def _set_cell(row: StratumAgreement, name: str) -> Shown:
    return _cell(row.sets[name], set_note(row))


def _scale_cell(row: StratumAgreement, name: str) -> Shown:
    if row.figures:
        weighted = row.stratum.finding is not None and not row.stratum.finding.ordinal
        note = "no order of grades" if weighted and name not in row.figures else undefined_because(name, row.counts)
        return _cell(row.figures.get(name), note)
    return _cell(None, f"fewer than {MIN_LABELS} definite labels" if row.stratum.finding else "scales differ")


def _question_cell(row: StratumAgreement, number: int, name: str) -> Shown:
    question = row.questions[number]
    return _cell(question.figures[name], undefined_because(name, question.counts))


def _share(value: float) -> str:
    return "–" if isnan(value) else f"{100 * value:.1f} %"


def _plot(name: str, rows: Iterable[StratumAgreement]) -> list[PlotRow]:
    pooled = [row for row in rows if row.stratum.pooled]
    named = [(_name_of(row.stratum), row.sets.get(name) or row.figures.get(name)) for row in pooled]
    return _plot_rows(named)


def _reader_plot(figures: Sequence[ReaderFigure]) -> list[PlotRow]:
    """Plot F1 of all findings by who: the labeler beside the readers."""
    named = [(one.who, one.without) for one in figures if one.finding == "all" and one.measure == "f1"]
    return _plot_rows(named)


def _plot_rows(named: Iterable[tuple[str, Interval | None]]) -> list[PlotRow]:
    return [
        PlotRow(
            name,
            f"{interval.value:.3f}",
            *(max(0.0, x) * PLOT_WIDTH_PX for x in (interval.low, interval.value, interval.high)),
        )
        for name, interval in named
        if interval is not None and not isnan(interval.value) and not isnan(interval.low)
    ]


def _sentence(one: Disagreement, texts: Mapping[str, str], labels: Mapping[str, ReportLabels]) -> Markup:
    report_id = one.key.report_id
    if report_id not in texts:
        return Markup("")
    evidence = evidence_by_label(report_id, labels[report_id]).get(one.key, ())
    return marked_sentences(texts[report_id], evidence) or Markup("<em>nothing read; see the report</em>")
