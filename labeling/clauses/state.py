"""What the reader of a clause remembers while it goes from mention to mention."""

from __future__ import annotations

from collections.abc import Sequence

from deepspine.labeling.clauses.frames import Conjunct, Frame, LevelRef, Topic
from deepspine.labeling.mentions import Mention


class State:
    """Memory of one sentence."""

    neg = ""
    neg_heads = 0
    neg_rest = ""
    of_these = False
    hedge = False
    hedge_heads = 0
    open: Mention | None = None
    open_conjunct: Conjunct | None = None
    clause_start = 0
    focus = False
    focus_side = 0
    focus_level: LevelRef | None = None
    of_worst = False
    worst_level: LevelRef | None = None
    excepting = spares = False
    fronted: tuple[LevelRef, int] | None = None
    story = False
    index = 0
    start = 0
    herniation_side = 0
    level_used = False
    last_open = False
    neg_frees = False
    item_start = 0
    depth = 0
    foreign = False
    headed = False
    pronoun = False
    side_before = 0
    side_in_front = 0
    previous_site: Mention | None = None
    previous_finding = ""
    except_start = 0
    except_named = False
    neg_grade = (0, "")
    place: Sequence[Conjunct] = ()
    behind: Sequence[Conjunct] = ()

    def __init__(self, words: list[str], topic: Topic | None, level: LevelRef | None, at_header: bool) -> None:
        self.words = words
        self.topic = topic
        self.frames: list[Frame] = []
        self.last: list[Frame] = []
        self.caused: list[Frame] = []
        self.conjuncts: list[Conjunct] = []
        self.cur = Conjunct("", False)
        self.subject: list[Conjunct] = []
        self.level = level
        self.levels_seen: list[LevelRef] = []
        self.at_header = at_header
        self.mentions: list[Mention] = []
        self.vertebrae: list[str] = []
        self.aside: list[LevelRef] = []
        self.pending: list[tuple[Mention, Conjunct]] = []

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
