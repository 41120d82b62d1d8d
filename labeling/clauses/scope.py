"""Where items and clauses end: conjunctions, marks, linking words."""

from __future__ import annotations

from itertools import pairwise

from deepspine.labeling.clauses.brackets import Brackets
from deepspine.labeling.clauses.frames import BOTH, LEFT, NONE, RIGHT, SIDES, Conjunct
from deepspine.labeling.clauses.verbs_ahead import SHOWS
from deepspine.labeling.mentions import HEADS, TELLS, Mention

_CLAUSE_MARKS = frozenset((";", ":", "->", "-->", "-", "*", "="))

_BEHIND_PLACE = frozenset((",", "-"))
_BEHIND_SIDES = {",": ";:", ":": ",;:"}
"""Marks behind a side that opens a clause, with those that may stand before it."""

_PLACES = frozenset(("side", "side_post", "level", "of"))

_CAUSES = frozenset(("due", "secondary", "because", "owing", "from", "attributable"))
"""Words that open the cause of what was said: degrees behind its end go back to that."""

_ADJECTIVES = (["resultant"], ["resulting"], ["consequent"])
_OF_NOUN = frozenset(("neg", "grade", "side"))
"""Links that are adjectives of a noun behind them, and the kinds of mentions that then stand before them."""

_LOPSIDED = (["asymmetric"], ["eccentric"])
_NOUN = HEADS | {"grade", "side", "site", "zone"}
"""What describes a lesion or tells where it is worst, and the kinds of mentions up to the lesion's name."""

_COMPARATIVES = frozenset(("greater", "larger", "more", "worse"))
"""Words that compare two sides, so that both have it."""


