"""What the labeler hands from stage to stage: a statement is one assertion with its place, certainty and rule."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Statement:
    """One assertion about one or more levels.

    Attributes
    ----------
    finding
        Name of the finding.
    bits
        Grades left possible, one bit each on the finding's scale.
    sides
        1 left, 2 right, 3 both; 0 for findings without sides.
    levels
        Indices of levels.
    section
        `findings`, `impression` or `addendum`.
    scope
        `level` for a statement about its levels, `blanket` for one about all, `normal` for "unremarkable".
    certainty
        `asserted`, `negated` or `hedged`.
    rule
        Rule that found it.
    i, j
        First token of the evidence, and the one behind its last.
    exclude
        Levels, with sides, that a statement leaves out.
    """

    finding: str
    bits: int
    sides: int
    levels: tuple[int, ...]
    section: str
    scope: str
    certainty: str
    rule: str
    i: int
    j: int
    exclude: tuple[tuple[int, int], ...] = ()
    mode: str = ""
