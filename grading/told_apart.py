"""Which grades the training labels told apart: all others are answered as one.

An expert who writes "bulge: yes" leaves mild, moderate and severe. What learned from such labels alone still spreads
its "yes" over the three, by chance, and its most probable grade may be a severe bulge that nobody ever taught, or
"none" beside three grades that together are likelier. So grades that no label parts share one probability, evenly, and
the answer is their set.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np

from deepspine.data.errors import VocabularyError
from deepspine.data.findings import Finding
from deepspine.data.geometry import FloatArray
from deepspine.data.grade_sets import GradeSet


@dataclass(frozen=True)
class ToldApart:
    """A finding's scale in groups of grades that are answered as one.

    Attributes
    ----------
    groups
        Disjoint, together the whole scale, in the order of their first grades.

    Raises
    ------
    VocabularyError
        When groups overlap or leave a grade out.

    Examples
    --------
    >>> from deepspine.data.findings import FINDINGS
    >>> bulge = FINDINGS["bulge"]
    >>> told = ToldApart.by_labels(bulge, [GradeSet.of(bulge, "none"), GradeSet.present(bulge)])
    >>> [str(group) for group in told.groups]
    ['none', 'mild|moderate|severe']
    >>> str(told.answer(np.array([0.4, 0.1, 0.2, 0.3])))
    'mild|moderate|severe'
    """

    groups: tuple[GradeSet, ...]

    def __post_init__(self) -> None:
        counted = sum(len(group) for group in self.groups)
        if not self.groups or counted != len(self.finding.scale) or not self.union(self.groups).is_unknown:
            raise VocabularyError("groups of grades must part a whole scale, each grade in one of them")

    @property
    def finding(self) -> Finding:
        """The finding."""
        return self.groups[0].finding

    @classmethod
    def every_grade(cls, finding: Finding) -> ToldApart:
        """Return a group for each grade."""
        return cls(tuple(GradeSet.of(finding, grade) for grade in finding.scale))

    @classmethod
    def by_labels(cls, finding: Finding, labels: Iterable[GradeSet]) -> ToldApart:
        """Return groups of grades that always were possible, or impossible, together.

        A grade that no label leaves possible was never seen: nothing tells it from the grade next to it, so it is
        answered with that one, rather a higher than a lower one, and with the absence of the finding last.

        Examples
        --------
        >>> from deepspine.data.findings import FINDINGS
        >>> modic = FINDINGS["modic"]
        >>> labels = [GradeSet.of(modic, grade) for grade in ("none", "type2", "type3")]
        >>> [str(group) for group in ToldApart.by_labels(modic, labels).groups]
        ['none', 'type1|type2', 'type3']
        """
        seen = sorted({label.bits for label in labels})
        admitted = [tuple(bits >> index & 1 for bits in seen) for index in range(len(finding.scale))]
        known = [index for index, own in enumerate(admitted) if any(own)]
        groups: dict[tuple[int, ...], GradeSet] = {}
        for index, grade in enumerate(finding.scale):
            likest = min(known, key=partial(_unlikeness, finding, index), default=index)
            own = admitted[likest]
            groups[own] = groups.get(own, GradeSet.empty(finding)) | GradeSet.of(finding, grade)
        return cls(tuple(groups.values()))

    @classmethod
    def parse(cls, finding: Finding, texts: Sequence[str]) -> ToldApart:
        """Read groups from their forms in tables, such as `mild|moderate|severe`."""
        return cls(tuple(GradeSet.parse(finding, text) for text in texts))

    @cached_property
    def _membership(self) -> FloatArray:
        """*Shape:* (grades, groups)."""
        return np.array([[grade in group for group in self.groups] for grade in self.finding.scale], dtype=float)

    def summed(self, probabilities: FloatArray) -> FloatArray:
        """Return the probability of each group; (..., grades) to (..., groups)."""
        return np.asarray(probabilities @ self._membership)

    def spread(self, shares: FloatArray) -> FloatArray:
        """Share the probability of each group evenly among its grades; (..., groups) to (..., grades)."""
        return np.asarray(shares @ (self._membership / self._membership.sum(axis=0)).T)

    def answer(self, probabilities: FloatArray) -> GradeSet:
        """Return the most probable group; `probabilities` of grades, (grades,)."""
        return self.groups[int(np.argmax(self.summed(probabilities)))]

    def union(self, groups: Iterable[GradeSet]) -> GradeSet:
        """Return the grades of some of the groups."""
        bits = 0
        for group in groups:
            bits |= group.bits
        return GradeSet(self.finding, bits)


def _unlikeness(finding: Finding, index: int, other: int) -> tuple[bool, int, bool]:
    """Return how unlike another grade of a scale is, for `min`."""
    is_absence = index != other and finding.scale[other] == finding.absent
    return is_absence, abs(other - index), other < index
