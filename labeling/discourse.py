"""From sentence to report: sections, headings, and the levels that a sentence inherits or points back to."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, field

from deepspine.data.findings import FINDINGS
from deepspine.labeling.assertion import settle
from deepspine.labeling.attachment import ClauseReader
from deepspine.labeling.clauses.frames import (
    BOTH,
    GRADE1_MM,
    GRADED,
    SEVERITY_FINDINGS,
    SLIPS,
    STENOSES,
    Frame,
    LevelRef,
    Topic,
    meanings,
    stand_in,
)
from deepspine.labeling.level_mentions import INDEX, LUMBAR
from deepspine.labeling.mentions import Mention, Sentence
from deepspine.labeling.statements import Statement
from deepspine.labeling.tokenization import Tokens

LATERAL = frozenset(name for name, finding in FINDINGS.items() if finding.lateral)
NORMAL_LEVEL = (
    "bulge", "herniation", "degeneration", "canal_stenosis", "foraminal_stenosis", "subarticular_stenosis",
    "nerve_root", "thecal_sac",
)  # fmt: skip
BUNDLES = {
    "normal_level": NORMAL_LEVEL,
    "normal_disc": ("bulge", "herniation", "degeneration"),
    "normal_contour": ("bulge", "herniation"),
    "normal_alignment": ("spondylolisthesis", "retrolisthesis"),
    "slip": ("spondylolisthesis", "retrolisthesis"),
    "slip_either": ("spondylolisthesis", "retrolisthesis"),
    "stenosis": STENOSES,
}
ANAPHORS = frozenset(("this", "these", "both", "former", "latter", "above", "below", "lower", "upper", "discs_above"))
MAX_HEADER_TOKENS = 9
UNTOLD, POINTING = 0.3, 0.04
"""How much a sentence without a statement, and one that points back or excepts, adds to the doubt."""

CELL, LOST, LOST_FRAMES = 0.06, 0.1, 2
"""What a table's cell adds, and a sentence of which more than two assertions gave no statement."""

LONG_SENTENCE = 45
MAX_REGION_WORDS = 8
NOWHERE = 1 << 30
"""A token behind every text."""


@dataclass(slots=True)
class Context:
    """Where the reading stands."""

    section: str = "findings"
    skip: bool = False
    skip_inline: bool = False
    region: str = "lumbar"
    level: LevelRef | None = None
    level_standalone: bool = False
    header_line: int = -1
    topic: Topic | None = None
    topic_standalone: bool = False
    recent: list[tuple[int, ...]] = field(default_factory=list)
    slip_levels: tuple[int, ...] = ()
    table_line: int = -1
    previous_site: Mention | None = None
    columns: list[Topic | None] = field(default_factory=list)
    columns_skip: set[int] = field(default_factory=set)
    herniation: dict[int, int] = field(default_factory=dict)
    root_plural: bool = False
    from_header: bool = False
    anchored: bool = False
    addendum_line: int = 0
    level_item: str = ""
    wide: bool = False
    level_line: int = -1


@dataclass(slots=True)
class Reading:
    """What a report says, and where the reading was unsure of itself.

    Attributes
    ----------
    statements
        In the order of the text.
    puzzles
        Token ranges and weights: sentences that speak of findings but gave no statement, findings without a level,
        phrases that point back.
    """

    statements: list[Statement]
    puzzles: list[tuple[int, int, float]]


def read_report(tokens: Tokens, sentences: list[Sentence]) -> Reading:
    """Read all sentences of a report, in order, into statements."""
    return _Reader(tokens, sentences).read()


def heading_sections(tokens: Tokens, sentences: list[Sentence]) -> list[tuple[int, int, str]]:
    """Return first token, end token and section of each sentence: findings, impression, addendum or skip."""
    reader = _Reader(tokens, sentences)
    found = []
    for index, sentence in enumerate(sentences):
        reader.index = index
        reader.enter(sentence)
        context = reader.context
        found.append((sentence.i, sentence.j, "skip" if context.skip else context.section))
    return found


