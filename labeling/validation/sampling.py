"""Which reports to read, so that a validation says something about rare grades too.

A random sample of reports holds few severe stenoses, and the agreement on them then has an interval that says nothing.
So reports are drawn until every finding and grade that the labeler found stands in enough of them: enough for a
proportion (how often readers confirm the grade) to get a Wilson interval of the wanted width at the expected
agreement. Reports are counted, not labels: levels of one report are not independent. Or the reports that the labeler
doubts most are chosen, to mend its rules; such a sample tells nothing about its average quality.
"""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import sqrt
from typing import Any, NamedTuple

import numpy as np

from deepspine.data.csv_rows import csv_text
from deepspine.data.errors import ConfigError, InputError
from deepspine.data.findings import FINDINGS
from deepspine.data.grade_sets import GradeSet
from deepspine.data.label_table import LabelKey
from deepspine.labeling.pipeline import Labeler

Z_95 = 1.959964
"""Quantile of the normal distribution for intervals of 95 %."""
DEFAULT_WIDTH = 0.2
DEFAULT_AGREEMENT = 0.9
UNGRADED = "ungraded"
"""Stratum of labels that say "present" without one grade."""
SAMPLE_COLUMNS = ("report_id", "order", "reason")
STRATUM_COLUMNS = ("finding", "grade", "reports_in_table", "reports_needed", "reports_chosen", "width")


class Stratum(NamedTuple):
    """A finding and a grade of it; `UNGRADED` for sets of several grades."""

    finding: str
    grade: str

    def __str__(self) -> str:
        return f"{self.finding} {self.grade}"


@dataclass(frozen=True)
class StratumPlan:
    """How many reports a stratum needs and gets.

    Attributes
    ----------
    stratum
        Finding and grade.
    n_available, n_needed, n_chosen
        Reports of the table that have it, reports that the wanted width takes, reports of it in the sample.
    width
        Width that the interval will have with the chosen reports, at the expected agreement.
    """

    stratum: Stratum
    n_available: int
    n_needed: int
    n_chosen: int
    width: float

    @property
    def reached(self) -> bool:
        """Whether the wanted width is reached."""
        return self.n_chosen >= self.n_needed


@dataclass(frozen=True)
class Chosen:
    """A report to read, and why."""

    report_id: str
    reason: str


@dataclass(frozen=True)
class Sample:
    """Reports to read, in the order in which they were chosen, and what they give.

    Attributes
    ----------
    chosen
        The reports.
    strata
        One plan a finding and grade; empty for a sample by doubt.
    n_reports
        Reports to choose from.
    """

    chosen: Sequence[Chosen]
    strata: Sequence[StratumPlan]
    n_reports: int

    def to_csv_text(self) -> str:
        """Return the sample as a CSV table with `SAMPLE_COLUMNS`."""
        rows = ((one.report_id, str(order), one.reason) for order, one in enumerate(self.chosen, start=1))
        return csv_text(rows, SAMPLE_COLUMNS)

    def to_json(self) -> dict[str, Any]:
        """Return how many reports are chosen and what every stratum gets."""
        cells = [(*s.stratum, s.n_available, s.n_needed, s.n_chosen, round(s.width, 3)) for s in self.strata]
        strata = [dict(zip(STRATUM_COLUMNS, row, strict=True)) for row in cells]
        return {"reports": self.n_reports, "chosen": len(self.chosen), "strata": strata}


def wilson_width(proportion: float, n: float) -> float:
    """Return the width of Wilson's interval (1927) of a proportion of `n`; 1 without any.

    Examples
    --------
    >>> round(wilson_width(0.9, 35), 3)
    0.205
    """
    if n <= 0:
        return 1.0
    spread = sqrt(proportion * (1 - proportion) / n + Z_95**2 / (4 * n**2))
    return 2 * Z_95 * spread / (1 + Z_95**2 / n)


@lru_cache(maxsize=64)
def reports_needed(width: float, agreement: float) -> int:
    """Return the fewest reports for which the interval is no wider than wanted.

    Raises
    ------
    ConfigError
        When width or agreement is not a share between 0 and 1.
    """
    if not 0 < width < 1 or not 0 < agreement < 1:
        raise ConfigError(f"width and expected agreement must lie between 0 and 1, got {width:g} and {agreement:g}")
    low, high = 0, 1
    while wilson_width(agreement, high) > width:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if wilson_width(agreement, middle) > width else (low, middle)
    return high


def strata_of(labels: Mapping[LabelKey, GradeSet], findings: Collection[str]) -> dict[str, frozenset[Stratum]]:
    """Return the strata that each report belongs to."""
    found: dict[str, set[Stratum]] = {}
    for key, grades in labels.items():
        of_report = found.setdefault(key.report_id, set())
        if key.finding in findings and not grades.is_unknown:
            of_report.add(Stratum(key.finding, grades.lowest if grades.is_definite else UNGRADED))
    return {report_id: frozenset(strata) for report_id, strata in found.items()}


