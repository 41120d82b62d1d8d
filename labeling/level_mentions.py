"""Disc levels in every spelling: `L4-5`, `L4/L5`, `L45`, lists, ranges, `L4 on L5`; roots are no levels."""

from __future__ import annotations

import itertools
from functools import lru_cache
from typing import NamedTuple

from deepspine.labeling.level_order import INDEX, LEVELS, LUMBAR, SEQUENCE, lumbar_down_to, vertebra
from deepspine.labeling.texts.markup import NEWLINE

_NEIGHBOURS = {(a, b) for a, b in itertools.pairwise(SEQUENCE)} | {
    ("L5", "L6"), ("L6", "S1"), ("T12", "T13"), ("T13", "L1"),
}  # fmt: skip
_RANGE = frozenset(("to", "through", "thru", "till", "until", "down", "up", "upto"))
_JOIN = frozenset((",", "and", "amd", "adn", "nad", "amnd", "ans", "anf", "und", "&", "/", "+", "or", "nor", "as"))
_DEGREES = {
    "to": (["to", "a", "lesser", "extent"], ["to", "a", "lesser", "degree"], ["to", "lesser", "extent"]),
    "less": (["less", "so"],),
    **{word: ([word, "than"],) for word in ("more", "greater", "worse")},
    ">": ([">"],),
    "followed": (["followed", "by"],),
}
"""Phrases that rank the levels that they join, by their first word."""

_BEHIND_JOIN = frozenset(("additionally", "also", "at", "the", "same", "ditto", "likewise", "similarly", "including"))
"""Words between such a joint and the next level: "a bulge at L2-3 and | the same at L3-4"."""

_ALSO = frozenset(("additionally", "also"))
_LESSER = frozenset(("lesser", "less"))
"""Words of such phrases behind which a degree is at most that of the levels before."""

_AT = frozenset(("at", "the", "both"))
_ONLY = frozenset(("just", "merely", "only"))
_ODD_JOINTS = frozenset((".", ":", "&", "+", "and"))
"""What stands between the vertebrae of a level only in a heading: "L4 & 5:"."""

_BEFORE_COMMA_LEVEL = frozenset(("at", "disc", "disk", "level", NEWLINE, "."))
_OF_VERTEBRAE = ("root", "nerve", "vertebra", "bod", "endplate", "end", "pedicle", "lamina", "transverse", "spinous")
"""Words before "L5, S1" that make it one level, and how words begin behind vertebrae or roots that a comma parts."""

_BEFORE_HEADINGS = frozenset((NEWLINE, ".", ";", "*", "-", ")", "|"))

_MOVING = ("exten", "migrat", "extru", "descend", "track")
"""How words begin that tell where a lesion goes "from L3 to L4-5", which is no range of levels."""

_SLIP = frozenset(("on", "over", "upon", "onto"))
_UPWARDS = frozenset(("above", "higher", "up", "upwards", "upward", "cranially", "superiorly"))
_DOWNWARDS = frozenset(("below", "lower", "down", "downwards", "downward", "caudally", "inferiorly"))
_LUMBAR_END = ("sacrum", "junction")
_TO_SACRUM = [
    [*way, "the", *place]
    for way in (["to"], ["through"], ["down", "to"])
    for place in (["sacrum"], ["lumbosacral", "junction"])
]
_AND_LEVELS = [
    ["and", article, "levels", way, *it]
    for article in ("the", "all")
    for way in ("above", "below")
    for it in (["it"], [])
]
_ALL_BEYOND = {
    word: [phrase for phrase in (*_TO_SACRUM, *_AND_LEVELS) if phrase[0] == word]
    for word in ("to", "through", "down", "and")
}
"""Phrases by their first word behind a level, all of whose neighbours in one direction are meant as well."""