class _Reader:
    def __init__(self, tokens: Tokens, sentences: list[Sentence]) -> None:
        self.tokens = tokens
        self.words = tokens.words
        self.sentences = sentences
        self.context = Context()
        self.statements: list[Statement] = []
        self.named: set[int] = set()
        self.corrects: bool | None = None
        self.opening = ""
        self.bony_from = NOWHERE
        self.index = 0
        self.regions = _regions(tokens.words)
        self.region_places = [place for place, _ in self.regions]
        self.headers_follow = _headers_follow(sentences)
        self.puzzles: list[tuple[int, int, float]] = []

    def read(self) -> Reading:
        for index, sentence in enumerate(self.sentences):
            self.index = index
            self._sentence(sentence)
        return Reading(self.statements, self.puzzles)

    # ----------------------------------------------------------------- headings

    def _sentence(self, sentence: Sentence) -> None:
        if sentence.cell >= 0:
            self._cell(sentence)
            return
        mentions, start, at_header = self.enter(sentence)
        if mentions and not self.context.skip:
            self._clause(sentence, mentions, start, at_header)

    def enter(self, sentence: Sentence) -> tuple[list[Mention], int, bool]:
        """Read the headings at the front of a sentence; returns what is left, where, and whether a level was headed."""
        self.context.columns.clear()
        mentions = sentence.mentions
        if sentence.line_start:
            self._line_start(sentence)
        start = sentence.i
        at_header = False
        while True:
            found = self._header(sentence, mentions, start)
            if found is None:
                break
            mentions, start, is_level = found
            at_header = at_header or is_level
        return mentions, start, at_header

    def _line_start(self, sentence: Sentence) -> None:
        context = self.context
        if context.skip and context.skip_inline:
            context.skip = context.skip_inline = False
        if (context.topic is not None and not context.topic_standalone) or (
            context.topic is not None and sentence.blank_before and context.topic_standalone and not sentence.item
        ):
            context.topic = None
        if (sentence.blank_before and not context.level_standalone) or (
            sentence.item
            and not context.level_standalone
            and (context.section == "impression" or sentence.item == context.level_item)
        ):
            context.level = None

    def _header(
        self, sentence: Sentence, mentions: list[Mention], start: int
    ) -> tuple[list[Mention], int, bool] | None:
        """Consume one heading at the front of a sentence; returns what is left."""
        if not mentions:
            return None
        if not sentence.has_colon and not (sentence.line_start and sentence.line_end):
            return self._dash_header(sentence, mentions, start)
        colon = self._colon(mentions, start, sentence) if sentence.has_colon else -1
        alone = colon < 0
        end = sentence.j if alone else colon
        head = [m for m in mentions if m.i < end]
        if not head or (alone and not self._stands_alone(sentence, head, start)):
            return self._dash_header(sentence, mentions, start)
        rest = [m for m in mentions if m.i > end] if not alone else []
        behind = end + 1 if not alone else sentence.j
        found = self._classify(head, start, end, sentence, not rest and (alone or behind >= sentence.j))
        if found is None:
            return None
        if alone:
            return [], behind, found == "level"
        return rest, behind, found == "level"

    def _colon(self, mentions: list[Mention], start: int, sentence: Sentence) -> int:
        for mention in mentions:
            if mention.i - start > MAX_HEADER_TOKENS + 8:
                return -1
            if mention.kind == "mark" and mention.value == ":":
                levels_only = all(
                    m.kind in ("level", "levels", "levelref", "conj", "site", "mark", "to", "of")
                    for m in mentions
                    if m.i < mention.i
                )
                if mention.i - start <= MAX_HEADER_TOKENS or levels_only:
                    return mention.i
                return -1
        return -1

    def _stands_alone(self, sentence: Sentence, head: list[Mention], start: int) -> bool:
        """Whether a sentence without colon is a heading on a line of its own."""
        if not sentence.line_start or not sentence.line_end or start != sentence.i:
            return False
        length = sentence.j - sentence.i
        kinds = {m.kind for m in head}
        if "section" in kinds or self._section_of(head) is not None:
            covered = sum(m.j - m.i for m in head)
            return length <= 5 and covered >= length - 1 and head[0].i == sentence.i
        if kinds <= {"level", "levels", "conj", "mark", "site"} and "level" in kinds:
            return sum(m.j - m.i for m in head) >= length - 1
        return bool(
            length <= 12 and self._region_of(start, sentence.j) and not kinds & {"finding", "pred", "open", "level"}
        )

    def _dash_header(
        self, sentence: Sentence, mentions: list[Mention], start: int
    ) -> tuple[list[Mention], int, bool] | None:
        """`L4-5 - text`, `L4-5 | text`, `L4-5. text`, `L3-L4 disc - text`: a level, a dash."""
        if mentions[0].kind not in ("level", "levels") or mentions[0].i - start > 1:
            return None
        k = 1
        while (
            k < len(mentions)
            and mentions[k].kind == "site"
            and mentions[k].value in ("disc", "level")
            and mentions[k].i == mentions[k - 1].j
        ):
            k += 1
        last = mentions[k - 1]
        is_dash = (
            k < len(mentions)
            and mentions[k].kind == "mark"
            and mentions[k].value in ("-", "=", "->")
            and mentions[k].i == last.j
        )
        closes = len(mentions) == k and last.j == sentence.j and not self._finding_headed(sentence, start)
        if is_dash:
            self._set_level(mentions[0], sentence, standalone=False)
            if k > 1 and mentions[1].value == "disc":
                self.context.topic, self.context.topic_standalone = _make_topic(mentions[1:2]), False
            return mentions[k + 1 :], mentions[k].j, True
        if closes:
            self._set_level(mentions[0], sentence, standalone=sentence.line_start and sentence.line_end)
            return [], sentence.j, True
        return None

    def _finding_headed(self, sentence: Sentence, start: int) -> bool:
        """Whether a heading just before names a finding: "Disc bulges: | L3-4 and L4-5"."""
        topic = self.context.topic
        return topic is not None and topic.finding is not None and start > sentence.i

    def _classify(self, head: list[Mention], start: int, end: int, sentence: Sentence, standalone: bool) -> str | None:
        context = self.context
        section = self._section_of(head)
        if section is not None and (head[0].i - start <= 3):
            self._enter(section, standalone, sentence)
            region = self._region_of(start, end)
            if region:
                context.region = region
            return "section"
        levels = [m for m in head if m.kind in ("level", "levels", "levelref")]
        asserting = [m for m in head if m.kind in ("pred", "finding", "open", "neg")]
        if levels and not asserting:
            if context.skip and context.section == "skip":
                context.section = "findings"
            context.skip = context.skip_inline = False
            self._set_level(levels[0], sentence, standalone=standalone, more=levels[1:])
            discs = [m for m in head if m.kind == "site" and m.value == "disc" and m.i >= levels[-1].j]
            if discs and not standalone:
                context.topic, context.topic_standalone = _make_topic(discs), False
            return "level"
        region = self._region_of(start, end)
        if region and not levels and not asserting and end - start <= 8:
            context.region = region
            context.level = None
            context.topic = None
            context.skip = context.skip_inline = False
            if context.section == "skip":
                context.section = "findings"
            return "region"
        if levels:
            return None
        if end - start > 6 or self.words[start] == "(":
            return None
        return self._topic(head, start, end, sentence, standalone)

    def _section_of(self, head: list[Mention]) -> str | None:
        for mention in head[:3]:
            if mention.kind == "section":
                return mention.value
            if mention.i > head[0].i + 4:
                break
        words = tuple(self.words[head[0].i : head[-1].j])
        return _SECTION_WORDS.get(" ".join(words))

    def _enter(self, section: str, standalone: bool, sentence: Sentence) -> None:
        context = self.context
        context.level = None
        context.topic = None
        context.level_standalone = False
        if section == "skip":
            context.skip = True
            context.section = "skip"
            context.skip_inline = not standalone and not self._findings_follow()
            return
        context.skip = context.skip_inline = False
        context.section = section
        if section == "addendum" and not context.addendum_line:
            context.addendum_line = sentence.line
        if section in ("impression", "addendum"):
            context.region = "lumbar"

    def _findings_follow(self) -> bool:
        """Whether the next heading of a section is one that ends a history for certain."""
        for sentence in self.sentences[self.index + 1 :]:
            if sentence.line_start and sentence.mentions:
                value = self._section_of(sentence.mentions)
                if value is not None and sentence.mentions[0].i - sentence.i <= 2:
                    return value in ("findings", "skip")
                if sentence.mentions[0].kind == "level" and sentence.mentions[0].i == sentence.i:
                    return False
        return False

    def _region_of(self, start: int, end: int) -> str:
        """Return the part of the spine that words name; lumbar where it is among several."""
        found = ""
        for index in range(bisect_left(self.region_places, start), len(self.regions)):
            place, region = self.regions[index]
            if place >= end:
                break
            if region == "lumbar":
                return region
            found = region
        return found

    def _set_level(self, mention: Mention, sentence: Sentence, *, standalone: bool, more: list[Mention] = []) -> None:  # noqa: B006
        context = self.context
        ref = _ref_of(mention)
        for other in more:
            extra = _ref_of(other)
            ref = LevelRef(
                ref.levels + extra.levels, ref.ref or extra.ref, ref.i, extra.j, outside=ref.outside and extra.outside
            )
        if not standalone and sentence.line_start and not context.topic_standalone:
            context.topic = None
        if context.topic is not None and not context.topic_standalone and standalone:
            context.topic = None
        levels = self._resolve(ref)
        context.level = LevelRef(levels, ref.ref if not levels else "", ref.i, ref.j, outside=ref.outside)
        if ref.ref == "rest":
            context.level.ref = "rest_named"
            context.level.levels = ()
        context.level_standalone = standalone
        context.header_line = sentence.line
        context.level_line = sentence.line
        context.level_item = sentence.item
        context.from_header = True
        if levels:
            self.named.update(levels)
            context.region = "lumbar"
            context.recent.append(levels)

    def _topic(self, head: list[Mention], start: int, end: int, sentence: Sentence, standalone: bool) -> str | None:
        context = self.context
        topic = _make_topic(head)
        new_line = sentence.line_start and start == sentence.i
        if new_line and not context.level_standalone:
            context.level = None
        context.topic = topic
        context.topic_standalone = standalone
        if context.skip and new_line:
            context.skip = context.skip_inline = False
            if context.section == "skip":
                context.section = "findings"
        return "topic"

    # -------------------------------------------------------------------- tables

    def _cell(self, sentence: Sentence) -> None:  # noqa: C901 - one grammar decision after another
        context = self.context
        column = sentence.cell
        mentions = sentence.mentions
        if sentence.line_start or column == 0:
            context.level = None
            context.topic = None
            context.skip = context.skip_inline = False
            if context.section == "skip":
                context.section = "findings"
            if (
                self.words[sentence.i] in ("level", "levels", "disc", "segment")
                and sentence.j - sentence.i <= 2
                and column == 0
            ):
                context.columns = [None]
                context.columns_skip = set()
                context.table_line = sentence.line
                return
        if context.table_line == sentence.line and context.columns:
            while len(context.columns) <= column:
                context.columns.append(None)
            context.columns[column] = _make_topic(mentions)
            if self.words[sentence.i] in ("previous", "prior", "before"):
                context.columns_skip.add(column)
            return
        if column == 0 and mentions:
            if mentions[0].kind in ("level", "levels"):
                self._set_level(mentions[0], sentence, standalone=False)
                return
            if not any(m.kind in ("pred",) for m in mentions) or sentence.j - sentence.i <= 4:
                context.topic = _make_topic(mentions)
                return
        if column in context.columns_skip:
            return
        if context.columns and column < len(context.columns):
            context.topic = context.columns[column]
        if not mentions:
            return
        at_header = False
        start = sentence.i
        if (
            mentions
            and mentions[0].kind in ("level",)
            and len(mentions) > 1
            and mentions[1].kind == "mark"
            and mentions[1].value == ":"
        ):
            self._set_level(mentions[0], sentence, standalone=False)
            mentions = mentions[2:]
            at_header = True
        self._clause(sentence, mentions, start, at_header or context.level is not None)

    # ------------------------------------------------------------------ sentences

    def _clause(self, sentence: Sentence, mentions: list[Mention], start: int, at_header: bool) -> None:
        context = self.context
        if self._of_other_region(sentence, mentions):
            return
        kinds = {mention.kind for mention in mentions}
        if kinds.isdisjoint(_ASSERTING) and not (kinds <= _LISTED and self._finding_headed(sentence, start)):
            if "numbering" not in kinds:
                self._note_levels(mentions)
            if kinds <= _LEVELS_ONLY:
                self.puzzles.append((sentence.i, sentence.j, UNTOLD))
            return
        mentions = settle(mentions, self.words, kinds)
        self.opening = self.words[start] if start < len(self.words) else ""
        reader = ClauseReader(self.words, context.topic, context.level, at_header)
        reader.previous_site = context.previous_site
        frames = reader.read(mentions)
        trailing = self._is_trailing_line(sentence, at_header)
        self.bony_from = _bony_from(mentions) if reader.vertebrae else NOWHERE
        before = len(self.statements)
        for frame in frames:
            self._state(frame, trailing)
        self._note_puzzles(sentence, mentions, reader, len(self.statements) - before)
        if len(self.statements) > before or not _counts_levels(mentions):
            self._remember(reader, frames, sentence)
        sited = [frame for frame in frames if frame.site in ("foramen", "recess", "root")]
        context.previous_site = _SITE_MENTIONS[sited[-1].site] if sited else None

    def _of_other_region(self, sentence: Sentence, mentions: list[Mention]) -> bool:
        """Whether a sentence speaks of the cervical or thoracic spine; it may open or end such a part."""
        context = self.context
        region = self._region_in(sentence)
        if context.region != "other" and region != "other":
            return False
        if context.region == "other" and region == "lumbar":
            context.region = "lumbar"
            return False
        if any(m.kind == "level" and m.group is not None and m.group.levels for m in mentions):
            return False
        if mentions[0].i - sentence.i <= MAX_REGION_WORDS and self._prose_region(sentence):
            context.region = "other"
        return True

    def _note_puzzles(self, sentence: Sentence, mentions: list[Mention], reader: ClauseReader, told: int) -> None:
        """Note what makes a sentence worth a second look."""
        weight = CELL if sentence.cell >= 0 else 0.0
        if not told and not reader.story and not reader.foreign and any(_is_telling(m) for m in mentions):
            weight += UNTOLD
        elif told < len(reader.frames) - LOST_FRAMES:
            weight += LOST
        elif reader.aside or any(ref.ref in _POINTING for ref in reader.levels_seen):
            weight += POINTING
        if sentence.j - sentence.i > LONG_SENTENCE:
            weight += UNTOLD
        if weight:
            self.puzzles.append((sentence.i, sentence.j, weight))

    def _region_in(self, sentence: Sentence) -> str:
        return self._region_of(sentence.i, min(sentence.j, sentence.i + 14))

    def _prose_region(self, sentence: Sentence) -> bool:
        words = self.words[sentence.i : sentence.i + 8]
        return "mri" in words

    def _note_levels(self, mentions: list[Mention]) -> None:
        """Let "At L4-5 there is a laminectomy." set the level of what follows."""
        for mention in mentions:
            if mention.kind == "site" and mention.value == "cord":
                return
            if (
                mention.kind == "level"
                and mention.group is not None
                and (mention.group.levels or mention.group.outside)
            ):
                self.context.level = _ref_of(mention)
                self.context.level_line = -1
                if mention.group.levels:
                    self.context.recent.append(mention.group.levels)
                self.context.from_header = False
                self.context.anchored = True
                return

    def _is_trailing_line(self, sentence: Sentence, at_header: bool) -> bool:
        """Whether a sentence stands on a line of its own behind the last header's text."""
        context = self.context
        if at_header or sentence.item or not sentence.line_start or context.level is None:
            return False
        if context.level_line == sentence.line:
            return False
        return not self.headers_follow[self.index]

    def _remember(self, reader: ClauseReader, frames: list[Frame], sentence: Sentence) -> None:
        context = self.context
        kinds = ("", *ANAPHORS)
        seen = [ref for ref in reader.levels_seen if not ref.slip and ref not in reader.aside and ref.ref in kinds]
        if seen and frames and all(frame.finding in SLIPS for frame in frames) and seen[0].i - sentence.i > 2:
            return
        if not seen:
            about_all = any(ref.ref in ("all", "any", "multi", "rest") for ref in reader.levels_seen)
            if (about_all or any(frame.rest for frame in frames)) and not context.from_header:
                context.level = None
            for frame in frames:
                if frame.finding == "modic" and frame.level is not None and not frame.inherited and frame.level.levels:
                    context.level = LevelRef(frame.level.levels, "", 0, 0)
                    context.recent.append(frame.level.levels)
            return
        resolved = [levels for levels in (self._resolve(ref) for ref in seen) if levels]
        outside = any(ref.outside for ref in seen)
        if not resolved:
            if outside:
                context.level = LevelRef((), "", 0, 0, outside=True)
                context.level_standalone = False
            return
        context.recent.extend(resolved)
        final = reader.level if reader.level is not None and reader.level in seen else seen[-1]
        levels = self._resolve(final) or resolved[-1]
        if len(resolved) > 1 and len(frames) > 1:
            said = {self._resolve(f.level) for f in frames if f.level is not None}
            if len(said) > 1:
                levels = resolved[-1]
        context.level = LevelRef(levels, "", 0, 0)
        context.level_standalone = False
        context.level_line = sentence.line
        context.from_header = False
        context.anchored = all(word in _LEADING for word in self.words[sentence.i : seen[0].i])
        context.wide = len(levels) > 1

    # ----------------------------------------------------------------- resolution

    def _resolve(self, ref: LevelRef | None) -> tuple[int, ...]:  # noqa: C901 - one grammar decision after another
        """Return the levels of a reference; empty when it points to all, the rest, or nowhere."""
        if ref is None:
            return ()
        if ref.levels or ref.outside:
            return ref.levels
        context = self.context
        recent = context.recent
        current = context.level.levels if context.level is not None else ()
        last = current or (recent[-1] if recent else ())
        if ref.ref == "these":
            return self._these(ref, last)
        if ref.ref == "this":
            return last
        if ref.ref == "both":
            if len(last) >= 2:
                return last
            return tuple(dict.fromkeys(level for group in recent[-2:] for level in group))
        pair = last if len(last) == 2 else tuple(dict.fromkeys(level for group in recent[-2:] for level in group))
        if ref.ref in ("former", "upper") and pair:
            return (pair[0],) if ref.ref == "former" else (min(pair),)
        if ref.ref in ("latter", "lower") and pair:
            return (pair[-1],) if ref.ref == "latter" else (max(pair),)
        if ref.ref == "above" and last:
            return tuple(level for level in (_step(last[0], -1),) if level is not None)
        if ref.ref == "below" and last:
            return tuple(level for level in (_step(last[-1], 1),) if level is not None)
        if ref.ref == "discs_above" and last:
            return tuple(level for level in LUMBAR if level < min(last))
        if ref.ref == "intervening" and context.slip_levels:
            low, high = min(context.slip_levels), max(context.slip_levels)
            return tuple(level for level in LUMBAR if low < level < high)
        return ()

    def _is_loose(self) -> bool:
        """Whether the level carried over was only mentioned, not announced, so that a bare negative is about all."""
        context = self.context
        if context.from_header or context.anchored:
            return False
        return context.section != "findings" or context.wide or self.opening in ("no", "there", "without", "neither")

    def _these(self, ref: LevelRef, last: tuple[int, ...]) -> tuple[int, ...]:
        """Resolve "these levels", and "all four of these levels" by counting back."""
        counts = {"two": 2, "three": 3, "four": 4, "both": 2}
        wanted = next((counts[w] for w in self.words[ref.i : ref.j] if w in counts), 0)
        if not wanted and len(last) > 1:
            return last
        found: list[int] = []
        for group in reversed(self.context.recent):
            found += [level for level in group if level not in found]
            if len(found) >= (wanted or 2):
                break
        return tuple(sorted(found[:wanted] if wanted else found)) or last

    def _state(self, frame: Frame, trailing: bool) -> None:  # noqa: C901 - one grammar decision after another
        context = self.context
        finding = frame.finding
        negative = _is_negative(frame)
        ref = frame.level
        levels: tuple[int, ...] = ()
        scope = "level"
        mode = ""
        if frame.inherited and frame.exclude:
            ref = None
        if ref is not None:
            if ref.outside and not ref.levels:
                return
            levels = self._resolve(ref)
            if ref.ref == "vague" or (ref.ref == "multi" and not negative):
                return
            if ref.ref == "multi" or ref.ref in ("all", "any"):
                levels, scope = LUMBAR, "blanket"
            elif ref.ref in ("rest", "rest_named"):
                levels, scope = LUMBAR, "blanket"
                mode = "rest_named" if ref.ref == "rest_named" or frame.i > ref.i else "rest"
            elif frame.inherited and negative and not _is_particular(frame) and (trailing or self._is_loose()):
                levels, scope = LUMBAR, "blanket"
            elif not levels:
                return
        if not levels:
            if not negative or frame.head.i > self.bony_from:
                return
            if _is_particular(frame):
                levels = context.recent[-1] if context.recent else ()
                if not levels:
                    return
            else:
                levels, scope = LUMBAR, "blanket"
        if mode == "rest_named" and (finding == "normal_alignment" or finding in SLIPS):
            mode = "rest"
        if frame.rest == "remaining" and scope == "blanket" and finding == "normal_alignment":
            mode = "rest"
        if frame.rest and finding in ("normal_disc", "normal_level"):
            mode = "rest_named"
        if (
            finding == "normal_alignment" and (ref is None or frame.inherited or not self._resolve(ref)) and not mode
        ) or (finding in SLIPS and negative and (ref is None or frame.inherited)):
            levels, scope = LUMBAR, "blanket"
        sides = self._sides(frame, levels)
        if context.section == "addendum" and not mode and self._corrects_side():
            mode = "correction"
        self._expand(frame, levels, scope, sides, mode)
        if finding == "herniation" and not negative and frame.sides in (1, 2):
            for level in levels:
                context.herniation[level] = frame.sides
        if finding in SLIPS and not negative:
            context.slip_levels = tuple(sorted({*context.slip_levels, *levels}))

    def _corrects_side(self) -> bool:
        """Whether the addendum says that a side was wrong."""
        if self.corrects is None:
            start = next((s.i for s in self.sentences if s.line >= self.context.addendum_line), 0)
            words = self.words[start:]
            self.corrects = any(word in _CORRECTIONS for word in words) or any(
                word == "not" and k + 1 < len(words) and words[k + 1] in ("right", "left", "the") and "sided" in words
                for k, word in enumerate(words)
            )
            upper = self.tokens.text[self.tokens.starts[start] :]
            self.corrects = self.corrects or bool(_LOUD_SIDE.search(upper))
        return self.corrects

    def _sides(self, frame: Frame, levels: tuple[int, ...]) -> int:
        if frame.sides:
            return frame.sides
        if frame.finding == "nerve_root" and not frame.plural and (frame.same or not frame.neg) and levels:
            side = self.context.herniation.get(levels[0], 0)
            if side:
                return side
        return 3

    def _expand(self, frame: Frame, levels: tuple[int, ...], scope: str, sides: int, mode: str) -> None:
        finding = frame.finding
        if finding == "stenosis" and not _is_negative(frame) and not frame.neg:
            names: tuple[str, ...] = ("canal_stenosis",)
        elif finding == "slip" and not _is_negative(frame):
            names = ("spondylolisthesis",)
        else:
            names = BUNDLES.get(finding, (finding,))
        certainty = "hedged" if frame.hedge else "negated" if _is_negative(frame) else "asserted"
        if finding in ("normal_level", "normal_disc", "normal_contour") and scope == "level":
            scope = "normal"
        exclude = [(level, side or BOTH) for ref, side in frame.exclude for level in self._resolve(ref)]
        section = self.context.section if self.context.section != "skip" else "findings"
        for name in names:
            if name not in FINDINGS:
                continue
            bits = final_bits(frame, name)
            if not bits:
                continue
            kept = (sides if name not in ("synovial_cyst",) or frame.sides else 3) if name in LATERAL else 0
            self.statements.append(
                Statement(
                    name,
                    bits,
                    kept,
                    levels,
                    section,
                    scope,
                    certainty,
                    frame.head.rule.id,
                    frame.i,
                    frame.j,
                    tuple(exclude),
                    mode,
                )
            )


