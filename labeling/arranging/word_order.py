"""Words put into the order that the grammar reads, where writers set them otherwise."""

from __future__ import annotations

from itertools import pairwise

from deepspine.labeling.arranging.paired_sides import SIDE_BY_POSITION
from deepspine.labeling.clauses.frames import meanings
from deepspine.labeling.lexicon import Rule
from deepspine.labeling.mentions import SIDES, Mention

_OF = Rule("of.signal", "of", "of", ())
_WITH = (["with"], ["along", "with"], ["together", "with"])
_AND = Rule("and.with_object", "conj", "and", ())
_ZONE = Rule("zone.of_lesion", "zone", "central", ())
_AT = Rule("of.side_of_level", "of", "at", ())
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
    if "level" in kinds and "pred" in kinds:
        mentions = _with_narrowed_level(mentions, words)
    if "level" in kinds and "side_post" in kinds:
        mentions = _with_side_behind_level(mentions, words)
    if "pred" in kinds and "site" in kinds:
        mentions = _with_side_before_root(_with_site_behind_first_side(mentions), words)
        mentions = _with_parts_in_order(_with_disc_of_signal(mentions), words, kinds)
    return mentions


def _with_site_behind_first_side(mentions: list[Mention]) -> list[Mention]:
    """Put the site of two sides behind the first: "moderate narrowing of the right | and mild of the left foramen"."""
    shape = [("pred",), ("side_post",), ("conj",), ("grade",), ("side_post",), ("site",)]
    for place in range(len(mentions) - len(shape) + 1):
        found = mentions[place : place + len(shape)]
        if all(mention.kind in kinds for mention, kinds in zip(found, shape, strict=True)) and found[0].form in _NOUNS:
            noun, first, joint, degree, second, site = found
            behind = mentions[place + len(shape) :]
            return [*mentions[:place], noun, first, site, joint, degree, second, *behind]
    return mentions


def _with_side_before_root(mentions: list[Mention], words: list[str]) -> list[Mention]:
    """Put the side in front of what a disc does before the root: "on the right | the disc contacts the L5 root"."""
    side, disc, verb, *object_ = [*mentions[:5], *[None] * 5][:5]
    if side is None or disc is None or verb is None or side.kind != "side_post" or words[side.i] != "on":
        return mentions
    root = next((one for one in object_ if one is not None and one.kind != "vertebra"), None)
    if disc.value != "disc" or not _is_verb(verb) or root is None or root.value != "root":
        return mentions
    return [disc, verb, Mention(SIDE_BY_POSITION.get(side.value, side.rule), verb.j, verb.j), *mentions[3:]]


def _with_narrowed_level(mentions: list[Mention], words: list[str]) -> list[Mention]:
    """Call a level that is narrowed a loss of its disc's height: "| narrowed L5/S1 level with irregular endplates"."""
    return [
        Mention(_HEIGHT_LOSS, narrow.i, narrow.j)
        if words[narrow.i : narrow.j] in (["narrowed"], ["narrow"])
        and level.kind == "level"
        and level.i == narrow.j
        and words[level.j - 1] in ("level", "space", "interspace")
        else narrow
        for narrow, level in zip(mentions, [*mentions[1:], mentions[-1]], strict=True)
    ]


def _with_disc_of_signal(mentions: list[Mention]) -> list[Mention]:
    """Read the level and disc behind a signal as its own: "reduced T2 signal | L4-5 disc"."""
    for place, (signal, level, disc) in enumerate(zip(mentions, mentions[1:], mentions[2:], strict=False)):
        if signal.value == "darken" and level.kind == "level" and disc.value == "disc" and level.i == signal.j:
            return [*mentions[: place + 1], Mention(_OF, level.i, level.i), *mentions[place + 1 :]]
    return mentions


def _with_parts_in_order(mentions: list[Mention], words: list[str], kinds: set[str]) -> list[Mention]:
    """Put what is said of parts into order, as far as the sentence names these."""
    parts = {mention.value for mention in mentions if mention.kind == "site"}
    if "neg" in kinds:
        mentions = _with_verb_again(_with_object_of_both(mentions, words), words)
    if "conj" in kinds and "level" in kinds:
        mentions = _with_verb_at_next_level(mentions, words)
    if "breaker" in kinds and len(parts) > 1:
        mentions = _with_object_behind_with(mentions, words)
    if "finding" in kinds and "disc" in parts:
        mentions = _with_narrow_disc(mentions)
    if "finding" in kinds and "canal" in parts:
        mentions = _with_zones_of_lesions(mentions, words)
    if "root" in parts and not parts.isdisjoint(_OPENINGS):
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


