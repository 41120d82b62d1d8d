"""Answers to the heading of a finding: "Disc herniation: No", "Canal stenosis: L3-4 absent, L4-5 present"."""

from __future__ import annotations

from itertools import pairwise

from deepspine.labeling.clauses.frames import MILD, MODERATE, SEVERE, ZONED, Topic
from deepspine.labeling.clauses.negation import ANSWERS
from deepspine.labeling.lexicon import Rule
from deepspine.labeling.mentions import Mention
from deepspine.labeling.texts.markup import NEWLINE

MAX_ANSWER_WORDS = 5
"""Words and marks of "Yes, right and left" behind a heading."""

_DENIALS = frozenset(("no", "absent"))
_ALONE = {word: Rule(f"answer.{word}", "answer", "no" if word == "no" else "yes", ()) for word in ("no", "yes")}
_ALONE["present"] = _ALONE["yes"]
_DENIED = Rule("answer.denied", "post_neg", "no", ())
_PRESENT = Rule("answer.present", "grade", "", (), form="answer", bits=MILD | MODERATE | SEVERE)
_PRESENT_AT = Rule("answer.present_at", "grade", "", (), bits=MILD | MODERATE | SEVERE)
_ASKED = frozenset(("level", "levels", "side", "side_post"))
"""Kinds of mentions that an item of a list gives its answer for."""

_PLACING = frozenset(("side", "side_post", "zone", "conj"))
"""What says where the answer holds: "Yes, left", "Yes, right paracentral"."""

_LEVELS = frozenset(("level", "levels"))
_SIDES = frozenset(("side", "side_post"))
_OF_LESION = frozenset(("zone", "mm"))
_NOWHERE = frozenset(("level", "levels", "mark", "conj"))
_LISTING = _NOWHERE | _SIDES
"""Kinds of mentions of a list of levels, and of one of levels and sides, without an answer."""

_ENDS = frozenset((",", ";", ".", ")", "(", NEWLINE, "and", "at"))
_AT_ONCE = frozenset(("(", ":", "-", "="))
"""Marks between what is asked and the answer: "L4-5: | yes"."""


def is_asked(topic: Topic | None) -> bool:
    """Whether a heading names a finding, which may be answered."""
    return topic is not None and (topic.finding is not None or topic.predicate is not None)


def answer(words: list[str], start: int, end: int, mentions: list[Mention], topic: Topic | None) -> list[Mention]:
    """Read "No" and "Yes" behind a heading: "Disc herniation: | No.", "Bulge: | Yes, diffuse.", "Canal: | No."."""
    said = [word for word in words[start:end] if word != "."]
    rule = _ALONE.get(said[0]) if said else None
    if rule is None or topic is None:
        return []
    if not is_asked(topic):
        return [Mention(_DENIED, start, start + 1)] if said == ["no"] and topic.sites else []
    told = {mention.kind for mention in mentions if mention.i > start} - {"mark"} if len(said) > 1 else set()
    if told and told <= _PLACING and rule.value == "yes":
        return [Mention(_PRESENT, start, start + 1), *(mention for mention in mentions if mention.i > start)]
    return [] if told else [Mention(rule, start, start + 1)]


def with_answers(mentions: list[Mention], words: list[str], topic: Topic | None) -> list[Mention]:
    """Return the mentions with the answers of a list: "L3-4 | no, L4-5 | yes", "right | absent, left | present".

    Without a heading that asks, one level or side must be denied what the other has.
    """
    mentions = _with_presence(mentions, words)
    found = [place for place in _places(mentions, words) if _ends_item(words, place)]
    contrast = len(found) > 1 and any(words[place] in _DENIALS for place in found)
    if not (found and (contrast or is_asked(topic))):
        return mentions
    kept = {mention.i: mention for mention in mentions}
    for place in found:
        kept[place] = Mention(_DENIED if words[place] in _DENIALS else _PRESENT, place, place + 1)
    return sorted(kept.values(), key=lambda mention: mention.i)


def _with_presence(mentions: list[Mention], words: list[str]) -> list[Mention]:
    """Return the mentions with a yes where one place has what another lacks: "absent at L3-4, | present at L4-5"."""
    if not any(mention.kind == "post_neg" for mention in mentions):
        return mentions
    places = [
        first
        for first, second in pairwise([*mentions, mentions[-1]])
        if first.kind in _ASKED or (first.kind == "of" and second.kind in _ASKED)
    ]
    told = {mention.j for mention in mentions}
    places = [at for at in places if at.i and words[at.i - 1] == "present" and at.i not in told]
    shown = [Mention(_PRESENT_AT, at.i - 1, at.i) for at in places]
    return sorted([*mentions, *shown], key=lambda mention: mention.i)


def with_listed_places(
    mentions: list[Mention], words: list[str], topic: Topic | None, *, at_header: bool
) -> list[Mention]:
    """Return the mentions with a yes for each level of a list that has but sides, or zones of a lesion in the disc.

    "L4-5 | left, L5-S1 | (both)", "L4-5 | (central)"; behind the heading of a level "| left and right".
    """
    if not mentions or not all(_is_listed(mention, topic) for mention in mentions):
        return mentions
    kinds = {mention.kind for mention in mentions}
    if kinds <= _NOWHERE or _has_unknown_words(mentions, words):
        return mentions
    of_level_before = at_header or kinds.isdisjoint(_LEVELS)
    sized = mentions[0].kind == "mm" and not of_level_before
    if mentions[0].kind not in _LEVELS and not (of_level_before or sized):
        return mentions
    listed = [] if mentions[0].kind in _LEVELS or sized else [Mention(_PRESENT, mentions[0].i, mentions[0].i)]
    for mention in mentions:
        place = min(mention.j, len(words) - 1)  # a text may end in a level
        listed += [mention, Mention(_PRESENT, place, place)] if mention.kind in _LEVELS else [mention]
    return listed


def _is_listed(mention: Mention, topic: Topic | None) -> bool:
    """Whether a mention is but a place: a level, a side or, of a lesion in a disc, a zone or its size."""
    finding = topic.finding.value if topic is not None and topic.finding is not None else ""
    if mention.kind == "mm" and finding == "synovial_cyst":
        return True
    if mention.kind in (*_OF_LESION, "of") or (mention.kind == "site" and mention.form == "adj"):
        return finding in ZONED
    return mention.kind in _LISTING


def _has_unknown_words(mentions: list[Mention], words: list[str]) -> bool:
    said = {place for mention in mentions for place in range(mention.i, mention.j)}
    return any(words[place].isalnum() for place in range(mentions[0].i, mentions[-1].j) if place not in said)


def _places(mentions: list[Mention], words: list[str]) -> list[int]:
    """Return the tokens of answers that stand behind a level or side."""
    places = []
    for mention in mentions:
        if mention.kind in _ASKED:
            place = mention.j + (words[mention.j : mention.j + 1] != [] and words[mention.j] in _AT_ONCE)
            if place < len(words) and words[place] in ANSWERS:
                places.append(place)
    return places


def _ends_item(words: list[str], place: int) -> bool:
    return place + 1 >= len(words) or words[place + 1] in _ENDS
