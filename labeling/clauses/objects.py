"""Heads that wait for what stands behind them, and heads whose site was said before."""

from __future__ import annotations

from deepspine.labeling.clauses.emission import Emission
from deepspine.labeling.clauses.frames import GRADED, SITES, Conjunct, Frame, clone, meanings
from deepspine.labeling.mentions import Mention


class Objects(Emission):
    """Heads that wait for what stands behind them, and heads whose site was said before."""

    def _open(self, mention: Mention) -> None:
        opener = self.cur
        if not opener.grade and self.conjuncts and self.conjuncts[-1].grade and not self.conjuncts[-1].sites:
            opener.grade = self.conjuncts[-1].grade
        carried = [c for c in self.conjuncts if not c.sites and c.grade and c.sides]
        if any(c.sites for c in [*self.conjuncts, opener]):
            self.subject = [c for c in [*self.conjuncts, opener] if c.sites]
        opener.sites = []
        self.open = mention
        self.open_conjunct = opener
        self.conjuncts = []
        if carried and mention.form in ("noun", "either"):
            self.conjuncts = carried
        self._fresh()

    def _finish_open(self) -> None:
        if self.open is not None:
            self._close_open()

    def _finish_open_at_level(self, prepositional: bool) -> None:
        if self.open is not None:
            following = self._peek()
            if (
                self.open.form in ("noun", "either")
                and not self.cur.sites
                and following is not None
                and following.kind in ("of", "site", "side")
            ):
                return
            self._close_open()

    def _close_open(self) -> None:  # noqa: C901 - one grammar decision after another
        head, opener = self.open, self.open_conjunct
        assert head is not None
        assert opener is not None
        self.open = self.open_conjunct = None
        conjuncts = [*self.conjuncts, self.cur]
        self.conjuncts = []
        self._fresh()
        frames: list[Frame] = []
        sited = [c for c in conjuncts if c.sites]
        if not sited and self._object_later(head, opener, conjuncts):
            self.pending.append((head, opener))
            return
        if sited:
            if self.pending:
                frames += self._emit_pending(sited)
            for conjunct in sited:
                if not conjunct.grade and opener.grade:
                    conjunct.grade, conjunct.cap = opener.grade, opener.cap
                if not conjunct.neg:
                    conjunct.neg = opener.neg
                conjunct.hedge = conjunct.hedge or opener.hedge
                if not conjunct.sides:
                    conjunct.sides = opener.sides if head.form != "verb" else 0
                if conjunct.level is None:
                    conjunct.level = opener.level
                for site in conjunct.sites:
                    frames += self._emit(head, site, conjunct)
            if frames:
                fit = [c for c in sited if any((head.value, site.value) in meanings() for site in c.sites)] or sited
                behind = conjuncts[conjuncts.index(fit[-1]) + 1 :]
                self.behind = [c for c in behind if (c.grade or c.sides) and not c.sites]
        else:
            extra = [c for c in conjuncts if not c.empty]
            frames = self._siteless(head, opener, extra)
            if frames is None:
                return
        if frames:
            self.last = frames

    def _emit_pending(self, sited: list[Conjunct]) -> list[Frame]:
        frames: list[Frame] = []
        for head, opener in self.pending:
            for conjunct in sited:
                twin = clone(opener)
                twin.sides = opener.sides or conjunct.sides
                for site in conjunct.sites:
                    frames += self._emit(head, site, twin)
        self.pending = []
        return frames

    def _siteless(self, head: Mention, opener: Conjunct, extra: list[Conjunct]) -> list[Frame]:  # noqa: C901 - one grammar decision after another
        """Find what a head without a site speaks of: the subject, the heading, else the canal."""
        if len(extra) > 1 or (extra and opener.grade and extra[0].grade and extra[0].sides):
            return self._each(head, opener, extra)
        if extra:
            first = extra[0]
            if not opener.grade:
                opener.grade, opener.cap = first.grade, first.cap
            if not opener.sides:
                opener.sides = first.sides
        value = head.value
        if head.kind == "open" and not (self.topic is not None and self.topic.sites and not self.foreign):
            if value == "hydrated":
                return [self._frame("degeneration", 1, head, opener)]
            if value == "normal":
                return self._normal_level(head, opener)
            return []
        if head.kind == "open":
            return self._normal_level(head, opener)
        subject = self._subject_sites(value)
        if subject:
            frames: list[Frame] = []
            for site, sides in subject:
                twin = clone(opener)
                twin.sides = opener.sides or sides
                frames += self._emit(head, site, twin)
            if self.pronoun:
                for frame in frames:
                    frame.same = True
                self.pronoun = False
            return frames
        if value == "narrow":
            if head.form == "verb":
                return []
            of_disc = (
                head.form == "part" and self.last and self.last[-1].finding in ("degeneration", "disc_height_loss")
            )
            return [self._frame("disc_height_loss" if of_disc else "stenosis", GRADED, head, opener)]
        if value == "abnormality" and opener.neg:
            return self._normal_level(head, opener)
        if value == "thicken":
            return [self._frame("", GRADED, head, opener)]
        if value in ("arthropathy",):
            return [self._frame("facet_arthropathy", GRADED, head, opener)]
        return [self._frame("", GRADED, head, opener)]

    def _each(self, head: Mention, opener: Conjunct, extra: list[Conjunct]) -> list[Frame]:
        """Read "moderate left, mild right | narrowing" of one site said before."""
        frames: list[Frame] = []
        for conjunct in [*extra, opener] if opener.grade or opener.sides else extra:
            conjunct.neg = conjunct.neg or opener.neg
            frames += self._siteless(head, conjunct, [])
        return frames

    def _subject_sites(self, predicate: str) -> list[tuple[Mention, int]]:
        table = meanings()
        for conjuncts in (self.subject,):
            found = [(site, c.sides) for c in conjuncts for site in c.sites if (predicate, site.value) in table]
            if found:
                return found
        if self.topic is not None:
            found = [(site, self.topic.sides) for site in self.topic.sites if (predicate, site.value) in table]
            if found:
                return found
        if predicate in ("compress", "displace", "contact", "impinge", "indent", "encroach"):
            for frame in reversed(self.frames):
                if frame.site in ("root", "sac"):
                    self.pronoun = True
                    return [(SITES["roots" if frame.plural else frame.site], frame.sides)]
        return []

    def _normal_level(self, head: Mention, opener: Conjunct) -> list[Frame]:
        if self.topic is not None and self.topic.sites:
            frames: list[Frame] = []
            for site in self.topic.sites:
                twin = clone(opener)
                twin.sides = opener.sides or self.topic.sides
                frames += self._emit(head, site, twin)
            return frames
        if self.topic is not None and self.topic.finding is not None and head.kind == "open":
            frame = self._frame(self.topic.finding.value, 1, head, opener)
            frame.bits = 1
            return [frame]
        if opener.rest and self.level is not None and self.level.levels:
            return [self._frame("normal_level", 1, head, opener)]
        if self.frames and not any(f.finding == "normal_level" for f in self.frames):
            return []
        if self._is_bare_normal(head):
            frame = self._frame("normal_level", 1, head, opener)
            frame.neg = ""
            return [frame]
        return []
