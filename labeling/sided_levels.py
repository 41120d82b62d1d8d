"""Lists of levels with a side or zone each: "stenosis at L4-5 on the left, L5-S1 on the right" has two of both."""

from __future__ import annotations

from itertools import chain
from typing import NamedTuple

from deepspine.labeling.clauses.frames import ZONED, Topic
from deepspine.labeling.lexicon import Rule
from deepspine.labeling.mentions import Mention

_AND = Rule("conj.between_sided_levels", "conj", "and", ())
_COMMA = Rule("mark.between_sided_levels", "mark", ",", ())
_LEVELS = frozenset(("level", "levels"))
_DETAILS = frozenset(("side", "side_post", "zone"))
_HEADS = frozenset(("finding", "pred"))
_CLOSING = {",": "", "(": ")"}
"""Marks between a level and its side, and those that close what stands behind them."""

_PARTING = frozenset((",", ";"))


_BEFORE_ZONES = frozenset(("mark", "present", "cop"))
"""Kinds of mentions between a lesion and the first of its zones: "protrusions | are seen, | central at L4-5"."""


class _Item(NamedTuple):
    """A level with its side, the place behind both, and whether a mark stood between them."""

    level: list[Mention]
    details: list[Mention]
    end: int
    aside: bool

    @property
    def mentions(self) -> list[Mention]:
        return self.level + self.details


def sided_levels_joined(mentions: list[Mention], words: list[str]) -> list[Mention]:
    """Put "and" for the marks between levels that have a side or zone each, and these at their levels.

    Semicolons part levels without any as well: "disc bulge: L4-5 | ; | L5-S1". Behind a heading commas part the levels.

    Parameters
    ----------
    mentions
        Of a sentence, before `settle`.
    words
        Of the whole report.
    """
    headed = False
    for start, mention in enumerate(mentions):
        if mention.kind in _LEVELS and (headed or start <= 1):
            told, end = _joined(mentions, start, words, _AND if headed else _COMMA)
            if told:
                return [*mentions[:start], *told, *mentions[end:]]
        headed = headed or mention.kind in _HEADS
    return mentions


def with_zones_behind_levels(mentions: list[Mention], words: list[str], topic: Topic | None) -> list[Mention]:
    """Put levels behind the lesion, and zones behind their levels: "protrusions, | central at L3-4 and left at L4-5".

    Parameters
    ----------
    mentions
        Of a sentence, before `settle`.
    words
        Of the whole report.
    topic
        What a heading before the sentence names.
    """
    if topic is not None and topic.finding is not None and topic.finding.value in ZONED:
        told, end = _turned(mentions, 0, words)
        if told and _ends_list(mentions, end, words):
            return [*(_heading_commas(told)), *mentions[end:]]
    for index, head in enumerate(mentions):
        if head.kind != "finding" or head.value not in ZONED:
            continue
        start = index + 1
        while start < len(mentions) and mentions[start].kind in _BEFORE_ZONES:
            start += 1
        told, end = _turned(mentions, start, words)
        if told and _ends_list(mentions, end, words):
            said = [mention for mention in mentions[:start] if mention.i <= head.i or mention.kind != "mark"]
            return [*said, *told, *mentions[end:]]
        for first in range(index):
            told, end = _turned(mentions, first, words)
            if told and end == index:
                return [*mentions[:first], head, *told, *mentions[index + 1 :]]
    return mentions


def _heading_commas(listed: list[Mention]) -> list[Mention]:
    """Return a list as it reads behind a heading: levels without prepositions, and commas between them."""
    commas = (Mention(_COMMA, m.i, m.j) if m.kind == "conj" else m for m in listed)
    return [mention for mention in commas if mention.kind != "of"]


