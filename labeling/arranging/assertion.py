"""Before attachment: grades spelt in several words become one, and what only tells the past is taken out.

"mild to moderate" is one grade of two, "no more than mild" a cap; "increased from mild to moderate" leaves moderate,
"previously mild" leaves nothing.
"""

from __future__ import annotations

from deepspine.labeling.arranging.degree_words import is_adverb
from deepspine.labeling.arranging.lesser_sides import with_lesser_sides
from deepspine.labeling.arranging.merged_degrees import merge_comparisons, merge_grades, with_same_degrees
from deepspine.labeling.arranging.named_roots import with_roots_together
from deepspine.labeling.arranging.open_levels import with_site_of_open_level
from deepspine.labeling.arranging.paired_sides import (
    sides_as_one,
    with_bracketed_degrees_ahead,
    with_degree_of_worse,
    with_denied_side_behind,
    with_side_of_place,
    with_side_of_root,
    with_side_of_worse,
    with_sides_of_two_degrees,
    without_both_of_levels,
    without_side_compared,
)
from deepspine.labeling.arranging.past import without_past
from deepspine.labeling.arranging.seen_places import without_seen
from deepspine.labeling.arranging.sides_where import with_clause_of_component, with_sides_where
from deepspine.labeling.arranging.word_order import with_words_in_order
from deepspine.labeling.clauses.frames import DISC_WORDS
from deepspine.labeling.lexicon import Rule
from deepspine.labeling.mentions import SIDES, Mention
from deepspine.labeling.texts.markup import NEWLINE

_WHOLES = frozenset(("all", "any", "rest", "rest_named"))
_RANGED = frozenset(("all", "any", "both"))
_INCLUDED = frozenset(("level", "conj", "of", "site"))
_BEFORE_CLAUSE = frozenset(("breaker", "conj", "mark"))
_HEADS = frozenset(("finding", "pred"))
_TOWARDS = frozenset(("to", "toward", "towards"))

_ASIDE = Rule("filler.included", "filler", "", ())
_LINK = Rule("with.arrow", "breaker", "with", ())
_ENCASING = frozenset(("encases", "encasing"))
_SCAR = ("scar", "fibro", "granulat")
"""How words for scar begin, which is everywhere around a root."""

MAX_SUBJECT_WORDS = 14
"""Words from a subject to its verb: "granulation tissue in the left anterior epidural space at L4-5 | encasing"."""

_CAUSES = frozenset(("degenerative", "degenerate", "hypertrophic", "arthritic", "osteoarthritic"))
"""Adjectives that tell why a lesion is there, and no finding of their own where they stand before it."""

_ASIDES = _CAUSES | _ENCASING
"""Words that may tell nothing."""

_SUBJECT_ENDS = frozenset((".", ";", NEWLINE))
_TRANSITIVE = frozenset(("verb", "either"))
_OBJECTS = frozenset(("side", "site", "vertebra"))
_MODIFYING = frozenset(("grade", "side"))
_AROUND = frozenset(("around", "between", "surrounding"))
_BEFORE_ROOT = frozenset(("of", "side", "vertebra"))
_NAMED = frozenset(("finding", "pred", "site"))
"""Kinds of mentions on either side of an arrow, and of the words of degree and side between."""

_OF = Rule("of.lesion", "of", "at", ())
_OF_LEVEL = (["finding", "of", "level"], ["finding", "side_post", "level"])
_DISCS = frozenset(("disc", "disc_space"))
_CORD_AT = ["cord", "of", "level"]
_LESIONS_OF = {
    "disc": frozenset(("annular_fissure", "bulge", "herniation")),
    "facet": frozenset(("synovial_cyst",)),
}
"""Kinds of mentions of a lesion with its level, and the lesions of parts."""

_OTHER_LEVELS = frozenset(("rest", "rest_named", "elsewhere"))
"""What "elsewhere" and "at the other levels" refer to."""


