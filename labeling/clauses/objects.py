"""Heads that wait for what stands behind them, and heads whose site was said before."""

from __future__ import annotations

from itertools import dropwhile, pairwise

from deepspine.labeling.clauses.emission import Emission
from deepspine.labeling.clauses.frames import (
    BOTH,
    GRADED,
    LEFT,
    RIGHT,
    SIDES,
    SITES,
    STENOSES,
    Conjunct,
    Frame,
    clone,
    is_of_side_before,
    meanings,
)
from deepspine.labeling.clauses.normality import LIGHT
from deepspine.labeling.mentions import Mention
from deepspine.labeling.texts.markup import NEWLINE

ROOT_PREDICATES = frozenset(("affect", "affected", "impinge", "compress", "contact", "displace"))

_NEURAL = frozenset(("root", "sac", "cauda"))
"""Sites that "without impingement" speaks of behind another finding."""

_OF_DISC_ALONE = {"hydrated": "degeneration", "sound": "normal_disc"}
"""States that are said of discs, whether or not the sentence names one, and what they tell of it."""

_OF_OPENINGS = frozenset(("patent", "open", "adequate", "capacious", "narrowed", "stenosed", "stenotic"))
"""States of a foramen or recess, not of a root."""

_OF_ANY_PART = "degenerative_changes"
"""What a heading says of no part: a level that is normal below it is so altogether."""

_EFFECTS = frozenset(("causing", "producing", "creating", "resulting", "leading", "contributing"))
"""Words that make of a narrowing behind a worn disc that of the canal: "degeneration causing | narrowing"."""

_SHOWING = frozenset(("shows", "show", "demonstrates", "demonstrate", "reveals", "has", "have", "showing"))

_THEM = frozenset(("they", "these", "those", "both"))
_BEFORE_THEM = frozenset(("on", "the", "left", "right", "at", "this", "that", "level", "side", ",", "here"))
_MAX_TO_THEM = 10
"""How a sentence points to the openings of the one before, what may stand before, and how many words with it."""


