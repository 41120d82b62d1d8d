"""Two label tables cut to what can be compared: the same reports, settled labels, and whose they are."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from deepspine.data.findings import FINDINGS, Finding
from deepspine.data.grade_sets import GradeSet
from deepspine.data.label_table import LabelKey
from deepspine.data.levels import LUMBAR_LEVELS


@dataclass(frozen=True, eq=False)
class TablePair:
    """Two tables cut to the reports that count, with the patient of each report.

    Attributes
    ----------
    predicted, reference
        The labels that count.
    patient_of
        Row of each report's patient in counts by patient.
    n_patients
        How many patients there are.
    unsettled
        Labels that count in neither table.
    """

    predicted: Mapping[LabelKey, GradeSet]
    reference: Mapping[LabelKey, GradeSet]
    patient_of: Mapping[str, int]
    n_patients: int
    unsettled: frozenset[LabelKey] = frozenset()

    @classmethod
    def of(
        cls,
        predicted: Mapping[LabelKey, GradeSet],
        reference: Mapping[LabelKey, GradeSet],
        *,
        report_ids: Collection[str] | None = None,
        patients: Mapping[str, str] | None = None,
        unsettled: Collection[LabelKey] = (),
    ) -> TablePair:
        """Cut two tables to the reports that count and to settled labels.

        Parameters
        ----------
        report_ids
            The reports that both sources read; those with a label in the reference by default. A report about which the
            reference is silent must be named here to count.
        patients
            Report id to patient key; a report that is not named is its own patient.
        unsettled
            Labels that count in neither table.
        """
        wanted = set(report_ids) if report_ids is not None else {key.report_id for key in reference}
        whose = patients or {}
        keys = sorted({whose.get(report_id, report_id) for report_id in wanted})
        rows = {key: row for row, key in enumerate(keys)}
        left_out = frozenset(unsettled)

        def cut(table: Mapping[LabelKey, GradeSet]) -> dict[LabelKey, GradeSet]:
            return {key: grades for key, grades in table.items() if key.report_id in wanted and key not in left_out}

        patient_of = {report_id: rows[whose.get(report_id, report_id)] for report_id in sorted(wanted)}
        return cls(cut(predicted), cut(reference), patient_of, len(keys), left_out)

    def with_silence_as_none(self) -> TablePair:
        """Return the pair with `none` for each label that a table lacks, at the lumbar levels and wherever one spoke.

        Findings are those that either table has, as far as their scale has a `none`.
        """
        either = {**self.predicted, **self.reference}
        findings = [FINDINGS[name] for name in sorted({key.finding for key in either}) if FINDINGS[name].absent]
        keys = {
            LabelKey(report_id, level, finding.name, side)
            for report_id in self.patient_of
            for level in LUMBAR_LEVELS
            for finding in findings
            for side in finding.sides
        }
        keys |= {key for key in either if FINDINGS[key.finding].absent}
        silent = {key: GradeSet.of(FINDINGS[key.finding], "none") for key in keys - self.unsettled}
        return replace(self, predicted={**silent, **self.predicted}, reference={**silent, **self.reference})

    def of_finding(self, finding: Finding | None) -> TablePair:
        """Return the pair cut to one finding; None for all."""
        if finding is None:
            return self
        predicted, reference = (
            {key: grades for key, grades in table.items() if key.finding == finding.name}
            for table in (self.predicted, self.reference)
        )
        return replace(self, predicted=predicted, reference=reference)

    def patients_of(self, keys: Collection[LabelKey]) -> NDArray[np.int64]:
        """Return the patients' rows of labels; shape (labels,)."""
        return np.array([self.patient_of[key.report_id] for key in keys], dtype=np.int64)
