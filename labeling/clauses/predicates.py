"""Nouns, verbs and participles said of sites."""

from __future__ import annotations

from deepspine.labeling.clauses.frames import (
    LATERAL,
    LEFT,
    NONE,
    RIGHT,
    SIDES,
    SITES,
    Conjunct,
    Frame,
    clone,
    is_narrowed_disc,
    is_of_side_before,
    meanings,
    names_discs,
    same_polarity,
    severity_of_number,
    stand_in,
)
from deepspine.labeling.clauses.leftovers import Leftovers
from deepspine.labeling.mentions import Mention

_OPERATIONS = frozenset(("laminectomy", "fusion", "discectomy", "laminotomy", "hemilaminectomy", "surgery", "surgical"))
_VAGUE = frozenset(("spine", "level"))
"""Sites that another one in the same noun phrase makes precise: "adjacent segment foraminal | stenosis"."""

_BEFORE_OBJECT = (["both"], ["the"])
"""The word behind "narrow" that shows it to be a verb: "osteophytes narrow | the canal"."""

_DISC_SITES = frozenset(("disc", "level", "disc_height", "disc_signal", "disc_contour"))


class Predicates(Leftovers):
    """Nouns, verbs and participles said of sites."""

    def on_head(self, mention: Mention) -> None:
        """Take a predicate: a noun, verb or participle said of sites."""
        self._begin_verb(mention)
        before = self.conjuncts
        chain_sites = bool(self.cur.sites) or (bool(before) and any(c.sites for c in before))
        if self.open is not None:
            if mention.value == "affect" and self._peek(-1) is self.open:
                return
            chain_sites = self._split_open(mention)
        elif chain_sites and mention.kind == "pred":
            chain_sites = self._drop_unfit_sites(mention)
        form = "part" if mention.kind == "open" else mention.form
        if not chain_sites:
            self._settle_degrees_before(form)
        previous, following = self._peek(-1), self._peek()
        if form == "either":
            form = self._noun_or_verb(mention, chain_sites, following)
        self._count_head()
        if mention.kind == "open" and self.neg == "no" and self.neg_heads > 1:
            self.neg = self.cur.neg = ""
        if form == "verb":
            self._open(mention)
        elif form == "noun":
            self._noun(mention, chain_sites, following)
        else:
            self._participle(mention, chain_sites, previous, following)

    def _begin_verb(self, mention: Mention) -> None:
        """Read "narrow | the canal" as a verb; a verb may be of the worst level."""
        if self.words[mention.i : mention.j] == ["narrow"] and self.words[mention.j : mention.j + 1] in _BEFORE_OBJECT:
            mention.form = "verb"
        if mention.form == "verb":
            self._go_on_at_worst()

    def _noun(self, mention: Mention, chain_sites: bool, following: Mention | None) -> None:
        """Take a noun behind its site ("canal | stenosis") or before it ("narrowing | of the canal"), or two nouns.

        "Canal | stenosis or narrowing of the recess" are said of one site each.
        """
        object_ahead = self._object_ahead(following)
        if chain_sites:
            self._reduce(mention)
            if object_ahead and "or" in self.words[mention.i : mention.j]:
                self._open(mention)
            return
        if not object_ahead and following is not None and following.kind == "side_post" and following.i == mention.j:
            self.cur.sides = self.cur.sides or SIDES.get(following.value, 0)
        self._open(mention)
        if not object_ahead:
            self._finish_open()

    def _settle_degrees_before(self, form: str) -> None:
        """Give degrees with a side or level to the heads before: "mild on the left, | normal at L5-S1".

        Before a noun or verb only those with a level, to the heading.
        """
        if form != "part":
            self._settle_values_before()
            return
        waiting = [c for c in self.conjuncts if c.grade and (c.level or c.sides)] if self.conjuncts else ()
        if waiting:
            self.conjuncts = [c for c in self.conjuncts if c not in waiting]
            for conjunct in waiting:
                self._elliptic(conjunct)

    def _drop_unfit_sites(self, mention: Mention) -> bool:
        """Take sites that a predicate cannot be said of out of its way: "the disc is ..., with no | stenosis"."""
        table = meanings()
        if not self.conjuncts and len(self.cur.sites) == 1 and (mention.value, self.cur.sites[0].value) in table:
            return True
        chain = [*self.conjuncts, self.cur]
        sites = [site.value for conjunct in chain for site in conjunct.sites]
        if self._is_of_measured_sac(mention, chain) or self._lacks_effect(mention, chain) or self._begins(mention):
            sites = []
        if any(
            (mention.value, site) in table or site in ("other", "cord") or is_narrowed_disc(mention, site)
            for site in sites
        ):
            return True
        if not all(site in _DISC_SITES for site in sites):
            return True
        for conjunct in chain:
            conjunct.sites = []
        return False

    def _lacks_effect(self, noun: Mention, chain: list[Conjunct]) -> bool:
        """Whether a lesion is denied an effect on what follows: "scar without mass effect on | the left S1 root".

        An operation is denied what it should have mended: "laminectomy with no residual | stenosis".
        """
        sited = [conjunct for conjunct in chain if conjunct.sites]
        if not self.neg or any(conjunct.neg for conjunct in sited) or noun.form not in ("noun", "either"):
            return False
        table = meanings()
        suits = any((noun.value, site.value) in table for conjunct in sited for site in conjunct.sites)
        operated = all(self.words[site.i] in _OPERATIONS for conjunct in sited for site in conjunct.sites)
        return not suits and (operated or self._object_ahead(self._peek()))

    def _begins(self, noun: Mention) -> bool:
        """Whether a noun with its object begins: "on this study, | compression of the sac", "no fracture, no | ..."."""
        previous = self._peek(-1)
        if previous is not None and previous.kind == "grade":
            previous = self._peek(-2)
        if previous is None or self.cur.sites or noun.form not in ("noun", "either"):
            return False
        foreign = all(site.value in ("other", "cord") for conjunct in self.conjuncts[-1:] for site in conjunct.sites)
        joined = previous.value == "," or (previous.kind in ("conj", "neg") and foreign)
        return joined and self._object_ahead(self._peek())

    def _is_of_measured_sac(self, stenosis: Mention, chain: list[Conjunct]) -> bool:
        """Whether a sac is only measured to tell of the canal: "the sac measures 8 mm, consistent with | stenosis"."""
        sited = [conjunct for conjunct in chain if conjunct.sites]
        sacs = all(site.value == "sac" for conjunct in sited for site in conjunct.sites)
        return self.words[stenosis.i].startswith("stenos") and sacs and bool(sited) and bool(sited[-1].mm)

    def _split_open(self, mention: Mention) -> bool:
        """Give the open verb the sites before the last one where the new head is a noun with a site of its own."""
        own: list[Conjunct] = []
        own_site = bool(self.cur.sites) and not self._is_apart_from_roots(mention)
        if mention.form in ("noun", "either") and own_site and self.open is not None and self.open.form != "noun":
            own = [self.cur]
            while self.conjuncts and _waits_for_noun(self.conjuncts[-1]):
                own.insert(0, self.conjuncts.pop())
            self._fresh()
            self._close_open()
            self.conjuncts = own[:-1]
            self.cur = own[-1]
            return True
        if self._is_second_item(mention):
            own = [self.cur]
            while not self.conjuncts[-1].sites:
                own.insert(0, self.conjuncts.pop())
            self._fresh()
            self._close_open()
            self.conjuncts, self.cur = own[:-1], own[-1]
            return True
        previous = self._peek(-1)
        own_subject = previous is not None and (
            previous.kind == "cop"
            or (previous.kind in ("site", "grade") and bool(self.conjuncts) and self.conjuncts[-1].joint == ",")
        )
        if (mention.kind == "open" or mention.form == "part") and self.cur.sites and own_subject:
            subject = self.cur
            self._fresh()
            self._close_open()
            self.cur = subject
            return True
        stated = previous is not None and (previous.kind == "cop" or self._is_side_apart(mention, previous))
        if not self.cur.sites and (self.cur.grade or (self.cur.sides and stated)):
            own = [self.cur]
            self._fresh()
        self._close_open()
        if own:
            self.cur = own[0]
        return False

    def _is_apart_from_roots(self, noun: Mention) -> bool:
        """Whether roots are crowded, and "stenosis" tells where: "redundant nerve roots above the | stenosis"."""
        crowded = self.open is not None and self.open.value == "crowd"
        return crowded and self.words[noun.i].startswith("stenos")

    def _is_side_apart(self, state: Mention, previous: Mention) -> bool:
        """Whether a side behind a comma has a state of its own: "contact of both roots, the right | compressed"."""
        apart = bool(self.conjuncts) and bool(self.conjuncts[-1].sites) and self.conjuncts[-1].joint == ","
        return apart and previous.kind == "side" and state.form == "part"

    def _is_second_item(self, mention: Mention) -> bool:
        """Whether a noun begins an item of its own behind "narrowing of the foramen": "... and canal | stenosis"."""
        return (
            self.open is not None
            and self.open.form == "noun"
            and mention.form in ("noun", "either")
            and bool(self.cur.sites)
            and any(conjunct.sites for conjunct in self.conjuncts)
        )

    def _participle(
        self, mention: Mention, chain_sites: bool, previous: Mention | None, following: Mention | None
    ) -> None:
        """Take a participle or state before its site ("narrowed | canal") or behind it ("the canal is | narrowed")."""
        qualities = self._qualities() if mention.kind == "open" else []
        if qualities:
            self._of_qualities(mention, qualities)
        elif self._is_prenominal(mention, previous, following):
            if chain_sites:
                self._leave_subject(previous)
            self._open(mention)
        elif chain_sites and not (mention.value == "normal" and not self.cur.sites and self._is_of_level_alone()):
            self._reduce(mention)
        else:
            self._predicative(mention, following)

    def _is_prenominal(self, mention: Mention, previous: Mention | None, following: Mention | None) -> bool:
        """Whether a site follows that a participle belongs to: "narrowed | left foramen"."""
        if following is None or following.i > mention.j + 2 or (previous is not None and previous.kind == "cop"):
            return False
        if self.cur.sites and following.i != mention.j:
            return False
        if following.kind in ("levels", "levelref"):
            return following.i == mention.j and names_discs(self.words[following.i : following.j])
        return following.kind == "site" or (following.kind in ("side", "level") and self._site_within(2))

    def _predicative(self, mention: Mention, following: Mention | None) -> None:
        """Say a participle of the subject: "the foramina ..., which are mildly | narrowed"."""
        opener = self.cur
        if not opener.grade and self.conjuncts and self.conjuncts[-1].grade:
            opener.grade = self.conjuncts[-1].grade
        if opener.empty and self.conjuncts and not self.conjuncts[-1].sites:
            opener.sides = self.conjuncts[-1].sides
        self.conjuncts = []
        self._fresh()
        others = self.level is not None and self.level.ref in ("rest", "elsewhere")
        subject = [
            (site, 0 if others and site.value == "root" else conjunct.sides)  # "right L5 compressed, others | free"
            for conjunct in self.subject
            for site in conjunct.sites
        ]
        if mention.value == "unseen":
            self._leave_unseen(mention)
            return
        if mention.value == "normal" and self._is_of_level_alone():
            frames = [self._frame("normal_level", 1, mention, opener)]
        elif (other := self._other_side_before(mention, opener)) is not None:
            frames = self._emit(mention, SITES[other.site], opener)
        elif subject:
            frames = self._of_subject(mention, opener, subject)
        elif mention.value == "crowd" and following is not None and following.kind in ("of", "site", "side"):
            self.cur = opener
            self._open(mention)
            return
        elif opener.sides and self.previous_site is not None and self.topic is None:
            frames = self._emit(mention, self._site_before(mention) or self.previous_site, opener)
        else:
            frames = self._siteless(mention, opener, [])
        if frames:
            self.last = frames

    def _leave_unseen(self, unseen: Mention) -> None:
        """Tell nothing of heads right before what says that they cannot be seen: "Stenosis | not assessed"."""
        for frame in self.last:
            if all(mention.kind == "cop" for mention in self.mentions if frame.head.j <= mention.i < unseen.i):
                frame.finding = ""

    def _of_qualities(self, mention: Mention, sites: list[Mention]) -> None:
        """Read "the discs are normal | in height and signal": the heights and signals are."""
        opener = self.cur
        foreign = any(s.value in ("other", "cord") for c in [*self.conjuncts, opener] for s in c.sites)
        opener.sites = []
        self.conjuncts = []
        self._fresh()
        self.last = []
        for site in sites:
            other = foreign and site.value != "alignment"
            self.last += self._emit(mention, stand_in("site.other", "site", "other") if other else site, clone(opener))
        while self.mentions[self.index] is not sites[-1]:
            self.index += 1

    def _leave_subject(self, previous: Mention | None) -> None:
        """End the subject of "the facets mildly | narrow the canal"; the adverb stays with the verb."""
        grade, cap = 0, ""
        if previous is not None and previous.kind == "grade":
            grade, cap = self.cur.grade, self.cur.cap
            self.cur.grade, self.cur.cap = 0, ""
        self.flush()
        self.cur.grade, self.cur.cap = grade, cap

    def _reduce(self, head: Mention) -> None:
        """Let a head take the conjuncts before it, sharing sites leftwards and grades rightwards."""
        while self._ends_item_before():
            self._elliptic(self.conjuncts.pop(0))
        chain = self._chain_of(head)
        _read_scale(chain, narrowed=head.value == "narrow")
        sited = [c for c in chain if c.sites]
        if len(chain) > 1:
            _share_sites(chain)
        frames: list[Frame] = []
        before: Conjunct | None = None
        for conjunct in chain:
            if not conjunct.sites:
                continue
            if before is not None:
                if _only_names_site(conjunct, before):
                    continue
                _share_degree(before, conjunct)
            if conjunct.neg and self.neg:
                self._share_denied_degree(conjunct)
            for site in conjunct.sites:
                frames += self._emit(head, site, conjunct)
            before = conjunct
        self.subject = sited
        self.conjuncts = []
        self._fresh()
        if frames:
            self.last = frames

    def _say_own_degree(self, conjunct: Conjunct) -> bool:
        """Say a site's degree before another is open; returns whether it has one: "canal severe, foramina | patent"."""
        if not conjunct.sites or conjunct.grade <= NONE:
            return False
        conjunct.level = conjunct.level or self.level
        return self._headless(conjunct)

    def _chain_of(self, head: Mention) -> list[Conjunct]:
        """Return the conjuncts before a head that are its own."""
        cur = self.cur
        if head.kind == "open":
            self.conjuncts = [c for c in self.conjuncts if not self._say_own_degree(c)]
        if not self.conjuncts and len(cur.sites) == 1 and cur.sites[0].value != "spine":
            return [cur]
        chain = [c for c in [*self.conjuncts, cur] if not c.empty]
        if self.conjuncts and _goes_on_with_other_side(self.conjuncts[-1], cur):
            cur.sites = self.conjuncts[-1].sites
        if (
            not cur.sites
            and self.conjuncts
            and (head.form != "noun" or cur.neg or self._is_said_of_subject())
            and (cur.grade or cur.neg or cur.hedge or cur.rest)
        ):
            chain = self._predicate_chain(chain)
        if len(chain) > 1 and head.form != "noun":
            self._share_degrees_behind(chain)
        if head.form in ("noun", "either"):
            chain = _coordinated(chain)
        if cur.sites:
            chain = [c for c in chain if c is cur or not _is_only_measured(c, cur)]
        if any(s.value not in _VAGUE for c in chain for s in c.sites):
            for conjunct in chain:
                conjunct.sites = [s for s in conjunct.sites if s.value not in _VAGUE]
            chain = [conjunct for conjunct in chain if not conjunct.empty]
        return chain

    def _ends_item_before(self) -> bool:
        """Whether "mild left" belongs to the foramina before: "moderate right foraminal stenosis, | mild left, ..."."""
        first = self.conjuncts[0] if self.conjuncts else None
        if first is None or first.sites or not (first.grade and first.sides in (LEFT, RIGHT)) or first.joint != ",":
            return False
        if not self.last or any(frame.finding not in LATERAL or frame.sides & first.sides for frame in self.last):
            return False
        sites = [site.value for conjunct in [*self.conjuncts[1:], self.cur] for site in conjunct.sites]
        return bool(sites) and not any(site in ("foramen", "recess", "root", "facet") for site in sites)

    def _is_said_of_subject(self) -> bool:
        """Whether a noun's degree is the subject's: "the canal measures 8 mm, consistent with moderate | stenosis"."""
        subject = self.conjuncts[-1]
        return bool(subject.sites and not subject.grade and not subject.sites[-1].form and subject.joint == ",")

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


