"""A small grammar of clauses: which finding is said of which site, with which grade, side, level and certainty.

One pass over a sentence's mentions. Words of degree, side and site gather in *conjuncts* until a head takes them
("mild canal and moderate bilateral foraminal | narrowing"); a verb head takes what follows it; what is left over at a
boundary modifies the heads before ("stenosis, severe on the left and moderate on the right").
"""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files

import yaml

from deepspine.data.findings import FINDINGS
from deepspine.data.grade_sets import GradeSet
from deepspine.labeling.level_mentions import LUMBAR
from deepspine.labeling.mentions import Mention

NONE, MILD, MODERATE, SEVERE = 1, 2, 4, 8
LEFT, RIGHT, BOTH = 1, 2, 3
SIDES = {"left": LEFT, "right": RIGHT, "both": BOTH}
GRADED = -1
ABSENT = -2
STENOSES = ("canal_stenosis", "foraminal_stenosis", "subarticular_stenosis")
SLIPS = ("spondylolisthesis", "retrolisthesis", "slip_either", "slip")
SEVERITY_FINDINGS = frozenset(name for name, finding in FINDINGS.items() if finding.scale[-1] == "severe") | {
    "stenosis"
}
GRADE1_MM = 5.0
"""A slip of up to this many millimetres is grade 1 (docs/labels.md)."""

_OPEN_KINDS = frozenset(("normal", "open", "hydrated"))


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


class Conjunct:
    """Words of degree, side, site and level that wait for a head."""

    __slots__ = (
        "bits",
        "cap",
        "focus",
        "grade",
        "hedge",
        "i",
        "joint",
        "level",
        "mm",
        "neg",
        "number",
        "rest",
        "soft",
        "scale",
        "sides",
        "sites",
        "zone",
    )

    def __init__(self, neg: str, hedge: bool) -> None:
        self.grade = 0
        self.cap = ""
        self.scale = False
        self.sides = 0
        self.sites: list[Mention] = []
        self.neg = neg
        self.hedge = hedge
        self.level: LevelRef | None = None
        self.mm = 0.0
        self.number: Mention | None = None
        self.joint = ""
        self.rest = ""
        self.zone = False
        self.i = -1

    @property
    def empty(self) -> bool:
        return not (self.grade or self.sides or self.sites or self.level or self.number or self.mm)


class LevelRef:
    """Levels as a sentence gives them: named (`levels`) or by a phrase (`ref`)."""

    __slots__ = ("exclude", "i", "j", "levels", "outside", "ref", "slip")

    def __init__(
        self, levels: tuple[int, ...], ref: str, i: int, j: int, slip: bool = False, outside: bool = False
    ) -> None:
        self.levels = levels
        self.ref = ref
        self.i = i
        self.j = j
        self.slip = slip
        self.outside = outside


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

    __slots__ = (
        "bits", "cap", "exclude", "finding", "gone", "grade", "head", "hedge", "i", "inherited", "j", "level", "mm", "named", "neg",
        "number", "plural", "rest", "same", "sides", "site", "soft",
    )  # fmt: skip

    def __init__(self, finding: str, bits: int, head: Mention, i: int, j: int) -> None:
        self.finding = finding
        self.bits = bits
        self.head = head
        self.grade = 0
        self.cap = ""
        self.neg = ""
        self.hedge = False
        self.gone = False
        self.sides = 0
        self.level: LevelRef | None = None
        self.inherited = False
        self.exclude: list[tuple[LevelRef, int]] = []
        self.mm = 0.0
        self.number: Mention | None = None
        self.plural = False
        self.rest = ""
        self.named = False
        self.same = False
        self.soft = False
        self.site = ""
        self.i = i
        self.j = j

    def copy(self) -> Frame:
        twin = Frame(self.finding, self.bits, self.head, self.i, self.j)
        twin.site, twin.plural = self.site, self.plural
        return twin

    def __repr__(self) -> str:
        return f"Frame({self.finding},{self.bits},g{self.grade},s{self.sides},{'neg' if self.neg else ''},{self.level and (self.level.levels or self.level.ref)})"


class Topic:
    """What a heading announces: `Foramina:`, `Disc bulges:`, `Right foramen`."""

    __slots__ = ("finding", "mentions", "predicate", "sides", "sites")

    def __init__(self) -> None:
        self.sites: list[Mention] = []
        self.sides = 0
        self.finding: Mention | None = None
        self.predicate: Mention | None = None
        self.mentions: list[Mention] = []


