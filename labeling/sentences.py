"""The sentences of a report: cut at full stops, line ends, table cells, and where a dictation runs on without any."""

from __future__ import annotations

import itertools
from collections.abc import Callable

from deepspine.labeling.lexicon import Rule
from deepspine.labeling.lost_lines import with_line_ends
from deepspine.labeling.markup import NEWLINE
from deepspine.labeling.mentions import Mention
from deepspine.labeling.tokenization import is_sentence_end

RUN_ON_WORDS = 60
"""A sentence of so many tokens without a comma was dictated without punctuation."""
MAX_CLAUSE_MENTIONS = 40
"""A clause of dictation is looked at no farther back than this, so that cutting stays linear in the text."""

MAX_SENTENCE_WORDS = 300
DASHES = frozenset(("-", "=", "->"))
MAX_HEADING_MENTIONS = 6
ROW_NAMES = frozenset(("level", "levels", "disc", "segment", "segments"))
"""What the first cell of a table's head says."""

COLUMN_NAMES = frozenset(("feature", "finding", "parameter", "structure"))
"""What it says where the columns are levels and each row is a finding."""

MAX_FIELD_WORDS = 60
"""Words behind the name of a field among which a second bar would make it a row of several cells."""

_COLON = Rule("mark of a field", "mark", ":", ())
_NAMES = frozenset(("finding", "site", "pred"))
_PARTING = DASHES | frozenset((".", "|", NEWLINE, ":", "*", ")"))
"""Marks that may end a sentence, a heading or the sign of a list item."""

_STATING = frozenset(("finding", "pred", "open"))
_VALUES = frozenset(("finding", "open", "grade", "post_neg", "side", "side_post", "pred"))
_DEGREES = frozenset(("grade", "neg", "post_neg", "open", "number"))
_PLACES = frozenset(("level", "levels", "levelref", "site"))
_ENDING = _STATING | {"side", "side_post", "site", "present", "post_neg", "number", "zone", "vertebra", "level"}
"""Kinds of mentions that a clause without a stop may end with."""

_OPENING_WORDS = frozenset(("no", "a", "an"))
"""What stands behind the "there is" that opens a clause, not behind "the bulge there is | mild"."""

_PRONOUNS = frozenset(("it", "they", "them", "these", "this", "those", "both", "one", "ones", "same"))
_LEVELS = frozenset(("level", "levels", "levelref"))
_JOINING = frozenset(("conj", "of", "to", "neg"))
"""What hangs a level on the words before it."""

_DASH_HEADING_KINDS = frozenset(("level", "site", "finding", "pred"))
_HEADING_KINDS = frozenset(("level", "levels", "site", "finding", "pred", "side", "mark", "conj", "of"))


class Sentence:
    """A run of mentions between sentence ends.

    Attributes
    ----------
    mentions
        What it holds, line ends and the final stop left out.
    i, j
        Token range.
    line_start
        Whether it begins a line.
    blank_before
        Whether an empty line stands before it.
    item
        Whether it begins with a bullet or a list number.
    line
        Number of the line.
    cell
        Column of a table row, or -1.
    """

    __slots__ = (
        "blank_before",
        "cell",
        "has_colon",
        "has_colons",
        "has_dash",
        "i",
        "item",
        "j",
        "line",
        "line_end",
        "line_start",
        "mentions",
    )

    def __init__(self, i: int, line: int) -> None:
        self.mentions: list[Mention] = []
        self.i = i
        self.j = i
        self.line_start = False
        self.line_end = False
        self.blank_before = False
        self.has_colon = self.has_colons = False
        self.has_dash = False
        self.item = ""
        self.line = line
        self.cell = -1


def split_sentences(words: list[str], mentions: list[Mention]) -> list[Sentence]:
    """Cut the mentions of a report at full stops, line ends and table cells."""
    sentences: list[Sentence] = []
    listed = ";" in words
    if NEWLINE not in words:
        mentions = with_line_ends(words, mentions)
    for sentence in _Splitter(words).split(mentions):
        if listed and ";" in words[sentence.i : sentence.j]:
            sentences += _headed_items(words, sentence)
        elif sentence.has_colons:
            sentences += _unmarked_items(sentence)
        elif "there" in words[sentence.i + 1 : sentence.j]:
            for clause in _cut(words, sentence, _clause_opening):
                sentences += _short_of(words, clause)
        else:
            sentences += _short_of(words, sentence)
    return sentences


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


