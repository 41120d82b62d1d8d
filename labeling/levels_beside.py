"""Levels told by another beside them: "the level above | the L4-5 fusion", "at L3-4, above | the L4-5 fusion"."""

from __future__ import annotations

from deepspine.labeling.level_mentions import LevelGroup, beyond_vertebra, next_to, vertebra
from deepspine.labeling.lexicon import Rule
from deepspine.labeling.mentions import Mention

_OPERATIONS = frozenset(
    ("arthrodesis", "construct", "decompression", "discectomy", "fixation", "fusion", "hardware", "instrumentation",
     "laminectomy", "operation", "prosthesis", "surgery")
)  # fmt: skip
_OPERATED = frozenset(("decompressed", "fused", "instrumented", "operated"))
_LIGHT = frozenset(
    ("a", "at", "former", "from", "interbody", "level", "levels", "of", "old", "posterior", "previous", "prior",
     "segment", "segments", "surgical", "the", "vertebra")
)  # fmt: skip
"""Words that may stand beside these in the name of an operation, or between a level and what it is told by."""

_BESIDE = frozenset(("above", "below"))
_BESIDE_TO = frozenset(("adjacent", "caudal", "cranial", "distal", "inferior", "next", "proximal", "superior"))
"""Words that place something beside an operation, and those that do so with "to"."""

_NEXT = (("levelref", "above"), ("levelref", "below"))
_LEVEL = Rule("level.beside", "level", "", ())


def with_levels_beside(mentions: list[Mention], words: list[str], *, placed: bool) -> list[Mention]:
    """Return mentions in which a level that is told by another stands for itself.

    "The level above | the L4-5 fusion", "the disc below | L3" and "the level above | L4-5" are L3-4; the operation that
    lies beside a level already named ("at L3-4, above | the L4-5 fusion") is left out.

    Parameters
    ----------
    mentions
        Of a sentence, before `settle`.
    words
        Of the whole report.
    placed
        Whether a heading names the level of the sentence.
    """
    for mention in [mention for mention in mentions if mention.kind in ("level", "vertebra")]:
        start, end, is_operated = _with_operation(mention, words)
        before = [other for other in mentions if other.i < start]
        if before and before[-1].j == start and (before[-1].kind, before[-1].value) in _NEXT:
            levels = _levels_next_to(mention, words, before[-1].value)
            if not levels or ("at" in words[start : mention.i] and not is_operated):
                continue
            before[-1] = _named(mention, before[-1].i, levels)
        elif not (is_operated and _is_beside(words, start) and (placed or _names_level(before))):
            continue
        mentions = [*before, *(other for other in mentions if other.i >= end)]
    return mentions


def _names_level(mentions: list[Mention]) -> bool:
    return any(mention.kind == "level" for mention in mentions)


def _with_operation(level: Mention, words: list[str]) -> tuple[int, int, bool]:
    """Return the first token of the operation that a level is of, the one behind it, and whether there is one."""
    start, end = level.i, level.j
    while start and (words[start - 1] in _LIGHT or words[start - 1] in _OPERATED or words[start - 1] in _OPERATIONS):
        start -= 1
    while end < len(words) and (words[end] in _LIGHT or words[end] in _OPERATIONS):
        end += 1
    named = _OPERATED | _OPERATIONS
    return start, end, not named.isdisjoint(words[start : level.i] + words[level.j : end])


def _is_beside(words: list[str], place: int) -> bool:
    """Whether what stands before a place lies beside what stands behind it."""
    return words[place - 1] in _BESIDE or (words[place - 1] == "to" and words[place - 2] in _BESIDE_TO)


def _levels_next_to(mention: Mention, words: list[str], direction: str) -> tuple[int, ...]:
    """Return the level above or below a level or a vertebra; empty where none is labelled."""
    if mention.group is not None:
        return next_to(mention.group.levels, direction) if mention.group.levels else ()
    levels = beyond_vertebra(str(vertebra(words[mention.i])), direction)
    return levels[-1:] if direction == "above" else levels[:1]


def _named(mention: Mention, start: int, levels: tuple[int, ...]) -> Mention:
    named = Mention(_LEVEL, start, mention.j)
    named.group, named.form = LevelGroup(levels, mention.j), mention.form
    return named
