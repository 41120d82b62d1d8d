"""Lists of levels of one finding with a side, zone or degree each, put into the one order that the grammar reads.

"Stenosis at L4-5 left, L5-S1 right" and "on the left at L4-5, on both sides at L5-S1" have their levels in front and
"and" between them; "bulging at L3-4 mild, at L4-5 moderate" has its degrees in front.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from itertools import chain, islice
from typing import NamedTuple

from deepspine.labeling.clauses.frames import ZONED, Topic
from deepspine.labeling.lexicon import Rule
from deepspine.labeling.mentions import Mention

_AND = Rule("conj.between_levels", "conj", "and", ())
_COMMA = Rule("mark.between_levels", "mark", ",", ())
_SPARED = Rule("except.denied_level", "except", "spare", ())
_LEVELS = frozenset(("level", "levels"))
_BEFORE_DENIED = frozenset(("mark", "breaker"))
_PLACES = frozenset(("side", "side_post", "zone"))
_DEGREES = frozenset(("grade", "to", "cap"))
_HEADS = frozenset(("finding", "pred"))
_NOUNS = _HEADS | {"site", "side"}
_BEFORE_DEGREE = frozenset(("breaker", "cop", "of"))
_ASIDE = frozenset((",", "("))
"""Marks between a level and its side."""

_PARTING = frozenset((",", ";"))
_STATED = frozenset(("mark", "present", "cop"))
"""Kinds of mentions between a finding and a list: "protrusions | are seen, | central at L4-5 and ..."."""


class _Item(NamedTuple):
    """A level of a list with its preposition, what is said of it, and what parts it from the item before."""

    level: list[Mention]
    details: list[Mention]
    joint: list[Mention]
    aside: bool

    @property
    def graded(self) -> bool:
        return any(mention.kind == "grade" for mention in self.details)


class _Listed(NamedTuple):
    """The items of a list, where they begin and end, and whether their levels stand in front."""

    items: list[_Item]
    start: int
    end: int
    levels_first: bool


def with_levels_in_order(mentions: list[Mention], words: list[str], topic: Topic | None) -> list[Mention]:
    """Put levels, and what is shared out over them, denied of them or said of each, into the order that is read.

    Parameters
    ----------
    mentions
        Of a sentence, before `settle`.
    words
        Of the whole report.
    topic
        What a heading before the sentence names.
    """
    levels = [mention for mention in mentions if mention.kind in _LEVELS]
    if not levels:
        return mentions
    if mentions[-1].value == "not" or len(levels) > 1:
        mentions = _with_spared_levels_behind(_with_denied_levels_behind(mentions))
    return _with_details_in_order(_with_levels_of_degrees(mentions), words, topic) if len(levels) > 1 else mentions


def _with_levels_of_degrees(mentions: list[Mention]) -> list[Mention]:
    """Read "at L3-4 there is mild and at L4-5 severe | stenosis" as "L3-4 mild and L4-5 severe stenosis"."""
    told: list[Mention] = []
    place = count = 0
    while place < len(mentions):
        said = list(islice((k for k in range(place, len(mentions)) if mentions[k].kind not in _BEFORE_DEGREE), 2))
        if [mentions[k].kind for k in said] != ["level", "grade"]:
            return mentions
        level, grade = (mentions[k] for k in said)
        level = copy(level)
        level.form = ""
        told += [level, grade]
        count += 1
        place = said[1] + 1
        joint = mentions[place] if place < len(mentions) else None
        if joint is None or joint.value not in (",", "and"):
            break
        told.append(joint)
        place += 1
    head = mentions[place] if place < len(mentions) else None
    return [*told, *mentions[place:]] if count > 1 and head is not None and head.kind in _NOUNS else mentions


def _with_details_in_order(mentions: list[Mention], words: list[str], topic: Topic | None) -> list[Mention]:
    """Put levels, sides, zones and degrees of a list into one order."""
    head = topic.finding if topic is not None else None
    if topic is not None and (listed := _listed(mentions, 0, words, zoned=_has_zones(head))):
        return _behind_heading(mentions, listed)
    for index, mention in enumerate(mentions):
        if mention.kind not in _HEADS:
            continue
        for start in _starts(mentions, index):
            listed = _listed(mentions, start, words, zoned=_has_zones(mention))
            if listed and (told := _behind_head(listed, words)):
                said = [m for m in mentions[:start] if listed.levels_first or m.i <= mention.i or m.kind != "mark"]
                return [*said, *told, *mentions[listed.end :]]
        if _has_zones(mention) and (listed := _listed_before(mentions, index, words)):
            told = _levels_first(listed.items, _AND)
            return [*mentions[: listed.start], mention, *told, *mentions[index + 1 :]]
    return mentions


def _has_zones(head: Mention | None) -> bool:
    return head is not None and head.kind == "finding" and head.value in ZONED


def _starts(mentions: list[Mention], head: int) -> Iterator[int]:
    """Yield where a list behind a head may begin: at once, or at any level before the next head."""
    start = head + 1
    while start < len(mentions) and mentions[start].kind in _STATED:
        start += 1
    yield start
    for place in range(start + 1, len(mentions)):
        if mentions[place].kind in _HEADS:
            return
        if mentions[place].kind in _LEVELS:
            yield place - (mentions[place - 1].kind == "of")


def _with_denied_levels_behind(mentions: list[Mention]) -> list[Mention]:
    """Read "L3-4 and L4-5 are dehydrated, | L5-S1 is not" as "..., but not at L5-S1"."""
    for index, neg in enumerate(mentions):
        if index < len(("disc", "level")) or neg.value != "not" or neg.j - neg.i != len(("is", "not")):
            continue
        *_, level = mentions[:index]
        behind = mentions[index + 1 : index + 2]
        alone = not behind or behind[0].kind in ("mark", "breaker")
        start = index - 1
        while start and (mentions[start - 1].kind == "of" or mentions[start - 1].kind in _BEFORE_DENIED):
            start -= 1
        parted = start < index - 1 and mentions[start].kind in ("mark", "breaker")
        said = any(mention.kind in (*_HEADS, "open") for mention in mentions[:start])
        if level.kind in _LEVELS and level.j == neg.i and alone and parted and said:
            spared = [Mention(_SPARED, level.i, level.i), _level_from([level], level.i)]
            return [*mentions[:start], *spared, *mentions[index + 1 :]]
    return mentions


def _with_spared_levels_behind(mentions: list[Mention]) -> list[Mention]:
    """Read "at L4-5, but not | L5-S1, there is a bulge" as "at L4-5 there is a bulge, but not at L5-S1"."""
    for index, level in enumerate(mentions):
        start = _start_of_sparing(mentions, index) if level.kind in _LEVELS else -1
        if start < 0:
            continue
        set_off = mentions[start - 1].value == ","
        before, behind = mentions[: start - set_off], mentions[index + 1 :]
        if not before or before[-1].kind not in _LEVELS:
            continue
        spared = [Mention(_SPARED, level.i, level.i), _level_from([level], level.i)]
        if any(mention.kind in (*_HEADS, "open") for mention in before):
            return [*mentions[:start], *spared, *behind]
        if set_off and behind and behind[0].value == ",":
            behind = behind[1:]
        return [*before, *behind, *spared]
    return mentions


def _start_of_sparing(mentions: list[Mention], level: int) -> int:
    """Return where "but not at", "but not that at" begins before a level; -1 where it does not stand there."""
    start = level - 1
    while start > 0 and (mentions[start].kind == "of" or mentions[start].value == "which"):
        start -= 1
    if start > 0 and (mentions[start].kind, mentions[start].value) == ("except", "spare"):
        return start
    denied = start > 1 and mentions[start].value == "not" and mentions[start].j == mentions[start].i + 1
    return start - 1 if denied and mentions[start - 1].value == "but" else -1


# ------------------------------------------------------------------------------------------------------- what is told


def _behind_heading(mentions: list[Mention], listed: _Listed) -> list[Mention]:
    """Return a sentence that is a list behind a heading: "Disc bulge: | L4-5; L5-S1", "Stenosis: | left at L4-5"."""
    items, behind = listed.items, mentions[listed.end :]
    if not any(item.details for item in items):
        one = _as_one(items)
        return [*one, *behind] if one else mentions
    if all(item.details and not item.graded for item in items) or listed.levels_first:
        alone = [item._replace(level=[_level_from(item.level, item.level[0].i)]) for item in items]
        return [*_levels_first(alone, _COMMA), *behind]
    return mentions


def _behind_head(listed: _Listed, words: list[str]) -> list[Mention]:
    """Return a list behind its finding in the same sentence; empty where it is read as it stands."""
    items = listed.items
    marks = {words[mention.i] for item in items[1:] for mention in item.joint[:1]}
    detailed = [item for item in items if item.details]
    if not detailed:
        return _as_one(items) if marks == {";"} else []
    if all(item.graded and not item.aside for item in items):
        return _degrees_first(items) if listed.levels_first else []
    if any(item.graded for item in items) or (len(detailed) < len(items) and "," in marks):
        return []
    changes = not listed.levels_first or not _PARTING.isdisjoint(marks) or any(item.aside for item in items)
    return _levels_first(items, _AND) if changes and len(detailed) > 1 else []


def _levels_first(items: list[_Item], between: Rule) -> list[Mention]:
    told = [*items[0].level, *items[0].details]
    for item in items[1:]:
        told += [Mention(between, item.joint[0].i, item.joint[-1].j), *item.level, *item.details]
    return told


def _degrees_first(items: list[_Item]) -> list[Mention]:
    """Return "mild at L3-4, moderate at L4-5" for "at L3-4 mild, at L4-5 moderate", set off from what stands before."""
    place = items[0].level[0].i
    told = [Mention(_COMMA, place, place)]
    for item in items:
        level = _level_from(item.level, item.level[-1].i)
        level.form = "at"
        told += [*item.joint, *item.details, *item.level[:-1], level]
    return told


def _level_from(level: list[Mention], start: int) -> Mention:
    """Return a level that begins at a token, that of its preposition for example."""
    *_, named = level
    twin = Mention(named.rule, start, named.j)
    twin.group, twin.form = named.group, named.form
    return twin


def _as_one(items: list[_Item]) -> list[Mention]:
    """Return levels of which nothing is said as one mention of all of them; empty where a phrase stands for some."""
    *before, first = items[0].level
    groups = [item.level[-1].group for item in items]
    named = [group.levels for group in groups if group is not None]
    if first.group is None or len(named) < len(groups):
        return []
    one = Mention(first.rule, first.i, items[-1].level[-1].j)
    one.form = first.form
    one.group = first.group._replace(levels=tuple(dict.fromkeys(chain.from_iterable(named))), end=one.j)
    return [*before, one]


# ------------------------------------------------------------------------------------------------------ what is listed


def _listed(mentions: list[Mention], start: int, words: list[str], *, zoned: bool) -> _Listed | None:
    """Return the list that begins at a place, if it has two items or more and what follows belongs to none of them."""
    listed = _items(mentions, start, words, zoned=zoned)
    end = listed.end
    ends = end == len(mentions) or mentions[end].kind == "breaker" or words[mentions[end].i] in _PARTING
    return listed if len(listed.items) > 1 and ends else None


def _listed_before(mentions: list[Mention], head: int, words: list[str]) -> _Listed | None:
    """Return a list of zones that ends in the lesion: "left paracentral L4-5 and central L5-S1 | protrusions"."""
    for start in range(head):
        listed = _items(mentions, start, words, zoned=True)
        placed = all(any(m.kind not in ("side", "side_post") for m in item.details) for item in listed.items)
        if listed.end == head and len(listed.items) > 1 and placed and not any(item.graded for item in listed.items):
            return None if listed.levels_first else listed
    return None


def _items(mentions: list[Mention], start: int, words: list[str], *, zoned: bool) -> _Listed:
    first = mentions[start : start + 2]
    levels_first = bool(first) and (first[0].kind in _LEVELS or (first[0].kind == "of" and first[-1].kind in _LEVELS))
    read = _level_first if levels_first else _level_last
    items: list[_Item] = []
    joint: list[Mention] = []
    end = start
    while True:
        item, behind = read(mentions, end + len(joint), joint, zoned=zoned)
        if item is None:
            break
        items.append(item)
        end, joint = behind, _joint(mentions, behind, words)
        if not joint:
            break
    return _Listed(items, start, end, levels_first)


def _level_first(mentions: list[Mention], start: int, joint: list[Mention], *, zoned: bool) -> tuple[_Item | None, int]:
    """Return a level with what stands behind it, which marks may set off: "at L4-5 | , left paracentral"."""
    level = _level(mentions, start)
    place = start + len(level)
    if not level:
        return None, start
    mark = mentions[place].value if place < len(mentions) and mentions[place].kind == "mark" else ""
    begin = place + (mark in _ASIDE)
    end = _end_of_details(mentions, begin, zoned=zoned)
    behind = mentions[end : end + 1]
    ends = not behind or behind[0].kind in ("mark", "conj", "breaker")
    closed = mark not in _ASIDE or (ends and (mark != "(" or (bool(behind) and behind[0].value == ")")))
    if end == begin or not closed:
        return _Item(level, [], joint, aside=False), place
    return _Item(level, mentions[begin:end], joint, aside=mark in _ASIDE), end + (mark == "(")


def _level_last(mentions: list[Mention], start: int, joint: list[Mention], *, zoned: bool) -> tuple[_Item | None, int]:
    """Return a level with what stands before it: "on the left | at L4-5"."""
    place = _end_of_details(mentions, start, zoned=zoned)
    level = _level(mentions, place)
    if not level or place == start:
        return None, start
    return _Item(level, mentions[start:place], joint, aside=False), place + len(level)


def _level(mentions: list[Mention], place: int) -> list[Mention]:
    """Return the level at a place, with the preposition before it."""
    behind = place + (place < len(mentions) and mentions[place].kind == "of")
    named = behind < len(mentions) and mentions[behind].kind in _LEVELS
    return mentions[place : behind + 1] if named else []


def _end_of_details(mentions: list[Mention], place: int, *, zoned: bool) -> int:
    """Return the place behind sides and degrees, and of a lesion in a disc zones."""
    while place < len(mentions):
        mention = mentions[place]
        if mention.kind not in _PLACES | _DEGREES and not (zoned and mention.kind == "site" and mention.form == "adj"):
            break
        place += 1
    return place


def _joint(mentions: list[Mention], place: int, words: list[str]) -> list[Mention]:
    """Return what parts two items of a list, a mark, "and" or both."""
    joint = mentions[place : place + 2]
    spoken = [words[mention.i] for mention in joint]
    if spoken[:1] == ["and"] or (spoken[:1] and spoken[0] in _PARTING and spoken[1:] != ["and"]):
        return joint[:1]
    return joint if spoken[:1] and spoken[0] in _PARTING else []
