"""Reader studies: readers against each other, without and with assistance, and the labeler among them.

As Gao 2022 (JOR Spine 5:e1204): agreement of every pair of readers, how it changes with assistance, and beside it the
labeler against each reader and against their consensus; reader against reader is the ceiling that a labeler can reach.
All figures come from the same resamples of patients, so changes are paired.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import isnan

import numpy as np

from deepspine.data.agreement import Interval, PatientDraws, cohen_kappa, percentile_interval, two_sided_p
from deepspine.data.coincidences import ALPHA_STATISTICS, MISSING, count_coincidences_by_patient
from deepspine.data.errors import InputError
from deepspine.data.findings import FINDINGS, Finding
from deepspine.data.geometry import FloatArray
from deepspine.data.grade_sets import GradeSet, intersection
from deepspine.data.label_table import LabelKey
from deepspine.labeling.validation.comparison import (
    MIN_LABELS,
    SET_STATISTICS,
    definite_counts,
    mean_of,
    question_counts,
    scale_statistics,
    set_counts,
)
from deepspine.labeling.validation.questions import questions_of
from deepspine.labeling.validation.table_pair import TablePair

Labels = Mapping[LabelKey, GradeSet]

SCALE_MEASURES = ("kappa", "kappa_quadratic", "ac1")
SET_MEASURES = ("f1", "exact", "compatible")
PRESENCE = "kappa_presence"
"""Kappa of "is there any of it?" (of the first threshold for scales without `none`)."""
ALL_PAIRS = "readers, mean of pairs"
ALL_READERS = "all readers"
CONSENSUS = "consensus"
LABELER = "labeler"


@dataclass(frozen=True)
class ReaderFigure:
    """One figure of a reader study.

    Attributes
    ----------
    finding
        Name, or `all`.
    measure
        `f1`, `exact`, `compatible`, `kappa`, `kappa_quadratic`, `ac1`, `kappa_presence`, `alpha`, `alpha_ordinal`.
    who
        The two sources, or `ALL_PAIRS` or `ALL_READERS`.
    n
        Labels behind it without assistance.
    without, assisted, change
        Without assistance, with it, and the difference, each with its interval; None where there is no such arm.
    p
        Two-sided, of no change.
    note
        Why a value is missing.
    """

    finding: str
    measure: str
    who: str
    n: int
    without: Interval
    assisted: Interval | None = None
    change: Interval | None = None
    p: float | None = None
    note: str = ""


@dataclass(frozen=True, eq=False)
class _Estimate:
    """A figure, its resamples, and the labels behind it."""

    n: int
    value: float
    resampled: FloatArray


@dataclass(frozen=True, eq=False)
class ReaderStudy:
    """Who read what.

    Attributes
    ----------
    readers
        Tables by the readers' names.
    assisted
        The same readers with assistance; empty without that arm.
    labeler
        The labeler's table, if it takes part.
    report_ids
        Reports that all of them read.
    patients
        Report id to patient key.
    silence_as_none
        Whether a label that a reader left out counts as `none`.
    unsettled
        Labels that a reader or the labeler left open; they count for none of them.
    """

    readers: Mapping[str, Labels]
    report_ids: Collection[str]
    assisted: Mapping[str, Labels] | None = None
    labeler: Labels | None = None
    patients: Mapping[str, str] | None = None
    silence_as_none: bool = False
    unsettled: Collection[LabelKey] = ()

    def __post_init__(self) -> None:
        if len(self.readers) < 2:
            raise InputError(f"a reader study needs two readers or more, got {len(self.readers)}")
        if self.assisted and list(self.assisted) != list(self.readers):
            raise InputError("--assisted must name one table for each of --readers, in the same order")

    def pair(self, first: Labels, second: Labels, unsettled: Collection[LabelKey] = ()) -> TablePair:
        """Return two sources as a pair, cut to the study's reports."""
        open_ = {*self.unsettled, *unsettled}
        pair = TablePair.of(first, second, report_ids=self.report_ids, patients=self.patients, unsettled=open_)
        return pair.with_silence_as_none() if self.silence_as_none else pair