class ClauseReader:
    """Reads one sentence; `frames` holds what it asserts."""

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

    # ------------------------------------------------------------------ driver

    def read(self, mentions: list[Mention]) -> list[Frame]:
        self.mentions = mentions
        handlers = _HANDLERS
        self.index = 0
        while self.index < len(mentions):
            mention = mentions[self.index]
            handler = handlers.get(mention.kind)
            if handler is not None:
                handler(self, mention)
            self.index += 1
        self.flush()
        self._finish()
        self._slip_levels()
        if self.story:
            return [frame for frame in self.frames if frame.gone]
        return [frame for frame in self.frames if frame.finding]

    def _finish(self) -> None:
        """Settle what only the end of the sentence decides."""
        if self.neg_frees and not self.neg_heads and not self.frames[self.except_start :]:
            for conjunct in self.subject:
                for site in conjunct.sites:
                    self._emit(_NORMAL, site, _clone(conjunct))
        topic = self.topic
        if not self.frames and topic is not None and topic.finding is not None and self.levels_seen:
            if all(m.kind in _LIST_KINDS for m in self.mentions) and topic.finding.value in FINDINGS:
                self._frame(topic.finding.value, self._finding_bits(topic.finding, topic.finding.value), topic.finding, Conjunct("", False))
        later = {frame.finding for frame in self.frames[self.except_start :]}
        if self.except_start and later:
            for frame in self.frames:
                if frame.exclude and frame.finding not in later:
                    frame.exclude = []
                    frame.level = None

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

    # ---------------------------------------------------------------- modifiers

    def on_grade(self, mention: Mention) -> None:
        cur = self.cur
        if self._is_adverb_behind(mention):
            for frame in self.last:
                frame.grade = frame.grade or mention.bits
            return
        if self.neg and cur.empty:
            self._maybe_end_negation(mention)
            cur = self.cur
        if cur.grade and (cur.sides or cur.sites or cur.level or cur.number):
            self._push()
            cur = self.cur
        self._mark(mention)
        cur.grade = mention.bits
        cur.cap = mention.value if mention.value in ("at_most", "at_least", "more_than") else ""
        if mention.form == "scale":
            cur.scale = True

    def _is_adverb_behind(self, mention: Mention) -> bool:
        """Whether a degree hangs on the head just before: "dehydrated markedly and", "reduced to a severe extent"."""
        if not self.last or not self.cur.empty or self.conjuncts or self.last[-1].head.j != mention.i:
            return False
        word = self.words[mention.i]
        if not (word.endswith("ly") or word == "to" or word == "slightly"):
            return False
        following = self._peek()
        return following is None or following.kind in ("conj", "mark", "breaker", "of", "side_post")

    def on_verb_grade(self, mention: Mention) -> None:
        following = self._peek()
        if following is not None and following.kind == "pred":
            self.on_grade(mention)

    def _maybe_end_negation(self, mention: Mention) -> None:
        """A new grade behind a finished negated head, joined by comma or and, is asserted again."""
        if not self.neg_heads and not any(c.neg and c.sites for c in self.conjuncts):
            return
        if mention.bits == (MODERATE | SEVERE):
            return
        joint = self._joint_before()
        if joint in ("or", "nor", "/"):
            return
        if joint in (",", "and") and self._list_goes_on():
            return
        self.neg = ""
        self.cur.neg = ""

    def _joint_before(self) -> str:
        previous = self._peek(-1)
        while previous is not None and previous.kind not in ("conj", "mark"):
            return ""
        return "" if previous is None else previous.value

    def _list_goes_on(self) -> bool:
        """Whether an `or` follows before the next strong boundary: "no bulge, severe stenosis or contact"."""
        for mention in self.mentions[self.index + 1 :]:
            if mention.kind == "conj" and mention.value == "or" and self.words[mention.i] == "or":
                return True
            if mention.kind in ("breaker", "levelref", "level", "neg", "open", "grade") or (
                mention.kind == "mark" and mention.value in ";:"
            ):
                return False
            if mention.kind == "conj" and mention.value == "and":
                return False
        return False

    def on_side(self, mention: Mention) -> None:
        if self.focus:
            return
        value = SIDES.get(mention.value, 0)
        if mention.value == "other":
            known = next((f.sides for f in reversed(self.frames) if f.sides in (1, 2)), 0)
            value = 3 - known if known else 0
        cur = self.cur
        if cur.sides and (cur.sites or cur.grade):
            self._push()
            cur = self.cur
        self._mark(mention)
        if cur.sides and cur.sides != value:
            value |= cur.sides
        cur.sides = value

    def on_side_post(self, mention: Mention) -> None:
        if self.focus:
            return
        following = self._peek()
        if following is not None and following.kind in ("site", "level") and following.i == mention.j and mention.value != "that":
            self.on_side(mention)
            return
        value = SIDES.get(mention.value, 0)
        before = self._peek(-1)
        if before is not None and before.kind == "cop" and self.cur.empty and self.open is None:
            for frame in self.frames[self.clause_start :]:
                frame.sides = frame.sides or value
            if self.frames[self.clause_start :]:
                return
        if mention.value == "that":
            value = self.herniation_side or next((f.sides for f in reversed(self.frames) if f.sides in (1, 2)), 0)
        if self.open is None and self.cur.empty and self.last and self.last_open and not self._is_preposed():
            lacking = [frame for frame in self.last if not frame.sides]
            for frame in lacking:
                frame.sides = value
                if frame.finding == "herniation" and value in (1, 2):
                    self.herniation_side = value
            if lacking or value == BOTH:
                return
        if self.cur.sides and (self.cur.grade or self.cur.sites):
            self._push()
        self._mark(mention)
        self.cur.sides = value

    def _is_preposed(self) -> bool:
        """Whether the words ahead, and no comma, make "on the left" open a new clause."""
        previous, following = self._peek(-1), self._peek()
        if previous is None:
            return True
        return previous.kind == "mark" and previous.value in ";:" and following is not None

    def on_site(self, mention: Mention) -> None:
        cur = self.cur
        if mention.value == "disc" and (
            (not mention.plural and self._next_is("finding")) or (self.last and self.last[-1].head.j == mention.i)
        ):
            return
        if self._is_place(mention):
            place = Conjunct("", False)
            place.sites, place.sides = [mention], cur.sides
            self.place = [place]
            if not cur.sites:
                cur.sides = 0
            return
        if cur.sites and cur.sites[-1].value == mention.value and cur.sites[-1].j == mention.i:
            cur.sites[-1] = mention
            return
        if cur.sites and cur.sites[-1].value != mention.value and self.open is None and not cur.sites[-1].form:
            self._push()
            cur = self.cur
        self._mark(mention)
        cur.sites.append(mention)

    def _is_place(self, mention: Mention) -> bool:
        """Whether a site only tells where: "compresses the root in the lateral recess"."""
        if mention.value not in ("canal", "foramen", "recess") or mention.form:
            return False
        before = self._peek(-1)
        step = -1
        while before is not None and before.kind in ("side", "level"):
            step -= 1
            before = self._peek(step)
        if before is None or before.kind != "of" or self.words[before.i] not in _PLACES:
            return False
        if self.open is not None:
            return bool(self.cur.sites or any(c.sites for c in self.conjuncts))
        return bool(self.last) and self.last[-1].j >= before.i - 4 and self.last[-1].finding in ("nerve_root", "thecal_sac", "")

    def _next_is(self, kind: str) -> bool:
        following = self._peek()
        return following is not None and following.kind == kind and following.i == self.mentions[self.index].j

    def on_zone(self, mention: Mention) -> None:
        self.cur.zone = True
        if self.last and self.last[-1].finding == "herniation" and self.cur.sides and not self.cur.sites and not self._finding_ahead():
            if not self.last[-1].sides:
                self.last[-1].sides = self.cur.sides
                self.herniation_side = self.cur.sides if self.cur.sides in (1, 2) else 0
            self.cur.sides = 0

    def _finding_ahead(self) -> bool:
        for mention in self.mentions[self.index + 1 : self.index + 5]:
            if mention.kind == "finding":
                return True
            if mention.kind in ("mark", "breaker", "pred", "open"):
                return False
        return False

    def on_mm(self, mention: Mention) -> None:
        for frame in self.last:
            if frame.finding in SLIPS and not frame.mm and self.cur.empty:
                frame.mm = mention.number
                return
        self.cur.mm = mention.number

    def on_number(self, mention: Mention) -> None:
        if mention.form == "grade":
            for frame in self.last:
                if frame.finding in SLIPS and frame.number is None and self.cur.empty and self._peek(-1) is not None:
                    frame.number = mention
                    return
        if self.cur.number is not None or (self.cur.sides and self.cur.grade):
            self._push()
        self.cur.number = mention
        self._mark(mention)

    # -------------------------------------------------------------------- scope

    def on_neg(self, mention: Mention) -> None:
        previous = self._peek(-1)
        if mention.value == "not" and previous is not None and previous.kind == "cap":
            return
        if self.open is not None and (self.cur.sites or any(c.sites for c in self.conjuncts) or self.open.form == "noun"):
            self._close_open()
        if mention.value == "not" and self._is_elliptic_side():
            self.cur.neg = "not"
            return
        rest = self.cur.rest if self.cur.empty else ""
        self._push()
        self.excepting = False
        self.neg = mention.value
        self.neg_heads = 0
        self.neg_grade = (0, "")
        self.neg_frees = self.words[mention.i] in ("clear", "free") and mention.j - mention.i == 2
        self._fresh()
        self.cur.rest = rest

    def _is_elliptic_side(self) -> bool:
        """Whether "the right one is not" ends a clause about the side alone."""
        cur = self.cur
        return bool(cur.sides and not cur.sites and not cur.grade and self.last) and self._ends_clause()

    def _ends_clause(self) -> bool:
        following = self._peek()
        return following is None or following.kind in ("mark", "breaker", "conj")

    def on_post_neg(self, mention: Mention) -> None:
        previous = self._peek(-1)
        at_start = self.cur.empty and (
            previous is None
            or previous.kind in ("conj", "level", "breaker", "levelref", "restword", "of")
            or (previous.kind == "mark")
            or previous.kind == "cop"
        )
        single = mention.j == mention.i + 1 and mention.value == "no"
        if single and (
            (self.cur.sides
            and not self.cur.sites)
            or self.cur.level
            or (at_start and (self.topic or self.last) and not (previous is not None and previous.kind == "cop"))
        ):
            self._mark(mention)
            self.cur.grade = NONE
            return
        if self.open is not None:
            self._close_open()
        elif not self.cur.empty and self.cur.sites:
            self._fresh()
        targets = self.frames[self.clause_start :] if mention.value == "gone" or not self.last else self.last
        for frame in targets or self.last:
            if mention.value == "gone":
                frame.gone = True
            if not frame.neg:
                frame.neg = "no"
                frame.hedge = False

    def on_hedge(self, mention: Mention) -> None:
        if mention.value == "post":
            self._finish_open()
            for frame in self.last:
                frame.hedge = True
                frame.neg = ""
            return
        self._push()
        self.hedge = True
        self.hedge_heads = 0
        self.cur.hedge = True

    def on_conj(self, mention: Mention) -> None:
        before, after = self._peek(-1), self._peek(1)
        if before is not None and before.kind == "vertebra" and after is not None and after.kind == "vertebra":
            return
        self._settle_predicate_grade()
        self.focus = False
        value = mention.value
        if self.words[mention.i] == "/":
            value = "/"
        if value == "and" and self.neg == "not" and self.neg_heads and not self._list_goes_on():
            self.neg = ""
        if value in ("and", ",") and self.hedge and self.hedge_heads:
            self.hedge = False
        self._push(value)

    def _settle_predicate_grade(self) -> None:
        """Let "narrowing is considerable, ..." take its grade before a new item begins."""
        before, verb = self._peek(-1), self._peek(-2)
        if before is None or before.kind != "grade" or verb is None or verb.kind != "cop":
            return
        cur = self.cur
        if self.last and not self.conjuncts and not cur.sites and not cur.sides and cur.grade:
            self._fresh()
            self._modify_last(cur)

    def on_mark(self, mention: Mention) -> None:
        mark = mention.value
        if mark == ",":
            self._settle_predicate_grade()
            self.focus = False
            if self.neg == "not" and self.neg_heads and not self._list_goes_on():
                self.neg = ""
            if self.hedge and self.hedge_heads:
                self.hedge = False
            self._push(",")
            self.item_start = len(self.frames)
        elif mark in (";", ":", "->", "-->", "-", "*", "="):
            if mark == "-" and not self._is_dash(mention):
                return
            if mark == ":" and self.topic is None and self.frames and self._peek() is not None and self.dropping:
                self.dropping = False
            self._boundary()
            if mark in (";", ":"):
                self.clause_start = len(self.frames)
        elif mark == "(":
            self.depth += 1
            self.focus = False
            self._push("(")
        elif mark == ")" and not self.depth:
            return
        elif mark == ")":
            self.depth -= 1
            self.focus = False
            if self.open is None or not self.cur.empty:
                self.flush(keep_subject=True)
        elif mark == "?":
            following = self._peek()
            if following is not None and following.i == mention.j:
                self.hedge = True
                self._push()
        elif mark in "/&":
            self._push("/" if mark == "/" else "and")

    def _is_dash(self, mention: Mention) -> bool:
        before = mention.i > 0 and self.words[mention.i - 1] not in (",",)
        return before

    def _boundary(self) -> None:
        self.flush()
        self.item_start = len(self.frames)
        self.neg = ""
        self.hedge = False
        self.focus = False
        self._fresh()

    def on_breaker(self, mention: Mention) -> None:
        value = mention.value
        if value == "cause":
            comma = self._peek(-1)
            keep = bool(self.neg) and not (comma is not None and comma.kind == "mark")
            neg = self.neg
            self.flush()
            self.neg = neg if keep else ""
            self._fresh()
            return
        if value == "which" and self.place and self.words[mention.i] in ("which", "where"):
            self._boundary()
            self.subject, self.place = self.place, []
            return
        if value == "which":
            if self.words[mention.i] in ("where", "which") and self.focus_level is not None:
                self.level = self.focus_level
                self.focus_level = None
            if self.words[mention.i] in ("there", "is", "are", "it", "this", "these", "they"):
                negated = self.neg if not self.neg_heads and self.words[mention.i] in ("is", "are") else ""
                if mention.j - mention.i > 1 and self.words[mention.i] in ("is", "are"):
                    return
                self._boundary()
                self.neg = negated
                self._fresh()
                return
            if self.neg and not self.neg_heads and self.words[mention.i] in _SHOWS:
                return
        if value == "but" and "only" in self.words[mention.i : mention.j]:
            self._push()
            self.neg = ""
            self._fresh()
            return
        if value == "with" and self.neg == "" and self.open is not None and self.cur.empty:
            return
        self._boundary()

    def on_except(self, mention: Mention) -> None:
        self.flush()
        self.neg = ""
        self.hedge = False
        self._fresh()
        self.excepting = True
        self.except_start = len(self.frames)

    def on_focus(self, mention: Mention) -> None:
        self._finish_open()
        if self.cur.empty or not self.cur.grade:
            self.focus = True
        else:
            self.focus = True

    def on_story(self, mention: Mention) -> None:
        self.story = True

    def on_advice(self, mention: Mention) -> None:
        if self.words[mention.i] == "?" and self.frames:
            return
        self.flush()
        self.dropping = True
        self.index = len(self.mentions)

    def on_cop(self, mention: Mention) -> None:
        self.focus = False
        if self.open is None or self.open.kind != "pred" or self.open.form not in ("noun", "either"):
            return
        subject = self.cur
        if subject.sites and any(c.sites for c in self.conjuncts) and self._has_article(subject.sites[0]):
            self._fresh()
            self._close_open()
            self.cur = subject
        else:
            self._close_open()

    def _has_article(self, site: Mention) -> bool:
        return self.words[site.i] == "the" or (site.i > 0 and self.words[site.i - 1] == "the")

    def on_present(self, mention: Mention) -> None:
        """"Up to moderate narrowing is present": the lower end is out."""
        self._finish_open()
        for frame in self.last:
            if frame.cap == "at_most" and not frame.neg:
                frame.grade &= ~NONE
                frame.cap = ""

    def on_restword(self, mention: Mention) -> None:
        self.cur.rest = self.words[mention.i]

    # ------------------------------------------------------------------- levels

    def on_level(self, mention: Mention) -> None:
        group = mention.group
        assert group is not None
        before = self.words[mention.i - 1] if mention.i else ""
        if before in ("below", "above") and group.levels:
            beyond = max(group.levels) if before == "below" else min(group.levels)
            levels = tuple(k for k in LUMBAR if (k > beyond if before == "below" else k < beyond))
            self._on_levels(LevelRef(levels, "", mention.i, mention.j), True)
            return
        self._on_levels(
            LevelRef(group.levels, "", mention.i, mention.j, group.slip, group.outside and not group.levels),
            mention.form == "at",
        )

    def on_levels(self, mention: Mention) -> None:
        ref = LevelRef(mention.rule.levels, "", mention.i, mention.j)
        prepositional = self._prepositional(mention)
        if not prepositional and self.words[mention.j - 1] in _DISC_WORDS:
            self.cur.sites.append(Mention(_DISCS, mention.j - 1, mention.j))
        self._on_levels(ref, prepositional)

    def on_levelref(self, mention: Mention) -> None:
        ref = LevelRef((), mention.value, mention.i, mention.j)
        if self.words[mention.i] in ("no", "neither") and mention.value in ("any", "both"):
            self._push()
            self.neg = "no"
            self.neg_heads = 0
            self._fresh()
            self.level = ref
            return
        if mention.value in ("this", "these") and self.levels_seen:
            own = self.levels_seen[-1]
            if own.levels or own.ref not in ("this", "these"):
                ref = LevelRef(own.levels, own.ref, mention.i, mention.j)
        if mention.value in ("multi", "vague"):
            if mention.value == "vague" and self.last and self.cur.empty:
                for frame in self.last:
                    if frame.level is None or frame.inherited:
                        frame.level, frame.inherited = ref, False
                self.level = ref
                return
            self.level = ref
            return
        if (
            mention.value == "all"
            and self.words[mention.i] in ("lumbar", "the", "intervertebral", "discs")
            and not self._prepositional(mention)
        ):
            site = Mention(_DISCS, mention.j - 1, mention.j)
            if self.words[mention.j - 1] in ("discs", "disks"):
                self.cur.sites.append(site)
                if self.level is None:
                    self.level = ref
                return
        spoken = self.words[mention.i : mention.j]
        if (any(w in _DISC_WORDS for w in spoken) or spoken[:1] == ["the"] and spoken[-1] == "others" and len(spoken) == 3) and mention.value in (
            "rest",
            "discs_above",
            "both",
            "above",
            "below",
        ):
            self.cur.sites.append(Mention(_DISCS, mention.j - 1, mention.j))
        self._on_levels(
            ref, self._prepositional(mention) or mention.value in ("rest", "any", "this", "former", "latter", "all")
        )

    def _prepositional(self, mention: Mention) -> bool:
        return self.words[mention.i] in ("at", "of", "in", "on", "for", "through", "throughout", "within") or (
            mention.i > 0 and self.words[mention.i - 1] in ("at", "of", "in", "on", "for", "from")
        )

    def _on_levels(self, ref: LevelRef, prepositional: bool) -> None:
        self.levels_seen.append(ref)
        if self.excepting:
            self._except_levels(ref)
            return
        self._finish_open_at_level(prepositional)
        bare = [
            frame
            for frame in self.frames[self.clause_start :]
            if frame.level is None
            or frame.inherited
            or frame.level.ref == "multi"
            or (frame.soft and frame in self.frames[self.item_start :])
        ]
        if not bare and prepositional and self.cur.empty and self._ends_item(self._peek()) and self._second_item():
            bare = list(self.last)
        if self.focus:
            self.focus = False
            if bare and all(f.inherited is False for f in bare):
                self._assign(bare, ref)
                self.level = ref
            else:
                self.focus_level = ref
            return
        if ref.slip:
            self._slip_level(ref, bare)
            return
        if not prepositional and self._grades_wait():
            self.flush()
        cur = self.cur
        following = self._peek()
        if prepositional and not bare and cur.empty and self.last and self._repeats(following):
            twins = [frame.copy() for frame in self.last]
            for twin in twins:
                twin.level = ref
            self.frames.extend(twins)
            self.last = twins
            self.level = ref
            return
        if (cur.grade or (cur.sides and (self.topic is not None or (self.last and not bare)))) and not cur.sites and prepositional and self._ends_item(following):
            cur.level = ref
            return
        if bare and prepositional and not self._new_clause(following):
            if cur.empty and not self.conjuncts:
                self._assign(bare, ref)
                self.level = ref
                return
            self._assign([f for f in bare if f not in self.last] or bare, ref) if not cur.sites else None
        elif bare and not prepositional and cur.empty and (
            not any(f.inherited for f in bare)
            or (self._ends_item(following) and not self._after_joint())
            or bare[-1].head.j == ref.i
        ):
            self._assign(bare, ref)
        if not cur.empty and (cur.grade or cur.sides) and not prepositional:
            cur.level = ref
            self.level = ref
            return
        if not prepositional or cur.empty:
            if cur.empty and self.frames and any(f.level is not None and not f.inherited for f in self.frames):
                self.flush()
                self.neg = ""
                self._fresh()
        self.level = ref
        self.level_used = False
        self.last_open = False
        if self.neg and self.neg_heads:
            self.neg = ""
            self.cur.neg = ""

    def _grades_wait(self) -> bool:
        """Whether grades wait that belong to the level before: "L2-3 minimal, | L3-4 mild"."""
        if len(self.levels_seen) < 2:
            return False
        waiting = [c for c in [*self.conjuncts, self.cur] if not c.empty]
        return bool(waiting) and all(c.level is None for c in waiting) and any(c.grade for c in self.conjuncts)

    def _second_item(self) -> bool:
        """Whether the last heads follow others at the same level: "at L4-5 X, and Y | at L5-S1"."""
        level = self.last[-1].level if self.last else None
        return level is not None and any(f.level is level for f in self.frames if f not in self.last)

    def _after_joint(self) -> bool:
        before = self._peek(-1)
        return before is not None and before.kind in ("mark", "conj", "breaker")

    def _repeats(self, following: Mention | None) -> bool:
        """Whether "..., and at L5-S1" says of another level what was said before."""
        if following is not None and not (following.kind == "mark" and following.value in ",;)"):
            return False
        before = self._peek(-1)
        if before is not None and before.kind == "of":
            before = self._peek(-2)
        return before is not None and before.kind == "conj" and self.last[-1].finding in ("herniation", "bulge")

    def _ends_item(self, following: Mention | None) -> bool:
        if following is not None and following.kind == "side":
            behind = self._peek(2)
            return behind is None or behind.kind in ("mark", "conj", "breaker")
        return following is None or following.kind in ("conj", "mark", "breaker", "focus", "except", "side_post", "to")

    def _new_clause(self, following: Mention | None) -> bool:
        """Whether "..., at L4-5 <finding>" opens a clause instead of closing the last."""
        previous = self._peek(-1)
        if previous is None or following is None:
            return previous is None
        if previous.kind == "of":
            previous = self._peek(-2)
        if previous is None or not (previous.kind == "conj" or (previous.kind == "mark" and previous.value in ",;")):
            return False
        if following.kind in ("mark", "conj"):
            return False
        return any(f.level is not None and not f.inherited for f in self.frames)

    def _assign(self, frames: list[Frame], ref: LevelRef) -> None:
        self.level_used = True
        for frame in frames:
            frame.level = ref
            frame.inherited = frame.soft = False

    def _except_levels(self, ref: LevelRef) -> None:
        self.excepting = False
        self.aside.append(ref)
        sides = self.cur.sides
        if self.frames:
            for frame in self.frames[self.clause_start : self.except_start]:
                if frame.finding not in ("normal_alignment", *SLIPS):
                    frame.exclude.append((ref, sides))
            self._assign([f for f in self.frames[self.except_start :] if f.level is None or f.inherited or f.soft], ref)
            self.level = ref
            if self.cur.empty or (sides and not self.cur.grade):
                self._fresh()
                self.exclude_side = sides
            else:
                self.cur.level = ref
            self.clause_start = len(self.frames)
        else:
            self.pending_exclude = ref
            self._fresh()

    def _slip_level(self, ref: LevelRef, bare: list[Frame]) -> None:
        slips = [f for f in self.frames if f.finding in SLIPS and (f.level is None or f.inherited or f.soft or not f.level.slip)]
        if slips and self.cur.empty:
            self._assign(slips, ref)
        elif not self.cur.empty or not self.frames or not any(f.finding in SLIPS for f in self.frames):
            self.cur.level = ref
        else:
            twin = next(f for f in reversed(self.frames) if f.finding in SLIPS).copy()
            twin.level = ref
            self.frames.append(twin)
            self.last = [twin]
        self.level = ref

    def on_vertebra(self, mention: Mention) -> None:
        from deepspine.labeling.level_mentions import vertebra

        name = vertebra(self.words[mention.i])
        if name:
            self.vertebrae.append(name)
        if self._means_root(mention):
            self.cur.sites.append(Mention(_SITES["root"].rule, mention.i, mention.j))

    def _means_root(self, mention: Mention) -> bool:
        """Whether a bare "L5" stands for its root: "compressing left S1", "with L5 affection"."""
        following = self._peek()
        if following is not None and following.kind in ("site", "vertebra"):
            return False
        if following is not None and following.kind == "pred" and following.i == mention.j:
            return following.value in _ROOT_PREDICATES
        if self.open is None or self.open.value not in _ROOT_PREDICATES or self.open.form not in ("verb", "noun", "either"):
            return False
        behind = self.words[mention.j : mention.j + 1]
        return not behind or behind[0] in (".", ",", "and", ";", ")", "\n", "in", "within", "root", "bilaterally", "more")

    def _slip_levels(self) -> None:
        """Give slips and endplates the level that single vertebrae spell: "L4 lies 4 mm in front of L5"."""
        from deepspine.labeling.level_mentions import INDEX

        if not self.vertebrae:
            return
        for frame in self.frames:
            if frame.finding in SLIPS and (frame.level is None or frame.inherited or frame.level.ref in ("all", "any")):
                for a, b in zip(self.vertebrae, self.vertebrae[1:], strict=False):
                    index = INDEX.get(f"{a}-{b}")
                    if index is not None:
                        frame.level, frame.inherited = LevelRef((index,), "", frame.i, frame.j, slip=True), False
                        break
            elif frame.finding == "modic":
                self._endplate_level(frame)

    def _endplate_level(self, frame: Frame) -> None:
        """Give a Modic change the disc that its endplate borders: "superior endplate of L3" is L2-L3."""
        from deepspine.labeling.level_mentions import INDEX

        others = [f.head.i for f in self.frames if f.finding == "modic" and f.head.i > frame.head.i]
        start = self.mentions[0].i if frame is next(f for f in self.frames if f.finding == "modic") else frame.head.i
        end = min(others) if others else self.mentions[-1].j
        found = [key for key in self._endplates(start, end) if key in INDEX]
        if found:
            levels = tuple(INDEX[key] for key in dict.fromkeys(found))
            frame.level, frame.inherited = LevelRef(levels, "", frame.i, frame.j), False

    def _endplates(self, start: int, end: int) -> list[str]:
        words = self.words
        found = []
        for index in range(start, end):
            upper = words[index] in ("superior", "upper", "sup")
            if not upper and words[index] not in ("inferior", "lower", "inf"):
                continue
            for ahead in range(index + 1, min(index + 7, end)):
                name = _vertebra_name(words[ahead])
                if name is not None:
                    found.append(_disc_above(name) if upper else _disc_below(name))
                    break
        return found

    # -------------------------------------------------------------------- heads

    def on_head(self, mention: Mention) -> None:
        chain_sites = bool(self.cur.sites) or any(c.sites for c in self.conjuncts)
        if self.open is not None:
            chain_sites = self._split_open(mention)
        elif chain_sites and mention.kind == "pred":
            chain_sites = self._drop_unfit_sites(mention)
        form = mention.form
        if not chain_sites and (mention.kind == "open" or form == "part"):
            waiting = [c for c in self.conjuncts if c.grade and (c.level or c.sides)]
            if waiting:
                self.conjuncts = [c for c in self.conjuncts if c not in waiting]
                for conjunct in waiting:
                    self._elliptic(conjunct)
        if mention.kind == "open":
            form = "part"
        previous, following = self._peek(-1), self._peek()
        if form == "either":
            form = self._noun_or_verb(mention, chain_sites, following)
        if self.neg:
            self.neg_heads += 1
            if mention.kind == "open" and self.neg == "no" and self.neg_heads > 1:
                self.neg = ""
                self.cur.neg = ""
        if self.hedge:
            self.hedge_heads += 1
        if form == "verb":
            self._open(mention)
        elif form == "noun":
            if chain_sites:
                self._reduce(mention)
            elif self._object_ahead(following):
                self._open(mention)
            else:
                self._open(mention)
                self._finish_open()
        else:
            self._participle(mention, chain_sites, previous, following)

    def _shared_object(self) -> bool:
        """Whether the site is said with a second head: "narrowing of the right and moderate narrowing of the left foramen"."""
        head = self.mentions[self.index]
        again = False
        for mention in self.mentions[self.index + 1 : self.index + 8]:
            if mention.kind == "pred":
                if mention.value != head.value:
                    return False
                again = True
            elif mention.kind == "site":
                return again
            elif mention.kind not in ("side", "side_post", "conj", "grade", "of"):
                return False
        return False

    def _drop_unfit_sites(self, mention: Mention) -> bool:
        """Take sites that a predicate cannot be said of out of its way: "the disc is ..., with no | stenosis"."""
        table = meanings()
        chain = [*self.conjuncts, self.cur]
        sites = [site.value for conjunct in chain for site in conjunct.sites]
        if any((mention.value, site) in table or site in ("other", "cord") for site in sites):
            return True
        if not all(site in ("disc", "level", "disc_height", "disc_signal", "disc_contour") for site in sites):
            return True
        for conjunct in chain:
            conjunct.sites = []
        return False

    def _object_ahead(self, following: Mention | None) -> bool:
        """Whether a noun's object stands behind it: "narrowing | of the left recess"."""
        if following is None:
            return False
        if following.kind == "side_post":
            return self._site_within(3) or self._shared_object()
        return following.kind in ("of", "site", "side", "vertebra")

    def _noun_or_verb(self, mention: Mention, chain_sites: bool, following: Mention | None) -> str:
        if self.cur.sites and self.cur.sites[-1].value in (
            "canal",
            "foramen",
            "recess",
            "disc",
            "disc_height",
            "spine",
            "sac",
            "root",
        ):
            return "noun"
        if following is not None and following.i <= mention.j + 1 and following.kind in ("site", "side"):
            return "verb"
        return "noun"

    def _split_open(self, mention: Mention) -> bool:
        """Give the open verb the sites before the last one where the new head is a noun with a site of its own."""
        own: list[Conjunct] = []
        if mention.form in ("noun", "either") and self.cur.sites and self.open is not None and self.open.form != "noun":
            own = [self.cur]
            while self.conjuncts and self.conjuncts[-1].sites and all(s.form for s in self.conjuncts[-1].sites):
                own.insert(0, self.conjuncts.pop())
            if not self.conjuncts and len(own) == 1 and self.cur.joint == "":
                previous = [c for c in own if c.sites]
                if self.open.kind == "pred" and not any(s.form for s in previous[0].sites):
                    pass
            self._fresh()
            self._close_open()
            self.conjuncts = own[:-1]
            self.cur = own[-1]
            return True
        previous = self._peek(-1)
        if (mention.kind == "open" or mention.form == "part") and self.cur.sites and previous is not None:
            if previous.kind == "cop" or (previous.kind in ("site", "grade") and self.conjuncts and self.conjuncts[-1].joint == ","):
                own = [self.cur]
                self._fresh()
                self._close_open()
                self.cur = own[0]
                return True
        if not self.cur.sites and not self.cur.empty and self.cur.grade:
            own = [self.cur]
            self._fresh()
        self._close_open()
        if own:
            self.cur = own[0]
        return False

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

    def _close_open(self) -> None:
        head, opener = self.open, self.open_conjunct
        assert head is not None
        assert opener is not None
        self.open = self.open_conjunct = None
        conjuncts = [*self.conjuncts, self.cur]
        self.conjuncts = []
        self._fresh()
        frames: list[Frame] = []
        sited = [c for c in conjuncts if c.sites]
        side_shared = 0
        if not sited and self._object_later(head, opener, conjuncts):
            self.pending.append((head, opener))
            return
        if sited:
            if self.pending:
                frames += self._emit_pending(sited)
            for conjunct in sited:
                if not conjunct.grade and opener.grade:
                    conjunct.grade, conjunct.cap = opener.grade, opener.cap
                elif opener.grade and head.form != "verb":
                    pass
                if not conjunct.neg:
                    conjunct.neg = opener.neg
                conjunct.hedge = conjunct.hedge or opener.hedge
                if not conjunct.sides:
                    conjunct.sides = opener.sides if head.form != "verb" else 0
                if conjunct.level is None:
                    conjunct.level = opener.level
                for site in conjunct.sites:
                    frames += self._emit(head, site, conjunct)
                side_shared = conjunct.sides
        else:
            extra = [c for c in conjuncts if not c.empty]
            frames = self._siteless(head, opener, extra)
            if frames is None:
                return
        del side_shared
        if frames:
            self.last = frames

    def _object_later(self, head: Mention, opener: Conjunct, conjuncts: list[Conjunct]) -> bool:
        """Whether the object of a head is said with a later one: "narrowing of the right and of the left foramen"."""
        if head.form == "verb":
            return self._verb_ahead()
        sides = opener.sides or next((c.sides for c in conjuncts if c.sides), 0)
        if head.value != "narrow" or not sides:
            return False
        for mention in self.mentions[self.index : self.index + 5]:
            if mention.kind == "pred" and mention.value == head.value and mention is not head:
                opener.sides = sides
                return self._site_within(6)
            if mention.kind in ("site", "finding", "level", "open", "breaker"):
                return False
        return False

    def _verb_ahead(self) -> bool:
        """Whether another verb follows that may bring the object: "contacts but does not displace the root"."""
        for mention in self.mentions[self.index : self.index + 6]:
            if mention.kind == "pred" and mention.form in ("verb", "either"):
                return True
            if mention.kind in ("site", "finding", "level", "open"):
                return False
        return False

    def _emit_pending(self, sited: list[Conjunct]) -> list[Frame]:
        frames: list[Frame] = []
        for head, opener in self.pending:
            for conjunct in sited:
                twin = _clone(opener)
                twin.sides = opener.sides or conjunct.sides
                for site in conjunct.sites:
                    frames += self._emit(head, site, twin)
        self.pending = []
        return frames

    def _siteless(self, head: Mention, opener: Conjunct, extra: list[Conjunct]) -> list[Frame]:
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
                twin = _clone(opener)
                twin.sides = opener.sides or sides
                frames += self._emit(head, site, twin)
            if self.pronoun:
                for frame in frames:
                    frame.same = True
                self.pronoun = False
            return frames
        if value == "narrow":
            frame = self._frame("stenosis", GRADED, head, opener)
            return [frame]
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
                    return [(_SITES["roots" if frame.plural else frame.site], frame.sides)]
        return []

    def _participle(
        self, mention: Mention, chain_sites: bool, previous: Mention | None, following: Mention | None
    ) -> None:
        prenominal = (
            following is not None
            and (following.kind == "site" or (following.kind in ("side", "level") and self._site_within(2)))
            and not (previous is not None and previous.kind == "cop")
            and following.i <= mention.j + 2
            and (not self.cur.sites or following.i == mention.j)
        )
        quality = self._quality()
        if quality is not None and mention.kind == "open":
            self._of_quality(mention, quality)
            return
        if prenominal:
            if chain_sites:
                self._leave_subject()
            self._open(mention)
            return
        if chain_sites:
            self._reduce(mention)
            return
        subject = [c for c in self.subject if c.sites]
        extra = [c for c in [*self.conjuncts, self.cur] if not c.empty]
        opener = self.cur
        if not opener.grade and self.conjuncts and self.conjuncts[-1].grade:
            opener.grade = self.conjuncts[-1].grade
        self.conjuncts = []
        self._fresh()
        if subject:
            frames: list[Frame] = []
            for c in subject:
                for site in c.sites:
                    twin = _clone(opener)
                    twin.sides = opener.sides or c.sides
                    frames += self._emit(mention, site, twin)
            if frames:
                self.last = frames
            return
        if (
            following is not None
            and following.kind in ("of", "site", "side")
            and mention.kind == "pred"
            and mention.value == "crowd"
        ):
            self.cur = opener
            self._open(mention)
            return
        if opener.sides and self.previous_site is not None and self.topic is None:
            frames = self._emit(mention, self.previous_site, opener)
        else:
            frames = self._siteless(mention, opener, [])
        del extra
        if frames:
            self.last = frames

    def _quality(self) -> Mention | None:
        """Return the site that limits "normal *in height and signal*", if one does."""
        first, second = self._peek(1), self._peek(2)
        if first is not None and first.kind == "of" and second is not None and second.kind == "site":
            if second.value in ("disc_height", "disc_signal", "disc_contour", "alignment"):
                return second
        return None

    def _of_quality(self, mention: Mention, site: Mention) -> None:
        opener = self.cur
        opener.sites = []
        self.conjuncts = []
        self._fresh()
        self.last = self._emit(mention, site, opener)
        self.index += 2

    def _site_within(self, steps: int) -> bool:
        for step in range(1, steps + 2):
            mention = self._peek(step)
            if mention is None or mention.kind in ("mark", "conj", "breaker", "pred", "finding", "open"):
                return False
            if mention.kind == "site":
                return True
        return False

    def _leave_subject(self) -> None:
        self.flush(keep_subject=True)

    def _reduce(self, head: Mention) -> None:
        """Let a head take the conjuncts before it, sharing sites leftwards and grades rightwards."""
        chain = [c for c in [*self.conjuncts, self.cur] if not c.empty]
        cur = self.cur
        if not cur.sites and self.conjuncts and (head.form != "noun" or cur.neg) and (cur.grade or cur.neg or cur.hedge or cur.rest):
            chain = self._predicate_chain(chain)
        if any(s.value != "spine" for c in chain for s in c.sites):
            for conjunct in chain:
                conjunct.sites = [s for s in conjunct.sites if s.value != "spine"]
        sites: list[Mention] = []
        sided = [c for c in chain if c.sites]
        following: Conjunct | None = None
        for conjunct in reversed(chain):
            if conjunct.sites:
                sites = conjunct.sites
            elif sites and (conjunct.grade or conjunct.number or (conjunct.sides and same_polarity(conjunct, following))):
                conjunct.sites = sites
            following = conjunct
        frames: list[Frame] = []
        before: Conjunct | None = None
        for conjunct in chain:
            if not conjunct.sites:
                continue
            if before is not None and before.neg == conjunct.neg:
                if not conjunct.grade and before.grade and conjunct.number is None and not before.cap == "":
                    pass
                if not conjunct.grade and before.grade:
                    conjunct.grade, conjunct.cap = before.grade, before.cap
                if (
                    not conjunct.sides
                    and before.sides
                    and before.sites is not conjunct.sites
                    and all(s.form for s in conjunct.sites)
                ):
                    conjunct.sides = before.sides
                conjunct.hedge = conjunct.hedge or before.hedge
            if conjunct.level is None and before is not None:
                conjunct.level = before.level
            if conjunct.neg and self.neg:
                if conjunct.grade:
                    self.neg_grade = (conjunct.grade, conjunct.cap)
                elif self.neg_grade[0] and conjunct.number is None:
                    conjunct.grade, conjunct.cap = self.neg_grade
            for site in conjunct.sites:
                frames += self._emit(head, site, conjunct)
            before = conjunct
        self.subject = sided
        self.conjuncts = []
        self._fresh()
        if frames:
            self.last = frames

    def _predicate_chain(self, chain: list[Conjunct]) -> list[Conjunct]:
        """For "canal and foramina | mildly narrowed": the grade behind belongs to all sites before."""
        grade, cap, neg, hedge = self.cur.grade, self.cur.cap, self.cur.neg, self.cur.hedge
        kept = [c for c in chain if c is not self.cur]
        for conjunct in kept:
            if conjunct.sites:
                if not conjunct.grade:
                    conjunct.grade, conjunct.cap = grade, cap
                if not conjunct.sides:
                    conjunct.sides = self.cur.sides
                conjunct.neg = conjunct.neg or neg
                conjunct.hedge = conjunct.hedge or hedge
                conjunct.rest = conjunct.rest or self.cur.rest
        return kept

    def on_finding(self, mention: Mention) -> None:
        if self.open is not None:
            self._split_open_for_finding(mention)
        if self.neg:
            self.neg_heads += 1
        if self.hedge:
            self.hedge_heads += 1
        value = mention.value
        if value in ("degeneration_of",):
            self._degeneration(mention)
            return
        cur = self.cur
        if not cur.grade and self.conjuncts and not self.conjuncts[-1].sites and self.conjuncts[-1].grade:
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

    def _earlier_levels(self, mention: Mention, value: str, frames: list[Frame]) -> list[Frame]:
        """For "L4-5 left subarticular and L5-S1 central | protrusions": one more frame for each level before."""
        earlier = [c for c in self.conjuncts if c.level is not None and c.level is not frames[0].level]
        return [self._frame(value, self._finding_bits(mention, value), mention, c) for c in earlier if value]

    def _joined(self, mention: Mention) -> bool:
        previous = self._peek(-1)
        return previous is not None and previous.kind == "conj"

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

    def _split_open_for_finding(self, mention: Mention) -> None:
        own = None
        if self.cur.grade or self.cur.sides or self.cur.number or self.cur.mm:
            if not self.cur.sites or all(s.form or s.value == "disc" for s in self.cur.sites):
                own = self.cur
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

    def _normal_level(self, head: Mention, opener: Conjunct) -> list[Frame]:
        if self.topic is not None and self.topic.sites:
            frames: list[Frame] = []
            for site in self.topic.sites:
                twin = _clone(opener)
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

    def _is_bare_normal(self, head: Mention) -> bool:
        """Whether nothing but levels, links and the word itself makes up the sentence so far."""
        start = self.mentions[0].i if self.mentions else head.i
        covered = set()
        for mention in self.mentions[: self.index + 1]:
            covered.update(range(mention.i, mention.j))
            if mention.kind in ("site", "pred") and mention.value not in ("level", "disc", "abnormality", "spine"):
                return False
        has_level = self.at_header or (self.level is not None and self.level.ref not in ("any", "multi", "vague"))
        words = [
            w
            for k, w in enumerate(self.words[start : head.i], start)
            if k not in covered and w.isalpha() and w not in _LIGHT
        ]
        return has_level and not words

    # ------------------------------------------------------------------ emission

    def _frame(self, finding: str, bits: int, head: Mention, conjunct: Conjunct) -> Frame:
        frame = Frame(finding, bits, head, conjunct.i if conjunct.i >= 0 else head.i, head.j)
        frame.grade, frame.cap = conjunct.grade, conjunct.cap
        frame.neg, frame.hedge = conjunct.neg, conjunct.hedge
        frame.sides = conjunct.sides or self.exclude_side
        frame.mm, frame.number = conjunct.mm, conjunct.number
        frame.rest = conjunct.rest
        if conjunct.level is not None:
            frame.level = conjunct.level
        elif conjunct.rest and finding != "normal_level":
            frame.level = None
        elif self.level is not None:
            frame.level = self.level
            frame.soft = self.level_used
            frame.inherited = self.level not in self.levels_seen and self.level.ref not in ("multi",)
        if self.pending_exclude is not None:
            frame.exclude.append((self.pending_exclude, 0))
        self.frames.append(frame)
        self.last_open = True
        return frame

    def _emit(self, head: Mention, site: Mention, conjunct: Conjunct) -> list[Frame]:
        value = head.value
        meaning = meanings().get((value, site.value))
        if meaning is None:
            frame = self._frame("", GRADED, head, conjunct)
            frame.site = site.value
            self.foreign = self.foreign or site.value in ("other", "cord")
            return [frame]
        finding, bits = meaning
        if finding == "normal_level" and not self._is_bare_normal(head):
            return []
        if bits == ABSENT:
            if not conjunct.neg:
                return [self._frame("", GRADED, head, conjunct)]
            frame = self._frame(finding, 1, head, conjunct)
            frame.neg = ""
            frame.grade = 0
        else:
            frame = self._frame(finding, bits, head, conjunct)
            if head.kind == "open" or value == "widen":
                self._open_predicate(frame, conjunct)
        frame.site = site.value
        frame.plural = site.plural
        frame.named = site.value == "root" and site.i > 0 and _vertebra_name(self.words[site.i - 1]) is not None
        if not frame.sides and not frame.neg and not site.plural and self.herniation_side and site.value in ("foramen", "recess", "root"):
            frame.sides = self.herniation_side
        if not frame.sides and not frame.neg and not site.plural and site.value == "root":
            frame.sides = self.side_before
        if frame.sides in (1, 2) and site.value in ("foramen", "recess"):
            self.side_before = frame.sides
        if site.j:
            frame.i, frame.j = min(frame.i, site.i), max(frame.j, site.j)
        if frame.finding in STENOSES and head.value == "obliterate" and not frame.grade:
            frame.grade = 0
        return [frame]

    def _open_predicate(self, frame: Frame, conjunct: Conjunct) -> None:
        """ "Patent" is none; "not patent" is present without a grade."""
        frame.grade = 0
        if conjunct.neg and frame.finding in STENOSES:
            frame.bits, frame.neg = GRADED, ""
        elif conjunct.neg:
            frame.finding = ""

    # -------------------------------------------------------------------- flush

    def flush(self, keep_subject: bool = False) -> None:
        if self.open is not None:
            self._close_open()
        conjuncts = _merge_side_and_grade([*self.conjuncts, self.cur], self.last_open)
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

    def _headless(self, conjunct: Conjunct) -> bool:
        """A graded site without a head ("Foramina Lee 1 bilaterally", "mild canal") is a stenosis."""
        if not conjunct.grade and not (conjunct.number is not None and conjunct.number.form == "grade"):
            return False
        if self.last and self.last[-1].finding == "herniation" and all(s.form for s in conjunct.sites):
            return True
        found = False
        for site in conjunct.sites:
            if site.value in ("canal", "foramen", "recess"):
                self.last = self._emit(_NARROW, site, conjunct)
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
                        twin = _clone(conjunct)
                        twin.sides = conjunct.sides or c.sides
                        frames += self._emit(_NARROW, site, twin)
            self.last = frames
        elif self.topic is not None and (conjunct.grade or conjunct.number is not None or (conjunct.sides and conjunct.level)):
            self._of_topic(conjunct)

    def _of_topic(self, conjunct: Conjunct) -> None:
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
                twin = _clone(conjunct)
                twin.sides = conjunct.sides or topic.sides
                if site.value == "endplate":
                    if conjunct.grade == NONE:
                        frames.append(self._frame("modic", 1, site, twin))
                    elif conjunct.number is not None and conjunct.number.form == "type":
                        frames.append(self._frame("modic", conjunct.number.bits, conjunct.number, twin))
                elif site.value in ("canal", "foramen", "recess", "disc_signal"):
                    if conjunct.number is not None and not conjunct.grade:
                        twin.grade = _by_number(int(conjunct.number.number))
                    frames += self._emit(topic.predicate or _NARROW, site, twin)
                    if conjunct.grade == NONE:
                        for frame in frames:
                            frame.bits = 1
                elif site.value == "facet":
                    frames.append(self._frame("facet_arthropathy", GRADED, site, twin))
                elif conjunct.grade == NONE and site.value in ("root", "sac"):
                    frames += self._emit(_NORMAL, site, twin)
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
            twin.sides, twin.level = conjunct.sides, conjunct.level
            twins.append(twin)
        if twins:
            self.frames.extend(twins)
            self.last = twins

    def _modify_last(self, conjunct: Conjunct) -> None:
        last = self.last
        if not conjunct.grade and conjunct.number is None:
            if conjunct.sides and conjunct.neg and not all(f.neg for f in last):
                twins = []
                for frame in last:
                    if not frame.sides or frame.sides & conjunct.sides == 0:
                        twin = frame.copy()
                        twin.sides, twin.neg, twin.level, twin.inherited = conjunct.sides, "no", frame.level, frame.inherited
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
                if not bare and conjunct.sides:
                    self._repeat_elsewhere(conjunct)
            return
        if conjunct.neg == "no" and not conjunct.sides and conjunct.level is None:
            return
        if conjunct.number is not None and not conjunct.grade:
            if any(f.finding in STENOSES or f.finding in ("facet_arthropathy", "stenosis") for f in last):
                conjunct.grade = _by_number(int(conjunct.number.number))
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
        if free and not (conjunct.grade == NONE):
            for frame in last:
                frame.grade, frame.cap = conjunct.grade, conjunct.cap
                frame.sides = frame.sides or conjunct.sides
                frame.hedge = frame.hedge or conjunct.hedge
                if conjunct.neg and not frame.neg:
                    frame.neg = "grade"
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
            twin.sides = conjunct.sides or (0 if conjunct.level is not None else frame.sides)
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