def _turned(mentions: list[Mention], start: int, words: list[str]) -> tuple[list[Mention], int]:
    """Return a list of zones at levels with the levels in front, and the place behind it, or an empty list."""
    told: list[Mention] = []
    end, items = start, 0
    joint: list[Mention] = []
    while True:
        place = end + len(joint)
        zoned = _end_of_details(mentions, place)
        zones = mentions[place:zoned]
        level = _item(mentions[: zoned + 2], zoned).level
        if not level or all(mention.kind in ("side", "side_post") for mention in zones):
            break
        told += [*joint, *level, *zones]
        end, items = zoned + len(level), items + 1
        joint = _joint(mentions, end, words)
        if not joint:
            break
    return (told, end) if items > 1 else ([], start)


def _end_of_details(mentions: list[Mention], place: int) -> int:
    while place < len(mentions) and (mentions[place].kind in _DETAILS or mentions[place].form == "adj"):
        place += 1
    return place


def _ends_list(mentions: list[Mention], end: int, words: list[str]) -> bool:
    """Whether nothing that stands behind a list can belong to its last item."""
    return end == len(mentions) or mentions[end].kind == "breaker" or words[mentions[end].i] in _PARTING


def _joined(mentions: list[Mention], start: int, words: list[str], between: Rule) -> tuple[list[Mention], int]:
    """Return a list of such levels, with a rule's mention between them, and the place behind it, or an empty list."""
    items = [_item(mentions, start)]
    told = list(items[0].mentions)
    parted: list[str] = []
    while joint := _joint(mentions, items[-1].end, words):
        item, mark = _item(mentions, items[-1].end + len(joint)), words[joint[0].i]
        if not item.level or (mark == "," and not (item.details and items[-1].details)):
            break
        parted.append(mark)
        told += [Mention(between, joint[0].i, joint[-1].j), *item.mentions]
        items.append(item)
    end = items[-1].end
    sided = sum(bool(item.details) for item in items) > 1 or (";" in parted and set(parted) == {";"})
    changes = not _PARTING.isdisjoint(parted) or any(item.aside for item in items)
    if not (len(items) > 1 and sided and changes and _ends_list(mentions, end, words)):
        return [], start
    return (told if any(item.details for item in items) else _as_one([item.level for item in items])), end


def _as_one(levels: list[list[Mention]]) -> list[Mention]:
    """Return levels without sides, each behind its preposition, as one mention of all of them."""
    *before, first = levels[0]
    one = Mention(first.rule, first.i, levels[-1][-1].j)
    one.form = first.form
    groups = [level[-1].group for level in levels]
    named = [group.levels for group in groups if group is not None]
    if first.group is None or len(named) < len(groups):
        return []
    one.group = first.group._replace(levels=tuple(dict.fromkeys(chain.from_iterable(named))), end=one.j)
    return [*before, one]


def _item(mentions: list[Mention], start: int) -> _Item:
    """Return the level at a place with its side or zone, which marks may set off: "at L4-5 | , left paracentral"."""
    place = start + (start < len(mentions) and mentions[start].kind == "of")
    if place >= len(mentions) or mentions[place].kind not in _LEVELS:
        return _Item([], [], start, aside=False)
    level, place = mentions[start : place + 1], place + 1
    mark = mentions[place].value if place < len(mentions) and mentions[place].kind == "mark" else ""
    begin = place + (mark in _CLOSING)
    end = _end_of_details(mentions, begin)
    details, behind = mentions[begin:end], mentions[end : end + 1]
    closed = not behind or behind[0].kind in ("mark", "conj", "breaker")
    if not details or (mark and not closed) or (mark == "(" and not (behind and behind[0].value == ")")):
        return _Item(level, [], place, aside=False)
    return _Item(level, details, end + (mark == "("), aside=bool(mark))


def _joint(mentions: list[Mention], place: int, words: list[str]) -> list[Mention]:
    """Return what parts two items of a list, a mark, "and" or both."""
    joint = mentions[place : place + 2]
    spoken = [words[mention.i] for mention in joint]
    if spoken[:1] == ["and"] or (spoken[:1] and spoken[0] in _PARTING and spoken[1:] != ["and"]):
        return joint[:1]
    return joint if spoken[:1] and spoken[0] in _PARTING else []
