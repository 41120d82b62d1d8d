"""What is left over at a boundary: "severe on the left, moderate on the right", "L3-4 mild"."""

from __future__ import annotations

from itertools import takewhile

from deepspine.labeling.clauses.afterthoughts import lacks_degree
from deepspine.labeling.clauses.frames import (
    BOTH,
    GRADED,
    LATERAL,
    LEFT,
    NARROW,
    NONE,
    RIGHT,
    SIDES,
    STENOSES,
    Conjunct,
    Frame,
    LevelRef,
    Topic,
    clone,
    meanings,
    merge_side_and_grade,
    share_degree_behind,
)
from deepspine.labeling.clauses.zones import Zones
from deepspine.labeling.mentions import Mention

_NARROWABLE = frozenset(("canal", "foramen", "recess"))
_PARTS = _NARROWABLE | {"facet"}
_DESCRIBING = frozenset(("cap", "filler", "grade", "side"))
"""Parts whose heading a bare degree may follow, and what may stand before a noun of the next item."""

_EFFECTS = frozenset(("nerve_root", "thecal_sac"))
_MAX_TO_DEGREE = 6
"""Mentions back to a site whose degree ends its item."""

_OPENING_HEAD = frozenset(("site", "finding", "pred", "grade"))
"""Kinds of mentions that open another finding behind "and"."""