def _goes_on_with_other_side(before: Conjunct, conjunct: Conjunct) -> bool:
    """Whether a degree is that of the other side: "the right recess is severely and the left moderately | narrowed"."""
    graded = bool(before.grade and conjunct.grade) and bool(before.sites) and not conjunct.sites
    return graded and conjunct.sides in (LEFT, RIGHT) and before.sides == LEFT + RIGHT - conjunct.sides


def _waits_for_noun(conjunct: Conjunct) -> bool:
    """Whether "mild left" or "mild foraminal" can only belong to a noun that follows."""
    if conjunct.sites:
        return all(site.form for site in conjunct.sites)
    return bool(conjunct.grade and conjunct.sides)


def _is_only_measured(conjunct: Conjunct, last: Conjunct) -> bool:
    """Whether a site has a size and no degree: "canal diameter 12 mm, the foramina | narrowed"."""
    apart = conjunct.joint == "," or (conjunct.joint == "and" and not last.sites[-1].form)
    return apart and bool(conjunct.sites and conjunct.mm and not conjunct.grade)


def _coordinated(chain: list[Conjunct]) -> list[Conjunct]:
    """Drop sites that no comma or "and" joins to the noun's own: "the sac measures 8 mm, ... canal | stenosis"."""
    kept: list[Conjunct] = []
    for conjunct in reversed(chain):
        apart = not conjunct.joint or conjunct.mm
        if kept and conjunct.sites and apart and not conjunct.grade and not conjunct.neg:
            break
        kept.append(conjunct)
    return kept[::-1]


