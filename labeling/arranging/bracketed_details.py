"""Lists of levels with details in brackets: "bulges at L3-4 (2 mm), L4-5 (with a fissure) and L5-S1 (left, mild)"."""

from __future__ import annotations

from copy import copy
from itertools import pairwise
from typing import NamedTuple

from deepspine.labeling.level_mentions import LevelGroup
from deepspine.labeling.lexicon import Rule
from deepspine.labeling.mentions import HEADS, NAMED, SIDES, Mention

_APART = Rule("mark.behind_list", "mark", ";", ())
_MODIFIERS = frozenset(("grade", "side", "side_post"))
_SAID_OF_SITE = _MODIFIERS | {"open", "post_neg"}
_SIZES = frozenset(("mm", "number"))
_NARROWED = frozenset(("canal", "foramen", "recess"))
_MEASURED = frozenset(("cop", "mm"))
_ENDING = frozenset(("breaker", "conj", "mark"))
"""What stands between a part and its degree in brackets, and kinds of mentions that begin and end items."""

_MOST_IN_BRACKETS = 12
_FEWEST = 2
_SIDED_PARTS = frozenset(("foramen", "recess", "root"))
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
    fissure) and L4-5" as "at L3-4 and L4-5; L3-4 with a fissure", "L4-5 (moderate) and L5-S1 (mild) bulges" as
    "moderate L4-5 and mild L5-S1 bulges". Sizes of bulges and herniations say no degree. Behind a noun, single words
    and zones stay in their brackets: the grammar reads them where they stand.
    """
    for first in range(len(mentions) - 1):
        if mentions[first].kind == "level" and mentions[first + 1].value == "(":
            start = _list_start(mentions, first)
            items, end = _items(mentions, start)
            if all(item.details is None for item in items[:-1]):
                return mentions
            if _names_noun_behind(mentions, start, end):
                return _before_noun(mentions, start, items, end)
            plain = _plain_from(mentions, start, items)
            if plain:
                return _with_plain_apart(mentions, start, plain)
            if not all(map(_is_read_in_brackets, items)):
                return _rewritten(mentions, start, items, end)
            return _closing_noun(mentions, start) if len(items) >= _FEWEST else mentions
    return mentions


def _plain_from(mentions: list[Mention], start: int, items: list[_Item]) -> int:
    """Return the place of the levels at the end of a list that have no brackets: "at L4-5 (large) and | L2-3"; or 0."""
    plain = len(items)
    while plain and items[plain - 1].details is None:
        plain -= 1
    if plain == len(items) or not all(_kinds_of(_modifiers(item)) <= _MODIFIERS for item in items):
        return 0
    said = _kinds_of(_phrase(mentions, start))
    return mentions.index(items[plain].level) if said & HEADS and "neg" not in said else 0


def _phrase(mentions: list[Mention], end: int) -> list[Mention]:
    """Return what stands before a place, from the last joint on: "..., mild bulges at"."""
    start = end
    while start and mentions[start - 1].kind not in _ENDING:
        start -= 1
    return mentions[start:end]


def _with_plain_apart(mentions: list[Mention], start: int, plain: int) -> list[Mention]:
    """Say the noun of a list again of the levels that have no brackets: "bulges at L4-5 (large); | bulges at L2-3"."""
    close = next(k for k in range(plain, start, -1) if mentions[k].value == ")")
    place = mentions[plain].i
    again = [copy(mention) for mention in _phrase(mentions, start)]
    detailed = with_details_behind(mentions[: close + 1])
    return [*detailed, Mention(_APART, place, place), *again, *mentions[plain:]]


def _closing_noun(mentions: list[Mention], start: int) -> list[Mention]:
    """Let a list of levels right behind a noun, or a comma, be its place: "Canal stenosis, | L3-4 (mild) and ..."."""
    end = start - 1 if start and mentions[start - 1].value == "," else start
    level, noun = mentions[start], mentions[max(end - 1, 0)]
    if end == 0 or noun.kind not in (*HEADS, "present") or level.i > noun.j + 1:
        return mentions
    level.form = "at"
    return [*mentions[:end], *mentions[start:]]


def with_sites_free(mentions: list[Mention]) -> list[Mention]:
    """Free degrees and sides of listed parts of their brackets: "narrowing of the canal (mild) and recesses (severe)".

    Before their noun they go to the front: "canal (mild) and foraminal (severe) | narrowing".
    """
    placed = [
        place
        for place, (site, mark) in enumerate(pairwise(mentions))
        if site.kind == "site" and site.value in _NARROWED and mark.value == "("
    ]
    if len(placed) < _FEWEST:
        return mentions
    closes = [next((k for k in range(one, len(mentions)) if mentions[k].value == ")"), one) for one in placed]
    behind = mentions[closes[-1] + 1 :]
    headed = any(mention.kind in HEADS for mention in mentions[: placed[0]])
    in_front = not headed and bool(behind) and behind[0].kind in HEADS
    freed: list[Mention] = []
    end = 0
    for place, close in zip(placed, closes, strict=True):
        told = [mention for mention in mentions[place + 2 : close] if not _adds_nothing(mention)]
        if not told or not _kinds_of(told) <= (_MODIFIERS if in_front else _SAID_OF_SITE):
            return mentions
        freed += mentions[end:place]
        freed += [*told, mentions[place]] if in_front else [mentions[place], *told]
        end = close + 1
    return [*freed, *behind]


def with_degrees_of_parts_free(mentions: list[Mention]) -> list[Mention]:
    """Free the degree of a part, measured or not, of its brackets: "a bulge; canal (mild)", "canal 9 mm (mild)".

    Before a noun it goes to the front: "canal (mild) stenosis". What is said of the part before it keeps its brackets:
    "narrowing of the canal (mild)".
    """
    freed: list[Mention] = []
    place = 0
    while place < len(mentions):
        told, place = _degree_of_part(mentions, place) or ([mentions[place]], place + 1)
        freed += told
    return freed


def _degree_of_part(mentions: list[Mention], place: int) -> tuple[list[Mention], int] | None:
    """Return a part with the degree in brackets behind it, and the place behind these; None where none stands there."""
    site = mentions[place]
    if site.kind != "site" or site.value not in _NARROWED:
        return None
    opens = place + 1
    while opens < len(mentions) and mentions[opens].kind in _MEASURED:
        opens += 1
    if opens == len(mentions) or mentions[opens].value != "(" or not _stands_alone(mentions, place):
        return None
    ends = min(opens + _MOST_IN_BRACKETS, len(mentions))
    close = next((k for k in range(opens, ends) if mentions[k].value == ")"), opens)
    told = [mention for mention in mentions[opens + 1 : close] if mention.kind not in ("mark", "mm")]
    kinds = [mention.kind for mention in told if not _adds_nothing(mention) and mention.kind not in SIDES]
    behind = mentions[close + 1].kind if close + 1 < len(mentions) else "mark"
    if kinds not in (["grade"], ["post_neg"]) or behind not in _ENDING | HEADS:
        return None
    return ([*told, site] if behind in HEADS else [site, *told]), close + 1


def _stands_alone(mentions: list[Mention], place: int) -> bool:
    """Whether a part with its side begins an item: what is said stands behind it."""
    start = place
    while start and mentions[start - 1].kind in ("side", "grade"):
        start -= 1
    return start == 0 or mentions[start - 1].kind in _ENDING


def _adds_nothing(mention: Mention) -> bool:
    """Whether a mention in brackets says no more than that its site is narrow: "canal (moderate | stenosis)"."""
    return mention.kind in ("mark", "conj") or (mention.kind, mention.value) == ("pred", "narrow")


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


def _names_noun_behind(mentions: list[Mention], start: int, end: int) -> bool:
    """Whether a list stands before what it is of: "L4-5 (moderate) and L5-S1 (mild) | disc bulges"."""
    behind = mentions[end] if end < len(mentions) else None
    return (
        behind is not None and behind.kind in NAMED and all(mention.kind not in NAMED for mention in mentions[:start])
    )


def _before_noun(mentions: list[Mention], start: int, items: list[_Item], end: int) -> list[Mention]:
    """Put degrees and sides before their levels: "moderate L4-5 and mild L5-S1 | disc bulges"."""
    said = [_modifiers(item) for item in items]
    if not all(_kinds_of(told) <= _MODIFIERS for told in said):
        return mentions
    told = mentions[:start]
    for item, modifiers in zip(items, said, strict=True):
        item.level.form = ""
        told += [*modifiers, item.level, *item.joint]
    return [*told, *mentions[end:]]


def _modifiers(item: _Item) -> list[Mention]:
    """Return what brackets hold, without the marks between and "only"."""
    return [m for m in item.details or () if m.kind not in ("mark", "conj") and (m.kind, m.value) != ("breaker", "but")]


def _kinds_of(mentions: list[Mention]) -> set[str]:
    """Return the kinds of mentions."""
    return {mention.kind for mention in mentions}


def _rewritten(mentions: list[Mention], start: int, items: list[_Item], end: int) -> list[Mention]:
    told, behind = mentions[:start], []
    sized = any(mention.value in _SIZED for mention in told)
    joint: list[Mention] = []
    together = False
    for item in items:
        said, rest = _modifiers_first(item)
        if together and not said:
            told[-1] = _both(told[-1], item.level)
        else:
            told += [*joint, item.level, *said]
        if rest and not (sized and _kinds_of(rest) <= _SIZES):
            behind += [Mention(_APART, item.level.j, item.level.j), _last_level(item.level), *_on_side(rest, said)]
        joint, together = item.joint, not said
    return [*told, *mentions[end:], *behind]


def _modifiers_first(item: _Item) -> tuple[list[Mention], list[Mention]]:
    """Return the degrees and sides in the brackets of an item, and what is told behind them and a comma.

    "(severe, right, | with contact)"; where something else stands first, all of it is told behind: "(4 mm, left)".
    """
    said = _modifiers(item)
    if _kinds_of(said) <= _MODIFIERS:
        return said, []
    details = item.details or []
    place = 0
    while place < len(details) and (details[place].kind in _MODIFIERS or details[place].value == ","):
        place += 1
    if not place or details[place - 1].value != ",":
        return [], details
    return [mention for mention in details[:place] if mention.kind in _MODIFIERS], details[place:]


def _on_side(rest: list[Mention], said: list[Mention]) -> list[Mention]:
    """Return what is told of a lesion, with its side for the parts that have one: "(left, touching the | root)"."""
    sides = [] if any(mention.kind in SIDES for mention in rest) else [m for m in said if m.kind in SIDES]
    told: list[Mention] = []
    for mention in rest:
        told += [*(map(copy, sides) if mention.value in _SIDED_PARTS else ()), mention]
    return told


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