_LEADING = frozenset(
    [
        "at",
        "the",
        "in",
        "on",
        "within",
        "of",
        "level",
        "levels",
        "-",
        "*",
        "(",
        "segment",
        "disc",
        "starting",
        "from",
        "and",
        "also",
        "segments",
    ]
)
_CORRECTIONS = frozenset(
    [
        "error",
        "erroneous",
        "incorrect",
        "incorrectly",
        "wrong",
        "reversed",
        "instead",
        "mistakenly",
        "transposed",
        "swapped",
        "typographical",
    ]
)
_LOUD_SIDE = re.compile(r"[a-z].{0,40}\b(?:LEFT|RIGHT)\b.{0,60}[a-z]", re.DOTALL)
_ASSERTING = frozenset(("pred", "finding", "open", "grade", "number", "post_neg", "side"))
_LUMBAR_WORDS = frozenset(("lumbar", "lumbosacral", "lss", "lumber", "ls", "l spine", "l sp", "lumbo"))
_DORSAL_PARTS = frozenset(
    ("spine", "vertebra", "vertebrae", "vertebral", "region", "levels", "column", "and", ":", "discs")
)
_OTHER_WORDS = frozenset(
    (
        "cervical",
        "thoracic",
        "c spine",
        "t spine",
        "c sp",
        "t sp",
        "dorsal",
        "d spine",
        "cervicothoracic",
        "cspine",
        "tspine",
    )
)
_LISTED = frozenset(("level", "levels", "conj", "mark", "of", "to"))
_LEVELS_ONLY = frozenset(("level", "levels", "conj", "mark"))
_POINTING = ANAPHORS | {"rest", "rest_named", "these", "intervening"}
_REGION_STARTS = frozenset(name.split()[0] for name in _LUMBAR_WORDS | _OTHER_WORDS)
_SECTION_WORDS = {
    "impression": "impression", "comparison": "skip", "history": "skip", "report": "findings", "question": "skip",
    "recommend": "skip", "clinical": "skip", "evaluation": "skip", "study": "skip", "examination": "skip",
    "exam": "skip", "reason for": "skip", "assessment": "impression", "query": "skip", "advice": "skip",
    "h/o": "skip", "c/o": "skip",
}  # fmt: skip


