"""Which texts the labeler leaves alone, and why: a reason for each, never the text."""

from __future__ import annotations

import re
from functools import lru_cache

from deepspine.labeling.lexicon import Lexicon

MAX_CHARACTERS = 1_000_000
"""Longer texts are no reports; a long one has some thousand characters."""

SAMPLE_CHARACTERS = 800
MIN_WORDS = 12
MIN_KNOWN_SHARE = 0.3
"""Reports in English have more than half of their words in the lexicon, in other languages below a tenth."""

_WORD = re.compile(r"[^\W\d_]{2,}")
_PLAIN_WORD = re.compile(r"[a-z]{2,}")
COMMON_WORDS = frozenset(
    [
        "the",
        "of",
        "and",
        "is",
        "are",
        "at",
        "in",
        "with",
        "no",
        "to",
        "on",
        "for",
        "by",
        "there",
        "this",
        "that",
        "from",
        "was",
        "were",
        "has",
        "have",
        "been",
        "be",
        "not",
        "or",
        "as",
        "an",
        "it",
        "its",
        "patient",
        "pain",
        "back",
        "leg",
        "normal",
        "seen",
        "noted",
        "level",
        "mri",
        "spine",
        "lumbar",
        "image",
        "images",
        "report",
        "history",
        "left",
        "right",
        "which",
    ]
)


@lru_cache(maxsize=4)
def _known_words(lexicon: Lexicon) -> frozenset[str]:
    return lexicon.words | COMMON_WORDS


def reason_to_refuse(text: str, lexicon: Lexicon) -> str | None:
    """Return why a text cannot be labelled, or None when it can."""
    if not text or text.isspace():
        return "empty text"
    if len(text) > MAX_CHARACTERS:
        return f"text of {len(text)} characters; the longest that is read has {MAX_CHARACTERS}"
    opening = text[:SAMPLE_CHARACTERS].lower()
    sample = (_PLAIN_WORD if opening.isascii() else _WORD).findall(opening)
    if len(sample) >= MIN_WORDS:
        known = sum(map(_known_words(lexicon).__contains__, sample))
        if known < MIN_KNOWN_SHARE * len(sample):
            return "text is not in English; only English reports are read"
    return None
