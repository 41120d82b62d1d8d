"""What "normal" and its like are said of: a level, its disc, or something that is not labelled."""

from __future__ import annotations

from deepspine.labeling.clauses.frames import LEVEL_WORDS, stand_in, vertebra_name
from deepspine.labeling.clauses.lookahead import Lookahead
from deepspine.labeling.clauses.places_ahead import BESIDE
from deepspine.labeling.mentions import Mention

LIGHT = frozenset(
    ("the", "a", "an", "level", "levels", "disc", "disks", "discs", "at", "is", "are", "was", "appear", "appears",
     "look", "looks", "all", "be", "both", "and", "to", "of", "it", "this", "these", "segment", "segments", "space",
     "spaces", "as", "well", "also", "s", "overall", "entirely", "quite", "remain", "remains", "lumbar",
     "intervertebral", "again", "images", "image", "series", "rudimentary", "on", "sag", "sags", "sagittal", "sats",
     "axial")
)  # fmt: skip
"""Words that add nothing to what is said."""

_STATES = frozenset(("conditions", "condition", "findings", "appearance", "appearances", "aspect", "study"))
"""Nouns that add nothing to "normal": "L1-2: normal conditions"."""

_QUALITIES = frozenset(("disc_height", "disc_signal", "disc_contour", "alignment"))
"""Sites that say in what respect something is normal."""

_HOLDING = frozenset(("in", "of", "within", "involving", "about"))
"""Words before the part of the body that an abnormality is of."""

_LEVELS = frozenset(("level", "levels", "levelref"))
_OWNED = _QUALITIES - {"alignment"}
_RESTS = frozenset((("levelref", "rest"), ("restword", "levels")))
_BEFORE_STATE = frozenset((("cop", ""), ("restword", "rest")))
"""Mentions between a subject and its state: "all levels | are otherwise | normal"."""

_SETTING_OFF = frozenset((",", ";", "-", "and", "rest"))
_OWNING = frozenset(("of", "in", "at"))
_SIGNALS = frozenset(("signal", "signals", "intensity", "intensities"))
_SIGNAL = stand_in("site.disc_signal", "site", "disc_signal").rule
_OF_DISC = frozenset(("disc", "disc_signal", "disc_height"))