def settle(mentions: list[Mention], words: list[str], kinds: set[str] | None = None) -> list[Mention]:
    """Return the mentions of a sentence with grades merged, caps applied and prior grades removed.

    Parameters
    ----------
    mentions
        Of one sentence, left to right.
    words
        Of the whole report.
    kinds
        The kinds among the mentions, where they are known.
    """
    if kinds is None:
        kinds = {mention.kind for mention in mentions}
    if "region" in kinds:
        mentions = [mention for mention in mentions if mention.kind != "region"]
    if "cap" in kinds:
        mentions = [
            (_arrow(mentions, index, words) or mention) if mention.kind == "cap" else mention
            for index, mention in enumerate(mentions)
        ]
    mentions = with_words_in_order(mentions, words, kinds)
    if "side" in kinds or "side_post" in kinds:
        mentions = _with_sides_in_order(mentions, words, kinds)
    mentions = [
        mention
        for place, mention in enumerate(mentions)
        if words[mention.i] not in _ASIDES or not _tells_nothing(mentions, place, words)
    ]
    if "site" in kinds:
        mentions = _with_sites_settled(mentions, words, kinds)
    if "breaker" in kinds and "cop" in kinds:
        mentions = _without_only_behind_verb(mentions, words)
    if "breaker" in kinds and "neg" in kinds and "pred" in kinds:
        mentions = _without_comma_before_object(mentions)
    if "grade" in kinds:
        mentions = _with_grades_settled(mentions, words, kinds)
    mentions = without_past(mentions, words, kinds)
    return _with_references_settled(mentions, words, kinds) if "levelref" in kinds else mentions


def _with_references_settled(mentions: list[Mention], words: list[str], kinds: set[str]) -> list[Mention]:
    """Leave out references to levels that place nothing: of crowded roots, of a range's own levels, of sizes."""
    if "pred" in kinds:
        mentions = _without_places_of_crowding(mentions)
    if "level" in kinds:
        mentions = _without_included(_without_ranged(mentions, words), words)
        mentions = _without_sizes_elsewhere(mentions) if "mm" in kinds else mentions
    return mentions


def _without_places_of_crowding(mentions: list[Mention]) -> list[Mention]:
    """Leave out where a stenosis crowds the roots, which is not its own place: "redundant roots | above this level"."""
    kept: list[Mention] = []
    for mention in mentions:
        crowding = [one.value for one in kept[-2:] if one.value != "root"][-1:] == ["crowd"]
        if crowding and mention.kind == "levelref" and any(one.value == "narrow" for one in kept):
            continue
        kept.append(mention)
    return kept


def _without_sizes_elsewhere(mentions: list[Mention]) -> list[Mention]:
    """Leave out what other levels measure: "8 mm at L4-5 with stenosis, and | 12 mm elsewhere", "12 mm at others"."""
    kept: list[Mention] = []
    for mention in mentions:
        if mention.kind == "levelref" and mention.value in _OTHER_LEVELS:
            size = len(kept) - 1 - (bool(kept) and kept[-1].kind == "of")
            if size >= 0 and kept[size].kind == "mm":
                del kept[size:]
                continue
        kept.append(mention)
    return kept


def _with_sites_settled(mentions: list[Mention], words: list[str], kinds: set[str]) -> list[Mention]:
    """Leave out sites that only tell where something is seen, and name sides and sites again where a clause goes on."""
    mentions = without_seen(_without_roots_in_fluid(mentions, words), words)
    if "vertebra" in kinds:
        mentions = with_roots_together(_without_zones_of_roots(mentions))
    if "level" in kinds:
        mentions = _without_sites_of_lesions(mentions, words)
    if "breaker" in kinds and not kinds.isdisjoint(SIDES):
        mentions = with_clause_of_component(with_sides_where(mentions, words))
    if "open" in kinds and "grade" in kinds and "of" in kinds:
        mentions = with_site_of_open_level(mentions, words)
    return mentions


