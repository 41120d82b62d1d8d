"""Fields of a form within a line: cut at semicolons that a heading follows, and before headings that nothing parts."""

from __future__ import annotations

import itertools

from deepspine.labeling.mentions import Mention
from deepspine.labeling.texts.sentence import DASHES, Sentence

MAX_HEADING_MENTIONS = 6
_NAMES = frozenset(("finding", "site", "pred"))
_STATING = frozenset(("finding", "pred", "open"))
_VALUES = frozenset(("finding", "open", "grade", "post_neg", "side", "side_post", "pred"))
_DEGREES = frozenset(("grade", "mm", "neg", "post_neg", "open", "number"))
_PRONOUNS = frozenset(("it", "they", "them", "these", "this", "those", "both", "one", "ones", "same"))
_LEVELS = frozenset(("level", "levels", "levelref"))
_JOINING = frozenset(("conj", "of", "to", "neg"))
"""What hangs a level on the words before it."""

_DASH_HEADING_KINDS = frozenset(("level", "site", "finding", "pred"))
_HEADING_KINDS = frozenset(("level", "levels", "site", "finding", "pred", "side", "mark", "conj", "of"))


def headed_items(words: list[str], sentence: Sentence) -> list[Sentence]:
    """Cut at semicolons that a heading follows ("Canal: mild; Foramina: patent") or a whole statement of a level."""
    items = [sentence]
    mentions, sentence.mentions = sentence.mentions, []
    bracketed = _bracketed(words, mentions)
    stops = [k for k, mention in enumerate(mentions) if words[mention.i] == ";" and k not in bracketed]
    stops.append(len(mentions))
    following = dict(itertools.pairwise(stops))
    for index, mention in enumerate(mentions):
        if index in following and (
            _heads(mentions[index + 1 : index + 1 + MAX_HEADING_MENTIONS])
            or (
                is_whole(words, items[-1].mentions)
                and is_whole(words, mentions[index + 1 : following[index]])
                and not _lacks_subject(mentions[index + 1 : following[index]])
            )
        ):
            items.append(item_behind(items[-1], mention.j))
            items[-2].j = mention.i
        else:
            items[-1].mentions.append(mention)
    return items


def _bracketed(words: list[str], mentions: list[Mention]) -> set[int]:
    """Return the indices of mentions in brackets that close: "stenosis (right: | severe; left: mild | )"."""
    inside: set[int] = set()
    opened = -1
    for index, mention in enumerate(mentions):
        if words[mention.i] == "(":
            opened = index
        elif words[mention.i] == ")" and opened >= 0:
            inside.update(range(opened, index))
            opened = -1
    return inside


def unmarked_items(words: list[str], sentence: Sentence) -> list[Sentence]:
    """Cut before headings that nothing divides from the text before: "Disc: bulge | Canal: mild | L5-S1: normal"."""
    items = [sentence]
    mentions, sentence.mentions = sentence.mentions, []
    colons: list[int] = []
    for index, mention in enumerate(mentions):
        items[-1].mentions.append(mention)
        if mention.value != ":":
            continue
        first = _heading_start(words, mentions, index)
        if not first and colons:
            first = _finding_start(mentions, index, colons[-1])
        if first and (mentions[first - 1].value == "," or (sentence.has_colons and _ends_field(mentions, first - 1))):
            items.append(item_behind(items[-1], mentions[first].i))
            _leave_joint(items[-2])
        elif colons and _is_level_behind_text(mentions, colons, index):
            items.append(item_behind(items[-1], mentions[_place_start(mentions, index)].i))
        colons.append(index)
    return items


def _ends_field(mentions: list[Mention], index: int) -> bool:
    """Whether a field ends with a mention: a value, a comma, or a dash behind these ("Disc: bulge | - Canal: none")."""
    last = mentions[index]
    if last.value == "both" and index and mentions[index - 1].kind == "conj":
        return False  # "canal and both | foramina: ..."
    if last.kind == "mark" and last.value in DASHES and index:
        last = mentions[index - 1]
    return last.kind in _VALUES or last.value == ","


def _leave_joint(field: Sentence) -> None:
    """Leave out the comma or dash that a field ends with."""
    if field.mentions[-1].kind == "mark":
        field.j = field.mentions.pop().i


