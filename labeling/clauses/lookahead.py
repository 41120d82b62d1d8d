"""What stands around the mention in hand: questions without side effects."""

from __future__ import annotations

from deepspine.labeling.clauses.frames import MODERATE, PLACES, SEVERE, Conjunct, share_degree_behind
from deepspine.labeling.clauses.state import State
from deepspine.labeling.level_mentions import beyond_vertebra, vertebra
from deepspine.labeling.mentions import Mention

_BEYOND = frozenset(("beyond", "outside"))
PLACING = frozenset(("in", "within", "at", "into", "along", "behind"))
BESIDE = frozenset(("above", "below"))
VERTEBRAL = frozenset(("level", "vertebra", "vertebral", "body"))
"""Nouns of a single vertebra; others are parts of it: "above the L4 pedicle"."""

ROOT_PREDICATES = frozenset(("affect", "impinge", "compress", "contact", "displace"))
SHOWS = frozenset(
    ("shows", "show", "showing", "demonstrates", "demonstrate", "demonstrating", "has", "have", "having", "reveals",
     "reveal", "revealing")
)  # fmt: skip

_GOVERNING = frozenset(("with", "to", "on", "upon", "of"))
"""Words at the end of a noun's phrase that ask for an object: "in contact with", "impression on"."""

_HEADS = frozenset(("finding", "pred"))
_OF_VERB = frozenset(("cop", "grade", "verb_grade", "filler"))
"""Kinds of mentions between a subject and its verb."""

_NEURAL = frozenset(("root", "sac", "cauda", "cord"))
_OF_TOUCH = frozenset(("side", "side_post", "of", "vertebra", "level", "conj", "restword", "filler"))
"""Kinds of mentions between a contact and the root or sac that it is of, a degree left out."""

_MAX_TOUCH = 8
"""Mentions from a link to a contact and its site."""

_OF_ITEM = _HEADS | {"site", "side", "side_post", "level", "of", "cop", "restword"}
_OPENING_ITEM = frozenset(("site", "finding", "side", "restword"))
_PLACES = frozenset(("conj", "level", "side", "side_post"))
_LISTING = frozenset((",", "and", "&", "/"))

_OPENING_CLAUSE = frozenset(("breaker", "finding", "grade", "mm", "neg", "number", "pred", "side", "site", "zone"))
"""Kinds of mentions that go on behind a level in front and its comma."""


