"""Cells of tables: the level of a row, the topic of a column."""

from __future__ import annotations

from deepspine.labeling.discourse.context import Context
from deepspine.labeling.discourse.headings import Headings, make_topic
from deepspine.labeling.mentions import Mention
from deepspine.labeling.sentences import ROW_NAMES, Sentence

PRIOR_NAMES = frozenset(("previous", "prior", "before"))
"""Columns of the examination before, which are passed over."""


def enter_cell(sentence: Sentence, headings: Headings) -> tuple[list[Mention], bool] | None:
    """Take what a cell announces; returns what is left to read and whether a level was headed, or None."""
    context, mentions = headings.context, sentence.mentions
    if sentence.line_start or sentence.cell == 0:
        _begin_row(context)
    if _is_head(context, sentence, headings.words[sentence.i]):
        return None
    if sentence.cell == 0 and mentions and _names_row(sentence, headings):
        return None
    if sentence.cell in context.columns_skip:
        return None
    if sentence.cell < len(context.columns):
        context.topic = context.columns[sentence.cell]
    if not mentions:
        return None
    if _begins_with_level(mentions):
        headings.set_level(mentions[0], sentence, standalone=False)
        return mentions[2:], True
    return mentions, context.level is not None


def _begin_row(context: Context) -> None:
    context.level = None
    context.topic = None
    context.leave_skipped()


def _is_head(context: Context, sentence: Sentence, word: str) -> bool:
    """Take a cell of a table's head, which names its column."""
    if sentence.cell == 0 and word in ROW_NAMES and sentence.j - sentence.i <= 2:
        context.columns, context.columns_skip = [None], set()
        context.table_line = sentence.line
        return True
    if context.table_line != sentence.line or not context.columns:
        return False
    while len(context.columns) <= sentence.cell:
        context.columns.append(None)
    context.columns[sentence.cell] = make_topic(sentence.mentions)
    if word in PRIOR_NAMES:
        context.columns_skip.add(sentence.cell)
    return True


def _names_row(sentence: Sentence, headings: Headings) -> bool:
    """Take the first cell of a row for the level or topic of the others."""
    mentions = sentence.mentions
    if mentions[0].kind in ("level", "levels"):
        headings.set_level(mentions[0], sentence, standalone=False)
        return True
    if any(mention.kind == "pred" for mention in mentions) and sentence.j - sentence.i > 4:
        return False
    headings.context.topic = make_topic(mentions)
    return True


def _begins_with_level(mentions: list[Mention]) -> bool:
    """Whether a cell reads "L4-5: ..."."""
    return len(mentions) > 1 and mentions[0].kind == "level" and mentions[1].kind == "mark" and mentions[1].value == ":"
