"""Height and signal of discs: "normal disc height and signal", "disc height preserved, signal reduced"."""

from __future__ import annotations

from bisect import bisect_left
from itertools import zip_longest

from deepspine.labeling.lexicon import Node, Rule
from deepspine.labeling.mentions import Mention

_SITES, _STATE = "site.disc_height_signal", "open.signal_and_height"
HEIGHT_AND_SIGNAL = frozenset((_SITES, _STATE))
"""Rules whose phrases name both."""

_HEIGHT = Rule(_SITES, "site", "disc_height", ())
_SIGNAL = Rule(_SITES, "site", "disc_signal", ())
_NORMAL = Rule(_STATE, "open", "normal", ())
SIGNALS = frozenset(("signal", "signals"))
_MAX_TO_DISC = 6
"""Mentions back to the disc that a bare signal may be of."""

_OF_DISC = frozenset(("disc", "disc_height", "disc_signal"))
_BEFORE_SIGNAL = frozenset((",", ";", ":", "and", "but", "t2", "the", "its", "while", "with", "normal", "reduced"))
_STATES = frozenset(
    ("absent", "are", "decreased", "diminished", "is", "lost", "low", "maintained", "normal", "preserved", "reduced")
)
"""Words before a signal that is the disc's where a disc is spoken of, and behind it."""

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


def with_signals_alone(mentions: list[Mention], words: list[str]) -> list[Mention]:
    """Return the mentions with a bare signal as the disc's: "Disc height preserved, | signal reduced"."""
    found = list(mentions)
    for place, word in enumerate(words):
        if word not in SIGNALS or not place or words[place - 1] not in _BEFORE_SIGNAL:
            continue
        end = place + 1 + (words[place + 1 : place + 2] == ["intensity"])
        index = bisect_left(found, place, key=lambda mention: mention.i)
        near = found[max(index - _MAX_TO_DISC, 0) : index]
        before = next((mention for mention in reversed(near) if mention.kind == "site"), None)
        covered = (index < len(found) and found[index].i < end) or (index and found[index - 1].j > place)
        if covered or before is None or before.value not in _OF_DISC or "." in words[before.j : place]:
            continue
        if words[end : end + 1] and words[end] in _STATES:
            found.insert(index, Mention(_SIGNAL, place, end))
    return found


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
