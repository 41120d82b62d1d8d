"""Where in its disc a lesion lies, said behind it: "protrusion at L4-5, left paracentral, compressing the root"."""

from __future__ import annotations

from dataclasses import replace

from deepspine.labeling.clauses.frames import (
    LEFT,
    RIGHT,
    ZONED,
    Conjunct,
    Frame,
    bits_of_zones,
    clone,
    joined_zones,
    side_of_zones,
)
from deepspine.labeling.clauses.headed_values import HeadedValues
from deepspine.labeling.mentions import Mention

_OPENING_ITEM = frozenset(("grade", "mm", "neg", "breaker", "level"))
"""Kinds of mentions that open another item of a list behind one that is but a zone."""


class Zones(HeadedValues):
    """Where in its disc a lesion lies, said behind it: "protrusion at L4-5, left paracentral, compressing the root"."""

    def _settle_zone(self) -> None:
        """Leave a zone set off by commas to the disc before: "protrusion, right foraminal |, compressing"."""
        following = self._peek()
        if following is None or not (self.cur.zone or self.cur.sites):
            return
        if (_opens_item(following) or self._is_zone_by_itself(following)) and self._lie_in_zone():
            self.conjuncts = []
            self._fresh()

    def _is_zone_by_itself(self, following: Mention) -> bool:
        """Whether a zone needs no noun, and none stands behind "and": "protrusion, left paracentral |, and a bulge"."""
        behind = self._peek(2)
        goes_on = behind is not None and (behind.kind in ("side", "zone") or behind.form == "adj")
        return bool(self.cur.zone) and not self.cur.sites and following.kind == "conj" and not goes_on

    def _lie_in_zone(self) -> bool:
        """Give the lesion just read, or the one headed, the zone that waits and its side; returns whether one does.

        "Protrusion at L4-5 | (central) and L5-S1 | (left paracentral)".
        """
        zones = [conjunct for conjunct in (*self.conjuncts, self.cur) if conjunct.zone or not conjunct.empty]
        if not zones or not all(map(_is_zone, zones)) or not self._has_lesion_to_place():
            return False
        if not self.last_open and self.level is not self.last[-1].level:
            self._extend_last([self._again(frame, Conjunct(self.neg, self.hedge)) for frame in self.last])
            for twin in self.last:
                twin.sides = 0
        joined = joined_zones(zones)
        if len(zones) == 1 or side_of_zones(zones) in (LEFT, RIGHT):
            self._give_side(self.last, side_of_zones(zones))
        placed = [frame for frame in self.last if joined and self._lacks_zone(frame)]
        self.frames += [_zone_frame(frame, joined) for frame in placed]
        return True

    def _say_headed_lesion(self) -> bool:
        """Say how large the lesion headed is and where it lies: "Disc protrusions: L4-5 | small left foraminal"."""
        finding = self.topic.finding if self.topic is not None else None
        if finding is None or finding.value not in ZONED:
            return False
        waiting = [conjunct for conjunct in (*self.conjuncts, self.cur) if conjunct.zone or not conjunct.empty]
        graded = [conjunct for conjunct in waiting if conjunct.grade]
        zones = [replace(conjunct, grade=0, level=None) for conjunct in waiting if conjunct.zone or conjunct.sites]
        others = [conjunct for conjunct in waiting if not (conjunct.grade or conjunct.zone or conjunct.sites)]
        if not (len(graded) == len(zones) == 1) or others or not _is_zone(zones[0]):
            return False
        self._of_topic(clone(graded[0]))
        self.conjuncts, self.cur = [], zones[0]
        self._lie_in_zone()
        self._fresh()
        return True

    def _is_headed_by_lesion(self) -> bool:
        """Whether a heading names a lesion of the disc, which has a place in it."""
        return self.topic is not None and self.topic.finding is not None and self.topic.finding.value in ZONED

    def _has_lesion_to_place(self) -> bool:
        """Whether the heads just read lie in a disc; below a heading of such a lesion, one is said first."""
        if not self.last and self._is_headed_by_lesion():
            self._of_topic(Conjunct(self.neg, self.hedge))
        if self.last and all(frame.finding == "annular_fissure" for frame in self.last):
            self.last = self._lesion_with_fissure() or self.last
        return bool(self.last) and all(frame.finding in ZONED for frame in self.last)

    def _lesion_with_fissure(self) -> list[Frame]:
        """Return the lesion that a fissure comes with: "protrusion with an annular tear at L5-S1 | in the midline"."""
        before = self.frames[self.clause_start : -1][-1:]
        lesions = [lesion for lesion in before if lesion.finding == "herniation" and not lesion.neg]
        if self.last[-1].sides in (LEFT, RIGHT):
            self._give_side(lesions, self.last[-1].sides)
        return lesions

    def _lacks_zone(self, lesion: Frame) -> bool:
        """Whether a herniation is there and its zone not told yet."""
        told = any(
            frame.finding == "herniation_zone" and frame.head is lesion.head and frame.level is lesion.level
            for frame in self.frames[self.clause_start :]
        )
        return lesion.finding == "herniation" and not lesion.neg and not told


def _opens_item(mention: Mention) -> bool:
    """Whether a mention begins another item, or goes on with what the lesion does: "| compressing", "| migrating"."""
    does = mention.form == "verb" if mention.kind == "pred" else mention.value == "herniation_migration"
    return does or mention.kind in _OPENING_ITEM


def _zone_frame(herniation: Frame, zones: list[Conjunct]) -> Frame:
    """Return the zone of a herniation, at its level."""
    twin = herniation.copy()
    twin.finding, twin.bits = "herniation_zone", bits_of_zones(zones, herniation.sides)
    twin.hedge, twin.sides = herniation.hedge, herniation.sides
    twin.level, twin.inherited, twin.soft = herniation.level, herniation.inherited, herniation.soft
    return twin


def _is_zone(conjunct: Conjunct) -> bool:
    """Whether words that wait say but where in the disc a lesion lies: "central", "right paramedian"."""
    placed = bool(conjunct.sites or conjunct.zone) and all(site.form for site in conjunct.sites)
    return placed and not (conjunct.neg or conjunct.grade or conjunct.level)
