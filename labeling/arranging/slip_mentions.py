"""Words that tell of a slip only beside others: "grade 1 spondy", "L4 is displaced forward on L5", "by 30 %"."""

from __future__ import annotations

import itertools

from deepspine.labeling.clauses.frames import SLIPS, Topic
from deepspine.labeling.lexicon import Node, Rule
from deepspine.labeling.mentions import BONE, Mention

SHORT_SLIPS = frozenset(("spondy", "spondylo"))
"""Words that are short for a slip where a grade stands beside them."""

MOVES = frozenset(
    ("displaced", "displacement", "moved", "shift", "shifted", "slid", "slides", "subluxated", "subluxed", "translated")
)
"""Words of what vertebrae do in a slip, and other things as well."""

_BEFORE_GRADE = frozenset(("level", "of", ",", "(", ":"))
"""Kinds of mentions, and marks, between a slip and its grade: "spondy at L5-S1, grade 2"."""

_TO_GRADE = 6
"""Mentions behind a slip among which its grade stands."""

_OF_MOVED = frozenset(("cop", "filler", "grade", "mm", "verb_grade"))
"""Kinds of mentions between a vertebra and its move: "L4 | is slightly | displaced forward"."""

_HAVING = frozenset(("has", "have"))
_BODIES = frozenset(("body", "vertebra"))
_BESIDE_BONE = frozenset(("of", "at", "from", "in", "behind", "to", "on", "by"))
"""Words before a vertebra that only tell where something else is: "fragment of L4 displaced posteriorly"."""


PERCENT = frozenset(("%", "percent"))
_SLIPS = frozenset(("spondylolisthesis", "slip", "slip_either"))
_ENDS = frozenset((".", ";", "\n"))
_RANGE = frozenset(("-", "to"))
_QUARTER = 25
_MAX_TO_SLIP = 12
"""Words between a slip and how far it has gone, in percent."""

_OF_OTHERS = frozenset(("height", "loss", "wedging", "compression", "narrowing", "stenosis", "reduction", "canal"))
"""Words beside a percentage that is not a slip's."""

_OF_GRADED_LEVEL = frozenset(("level", "mark", "mm", "number", "of"))
"""Kinds of mentions of a level with its grade or millimetres: "grade 2 at L5-S1", "L5-S1 (3 mm)"."""

_NUMBER = Rule("grade.meyerding_percent", "number", "", (), form="grade")


def with_slips_in_percent(mentions: list[Mention], words: list[str]) -> list[Mention]:
    """Read how far a vertebra has slipped as its grade: "slip of | 30 %" (Meyerding 1932, quarters of the endplate)."""
    slips = [m for m in mentions if m.kind == "finding" and m.value in _SLIPS]
    for place, word in enumerate(words):
        if word not in PERCENT or not place or not words[place - 1].isdigit():
            continue
        near = [m for m in slips if abs(m.i - place) <= _MAX_TO_SLIP and _are_beside(m, place, words)]
        span = range(place - _MAX_TO_SLIP, place + _MAX_TO_SLIP)
        graded = any(m.kind == "number" and m.form == "grade" and m.i in span for m in mentions)
        if near and graded:  # "grade 1 | (20 %) slip"
            mentions = [m for m in mentions if (m.i, m.value) not in ((place - 2, "("), (place + 1, ")"))]
        elif near:
            below = [m for m in mentions if m.kind == "cap" and m.j == place - 1]
            ranged = words[place - 2] in _RANGE and words[place - 3].isdigit()
            grade = _graded_by(int(words[place - 1]), place, reached=not (below or ranged))
            mentions = sorted([*(m for m in mentions if m not in below), grade], key=lambda m: m.i)
    return mentions


def _are_beside(slip: Mention, place: int, words: list[str]) -> bool:
    """Whether a percentage stands in the sentence of a slip, with nothing else between them that it could be of."""
    between = words[min(slip.j, place) : max(slip.i, place)]
    return _ENDS.isdisjoint(between) and _OF_OTHERS.isdisjoint((*between, *words[place + 1 : place + 3]))


