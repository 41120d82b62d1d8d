"""Brackets: a degree, side or size in them belongs to the words before them, all else is an item of its own."""

from __future__ import annotations

from deepspine.data.findings import FINDINGS
from deepspine.labeling.clauses.denial_ends import DenialEnds


class Brackets(DenialEnds):
    """Brackets: a degree, side or size in them belongs to the words before them, all else is an item of its own."""

    def _open_bracket(self) -> None:
        self.depth += 1
        self.focus = False
        if self._is_value_of_heading():
            self.flush()
        if self._stands_behind_worst():
            self.worst_level, self.focus_level = self.focus_level, None
        self._settle_heading_value()
        self._settle_side_behind()
        if ((self.neg and self.neg_heads) or self.open is not None) and (self._item_asserts() or self._is_clause()):
            self._boundary()
            return
        self._push("(")

    def _close_bracket(self) -> None:
        self.depth -= 1
        self.focus = False
        if not self._is_size_aside() and (self.open is None or not self.cur.empty):
            self.flush()
        self.worst_level = None

    def _brackets_one_word(self) -> bool:
        """Whether brackets hold but the side of a degree, or the degree of a side: "mild | (right), left (severe)".

        Or side and level, "mild | (left L4-5)", or the degree where it is worst: "worst | (severe) at L4-5".
        """
        inside, behind = self._peek(1), self._peek(2)
        if inside is None or behind is None:
            return False
        if self.cur.grade and inside.kind == "side" and behind.kind == "level":
            behind = self._peek(3)
        if behind is None or behind.value != ")":
            return False
        if self.focus and self.cur.empty:
            return inside.kind == "grade"
        cur = self.cur
        if (cur.grade or (cur.level and not cur.sites)) and not cur.sides:
            return inside.kind in ("side", "side_post")
        return bool(cur.sides) and not cur.grade and not cur.sites and inside.kind == "grade"

    def _is_value_of_heading(self) -> bool:
        """Whether a level's degree stands before brackets, below a heading: "Bulge: L4-5 mild | (indenting ...)"."""
        grade, level = self._peek(-1), self._peek(-2)
        named = self.topic is not None and self.topic.finding is not None and self.topic.finding.value in FINDINGS
        if not named or grade is None or grade.kind != "grade":
            return False
        return level is not None and level.kind == "level" and level.j == grade.i and not self.cur.sites

    def _stands_behind_worst(self) -> bool:
        """Whether brackets open behind the level where it is worst: "greatest at L5-S1 | (severe)"."""
        previous = self._peek(-1)
        if previous is not None and self._is_side(previous):
            previous = self._peek(-2)
        return previous is not None and self.focus_level is not None and previous.j == self.focus_level.j

    def _is_size_aside(self) -> bool:
        """Join a size in brackets to the words before it: "trace (2 mm | ) anterolisthesis"."""
        cur, following = self.cur, self._peek()
        if not self.conjuncts or following is None or following.kind != "finding":
            return False
        if cur.sites or cur.grade or cur.sides or cur.level or not (cur.mm or cur.number):
            return False
        before = self.conjuncts.pop()
        before.mm, before.number = before.mm or cur.mm, before.number or cur.number
        self.cur = before
        return True
