"""Words that open a section only where they stand as a heading: "Impression:", "Study:"."""

from __future__ import annotations

from collections.abc import Sequence

from deepspine.labeling.arranging.priors import is_year
from deepspine.labeling.mentions import TELLS, Mention

_SECTION_WORDS = {
    "impression": "impression", "comparison": "skip", "history": "skip", "report": "findings", "question": "skip",
    "recommend": "skip", "clinical": "skip", "evaluation": "skip", "study": "skip", "examination": "skip",
    "exam": "skip", "reason for": "skip", "assessment": "impression", "query": "skip", "advice": "skip",
    "h/o": "skip", "c/o": "skip",
}  # fmt: skip
_EXAMINATIONS = frozenset(("study", "examination", "exam", "mri", "mr", "scan", "imaging"))
EARLIER = frozenset(("previous", "prior", "earlier", "former", "old", "last", "preceding", "outside"))
"""How the heading of an earlier examination opens: "Previous examination (2018):"."""

_PRESENT = frozenset(
    ("current", "emergency", "follow", "followup", "interval", "limited", "new", "post", "postoperative", "present",
     "repeat", "this", "today's")
)  # fmt: skip
"""How the heading of the examination in hand opens, behind which its findings stand."""

_OF_HEADING = frozenset(("prior", "site", "section", "mark"))
_AS_FOLLOWS = frozenset(("the", "following", "findings", "that", "as", "follows"))
"""Words behind the verb of a heading that tells: "The study revealed the following findings:"."""

_OF_PATIENT = frozenset(("clinical", "clinically", "physical", "neurological", "neurologic"))
"""Examinations that take no pictures."""

DESCRIBING = frozenset(("there", "the", "no", "at", "multilevel"))
"""How sentences begin that describe pictures, and hardly ever those of a history."""

_COMPARED = frozenset(("compared", "comparison"))
_NOTHING = frozenset(("none", "nil", "no", "not", "n", "/", "a", "prior", "priors", "previous", "available", "."))
"""All that a section says that has nothing to say: "none", "no prior available", "n/a"."""


def is_of_present_study(words: Sequence[str]) -> bool:
    """Whether a heading names the examination in hand, "Follow-up study:"; "Study:" tells how it was made."""
    return len(words) > 1 and words[0] in _PRESENT and words[-1] in _EXAMINATIONS


def section_told(words: Sequence[str]) -> str | None:
    """Return the section of a heading that says what an examination tells, or what it is compared with.

    Examples
    --------
    >>> section_told(["the", "study", "revealed"]), section_told(["previous", "mri", "showed"])
    ('findings', 'skip')
    >>> section_told(["compared", "to", "the", "previous", "study"]), section_told(["compared", "to"])
    ('findings', None)
    """
    if words[0] in _COMPARED:
        return "findings" if words[1:2] in (["to"], ["with"]) and len(words) > 2 else None
    end = len(words)
    while end and words[end - 1] in _AS_FOLLOWS:
        end -= 1
    if not end or words[end - 1] not in TELLS or _EXAMINATIONS.isdisjoint(words):
        return None
    earlier = not EARLIER.isdisjoint(words) or any(is_year(word) for word in words)
    return "skip" if earlier or not _OF_PATIENT.isdisjoint(words) else "findings"


def says_nothing(words: Sequence[str]) -> bool:
    """Whether a section has nothing to say, so that it ends with its sentence: "Comparison: | none"."""
    return bool(words) and words[0] in _NOTHING and _NOTHING.issuperset(words)


def section_by_words(words: list[str], head: Sequence[Mention]) -> str | None:
    """Return the section that a heading of these mentions opens, or None."""
    first = head[0]
    section = None
    if first.kind == "prior" or words[first.j - 1] in _EXAMINATIONS:
        section = _section_of_time(words, head)
    return section or _SECTION_WORDS.get(" ".join(words[first.i : head[-1].j]))


def _section_of_time(words: list[str], head: Sequence[Mention]) -> str | None:
    """Return the section of a heading that opens with an earlier examination, or with the present one."""
    examination = head[1] if head[0].kind == "prior" and len(head) > 1 else head[0]
    place = examination.j - 1
    if words[place] not in _EXAMINATIONS or place < 1 or (place > 1 and words[place - 2].isalpha()):
        return None
    if not _OF_HEADING.issuperset(mention.kind for mention in head):
        return None
    if words[place - 1] in EARLIER:
        return "skip"
    return "findings" if words[place - 1] in _PRESENT else None
