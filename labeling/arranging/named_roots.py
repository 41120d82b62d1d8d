"""Roots named together, which one noun is said of: "compression of the left L5 and S1 | nerve roots"."""

from __future__ import annotations

from deepspine.labeling.lexicon import Rule
from deepspine.labeling.mentions import SIDES, Mention

_JOINTS = frozenset(("conj", "mark"))
_BOTH = {kind: Rule(f"{kind}.of_roots", kind, "both", ()) for kind in SIDES}


def with_roots_together(mentions: list[Mention]) -> list[Mention]:
    """Leave one root of those that a side stands before, with the sides of all: "of left L5 and right S1 roots"."""
    found: list[Mention] = []
    index = 0
    while index < len(mentions):
        end = _last_root(mentions, index) if mentions[index].kind in SIDES else 0
        if end:
            named = {other.value for other in mentions[index:end] if other.kind in SIDES}
            side = mentions[index]
            found.append(side if len(named) == 1 else Mention(_BOTH[side.kind], side.i, side.j))
            index = end
            continue
        found.append(mentions[index])
        index += 1
    return found


def _last_root(mentions: list[Mention], side: int) -> int:
    """Return the place of the last of several vertebrae behind a side, whose roots are named; 0 where it is none."""
    place, last = side + 1, 0
    while place + 2 < len(mentions) and mentions[place].kind == "vertebra" and mentions[place + 1].kind in _JOINTS:
        place += 2 + (mentions[place + 2].kind in SIDES)
        last = place
    if not last or last + 1 >= len(mentions) or mentions[last].kind != "vertebra":
        return 0
    return last if (mentions[last + 1].kind, mentions[last + 1].value) == ("site", "root") else 0
