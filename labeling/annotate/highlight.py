"""The report in pieces that the page can light up, each knowing the cells that it speaks for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from deepspine.labeling.annotate.records import Cell, Suggestion


@dataclass(frozen=True)
class Piece:
    """A stretch of the report and the cells that it is evidence of."""

    text: str
    cells: tuple[Cell, ...]


def pieces(text: str, suggestions: Sequence[Suggestion]) -> Iterator[Piece]:
    """Cut a report wherever evidence starts or ends; joined, the pieces are the report.

    Examples
    --------
    >>> from deepspine.data.findings import FINDINGS, Side
    >>> from deepspine.data.grade_sets import GradeSet
    >>> from deepspine.data.levels import Level
    >>> from deepspine.labeling.evidence import Evidence
    >>> cell = Cell(Level.L4_L5, "bulge", Side.MIDLINE)
    >>> mild = GradeSet.parse(FINDINGS["bulge"], "mild")
    >>> said = Suggestion(cell, mild, (Evidence(0, 10, "findings", "bulge"),))
    >>> [(piece.text, len(piece.cells)) for piece in pieces("Mild bulge.", [said])]
    [('Mild bulge', 1), ('.', 0)]
    """
    spans = [(piece.start, piece.end, one.cell) for one in suggestions for piece in one.evidence]
    cuts = sorted({0, len(text), *(place for start, end, _ in spans for place in (start, end))})
    cuts = [place for place in cuts if 0 <= place <= len(text)]
    for start, end in pairwise(cuts):
        cells = [cell for first, last, cell in spans if first <= start and end <= last]
        yield Piece(text[start:end], tuple(dict.fromkeys(cells)))
