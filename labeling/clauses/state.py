"""What the reader of a clause remembers while it goes from mention to mention."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from deepspine.labeling.clauses.frames import Conjunct, Frame, LevelRef, Topic
from deepspine.labeling.mentions import Mention


@dataclass(slots=True, eq=False)
class State:
    """Memory of one sentence."""

    words: list[str]
    topic: Topic | None
    level: LevelRef | None
    at_header: bool

    mentions: list[Mention] = field(default_factory=list)
    index: int = 0
    start: int = 0
    headed: bool = False
    previous_site: Mention | None = None
    previous_finding: str = ""

    frames: list[Frame] = field(default_factory=list)
    last: list[Frame] = field(default_factory=list)
    last_open: bool = False
    caused: list[Frame] = field(default_factory=list)
    clause_start: int = 0
    item_start: int = 0

    conjuncts: list[Conjunct] = field(default_factory=list)
    cur: Conjunct = field(default_factory=lambda: Conjunct("", False))
    subject: list[Conjunct] = field(default_factory=list)
    place: Sequence[Conjunct] = ()
    open: Mention | None = None
    open_conjunct: Conjunct | None = None
    behind: Sequence[Conjunct] = ()
    pending: list[tuple[Mention, Conjunct]] = field(default_factory=list)

    neg: str = ""
    neg_heads: int = 0
    neg_rest: str = ""
    neg_frees: bool = False
    neg_grade: tuple[int, str] = (0, "")
    of_these: bool = False
    hedge: bool = False
    hedge_heads: int = 0

    levels_seen: list[LevelRef] = field(default_factory=list)
    level_used: bool = False
    vertebrae: list[str] = field(default_factory=list)
    focus: bool = False
    focus_side: int = 0
    focus_level: LevelRef | None = None
    worst_level: LevelRef | None = None
    of_worst: bool = False

    aside: list[LevelRef] = field(default_factory=list)
    fronted: tuple[LevelRef, int] | None = None
    excepting: bool = False
    spares: bool = False
    except_start: int = 0
    except_named: bool = False

    side_in_front: int = 0
    side_before: int = 0
    herniation_side: int = 0
    pronoun: bool = False
    depth: int = 0
    foreign: bool = False
    story: bool = False

    def _peek(self, step: int = 1) -> Mention | None:
        index = self.index + step
        return self.mentions[index] if 0 <= index < len(self.mentions) else None

    def _fresh(self) -> Conjunct:
        self.cur = Conjunct(self.neg, self.hedge)
        return self.cur

    def _push(self, joint: str = "") -> None:
        if not self.cur.empty:
            self.cur.joint = joint
            self.conjuncts.append(self.cur)
            self._fresh()
        elif joint and self.conjuncts:
            self.conjuncts[-1].joint = joint
            self.cur.neg, self.cur.hedge = self.neg, self.hedge
        else:
            self.cur.neg, self.cur.hedge = self.neg, self.hedge

    def _mark(self, mention: Mention) -> None:
        if self.cur.i < 0:
            self.cur.i = mention.i

    def _count_head(self) -> None:
        """Count a head within the reach of a negation or hedge, which ends behind it sooner or later."""
        if self.neg:
            self.neg_heads += 1
        if self.hedge:
            self.hedge_heads += 1
