"""What "previously" and "operated" take with them: a degree, a state, what was operated on."""

from __future__ import annotations

from deepspine.labeling.arranging.degree_words import is_value
from deepspine.labeling.mentions import CLAUSE_ENDS, HEADS, NAMED, SIDES, Mention
from deepspine.labeling.texts.markup import NEWLINE

_BEFORE_OPERATED = frozenset(("level", "site", "side", "zone", "of", "grade"))
"""Kinds of mentions between "operated" and what was operated on."""

EXAMINATIONS = frozenset(("study", "examination", "exam", "scan", "mri"))
_BEHIND_VALUE = frozenset(("previously", "formerly", "earlier", "before", "past", "time", "historically"))
"""Last words of phrases for the past that may stand behind a value: "moderate | previously"."""

_UNCHANGED = frozenset(("persist", "persists", "persisting", "stable", "unaltered", "unchanged"))
STOPS = frozenset((".", ";", ",", NEWLINE, "but"))
FORMERLY = (["previously"], ["formerly"], ["earlier"], ["before"])
_MAX_CLAUSE = 24
"""Words between what was and whether it is still so."""


def skip_prior(mentions: list[Mention], index: int, kept: list[Mention], words: list[str]) -> int:
    """Remove the grade that belongs to the past: behind "previously", or before "before"."""
    if behind := _behind_prior(mentions, index, kept, words):
        return behind
    if kept and kept[-1].kind == "post_neg" and kept[-1].value == "no" and kept[-1].j == mentions[index].i:
        kept.pop()  # What was not seen before is new.
        return index + 1
    if _is_behind_value(mentions, index, kept, words):
        kept.pop()
        return index + 1
    start = len(kept)
    while start and not (
        kept[start - 1].kind in ("breaker", "conj")
        or (kept[start - 1].kind == "mark" and kept[start - 1].value in CLAUSE_ENDS)
    ):
        start -= 1
    clause = kept[start:]
    begin = kept[start - 1].i if start else mentions[0].i
    past = any(word in ("was", "were", "absent", "been") for word in words[begin : mentions[index].i])
    heads = any(mention.kind in ("pred", "finding") for mention in clause)
    if past and any(mention.kind in ("grade", "post_neg") for mention in clause):
        if not heads:
            del kept[start:]
        elif words[mentions[index].i].startswith(("pre", "before")):
            kept[start:] = [mention for mention in clause if mention.kind in ("site", "side", "level")]
    following = mentions[index + 1] if index + 1 < len(mentions) else None
    examination = following is not None and following.value == "other" and words[following.i] in EXAMINATIONS
    return index + (2 if examination else 1)


def _behind_former_state(mentions: list[Mention], index: int, words: list[str]) -> int:
    """Return the place behind the state of a site before: "previously | mildly narrowed canal"; 0 without one.

    It stands before its site, or fills the item: "is now patent, previously | narrowed".
    """
    prior, place = mentions[index], index + 1
    if words[prior.i : prior.j] not in FORMERLY or _is_unchanged(prior, words):
        return 0
    if place < len(mentions) and mentions[place].kind == "grade":
        place += 1
    state = mentions[place] if place < len(mentions) else None
    if state is None or not (state.kind == "open" or (state.kind == "pred" and state.form == "part")):
        return 0
    ends = place + 1 == len(mentions) or mentions[place + 1].kind in ("mark", "breaker", "side", "site")
    return place + 1 if ends else 0


def _is_of_past(following: Mention, prior: Mention, words: list[str]) -> bool:
    """Whether a degree is but what something was: "previously | mild"."""
    return following.i - prior.j <= 1 and _was_told(following, words) and not _is_unchanged(prior, words)


def _is_unchanged(prior: Mention, words: list[str]) -> bool:
    """Whether what was is still so: "the previously | noted severe stenosis persists"."""
    for word in words[prior.j : prior.j + _MAX_CLAUSE]:
        if word in STOPS:
            return False
        if word in _UNCHANGED:
            return True
    return False


def skip_operated(mentions: list[Mention], index: int, kept: list[Mention]) -> int:
    """Leave out what was operated on, but its level: "operated | L4-5 disc herniation", "surgery for | stenosis"."""
    place = index + 1
    while place < len(mentions) and mentions[place].kind in _BEFORE_OPERATED:
        place += 1
    if place == len(mentions) or mentions[place].kind not in HEADS or mentions[place].form in ("verb", "part"):
        return index + 1
    kept.extend(mention for mention in mentions[index + 1 : place] if mention.kind == "level")
    return place + 1


def is_former_type(following: Mention, prior: Mention, kept: list[Mention]) -> bool:
    """Whether a Modic type is that of the past, and another the present one: "type 2 (formerly | type 1)"."""
    told = following.rule.id == "modic.type" and following.i - prior.j <= 1
    return told and any(mention.rule.id == "modic.type" for mention in kept)


def _was_told(mention: Mention, words: list[str]) -> bool:
    """Whether a mention behind "previously" says how it was: "mild", "absent", "not present"."""
    return is_value(mention, words) or (mention.kind == "post_neg" and words[mention.i] == "not")


def _is_behind_value(mentions: list[Mention], index: int, kept: list[Mention], words: list[str]) -> bool:
    """Whether the past ends an item behind its value: "stenosis, moderate | previously, is severe"."""
    prior = mentions[index]
    if words[prior.j - 1] not in _BEHIND_VALUE or not kept or kept[-1].j != prior.i or not is_value(kept[-1], words):
        return False
    following = mentions[index + 1] if index + 1 < len(mentions) else None
    return following is None or following.kind in ("mark", "breaker")


def _behind_prior(mentions: list[Mention], index: int, kept: list[Mention], words: list[str]) -> int:
    """Return the place behind what a word for the past takes along from behind it; 0 where it takes nothing."""
    following = mentions[index + 1] if index + 1 < len(mentions) else None
    if following is None:
        return 0
    if is_former_type(following, mentions[index], kept):
        return index + 2
    if behind := _behind_former_state(mentions, index, words):
        return behind
    if not _is_of_past(following, mentions[index], words):
        return 0
    behind = index + 2
    while behind < len(mentions) and mentions[behind].kind in SIDES:
        behind += 1
    # "Previously | mild left stenosis" still has its side; the one of "previously | moderate on the left" goes.
    return index + 2 if behind < len(mentions) and mentions[behind].kind in NAMED else behind


def is_year(word: str) -> bool:
    """Whether a word is a year of the last or of this century."""
    return len(word) == len("2018") and word.isdigit() and word[:2] in ("19", "20")