def _without_sites_of_lesions(mentions: list[Mention], words: list[str]) -> list[Mention]:
    """Leave out the part that a lesion is of, which its level tells: "protrusion of the L4-5 | disc".

    So is the disc at which the cord ends: "The conus ends at the L1-2 | disc, normal".
    """
    kept: list[Mention] = []
    for mention in mentions:
        if mention.value in _DISCS and [one.value or one.kind for one in kept] == _CORD_AT:
            continue
        lesion = _lesion_of_level(kept, words) if mention.kind == "site" and kept and kept[-1].j == mention.i else ""
        if lesion and lesion in _LESIONS_OF.get(mention.value, ()):
            kept[-2:] = _with_side_behind(*kept[-2:])
            continue
        if mention.value == "disc_contour" and [one.value for one in kept[-2:-1]] == ["annular_fissure"]:
            kept.pop()
            continue
        kept.append(mention)
    return kept


def _with_side_behind(of: Mention, level: Mention) -> list[Mention]:
    """Return the place of a lesion with its side behind the level: "cyst | of the left L4-5 | facet"."""
    if of.kind == "of":
        return [of, level]
    level.form = "at"
    return [Mention(_OF, of.i, of.i), level, of]


def _lesion_of_level(mentions: list[Mention], words: list[str]) -> str:
    """Return the lesion that mentions end in, with "of" and a level: "protrusion | of the | L4-5"."""
    if [mention.kind for mention in mentions[-3:]] not in _OF_LEVEL or words[mentions[-2].i] != "of":
        return ""
    return mentions[-3].value


def _without_only_behind_verb(mentions: list[Mention], words: list[str]) -> list[Mention]:
    """Leave out the "only" of a degree, which opens no clause: "the left is | only mildly narrowed"."""
    return [
        mention
        for place, mention in enumerate(mentions)
        if words[mention.i : mention.j] != ["only"] or not place or mentions[place - 1].kind != "cop"
    ]


def _with_sides_in_order(mentions: list[Mention], words: list[str], kinds: set[str]) -> list[Mention]:
    """Merge "left > right" and "the left and the right", and move a denied side behind what is said of the other."""
    if "cap" in kinds:
        mentions = merge_comparisons(mentions)
    if "level" in kinds and "side" in kinds:
        mentions = without_both_of_levels(mentions, words)
    if "focus" in kinds and "grade" in kinds:
        mentions = with_lesser_sides(with_degree_of_worse(mentions), words)
    if "focus" in kinds:
        mentions = without_side_compared(mentions, words)
    if "focus" in kinds and "site" in kinds:
        mentions = with_side_of_worse(mentions, words)
    if "pred" in kinds and "site" in kinds:
        mentions = with_side_of_place(with_side_of_root(mentions, words), words)
    if "conj" in kinds or "neg" in kinds:
        mentions = sides_as_one(mentions, words)
    if "grade" in kinds:
        mentions = with_sides_of_two_degrees(with_bracketed_degrees_ahead(mentions, words), words)
    if "neg" in kinds and "breaker" in kinds:
        mentions = with_denied_side_behind(mentions, words)
    return mentions


def _without_joint_before_degree(mentions: list[Mention]) -> list[Mention]:
    """Leave out what joins a degree to a state that is none: "is unchanged | , and | moderate"."""
    for place, (verb, joint, grade) in enumerate(zip(mentions, mentions[1:], mentions[2:], strict=False)):
        comma = verb.value == ","
        if (mentions[place - 1] if comma else verb).kind == "cop" and (joint.kind, grade.kind) == ("conj", "grade"):
            return [*mentions[: place if comma else place + 1], *mentions[place + 2 :]]
    return mentions