def stratified_sample(
    labels: Mapping[LabelKey, GradeSet],
    *,
    findings: Collection[str],
    width: float = DEFAULT_WIDTH,
    agreement: float = DEFAULT_AGREEMENT,
    most: int | None = None,
    seed: int = 0,
) -> Sample:
    """Choose reports until every finding and grade reaches the wanted interval width, or has no more reports.

    The rarest stratum that still lacks reports gives the next one: of its reports the one that helps most other strata,
    ties by lot.

    Parameters
    ----------
    labels
        The labeler's table.
    findings
        The findings that count.
    width
        Wanted width of the 95 % interval of the agreement on each grade.
    agreement
        Expected agreement; .5 is the safest and takes most reports.
    most
        Stop at this many reports.
    seed
        Of the lot.

    Raises
    ------
    InputError
        When the table has no label of these findings.
    """
    by_report = strata_of(labels, findings)
    members: dict[Stratum, list[str]] = {}
    for report_id, strata in by_report.items():
        for stratum in strata:
            members.setdefault(stratum, []).append(report_id)
    if not members:
        raise InputError("the table has no label of these findings; nothing to choose from")
    needed = reports_needed(width, agreement)
    chosen = _choose(by_report, members, needed, most, seed)
    counts = {stratum: sum(stratum in by_report[one.report_id] for one in chosen) for stratum in members}
    plans = [
        StratumPlan(stratum, len(members[stratum]), needed, counts[stratum], wilson_width(agreement, counts[stratum]))
        for stratum in sorted(members, key=_scale_order)
    ]
    return Sample(chosen, plans, len(by_report))


def _choose(
    by_report: Mapping[str, frozenset[Stratum]],
    members: Mapping[Stratum, Sequence[str]],
    needed: int,
    most: int | None,
    seed: int,
) -> list[Chosen]:
    lot = dict(zip(sorted(by_report), np.random.default_rng(seed).random(len(by_report)), strict=True))
    lacking = dict.fromkeys(members, needed)
    chosen: list[Chosen] = []
    taken: set[str] = set()
    for stratum in sorted(members, key=lambda one: (len(members[one]), _scale_order(one))):
        queue = [(-_worth(by_report[report_id], lacking), lot[report_id], report_id) for report_id in members[stratum]]
        heapq.heapify(queue)
        while queue and lacking[stratum] > 0 and len(chosen) != most:
            _, place, report_id = heapq.heappop(queue)
            if report_id in taken:
                continue
            worth = -_worth(by_report[report_id], lacking)
            if queue and worth > queue[0][0]:
                heapq.heappush(queue, (worth, place, report_id))
                continue
            taken.add(report_id)
            chosen.append(Chosen(report_id, str(stratum)))
            for one in by_report[report_id]:
                lacking[one] -= 1
    return chosen


def _worth(strata: Collection[Stratum], lacking: Mapping[Stratum, int]) -> int:
    """Return how many strata that lack reports a report would help; it only falls while reports are taken."""
    return sum(lacking[stratum] > 0 for stratum in strata)


def _scale_order(stratum: Stratum) -> tuple[int, int]:
    scale = (*FINDINGS[stratum.finding].scale, UNGRADED)
    return list(FINDINGS).index(stratum.finding), scale.index(stratum.grade)


def doubtful_sample(texts: Mapping[str, str], *, number: int, rules: str | None = None) -> Sample:
    """Choose the reports that the labeler doubts most.

    Parameters
    ----------
    texts
        Report texts by id.
    number
        How many to choose.
    rules
        Folder of a site's own rules.
    """
    labeler = Labeler(rules)
    ranked = sorted((-labeler.label(text).doubt, report_id) for report_id, text in texts.items())
    chosen = [Chosen(report_id, f"doubt {-doubt:.2f}") for doubt, report_id in ranked[:number]]
    return Sample(chosen, (), len(texts))


def explanation(sample: Sample, *, width: float, agreement: float) -> Iterator[str]:
    """Yield lines that say how many reports it takes, and why."""
    if not sample.strata:
        yield f"{len(sample.chosen)} of {sample.n_reports} reports, those that the labeler doubts most"
        yield "They show where its rules fail; they say nothing about its average quality."
        return
    needed = sample.strata[0].n_needed
    short = [one for one in sample.strata if not one.reached]
    yield f"{len(sample.chosen)} of {sample.n_reports} reports"
    yield (
        f"An interval no wider than {width:g} at an agreement of {agreement:g} takes {needed} reports with a grade "
        f"(Wilson, 95 %); the rarest grades were filled first, and each report serves all grades that it has."
    )
    yield f"{'finding':32}{'grade':>20}{'in table':>10}{'chosen':>8}{'width':>8}"
    for one in sample.strata:
        mark = "" if one.reached else "  all there are" if one.n_chosen == one.n_available else "  too few"
        yield (
            f"{one.stratum.finding:32}{one.stratum.grade:>20}{one.n_available:10}{one.n_chosen:8}{one.width:8.2f}{mark}"
        )
    if short:
        yield f"{len(short)} grades stay wider than {width:g}: more reports with them are needed, or a wider interval."
    yield "Prevalence in this sample is not that of the archive: rare grades are over-represented."