_SITE_MENTIONS = {site: stand_in(f"site.{site}", "site", site) for site in ("foramen", "recess", "root")}


def _headers_follow(sentences: list[Sentence]) -> list[bool]:
    """For each sentence, whether a line that begins with a level comes later in the same section."""
    follow = [False] * len(sentences)
    found = False
    for index in range(len(sentences) - 1, -1, -1):
        follow[index] = found
        first = sentences[index].mentions[0].kind if sentences[index].mentions else ""
        if first == "section":
            found = False
        elif sentences[index].line_start and first in ("level", "levels"):
            found = True
    return follow


def _regions(words: list[str]) -> list[tuple[int, str]]:
    """Find the words that name a part of the spine."""
    found = []
    for place in [k for k, word in enumerate(words) if word in _REGION_STARTS]:
        word = words[place]
        pair = f"{word} {words[place + 1]}" if place + 1 < len(words) else ""
        if word in _LUMBAR_WORDS or pair in _LUMBAR_WORDS:
            found.append((place, "lumbar"))
        elif word == "dorsal" and words[place + 1 : place + 2] and words[place + 1] not in _DORSAL_PARTS:
            continue  # European for posterior
        elif word in _OTHER_WORDS or pair in _OTHER_WORDS:
            found.append((place, "other"))
    return found