def _headed_items(words: list[str], sentence: Sentence) -> list[Sentence]:
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
            or (_is_whole(words, items[-1].mentions) and _is_whole(words, mentions[index + 1 : following[index]]))
        ):
            items.append(_item_behind(items[-1], mention.j))
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


def _unmarked_items(sentence: Sentence) -> list[Sentence]:
    """Cut before headings that nothing divides from the text before: "Disc: bulge | Canal: mild | L5-S1: normal"."""
    items = [sentence]
    mentions, sentence.mentions = sentence.mentions, []
    colons: list[int] = []
    for index, mention in enumerate(mentions):
        items[-1].mentions.append(mention)
        if mention.value != ":":
            continue
        first = _heading_start(mentions, index)
        if not first and colons:
            first = _finding_start(mentions, index, colons[-1])
        if first and _ends_field(mentions, first - 1):
            items.append(_item_behind(items[-1], mentions[first].i))
            _leave_joint(items[-2])
        elif colons and _is_level_behind_text(mentions, colons, index):
            items.append(_item_behind(items[-1], mentions[index - 1].i))
        colons.append(index)
    return items


def _ends_field(mentions: list[Mention], index: int) -> bool:
    """Whether a field ends with a mention: a value, a comma, or a dash behind these ("Disc: bulge | - Canal: none")."""
    last = mentions[index]
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


def _heading_start(mentions: list[Mention], colon: int) -> int:
    """Return the first mention of "R NF:", "Canal:", "Foraminal narrowing:" before a colon; 0 where none stands."""
    first = colon
    if first > 1 and mentions[first - 1].value == "both" and mentions[first - 1].i == mentions[first - 2].j:
        first -= 1
    for kind in ("pred", "site", "side"):
        before = mentions[first - 1] if first else None
        if before is not None and before.kind == kind and before.value != "both" and before.j == mentions[first].i:
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


def _item_behind(sentence: Sentence, start: int) -> Sentence:
    """Take what stands from a token on out of a sentence, as one of its own."""
    item = Sentence(start, sentence.line)
    item.cell, item.has_colon, item.has_dash = sentence.cell, sentence.has_colon, sentence.has_dash
    item.line_end, item.j = sentence.line_end, sentence.j
    sentence.j, sentence.line_end = start, False
    item.mentions = [mention for mention in sentence.mentions if mention.i >= start]
    sentence.mentions = [mention for mention in sentence.mentions if mention.i < start]
    return item


def _is_whole(words: list[str], mentions: list[Mention]) -> bool:
    """Whether mentions say something of a level by themselves: "L5-S1 unremarkable", "mild bulge at L3-4"."""
    kinds = {mention.kind for mention in mentions}
    if kinds.isdisjoint(_STATING) or kinds.isdisjoint(_LEVELS):
        return False
    return _PRONOUNS.isdisjoint(words[mentions[0].i : mentions[-1].j])


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
    return _cut(words, sentence, _opening)


def _short_of(words: list[str], sentence: Sentence) -> list[Sentence]:
    """Return a sentence, or what it falls into where it is too long to be one."""
    if sentence.j - sentence.i < RUN_ON_WORDS:
        return [sentence]
    return [piece for part in _parts(words, sentence) for piece in _pieces(part)]


def _cut(
    words: list[str], sentence: Sentence, opening: Callable[[list[str], list[Mention], int], int]
) -> list[Sentence]:
    """Cut a sentence at the tokens that mentions open something new at."""
    mentions, sentence.mentions = sentence.mentions, []
    parts = [sentence]
    for index, mention in enumerate(mentions):
        start = opening(words, mentions, index)
        if start > parts[-1].i:
            parts.append(_item_behind(parts[-1], start))
        parts[-1].mentions.append(mention)
    return parts


def _clause_opening(words: list[str], mentions: list[Mention], index: int) -> int:
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
    whole = _is_whole(words, mentions[max(first - 1 - MAX_CLAUSE_MENTIONS, 0) : first - 1])
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


def _is_list_number(words: list[str], index: int, current: Sentence) -> bool:
    return index == current.i + 1 and words[current.i].isdigit() and len(words[current.i]) < 3
