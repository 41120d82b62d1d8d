"""Dictation that runs on without stops: cut where a clause opens."""

from __future__ import annotations

from collections.abc import Callable

from deepspine.labeling.mentions import Mention
from deepspine.labeling.texts.fields import is_whole, item_behind
from deepspine.labeling.texts.sentence import Sentence

RUN_ON_WORDS = 60
"""A sentence of so many tokens without a comma was dictated without punctuation."""

MAX_CLAUSE_MENTIONS = 40
"""A clause of dictation is looked at no farther back than this, so that cutting stays linear in the text."""

MAX_SENTENCE_WORDS = 300
_STATING = frozenset(("finding", "pred", "open"))
_PLACES = frozenset(("level", "levels", "levelref", "site"))
_ENDING = _STATING | {"side", "side_post", "site", "present", "post_neg", "number", "zone", "vertebra", "level"}
"""Kinds of mentions that a clause without a stop may end with."""

_OPENING_WORDS = frozenset(("no", "a", "an"))
"""What stands behind the "there is" that opens a clause, not behind "the bulge there is | mild"."""


def _pieces(sentence: Sentence) -> list[Sentence]:
    """Cut what no one dictated as one sentence, so that reading stays linear in the text."""
    if sentence.j - sentence.i <= MAX_SENTENCE_WORDS:
        return [sentence]
    pieces: list[Sentence] = []
    for mention in sentence.mentions:
        if not pieces or mention.i - pieces[-1].i >= MAX_SENTENCE_WORDS:
            pieces.append(Sentence(mention.i, sentence.line))
            pieces[-1].line_start = len(pieces) == 1 and sentence.line_start
        pieces[-1].mentions.append(mention)
        pieces[-1].j = mention.j
    return pieces


def _parts(words: list[str], sentence: Sentence) -> list[Sentence]:
    """Cut a dictation without punctuation where a level, a heading or "there is" opens something new."""
    if any(m.kind == "mark" and m.value in ",;:" for m in sentence.mentions):
        return [sentence]
    return cut(words, sentence, _opening)


def short_of(words: list[str], sentence: Sentence) -> list[Sentence]:
    """Return a sentence, or what it falls into where it is too long to be one."""
    if sentence.j - sentence.i < RUN_ON_WORDS:
        return [sentence]
    return [piece for part in _parts(words, sentence) for piece in _pieces(part)]


def cut(
    words: list[str], sentence: Sentence, opening: Callable[[list[str], list[Mention], int], int]
) -> list[Sentence]:
    """Cut a sentence at the tokens that mentions open something new at."""
    mentions, sentence.mentions = sentence.mentions, []
    parts = [sentence]
    for index, mention in enumerate(mentions):
        start = opening(words, mentions, index)
        if start > parts[-1].i:
            parts.append(item_behind(parts[-1], start))
        parts[-1].mentions.append(mention)
    return parts


def clause_opening(words: list[str], mentions: list[Mention], index: int) -> int:
    """Return the token where a clause with "there is" begins behind one that has no stop, or -1.

    "A bulge with mild narrowing | at L5-S1 there is a protrusion | there is no stenosis".
    """
    start, before = mentions[index].i, mentions[index - 1] if index else None
    if before is None:
        return -1
    behind_whole = before.kind in _STATING and before.j == start
    if words[start : mentions[index].j] == ["impression"]:
        return start if behind_whole else -1
    if words[start : start + 2] not in (["there", "is"], ["there", "are"]):
        return -1
    first = index
    while first and mentions[first - 1].kind in _PLACES:
        first -= 1
    if first == index:
        return start if behind_whole and not _OPENING_WORDS.isdisjoint(words[start + 2 : start + 3]) else -1
    if first < 2 or words[mentions[first - 1].i] != "at" or mentions[first - 2].kind not in _ENDING:
        return -1
    whole = is_whole(words, mentions[max(first - 1 - MAX_CLAUSE_MENTIONS, 0) : first - 1])
    return mentions[first - 1].i if whole else -1


def _opening(words: list[str], mentions: list[Mention], index: int) -> int:
    """Return the token where a new sentence begins at this mention, or -1."""
    mention = mentions[index]
    if mention.kind == "level" and mention.form == "at" and words[mention.i - 1] in ("at", "to"):
        following = mentions[index + 1] if index + 1 < len(mentions) else None
        opens = following is not None and following.kind in ("breaker", "site", "neg")
        return mention.i - 1 if opens else -1
    if mention.kind == "section" and mention.value == "impression":
        return mention.i
    if words[mention.i : mention.i + 2] in (["there", "is"], ["there", "are"]):
        before = mentions[index - 1] if index else None
        return -1 if before is not None and before.kind in ("level", "levelref") else mention.i
    if words[mention.i - 2 : mention.i] == ["i", "do"] or (words[mention.i] == "do" and words[mention.i - 1] == "i"):
        return mention.i
    if mention.kind == "site" and words[mention.i] == "the" and words[mention.i - 1] not in ("of", "and", "with"):
        return mention.i
    return -1