def _is_telling(mention: Mention) -> bool:
    """Whether a mention should have given a statement."""
    if mention.kind == "pred":
        return (mention.value, "canal") in meanings() or (mention.value, "root") in meanings()
    return mention.kind == "finding" and mention.value in FINDINGS and FINDINGS[mention.value].core


def _bony_from(mentions: list[Mention]) -> int:
    """Token of the single vertebra whose bone is spoken of: a negative behind it is about that bone alone."""
    if not any(mention.rule.id == "site.bone" for mention in mentions):
        return NOWHERE
    return next((mention.i for mention in mentions if mention.kind == "vertebra"), NOWHERE)


def _counts_levels(mentions: list[Mention]) -> bool:
    """Whether a sentence names levels only to count them, or for where the conus ends."""
    for mention in mentions:
        if mention.kind == "numbering" or (mention.kind == "site" and mention.value == "cord"):
            return True
        if mention.kind in ("finding", "pred"):
            return False
    return False


def _ref_of(mention: Mention) -> LevelRef:
    if mention.group is not None:
        return LevelRef(
            mention.group.levels,
            "",
            mention.i,
            mention.j,
            mention.group.slip,
            mention.group.outside and not mention.group.levels,
        )
    if mention.kind == "levels":
        return LevelRef(mention.rule.levels, "", mention.i, mention.j)
    return LevelRef((), mention.value, mention.i, mention.j)