_BEHIND_BEYOND = frozenset(
    ("and", "appear", "appears", "are", "as", "but", "demonstrate", "discs", "has", "have", "is", "levels", "normal",
     "or", "remain", "reveal", "show", "shows", "there", "unremarkable", "was", "were", "with", "without")
)  # fmt: skip
"""Words that may stand behind "L3-4 and above"; before others "above" is a preposition."""

_NOUNS = frozenset(("level", "levels", "segment", "segments", "lebel", "lvl", "levls", "leve"))
_LISTED_NOUNS = _NOUNS | {"interspace", "interspaces"}
"""Nouns of levels, and those that may stand between two of one group: what is narrow there is the disc space."""

_DISC_NOUNS = _LISTED_NOUNS | {"disc", "disk", "discs", "disks", "intervertebral", "disc/s"}
_PREPOSITIONS = frozenset(
    ("at", "of", "in", "for", "on", "the", "noted", "affecting", "involving", "from", "to", "around", "about", "(",
     "between", "segment", "level", "levels")
)  # fmt: skip
_MEASURES = frozenset(
    ("mm", "cm", "x", "millimeter", "millimeters", "millimetre", "millimetres", "centimeter", "centimeters",
     "centimetre", "centimetres")
)  # fmt: skip
_OF_SIZE = _MEASURES | {
    "degree", "degrees", "percent", "%", "-", "/", "to", "by", "of", "month", "months", "week", "weeks", "year",
    "years", ")", ":",
}  # fmt: skip
"""Words behind a number that is a size, and behind one that is a size, a time or a list's."""

_UNITS = _OF_SIZE - {")", ":", "to", "by", "of"}
_RATED = frozenset(("power", "strength", "motor", "grade", "grades", "graded", "score", "scored", "pfirrmann"))
"""What is rated in numbers such as 4/5."""

MAX_GROUP = 24
"""Levels that one group may name; a spine has fewer."""


_PARTING = frozenset((NEWLINE, ".", ";", ","))
_NO_FINDING = frozenset(("and", "for", "in", "of", "on", "out", "to", "x"))
_MAX_TO_LIST = 24
"""What parts the items of a list, words behind numbers that are no level, and how far the item before reaches."""

_BEFORE_LEVEL = frozenset(("at", "the"))
_CONTRASTS = frozenset(("compared", "contrast", "opposed", "comparison", "relative", "contrary"))


class LevelGroup(NamedTuple):
    """Levels named together.

    Attributes
    ----------
    levels
        Indices into `LEVELS`, cranial to caudal as named; empty when all lie above T12-L1 or outside our list.
    end
        Token behind the group.
    slip
        Whether it was spelt "L4 on L5".
    outside
        Whether a level above the lumbar spine was named.
    lesser
        Those of the levels that have less of it: "L4-5 and to a lesser extent L3-4".
    """

    levels: tuple[int, ...]
    end: int
    slip: bool = False
    outside: bool = False
    lesser: tuple[int, ...] = ()


def read_group(words: list[str], start: int) -> LevelGroup | None:
    """Read the group of levels that begins at the token `start`, or None when it is no level."""
    first = _one(words, start) or _numbers_alone(words, start)
    if first is None:
        return None
    pairs, end, slip = first
    end, pairs, lesser = _more(words, start, end, pairs)
    while end < len(words) and words[end] in _NOUNS:
        end += 1
    kept = _kept(tuple(pairs))
    outside = len(kept) < len(pairs)
    beyond = _all_beyond(words, start, end, kept) if kept else None
    if beyond is not None:
        return LevelGroup(beyond[0], beyond[1], slip, outside)
    return LevelGroup(kept, end, slip, outside, _kept(tuple(lesser)) if lesser else ())


def _all_beyond(words: list[str], start: int, end: int, kept: tuple[int, ...]) -> tuple[tuple[int, ...], int] | None:
    """Return the levels of "L3-4 | and above", "from L2-3 | down to the sacrum" and the token behind; None without."""
    way, behind = _way_beyond(words, start, end)
    if way in _UPWARDS:
        return lumbar_down_to(max(kept)), behind
    return (tuple(level for level in LUMBAR if level >= min(kept)), behind) if way in _DOWNWARDS else None


