"""How true one label table is to another: exact sets of grades, micro-averaged.

A label is right when its whole set of grades equals the reference's. A key that only one table has is wrong: a label
invented or missed. "Compatible" says how many of the keys in both tables have sets that share a grade.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from deepspine.data.findings import CORE_FINDINGS
from deepspine.data.label_table import LabelKey, LabelTable

CORE_NAMES = frozenset(finding.name for finding in CORE_FINDINGS)


@dataclass(frozen=True)
class LabelScore:
    """Counts of labels, and the rates that follow from them.

    Attributes
    ----------
    n_right, n_predicted, n_reference
        Labels with equal sets, in the predicted table, in the reference.
    n_compatible, n_both
        Keys in both tables whose sets share a grade, and keys in both tables.
    """

    n_right: int
    n_predicted: int
    n_reference: int
    n_compatible: int
    n_both: int

    @property
    def precision(self) -> float:
        """Share of the predicted labels that are right; 1 when nothing was predicted."""
        return self.n_right / self.n_predicted if self.n_predicted else 1.0

    @property
    def recall(self) -> float:
        """Share of the reference's labels that were found; 1 when it has none."""
        return self.n_right / self.n_reference if self.n_reference else 1.0

    @property
    def micro_f1(self) -> float:
        """Harmonic mean of precision and recall over all labels; 1 when both tables are empty."""
        total = self.n_predicted + self.n_reference
        return 2 * self.n_right / total if total else 1.0

    @property
    def compatible(self) -> float:
        """Share of the keys in both tables whose sets share a grade; nan when there is no such key."""
        return self.n_compatible / self.n_both if self.n_both else float("nan")


def score_labels(
    predicted: LabelTable,
    reference: LabelTable,
    *,
    report_ids: Collection[str] | None = None,
    findings: Collection[str] = CORE_NAMES,
) -> LabelScore:
    """Compare two label tables.

    Parameters
    ----------
    predicted, reference
        The tables; silence has no row in either.
    report_ids
        The reports that count; those of the reference by default. A report that the reference is silent about must be
        named here to count.
    findings
        The findings that count; the core ones by default.

    Examples
    --------
    >>> from deepspine.data.findings import FINDINGS, Side
    >>> from deepspine.data.grade_sets import GradeSet
    >>> from deepspine.data.levels import Level
    >>> key = LabelKey("r1", Level.L4_L5, "bulge", Side.MIDLINE)
    >>> said = LabelTable({key: GradeSet.parse(FINDINGS["bulge"], "mild|moderate")})
    >>> read = LabelTable({key: GradeSet.parse(FINDINGS["bulge"], "mild")})
    >>> score = score_labels(read, said)
    >>> score.micro_f1, score.compatible
    (0.0, 1.0)
    """
    wanted = set(reference.report_ids if report_ids is None else report_ids)

    def counts(key: LabelKey) -> bool:
        return key.report_id in wanted and key.finding in findings

    predicted_keys = {key for key in predicted if counts(key)}
    reference_keys = {key for key in reference if counts(key)}
    both = predicted_keys & reference_keys
    return LabelScore(
        n_right=sum(predicted[key] == reference[key] for key in both),
        n_predicted=len(predicted_keys),
        n_reference=len(reference_keys),
        n_compatible=sum(predicted[key].compatible(reference[key]) for key in both),
        n_both=len(both),
    )
