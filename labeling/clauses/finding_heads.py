"""Words that name a finding by themselves."""

from __future__ import annotations

from deepspine.data.findings import FINDINGS
from deepspine.labeling.clauses.degenerations import Degenerations
from deepspine.labeling.clauses.frames import (
    DISC_WORDS,
    GRADED,
    LATERAL,
    LEFT,
    RIGHT,
    SIDES,
    Conjunct,
    Frame,
    LevelRef,
    bits_of_zones,
    joined_zones,
    meanings,
    severity_of_number,
    side_of_zones,
    zone_named,
)
from deepspine.labeling.mentions import BONE, Mention

_MAX_JOINT_WORDS = 3
"""Words from one name of a lesion to the other: "protrusion or small extrusion"."""

_OF_JOINTS = {"facet": "facet_arthropathy", "flavum": "ligamentum_flavum_hypertrophy"}
"""Findings of sites that are named together, "facet and ligamentum flavum hypertrophy"."""


_LISTING = frozenset(("and", "or", "/", ","))
_PLACED = frozenset(("bulge", "herniation", "annular_fissure"))
"""Lesions that words of sites place in the disc: "indentation of the sac, central | protrusion"."""

_SEQUESTRATION = "herniation.sequestration"
_MIGRATED = {
    **dict.fromkeys(("caudal", "caudally", "inferior", "inferiorly", "downward"), "caudal"),
    **dict.fromkeys(("cranial", "cranially", "superior", "superiorly", "upward", "cephalad"), "cranial"),
}
"""Words before a sequestrum that tell where it lies: "caudal | sequestration"."""

_WORN = {"degeneration", "disc_height_loss"}
"""What befalls a worn disc, dictated as one."""

_SEPARATING = frozenset((",", ";"))
_VERTEBRAL = ("vertebra", "body", "bodies", "bone", "bony", "osseous")
"""How words of bones open whose alignment is that of the spine."""

_FRACTURES = frozenset(("fracture", "fractures", "deformity", "deformities"))
"""What takes height from a vertebra."""

_BULGING = frozenset(("bulges", "bulging", "bulged", "protrudes", "protrude", "protruding", "protruded"))
"""Words that say what something does that need be no disc."""

_ENDING = frozenset((",", ";", ".", "and"))
_COMPRESSIVE = frozenset(("compressive", "neurocompressive"))
_WALLS = frozenset(("wall", "walls"))
_MUTUAL = frozenset(("contact", "compress"))
_OF_CONTACT = frozenset(("of", "between"))
_TOUCHING = frozenset(("with", "and", "against"))
_TOUCHED = frozenset(("root", "sac", "cauda"))
_OF_TOUCHER = frozenset(("of", "side", "zone", "grade", "mm", "site"))
_OF_TOUCHED = frozenset(("side", "vertebra", "filler"))
"""Words of a contact between a lesion and a root: "| conflict between the left | protrusion | and both L5 | roots"."""

_OF_CYST = frozenset(("breaker", "filler", "mm", "pred", "site"))
"""Kinds of mentions that tell what a cyst does, up to a side: "cyst | that narrows the | right"."""

_BODIES = frozenset(("other", "flavum", "synovial_cyst"))
"""What may bulge or protrude beside discs: walls, tumours, ligaments, cysts."""

_OTHER_SITES = frozenset(("facet", "endplate", "other", "cord"))
"""Sites whose alignment is not that of the spine."""


