"""What a sentence leaves to those behind it: its levels, its subject, its side."""

from __future__ import annotations

from collections.abc import Sequence

from deepspine.labeling.attachment import ClauseReader
from deepspine.labeling.clauses.frames import OF_HERNIATION, SITES, SLIPS, Frame, LevelRef, last_side
from deepspine.labeling.discourse.context import Context
from deepspine.labeling.discourse.references import ref_of, resolve
from deepspine.labeling.mentions import Mention
from deepspine.labeling.statements import Statement
from deepspine.labeling.texts.sentence import Sentence

ANAPHORS = frozenset(
    ("this", "these", "both", "former", "latter", "above", "below", "lower", "upper", "discs_above", "discs_below")
)
"""Ways to point to levels named before."""

_OF_PAIR = frozenset(("former", "latter"))
"""Words for one of two levels; in the next sentence they stand for one of the same two."""

_NAMING = ANAPHORS | {""}
_ALL = frozenset(("all", "any", "multi", "rest", "elsewhere"))
_LEADING = frozenset(
    ("at", "the", "in", "on", "within", "of", "level", "levels", "-", "*", "(", "segment", "disc", "starting", "from",
     "and", "also", "segments")
)  # fmt: skip
"""Words before the levels that open a sentence."""

_PLACING = frozenset(("at", "through", "of", "in", "to", "on"))
_PLACES = frozenset(("level", "disc", "disc_space"))
"""Words right before levels that stand in front, and sites that may stand before these: "The disc space at | L4-5"."""

_ATTRIBUTES = frozenset(("grade", "side", "zone", "prior", "filler", "trend"))
_TELLING = frozenset(("finding", "pred", "open", "level", "levels", "levelref", "neg"))
_SITES_KEPT = ("foramen", "recess", "root")


