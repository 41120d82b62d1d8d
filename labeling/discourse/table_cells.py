"""Cells of tables: the level of a row, the topic of a column."""

from __future__ import annotations

from deepspine.labeling.clauses.frames import LEFT, RIGHT, SITES, Topic
from deepspine.labeling.discourse.context import Context
from deepspine.labeling.discourse.headings import MAX_TOPIC_TOKENS, Headings, make_topic
from deepspine.labeling.discourse.level_lines import heading_of
from deepspine.labeling.mentions import Mention
from deepspine.labeling.texts.sentence import Sentence
from deepspine.labeling.texts.sentences import COLUMN_NAMES, ROW_NAMES

MAX_HEAD_TOKENS = 40
"""How far a column may stand from that of the other side."""

_SIDED_COLUMNS = {
    f"{letter}{site}": (side, name)
    for letter, side in (("r", RIGHT), ("l", LEFT))
    for site, name in (("f", "foramen"), ("nf", "foramen"), ("lr", "recess"), ("sar", "recess"))
}
"""Columns in short: "RF", "LNF", "RLR"."""

_NAMING = frozenset(("site", "finding", "pred"))
_HEAD_NAMES = ROW_NAMES | COLUMN_NAMES
PRIOR_NAMES = frozenset(("previous", "prior", "before"))
"""Columns of the examination before, which are passed over."""


def enter_cell(sentence: Sentence, headings: Headings) -> tuple[list[Mention], int, bool] | None:
    """Take what a cell announces; returns what is left to read, where, and whether a level was headed, or None."""
    context, mentions = headings.context, sentence.mentions
    if sentence.line_start or sentence.cell == 0:
        _begin_row(context)
    if sentence.line_start and _lists_levels(sentence, headings):
        context.columns, context.columns_skip, context.table_line = [None], set(), sentence.line
    if _is_head(context, sentence, headings.words):
        return None
    if sentence.cell == 0 and mentions and _names_row(sentence, headings):
        return None
    if sentence.cell in context.columns_skip:
        return None
    _enter_column(sentence, headings)
    if not mentions:
        return None
    if _begins_with_level(mentions):
        headings.set_level(mentions[0], sentence, standalone=False)
        return mentions[2:], mentions[1].j, True
    rest, start = _enter_field(sentence, context)
    return rest, start, context.level is not None


def _enter_column(sentence: Sentence, headings: Headings) -> None:
    """Take the topic of a column, or its level, where the row names the topic; the heading of another cell ends."""
    context = headings.context
    column = context.columns[sentence.cell] if sentence.cell < len(context.columns) else None
    if isinstance(column, Mention):
        headings.set_level(column, sentence, standalone=False)
    if context.cell == sentence.cell or not sentence.cell:
        return
    context.cell = sentence.cell
    context.topic = column if isinstance(column, Topic) else context.row_topic


def _enter_field(sentence: Sentence, context: Context) -> tuple[list[Mention], int]:
    """Take the heading of a cell that has its own ("L4-5 | Canal: | mild"); returns what is left, and where."""
    mentions = sentence.mentions
    heading = heading_of(sentence)
    if all(mention.kind not in _NAMING for mention in heading):
        return mentions, sentence.i
    sign = mentions[len(heading)]
    if sign.i - sentence.i > MAX_TOPIC_TOKENS:
        return mentions, sentence.i
    context.topic = make_topic(heading)
    return mentions[len(heading) + 1 :], sign.j


def _begin_row(context: Context) -> None:
    context.level = None
    context.topic = context.row_topic = None
    context.cell = -1
    context.leave_skipped()


def _is_head(context: Context, sentence: Sentence, words: list[str]) -> bool:
    """Take a cell of a table's head, which names its column."""
    word = words[sentence.i]
    names_row = word == "disc" and any(isinstance(column, Mention) for column in context.columns)
    if sentence.cell == 0 and not names_row and word in _HEAD_NAMES and sentence.j - sentence.i <= 2:
        context.columns, context.columns_skip = [None], set()
        context.table_line = sentence.line
        return True
    if context.table_line != sentence.line or not context.columns:
        return False
    while len(context.columns) <= sentence.cell:
        context.columns.append(None)
    context.columns[sentence.cell] = _column(sentence, words)
    if word in PRIOR_NAMES:
        context.columns_skip.add(sentence.cell)
    return True


def _lists_levels(sentence: Sentence, headings: Headings) -> bool:
    """Whether a row with nothing in its first cell has levels in the next ones, as the head of a table has."""
    if sentence.cell != 1:
        return False
    cells = headings.sentences[headings.index : headings.index + 2]
    return len(cells) > 1 and cells[1].line == sentence.line and all(map(_is_level, cells))


def _is_level(cell: Sentence) -> bool:
    """Whether a cell holds a level and nothing else."""
    return len(cell.mentions) == 1 and cell.mentions[0].kind == "level" and cell.mentions[0].i == cell.i


def _column(sentence: Sentence, words: list[str]) -> Topic | Mention:
    """Return what a column holds: a site or finding, one side of it in short ("RF"), or a level."""
    mentions = sentence.mentions
    if _is_level(sentence):
        return mentions[0]
    word = words[sentence.i]
    short = _SIDED_COLUMNS.get(word)
    head = words[max(sentence.i - MAX_HEAD_TOKENS, 0) : sentence.i + MAX_HEAD_TOKENS]
    if short is None or sentence.j - sentence.i > 1 or _other_side(word) not in head:
        return make_topic(mentions)
    topic = Topic()
    topic.sides, topic.sites = short[0], [SITES[short[1]]]
    return topic


def _other_side(short: str) -> str:
    """Return the column beside a sided one: "lf" for "rf", which else is the yellow ligament."""
    return {"r": "l", "l": "r"}[short[0]] + short[1:]


def _names_row(sentence: Sentence, headings: Headings) -> bool:
    """Take the first cell of a row for the level or topic of the others."""
    mentions = sentence.mentions
    if mentions[0].kind in ("level", "levels"):
        headings.set_level(mentions[0], sentence, standalone=False)
        return True
    if any(mention.kind == "pred" for mention in mentions) and sentence.j - sentence.i > 4:
        return False
    headings.context.topic = headings.context.row_topic = make_topic(mentions)
    return True


def _begins_with_level(mentions: list[Mention]) -> bool:
    """Whether a cell reads "L4-5: ..."."""
    return len(mentions) > 1 and mentions[0].kind == "level" and mentions[1].kind == "mark" and mentions[1].value == ":"