def _with_side_behind_level(mentions: list[Mention], words: list[str]) -> list[Mention]:
    """Put the side of a lesion behind its level where it does something: "bulge at | left L4-5 narrowing"."""
    for place, (lesion, side, level, verb) in enumerate(zip(*(mentions[k:] for k in range(4)), strict=False)):
        placed = lesion.kind == "finding" and side.kind == "side_post" and words[side.i] == "at" and side.i == lesion.j
        if placed and level.kind == "level" and level.i == side.j and _is_verb(verb):
            level.form = "at"
            return [*mentions[: place + 1], Mention(_AT, side.i, side.i + 1), level, side, *mentions[place + 3 :]]
    return mentions


def _with_verb_at_next_level(mentions: list[Mention], words: list[str]) -> list[Mention]:
    """Repeat what lesions do at one level at the next: "compressing the sac at L4-5 and | the left root at L5-S1"."""
    for place, verb in enumerate(mentions):
        first = _object_at_level(mentions, place + 1) if _is_verb(verb) else 0
        joint = mentions[first] if first and first < len(mentions) else None
        if joint is not None and joint.kind == "conj" and _object_at_level(mentions, first + 1, of=verb):
            before = mentions[place - 1 : place]
            lesion = [one for one in before if one.value in _PLACED and words[one.j - 1].endswith("s")]
            again = [Mention(one.rule, joint.j, joint.j) for one in (*lesion, verb)]
            return [*mentions[: first + 1], *again, *mentions[first + 1 :]]
    return mentions


def _is_verb(mention: Mention) -> bool:
    return mention.kind == "pred" and mention.form in ("either", "verb")


def _object_at_level(mentions: list[Mention], place: int, of: Mention | None = None) -> int:
    """Return the place behind a site, maybe of a side, and its level: "the left root at L5-S1"; 0 where none stands."""
    while place < len(mentions) and mentions[place].kind in (*SIDES, "vertebra"):
        place += 1
    site, at, level = [*mentions[place : place + 3], None, None, None][:3]
    if site is None or at is None or level is None:
        return 0
    told = site.kind == "site" and (of is None or (of.value, site.value) in meanings())
    return place + 3 if told and at.kind == "of" and level.kind == "level" else 0


def _with_object_behind_with(mentions: list[Mention], words: list[str]) -> list[Mention]:
    """Read "with" before a further object as "and": "compressing the left foramen | with the left L5 root"."""
    for place, link in enumerate(mentions):
        if link.kind != "breaker" or words[link.i : link.j] not in _WITH:
            continue
        verb = next((m for m in reversed(mentions[:place]) if m.kind not in ("conj", "site", *_OBJECT)), None)
        if verb is None or not _is_verb(verb) or mentions[place - 1].kind != "site":
            continue
        end = place + 1
        while end < len(mentions) and mentions[end].kind in ("vertebra", *SIDES):
            end += 1
        further, behind = [*mentions[end : end + 2], None, None][:2]
        ended = behind is None or behind.kind in ("mark", "of")
        if further is not None and further.kind == "site" and ended and (verb.value, further.value) in meanings():
            return [*mentions[:place], Mention(_AND, link.i, link.j), *mentions[place + 1 :]]
    return mentions


def _with_verb_again(mentions: list[Mention], words: list[str]) -> list[Mention]:
    """Repeat the verb of what a lesion does before what it does not: "compressing the sac but not | the roots"."""
    for place in range(1, len(mentions) - 2):
        but, denial, *behind = mentions[place : place + 4]
        if words[but.i] != "but" or words[denial.i : denial.j] != ["not"] or denial.kind != "neg":
            continue
        verb = next((m for m in reversed(mentions[:place]) if m.kind not in ("site", "conj", "vertebra", *SIDES)), None)
        object_ = next((mention for mention in behind if mention.kind not in ("vertebra", *SIDES)), None)
        if verb is None or object_ is None or verb.kind != "pred" or verb.form != "verb":
            continue
        if object_.kind == "site" and (verb.value, object_.value) in meanings():
            again = Mention(verb.rule, denial.j, denial.j)
            return [*mentions[: place + 2], again, *mentions[place + 2 :]]
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


def _with_zones_of_lesions(mentions: list[Mention], words: list[str]) -> list[Mention]:
    """Take "central" for the zone of what does something: "compression of the sac by | central protrusion"."""
    return [
        Mention(_ZONE, site.i, site.j)
        if words[site.i : site.j] == ["central"] and by.kind == "of" and words[by.i] == "by" and lesion.value in _PLACED
        else site
        for by, site, lesion in zip([mentions[0], *mentions], mentions, [*mentions[1:], mentions[-1]], strict=False)
    ]


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
