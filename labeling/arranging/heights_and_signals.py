"""Height and signal of discs told together: "normal disc height and signal" is said of each."""

from __future__ import annotations

from itertools import zip_longest

from deepspine.labeling.lexicon import Node, Rule
from deepspine.labeling.mentions import Mention

_SITES, _STATE = "site.disc_height_signal", "open.signal_and_height"
HEIGHT_AND_SIGNAL = frozenset((_SITES, _STATE))
"""Rules whose phrases name both."""

_HEIGHT = Rule(_SITES, "site", "disc_height", ())
_SIGNAL = Rule(_SITES, "site", "disc_signal", ())
_NORMAL = Rule(_STATE, "open", "normal", ())
_HEIGHTS = frozenset(("height", "heights"))
_JOINTS = frozenset(("and", "&", "and/or", "or", ","))
_NO_DISCS = frozenset(("cord", "other"))


def with_heights_and_signals(mentions: list[Mention], words: list[str], root: Node) -> list[Mention]:
    """Return the mentions with both as sites of their own; those of bone or cord are left out."""
    told: list[Mention] = []
    for mention, of, part in zip_longest(mentions, mentions[1:], mentions[2:]):
        if mention.rule.id not in HEIGHT_AND_SIGNAL:
            told.append(mention)
        elif not (part is not None and of.kind == "of" and of.i == mention.j and part.value in _NO_DISCS):
            told += _parts(mention, words, root)
    return told


def _parts(mention: Mention, words: list[str], root: Node) -> list[Mention]:
    """Return two sites and what joins them, and "normal" before them as a state."""
    joint = next(place for place in range(mention.i, mention.j) if words[place] in _JOINTS)
    start = mention.i + (mention.kind == "open")
    conj = root["and"].rule
    assert conj is not None
    first = _SIGNAL if _HEIGHTS.isdisjoint(words[start:joint]) else _HEIGHT
    last = _SIGNAL if first is _HEIGHT else _HEIGHT
    state = [Mention(_NORMAL, mention.i, start)] if start > mention.i else []
    joined = Mention(first, start, joint), Mention(conj, joint, joint + 1), Mention(last, joint + 1, mention.j)
    return [*state, *joined]
