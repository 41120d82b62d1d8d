"""One pass over the tokens gives the typed mentions of a report: findings, sites, grades, sides, levels, scope words.

The pass walks the lexicon's trie, so its time is linear in the text whatever the text holds.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from functools import lru_cache

from deepspine.labeling.arranging.all_but import take_all_but_before, take_excepted_behind
from deepspine.labeling.arranging.cysts import CYSTIC, with_cysts_of_joints
from deepspine.labeling.arranging.heights_and_signals import (
    HEIGHT_AND_SIGNAL,
    SIGNALS,
    with_heights_and_signals,
    with_signals_alone,
)
from deepspine.labeling.arranging.level_lists import with_parted_lists
from deepspine.labeling.arranging.scale_lists import with_scale_lists
from deepspine.labeling.arranging.slip_mentions import (
    MOVES,
    PERCENT,
    SHORT_SLIPS,
    with_graded_slips,
    with_moved_vertebrae,
    with_slips_in_percent,
)
from deepspine.labeling.arranging.zone_ranges import with_zones_joined
from deepspine.labeling.level_mentions import follows_preposition, read_group
from deepspine.labeling.level_order import lumbar_down_to, vertebra
from deepspine.labeling.lexicon import Lexicon, Node, Rule
from deepspine.labeling.mentions import Mention
from deepspine.labeling.number_mentions import NUMBER_READERS, SCALE_NAMES, read_modic, read_size
from deepspine.labeling.texts.tokenization import Tokens

_LEVEL = Rule("level.named", "level", "", ())
_VERTEBRA = Rule("vertebra", "vertebra", "", ())
_CANAL = Rule("site.canal_adj", "site", "canal", (), form="adj")
_BESIDE_SPINAL = frozenset(("conj", "grade", "mark", "neg", "to"))
"""Kinds of mentions behind "spinal" where it is short for the canal: "spinal and foraminal", "spinal: mild"."""

_OF_CANAL = frozenset(("compress", "compromise", "encroach", "impinge", "narrow", "obliterate", "open", "reduce"))
"""What is said of a canal, so that "spinal" before it is short for one: "spinal stenosis", "spinal patency"."""

_DOWN_TO = frozenset(("through", "thru", "to", "down"))
_MAX_JOINT = 3
"""Words between a part of the spine and the level down to which it is meant: "spine down to"."""

_THORACIC = frozenset(("thoracic", "dorsal", "t"))
_SEEN = frozenset(("the", "visualized", "visualised", "imaged", "included", "visible"))
"""Words before a part of the spine that add nothing to it."""


def repair(tokens: Tokens, lexicon: Lexicon) -> None:
    """Replace misspelt domain words in place and split glued ones; offsets stay those of the text."""
    speller, words = lexicon.speller, tokens.words
    meant = {}
    for word in set(words).difference(speller.known):
        repaired = speller.expansions.get(word) or speller.repair(word)
        if repaired != word:
            meant[word] = repaired
    if not meant:
        return
    for index in [k for k, word in enumerate(words) if word in meant][::-1]:
        repaired = meant[words[index]]
        if " " in repaired:
            tokens.split(index, repaired.split())
        else:
            words[index] = repaired


def scan(words: list[str], root: Node) -> list[Mention]:
    """Return all mentions, left to right, never overlapping, the longest phrase first."""
    mentions: list[Mention] = []
    add, opening = mentions.append, root.get
    i, n = 0, len(words)
    while i < n:
        word = words[i]
        node = opening(word)
        rule = None
        if node is not None:
            rule, j = node.rule, i + 1
            end = j
            while node and end < n:  # the longest phrase of the trie
                node = node.get(words[end])
                if node is None:
                    break
                end += 1
                if node.rule is not None:
                    rule, j = node.rule, end
        if rule is not None:
            found = Mention(rule, i, j) if rule.kind != "modic" else read_modic(words, i, j)
            if rule.levels:
                take_all_but_before(found, mentions, words)
            add(found)
            i = found.j
            continue
        reader = _reader_of(word)
        read = reader(words, i) if reader is not None else None
        if read is None:
            i += 1
        else:
            if read.kind == "level":
                _take_beside(read, mentions, words)
            add(read)
            i = read.j
    return _told_by_neighbours(mentions, words, root)


def _told_by_neighbours(mentions: list[Mention], words: list[str], root: Node) -> list[Mention]:
    """Return the mentions with those settled that mean something only beside others: "spinal", "spondy", scales."""
    if "spinal" in words and _is_spinal_alone(words, root):
        mentions = _with_spinal(mentions)
    if not SHORT_SLIPS.isdisjoint(words):
        mentions = with_graded_slips(mentions)
    if not MOVES.isdisjoint(words):
        mentions = with_moved_vertebrae(mentions, words, root)
    if not PERCENT.isdisjoint(words):
        mentions = with_slips_in_percent(mentions, words)
    if not SCALE_NAMES.isdisjoint(words):
        mentions = with_scale_lists(mentions, words)
    if any(mention.rule.id in HEIGHT_AND_SIGNAL for mention in mentions):
        mentions = with_heights_and_signals(mentions, words, root)
    if not SIGNALS.isdisjoint(words):
        mentions = with_signals_alone(mentions, words)
    if not CYSTIC.isdisjoint(words):
        mentions = with_cysts_of_joints(mentions, words)
    return with_parted_lists(with_zones_joined(mentions, words, root), words, root)


def _is_spinal_alone(words: list[str], root: Node) -> bool:
    """Whether "spinal" stands anywhere without a word behind it that it makes up a phrase with."""
    phrases, place = root.get("spinal", ()), -1
    for _ in range(words.count("spinal")):
        place = words.index("spinal", place + 1)
        if place + 1 == len(words) or words[place + 1] not in phrases:
            return True
    return False


def _with_spinal(mentions: list[Mention]) -> list[Mention]:
    """Read "spinal" as the canal before a narrowing; before a site or finding it adds nothing to it."""
    kept: list[Mention] = []
    for mention, following in itertools.zip_longest(mentions, mentions[1:]):
        if mention.rule.id == "site.spinal" and following is not None and following.i == mention.j:
            if following.kind in ("site", "finding"):
                continue
            if following.kind in _BESIDE_SPINAL or following.value in _OF_CANAL:
                mention = Mention(_CANAL, mention.i, mention.j)
        kept.append(mention)
    return kept


def _take_beside(level: Mention, mentions: list[Mention], words: list[str]) -> None:
    """Let words around a level that say which ones are meant be part of it."""
    take_excepted_behind(level, mentions, words)
    if mentions:
        _take_noun_before(level, mentions, words)
        _take_region_before(level, mentions, words)
        take_all_but_before(level, mentions, words)


def _take_noun_before(level: Mention, mentions: list[Mention], words: list[str]) -> None:
    """Let "at the level of | L4-5" and "at the disc level of the | L4-5 disc" read as "at L4-5"."""
    if mentions[-1].kind != "of" or words[mentions[-1].i] != "of" or len(mentions) < 2:
        return
    noun, joint = mentions[-2], mentions[-1]
    article = words[joint.j : level.i]
    if noun.rule.id == "site.level" and noun.j == joint.i and article in ([], ["the"]):
        del mentions[-2:]
        level.i = noun.i
        level.form = "at" if follows_preposition(words, noun.i) else ""


def _take_region_before(level: Mention, mentions: list[Mention], words: list[str]) -> None:
    """Let "the visualized lower thoracic spine through | L2-3" read as all lumbar levels down to L2-3."""
    place = len(mentions) - 2
    if place < 0 or mentions[-1].kind != "to" or words[mentions[-1].i] not in _DOWN_TO:
        return
    if mentions[place].kind == "site":
        place -= 1
    region = mentions[max(place, 0)]
    named = words[region.i : region.j] if region.kind == "region" else []
    if _THORACIC.isdisjoint(named) or level.i - region.j > _MAX_JOINT or not (level.group and level.group.levels):
        return
    del mentions[max(place, 0) :]
    level.i = region.i
    while level.i and words[level.i - 1] in _SEEN:
        level.i -= 1
    level.group = level.group._replace(levels=lumbar_down_to(max(level.group.levels)), outside=False)


@lru_cache(maxsize=65_536)
def _reader_of(word: str) -> Callable[[list[str], int], Mention | None] | None:
    """Return what reads the mention that begins with a word: a size, a vertebra, a grade in numbers."""
    if word in NUMBER_READERS:
        return NUMBER_READERS[word]
    if word[0].isdigit():
        return _read_number
    return _read_vertebra if word[-1].isdigit() else None


def _read_number(words: list[str], i: int) -> Mention | None:
    """Read a size, or a level without letters."""
    size = read_size(words, i)
    return size if size is not None else _read_level(words, i)


def _read_level(words: list[str], i: int) -> Mention | None:
    group = read_group(words, i)
    if group is None:
        return None
    mention = Mention(_LEVEL, i, group.end)
    mention.group = group
    mention.form = "at" if follows_preposition(words, i) else ""
    return mention


def _read_vertebra(words: list[str], i: int) -> Mention | None:
    if _is_weighting(words, i):
        return None
    level = _read_level(words, i)
    if level is not None:
        return level
    if vertebra(words[i]) is None:
        return None
    return Mention(_VERTEBRA, i, i + 1)


def _is_weighting(words: list[str], i: int) -> bool:
    """Whether `T1` or `T2` is an image weighting here and no vertebra."""
    if words[i] not in ("t1", "t2"):
        return False
    return words[i + 1 : i + 2] not in (["-"], ["/"]) or words[i + 2 : i + 3] in (["t1"], ["t2"], ["weighted"])
