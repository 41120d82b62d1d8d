"""Degeneration, whose meaning depends on what is degenerate: a disc, a facet joint, an endplate."""

from __future__ import annotations

from deepspine.labeling.clauses.frames import GRADED, SIDES, meanings
from deepspine.labeling.clauses.leftovers import Leftovers
from deepspine.labeling.mentions import Mention

_MAX_BETWEEN = 3
"""Words from one site to the other that is joined to it: "the disc and the left facet"."""

_OF_LIST = frozenset(("level", "levels", "conj", "mark", "to"))
"""Kinds of mentions that make up a list of levels."""

_COORDINATING = frozenset(("and", "or", "/", "&"))


class Degenerations(Leftovers):
    """Degeneration, whose meaning depends on what is degenerate."""

    def _is_degenerate_disc(self, mention: Mention) -> bool:
        """Whether discs are called so: "| degenerative L3-4 and L4-5 discs", "the disc is | degenerative"."""
        if self.words[mention.i] != "degenerative" or mention.j > mention.i + 1:
            return False
        if self._ends_clause():
            return self._last_site() == "disc"
        of_levels = False
        for following in self.mentions[self.index + 1 :]:
            if following.kind not in _OF_LIST:
                return of_levels and following.kind == "site" and following.value == "disc"
            of_levels = of_levels or following.kind in ("level", "levels")
        return False

    def _is_of_part(self, changes: Mention) -> bool:
        """Whether what has changed stands behind: "degenerative changes | of the disc", not "... | of the spine"."""
        of, *behind = self.mentions[self.index + 1 :] or [changes]
        if of.kind != "of" or of.i != changes.j:
            return False
        part = next((mention for mention in behind if mention.kind not in _OF_LIST and mention.kind != "side"), changes)
        return part.kind == "site" and (changes.value, part.value) in meanings()

    def _last_site(self) -> str:
        """Return what the clause, or else its heading, has spoken of last."""
        named = [site for conjunct in [*self.subject, *self.conjuncts, self.cur] for site in conjunct.sites]
        if not named and self.topic is not None:
            named = self.topic.parts
        return named[-1].value if named else ""

    def _degeneration(self, mention: Mention) -> None:
        sites = self._degenerating()
        known = [s for s in sites if s.value in ("disc", "facet", "endplate", "disc_signal")]
        following = self._peek()
        before = [site for conjunct in [*self.conjuncts, self.cur] for site in conjunct.sites]
        if not before and self._takes_joint_behind():
            sites = known = self.cur.sites
        foreign = all(site.value in ("other", "cord") for site in before)
        if foreign and following is not None and following.kind == "of" and self._site_within(3):
            self._open(mention)
            return
        cur = self.cur
        if not cur.grade and self.conjuncts:
            cur.grade = next((c.grade for c in reversed(self.conjuncts) if c.grade), 0)
        cur.sites = known[-1:]
        frames = [frame for site in self._joined_with_last(known) for frame in self._emit(mention, site, cur)]
        if not frames:
            of_disc = not sites and self.words[mention.i].startswith("degenerat")
            frames = [self._frame("degeneration" if of_disc else "", GRADED, mention, cur)]
        self.conjuncts = []
        self._fresh()
        self.last = frames

    def _takes_joint_behind(self) -> bool:
        """Take the joint that an adjective describes, with its side: "a degenerated | left facet joint"."""
        end, sided = self.mentions[self.index].j, self._next_is("side")
        side, joint = self._peek(), self._peek(1 + sided)
        if side is None or joint is None or joint.value != "facet" or side.i != end or (sided and joint.i != side.j):
            return False
        if sided:
            self.cur.sides = SIDES.get(side.value, 0)
        self.cur.sites.append(joint)
        self.index += 1 + sided
        return True

    def _joined_with_last(self, sites: list[Mention]) -> list[Mention]:
        """Return the last site and those that "and" joins to it: "the disc and the facets | degenerate"."""
        kept = sites[-1:]
        for site in reversed(sites[:-1]):
            between = self.words[site.j : kept[0].i]
            if _COORDINATING.isdisjoint(between) or len(between) > _MAX_BETWEEN or site.value == kept[0].value:
                break
            kept.insert(0, site)
        return kept

    def _degenerating(self) -> list[Mention]:
        """Return the sites that a degeneration is said of; a heading such as "Disc levels:" is none."""
        sites = [site for conjunct in [*self.conjuncts, self.cur] for site in conjunct.sites]
        sites = sites or [site for conjunct in self.subject for site in conjunct.sites]
        headed = self.topic.sites if self.topic is not None else []
        return sites or [site for site in headed if site.value != "level"]