class Leftovers(Zones):
    """What is left over at a boundary: "severe on the left, moderate on the right", "L3-4 mild"."""

    def flush(self) -> None:
        """Close what is open at a boundary; leftovers modify the heads before or become the subject."""
        if self.open is not None:
            self._close_open()
        elif not self.conjuncts and self.cur.empty:
            if self.cur.zone:
                self._lie_in_zone()
            if self.cur.rest or self.cur.zone:
                self._fresh()
            else:
                self.cur.neg, self.cur.hedge = self.neg, self.hedge
            return
        elif self._say_headed_lesion():
            return
        else:
            self._lie_in_zone()
        conjuncts = merge_side_and_grade([*self.conjuncts, self.cur], self.last_open)
        self.conjuncts = []
        self._fresh()
        if len(conjuncts) > 1 and all(map(_is_narrowable, conjuncts)):
            self._share_degree_of_list(conjuncts)
        subjects = [conjunct for conjunct in conjuncts if self._becomes_subject(conjunct)]
        if subjects:
            self.subject = subjects

    def _share_degree_of_list(self, conjuncts: list[Conjunct]) -> None:
        """Give all of a list its degree: "foramina and recesses mildly |", "moderate in recesses and foramina |"."""
        graded = [conjunct for conjunct in conjuncts if conjunct.grade]
        if len(graded) != 1:
            return
        if graded[0] is conjuncts[-1]:
            self._share_degrees_behind(conjuncts)
        elif graded[0] is conjuncts[0] and all(conjunct.joint == "and" for conjunct in conjuncts[:-1]):
            share_degree_behind(conjuncts[::-1])

    def _becomes_subject(self, conjunct: Conjunct) -> bool:
        """Whether a site that is left over is what the next clause is about; a degree or side is said of the last."""
        if conjunct.sites and conjunct.grade and self.last and all(s.value == "disc" for s in conjunct.sites):
            conjunct.sites = []
        if conjunct.sites:
            return not (self._headless(conjunct) or self._is_further_object(conjunct))
        if not conjunct.empty:
            self._elliptic(conjunct)
        return False

    def _close_open(self) -> None:
        """Close the open head; degrees and sides behind its object are its own: "narrowing of the canal, moderate"."""
        super()._close_open()
        behind, self.behind = self.behind, ()
        for conjunct in behind:
            self._elliptic(conjunct)

    def _boundary(self) -> None:
        self.flush()
        self.item_start = len(self.frames)
        self.neg = ""
        self.hedge = False
        self.focus = False
        self._fresh()

    def _go_on_at_worst(self) -> None:
        """Let what follows at once where it is worst be of that level: "worst at L4-5 | with severe stenosis"."""
        worst = self.focus_level
        if worst is None:
            return
        previous = self._peek(-1)
        if self._is_side(previous):
            previous = self._peek(-2)
        at_once = previous is not None and previous.j == worst.j
        if at_once:
            self._boundary()
            self.level_used, self.of_worst = False, True
        if at_once or self.level is None:
            self.level, self.focus_level = worst, None

    def _headless(self, conjunct: Conjunct) -> bool:
        """Take a graded site without a head ("Foramina Lee 1 bilaterally", "mild canal") as a stenosis."""
        if not conjunct.grade and not (conjunct.number is not None and conjunct.number.form == "grade"):
            return False
        if self.last and self.last[-1].finding == "herniation" and all(s.form for s in conjunct.sites):
            return True
        found = False
        behind = self._is_graded_behind(conjunct)
        if behind and self.neg_heads:
            conjunct.neg = ""  # "no bulge, canal | mild"
        for site in conjunct.sites:
            if site.value in _NARROWABLE:
                self.last = self._emit(NARROW, site, conjunct)
                if conjunct.grade == NONE:
                    self.last[0].bits = 1
                found = True
            elif site.value == "facet" and behind and self._is_degree_next(site):
                self.last = [self._frame("facet_arthropathy", GRADED, site, conjunct)]
                found = True
        return found

    def _is_degree_next(self, site: Mention) -> bool:
        """Whether a degree stands right behind a site and ends its item: "facets | severe, canal normal"."""
        near = self.mentions[max(self.index - _MAX_TO_DEGREE, 0) : self.index + 1]
        degree = next((mention for mention in near if mention.i == site.j and mention.kind == "grade"), None)
        if degree is None:
            return False
        behind = self.words[degree.j : degree.j + 1]
        return not behind or not behind[0].isalpha() or behind[0] == "and"

    def _is_further_object(self, conjunct: Conjunct) -> bool:
        """Say a noun of an object at another level: "narrowing of the canal at L3-4 and | of the foramina at L4-5"."""
        level = conjunct.level or self.level
        before = self.last[-1] if self.last else None
        if before is None or before.level is None or level is None or level is before.level:
            return False
        head = before.head
        sites = [site for site in conjunct.sites if (head.value, site.value) in meanings()]
        if head.kind != "pred" or self.words[head.j : head.j + 1] != ["of"] or not sites:
            return False
        again = clone(conjunct)
        again.grade, again.cap, again.neg, again.hedge = before.grade, before.cap, before.neg, before.hedge
        frames = [frame for site in sites for frame in self._emit(head, site, again)]
        for frame in frames:
            frame.level, frame.inherited, frame.soft = level, False, False
            frame.i, frame.j = conjunct.i, level.j
        self.last = frames
        return True

    def _settle_further_object(self) -> None:
        """End such an object at the end of its item: "..., left recess at L4-5 | and right foramen at L5-S1"."""
        level = self._peek(-1)
        if level is None or level.kind != "level" or not self.cur.sites or self.conjuncts or self.open is not None:
            return
        if not self.cur.grade and self._is_further_object(self.cur):
            self._fresh()

    def _elliptic(self, conjunct: Conjunct) -> None:
        """Attach a left-over grade, side or level to the heads before, or to the heading."""
        if self.topic is not None and self._goes_back_to_heading(self.topic, conjunct):
            self._of_topic(conjunct)
        elif self.last:
            self.last = self._narrowed_before(conjunct) or self.last
            self._modify_last(conjunct)
        elif self.subject and (conjunct.grade or conjunct.number is not None):
            frames: list[Frame] = []
            for c in self.subject:
                for site in c.sites:
                    if site.value in _NARROWABLE:
                        twin = clone(conjunct)
                        twin.sides = conjunct.sides or c.sides
                        frames += self._emit(NARROW, site, twin)
            self.last = frames
        elif self.topic is not None and (
            conjunct.grade or conjunct.number is not None or (conjunct.sides and conjunct.level)
        ):
            self._of_topic(conjunct)
        elif conjunct.level is not None:
            self.level = conjunct.level

    def _goes_back_to_heading(self, topic: Topic, conjunct: Conjunct) -> bool:
        """Whether a level has its degree of what a heading lists: "Canal: L3-4 mild with a bulge, | L4-5 none"."""
        level = conjunct.level or self.level
        if level is None or not level.levels or not conjunct.grade or not self.last:
            return False
        named = {finding.value for finding in topic.findings}
        parts = {site.value for site in topic.sites} & _PARTS if not named else set()
        listed = any(frame.finding in named or frame.site in parts for frame in self.frames)
        told = any(frame.finding in named or frame.site in parts for frame in self.last)
        here = any(
            frame.level is not None and not set(frame.level.levels).isdisjoint(level.levels) for frame in self.last
        )
        return listed and not told and not here

    def _settle_values_before(self) -> None:
        """Give the heading its values before the next head: "Foramina: mild at L3-4, | narrowing at L4-5"."""
        if self.topic is None or not self.conjuncts:
            return
        valued = [conjunct for conjunct in self.conjuncts if conjunct.level and conjunct.grade]
        self.conjuncts = [conjunct for conjunct in self.conjuncts if conjunct not in valued]
        for conjunct in valued:
            self._elliptic(conjunct)

    def _settle_heading_value(self) -> None:
        """Give a heading its degree before a nerve or another part is told: "Canal: mild, | foramina patent"."""
        pending = [*self.conjuncts, self.cur]
        if self.topic is None or not self.cur.grade or any(conjunct.sites for conjunct in pending):
            return
        if self._tells_of_nerve() or self._tells_of_other_part(self.topic) or self._does_next():
            self.flush()

    def _does_next(self) -> bool:
        """Whether the item ahead says what a heading's part does: "Foramina: mild, | compressing the L4 root"."""
        following = self._peek()
        return following is not None and following.kind == "pred" and following.form == "verb"

    def _tells_of_other_part(self, topic: Topic) -> bool:
        """Whether the item ahead names what the heading does not: "Canal stenosis: mild, | foraminal stenosis ..."."""
        described, ahead = self._noun_ahead()
        named = None if described and (self.cur.sides or self.words[self.mentions[self.index].i] == "and") else ahead
        parts = {site.value for site in topic.sites}
        is_named = topic.finding is not None or topic.predicate is not None
        if named is None or not (is_named or parts & _PARTS):
            return False
        if named.kind == "site":
            return named.value in _PARTS - parts
        return named.kind == "finding" and is_named and named.value not in {m.value for m in topic.findings}

    def _noun_ahead(self) -> tuple[bool, Mention | None]:
        """Return whether a side or degree stands before the noun of the item ahead, and the noun."""
        for mention in self.mentions[self.index + 1 :]:
            if mention.kind not in _DESCRIBING:
                return mention is not self._peek() or bool(mention.form), mention
        return False, None

    def _narrowed_before(self, conjunct: Conjunct) -> list[Frame]:
        """Return the stenosis that its effect or cause parts from its other side, or its cause from its next level.

        "Severe left with contact, | mild right", "severe at L4-5 due to a bulge and | moderate at L3-4".
        """
        if conjunct.level is not None and conjunct.grade:
            elsewhere = [frame for frame in self._explained() if self._is_caused_elsewhere(frame, conjunct.level)]
            if elsewhere:
                self.level = conjunct.level
                return elsewhere
        if not conjunct.grade or conjunct.sides not in (LEFT, RIGHT):
            return []
        caused = [frame for frame in self.caused if _is_graded_other_side(frame, conjunct.sides)]
        if caused:
            return caused
        return [frame for frame in self._before_effects() if _is_graded_other_side(frame, conjunct.sides)]

    def _explained(self) -> list[Frame]:
        """Return the heads whose cause or effect was told last: "stenosis due to a bulge |", "... with contact |"."""
        return self.caused or self._before_effects()

    def _before_effects(self) -> list[Frame]:
        """Return the head before what it does to roots and the sac; nothing where no effect was told last."""
        effects = list(takewhile(lambda frame: frame.finding in _EFFECTS, reversed(self.frames)))
        return self.frames[-len(effects) - 1 : -len(effects)] if effects else []

    def _is_caused_elsewhere(self, frame: Frame, level: LevelRef) -> bool:
        """Whether a stenosis has its degree, and its level in front of its cause, and a level is another one."""
        own = frame.level
        if frame.finding not in (*STENOSES, "stenosis") or not frame.grade or own is None or frame.inherited:
            return False
        return own.i < self.last[0].head.i and set(own.levels).isdisjoint(level.levels)

    def _affirm(self) -> None:
        """Say that a level or side has what a heading, or the clause so far, names: "Disc herniation: L4-5 | yes"."""
        if self.topic is None:
            self.flush()
        else:
            conjunct = self.cur
            self._fresh()
            self._of_topic(conjunct)

    def _settle_predicate_grade(self) -> None:
        """Give a head the degree behind it before a new item begins.

        "Narrowing is considerable, ...", "it is severe on each side, and ...", "desiccation mild, ...", "degeneration
        of mild degree and ...".
        """
        behind = 2 if self._is_side(self._peek(-1)) else 1
        grade, verb = self._peek(-behind), self._peek(-behind - 1)
        set_off = verb is not None and self._is_set_off(verb)
        if verb is not None and (verb.kind == "of" or set_off):
            verb = self._peek(-behind - 2)
        elif behind == 1 and verb is not None and verb.kind == "side" and verb.value == "both":
            behind, verb = 2, self._peek(-3)  # "foraminal narrowing b/l moderate | , recess patent"
        if grade is None or grade.kind != "grade" or verb is None:
            return
        of_head = bool(self.last) and verb is self.last[-1].head
        of_noun = verb.kind == "finding" or (set_off and verb.kind == "pred")
        said = verb.kind == "cop" or (of_noun if behind == 1 else of_head)
        cur = self.cur
        if said and self.last and not self.conjuncts and not cur.sites and cur.grade and (behind > 1 or not cur.sides):
            self._fresh()
            self._modify_last(cur)

    def _settle_side_of_site(self) -> None:
        """End a side of a site with its degree before what the other side is: "NF right mild |, left ok"."""
        cur, other, value = self.cur, self._peek(), self._peek(2)
        if self.open is not None or self.conjuncts or not cur.grade or cur.sides not in (LEFT, RIGHT):
            return
        valued = value is not None and value.kind in ("open", "grade", "post_neg")
        sided = other is not None and self._is_side(other) and SIDES.get(other.value) == BOTH - cur.sides
        if valued and sided and _is_narrowable(cur):
            self.flush()

    def _settle_item_grade(self) -> None:
        """Give a head without a degree the one that fills the item behind it: "bulge, mild, | canal stenosis, ...".

        Also what it is by now: "stenosis, now mild | , and ...".
        """
        cur = self.cur
        if not cur.grade or cur.sides or cur.sites or cur.level or self.conjuncts or not self.last:
            return
        grade, comma = self._peek(-1), self._peek(-2)
        is_by_now = comma is not None and self.words[comma.i : comma.j] == ["now"]
        alone = grade is not None and comma is not None and (comma.value == "," or is_by_now) and comma.j == grade.i
        if alone and not self._is_respective() and all(lacks_degree(frame, cur) for frame in self.last):
            self._fresh()
            self._modify_last(cur)

    def _settle_other_side(self) -> None:
        """Give a head its degree on the other side at the end of its item: "severe right, mild on the left |, and"."""
        cur = self.cur
        if not cur.grade or cur.sides not in (LEFT, RIGHT) or cur.sites or cur.level or self.conjuncts or not self.last:
            return
        side = self._peek(-1)
        behind = side is not None and side.kind == "side_post"
        placed = self.level is not None and self.level.i >= self.last[-1].head.j
        if behind and not placed and all(_waits_for_side(frame, cur.sides) for frame in self.last):
            self._fresh()
            self._modify_last(cur)

    def _settle_side_behind(self) -> None:
        """Give a head the side behind it before another one: "foraminal stenosis L4-5 right | and root compression"."""
        cur, side, following = self.cur, self._peek(-1), self._peek()
        if not cur.sides or cur.grade or cur.sites or cur.level or self.conjuncts or not self.last:
            return
        if following is not None and following.kind == "conj" and self.mentions[self.index].kind == "mark":
            following = self._peek(2)
        if side is None or side.kind != "side" or following is None:
            return
        adverb = self.words[side.i] == "bilaterally"
        behind_level = (
            adverb and self.level is not None and self.level.j == side.i and self.level is self.last[-1].level
        )
        if not (behind_level or self._is_at_head(side, before_it=-2)):
            return
        opens = following.kind in _OPENING_HEAD or (
            following.kind == "side" and (adverb or self._opens_other_side(side))
        )
        if not opens:
            return
        if cur.sides == BOTH and not adverb:
            return
        if self._give_side(self.last, cur.sides):
            self._fresh()

    def _settle_place(self) -> None:
        """Repeat a head at another level and side before what it does: "... and L5-S1 on the right | , compressing"."""
        cur, following = self.cur, self._peek()
        if not (cur.sides and cur.level) or cur.grade or cur.sites or self.conjuncts or not self.last:
            return
        goes_on = following is not None and (following.form == "verb" or self.words[following.i] == "where")
        if self.open is None and goes_on:
            self._fresh()
            self._modify_last(cur)

    def _opens_other_side(self, side: Mention) -> bool:
        """Whether the other side opens what is said of a site of its own: "stenosis left |, right foramen free"."""
        other, site = self._peek(), self._peek(2)
        sides = {side.value, other.value if other is not None else ""}
        return sides == {"left", "right"} and site is not None and site.kind in ("site", "vertebra")

    def _settle_scale(self) -> None:
        """Leave the grade of a published scale to the level before a comma: "Schizas C at L4-5 |, the others A"."""
        level = self._peek(-1)
        if self.cur.scale and self.cur.sites and self.open is None and level is not None and level.kind == "level":
            self.flush()

    def _is_set_off(self, comma: Mention) -> bool:
        """Whether commas set a degree off before a participle: "bulge, mild | , indenting the sac"."""
        following = self._peek()
        return comma.value == "," and following is not None and following.kind == "pred" and following.form == "verb"

    @staticmethod
    def _is_side(mention: Mention | None) -> bool:
        return mention is not None and mention.kind in ("side", "side_post")


def _is_narrowable(conjunct: Conjunct) -> bool:
    return bool(conjunct.sites) and all(site.value in _NARROWABLE for site in conjunct.sites)


def _is_graded_other_side(frame: Frame, sides: int) -> bool:
    """Whether a stenosis of the other side has its degree, so that one of this side goes on with it."""
    return frame.finding in STENOSES and bool(frame.grade) and frame.sides | sides == BOTH


def _waits_for_side(frame: Frame, sides: int) -> bool:
    """Whether a head of the other side, or of no side and degree yet, goes on with a side."""
    open_to_both = not frame.sides and not frame.grade
    return frame.finding in LATERAL and (open_to_both or frame.sides == LEFT + RIGHT - sides)