class Lookahead(State):
    """What stands around the mention in hand: questions without side effects."""

    def _share_degrees_behind(self, chain: list[Conjunct]) -> None:
        """Give sites the degree behind the last of them: "canal and recesses are moderately, foramina mildly | ..."."""
        for place, conjunct in enumerate(chain):
            if place and self._is_graded_behind(conjunct):
                share_degree_behind(chain[: place + 1])

    def _is_graded_behind(self, conjunct: Conjunct) -> bool:
        """Whether a degree stands behind its site: "foramina are | mildly narrowed"."""
        if not conjunct.grade or not conjunct.sites:
            return False
        return any(m.kind == "grade" for m in self.mentions[: self.index] if m.i >= conjunct.sites[-1].j)

    def _joint_before(self) -> str:
        """Return what joins a degree, maybe behind its side, to the item before: ", | mild", "and bilateral | mild"."""
        previous = self._peek(-1)
        if previous is not None and previous.kind == "side":
            previous = self._peek(-2)
        return previous.value if previous is not None and previous.kind in ("conj", "mark") else ""

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

    def _item_asserts(self) -> bool:
        """Whether an item has its degree behind, or is a state: "no bulge, | canal stenosis mild", "| canal patent".

        The other levels and discs are what a state may be said of, as a site is: "indenting the sac, | others normal".
        """
        seen: set[str] = set()
        for index, mention in enumerate(self.mentions[self.index + 1 :], start=self.index + 1):
            kind = mention.kind
            if kind == "open":
                return "site" in seen and not seen & _HEADS
            if kind == "grade":
                behind = self.mentions[index + 1] if index + 1 < len(self.mentions) else None
                if {"cop", "conj"} <= seen and self._is_degree_of_noun(mention, behind):
                    return False
                graded = "cop" in seen or _is_behind(seen, behind)
                return graded and mention.bits != MODERATE | SEVERE
            if (kind, mention.value) == ("levelref", "rest"):
                kind = "site"
            if kind not in _OF_ITEM and not (self.words[mention.i] in _LISTING and not seen & _HEADS):
                return False
            seen.add(kind)
        return False

    def _tells_of_nerve(self) -> bool:
        """Whether the item ahead says what is done to a root or the sac: "severe, | L4 root compressed"."""
        seen = set()
        for mention in self.mentions[self.index + 1 :]:
            if mention.kind not in _OF_ITEM and mention.kind not in ("vertebra", "filler"):
                break
            seen.add(mention.value if mention.value in _NEURAL else mention.kind)
        return not seen.isdisjoint(_NEURAL) and "pred" in seen

    def _item_is_placed(self) -> bool:
        """Whether an item behind a comma has its side and level: "no compression, and | left L5-S1 narrowing"."""
        comma, side, level, *rest = (self._peek(step) for step in (-1, 1, 2, 3, 4))
        if comma is None or comma.value != "," or side is None or side.kind != "side" or level is None:
            return False
        heads = [mention.kind in _HEADS for mention in rest if mention is not None and mention.kind != "site"]
        return level.kind == "level" and heads[:1] == [True]

    def _participle_follows(self) -> bool:
        """Whether a participle goes on with the lesion: "an extrusion, which does not enhance, | compressing ..."."""
        following = self._peek()
        return following is not None and following.kind == "pred" and self.words[following.i].endswith("ing")

    def _is_preposed(self) -> bool:
        """Whether the words ahead, and no comma, make "on the left" open a new clause."""
        previous, following = self._peek(-1), self._peek()
        if previous is None:
            return True
        return previous.kind == "mark" and previous.value in ";:" and following is not None

    def _next_is(self, kind: str) -> bool:
        following = self._peek()
        return following is not None and following.kind == kind and following.i == self.mentions[self.index].j

    def _finding_ahead(self) -> bool:
        for mention in self.mentions[self.index + 1 : self.index + 5]:
            if mention.kind == "finding":
                return True
            if mention.kind in ("mark", "breaker", "pred", "open"):
                return False
        return False

    def _ends_clause(self) -> bool:
        following = self._peek()
        return following is None or following.kind in ("mark", "breaker", "conj")

    def _ends_clause_behind(self, mention: Mention) -> bool:
        """Whether nothing of the clause stands behind a mention ahead."""
        index = self.mentions.index(mention, self.index) + 1
        return index == len(self.mentions) or self.mentions[index].kind in ("mark", "breaker", "conj")

    def _is_new_subject(self, conjunct: Conjunct) -> bool:
        """Whether a site before "is" is no object of the noun before: "impression on the sac and the left recess | is".

        An article tells; before a side it does only where a predicate of its own follows.
        """
        site, degree, behind = conjunct.sites[0], self._peek(), self._peek(2)
        if degree is not None and self._is_degree_of_noun(degree, behind):
            return False
        if "the" in (self.words[site.i], self.words[site.i - 1]):
            return True
        ahead = self.mentions[self.index + 1 : self.index + 3]
        return self.words[conjunct.i - 1] == "the" and any(mention.kind in ("pred", "open") for mention in ahead)

    def _is_degree_of_noun(self, degree: Mention, behind: Mention | None) -> bool:
        """Whether a degree can only be an open noun's: "narrowing of the canal and the foramina is | moderate"."""
        if self.open is None or self.open.form not in ("noun", "either") or degree.kind != "grade":
            return False
        ends = behind is None or behind.kind in ("mark", "breaker", "conj")
        return ends and not self.words[degree.j - 1].endswith("ly")

    def _prepositional(self, mention: Mention) -> bool:
        return self.words[mention.i] in ("at", "of", "in", "on", "for", "through", "throughout", "within") or (
            mention.i > 0 and self.words[mention.i - 1] in ("at", "of", "in", "on", "for", "from")
        )

    def _before_article(self, place: int) -> int:
        """Return the token before a place, or before the article in front of it; -1 where there is none."""
        return place - 2 if place and self.words[place - 1] == "the" else place - 1

    def _levels_beyond(self, mention: Mention, following: Mention | None) -> tuple[int, ...]:
        """Return the levels on one side of a single vertebra: "above | L3", not "above the | L3 pedicle"."""
        place = self._before_article(mention.i)
        way = self.words[place] if mention.kind == "vertebra" and place >= 0 else ""
        if way not in BESIDE:
            return ()
        named = following is not None and following.kind == "site" and following.i == mention.j
        if named and self.words[mention.j] != "the" and self.words[mention.j] not in VERTEBRAL:
            return ()
        return beyond_vertebra(vertebra(self.words[mention.i]) or "", way)

    def _after_joint(self) -> bool:
        return self._is_joint(self._peek(-1))

    @staticmethod
    def _is_joint(mention: Mention | None) -> bool:
        return mention is not None and mention.kind in ("mark", "conj", "breaker") and mention.value != ":"

    def _ends_item(self, following: Mention | None) -> bool:
        if following is not None and following.kind == "side":
            behind = self._peek(2)
            return behind is None or behind.kind in ("mark", "conj", "breaker")
        return following is None or following.kind in ("conj", "mark", "breaker", "focus", "except", "side_post", "to")

    def _goes_on_behind(self, comma: Mention) -> bool:
        """Whether the lesion before a level goes on behind it: "extrusion, L4-5 | , compressing the root"."""
        verb = next(
            (mention for mention in self.mentions[self.index + 1 : self.index + 4] if mention.i >= comma.j), None
        )
        return verb is not None and (verb.kind == "breaker" or verb.form == "verb")

    def _degree_ends_item(self) -> bool:
        """Whether a degree, and nothing else of the item, follows: "bulge L2-3 | mild, L3-4 moderate"."""
        following, behind = self._peek(), self._peek(2)
        graded = following is not None and following.kind == "grade"
        return graded and (behind is None or behind.kind in ("mark", "conj"))

    def _verb_ahead(self, head: Mention, forms: tuple[str, ...] = ("verb", "either")) -> bool:
        """Whether another verb than a head follows that may bring its object: "contacts but does not displace ..."."""
        for mention in self.mentions[self.index : self.index + 6]:
            if mention.kind == "pred" and mention.form in forms and mention is not head:
                return True
            if mention.kind in ("site", "finding", "level", "open"):
                return False
        return False

    def _verb_follows(self) -> bool:
        """Whether a verb has the word in hand as its subject: "none | causes stenosis", "nothing | clearly indents"."""
        ahead = (m for m in self.mentions[self.index + 1 : self.index + 5] if m.kind not in _OF_VERB)
        following = next(ahead, None)
        if following is None:
            return False
        if following.kind == "breaker":
            return following.value == "cause" or self.words[following.i] in SHOWS
        return following.kind == "pred" and (following.form == "verb" or self.words[following.i].endswith("ing"))

    def _nerves_touched_next(self) -> bool:
        """Whether a contact or compression of roots or sac follows, without a degree unless it is a significant one."""
        seen: set[str] = set()
        for mention in self.mentions[self.index + 1 : self.index + 1 + _MAX_TOUCH]:
            if mention.kind == "finding":
                return mention.value == "nerve_root"
            if mention.kind == "pred" or (mention.kind == "site" and mention.value in _NEURAL):
                seen.add(mention.kind)
            elif mention.kind not in _OF_TOUCH and (mention.kind, mention.bits) != ("grade", MODERATE | SEVERE):
                return False
            if len(seen) == len(("pred", "site")):
                return True
        return False

    def _site_within(self, steps: int) -> bool:
        for step in range(1, steps + 2):
            mention = self._peek(step)
            if mention is None or mention.kind in ("mark", "conj", "breaker", "pred", "finding", "open"):
                return False
            if mention.kind == "site":
                return True
        return False

    def _shared_object(self) -> bool:
        """Whether a second head brings the site: "narrowing of the right and narrowing of the left foramen"."""
        head = self.mentions[self.index]
        again = False
        for mention in self.mentions[self.index + 1 : self.index + 8]:
            if mention.kind == "pred":
                if mention.value != head.value:
                    return False
                again = True
            elif mention.kind == "site":
                return again
            elif mention.kind not in ("side", "side_post", "conj", "grade", "of") and mention.value != ",":
                return False
        return False

    def _object_ahead(self, following: Mention | None) -> bool:
        """Whether a noun's object stands behind it: "narrowing | of the left recess"."""
        if following is None:
            return False
        if following.kind == "side_post":
            of_list = self.words[following.i] == "of" and self._site_behind_places(2)
            return self._site_within(3) or self._shared_object() or of_list
        if following.kind == "pred":
            return self._affects_site(following)
        if following.kind == "finding":
            noun = self.mentions[self.index]
            return noun.value == "contact" and self.words[noun.j - 1] == "of"
        if self.words[following.i] == "bilaterally":
            behind = self._peek(2)
            return behind is not None and (behind.kind == "site" or self.words[behind.i] == "of")
        return following.kind in ("of", "site", "side", "vertebra")

    def _site_behind_places(self, step: int) -> bool:
        """Whether a site stands behind sides and levels that share it: "the left | L4-5 and right L5-S1 foramina".

        The noun may be said again: "narrowing of the left | L4-5 and severe narrowing of the right L5-S1 foramen".
        """
        noun = self.open if self.open is not None else self.mentions[self.index]
        levels = 0
        for mention in self.mentions[self.index + step :]:
            again = mention.kind == "grade" or (mention.kind == "pred" and mention.value == noun.value)
            if mention.kind not in _PLACES and mention.value != "," and not again:
                return levels > 0 and mention.kind == "site"
            levels += mention.kind == "level"
        return False

    def _affects_site(self, verb: Mention) -> bool:
        """Whether a narrowing "affects" its site, which then is its object: "narrowing | affects the recess"."""
        if verb.value != "affect" or verb.form != "verb" or self.mentions[self.index].value != "narrow":
            return False
        behind = self._peek(2)
        site = self._peek(3) if behind is not None and behind.kind in ("side", "side_post") else behind
        return site is not None and site.kind == "site" and site.value != "root"

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
        if following is None or self.words[following.i] == "bilaterally" or self._denies_subject():
            return "noun"
        if following.i <= mention.j + 1 and following.kind in ("site", "side"):
            return "verb"
        return "noun"

    def _denies_subject(self) -> bool:
        """Whether what is denied is said of a root or sac just before: "the root is not | in contact with the disc"."""
        subject = self.conjuncts[-1].sites if self.neg and self.cur.empty and self.conjuncts else []
        return bool(subject) and subject[-1].value in ("root", "sac") and not self.neg_heads

    def _joined(self, mention: Mention) -> bool:
        previous = self._peek(-1)
        return previous is not None and previous.kind == "conj"

    def _is_degree_behind(self, mention: Mention) -> bool:
        """Whether a degree hangs on the head just before: "dehydrated markedly and", "reduced to a severe extent"."""
        if not self.last or not self.cur.empty or self.conjuncts or not self._is_at_head(mention):
            return False
        word = self.words[mention.i]
        if not (word.endswith("ly") or word == "to" or word == "slightly"):
            return mention.form != "scale" and self._is_last_word_of_head()
        following = self._peek()
        return following is None or following.kind in ("conj", "mark", "breaker", "of", "side_post")

    def _is_at_head(self, mention: Mention, before_it: int = -1) -> bool:
        """Whether a mention follows the head just read, or its level: "bulge | moderate", "bulge L4-5 | mild"."""
        end = self.last[-1].head.j
        before = self._peek(before_it)
        if before is not None and before.kind == "level" and before.i == end:
            end = before.j
        return end == mention.i

    def _is_last_word_of_head(self) -> bool:
        """Whether another head follows the degree behind one: "canal stenosis moderate | and foraminal narrowing"."""
        following, behind = self._peek(), self._peek(2)
        if self.neg or following is None or behind is None or behind.kind not in _OPENING_ITEM:
            return False
        if behind.kind == "side" and (third := self._peek(3)) is not None and third.kind != "site":
            return False
        return following.kind in ("conj", "mark") and following.value in ("and", ",", ";")

    def _is_dash(self, mention: Mention) -> bool:
        return mention.i > 0 and self.words[mention.i - 1] not in (",",)

    def _object_later(self, head: Mention, opener: Conjunct, conjuncts: list[Conjunct]) -> bool:
        """Whether the object of a head is said with a later one: "narrowing of the right and of the left foramen".

        A side before that one is the head's own: "compresses the right | and contacts the left root".
        """
        if head.form == "verb":
            ahead = self._verb_ahead(head)
            if ahead and not opener.sides:
                opener.sides = next((c.sides for c in conjuncts if c.sides), 0)
            return ahead
        if self._lacks_object(head):
            return self._verb_ahead(head, ("verb", "either", "noun"))
        sides = opener.sides or next((c.sides for c in conjuncts if c.sides), 0)
        if head.value != "narrow" or not sides:
            return False
        for mention in self.mentions[self.index : self.index + 5]:
            if mention.kind == "pred" and mention.value == head.value and mention is not head:
                opener.sides = sides
                opener.level = next((c.level for c in conjuncts if c.level is not None), opener.level)
                return self._site_within(6)
            if mention.kind in ("site", "finding", "level", "open", "breaker"):
                return False
        return False

    def _lacks_object(self, noun: Mention) -> bool:
        """Whether a denial of more stands where a noun's object should: "in contact with | but not displacing"."""
        if self.words[noun.j - 1] not in _GOVERNING:
            return False
        behind = [mention for mention in self.mentions[self.index : self.index + 4] if mention.i >= noun.j]
        denial = next((mention for mention in behind if mention.value != ","), None)
        if denial is None or denial.i > noun.j + 1:
            return False
        return denial.value == "but" or self.words[denial.i : denial.j] == ["without"]

    def _is_height_of_vertebra(self, mention: Mention) -> bool:
        """Whether "the L1 | level" only says how high something stands."""
        previous = self._peek(-1)
        return previous is not None and previous.kind == "vertebra" and previous.j == mention.i

    def _is_place(self, mention: Mention) -> bool:
        """Whether a site only tells where: "compresses the root in the lateral recess"."""
        if mention.value not in ("canal", "foramen", "recess") or mention.form:
            return False
        before = self._peek(-1)
        step, start = -1, mention.i
        while before is not None and before.kind in ("side", "level"):
            step, start = step - 1, before.i
            before = self._peek(step)
        if before is None or not (self._places(before, step) or self._is_beyond(start)):
            return False
        if self.open is not None:
            return bool(self.cur.sites or any(c.sites for c in self.conjuncts))
        return (
            bool(self.last)
            and self.last[-1].j >= before.i - 4
            and self.last[-1].finding in ("nerve_root", "thecal_sac", "")
        )

    def _is_beyond(self, start: int) -> bool:
        """Whether a site is one that a lesion is not in: "compressing the root beyond the | foramen"."""
        words = self.words
        last = start - 2 if words[start - 1] == "the" else start - 1
        return words[last] in _BEYOND or (words[last] == "to" and words[last - 1] == "lateral")

    def _places(self, before: Mention, step: int) -> bool:
        """Whether the words before a site place something there: "in", "at the level of"."""
        if before.kind != "of":
            return False
        noun, at = self._peek(step - 1), self._peek(step - 2)
        if self.words[before.i] == "of" and noun is not None and noun.rule.id == "site.level" and noun.j == before.i:
            return at is not None and self.words[at.i] == "at"
        return self.words[before.i] in PLACING

    def _is_elliptic_side(self) -> bool:
        """Whether "the right one is not" ends a clause about the side alone."""
        cur = self.cur
        return bool(cur.sides and not cur.sites and not cur.grade and self.last) and self._ends_clause()

    def _repeats(self, following: Mention | None) -> bool:
        """Whether "..., and at L5-S1" says of another level what was said before."""
        if following is not None and not (following.kind == "mark" and following.value in ",;)"):
            return False
        if following is not None and self._opens_like_the_first(following):
            return False
        step = -1
        while (before := self._peek(step)) is not None and before.kind in ("of", "restword"):
            step -= 1
        return before is not None and before.kind == "conj" and self.last[-1].finding in ("herniation", "bulge")

    def _is_of_other_side(self, following: Mention | None) -> bool:
        """Whether "... on the left and at L5-S1 | on the right" says of another side what was said before."""
        before, behind = self._peek(-1), self._peek(2)
        if before is not None and before.kind == "of":
            before = self._peek(-2)
        if following is not None and following.value == "(":
            following, behind = behind, self._peek(3)
        if following is None or before is None or before.kind != "conj" or following.kind not in ("side_post", "side"):
            return False
        return behind is None or behind.kind in ("mark", "conj") or self.words[behind.i] in ("where", "with")

    def _is_respective(self) -> bool:
        """Whether the sentence shares something out over its levels: "..., respectively"."""
        words = self.words[self.mentions[0].i : self.mentions[-1].j + 2]
        return "respectively" in words or "resp" in words

    def _new_clause(self, following: Mention | None) -> bool:
        """Whether "..., at L4-5 <finding>" opens a clause instead of closing the last."""
        previous = self._peek(-1)
        if previous is None or following is None:
            return previous is None
        if previous.kind == "of":
            previous = self._peek(-2)
        if previous is None or not (
            previous.kind == "conj"
            or (previous.kind == "mark" and previous.value in ",;")
            or self.words[previous.i] == ";"
        ):
            return False
        if following.kind in ("mark", "conj") and not self._opens_like_the_first(following):
            return False
        return any(f.level is not None and (self.at_header or not f.inherited) for f in self.frames)

    def _opens_like_the_first(self, comma: Mention) -> bool:
        """Whether a level before a comma opens a clause as one opened the sentence: "At L4-5, ...; at L5-S1 |, ..."."""
        behind = self._peek(2)
        fronted = bool(self.frames) and self.levels_seen[0].i < self.frames[0].head.i
        return comma.value == "," and fronted and behind is not None and behind.kind in _OPENING_CLAUSE

    def _lists_levels_next(self) -> bool:
        """Whether the levels of the last head follow: "bulging at two levels: | L4-5", "severe stenosis: | L4-5"."""
        following = self._peek()
        if not self.frames or following is None:
            return False
        last = self.frames[-1]
        if last.level is not None and last.level.ref == "multi":
            return following.kind in ("level", "levels")
        placed = last.level is not None and not last.inherited
        return bool(last.grade) and not placed and all(m.kind in PLACES for m in self.mentions[self.index + 1 :])

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


def _is_behind(seen: set[str], following: Mention | None) -> bool:
    """Whether a degree is said of what its item named before: "canal stenosis | mild", "canal | mildly narrowed"."""
    if following is None or following.kind not in _HEADS | {"site"}:
        return bool(seen & _HEADS)
    return following.form == "part" and "site" in seen and not seen & _HEADS
