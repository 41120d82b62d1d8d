"""Grades, sides, sites and sizes gather in conjuncts until a head takes them."""

from __future__ import annotations

from deepspine.labeling.clauses.frames import (
    BOTH,
    LEFT,
    MODERATE,
    NUMBERED,
    RIGHT,
    SEVERE,
    SIDES,
    SITE_OF_SCALE,
    SITES,
    SLIPS,
    Conjunct,
    Frame,
    cap_of,
    last_side,
    severity_of_number,
    zone_of,
)
from deepspine.labeling.clauses.leftovers import Leftovers
from deepspine.labeling.clauses.lesions_ahead import ARTICLES
from deepspine.labeling.mentions import Mention

_ORIGIN = frozenset(("cop", "filler", "mm", "of", "present", "side", "side_post", "zone"))
"""Kinds of mentions between a cyst and the joint that it comes from."""

_LEVELS = frozenset(("level", "levels", "levelref"))
_HEADS = frozenset(("finding", "pred", "open"))


class Modifiers(Leftovers):
    """Grades, sides, sites and sizes gather in conjuncts until a head takes them."""

    def on_grade(self, mention: Mention) -> None:
        """Take a word of degree."""
        cur = self.cur
        cap = cap_of(mention)
        if self._is_degree_behind(mention):
            for frame in self.last:
                if not frame.grade:
                    frame.grade, frame.cap = mention.bits, cap
            return
        if self.words[mention.i] == "of" and (not self.index or self._grades_denied(mention)):
            return
        if self.neg and not (cur.grade or cur.sites or cur.level or cur.number or cur.mm):
            self._maybe_end_negation(mention)
            cur = self.cur
        if cur.grade and (cur.sides or cur.sites or cur.level or cur.number):
            self._push()
            cur = self.cur
        self._mark(mention)
        cur.grade = mention.bits
        cur.cap = cap
        if mention.form == "scale":
            cur.scale = True
            self._add_site_of_scale(mention, cur)
        elif mention.form == "answer":
            self._affirm()

    def _add_site_of_scale(self, mention: Mention, cur: Conjunct) -> None:
        """Read "Lee 2 left" and "Schizas C" without a site as the site that the scale grades."""
        site = SITE_OF_SCALE.get(mention.value)
        headed = self.topic is not None and bool(self.topic.sites)
        named = headed or bool(cur.sites) or any(c.sites for c in self.conjuncts) or self._has_told_of(site)
        if site and not named and self.open is None:
            cur.sites.append(SITES[site])

    def _has_told_of(self, site: str | None) -> bool:
        """Whether the heads just read are of a scale's site: "left foraminal stenosis | (Lee 2)"."""
        return bool(self.last) and all(frame.site == site for frame in self.last)

    def _grades_denied(self, mention: Mention) -> bool:
        """Give "of significance" to the heads just read: "no canal or foraminal stenosis | of significance"."""
        if self.open is not None or not self.cur.empty or not self.last:
            return False
        denied = [frame for frame in self.frames[self.clause_start :] if frame.neg]
        for frame in [*denied, *self._alternatives()]:
            frame.grade = frame.grade or mention.bits
        return True

    def on_verb_grade(self, mention: Mention) -> None:
        """Take "largely" and its like, which grade a verb or participle only."""
        if self._next_is("pred"):
            self.on_grade(mention)

    def _maybe_end_negation(self, mention: Mention) -> None:
        """Assert again at a new grade behind a finished negated head, joined by comma or and."""
        if not self.neg_heads and not any(c.neg and c.sites for c in self.conjuncts) and not self._is_of_other_half():
            return
        if mention.bits == (MODERATE | SEVERE) and mention.value != "range":
            return
        joint = self._joint_before()
        if joint in ("or", "nor", "/"):
            return
        if joint in (",", "and") and self._list_goes_on():
            return
        self.neg = ""
        self.cur.neg = ""

    def _is_of_other_half(self) -> bool:
        """Whether a degree is that of the other side: "no right and | severe left stenosis"."""
        denied = self.conjuncts[-1] if self.conjuncts else None
        return denied is not None and bool(denied.neg) and denied.sides in (LEFT, RIGHT) and self._next_is("side")

    def on_side(self, mention: Mention) -> None:
        """Take a side that stands before what it belongs to."""
        value = SIDES.get(mention.value, 0)
        if value == BOTH and (self._is_correlative(mention) or self._is_adverb_of_last(mention)):
            return
        if self.focus and self._is_side_of_focus(value):
            return
        if mention.value == "other":
            known = self._known_side()
            value = 3 - known if known else 0
        cur = self.cur
        if cur.sides and (cur.sites or cur.grade):
            self._push()
            cur = self.cur
        self._mark(mention)
        if cur.sides and cur.sides != value:
            value |= cur.sides
        cur.sides = value

    def _is_adverb_of_last(self, both: Mention) -> bool:
        """Whether both sides are those of the heads before: "narrowing | bilaterally", "narrowing at L4-5 | ..."."""
        adverb = self.words[both.i] == "bilaterally" and self.open is None and bool(self.last)
        ends = {self.last[-1].head.j, *(ref.j for ref in self.levels_seen[-1:])} if adverb else ()
        if both.i not in ends or not self.cur.empty or self.conjuncts:
            return False
        return self._give_side_behind(self.last, BOTH, both.i)

    def _is_correlative(self, both: Mention) -> bool:
        """Whether "both" counts lesions and no sides: "| both a bulge and a cyst", "| both mild left stenosis and"."""
        behind = self.words[both.j : both.j + 1]
        if self.words[both.i : both.j] != ["both"]:
            return False
        following, head = self._peek(), self._peek(2)
        if following is None or following.i != both.j:
            return not ARTICLES.isdisjoint(behind)
        if following.kind == "side":
            return following.value in ("left", "right")
        attributive = following.kind == "grade" and not behind[0].endswith("ly")
        return attributive and head is not None and head.kind not in ("mark", "breaker")

    def on_side_post(self, mention: Mention) -> None:
        """Take a side that stands behind ("on the left"): it modifies the heads just read."""
        if self.focus and self._is_side_of_focus(SIDES.get(mention.value, 0)):
            return
        pointing = mention.value == "that"
        if not pointing and (self._next_is("site") or self._next_is("level")):
            self.on_side(mention)
            return
        sides = SIDES.get(mention.value, 0)
        if self.focus_level is not None and self.focus_level.j == mention.i:
            self.focus_side = sides
            return
        if self._is_side_of_clause(sides) or self._is_side_of_exception(mention, sides):
            return
        if pointing:
            sides = self.herniation_side or self._known_side()
        if self._is_side_of_last(sides):
            return
        if self.cur.sides and (self.cur.grade or self.cur.sites):
            self._push()
        self._mark(mention)
        self.cur.sides = sides

    def _is_side_of_exception(self, mention: Mention, sides: int) -> bool:
        """Whether a side narrows an exception just made: "patent except at L5-S1 | on the left"."""
        excepted = self.aside[-1] if self.aside else None
        if excepted is None or excepted.j != mention.i or not self.frames:
            return False
        for frame in self.frames:
            frame.exclude = tuple((ref, sides if ref is excepted else side) for ref, side in frame.exclude)
        if not self._give_side([frame for frame in self.last if frame.level is excepted], sides):
            self.side_in_front = sides
        return True

    def _is_side_of_focus(self, sides: int) -> bool:
        """Whether a side is that of "more to the left": the first one behind it, with no other head between."""
        for mention in reversed(self.mentions[: self.index]):
            if self.focus_side or mention.kind in _HEADS:
                self.focus = False
                return False
            if mention.kind == "focus":
                break
        self.focus_side = sides
        return True

    def _known_side(self) -> int:
        """Return the side last spoken of, here or before, which "that side" and "the other side" point to."""
        return last_side(self.frames) or self.previous_side

    def _is_side_of_clause(self, sides: int) -> bool:
        """Whether a side is said of all heads of the clause: "the stenosis and the protrusion are | on the left"."""
        before = self._peek(-1)
        if before is None or before.kind != "cop" or not self.cur.empty or self.open is not None:
            return False
        frames = self.frames[self.clause_start :]
        for frame in frames:
            frame.sides = frame.sides or sides
        return bool(frames)

    def _is_side_of_last(self, sides: int) -> bool:
        """Whether a side is that of the heads just read: "foraminal stenosis | on the left"."""
        if self.open is not None or not self.cur.empty or not self.last or not self.last_open or self._is_preposed():
            return False
        if any(c.sides and (c.level is not None or not c.grade) for c in self.conjuncts):
            return False  # theirs is another: "compressed at L4-5 bilaterally and | on the left at L5-S1"
        return self._give_side_behind(self.last, sides, self.mentions[self.index].i) or sides == BOTH

    def on_site(self, mention: Mention) -> None:
        """Take a site: wait for a head, or serve the open one."""
        cur = self.cur
        if mention.value == "disc":
            mention = self._signal_of(mention)
        if self._adds_nothing(mention):
            return
        if self._is_origin_of_cyst(mention):
            self._give_side(self.last, cur.sides)
            cur.sides = 0
            self.open = self.open_conjunct = None
            return
        if self._is_place(mention):
            place = Conjunct("", False)
            place.sites, place.sides = [mention], cur.sides
            self.place = [place]
            if not cur.sites:
                cur.sides = 0
            return
        if cur.sites and cur.sites[-1].value == mention.value and cur.sites[-1].j == mention.i:
            cur.sites[-1] = mention
            return
        if cur.sites:
            self._begin_next_site(mention)
        self._mark(mention)
        self.cur.sites.append(mention)

    def _begin_next_site(self, mention: Mention) -> None:
        """Let a site with a degree or side of its own stand apart from the one before: "the root, mild | foraminal"."""
        cur, before = self.cur, self._peek(-1)
        if before is not None and before.kind == "vertebra":
            before = self._peek(-2)  # "the left | L4 root"
        graded = before is not None and before.kind == "grade"
        if cur.sites[-1].value == mention.value or cur.sites[-1].form:
            return
        if self.open is not None and not (graded and mention.form == "adj"):
            return
        grade, cap = (cur.grade, cur.cap) if graded else (0, "")
        if graded:
            cur.grade, cur.cap = 0, ""
        sided = before is not None and self._is_side(before) and before.i >= cur.sites[-1].j
        sides = cur.sides if sided else 0
        if sides:
            cur.sides = 0
        self._push()
        cur = self.cur
        cur.grade, cur.cap, cur.sides = grade, cap, sides
        if graded and before is not None:
            self._mark(before)

    def _adds_nothing(self, site: Mention) -> bool:
        """Whether a site only says how high something stands, or whose the finding beside it is: "bulging | disc".

        So does a level before the degree of another site: "adjacent | segment severe foraminal stenosis".
        """
        if site.value == "level":
            following = self._peek()
            grades_next = following is not None and following.kind == "grade" and following.i == site.j
            return (grades_next and self._site_within(3)) or self._is_height_of_vertebra(site)
        if site.value != "disc":
            return False
        if self._owns_quality(site, plural=site.plural):
            return True
        return (not site.plural and self._next_is("finding")) or self._is_of_last(site)

    def _is_of_last(self, disc: Mention) -> bool:
        """Whether a disc is that of the lesion just read: "bulging | disc", "bulging of the | disc"."""
        of = self._peek(-1)
        place = of.i if of is not None and of.kind == "of" else disc.i
        return bool(self.last) and self.last[-1].head.j == place

    def _is_origin_of_cyst(self, site: Mention) -> bool:
        """Whether a joint only tells where a cyst lies: "synovial cyst arising from the right | facet joint"."""
        if site.value != "facet" or not self.cur.sides or not self.last or self.last[-1].finding != "synovial_cyst":
            return False
        for mention in reversed(self.mentions[: self.index]):
            if mention is self.last[-1].head:
                return True
            if mention.kind not in _ORIGIN and mention.value != "approach":
                return False
        return False

    def on_zone(self, mention: Mention) -> None:
        """Take a zone word ("paracentral"); its side is the herniation's."""
        spoken = self.words[mention.i : mention.j]
        self.cur.zone = zone_of(spoken)
        self.cur.sides = self.cur.sides or SIDES.get(spoken[0], 0)
        if (
            self.last
            and self.last_open
            and self.last[-1].finding == "herniation"
            and self.cur.sides
            and not self.cur.sites
            and not self._finding_ahead()
        ):
            if not self.last[-1].sides:
                self.last[-1].sides = self.cur.sides
                self.herniation_side = self.cur.sides if self.cur.sides in (1, 2) else 0
            self.cur.sides = 0

    def on_mm(self, mention: Mention) -> None:
        """Take a size: a slip's grade follows from it."""
        for frame in self.last:
            if frame.finding in SLIPS and not frame.mm and self.cur.empty:
                frame.mm = mention.number
                return
        self.cur.mm = mention.number

    def on_number(self, mention: Mention) -> None:
        """Take a grade or type number."""
        if mention.form == "grade":
            # A slip that is denied has no grade: "no spondylolisthesis except for | grade 1 at L5-S1".
            slips = [frame for frame in self.last if frame.finding in SLIPS and not frame.neg and frame.number is None]
            goes_on = self.cur.empty and self._peek(-1) is not None and not self._next_is("finding")
            if slips and goes_on and not self._is_of_some_level(slips):
                slips[0].number = mention
                return
            if self._is_degree_behind(mention) and all(frame.finding in NUMBERED for frame in self.last):
                for frame in self.last:
                    frame.grade = frame.grade or severity_of_number(mention)
                return
        if self.cur.number is not None or (self.cur.sides and self.cur.grade):
            self._push()
        self.cur.number = mention
        self._mark(mention)

    def _is_of_some_level(self, slips: list[Frame]) -> bool:
        """Whether a grade is that of one of the levels of slips: "L3-4 and L4-5, | grade 2 at L4-5", "the latter |"."""
        if self._level_since(slips) is not None:
            return True
        of, place = self._peek(), self._peek(2)
        several = slips[0].level is not None and len(slips[0].level.levels) > 1
        return several and of is not None and of.kind == "of" and place is not None and place.kind in _LEVELS
