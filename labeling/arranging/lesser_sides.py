"""Sides that have less of a finding: "severe on the left and, to a lesser extent, on the right"."""

from __future__ import annotations

from deepspine.labeling.clauses.frames import NONE
from deepspine.labeling.lexicon import Rule
from deepspine.labeling.mentions import SIDES, Mention

_LESS = Rule("grade.lesser_side", "grade", "range", ())


def with_lesser_sides(mentions: list[Mention], words: list[str]) -> list[Mention]:
    """Give the side behind "to a lesser extent" every degree up to that of the side before it."""
    arranged: list[Mention] = []
    degree = 0
    for place, mention in enumerate(mentions):
        behind = next((one for one in mentions[place + 1 : place + 3] if one.value != ","), None)
        if mention.kind == "grade":
            degree = mention.bits
        elif degree and mention.kind == "focus" and "lesser" in words[mention.i : mention.j]:
            if behind is not None and behind.kind in SIDES:
                if arranged and arranged[-1].value == ",":
                    arranged.pop()
                mention = Mention(_LESS, mention.i, mention.j)
                mention.bits = ((1 << degree.bit_length()) - 1) & ~NONE
        elif mention.value == "," and arranged and arranged[-1].rule is _LESS:
            continue
        arranged.append(mention)
    return arranged
