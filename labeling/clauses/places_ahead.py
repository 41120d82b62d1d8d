"""Where the words around the mention in hand place something: questions without side effects."""

from __future__ import annotations

from deepspine.labeling.clauses.frames import PLACES
from deepspine.labeling.clauses.state import State
from deepspine.labeling.level_order import beyond_vertebra, vertebra
from deepspine.labeling.mentions import Mention

_BEYOND = frozenset(("beyond", "outside"))

_PLACING = frozenset(("in", "within", "at", "into", "along", "behind"))

BESIDE = frozenset(("above", "below"))

VERTEBRAL = frozenset(("level", "vertebra", "vertebral", "body"))
"""Nouns of a single vertebra; others are parts of it: "above the L4 pedicle"."""

_PLACES = frozenset(("conj", "level", "side", "side_post"))


class PlacesAhead(State):
    """Where the words around the mention in hand place something: questions without side effects."""

    def _prepositional(self, mention: Mention) -> bool:
        """Whether a mention stands behind a preposition, or begins with one: "at | L4-5"."""
        return self.words[mention.i] in ("at", "of", "in", "on", "for", "through", "throughout", "within") or (
            mention.i > 0 and self.words[mention.i - 1] in ("at", "of", "in", "on", "for", "from")
        )

    def _before_article(self, place: int) -> int:
        """Return the token before a place, or before the article in front of it; -1 where there is none."""
        return place - 2 if place and self.words[place - 1] == "the" else place - 1

    def _levels_beyond(self, mention: Mention, following: Mention | None) -> tuple[int, ...]:
        """Return the levels on one side of a single vertebra: "above | L3", not "above the | L3 pedicle"."""
        place = self._before_article(mention.i)
        way = self.words[place] if mention.kind == "vertebra" and place >= 0 else ""
        if way not in BESIDE:
            return ()
        named = following is not None and following.kind == "site" and following.i == mention.j
        if named and self.words[mention.j] != "the" and self.words[mention.j] not in VERTEBRAL:
            return ()
        return beyond_vertebra(vertebra(self.words[mention.i]) or "", way)

    def _site_within(self, steps: int) -> bool:
        """Whether a site follows before the item ends: "narrowing at | L4-5 of the left foramen"."""
        for step in range(1, steps + 2):
            mention = self._peek(step)
            if mention is None or mention.kind in ("mark", "conj", "breaker", "pred", "finding", "open"):
                return False
            if mention.kind == "site":
                return True
        return False

    def _site_behind_places(self, step: int) -> bool:
        """Whether a site stands behind sides and levels that share it: "the left | L4-5 and right L5-S1 foramina".

        The noun may be said again: "narrowing of the left | L4-5 and severe narrowing of the right L5-S1 foramen".
        """
        noun = self.open if self.open is not None else self.mentions[self.index]
        levels = 0
        for mention in self.mentions[self.index + step :]:
            again = mention.kind == "grade" or (mention.kind == "pred" and mention.value == noun.value)
            if mention.kind not in _PLACES and mention.value != "," and not again:
                return levels > 0 and mention.kind == "site"
            levels += mention.kind == "level"
        return False

    def _is_height_of_vertebra(self, mention: Mention) -> bool:
        """Whether "the L1 | level" only says how high something stands."""
        previous = self._peek(-1)
        return previous is not None and previous.kind == "vertebra" and previous.j == mention.i

    def _is_place(self, mention: Mention) -> bool:
        """Whether a site only tells where: "compresses the root in the lateral recess"."""
        if mention.value not in ("canal", "foramen", "recess") or mention.form:
            return False
        before = self._peek(-1)
        step, start = -1, mention.i
        while before is not None and before.kind in ("side", "level"):
            step, start = step - 1, before.i
            before = self._peek(step)
        if before is None or not (self._places(before, step) or self._is_beyond(start)):
            return False
        if self.open is not None:
            return bool(self.cur.sites or any(c.sites for c in self.conjuncts))
        return (
            bool(self.last)
            and self.last[-1].j >= before.i - 4
            and self.last[-1].finding in ("nerve_root", "thecal_sac", "")
        )

    def _is_beyond(self, start: int) -> bool:
        """Whether a site is one that a lesion is not in: "compressing the root beyond the | foramen"."""
        words = self.words
        last = start - 2 if words[start - 1] == "the" else start - 1
        return words[last] in _BEYOND or (words[last] == "to" and words[last - 1] == "lateral")

    def _places(self, before: Mention, step: int) -> bool:
        """Whether the words before a site place something there: "in", "at the level of"."""
        if before.kind != "of":
            return False
        noun, at = self._peek(step - 1), self._peek(step - 2)
        if self.words[before.i] == "of" and noun is not None and noun.rule.id == "site.level" and noun.j == before.i:
            return at is not None and self.words[at.i] == "at"
        return self.words[before.i] in _PLACING

    def _is_of_other_side(self, following: Mention | None) -> bool:
        """Whether "... on the left and at L5-S1 | on the right" says of another side what was said before."""
        before, behind = self._peek(-1), self._peek(2)
        if before is not None and before.kind == "of":
            before = self._peek(-2)
        if following is not None and following.value == "(":
            following, behind = behind, self._peek(3)
        if following is None or before is None or before.kind != "conj" or following.kind not in ("side_post", "side"):
            return False
        return behind is None or behind.kind in ("mark", "conj") or self.words[behind.i] in ("where", "with")

    def _is_respective(self) -> bool:
        """Whether the sentence shares something out over its levels: "..., respectively"."""
        words = self.words[self.mentions[0].i : self.mentions[-1].j + 2]
        return "respectively" in words or "resp" in words

    def _lists_levels_next(self) -> bool:
        """Whether the levels of the last head follow: "bulging at two levels: | L4-5", "severe stenosis: | L4-5"."""
        following = self._peek()
        if not self.frames or following is None:
            return False
        last = self.frames[-1]
        if last.level is not None and last.level.ref == "multi":
            return following.kind in ("level", "levels")
        placed = last.level is not None and not last.inherited
        return bool(last.grade) and not placed and all(m.kind in PLACES for m in self.mentions[self.index + 1 :])

    def _grades_wait(self) -> bool:
        """Whether grades wait that belong to the level before: "L2-3 minimal, | L3-4 mild"."""
        if len(self.levels_seen) < 2:
            return False
        waiting = [c for c in [*self.conjuncts, self.cur] if not c.empty]
        return bool(waiting) and all(c.level is None for c in waiting) and any(c.grade for c in self.conjuncts)

    def _second_item(self) -> bool:
        """Whether the last heads follow others at the same level: "at L4-5 X, and Y | at L5-S1"."""
        level = self.last[-1].level if self.last else None
        return level is not None and any(f.level is level for f in self.frames if f not in self.last)
