"""Pronouns for what was named before.

"The foramina at L4-5 are narrowed. Those at L5-S1 are patent", "a protrusion at L3-4 and a larger one at L4-5".
"""

from __future__ import annotations

from deepspine.labeling.clauses.frames import DISCS, ZONED, names_discs
from deepspine.labeling.mentions import HEADS, SIDES, Mention

_ALONE = frozenset(("that", "those"))
_ONE = frozenset(("one", "ones"))
_PLACES = frozenset(("of", "side_post", "levelref"))
"""Kinds of mentions that tell of which one a pronoun is: "that | at L5-S1", "the one | on the right", "those above"."""

_AGAIN = frozenset(("another", "one", "ones"))
_OTHER_ONES = frozenset(("any", "each", "every", "least", "no", "of", "only", "similar", "this", "which"))
_BEHIND_AGAIN = frozenset(
    ("abutting", "at", "causing", "compressing", "contacting", "effacing", "impinging", "in", "indenting", "is",
     "narrowing", "noted", "on", "present", "seen", "touching", "which", "with")
)  # fmt: skip
"""Words for one more of a lesion, those before that make them something else, and those that may follow."""

_LESIONS = ZONED | {"annular_fissure", "schmorl_node", "synovial_cyst"}
_PRONOUNS = _ALONE | _AGAIN | {"they"}
_DISCS_BESIDE = (["the", "one", "above"], ["the", "one", "below"])
"""Pronouns for a disc, whatever the sentence before is about."""

_BEFORE_SUBJECT = frozenset(("breaker", "grade", "level", "side", "vertebra"))
_MAX_TO_THEY = 6
_SUBJECTS = frozenset(("disc", "facet", "foramen", "recess", "root"))


def has_pronouns(words: list[str]) -> bool:
    """Whether a report has words that may stand for what was named before."""
    return not _PRONOUNS.isdisjoint(words)


def subject_of(mentions: list[Mention], words: list[str]) -> list[Mention]:
    """Return the part or lesion that a sentence opens with, and its side; empty where it opens with something else."""
    sides: list[Mention] = []
    for mention in mentions:
        if mention.kind == "levelref" and names_discs(words[mention.i : mention.j]):
            return [Mention(DISCS, mention.i, mention.j)]
        if mention.kind == "finding" or (mention.kind == "site" and mention.value in _SUBJECTS):
            return [*sides, mention]
        if mention.kind not in _BEFORE_SUBJECT:
            break
        sides = [mention] if mention.kind == "side" else sides
    return []


def with_subject_again(mentions: list[Mention], words: list[str], start: int, subject: list[Mention]) -> list[Mention]:
    """Name the subject of the sentence before in the place of a pronoun: "those | at L5-S1", "they | are patent".

    Parameters
    ----------
    mentions
        Of a sentence, before `settle`.
    words
        Of the whole report.
    start
        Where the sentence begins.
    subject
        Of the sentence before, as `subject_of` returned it.
    """
    if not subject:
        return mentions
    end = _end_of_pronoun(words, start)
    if not end:
        return _with_plural_again(mentions, words, start, subject[-1])
    rest = [mention for mention in mentions if mention.j > end]
    if not rest or rest[0].kind not in _PLACES or rest[0].i > end or words[start : rest[0].j] in _DISCS_BESIDE:
        return mentions
    sided = any(mention.kind in SIDES for mention in rest)
    named = subject[-1:] if sided else subject
    return [*(_again(mention, start, end) for mention in named), *rest]


def _with_plural_again(mentions: list[Mention], words: list[str], start: int, subject: Mention) -> list[Mention]:
    """Name the parts that "they" are where nothing but their state is told: "At L5-S1 | they are patent"."""
    opening = words[start : start + _MAX_TO_THEY]
    kinds = {mention.kind for mention in mentions}
    if "they" not in opening or not subject.plural or subject.kind != "site" or not kinds.isdisjoint(HEADS):
        return mentions
    if "open" not in kinds or "site" in kinds:
        return mentions
    place = start + opening.index("they")
    ahead = [mention for mention in mentions if mention.i < place]
    return [*ahead, _again(subject, place, place + 1), *mentions[len(ahead) :]]


def last_lesion(mentions: list[Mention]) -> Mention | None:
    """Return the lesion of a disc or facet that a sentence names last."""
    return next((mention for mention in reversed(mentions) if _is_lesion(mention)), None)


def with_lesion_again(mentions: list[Mention], words: list[str], start: int, lesion: Mention | None) -> list[Mention]:
    """Name a lesion in the place of "one" and "another": "protrusion at L3-4 and a right paracentral | one at L4-5".

    Parameters
    ----------
    mentions, words, start
        As in `with_subject_again`.
    lesion
        The last one of the sentence before.
    """
    if _AGAIN.isdisjoint(words[start : mentions[-1].j]):
        return mentions
    told: list[Mention] = []
    place = start
    for mention in mentions:
        again = next((k for k in range(place, mention.i) if _stands_for_lesion(words, k)), -1)
        if again >= 0 and lesion is not None:
            told.append(_again(lesion, again, again + 1))
        lesion = mention if _is_lesion(mention) else lesion
        told.append(mention)
        place = mention.j
    return told


def _is_lesion(mention: Mention) -> bool:
    return mention.kind == "finding" and mention.value in _LESIONS


def _stands_for_lesion(words: list[str], place: int) -> bool:
    """Whether a word is a lesion told before: not "one of these", "a similar one", "another small bulge"."""
    if words[place] not in _AGAIN or words[place - 1] in _OTHER_ONES:
        return False
    return words[place + 1] in _BEHIND_AGAIN


def _again(mention: Mention, start: int, end: int) -> Mention:
    again = Mention(mention.rule, start, end)
    again.bits, again.plural = mention.bits, mention.plural
    return again


def _end_of_pronoun(words: list[str], start: int) -> int:
    """Return the place behind a pronoun that opens a sentence; 0 without one."""
    if words[start] in _ALONE:
        return start + 1
    return start + 2 if words[start] == "the" and not _ONE.isdisjoint(words[start + 1 : start + 2]) else 0
