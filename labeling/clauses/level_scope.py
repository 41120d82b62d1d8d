"""Which heads a level belongs to: those that follow, or those it closes."""

from __future__ import annotations

from deepspine.labeling.clauses.exceptions import Exceptions
from deepspine.labeling.clauses.frames import BOTH, NONE, SLIPS, Conjunct, Frame, LevelRef, meanings
from deepspine.labeling.clauses.items import brought_about, last_item
from deepspine.labeling.clauses.normality import LIGHT
from deepspine.labeling.mentions import Mention

NAMED = frozenset(("level", "levels"))
"""Kinds of mentions that name levels."""

BEYOND = {"discs_above": "above", "discs_below": "below"}
"""Phrases for all levels on one side of those named, and the side."""

_PLACING = frozenset(("of", "in", "at", "along", "within", "about", "involving", "affecting"))
_JOINING = frozenset((",", "and", "or", ";", ":", "with", "but", "("))
_NOTED = frozenset(("identified", "noted", "observed", "present", "seen"))
_ENTERING = frozenset(("approach", "reach"))
_BEHIND_PLACED = frozenset(("mark", "conj", "breaker", "present"))
_AGAIN = frozenset(("another", "one", "similar", "second"))
_HEADING_MARKS = frozenset((":", "-"))
_PARTING = frozenset((";", "but"))
"""What may stand behind levels that close what is before them; words for one more of the lesion before; marks that make
levels a heading; what parts clauses."""

_DETAILS = frozenset(("side", "side_post", "grade", "zone", "mm", "number", "mark", "conj"))
"""Kinds of mentions that may follow the level of a lesion in a list, and head nothing."""


