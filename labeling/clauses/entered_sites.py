"""Foramina and recesses that a lesion lies in or enters, which a narrowing behind a link goes on with."""

from __future__ import annotations

from deepspine.labeling.clauses.frames import LEFT, RIGHT
from deepspine.labeling.clauses.lookahead import Lookahead
from deepspine.labeling.mentions import Mention

_ENTERED = frozenset(("foramen", "recess"))
_LINKS = frozenset(("cause", "which", "with"))
_PARTING = frozenset((";", ":", "but"))
"""Values of mentions that join a narrowing to the site before it, and that part it from there."""


class EnteredSites(Lookahead):
    """Foramina and recesses that a lesion lies in or enters, which a narrowing behind a link goes on with."""

    def _site_entered(self, head: Mention) -> tuple[str, int] | None:
        """Return the site, with its side, that a narrowing without a site goes on with.

        "Spurs extend into the left foramen, resulting in severe | stenosis", "..., which is moderately | narrowed",
        "..., | narrowing it".
        """
        site, sides, end = self._entered_before(head, _ENTERED)
        between = self._between(end, head)
        parted = any(m.value in _PARTING or (m.kind == "site" and m.value != site) for m in between)
        linked = _is_linked(between) or self.words[head.j : head.j + 1] == ["it"]
        return (site, sides) if site and linked and not parted else None

    def _side_entered(self, head: Mention, site: str) -> int:
        """Return the side of a site named again: "extends into the left foramen, causing foraminal | stenosis"."""
        found, sides, end = self._entered_before(head, frozenset((site,)))
        if not found or sides not in (LEFT, RIGHT) or head.kind != "pred":
            return 0
        between = self._between(end, head)
        parted = any(m.value in _PARTING or m.kind == "finding" for m in between)
        return sides if _is_linked(between) and not parted else 0

    def _between(self, end: int, head: Mention) -> list[Mention]:
        return [mention for mention in self.mentions if end <= mention.i < head.i]

    def _entered_before(self, head: Mention, sites: frozenset[str]) -> tuple[str, int, int]:
        """Return the site that a lesion enters or lies in, its side and where it ends; an empty name for none."""
        last = self.last[-1] if self.last else None
        told = last is not None and (last.grade or last.neg or (last.head.form, last.head.value) == ("noun", "narrow"))
        if last is not None and last.site in sites and not told:
            return last.site, last.sides, last.head.j
        for conjunct in (*self.subject, *self.place):
            for site in conjunct.sites:
                if site.value in sites and site.i < head.i and not self._is_told_of(site):
                    return site.value, conjunct.sides, site.j
        return "", 0, 0

    def _is_told_of(self, site: Mention) -> bool:
        """Whether a head has already been said of a site."""
        return any(frame.i <= site.i < frame.j for frame in self.frames)


def _is_linked(between: list[Mention]) -> bool:
    return any(mention.kind == "breaker" and mention.value in _LINKS for mention in between)
