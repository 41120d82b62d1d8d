"""Types of endplate changes that stand apart from them: "Modic changes, fatty at L4-5 (type 2) and oedematous ...".

Behind changes without a type, types are shared out over levels as degrees are over those of a stenosis, and what is
fatty, oedematous or sclerotic has a type: "Endplate changes at L4-5 (type 2) and L5-S1 (type 1)".
"""

from __future__ import annotations

from deepspine.labeling.clauses.frames import TYPES_ABOVE_DEGREES, Topic
from deepspine.labeling.lexicon import Rule
from deepspine.labeling.mentions import HEADS, Mention
from deepspine.labeling.number_mentions import ANY_MODIC_TYPE

_TYPE1, _TYPE2, _TYPE3 = 2, 4, 8
_ADJECTIVES = {
    **dict.fromkeys(("oedematous", "edematous", "oedema", "edema", "fibrovascular", "inflammatory"), _TYPE1),
    **dict.fromkeys(("fatty", "fat"), _TYPE2),
    **dict.fromkeys(("sclerotic", "sclerosis"), _TYPE3),
}
_BEFORE = frozenset(
    ("with", "is", "are", "was", "of", "and", "or", "to", "into", "mixed", "predominantly", "mainly", "mostly",
     "largely", "partly", "now", "purely", "endplate", "active")
)  # fmt: skip
"""Words that may stand before an adjective that is said of endplate changes."""

_OF_MARROW = frozenset(("bone", "marrow", "subchondral", "associated", "surrounding", "adjacent"))
"""Words before "oedema" that are one with it."""

_OF_ANY_BONE = frozenset(("fat", "oedema", "other", "sclerosis"))
"""Predicates that are of an endplate only where they are said of it."""

_NOUNS = frozenset(
    ("type", "types", "in", "nature", "character", "appearance", "change", "changes", "signal", "replacement",
     "conversion", "ones", "origin")
)  # fmt: skip
_BEHIND = frozenset(("at", "and", "or", "to", "but", "with", "without", "which"))
_JOINTS = frozenset(("and", "/", "to", "or", "-", ","))
_ADJECTIVES_AHEAD = frozenset((*_ADJECTIVES, "and", "/", "mixed", "-"))
_MODIC = Rule("modic.type_by_word", "finding", "modic", ())
_TYPE = Rule("modic.type_by_word", "number", "", (), form="type")
_AS_GRADE = Rule("modic.type_of_changes", "grade", "", ())
_TYPE_WORDS = frozenset(("type", "types", "modic", "mixed", "stage", "grade"))


def with_types(mentions: list[Mention], words: list[str], topic: Topic | None) -> list[Mention]:
    """Let types told behind endplate changes be theirs.

    Parameters
    ----------
    mentions
        Of a sentence, before `settle`.
    words
        Of the whole report.
    topic
        What a heading before the sentence names.
    """
    headed = topic is not None and topic.finding is not None and topic.finding.value == "modic"
    changes = next((mention for mention in mentions if _is_change(mention)), None)
    if (changes is None and not headed) or any(mention.kind == "infection" for mention in mentions):
        return mentions
    mentions = _with_adjectives(mentions, words, headed=changes is None)
    if changes is None or changes.bits != ANY_MODIC_TYPE or any(mention.kind == "change" for mention in mentions):
        return mentions
    types = [mention for mention in mentions if mention.i > changes.i and _is_type(mention, words)]
    if not types:
        return mentions
    if not _tells_of_changes_alone(mentions):
        return _with_type_behind(mentions, changes, types)
    return [_as_grade(m) if m in types else m for m in mentions if m.kind != "grade"]


def _is_change(mention: Mention) -> bool:
    return (mention.kind, mention.value) == ("finding", "modic")


def _tells_of_changes_alone(mentions: list[Mention]) -> bool:
    kinds = {mention.kind for mention in mentions}
    return "neg" not in kinds and all(_is_change(mention) for mention in mentions if mention.kind in HEADS)


def _with_type_behind(mentions: list[Mention], changes: Mention, types: list[Mention]) -> list[Mention]:
    """Let changes have the type that stands right behind them: "bulge with endplate changes, | fatty, and stenosis"."""
    between = [mention for mention in mentions if changes.j <= mention.i < types[0].i]
    if len(types) > 1 or any(m.kind not in ("cop", "focus") and m.value not in (",", "(") for m in between):
        return mentions
    typed = Mention(changes.rule, changes.i, changes.j)
    typed.bits = types[0].bits
    return [typed if mention is changes else mention for mention in mentions if mention is not types[0]]


