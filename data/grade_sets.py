"""`GradeSet`: what is known of a finding is the set of grades that it may still have.

A report that says "mild to moderate" leaves two grades, one that says "disc bulge" three, one that is silent all of
them; a calibrated network answers with a set as well. The algebra is that of sets: intersection adds knowledge, union
gives it up, and nothing is guessed to fill a gap.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from deepspine.data.errors import VocabularyError
from deepspine.data.findings import Finding

SEPARATOR = "|"
"""Joins the grades of a set in label tables."""


@dataclass(frozen=True)
class GradeSet:
    """A set of grades on the scale of one finding.

    Attributes
    ----------
    finding
        Gives the scale. Sets of two findings do not mix.
    bits
        Bit `i` is set when the grade `finding.scale[i]` is possible; from 0 (contradiction) to `2**len(scale) - 1`
        (nothing known).

    Examples
    --------
    >>> from deepspine.data.findings import FINDINGS
    >>> canal = FINDINGS["canal_stenosis"]
    >>> reported = GradeSet.parse(canal, "mild|moderate")
    >>> str(reported & GradeSet.at_least(canal, "moderate"))
    'moderate'
    >>> str(GradeSet.below(canal, "severe"))
    'none|mild|moderate'
    """

    finding: Finding
    bits: int

    def __post_init__(self) -> None:
        if not 0 <= self.bits < 1 << len(self.finding.scale):
            raise VocabularyError(
                f"bits of a {self.finding} set must be in [0, {1 << len(self.finding.scale)}), got {self.bits}"
            )

    # ------------------------------------------------------------------ making

    @classmethod
    def of(cls, finding: Finding, *grades: str) -> GradeSet:
        """Return the set of the given grades; of none at all, the contradiction.

        Raises
        ------
        VocabularyError
            When a grade is not on the finding's scale.
        """
        bits = 0
        for grade in grades:
            bits |= 1 << _index(finding, grade)
        return cls(finding, bits)

    @classmethod
    @lru_cache(maxsize=4096)
    def parse(cls, finding: Finding, text: str) -> GradeSet:
        """Read a set from its form in tables, such as `mild|moderate`.

        Raises
        ------
        VocabularyError
            When the text is empty, names a grade that the scale does not have, or names one twice.
        """
        grades = text.split(SEPARATOR)
        if len(set(grades)) != len(grades):
            raise VocabularyError(f"grades of {finding} must be named once each, got {text!r}")
        return cls.of(finding, *grades)

    @classmethod
    def unknown(cls, finding: Finding) -> GradeSet:
        """Return the set of all grades: nothing is known."""
        return cls(finding, (1 << len(finding.scale)) - 1)

    @classmethod
    def empty(cls, finding: Finding) -> GradeSet:
        """Return the empty set: a contradiction, which no table may hold."""
        return cls(finding, 0)

    @classmethod
    def at_least(cls, finding: Finding, grade: str) -> GradeSet:
        """Return `grade` and all above it (a bare mention is `at_least` the first grade above none)."""
        _require_ordinal(finding, "at_least")
        return cls.unknown(finding) - cls.below(finding, grade)

    @classmethod
    def below(cls, finding: Finding, grade: str) -> GradeSet:
        """Return all grades below `grade`: what is left when that grade is negated."""
        _require_ordinal(finding, "below")
        return cls(finding, (1 << _index(finding, grade)) - 1)

    @classmethod
    def between(cls, finding: Finding, lowest: str, highest: str) -> GradeSet:
        """Return the grades from `lowest` to `highest`, both included."""
        return cls.at_least(finding, lowest) - (cls.at_least(finding, highest) - cls.of(finding, highest))

    @classmethod
    def present(cls, finding: Finding) -> GradeSet:
        """Return all grades but `none`: the finding is there, its grade is not known."""
        if finding.absent is None:
            return cls.unknown(finding)
        return cls.unknown(finding) - cls.of(finding, finding.absent)

    # ----------------------------------------------------------------- algebra

    def __and__(self, other: GradeSet) -> GradeSet:
        """Intersection: both sources are right."""
        return GradeSet(self.finding, self.bits & self._same_scale(other).bits)

    def __or__(self, other: GradeSet) -> GradeSet:
        """Union: one of the sources is right."""
        return GradeSet(self.finding, self.bits | self._same_scale(other).bits)

    def __sub__(self, other: GradeSet) -> GradeSet:
        """Difference: the grades that `other` does not admit."""
        return GradeSet(self.finding, self.bits & ~self._same_scale(other).bits)

    def __invert__(self) -> GradeSet:
        """Complement on the scale."""
        return GradeSet.unknown(self.finding) - self

    def __le__(self, other: GradeSet) -> bool:
        """Whether every grade of this set is in `other`: this one says at least as much."""
        return self.bits & ~self._same_scale(other).bits == 0

    def __bool__(self) -> bool:
        """Whether any grade is left."""
        return self.bits != 0

    def __len__(self) -> int:
        return self.bits.bit_count()

    def __iter__(self) -> Iterator[str]:
        """Yield the grades in the order of the scale."""
        return (grade for i, grade in enumerate(self.finding.scale) if self.bits >> i & 1)

    def __contains__(self, grade: object) -> bool:
        return isinstance(grade, str) and self.admits(grade)

    # --------------------------------------------------------------- questions

    def admits(self, grade: str) -> bool:
        """Whether `grade` is still possible."""
        return bool(self.bits >> _index(self.finding, grade) & 1)

    def compatible(self, other: GradeSet) -> bool:
        """Whether one grade could satisfy both sets."""
        return bool(self & other)

    @property
    def is_definite(self) -> bool:
        """Whether exactly one grade is left."""
        return len(self) == 1

    @property
    def is_unknown(self) -> bool:
        """Whether no grade is excluded."""
        return len(self) == len(self.finding.scale)

    @property
    def lowest(self) -> str:
        """The first grade of the set in the order of the scale."""
        return next(iter(self._not_empty()))

    @property
    def highest(self) -> str:
        """The last grade of the set in the order of the scale."""
        return list(self._not_empty())[-1]

    @property
    def mask(self) -> tuple[bool, ...]:
        """One truth value for each grade of the scale, as the set likelihood needs it."""
        return tuple(bool(self.bits >> i & 1) for i in range(len(self.finding.scale)))

    def __str__(self) -> str:
        """Return the form used in tables: grades in the order of the scale, joined by `|`."""
        return SEPARATOR.join(self)

    def _same_scale(self, other: GradeSet) -> GradeSet:
        if other.finding != self.finding:
            raise VocabularyError(f"sets must be of one finding, got {self.finding} and {other.finding}")
        return other

    def _not_empty(self) -> GradeSet:
        if not self:
            raise VocabularyError(f"an empty set of {self.finding} has no lowest or highest grade")
        return self


def union(sets: Iterable[GradeSet]) -> GradeSet:
    """Return the union of one or more sets of one finding."""
    first, *rest = sets
    for other in rest:
        first = first | other
    return first


def intersection(sets: Iterable[GradeSet]) -> GradeSet:
    """Return the intersection of one or more sets of one finding; empty when they contradict each other."""
    first, *rest = sets
    for other in rest:
        first = first & other
    return first


def _index(finding: Finding, grade: str) -> int:
    try:
        return finding.scale.index(grade)
    except ValueError:
        raise VocabularyError(f"grade of {finding} must be one of {', '.join(finding.scale)}, got {grade!r}") from None


def _require_ordinal(finding: Finding, what: str) -> None:
    if not finding.ordinal:
        raise VocabularyError(f"{what} needs an ordinal scale, {finding} is nominal")
