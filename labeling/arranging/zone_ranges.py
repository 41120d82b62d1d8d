"""Zones from one to another, and zones in brackets behind one: "central to left paracentral protrusion"."""

from __future__ import annotations

from deepspine.labeling.lexicon import Node, Rule
from deepspine.labeling.mentions import Mention

_SIDES = {side: Rule(f"side.{side}_of_range", "side", side, ()) for side in ("left", "right")}
_JOINING = frozenset(("to", "("))
_BRACKETED = 3
"""Mentions of a zone in brackets."""


def with_zones_joined(mentions: list[Mention], words: list[str], root: Node) -> list[Mention]:
    """Return the mentions with "to" between two zones, and a bracket between two, read as "/" is.

    "Central | to left paracentral", "left paracentral | to foraminal", "far lateral | (extraforaminal) protrusion".
    """
    joint = root["/"].rule
    assert joint is not None
    joined: list[Mention] = []
    closing = -1
    for place, mention in enumerate(mentions):
        if place == closing:
            continue
        word = words[mention.i]
        if word not in _JOINING or not joined or joined[-1].j != mention.i or not _is_zone(joined[-1]):
            joined.append(mention)
        elif word == "to" and _stands_next(mentions, place + 1, mention):
            joined.append(Mention(joint, mention.i, mention.i + 1))
            if mention.kind == "side_post":
                joined.append(Mention(_SIDES[mention.value], mention.i + 1, mention.j))
        elif word == "(" and _is_bracketed(mentions, place):
            joined.append(Mention(joint, mention.i, mention.j))
            closing = place + 2
        else:
            joined.append(mention)
    return joined


def _is_zone(mention: Mention) -> bool:
    """Whether a mention names a zone, or a site that may be one: "foraminal"."""
    return mention.kind == "zone" or (mention.kind, mention.form) == ("site", "adj")


def _stands_next(mentions: list[Mention], place: int, to: Mention) -> bool:
    """Whether a zone, maybe with its side, stands right behind "to"; the side may be read together with it."""
    one, other = [*mentions[place : place + 2], to, to][:2]
    if to.kind == "side_post":
        return to.value in _SIDES and _is_zone(one) and one.i == to.j
    if to.kind != "to" or one.i != to.j:
        return False
    return _is_zone(one) or (one.kind == "side" and _is_zone(other) and other.i == one.j)


def _is_bracketed(mentions: list[Mention], place: int) -> bool:
    """Whether brackets hold nothing but a zone, and the lesion stands behind them."""
    if place + _BRACKETED >= len(mentions):
        return False
    zone, close, lesion = mentions[place + 1 : place + 1 + _BRACKETED]
    return _is_zone(zone) and close.value == ")" and close.i == zone.j and lesion.kind == "finding"
