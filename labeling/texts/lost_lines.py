"""A text that has lost all its line ends gets back those of which the words are sure.

Archives export reports as one line. Sections, bullets, numbered levels and rows of a table still show where a line
began, and what describes the pictures shows where a history without a heading behind it has ended.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from deepspine.labeling.discourse.section_words import DESCRIBING, EARLIER, section_by_words
from deepspine.labeling.lexicon import Rule
from deepspine.labeling.mentions import Mention
from deepspine.labeling.texts.markup import NEWLINE

MAX_HEADING_MENTIONS = 4

_LINE_END = Rule("mark of a lost line end", "mark", NEWLINE, ())
_LEVELS = frozenset(("level", "levels"))
_NAMES = frozenset(("site", "finding", "pred"))
_OF_SENTENCE = frozenset(
    (
        "the",
        "this",
        "a",
        "of",
        "and",
        "or",
        "/",
        "&",
        "for",
        "as",
        "per",
        "by",
        "with",
        "to",
        "in",
        "on",
        "no",
        *EARLIER,
    )
)
"""Words before a section's name that make it a word of the sentence: "as per history: ...", "previous study: ..."."""

_LEADING = frozenset(("of", "to", "conj", "breaker"))
_MARKS = frozenset((",", ":", "(", "-", "/", "|", "*", ")"))
"""Kinds of mentions, and signs, that a level behind them goes on with: "mild, L4-5: severe"."""

_STOPS = frozenset((".", "?", ";"))
_CLOSED = frozenset((".", ":", ";", "|"))
"""Signs behind which a semicolon stands for nothing but a line end."""

Sections = Sequence[tuple[int, str]]
"""Where headings of sections begin, and what they open."""


def with_line_ends(words: list[str], mentions: list[Mention]) -> list[Mention]:
    """Put marks of line ends among the mentions of a text that has none."""
    sections = list(_sections(words, mentions))
    rows = _row_starts(words, mentions)
    barred = not rows and _bars_end_lines(words, sections)
    starts = rows | _item_starts(words, mentions) | _level_starts(words, mentions)
    starts.update(place for place, _ in sections)
    starts.update(_ends_of_histories(words, mentions, sections, _STOPS | {"|"} if barred else _STOPS))
    places = sorted(starts - {0}, reverse=True)
    found: list[Mention] = []
    for mention in mentions:
        while places and places[-1] <= mention.i:
            place = places.pop()
            found.append(Mention(_LINE_END, place, place))
        stands_for_one = (barred and mention.value == "|") or _is_idle_semicolon(words, mention)
        found.append(Mention(_LINE_END, mention.i, mention.j) if stands_for_one else mention)
    return found


def _bars_end_lines(words: list[str], sections: Sections) -> bool:
    """Whether bars stand for the line ends, as they do before or behind a section's heading."""
    return any(words[place - 1 : place] == ["|"] or words[place + 1 : place + 3] == [":", "|"] for place, _ in sections)


def _is_idle_semicolon(words: list[str], mention: Mention) -> bool:
    return words[mention.i] == ";" and mention.i > 0 and words[mention.i - 1] in _CLOSED


def _row_starts(words: list[str], mentions: list[Mention]) -> set[int]:
    """Return where rows of a table begin: a level, or the word for it, heads them ("| L4-5 | mild", "L4-5 | mild")."""
    if "|" not in words:
        return set()
    names = (m for m in mentions if m.kind in _LEVELS or words[m.i] in ("level", "levels"))
    heads = [m.i for m in names if words[m.j : m.j + 1] == ["|"] and m.form != "at"]
    return {place - 1 if place and words[place - 1] == "|" else place for place in heads}


def _item_starts(words: list[str], mentions: list[Mention]) -> set[int]:
    """Return where items of a list begin: "* Canal: ...", "- L4-5: ...", "2) L4-5 - ..."."""
    found = set()
    for index, mention in enumerate(mentions):
        if mention.kind != "mark":
            continue
        if mention.value == "*" or (mention.value == "-" and _heads_level(words, mentions, index + 1)):
            found.add(mention.i)
        elif mention.value == ")" and _heads_level(words, mentions, index + 1):
            found |= _number_start(words, mention.i - 1)
    return found


def _level_starts(words: list[str], mentions: list[Mention]) -> set[int]:
    """Return where levels head lines behind that of the first, with no stop between: "L3-4: bulge | L4-5: normal"."""
    found: set[int] = set()
    headed = False
    for index, mention in enumerate(mentions):
        if words[mention.i] in _STOPS:
            headed = False
        elif mention.kind == "level" and words[mention.j : mention.j + 1] == [":"]:
            before = mentions[index - 1] if index else None
            if before is None or words[before.i] in _STOPS:
                headed = True
            elif headed and mention.form != "at" and before.kind not in _LEADING and words[mention.i - 1] not in _MARKS:
                found.add(mention.i)
    return found


def _sections(words: list[str], mentions: Sequence[Mention]) -> Iterator[tuple[int, str]]:
    """Yield where headings of sections begin, and what they open: "INDICATION: ... FINDINGS: ..."."""
    start, value, end = 0, "", -1
    for mention, following in pairwise((*mentions, None)):
        if mention is None:
            continue
        named = mention.value if mention.kind == "section" else section_by_words(words, [mention])
        if named is None and not (mention.kind == "conj" and mention.i == end):
            continue
        if mention.i != end:
            start, value = mention.i, named or ""
        end = mention.j
        heads = named and following is not None and following.value == ":" and following.i == end
        if heads and not (start and words[start - 1] in _OF_SENTENCE):
            yield start, value


def _heads_level(words: list[str], mentions: Sequence[Mention], index: int) -> bool:
    """Whether the heading of a level stands behind the sign of an item: "L4-5: ...", "L4-5 - ..."."""
    if index >= len(mentions) or mentions[index].kind not in _LEVELS:
        return False
    end = mentions[index].j
    return words[end : end + 1] in ([":"], ["-"])


def _number_start(words: list[str], place: int) -> set[int]:
    """Return where the number before a bracket stands, unless both are in brackets."""
    return {place} if place >= 0 and words[place].isdigit() and words[place - 1] != "(" else set()


def _ends_of_histories(
    words: list[str], mentions: Sequence[Mention], sections: Sections, stops: frozenset[str]
) -> Iterator[int]:
    """Yield where the description of pictures begins behind a history or technique, where no heading tells."""
    if any(value == "findings" for _, value in sections):
        return
    unended = {place: value == "skip" for place, value in sections}
    within = False
    for index, mention in enumerate(mentions):
        within = unended.get(mention.i, within)
        if within and words[mention.i] in stops and _describes(words, mentions, index):
            yield mention.j
            within = False


def _describes(words: list[str], mentions: Sequence[Mention], stop: int) -> bool:
    """Whether the sentence behind a stop is about pictures: "There is ...", "L4-5 ...", "Alignment: ..."."""
    first = place = mentions[stop].j
    if place < len(words) and words[place] in DESCRIBING:
        return True
    if words[mentions[stop].i] == "?":
        return False  # "? L4-5 stenosis" goes on asking
    for mention in mentions[stop + 1 : stop + 1 + MAX_HEADING_MENTIONS]:
        if mention.i != place:
            return False
        if mention.kind in _LEVELS or mention.value == ":":
            return mention.kind in _LEVELS or place > first
        if mention.kind not in _NAMES:
            return False
        place = mention.j
    return False
