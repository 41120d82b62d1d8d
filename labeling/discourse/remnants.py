"""What a herniation has left behind: "the extrusion has regressed, with a residual protrusion" is a protrusion."""

from __future__ import annotations

from deepspine.labeling.statements import Statement

_RECEDING = frozenset(
    ("regressed", "regressing", "regresses", "regression", "shrunk", "shrunken", "shrinkage", "receded", "retracted",
     "involuted", "resorbed", "resorption", "smaller")
)  # fmt: skip
_SMALLER_IN = frozenset(("decreased", "decrease", "reduced", "reduction", "diminished"))
"""Words that tell so where "in size" stands behind them, or "to" what it is."""

_REMAINING = frozenset(
    ("residual", "remaining", "remnant", "remains", "remain", "persists", "persisting", "persistent", "now", "only",
     "leaving")
)  # fmt: skip
REACH = 7
"""Words before the end of a lesion among which one says that it is left: "residual broad based left protrusion"."""

_REMNANTS = frozenset(("herniation", "bulge"))
"""Findings that may be what is left."""


class Remnants:
    """Takes back a herniation that has receded where the same or the next sentence says what is left of it.

    Parameters
    ----------
    words
        All tokens of the report.

    Attributes
    ----------
    told
        Whether anything in the report has become smaller.
    receded, since
        Herniations that have, as the sentence before says without what is left of them; where its statements begin.
    levels_left
        Levels where something is left of one, as the findings say for the impression too.
    """

    def __init__(self, words: list[str]) -> None:
        self.words = words
        self.told = not (_RECEDING | _SMALLER_IN).isdisjoint(words)
        self.receded: list[Statement] = []
        self.since = 0
        self.levels_left: set[int] = set()

    def settle(self, statements: list[Statement], before: int, i: int, j: int) -> None:
        """Take back what the sentence of the tokens `i` to `j`, or the one before, tells the remnant of.

        Parameters
        ----------
        statements
            Of the report; those from `before` on are of the sentence.
        before
            How many stood before the sentence.
        i, j
            Tokens of the sentence.
        """
        if not self.told:
            return
        new = [s for s in statements[before:] if s.finding in _REMNANTS and s.certainty == "asserted"]
        receding = next((place for place in range(i, j) if self._recedes(place)), j)
        left = [statement for statement in new if self._is_left(statement, receding if receding < j else i)]
        receded = [] if receding == j else [s for s in new if s.finding == "herniation" and s not in left]
        self.levels_left.update(*(s.levels for s in left if receding < j or self.receded))
        gone = [s for s in self.receded + receded if self.levels_left.issuperset(s.levels)]
        if gone:
            statements[self.since :] = [s for s in statements[self.since :] if s not in gone]
        self.receded, self.since = [] if left else receded, before

    def _recedes(self, place: int) -> bool:
        """Whether a word says that something has become smaller: "regressed", "decreased in size", "reduced to"."""
        word, behind = self.words[place], self.words[place + 1 : place + 4]
        return word in _RECEDING or (word in _SMALLER_IN and ("size" in behind or behind[:1] == ["to"]))

    def _is_left(self, lesion: Statement, start: int) -> bool:
        """Whether words beside a lesion, from a token on, say that it is what is left: "residual", "regressed | to"."""
        leads = self.words[start + 1 : start + 4]
        if "to" in leads and lesion.j > start and self._recedes(start):
            return lesion.j - start - leads.index("to") <= REACH
        return not _REMAINING.isdisjoint(self.words[max(lesion.j - REACH, start) : lesion.j + 1])