def _way_beyond(words: list[str], start: int, end: int) -> tuple[str, int]:
    """Return in which direction a level goes on, empty where in none, and the token behind the words that say so."""
    for phrase in _ALL_BEYOND.get(words[end], ()) if end < len(words) else ():
        if words[end : end + len(phrase)] == phrase:
            return "down" if phrase[-1] in _LUMBAR_END else phrase[3], end + len(phrase)
    place = end
    if words[end : end + 1] in (["and"], ["or"]):
        place = end + 1
    elif "from" not in words[max(start - 2, 0) : start]:
        return "", end
    way, behind = [*words[place : place + 2], NEWLINE, NEWLINE][:2]
    ended = not behind.isalpha() or behind in _BEHIND_BEYOND
    return (way, place + 1) if ended else ("", end)


@lru_cache(maxsize=4096)
def _kept(pairs: tuple[tuple[str, str], ...]) -> tuple[int, ...]:
    """Return the indices of the levels between pairs of vertebrae; those above our list are left out."""
    known = [INDEX[name] for name in (f"{a}-{b}" for a, b in pairs) if name in INDEX]
    return tuple(
        index for index in dict.fromkeys(known) if index >= INDEX["T12-L1"] or LEVELS[index].value == "T12-T13"
    )


def _more(
    words: list[str], start: int, end: int, pairs: list[tuple[str, str]]
) -> tuple[int, list[tuple[str, str]], list[tuple[str, str]]]:
    """Read on from one level to those joined to it; returns the end, all levels, and those of a lesser extent."""
    lesser: list[tuple[str, str]] = []
    while len(pairs) < MAX_GROUP:
        position, joins, is_range = _skip_join(words, end)
        if not joins and not _is_listed_without_joint(words, end):
            break
        following = _one(words, position)
        if following is None:
            following = _bare_numbers(words, position)
        if following is None or following[2] or _opens_clause(words, start, position, following[1]):
            break
        if "," in words[end:position] and is_contrasted(words, start):
            break
        named = following[0]
        if is_range:
            last = named[-1]
            filled = _filled(pairs[-1][0], last)
            named = [pair for pair in filled if pair not in pairs]
        if lesser or not _LESSER.isdisjoint(words[end:position]):
            lesser += named
        pairs = pairs + named
        end = following[1]
    return end, pairs, lesser


def _is_listed_without_joint(words: list[str], end: int) -> bool:
    """Whether another level of a list stands at a token without a joint: "at L4-L5 | L5-S1 levels"."""
    following = _one(words, end)
    if following is None or following[2]:
        return False
    behind = following[1]
    while behind < len(words) and (further := _one(words, behind + (words[behind] in _JOIN))) is not None:
        behind = further[1]
    return words[behind : behind + 1] in (["levels"], ["discs"], ["disks"])


def is_contrasted(words: list[str], start: int) -> bool:
    """Whether levels serve for contrast with others, told behind a comma: "Unlike | L4-5, L3-4 shows ..."."""
    while start and words[start - 1] in _BEFORE_LEVEL:
        start -= 1
    before = words[max(start - 2, 0) : start]
    return before[-1:] == ["unlike"] or (before[-1:] in (["with"], ["to"]) and before[0] in _CONTRASTS)


def _opens_clause(words: list[str], first: int, start: int, end: int) -> bool:
    """Whether a level is the place of what stands behind it: "a bulge at L3-4, and at | L4-5 only a ...".

    Not where the levels before it open the sentence: "At L3-4 and at | L4-5 there are bulges".
    """
    if words[start - 1] not in _AT:
        return False
    while end < len(words) and (words[end] in _NOUNS or words[end] == ","):
        end += 1
    only = end + (words[end : end + 1] != [] and words[end] in _ONLY)
    if words[only : only + 1] not in (["a"], ["an"]) and words[end : end + 1] != ["there"]:
        return False
    while first and words[first - 1] in _AT:
        first -= 1
    return first > 0 and words[first - 1].isalnum()


