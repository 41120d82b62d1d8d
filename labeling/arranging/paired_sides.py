"""Two sides: values in their order ("Foramina (R/L): mild/moderate"), and both of one site ("left and right")."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from deepspine.labeling.arranging.degree_words import is_value
from deepspine.labeling.lexicon import Rule
from deepspine.labeling.mentions import SIDES, Mention

_SIDE_OF_WORD = {
    **dict.fromkeys(("left", "lt", "l"), "left"),
    **dict.fromkeys(("right", "rt", "r"), "right"),
}
SIDE_BY_POSITION = {side: Rule(f"side.{side}_by_position", "side", side, ()) for side in ("left", "right")}
_BOTH = {kind: Rule(f"{kind}.both_named", kind, "both", ()) for kind in ("side", "side_post")}
_OF = Rule("of.both_sides", "of", "", ())
_COMMA = Rule("mark.by_position", "mark", ",", ())
_SEMICOLON = Rule("mark.behind_position", "mark", ";", ())
_PAIR_WORDS = len(("left", "/", "right"))

_BEFORE_VALUES = frozenset(("site", "pred", "finding", "cop", "level", "levels", "of"))
"""Kinds of mentions between the two sides and their values: "Right/left foramina | at L4-5: | mild/moderate"."""

_MARKS_BEFORE = frozenset((":", "-", "=", "(", ")"))
_BRACKETED = (("side", "side_post"), "(", ("grade",), ")", ("conj", ","), ("side",), "(", ("grade",), ")", ("site",))
"""Kinds of mentions, or their words, of "left (mild) and right (severe) foramina"."""

_WITHIN = frozenset(("in", "inside", "within"))
_JOINING = frozenset(("where", "and"))
_ENDS_OF_WORSE = frozenset(("mark", "level", "levels", "focus", "breaker"))
_MAX_TO_ROOT = 8
"""What joins a root to the worse side before it, what ends its clause, and mentions up to it."""

_BEFORE_SIDES = frozenset(("of", "the", "both", "either"))
_ENDS = frozenset(("mark", "breaker", "level", "levels"))
"""Kinds of mentions behind a side that nothing but what stands before it has: "on the left and on the right |, ..."."""
_AMONG_VALUES = frozenset(("grade", "post_neg", "conj", "mark", "level", "levels", "of", "to"))
"""Kinds of mentions that a list of such values is made of: "mild/moderate | at L4-5, | none/mild | at L5-S1"."""

_MAX_COMPARED = 4
_BEHIND_THAN = frozenset(("in", "on", "that", "the"))
"""Words from "than" to the side that is compared with another, and how many with it."""


def sided_by_position(mentions: list[Mention], words: list[str], heading: Sequence[Mention]) -> list[Mention]:
    """Give "moderate/mild" behind the heading "Foramina (Lt/Rt)" a side each.

    Parameters
    ----------
    mentions
        Of the sentence behind the heading, before `settle`.
    words
        Of the whole report.
    heading
        Mentions of the heading, one of which names both sides.
    """
    sides = [mention for mention in heading if mention.kind == "side"]
    order = order_of_sides(words, sides[0].i) if sides and sides[-1].j - sides[0].i == _PAIR_WORDS else None
    return mentions if order is None else _shared_out(mentions, words, *order)


def with_sides_of_two_degrees(mentions: list[Mention], words: list[str]) -> list[Mention]:
    """Give two sides between two degrees one each: "mild | right and left | severe"."""
    for place, (first, both, second) in enumerate(_windows(mentions, 3)):
        sides = [_SIDE_OF_WORD.get(words[both.i], ""), _SIDE_OF_WORD.get(words[both.j - 1], "")]
        apart = both.kind == "side" and both.j - both.i == _PAIR_WORDS and SIDE_BY_POSITION.keys() == set(sides)
        if apart and first.kind == second.kind == "grade" and first.j == both.i and both.j == second.i:
            told = [
                Mention(SIDE_BY_POSITION[sides[0]], both.i, both.i + 1),
                Mention(_COMMA, both.i + 1, both.j - 1),
                Mention(SIDE_BY_POSITION[sides[1]], both.j - 1, both.j),
            ]
            return [*mentions[: place + 1], *told, *mentions[place + 2 :]]
    return mentions


def without_both_of_levels(mentions: list[Mention], words: list[str]) -> list[Mention]:
    """Leave out a "both" that counts levels and no sides: "a bulge at | both L2-3 and L3-4"."""
    counting = [
        both
        for both, levels in itertools.pairwise(mentions)
        if words[both.i : both.j] == ["both"] and levels.i == both.j and levels.group and len(levels.group.levels) > 1
    ]
    for both, levels in itertools.pairwise(mentions) if counting else ():
        if both in counting and words[both.i - 1] == "at":
            levels.form = "at"
    return [mention for mention in mentions if mention not in counting] if counting else mentions


def with_degree_of_worse(mentions: list[Mention]) -> list[Mention]:
    """Leave but the degree of the worse side: "mild bilateral narrowing, | more advanced (moderate) on the left".

    Also "worse on the left, | where it is severe".
    """
    for place, (worse, opening, grade, closing, side) in enumerate(_windows(mentions, 5)):
        told = (worse.kind, opening.value, grade.kind, closing.value) == ("focus", "(", "grade", ")")
        if told and side.kind in SIDES:
            return [*mentions[:place], grade, *mentions[place + 4 :]]
    for place, (worse, side) in enumerate(itertools.pairwise(mentions)):
        if worse.kind != "focus" or side.value not in SIDE_BY_POSITION:
            continue
        stated = [mention for mention in mentions[place + 2 :] if mention.value not in (",", "which")]
        if [mention.kind for mention in stated[:2]] == ["cop", "grade"]:
            return [*mentions[:place], stated[1], side, *stated[2:]]
    return mentions


def with_side_of_place(mentions: list[Mention], words: list[str]) -> list[Mention]:
    """Give a root the side of what it is touched in: "the root is compressed | in the left foramen"."""
    for place, side in enumerate(mentions):
        before = mentions[place - 1] if place else None
        if side.value not in SIDE_BY_POSITION or before is None:
            continue
        within = before.kind == "of" and words[before.i] in _WITHIN
        ahead = next((mention for mention in mentions[place + 1 : place + 3] if mention.kind != "level"), side)
        in_place = ahead.kind == "site" and ahead.value in ("foramen", "recess")
        root = _sideless_root(mentions, place - 1 - within)
        if in_place and (within or words[side.i] in _WITHIN) and root >= 0:
            named = Mention(SIDE_BY_POSITION[side.value], mentions[root].i, mentions[root].i)
            return [*mentions[:root], named, *mentions[root:]]
    return mentions


def _sideless_root(mentions: list[Mention], verb: int) -> int:
    """Return the place of a root without a side that a predicate is said of, its vertebra with it; -1 without one."""
    if verb < 0 or mentions[verb].kind != "pred":
        return -1
    root = next((place for place in range(verb - 1, -1, -1) if mentions[place].value == "root"), -1)
    if root > 0 and mentions[root - 1].kind == "vertebra":
        root -= 1
    return -1 if root > 0 and mentions[root - 1].kind in SIDES else root


def _windows(mentions: list[Mention], count: int) -> Iterator[tuple[Mention, ...]]:
    return zip(*(mentions[place:] for place in range(count)), strict=False)


def without_side_compared(mentions: list[Mention], words: list[str]) -> list[Mention]:
    """Leave out the side that the worse one is compared with: "more on the left than | the right"."""
    return [mention for mention in mentions if mention.kind not in SIDES or not _is_compared(mention, words)]


def _is_compared(side: Mention, words: list[str]) -> bool:
    before = words[max(side.i - _MAX_COMPARED, 0) : side.i]
    return "than" in before and _BEHIND_THAN.issuperset(before[before.index("than") + 1 :])


def with_side_of_worse(mentions: list[Mention], words: list[str]) -> list[Mention]:
    """Give a root the side of which it is told: "worse on the left, where | the root is compressed".

    Also "the left worse and | contacting the root"; not a root that has a side of its own.
    """
    for place, (first, second) in enumerate(itertools.pairwise(mentions)):
        side = second if first.kind == "focus" else first
        if "focus" not in (first.kind, second.kind) or side.kind not in SIDES or side.value not in SIDE_BY_POSITION:
            continue
        root = _root_ahead(mentions[place + 2 :], words)
        if root is not None:
            named = Mention(SIDE_BY_POSITION[side.value], root.i, root.i)
            return [*(m for m in mentions if m.i < root.i), named, *(m for m in mentions if m.i >= root.i)]
    return mentions


def with_side_of_root(mentions: list[Mention], words: list[str]) -> list[Mention]:
    """Give a foramen or recess the side of the root in it: "the right root is compressed in | the foramen, which"."""
    side, within = "", False
    for mention in mentions:
        if mention.kind in SIDES or mention.kind in _ENDS_OF_WORSE:
            side, within = mention.value if mention.value in SIDE_BY_POSITION else "", False
        elif (mention.kind, mention.value) == ("site", "root"):
            within = False
        elif mention.kind == "of":
            within = words[mention.i] in _WITHIN
        elif mention.kind == "site" and mention.value in ("foramen", "recess") and within and side:
            named = Mention(SIDE_BY_POSITION[side], mention.i, mention.i)
            return [*(m for m in mentions if m.i < mention.i), named, *(m for m in mentions if m.i >= mention.i)]
        elif mention.kind in ("finding", "site"):
            side = ""
    return mentions


def _root_ahead(mentions: list[Mention], words: list[str]) -> Mention | None:
    """Return the root that a clause is about, which "where" or "and" joins to a side; None without one."""
    behind = [m for m in mentions[:_MAX_TO_ROOT] if m.value != ","]
    if not behind or words[behind[0].i] not in _JOINING:
        return None
    for mention in behind[1:]:
        if mention.kind in SIDES or (mention.kind in _ENDS_OF_WORSE and words[mention.i] != "it"):
            return None
        if (mention.kind, mention.value) == ("site", "root"):
            return mention
    return None


def sided_within(mentions: list[Mention], words: list[str]) -> list[Mention]:
    """Give the values of "Foramina R/L mild/moderate" a side each, where no heading parts them from the sides.

    Parameters
    ----------
    mentions
        Of a sentence that holds a side and a slash, before `settle`.
    words
        Of the whole report.
    """
    pairs = [k for k, m in enumerate(mentions) if m.kind == "side" and order_of_sides(words, m.i) is not None]
    if not pairs:
        return mentions
    told = mentions[: pairs[0]]
    for start, end in itertools.pairwise([*pairs, len(mentions)]):
        told += _pair_shared_out(mentions[start:end], words)
    return told


def sides_as_one(mentions: list[Mention], words: list[str]) -> list[Mention]:
    """Put two sides of one site together: "of the left | and the right foramen", "on the left | and on the right".

    Parameters
    ----------
    mentions
        Of a sentence that holds a conjunction, or "nor".
    words
        Of the whole report.
    """
    told: list[Mention] = []
    index = 0
    while index < len(mentions):
        mention = mentions[index]
        if mention.kind in _BOTH and _are_of_one_site(mentions[index : index + 6], words, alone=not told):
            told.append(Mention(_BOTH[mention.kind], mention.i, mentions[index + 2].j))
            index += 3
            continue
        told.append(mention)
        index += 1
    return told


def _are_of_one_site(mentions: list[Mention], words: list[str], *, alone: bool) -> bool:
    """Whether the mentions begin with two sides of one site; `alone` where they begin the sentence.

    A site is shared by "of the left and the right | foramen", or by "the left and the right | foramen are"; what lies
    "on the left" is behind its site.
    """
    if len(mentions) < len(("left", "and", "right")):
        return False
    denied = words[mentions[1].i] == "nor"
    if not denied and mentions[1].value not in ("and", "or"):
        return False
    first, second = mentions[0], mentions[2]
    if second.kind not in _BOTH or {first.value, second.value} != {"left", "right"}:
        return False
    behind, verb = [*(m for m in mentions[3:] if m.kind != "vertebra"), None, None][:2]
    if first.kind == "side_post" and words[first.i] != "of":
        return second.kind == "side_post" and (behind is None or behind.kind in _ENDS)
    if behind is None or behind.kind != "site" or mentions[3].i > second.j + 1:
        return False
    if alone or denied:
        return True
    stated = verb is not None and verb.kind == "cop"
    return not stated and (first.kind == "side_post" or words[first.i - 1] in _BEFORE_SIDES)


def with_bracketed_degrees_ahead(mentions: list[Mention], words: list[str]) -> list[Mention]:
    """Put bracketed degrees of two sides before these: "narrowing of the | left (mild) and right (severe) foramina".

    Parameters
    ----------
    mentions
        Of a sentence that holds a side, degrees and marks.
    words
        Of the whole report.
    """
    for index in range(len(mentions) - len(_BRACKETED) + 1):
        first, _, mild, _, joint, second, _, severe, _, site = part = mentions[index : index + len(_BRACKETED)]
        shape = all(m.kind in kinds or words[m.i] in kinds for m, kinds in zip(part, _BRACKETED, strict=True))
        if shape and {first.value, second.value} == {"left", "right"}:
            sides = [Mention(SIDE_BY_POSITION[side.value], side.i, side.j) for side in (first, second)]
            of = [Mention(_OF, first.i, first.i + 1)] if words[first.i] == "of" else []
            told = [*of, mild, sides[0], joint, severe, sides[1], site]
            return [*mentions[:index], *told, *mentions[index + len(part) :]]
    return mentions


def with_denied_side_behind(mentions: list[Mention], words: list[str]) -> list[Mention]:
    """Put "but not the right" behind what is said of the left: "the left | but not the right foramen is narrowed".

    Parameters
    ----------
    mentions
        Of a sentence that holds a denial and a linking word.
    words
        Of the whole report.
    """
    for index in range(1, len(mentions) - 2):
        but, neg, side = denied = mentions[index : index + 3]
        if words[but.i : but.j] != ["but"] or words[neg.i : neg.j] != ["not"] or side.kind not in _BOTH:
            continue
        before, behind = mentions[:index], mentions[index + 3 :]
        if not _is_other_side(side, before):
            continue
        behind = behind[1:] if behind and behind[0].value == "," else behind
        end = next((k for k, mention in enumerate(behind) if mention.kind in ("mark", "breaker")), len(behind))
        return [*before[: index - (before[-1].value == ",")], *behind[:end], *denied, *behind[end:]]
    return mentions


def _is_other_side(side: Mention, before: list[Mention]) -> bool:
    """Whether a side is the other one of that just before it, or of the site just before."""
    for mention in reversed(before):
        if mention.kind in _BOTH:
            return {mention.value, side.value} == {"left", "right"}
        if mention.kind != "site" and mention.value != ",":
            return False
    return False


def _pair_shared_out(mentions: list[Mention], words: list[str]) -> list[Mention]:
    """Share out the values behind a pair of sides, which the mentions begin with."""
    order = order_of_sides(words, mentions[0].i)
    behind = next((k for k, m in enumerate(mentions) if m.i >= mentions[0].i + _PAIR_WORDS), len(mentions))
    first = behind
    while first < len(mentions) and _may_part(mentions[first]):
        first += 1
    end = first
    if first == len(mentions) or not is_value(mentions[first], words):
        return mentions
    while end < len(mentions) and mentions[end].kind in _AMONG_VALUES:
        end += 1
    values = mentions[first:end]
    shared = values if order is None else _shared_out(values, words, *order)
    if len(shared) == len(values):
        return mentions
    if shared[-1].value == "," and end < len(mentions):
        shared[-1] = Mention(_SEMICOLON, shared[-1].i, shared[-1].j)  # the comma between sides parts less
    return [*mentions[behind:first], *shared, *mentions[end:]]


def _may_part(mention: Mention) -> bool:
    """Whether a mention may stand between two sides and their values."""
    return mention.value in _MARKS_BEFORE if mention.kind == "mark" else mention.kind in _BEFORE_VALUES


def order_of_sides(words: list[str], place: int) -> tuple[str, str] | None:
    """Return the sides that "R/L" at a token names, as they are written; None where it names no such pair."""
    named = words[place : place + _PAIR_WORDS]
    if len(named) < _PAIR_WORDS or named[1] != "/":
        return None
    first, second = _SIDE_OF_WORD.get(named[0]), _SIDE_OF_WORD.get(named[2])
    return None if first is None or second is None or first == second else (first, second)


def _shared_out(mentions: list[Mention], words: list[str], first: str, second: str) -> list[Mention]:
    """Put a side before each half of every "mild/moderate"."""
    told: list[Mention] = []
    begin = 0
    for index, mention in enumerate(mentions):
        if words[mention.i] == "/" and _parts_values(mentions, index, words):
            place = mentions[begin].i
            told.insert(len(told) - (index - begin), Mention(SIDE_BY_POSITION[first], place, place))
            told += [Mention(_COMMA, mention.i, mention.j), Mention(SIDE_BY_POSITION[second], mention.j, mention.j)]
            continue
        if not (is_value(mention, words) or words[mention.i] in ("-", "to")):
            begin = index + 1
        told.append(mention)
    return told


def _parts_values(mentions: list[Mention], index: int, words: list[str]) -> bool:
    """Whether a slash stands alone between two values: not in "mild/moderate/severe"."""
    around = mentions[max(index - 3, 0) : index + 4]
    return (
        0 < index < len(mentions) - 1
        and is_value(mentions[index - 1], words)
        and is_value(mentions[index + 1], words)
        and sum(words[mention.i] == "/" for mention in around) == 1
    )
