"""Which lines without a level of their own go on with the level of a line before.

Reports are written level by level ("L4-5: ... | Canal: ... | L5-S1: ..."), or site by site ("Canal: | L4-5: ...").
The layout of all lines tells which, and where what is about the whole spine begins again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from deepspine.labeling.discourse.section_words import section_by_words
from deepspine.labeling.mentions import Mention
from deepspine.labeling.texts.sentence import DASHES, Sentence

MAX_LEADING_WORDS = 2
"""Words before the level that opens a line: "At the L4-5 level"."""

_NAMED = frozenset(("level", "levels"))
_NOUNS = frozenset(("site", "finding"))
_TITLES = _NOUNS | {"pred", "side", "side_post", "conj", "of"}
_NAMING = _NOUNS | {"pred", "side"}
_VALUES = frozenset(("grade", "post_neg", "open", "number"))
_GIVEN = _VALUES | {"side", "side_post"}
_OF_VALUE = _GIVEN | _NAMED | {"cap", "conj", "hedge", "mark", "mm", "of", "to"}
_TITLE_MARKS = frozenset(("/", "(", ")", ","))
_DENYING = frozenset(("neg", "open", "post_neg"))
_LEVEL_ALONE = frozenset(("level", "levels", "conj", "mark", "site"))


@dataclass(slots=True)
class _Block:
    """A line of a level, and the fields on the lines below it.

    Attributes
    ----------
    index, item
        Its sentence, and the kind of list item that it is.
    owns_fields
        Whether what stands below it without an empty line between is its own by the layout alone.
    fields
        Sentence of each field, and the sites and findings of its heading.
    joined
        How many of these follow without an empty line.
    ended
        Whether an empty line stood below.
    """

    index: int
    item: str
    owns_fields: bool
    fields: list[tuple[int, frozenset[str]]] = field(default_factory=list)
    joined: int = 0
    ended: bool = False

    def add(self, index: int, about: frozenset[str]) -> None:
        """Add a field below the others."""
        self.joined += not self.ended
        self.fields.append((index, about))


class LevelLines:
    """The layout of a report: which lines open levels, and which of the others go on with one.

    Parameters
    ----------
    words, sentences
        Of the report.
    """

    def __init__(self, words: list[str], sentences: list[Sentence]) -> None:
        self.words = words
        self.sentences = sentences

    @cached_property
    def plain(self) -> list[bool]:
        """For each sentence, whether a line without a level here is still about the level of a line before.

        It is where another line that begins with a level follows in the section, and behind the last such line where
        lines without a level stood between the others: lines that deny something, or lines below a level alone.
        """
        found = [False] * len(self.sentences)
        opens = self._opens
        follows = False
        for index in range(len(found) - 1, -1, -1):
            found[index] = follows
            follows = opens[index] != "section" and (follows or opens[index] == "level")
        among = between = follows = alone = False
        for index, sentence in enumerate(self.sentences):
            if opens[index] == "section":
                among = between = follows = alone = False
            elif opens[index] == "level":
                among = among or between
                follows, between, alone = True, False, _is_level_alone(sentence)
            elif sentence.line_start:
                between = follows and not sentence.blank_before and (between or alone or _denies(sentence))
            found[index] = found[index] or among
        return found

    @cached_property
    def fields(self) -> dict[int, int]:
        """Sentences that open a field of a level ("Canal: ..." below "L4-5: ..."), each with that of its level.

        A field is of the level above where another level follows, where the level's heading leaves everything to its
        fields or opens a paragraph with them, and behind the last level as far as the levels before have the same
        fields.
        """
        found: dict[int, int] = {}
        for blocks in self._runs():
            known: set[str] = set()
            for block in blocks[:-1]:
                found.update((index, block.index) for index, _ in block.fields)
                known.update(*(about for _, about in block.fields))
            last = blocks[-1]
            count = last.joined if last.owns_fields else 0
            for position, (_, about) in enumerate(last.fields, start=1):
                if not known.isdisjoint(about):
                    count = max(count, position)
            found.update((index, last.index) for index, _ in last.fields[:count])
        return found

    @cached_property
    def _opens(self) -> list[str]:
        return [_opens(self.words, sentence) for sentence in self.sentences]

    def _runs(self) -> list[list[_Block]]:
        """Return the blocks of levels that follow each other; sections and sites' headings above levels part them."""
        runs: list[list[_Block]] = [[]]
        titled = False
        for index, (sentence, opens) in enumerate(zip(self.sentences, self._opens, strict=True)):
            if not sentence.line_start:
                continue
            if runs[-1] and sentence.blank_before:
                runs[-1][-1].ended = True
            if opens == "section" or (not opens and self.is_title(index)):
                titled = not opens
                runs.append([])
            elif opens == "level" and not titled:
                owns_fields = sentence.blank_before or sentence.has_colons or _is_level_alone(sentence)
                runs[-1].append(_Block(index, sentence.item, owns_fields))
            elif not opens and (about := frozenset(m.value for m in heading_of(sentence) if m.kind in _NOUNS)):
                titled = False
                if runs[-1] and not (sentence.item and sentence.item == runs[-1][-1].item):
                    runs[-1][-1].add(index, about)
        return [run for run in runs if run]

    def is_title(self, index: int) -> bool:
        """Whether a line holds but the heading of a site or finding, with levels on the line below it."""
        title = self.sentences[index]
        mentions = title.mentions
        if not title.line_end or not mentions or self._opens[index + 1 : index + 2] != ["level"]:
            return False
        heading = heading_of(title)
        if not heading:
            return self._is_bare_title(index)
        return len(mentions) == len(heading) + 1 and all(mention.kind in _TITLES for mention in heading)

    def _is_bare_title(self, index: int) -> bool:
        """Whether a line without a colon is a heading: "Canal stenosis", with "L3-4: Mild" below it.

        Below a line of a level, what ends in a full stop goes on with that level: "L3-4: Bulge. | Canal stenosis."
        """
        title, below = self.sentences[index : index + 2]
        if "level" in self._opens[:index] and "." in self.words[title.j - 1 : title.j + 1]:
            return False
        if sum(m.j - m.i for m in title.mentions) < title.j - title.i or not _named_by(title.mentions):
            return False
        if all(mention.kind == "site" for mention in title.mentions):
            return True
        return not (index and _is_level_alone(self.sentences[index - 1])) and gives_value(below)


