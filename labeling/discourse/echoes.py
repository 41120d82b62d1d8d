"""Levels of which a report says no more than that they are like another one: "L4-5: Similar findings"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from deepspine.labeling.clauses.normality import LIGHT
from deepspine.labeling.mentions import Mention
from deepspine.labeling.sentence import Sentence
from deepspine.labeling.statements import Statement

_KINDS = frozenset(("breaker", "conj", "cop", "level", "mark", "of", "present", "same", "to"))
"""Kinds of mentions of a sentence that says no more than that."""

_ALSO = frozenset(("here", "there", "that", "those", "seen", "present", "noted", "described", "similarly"))


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
    told = [s for s in statements if s.section == section and s.scope != "blanket" and not s.mode]
    source = other[0] if other else next((s.levels for s in reversed(told) if set(s.levels).isdisjoint(target)), ())
    if not target or not source:
        return []
    rule = next(mention.rule.id for mention in mentions if mention.kind == "same")
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
