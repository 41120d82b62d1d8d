"""Turn a head with its site and words of degree into a frame."""

from __future__ import annotations

from deepspine.data.findings import FINDINGS
from deepspine.labeling.clauses.entered_sites import EnteredSites
from deepspine.labeling.clauses.epidural_fat import FAT
from deepspine.labeling.clauses.frames import (
    ABSENT,
    BOTH,
    DISC_WORDS,
    GRADED,
    LATERAL,
    LEFT,
    NONE,
    RIGHT,
    STENOSES,
    Conjunct,
    Frame,
    is_narrowed_disc,
    meanings,
    vertebra_name,
)
from deepspine.labeling.clauses.normality import Normality
from deepspine.labeling.mentions import BONE, Mention

_SIDED = frozenset(("foramen", "recess", "root"))

_TYPES_OF_ENDPLATES = {"fatty": 0b0100, "oedematous": 0b0010, "edematous": 0b0010, "sclerotic": 0b1000}
"""Modic types by the word before the degeneration of endplates."""

_OF_DISC = frozenset(("bulge", "herniation"))


class Emission(Normality, EnteredSites):
    """Turn a head with its site and words of degree into a frame."""

    def _frame(self, finding: str, bits: int, head: Mention, conjunct: Conjunct) -> Frame:
        frame = Frame(finding, bits, head, conjunct.i if conjunct.i >= 0 else head.i, head.j)
        frame.grade, frame.cap = conjunct.grade, conjunct.cap
        frame.neg, frame.hedge = conjunct.neg, conjunct.hedge
        if conjunct.neg == "gone":
            frame.neg, frame.gone = "no", True
        frame.sides = conjunct.sides or self.side_in_front
        frame.mm, frame.number = conjunct.mm, conjunct.number
        frame.rest = conjunct.rest or (self.neg_rest if self.neg and conjunct.neg else "")
        if conjunct.level is not None:
            frame.level = conjunct.level
        elif frame.rest and finding != "normal_level" and not self._is_rest_of_level(head, finding):
            frame.level = None
        elif self.level is not None:
            frame.level = self.level
            frame.soft = self.level_used
            frame.inherited = self.level not in self.levels_seen and self.level.ref != "multi"
        self.frames.append(frame)
        self.last_open = True
        return frame

    def _is_rest_of_level(self, head: Mention, finding: str) -> bool:
        """Whether the rest of a site is that of the level headed: "L4-5: left narrowing; other foramina | patent".

        Where both sides of the level are told, no other is left there: "L4-5: bilateral narrowing; other foramina ...".
        """
        if not self.headed or self.topic is not None or head.kind != "open" or finding not in STENOSES:
            return False
        told = 0
        for frame in self.frames:
            if frame.finding == finding and not frame.neg:
                told |= frame.sides or BOTH
        return finding not in LATERAL or told != BOTH

    def _share_denied_degree(self, conjunct: Conjunct) -> None:
        """Deny the same degree of all heads of a negation: "no significant stenosis or | narrowing"."""
        if conjunct.grade:
            self.neg_grade = (conjunct.grade, conjunct.cap)
        elif self.neg_grade[0] and conjunct.number is None:
            conjunct.grade, conjunct.cap = self.neg_grade

    def _emit(self, head: Mention, site: Mention, conjunct: Conjunct) -> list[Frame]:
        """Say a head of a site: "narrowing" of a canal is a stenosis, of a disc a loss of height, of a duct nothing."""
        meaning = meanings().get((head.value, "disc_space" if self._narrows(head, site) else site.value))
        if meaning is None or self._is_of_bone(site):
            frame = self._frame("", GRADED, head, conjunct)
            frame.site = site.value
            self.foreign = self.foreign or site.value in ("other", "cord")
            return [frame]
        finding, bits = meaning
        if finding == "normal_level" and not self._is_bare_normal(head):
            return []
        if bits != ABSENT:
            if finding == "modic" and head.value == "degeneration_of":
                bits = _TYPES_OF_ENDPLATES.get(self.words[head.i - 1], bits)
            frame = self._frame(finding, NONE if conjunct.grade == NONE else bits, head, conjunct)
            if head.kind == "open" or head.value == "widen":
                self._open_predicate(frame, conjunct)
        elif conjunct.neg:
            frame = self._frame(finding, 1, head, conjunct)
            frame.neg, frame.grade = "", 0
        else:
            return [self._frame("", GRADED, head, conjunct)]
        self._set_site(frame, site)
        return [frame]

    def _narrows(self, head: Mention, site: Mention) -> bool:
        """Whether a disc is what is narrowed: "The disc is | narrowed", "| narrowing of the L4-5 disc"."""
        if is_narrowed_disc(head, site.value):
            return True
        if site.value != "disc" or self.words[head.i : head.j + 1] != ["narrowing", "of"]:
            return False
        first = next((mention for mention in self.mentions if mention.kind == "site" and mention.i > head.i), site)
        return first.value == "disc" and site.i > head.i

    def _set_site(self, frame: Frame, site: Mention) -> None:
        """Note the site of a frame, and its side: that of the herniation, or of the foramen, that touches it."""
        value = site.value
        frame.site = value
        frame.plural = site.plural
        if frame.finding == "normal_disc" and frame.rest == "otherwise" and not site.plural:
            frame.level = frame.level or self.level  # one disc is the one in hand, several are the others
        if value == "sac" and self.words[site.j - 1] in FAT:
            self.fat_of_sac = True
        if value in _SIDED:
            frame.named = value == "root" and site.i > 0 and vertebra_name(self.words[site.i - 1]) is not None
            others = frame.level is not None and frame.level.ref in ("rest", "elsewhere")
            if not (frame.sides or frame.neg or site.plural or others):
                entered = 0 if value == "root" else self._side_entered(frame.head, value)
                of_lesion = self.herniation_side or self._side_of_bulge(frame.head)
                frame.sides = entered or of_lesion or (self.side_before if value == "root" else 0)
            if value != "root" and frame.sides in (LEFT, RIGHT):
                self.side_before = frame.sides
        if site.j:
            frame.i, frame.j = min(frame.i, site.i), max(frame.j, site.j)

    def _side_of_bulge(self, verb: Mention) -> int:
        """Return the side of the bulge that a verb is said of, "bulge on the left | touching the root", or 0."""
        lesions = [frame for frame in self.frames[self.clause_start :] if frame.finding in _OF_DISC]
        if not lesions or lesions[-1].finding != "bulge" or verb.kind != "pred" or verb.form == "noun":
            return 0
        return lesions[-1].sides if lesions[-1].sides in (LEFT, RIGHT) else 0

    def _is_of_bone(self, site: Mention) -> bool:
        """Whether a height or signal is that of the vertebrae named before, and no disc's."""
        if site.value not in ("disc_height", "disc_signal") or not DISC_WORDS.isdisjoint(self.words[site.i : site.j]):
            return False
        named = [s for conjunct in [*self.subject, *self.conjuncts] for s in conjunct.sites]
        if self.topic is not None:
            named += self.topic.sites
        return any(s.rule.id in BONE for s in named)

    def _open_predicate(self, frame: Frame, conjunct: Conjunct) -> None:
        """Read "Patent" is none; "not patent" is present without a grade."""
        frame.grade = 0
        if conjunct.neg and frame.finding in STENOSES:
            frame.bits, frame.neg = GRADED, ""
        elif conjunct.neg:
            frame.finding = ""

    def _finding_bits(self, mention: Mention, value: str) -> int:
        if value == "modic":
            return mention.bits or 14
        if mention.bits and value in FINDINGS:
            return mention.bits
        if value in ("spondylolisthesis", "slip"):
            return 30
        if value in ("retrolisthesis", "annular_fissure", "schmorl_node", "synovial_cyst"):
            return 2
        return GRADED
