"""Lists of levels with details in brackets: "bulges at L3-4 (2 mm), L4-5 (with a fissure) and L5-S1 (left, mild)"."""

from __future__ import annotations

from typing import NamedTuple

from deepspine.labeling.level_mentions import LevelGroup
from deepspine.labeling.lexicon import Rule
from deepspine.labeling.mentions import Mention

_APART = Rule("mark.behind_list", "mark", ";", ())
_MODIFIERS = frozenset(("grade", "side", "side_post"))
_SIZES = frozenset(("mm", "number"))
_SIZED = frozenset(("bulge", "herniation"))
"""Lesions whose size tells no grade, as that of a slip does."""


class _Item(NamedTuple):
    """A level of a list, what brackets behind it hold (None without any), and what joins it to the next one."""

    level: Mention
    details: list[Mention] | None
    joint: list[Mention]


def with_details_behind(mentions: list[Mention]) -> list[Mention]:
    """Free degrees and sides of a list's levels of their brackets, and say other details behind the list.

    "Foraminal stenosis at L3-4 (mild, left) and L4-5" goes on as "at L3-4 mild left and L4-5", "bulges at L3-4 (with a
    fissure) and L4-5" as "at L3-4 and L4-5; L3-4 with a fissure". Sizes of bulges and herniations say no degree. Single
    words and zones in brackets stay: the grammar reads them where they stand.
    """
    for first in range(len(mentions) - 1):
        if mentions[first].kind == "level" and mentions[first + 1].value == "(":
            start = _list_start(mentions, first)
            items, end = _items(mentions, start)
            if any(item.details is not None for item in items[:-1]) and not all(map(_is_read_in_brackets, items)):
                return _rewritten(mentions, start, items, end)
            return mentions
    return mentions


def _list_start(mentions: list[Mention], place: int) -> int:
    """Return the place of the first level of the list that one belongs to."""
    start = place
    while place and (mentions[place - 1].value in (",", "and") or mentions[place - 1].kind in ("of", "level")):
        place -= 1
        start = place if mentions[place].kind == "level" else start
    return start


def _items(mentions: list[Mention], place: int) -> tuple[list[_Item], int]:
    """Return the levels of a list from a place on, and the place behind them; no levels where a bracket stays open."""
    items: list[_Item] = []
    while place < len(mentions) and mentions[place].kind == "level":
        level = mentions[place]
        details: list[Mention] | None = None
        place += 1
        if place < len(mentions) and mentions[place].value == "(":
            close = next((k for k in range(place, len(mentions)) if mentions[k].value == ")"), -1)
            if close < 0:
                return [], place
            details, place = mentions[place + 1 : close], close + 1
        behind = place
        while behind < len(mentions) and (mentions[behind].value in (",", "and") or mentions[behind].kind == "of"):
            behind += 1
        goes_on = place < behind < len(mentions) and mentions[behind].kind == "level"
        items.append(_Item(level, details, mentions[place:behind] if goes_on else []))
        if not goes_on:
            break
        place = behind
    return items, place


def _is_read_in_brackets(item: _Item) -> bool:
    """Whether the grammar reads the details of a level where they stand: one word, or a zone with its side."""
    if item.details is None:
        return True
    kinds = [mention.kind for mention in item.details]
    return (len(kinds) == 1 and kinds[0] in _MODIFIERS) or ("zone" in kinds and set(kinds) <= _MODIFIERS | {"zone"})


def _rewritten(mentions: list[Mention], start: int, items: list[_Item], end: int) -> list[Mention]:
    told, behind = mentions[:start], []
    sized = any(mention.value in _SIZED for mention in told)
    joint: list[Mention] = []
    together = False
    for item in items:
        said = [mention for mention in item.details or () if mention.kind not in ("mark", "conj")]
        kinds = {mention.kind for mention in said}
        stays = kinds <= _MODIFIERS
        if together and not (stays and said):
            told[-1] = _both(told[-1], item.level)
        else:
            told += [*joint, item.level]
        if stays:
            told += said
        elif not (sized and kinds <= _SIZES):
            behind += [Mention(_APART, item.level.j, item.level.j), _last_level(item.level), *(item.details or ())]
        joint, together = item.joint, not (stays and said)
    return [*told, *mentions[end:], *behind]


def _both(one: Mention, other: Mention) -> Mention:
    """Return levels that stand together once nothing is told between them."""
    assert one.group is not None
    assert other.group is not None
    both = Mention(one.rule, one.i, other.j)
    both.group = LevelGroup((*one.group.levels, *other.group.levels), other.j)
    both.form = one.form
    return both


def _last_level(level: Mention) -> Mention:
    """Return the last level that a mention names: details behind "L2-3, L3-4" are those of L3-4."""
    last = Mention(level.rule, level.i, level.j)
    assert level.group is not None
    last.group = LevelGroup(level.group.levels[-1:], level.j)
    return last