def _skip_join(words: list[str], position: int) -> tuple[int, bool, bool]:
    """Skip nouns, joints and prepositions between two levels of one group."""
    n = len(words)
    start = position
    while position < n and words[position] in _LISTED_NOUNS:
        position += 1
    joins = is_range = ranked = False
    while position < n:
        word = words[position]
        behind = _skip_degree(words, position)
        if behind > position:
            joins, ranked, position = True, True, behind
            continue
        if word in _RANGE or (word == "-" and not joins):
            is_range = joins = True
        elif word in _JOIN:
            if word == "as":
                if words[position : position + 3] != ["as", "well", "as"]:
                    break
                position += 2
            joins = True
        elif not (joins and word in _BEHIND_JOIN and (ranked or words[position - 1] != "," or word in _ALSO)):
            break
        position += 1
    return (position, True, is_range) if joins else (start, False, False)


def _skip_degree(words: list[str], position: int) -> int:
    """Skip what only ranks the levels of a group: "L4-5 more than L3-4", "L4-5 and to a lesser extent L5-S1"."""
    for phrase in _DEGREES.get(words[position], ()):
        if words[position : position + len(phrase)] == phrase:
            return position + len(phrase)
    return position


def _one(words: list[str], start: int) -> tuple[list[tuple[str, str]], int, bool] | None:
    """Read one level, or a chain like `L3-4-5`, at `start`."""
    if start >= len(words):
        return None
    upper = vertebra(words[start])
    if upper is None:
        return None
    if len(upper) == 3 and upper[0] == "L":
        pair = (f"L{upper[1]}", "S1" if upper[1:] == "51" else f"L{upper[2]}")
        return ([pair], start + 1, False) if pair in _NEIGHBOURS else None
    position = start + 1
    joint = words[position] if position < len(words) else ""
    if joint == "-" and words[position + 1 : position + 2] == ["-"]:
        position += 1
    if joint in ("-", "/"):
        return _chain(words, upper, position)
    headed = _oddly_headed(words, start, upper)
    if headed is not None:
        return headed
    lower = _partner(upper, joint) if _is_spoken_number(words, position) else vertebra(joint)
    if lower is not None and (upper, lower) in _NEIGHBOURS:
        return [(upper, lower)], position + 1, False
    return _joined_by_word(words, start, upper)


def _oddly_headed(words: list[str], start: int, upper: str) -> tuple[list[tuple[str, str]], int, bool] | None:
    """Read "L4 & L5:", "L4 and 5:", "L4:5:", "L4 5:" at the front of a sentence or line."""
    place = start + 2 if words[start + 1 : start + 2] and words[start + 1] in _ODD_JOINTS else start + 1
    if words[place + 1 : place + 2] != [":"] or (start and words[start - 1] not in _BEFORE_HEADINGS):
        return None
    lower = _partner(upper, words[place])
    return ([(upper, lower)], place + 1, False) if lower and (upper, lower) in _NEIGHBOURS else None


def _is_spoken_number(words: list[str], position: int) -> bool:
    """Whether a number behind a vertebra is the next one, as speech recognition writes "L4 5", and no size."""
    return (
        words[position : position + 1] != []
        and words[position].isdigit()
        and (position + 1 == len(words) or words[position + 1] not in _OF_SIZE)
    )