def _is_type(mention: Mention, words: list[str]) -> bool:
    """Whether a mention is but a type: "type 2", "Modic I", and not "type 2 endplate changes"."""
    if mention.kind == "number":
        return mention.form == "type"
    spoken = [word for word in words[mention.i : mention.j] if word.isalpha()]
    named = _is_change(mention) and mention.bits != ANY_MODIC_TYPE
    return named and bool(spoken) and spoken[0] in _TYPE_WORDS and "changes" not in spoken and "change" not in spoken


def _as_grade(kind: Mention) -> Mention:
    grade = Mention(_AS_GRADE, kind.i, kind.j)
    grade.bits = kind.bits << TYPES_ABOVE_DEGREES
    return grade


def _with_adjectives(mentions: list[Mention], words: list[str], *, headed: bool) -> list[Mention]:
    """Read "fatty", "oedematous and fatty", "with oedema" as the types that they are."""
    covered = {place for m in mentions if not _is_of_marrow(m, words) for place in range(m.i, m.j)}
    start, end = mentions[0].i, _end_of_sentence(mentions[-1].j, words)
    while start and words[start - 1] in _ADJECTIVES_AHEAD:
        start -= 1
    typed = {m.j for m in mentions if _is_change(m) and m.bits != ANY_MODIC_TYPE}
    found: list[Mention] = []
    for place in range(start, end):
        bits = _ADJECTIVES.get(words[place], 0)
        if not bits or place in covered or place in typed:  # "Modic 3 endplate | sclerosis"
            continue
        first, stop = place, place + 1
        while first > start and words[first - 1] in _OF_MARROW and first - 1 not in covered:
            first -= 1
        while stop < end and words[stop] in _NOUNS and stop not in covered:
            stop += 1
        if found and _is_joined(found[-1].j, place, words):
            found[-1].bits |= bits
            found[-1].j = stop
        elif _stands_before(words, first, start, covered):
            found.append(_typed(_MODIC if headed else _TYPE, first, stop, bits))
    _join_to_changes(mentions, found, words)
    return _merged(mentions, [kind for kind in found if _ends_there(kind.j, end, words, covered)])


def _is_of_marrow(mention: Mention, words: list[str]) -> bool:
    """Whether a mention is but marrow or what it may have, without a label of its own: "oedema", "bone marrow"."""
    if mention.kind == "pred":
        return mention.value in _OF_ANY_BONE
    return mention.value == "other" and _OF_MARROW.issuperset(words[mention.i : mention.j])


def _join_to_changes(mentions: list[Mention], found: list[Mention], words: list[str]) -> None:
    """Let "fatty and | oedematous endplate changes" have both types."""
    for kind in found:
        for mention in mentions:
            if _is_change(mention) and mention.bits != ANY_MODIC_TYPE and _is_joined(kind.j, mention.i, words):
                mention.bits |= kind.bits


def _typed(rule: Rule, start: int, end: int, bits: int) -> Mention:
    mention = Mention(rule, start, end)
    mention.bits, mention.number = bits, float(bits.bit_length() - 1)
    return mention


def _end_of_sentence(place: int, words: list[str]) -> int:
    while place < len(words) and words[place] not in (".", ";", "\n"):
        place += 1
    return place


def _is_joined(end: int, place: int, words: list[str]) -> bool:
    """Whether two adjectives are of one change: "fatty and | oedematous", "fatty/ | oedematous"."""
    return place - end == 1 and words[end] in _JOINTS and words[end] != ","


def _stands_before(words: list[str], place: int, start: int, covered: set[int]) -> bool:
    """Whether what stands before an adjective lets it be said of the changes."""
    before = words[place - 1] if place > start else ""
    return not before or not before.isalpha() or before in _BEFORE or place - 1 in covered


def _ends_there(end: int, stop: int, words: list[str], covered: set[int]) -> bool:
    """Whether no noun follows that an adjective would be of: "fatty | infiltration of the muscles"."""
    return end >= stop or not words[end].isalpha() or words[end] in _BEHIND or end in covered


def _merged(mentions: list[Mention], found: list[Mention]) -> list[Mention]:
    """Return both, a type in the place of the conjunction between its words, of oedema, and of "with" before it."""
    inside = {place for kind in found for place in range(kind.i, kind.j)}
    inside |= {kind.i - 1 for kind in found if mentions and _is_with(kind.i - 1, mentions)}
    kept = [mention for mention in mentions if inside.isdisjoint(range(mention.i, mention.j))]
    return sorted([*kept, *found], key=lambda mention: mention.i) if found else mentions


def _is_with(place: int, mentions: list[Mention]) -> bool:
    return any((m.i, m.kind, m.value) == (place, "breaker", "with") for m in mentions)
