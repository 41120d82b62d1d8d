"""What is said behind a head of the head: "stenosis, severe on the left and moderate on the right"."""

from __future__ import annotations

from itertools import pairwise

from deepspine.labeling.clauses.frames import (
    BOTH,
    GRADED,
    LATERAL,
    LEFT,
    MODERATE,
    NARROW,
    NONE,
    NUMBERED,
    RIGHT,
    SEVERE,
    SEVERITY_FINDINGS,
    SIDES,
    SLIPS,
    UNREMARKABLE,
    Conjunct,
    Frame,
    LevelRef,
    severity_of_number,
    zones_of_side,
)
from deepspine.labeling.clauses.objects import Objects


class Afterthoughts(Objects):
    """What is said behind a head of the head: "stenosis, severe on the left and moderate on the right"."""

    def _modify_last(self, conjunct: Conjunct) -> None:
        """Let a conjunct without a head modify the heads just read."""
        self._place_where_worst(conjunct)
        last = self._addressed(conjunct)
        if not conjunct.grade and conjunct.number is None:
            self._place(last, conjunct)
            return
        if conjunct.neg == "no" and not conjunct.sides and conjunct.level is None:
            return
        if not conjunct.grade and not self._number_is_degree(last, conjunct):
            return
        if conjunct.grade > NONE and all(frame.finding in UNREMARKABLE for frame in last):
            return  # "L1-2 normal, mild changes at | L4-5"
        self._leave_levels_carried_over(last, conjunct)
        free = self.last_open and all(lacks_degree(frame, conjunct) for frame in last)
        if free and conjunct.grade != NONE:
            _give_degree(last, conjunct)
        elif free and conjunct.level is None and all(_may_be_denied(frame, conjunct.sides) for frame in last):
            self._deny(last, conjunct.sides)
        elif conjunct.sides or conjunct.level is not None or self._is_of_new_level(last) or self._is_respective():
            if not conjunct.sides:
                conjunct.level = conjunct.level or self._level_since(last)
                _leave_levels(last, conjunct)
            if conjunct.level is not None and conjunct.sides:
                self._assign(
                    [f for f in last if f.level is None and f.sides not in (0, conjunct.sides)], conjunct.level
                )
            self._extend_last([self._again(frame, conjunct) for frame in last])

    def _deny(self, last: list[Frame], sides: int) -> None:
        """Deny heads, or of one side: "stenosis: | none", "foraminal stenosis right | none, left mild"."""
        for frame in last:
            if frame.sides or not sides:
                frame.neg = "no"
            else:
                self.frames.append(_denied_side(frame, sides))

    def _place_where_worst(self, conjunct: Conjunct) -> None:
        """Give a degree the level and side of a focus: "worst on the left at L4-5, where it is | severe"."""
        told = self.worst_level is not None and self.last[-1].level is not self.worst_level
        if told and conjunct.grade and conjunct.level is None:
            conjunct.level = self.worst_level
            conjunct.sides = conjunct.sides or self.focus_side

    def _leave_levels_carried_over(self, last: list[Frame], conjunct: Conjunct) -> None:
        """Let a head be where it "is", not where the sentence before was: "height loss is | moderate at L4-5"."""
        for frame in last:
            predicated = self.words[frame.head.j : frame.head.j + 1] in (["is"], ["are"])
            if predicated and not frame.grade and frame.inherited and _is_among(conjunct, frame):
                frame.level, frame.inherited = None, False

    def _addressed(self, conjunct: Conjunct) -> list[Frame]:
        """Return the heads spoken of; "not significant" denies all that "or" joins: "narrowing or stenosis, | ..."."""
        last = self.last
        if conjunct.neg != "not" or conjunct.grade != MODERATE | SEVERE or conjunct.sides:
            return last
        singular = any(word in ("is", "was") for word in self.words[last[-1].head.j : conjunct.i])
        return self._alternatives(("or",) if singular else ("or", "and"))

    def _alternatives(self, joints: tuple[str, ...] = ("or",)) -> list[Frame]:
        """Return the heads just read, and those that "or" joins to them: "stenosis or narrowing | is not seen"."""
        first = min(frame.head.i for frame in self.last)
        found = list(self.last)
        for frame in reversed(self.frames[self.clause_start :]):
            if frame.head.i < first:
                if not any(word in joints for word in self.words[frame.head.j : first]):
                    break
                found.append(frame)
                first = frame.head.i
            elif frame.head is found[-1].head and frame not in found:
                found.append(frame)
        return found

    def _is_of_new_level(self, last: list[Frame]) -> bool:
        """Whether the sentence has gone on to another level: "mild stenosis at L3-4, at L4-5 | moderate"."""
        return bool(self.levels_seen) and self.level is not last[-1].level

    def _level_since(self, last: list[Frame]) -> LevelRef | None:
        """Return the levels that the sentence has gone on to since, if they are some of the heads' own.

        "Bulges at L3-4 and L4-5, the latter | moderate".
        """
        level, own = self.level, last[-1].level
        if level is None or own is None or not self._is_of_new_level(last):
            return None
        return level if level.levels and set(level.levels) < set(own.levels) else None

    def _extend_last(self, twins: list[Frame]) -> None:
        """Add frames that repeat the heads just read, and let them be the heads just read."""
        self.frames.extend(twins)
        self.last = twins
        if twins and twins[-1].site in ("foramen", "recess") and twins[-1].sides in (LEFT, RIGHT):
            self.side_before = twins[-1].sides

    # Sides and levels.

    def _place(self, last: list[Frame], conjunct: Conjunct) -> None:
        """Give the heads the side or level that they lack: "foraminal stenosis, | on the left"."""
        if conjunct.sides and conjunct.neg and not all(frame.neg for frame in last):
            self.frames.extend(
                [_denied_side(frame, conjunct.sides) for frame in last if not frame.sides & conjunct.sides]
            )
            return
        if conjunct.sides:
            self._give_side_behind(last, conjunct.sides, conjunct.i)
        if conjunct.level is not None:
            bare = [frame for frame in last if frame.level is None or frame.inherited]
            self._assign(bare, conjunct.level)
            if not bare and (conjunct.sides or conjunct.mm):
                self._repeat_elsewhere(conjunct)

    def _give_side_behind(self, frames: list[Frame], sides: int, place: int) -> bool:
        """Give a side behind the heads; both at once behind beat a side taken from before.

        "Left protrusion and foraminal narrowing | bilaterally".
        """
        if frames[0].head.j == place:
            for frame in frames:
                frame.sides = BOTH if sides == BOTH else frame.sides
            if all(frame.sides == sides for frame in frames):
                return True
        return self._give_side(frames, sides)

    def _give_side(self, frames: list[Frame], sides: int) -> bool:
        """Give a side to the frames without one; returns whether there were any."""
        lacking = [frame for frame in frames if not frame.sides]
        for frame in lacking:
            frame.sides = sides
            if frame.finding == "herniation" and sides in (LEFT, RIGHT):
                self.herniation_side = sides
                self._give_zone_side(frame)
            elif frame.site in ("foramen", "recess") and sides in (LEFT, RIGHT):
                self.side_before = sides
        return bool(lacking)

    def _give_zone_side(self, herniation: Frame) -> None:
        """Leave but the zones of a herniation's side: "far lateral protrusion | on the right"."""
        for frame in self.frames[self.clause_start :]:
            if frame.finding == "herniation_zone" and frame.head is herniation.head:
                frame.bits = zones_of_side(frame.bits, herniation.sides)

    def _assign(self, frames: list[Frame], ref: LevelRef) -> None:
        self.level_used = True
        for frame in frames:
            frame.level = ref
            frame.inherited = frame.soft = False

    def _repeat_elsewhere(self, conjunct: Conjunct) -> None:
        """Copy the last heads for "... and on the left at L5-S1"."""
        twins = []
        for frame in self.last:
            if frame.level is conjunct.level:
                continue
            twin = frame.copy()
            twin.grade, twin.cap, twin.neg, twin.hedge = frame.grade, frame.cap, frame.neg, frame.hedge
            twin.sides, twin.level, twin.mm = conjunct.sides, conjunct.level, conjunct.mm
            twins.append(twin)
        if twins:
            self._extend_last(twins)
            self.level = conjunct.level
            if twins[-1].finding == "herniation" and conjunct.sides in (LEFT, RIGHT):
                self.herniation_side = conjunct.sides

    # Degrees.

    def _not_denied(self, slips: list[Frame], conjunct: Conjunct) -> list[Frame]:
        """Return slips that may have a grade; of denied ones that of a level alone: "none but | grade 1 at L5-S1"."""
        told = [frame for frame in slips if not frame.neg]
        if told or conjunct.level is None:
            return told
        twin = slips[-1].copy()
        twin.neg, twin.level = "", conjunct.level
        self._extend_last([twin])
        return [twin]

    def _repeat_slip(self, slip: Frame, conjunct: Conjunct) -> None:
        """Say a slip of another level with its own grade: "grade 1 slip of L4 on L5, and | grade 2 of L5 on S1"."""
        twin = slip.copy()
        twin.number, twin.level, twin.hedge = conjunct.number, conjunct.level, conjunct.hedge
        self._extend_last([twin])

    def _number_is_degree(self, last: list[Frame], conjunct: Conjunct) -> bool:
        """Whether a number is a degree, and make it one: "stenosis, | grade 2"; slips and Modic changes keep theirs."""
        number = conjunct.number
        assert number is not None
        if any(f.finding in NUMBERED for f in last):
            conjunct.grade = severity_of_number(number)
            return True
        if number.form == "grade" and any(f.finding in SLIPS for f in last):
            conjunct.level = conjunct.level or self._level_since(last)
            slips = self._not_denied(last, conjunct)
            of_some = any(_is_among(conjunct, frame) for frame in slips)
            _leave_levels(slips, conjunct)
            for frame in slips if not of_some else ():
                frame.number = frame.number or number
            if conjunct.level is not None and all(frame.number is not number for frame in slips):
                self._repeat_slip(slips[-1], conjunct)
        elif (number.form, last[-1].finding) in (("type", "modic"), ("type", "pfirrmann"), ("grade", "pfirrmann")):
            twin = last[-1].copy()
            twin.bits = number.bits >> 1 if twin.finding == "pfirrmann" else number.bits
            twin.level = conjunct.level or self.level
            self._extend_last([twin])
        return False

    def _side_again(self, frame: Frame, conjunct: Conjunct) -> int:
        """Return the side of a head that goes on to another degree, and maybe another level."""
        if self.aside and frame.head.i < self.aside[0].i:
            return self.side_in_front  # of the exception: "none except on the left at L5-S1, where it is | moderate"
        if self.words[frame.head.j : frame.head.j + 1] in (["is"], ["are"]):
            return 0 if self._leaves_side(frame, conjunct) else frame.sides
        if self.topic is not None and conjunct.grade == NONE and conjunct.level is not None:
            return self.topic.sides
        if self.topic is not None and self._is_of_new_level([frame]) and self._is_behind_level(frame):
            return self.topic.sides or self.side_in_front
        if conjunct.level is None:
            return frame.sides
        named = self._sides_named(frame)
        return BOTH if named == BOTH else frame.sides if named else self.side_in_front

    def _is_behind_level(self, frame: Frame) -> bool:
        """Whether a head is a heading's, or levels stand in front: "Foramina: L3-4 right | narrowing, L4-5 mild"."""
        return frame.head.j <= self.start or self.start <= self.levels_seen[0].i < frame.head.i

    def _sides_named(self, frame: Frame) -> int:
        """Return the sides that a head has at all its levels, or 0: "left stenosis", "stenosis on the left, | ..."."""
        head = frame.head
        if head is NARROW:  # "the left foramen is mild at L3-4, | severe at L4-5"
            head = next((one for one in self.mentions if one.kind == "site" and one.i >= frame.i), head)
        for mention, following in pairwise(self.mentions):
            if mention.i > head.j:
                break
            if mention.kind == "side" and frame.i <= mention.i < head.i:
                return SIDES.get(mention.value, 0)
            if mention.kind == "side_post" and mention.i == head.j:
                set_off = following.value == "," or following.kind == "cop"
                return SIDES.get(mention.value, 0) if set_off else 0
        return 0

    def _leaves_side(self, frame: Frame, conjunct: Conjunct) -> bool:
        """Whether a side told behind "is" is not that of others: "is severe on the left, | absent at L5-S1"."""
        level = conjunct.level or self.level
        if level is None or level is frame.level:
            return False
        elsewhere = level.ref in ("rest", "rest_named", "elsewhere")
        return (elsewhere or conjunct.grade == NONE) and not self._sides_named(frame)

    def _bits_headed(self, frame: Frame) -> int:
        """Return the grades of a heading that another level was denied: "Disc herniation: L3-4 none, | L4-5 large"."""
        headed = frame.head.kind == "finding" and frame.head.j <= self.start
        return self._finding_bits(frame.head, frame.finding) if headed else frame.bits

    def _again(self, frame: Frame, conjunct: Conjunct) -> Frame:
        """Repeat a head with another degree: "severe stenosis on the left, | moderate on the right"."""
        twin = frame.copy()
        if twin.bits == 1:
            twin.bits = GRADED if twin.finding in SEVERITY_FINDINGS else self._bits_headed(frame)
        twin.grade, twin.cap = conjunct.grade, conjunct.cap
        twin.sides = conjunct.sides or self._side_again(frame, conjunct)
        own = self.level if self.level in self.levels_seen else None
        twin.level = conjunct.level or own or frame.level
        twin.inherited = frame.inherited if twin.level is frame.level else False
        twin.neg, twin.hedge = conjunct.neg, conjunct.hedge
        if conjunct.grade == NONE:
            twin.bits, twin.grade, twin.neg = 1, 0, ""
        return twin