def _joined_by_word(words: list[str], start: int, upper: str) -> tuple[list[tuple[str, str]], int, bool] | None:
    """Read `L4 on L5`, `L4 and L5 disc`, `between L4 and L5`, `L3 to L5`."""
    end = start + 3 + (words[start + 1 : start + 3] == ["down", "to"])
    joint = words[start + 1] if start + 1 < len(words) else ""
    after, behind = (words[k] if k < len(words) else "" for k in (end - 1, end))
    lower = vertebra(after)
    if joint in _RANGE and upper[0] in "LT" and (ends := _down_to_disc(words, start, upper)) is not None:
        return ends
    if lower is None and joint in _SLIP and after.isdigit() and behind not in _OF_SIZE:
        lower = _partner(upper, after)
    if lower is None:
        return None
    if joint in _SLIP:
        return [(upper, lower)], start + 3, True
    enclosed = behind in _DISC_NOUNS or (start > 0 and words[start - 1] == "between")
    if joint in ("and", "&") and (upper, lower) in _NEIGHBOURS and enclosed:
        return [(upper, lower)], start + 3, False
    if joint == "," and (upper, lower) in _NEIGHBOURS and _is_level_of_comma(words, start, behind):
        return [(upper, lower)], start + 3, False
    if joint in _RANGE and behind not in ("-", "/") and upper[0] in "LT":
        found = _between(upper, lower)
        return (found, end, False) if found else None
    return None


def _is_level_of_comma(words: list[str], start: int, behind: str) -> bool:
    """Whether "L5, S1" is one level: "herniation at | L5, S1", "the | L5, S1 disc"; no list of vertebrae or roots."""
    before = words[start - 1] if start else NEWLINE
    placed = before in _BEFORE_COMMA_LEVEL or behind in _DISC_NOUNS
    listed = behind in _JOIN and words[start + 4 : start + 5] != [] and vertebra(words[start + 4]) is not None
    return placed and not listed and vertebra(behind) is None and not behind.startswith(_OF_VERTEBRAE)


def _down_to_disc(words: list[str], start: int, upper: str) -> tuple[list[tuple[str, str]], int, bool] | None:
    """Read "L1 to L3-4", "T12 down to L2-3": the level below the vertebra, and all down to the disc."""
    place = start + 2
    while words[place : place + 1] and words[place] in _RANGE:
        place += 1
    lower = vertebra(words[place]) if words[place : place + 1] else None
    last = _chain(words, lower, place + 1) if lower is not None else None
    if last is None or words[max(start - 2, 0)].startswith(_MOVING):
        return None
    found = _between(upper, last[0][-1][1])
    return (found, last[1], False) if len(found) > len(last[0]) else None


def _chain(words: list[str], upper: str, position: int) -> tuple[list[tuple[str, str]], int, bool] | None:
    pairs: list[tuple[str, str]] = []
    while position + 1 < len(words) and words[position] in ("-", "/"):
        lower = _partner(upper, words[position + 1])
        if lower is None or (pairs and not _MEASURES.isdisjoint(words[position + 2 : position + 3])):
            break
        if (upper, lower) in _NEIGHBOURS:
            pairs.append((upper, lower))
        else:
            between = _between(upper, lower)
            if not between or pairs:
                break
            pairs.extend(between)
        upper = lower
        position += 2
        if words[position : position + 1] in (["/"], ["-"]) and _starts_level(words, position + 1):
            break
    return (pairs, position, False) if pairs else None


def _starts_level(words: list[str], position: int) -> bool:
    """Whether a new level, with a vertebra of its own above and below, begins here (`L4-5/L5-S1`)."""
    if position + 2 >= len(words) or vertebra(words[position]) is None or words[position + 1] not in ("-", "/"):
        return False
    return _partner(str(vertebra(words[position])), words[position + 2]) is not None


def _partner(upper: str, word: str) -> str | None:
    lower = vertebra(word)
    if lower is not None:
        return lower
    if word in ("s", "si", "sl") and upper == "L5":
        return "S1"
    if not word.isdigit():
        return None
    number = int(word)
    if number == 1 and upper in ("L5", "L6"):
        return "S1"
    if number == 1 and upper in ("T12", "T13"):
        return "L1"
    if number == 1 and upper == "C7":
        return "T1"
    limit = {"L": 6, "T": 13, "C": 7, "S": 5}[upper[0]]
    return f"{upper[0]}{number}" if 1 <= number <= limit else None


