"""Levels of which a report says no more than that they are like another one: "L4-5: Similar findings"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from deepspine.labeling.clauses.normality import LIGHT
from deepspine.labeling.mentions import Mention
from deepspine.labeling.statements import Statement
from deepspine.labeling.texts.sentence import Sentence

_KINDS = frozenset(("breaker", "conj", "cop", "level", "mark", "of", "present", "same", "to"))
"""Kinds of mentions of a sentence that says no more than that."""

_ALSO = frozenset(("here", "there", "that", "those", "seen", "present", "noted", "described", "similarly"))

_LIKE = frozenset(("same", "similar", "identical", "likewise", "ditto", "idem"))
_BEHIND_AS = frozenset(("above", "at", "described", "for", "with"))
"""What makes a likeness of "as": "As at L3-4", "As above"."""

_OF_LIKENESS = frozenset(
    ("above", "again", "also", "appearance", "appearances", "are", "as", "at", "change", "changes", "described",
     "features", "findings", "for", "in", "is", "level", "noted", "of", "picture", "seen", "that", "the", "those", "to")
)  # fmt: skip
_BEHIND_LIKENESS = frozenset((".", ",", ";", "but", "with", "without", "plus", "except", "though", "although"))


@dataclass(frozen=True, slots=True)
class Likeness:
    """What opens the text below a level: "L4-5: As at L3-4 | but with a protrusion".

    Attributes
    ----------
    end
        Token behind it.
    source
        Levels that it names; empty for the last ones told.
    """

    end: int
    source: tuple[int, ...]


def opening_likeness(words: Sequence[str], start: int, end: int, mentions: Sequence[Mention]) -> Likeness | None:
    """Return the likeness that opens a sentence below the heading of a level; None where none does.

    "Similar to the prior study" is none, and "similar mild bulge" is a finding.
    """
    levels = {mention.i: mention for mention in mentions if mention.kind == "level"}
    source: tuple[int, ...] = ()
    place, found = start, False
    while place < end:
        level = levels.get(place)
        if level is not None and level.group is not None and found and not source:
            source, place = level.group.levels, level.j
            continue
        likened = place + 1 in levels or not _BEHIND_AS.isdisjoint(words[place + 1 : place + 2])
        if words[place] in _LIKE or (likened and words[place] in ("as", "like")):
            found = True
        elif words[place] not in _OF_LIKENESS:
            break
        place += 1
    ended = place == end or words[place] in _BEHIND_LIKENESS
    return Likeness(place, source) if found and ended else None


def like_another(
    likeness: Likeness, sentence: Sentence, target: tuple[int, ...], statements: Sequence[Statement], section: str
) -> list[Statement]:
    """Return what the other level has as statements of the levels of a heading, of which nothing was told before."""
    told = _told(statements, section)
    if not likeness.source and any(not set(s.levels).isdisjoint(target) for s in told):
        return []
    source = likeness.source or _last_levels(told, target)
    return _again(told, source, target, "same.heading", sentence)


def without_outdone(statements: list[Statement], echoes: Sequence[Statement]) -> list[Statement]:
    """Leave out echoes of what a report tells of the level itself: "As at L3-4, but with severe stenosis"."""
    if not echoes:
        return statements
    repeated = {id(echo) for echo in echoes}
    own = [statement for statement in statements if id(statement) not in repeated and statement.scope != "blanket"]
    return [s for s in statements if id(s) not in repeated or not any(_is_of_same(s, other) for other in own)]


def _is_of_same(one: Statement, other: Statement) -> bool:
    of_levels = not set(one.levels).isdisjoint(other.levels)
    return of_levels and one.finding == other.finding and (one.sides == other.sides or bool(one.sides & other.sides))


def echoed(
    words: Sequence[str],
    sentence: Sentence,
    start: int,
    mentions: Sequence[Mention],
    headed: tuple[int, ...],
    statements: Sequence[Statement],
    section: str,
) -> list[Statement]:
    """Return what another level has as statements of the level that a sentence likens to it.

    Parameters
    ----------
    words, sentence, start, mentions
        Words of the report, and the sentence from the token behind its headings on.
    headed
        Levels of its heading; empty without one.
    statements, section
        What was said so far, and the section in which it is taken up: findings are not echoed in an impression.
    """
    if not _says_no_more(words, sentence, start, mentions):
        return []
    named = [mention.group.levels for mention in mentions if mention.group is not None]
    target = headed or (named[0] if named else ())
    other = named if headed else named[1:]
    told = _told(statements, section)
    source = other[0] if other else _last_levels(told, target)
    rule = next(mention.rule.id for mention in mentions if mention.kind == "same")
    return _again(told, source, target, rule, sentence)


def _told(statements: Sequence[Statement], section: str) -> list[Statement]:
    return [s for s in statements if s.section == section and s.scope != "blanket" and not s.mode]


def _last_levels(told: Sequence[Statement], target: tuple[int, ...]) -> tuple[int, ...]:
    return next((s.levels for s in reversed(told) if set(s.levels).isdisjoint(target)), ())


def _again(
    told: Sequence[Statement], source: tuple[int, ...], target: tuple[int, ...], rule: str, sentence: Sentence
) -> list[Statement]:
    """Return what was told of the first of some levels as statements of others."""
    if not target or not source:
        return []
    return [
        replace(statement, levels=target, rule=rule, i=sentence.i, j=sentence.j, exclude=())
        for statement in told
        if source[0] in statement.levels and set(statement.levels).isdisjoint(target)
    ]


def _says_no_more(words: Sequence[str], sentence: Sentence, start: int, mentions: Sequence[Mention]) -> bool:
    """Whether a sentence holds nothing but levels and the likeness."""
    kinds = {mention.kind for mention in mentions}
    if "same" not in kinds or not kinds <= _KINDS:
        return False
    covered = {place for mention in mentions for place in range(mention.i, mention.j)}
    left = (words[place] for place in range(start, sentence.j) if place not in covered)
    return all(word in LIGHT or word in _ALSO or not word.isalnum() for word in left)
