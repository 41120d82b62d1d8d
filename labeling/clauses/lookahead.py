"""How the item or clause of the mention in hand goes on and ends: questions without side effects."""

from __future__ import annotations

from deepspine.labeling.clauses.frames import MODERATE, SEVERE, Conjunct, share_degree_behind
from deepspine.labeling.clauses.verbs_ahead import NEURAL, VerbsAhead
from deepspine.labeling.mentions import Mention

_HEADS = frozenset(("finding", "pred"))
_OF_ITEM = _HEADS | {"site", "side", "side_post", "level", "of", "cop", "restword"}
_OPENING_ITEM = frozenset(("site", "finding", "side", "restword"))

_LISTING = frozenset((",", "and", "&", "/"))
_LISTED_LESIONS = frozenset(("annular_fissure", "bulge", "herniation", "schmorl_node"))
"""Lesions that "and at L5-S1" says of another level too."""

_OPENING_CLAUSE = frozenset(("breaker", "finding", "grade", "mm", "neg", "number", "pred", "side", "site", "zone"))
"""Kinds of mentions that go on behind a level in front and its comma."""


class Lookahead(VerbsAhead):
    """How the item or clause of the mention in hand goes on and ends: questions without side effects."""

    def _share_degrees_behind(self, chain: list[Conjunct]) -> None:
        """Give sites the degree behind the last of them: "canal and recesses are moderately, foramina mildly | ..."."""
        for place, conjunct in enumerate(chain):
            if place and self._is_graded_behind(conjunct):
                share_degree_behind(chain[: place + 1])

    def _is_graded_behind(self, conjunct: Conjunct) -> bool:
        """Whether a degree stands behind its site: "foramina are | mildly narrowed"."""
        if not conjunct.grade or not conjunct.sites:
            return False
        return any(m.kind == "grade" for m in self.mentions[: self.index] if m.i >= conjunct.sites[-1].j)

    def _joint_before(self) -> str:
        """Return what joins a degree, maybe behind its side, to the item before: ", | mild", "and bilateral | mild"."""
        previous = self._peek(-1)
        if previous is not None and previous.kind == "side":
            previous = self._peek(-2)
        return previous.value if previous is not None and previous.kind in ("conj", "mark") else ""

    def _list_goes_on(self) -> bool:
        """Whether an `or` follows before the next strong boundary: "no bulge, severe stenosis or contact"."""
        for mention in self.mentions[self.index + 1 :]:
            if mention.kind == "conj" and mention.value == "or" and self.words[mention.i] == "or":
                return True
            if mention.kind in ("breaker", "levelref", "level", "neg", "open", "grade") or (
                mention.kind == "mark" and mention.value in ";:"
            ):
                return False
            if mention.kind == "conj" and mention.value == "and":
                return False
        return False

    def _item_asserts(self) -> bool:
        """Whether an item has its degree behind, or is a state: "no bulge, | canal stenosis mild", "| canal patent".

        The other levels and discs are what a state may be said of, as a site is: "indenting the sac, | others normal".
        """
        seen: set[str] = set()
        for index, mention in enumerate(self.mentions[self.index + 1 :], start=self.index + 1):
            kind = mention.kind
            if kind == "open":
                return "site" in seen and not seen & _HEADS
            if kind == "grade":
                behind = self.mentions[index + 1] if index + 1 < len(self.mentions) else None
                if {"cop", "conj"} <= seen and self._is_degree_of_noun(mention, behind):
                    return False
                graded = "cop" in seen or _is_behind(seen, behind)
                return graded and mention.bits != MODERATE | SEVERE
            if (kind, mention.value) == ("levelref", "rest"):
                kind = "site"
            if kind not in _OF_ITEM and not (self.words[mention.i] in _LISTING and not seen & _HEADS):
                return False
            seen.add(kind)
        return False

    def _tells_of_nerve(self) -> bool:
        """Whether the item ahead says what is done to a root or the sac: "severe, | L4 root compressed"."""
        seen = set()
        for mention in self.mentions[self.index + 1 :]:
            if mention.kind not in _OF_ITEM and mention.kind not in ("vertebra", "filler"):
                break
            seen.add("root" if mention.value in NEURAL or mention.kind == "vertebra" else mention.kind)
        return {"root", "pred"} <= seen

    def _item_is_placed(self) -> bool:
        """Whether an item behind a comma has its side and level: "no compression, and | left L5-S1 narrowing"."""
        comma, side, level, *rest = (self._peek(step) for step in (-1, 1, 2, 3, 4))
        if comma is None or comma.value != "," or side is None or side.kind != "side" or level is None:
            return False
        heads = [mention.kind in _HEADS for mention in rest if mention is not None and mention.kind != "site"]
        return level.kind == "level" and heads[:1] == [True]

    def _is_preposed(self) -> bool:
        """Whether the words ahead, and no comma, make "on the left" open a new clause."""
        previous, following = self._peek(-1), self._peek()
        if previous is None:
            return True
        return previous.kind == "mark" and previous.value in ";:" and following is not None

    def _next_is(self, kind: str) -> bool:
        following = self._peek()
        return following is not None and following.kind == kind and following.i == self.mentions[self.index].j

    def _finding_ahead(self) -> bool:
        for mention in self.mentions[self.index + 1 : self.index + 5]:
            if mention.kind == "finding":
                return True
            if mention.kind in ("mark", "breaker", "pred", "open"):
                return False
        return False

    def _ends_clause(self) -> bool:
        following = self._peek()
        return following is None or following.kind in ("mark", "breaker", "conj")

    def _ends_clause_behind(self, mention: Mention) -> bool:
        """Whether nothing of the clause stands behind a mention ahead."""
        index = self.mentions.index(mention, self.index) + 1
        return index == len(self.mentions) or self.mentions[index].kind in ("mark", "breaker", "conj")

    def _after_joint(self) -> bool:
        return self._is_joint(self._peek(-1))

    @staticmethod
    def _is_joint(mention: Mention | None) -> bool:
        return mention is not None and mention.kind in ("mark", "conj", "breaker") and mention.value != ":"

    def _ends_item(self, following: Mention | None) -> bool:
        if following is not None and following.kind == "side":
            behind = self._peek(2)
            return behind is None or behind.kind in ("mark", "conj", "breaker")
        return following is None or following.kind in ("conj", "mark", "breaker", "focus", "except", "side_post", "to")

    def _goes_on_behind(self, comma: Mention) -> bool:
        """Whether the lesion before a level goes on behind it: "extrusion, L4-5 | , compressing the root"."""
        verb = next(
            (mention for mention in self.mentions[self.index + 1 : self.index + 4] if mention.i >= comma.j), None
        )
        return verb is not None and (verb.kind == "breaker" or verb.form == "verb")

    def _degree_ends_item(self) -> bool:
        """Whether a degree, and nothing else of the item, follows: "bulge L2-3 | mild, L3-4 moderate"."""
        following, behind = self._peek(), self._peek(2)
        graded = following is not None and following.kind == "grade"
        return graded and (behind is None or behind.kind in ("mark", "conj"))

    def _joined(self, mention: Mention) -> bool:
        previous = self._peek(-1)
        return previous is not None and previous.kind == "conj"

    def _is_degree_behind(self, mention: Mention) -> bool:
        """Whether a degree hangs on the head just before: "dehydrated markedly and", "reduced to a severe extent"."""
        if not self.last or not self.cur.empty or self.conjuncts or not self._is_at_head(mention):
            return False
        word = self.words[mention.i]
        if not (word.endswith("ly") or word == "to" or word == "slightly"):
            return mention.form != "scale" and self._is_last_word_of_head()
        following = self._peek()
        return following is None or following.kind in ("conj", "mark", "breaker", "of", "side_post")

    def _is_at_head(self, mention: Mention, before_it: int = -1) -> bool:
        """Whether a mention follows the head just read, or its level: "bulge | moderate", "bulge L4-5 | mild"."""
        end = self.last[-1].head.j
        before = self._peek(before_it)
        if before is not None and before.kind == "level" and before.i == end:
            end = before.j
        return end == mention.i

    def _is_last_word_of_head(self) -> bool:
        """Whether another head follows the degree behind one: "canal stenosis moderate | and foraminal narrowing"."""
        following, behind, third = self._peek(), self._peek(2), self._peek(3)
        if behind is not None and behind.kind == "number":
            behind, third = third, self._peek(4)
        if self.neg or following is None or behind is None or behind.kind not in _OPENING_ITEM:
            return False
        if behind.kind == "side" and third is not None and third.kind != "site":
            return False
        return following.kind in ("conj", "mark") and following.value in ("and", ",", ";")

    def _is_dash(self, mention: Mention) -> bool:
        return mention.i > 0 and self.words[mention.i - 1] not in (",",)

    def _is_elliptic_side(self) -> bool:
        """Whether "the right one is not" ends a clause about the side alone."""
        cur = self.cur
        return bool(cur.sides and not cur.sites and not cur.grade and self.last) and self._ends_clause()

    def _repeats(self, following: Mention | None) -> bool:
        """Whether "..., and at L5-S1" says of another level what was said before."""
        if following is not None and not (following.kind == "mark" and following.value in ",;)"):
            return False
        if following is not None and self._opens_like_the_first(following):
            return False
        step = -1
        while (before := self._peek(step)) is not None and before.kind in ("of", "restword"):
            step -= 1
        joined = before is not None and before.kind == "conj"
        elsewhere = following is None and self.words[self.mentions[self.index].i] == "elsewhere"
        return joined and (elsewhere or self.last[-1].finding in _LISTED_LESIONS)

    def _new_clause(self, following: Mention | None) -> bool:
        """Whether "..., at L4-5 <finding>" opens a clause instead of closing the last."""
        previous = self._peek(-1)
        if previous is None or following is None:
            return previous is None
        if previous.kind == "of":
            previous = self._peek(-2)
        if previous is None or not (
            previous.kind == "conj"
            or (previous.kind == "mark" and previous.value in ",;")
            or self.words[previous.i] == ";"
        ):
            return False
        if following.kind in ("mark", "conj") and not self._opens_like_the_first(following):
            return False
        return any(f.level is not None and (self.at_header or not f.inherited) for f in self.frames)

    def _opens_like_the_first(self, comma: Mention) -> bool:
        """Whether a level before a comma opens a clause as one opened the sentence: "At L4-5, ...; at L5-S1 |, ..."."""
        behind = self._peek(2)
        fronted = bool(self.frames) and self.levels_seen[0].i < self.frames[0].head.i
        return comma.value == "," and fronted and behind is not None and behind.kind in _OPENING_CLAUSE


def _is_behind(seen: set[str], following: Mention | None) -> bool:
    """Whether a degree is said of what its item named before: "canal stenosis | mild", "canal | mildly narrowed"."""
    if following is None or following.kind not in _HEADS | {"site"}:
        return bool(seen & _HEADS)
    return following.form == "part" and "site" in seen and not seen & _HEADS