def reports_of_all(tables: Collection[Labels]) -> set[str]:
    """Return the reports in which every table has a label."""
    return set.intersection(*({key.report_id for key in table} for table in tables))


def consensus(tables: Sequence[Labels]) -> tuple[dict[LabelKey, GradeSet], set[LabelKey]]:
    """Return what readers agree on, and the labels that they leave open.

    The set (or silence) of more than half of the readers; else, where more than half gave a label and their sets share
    a grade, what they share; else the label is open.
    """
    agreed: dict[LabelKey, GradeSet] = {}
    unsettled: set[LabelKey] = set()
    for key in {key for table in tables for key in table}:
        votes = [table.get(key) for table in tables]
        vote, times = Counter(votes).most_common(1)[0]
        given = [grades for grades in votes if grades is not None]
        shared = intersection(given)
        if 2 * times > len(votes):
            if vote is not None:
                agreed[key] = vote
        elif 2 * len(given) > len(votes) and shared:
            agreed[key] = shared
        else:
            unsettled.add(key)
    return agreed, unsettled


def reader_figures(study: ReaderStudy, *, resamples: int = 2000, seed: int = 0) -> list[ReaderFigure]:
    """Return the figures of a study: for all findings together, then by finding.

    Raises
    ------
    InputError
        When no report was read by all.
    """
    if not study.report_ids:
        raise InputError("no report has labels of every reader; name the reports that were read with --reports")
    n_patients = study.pair({}, {}).n_patients
    draws = PatientDraws.draw(n_patients, resamples=resamples, seed=seed)
    either = {key.finding for table in study.readers.values() for key in table}
    findings = [None, *(finding for name, finding in FINDINGS.items() if name in either)]
    return [figure for finding in findings for figure in _of_finding(finding, study, draws)]


def _of_finding(finding: Finding | None, study: ReaderStudy, draws: PatientDraws) -> list[ReaderFigure]:
    figures = []
    without = _between_readers(finding, study, study.readers, draws)
    assisted = _between_readers(finding, study, study.assisted, draws) if study.assisted else {}
    for (who, measure), estimate in without.items():
        figures.append(_figure(finding, measure, who, estimate, assisted.get((who, measure))))
    for who, first, second, unsettled in _against(study):
        pair = study.pair(first, second, unsettled).of_finding(finding)
        for measure, estimate in _estimates(finding, pair, draws).items():
            figures.append(_figure(finding, measure, who, estimate, None))
    return figures


def _between_readers(
    finding: Finding | None, study: ReaderStudy, arm: Mapping[str, Labels], draws: PatientDraws
) -> dict[tuple[str, str], _Estimate]:
    """Return the estimates of an arm by who and measure: all readers, the mean of pairs, each pair."""
    pairs = {
        f"{first} – {second}": _estimates(finding, study.pair(arm[first], arm[second]).of_finding(finding), draws)
        for first, second in combinations(arm, 2)
    }
    found = _alphas(finding, study, arm, draws)
    for measure in next(iter(pairs.values())):
        estimates = [pair[measure] for pair in pairs.values()]
        found[ALL_PAIRS, measure] = _Estimate(
            sum(one.n for one in estimates),
            float(mean_of([np.array(one.value) for one in estimates])),
            mean_of([one.resampled for one in estimates]),
        )
    if len(pairs) > 1:
        found |= {(who, measure): one for who, pair in pairs.items() for measure, one in pair.items()}
    return found


def _against(study: ReaderStudy) -> list[tuple[str, Labels, Labels, Collection[LabelKey]]]:
    """Return labeler and readers against each other and against consensus: who, first, second, open labels."""
    found: list[tuple[str, Labels, Labels, Collection[LabelKey]]] = []
    tables = list(study.readers.values())
    if study.labeler is not None:
        found += [(f"{LABELER} – {name}", study.labeler, table, ()) for name, table in study.readers.items()]
        found.append((f"{LABELER} – {CONSENSUS}", study.labeler, *consensus(tables)))
    if len(tables) > 2:
        for name, table in study.readers.items():
            others = [other for other in tables if other is not table]
            found.append((f"{name} – {CONSENSUS} of the others", table, *consensus(others)))
    return found


