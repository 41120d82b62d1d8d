"""Whether a lesion or a clause of its own follows, and where it lies: "no stenosis and | a bulge at L5-S1"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, islice

from deepspine.labeling.mentions import Mention

ARTICLES = frozenset(("a", "an"))

_DESCRIBING = frozenset(
    ("cap", "filler", "focus", "grade", "mm", "number", "prior", "restword", "side", "side_post", "zone")
)
"""Kinds of mentions that may stand between the beginning of a lesion's item, its noun and its level."""

_OF_LEVEL = frozenset(("of",))
_OF_OBJECT = frozenset(("of", "side", "side_post", "site"))
"""Kinds of mentions between a lesion and its level; of a narrowing, its object too: "narrowing of | the canal at"."""

_OF_SUBJECT = frozenset(("level", "side", "side_post", "site", "vertebra"))
BEFORE_STATE = frozenset(("cap", "filler", "grade", "verb_grade"))
"""Kinds of mentions that a clause's subject consists of, and those between its verb and what it is."""


def opens_lesion(mentions: Sequence[Mention], place: int) -> bool:
    """Whether the mentions from a place on begin with a lesion and the words that describe it."""
    following = next(_behind_description(mentions, place), None)
    return following is not None and following.kind == "finding"


def states_lesion(mentions: Sequence[Mention], place: int) -> bool:
    """Whether a lesion follows that is said to be there: "no slip is seen, | a protrusion is present"."""
    lesion, verb = islice(chain(_behind_description(mentions, place), (None, None)), 2)
    return lesion is not None and lesion.kind == "finding" and verb is not None and verb.kind == "present"


def opens_clause(mentions: Sequence[Mention], place: int) -> bool:
    """Whether a site, its verb and what it is, or is not, follow: "no slip, and | the left foramen is narrowed"."""
    named = verb = False
    for mention in islice(mentions, place, None):
        if verb:
            if mention.kind not in BEFORE_STATE:
                return mention.kind in ("finding", "open") or (mention.kind == "pred" and mention.form != "verb")
        elif named and (mention.kind == "cop" or (mention.kind, mention.value) == ("neg", "not")):
            verb = True
        elif mention.kind not in _OF_SUBJECT and not (named and mention.value == "and"):
            return False
        named = named or mention.kind == "site"
    return False


def levels_of_lesion(mentions: Sequence[Mention], place: int, *, any_head: bool) -> frozenset[int]:
    """Return the levels of the lesion that the mentions from a place on begin with; none where it has none at once.

    Parameters
    ----------
    mentions, place
        Of the sentence, and where the item begins.
    any_head
        Whether it may as well be a narrowing or a contact, and no lesion: "left foraminal stenosis at L4-5".
    """
    ahead = _behind_description(mentions, place)
    head = next(ahead, None)
    while any_head and head is not None and head.kind == "site":
        head = next(ahead, None)
    if head is None or not (head.kind == "finding" or (any_head and head.kind == "pred")):
        return frozenset()
    passed = _OF_OBJECT if any_head else _OF_LEVEL
    level = next((m for m in ahead if m.kind not in passed and m.value != "herniation_migration"), None)
    return frozenset(level.group.levels) if level is not None and level.group is not None else frozenset()


def _behind_description(mentions: Sequence[Mention], place: int) -> Iterator[Mention]:
    """Go through the mentions from a place on, less those that describe a lesion."""
    for mention in islice(mentions, place, None):
        adjective = mention.kind == "site" and (mention.form == "adj" or mention.value == "disc")
        if not adjective and mention.kind not in _DESCRIBING:
            yield mention