_SHOWS = frozenset("shows show demonstrates demonstrate has have reveals reveal showing".split())
_ROOT_PREDICATES = frozenset(("affect", "impinge", "compress", "contact", "displace"))
_PLACES = frozenset(("in", "within", "at", "into", "along", "behind"))
_LIST_KINDS = frozenset(("level", "levels", "levelref", "conj", "mark", "of", "to", "filler"))
_DISC_WORDS = frozenset(("discs", "disks", "disc", "disk"))
_LIGHT = frozenset(
    ["the", "a", "an", "level", "levels", "disc", "disks", "discs", "at", "is", "are", "was", "appear", "appears", "look", "looks", "all", "be", "both", "and", "to", "of", "it", "this", "these", "segment", "segments", "space", "spaces", "as", "well", "also", "s", "overall", "entirely", "quite", "remain", "remains", "lumbar", "intervertebral", "again", "images", "image", "series", "on", "sag", "sags", "sagittal", "sats", "axial"]
)


def _merge_side_and_grade(conjuncts: list[Conjunct], last_open: bool) -> list[Conjunct]:
    """Join "on the left" and "mild" of "L3-4 on the left, mild" where no head before could take the side."""
    if last_open or len(conjuncts) != 2:
        return conjuncts
    first, second = conjuncts
    if first.sides and not first.grade and not first.sites and second.grade and not second.sides and not second.sites:
        second.sides = first.sides
        return [second]
    return conjuncts


