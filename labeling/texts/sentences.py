"""The sentences of a report: cut at full stops, line ends, table cells, and where a dictation runs on without any."""

from __future__ import annotations

import itertools

from deepspine.labeling.lexicon import Rule
from deepspine.labeling.mentions import Mention
from deepspine.labeling.texts.dictation import clause_opening, cut, short_of
from deepspine.labeling.texts.fields import headed_items, unmarked_items
from deepspine.labeling.texts.lost_lines import with_line_ends
from deepspine.labeling.texts.markup import NEWLINE
from deepspine.labeling.texts.sentence import DASHES, Sentence
from deepspine.labeling.texts.tokenization import is_sentence_end

ROW_NAMES = frozenset(("level", "levels", "disc", "segment", "segments"))
"""What the first cell of a table's head says."""

COLUMN_NAMES = frozenset(("feature", "finding", "parameter", "structure"))
"""What it says where the columns are levels and each row is a finding."""

MAX_FIELD_WORDS = 60
"""Words behind the name of a field among which a second bar would make it a row of several cells."""

_COLON = Rule("mark of a field", "mark", ":", ())
_GOING_ON = Rule("mark before a degree of it", "breaker", "but", ())
_DEGREES = frozenset(("grade", "number", "cap"))
_OF_DEGREE = _DEGREES | {"to", "conj"}
"""Kinds of mentions that "It is now | mild to moderate" goes on with."""

_NAMES = frozenset(("finding", "site", "pred"))
_PARTING = DASHES | frozenset((".", "|", NEWLINE, ":", "*", ")"))
"""Marks that may end a sentence, a heading or the sign of a list item."""


def split_sentences(words: list[str], mentions: list[Mention]) -> list[Sentence]:
    """Cut the mentions of a report at full stops, line ends and table cells."""
    sentences: list[Sentence] = []
    listed = ";" in words
    if NEWLINE not in words:
        mentions = with_line_ends(words, mentions)
    for sentence in _with_degrees_of_it(_Splitter(words).split(mentions)):
        if listed and ";" in words[sentence.i : sentence.j]:
            sentences += headed_items(words, sentence)
        elif sentence.has_colon:
            sentences += unmarked_items(words, sentence)
        elif "there" in words[sentence.i + 1 : sentence.j]:
            for clause in cut(words, sentence, clause_opening):
                sentences += short_of(words, clause)
        else:
            sentences += short_of(words, sentence)
    return sentences


def _with_degrees_of_it(sentences: list[Sentence]) -> list[Sentence]:
    """Let a sentence that only gives the degree of "it" go on with the one before: "... stenosis. | It is severe."."""
    whole: list[Sentence] = []
    for sentence in sentences:
        if whole and _gives_degree_of_it(sentence) and sentence.cell == whole[-1].cell:
            before = whole[-1]
            before.mentions += [Mention(_GOING_ON, sentence.i - 1, sentence.i), *sentence.mentions[1:]]
            before.j, before.line_end = sentence.j, sentence.line_end
        else:
            whole.append(sentence)
    return whole


def _gives_degree_of_it(sentence: Sentence) -> bool:
    """Whether nothing but a pronoun, a verb and a degree make up a sentence within a line."""
    if sentence.line_start or sentence.item or len(sentence.mentions) < len(("it", "is", "mild")):
        return False
    subject, verb, *said = sentence.mentions
    degree = all(mention.kind in _OF_DEGREE for mention in said) and said[0].kind in _DEGREES
    return subject.value == "which" and verb.kind == "cop" and degree