def _read_scale(chain: list[Conjunct], *, narrowed: bool) -> None:
    """Read numbers as degrees of a stenosis, or of a scale named before: "Lee 3 left and grade 1 right | stenosis"."""
    scaled = narrowed or any(conjunct.scale for conjunct in chain)
    for conjunct in chain if scaled else ():
        number = conjunct.number
        if number is not None and number.form == "grade" and not conjunct.grade:
            conjunct.grade = severity_of_number(number)


def _share_sites(chain: list[Conjunct]) -> None:
    """Give degrees without a site the next one's: "mild left and moderate right foraminal | stenosis"."""
    sites: list[Mention] = []
    following: Conjunct | None = None
    for conjunct in reversed(chain):
        if conjunct.sites:
            sites = conjunct.sites
        elif sites and (
            conjunct.grade
            or conjunct.number
            or (conjunct.sides and (conjunct.joint == "but" or conjunct.neg or same_polarity(conjunct, following)))
        ):
            conjunct.sites = sites
        following = conjunct


def _only_names_site(conjunct: Conjunct, before: Conjunct) -> bool:
    """Whether a site is but that of the sides before: "moderate left, mild right, | foraminal stenosis"."""
    shared = before.sites is conjunct.sites and bool(before.grade and before.sides)
    return shared and not conjunct.grade and not conjunct.sides


def _share_degree(before: Conjunct, conjunct: Conjunct) -> None:
    """Give a site without a degree that of the one before: "moderate canal and foraminal | stenosis"."""
    if before.neg == conjunct.neg:
        if not conjunct.grade and before.grade:
            conjunct.grade, conjunct.cap = before.grade, before.cap
        of_same_side = before.sites is not conjunct.sites and all(map(is_of_side_before, conjunct.sites))
        if not conjunct.sides and before.sides and of_same_side:
            conjunct.sides = before.sides
        conjunct.hedge = conjunct.hedge or before.hedge
        conjunct.rest = conjunct.rest or before.rest
    if conjunct.level is None:
        conjunct.level = before.level
