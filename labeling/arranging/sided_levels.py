"""Lesions of several levels, each with its side or degree, and what all do: "protrusions at L4-5 (left) and ..."."""

from __future__ import annotations

from copy import copy

from deepspine.labeling.arranging.paired_sides import SIDE_BY_POSITION
from deepspine.labeling.clauses.frames import ZONED, Topic
from deepspine.labeling.lexicon import Rule
from deepspine.labeling.mentions import SIDES, Mention

_APART = Rule("mark.between_sided_levels", "mark", ";", ())
_AT = Rule("of.before_sided_level", "of", "at", ())
_DETAILS = SIDES | {"grade", "zone"}
_BETWEEN = frozenset((",", "and", "(", ")"))
_LISTED = frozenset(("side", "level", "grade", "post_neg", "mark", "breaker", "conj"))
_OPENING_PLACE = frozenset(("side", "zone"))
_OF_PLACE = SIDES | {"grade", "level", "of"}
_PARTING = frozenset((",", ";", "and", "but"))
"""Kinds of mentions that open an item with a place of its own and make it up, and what parts items."""

_FEWEST = 2


def with_sided_levels_apart(mentions: list[Mention]) -> list[Mention]:
    """Say of each lesion what stands behind all: "bulges at L3-4 (mild) and L4-5 (moderate), indenting the sac".

    Roots that they touch are of their side; one root, and what "the latter" does, is that of the last. Where nothing
    stands behind them, they are left to the grammar.
    """
    heads = [place for place, mention in enumerate(mentions) if mention.kind == "finding" and mention.value in ZONED]
    if len(heads) != 1:
        return mentions
    head = heads[0]
    items, end = _items(mentions, head + 1)
    set_off = mentions[end : end + 1] != [] and mentions[end].value == ","
    joined = set_off or any(mention.value == "and" for mention in mentions[head:end])
    behind = mentions[end + set_off :]
    if (
        len(items) < _FEWEST
        or not (behind and joined)
        or not _does(behind[0], set_off)
        or any(m.group is not None for m in behind)
    ):
        return mentions
    of_last = behind[0].value == "latter" or any(m.value == "root" and not m.plural for m in behind)
    told = mentions[:head]
    for level, *details in items:
        said = [_before_noun(detail) for detail in details]
        apart = [Mention(_APART, level.i, level.i)] if level is not items[0][0] else []
        done = _on_side(behind, said) if not of_last or level is items[-1][0] else []
        told += [*apart, *said, copy(mentions[head]), Mention(_AT, level.i, level.i), level, *done]
    return told


def with_sides_of_list(mentions: list[Mention], topic: Topic | None) -> list[Mention]:
    """Give levels in a list the side before them: "Foramina: | right L3-4 mild, L4-5 severe; left L5-S1 mild"."""
    if topic is None or topic.sides or not mentions or mentions[0].kind not in SIDES:
        return mentions
    sides = [mention for mention in mentions if mention.kind in SIDES]
    if {side.value for side in sides} != {"left", "right"} or any(mention.kind not in _LISTED for mention in mentions):
        return mentions
    told: list[Mention] = []
    side = sides[0]
    for mention in mentions:
        if mention.kind in SIDES:
            side = mention
        elif mention.group is not None and told[-1] is not side:
            told.append(Mention(SIDE_BY_POSITION[side.value], mention.i, mention.i))
        told.append(mention)
    return told


def with_lesion_of_each_level(mentions: list[Mention], before: list[Mention]) -> list[Mention]:
    """Name a lesion again at each level with a side or zone of its own.

    "Foraminal protrusions on the left at L3-4 and | on the right at L4-5", "right foraminal protrusion L3-4 and | left
    paracentral L5-S1"; also at one where it does something: "bulge at L3-4 indenting the sac, | at L4-5 touching it".

    Parameters
    ----------
    mentions
        Of a sentence, before `settle`.
    before
        Of the sentence before, whose lesion one that opens with a zone and a level goes on with.
    """
    opening = bool(mentions) and mentions[0].kind in _OPENING_PLACE
    if not opening and sum(mention.group is not None for mention in mentions) < _FEWEST:
        return mentions
    told: list[Mention] = []
    lesion = _last_lesion(before) if opening else []
    place, acts = 0, False
    while place < len(mentions):
        mention = mentions[place]
        opens = place == 0 or mentions[place - 1].value in _PARTING
        end = _placed_alone(mentions, place, acts=acts) if opens and lesion else 0
        if end:
            if told and told[-1].value == ",":
                told[-1] = Mention(_APART, told[-1].i, told[-1].j)
            told += _named_again(lesion, mentions[place:end])
            place = end
            continue
        told.append(mention)
        acts = acts or _is_act(mention)
        if mention.kind == "finding":
            lesion, acts = _last_lesion(told), False
        elif mention.kind == "neg" or (mention.kind == "pred" and not _is_act(mention)):
            lesion = []
        place += 1
    return told


