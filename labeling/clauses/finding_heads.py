"""Words that name a finding by themselves, and degeneration, which depends on the site."""

from __future__ import annotations

from deepspine.labeling.clauses.frames import GRADED, ZONE_OF_SITE, Conjunct, Frame, LevelRef, zone_bits
from deepspine.labeling.clauses.leftovers import Leftovers
from deepspine.labeling.mentions import Mention

MAX_JOINT_WORDS = 3
"""Words from one name of a lesion to the other: "protrusion or small extrusion"."""


class FindingHeads(Leftovers):
    """Words that name a finding by themselves, and degeneration, which depends on the site."""

    def on_finding(self, mention: Mention) -> None:  # noqa: C901 - one grammar decision after another
        """Take a word that names a finding by itself."""
        if self.open is not None:
            self._split_open_for_finding(mention)
        if self.neg:
            self.neg_heads += 1
        if self.hedge:
            self.hedge_heads += 1
        value = mention.value
        if self.frames and "now" in self.words[self.frames[-1].head.j : mention.i]:
            self._leave_past(mention)
        if value == "herniation" and self._is_alternative(mention):
            self._widen_last(mention)
            return
        if value == "normal_alignment":
            frame = self._frame("" if self.neg else value, 1, mention, self._fresh())
            frame.neg = ""
            self.conjuncts = []
            self.last = [frame]
            return
        if value == "normal_study":
            self._normal_study(mention)
            return
        if value in ("degeneration_of",):
            self._degeneration(mention)
            return
        cur = self.cur
        if not cur.grade and self.conjuncts and self.conjuncts[-1].grade and _only_places(self.conjuncts[-1]):
            cur.grade, cur.cap = self.conjuncts[-1].grade, self.conjuncts[-1].cap
        if not cur.sides and self.conjuncts and self.conjuncts[-1].sides and not self.conjuncts[-1].grade:
            cur.sides = self.conjuncts[-1].sides
        if cur.level is None:
            cur.level = next((c.level for c in self.conjuncts if c.level is not None), None)
        if cur.number is None:
            cur.number = next((c.number for c in self.conjuncts if c.number is not None), None)
        if not cur.mm:
            cur.mm = next((c.mm for c in self.conjuncts if c.mm), 0.0)
        if value in ("degenerative_changes", "nothing"):
            value = ""
        subject = [
            c
            for c in [*self.conjuncts, cur]
            if c.sites and any(s.value in ("facet", "endplate", "other", "cord") for s in c.sites)
        ]
        if value == "" and mention.value == "degenerative_changes" and subject:
            site = subject[-1].sites[-1].value
            value = {"facet": "facet_arthropathy", "endplate": "modic"}.get(site, "")
            if value == "modic" and "spond" in self.words[mention.i]:
                value = ""
        frames = []
        if value == "height_and_degeneration":
            frames = [
                self._frame("degeneration", GRADED, mention, cur),
                self._frame("disc_height_loss", GRADED, mention, cur),
            ]
        elif value == "neural":
            frames = [self._frame("nerve_root", 8, mention, cur)]
            frames[0].site = "root"
            frames[0].plural = True
        else:
            frames = [self._frame(value, self._finding_bits(mention, value), mention, cur)]
        frame = frames[0]
        if (
            value == "degeneration"
            and self.last
            and self.last[-1].finding == "disc_height_loss"
            and not frame.grade
            and self._joined(mention)
        ):
            frame.grade, frame.cap = self.last[-1].grade, self.last[-1].cap
        if value == "herniation":
            frame.sides = cur.sides
            if not self.neg:
                self._zone(mention, cur)
            if cur.sides in (1, 2):
                self.herniation_side = cur.sides
            elif not self.neg:
                self.herniation_side = 0
        if cur.neg and self.neg and cur.grade:
            self.neg_grade = (cur.grade, cur.cap)
        frames = [*self._earlier_levels(mention, value, frames), *frames]
        self.conjuncts = []
        self.subject = []
        self._fresh()
        self.last = frames

    def _is_alternative(self, mention: Mention) -> bool:
        """Whether a herniation is the one just read under another name: "protrusion or | extrusion"."""
        if not self.last or self.last[-1].finding != "herniation" or self.last[-1].neg or self.cur.neg:
            return False
        words = self.words[self.last[-1].head.j : mention.i]
        return bool(words) and words[0] in ("or", "/", "-", "to", "versus", "vs") and len(words) <= MAX_JOINT_WORDS

    def _leave_past(self, mention: Mention) -> None:
        """Drop what a lesion was: "the extrusion is now a small | protrusion"."""
        before = [frame for frame in self.frames if frame.finding == mention.value]
        if before and self.words[mention.i - 4 : mention.i].count("now") and not before[-1].neg:
            before[-1].finding = ""

    def _widen_last(self, mention: Mention) -> None:
        frame = self.last[-1]
        frame.bits |= self._finding_bits(mention, "herniation")
        frame.sides = frame.sides or self.cur.sides
        frame.j = mention.j
        self.conjuncts = []
        self._fresh()

    def _normal_study(self, mention: Mention) -> None:
        """Read "normal MRI of the lumbar spine" as all levels, "otherwise unremarkable study" as the remaining ones."""
        if self.neg:
            return
        frame = self._frame("normal_level", 1, mention, self._fresh())
        rest = "otherwise" in self.words[mention.i : mention.j]
        frame.level, frame.inherited = LevelRef((), "rest_named" if rest else "any", mention.i, mention.j), False
        self.last = [frame]

    def _zone(self, mention: Mention, conjunct: Conjunct) -> None:
        """Label the zone of a herniation (Fardon 2014): central, subarticular, foraminal, extraforaminal."""
        chain = [*self.conjuncts, conjunct]
        zone = next((c.zone for c in reversed(chain) if c.zone), "")
        sites = [site.value for c in chain for site in c.sites]
        zone = zone or next((ZONE_OF_SITE[site] for site in sites if site in ZONE_OF_SITE), "")
        bits = zone_bits(zone, conjunct.sides)
        if bits:
            self._frame("herniation_zone", bits, mention, conjunct)

    def _earlier_levels(self, mention: Mention, value: str, frames: list[Frame]) -> list[Frame]:
        """For "L4-5 left subarticular and L5-S1 central | protrusions": one more frame for each level before."""
        earlier = [c for c in self.conjuncts if c.level is not None and c.level is not frames[0].level]
        return [self._frame(value, self._finding_bits(mention, value), mention, c) for c in earlier if value]

    def _split_open_for_finding(self, mention: Mention) -> None:
        own = None
        cur = self.cur
        says = cur.grade or cur.sides or cur.number or cur.mm
        if says and all(s.form or s.value == "disc" for s in cur.sites):
            own = cur
            self._fresh()
        self._close_open()
        if own is not None:
            own.sites = []
            self.cur = own

    def _degeneration(self, mention: Mention) -> None:
        sites = [s for c in [*self.conjuncts, self.cur] for s in c.sites]
        if not sites:
            sites = [s for c in self.subject for s in c.sites]
        if not sites and self.topic is not None:
            sites = self.topic.sites
        known = [s for s in sites if s.value in ("disc", "facet", "endplate", "disc_signal")]
        following = self._peek()
        if not sites and following is not None and following.kind == "of" and self._site_within(3):
            self._open(mention)
            return
        cur = self.cur
        if not cur.grade and self.conjuncts:
            cur.grade = next((c.grade for c in reversed(self.conjuncts) if c.grade), 0)
        cur.sites = known[-1:]
        frames = self._emit(mention, known[-1], cur) if known else []
        if not frames:
            frames = [
                self._frame(
                    "degeneration"
                    if not sites
                    and self.words[mention.i].startswith("degenerat")
                    and (self.level is not None or not sites)
                    else "",
                    GRADED,
                    mention,
                    cur,
                )
            ]
        self.conjuncts = []
        self._fresh()
        self.last = frames


def _only_places(conjunct: Conjunct) -> bool:
    """Whether a conjunct has no site of its own: "mild", the adjective in "mild foraminal and far lateral bulge"."""
    return all(site.form for site in conjunct.sites)
