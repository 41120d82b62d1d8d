"""What "respectively" shares out: "L3-4 and L4-5 show mild and moderate bulging, respectively"."""

from __future__ import annotations

from deepspine.labeling.lexicon import Rule
from deepspine.labeling.mentions import Mention

_WORDS = frozenset(("respectively", "resp"))
_VALUES = frozenset(("grade", "side"))
_HEADS = frozenset(("finding", "pred"))
_OF_HEAD = _HEADS | {"site"}
_PLACED = frozenset(("of", "level"))
_COMMA = Rule("mark.between_shares", "mark", ",", ())
_AT = Rule("of.before_share", "of", "at", ())
_FEWEST = 2


def with_shares(mentions: list[Mention], words: list[str]) -> list[Mention]:
    """Put each of the degrees or sides before a finding at its level: "bulging, | mild at L3-4, moderate at L4-5".

    Parameters
    ----------
    mentions
        Of a sentence, before `settle`.
    words
        Of the whole report.
    """
    if not mentions or _WORDS.isdisjoint(words[mentions[0].i : mentions[-1].j + 2]):
        return mentions
    levels = [level for mention in mentions for level in _each_level(mention)]
    for start, mention in enumerate(mentions):
        if mention.kind in _VALUES:
            values, end = _values(mentions, start)
            head = _end_of_head(mentions, end)
            if len(values) == len(levels) >= _FEWEST and head > end:
                return _shared_out(mentions, start, mentions[end:head], head, values, levels)
    return mentions


def _each_level(mention: Mention) -> list[Mention]:
    """Return a mention of several levels as one of each, in the order in which they are named."""
    if mention.kind != "level" or mention.group is None:
        return []
    found = []
    for level in mention.group.levels:
        one = Mention(mention.rule, mention.i, mention.j)
        one.group, one.form = mention.group._replace(levels=(level,)), "at"
        found.append(one)
    return found


def _values(mentions: list[Mention], start: int) -> tuple[list[Mention], int]:
    """Return the degrees or sides that a list names from a place on, and the place behind it."""
    values, place = [mentions[start]], start + 1
    while place + 1 < len(mentions) and mentions[place].value in (",", "and"):
        behind = place + 1 + (mentions[place].value == "," and mentions[place + 1].value == "and")
        if behind >= len(mentions) or mentions[behind].kind != mentions[start].kind:
            break
        values.append(mentions[behind])
        place = behind + 1
    return values, place


def _end_of_head(mentions: list[Mention], start: int) -> int:
    """Return the place behind a finding, or a site and what is said of it; `start` where none stands there."""
    place = start
    while place < len(mentions) and mentions[place].kind in _OF_HEAD:
        place += 1
    return place if any(mention.kind in _HEADS for mention in mentions[start:place]) else start


def _shared_out(
    mentions: list[Mention], start: int, head: list[Mention], end: int, values: list[Mention], levels: list[Mention]
) -> list[Mention]:
    places = {k for k, mention in enumerate(mentions) if mention.kind == "level"}
    places |= {k - 1 for k in places if k and mentions[k - 1].kind == "of"}
    last = max(places)
    before = [mention for k, mention in enumerate(mentions[:start]) if k not in places]
    if min(places) < start:  # "The L3-4 and L4-5 discs show ...": these words only place
        before = [mention for mention in before if mention.i < mentions[min(places)].i]
    behind = [m for k, m in enumerate(mentions) if k >= end and k > last] if last >= end else mentions[end:]
    told: list[Mention] = []
    for value, level in zip(values, levels, strict=True):
        told += [Mention(_COMMA, level.i, level.i), value, Mention(_AT, level.i, level.i), level]
    return [*before, *head, *told, *behind]
