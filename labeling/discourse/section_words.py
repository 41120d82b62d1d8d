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


def section_by_words(words: list[str], head: Sequence[Mention]) -> str | None:
    """Return the section that a heading of these mentions opens, or None."""
    return _SECTION_WORDS.get(" ".join(words[head[0].i : head[-1].j]))
