"""What the reader of a clause remembers while it goes from mention to mention."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from deepspine.labeling.clauses.frames import Conjunct, Frame, LevelRef, Topic
from deepspine.labeling.mentions import Mention


@dataclass(slots=True, eq=False)
class State:
    """Memory of one sentence.

    Attributes
    ----------
    words, mentions, index
        Of the report; of the sentence; the mention in hand.
    start, at_header, headed
        First token of the sentence, whether a level's heading stands just before it, and whether its level is that of a
        heading.
    topic, level
        What a heading announced; the levels that what follows is about.
    previous_site, previous_opening, previous_finding, previous_side
        Of the sentence before (an opening is a foramen or recess); the side is that of the last one of the level that
        has one.
    frames, last, last_open
        All heads read, those just read, and whether no level has opened anything since.
    clause_start, item_start, caused
        First frame of the clause and of its last item; heads before the cause of them.
    conjuncts, cur
        Words that wait for a head, and those being gathered.
    subject, place
        Sites that the clause is about; one where a head only lies, to which "which" goes back.
    open, open_conjunct, behind, pending
        Head that waits for what stands behind it, and the words before it; degrees and sides behind its object; heads
        whose object a later one brings.
    neg, neg_heads, neg_rest, neg_frees, neg_grade
        Negation in force, the heads in its reach so far, its "other", whether it reads "free of", and the degree, with
        its cap, that it denies.
    neg_of_lesion, neg_article
        Whether it tells what a lesion before it does not do or have; whether what it denies has an article.
    of_these
        Whether it denies something of lesions just spoken of.
    hedge, hedge_heads
        Whether a hedge is in force, and the heads in its reach so far.
    levels_seen, level_used, vertebrae
        Levels named so far; whether those in force have closed heads before; single vertebrae.
    focus, focus_compares, focus_side, focus_level, worst_level, of_worst
        Whether "worst" stands before what follows; whether it was but "worse"; the side and level that it named; the
        level whose degree follows; whether the sentence went on at it.
    excepting, spares, except_start, except_at, except_named, aside, fronted
        Whether the level of an exception is awaited; whether it is spared something; first frame behind it, and its
        token; whether its level was named at once; all levels excepted; the one that opened the sentence, its side.
    side_in_front, side_before, herniation_side, changed_side
        Side that opened the clause; of the foramen or recess last named; of the herniation; token from which the
        degree is told that one side has changed to.
    fat_of_sac
        Whether epidural fat was spoken of as the sac.
    pronoun, depth, foreign, story
        Whether a verb went back to the root or sac before; open brackets; whether something that is not labelled was
        named; whether an earlier examination is told of.
    """

    words: list[str]
    topic: Topic | None
    level: LevelRef | None
    at_header: bool

    mentions: list[Mention] = field(default_factory=list)
    index: int = 0
    start: int = 0
    headed: bool = False
    previous_site: Mention | None = None
    previous_opening: Mention | None = None
    previous_finding: str = ""
    previous_side: int = 0

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
    neg_of_lesion: bool = False
    neg_article: bool = False
    of_these: bool = False
    hedge: bool = False
    hedge_heads: int = 0

    levels_seen: list[LevelRef] = field(default_factory=list)
    level_used: bool = False
    vertebrae: list[str] = field(default_factory=list)
    focus: bool = False
    focus_compares: bool = False
    focus_side: int = 0
    focus_level: LevelRef | None = None
    worst_level: LevelRef | None = None
    of_worst: bool = False

    aside: list[LevelRef] = field(default_factory=list)
    fronted: tuple[LevelRef, int] | None = None
    excepting: bool = False
    spares: bool = False
    except_start: int = 0
    except_at: int = 0
    except_named: bool = False

    side_in_front: int = 0
    side_before: int = 0
    herniation_side: int = 0
    changed_side: int = 0
    fat_of_sac: bool = False
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
        if self.cur.zone or not self.cur.empty:
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
