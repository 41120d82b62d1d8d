"""Sides that a clause with "where" goes on about: "bulging more on the left, where it narrows the foramen"."""

from __future__ import annotations

from deepspine.labeling.arranging.paired_sides import SIDE_BY_POSITION
from deepspine.labeling.mentions import SIDES, Mention

_SIDED = frozenset(("foramen", "recess", "root"))
_ENDS = frozenset((";", ".", "but", "while"))
_LEVELS = frozenset(("level", "levels"))


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