class Carrying:
    """Keeps in the context what a sentence leaves to those behind it."""

    def __init__(self, words: list[str], context: Context) -> None:
        self.words = words
        self.context = context

    def note_levels(self, mentions: list[Mention]) -> None:
        """Let "At L4-5 there is a laminectomy." set the level of what follows."""
        context = self.context
        for mention in mentions:
            if mention.kind == "site" and mention.value == "cord":
                return
            group = mention.group
            if group is not None and (group.levels or group.outside):
                context.level = ref_of(mention)
                context.just_named = ()
                context.level_line = context.left_line = -1
                if group.levels:
                    context.recent.append(group.levels)
                context.from_header = False
                context.anchored = True
                return

    def note_whole_spine(
        self, sentence: Sentence, mentions: list[Mention], stated: Sequence[Statement], *, trailing: bool
    ) -> None:
        """Note that a line has left its level for the whole spine: by its place, its statements, or for the cord."""
        if sentence.line_end:
            return  # nothing follows that could sum up
        left = (bool(stated) and trailing) or any(statement.scope == "blanket" for statement in stated)
        if left or _is_of_cord(mentions):
            self.context.left_line = sentence.line
        if trailing and stated and all(statement.scope == "blanket" for statement in stated):
            self.context.sum_line = sentence.line

    def remember_subject(self, frames: list[Frame]) -> None:
        """Keep the site, the finding and the side that the next sentence may go on with."""
        context = self.context
        context.previous_site = context.previous_opening = None
        findings = {frame.finding for frame in frames}
        if len(findings) > 1:
            findings -= OF_HERNIATION
        for frame in frames:
            if frame.site in _SITES_KEPT:
                context.previous_site = SITES[frame.site]
                context.previous_opening = context.previous_opening if frame.site == "root" else SITES[frame.site]
        context.previous_finding = findings.pop() if len(findings) == 1 else ""
        if frames:
            context.previous_side = last_side(frames) or context.previous_side

    def remember(self, reader: ClauseReader, frames: list[Frame], sentence: Sentence) -> None:
        """Keep the levels of a sentence for those that follow."""
        seen = reader.levels_seen
        if seen:
            seen = [r for r in seen if not r.slip and r.ref in _NAMING and r not in reader.aside]
        context = self.context
        if frames:
            context.lesion_levels = _levels_of_lesions(frames)
        excepted = self._resolve(reader.aside[-1]) if reader.aside else ()
        if excepted:
            context.recent.append(excepted)
        if excepted or seen:
            context.excepted = excepted
        if not seen:
            context.just_named = _levels_of_slips(frames) or context.just_named
            self._remember_unnamed(reader, frames)
            return
        if frames and seen[0].i - sentence.i > 2 and all(frame.finding in SLIPS for frame in frames):
            context.just_named = _levels_of_slips(frames) or context.just_named
            return
        resolved = [levels for levels in (self._resolve(ref) for ref in seen) if levels]
        if not resolved:
            if any(ref.outside for ref in seen):
                context.level = LevelRef((), "", 0, 0, outside=True)
                context.level_standalone = False
            return
        context.recent.extend(levels for levels in resolved if seen[0].ref not in _OF_PAIR)
        if reader.at_header and context.level is not None and _all_among(resolved, context.level.levels):
            context.just_named = resolved[-1]
            return
        context.just_named = ()
        levels = self._last_levels(reader, frames, seen, resolved)
        context.level = LevelRef(levels, "", 0, 0)
        context.level_standalone = False
        context.level_line, context.left_line = sentence.line, -1
        context.from_header = False
        context.level_of_topic = context.topic is not None
        context.anchored = self._opens_with(seen[0], sentence, reader.mentions)
        context.wide = len(levels) > 1 or reader.of_worst

    def _opens_with(self, level: LevelRef, sentence: Sentence, mentions: list[Mention]) -> bool:
        """Whether levels open a sentence: "At | L4-5 ...", "The | L4-5 disc ...", "Since 2019, the large | L4-5 ...".

        Of words that are not understood, plurals and verbs ("The images suggest | ...") are no adjectives.
        """
        words, start = self.words, sentence.i
        if _LEADING.issuperset(words[start : level.i]) or self._stands_in_front(level, mentions):
            return True
        article = next((place for place in range(level.i - 1, start - 1, -1) if words[place] == "the"), -1)
        if article < 0 or not (article == start or words[article - 1] == ","):
            return False
        for mention in mentions:
            if mention.i >= level.i:
                break
            if not _is_attribute(mention, words) if mention.i > article else mention.kind in _TELLING:
                return False
        return not any(word.endswith("s") and not word.endswith("ous") for word in words[article : level.i])

    def _stands_in_front(self, level: LevelRef, mentions: list[Mention]) -> bool:
        """Whether levels place all that a sentence tells: "Axial images at | L5-S1 show ...", "Next, at | L4-5 ..."."""
        place = level.i - 2 if self.words[level.i - 1] == "the" else level.i - 1
        if self.words[place] not in _PLACING:
            return False
        before = [mention for mention in mentions if mention.i < level.i]
        if any(m.kind in _TELLING or (m.kind == "site" and m.value not in _PLACES) for m in before):
            return False
        behind = [mention for mention in mentions if mention.i >= level.j]
        named = bool(behind) and behind[0].kind == "finding" and behind[0].i == level.j
        return not named and any(mention.kind in _TELLING or mention.kind == "site" for mention in behind)

    def _remember_unnamed(self, reader: ClauseReader, frames: list[Frame]) -> None:
        """Let a sentence about all levels end the one carried over, and endplates of vertebrae name theirs."""
        context = self.context
        if context.level is not None and not context.from_header:
            about_all = any(ref.ref in _ALL for ref in reader.levels_seen)
            if about_all or any(frame.rest for frame in frames):
                context.level = None
        for frame in frames:
            if frame.finding == "modic" and frame.level is not None and not frame.inherited and frame.level.levels:
                context.level = LevelRef(frame.level.levels, "", 0, 0)
                context.recent.append(frame.level.levels)

    def _last_levels(
        self, reader: ClauseReader, frames: list[Frame], seen: list[LevelRef], resolved: list[tuple[int, ...]]
    ) -> tuple[int, ...]:
        """Return the levels that the next sentence inherits."""
        if len(resolved) > 1 and len(frames) > 1:
            said = {self._resolve(frame.level) for frame in frames if frame.level is not None}
            if len(said) > 1:
                return resolved[-1]
        final = reader.level if reader.level is not None and reader.level in seen else seen[-1]
        return self._resolve(final) or resolved[-1]

    def _resolve(self, ref: LevelRef | None) -> tuple[int, ...]:
        return resolve(ref, self.context, self.words)


def _levels_of_slips(frames: list[Frame]) -> tuple[int, ...]:
    """Return the levels at which a sentence asserts a slip."""
    told: dict[int, None] = {}
    for frame in frames:
        if frame.finding in SLIPS and frame.level is not None and not frame.neg and not frame.inherited:
            told.update(dict.fromkeys(frame.level.levels))
    return tuple(told)


def _levels_of_lesions(frames: list[Frame]) -> tuple[int, ...]:
    """Return the levels of lesions that a sentence asserts in more than one place; none of those in one."""
    places = {
        frame.level.levels: None
        for frame in frames
        if frame.head.kind == "finding" and frame.level is not None and not (frame.neg or frame.inherited)
    }
    return tuple(dict.fromkeys(level for levels in places for level in levels)) if len(places) > 1 else ()


def _all_among(groups: list[tuple[int, ...]], levels: tuple[int, ...]) -> bool:
    """Whether levels named in a sentence are only some of its heading's: "L3-4 and L4-5: Bulges, larger at L4-5."."""
    return all(set(group) < set(levels) for group in groups)


def _is_attribute(mention: Mention, words: list[str]) -> bool:
    """Whether a mention describes the noun behind it ("large", "left", "previously seen", "desiccated"), or lists."""
    if mention.kind in _ATTRIBUTES or mention.form == "adj" or mention.value == ",":
        return True
    return words[mention.j - 1].endswith("ed")


def _is_of_cord(mentions: list[Mention]) -> bool:
    """Whether a sentence speaks of the cord, which no level's heading is about."""
    return "cord" in [mention.value for mention in mentions if mention.kind == "site"]
