"""Words put into the order that the grammar reads, where writers set them otherwise."""

from __future__ import annotations

from itertools import pairwise

from deepspine.labeling.arranging.paired_sides import SIDE_BY_POSITION
from deepspine.labeling.clauses.frames import meanings
from deepspine.labeling.lexicon import Rule
from deepspine.labeling.mentions import SIDES, Mention

_HEIGHT_LOSS = Rule("height.of_narrow_disc", "finding", "disc_height_loss", ())
_DEGREES = frozenset(("grade", "number"))
_ASIDE = frozenset(("grade", "hedge", "mm", "number"))
_NOUNS = frozenset(("either", "noun"))
_OPENINGS = frozenset(("foramen", "recess"))
_OF_ROOTS = frozenset(("compress", "contact", "displace", "impinge"))
_OBJECT = frozenset(("of", "vertebra")) | SIDES
_BESIDE_STATE = frozenset(("cop", "level", "levels", "site"))
_BUT = frozenset(("but", "and"))
_PLACED = frozenset(("bulge", "herniation"))
_INTO = frozenset(("in", "into", "within"))
_ENTERING = frozenset(("approach", "reach"))


def with_words_in_order(mentions: list[Mention], words: list[str], kinds: set[str]) -> list[Mention]:
    """Put the mentions of a sentence into the usual order.

    Parameters
    ----------
    mentions
        Of one sentence, left to right.
    words
        Of the whole report.
    kinds
        The kinds among the mentions.
    """
    if "mark" in kinds and not kinds.isdisjoint(_DEGREES):
        mentions = _without_brackets_of_degrees(mentions, words)
    if "except" in kinds and "open" in kinds:
        mentions = _with_exception_behind(mentions)
    if "pred" in kinds and "site" in kinds:
        mentions = _with_object_of_both(mentions, words)
        mentions = _with_narrow_disc(mentions)
        mentions = _with_side_of_place(_with_roots_of_opening(mentions), words)
    return mentions


def _without_brackets_of_degrees(mentions: list[Mention], words: list[str]) -> list[Mention]:
    """Leave out the brackets around a size between a degree and its noun: "moderate | (grade 2) stenosis"."""
    left_out: set[int] = set()
    for place, (degree, bracket) in enumerate(pairwise(mentions)):
        if degree.kind not in _DEGREES or bracket.value != "(" or bracket.i != degree.j:
            continue
        end = place + 2
        while end < len(mentions) and mentions[end].kind in _ASIDE:
            end += 1
        noun = mentions[end + 1] if end + 1 < len(mentions) else None
        if noun is not None and mentions[end].value == ")" and noun.i == mentions[end].j and words[noun.i] != "(":
            left_out |= {place + 1, end} if noun.kind in ("finding", "pred", "side", "site") else set()
    return [mention for place, mention in enumerate(mentions) if place not in left_out]


def _with_exception_behind(mentions: list[Mention]) -> list[Mention]:
    """Put an exception behind the state that it is from: "Apart from mild arthropathy, | L4-5 is normal"."""
    if mentions[0].kind != "except" or mentions[-1].kind != "open":
        return mentions
    comma = next((place for place, mention in enumerate(mentions) if mention.value == ","), 0)
    if not comma or any(mention.kind not in _BESIDE_STATE for mention in mentions[comma + 1 : -1]):
        return mentions
    return [*mentions[comma + 1 :], *mentions[:comma]]


def _with_object_of_both(mentions: list[Mention], words: list[str]) -> list[Mention]:
    """Give what is there the object of what is not: "contact without compression | of the left root"."""
    for place, noun in enumerate(mentions):
        if noun.kind != "pred" or noun.form not in _NOUNS:
            continue
        denial = place + 1
        if denial < len(mentions) and words[mentions[denial].i] in _BUT:
            denial += 1
        denied = mentions[denial : denial + 2]
        if [one.kind for one in denied] != ["neg", "pred"] or denied[1].form not in _NOUNS:
            continue
        end = denial + 2
        while end < len(mentions) and mentions[end].kind in _OBJECT:
            end += 1
        if end == denial + 2 or end >= len(mentions) or (noun.value, mentions[end].value) not in meanings():
            continue
        return [*mentions[: place + 1], *mentions[denial + 2 : end + 1], *denied, *mentions[end + 1 :]]
    return mentions


def _with_narrow_disc(mentions: list[Mention]) -> list[Mention]:
    """Call the narrowing of a disc its loss of height: "| narrowing and desiccation of the L5-S1 disc"."""
    for place, (narrow, joint, worn) in enumerate(zip(mentions, mentions[1:], mentions[2:], strict=False)):
        if (narrow.value, joint.kind, worn.value) != ("narrow", "conj", "degeneration") or narrow.form not in _NOUNS:
            continue
        behind = mentions[place + 3 :]
        part = next((mention for mention in behind if mention.kind not in ("of", "level")), None)
        if behind and behind[0].kind == "of" and part is not None and part.value == "disc":
            return [*mentions[:place], Mention(_HEIGHT_LOSS, narrow.i, narrow.j), *mentions[place + 1 :]]
    return mentions


def _with_roots_of_opening(mentions: list[Mention]) -> list[Mention]:
    """Leave out where a root is pressed on, and keep its side: "left | foraminal impingement of the L5 root"."""
    for place, (site, noun) in enumerate(pairwise(mentions)):
        pressed = noun.kind == "pred" and noun.value in _OF_ROOTS and noun.form in _NOUNS and noun.i == site.j
        if site.value not in _OPENINGS or site.form != "adj" or not pressed:
            continue
        behind = mentions[place + 2 :]
        root = next((mention for mention in behind if mention.kind not in _OBJECT), None)
        if not behind or behind[0].kind != "of" or root is None or root.value != "root":
            continue
        side = mentions[place - 1 : place] if place and mentions[place - 1].kind == "side" else []
        return [*mentions[: place - len(side)], noun, behind[0], *side, *behind[1:]]
    return mentions


def _with_side_of_place(mentions: list[Mention], words: list[str]) -> list[Mention]:
    """Give a root the side of where a lesion presses on it: "in the left recess compressing | the S1 root"."""
    for place, (side, site, verb) in enumerate(zip(mentions, mentions[1:], mentions[2:], strict=False)):
        before = mentions[place - 1] if place else side
        placed = words[side.i] in _INTO or before.value in _ENTERING
        lesion = any(one.value in _PLACED for one in mentions[:place])
        if side.value not in SIDE_BY_POSITION or site.value not in _OPENINGS or not (placed and lesion):
            continue
        if verb.value not in _OF_ROOTS or verb.form != "verb":
            continue
        object_ = place + 3 + (mentions[place + 3 : place + 4] != [] and mentions[place + 3].kind == "vertebra")
        if object_ < len(mentions) and mentions[object_].value == "root":
            named = Mention(SIDE_BY_POSITION[side.value], verb.j, verb.j)
            return [*mentions[: place + 3], named, *mentions[place + 3 :]]
    return mentions
