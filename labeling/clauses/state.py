"""What the reader of a clause remembers while it goes from mention to mention."""

from __future__ import annotations

from deepspine.labeling.clauses.frames import Conjunct, Frame, LevelRef, Topic
from deepspine.labeling.mentions import Mention


class State:
    """Memory of one sentence."""

    def __init__(self, words: list[str], topic: Topic | None, level: LevelRef | None, at_header: bool) -> None:
        self.words = words
        self.topic = topic
        self.frames: list[Frame] = []
        self.last: list[Frame] = []
        self.conjuncts: list[Conjunct] = []
        self.neg = ""
        self.neg_heads = 0
        self.hedge = False
        self.hedge_heads = 0
        self.cur = Conjunct("", False)
        self.open: Mention | None = None
        self.open_conjunct: Conjunct | None = None
        self.subject: list[Conjunct] = []
        self.level = level
        self.clause_start = 0
        self.focus = False
        self.focus_level: LevelRef | None = None
        self.levels_seen: list[LevelRef] = []
        self.excepting = False
        self.pending_exclude: LevelRef | None = None
        self.exclude_side = 0
        self.dropping = False
        self.story = False
        self.at_header = at_header
        self.mentions: list[Mention] = []
        self.index = 0
        self.herniation_side = 0
        self.vertebrae: list[str] = []
        self.place: list[Conjunct] = []
        self.aside: list[LevelRef] = []
        self.level_used = False
        self.last_open = False
        self.neg_grade = (0, "")
        self.neg_frees = False
        self.item_start = 0
        self.depth = 0
        self.foreign = False
        self.pronoun = False
        self.pending: list[tuple[Mention, Conjunct]] = []
        self.side_before = 0
        self.previous_site: Mention | None = None
        self.except_start = 0

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
