"""Two label tables side by side, by finding, level and side, with intervals by patient.

Sets are handled openly. A label of both tables is exact when the sets are equal and compatible when they share a grade;
precision, recall and F1 count a label that only one table has as wrong. Kappa, AC and accuracy are of the labels that
are definite in both tables. Questions ("moderate or worse?") are answered by every set that lies on one side of them,
so that "bulge, no grade given" still says that there is one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from deepspine.data.agreement import (
    DETECTION_STATISTICS,
    Counts,
    Interval,
    PatientDraws,
    Statistic,
    ratio,
    statistics_of_scale,
)
from deepspine.data.findings import FINDINGS, Finding, Side
from deepspine.data.geometry import FloatArray
from deepspine.data.label_table import LabelKey, LabelTable
from deepspine.data.levels import Level
from deepspine.labeling.validation.questions import Presence, Question, questions_of
from deepspine.labeling.validation.table_pair import TablePair

MIN_LABELS = 2
"""Fewer definite labels than this carry no agreement worth an interval."""


@dataclass(frozen=True)
class Stratum:
    """Which labels a row of the comparison is about; None pools over all."""

    finding: Finding | None = None
    level: Level | None = None
    side: Side | None = None

    def holds(self, key: LabelKey) -> bool:
        """Whether a label belongs to this stratum."""
        return (
            (self.finding is None or key.finding == self.finding.name)
            and (self.level is None or key.level is self.level)
            and (self.side is None or key.side is self.side)
        )

    @property
    def pooled(self) -> bool:
        """Whether levels and sides are taken together."""
        return self.level is None and self.side is None


@dataclass(frozen=True)
class QuestionAgreement:
    """How two tables answer one question.

    Attributes
    ----------
    question
        What is asked.
    counts
        Labels that both tables decide, rows the reference, no before yes.
        *Shape:* (2, 2)
    figures
        `sensitivity`, `specificity`, `ppv`, `kappa`, `ac1` with intervals.
    """

    question: Question | Presence
    counts: Counts
    figures: Mapping[str, Interval]

    @property
    def n(self) -> int:
        """Labels that both tables decide."""
        return int(self.counts.sum())

    @property
    def prevalence(self) -> float:
        """Share of the decided labels to which the reference says yes; nan without any."""
        return float(ratio(self.counts[1].sum(), self.counts.sum()))


@dataclass(frozen=True)
class StratumAgreement:
    """Agreement of two tables on one stratum.

    Attributes
    ----------
    stratum
        Finding (None: all of them), and level and side where the row is of one.
    n_both, n_only_predicted, n_only_reference
        Labels that both tables have, that only one has.
    n_patients
        Patients with a label in either table.
    sets
        `precision`, `recall`, `f1` on whole sets, and, of the labels in both tables, `exact` and `compatible`.
    counts
        Labels definite in both tables, rows the reference; empty for the row of all findings.
        *Shape:* (grades, grades)
    figures
        The `AGREEMENT_STATISTICS` of definite labels, those with weights on ordinal scales only; empty for fewer than
        `MIN_LABELS` labels.
    questions
        Agreement by threshold, or by grade on nominal scales; for all findings together on presence.
    """

    stratum: Stratum
    n_both: int
    n_only_predicted: int
    n_only_reference: int
    n_patients: int
    sets: Mapping[str, Interval]
    counts: Counts
    figures: Mapping[str, Interval]
    questions: tuple[QuestionAgreement, ...]

    @property
    def n_definite(self) -> int:
        """Labels that are definite in both tables."""
        return int(self.counts.sum())

    @property
    def prevalence(self) -> dict[str, float]:
        """Share of each grade among the reference's definite labels; nan without any."""
        if self.stratum.finding is None:
            return {}
        shares = ratio(self.counts.sum(axis=1), self.counts.sum())
        return {grade: float(share) for grade, share in zip(self.stratum.finding.scale, shares, strict=True)}


def compare_tables(
    predicted: LabelTable,
    reference: LabelTable,
    *,
    report_ids: Collection[str] | None = None,
    patients: Mapping[str, str] | None = None,
    resamples: int = 2000,
    seed: int = 0,
) -> list[StratumAgreement]:
    """Compare two tables on the reports that both speak of.

    Parameters
    ----------
    predicted, reference
        The tables.
    report_ids, patients
        As in `TablePair.of`.
    resamples, seed
        Of the bootstrap.

    Returns
    -------
    As `compare_pair`.
    """
    pair = TablePair.of(predicted, reference, report_ids=report_ids, patients=patients)
    return compare_pair(pair, PatientDraws.draw(pair.n_patients, resamples=resamples, seed=seed))


def compare_pair(pair: TablePair, draws: PatientDraws) -> list[StratumAgreement]:
    """Compare the tables of a pair.

    Returns
    -------
    The row of all findings; then for each finding of either table the pooled row, rows by level and, for lateral
    findings, by side and by level and side.
    """
    rows = [stratum_agreement(Stratum(), pair, draws)] if pair.predicted or pair.reference else []
    for finding in FINDINGS.values():
        of_finding = pair.of_finding(finding)
        rows += [stratum_agreement(stratum, of_finding, draws) for stratum in _strata(finding, of_finding)]
    return rows


def _strata(finding: Finding, pair: TablePair) -> Iterator[Stratum]:
    levels = sorted({key.level for key in (*pair.predicted, *pair.reference)})
    if not levels:
        return
    yield Stratum(finding)
    yield from (Stratum(finding, level=level) for level in levels)
    if finding.lateral:
        yield from (Stratum(finding, side=side) for side in finding.sides)
        yield from (Stratum(finding, level=level, side=side) for level in levels for side in finding.sides)