def _opens(words: list[str], sentence: Sentence) -> str:
    """Return what a sentence opens: a `section`, or a line that begins with a `level` ("L4-5: ...", "At L4-5 ...")."""
    mentions = sentence.mentions
    if not mentions or not sentence.line_start:
        return "section" if mentions and mentions[0].kind == "section" else ""
    if mentions[0].kind == "section" or section_by_words(words, heading_of(sentence) or mentions):
        return "section"
    first = next((mention for mention in mentions if not _leads(mention)), None)
    leads = first is not None and first.kind in _NAMED and first.i - sentence.i <= MAX_LEADING_WORDS
    return "level" if leads else ""


def _leads(mention: Mention) -> bool:
    """Whether a mention may stand before the level that opens a line: "Level: | L4-5"."""
    return mention.kind == "of" or mention.value == ":" or (mention.kind == "site" and mention.value == "level")


def heading_of(sentence: Sentence) -> list[Mention]:
    """Return the mentions before the colon or dash at the front of a line; none where no heading stands."""
    for index, mention in enumerate(sentence.mentions):
        if mention.kind == "mark" and (mention.value == ":" or mention.value in DASHES):
            return sentence.mentions[:index]
        if mention.kind not in _TITLES and mention.value not in _TITLE_MARKS:
            break
    return []


def _is_level_alone(sentence: Sentence) -> bool:
    """Whether a level fills its line: "L4-5:", "Level: L4-5"."""
    return sentence.line_end and all(mention.kind in _LEVEL_ALONE for mention in sentence.mentions)


def _denies(sentence: Sentence) -> bool:
    return any(mention.kind in _DENYING for mention in sentence.mentions)


def is_named(mentions: Sequence[Mention]) -> bool:
    """Whether mentions name a site or finding, with or without a side, and nothing else: "Disc bulge", "Canal"."""
    named = [mention for mention in mentions if mention.kind not in ("side", "of")]
    return bool(named) and all(m.kind in _NAMING and m.value != "level" for m in named)


def _named_by(mentions: list[Mention]) -> bool:
    """Whether mentions but name a site or finding: "Right foraminal stenosis"."""
    return all(mention.kind in _NAMING for mention in mentions) and mentions[-1].kind != "side"


def gives_value(sentence: Sentence) -> bool:
    """Whether a line gives a level but a degree, a denial or a side: "L3-4: Mild on the left", "L4-5: None"."""
    kinds = [mention.kind for mention in sentence.mentions]
    return not _GIVEN.isdisjoint(kinds) and _OF_VALUE.issuperset(kinds)