def _make_topic(head: list[Mention]) -> Topic:
    topic = Topic()
    topic.mentions = head
    for mention in head:
        if mention.kind == "site":
            topic.sites.append(mention)
        elif mention.kind == "side":
            topic.sides = {"left": 1, "right": 2, "both": 3}.get(mention.value, 0)
        elif mention.kind == "finding" and topic.finding is None:
            topic.finding = mention
        elif mention.kind == "pred":
            topic.predicate = mention
    if topic.finding is not None:
        topic.sites = [site for site in topic.sites if site.value not in ("disc", "spine")]
    if topic.predicate is not None and not topic.sites and topic.predicate.value == "narrow":
        topic.sites = [stand_in("site.canal", "site", "canal")]
    return topic


def _step(level: int, direction: int) -> int | None:
    order = [INDEX["T12-L1"], *LUMBAR]
    if level not in order:
        return None
    position = order.index(level) + direction
    return order[position] if 0 <= position < len(order) else None


def _is_negative(frame: Frame) -> bool:
    if frame.neg in ("no", "not") or frame.gone or (frame.cap == "at_most" and not frame.hedge):
        return True
    return frame.bits == 1


def _is_particular(frame: Frame) -> bool:
    """Whether a negative speaks of one side, root or disc, or of what was just spoken of, so never of all levels."""
    of_disc = frame.finding in ("normal_disc", "normal_contour") or (
        frame.finding == "degeneration" and frame.site == "disc"
    )
    one_disc = of_disc and frame.head.kind == "open" and not frame.plural
    return (
        (one_disc and not frame.rest)
        or (frame.sides in (1, 2) and frame.finding in LATERAL)
        or frame.named
        or frame.same
    )