def stratum_agreement(stratum: Stratum, pair: TablePair, draws: PatientDraws) -> StratumAgreement:
    """Compare the tables of a pair on one stratum."""
    said = {key for key in pair.predicted if stratum.holds(key)}
    known = {key for key in pair.reference if stratum.holds(key)}
    both = sorted(said & known, key=lambda key: key.sort_key)
    counts = definite_counts(stratum.finding, pair, both)
    n_definite = int(counts.sum())
    figures = draws.intervals(counts, scale_statistics(stratum.finding)) if n_definite >= MIN_LABELS else {}
    return StratumAgreement(
        stratum=stratum,
        n_both=len(both),
        n_only_predicted=len(said - known),
        n_only_reference=len(known - said),
        n_patients=len({pair.patient_of[key.report_id] for key in said | known}),
        sets=draws.intervals(set_counts(pair, said, known), SET_STATISTICS),
        counts=counts.sum(axis=0),
        figures=figures,
        questions=tuple(question_agreement(question, pair, both, draws) for question in questions_of(stratum.finding)),
    )


# ------------------------------------------------------------------------------------------------- whole sets of grades

_RIGHT, _COMPATIBLE, _BOTH, _PREDICTED, _REFERENCE = range(5)

SET_STATISTICS: Mapping[str, Statistic] = {
    "f1": lambda n: ratio(2 * n[..., _RIGHT], n[..., _PREDICTED] + n[..., _REFERENCE]),
    "precision": lambda n: ratio(n[..., _RIGHT], n[..., _PREDICTED]),
    "recall": lambda n: ratio(n[..., _RIGHT], n[..., _REFERENCE]),
    "exact": lambda n: ratio(n[..., _RIGHT], n[..., _BOTH]),
    "compatible": lambda n: ratio(n[..., _COMPATIBLE], n[..., _BOTH]),
}
"""Agreement of whole sets, from the counts of `set_counts`."""


def set_counts(pair: TablePair, said: Collection[LabelKey], known: Collection[LabelKey]) -> Counts:
    """Count for each patient equal sets, sets that share a grade, labels of both, of the predicted, of the reference.

    Returns
    -------
    *Shape:* (patients, 5)
    """
    counts = np.zeros((pair.n_patients, 5), dtype=np.int64)
    for key in said:
        patient = pair.patient_of[key.report_id]
        counts[patient, _PREDICTED] += 1
        if key in known:
            predicted, reference = pair.predicted[key], pair.reference[key]
            counts[patient, _BOTH] += 1
            counts[patient, _RIGHT] += predicted == reference
            counts[patient, _COMPATIBLE] += predicted.compatible(reference)
    for key in known:
        counts[pair.patient_of[key.report_id], _REFERENCE] += 1
    return counts


# ------------------------------------------------------------------------------------------------------ definite grades


def scale_statistics(finding: Finding | None) -> dict[str, Statistic]:
    """Return the statistics that a finding's scale allows."""
    return statistics_of_scale(ordinal=finding is not None and finding.ordinal)


def definite_counts(finding: Finding | None, pair: TablePair, both: Collection[LabelKey]) -> Counts:
    """Count pairs of definite grades for each patient; none for all findings together, whose scales differ.

    Returns
    -------
    Rows of each table the reference.
        *Shape:* (patients, grades, grades)
    """
    if finding is None:
        return np.zeros((pair.n_patients, 0, 0), dtype=np.int64)
    n_grades = len(finding.scale)
    counts = np.zeros((pair.n_patients, n_grades, n_grades), dtype=np.int64)
    for key in both:
        predicted, reference = pair.predicted[key], pair.reference[key]
        if predicted.is_definite and reference.is_definite:
            row, column = reference.bits.bit_length() - 1, predicted.bits.bit_length() - 1
            counts[pair.patient_of[key.report_id], row, column] += 1
    return counts


# ------------------------------------------------------------------------------------------------------------ questions


def question_agreement(
    question: Question | Presence, pair: TablePair, both: Collection[LabelKey], draws: PatientDraws
) -> QuestionAgreement:
    """Compare how the tables of a pair answer a question about the labels that both have."""
    counts = question_counts(question, pair, both)
    return QuestionAgreement(question, counts.sum(axis=0), draws.intervals(counts, DETECTION_STATISTICS))


def question_counts(question: Question | Presence, pair: TablePair, both: Collection[LabelKey]) -> Counts:
    """Count answers for each patient, no before yes; labels that a table leaves open count nowhere.

    Returns
    -------
    Rows of each table the reference.
        *Shape:* (patients, 2, 2)
    """
    counts = np.zeros((pair.n_patients, 2, 2), dtype=np.int64)
    for key in both:
        known, said = question.answer(pair.reference[key]), question.answer(pair.predicted[key])
        if known is not None and said is not None:
            counts[pair.patient_of[key.report_id], known, said] += 1
    return counts


def undefined_because(name: str, counts: Counts) -> str:
    """Say why a figure of a table of counts (rows the reference) has no value."""
    if not counts.sum():
        return "no labels to compare"
    return {
        "sensitivity": "the reference never says yes",
        "specificity": "the reference never says no",
        "ppv": "never predicted",
    }.get(name, "one grade only")


def mean_of(values: Collection[FloatArray]) -> FloatArray:
    """Return the mean of arrays, leaving out nan; nan where all are."""
    stacked = np.stack(list(values))
    defined = ~np.isnan(stacked)
    return ratio(np.where(defined, stacked, 0.0).sum(axis=0), defined.sum(axis=0))
