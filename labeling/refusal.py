"""Which texts the labeler leaves alone, and why: a reason for each, never the text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from types import MappingProxyType

from deepspine.labeling.lexicon import Lexicon

MAX_CHARACTERS = 1_000_000
"""Longer texts are no reports; a long one has some thousand characters."""

NOT_ENGLISH = "text is not in English; only English reports are read"
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
MIN_FOREIGN_WORDS = 2
"""One may be a name or an abbreviation."""
ENGLISH_FUNCTION_WORDS = frozenset(
    (
        "the", "of", "and", "is", "are", "with", "without", "to", "for", "there", "this", "that", "from", "was", "were",
        "has", "have", "not", "or", "at", "by",
    )
)  # fmt: skip
FUNCTION_WORDS = MappingProxyType(
    {
        "Spanish": ("con", "sin", "los", "las", "una", "por", "como", "pero", "muy"),
        "Portuguese": ("com", "sem", "não", "uma", "dos", "das", "pelo", "pela", "ao", "aos"),
        "French": ("avec", "sans", "une", "dans", "sur", "les", "du", "aux", "chez"),
        "Italian": ("con", "senza", "della", "delle", "dello", "degli", "nel", "nella", "alla"),
        "German": ("mit", "und", "ohne", "kein", "keine", "eine", "zur", "zum", "auf", "ist", "nicht", "oder"),
        "Dutch": ("zonder", "geen", "het", "een", "naar", "voor", "bij", "niet"),
        "Scandinavian": ("och", "utan", "ingen", "uten", "ikke", "ikkje"),
        "Polish": ("oraz", "bez", "jest", "nie", "przy"),
        "Turkish": ("ile", "bir", "için"),
        "Indonesian": ("dengan", "tidak", "pada", "yang"),
    }
)  # fmt: skip
"""Of languages that share words of anatomy with English, less those that English reports know as words, names or
abbreviations: de, der, van, die, des, para, med, et."""
FOREIGN_FUNCTION_WORDS = frozenset(word for words in FUNCTION_WORDS.values() for word in words)


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
            return NOT_ENGLISH
    return NOT_ENGLISH if _is_foreign(sample) else None


def _is_foreign(words: Sequence[str]) -> bool:
    """Whether words are joined by those of another language: its anatomy and numbers may look English.

    Examples
    --------
    >>> _is_foreign("hernia discal con estenosis del canal moderada sin compromiso radicular".split())
    True
    >>> _is_foreign("mild bulge no stenosis".split())
    False
    """
    n_foreign = sum(map(FOREIGN_FUNCTION_WORDS.__contains__, words))
    return n_foreign >= MIN_FOREIGN_WORDS and n_foreign > sum(map(ENGLISH_FUNCTION_WORDS.__contains__, words))