def _bare_numbers(words: list[str], position: int) -> tuple[list[tuple[str, str]], int, bool] | None:
    """Read `4-5` behind another level, as in `L3-4 and 4-5`."""
    if position + 2 >= len(words) or words[position + 1] not in ("-", "/") or not words[position].isdigit():
        return None
    lower = _partner(f"L{words[position]}", words[position + 2])
    pair = (f"L{words[position]}", lower or "")
    return ([pair], position + 3, False) if pair in _NEIGHBOURS else None


def _numbers_alone(words: list[str], start: int) -> tuple[list[tuple[str, str]], int, bool] | None:
    """Read `4-5` in "lumbar 4-5", "the 4-5 disc", before a colon, and `4/5` in "stenosis at 4/5"."""
    before = words[start - 1] if start else NEWLINE
    behind = words[start + 3] if start + 3 < len(words) else NEWLINE
    headed = behind == ":" and before in (NEWLINE, ".", ";")
    of_disc = behind in _DISC_NOUNS and before not in _RATED
    told = before in ("lumbar", "level", "levels") or headed or of_disc or _is_placed(words, start, behind)
    return _bare_numbers(words, start) if told or _goes_on_list(words, start, before, behind) else None


def _goes_on_list(words: list[str], start: int, before: str, behind: str) -> bool:
    """Whether a pair of numbers opens an item behind one of a level: "L3-4 normal, | 4-5 bulge; | 5-1 protrusion"."""
    opens = before in _PARTING and behind.isalpha() and behind not in _UNITS and behind not in _NO_FINDING
    return opens and any(word[-1].isdigit() and _one(words, place) for place, word in _words_before(words, start))


def _words_before(words: list[str], start: int) -> list[tuple[int, str]]:
    first = max(start - _MAX_TO_LIST, 0)
    return list(enumerate(words[first:start], start=first))


def _is_placed(words: list[str], start: int, behind: str) -> bool:
    """Whether "at 4/5" says where: no size, and no strength of a muscle."""
    placed = words[start - 1 : start] == ["at"] and words[start + 1 : start + 2] == ["/"]
    return placed and behind not in _UNITS and _RATED.isdisjoint(words[max(start - 4, 0) : start])


def _filled(first: str, last: tuple[str, str]) -> list[tuple[str, str]]:
    """Return the levels from the upper vertebra of the first level to the last level, in either direction."""
    if last[0] == "L6":
        return [*_between(first, "L6"), last]
    upwards = first in SEQUENCE and last[0] in SEQUENCE and SEQUENCE.index(last[0]) < SEQUENCE.index(first)
    return _between(first, last[0] if upwards else last[1])


def _between(upper: str, lower: str) -> list[tuple[str, str]]:
    """All levels between two vertebrae, in the order in which they are named."""
    if lower == "L6":
        return [*_between(upper, "L5"), ("L5", "L6")] if upper in SEQUENCE and upper != "L5" else [("L5", "L6")]
    if upper not in SEQUENCE or lower not in SEQUENCE:
        return [(upper, lower)] if (upper, lower) in _NEIGHBOURS else []
    first, last = SEQUENCE.index(upper), SEQUENCE.index(lower)
    if first > last:
        return [(SEQUENCE[i - 1], SEQUENCE[i]) for i in range(first, last, -1)]
    return [(SEQUENCE[i], SEQUENCE[i + 1]) for i in range(first, last)]


def follows_preposition(words: list[str], start: int) -> bool:
    """Whether the group at `start` hangs on what stands before it ("stenosis at L4-5")."""
    return start > 0 and words[start - 1] in _PREPOSITIONS
