"""What is left over at a boundary: "severe on the left, moderate on the right", "L3-4 mild"."""

from __future__ import annotations

from deepspine.labeling.clauses.frames import (
    GRADED,
    MODERATE,
    NARROW,
    NONE,
    NORMAL,
    SEVERE,
    SLIPS,
    STENOSES,
    Conjunct,
    Frame,
    LevelRef,
    clone,
    merge_side_and_grade,
    severity_of_number,
)
from deepspine.labeling.clauses.objects import Objects


class Leftovers(Objects):
    """What is left over at a boundary: "severe on the left, moderate on the right", "L3-4 mild"."""

    def flush(self) -> None:
        """Close what is open at a boundary; leftovers modify the heads before or become the subject."""
        if self.open is not None:
            self._close_open()
        elif not self.conjuncts and self.cur.empty:
            if self.cur.rest or self.cur.zone:
                self._fresh()
            else:
                self.cur.neg, self.cur.hedge = self.neg, self.hedge
            return
        conjuncts = merge_side_and_grade([*self.conjuncts, self.cur], self.last_open)
        self.conjuncts = []
        self._fresh()
        subjects = []
        for conjunct in conjuncts:
            if conjunct.sites and conjunct.grade and self.last and all(s.value == "disc" for s in conjunct.sites):
                conjunct.sites = []
            if conjunct.sites:
                if not self._headless(conjunct):
                    subjects.append(conjunct)
            elif not conjunct.empty:
                self._elliptic(conjunct)
        if subjects:
            self.subject = subjects

    def _close_open(self) -> None:
        """Close the open head; degrees and sides behind its object are its own: "narrowing of the canal, moderate"."""
        super()._close_open()
        behind, self.behind = self.behind, []
        for conjunct in behind:
            self._modify_last(conjunct)

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
        return found

    def _boundary(self) -> None:
        self.flush()
        self.item_start = len(self.frames)
        self.neg = ""
        self.hedge = False
        self.focus = False
        self._fresh()

    def _assign(self, frames: list[Frame], ref: LevelRef) -> None:
        self.level_used = True
        for frame in frames:
            frame.level = ref
            frame.inherited = frame.soft = False

    def _headless(self, conjunct: Conjunct) -> bool:
        """Take a graded site without a head ("Foramina Lee 1 bilaterally", "mild canal") as a stenosis."""
        if not conjunct.grade and not (conjunct.number is not None and conjunct.number.form == "grade"):
            return False
        if self.last and self.last[-1].finding == "herniation" and all(s.form for s in conjunct.sites):
            return True
        found = False
        for site in conjunct.sites:
            if site.value in ("canal", "foramen", "recess"):
                self.last = self._emit(NARROW, site, conjunct)
                if conjunct.grade == NONE:
                    self.last[0].bits = 1
                found = True
        return found

    def _elliptic(self, conjunct: Conjunct) -> None:
        """Attach a left-over grade, side or level to the heads before, or to the heading."""
        if self.last:
            self._modify_last(conjunct)
        elif self.subject and (conjunct.grade or conjunct.number is not None):
            frames: list[Frame] = []
            for c in self.subject:
                for site in c.sites:
                    if site.value in ("canal", "foramen", "recess"):
                        twin = clone(conjunct)
                        twin.sides = conjunct.sides or c.sides
                        frames += self._emit(NARROW, site, twin)
            self.last = frames
        elif self.topic is not None and (
            conjunct.grade or conjunct.number is not None or (conjunct.sides and conjunct.level)
        ):
            self._of_topic(conjunct)

    def _of_topic(self, conjunct: Conjunct) -> None:  # noqa: C901 - one grammar decision after another
        topic = self.topic
        assert topic is not None
        frames: list[Frame] = []
        if topic.finding is not None:
            mention = topic.finding
            if mention.value == "modic" and conjunct.number is not None:
                frame = self._frame("modic", conjunct.number.bits, mention, conjunct)
            elif conjunct.grade == NONE:
                frame = self._frame(mention.value, 1, mention, conjunct)
            else:
                frame = self._frame(mention.value, self._finding_bits(mention, mention.value), mention, conjunct)
            frames = [frame]
        else:
            for site in topic.sites:
                twin = clone(conjunct)
                twin.sides = conjunct.sides or topic.sides
                if site.value == "endplate":
                    if conjunct.grade == NONE:
                        frames.append(self._frame("modic", 1, site, twin))
                    elif conjunct.number is not None and conjunct.number.form == "type":
                        frames.append(self._frame("modic", conjunct.number.bits, conjunct.number, twin))
                elif site.value in ("canal", "foramen", "recess", "disc_signal"):
                    if conjunct.number is not None and not conjunct.grade:
                        twin.grade = severity_of_number(int(conjunct.number.number))
                    frames += self._emit(topic.predicate or NARROW, site, twin)
                    if conjunct.grade == NONE:
                        for frame in frames:
                            frame.bits = 1
                elif site.value == "facet":
                    frames.append(self._frame("facet_arthropathy", GRADED, site, twin))
                elif conjunct.grade == NONE and site.value in ("root", "sac"):
                    frames += self._emit(NORMAL, site, twin)
        if frames:
            self.last = frames

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
            self.frames.extend(twins)
            self.last = twins

    def _modify_last(self, conjunct: Conjunct) -> None:  # noqa: C901 - one grammar decision after another
        last = self.last
        if conjunct.neg == "not" and conjunct.grade == MODERATE | SEVERE and not conjunct.sides:
            singular = any(word in ("is", "was") for word in self.words[last[-1].head.j : conjunct.i])
            last = self._alternatives(("or",) if singular else ("or", "and"))
        if not conjunct.grade and conjunct.number is None:
            if conjunct.sides and conjunct.neg and not all(f.neg for f in last):
                twins = []
                for frame in last:
                    if not frame.sides or frame.sides & conjunct.sides == 0:
                        twin = frame.copy()
                        twin.sides, twin.neg, twin.level, twin.inherited = (
                            conjunct.sides,
                            "no",
                            frame.level,
                            frame.inherited,
                        )
                        if not frame.sides:
                            frame.sides = 3 - conjunct.sides if conjunct.sides in (1, 2) else 0
                        twins.append(twin)
                self.frames.extend(twins)
                return
            if conjunct.sides:
                for frame in last:
                    if not frame.sides:
                        frame.sides = conjunct.sides
                        if frame.finding == "herniation" and conjunct.sides in (1, 2):
                            self.herniation_side = conjunct.sides
            if conjunct.level is not None:
                bare = [f for f in last if f.level is None or f.inherited]
                self._assign(bare, conjunct.level)
                if not bare and (conjunct.sides or conjunct.mm):
                    self._repeat_elsewhere(conjunct)
            return
        if conjunct.neg == "no" and not conjunct.sides and conjunct.level is None:
            return
        if conjunct.number is not None and not conjunct.grade:
            if any(f.finding in STENOSES or f.finding in ("facet_arthropathy", "stenosis") for f in last):
                conjunct.grade = severity_of_number(int(conjunct.number.number))
            elif conjunct.number.form == "grade" and any(f.finding in SLIPS for f in last):
                for frame in last:
                    if frame.number is None:
                        frame.number = conjunct.number
                return
            elif conjunct.number.form == "type" and last[-1].finding == "modic":
                conjunct.grade = 0
                twin = last[-1].copy()
                twin.bits = conjunct.number.bits
                twin.level = conjunct.level or self.level
                self.frames.append(twin)
                self.last = [twin]
                return
            else:
                return
        free = self.last_open and all(
            not f.grade
            and f.bits != 1
            and (not f.neg or conjunct.neg)
            and (not conjunct.sides or not f.sides or f.sides == conjunct.sides)
            and (conjunct.level is None or f.level is None or f.inherited)
            for f in last
        )
        if free and conjunct.grade == NONE and conjunct.level is None and not conjunct.sides:
            for frame in last:
                frame.neg = "no"
            return
        if free and conjunct.grade != NONE:
            for frame in last:
                frame.grade, frame.cap = conjunct.grade, conjunct.cap
                frame.sides = frame.sides or conjunct.sides
                frame.hedge = frame.hedge or conjunct.hedge
                if conjunct.neg and not frame.neg:
                    frame.neg = "no" if conjunct.grade == MODERATE | SEVERE else "grade"
                if conjunct.level is not None:
                    frame.level, frame.inherited = conjunct.level, False
            return
        if (
            not conjunct.sides
            and conjunct.level is None
            and not (self.levels_seen and self.level is not last[-1].level)
        ):
            return
        twins = []
        for frame in last:
            twin = frame.copy()
            if twin.bits == 1 and twin.finding in STENOSES:
                twin.bits = GRADED
            twin.grade, twin.cap = conjunct.grade, conjunct.cap
            keeps_side = conjunct.level is None or self.words[frame.head.j : frame.head.j + 1] in (["is"], ["are"])
            twin.sides = conjunct.sides or (frame.sides if keeps_side else 0)
            twin.level = conjunct.level or (
                self.level
                if self.level is not None and self.level is not frame.level and self.level in self.levels_seen
                else frame.level
            )
            twin.inherited = frame.inherited if twin.level is frame.level else False
            twin.neg, twin.hedge = conjunct.neg, conjunct.hedge
            if conjunct.grade == NONE:
                twin.bits, twin.grade, twin.neg = 1, 0, ""
            twins.append(twin)
        self.frames.extend(twins)
        self.last = twins

    def _settle_predicate_grade(self) -> None:
        """Let "narrowing is considerable, ..." take its grade before a new item begins."""
        before, verb = self._peek(-1), self._peek(-2)
        if before is None or before.kind != "grade" or verb is None or verb.kind != "cop":
            return
        cur = self.cur
        if self.last and not self.conjuncts and not cur.sites and not cur.sides and cur.grade:
            self._fresh()
            self._modify_last(cur)