def same_polarity(first: Conjunct, second: Conjunct | None) -> bool:
    """Whether two conjuncts are both asserted or both denied."""
    return second is not None and bool(first.neg) == bool(second.neg)


def _clone(conjunct: Conjunct) -> Conjunct:
    twin = Conjunct(conjunct.neg, conjunct.hedge)
    twin.grade, twin.cap, twin.scale = conjunct.grade, conjunct.cap, conjunct.scale
    twin.sides, twin.level, twin.mm, twin.number, twin.i = (
        conjunct.sides, conjunct.level, conjunct.mm, conjunct.number, conjunct.i,
    )  # fmt: skip
    twin.rest = conjunct.rest
    return twin


def _by_number(number: int) -> int:
    """Published scales of stenosis, 0 to 3, as severity."""
    return 1 << min(number, 3)


def _vertebra_name(word: str) -> str | None:
    from deepspine.labeling.level_mentions import vertebra

    return vertebra(word) if word[-1].isdigit() else None


def _disc_above(name: str) -> str:
    order = ["T11", "T12", "L1", "L2", "L3", "L4", "L5", "S1", "S2"]
    return f"{order[order.index(name) - 1]}-{name}" if name in order[1:] else ""


def _disc_below(name: str) -> str:
    order = ["T11", "T12", "L1", "L2", "L3", "L4", "L5", "S1", "S2"]
    return f"{name}-{order[order.index(name) + 1]}" if name in order[:-1] else ""