class Scope(Brackets):
    """Where items and clauses end: conjunctions, marks, linking words."""

    def on_conj(self, mention: Mention) -> None:
        """Begin the next conjunct."""
        before, after = self._peek(-1), self._peek(1)
        if before is not None and before.kind == "vertebra" and after is not None and after.kind == "vertebra":
            return
        if self._joins_zones(before, after):
            return
        self._count_unknown()
        self._settle_predicate_grade()
        self._settle_other_side()
        self._settle_side_behind()
        self._settle_further_object()
        self.focus = False
        value = mention.value
        if self.words[mention.i] in ("/", "to"):
            value = "/"
        if value == "and" and (self._ends_denial(mention) if self.neg else self.open is not None and self._is_clause()):
            self._boundary()
            return
        if value == "and" and self._is_denied_side() and self._is_clause():
            self._boundary()
            return
        if value == "and":
            self._end_short_reach()
            self._settle_heading_value()
        self._push(value)

    def _joins_zones(self, before: Mention | None, after: Mention | None) -> bool:
        """Whether a conjunction joins zones of one narrowing: "left paracentral | and foraminal stenosis"."""
        head = self._peek(2)
        if head is None or head.kind != "pred":
            return False
        zone = before is not None and before.kind == "zone"
        zone_behind = after is not None and after.kind == "site" and after.form == "adj" and after.value != "canal"
        return zone and zone_behind and bool(self.cur.sides) and not self.cur.sites

    def on_mark(self, mention: Mention) -> None:
        """Let punctuation separate conjuncts or clauses."""
        mark = mention.value
        if mark == ":" and self.depth and self._gives_value_of_side(mention):
            return
        self._place_headed_lesion(mark)
        if self.cur.sides and mark in _BEHIND_SIDES and self._is_side_in_front(_BEHIND_SIDES[mark]):
            self._turn_to_side(self.cur.sides)
            if self._is_value(self._peek()):
                return
            self._fresh()
        if mark == ",":
            self._on_comma()
        elif mark in _CLAUSE_MARKS:
            self._on_clause_mark(mention)
        elif mark == "(" and not self._brackets_one_word():
            self._open_bracket()
        elif mark == ")" and self.depth:
            self._close_bracket()
        elif mark == "?" and self._next_follows(mention):
            self.hedge = True
            self._push()
        elif mark in "/&":
            self._push("/" if mark == "/" else "and")

    def _place_headed_lesion(self, mark: str) -> None:
        """Say the lesion of a heading where its place ends, before what it does: "Extrusion: left | , compressing"."""
        cur, following = self.cur, self._peek()
        placed = mark in _BEHIND_PLACE and bool(cur.sides or cur.level) and not (cur.grade or cur.sites or cur.neg)
        does = following is not None and following.kind == "pred" and following.form == "verb"
        if placed and does and self._is_headed_by_lesion() and not (self.frames or self.conjuncts):
            self._of_topic(cur)
            self._fresh()

    def _turn_to_side(self, sides: int) -> None:
        """Let a side be that of what follows; what waits keeps the one before: "right: mild, left | : severe"."""
        before = self.side_in_front or (self.topic.sides if self.topic is not None else 0)
        for conjunct in self.conjuncts:
            conjunct.sides = conjunct.sides or before
        self.side_in_front = sides
        if self.topic is not None and self.topic.sides:
            self.topic = self.topic.without_side()

    def _on_comma(self) -> None:
        """Begin the next item of a list, or a clause where that item asserts something by itself."""
        self._count_unknown()
        denied = bool(self.neg and self.neg_heads)
        if (denied or self.open is not None) and (self._item_asserts() or self._is_clause()):
            self._boundary()
            return
        if denied and (self._does_more() or self._lesion_lies_elsewhere(self.mentions[self.index])):
            self._boundary()
            return
        if self._is_denied_side():
            self._boundary()
            return
        self._settle_heading_value()
        self._settle_side_of_site()
        self._settle_predicate_grade()
        self._settle_other_side()
        self._settle_side_behind()
        self._settle_further_object()
        self._settle_zone()
        self._settle_place()
        self._settle_scale()
        self._settle_item_grade()
        self.focus = False
        self._end_short_reach()
        if self.neg == "not" and not self.neg_heads and self._participle_follows():
            self.neg = self.cur.neg = ""
        self._push(",")
        self.item_start = len(self.frames)
        self._go_back_to_lesions(self.mentions[self.index])

    def _is_denied_side(self) -> bool:
        """Whether a denied side stands just before: "the left recess is narrowed, but not the right | , ..."."""
        side, neg = self._peek(-1), self._peek(-2)
        denied = self.neg == "not" and neg is not None and neg.kind == "neg"
        return denied and bool(self.last) and self._is_side(side)

    def _is_side_in_front(self, ends: str) -> bool:
        """Whether a clause is opened by a side, that of what follows: "On the left, | ...", "RIGHT: | severe"."""
        cur, place, following = self.cur, self.index - 1, self._peek()
        effect = following is not None and (following.form == "verb" or self.words[following.i] in ("where", "with"))
        if effect and self.last:
            return False  # it ends a list: "... and L5-S1 on the right | , compressing ..."
        if cur.grade or cur.sites or cur.number or cur.mm or self.open is not None:
            return False
        while place >= 0 and self.mentions[place].kind in _PLACES:
            place -= 1
        kinds = {mention.kind for mention in self.mentions[place + 1 : self.index]}
        if not kinds or ("," not in ends and "side_post" not in kinds):
            return False
        return place < 0 or self.mentions[place].kind in ("conj", "breaker") or self.mentions[place].value in ends

    @staticmethod
    def _is_value(mention: Mention | None) -> bool:
        return mention is not None and mention.kind in ("grade", "post_neg", "open")

    def _on_clause_mark(self, mention: Mention) -> None:
        """End a clause at a semicolon, colon, arrow or dash."""
        mark = mention.value
        if mark == "-" and (not self._is_dash(mention) or self._gives_value_of_side(mention)):
            return
        if mark == ":" and not self.frames and self._is_degree_alone():
            return
        self._boundary()
        if mark == ";" or (mark == ":" and not self._lists_levels_next()):
            self.clause_start = len(self.frames)

    def _is_degree_alone(self) -> bool:
        """Whether nothing but a degree stands before what has it: "Severe: | L4-5 stenosis"."""
        cur = self.cur
        return bool(cur.grade) and not (cur.sites or cur.sides or cur.level or self.conjuncts or self.open)

    def _gives_value_of_side(self, mark: Mention) -> bool:
        """Whether a mark stands between a side and its value: "Right | - mild", "(right | : mild, left: severe)"."""
        previous, following = self._peek(-1), self._peek()
        sided = previous is not None and previous.kind == "side" and previous.j == mark.i
        return sided and self._is_value(following)

    def _next_follows(self, mention: Mention) -> bool:
        """Whether a mention follows at once: "? stenosis"."""
        following = self._peek()
        return following is not None and following.i == mention.j

    def on_breaker(self, mention: Mention) -> None:
        """End a clause where a linking word opens another."""
        value = mention.value
        if value == "cause" or (self.neg and self._is_part_of_denied(mention)):
            self._open_effect()
            return
        if value == "which" and self._goes_on_with_clause(mention):
            return
        if value == "but" and self._goes_on_with_side(mention):
            self._push("but")
            return
        if value == "but" and "only" in self.words[mention.i : mention.j]:
            self._push()
            self.neg = ""
            self._fresh()
            return
        if value == "with" and (self._goes_on_with_noun(mention) or self._joins_other_side()):
            return
        if value == "with":
            self._open_what_it_has()
        else:
            self._boundary()
        if self.words[mention.i] in _CAUSES and self.last:
            self.caused = self.last
            own = self.last[-1].level
            self.level = own if own is not None and own.levels else self.level
        if self.words[mention.i] == ";":
            self.clause_start = len(self.frames)
            self.last, self.caused = self.caused or self.last, []
        elif self.words[mention.i] == "where" and self.last and self.last[-1].sides in (LEFT, RIGHT):
            self.side_before = self.last[-1].sides

    def _open_what_it_has(self) -> None:
        """Begin what a lesion has, which is of its item but behind a list of levels: "extrusion | with stenosis"."""
        item_start = self.item_start
        self._boundary()
        if self.level is None or len(self.level.levels) < 2:
            self.item_start = item_start
        self._go_on_at_worst()

    def _joins_other_side(self) -> bool:
        """Let degrees of both sides wait for one head: "severe left | with mild right foraminal stenosis"."""
        cur, degree, side = self.cur, self._peek(), self._peek(2)
        waiting = bool(cur.grade) and cur.sides in (LEFT, RIGHT) and not cur.sites and self.open is None
        if not waiting or degree is None or side is None or (degree.kind, side.kind) != ("grade", "side"):
            return False
        if SIDES.get(side.value, 0) != BOTH - cur.sides:
            return False
        self._push("and")
        return True

    def _goes_on_with_noun(self, mention: Mention) -> bool:
        """Whether "with" or its like ends no clause: "narrowing | with ...", "no other level | with herniation"."""
        if self._qualifies(mention):
            return True
        if not self.neg:
            return self.open is not None and self.cur.empty
        place = self._peek(-1)
        if place is None or self.neg_heads or self.open is not None:
            return False
        return place.j == mention.i and (place.kind == "levelref" or place.value in ("disc", "level"))

    def _qualifies(self, mention: Mention) -> bool:
        """Whether "resulting" is an adjective of what follows: "mild | resultant stenosis", "no | resulting ..."."""
        previous = self._peek(-1)
        adjective = self.words[mention.i : mention.j] in _ADJECTIVES
        return adjective and previous is not None and previous.kind in _OF_NOUN and previous.j == mention.i

    def _open_effect(self) -> None:
        """Begin what something causes; a negation goes on, unless a comma stands before: "not | causing stenosis"."""
        self.focus = False
        self._go_on_at_worst()
        comma = self._peek(-1)
        keep = bool(self.neg) and not (comma is not None and comma.kind == "mark")
        neg = self.neg
        self.flush()
        self.neg = neg if keep else ""
        self._fresh()

    def _goes_on_with_clause(self, mention: Mention) -> bool:
        """Take "which", "where" and "there is": they go back to a place or a level named before, or open a clause."""
        word, before = self.words[mention.i], self._peek(-1)
        if before is not None and before.kind == "hedge" and before.j == mention.i:
            return True  # "whether | it contacts the root"
        if self.place and word in ("which", "where"):
            self._boundary()
            self.subject, self.place = list(self.place), ()
            return True
        if word in ("where", "which") and self.focus_level is not None:
            self.level = self.worst_level = self.focus_level
            self.focus_level = None
        if word in ("it", "they") and self.last and self._is_side(self._peek(-1)) and not self.cur.sites:
            return True
        if word in ("there", "they") and self.cur.sides and self._is_side_in_front(";:"):
            self.side_in_front = self.cur.sides
            self._fresh()
        if word in ("there", "is", "are", "it", "this", "these", "they"):
            if mention.j - mention.i == 1 or word not in ("is", "are"):
                negated = self.neg if not self.neg_heads and word in ("is", "are") else ""
                self._boundary()
                self.neg = negated
                self._fresh()
            return True
        return bool(self.neg) and not self.neg_heads and word in SHOWS

    def _goes_on_with_side(self, mention: Mention) -> bool:
        """Whether a side waits for what follows: "left, | but no right stenosis"; "the right one | only mild"."""
        following = self._peek()
        waiting = [*self.conjuncts, self.cur] if not self.cur.empty else self.conjuncts[-1:]
        if following is None or not waiting or not waiting[-1].sides or any(c.sites for c in waiting):
            return False
        if self.words[mention.i : mention.j] == ["only"]:
            return following.kind == "grade"
        valued = self.topic is not None and bool(waiting[-1].grade)
        return following.kind == "neg" and not self.last and not valued

    def on_focus(self, mention: Mention) -> None:
        """Begin "worst at ...", which adds no level of its own to a list."""
        if self._describes_lesion(mention):
            return
        self._finish_open()
        self.focus = True
        self.focus_compares = not _COMPARATIVES.isdisjoint(self.words[mention.i : mention.j])
        self.focus_side = 0

    def _describes_lesion(self, focus: Mention) -> bool:
        """Whether an adjective is that of a lesion: "mild | asymmetric disc bulge", "| asymmetric left stenosis"."""
        if self.words[focus.i : focus.j] not in _LOPSIDED:
            return False
        place = focus.j
        for following in self.mentions[self.index + 1 :]:
            if following.i != place or following.kind not in _NOUN:
                return False
            if following.kind in HEADS:
                return True
            place = following.j
        return False

    def on_story(self, mention: Mention) -> None:
        """Mark a sentence that tells of an earlier examination."""
        self.story = True

    def on_advice(self, mention: Mention) -> None:
        """Drop what follows: advice and conditions assert nothing."""
        if (self.words[mention.i] == "?" and self.frames) or self._tells_what_was_seen(mention):
            return
        self.flush()
        self.index = len(self.mentions)

    def _tells_what_was_seen(self, advice: Mention) -> bool:
        """Whether an evaluation has been done: "| Evaluation of L4-5 shows a bulge", not "| ... is recommended"."""
        if self.words[advice.i : advice.j] != ["evaluation", "of"]:
            return False
        stated = any(m.kind == "cop" and n.kind == "open" for m, n in pairwise(self.mentions[self.index :]))
        return stated or not TELLS.isdisjoint(self.words[advice.j : self.mentions[-1].j])

    def on_cop(self, mention: Mention) -> None:
        """Close an open noun: what follows "is" is said of it."""
        self.focus = False
        if self.open is None or self.open.kind != "pred" or self.open.form not in ("noun", "either"):
            return
        subject = self.cur
        named = subject.sites and any(c.sites for c in self.conjuncts) and self._is_new_subject(subject)
        if named or self._is_other_side_stated(subject):
            self._fresh()
            self._close_open()
            self.cur = subject
        else:
            self._close_open()

    def _is_other_side_stated(self, subject: Conjunct) -> bool:
        """Whether a state is that of the other side: "narrowing of the right foramen and the left | is clear"."""
        if subject.sites or subject.grade or subject.sides not in (LEFT, RIGHT):
            return False
        stated = self._peek()
        if stated is not None and stated.kind == "grade":
            stated = self._peek(2)
        if stated is None or not (stated.kind == "open" or stated.form == "part"):
            return False
        return any(c.sites and c.sides | subject.sides == BOTH for c in self.conjuncts)

    def on_likewise(self, mention: Mention) -> None:
        """Say the same of what follows: "the canal is narrowed, and so are | the recesses"."""
        self.flush()
        if self.last and self.last[-1].head.kind in ("pred", "open"):
            frame = self.last[-1]
            again = Conjunct(frame.neg, frame.hedge)
            again.grade, again.cap = frame.grade, frame.cap
            self.open, self.open_conjunct = frame.head, again

    def on_present(self, mention: Mention) -> None:
        """Read "Up to moderate narrowing is present": the lower end is out."""
        self._finish_open()
        for frame in self.last:
            if frame.cap == "at_most" and not frame.neg:
                frame.grade &= ~NONE
                frame.cap = ""
