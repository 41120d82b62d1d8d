"""What ends a denial, and what is still part of it: clauses, lesions with a place of their own, effects."""

from __future__ import annotations

from deepspine.labeling.clauses.lesions_ahead import (
    ARTICLES,
    BEFORE_STATE,
    levels_of_lesion,
    opens_clause,
    opens_lesion,
    states_lesion,
)
from deepspine.labeling.clauses.listed_lesions import ListedLesions
from deepspine.labeling.clauses.normality import LIGHT
from deepspine.labeling.mentions import Mention

_HAVING = (["with"], ["w/"], ["associated", "with"], ["accompanied", "by"])
"""Links behind what is denied that go on with what it would do to the roots or the sac."""


_OPENING = frozenset(("neg", "infection"))
"""Kinds of mentions that stand before, or are, what is denied and has no label."""


class DenialEnds(ListedLesions):
    """What ends a denial, and what is still part of it: clauses, lesions with a place of their own, effects."""

    def _count_unknown(self) -> None:
        """Count what is denied by a name that nobody knows: "no arachnoiditis | and mild stenosis"."""
        neg = self._peek(-1)
        if not self.neg or self.neg_heads or neg is None or neg.kind not in _OPENING:
            return
        start = neg.i if neg.kind == "infection" else neg.j
        if any(word.isalpha() and word not in LIGHT for word in self.words[start : self.mentions[self.index].i]):
            self._count_head()

    def _ends_denial(self, joint: Mention) -> bool:
        """Whether "and" goes on with what is no more denied: a state, or a lesion with its article or level."""
        if self.neg_heads and (self._item_asserts() or self._item_is_placed()):
            return True
        if self.neg_heads and (self._is_clause() or self._does_more()):
            return True
        if not self.neg_heads and self.open is None:
            return False
        return self._article_opens_lesion(joint) or self._lesion_lies_elsewhere(joint)

    def _is_clause(self) -> bool:
        """Whether a clause of its own follows: "no slip, | the root is compressed", not "no sign that ..., or"."""
        place = self.index + 1
        behind = self.mentions[self.index].j
        stated = not ARTICLES.isdisjoint(self.words[behind : behind + 1]) and states_lesion(self.mentions, place)
        if not stated and (not opens_clause(self.mentions, place) or self._list_goes_on()):
            return False
        return not any(m.kind == "neg" and self.words[m.j - 1] == "that" for m in self.mentions[: self.index])

    def _does_more(self) -> bool:
        """Whether a lesion does more than what it is denied to do: "causes no stenosis and | indents the sac"."""
        verb = next((m for m in self.mentions[self.index + 1 : self.index + 4] if m.kind not in BEFORE_STATE), None)
        if self.neg != "no" or verb is None or not self.words[verb.i].endswith("s"):
            return False
        if verb.value != "cause" and not (verb.kind == "pred" and verb.form == "verb"):
            return False
        place = next((i for i in range(self.index - 1, 0, -1) if self.mentions[i].kind == "neg"), 0)
        return place > 0 and self.mentions[place - 1].kind == "breaker"

    def _article_opens_lesion(self, joint: Mention) -> bool:
        """Whether an article tells that a lesion is there: "no slip and | a bulge", not "without a bulge and | a"."""
        if self.neg_article or ARTICLES.isdisjoint(self.words[joint.j : joint.j + 1]):
            return False
        return opens_lesion(self.mentions, self.index + 1)

    def _lesion_lies_elsewhere(self, joint: Mention) -> bool:
        """Whether a lesion of another level follows: "bulge at L4-5 without stenosis | and protrusion at L5-S1".

        A denial that opens the sentence goes on through "and"; only a comma before it, and no list, parts the two:
        "no stenosis at L4-5, | and protrusion at L5-S1".
        """
        level = self.level
        if level is None or level not in self.levels_seen or not level.levels:
            return False
        set_off = self.words[joint.i - 1] == ","
        if not self.neg_of_lesion and not (set_off and joint.kind == "conj" and self._denies_one_item()):
            return False
        there = levels_of_lesion(self.mentions, self.index + 1, any_head=set_off or self.neg_of_lesion)
        return bool(there) and there.isdisjoint(level.levels)

    def _denies_one_item(self) -> bool:
        """Whether the denial before a comma in hand is of one thing, with its level: "no stenosis at L4-5, | and"."""
        level = False
        for index in range(self.index - 2, -1, -1):
            mention = self.mentions[index]
            if mention.kind == "neg":
                return level
            if mention.kind in ("conj", "mark"):
                return False
            level = level or mention.kind == "level"
        return False

    def _end_short_reach(self) -> None:
        """End "is not ..." and a hedge at a comma or "and" behind their heads, unless an "or" goes on with the list."""
        if self.neg == "not" and self.neg_heads and not self._list_goes_on():
            self.neg = ""
        if self.hedge and self.hedge_heads:
            self.hedge = False

    def _is_part_of_denied(self, link: Mention) -> bool:
        """Whether a denial goes on behind a link: "no lesion | that compresses the root", "| with root compression"."""
        return self._relates_to_denied(link) or self._is_effect_of_denied(link)

    def _relates_to_denied(self, pronoun: Mention) -> bool:
        """Whether a relative clause is part of what is denied: "no lesion | that compresses the root".

        Behind a comma, or where a lesion has the denial, it tells more: "bulge without stenosis which indents the sac".
        """
        if self.words[pronoun.i] not in ("that", "which") or self.neg != "no" or self.neg_of_lesion:
            return False
        before = self._peek(-1)
        return before is not None and before.kind != "mark"

    def _is_effect_of_denied(self, link: Mention) -> bool:
        """Whether what is denied would have a contact or compression: "no herniation | with root compression".

        Behind a comma, with a degree of its own, or where another lesion has the denial, it is there: "no herniation,
        with root compression by a cyst", "bulge without herniation with root contact".
        """
        if not self.neg or not self.neg_heads or self.neg_of_lesion or self.words[link.i : link.j] not in _HAVING:
            return False
        before = self._peek(-1)
        return before is not None and before.kind != "mark" and self._nerves_touched_next()
