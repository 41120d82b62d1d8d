"""Single vertebrae, which may spell a slip, an endplate or a root."""

from __future__ import annotations

from itertools import pairwise

from deepspine.labeling.clauses.frames import SITES, SLIPS, Frame, LevelRef, vertebra_name
from deepspine.labeling.clauses.leftovers import Leftovers
from deepspine.labeling.clauses.objects import ROOT_PREDICATES
from deepspine.labeling.level_order import INDEX, vertebra
from deepspine.labeling.mentions import Mention

_FACING = frozenset(("adjacent", "opposing", "opposed", "apposing", "adjoining", "facing", "contiguous"))
_OF_VERTEBRA = frozenset(
    ("vertebra", "vertebral", "body", "is", "has", "shows", "a", "mild", "mildly", "minimally", "slight", "slightly")
)
"""Words between a vertebra and its slip."""

_OF_ENDPLATES = frozenset(("modic", "schmorl_node"))
_UPPER = frozenset(("superior", "upper", "sup"))
_LOWER = frozenset(("inferior", "lower", "inf"))
_SIDES_OF_VERTEBRA = _UPPER | _LOWER
_SEQUENCE = ("T11", "T12", "L1", "L2", "L3", "L4", "L5", "S1", "S2")
_BEHIND_ROOT = frozenset((".", ",", "and", ";", ")", "\n", "in", "within", "root", "bilaterally", "more"))
"""Words that may stand behind a bare "L5" that is the object of a verb."""


