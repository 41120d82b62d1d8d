"""A validation in a few lines, for the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from math import isnan
from pathlib import Path

from deepspine.data.agreement import Interval
from deepspine.labeling.validation.readers import ALL_READERS, ReaderFigure
from deepspine.labeling.validation.results import Validation

UNDEFINED = "not defined"
"""For a figure without a value; the page and the tables say why."""


def summary_lines(result: Validation, folder: Path) -> Iterator[str]:
    """Yield the lines that `deepspine validate` prints."""
    yield from result.coverage_lines()
    pooled = [row for row in result.rows if row.stratum.pooled]
    if pooled:
        yield f"{'finding':24}{'labels':>7}  {'F1':23}{'compatible':23}{'kappa':23}AC1"
    for row in pooled:
        name = "all" if row.stratum.finding is None else row.stratum.finding.name
        sets = "".join(f"{_shown(row.sets[measure]):23}" for measure in ("f1", "compatible"))
        kappa, ac1 = (_shown(row.figures.get(measure)) for measure in ("kappa", "ac1"))
        yield f"{name:24}{row.n_both + row.n_only_predicted + row.n_only_reference:7}  {sets}{kappa:23}{ac1}"
    for one in (question for row in pooled if row.stratum.finding is None for question in row.questions):
        figures = ", ".join(f"{name} {_shown(one.figures[name])}" for name in ("sensitivity", "specificity", "kappa"))
        yield f"all, {one.question.name} or not: {figures}"
    for picture in result.pictures:
        if picture.level is None:
            (both_no, report_only), (picture_only, both_yes) = picture.counts
            yield (
                f"{picture.question}: kappa {_shown(picture.figures['kappa'])}; both no {both_no}, "
                f"picture only {picture_only}, report only {report_only}, both yes {both_yes}"
            )
    for figure in result.readers:
        if (figure.measure == "f1" and figure.finding == "all") or figure.who == ALL_READERS:
            yield f"{figure.finding}: {figure.who}: {figure.measure} {_shown(figure.without)}{_change(figure)}"
    yield f"see {folder / 'validation.html'}"


def _shown(interval: Interval | None) -> str:
    return UNDEFINED if interval is None or isnan(interval.value) else str(interval)


def _change(figure: ReaderFigure) -> str:
    if figure.change is None or figure.p is None or isnan(figure.change.value):
        return ""
    return f"  change {figure.change}, p {figure.p:.4f}"
