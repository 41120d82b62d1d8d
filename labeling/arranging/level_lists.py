"""Lists of levels that are two places: "severe stenosis at L4-5, | L3-4 moderate stenosis"."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from deepspine.labeling.clauses.frames import NONE
from deepspine.labeling.level_mentions import LevelGroup, read_group
from deepspine.labeling.lexicon import Node, Rule
from deepspine.labeling.mentions import HEADS, SIDES, Mention

_BEFORE_PLACE = frozenset(("finding", "grade", "of", "pred"))
"""Kinds of mentions that a level stands behind as their place."""

_DESCRIBES = frozenset(("filler", "finding", "grade", "modic", "number", "open", "side", "site"))
"""Kinds of mentions that describe the level before them; a noun such as "effacement of" does, too."""

_SHAPES = frozenset(
    ("diffuse", "circumferential", "concentric", "generalised", "generalized", "focal", "broad", "based", "-",
     "shallow", "asymmetric", "eccentric", "annular", "posterior", "dorsal", "degenerative")
)  # fmt: skip
"""Adjectives of a lesion that may stand before it."""

_VERBS = frozenset(("demonstrates", "has", "reveals", "shows"))
"""Verbs of one level."""

_SAID = frozenset(("finding", "grade", "modic", "open", "pred"))
_LISTED = frozenset(("grade", "side"))
_NOUNS = frozenset(("finding", "pred", "site"))
_JOINTS = frozenset((",", "and"))
_NONE = (["no"], ["none"], ["nil"])
_DEGREE_NONE = Rule("grade.none_in_list", "grade", "", ())
_FEWEST = 2
_STOP = Rule("mark.next_level", "mark", ";", ())
_ENDS = frozenset(("breaker", "conj", "mark", "neg"))


def with_parted_lists(mentions: list[Mention], words: list[str], root: Node) -> list[Mention]:
    """Return the mentions with levels parted where the last one begins what stands behind it.

    A list has "and" before its last level, or stands before or behind all that is said of it. So commas alone, with
    something said on either side, join no list; nor does "and" before what is said of one level, nor "and at" before a
    degree.
    """
    for index in range(len(mentions) - 1, -1, -1):
        group = mentions[index].group
        if group is not None and len(group.levels) > 1 and _stands_between(mentions, index, words):
            mentions[index : index + 1] = _parts(mentions[index], words, root)
    return mentions


def with_bracketed_levels_free(mentions: list[Mention]) -> list[Mention]:
    """Take the brackets off the levels of a list before its noun: "mild (L3-4) and moderate (L4-5) | narrowing".

    Each has a degree or a side in front.
    """
    kinds = [mention.kind for mention in mentions]
    values = [mention.value for mention in mentions]
    placed = [
        place
        for place in range(2, len(mentions) - 2)
        if kinds[place] == "level" and kinds[place - 2] in _LISTED and values[place - 1 : place + 2 : 2] == ["(", ")"]
    ]
    between = [mention for one, other in pairwise(placed) for mention in mentions[one + 2 : other - 1]]
    listed = all(mention.kind in _LISTED or mention.value in _JOINTS for mention in between)
    if len(placed) < _FEWEST or not listed or kinds[placed[-1] + 2] not in _NOUNS:
        return mentions
    brackets = {place + step for place in placed for step in (-1, 1)}
    for place in placed:
        mentions[place].i, mentions[place].j = mentions[place - 1].i, mentions[place + 1].j
        mentions[place].form = ""
    return [mention for place, mention in enumerate(mentions) if place not in brackets]


def with_placed_items(mentions: list[Mention]) -> list[Mention]:
    """Read "at L4-5 mild right and at L5-S1 moderate left | stenosis" as a list before its noun, without "at"."""
    start = bool(mentions) and mentions[0].value == "which"
    place, items = int(start), 0
    told = mentions[:start]
    while [mention.kind for mention in mentions[place : place + 2]] == ["of", "level"]:
        end = place + 2
        while end < len(mentions) and mentions[end].kind in _LISTED:
            end += 1
        behind = end
        while behind < len(mentions) and mentions[behind].value in _JOINTS:
            behind += 1
        if end == place + 2 or behind == len(mentions):
            return mentions
        told += mentions[place + 1 : behind]
        items, place = items + 1, behind
    if items < _FEWEST or mentions[place].kind not in _NOUNS or mentions[place - 1].value in _JOINTS:
        return mentions
    for mention in told:
        mention.form = "" if mention.kind == "level" else mention.form
    return [*told, *mentions[place:]]


def with_none_among_degrees(mentions: list[Mention], words: list[str]) -> list[Mention]:
    """Read "no" as a degree in a list before its noun: "L3-4 | no, L4-5 mild and L5-S1 severe stenosis"."""
    if not mentions or mentions[0].kind != "level":
        return mentions
    told: list[Mention] = []
    for place, mention in enumerate(mentions):
        if mention.kind in HEADS:
            return [*told, *mentions[place:]]
        none = mention.kind in ("neg", "post_neg") and words[mention.i : mention.j] in _NONE
        if none and told and _is_of_level(told) and _next_is_graded(mentions, place + 1):
            mention = Mention(_DEGREE_NONE, mention.i, mention.j)
            mention.bits = NONE
        told.append(mention)
    return mentions


def _is_of_level(mentions: list[Mention]) -> bool:
    """Whether mentions end in a level, or its verb."""
    last = mentions[-2] if mentions[-1].value == "which" and len(mentions) > 1 else mentions[-1]
    return last.kind == "level"


def _next_is_graded(mentions: list[Mention], place: int) -> bool:
    """Whether a joint, a level and its degree follow."""
    start = place
    while place < len(mentions) and mentions[place].value in _JOINTS:
        place += 1
    kinds = [mention.kind for mention in mentions[place : place + 2]]
    return place > start and kinds[:1] == ["level"] and kinds[-1] in ("grade", "neg", "post_neg")


def _parts(level: Mention, words: list[str], root: Node) -> Sequence[Mention]:
    """Return the levels before the last joint of a list, that joint read as a semicolon, and the level behind it."""
    joint = next((k for k in range(level.j - 1, level.i, -1) if words[k] in (",", "and")), level.i)
    end = joint - (words[joint - 1] == "," and words[joint] == "and")
    start = joint + 1 + (words[joint + 1] == "at")
    last = read_group(words, start) if joint > level.i else None
    first = read_group(words[:end], level.i) if last is not None and last.end == level.j else None
    if first is None or last is None or first.end != end:
        return (level,)
    stop = root[";"].rule
    assert stop is not None
    return _part(level, level.i, first), Mention(stop, end, start), _part(level, start, last)


def _part(level: Mention, start: int, group: LevelGroup) -> Mention:
    part = Mention(level.rule, start, group.end)
    part.group = group
    part.form = level.form if start == level.i else ""
    return part


def _stands_between(mentions: list[Mention], index: int, words: list[str]) -> bool:
    """Whether something is said before levels as of a place, and of the last one right behind it."""
    level = mentions[index]
    before = mentions[index - 1] if index else None
    behind = mentions[index + 1] if index + 1 < len(mentions) else None
    if before is None or behind is None or before.j != level.i or not _SHAPES.issuperset(words[level.j : behind.i]):
        return False
    if before.kind not in _BEFORE_PLACE:
        return False
    joints = {word for word in words[level.i : level.j] if word.isalpha()}
    so_far = (mentions[place] for place in range(index - 1, -1, -1))
    if not joints <= {"and", "at"} or not _says_something(so_far):
        return False
    if joints == {"and", "at"}:
        graded = any(mention.kind == "grade" for mention in mentions[:index])
        named = any(mention.kind in HEADS for mention in mentions[index + 1 : index + 3])
        return behind.kind == "grade" and (graded or named)
    if joints:
        return _has_verb(mentions, index + 1, words, ("open",))
    return _has_verb(mentions, index + 1, words, ("grade", "open")) or _is_described(mentions, index + 1, words)


def _has_verb(mentions: list[Mention], place: int, words: list[str], states: tuple[str, ...]) -> bool:
    """Whether a mention begins what one level is or has: "L4-5 | is normal", "| shows a bulge"."""
    first, word = mentions[place], words[mentions[place].i]
    if first.kind == "cop":
        return word == "is" and place + 1 < len(mentions) and mentions[place + 1].kind in states
    return first.kind == "breaker" and word in _VERBS


def _is_described(mentions: list[Mention], place: int, words: list[str]) -> bool:
    """Whether a mention begins what is said of a level without a verb: "L4-5 | moderate stenosis"."""
    onwards = (mentions[index] for index in range(place, len(mentions)))
    first = mentions[place]
    noun = first.kind == "pred" and words[first.j : first.j + 1] in (["of"], ["with"])
    describes = first.kind in _DESCRIBES and not words[first.i].endswith("ly") and not _grades_verb(mentions, place)
    return (noun or describes) and _says_something(onwards)


def _grades_verb(mentions: list[Mention], place: int) -> bool:
    """Whether a degree is that of a verb, an adverb that lost its ending: "at L4-5 | mild compressing the sac"."""
    degree, verb = [*mentions[place : place + 2], None][:2]
    if degree is None or verb is None:
        return False
    return degree.kind == "grade" and verb.kind == "pred" and verb.form == "verb" and verb.i == degree.j


def _says_something(mentions: Iterable[Mention]) -> bool:
    """Whether a finding, degree or state stands among mentions, before the end of their clause."""
    for mention in mentions:
        if mention.kind in _SAID:
            return True
        if mention.kind in _ENDS:
            return False
    return False


def with_finding_of_next_level(mentions: list[Mention]) -> list[Mention]:
    """Name a finding again whose sides have their degrees at one level, and whose degree at the next follows that.

    "Narrowing at L4-5, right moderate and left severe, and at L5-S1, | narrowing | mild".
    """
    place = next((k for k in range(len(mentions) - 1, 0, -1) if mentions[k].kind == "level"), 0)
    behind = [mention.kind for mention in mentions[place + 1 : place + 3] if mention.value != ","]
    if behind[:1] != ["grade"] or mentions[place - 1].kind != "of":
        return mentions
    heads = [place for place, mention in enumerate(mentions) if mention.kind in HEADS]
    if len(heads) != 1 or place - 1 <= heads[0]:
        return mentions
    end = place - 1
    while mentions[end - 1].kind in ("mark", "conj") or mentions[end - 1].value == "but":
        end -= 1
    told = [mention.kind for mention in mentions[heads[0] + 1 : end]]
    if end == place - 1 or "level" not in told or told.count("grade") < _FEWEST or SIDES.isdisjoint(told):
        return mentions
    joint, level = mentions[end], mentions[place]
    start = heads[0] - (heads[0] > 0 and mentions[heads[0] - 1].kind == "site")
    again = [Mention(mention.rule, level.j, level.j) for mention in mentions[start : heads[0] + 1]]
    rest = mentions[place + 1 + (mentions[place + 1].value == ",") :]
    return [*mentions[:end], Mention(_STOP, joint.i, joint.j), mentions[place - 1], level, *again, *rest]
