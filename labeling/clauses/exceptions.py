"""Exceptions: "patent except at L4-5", "no herniation except for a protrusion at L4-5", "apart from L4-5, normal"."""

from __future__ import annotations

from collections.abc import Sequence

from deepspine.labeling.clauses.frames import LEFT, RIGHT, SLIPS, STENOSES, UNREMARKABLE, Frame, LevelRef
from deepspine.labeling.clauses.leftovers import Leftovers
from deepspine.labeling.mentions import Mention

_OF_ALL = SLIPS | {"normal_alignment"}
"""Findings of the spine as a whole, which no level is left out of."""

_WIDE = frozenset(("all", "rest", "rest_named", "elsewhere"))
"""References to levels that are still meant where what is excepted has another finding."""


class Exceptions(Leftovers):
    """Levels that leave a statement, which stands before them or, where they open the sentence, behind them."""

    def on_except(self, mention: Mention) -> None:
        """Begin an exception: levels that follow leave the statement before; spared ones are told none of it."""
        self.spares = mention.value == "spare"
        self.flush()
        self.neg = ""
        self.hedge = False
        self._fresh()
        self.excepting = True
        self.except_start = len(self.frames)
        self.except_at = mention.i

    def _except_levels(self, ref: LevelRef) -> None:
        """Take the first level of an exception out of the statement before, and give it what is said of it."""
        self.excepting = False
        self._finish_open_at_level()
        self.aside.append(ref)
        said = self.frames[self.except_start :]
        self.except_named = not said
        sides = self.cur.sides
        if not self.except_start and not self.at_header:
            self.fronted = (ref, sides)
            if self.except_named and not self._tells_of_exception():
                self._fresh()
                return
        statement = self.frames[self.clause_start : self.except_start]
        _exclude(statement, ref, sides or _one_side(said))
        if self.spares:
            self.frames += [_spared(frame, ref) for frame in statement if not frame.neg and frame.bits != 1]
        self._assign([f for f in said if f.level is None or f.inherited or f.soft or f.level.i < self.except_at], ref)
        self.level = ref
        if self.cur.empty or (self.except_start and sides and not self.cur.grade):
            self._fresh()
            self.side_in_front = sides
        else:
            self.cur.level = ref
        self.clause_start = len(self.frames)

    def _tells_of_exception(self) -> bool:
        """Whether an exception goes on behind its level: "except L4-5 |, where ...", "except an L4-5 | bulge"."""
        following = self._peek()
        if following is None or following.value == ",":
            return following is not None and self._goes_on_behind(following)
        return not self.subject or following.kind == "breaker"

    def _settle_exceptions(self) -> None:
        """Settle at the end of the sentence what the exceptions in it leave."""
        if self.fronted is not None:
            self._settle_fronted(*self.fronted)
        elif self.except_start:
            _name_narrowings(self.frames[self.except_start :], self.frames[: self.except_start])
            self._drop_empty(self.frames[: self.except_start], self.frames[self.except_start :])

    def _settle_fronted(self, first: LevelRef, sides: int) -> None:
        """Take levels out of the statement behind them: "Apart from a protrusion at L4-5, | the discs are normal"."""
        start = next(
            (index for index, frame in enumerate(self.frames) if frame.neg or frame.bits == 1), len(self.frames)
        )
        said = [frame for frame in self.frames[:start] if frame.level is first or not self.except_named]
        left = [frame for frame in self.frames if frame not in said]
        _name_narrowings(said, left)
        refs = {id(ref): ref for ref in (first, *(frame.level for frame in said)) if ref is not None}
        for frame in left:
            if id(frame.level) in refs:
                frame.level = None
        for ref in refs.values():
            of_side = sides if ref is first and not said else _one_side([f for f in said if f.level is ref])
            _exclude(left, ref, of_side)
        self._drop_empty(left, said)

    def _drop_empty(self, statement: Sequence[Frame], said: Sequence[Frame]) -> None:
        """Take back exceptions that nothing is said of: what stands behind "except" is about other findings.

        A level that is named at once is excepted from all, unless one of them is what it has: "no bulge or stenosis
        except at L4-5, where there is a protrusion".
        """
        later = {frame.finding for frame in said}
        if self.except_named and later.isdisjoint(frame.finding for frame in statement):
            return
        for frame in statement if later else ():
            if frame.exclude and frame.finding not in later:
                if frame.finding in UNREMARKABLE and frame.level is not None and frame.level.ref in _WIDE:
                    self.frames += [_at(frame, ref) for ref, _ in frame.exclude]
                frame.exclude = ()
                frame.level = frame.level if frame.level is not None and frame.level.ref in _WIDE else None


def _exclude(frames: Sequence[Frame], ref: LevelRef, sides: int) -> None:
    for frame in frames:
        if frame.finding not in _OF_ALL:
            frame.exclude = (*frame.exclude, (ref, sides))


def _name_narrowings(said: Sequence[Frame], left: Sequence[Frame]) -> None:
    """Let what is narrow be named behind: "Apart from mild bilateral narrowing at L2-3, | the recesses are patent"."""
    named = [frame for frame in left if frame.finding in STENOSES]
    if len({frame.finding for frame in named}) != 1:
        return
    for frame in said:
        if frame.finding == "stenosis":
            frame.finding, frame.site, frame.plural = named[0].finding, named[0].site, named[0].plural
            frame.sides = frame.sides or next((side for ref, side in named[0].exclude if ref is frame.level), 0)


def _spared(frame: Frame, ref: LevelRef) -> Frame:
    """Return a head denied of spared levels: "desiccated discs with sparing of | L5-S1"."""
    twin = frame.copy()
    twin.neg, twin.level, twin.sides = "no", ref, frame.sides
    return twin


def _at(normal: Frame, ref: LevelRef) -> Frame:
    """Return what is normal at an excepted level, but for what it has: "others normal but for a bulge at | L3-4"."""
    twin = normal.copy()
    twin.level, twin.exclude = ref, ()
    return twin


def _one_side(frames: Sequence[Frame]) -> int:
    """Return the one side of all frames; 0 where they have none, or several."""
    sides = {frame.sides for frame in frames}
    return sides.pop() if len(sides) == 1 and sides <= {LEFT, RIGHT} else 0