class _Splitter:
    """Goes from mark to mark; knows the line and the table cell where it is, and the sentence that it fills."""

    def __init__(self, words: list[str]) -> None:
        self.words = words
        self.sentences: list[Sentence] = []
        self.line = 0
        self.cell = -1
        self.in_rows = False
        self.current = Sentence(0, 0)
        self.current.line_start = True

    def split(self, mentions: list[Mention]) -> list[Sentence]:
        for mention in mentions:
            if mention.kind == "mark" and mention.value in _PARTING:
                self._mark(mention)
            else:
                self.current.mentions.append(mention)
        last = self.current
        last.j = len(self.words)
        if last.j > last.i:
            last.cell = self.cell
            last.line_end = True
            self.sentences.append(last)
        return self.sentences

    def _mark(self, mention: Mention) -> None:
        """Take a mark for the end of a sentence, the sign of a list item, or punctuation within."""
        if mention.value == "|" and self._ends_name(mention):
            mention = Mention(_COLON, mention.i, mention.j)
        mark = mention.value
        current = self.current
        if mark == ":":
            current.has_colons = current.has_colon
            current.has_colon = True
        if mark == "." or (mark == "|" and not self._is_table_bar(mention)):
            self._stop(mention)
        elif mark == NEWLINE or mark == "|":
            self._end(mention, mark)
        elif mark in "*-" and mention.i == current.i:
            self._begin_item("bullet", mention)
        elif mark == ")" and _is_list_number(self.words, mention.i, current):
            self._begin_item("number", mention)
        else:
            if mark in DASHES:
                current.has_dash = True
            current.mentions.append(mention)

    def _ends_name(self, bar: Mention) -> bool:
        """Whether a bar parts a finding or site from what is said of it, as a colon does: "Listhesis | no"."""
        current, words = self.current, self.words
        if self.cell >= 0 or self.in_rows or not current.line_start or words[current.i] in ROW_NAMES:
            return False
        mentions = current.mentions
        if not mentions or sum(m.j - m.i for m in mentions) < bar.i - current.i:
            return False
        named = all(mention.kind in _NAMES for mention in mentions)
        return named and "|" not in itertools.takewhile(NEWLINE.__ne__, words[bar.j : bar.j + MAX_FIELD_WORDS])

    def _is_table_bar(self, mention: Mention) -> bool:
        """Whether a bar divides cells: a row begins with one, or with a level; elsewhere it ends a sentence."""
        current = self.current
        if self.cell < 0 and current.line_start and mention.i > current.i:
            self.in_rows = self.in_rows or self.words[current.i] in COLUMN_NAMES
            if self.in_rows or _names_row(self.words, current):
                self.cell = 0
        return self.cell >= 0 or (current.line_start and mention.i == current.i)

    def _begin_item(self, sign: str, mention: Mention) -> None:
        """Leave the bullet or number of a list item behind."""
        self.current.item = sign
        self.current.mentions.clear()
        self.current.i = mention.j

    def _stop(self, mention: Mention) -> None:
        """Take a full stop, unless it belongs to an abbreviation ("approx.") or to a list number ("2.")."""
        if self.words[mention.i] == "." and not is_sentence_end(self.words, mention.i):
            return
        if _is_list_number(self.words, mention.i, self.current):
            self._begin_item("number", mention)
        else:
            self._end(mention, ".")

    def _end(self, mention: Mention, mark: str) -> None:
        """End the sentence at a mark and begin the next one."""
        ended = self.current
        ended.j = mention.i
        empty = ended.j <= ended.i
        if not empty:
            ended.line_end = mark == NEWLINE
            ended.cell = self.cell
            self.sentences.append(ended)
        elif mark == "." and self.sentences:
            return
        self.current = Sentence(mention.j, self.line)
        if mark == NEWLINE:
            self._begin_line(blank_before=empty and ended.line_start)
            return
        if mark == "|":
            self.cell += 1
        if empty:
            self._begin_same_place(ended)

    def _begin_line(self, *, blank_before: bool) -> None:
        self.line += 1
        self.in_rows = self.in_rows and self.cell >= 0 and not blank_before
        self.cell = -1
        self.current.line = self.line
        self.current.line_start = True
        self.current.blank_before = blank_before
        if self.sentences:
            self.sentences[-1].line_end = True

    def _begin_same_place(self, empty: Sentence) -> None:
        """Let a sentence stand where an empty one stood: only a mark lies between them."""
        self.current.line_start = empty.line_start
        self.current.blank_before = empty.blank_before
        self.current.item = empty.item


def _names_row(words: list[str], cell: Sentence) -> bool:
    """Whether a line's first cell is a level, or the head of a column of levels."""
    if words[cell.i] in ROW_NAMES:
        return True
    return len(cell.mentions) == 1 and cell.mentions[0].kind in ("level", "levels") and cell.mentions[0].i == cell.i


def _is_list_number(words: list[str], index: int, current: Sentence) -> bool:
    return index == current.i + 1 and words[current.i].isdigit() and len(words[current.i]) < 3
