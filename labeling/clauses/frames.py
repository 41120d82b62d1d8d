"""The pieces that the clause grammar works with: conjuncts, level references, frames and topics."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files

import yaml

from deepspine.data.findings import FINDINGS
from deepspine.data.grade_sets import GradeSet
from deepspine.labeling.level_order import vertebra
from deepspine.labeling.lexicon import Rule
from deepspine.labeling.mentions import Mention

NONE, MILD, MODERATE, SEVERE = 1, 2, 4, 8
TYPES_ABOVE_DEGREES = 8
"""Where among the bits of a degree those of a Modic type begin, which is shared out over levels as degrees are."""

LEFT, RIGHT, BOTH = 1, 2, 3

SIDES = {"left": LEFT, "right": RIGHT, "both": BOTH}
PLACES = frozenset(("level", "levels", "side", "side_post", "conj", "mark", "of", "to"))
"""Kinds of mentions that only say where: "L3-4 and, on the left, L4-5"."""

GRADED = -1
ABSENT = -2
STENOSES = ("canal_stenosis", "foraminal_stenosis", "subarticular_stenosis")
UNREMARKABLE = frozenset(("normal_level", "normal_disc"))
NUMBERED = frozenset((*STENOSES, "facet_arthropathy", "stenosis"))
"""What a level or disc without findings is, and findings of which a number is a degree: "stenosis | grade 2"."""

SLIPS = frozenset(("spondylolisthesis", "retrolisthesis", "slip_either", "slip"))
SEVERITY_FINDINGS = frozenset(name for name, finding in FINDINGS.items() if finding.scale[-1] == "severe") | {
    "stenosis"
}
LATERAL = frozenset(name for name, finding in FINDINGS.items() if finding.lateral)
GRADE1_MM = 5.0


@lru_cache(maxsize=1)
def meanings() -> dict[tuple[str, str], tuple[str, int]]:
    """Read the table of predicates on sites: (predicate, site) to (finding, bits or GRADED or ABSENT)."""
    text = (files("deepspine.labeling") / "rules" / "meaning.yaml").read_text(encoding="utf-8")
    table = {}
    for predicate, sites in yaml.load(text, Loader=yaml.CSafeLoader).items():
        for site, (finding, grades) in sites.items():
            if grades == "graded":
                bits = GRADED
            elif grades == "absent":
                bits = ABSENT
            elif finding in FINDINGS:
                bits = GradeSet.parse(FINDINGS[finding], grades).bits
            else:
                bits = 1
            table[predicate, site] = (finding, bits)
    return table


@dataclass(slots=True, eq=False)  # two that say the same are still two
class Conjunct:
    """Words of degree, side, site and level that wait for a head; what is not said keeps the default."""

    neg: str
    hedge: bool
    grade: int = 0
    cap: str = ""
    scale: bool = False
    sites: list[Mention] = field(default_factory=list)
    sides: int = 0
    zone: str = ""
    level: LevelRef | None = None
    mm: float = 0.0
    number: Mention | None = None
    rest: str = ""
    joint: str = ""
    i: int = -1

    @property
    def empty(self) -> bool:
        """Whether nothing waits for a head."""
        return not (self.grade or self.sides or self.sites or self.level or self.number or self.mm)


class LevelRef:
    """Levels as a sentence gives them: named (`levels`, some of a `lesser` extent) or by a phrase (`ref`)."""

    __slots__ = ("i", "j", "lesser", "levels", "outside", "ref", "slip")

    def __init__(
        self,
        levels: tuple[int, ...],
        ref: str,
        i: int,
        j: int,
        slip: bool = False,
        outside: bool = False,
        lesser: tuple[int, ...] = (),
    ) -> None:
        self.levels = levels
        self.ref = ref
        self.i = i
        self.j = j
        self.slip = slip
        self.outside = outside
        self.lesser = lesser


@dataclass(slots=True, eq=False)
class Frame:
    """One assertion of a sentence.

    Attributes
    ----------
    finding
        A finding, a bundle such as `normal_level` or `stenosis`, or empty for what is not labelled.
    bits
        Grades that the head fixes, or GRADED.
    grade, cap
        Words of degree.
    neg, hedge, gone
        Certainty.
    sides
        1 left, 2 right, 3 both, 0 not said.
    level
        The levels said, or None.
    exclude
        Levels excepted, with the sides excepted.
    """

    finding: str
    bits: int
    head: Mention
    i: int
    j: int
    grade: int = 0
    cap: str = ""
    neg: str = ""
    hedge: bool = False
    gone: bool = False
    sides: int = 0
    level: LevelRef | None = None
    inherited: bool = False
    mm: float = 0.0
    number: Mention | None = None
    plural: bool = False
    rest: str = ""
    named: bool = False
    same: bool = False
    soft: bool = False
    site: str = ""
    exclude: tuple[tuple[LevelRef, int], ...] = ()

    def copy(self) -> Frame:
        """Return a frame of the same finding and head, everything else unsaid."""
        twin = Frame(self.finding, self.bits, self.head, self.i, self.j)
        twin.site, twin.plural = self.site, self.plural
        return twin


_PART_OF_FINDING = {"facet_arthropathy": "facet", "ligamentum_flavum_hypertrophy": "flavum"}


class Topic:
    """What a heading announces: `Foramina:`, `Disc bulges:`, `Right foramen`, `Bulge/herniation:`."""

    __slots__ = ("finding", "findings", "mentions", "predicate", "sides", "sites")

    def __init__(self) -> None:
        self.sites: list[Mention] = []
        self.sides = 0
        self.finding: Mention | None = None
        self.findings: list[Mention] = []
        self.predicate: Mention | None = None
        self.mentions: list[Mention] = []

    @property
    def parts(self) -> list[Mention]:
        """What is headed: the sites named, else the joint or ligament of a finding ("Facet arthropathy:")."""
        if self.sites or self.finding is None or self.finding.value not in _PART_OF_FINDING:
            return self.sites
        return [SITES[_PART_OF_FINDING[self.finding.value]]]

    def without_side(self) -> Topic:
        """Return the same heading for the other side: "Right foramen: mild; | left: severe"."""
        twin = Topic()
        twin.sites, twin.predicate, twin.mentions = self.sites, self.predicate, self.mentions
        twin.finding, twin.findings = self.finding, self.findings
        return twin


OF_HERNIATION = frozenset(("herniation_zone", "herniation_migration"))
"""What is but told of a herniation; none of their grades is an absence."""

ZONED = frozenset(("bulge", "herniation"))
"""Lesions that lie in a zone of their disc."""

ZONE_OF_SITE = {"foramen": "foraminal", "recess": "subarticular", "canal": "central"}
"""Zone that a site's adjective gives a herniation."""


