"""Whether the item that follows is a lesion of its own, and where it lies: "no stenosis and | a bulge at L5-S1"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from deepspine.labeling.mentions import Mention

ARTICLES = frozenset(("a", "an"))

_DESCRIBING = frozenset(("cap", "filler", "grade", "mm", "number", "prior", "restword", "side", "side_post", "zone"))
"""Kinds of mentions that may stand between the beginning of a lesion's item, its noun and its level."""


def opens_lesion(mentions: Sequence[Mention], place: int) -> bool:
    """Whether the mentions from a place on begin with a lesion and the words that describe it."""
    following = next(_behind_description(mentions, place), None)
    return following is not None and following.kind == "finding"


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
    level = next((mention for mention in ahead if mention.kind != "of"), None)
    return frozenset(level.group.levels) if level is not None and level.group is not None else frozenset()


def _behind_description(mentions: Sequence[Mention], place: int) -> Iterator[Mention]:
    """Go through the mentions from a place on, less those that describe a lesion."""
    for mention in islice(mentions, place, None):
        adjective = mention.kind == "site" and (mention.form == "adj" or mention.value == "disc")
        if not adjective and mention.kind not in _DESCRIBING:
            yield mention