def _is_act(mention: Mention) -> bool:
    """Whether a mention is what a lesion does: "bulge | indenting the sac"."""
    return mention.kind == "pred" and mention.form == "verb"


def _last_lesion(mentions: list[Mention]) -> list[Mention]:
    """Return the bulge or herniation that mentions name last, with its zone."""
    for place in range(len(mentions) - 1, -1, -1):
        mention = mentions[place]
        if mention.kind == "finding" and mention.value in ZONED:
            zone = [m for m in mentions[max(place - 1, 0) : place] if _is_zone(m)]
            return [*zone, mention]
        if mention.kind in ("finding", "pred", "neg"):
            break
    return []


def _is_zone(mention: Mention) -> bool:
    return mention.kind == "zone" or (mention.kind == "site" and mention.form == "adj")


def _placed_alone(mentions: list[Mention], start: int, *, acts: bool) -> int:
    """Return the place behind a level with its side or zone, of which no more is told; 0 where none stands there.

    Behind what the lesion does elsewhere, also one with a degree, or at which it does something.
    """
    place, placed, levels = start, False, 0
    while place < len(mentions) and (mentions[place].kind in _OF_PLACE or _is_zone(mentions[place])):
        mention = mentions[place]
        placed = placed or mention.kind in SIDES or _is_zone(mention) or (acts and mention.kind == "grade")
        levels += mention.group is not None
        place += 1
    if levels != 1 or mentions[place - 1].kind == "of":
        return 0
    if place < len(mentions) and _is_act(mentions[place]) and place > start + 1:
        return place
    ended = place == len(mentions) or mentions[place].value in _PARTING or mentions[place].value in ("with", "which")
    return place if placed and ended else 0


def _named_again(lesion: list[Mention], item: list[Mention]) -> list[Mention]:
    """Return a lesion with the side, degree and zone that stand with its level."""
    details = [_before_noun(mention) for mention in item if mention.kind in SIDES or mention.kind == "grade"]
    zones = [mention for mention in item if _is_zone(mention)] or [copy(mention) for mention in lesion[:-1]]
    level = copy(next(mention for mention in item if mention.group is not None))
    level.form = "at"
    named = copy(lesion[-1])
    named.i = named.j = level.i
    return [*details, *zones, named, Mention(_AT, level.i, level.i), level]


def _before_noun(detail: Mention) -> Mention:
    """Return a detail as it stands before the lesion that it describes."""
    told = copy(detail)
    told.kind = "side" if detail.kind in SIDES else detail.kind
    return told


def _on_side(behind: list[Mention], details: list[Mention]) -> list[Mention]:
    """Return what a lesion does, to roots of its side."""
    sides = [detail for detail in details if detail.kind == "side"]
    told: list[Mention] = []
    for mention in behind:
        told += [*(map(copy, sides) if mention.value == "root" else ()), copy(mention)]
    return told


def _items(mentions: list[Mention], place: int) -> tuple[list[list[Mention]], int]:
    """Return levels with the details behind each, in brackets or not, and the place behind them."""
    items: list[list[Mention]] = []
    end = place
    while True:
        while place < len(mentions) and (mentions[place].value in _BETWEEN or mentions[place].kind == "of"):
            place += 1
        level = mentions[place] if place < len(mentions) else None
        if level is None or level.group is None:
            return items, end
        place += 1
        item = [level]
        while place < len(mentions) and (_is_detail(mentions[place]) or mentions[place].value == "("):
            item += [mentions[place]] if _is_detail(mentions[place]) else []
            place += 1
        if len(item) < _FEWEST:
            return items, end
        items.append(item)
        place += mentions[place : place + 1] != [] and mentions[place].value == ")"
        end = place


def _is_detail(mention: Mention) -> bool:
    """Whether a mention says of a lesion where in its disc, or how large it is."""
    return mention.kind in _DETAILS or (mention.kind == "site" and mention.form == "adj")


def _does(mention: Mention, set_off: bool) -> bool:
    """Whether a mention begins what lesions do or, behind a comma, have, or what the latter does."""
    if set_off and (mention.value in ("with", "latter")):
        return True
    return mention.kind == "pred" and mention.form in ("verb", "either")
