"""Subjects of different levels in one clause, and clauses told on the way to another level.

"The canal at L3-4 and the foramina at L4-5 are narrowed" says it of each at its level, and "Unlike L4-5, where the
canal is narrowed, L3-4 shows ..." tells of L4-5 first.
"""

from __future__ import annotations

from copy import copy

from deepspine.labeling.arranging.paired_sides import SIDE_BY_POSITION
from deepspine.labeling.level_mentions import is_contrasted
from deepspine.labeling.lexicon import Rule
from deepspine.labeling.mentions import HEADS, SIDES, Mention

_APART = Rule("mark.between_subjects", "mark", ";", ())
_ENDS = frozenset(("mark", "breaker"))
_OF_SUBJECT = frozenset(("side", "site", "of", "level"))
_OF_STATE = frozenset(("cop", "grade", "side", "site", "vertebra"))
_PLACED = frozenset(("level", "of", "side", "side_post"))
_BY = frozenset(("by", "because", "due", "from", "secondary"))
"""Kinds of mentions of a part and its state, of the place of what is told, and words before what brings it about."""

_BEFORE_LEVEL = frozenset(("of", "breaker", "to"))
_RELATIVE = frozenset(("where", "which"))
_CONTRASTS = frozenset(("contrast", "contrary", "opposed", "unlike"))
_FEWEST = 2
_CHANGES = "degenerative_changes"
_BEFORE_DEGREE = frozenset(("finding", "mark", "cop", "conj"))
"""Kinds of mentions that such a degree follows."""


def with_subjects_apart(mentions: list[Mention], words: list[str]) -> list[Mention]:
    """Make clauses of their own of subjects with a level each, and of what is told of a level for contrast.

    Parameters
    ----------
    mentions
        Of a sentence, before `settle`.
    words
        Of the whole report.
    """
    if sum(mention.kind == "level" for mention in mentions) < _FEWEST:
        return mentions
    mentions = _with_contrast_told(mentions, words)
    start = next((k + 1 for k in range(len(mentions) - 1, -1, -1) if mentions[k].kind == "breaker"), 0)
    for first in dict.fromkeys((0, start)):
        subjects, verb = _subjects(mentions, first)
        if len(subjects) >= _FEWEST and verb < len(mentions) and mentions[verb].kind == "cop":
            end = next((k for k in range(verb, len(mentions)) if mentions[k].kind in _ENDS), len(mentions))
            return [*mentions[:first], *_said_of_each(subjects, mentions[verb:end]), *mentions[end:]]
    return mentions


def with_predicate_again(mentions: list[Mention], words: list[str]) -> list[Mention]:
    """Say of the next level what the first has: "the canal is narrowed at L3-4 by a bulge and | at L4-5 by a spur"."""
    verb = next((k for k, mention in enumerate(mentions) if mention.kind == "pred" and mention.form == "part"), 0)
    if not verb or not _names_subject(mentions[:verb]) or _place_with_cause(mentions, verb + 1, words) <= verb + 1:
        return mentions
    told = mentions[: verb + 1]
    for place, mention in enumerate(mentions[verb + 1 :], start=verb + 1):
        if mention.kind == "conj" and _place_with_cause(mentions, place + 1, words):
            told += [Mention(_APART, mention.i, mention.j), *map(copy, mentions[: verb + 1])]
        else:
            told.append(mention)
    return told


def _names_subject(mentions: list[Mention]) -> bool:
    kinds = {mention.kind for mention in mentions}
    return "site" in kinds and kinds <= _OF_STATE


def _place_with_cause(mentions: list[Mention], place: int, words: list[str]) -> int:
    """Return the place behind "at L3-4 on the left by", 0 where this does not stand there."""
    named = False
    while place < len(mentions) and (mentions[place].kind in _PLACED or words[mentions[place].i] in _BY):
        if words[mentions[place].i] in _BY:
            return place + 1 if named else 0
        named = named or mentions[place].kind == "level"
        place += 1
    return 0


def _subjects(mentions: list[Mention], start: int) -> tuple[list[list[Mention]], int]:
    """Return sites with a level each that "and" or commas join, from a place on, and the place behind them."""
    subjects: list[list[Mention]] = []
    place = start
    while True:
        end = place
        while end < len(mentions) and mentions[end].kind in _OF_SUBJECT:
            end += 1
        kinds = [mention.kind for mention in mentions[place:end]]
        if kinds.count("level") != 1 or not ("site" in kinds or (subjects and "side" in kinds)):
            return [], place
        told = [] if "site" in kinds else [mention for mention in subjects[-1] if mention.kind == "site"]
        subjects.append([*mentions[place:end][:1], *map(copy, told), *mentions[place + 1 : end]])
        place = end
        while place < len(mentions) and mentions[place].value in (",", "and"):
            place += 1
        if place == end:
            return subjects, place