class Vertebrae(Leftovers):
    """Single vertebrae, which may spell a slip, an endplate or a root."""

    def on_vertebra(self, mention: Mention) -> None:
        """Note a single vertebra: it may spell a slip, an endplate or a root."""
        name = vertebra(self.words[mention.i])
        if name:
            self.vertebrae.append(name)
        if self._means_root(mention):
            self.cur.sites.append(Mention(SITES["root"].rule, mention.i, mention.j))

    def _means_root(self, mention: Mention) -> bool:
        """Whether a bare "L5" stands for its root: "compressing left S1", "with L5 affection"."""
        following = self._peek()
        if following is not None and following.kind in ("site", "vertebra"):
            return False
        if following is not None and following.kind == "pred" and following.i == mention.j:
            return following.value in ROOT_PREDICATES
        if (
            self.open is None
            or self.open.value not in ROOT_PREDICATES
            or self.open.form not in ("verb", "noun", "either")
        ):
            return False
        behind = self.words[mention.j : mention.j + 1]
        return not behind or behind[0] in _BEHIND_ROOT

    def _slip_levels(self) -> None:
        """Give slips and endplates the level that single vertebrae spell: "L4 lies 4 mm in front of L5"."""
        for frame in self.frames:
            if frame.finding in SLIPS and (frame.level is None or frame.inherited or frame.level.ref in ("all", "any")):
                for a, b in pairwise(self.vertebrae):
                    index = INDEX.get(f"{a}-{b}")
                    if index is not None:
                        frame.level, frame.inherited = LevelRef((index,), "", frame.i, frame.j, slip=True), False
                        break
                if frame.level is None and not frame.neg:
                    self._slip_of_one(frame)
            elif frame.finding in _OF_ENDPLATES:
                self._endplate_level(frame)

    def _slip_of_one(self, slip: Frame) -> None:
        """Give the slip of a vertebra the disc below, over which it slips: "anterolisthesis of L4", "L4 | slipped"."""
        place = slip.head.i - 1
        while place > self.start and self.words[place] in _OF_VERTEBRA:
            place -= 1
        behind = slip.head.j + 1
        behind += self.words[behind : behind + 1] == ["the"]
        named = {place} if place >= self.start else set()
        if self.words[slip.head.j : slip.head.j + 1] == ["of"]:
            named.add(behind)
        names = {name for name in (vertebra_name(self.words[p]) for p in named if p < len(self.words)) if name}
        if len(names) == 1 and set(self.vertebrae) == names:
            name = names.pop()
            index = INDEX.get(_disc_below(name)) if name.startswith("L") else None
            if index is not None:
                slip.level, slip.inherited = LevelRef((index,), "", slip.i, slip.j, slip=True), False

    def _root_levels(self) -> None:
        """Let one named root of several levels be where its disc is: "bulges at L4-5 and L5-S1, compressing | S1"."""
        for frame in self.frames:
            if frame.finding != "nerve_root" or not frame.named or frame.neg or frame.level is None:
                continue
            words = self.words[max(frame.i - 1, 0) : frame.j]
            names = {name for name in map(vertebra_name, words) if name}
            if len(names) == 1 and len(frame.level.levels) > 1:
                name = names.pop()
                own = [INDEX[key] for key in (_disc_above(name), _disc_below(name)) if key in INDEX]
                level = next((level for level in own if level in frame.level.levels), None)
                if level is not None:
                    frame.level = LevelRef((level,), "", frame.level.i, frame.level.j)

    def _endplate_level(self, frame: Frame) -> None:
        """Give a Modic change or a node the disc that its endplate borders: "superior endplate of L3" is L2-L3."""
        if self._is_placed_behind(frame):
            return
        later = [f for f in self.frames if f.head.i > frame.head.i]
        others = [f.head.i for f in later if f.finding == frame.finding]
        first = frame is next(f for f in self.frames if f.finding in _OF_ENDPLATES)
        start, end = (
            min(self.start, self.mentions[0].i) if first else frame.head.i,
            min(others) if others else self.mentions[-1].j,
        )
        # Endplates behind another lesion are its own, unless the change has none before.
        found = self._endplates(start, min((f.head.i for f in later), default=end)) or self._endplates(start, end)
        if not (found or first or others):
            found = self._endplates(self.mentions[0].i, end)
        found = [key for key in found or self._facing_endplates(start, end) if key in INDEX]
        if found:
            levels = tuple(INDEX[key] for key in dict.fromkeys(found))
            frame.level, frame.inherited = LevelRef(levels, "", frame.i, frame.j), False

    def _is_placed_behind(self, frame: Frame) -> bool:
        """Whether a level follows a change before any endplate: "Modic 2 | at L4-5, and a node in the ..."."""
        level = frame.level
        if level is None or frame.inherited or not level.levels or level.i < frame.head.j:
            return False
        return _SIDES_OF_VERTEBRA.isdisjoint(self.words[frame.head.j : level.i])

    def _facing_endplates(self, start: int, end: int) -> list[str]:
        """Return the disc of "the adjacent end plates of L4 and L5"."""
        if _FACING.isdisjoint(self.words[start:end]):
            return []
        return [f"{a}-{b}" for a, b in pairwise(self.vertebrae)]

    def _endplates(self, start: int, end: int) -> list[str]:
        words = self.words
        found = []
        for index in range(start, end):
            upper = words[index] in _UPPER
            if not upper and words[index] not in _LOWER:
                continue
            places = (index - 1, *range(index + 1, min(index + 7, end)))
            place = next((place for place in places if vertebra_name(words[place])), None)
            names = [] if place is None else self._vertebrae_from(place, end)
            found += [_disc_above(name) if upper else _disc_below(name) for name in names]
        return found

    def _vertebrae_from(self, place: int, end: int) -> list[str]:
        """Return a vertebra and those listed behind it: "the upper endplates of | L2 and L3"."""
        found: list[str] = []
        while place < end and (name := vertebra_name(self.words[place])) and self.words[place + 1 : place + 2] != ["-"]:
            found.append(name)
            if self.words[place + 1 : place + 2] not in (["and"], [","]):
                break
            place += 2
        return found


def _disc_above(name: str) -> str:
    """Return the level above a vertebra; empty beyond our levels."""
    return f"{_SEQUENCE[_SEQUENCE.index(name) - 1]}-{name}" if name in _SEQUENCE[1:] else ""


def _disc_below(name: str) -> str:
    """Return the level below a vertebra; empty beyond our levels."""
    return f"{name}-{_SEQUENCE[_SEQUENCE.index(name) + 1]}" if name in _SEQUENCE[:-1] else ""
