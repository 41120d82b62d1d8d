"""What a report's silence about a finding means: nothing, or, if one wants to assume it, normality.

The choice is explicit because it changes what is learned: radiologists leave out what is normal, but also what they
did not look for. Samples keep what was said; the policy is applied when they are read.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from deepspine.data.dataset.sample import Sample, Target
from deepspine.data.findings import CORE_FINDINGS
from deepspine.data.grade_sets import GradeSet
from deepspine.data.levels import LUMBAR_LEVELS, Level


class Silence(StrEnum):
    """How a report's silence is read."""

    MISSING = "missing"
    """Nothing is known: the label leaves all grades and teaches nothing."""
    NORMAL = "normal"
    """What is not mentioned is not there, for core findings at lumbar levels of studies with a report."""


LEVELS_OF_REPORTS = frozenset({*LUMBAR_LEVELS, Level.L5_L6, Level.L6_S1})
"""Reports on the lumbar spine look at these; their silence about T12-L1 says nothing under either policy."""


def filled(sample: Sample, policy: Silence) -> Mapping[Target, GradeSet]:
    """Return the labels of a sample with silence read by `policy`.

    Examples
    --------
    >>> sample = Sample("s", "p", "r", Level.L4_L5, crops={}, reported=True)
    >>> len(filled(sample, Silence.MISSING)), len(filled(sample, Silence.NORMAL))
    (0, 14)
    """
    if policy is Silence.MISSING or not sample.reported or sample.level not in LEVELS_OF_REPORTS:
        return sample.labels
    assumed = {
        (finding.name, side): GradeSet.of(finding, finding.absent)
        for finding in CORE_FINDINGS
        for side in finding.sides
        if finding.absent is not None
    }
    return {**assumed, **sample.labels}