class Objects(Emission):
    """Heads that wait for what stands behind them, and heads whose site was said before."""

    def _open(self, mention: Mention) -> None:
        opener, before = self.cur, self.conjuncts
        if before and not opener.grade and before[-1].grade and not before[-1].sites:
            opener.grade = before[-1].grade
        if before and opener.sides and _is_side_alone(before[-1], opener):
            opener.sides |= before[-1].sides
        sited = [c for c in [*before, opener] if c.sites]
        if sited:
            self.subject = sited
            opener.sites = []
        self.open = mention
        self.open_conjunct = opener
        self.conjuncts = []
        if before and mention.form in ("noun", "either"):
            self.conjuncts = [c for c in before if not c.sites and c.grade and (c.sides or c.level)]
        self._fresh()

    def _finish_open(self) -> None:
        if self.open is not None:
            self._close_open()

    def _finish_open_at_level(self) -> None:
        """Close the open head at a level, unless its object follows: "narrowing at L4-5 | of the canal".

        With an object of its own, and the level behind "and" or a comma, it ends: "narrowing of the canal and | L4-5
        left foraminal stenosis".
        """
        if self.open is None:
            return
        following = self._peek()
        object_follows = following is not None and following.kind in ("of", "site", "side")
        if following is not None and self.words[following.i : following.j] == ["bilaterally"]:
            behind = self._peek(2)
            object_follows = behind is not None and behind.kind == "site"
        if following is not None and following.kind != "of" and any(c.sites for c in self.conjuncts):
            object_follows = object_follows and not self._is_joined_level()
        if self.open.form in ("noun", "either") and not self.cur.sites and object_follows:
            return
        of_next = self.cur if self._grades_next() else None
        if of_next is not None:
            self._fresh()
        self._close_open()
        if of_next is not None:
            self.cur = of_next

    def _is_joined_level(self) -> bool:
        """Whether a level stands behind "and" or a comma, with a preposition or without: ", at | L4-5"."""
        before = self._peek(-1)
        return self._after_joint() or (before is not None and before.kind == "of" and self._is_joint(self._peek(-2)))

    def _grades_next(self) -> bool:
        """Whether a degree behind a state, which has none, waits for a head: "normal L5-S1 disc, mild | L3-4 bulge"."""
        cur = self.cur
        stated = self.open is not None and self.open.kind == "open" and any(c.sites for c in self.conjuncts)
        return stated and bool(cur.grade) and not cur.sites

    def _close_open(self) -> None:
        """Give the open head its objects, else what was said before: "narrowing of | the canal and both foramina"."""
        head, opener = self.open, self.open_conjunct
        assert head is not None
        assert opener is not None
        self.open = self.open_conjunct = None
        conjuncts = [*self.conjuncts, self.cur]
        self.conjuncts = []
        self._fresh()
        _share_objects(conjuncts)
        if len(conjuncts) > 1 and self._ends_item(self._peek(0)):
            _share_with_other_side(*conjuncts[-2:])
        sited = [c for c in conjuncts if c.sites and not _is_measured_canal(c)]
        if sited:
            if head.form == "verb":
                self._share_degrees_behind(sited)
            frames = self._of_objects(head, opener, sited)
            if frames:
                self.behind = _behind_objects(head, sited, conjuncts)
        elif self._object_later(head, opener, conjuncts):
            self.pending.append((head, opener))
            return
        else:
            frames = self._siteless(head, opener, [c for c in conjuncts if not c.empty])
        if frames:
            self.last = frames

    def _of_objects(self, head: Mention, opener: Conjunct, sited: list[Conjunct]) -> list[Frame]:
        """Say a head of its objects, with the degree and side before it where they have none of their own."""
        frames = self._emit_pending(sited) if self.pending else []
        side_before = 0
        for conjunct in sited:
            if not conjunct.grade and opener.grade:
                conjunct.grade, conjunct.cap = opener.grade, opener.cap
            conjunct.neg = conjunct.neg or opener.neg
            conjunct.hedge = conjunct.hedge or opener.hedge
            if not conjunct.sides and head.form != "verb":
                conjunct.sides = opener.sides
            if not conjunct.sides and all(map(is_of_side_before, conjunct.sites)):
                conjunct.sides = side_before
            side_before = conjunct.sides
            if conjunct.level is None:
                conjunct.level = opener.level
            conjunct.rest = conjunct.rest or opener.rest
            for site in conjunct.sites:
                frames += self._emit(head, site, conjunct)
        return frames

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

    def _siteless(self, head: Mention, opener: Conjunct, extra: list[Conjunct]) -> list[Frame]:
        """Find what a head without a site speaks of: the subject, the heading, else the canal."""
        if len(extra) > 1 or (extra and extra[0].sides and extra[0].grade and (opener.grade or opener.neg)):
            return self._each(head, opener, extra)
        if extra:
            first = extra[0]
            if not opener.grade:
                opener.grade, opener.cap = first.grade, first.cap
            opener.sides = opener.sides or first.sides
        if head.kind == "open":
            return self._siteless_state(head, opener)
        subject = self._subject_sites(head.value)
        if opener.neg and head.value in ROOT_PREDICATES and self.frames and self.topic is None:
            subject = [(site, sides) for site, sides in subject if site.value in _NEURAL]
        if self.words[head.i].startswith("stenos"):  # of neither discs nor roots
            subject = [] if _are_discs(subject) else [(site, sides) for site, sides in subject if site.value != "root"]
        if subject:
            return self._of_subject(head, opener, subject)
        if head.value == "narrow":
            return self._siteless_narrowing(head, opener)
        if head.value == "abnormality" and opener.neg:
            return self._normal_level(head, opener)
        return [self._frame(self._named_alone(head), GRADED, head, opener)]

    def _named_alone(self, head: Mention) -> str:
        """Return the finding of a noun that stands for itself at a level: "arthropathy", "reduced T2 signal"."""
        if head.value == "darken" and self.level is not None and not self.foreign and self._ends_at(head):
            return "" if self._is_told_of_no_disc() else "degeneration"
        return "facet_arthropathy" if head.value == "arthropathy" else ""

    def _ends_at(self, head: Mention) -> bool:
        """Whether nothing unknown stands behind a head: "reduced signal |, ...", not "... | of the liver"."""
        behind = self.words[head.j : head.j + 1]
        following = self._peek()
        known = following is not None and following.i == head.j and following.kind in ("mark", "conj", "breaker")
        return not behind or known or behind[0] in (".", NEWLINE)

    def _siteless_state(self, head: Mention, opener: Conjunct) -> list[Frame]:
        """Read "normal" and "patent" of the heading, and without one "normal" of the level, "hydrated" of the disc."""
        headed = self.topic is not None and bool(self.topic.sites) and not self.foreign
        if self._is_of_operation():
            return []
        if not headed and head.value in _OF_DISC_ALONE:
            return [] if self._is_of_no_disc() else [self._frame(_OF_DISC_ALONE[head.value], 1, head, opener)]
        return self._normal_level(head, opener) if headed or head.value == "normal" else []

    def _of_subject(self, head: Mention, opener: Conjunct, subject: list[tuple[Mention, int]]) -> list[Frame]:
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

    def _siteless_narrowing(self, head: Mention, opener: Conjunct) -> list[Frame]:
        """Read "desiccated and | narrowed" of the disc's height, "moderate | stenosis" of some canal."""
        entered = self._site_entered(head)
        if head.form == "verb" and entered is None:
            return []
        of_disc = self._narrows_disc(head, opener)
        if entered is not None:
            site_entered, sides = entered
            opener.sides = opener.sides or sides
            return self._emit(head, SITES[site_entered], opener)
        if opener.neg and self.neg:
            self._share_denied_degree(opener)
        other = self._other_side_before(head, opener)
        if other is not None:
            return self._emit(head, SITES[other.site], opener)
        site = self._site_before(head)
        goes_on = opener.sides or self.side_in_front or self._is_of_them(head)
        if goes_on and site is not None and site.value != "root" and self.topic is None and not of_disc:
            return self._emit(head, site, opener)
        if opener.sides and self._is_of_unknown_site(head):
            return [self._frame("", GRADED, head, opener)]
        return [self._frame("disc_height_loss" if of_disc else "stenosis", GRADED, head, opener)]

    def _site_before(self, head: Mention) -> Mention | None:
        """Return what the sentence before was about: a foramen or recess where a root is none of what is told."""
        return self.previous_opening if self.words[head.i] in _OF_OPENINGS else self.previous_site

    def _is_of_them(self, head: Mention) -> bool:
        """Whether "they", of the sentence before, are what is narrowed: "On the left they are mildly | narrowed"."""
        opening = self.words[self.start : min(head.i, self.start + _MAX_TO_THEM)]
        return head.form == "part" and next(dropwhile(_BEFORE_THEM.__contains__, opening), "") in _THEM

    def _other_side_before(self, head: Mention, opener: Conjunct) -> Frame | None:
        """Return the other side of a site, which a head without one goes on with.

        "Narrowing of the left foramen and severe | narrowing of the right", "...; the right is | patent", "narrowed on
        the left, where the root is abutted, and | patent on the right".
        """
        told = self.last or self.frames
        before = told[-1] if told else None
        sides, ahead = opener.sides, self._peek()
        if not sides and ahead is not None and ahead.kind == "side_post":
            sides = SIDES.get(ahead.value, 0)
        of_opening = sides != opener.sides or self.words[head.i] in _OF_OPENINGS
        if before is not None and before.finding == "nerve_root" and of_opening:
            before = next((frame for frame in reversed(self.frames) if frame.finding != "nerve_root"), None)
        if before is None or before.site not in ("foramen", "recess") or before.finding not in STENOSES:
            return None
        return before if sides in (LEFT, RIGHT) and before.sides | sides == BOTH else None

    def _narrows_disc(self, head: Mention, opener: Conjunct) -> bool:
        """Whether a narrowing is that of the disc: "Disc: severely | narrowed", "desiccated and | narrowed"."""
        topic = self.topic
        if (
            topic is not None
            and [site.value for site in topic.sites] == ["disc"]
            and self.words[head.i].startswith("narrow")
        ):
            return head.form == "part" or not (self.frames or opener.neg)
        before = self.last[-1].finding in ("degeneration", "disc_height_loss") if self.last else False
        if head.form != "part":
            between = self.words[self.last[-1].head.j : head.i] if before else []
            own = self.words[head.i] == "narrowing" and not (opener.sides or opener.neg)
            return own and ((before and _EFFECTS.isdisjoint(between)) or self._is_shown_by_disc(head))
        return before or self._goes_on_with_spaces(head)

    def _is_shown_by_disc(self, narrowing: Mention) -> bool:
        """Whether a disc, of which nothing was told yet, has a narrowing: "The L4-5 disc shows | narrowing"."""
        ahead = self.mentions[: self.mentions.index(narrowing)]
        said = [mention for mention in ahead if mention.kind not in ("grade", "of", "level")]
        shown = [mention.value for mention in said] == ["disc", "which"] and said[0].kind == "site"
        return shown and self.words[said[1].i] in _SHOWING

    def _goes_on_with_spaces(self, head: Mention) -> bool:
        """Whether levels go on with the disc spaces of the sentence before: "... preserved. L4-5 is | narrowed"."""
        if self.previous_finding != "disc_height_loss" or not self.words[head.i].startswith("narrow"):
            return False
        told = bool(self.levels_seen) or self._is_of_them(head)
        return self.topic is None and told and not self.subject

    def _is_of_unknown_site(self, head: Mention) -> bool:
        """Whether an unknown word stands between a side and a narrowing, which then is not the canal's."""
        place, unknown = head.i, False
        for mention in reversed(self.mentions[: self.mentions.index(head)]):
            between = self.words[mention.j : place]
            unknown = unknown or any(word.isalpha() and word not in LIGHT for word in between)
            if mention.kind not in ("cop", "grade"):
                return unknown and mention.kind == "side"
            place = mention.i
        return False

    def _each(self, head: Mention, opener: Conjunct, extra: list[Conjunct]) -> list[Frame]:
        """Read "moderate left, mild right | narrowing" of one site said before.

        The side behind a head has its degree: "mild narrowing | right, severe left".
        """
        frames: list[Frame] = []
        behind = next((conjunct for conjunct in extra if conjunct.i >= opener.i), None)
        if behind is not None and behind.sides and not (behind.grade or opener.sides):
            behind.grade, behind.cap, behind.neg = opener.grade, opener.cap, behind.neg or opener.neg
            opener = behind
            extra = [conjunct for conjunct in extra if conjunct is not behind]
        for conjunct in [*extra, opener] if opener.grade or opener.sides else extra:
            if conjunct.i >= opener.i and not conjunct.grade:
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
            found = [(site, self.topic.sides) for site in self.topic.parts if (predicate, site.value) in table]
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
        headed = self.topic.finding if self.topic is not None else None
        if headed is not None and headed.value != _OF_ANY_PART and head.kind == "open":
            frame = self._frame(headed.value, 1, head, opener)
            frame.bits = 1
            return [frame]
        if opener.rest and self.level is not None and self.level.levels and not self._describes_what_follows(head):
            frame = self._frame("normal_level", 1, head, opener)
            frame.finding = "normal_disc" if self._opens_with_disc() else "normal_level"
            return [frame]
        if self.frames and not any(f.finding == "normal_level" for f in self.frames):
            return []
        if self._is_bare_normal(head):
            frame = self._frame("normal_level", 1, head, opener)
            frame.neg = ""
            return [frame]
        return []


