"""Where items and clauses end, and with them the reach of a negation: conjunctions, marks, linking words."""

from __future__ import annotations

from deepspine.data.findings import FINDINGS
from deepspine.labeling.clauses.frames import LEFT, NONE, RIGHT, Conjunct
from deepspine.labeling.clauses.lesions_ahead import (
    ARTICLES,
    BEFORE_STATE,
    levels_of_lesion,
    opens_clause,
    opens_lesion,
    states_lesion,
)
from deepspine.labeling.clauses.listed_lesions import ListedLesions
from deepspine.labeling.clauses.lookahead import SHOWS
from deepspine.labeling.mentions import Mention

_CLAUSE_MARKS = frozenset((";", ":", "->", "-->", "-", "*", "="))

_BEHIND_SIDES = {",": ";:", ":": ",;:"}
"""Marks behind a side that opens a clause, with those that may stand before it."""

_PLACES = frozenset(("side", "side_post", "level", "of"))

_CAUSES = frozenset(("due", "secondary", "because", "owing", "from", "attributable"))
"""Words that open the cause of what was said: degrees behind its end go back to that."""

_HAVING = (["with"], ["w/"], ["associated", "with"], ["accompanied", "by"])
"""Links behind what is denied that go on with what it would do to the roots or the sac."""

_ADJECTIVES = (["resultant"], ["resulting"], ["consequent"])
_OF_NOUN = frozenset(("neg", "grade", "side"))
"""Links that are adjectives of a noun behind them, and the kinds of mentions that then stand before them."""


class Scope(ListedLesions):
    """Where items and clauses end, and with them the reach of a negation: conjunctions, marks, linking words."""

    def on_conj(self, mention: Mention) -> None:
        """Begin the next conjunct."""
        before, after = self._peek(-1), self._peek(1)
        if before is not None and before.kind == "vertebra" and after is not None and after.kind == "vertebra":
            return
        self._settle_predicate_grade()
        self._settle_other_side()
        self._settle_side_behind()
        self.focus = False
        value = mention.value
        if self.words[mention.i] == "/":
            value = "/"
        if value == "and" and (self._ends_denial(mention) if self.neg else self.open is not None and self._is_clause()):
            self._boundary()
            return
        if value == "and":
            self._end_short_reach()
        self._push(value)

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
        there = levels_of_lesion(self.mentions, self.index + 1, any_head=set_off)
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

    def on_mark(self, mention: Mention) -> None:
        """Let punctuation separate conjuncts or clauses."""
        mark = mention.value
        if mark == ":" and self.depth and self._gives_value_of_side(mention):
            return
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
        denied = bool(self.neg and self.neg_heads)
        if (denied or self.open is not None) and (self._item_asserts() or self._is_clause()):
            self._boundary()
            return
        if denied and (self._does_more() or self._lesion_lies_elsewhere(self.mentions[self.index])):
            self._boundary()
            return
        self._settle_predicate_grade()
        self._settle_other_side()
        self._settle_side_behind()
        self._settle_zone()
        self._settle_scale()
        self._settle_item_grade()
        self.focus = False
        self._end_short_reach()
        if self.neg == "not" and not self.neg_heads and self._participle_follows():
            self.neg = self.cur.neg = ""
        self._push(",")
        self.item_start = len(self.frames)
        self._go_back_to_lesions(self.mentions[self.index])

    def _is_side_in_front(self, ends: str) -> bool:
        """Whether a clause is opened by a side, that of what follows: "On the left, | ...", "RIGHT: | severe"."""
        cur, place = self.cur, self.index - 1
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

    def _end_short_reach(self) -> None:
        """End "is not ..." and a hedge at a comma or "and" behind their heads, unless an "or" goes on with the list."""
        if self.neg == "not" and self.neg_heads and not self._list_goes_on():
            self.neg = ""
        if self.hedge and self.hedge_heads:
            self.hedge = False

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

    def _open_bracket(self) -> None:
        self.depth += 1
        self.focus = False
        if self._is_value_of_heading():
            self.flush()
        if self._stands_behind_worst():
            self.worst_level, self.focus_level = self.focus_level, None
        self._settle_side_behind()
        if ((self.neg and self.neg_heads) or self.open is not None) and (self._item_asserts() or self._is_clause()):
            self._boundary()
            return
        self._push("(")

    def _is_value_of_heading(self) -> bool:
        """Whether a level's degree stands before brackets, below a heading: "Bulge: L4-5 mild | (indenting ...)"."""
        grade, level = self._peek(-1), self._peek(-2)
        named = self.topic is not None and self.topic.finding is not None and self.topic.finding.value in FINDINGS
        if not named or grade is None or grade.kind != "grade":
            return False
        return level is not None and level.kind == "level" and level.j == grade.i and not self.cur.sites

    def _close_bracket(self) -> None:
        self.depth -= 1
        self.focus = False
        if not self._is_size_aside() and (self.open is None or not self.cur.empty):
            self.flush()
        self.worst_level = None

    def _stands_behind_worst(self) -> bool:
        """Whether brackets open behind the level where it is worst: "greatest at L5-S1 | (severe)"."""
        previous = self._peek(-1)
        if previous is not None and self._is_side(previous):
            previous = self._peek(-2)
        return previous is not None and self.focus_level is not None and previous.j == self.focus_level.j

    def _next_follows(self, mention: Mention) -> bool:
        """Whether a mention follows at once: "? stenosis"."""
        following = self._peek()
        return following is not None and following.i == mention.j

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
        if value == "with" and self._goes_on_with_noun(mention):
            return
        self._boundary()
        if value == "with":
            self._go_on_at_worst()
        if self.words[mention.i] in _CAUSES and self.last:
            self.caused = self.last
        if self.words[mention.i] == ";":
            self.clause_start = len(self.frames)
            self.last, self.caused = self.caused or self.last, []
        elif self.words[mention.i] == "where" and self.last and self.last[-1].sides in (LEFT, RIGHT):
            self.side_before = self.last[-1].sides

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
        word = self.words[mention.i]
        if self.place and word in ("which", "where"):
            self._boundary()
            self.subject, self.place = list(self.place), ()
            return True
        if word in ("where", "which") and self.focus_level is not None:
            self.level = self.worst_level = self.focus_level
            self.focus_level = None
        if word in ("it", "they") and self.last and self._is_side(self._peek(-1)) and not self.cur.sites:
            return True
        if word == "there" and self.cur.sides and self._is_side_in_front(";:"):
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
        return following.kind == "neg" and not self.last

    def on_focus(self, mention: Mention) -> None:
        """Begin "worst at ...", which adds no level of its own to a list."""
        self._finish_open()
        self.focus = True
        self.focus_side = 0

    def on_story(self, mention: Mention) -> None:
        """Mark a sentence that tells of an earlier examination."""
        self.story = True

    def on_advice(self, mention: Mention) -> None:
        """Drop what follows: advice and conditions assert nothing."""
        if self.words[mention.i] == "?" and self.frames:
            return
        self.flush()
        self.index = len(self.mentions)

    def on_cop(self, mention: Mention) -> None:
        """Close an open noun: what follows "is" is said of it."""
        self.focus = False
        if self.open is None or self.open.kind != "pred" or self.open.form not in ("noun", "either"):
            return
        subject = self.cur
        if subject.sites and any(c.sites for c in self.conjuncts) and self._is_new_subject(subject):
            self._fresh()
            self._close_open()
            self.cur = subject
        else:
            self._close_open()

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