def final_bits(frame: Frame, name: str) -> int:
    """Turn words of degree, negation and hedging into the grades left possible."""
    finding = FINDINGS[name]
    full = (1 << len(finding.scale)) - 1
    absent = finding.absent is not None
    present = full - 1 if absent else full
    if frame.gone and absent:
        return 1
    if frame.bits == 1 and absent:
        return 3 if frame.hedge and name in SEVERITY_FINDINGS else 1
    graded = name in SEVERITY_FINDINGS
    if graded:
        bits = frame.grade or present
        if frame.neg in ("no", "not"):
            return _below(frame.grade) if frame.grade else 1
        if frame.neg == "grade":
            bits = _below(frame.grade) & present or 1
    elif name == "spondylolisthesis":
        bits = _slip_bits(frame, present)
        if frame.neg in ("no", "not"):
            return 1
    elif frame.neg in ("no", "not"):
        return _negated(name, frame.bits if frame.bits != GRADED else present)
    else:
        bits = frame.bits if frame.bits != GRADED else present
    if frame.hedge and absent:
        bits |= 1
    return bits & full


def _below(grade: int) -> int:
    """Everything milder than the mildest grade that is denied."""
    lowest = grade & -grade
    return lowest - 1 if lowest > 1 else 1


def _negated(name: str, bits: int) -> int:
    if name in ("modic", "retrolisthesis") or FINDINGS[name].absent is None:
        return 1 if FINDINGS[name].absent is not None else 0
    if name == "herniation":
        return {4: 3, 8: 7, 12: 3}.get(bits, 1)
    return _below(bits)


def _slip_bits(frame: Frame, present: int) -> int:
    if frame.number is not None and frame.number.form == "grade":
        return frame.number.bits & present or present
    if frame.grade:
        if frame.grade == 2:
            return 2
        if frame.grade == 8:
            return 24
    if 0 < frame.mm <= GRADE1_MM:
        return 2
    return present