def _share_objects(conjuncts: list[Conjunct]) -> None:
    """Give levels and graded sides that wait for an object that of the next ones.

    "Narrowing of the left L4-5 and L5-S1 | foramina", "mild left and severe right narrowing of the | foramina".
    """
    for first, second in reversed(list(pairwise(conjuncts))):
        if not first.sites and (first.level is not None or (first.grade and first.sides)):
            first.sites = second.sites


def _share_with_other_side(object_: Conjunct, behind: Conjunct) -> None:
    """Give the other side behind an object its site: "narrowing of the left foramen and the | right"."""
    bare = behind.sides and not (behind.sites or behind.grade or behind.number or behind.level)
    if bare and object_.sites and object_.joint == "and" and object_.sides | behind.sides == BOTH:
        behind.sites = object_.sites


def _is_side_alone(conjunct: Conjunct, opener: Conjunct) -> bool:
    """Whether a conjunct is but the other side of the one behind: "no left | or right narrowing"."""
    joined = conjunct.joint in ("and", "or", "/") and bool(conjunct.neg) == bool(opener.neg)
    return joined and not conjunct.grade and not conjunct.sites and not opener.grade and conjunct.level is None


def _are_discs(subject: list[tuple[Mention, int]]) -> bool:
    """Whether only discs were spoken of, which lose height and have no stenosis: "heights preserved; no | stenosis"."""
    return all(site.value.startswith("disc") for site, _ in subject)


def _is_measured_canal(conjunct: Conjunct) -> bool:
    """Whether the canal is only measured: "narrowing the foramina, AP canal diameter | 10 mm"."""
    return bool(conjunct.mm) and conjunct.sites[0].value == "canal"


def _behind_objects(head: Mention, sited: list[Conjunct], conjuncts: list[Conjunct]) -> list[Conjunct]:
    """Return degrees and sides behind the last object that suits the head: "narrowing of the canal, | moderate"."""
    table = meanings()
    fit = [c for c in sited if any((head.value, site.value) in table for site in c.sites)] or sited
    behind = conjuncts[conjuncts.index(fit[-1]) + 1 :]
    return [c for c in behind if (c.grade or c.sides) and not c.sites]
