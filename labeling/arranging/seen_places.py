"""Narrowings that are seen in a place: "mild stenosis is seen in the left foramen" is that of the foramen."""

from __future__ import annotations

from copy import copy

from deepspine.labeling.clauses.frames import DISCS, meanings
from deepspine.labeling.mentions import Mention

_VERBS = frozenset(("cop", "present"))
"""Kinds of mentions that only say that something is there."""

_OPENS_PLACE = frozenset(("of", "side", "side_post"))
_OF_PLACE = _OPENS_PLACE | {"level", "vertebra"}
_MAX_TO_SITE = 5
"""Mentions from such a verb to the site."""

_FINDS = frozenset(
    ("also", "again", "apparent", "appreciated", "centered", "centred", "demonstrated", "detected", "evident", "found",
     "identified", "located", "mainly", "noted", "observed", "present", "seen", "situated", "visible", "visualised",
     "visualized", "within", "the", "that", "both")
)  # fmt: skip
"""Words between the verb and the place that add nothing."""

_LIMITS = frozenset(("confined", "largely", "limited", "mainly", "only", "restricted"))
"""Words by which a lesion "is limited to" its place."""


def without_seen(mentions: list[Mention], words: list[str]) -> list[Mention]:
    """Return the mentions with verbs taken into the noun, with no site before it, that is seen in a place."""
    kept: list[Mention] = []
    place = 0
    while place < len(mentions):
        end = place + 1
        if mentions[place].kind in _VERBS and kept and _is_siteless(kept):
            end += place + 1 < len(mentions) and mentions[place + 1].kind == "focus"
            if _lies_behind(mentions, end, kept[-1], words):
                kept[-1] = copy(kept[-1])
                kept[-1].j = mentions[end].i
                place = end
                continue
        kept.append(mentions[place])
        place += 1
    return kept


def _is_siteless(before: list[Mention]) -> bool:
    """Whether mentions end in a noun that no site stands before: "mild | stenosis", not "canal stenosis"."""
    noun = before[-1]
    is_noun = noun.kind in ("finding", "pred") and noun.form in ("noun", "either")
    return is_noun and not any(mention.kind == "site" for mention in before[-2:-1])


def _lies_behind(mentions: list[Mention], place: int, noun: Mention, words: list[str]) -> bool:
    """Whether a place stands behind a verb whose site the noun can be said of."""
    ahead = mentions[place : place + _MAX_TO_SITE]
    site = next((mention for mention in ahead if mention.kind not in _OF_PLACE), None)
    if site is None or ahead[0].kind not in _OPENS_PLACE:
        return False
    found = words[mentions[place - 1].j : ahead[0].i]
    return site.kind == "site" and (noun.value, site.value) in meanings() and _FINDS.issuperset(found)


def with_limits(mentions: list[Mention], words: list[str]) -> list[Mention]:
    """Return the mentions with levels that a lesion "is limited to" behind it: "bulging of the discs at | L5-S1"."""
    for place in range(2, len(mentions) - 1):
        verb, to, level = mentions[place - 1 : place + 2]
        limits = verb.kind == "cop" and to.kind == "to" and level.kind in ("level", "levels") and verb.j < to.i
        if limits and _LIMITS.issuperset(words[verb.j : to.i]):
            level.form = "at"
            return [*map(_as_discs, mentions[: place - 1]), *mentions[place + 1 :]]
    return mentions


def _as_discs(mention: Mention) -> Mention:
    """Return "the discs" as what is meant and no place."""
    return Mention(DISCS, mention.i, mention.j) if (mention.kind, mention.value) == ("levelref", "all") else mention
