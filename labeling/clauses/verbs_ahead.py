"""What the words around the mention in hand are to a head: its subject, another verb, the object that it waits for."""

from __future__ import annotations

from deepspine.labeling.clauses.frames import MODERATE, SEVERE, Conjunct
from deepspine.labeling.clauses.places_ahead import PlacesAhead
from deepspine.labeling.mentions import Mention

SHOWS = frozenset(
    ("shows", "show", "showing", "demonstrates", "demonstrate", "demonstrating", "has", "have", "having", "reveals",
     "reveal", "revealing")
)  # fmt: skip

_GOVERNING = frozenset(("with", "to", "on", "upon", "of"))
"""Words at the end of a noun's phrase that ask for an object: "in contact with", "impression on"."""
_OF_VERB = frozenset(("cop", "grade", "verb_grade", "filler"))
"""Kinds of mentions between a subject and its verb."""

NEURAL = frozenset(("root", "sac", "cauda", "cord"))
_OF_TOUCH = frozenset(("side", "side_post", "of", "vertebra", "level", "conj", "restword", "filler"))
"""Kinds of mentions between a contact and the root or sac that it is of, a degree left out."""
_MAX_TOUCH = 8
"""Mentions from a link to a contact and its site."""


class VerbsAhead(PlacesAhead):
    """What the words around the mention in hand are to a head: questions without side effects."""

    def _participle_follows(self) -> bool:
        """Whether a participle goes on with the lesion: "an extrusion, which does not enhance, | compressing ..."."""
        following = self._peek()
        return following is not None and following.kind == "pred" and self.words[following.i].endswith("ing")

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
            if mention.kind == "pred" or (mention.kind == "site" and mention.value in NEURAL):
                seen.add(mention.kind)
            elif mention.kind not in _OF_TOUCH and (mention.kind, mention.bits) != ("grade", MODERATE | SEVERE):
                return False
            if len(seen) == len(("pred", "site")):
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
