"""Words that open a section only where they stand as a heading: "Impression:", "Study:"."""

from __future__ import annotations

from collections.abc import Sequence

from deepspine.labeling.mentions import Mention

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


def is_of_present_study(words: Sequence[str]) -> bool:
    """Whether a heading names the examination in hand, "Follow-up study:"; "Study:" tells how it was made."""
    return len(words) > 1 and words[0] in _PRESENT and words[-1] in _EXAMINATIONS


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