class FindingHeads(Degenerations):
    """Words that name a finding by themselves."""

    def on_finding(self, mention: Mention) -> None:
        """Take a word that names a finding by itself."""
        if self.open is not None and self._take_toucher(mention):
            return
        if self._is_denied_as_compressive(mention):
            return
        self._settle_before_finding(mention)
        value = mention.value
        if value == "herniation" and self._is_alternative(mention):
            self._widen_last(mention)
        elif value == "normal_alignment":
            self._normal_alignment(mention)
        elif value == "normal_study":
            self._normal_study(mention)
        elif value == "degeneration_of" or self._is_degenerate_disc(mention):
            self._degeneration(mention)
        elif value == "degenerative_changes" and self._is_of_part(mention):
            self._open(mention)
        else:
            self._lesion(mention)

    def _settle_before_finding(self, mention: Mention) -> None:
        """Close what waits for an object or a value, and end a denial of what a lesion does."""
        if self.open is not None:
            self._split_open_for_finding(mention)
        self._settle_values_before()
        self._count_head()
        if self.neg and self._is_agent(mention):
            self.neg = self.cur.neg = ""
        if self.frames and "now" in self.words[self.frames[-1].head.j : mention.i]:
            self._leave_past(mention)

    def _is_denied_as_compressive(self, lesion: Mention) -> bool:
        """Whether a lesion is denied for what it would do alone, and may be there: "no compressive | disc lesion"."""
        effect = self._peek(-1)
        return bool(self.neg) and effect is not None and effect.j == lesion.i and self.words[effect.i] in _COMPRESSIVE

    def _is_agent(self, lesion: Mention) -> bool:
        """Whether a lesion is there that is denied an effect: "the root is not compressed by the | bulge"."""
        start = self.cur.i if self.cur.i >= 0 else lesion.i
        return self.words[max(start - 2, 0) : start] == ["by", "the"]

    def _lesion(self, mention: Mention) -> None:
        """Read "mild broad-based left paracentral disc | protrusion": the words before are the lesion's."""
        self._gather(self.cur)
        cur = self.cur
        value = self._finding_of(mention)
        if value == "facet_arthropathy" and cur.number is not None and cur.number.form == "grade":
            cur.grade = cur.grade or severity_of_number(cur.number)
        frames = self._frames_of(mention, value)
        agent = self._settle_agent(mention, frames)
        if value in _WORN and self._shares_degree(mention, frames[0]):
            frames[0].grade, frames[0].cap = self.last[-1].grade, self.last[-1].cap
        if value == "herniation":
            self._place_herniation(mention, frames[0])
        elif value == "synovial_cyst":
            frames[0].sides = frames[0].sides or self._side_of_cyst()
            if frames[0].sides in (LEFT, RIGHT):
                self.herniation_side = frames[0].sides  # what it presses on lies at its side
        if self.hedge and self._is_presupposed(mention):
            frames[0].hedge = False
        if cur.neg and self.neg and cur.grade:
            self.neg_grade = (cur.grade, cur.cap)
        self.last = [*self._said_before(mention, value, frames), *frames]
        self.conjuncts = []
        self.subject = self.subject if agent else []
        self._fresh()

    def _settle_agent(self, lesion: Mention, frames: list[Frame]) -> bool:
        """Put a lesion and what it does at one level; returns whether it does something.

        "The root is displaced by a left L5-S1 | extrusion", "the canal is narrowed at L3-4 by a | bulge".
        """
        effects = [frame for frame in self.frames[self.clause_start :] if frame.head.j <= lesion.i]
        between = self.words[effects[-1].head.j : lesion.i] if effects else []
        if "by" not in between or not _ENDING.isdisjoint(between):
            return False
        own, other = frames[0].level, effects[-1].level
        if own is not None and own.i >= effects[-1].head.j and (own is not other or effects[-1].inherited):
            self._assign([frame for frame in effects if frame.level is None or frame.inherited], own)
        elif other is not None and not effects[-1].inherited:
            self._assign(frames, other)
        return True

    def _side_of_cyst(self) -> int:
        """Return the side that a cyst lies on by what it does, "cyst | narrowing the right recess", or its joint's.

        The joint's is that of "right facet arthropathy with a | cyst".
        """
        verb = False
        for mention in self.mentions[self.index + 1 :]:
            verb = verb or mention.kind == "pred"
            if self._is_side(mention):
                return SIDES.get(mention.value, 0) if verb else 0
            if mention.kind not in _OF_CYST:
                break
        joint = self.last[-1] if self.last and self.last[-1].finding == "facet_arthropathy" else None
        with_it = joint is not None and "with" in self.words[joint.head.j : self.mentions[self.index].i]
        return joint.sides if joint is not None and with_it and joint.sides in (LEFT, RIGHT) else 0

    def _is_presupposed(self, lesion: Mention) -> bool:
        """Whether a lesion is there of which it is not known what it does: "whether the | bulge contacts the root"."""
        hedge = next((m for m in reversed(self.mentions[: self.index]) if m.kind == "hedge"), None)
        asked = hedge is not None and self.words[hedge.j - 1] in ("whether", "if")
        return asked and hedge is not None and "the" in self.words[hedge.j : lesion.i]

    def _gather(self, cur: Conjunct) -> None:
        """Let a lesion take what the conjuncts before it leave to it: "mild left | and L4-5 ... bulge"."""
        conjuncts = self.conjuncts
        if not conjuncts:
            return
        before = conjuncts[-1]
        if not cur.grade and before.grade and _only_places(before):
            cur.grade, cur.cap = before.grade, before.cap
        if not cur.sides and not before.grade:
            cur.sides = before.sides
        if cur.level is None:
            cur.level = next((c.level for c in conjuncts if c.level is not None), None)
        if cur.number is None:
            cur.number = next((c.number for c in conjuncts if c.number is not None), None)
        if not cur.mm:
            cur.mm = next((c.mm for c in conjuncts if c.mm), 0.0)

    def _finding_of(self, mention: Mention) -> str:
        """Return the finding that a word names; "degenerative changes" name that of their site, or none."""
        if mention.value == "nothing" or (mention.value == "disc_height_loss" and self._is_height_of_bone(mention)):
            return ""
        if self._is_of_other_body(mention) or self._is_fat_of_muscle(mention):
            return ""
        if mention.value != "degenerative_changes":
            return mention.value
        site = self._last_site()
        if site != "facet" and "spond" in self.words[mention.i]:
            return ""
        return meanings().get((mention.value, site), ("", 0))[0]

    def _is_of_other_body(self, verb: Mention) -> bool:
        """Whether no disc bulges but a wall, tumour, ligament or cyst: "the posterior wall of L1 | protrudes"."""
        if verb.j > verb.i + 1 or self.words[verb.i] not in _BULGING:
            return False
        following = self._peek()
        if following is not None and self.words[following.i] == "of":
            if not _WALLS.isdisjoint(self.words[verb.j : verb.j + len(("of", "the", "posterior", "wall"))]):
                return True
            following = self._peek(2)
        if following is not None and following.kind == "site" and following.value in _BODIES:
            return self.words[verb.j : following.i] in ([], ["of"], ["of", "the"])
        step, start = -1, verb.i
        before = self._peek(step)
        while before is not None and before.j == start and before.kind in ("of", "vertebra"):
            step, start = step - 1, before.i
            before = self._peek(step)
        if self.words[start - 1] in _WALLS:
            return True
        return before is not None and before.j == start and before.value in _BODIES and before.form != "part"

    def _is_fat_of_muscle(self, mention: Mention) -> bool:
        """Whether a "fatty change" is of muscles: "the multifidus shows | fatty change", "| ... of the muscles"."""
        if mention.rule.id != "modic.fatty" or mention.j != mention.i + 2:
            return False
        following, behind = self._peek(), self._peek(2)
        if following is not None and following.kind == "of" and following.i == mention.j and behind is not None:
            return behind.rule.id == "site.soft"
        named = [site for conjunct in [*self.subject, *self.conjuncts, self.cur] for site in conjunct.sites]
        return bool(named) and all(site.rule.id == "site.soft" for site in named)

    def _is_height_of_bone(self, mention: Mention) -> bool:
        """Whether a height is that of a vertebra: "fracture of L3 with | height loss", "| height loss of L3"."""
        if not DISC_WORDS.isdisjoint(self.words[mention.i : mention.j]):
            return False
        following, behind = self._peek(), self._peek(2)
        if following is not None and following.kind == "of" and following.i == mention.j and behind is not None:
            return behind.kind == "vertebra" or behind.rule.id in BONE
        named = [site for conjunct in [*self.subject, *self.conjuncts, self.cur] for site in conjunct.sites]
        return any(word in _FRACTURES for site in named for word in self.words[site.i : site.j])

    def _frames_of(self, mention: Mention, value: str) -> list[Frame]:
        """Return the frames of a finding; one word may name two: "loss of height and signal"."""
        cur = self.cur
        if value == "height_and_degeneration":
            return [self._frame(finding, GRADED, mention, cur) for finding in ("degeneration", "disc_height_loss")]
        frame = self._frame(value, self._finding_bits(mention, value), mention, cur)
        if value == "nerve_root":
            frame.site, frame.plural = "root", True
        return [frame]

    def _shares_degree(self, mention: Mention, frame: Frame) -> bool:
        """Whether the degree before was said of both: "moderate loss of height and | desiccation"."""
        if not self.last or {self.last[-1].finding, frame.finding} != _WORN or frame.grade:
            return False
        before, level = self._peek(-2), self.last[-1].level
        listed = before is not None and before.value == ","
        return self._joined(mention) and not listed and (level is None or level.i < self.last[-1].head.i)

    def _place_herniation(self, mention: Mention, frame: Frame) -> None:
        """Give a herniation its side and zone, which later sentences may point back to ("on that side")."""
        zones = joined_zones([*self.conjuncts, self.cur])
        if not frame.sides and (side := side_of_zones(zones)) in (LEFT, RIGHT):
            frame.sides = side
        sides = self.cur.sides = frame.sides
        bits = bits_of_zones(zones, sides)
        if bits and not self.neg:
            self._frame("herniation_zone", bits, mention, self.cur)
        migrated = _MIGRATED.get(self.words[mention.i - 1]) if mention.rule.id == _SEQUESTRATION else None
        if migrated and not self.neg:
            bits = 1 << FINDINGS["herniation_migration"].scale.index(migrated)
            self._frame("herniation_migration", bits, mention, self.cur)
        if sides in (LEFT, RIGHT):
            self.herniation_side = sides
        elif not self.neg:
            self.herniation_side = 0

    def _normal_alignment(self, mention: Mention) -> None:
        finding = "" if self.neg or self._is_of_other_parts(mention) else "normal_alignment"
        rest = self.cur.rest
        frame = self._frame(finding, 1, mention, self._fresh())
        frame.neg, frame.rest = "", rest
        self.conjuncts = []
        self.last = [frame]

    def _is_of_other_parts(self, state: Mention) -> bool:
        """Whether facets, sacrum or hardware are | aligned, and no vertebrae.

        A noun of its own behind a comma is not said of the subject: "lordosis preserved, | regular alignment".
        """
        named = [site for conjunct in [*self.conjuncts, self.cur] for site in conjunct.sites]
        apart = self.words[state.i - 1] in _SEPARATING and "alignment" in self.words[state.i : state.j]
        if not named and not apart:
            named = [site for conjunct in self.subject for site in conjunct.sites]
        spoken = [word for site in named for word in self.words[site.i : site.j]]
        foreign = bool(named) and all(site.value in _OTHER_SITES for site in named)
        return foreign and not any(word.startswith(_VERTEBRAL) for word in spoken)

    def _is_alternative(self, mention: Mention) -> bool:
        """Whether a herniation is the one just read under another name: "protrusion or | extrusion"."""
        if not self.last or self.last[-1].finding != "herniation" or self.last[-1].neg or self.cur.neg:
            return False
        words = self.words[self.last[-1].head.j : mention.i]
        return bool(words) and words[0] in ("or", "/", "-", "to", "versus", "vs") and len(words) <= _MAX_JOINT_WORDS

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
        if self.neg or self._describes_what_follows(mention):
            return
        frame = self._frame("normal_level", 1, mention, self._fresh())
        rest = "otherwise" in self.words[mention.i : mention.j]
        frame.level, frame.inherited = LevelRef((), "rest_named" if rest else "any", mention.i, mention.j), False
        self.last = [frame]

    def _said_before(self, mention: Mention, value: str, frames: list[Frame]) -> list[Frame]:
        """Return one more frame for each level, side or joint before that the lesion is said of too."""
        if not value or not self.conjuncts:
            return []
        earlier = [c for c in self.conjuncts if _is_of_other_level(c, frames[0]) or _is_of_other_side(c, frames[0])]
        found = [self._frame(value, self._finding_bits(mention, value), mention, c) for c in earlier]
        return found + self._of_joints_before(mention, value, frames[0])

    def _of_joints_before(self, mention: Mention, value: str, frame: Frame) -> list[Frame]:
        """Read "moderate facet and ligamentum flavum | hypertrophy": the noun is said of both, and so is its degree.

        Of a disc only degeneration is: "mild disc and facet | degeneration".
        """
        found: list[Frame] = []
        of_disc = any(word.startswith("degenerat") for word in self.words[mention.i : mention.j])
        named = _OF_JOINTS | {"disc": "degeneration"} if of_disc else _OF_JOINTS
        for conjunct in self.conjuncts if of_disc or value in _OF_JOINTS.values() else ():
            finding = named.get(conjunct.sites[-1].value, value) if conjunct.sites else value
            if finding != value and conjunct.joint in _LISTING:
                frame.grade, frame.cap = frame.grade or conjunct.grade, frame.cap or conjunct.cap
                found.append(self._frame(finding, GRADED, mention, conjunct))
        return found

    def _take_toucher(self, lesion: Mention) -> bool:
        """Take a lesion that a contact is of, if it is one, and go on behind its link; returns whether.

        "Contact of the left | protrusion with the L5 root", "contact between the | bulge and the sac".
        """
        contact, opener = self.open, self.open_conjunct
        assert contact is not None
        steps = self._steps_to_touched(contact, lesion)
        if not steps:
            return False
        self.open = self.open_conjunct = None
        self.neg = self.cur.neg = ""
        self._count_head()
        self._lesion(lesion)
        self.open, self.open_conjunct = contact, opener
        self.index += steps
        return True

    def _steps_to_touched(self, contact: Mention, lesion: Mention) -> int:
        """Return how far the link is from a lesion to the root or sac that it touches; 0 where no contact is told."""
        of = _OF_CONTACT & {self.words[contact.j - 1], self.words[contact.j]}
        if contact.value not in _MUTUAL or not of or "the" not in self.words[contact.j : lesion.i]:
            return 0
        described = all(
            mention.kind in _OF_TOUCHER for mention in self.mentions[: self.index] if mention.i >= contact.j
        )
        link, touched = self._peek(1), self._peek(2)
        if not described or link is None or link.i != lesion.j or self.words[link.i] not in _TOUCHING:
            return 0
        step = 2
        while touched is not None and touched.kind in _OF_TOUCHED:
            step += 1
            touched = self._peek(step)
        return 1 if touched is not None and touched.kind == "site" and touched.value in _TOUCHED else 0

    def _split_open_for_finding(self, mention: Mention) -> None:
        own = None
        cur = self.cur
        places = bool(self.conjuncts) and mention.value in _PLACED and self._peek(-1) in cur.sites
        says = cur.grade or cur.sides or cur.number or cur.mm or cur.zone or places
        if says and all(s.form or s.value == "disc" for s in cur.sites):
            own = cur
            self._fresh()
        self._close_open()
        if own is not None:
            own.zone = zone_named(own)
            own.sites = []
            self.cur = own


def _is_of_other_level(conjunct: Conjunct, frame: Frame) -> bool:
    """Whether "L4-5 left subarticular and L5-S1 central | protrusions" has a lesion at the level before too."""
    return conjunct.level is not None and conjunct.level is not frame.level


def _is_of_other_side(conjunct: Conjunct, frame: Frame) -> bool:
    """Whether "mild left and moderate right facet | arthropathy" has a degree for the side before."""
    one_sided = frame.finding in LATERAL and conjunct.sides in (LEFT, RIGHT) and not conjunct.sites
    return one_sided and bool(conjunct.grade) and frame.sides == LEFT + RIGHT - conjunct.sides


def _only_places(conjunct: Conjunct) -> bool:
    """Whether a conjunct has no site of its own: "mild", the adjective in "mild foraminal and far lateral bulge"."""
    return all(site.form for site in conjunct.sites)