def _graded_by(percent: int, place: int, *, reached: bool) -> Mention:
    """Return the grade of a slip by percent; a full quarter that is `reached` may be either grade."""
    grade = min(max(-(-percent // _QUARTER), 1), 4)
    mention = Mention(_NUMBER, place - 1, place + 1)
    mention.bits, mention.number = 1 << grade, float(grade)
    if reached and not percent % _QUARTER and grade < percent // _QUARTER + 1 <= 4:
        mention.bits |= 1 << grade + 1
    return mention


def with_graded_slips(mentions: list[Mention]) -> list[Mention]:
    """Keep words that are short for a slip only where a grade tells that one is meant."""
    return [
        mention
        for place, mention in enumerate(mentions)
        if mention.rule.id != "slip.short" or _is_graded_slip(mentions, place)
    ]


def _is_graded_slip(mentions: list[Mention], place: int) -> bool:
    """Whether a grade, a size or two vertebrae stand beside a word: "grade 1 | spondy", "| spondy of L4 on L5"."""
    if place and mentions[place - 1].j == mentions[place].i and _grades_slip(mentions[place - 1]):
        return True
    ahead = mentions[place + 1 : place + 1 + _TO_GRADE]
    for mention, following in itertools.zip_longest(ahead, ahead[1:]):
        if mention.group is not None and mention.group.slip:
            return True
        if _grades_slip(mention):
            return following is None or following.i > mention.j or following.kind not in ("finding", "pred", "site")
        if _BEFORE_GRADE.isdisjoint((mention.kind, mention.value)):
            return False
    return False


def _grades_slip(mention: Mention) -> bool:
    return mention.kind == "mm" or (mention.kind == "number" and mention.form == "grade")


def with_moved_vertebrae(mentions: list[Mention], words: list[str], root: Node) -> list[Mention]:
    """Keep moves for slips only where vertebrae make them; of others but the words by themselves are left."""
    moved = [place for place, mention in enumerate(mentions) if mention.form == "moved"]
    for place in reversed(moved):
        if not _moves_vertebra(mentions, place, words):
            mentions[place : place + 1] = _words_alone(mentions[place], words, root)
    return mentions


def _moves_vertebra(mentions: list[Mention], place: int, words: list[str]) -> bool:
    """Whether a vertebra stands before a move, as its subject, or behind the noun, as its object."""
    move = mentions[place]
    of = mentions[place + 1] if place + 1 < len(mentions) else None
    if of is not None and of.i == move.j and words[of.i] == "of":
        return _is_vertebra(mentions, place + 2, of.j)
    return _is_subject(mentions, place, words)


def _is_vertebra(mentions: list[Mention], place: int, token: int) -> bool:
    """Whether a vertebra, or one on another, stands at a token, and is not that of a root or other part."""
    found = mentions[place] if place < len(mentions) else None
    if found is None or found.i not in (token, token + 1):
        return False
    if found.group is not None:
        return found.group.slip
    behind = mentions[place + 1] if place + 1 < len(mentions) else None
    if behind is not None and behind.kind == "conj":
        return found.kind == "vertebra" and _is_vertebra(mentions, place + 2, behind.j)
    part = behind is not None and behind.i == found.j and behind.kind == "site" and behind.rule.id not in BONE
    return found.kind == "vertebra" and not part


def _is_subject(mentions: list[Mention], place: int, words: list[str]) -> bool:
    """Whether a vertebra is what moves: "L4 | is ...", "the body of L4 | is ...", not "the root of L4 | is".

    One with a side is a root ("left L5 | displaced posteriorly").
    """
    before = place - 1
    while before >= 0 and _stands_between(mentions[before], words):
        before -= 1
    if before < 0 or mentions[before].kind != "vertebra":
        return False
    first = mentions[before].i
    if before and mentions[before - 1].kind == "side" and mentions[before - 1].j == first:
        return False
    of_body = first > 1 and words[first - 2] in _BODIES
    return not first or of_body or words[first - 1] not in _BESIDE_BONE


def _stands_between(mention: Mention, words: list[str]) -> bool:
    having = mention.kind == "breaker" and words[mention.i] in _HAVING
    return having or mention.kind in _OF_MOVED or mention.rule.id in BONE


def _words_alone(move: Mention, words: list[str], root: Node) -> list[Mention]:
    """Return what the words of a phrase mean one by one: "displaced" of "displaced posteriorly"."""
    found = []
    for token in range(move.i, move.j):
        node = root.get(words[token])
        if node is not None and node.rule is not None:
            found.append(Mention(node.rule, token, token + 1))
    return found


def with_listed_slips(mentions: list[Mention], topic: Topic | None) -> list[Mention]:
    """Return the mentions with a slip for each grade of a list: "Anterolisthesis: L4-5 grade 1, | L5-S1 grade 2".

    Parameters
    ----------
    mentions
        Of a sentence, before `settle`.
    topic
        What a heading before the sentence names.
    """
    slip = topic.finding if topic is not None and topic.finding is not None and topic.finding.value in SLIPS else None
    told: list[Mention] = []
    start = 0
    for place in range(len(mentions) + 1):
        if place < len(mentions) and not (
            mentions[place].kind in ("conj", "breaker") or mentions[place].value in (",", ";")
        ):
            continue
        item = mentions[start:place]
        slip = next((mention for mention in item if mention.kind == "finding" and mention.value in SLIPS), slip)
        told += _with_slip(item, slip) if slip is not None else item
        told += mentions[place : place + 1]
        start = place + 1
    return told


def _with_slip(item: list[Mention], slip: Mention) -> list[Mention]:
    """Return an item of but a level and a grade, or millimetres with or without one, with the slip behind these."""
    sizes = [place for place, mention in enumerate(item) if mention.form == "grade" or mention.kind == "mm"]
    if not sizes or any(mention.kind not in _OF_GRADED_LEVEL for mention in item):
        return item
    size = item[sizes[0]]
    if size.kind != "mm" and all(mention.kind != "level" for mention in item):
        return item
    return [*item[: sizes[0] + 1], Mention(slip.rule, size.j, size.j), *item[sizes[0] + 1 :]]
