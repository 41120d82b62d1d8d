"""Lists of a published scale that is named once, in front: "Pfirrmann: L3-4 III, L4-5 IV", "Lee grade: L4/5 Rt 2 Lt 1".

Every bare grade of the list is read as though the name stood before it.
"""

from __future__ import annotations

from deepspine.labeling.arranging.paired_sides import SIDE_BY_POSITION, order_of_sides
from deepspine.labeling.clauses.frames import SITE_OF_SCALE, SITES
from deepspine.labeling.mentions import Mention
from deepspine.labeling.number_mentions import SCALE_NAMES, SCALE_WORDS, read_value
from deepspine.labeling.texts.markup import NEWLINE

_PLACES = frozenset(("level", "levels", "side", "side_post"))
_OF_LIST = _PLACES | {"levelref", "restword", "cop", "conj", "of", "post_neg"}
"""Kinds of mentions that a list holds beside its grades."""

_MARKS = frozenset((",", ";", ":", "|", "-", "(", ")"))
_LINKS = SCALE_WORDS | {"classification", "changes", "change", "endplate", "mixed", "=", "(", ")"}
"""Words that stand between the name of a scale, or a level, and a grade."""

_AHEAD = 4
"""Tokens behind the name of a scale among which "R/L" begins: "Lee grade (| R/L)"."""

_SCALED = frozenset(("disc", "disk", "discs", "disks", "degeneration", "stenosis", "narrowing"))
"""Words for what a scale grades; they may stand behind a grade: "Pfirrmann grade IV | degeneration at L4-5, V at"."""

_ENDS = frozenset((".", NEWLINE, ",", ";", "|", ")", "(", "and", "at", "from", "respectively"))
"""What may stand behind a grade of a list, beside a level or a side."""


def with_scale_lists(mentions: list[Mention], words: list[str]) -> list[Mention]:
    """Return the mentions with the grades of such lists; called for a text that names a scale."""
    starts = {mention.i: mention for mention in mentions}
    found: dict[int, Mention] = {}
    for place, word in enumerate(words):
        if word in SCALE_NAMES:
            named = starts.get(place)
            grades = _read_list(word, place + 1 if named is None else named.j, words, starts)
            if grades and named is None:
                grades |= _heading(word, place, words)
            found.update(grades)
    return sorted((starts | found).values(), key=lambda mention: mention.i) if found else mentions


def _heading(name: str, place: int, words: list[str]) -> dict[int, Mention]:
    """Return the site that a scale grades where its name alone is a heading: "Lee grade: | L4-5 right 2"."""
    end = place + 1
    while end < len(words) and words[end] in SCALE_WORDS:
        end += 1
    heads = words[end : end + 1] == [":"] and name in SITE_OF_SCALE
    return {place: Mention(SITES[SITE_OF_SCALE[name]].rule, place, end)} if heads else {}


def _read_list(name: str, place: int, words: list[str], starts: dict[int, Mention]) -> dict[int, Mention]:
    """Read the grades behind the name of a scale, by their first token, to the end of the list."""
    found: dict[int, Mention] = {}
    order = next(filter(None, (order_of_sides(words, ahead) for ahead in range(place, place + _AHEAD))), None)
    while place < len(words):
        mention = starts.get(place)
        if mention is None or mention.kind == "number":
            value = read_value(name, words, place if mention is None else _behind_links(words, place))
            if value is not None and _ends_item(words, value.j, starts):
                found |= _of_sides(name, words, value, order) or {place: value}
                value.i, place = place, value.j
            elif mention is None and (words[place] in _LINKS or _goes_on_below(words, place, starts)):
                place += 1
            else:
                break
        elif (
            mention.kind in _OF_LIST
            or mention.value == name
            or words[place] in _MARKS
            or _SCALED.issuperset(words[place : mention.j])
        ):
            place = mention.j
        elif _goes_on_below(words, place, starts):
            place += 1
        else:
            break
    return found


def _of_sides(name: str, words: list[str], pair: Mention, order: tuple[str, str] | None) -> dict[int, Mention]:
    """Return the two sides of "2/1" and a grade for each, where "(R/L)" behind the name of the scale tells their order.

    A side is kept under a number of its own: it stands at its grade's token.
    """
    if order is None or words[pair.i + 1 : pair.j - 1] != ["/"]:
        return {}
    told: dict[int, Mention] = {}
    for place, side in zip((pair.i, pair.j - 1), order, strict=True):
        value = read_value(name, [*words[: place + 1]], place)
        if value is None:
            return {}
        told[-1 - place] = Mention(SIDE_BY_POSITION[side], place, place)
        told[place] = value
    return told


def _behind_links(words: list[str], place: int) -> int:
    while place < len(words) and words[place] in _LINKS:
        place += 1
    return place


def _ends_item(words: list[str], end: int, starts: dict[int, Mention]) -> bool:
    """Whether another item, its noun or the end follows a grade: "| A elsewhere", not "L4-5: | 2 other levels"."""
    following = starts.get(end)
    if following is not None and _SCALED.issuperset(words[end : following.j]):
        end = following.j
        following = starts.get(end)
    if end < len(words) and words[end] == "elsewhere":
        return True
    return end == len(words) or words[end] in _ENDS or (following is not None and following.kind in _PLACES)


def _goes_on_below(words: list[str], place: int, starts: dict[int, Mention]) -> bool:
    """Whether a line ends that a level follows on the next: "Pfirrmann: | L3-4: III | L4-5: IV"."""
    if words[place] == "." and words[place + 1 : place + 2] == [NEWLINE]:
        return True
    following = starts.get(place + 1)
    return words[place] == NEWLINE and following is not None and following.kind in _PLACES