def _with_grades_settled(mentions: list[Mention], words: list[str], kinds: set[str]) -> list[Mention]:
    """Take out degrees of places, liken those that are the same, and merge ranges and caps."""
    if "focus" in kinds or "side_post" in kinds:
        mentions = _without_degrees_of_place(mentions, words)
    if "cop" in kinds and "conj" in kinds:
        mentions = _without_joint_before_degree(mentions)
    mentions = with_same_degrees(mentions)
    if "cap" in kinds or [mention.kind for mention in mentions].count("grade") > 1:
        mentions = merge_grades(mentions, words)
    if "cop" in kinds and "pred" in kinds:
        mentions = _with_degree_ahead(mentions, words)
    return mentions


def _with_degree_ahead(mentions: list[Mention], words: list[str]) -> list[Mention]:
    """Put the degree of a narrowing before it where its site stands behind: "stenosis is | severe in the recess"."""
    for place, (noun, verb, grade, of) in enumerate(zip(*(mentions[k:] for k in range(4)), strict=False)):
        narrows = (noun.kind, noun.value) == ("pred", "narrow") and noun.form in ("noun", "either")
        stated = (verb.kind, grade.kind) == ("cop", "grade") and of.kind in ("of", "side_post") and words[of.i] == "in"
        begins = place == 0 or mentions[place - 1].kind in _BEFORE_CLAUSE
        site = next((m for m in mentions[place + 3 : place + 6] if m.kind not in ("of", "side", "side_post")), None)
        if narrows and stated and begins and site is not None and site.kind == "site":
            return [*mentions[:place], grade, noun, *_with_degree_ahead(mentions[place + 3 :], words)]
    return mentions


def _arrow(mentions: list[Mention], index: int, words: list[str]) -> Mention | None:
    """Return the link that ">" is between two lesions: "mild bulge > mild canal stenosis", not "stenosis > mild"."""
    sign = mentions[index]
    if words[sign.i : sign.j] != [">"] or not 0 < index < len(mentions) - 1:
        return None
    before, *behind = mentions[index - 1], *mentions[index + 1 : index + 4]
    while behind and behind[0].kind in _MODIFYING:
        behind.pop(0)
    leads = before.j == sign.i and before.kind in _HEADS and bool(behind) and behind[0].kind in _NAMED
    return Mention(_LINK, sign.i, sign.j) if leads else None


def _is_of_scar(mention: Mention, words: list[str]) -> bool:
    """Whether scar is what encases a root, which says nothing of contact: "granulation tissue at L4-5 | encasing"."""
    for place in range(mention.i - 1, max(mention.i - MAX_SUBJECT_WORDS, 0) - 1, -1):
        if words[place] in _SUBJECT_ENDS:
            return False
        if words[place].startswith(_SCAR):
            return True
    return False


def _without_roots_in_fluid(mentions: list[Mention], words: list[str]) -> list[Mention]:
    """Leave out roots that only tell where fluid is: "effacement of the CSF around | the roots"."""
    if _AROUND.isdisjoint(words[mentions[0].i : mentions[-1].j]):
        return mentions
    kept: list[Mention] = []
    for mention in mentions:
        fluid = next((before for before in reversed(kept) if before.kind not in _BEFORE_ROOT), None)
        told = fluid is None or fluid.value != "sac" or _AROUND.isdisjoint(words[fluid.j : mention.i])
        if told or mention.value not in ("root", "roots"):
            kept.append(mention)
    return kept


def _without_zones_of_roots(mentions: list[Mention]) -> list[Mention]:
    """Leave out where a root is touched: "in contact with the | extraforaminal | L3 root"."""
    return [
        mention
        for place, mention in enumerate(mentions)
        if mention.kind != "zone" or [other.kind for other in mentions[place + 1 : place + 3]] != ["vertebra", "site"]
    ]


def _without_comma_before_object(mentions: list[Mention]) -> list[Mention]:
    """Leave out the comma that ends an aside before the object: "approaches, but does not touch | , the L5 root"."""
    for place in range(4, len(mentions) - 1):
        opening, but, neg, verb, comma = mentions[place - 4 : place + 1]
        aside = opening.value == comma.value == "," and but.value == "but" and neg.kind == "neg"
        if aside and verb.kind == "pred" and verb.form in _TRANSITIVE and mentions[place + 1].kind in _OBJECTS:
            return mentions[:place] + mentions[place + 1 :]
    return mentions


