"""What is so now: "severe stenosis is now mild", "mild stenosis has become severe on the left"."""

from __future__ import annotations

from deepspine.labeling.arranging.degree_words import is_adverb
from deepspine.labeling.lexicon import Rule
from deepspine.labeling.mentions import CLAUSE_ENDS, DEGREES, HEADS, MODIFIED, SIDES, Mention

NOW = frozenset(("now", "currently", "presently", "today"))
_PRESENT = NOW | {"to"}
TURNS = NOW | {"become", "becomes", "became"}
_JOINTS = frozenset(("breaker", "conj", "cop", "mark", "to"))
"""Kinds of mentions between the side of a change and what it is now: "increased on the right | and it is now"."""

CHANGED_SIDE = Rule("change.of_side", "breaker", "but", ())
"""What stands before the present degree of the side that has changed; the other side keeps the degree before."""


def with_changed_side(mentions: list[Mention], words: list[str]) -> list[Mention]:
    """Set off the degree that one side has now: "mild bilateral narrowing has increased | on the right, now severe".

    The side is put behind the degree, as in "progressed to severe on the right".
    """
    found: list[Mention] = []
    index = 0
    while index < len(mentions):
        mention = mentions[index]
        if _turns_to_present(mention, words) and _is_degree_of_side(mentions, index + 1):
            mention = Mention(CHANGED_SIDE, mention.i, mention.j)
        elif mention.kind in SIDES and found and _is_change(found, words):
            end = _present_degree(mentions, index + 1, words)
            if end:
                found += [Mention(CHANGED_SIDE, mention.i, mention.i), mentions[end]]
                index = end
        found.append(mention)
        index += 1
    return found


def _turns_to_present(mention: Mention, words: list[str]) -> bool:
    """Whether a mention leads from what was to what is: "now", "is now", "has become", "progressed to"."""
    if mention.kind == "change":
        return mention.value == "to"
    return mention.kind in ("breaker", "cop") and not TURNS.isdisjoint(words[mention.i : mention.j])


def _is_degree_of_side(mentions: list[Mention], index: int) -> bool:
    """Whether a degree and the one side that has it stand at a place: "now | severe on the right"."""
    if index + 1 >= len(mentions) or mentions[index].kind != "grade":
        return False
    side = mentions[index + 1]
    return side.kind == "side_post" and side.value in ("left", "right") and side.i == mentions[index].j


def _is_change(before: list[Mention], words: list[str]) -> bool:
    """Whether a change, at most with its degree, stands just before a side: "increased | slightly on the right"."""
    change = before[-1]
    if change.kind == "grade" and len(before) > 1 and is_adverb(words[change.i : change.j]):
        change = before[-2]
    return change.kind == "trend"


def _present_degree(mentions: list[Mention], index: int, words: list[str]) -> int:
    """Return the place of the degree of "and is | now severe", right behind the side of a change; 0 without one."""
    now = False
    while index < len(mentions) and mentions[index].kind in _JOINTS:
        now = now or not _PRESENT.isdisjoint(words[mentions[index].i : mentions[index].j])
        index += 1
    if not now or index == len(mentions) or _is_degree_of_side(mentions, index):
        return 0
    return index if mentions[index].kind == "grade" else 0


def with_present_degree(mentions: list[Mention], words: list[str]) -> list[Mention]:
    """Leave out the degree that a head had before: "severe stenosis is now | mild", "severe stenosis, now | mild"."""
    kept: list[Mention] = []
    for index, mention in enumerate(mentions):
        is_degree = mention.kind in ("grade", "number") and not _is_attribute(mentions, index)
        if is_degree and _ends_in_the_present(kept, words) and not _is_degree_of_side(mentions, index):
            drop_degrees_of_last_head(kept)
        kept.append(mention)
    return kept


def _ends_in_the_present(kept: list[Mention], words: list[str]) -> bool:
    """Whether what was read ends in "now", "is now only", "now appears" or "has become", said of no part of it."""
    start = len(kept)
    while start and kept[start - 1].kind in ("breaker", "cop"):
        start -= 1
    of_part = any(mention.rule is CHANGED_SIDE for mention in kept[start:]) or (
        start and kept[start - 1].kind == "levelref"
    )
    return start < len(kept) and not of_part and not TURNS.isdisjoint(words[kept[start].i : kept[-1].j])


def _is_attribute(mentions: list[Mention], index: int) -> bool:
    """Whether a mention stands right before the noun that it modifies: "there is now | severe stenosis"."""
    following = mentions[index + 1] if index + 1 < len(mentions) else None
    return following is not None and following.kind in MODIFIED and following.i == mentions[index].j


def drop_degrees_of_last_head(kept: list[Mention]) -> None:
    """Drop what a head was before it changed: "moderate stenosis at L4-5 has progressed | to severe"."""
    head = next((k for k in range(len(kept) - 1, -1, -1) if kept[k].kind in HEADS), -1)
    start = head
    while start > 0 and kept[start - 1].kind not in HEADS and kept[start - 1].value not in CLAUSE_ENDS:
        start -= 1
    kept[:] = [mention for k, mention in enumerate(kept) if not (start <= k and mention.kind in DEGREES)]