def _rule(identity: str, kind: str, value: str, form: str = "", plural: bool = False) -> Mention:
    from deepspine.labeling.lexicon import Rule

    return Mention(Rule(identity, kind, value, (), form=form, plural=plural), 0, 0)


_NARROW = _rule("stenosis.graded_site", "pred", "narrow", "noun")
_NORMAL = _rule("open.topic", "open", "normal")
_DISCS = _rule("site.discs", "site", "disc", plural=True).rule
_SITES = {"root": _rule("site.root", "site", "root"), "roots": _rule("site.roots", "site", "root", plural=True), "sac": _rule("site.sac", "site", "sac")}

_HANDLERS = {
    "grade": ClauseReader.on_grade,
    "verb_grade": ClauseReader.on_verb_grade,
    "side": ClauseReader.on_side,
    "side_post": ClauseReader.on_side_post,
    "site": ClauseReader.on_site,
    "zone": ClauseReader.on_zone,
    "mm": ClauseReader.on_mm,
    "number": ClauseReader.on_number,
    "neg": ClauseReader.on_neg,
    "post_neg": ClauseReader.on_post_neg,
    "hedge": ClauseReader.on_hedge,
    "conj": ClauseReader.on_conj,
    "mark": ClauseReader.on_mark,
    "breaker": ClauseReader.on_breaker,
    "present": ClauseReader.on_present,
    "except": ClauseReader.on_except,
    "focus": ClauseReader.on_focus,
    "story": ClauseReader.on_story,
    "advice": ClauseReader.on_advice,
    "cop": ClauseReader.on_cop,
    "restword": ClauseReader.on_restword,
    "level": ClauseReader.on_level,
    "levels": ClauseReader.on_levels,
    "levelref": ClauseReader.on_levelref,
    "vertebra": ClauseReader.on_vertebra,
    "pred": ClauseReader.on_head,
    "open": ClauseReader.on_head,
    "finding": ClauseReader.on_finding,
}
