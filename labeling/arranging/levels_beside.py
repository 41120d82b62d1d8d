"""Levels told by another beside them: "the level above | the L4-5 fusion", "severe at L4-5 and mild | above"."""

from __future__ import annotations

from collections.abc import Callable

from deepspine.labeling.level_mentions import LevelGroup, read_group
from deepspine.labeling.level_order import beyond, beyond_vertebra, next_to, vertebra
from deepspine.labeling.lexicon import Rule
from deepspine.labeling.mentions import Mention

_OPERATIONS = frozenset(
    ("arthrodesis", "construct", "decompression", "discectomy", "fixation", "fusion", "hardware", "hemilaminectomy",
     "instrumentation", "laminectomy", "laminotomy", "microdiscectomy", "operation", "prosthesis", "surgery")
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

_OF_OPERATION = _OPERATED | {"operative", "postoperative", "postsurgical", "surgical", "surgery"}
_FEWEST = 2
_MAX_TO_LEVEL = 8
"""Words from an operation to its level: "laminectomy at the | L4-5 level"."""

_LESIONS = frozenset(("filler", "finding", "pred"))
"""Kinds of mentions that may lie beside an operation."""

_NEXT = (("levelref", "above"), ("levelref", "below"))
_LEVEL = Rule("level.beside", "level", "", ())
_AT = Rule("of.before_neighbour", "of", "at", ())
_CLOSELY = frozenset(("directly", "immediately", "just"))
_TO_SIDES = 2
_SAID_BESIDE = frozenset(("finding", "grade", "open", "pred"))
_ENDS = frozenset((".", ",", ";", "\n", "and", "but", "with"))
"""What stands behind "mild above" where this says of which level it is."""


def operated_levels(words: list[str]) -> tuple[int, ...]:
    """Return the levels that a report tells were operated on, its history included; in their order."""
    found: set[int] = set()
    if _OPERATIONS.isdisjoint(words):
        return ()
    for place in range(len(words)):
        group = read_group(words, place) if words[place][-1].isdigit() else None
        if group is None:
            continue
        before = next(
            (word for word in reversed(words[max(place - _MAX_TO_LEVEL, 0) : place]) if word not in _LIGHT), ""
        )
        behind = next((word for word in words[group.end : group.end + _MAX_TO_LEVEL] if word not in _LIGHT), "")
        if before in _OPERATIONS or behind in _OPERATIONS:
            found.update(group.levels)
    return tuple(sorted(found))


def with_levels_of_operation(
    mentions: list[Mention], words: list[str], operated: tuple[int, ...], *, placed: bool
) -> list[Mention]:
    """Return mentions in which "the operated level" and "the level above the fusion" stand for levels.

    Parameters
    ----------
    mentions
        Of a sentence, before `settle`.
    words
        Of the whole report.
    operated
        Levels that were operated on.
    placed
        Whether a heading names the level of the sentence: "L3-4, the level above the fusion" says it already.
    """
    if not operated or placed or _names_level(mentions):
        return mentions
    return [_of_operation(mention, words, operated) or mention for mention in mentions]


def _of_operation(mention: Mention, words: list[str], operated: tuple[int, ...]) -> Mention | None:
    """Return the levels that a phrase means by an operation; None where it means none, or one of several."""
    said = set(words[mention.i : mention.j])
    if mention.kind in ("filler", "finding") and said & _BESIDE and said & (_OPERATIONS | _OPERATED):
        levels = next_to(operated, "above" if "above" in said else "below")
        return _named(mention, mention.i, levels) if levels else None
    if (mention.kind, mention.value) != ("levelref", "vague") or not said & _OF_OPERATION:
        return None
    return _named(mention, mention.i, operated) if len(operated) == 1 or "levels" in said else None


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
        elif is_operated and not placed and _is_lesion_beside(mention, before, start, words):
            levels = _levels_next_to(mention, words, words[start - 1])
            before = [*(other for other in before if other.j < start), _named(mention, start - 1, levels)]
        elif not (is_operated and _is_beside(words, start) and (placed or _names_level(before))):
            continue
        mentions = [*before, *(other for other in mentions if other.i >= end)]
    return mentions


def with_neighbours_named(mentions: list[Mention], words: list[str]) -> list[Mention]:
    """Name the levels of "severe stenosis at L4-5 and mild | above", "patent down to L3-4 and narrowed | below".

    A degree alone is that of the next level, a state that of all beyond.
    """
    if not mentions or _BESIDE.isdisjoint(words[mentions[0].i : mentions[-1].j + _TO_SIDES]):
        return mentions
    told: list[Mention] = []
    levels: tuple[int, ...] = ()
    end = 0
    for mention in mentions:
        if mention.i < end:
            continue
        told.append(mention)
        levels = mention.group.levels if mention.group is not None else levels
        end = _end_of_sides(words, mention.j) if levels and mention.kind in _SAID_BESIDE else 0
        if end and (end == len(words) or words[end] in _ENDS):
            told += _beside(levels, words[mention.j : end], end, next_to if mention.kind == "grade" else beyond)
    return told


def _beside(
    levels: tuple[int, ...], spoken: list[str], end: int, meant: Callable[[tuple[int, ...], str], tuple[int, ...]]
) -> list[Mention]:
    """Return "at" and the levels above or below some, as a function tells which; nothing where there are none."""
    named = Mention(_LEVEL, end - 1, end)
    sides = _BESIDE.intersection(spoken)
    named.group = LevelGroup(tuple(sorted(level for side in sides for level in meant(levels, side))), end)
    named.form = "at"
    return [Mention(_AT, named.i, named.i), named] if named.group.levels else []


def _end_of_sides(words: list[str], start: int) -> int:
    """Return the place behind "above", "just below" or "above and below"; 0 where none stands."""
    place = start + (words[start : start + 1] != [] and words[start] in _CLOSELY)
    if _BESIDE.isdisjoint(words[place : place + 1]):
        return 0
    both = words[place + 1 : place + 2] == ["and"] and not _BESIDE.isdisjoint(words[place + 2 : place + 3])
    return place + 3 if both else place + 1


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


def _is_lesion_beside(level: Mention, before: list[Mention], place: int, words: list[str]) -> bool:
    """Whether a lesion lies right above or below an operation: "stenosis above | the L4-5 fusion".

    "Above the fusion at L4-5" may tell where the lesion is; that at L4-S1 is of several levels.
    """
    if words[place - 1] not in _BESIDE or _names_level(before):
        return False
    told_behind = "at" in words[place : level.i]
    if told_behind and (level.group is None or len(level.group.levels) < _FEWEST):
        return False
    kinds = {mention.kind for mention in before}
    return not kinds.isdisjoint(_LESIONS) and "neg" not in kinds


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
