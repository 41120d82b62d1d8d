"""Cysts that come from a facet joint, which are synovial without being called so, and what protrudes with them."""

from __future__ import annotations

from deepspine.labeling.lexicon import Rule
from deepspine.labeling.mentions import Mention
from deepspine.labeling.texts.markup import NEWLINE

CYSTIC = frozenset(("cyst", "cysts", "cystic"))
_FROM = frozenset(("from", "of"))
_PROTRUDING = frozenset(("protrudes", "protrude", "protruding"))
_ENDS = frozenset((".", ";", NEWLINE))
_SEEN = frozenset(("breaker", "conj", "cop", "filler", "level", "mm", "of", "present", "side", "side_post", "vertebra"))
"""Kinds of mentions between a cyst and its joint, or what it does: "cysts | are seen | arising from | the left"."""

_SYNOVIAL = Rule("synovial.of_joint", "finding", "synovial_cyst", ())
_REACHES = Rule("cyst.reaches", "filler", "", ())


def with_cysts_of_joints(mentions: list[Mention], words: list[str]) -> list[Mention]:
    """Call cysts synovial that come from a facet joint, and no herniation what they do.

    "A | cyst arising from the left facet joint and | protruding into the canal".
    """
    found: list[Mention] = []
    for place, mention in enumerate(mentions):
        if _is_cyst(mention, words) and _comes_from_joint(mentions, place, words):
            mention = Mention(_SYNOVIAL, mention.i, mention.j)
        elif _protrudes(mention, words) and _is_of_cyst(found, mention.i, words):
            mention = Mention(_REACHES, mention.i, mention.j)
        found.append(mention)
    return found


def _is_cyst(mention: Mention, words: list[str]) -> bool:
    return mention.kind == "site" and not CYSTIC.isdisjoint(words[mention.i : mention.j])


def _protrudes(mention: Mention, words: list[str]) -> bool:
    return mention.value == "herniation" and mention.j == mention.i + 1 and words[mention.i] in _PROTRUDING


def _comes_from_joint(mentions: list[Mention], place: int, words: list[str]) -> bool:
    """Whether the next part named is a facet joint, behind "from" or "of" in the sentence of a cyst."""
    behind = (other for other in mentions[place + 1 :] if not (_is_aside(other) or _protrudes(other, words)))
    joint = next(behind, None)
    if joint is None or joint.value != "facet":
        return False
    between = words[mentions[place].j : joint.i]
    return _ENDS.isdisjoint(between) and not _FROM.isdisjoint(between)


def _is_of_cyst(before: list[Mention], start: int, words: list[str]) -> bool:
    """Whether a cyst, maybe of a joint, is what a verb before its object is said of."""
    cyst = next((other for other in reversed(before) if not (_is_aside(other) or other.value == "facet")), None)
    return (
        cyst is not None and not CYSTIC.isdisjoint(words[cyst.i : cyst.j]) and _ENDS.isdisjoint(words[cyst.j : start])
    )


def _is_aside(mention: Mention) -> bool:
    return mention.kind in _SEEN or mention.value == "approach"
