"""Places told behind a lesion where it is not: "stenosis at neither L3-4 nor L4-5"."""

from __future__ import annotations

from copy import copy

from deepspine.labeling.lexicon import Rule
from deepspine.labeling.mentions import HEADS, Mention

_NEITHER = Rule("neg.neither_ahead", "neg", "no", ())
_ENDS = frozenset(("breaker", "conj", "mark"))


def with_neither_ahead(mentions: list[Mention], words: list[str]) -> list[Mention]:
    """Return the mentions with "neither" before the lesion that is denied: "no stenosis at L3-4 nor L4-5"."""
    start, headed = 0, False
    for place, mention in enumerate(mentions):
        if headed and words[mention.i] == "neither":
            behind = _levels_behind(mentions, place, words)
            denial = Mention(_NEITHER, mentions[start].i, mentions[start].i)
            return [*mentions[:start], denial, *mentions[start:place], *behind] if behind else mentions
        start, headed = (place + 1, False) if mention.kind in _ENDS else (start, headed or mention.kind in HEADS)
    return mentions


def _levels_behind(mentions: list[Mention], place: int, words: list[str]) -> list[Mention]:
    """Return what stands behind "neither" where levels are meant, without the word: "at | L3-4 nor L4-5", "level"."""
    neither = mentions[place]
    if neither.kind == "levelref" and neither.j > neither.i + 1:
        level, behind = copy(neither), mentions[place + 1 :]
        level.i += 1
    else:
        behind = [other for other in mentions[place + 1 : place + 2] if other.kind != "of"] + mentions[place + 2 :]
        if not behind or behind[0].kind != "level" or "nor" not in words[behind[0].i : behind[0].j]:
            return []
        level, behind = copy(behind[0]), behind[1:]
    level.form = "at"
    return [level, *behind]
