"""A sentence: a run of mentions between two ends."""

from __future__ import annotations

from deepspine.labeling.mentions import Mention

DASHES = frozenset(("-", "=", "->"))


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