_ADDING = frozenset(("and", "/"))
_PARTS_OF_LESION = frozenset(("component", "extension"))


def zone_of(words: list[str]) -> str:
    """Return the zone that a word names; paracentral and posterolateral lie in the subarticular one (Fardon 2014).

    Where a lesion but extends is not where it lies: "with a foraminal component".
    """
    if words[-1] in _PARTS_OF_LESION:
        return ""
    text = " ".join(words)
    if "extra" in text or "far" in text:
        return "extraforaminal"
    if "foraminal" in text:
        return "foraminal"
    if "para" in text or "lateral" in text or "subarticular" in text:
        return "subarticular"
    return "central" if "central" in text or "midline" in text or "median" in text else ""


def zone_bits(zone: str, sides: int) -> int:
    """Return the set of zones, both sides where none is said."""
    scale = FINDINGS["herniation_zone"].scale
    wanted = {"": (LEFT, RIGHT)}.get(zone, (LEFT, RIGHT) if sides not in (LEFT, RIGHT) else (sides,))
    names = ("central",) if zone == "central" else tuple(f"{zone}_{('left', 'right')[side - 1]}" for side in wanted)
    return sum(1 << scale.index(name) for name in names if name in scale) if zone else 0


def zone_named(conjunct: Conjunct) -> str:
    """Return the zone that words name: by a word for it, else by the adjective of a site."""
    sites = (ZONE_OF_SITE[site.value] for site in conjunct.sites if site.value in ZONE_OF_SITE)
    return conjunct.zone or next(sites, "")


def joined_zones(chain: Sequence[Conjunct]) -> list[Conjunct]:
    """Return the words that name a zone and those that "and" joins to them: "left paracentral, foraminal and central".

    The last zone word counts, else the first site that names one.
    """
    words = [place for place, conjunct in enumerate(chain) if conjunct.zone][-1:]
    start = next(iter(words or (place for place, conjunct in enumerate(chain) if zone_named(conjunct))), -1)
    if start < 0:
        return []
    end = start + 1
    while end < len(chain) and chain[end - 1].joint in _ADDING and zone_named(chain[end]):
        end += 1
    while start and zone_named(chain[start - 1]):
        listed = chain[start - 1].joint == "," and end - start > 1
        if not listed and chain[start - 1].joint not in _ADDING:
            break
        start -= 1
    return list(chain[start:end])


def bits_of_zones(zones: Sequence[Conjunct], sides: int) -> int:
    """Return the set of joined zones; one without a side has that of the one before it, else that of the lesion."""
    bits = 0
    for conjunct in zones:
        sides = conjunct.sides or sides
        bits |= zone_bits(zone_named(conjunct), sides)
    return bits


def side_of_zones(zones: Sequence[Conjunct]) -> int:
    """Return the sides that joined zones name."""
    sides = 0
    for conjunct in zones:
        sides |= conjunct.sides
    return sides


def zones_of_side(bits: int, side: int) -> int:
    """Return those of a set of zones that lie on one side; all of them where none does, as in the midline."""
    name = ("left", "right")[side - 1]
    of_side = sum(1 << i for i, zone in enumerate(FINDINGS["herniation_zone"].scale) if zone.endswith(name))
    return bits & of_side or bits