def _is_level_behind_text(mentions: list[Mention], colons: list[int], colon: int) -> bool:
    """Whether a level before a colon is a heading behind what another one heads: "L4-5: mild bulge | L5-S1: normal".

    Behind a section's heading the text of a history may stand before it ("Hx: back pain | L4-5: mild bulge").
    """
    last = colons[-1]
    level, before = mentions[colon - 1], mentions[colon - 2]
    if level.kind not in _LEVELS or level.form == "at" or level.j != mentions[colon].i or colon - 1 == last:
        return False
    if before.j == level.i and (before.kind in _JOINING or (before.kind == "mark" and before.value != ",")):
        return False
    head = mentions[last - 1] if last else None
    if head is not None and head.kind == "section":
        return head.value == "skip" or colon - 2 == last
    return head is not None and head.kind in _LEVELS and colon - 2 > last


def _place_start(mentions: list[Mention], colon: int) -> int:
    """Return the level before a colon, or the side before it that a comma parts from the text: "..., | left L4-5:"."""
    comma, side, level = mentions[colon - 3 : colon]
    sided = comma.value == "," and side.kind == "side" and side.j == level.i
    return colon - 2 if sided else colon - 1


def _heading_start(words: list[str], mentions: list[Mention], colon: int) -> int:
    """Return the first mention of "R NF:", "Foraminal narrowing:", "Narrowing of the canal:"; 0 where none stands."""
    first = colon
    if first > 1 and mentions[first - 1].value == "both" and mentions[first - 1].i == mentions[first - 2].j:
        first -= 1
    for kind in ("pred", "site", "side"):
        before = mentions[first - 1] if first else None
        if before is None or before.kind != kind or before.j != mentions[first].i:
            continue
        named = before.j - before.i > 1  # "left and right", where "both" may be of the value before
        if before.value != "both" or named:
            first -= 1
    if first > 1 and words[mentions[first - 1].i] == "of":
        if mentions[first - 2].kind == "pred":
            first -= 2
        elif mentions[first - 1].kind == "side_post":
            first -= 1
    return first if any(mention.kind == "site" for mention in mentions[first:colon]) else 0


def _finding_start(mentions: list[Mention], colon: int, last: int) -> int:
    """Return the finding that heads a field behind another one ("Bulge: mild, | Herniation: none"), or 0."""
    first, behind = colon - 1, mentions[colon + 1 : colon + 2]
    if first <= last + 1 or mentions[first].kind != "finding" or mentions[last - 1].kind not in _NAMES:
        return 0
    parted = mentions[first - 1].kind == "mark" and mentions[first].j == mentions[colon].i
    valued = bool(behind) and (behind[0].kind in _DEGREES or behind[0].value == mentions[first].value)
    return first if parted and valued else 0


def item_behind(sentence: Sentence, start: int) -> Sentence:
    """Take what stands from a token on out of a sentence, as one of its own."""
    item = Sentence(start, sentence.line)
    item.cell, item.has_colon, item.has_dash = sentence.cell, sentence.has_colon, sentence.has_dash
    item.line_end, item.j = sentence.line_end, sentence.j
    sentence.j, sentence.line_end = start, False
    item.mentions = [mention for mention in sentence.mentions if mention.i >= start]
    sentence.mentions = [mention for mention in sentence.mentions if mention.i < start]
    return item


def is_whole(words: list[str], mentions: list[Mention]) -> bool:
    """Whether mentions say something of a level by themselves: "L5-S1 unremarkable", "mild bulge at L3-4"."""
    kinds = {mention.kind for mention in mentions}
    if kinds.isdisjoint(_STATING) or kinds.isdisjoint(_LEVELS):
        return False
    return _PRONOUNS.isdisjoint(words[mentions[0].i : mentions[-1].j])


def _lacks_subject(mentions: list[Mention]) -> bool:
    """Whether mentions say something of what the item before is about: "mildly narrowed on the left at L3-4"."""
    if any(mention.kind in ("site", "finding") for mention in mentions):
        return False
    said = next((mention for mention in mentions if mention.kind not in ("grade", "to", "cap", "conj")), mentions[0])
    return said.kind == "open" or (said.kind == "pred" and said.form == "part")


def _heads(mentions: list[Mention]) -> bool:
    """Whether mentions begin with a heading: levels, sites or findings alone before a colon or a dash."""
    whole = True
    for index, mention in enumerate(mentions):
        if mention.kind == "mark" and (mention.value == ":" or (mention.value == "-" and whole)):
            return index > 0
        if mention.kind not in _HEADING_KINDS:
            return False
        whole = mention.kind in _DASH_HEADING_KINDS and (not index or mention.i == mentions[index - 1].j)
    return False
