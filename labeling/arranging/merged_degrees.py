"""One degree from several words: "mild to moderate", "no more than mild", "of the same degree"; "left > right"."""

from __future__ import annotations

from deepspine.labeling.arranging.degree_words import last_grade
from deepspine.labeling.lexicon import Rule
from deepspine.labeling.mentions import Mention

_BELOW = {1: 1, 2: 3, 4: 7, 8: 15}
_SIDES = frozenset(("side", "side_post"))
_SIDE_BY_SIDE = frozenset(("grade side grade side", "side grade side grade", "grade side grade"))
"""Kinds of mentions around "greater than" where each side has a degree."""

_OF_ONE_LESION = frozenset(("side", "side_post", "site", "pred", "finding", "cop"))
_PAIRED = frozenset(("foramen", "recess", "facet", "facet_arthropathy"))
"""Kinds of mentions that tell of one lesion, and sites and findings of which each side has one."""

_SAME = "grade.same"
_NO_CHANGE = ("rang", "vary", "vari", "apart", "aside")
"""How words begin before a "from" that tells of no change: "ranging from mild to severe", "apart from mild"."""

_ALTERNATIVES = (["/"], ["-"], ["vs"], ["vs", "."], ["versus"])
"""What stands between two degrees of which either may be."""

_COMMA = Rule("mark.by_position", "mark", ",", ())


def with_same_degrees(mentions: list[Mention]) -> list[Mention]:
    """Give "of the same degree" the degree before it; without one it says nothing."""
    if not any(mention.rule.id == _SAME for mention in mentions):
        return mentions
    told: list[Mention] = []
    bits = 0
    for mention in mentions:
        if mention.rule.id != _SAME:
            bits = mention.bits if mention.kind == "grade" else bits
            told.append(mention)
        elif bits:
            same = Mention(mention.rule, mention.i, mention.j)
            same.bits = bits
            told.append(same)
    return told


def merge_comparisons(mentions: list[Mention]) -> list[Mention]:
    """Read "left greater than right" as both sides, and "moderate left greater than mild right" as two degrees.

    So is "right foraminal narrowing greater than left".
    """
    merged: list[Mention] = []
    index = 0
    while index < len(mentions):
        mention = mentions[index]
        following = mentions[index + 1] if index + 1 < len(mentions) else None
        if mention.kind == "cap" and _compares_degrees(mentions, index):
            merged.append(Mention(_COMMA, mention.i, mention.j))
            index += 1
            continue
        if mention.kind == "cap" and following is not None and following.kind in _SIDES:
            back = len(merged) - 1
            if back > 0 and merged[back].kind == "grade" and merged[back].j == mention.i:
                back -= 1
            if back >= 0 and merged[back].kind in _SIDES:
                first = merged[back]
                del merged[back:]
                both = Mention(first.rule, first.i, following.j)
                both.kind, both.value = "side_post", "both"
                merged.append(both)
                index += 2
                continue
            compared = _compared_side(merged)
            if compared >= 0:
                side = merged[compared]
                merged[compared] = both = Mention(side.rule, side.i, side.j)
                both.kind, both.value = side.kind, "both"
                index += 2
                continue
        merged.append(mention)
        index += 1
    return merged


def _compared_side(before: list[Mention]) -> int:
    """Return the place of the one side that a lesion without a degree is told of; -1 without one.

    Of the mentions before a comparison: "right foraminal narrowing | greater than left", "narrowing of the right
    foramen | more than the left".
    """
    place = len(before) - 1
    if place >= 0 and before[place].value == ",":
        place -= 1
    lesion = next((k for k in range(place, -1, -1) if before[k].kind not in _OF_ONE_LESION), -1) + 1
    paired = any(mention.value in _PAIRED for mention in before[lesion : place + 1])
    sides = [k for k in range(lesion, place + 1) if before[k].kind in _SIDES]
    graded = lesion > 0 and before[lesion - 1].kind in ("grade", "neg")
    return sides[0] if paired and len(sides) == 1 and not graded else -1