def _tells_nothing(mentions: list[Mention], place: int, words: list[str]) -> bool:
    """Whether scar encases a root, or an adjective only tells why a lesion is there: "| degenerative stenosis"."""
    mention = mentions[place]
    word = words[mention.i]
    if word in _CAUSES:
        return mention.j == mention.i + 1 and _stands_before_lesion(mentions, place)
    return word in _ENCASING and _is_of_scar(mention, words)


def _stands_before_lesion(mentions: list[Mention], place: int) -> bool:
    """Whether an adjective opens a noun phrase that names a lesion: "| degenerative narrowing of both foramina"."""
    site, end = "", mentions[place].j
    for mention in mentions[place + 1 :]:
        if mention.i != end:
            return False
        if mention.kind == "finding" or (mention.kind == "pred" and mention.form in ("noun", "either")):
            return mention.kind == "finding" or site not in ("facet", "disc")
        if mention.kind not in ("site", "side", "grade"):
            return False
        site, end = mention.value if mention.kind == "site" else site, mention.j
    return False


def _without_degrees_of_place(mentions: list[Mention], words: list[str]) -> list[Mention]:
    """Leave out degrees of where something lies: "bulge slightly to the left", "mildly eccentric to the right"."""
    kept: list[Mention] = []
    for mention, following in zip(mentions, [*mentions[1:], None], strict=True):
        before = kept[-1] if kept else None
        if not (mention.kind == "grade" and _grades_place(mention, before, following, words)):
            kept.append(mention)
    return kept


def _grades_place(grade: Mention, before: Mention | None, following: Mention | None, words: list[str]) -> bool:
    """Whether an adverb of degree stands before a place and behind no verb, whose degree it would be."""
    if following is None or following.i != grade.j or not is_adverb(words[grade.i : grade.j]):
        return False
    if before is not None and before.j == grade.i and before.form in ("verb", "part"):
        return False
    return following.kind == "focus" or (following.kind == "side_post" and words[following.i] in _TOWARDS)


def _without_ranged(mentions: list[Mention], words: list[str]) -> list[Mention]:
    """Leave out the whole of which a range is named: "at all levels from | L2-3 to L5-S1"."""
    kept: list[Mention] = []
    for mention in mentions:
        if mention.kind == "level" and len(kept) > 1 and _is_whole_of_range(kept[-2], mention, words):
            del kept[-2:]
        kept.append(mention)
    return kept


def _is_whole_of_range(whole: Mention, level: Mention, words: list[str]) -> bool:
    """Whether nothing but "from" stands between a whole and levels; discs are named by the whole alone."""
    if words[whole.j : level.i] != ["from"] or words[whole.j - 1] in DISC_WORDS:
        return False
    return whole.kind == "levelref" and whole.value in _RANGED


def _without_included(mentions: list[Mention], words: list[str]) -> list[Mention]:
    """Leave out levels that others hold already: "the remaining levels, including L5-S1, are unremarkable"."""
    kept: list[Mention] = []
    aside: Mention | None = None
    for mention in mentions:
        if aside is not None and mention.kind in _INCLUDED:
            aside.j = mention.j
            continue
        if aside is not None and mention.kind == "mark":
            aside = None
            continue
        place = kept[-1].j if kept and kept[-1].kind == "mark" else mention.i
        if (
            mention.kind == "level"
            and "including" in words[place : mention.i]
            and len(kept) > 1
            and kept[-2].kind == "levelref"
            and kept[-2].value in _WHOLES
        ):
            aside = kept[-1] = Mention(_ASIDE, place, mention.j)
        else:
            kept.append(mention)
    return kept
