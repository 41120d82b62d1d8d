"""Sides that a clause goes on about: "bulging more on the left, where it narrows the foramen"."""

from __future__ import annotations

from deepspine.labeling.arranging.paired_sides import SIDE_BY_POSITION
from deepspine.labeling.lexicon import Rule
from deepspine.labeling.mentions import SIDES, Mention

_SIDED = frozenset(("foramen", "recess", "root"))
_ENDS = frozenset((";", ".", "but", "while"))
_LEVELS = frozenset(("level", "levels"))
_WHICH = Rule("breaker.of_component", "breaker", "which", ())
_COMPONENT = ["with", "side", "zone"]


def with_clause_of_component(mentions: list[Mention]) -> list[Mention]:
    """Say of a part of a lesion what it does: "bulge with a left foraminal component | contacting the root"."""
    arranged: list[Mention] = []
    for mention in mentions:
        does = mention.kind == "pred" and mention.form == "verb"
        if does and [_name(before) for before in arranged[-len(_COMPONENT) :]] == _COMPONENT:
            arranged.append(Mention(_WHICH, mention.i, mention.i))
        arranged.append(mention)
    return arranged


def _name(mention: Mention) -> str:
    return mention.value if mention.kind == "breaker" else mention.kind


def with_sides_where(mentions: list[Mention], words: list[str]) -> list[Mention]:
    """Give foramina, recesses and roots behind "where" the side that stands before it, up to another side or level."""
    if "where" not in words[mentions[0].i : mentions[-1].j]:
        return mentions
    arranged: list[Mention] = []
    side = ""
    for mention in mentions:
        before = next((one for one in reversed(arranged[-2:]) if one.value != ","), None)
        if mention.kind in SIDES or mention.kind in _LEVELS or words[mention.i] in _ENDS:
            side = ""
        elif words[mention.i] == "where":
            side = before.value if before is not None and before.kind in SIDES else ""
        elif side in SIDE_BY_POSITION and mention.kind == "site" and mention.value in _SIDED:
            arranged.append(Mention(SIDE_BY_POSITION[side], mention.i, mention.i))
        arranged.append(mention)
    return arranged