class LevelScope(Exceptions):
    """Which heads a level belongs to: those that follow, or those it closes."""

    def _on_levels(self, ref: LevelRef, prepositional: bool) -> None:
        """Decide whether levels close the heads before them ("stenosis at L4-5") or open what follows ("L4-5: ...")."""
        if self._is_comparison(ref):
            self._go_on_with_compared(ref)
            return
        self.levels_seen.append(ref)
        self.worst_level = None
        if self.excepting and not self._begins_subject(ref):
            self._except_levels(ref)
            return
        if self.excepting:
            self._boundary()
            self.excepting = prepositional = False
        elif self._takes_level_within(ref):
            return
        self._finish_open_at_level()
        self._settle_before_last_item()
        if self._names_place():
            prepositional = True
            self._fresh()
        bare = self._leave_to_level(self._bare_heads(ref, prepositional), ref)
        if self.focus and not self._is_told_behind_side(ref):
            self._focus_levels(ref, bare)
        elif ref.slip:
            self._slip_level(ref, bare)
        elif not bare and self.last and self.cur.empty and self._is_of_other_side(self._peek()):
            self.cur.level = ref
        elif not (self._closes(ref, bare) if prepositional else self._heads(ref, bare)):
            self._open_scope(ref)

    def _is_told_behind_side(self, ref: LevelRef) -> bool:
        """Whether a side has ended a comparison before levels: "bulge, more to the left side, noted at | L4-5"."""
        return bool(self.focus_side) and not _NOTED.isdisjoint(self.words[ref.i - 2 : ref.i])

    def _begins_subject(self, ref: LevelRef) -> bool:
        """Whether levels are the subject of a clause behind an exception: "..., while | L4-5 has severe stenosis"."""
        before, following = self._peek(-1), self._peek()
        if following is not None and following.kind == "site" and following.i == ref.j:
            following = self._peek(2)
        joined = before is not None and (before.kind == "conj" or before.value == "but") and bool(self.frames)
        does = following is not None and (following.kind in ("cop", "open") or following.value == "which")
        return joined and does and self.words[ref.i - 1] not in _PLACING

    def _takes_level_within(self, ref: LevelRef) -> bool:
        """Take levels that stand within a noun phrase; returns whether they do: "normal | L5-S1 | disc"."""
        if self._stands_within(ref) or self._is_of_object(ref):
            self._take_level_within(ref)
            return True
        if self._shares_object():
            self.cur.level = self.level = ref
            return True
        return False

    def _shares_object(self) -> bool:
        """Whether levels wait for an object that others have too: "narrowing of the left L4-5 | and L5-S1 foramina"."""
        if self.open is None or self.open.form not in ("noun", "either") or self.cur.sites:
            return False
        joint = self._peek()
        return self._is_joint(joint) and joint is not None and joint.kind != "breaker" and self._site_behind_places(1)

    def _stands_within(self, ref: LevelRef) -> bool:
        """Whether levels stand between a state and the noun that it is said of: "normal | L5-S1 | disc"."""
        head = self.open
        start = self.cur.i if self.cur.sides else ref.i
        if head is None or head.j != start or not (head.kind == "open" or head.form == "part"):
            return False
        following = self._peek()
        return bool(self.cur.sites) or (following is not None and following.kind == "site" and following.i == ref.j)

    def _is_of_object(self, ref: LevelRef) -> bool:
        """Whether levels stand before the object of a verb: "the bulge narrows the left L4-5 | foramen"."""
        head, following = self.open, self._peek()
        if head is None or head.form not in ("verb", "either") or following is None or following.i != ref.j:
            return False
        taken = any(c.sites for c in [*self.conjuncts, self.cur])
        fits = following.kind == "site" and (head.value in _ENTERING or (head.value, following.value) in meanings())
        return fits and not taken

    def _take_level_within(self, ref: LevelRef) -> None:
        """Let levels be those of the noun that follows, of what follows it, and of what does something to it."""
        assert self.open is not None
        assert self.open_conjunct is not None
        if self.open.form in ("verb", "either"):
            self._assign(self._bare_heads(ref, prepositional=False), ref)
        self.open_conjunct.level = self.level = ref
        self.level_used = True

    def _settle_before_last_item(self) -> None:
        """Leave to the level before what it has: "bulge at L3-4 indenting the sac and protrusion | at L4-5"."""
        level = self.level
        waiting = [frame for frame in self.frames[self.clause_start :] if frame.soft and frame.level is level]
        if level is not None and len(waiting) > 1:
            for frame in brought_about(waiting, level.j, self.mentions[: self.index]):
                frame.soft = False

    def _bare_heads(self, ref: LevelRef, prepositional: bool) -> list[Frame]:
        """Return the heads of the clause whose levels are not said yet."""
        companions = self._opens_companions()
        item = () if companions else self.frames[self.item_start :]
        bare = [
            frame
            for frame in self.frames[self.clause_start :]
            if frame.level is None
            or frame.inherited
            or frame.level.ref == "multi"
            or (frame in item and (frame.soft or frame.level.ref in BEYOND))
        ]
        following = self._peek()
        does_something = following is not None and following.kind == "pred" and following.form in ("verb", "either")
        ended = does_something or self._ends_item(following)  # "protrusion at L4-5 | compressing the root"
        closes = prepositional and not companions and self.cur.empty and ended
        if not bare and closes and self._second_item():
            return list(self.last)
        return self._of_last_item(ref, bare) if self.at_header else bare

    def _of_last_item(self, ref: LevelRef, bare: list[Frame]) -> list[Frame]:
        """Leave to a heading all but the last item: "L3-4, L4-5: Bulges with stenosis | at L4-5"."""
        if not ref.levels:
            return bare
        headed = [f for f in bare if f.level is not None and f.level.levels and f.level.levels != ref.levels]
        among = any(f.level is not None and set(ref.levels) < set(f.level.levels) for f in headed)
        own = self.last if among else last_item(headed, self.mentions[: self.index])
        return [frame for frame in bare if frame in own or frame not in headed]

    def _leave_to_level(self, bare: list[Frame], ref: LevelRef) -> list[Frame]:
        """Return the heads that others do not leave to what is before: "L4-5: mild bulge, other levels | normal".

        Nor of one that the sentence named: "narrow at L4-5 due to a bulge, patent | elsewhere".
        """
        named = [seen for seen in self.levels_seen if seen.levels]
        if ref.ref not in ("rest", "elsewhere"):
            return bare
        if not (self.headed or named):
            return [frame for frame in bare if frame.neg or frame.bits == NONE] if self._parts_from_rest(ref) else bare
        item = self.frames[self.item_start :]
        kept = [
            frame
            for frame in bare
            if frame in item
            or not (frame.inherited or any(seen.i < frame.head.i for seen in named))
            or frame.neg
            or frame.bits == NONE
            or frame.finding == "normal_level"
        ]
        if named:
            self._assign([frame for frame in bare if frame not in kept and frame.level is None], named[-1])
        return kept

    def _parts_from_rest(self, ref: LevelRef) -> bool:
        """Whether a comma stands before levels of which something else is told: "mild bulge, others | normal"."""
        before, following = self._peek(-1), self._peek()
        return before is not None and before.value == "," and before.j == ref.i and following is not None

    def _opens_companions(self) -> bool:
        """Whether a level of a list has findings of its own behind: "at L4-5, with X, and at L5-S1 |, with Y"."""
        following = self._peek()
        if following is not None and following.value == ",":
            following = self._peek(2)
        if following is None or following.value != "with":
            return False
        before = self._peek(-1)
        if before is not None and before.kind == "of":
            before = self._peek(-2)
        return before is not None and (before.kind == "conj" or before.value == ",")

    def _focus_levels(self, ref: LevelRef, bare: list[Frame]) -> None:
        """Take the level of "worst on the left at L4-5", which is that of heads only where they wait for one."""
        self.focus = False
        bare = [f for f in bare if not f.soft and (f.level is None or f.inherited or not f.level.levels)]
        if bare and not any(frame.inherited and not self._lies_elsewhere(frame, ref) for frame in bare):
            self._assign(bare, ref)
            if not self.focus_compares:
                self._give_side([frame for frame in bare if frame in self.last], self.focus_side)
            self.level = ref
        elif self._is_further(ref):
            self._repeat_last(ref)
        else:
            self.focus_level = ref
        if self.cur.grade and not self.cur.sites:
            self.cur.level = ref

    def _lies_elsewhere(self, frame: Frame, ref: LevelRef) -> bool:
        """Whether a level was but left over by the sentence before: "Bulge at L5-S1. Stenosis is worst | at L4-5"."""
        levels = frame.level.levels if frame.level is not None else ()
        return not self.headed and bool(levels) and bool(ref.levels) and set(levels).isdisjoint(ref.levels)

    def _is_further(self, ref: LevelRef) -> bool:
        """Whether a focus names a level that is new: "stenosis, as well as to a lesser degree | at L3-4"."""
        last = self.last[-1].level if self.last else None
        new = last is not None and bool(last.levels) and not set(ref.levels) & set(last.levels)
        return new and bool(ref.levels) and self.cur.empty

    def _closes(self, ref: LevelRef, bare: list[Frame]) -> bool:
        """Whether "at L4-5" belongs to what stands before it, which it then closes: "mild stenosis | at L4-5"."""
        again = not bare and self.cur.empty and bool(self.last)
        if again and self._repeats(self._peek()) and not self._joins_foreign(ref):
            self._repeat_last(ref)
            return True
        if self._closes_degrees(ref, bare):
            return True
        return bool(bare) and not self._new_clause(self._peek()) and self._closes_heads(ref, bare)

    def _closes_degrees(self, ref: LevelRef, bare: list[Frame]) -> bool:
        """Whether a level belongs to degrees and sides that wait: "stenosis, mild at L3-4 and severe | at L4-5"."""
        cur = self.cur
        if _is_degree(cur) and not self.conjuncts and any(self._is_caused_elsewhere(f, ref) for f in self._explained()):
            cur.level = ref
            return True
        taken = not bare or any(conjunct.level for conjunct in self.conjuncts)
        waiting = [conjunct for conjunct in [*self.conjuncts, cur] if not conjunct.empty]
        if bare and not self.at_header and waiting and all(map(_is_degree, waiting)) and self._ends_said_of(bare):
            self._place_at_end(ref, waiting)
            return True
        if taken and cur.empty and self.conjuncts and _is_degree(self.conjuncts[-1]):
            self.conjuncts[-1].level = ref
            return True
        side_alone = cur.sides and (self.topic is not None or (self.last and taken))
        if not (cur.grade or cur.mm or cur.number or side_alone) or cur.sites or not self._ends_item(self._peek()):
            return False
        if taken:
            self._share_with_other_side(ref)
        cur.level = ref
        return True

    def _closes_heads(self, ref: LevelRef, bare: list[Frame]) -> bool:
        """Whether a level closes heads; words that wait beside them go on with what follows."""
        cur, following = self.cur, self._peek()
        alone = cur.sides and not (cur.sites or cur.grade or cur.number or self.conjuncts)
        if alone and self._ends_item(following):
            self._give_side([frame for frame in bare if frame in self.last], cur.sides)
            cur = self._fresh()
        if cur.empty and not self.conjuncts:
            self._assign(bare, ref)
            self.level = ref
            return True
        if not cur.sites:
            self._assign([frame for frame in bare if frame not in self.last] or bare, ref)
        elif following is None or (following.value == "cause" and all(site.value == "other" for site in cur.sites)):
            self._assign(bare, ref)
        return False

    def _ends_said_of(self, bare: list[Frame]) -> bool:
        """Whether levels end what is said of heads: they end the sentence, or an item of the last head alone."""
        if all(mention.kind == "mark" for mention in self.mentions[self.index + 1 :]):
            return True
        heads = [frame.head for frame in self.last]
        return self._ends_item(self._peek()) and all(frame.head in heads for frame in bare)

    def _place_at_end(self, ref: LevelRef, degrees: list[Conjunct]) -> None:
        """Let the end of a sentence place all its heads: "bulge with narrowing, severe on the left | at L3-4".

        A head of another degree stays without a level: "mild stenosis, severe | at L3-4".
        """
        last, sides = degrees[-1], degrees[-1].sides or BOTH
        last.level = ref
        self.flush()
        heads = [frame.head for frame in self.last]
        bare = self._bare_heads(ref, prepositional=False)
        told = [frame for frame in bare if frame.head in heads and frame.grade and sides & (frame.sides or BOTH)]
        self._assign([frame for frame in bare if frame not in told], ref)

    def _joins_foreign(self, ref: LevelRef) -> bool:
        """Whether levels behind "and" are those of something else: "protrusion at L3-4 and kyphoplasty | at L2-3"."""
        joint = max((m.j for m in self.mentions[: self.index] if m.kind in ("conj", "mark")), default=ref.i)
        return _AGAIN.isdisjoint(self.words[joint : ref.i]) and self._names_foreign(joint, ref.i)

    def _share_with_other_side(self, ref: LevelRef) -> None:
        """Give the level to the degree of the other side too: "..., moderate right and severe left | at L5-S1"."""
        before = self.conjuncts[-1] if self.conjuncts else None
        if before is None or not (before.grade and before.sides) or before.sites or before.level is not None:
            return
        if self.cur.sides == BOTH - before.sides:
            before.level = ref

    def _repeat_last(self, ref: LevelRef) -> None:
        """Say the last heads of another level too: "protrusion at L4-5, and | at L5-S1", "bulge here and elsewhere"."""
        twins = [frame.copy() for frame in self.last]
        for twin, frame in zip(twins, self.last, strict=True):
            twin.level, twin.neg, twin.hedge = ref, frame.neg, frame.hedge
        self._extend_last(twins)
        self.level = ref

    def _heads(self, ref: LevelRef, bare: list[Frame]) -> bool:
        """Whether "L4-5" belongs to the degree or side in hand: "mild | L4-5 stenosis"; heads behind it may take it."""
        if self._grades_wait():
            self._settle_degrees(ref)
        elif self.cur.empty and any(c.level and c.grade for c in self.conjuncts):
            self.cur.level = ref
        cur = self.cur
        set_off = cur.empty and not self.at_header and self._is_set_off_behind(ref)
        if set_off and not bare:
            bare = self._placed_by_level_before()
        if bare and cur.empty and (set_off or self._belongs_to(ref, bare)):
            self._assign(bare, ref)
            closes = self._ends_item(self._peek()) or self._degree_ends_item() or self._lesion_goes_on()
            if set_off or (bare[-1].head.j == ref.i and closes):
                self.level = ref
                return True
        if not (cur.grade or cur.sides):
            return False
        cur.level = ref
        self.level = ref
        return True

    def _lesion_goes_on(self) -> bool:
        """Whether a verb goes on with the lesion whose level it is: "bulge L4-5 | compressing the sac"."""
        following = self._peek()
        return following is not None and following.kind == "pred" and following.form in ("verb", "either")

    def _settle_degrees(self, ref: LevelRef) -> None:
        """End the item before: "L2-3 minimal, | L3-4 mild stenosis"."""
        if self.last or self.subject or self.topic is not None:
            self.flush()
            return
        for conjunct in self.conjuncts:
            conjunct.level = conjunct.level or self.level
        self.cur.level = ref

    def _belongs_to(self, ref: LevelRef, bare: list[Frame]) -> bool:
        """Whether a level without a preposition is that of the heads before it: "disc bulge | L4-5"."""
        if self._after_joint() and self._lesion_goes_on():
            return False
        if not any(frame.inherited for frame in bare) or bare[-1].head.j == ref.i:
            return True
        return self._ends_item(self._peek()) and not self._after_joint()

    def _is_set_off_behind(self, ref: LevelRef) -> bool:
        """Whether a comma or dash sets a level off behind what it closes: "mild bulge, | L3-4, severe stenosis, L4-5".

        A level in the middle of a sentence could as well head what follows; the one that ends the sentence tells.
        """
        before, following = self._peek(-1), self._peek()
        if before is None or before.value not in (",", "-") or before.j != ref.i:
            return False
        if following is not None and following.kind == "site" and following.i == ref.j:
            following = self._peek(2)
        if following is None or following.value == ";":
            return True
        if following.value != ",":
            return False
        return self._goes_on_behind(following) or self.mentions[-1].kind in NAMED or self._ends_in_details(following)

    def _ends_in_details(self, comma: Mention) -> bool:
        """Whether but sides, degrees and zones stand behind a level: "herniated disc, L3-4 |, left, large"."""
        for mention in self.mentions[self.mentions.index(comma, self.index) :]:
            if mention.kind == "breaker":
                return True
            if mention.kind not in _DETAILS and mention.form != "adj":
                return False
        return True

    def _placed_by_level_before(self) -> list[Frame]:
        """Return heads behind a level that closed those before it, and is theirs only for want of one of their own."""
        before = self.levels_seen[-2].j if len(self.levels_seen) > 1 else 0
        return [frame for frame in self.frames[self.clause_start :] if frame.soft and frame.i >= before]

    def _open_scope(self, ref: LevelRef) -> None:
        """Let levels be those of what follows; a clause with levels of its own ends before them."""
        before = self._peek(-1)
        denied = before is not None and before.kind == "neg"  # "with resolution of the | L4-5 extrusion"
        if self.cur.empty and any(f.level is not None and not f.inherited for f in self.frames) and not denied:
            self.flush()
            self.neg = ""
            self._fresh()
        self.level = ref
        self.level_used = self._places_foreign(ref)
        self.last_open = False
        if self.neg and self.neg_heads:
            self.neg = ""
            self.cur.neg = ""

    def _places_foreign(self, ref: LevelRef) -> bool:
        """Whether levels are those of something without a label: "fusion from L4 to S1 |, with stenosis at L3-4"."""
        following = self._peek()
        if following is None or following.kind not in _BEHIND_PLACED or following.value in _HEADING_MARKS:
            return False
        ends = (m.j for m in self.mentions[: self.index] if m.kind == "mark" or m.value in _PARTING)
        return self._names_foreign(max(ends, default=self.start), ref.i)

    def _names_foreign(self, start: int, end: int) -> bool:
        """Whether words from one token to another name what may have no label."""
        known = {place for m in self.mentions[: self.index] if not _is_foreign(m) for place in range(m.i, m.j)}
        return any(
            self.words[place].isalpha() and place not in known and self.words[place] not in LIGHT
            for place in range(start, end)
        )

    def _names_place(self) -> bool:
        """Whether discs or endplates only say where the heads before are: "desiccation of the discs | L3-S1"."""
        cur = self.cur
        if not self.last or self.conjuncts or not cur.sites or cur.grade or cur.sides or cur.mm or cur.number:
            return False
        between = self.words[self.last[-1].head.j : cur.sites[0].i]
        if not between and self.last[-1].finding == "modic" and all(site.value == "endplate" for site in cur.sites):
            return True
        only_places = all(site.value in ("disc", "endplate") for site in cur.sites)
        return only_places and not _PLACING.isdisjoint(between) and _JOINING.isdisjoint(between)

    def _go_on_with_compared(self, ref: LevelRef) -> None:
        """Let the level that another is compared with be that of what follows: "less than L4-5 |, which is ...".

        Also of its lesion: "larger than the L3-4 | bulge".
        """
        following, which = self._peek(), self._peek(2)
        of_lesion = following is not None and following.kind == "finding" and following.i == ref.j
        goes_on = following is not None and following.value == "," and which is not None and which.value == "which"
        if of_lesion or goes_on:
            self._boundary()
            self.level = ref
        if goes_on:
            self.focus_level = ref

    def _is_comparison(self, ref: LevelRef) -> bool:
        """Whether the level only serves to compare: "larger than at the level above", "similar to L3-4"."""
        before = self.words[max(ref.i - 3, 0) : ref.i]
        while before and before[-1] in ("at", "the", "that", "with", "to"):
            before.pop()
        if not before or before[-2:] == ["other", "than"]:
            return False
        return before[-1] in ("than", "similar", "compared", "unlike", "identical")

    def _slip_level(self, ref: LevelRef, bare: list[Frame]) -> None:
        slips = [
            f
            for f in self.frames
            if f.finding in SLIPS and (f.level is None or f.inherited or f.soft or not f.level.slip)
        ]
        following = self._peek()
        if following is not None and following.value in SLIPS and following.i == ref.j:
            self.cur.level = ref
        elif slips and self.cur.empty:
            self._assign(slips, ref)
        elif not self.cur.empty or not self.frames or not any(f.finding in SLIPS for f in self.frames):
            self.cur.level = ref
        else:
            slip = next(f for f in reversed(self.frames) if f.finding in SLIPS)
            twin = slip.copy()
            twin.level, twin.number, twin.grade, twin.mm = ref, slip.number, slip.grade, slip.mm
            twin.neg, twin.hedge = slip.neg, slip.hedge
            self.frames.append(twin)
            self.last = [twin]
        self.level = ref


def _is_foreign(mention: Mention) -> bool:
    """Whether a mention names what may have no label: a site, or an operation."""
    return mention.kind in ("site", "nothing") or mention.value == "operated"


def _is_degree(conjunct: Conjunct) -> bool:
    """Whether words that wait are but a degree, maybe of a side: "severe", "mild on the left"."""
    return bool(conjunct.grade) and not (conjunct.sites or conjunct.level)
