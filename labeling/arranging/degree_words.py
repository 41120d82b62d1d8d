"""Questions about words of degree: whether they modify a verb, and which one a range ends in."""

from __future__ import annotations

from deepspine.labeling.clauses.frames import MILD, MODERATE, SEVERE
from deepspine.labeling.mentions import Mention


def is_adverb(spoken: list[str]) -> bool:
    """Whether words of degree grade a verb, a state or a place, and no noun."""
    return spoken == ["a", "little"] or (spoken[-1:] != [] and spoken[-1].endswith("ly"))


def is_value(mention: Mention, words: list[str]) -> bool:
    """Whether a mention says how much there is: a degree, or "none"."""
    return mention.kind == "grade" or (mention.kind == "post_neg" and words[mention.i] in ("nil", "none", "absent"))


def last_grade(grade: Mention, words: list[str]) -> int:
    """Return the degree that a range ends in."""
    last = words[grade.j - 1]
    if last.startswith(("mild", "min", "slight")):
        return MILD
    if last.startswith(("mod",)):
        return MODERATE
    return SEVERE if grade.bits & SEVERE else grade.bits
