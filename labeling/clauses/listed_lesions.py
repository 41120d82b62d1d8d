"""What is said of all lesions just listed: "a bulge at L3-4 and another at L4-5, | both moderate"."""

from __future__ import annotations

from deepspine.labeling.clauses.frames import NONE, Conjunct, Frame, LevelRef, cap_of
from deepspine.labeling.clauses.leftovers import Leftovers
from deepspine.labeling.mentions import Mention

_COUNTING = {"both": 2, "neither": 2, "each": 0, "all": 0}
"""Words that go back to lesions, and how many they are; 0 for all of the clause."""

_MAX_LISTED = 32
"""Frames to go back over; no list of lesions is longer."""

_BEFORE_VERB = frozenset(("cap", "filler", "grade", "hedge", "verb_grade"))
_LINKS = frozenset(("cause", "which", "with"))
"""Links that go on with what lesions do or have: "both with ...", "both of which ..."."""

_ENDS = frozenset(("breaker", "conj", "mark"))


class ListedLesions(Leftovers):
    """What is said of all lesions just listed: "a bulge at L3-4 and another at L4-5, | both moderate"."""

    def _go_back_to_lesions(self, comma: Mention) -> None:
        """Let the degree, or the effect, behind "both" be that of the lesions of two levels before it."""
        word = self.words[comma.j] if comma.j < len(self.words) else ""
        if word not in _COUNTING or not self.last:
            return
        counting = self._peek()
        alone = counting is not None and counting.kind == "side" and counting.j == comma.j + 1
        step = 2 if alone or (counting is not None and counting.kind == "conj" and counting.i == comma.j) else 1
        if self._degree_follows(step):
            self.flush()
            self._take_degree_of_all(self._listed(word, of_last=True), step)
        elif self._effect_follows(step) and self._speak_of_all(self._listed(word, of_last=False)):
            self.index += alone

    def _degree_follows(self, step: int) -> bool:
        """Whether nothing but a degree follows: "both | mild."."""
        grade, behind = self._peek(step), self._peek(step + 1)
        graded = grade is not None and grade.kind == "grade" and grade.bits != NONE
        return graded and (behind is None or behind.kind in _ENDS)

    def _effect_follows(self, step: int) -> bool:
        """Whether a verb, link or denial follows: "both | indenting the sac", "both of | which", "each | without"."""
        mention = self._peek(step)
        while mention is not None and mention.kind in _BEFORE_VERB:
            step += 1
            mention = self._peek(step)
        if mention is None:
            return False
        linked = mention.kind == "breaker" and mention.value in _LINKS
        return linked or mention.kind == "neg" or (mention.kind == "pred" and mention.form == "verb")

    def _listed(self, word: str, *, of_last: bool) -> list[list[Frame]]:
        """Return the lesions of the clause by the levels named with them; those of the finding read last, or any."""
        told: dict[LevelRef, list[Frame]] = {}
        for frame in self.frames[max(self.clause_start, len(self.frames) - _MAX_LISTED) :]:
            meant = frame.finding == self.last[-1].finding if of_last else frame.head.kind == "finding"
            if meant and frame.finding and not frame.neg and not frame.inherited and frame.level and frame.level.levels:
                told.setdefault(frame.level, []).append(frame)
        return list(told.values())[-_COUNTING[word] :]

    def _take_degree_of_all(self, lesions: list[list[Frame]], step: int) -> None:
        """Give lesions the degree some steps ahead, and go on behind it."""
        if len(lesions) < 2:
            return
        self.index += step
        self.last, self.last_open = [frame for frames in lesions for frame in frames], True
        mention = self.mentions[self.index]
        degree = Conjunct("", self.hedge)
        degree.grade, degree.cap, degree.i = mention.bits, cap_of(mention), mention.i
        self._modify_last(degree)

    def _speak_of_all(self, lesions: list[list[Frame]]) -> bool:
        """Let what follows be of the levels of all; lesions of different sides would do it on different sides."""
        if len(lesions) < 2 or len({frame.sides for frames in lesions for frame in frames}) > 1:
            return False
        refs = [frame.level for frame, *_ in lesions if frame.level is not None]
        levels = dict.fromkeys(level for ref in refs for level in ref.levels)
        self.level = LevelRef(tuple(levels), "", refs[-1].i, refs[-1].j)
        self.levels_seen.append(self.level)
        return True