class Normality(Lookahead):
    """What "normal" and its like are said of: a level, its disc, or something that is not labelled."""

    def _is_bare_normal(self, head: Mention) -> bool:
        """Whether nothing but levels, links and the word itself makes up the sentence so far."""
        start = min(self.start, head.i)
        covered: set[int] = set()
        for mention in self.mentions:
            if mention.i < head.i:
                covered.update(range(mention.i, mention.j))
        for mention in self.mentions[: self.index + 1]:
            if mention.kind in ("site", "pred") and mention.value not in ("level", "disc", "abnormality", "spine"):
                return False
        has_level = self.at_header or (self.level is not None and self.level.ref not in ("any", "multi", "vague"))
        # "No abnormality at any level": the place is said behind.
        has_level = has_level or any(m.kind in _LEVELS for m in self.mentions) or self._is_beside_vertebra()
        words = [
            w
            for k, w in enumerate(self.words[start : head.i], start)
            if k not in covered and w.isalpha() and w not in LIGHT and w not in BESIDE
        ]
        unknown = self._describes_what_follows(head) or (head.value == "abnormality" and self._is_of_unknown_part(head))
        return has_level and not words and not unknown

    def _describes_what_follows(self, head: Mention) -> bool:
        """Whether an unknown noun follows at once: "unremarkable | appearance of ..."."""
        behind = self.words[head.j : head.j + 2]
        following = self._peek()
        known = following is not None and following.i == head.j
        if not behind or known or self._lies_beside(head.j) or not behind[0][0].isalpha() or behind[0] in LIGHT:
            return False
        if following is None and vertebra_name(behind[0]):
            return False  # A level that heads the next line of a text without line ends.
        return behind[0] not in _STATES or behind[-1] == "of"

    def _is_beside_vertebra(self) -> bool:
        """Whether the levels on one side of a vertebra are the place of a state: "no | abnormality above L3"."""
        pairs = zip(self.mentions, [*self.mentions[1:], None], strict=True)
        return any(self._levels_beyond(mention, following) for mention, following in pairs)

    def _lies_beside(self, place: int) -> bool:
        """Whether "above" or "below" stands at a place, before a level or vertebra near by: "| above the L4-5 disc"."""
        if self.words[place] not in BESIDE:
            return False
        for step in (-1, 0, 1):
            mention = self._peek(step)
            if mention is not None and self._before_article(mention.i) == place:
                return mention.kind == "level" or bool(self._levels_beyond(mention, self._peek(step + 1)))
        return False

    def _is_of_unknown_part(self, head: Mention) -> bool:
        """Whether an unknown noun is what has no abnormality: "no | abnormality in the adnexa"."""
        following, known = self._peek(), self._peek(2)
        if following is None or following.i != head.j or self.words[following.i] not in _HOLDING:
            return False
        end = known.i if known is not None else len(self.words)
        return any(word.isalpha() and word not in LIGHT for word in self.words[following.j : end])

    def _is_of_level_alone(self) -> bool:
        """Whether a level of a list is called normal: "L3-4 mild bulge, L4-5 | normal, others normal".

        Behind "narrowing of the canal at L3-4" a level that "is normal" is, while "normal" alone is said of the canal.
        """
        step = -1
        while (level := self._peek(step)) is not None and (level.kind, level.value) in _BEFORE_STATE:
            step -= 1
        before = self._peek(step - 1)
        if level is not None and ((level.kind, level.value) in _RESTS or self._are_all_levels(level)):
            return self.topic is None and before is not None and before.value in _SETTING_OFF
        if level is None or level.form == "at" or not self._is_named_level(level):
            return False
        if before is None or not (self._is_joint(before) or before.value == "and") or self.topic is not None:
            return False
        first = self.last[-1].level if self.last else None
        if first is None or (self.last[-1].head.form == "part" and self.last[-1].site):
            return False
        in_front = first in self.levels_seen and first.i < self.last[-1].i
        return in_front or step < -1 or not self.subject

    def _is_named_level(self, phrase: Mention) -> bool:
        """Whether a phrase names levels or reads "the level below", not "the disc below", which is a site."""
        beside = phrase.kind == "levelref" and phrase.value in BESIDE and self.words[phrase.i + 1] in LEVEL_WORDS
        return beside or phrase.kind in ("level", "levels")

    def _are_all_levels(self, phrase: Mention) -> bool:
        """Whether a phrase reads "all levels" or "each lumbar level", not "the discs", which are a site."""
        return (phrase.kind, phrase.value) == ("levelref", "all") and self.words[phrase.j - 1] in LEVEL_WORDS

    def _opens_with_disc(self) -> bool:
        """Whether a sentence opens with one disc, its subject: "the L3-4 disc is desiccated but otherwise | normal"."""
        for mention in self.mentions:
            if mention.kind == "site":
                return mention.value == "disc" and not mention.plural
            if mention.kind != "level":
                return False
        return False

    def _qualities(self) -> list[Mention]:
        """Return the sites that limit "normal | in height, signal and contour"; empty where none does."""
        first = self._peek(1)
        if first is None or first.kind != "of":
            return []
        found: list[Mention] = []
        for mention in self.mentions[self.index + 2 :]:
            if mention.kind == "site" and mention.value in _QUALITIES:
                found.append(mention)
            elif not found or not (mention.kind == "conj" or (mention.kind == "mark" and mention.value == ",")):
                break
        return found

    def _owns_quality(self, disc: Mention, *, plural: bool) -> bool:
        """Whether a disc only tells whose quality is meant: "normal height and signal of | the discs at L1-2"."""
        sites = self.cur.sites
        if (
            not sites
            or sites[-1].value not in _OWNED
            or self.words[sites[-1].j] not in _OWNING
            or disc.i == sites[-1].j
        ):
            return False
        if plural:
            sites[-1] = sites[-1].of_several()
        return True

    def _signal_of(self, disc: Mention) -> Mention:
        """Return the signal where a disc only tells whose it is: "the T2 signal of L4-5 | disc"; else the disc."""
        previous = self._peek(-1)
        named = previous is not None and previous.kind == "level" and previous.j == disc.i
        place = (previous.i if named and previous is not None else disc.i) - 1
        if place > 0 and self.words[place] == "the":
            place -= 1
        if place < 1 or self.words[place] not in _OWNING or self.words[place - 1] not in _SIGNALS:
            return disc
        signal = Mention(_SIGNAL, disc.i, disc.j)
        return signal.of_several() if disc.plural else signal

    def _is_of_operation(self) -> bool:
        """Whether a state is said of an operation: "the decompression is | satisfactory", "| good decompression"."""
        if self._next_is("nothing"):
            return True
        previous, before = self._peek(-1), self._peek(-2)
        return previous is not None and previous.kind == "cop" and before is not None and before.kind == "nothing"

    def _is_of_no_disc(self) -> bool:
        """Whether a signal is that of a named part that is no disc: "| normal signal of the conus"."""
        following, part = self._peek(), self._peek(2)
        if following is None or following.kind != "of" or part is None or part.i > following.j + 2:
            return False
        return part.kind == "site" and part.value not in _OF_DISC

    def _is_told_of_no_disc(self) -> bool:
        """Whether the subject is a part that is no disc: "the conus shows no | abnormal signal"."""
        parts = [site.value for conjunct in self.subject for site in conjunct.sites]
        return bool(parts) and _OF_DISC.isdisjoint(parts)