def _estimates(finding: Finding | None, pair: TablePair, draws: PatientDraws) -> dict[str, _Estimate]:
    """Return every measure of one pair."""
    said, known = set(pair.predicted), set(pair.reference)
    both = said & known
    found: dict[str, _Estimate] = {}
    sets = set_counts(pair, said, known)
    resampled = draws.values_of_all(sets, SET_STATISTICS)
    for name in SET_MEASURES:
        n = len(said | known) if name == "f1" else len(both)
        found[name] = _Estimate(n, float(SET_STATISTICS[name](sets.sum(axis=0))), resampled[name])
    if finding is None:
        return found
    counts = definite_counts(finding, pair, both)
    statistics = {name: one for name, one in scale_statistics(finding).items() if name in SCALE_MEASURES}
    resampled = draws.values_of_all(counts, statistics)
    for name, statistic in statistics.items():
        found[name] = _Estimate(int(counts.sum()), float(statistic(counts.sum(axis=0))), resampled[name])
    answers = question_counts(questions_of(finding)[0], pair, both)
    value = float(cohen_kappa(answers.sum(axis=0)))
    found[PRESENCE] = _Estimate(int(answers.sum()), value, draws.values(answers, cohen_kappa))
    return found


def _alphas(
    finding: Finding | None, study: ReaderStudy, arm: Mapping[str, Labels], draws: PatientDraws
) -> dict[tuple[str, str], _Estimate]:
    """Return Krippendorff's alpha of all readers of an arm on definite grades."""
    if finding is None:
        return {}
    tables = [study.pair(table, _all_of(arm)).of_finding(finding) for table in arm.values()]
    keys = sorted({key for pair in tables for key in pair.predicted}, key=lambda key: key.sort_key)
    readings = np.array(
        [[_definite_index(pair.predicted.get(key)) for key in keys] for pair in tables], dtype=np.int64
    ).reshape(len(tables), len(keys))
    counts = count_coincidences_by_patient(
        tables[0].patients_of(keys), readings, n_patients=tables[0].n_patients, n_grades=len(finding.scale)
    )
    n = int(((readings != MISSING).sum(axis=0) >= 2).sum())
    resampled = draws.values_of_all(counts, ALPHA_STATISTICS)
    return {
        (ALL_READERS, name): _Estimate(n, float(statistic(counts.sum(axis=0))), resampled[name])
        for name, statistic in ALPHA_STATISTICS.items()
        if finding.ordinal or name == "alpha"
    }


def _all_of(arm: Mapping[str, Labels]) -> Labels:
    """Return every label of an arm, so that silence is filled at the same places for all readers."""
    return {key: grades for table in arm.values() for key, grades in table.items()}


def _definite_index(grades: GradeSet | None) -> int:
    return grades.bits.bit_length() - 1 if grades is not None and grades.is_definite else MISSING


def _figure(
    finding: Finding | None, measure: str, who: str, without: _Estimate, assisted: _Estimate | None
) -> ReaderFigure:
    name = "all" if finding is None else finding.name
    few = without.n < MIN_LABELS
    value = float("nan") if few else without.value
    note = f"fewer than {MIN_LABELS} labels" if few else "one grade only" if isnan(value) else ""
    resampled = np.full_like(without.resampled, np.nan) if few else without.resampled
    figure = ReaderFigure(name, measure, who, without.n, percentile_interval(value, resampled), note=note)
    if assisted is None:
        return figure
    if isnan(assisted.value) and not note:
        note = "one grade only with assistance" if assisted.n else "no labels with assistance"
    change = assisted.resampled - resampled
    return ReaderFigure(
        name, measure, who, without.n, figure.without,
        assisted=percentile_interval(assisted.value, assisted.resampled),
        change=percentile_interval(assisted.value - value, change),
        p=two_sided_p(change),
        note=note,
    )  # fmt: skip
