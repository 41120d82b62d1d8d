"""Two label tables side by side, by finding, level and side, with intervals by patient.

Sets are handled openly. Figures of agreement (kappa, AC, sensitivity) are of the labels that are definite in both
tables; beside them stand exact agreement of the sets and their compatibility (sets that share a grade), and how many
labels only one of the tables has: "not mentioned" is not "absent".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from deepspine.data.agreement import (
    Counts,
    Interval,
    Statistic,
    Weights,
    accuracy,
    class_average_accuracy,
    cohen_kappa,
    count_pairs_by_patient,
    gwet_ac,
    patient_bootstrap,
    positive_predictive_value,
    sensitivity,
    specificity,
)
from deepspine.data.findings import FINDINGS, Finding, Side
from deepspine.data.grade_sets import GradeSet
from deepspine.data.label_table import LabelKey, LabelTable
from deepspine.data.levels import Level

Pair = tuple[LabelKey, GradeSet, GradeSet]

MIN_LABELS = 2
"""Fewer definite labels than this carry no agreement worth an interval."""


@dataclass(frozen=True)
class Stratum:
    """Which labels a row of the comparison is about; None pools over all."""

    finding: Finding
    level: Level | None = None
    side: Side | None = None

    def holds(self, key: LabelKey) -> bool:
        """Whether a label belongs to this stratum."""
        return (
            key.finding == self.finding.name
            and (self.level is None or key.level is self.level)
            and (self.side is None or key.side is self.side)
        )


@dataclass(frozen=True)
class StratumAgreement:
    """Agreement of two tables on one stratum.

    Attributes
    ----------
    stratum
        Finding, and level and side where the row is of one.
    n_both, n_only_predicted, n_only_reference
        Labels that both tables have, that only one has.
    n_patients
        Patients with a label in both tables.
    exact, compatible
        Of the labels in both tables, the share with equal sets and with sets that share a grade.
    counts
        Labels definite in both tables, rows the reference.
        *Shape:* (grades, grades)
    figures
        Name to value with interval: `accuracy`, `class_average_accuracy`, `kappa`, `kappa_linear`, `kappa_quadratic`,
        `ac1`, `ac2`, and for each grade above the first `sensitivity_GRADE`, `specificity_GRADE`, `ppv_GRADE` of "that
        grade or worse" (of "that grade" for nominal findings: not given).
    """

    stratum: Stratum
    n_both: int
    n_only_predicted: int
    n_only_reference: int
    n_patients: int
    exact: Interval
    compatible: Interval
    counts: Counts
    figures: Mapping[str, Interval]

    @property
    def prevalence(self) -> dict[str, float]:
        """Share of each grade among the reference's definite labels; nan without any."""
        rows = self.counts.sum(axis=1)
        total = rows.sum()
        return {
            grade: float(n / total) if total else float("nan")
            for grade, n in zip(self.stratum.finding.scale, rows, strict=True)
        }


def compare_tables(
    predicted: LabelTable,
    reference: LabelTable,
    *,
    patients: Mapping[str, str] | None = None,
    resamples: int = 2000,
    seed: int = 0,
) -> list[StratumAgreement]:
    """Compare two tables on the reports that both speak of.

    Parameters
    ----------
    predicted, reference
        The tables.
    patients
        Report id to patient key; a report that is not named is its own patient.
    resamples, seed
        Of the bootstrap.

    Returns
    -------
    For each finding of either table: the pooled row, then rows by level and, for lateral findings, by side.
    """
    whose = patients or {}
    return [
        _agreement(stratum, predicted, reference, whose, resamples, seed) for stratum in _strata(predicted, reference)
    ]


def _strata(predicted: LabelTable, reference: LabelTable) -> Iterator[Stratum]:
    keys = set(predicted) | set(reference)
    for finding in FINDINGS.values():
        levels = sorted({key.level for key in keys if key.finding == finding.name})
        if not levels:
            continue
        yield Stratum(finding)
        yield from (Stratum(finding, level=level) for level in levels)
        if finding.lateral:
            yield from (Stratum(finding, side=side) for side in finding.sides)


def _agreement(
    stratum: Stratum,
    predicted: LabelTable,
    reference: LabelTable,
    patients: Mapping[str, str],
    resamples: int,
    seed: int,
) -> StratumAgreement:
    said = {key for key in predicted if stratum.holds(key)}
    known = {key for key in reference if stratum.holds(key)}
    pairs = [(key, predicted[key], reference[key]) for key in sorted(said & known, key=lambda key: key.sort_key)]
    interval = partial(patient_bootstrap, resamples=resamples, seed=seed)
    definite = [pair for pair in pairs if pair[1].is_definite and pair[2].is_definite]
    counts = _count(definite, patients, stratum.finding)
    return StratumAgreement(
        stratum=stratum,
        n_both=len(pairs),
        n_only_predicted=len(said - known),
        n_only_reference=len(known - said),
        n_patients=len({patients.get(key.report_id, key.report_id) for key, _, _ in pairs}),
        exact=interval(_count_true(pairs, patients, GradeSet.__eq__), accuracy),
        compatible=interval(_count_true(pairs, patients, GradeSet.compatible), accuracy),
        counts=counts.sum(axis=0),
        figures={name: interval(counts, statistic) for name, statistic in _statistics(stratum.finding).items()}
        if len(definite) >= MIN_LABELS
        else {},
    )


def _statistics(finding: Finding) -> dict[str, Statistic]:
    statistics: dict[str, Statistic] = {
        "accuracy": accuracy,
        "class_average_accuracy": class_average_accuracy,
        "kappa": cohen_kappa,
        "ac1": gwet_ac,
    }
    if not finding.ordinal:
        return statistics
    statistics |= {
        "kappa_linear": partial(cohen_kappa, weights=Weights.LINEAR),
        "kappa_quadratic": partial(cohen_kappa, weights=Weights.QUADRATIC),
        "ac2": partial(gwet_ac, weights=Weights.QUADRATIC),
    }
    for index, grade in enumerate(finding.scale[1:], start=1):
        statistics[f"sensitivity_{grade}"] = partial(sensitivity, threshold=index)
        statistics[f"specificity_{grade}"] = partial(specificity, threshold=index)
        statistics[f"ppv_{grade}"] = partial(positive_predictive_value, threshold=index)
    return statistics


def _count(pairs: Sequence[Pair], patients: Mapping[str, str], finding: Finding) -> Counts:
    """Count definite grades; shape (patients, grades, grades), rows the reference."""
    return count_pairs_by_patient(
        [patients.get(key.report_id, key.report_id) for key, _, _ in pairs],
        [finding.scale.index(reference.lowest) for _, _, reference in pairs],
        [finding.scale.index(predicted.lowest) for _, predicted, _ in pairs],
        len(finding.scale),
    )


def _count_true(
    pairs: Sequence[Pair], patients: Mapping[str, str], test: Callable[[GradeSet, GradeSet], bool]
) -> Counts:
    """Count pairs that pass a test on the diagonal of a 2 x 2 table, the others beside it; shape (patients, 2, 2)."""
    passed = np.array([test(predicted, reference) for _, predicted, reference in pairs], dtype=np.int64)
    return count_pairs_by_patient(
        [patients.get(key.report_id, key.report_id) for key, _, _ in pairs], np.zeros_like(passed), 1 - passed, 2
    )