def _said_of_each(subjects: list[list[Mention]], predicate: list[Mention]) -> list[Mention]:
    told = [*subjects[0], *predicate]
    for subject in subjects[1:]:
        told += [Mention(_APART, subject[0].i, subject[0].i), *subject, *map(copy, predicate)]
    return told


def without_contrast(mentions: list[Mention], words: list[str], start: int) -> tuple[list[Mention], int]:
    """Pass over levels at the front that others are but likened to: "Unlike L4-5, | L3-4 is normal".

    Parameters
    ----------
    mentions
        Of a sentence.
    words
        Of the whole report.
    start
        Where the sentence begins; returned with the mentions that are left, where these begin.
    """
    behind = _contrasted(mentions, words)
    following = mentions[behind : behind + 1] if behind else []
    if following and following[0].kind in ("level", "of"):
        return mentions[behind:], following[0].i
    return mentions, start


def _contrasted(mentions: list[Mention], words: list[str]) -> int:
    """Return the place behind levels for contrast at the front and their comma; 0 where there are none."""
    level = next((k for k, mention in enumerate(mentions) if mention.kind == "level"), len(mentions))
    if level + 2 >= len(mentions) or mentions[level + 1].value != ",":
        return 0
    at_front = all(mention.kind in _BEFORE_LEVEL for mention in mentions[:level])
    return level + 2 if at_front and is_contrasted(words, mentions[level].i) else 0


def _with_contrast_told(mentions: list[Mention], words: list[str]) -> list[Mention]:
    """Read "Unlike L4-5, where the canal is narrowed | , L3-4 shows ..." as two clauses."""
    behind = _contrasted(mentions, words)
    if not behind or words[mentions[behind].i] not in _RELATIVE:
        return mentions
    for end in range(behind + 1, len(mentions) - 1):
        if mentions[end].value == "," and mentions[end + 1].kind in ("level", "of"):
            parted = Mention(_APART, mentions[end].i, mentions[end].j)
            level = mentions[behind - 2]
            told = Mention(level.rule, level.j - 1, level.j)  # not right behind "unlike"
            told.group = level.group
            return [told, *mentions[behind + 1 : end], parted, *mentions[end + 1 :]]
    return mentions


def with_contrasted_side(mentions: list[Mention], words: list[str]) -> list[Mention]:
    """Make a clause of its own of a side set off by contrast: "normal, in contrast to | the right, which is severe"."""
    if not mentions or _CONTRASTS.isdisjoint(words[mentions[0].i : mentions[-1].j]):
        return mentions
    start = 0
    for place in range(1, len(mentions) - 2):
        side, comma, which = mentions[place : place + 3]
        start = place - 1 if mentions[place - 1].value == "," else start
        set_off = side.value in SIDE_BY_POSITION and side.kind in SIDES and comma.value == ","
        if not set_off or words[which.i] != "which" or _CONTRASTS.isdisjoint(words[mentions[start].j : side.j]):
            continue
        clause = [Mention(_APART, side.i, side.i), Mention(SIDE_BY_POSITION[side.value], side.i, side.j)]
        return [*mentions[:start], *clause, *mentions[place + 3 :]]
    return mentions


def without_degree_of_changes(mentions: list[Mention]) -> list[Mention]:
    """Leave out how far degenerative changes are, which have no grade: "changes are | moderate | at L5-S1"."""
    subject = next((place for place, mention in enumerate(mentions) if mention.value == _CHANGES), -1)
    if subject < 0:
        return mentions
    kept = mentions[: subject + 1]
    for place, mention in enumerate(mentions[subject + 1 :], start=subject + 1):
        if mention.kind in HEADS:
            return [*kept, *mentions[place:]]
        behind = [one.kind for one in mentions[place + 1 : place + 3]]
        if mention.kind == "grade" and behind == ["of", "level"] and kept[-1].kind in _BEFORE_DEGREE:
            while kept[-1].kind in ("cop", "mark") and kept[-1].value != ";":
                kept.pop()
            continue
        kept.append(mention)
    return kept