def _compares_degrees(mentions: list[Mention], index: int) -> bool:
    """Whether each side has its degree: "moderate left | greater than | mild right", "L: moderate | > | R: mild".

    The first side may be that of a heading.
    """
    before = [mention for mention in mentions[max(index - 5, 0) : index] if mention.value not in (",", ":")]
    behind = [mention for mention in mentions[index + 1 : index + 5] if mention.value != ":"]
    kinds = ["side" if mention.kind in _SIDES else mention.kind for mention in (*before[-2:], *behind[:2])]
    return " ".join(kinds) in _SIDE_BY_SIDE


def merge_grades(mentions: list[Mention], words: list[str]) -> list[Mention]:
    """Join ranges, cap degrees, and leave the last of a change: "increased from mild to moderate" is moderate."""
    merged: list[Mention] = []
    index, n = 0, len(mentions)
    while index < n:
        mention = mentions[index]
        if mention.kind == "grade" and mention.form != "scale":
            mention, index = _range(mentions, index, words)
            if merged and merged[-1].kind == "cap" and merged[-1].form != "behind" and merged[-1].j == mention.i:
                mention = _capped(merged.pop(), mention)
            elif _caps_behind(mention, mentions[index : index + 2], words):
                mention = _capped(mentions[index], mention)
                index += 1
            if mention.value == "range" and _tells_change(mention, words):
                latest = Mention(mention.rule, mention.j - 1, mention.j)
                latest.bits = last_grade(mention, words)
                latest.value = "latest"
                mention = latest
            merged.append(mention)
            continue
        merged.append(mention)
        index += 1
    return merged


def _caps_behind(grade: Mention, behind: list[Mention], words: list[str]) -> bool:
    """Whether a limit stands behind its degree: "mild | or less", "mild | at most"; not "mild, at most moderate"."""
    if not behind or behind[0].kind != "cap" or behind[0].i != grade.j:
        return False
    heads = len(behind) > 1 and behind[1].kind == "grade" and behind[1].i == behind[0].j
    return behind[0].form == "behind" or (words[behind[0].i] == "at" and not heads)


def _tells_change(grade: Mention, words: list[str]) -> bool:
    """Whether "from mild to moderate" is a change in time and no range."""
    return words[grade.i - 1] == "from" and not words[grade.i - 2].startswith(_NO_CHANGE)


def _range(mentions: list[Mention], index: int, words: list[str]) -> tuple[Mention, int]:
    """Join "mild to moderate", "mild-moderate", "mild/mod" that begins at `index`."""
    first = mentions[index]
    grade = first
    index += 1
    while index < len(mentions):
        following = mentions[index]
        if (
            following.kind == "grade"
            and following.form != "scale"
            and (following.i == grade.j or words[grade.j : following.i] in _ALTERNATIVES)
        ):
            grade = _joined(grade, following)
            index += 1
            continue
        joint = following.kind == "to" or (
            following.kind in ("mark", "conj") and words[following.i] in ("/", "-", "or")
        )
        if joint and index + 1 < len(mentions):
            second = mentions[index + 1]
            if second.kind == "grade" and second.form != "scale" and second.i == following.j and following.i == grade.j:
                grade = _joined(grade, second)
                index += 2
                continue
        break
    return grade, index


def _joined(first: Mention, second: Mention) -> Mention:
    grade = Mention(first.rule, first.i, second.j)
    bits = first.bits | second.bits
    low, high = bits & -bits, 1 << (bits.bit_length() - 1)
    grade.bits = 2 * high - low
    grade.value = "range"
    return grade


def _capped(cap: Mention, grade: Mention) -> Mention:
    capped = Mention(grade.rule, min(cap.i, grade.i), max(cap.j, grade.j))
    high = 1 << (grade.bits.bit_length() - 1)
    low = grade.bits & -grade.bits
    if cap.value == "at_most":
        capped.bits = _BELOW[high]
    elif cap.value == "less_than":
        capped.bits = max(low - 1, 1)
    elif cap.value == "at_least":
        capped.bits = 15 & ~(low - 1)
    else:
        capped.bits = 15 & ~_BELOW[high]
    capped.value = cap.value
    return capped