def cap_of(degree: Mention) -> str:
    """Return how a degree is capped, as "no more than mild" is; empty where it is not."""
    return degree.value if degree.value in ("at_most", "at_least", "more_than") else ""


def last_side(frames: Sequence[Frame]) -> int:
    """Return the one side last spoken of, or both where only both are; 0 where none is."""
    both = 0
    for frame in reversed(frames):
        if frame.sides in (LEFT, RIGHT):
            return frame.sides
        both |= frame.sides
    return both


def is_of_side_before(site: Mention) -> bool:
    """Whether a site takes the side before: an adjective, a single foramen or recess: "left foraminal and | recess"."""
    return bool(site.form) or (site.value in ("foramen", "recess") and not site.plural)


def same_polarity(first: Conjunct, second: Conjunct | None) -> bool:
    """Whether two conjuncts are both asserted or both denied."""
    return second is not None and bool(first.neg) == bool(second.neg)


def is_narrowed_disc(head: Mention, site: str) -> bool:
    """Whether a disc is called narrowed or reduced, which is its height; nouns and verbs speak of something else."""
    return site == "disc" and head.value in ("narrow", "reduce") and head.form == "part"


def clone(conjunct: Conjunct) -> Conjunct:
    """Return a conjunct with the same words but no site."""
    twin = Conjunct(conjunct.neg, conjunct.hedge)
    twin.grade, twin.cap, twin.scale = conjunct.grade, conjunct.cap, conjunct.scale
    twin.sides, twin.level, twin.mm, twin.number, twin.i = (
        conjunct.sides, conjunct.level, conjunct.mm, conjunct.number, conjunct.i,
    )  # fmt: skip
    twin.rest = conjunct.rest
    return twin


def severity_of_number(number: Mention) -> int:
    """Return severity for grades, 0 to 3, of the published scales of stenosis; a range leaves all of its grades."""
    return number.bits & (NONE | MILD | MODERATE | SEVERE) or SEVERE


def vertebra_name(word: str) -> str | None:
    """Return the vertebra that a token names, or None."""
    return vertebra(word) if word[-1].isdigit() else None


def stand_in(identity: str, kind: str, value: str, form: str = "", plural: bool = False) -> Mention:
    """Return a mention that stands in no text, for what a heading or a pronoun supplies."""
    return Mention(Rule(identity, kind, value, (), form=form, plural=plural), 0, 0)


DISC_WORDS = frozenset(("discs", "disks", "disc", "disk"))
LEVEL_WORDS = frozenset(("level", "levels", "segment", "segments"))
NARROW = stand_in("stenosis.graded_site", "pred", "narrow", "noun")
NORMAL = stand_in("open.topic", "open", "normal")
DISCS = stand_in("site.discs", "site", "disc", plural=True).rule
REST = stand_in("level.rest", "levelref", "rest").rule
SITES = {
    "root": stand_in("site.root", "site", "root"),
    "roots": stand_in("site.roots", "site", "root", plural=True),
    "sac": stand_in("site.sac", "site", "sac"),
    "canal": stand_in("site.canal", "site", "canal"),
    "foramen": stand_in("site.foramen", "site", "foramen"),
    "recess": stand_in("site.recess", "site", "recess"),
    "facet": stand_in("site.facet", "site", "facet"),
    "flavum": stand_in("site.flavum", "site", "flavum"),
}
SITE_OF_SCALE = {"schizas": "canal", "lee": "foramen", "bartynski": "recess"}
"""Site that a published scale of stenosis grades."""


def names_discs(spoken: list[str]) -> bool:
    """Whether a phrase is of discs, as "two discs above this level" is, and not of levels: "all disc levels"."""
    return any(
        word in DISC_WORDS and following not in LEVEL_WORDS
        for word, following in zip(spoken, [*spoken[1:], ""], strict=True)
    )


def share_degree_behind(chain: list[Conjunct]) -> None:
    """Give the sites before the last one its degree: "canal and foramina are mildly | narrowed"."""
    last = chain[-1]
    for conjunct in reversed(chain[:-1]):
        if not conjunct.sites or conjunct.grade or conjunct.mm or conjunct.number or conjunct.neg != last.neg:
            break
        conjunct.grade, conjunct.cap = last.grade, last.cap


def merge_side_and_grade(conjuncts: list[Conjunct], last_open: bool) -> list[Conjunct]:
    """Join "on the left" and "mild" of "L3-4 on the left, mild" where no head before could take the side."""
    if len(conjuncts) != 2:
        return conjuncts
    first, second = conjuncts
    if last_open and first.joint != "but":
        return conjuncts
    if first.sides and not first.grade and not first.sites and second.grade and not second.sides and not second.sites:
        second.sides = first.sides
        return [second]
    return conjuncts