def _may_be_denied(frame: Frame, sides: int) -> bool:
    """Whether "none" is of a head: without a side, of that of the head, or of one where the head has none yet."""
    return not sides or (frame.finding in LATERAL and sides in (LEFT, RIGHT) and frame.sides in (0, sides))


def _denied_side(frame: Frame, sides: int) -> Frame:
    """Return the head denied of a side, and leave the other to the head itself: "stenosis, | not on the left"."""
    twin = frame.copy()
    twin.sides, twin.neg = sides, "no"
    twin.level, twin.inherited = frame.level, frame.inherited
    if not frame.sides:
        frame.sides = LEFT + RIGHT - sides if sides in (LEFT, RIGHT) else 0
    return twin


def lacks_degree(frame: Frame, conjunct: Conjunct) -> bool:
    """Whether a head can take the degree of a conjunct as its own."""
    return (
        not frame.grade
        and frame.bits != 1
        and (not frame.neg or bool(conjunct.neg))
        and (not conjunct.sides or not frame.sides or frame.sides == conjunct.sides)
        and (
            conjunct.level is None
            or frame.level is None
            or frame.level.ref == "multi"
            or (frame.inherited and not _is_among(conjunct, frame))
        )
    )


def _is_among(conjunct: Conjunct, frame: Frame) -> bool:
    """Whether a degree is only of some of a head's levels: "L3-4 and L4-5: stenosis, | severe at L4-5"."""
    if conjunct.level is None or frame.level is None or not conjunct.level.levels:
        return False
    return set(conjunct.level.levels) < set(frame.level.levels)


def _leave_levels(frames: list[Frame], conjunct: Conjunct) -> None:
    """Take levels with a degree of their own from the heads before: "stenosis at L3-4 and L4-5, | severe at L4-5"."""
    for frame in frames:
        if frame.level is not None and conjunct.level is not None and _is_among(conjunct, frame):
            left = tuple(level for level in frame.level.levels if level not in conjunct.level.levels)
            frame.level = LevelRef(left, "", frame.level.i, frame.level.j)


def _give_degree(frames: list[Frame], conjunct: Conjunct) -> None:
    """Give the degree to heads without one: "stenosis of the canal, | moderate"."""
    for frame in frames:
        frame.grade, frame.cap = conjunct.grade, conjunct.cap
        frame.sides = frame.sides or conjunct.sides
        frame.hedge = frame.hedge or conjunct.hedge
        if conjunct.neg and not frame.neg:
            frame.neg = "no" if conjunct.grade == MODERATE | SEVERE else "grade"
        if conjunct.level is not None:
            frame.level, frame.inherited = conjunct.level, False
