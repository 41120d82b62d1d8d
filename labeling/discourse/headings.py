"""Headings: sections, levels and topics that stand before the text they are about."""

from __future__ import annotations

from collections.abc import Sequence

from deepspine.labeling.clauses.frames import DISC_WORDS, DISCS, PLACES, SIDES, ZONED, LevelRef, Topic, stand_in
from deepspine.labeling.discourse.context import Context
from deepspine.labeling.discourse.level_lines import LevelLines, gives_value, is_named
from deepspine.labeling.discourse.references import ref_of, resolve
from deepspine.labeling.discourse.regions import Regions
from deepspine.labeling.discourse.sections import Sections, is_bare_section, is_dash, is_dashed_section, says_more
from deepspine.labeling.mentions import HEADS, Mention
from deepspine.labeling.texts.sentence import Sentence

MAX_HEADER_TOKENS = 9
"""Words before the colon of a heading; a list of levels may be longer."""

MOST_HEADER_TOKENS = 17
MAX_TOPIC_TOKENS = 8
"""Words before the colon of a heading that names a site or finding: "Narrowing of the lateral recess (Rt/Lt)"."""

NO_LEVEL: tuple[int, LevelRef | None] = (-1, None)
_OF_NAME = frozenset(("the", "change", "changes", ","))
"""Words of a finding's name that are no mention: "Modic changes", "narrowing of the canal", and what ends it."""

_LIKENESS = frozenset(("as", "like"))
"""Words before a level that a heading's own is likened to, and no heading: "L2-3: | As L1-2"."""

_LEVEL_LIST = frozenset(("level", "levels", "levelref", "conj", "site", "mark", "to", "of"))

_STATES = frozenset(("hedge", "neg", "open", "post_neg"))
"""Kinds of mentions that deny or doubt something of levels, and head nothing."""

_TOLD = HEADS | {"site"}
_ENDING_VALUE = _TOLD | {"breaker", "mark", "level", "levels"}
"""Kinds of mentions that end the value of a heading."""

_DISCS = frozenset(("disc", "disc_space"))
_OF_LEVEL = _DISCS | frozenset(("canal", "facet", "flavum", "foramen", "recess", "root", "sac"))
"""Parts of a level that its heading may name."""


class Headings:
    """Reads what stands before the text: it moves the context, and leaves the rest of the sentence."""

    def __init__(self, words: list[str], sentences: list[Sentence], context: Context) -> None:
        self.words = words
        self.sentences = sentences
        self.context = context
        self.regions = Regions(words)
        self.lines = LevelLines(words, sentences)
        self.sections = Sections(words, sentences, context)
        self.index = 0
        self.headed = NO_LEVEL

    def opens_field(self) -> bool:
        """Whether the sentence in hand opens a field of the level above it."""
        return self.index in self.lines.fields

    def enter(self, sentence: Sentence) -> tuple[list[Mention], int, bool]:
        """Read the headings at the front of a sentence; returns what is left, where, and whether a level was headed."""
        if self.context.columns:
            self.context.columns.clear()
        if 0 <= self.context.skip_ends < self.index:
            self.context.leave_skipped()
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
        context.excepted = ()
        if context.skip and (context.skip_inline or self.sections.ends_open(self.index)):
            context.leave_skipped()
        if not context.side_standalone or sentence.blank_before:
            context.side = 0
        if not context.topic_standalone or (sentence.blank_before and not sentence.item):
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
        if sentence.has_colon:
            dashed = self._dash_header(sentence, mentions, start)
            if dashed is not None:
                return dashed
        elif not (sentence.line_start and sentence.line_end):
            return self._dash_header(sentence, mentions, start)
        colon = self._colon(mentions, start) if sentence.has_colon else -1
        set_off = colon > 0 and _drops_comma(mentions, colon)
        colon -= set_off
        if colon < 0:
            head, rest, end, behind = mentions, [], sentence.j, sentence.j
        else:
            end = mentions[colon].i
            head, rest, behind = mentions[:colon], mentions[colon + 1 :], end + 1
        if not head or (colon < 0 and not self._stands_alone(sentence, head, start)):
            return self._dash_header(sentence, mentions, start)
        states = any(mention.kind in _STATES for mention in head)
        if (states or head[0].kind == "grade") and _is_said_of(head, rest):
            if states and rest[0].kind in ("level", "levels"):
                rest[0].form = "at"
                del mentions[colon]
            return None
        if (set_off and _is_of_value(head, rest)) or self._heads_list(head, start, end):
            self.set_topic(head[:-1], start, sentence, standalone=False)
            self.set_level(head[-1], sentence, standalone=False)
            return rest, behind, True
        found = self._classify(head, start, end, sentence, not rest and behind >= sentence.j)
        return None if found is None else (rest, behind, found == "level")

    def _heads_list(self, head: list[Mention], start: int, end: int) -> bool:
        """Whether a heading names what others on its line have too: "Canal stenosis L3-4: mild, L4-5: severe"."""
        *named, level = head
        following = self.sentences[self.index + 1] if self.index + 1 < len(self.sentences) else None
        if not named or level.kind != "level" or level.form == "at" or following is None or following.line_start:
            return False
        covered = {place for mention in head for place in range(mention.i, mention.j)}
        between = {self.words[place] for place in range(start, end) if place not in covered}
        if not is_named(named) or not between <= _OF_NAME:
            return False
        return self._colon(following.mentions, following.i) == 1 and gives_value(following)

    def _colon(self, mentions: list[Mention], start: int) -> int:
        """Return the index of the colon that ends a heading, or -1."""
        for index, mention in enumerate(mentions):
            if mention.i - start > MOST_HEADER_TOKENS:
                return -1
            if self.words[mention.i] == ";":
                return -1
            if mention.kind == "mark" and mention.value == ":":
                if self._is_in_brackets(start, mention.i):
                    return -1
                short = mention.i - start <= MAX_HEADER_TOKENS
                return index if short or all(m.kind in _LEVEL_LIST for m in mentions[:index]) else -1
        return -1

    def _is_in_brackets(self, start: int, place: int) -> bool:
        """Whether brackets open before a colon and close behind it: "Foraminal stenosis (left | : mild)"."""
        words = self.words[start:place]
        return "(" in words and words[-words[::-1].index("(") :].count(")") == 0

    def _stands_alone(self, sentence: Sentence, head: list[Mention], start: int) -> bool:
        """Whether a sentence without colon is a heading on a line of its own."""
        if not sentence.line_start or not sentence.line_end or start != sentence.i:
            return False
        length = sentence.j - sentence.i
        kinds = {m.kind for m in head}
        if "section" in kinds or self.sections.section_of(head) is not None:
            return is_bare_section(sentence, head)
        if kinds <= {"level", "levels", "conj", "mark", "site"} and "level" in kinds:
            return sum(m.j - m.i for m in head) >= length - 1
        if kinds == {"site"} and sum(m.j - m.i for m in head) == length and self._place_opens_next():
            return True
        if not kinds.isdisjoint(("pred", "finding")) and self.lines.is_title(self.index):
            return True
        return bool(
            length <= 12 and self.regions.within(start, sentence.j) and not kinds & {"finding", "pred", "open", "level"}
        )

    def _place_opens_next(self) -> bool:
        """Whether the line behind this sentence begins with a level or a side."""
        following = self.sentences[self.index + 1 : self.index + 2]
        return any(s.line_start and s.mentions and s.mentions[0].kind in ("level", "side") for s in following)

    def _dash_header(
        self, sentence: Sentence, mentions: list[Mention], start: int
    ) -> tuple[list[Mention], int, bool] | None:
        """`L4-5 - text`, `L4-5. text`, `L3-L4 disc - text`, `Canal - text`: a level or a site, a dash."""
        if self.words[start] in _LIKENESS:
            return None
        if mentions[0].kind not in ("level", "levels") or mentions[0].i - start > 1:
            if not sentence.has_dash:
                return None
            return self._dash_section(sentence, mentions, start) or self._dash_topic(sentence, mentions, start)
        k = 1
        while (
            k < len(mentions)
            and mentions[k].kind == "site"
            and mentions[k].value in ("disc", "level")
            and mentions[k].i == mentions[k - 1].j
        ):
            k += 1
        last = mentions[k - 1]
        dashed = k < len(mentions) and is_dash(mentions[k], last.j)
        closes = len(mentions) == k and last.j == sentence.j and not self.finding_headed(sentence, start)
        if dashed:
            self.set_level(mentions[0], sentence, standalone=False)
            if k > 1 and mentions[1].value == "disc":
                self.context.topic, self.context.topic_standalone = make_topic(mentions[1:2]), False
            return mentions[k + 1 :], mentions[k].j, True
        if closes:
            self.set_level(mentions[0], sentence, standalone=sentence.line_start and sentence.line_end)
            return [], sentence.j, True
        return None

    def _dash_section(
        self, sentence: Sentence, mentions: list[Mention], start: int
    ) -> tuple[list[Mention], int, bool] | None:
        """`Clinical details - sciatica`, `Findings - mild bulge`: a section that opens a line, a dash and text."""
        if not sentence.line_start or start != sentence.i or not is_dashed_section(sentence):
            return None
        self.sections.enter(mentions[0].value, self.index, mentions[1].i, standalone=False)
        return mentions[2:], mentions[1].j, False

    def _dash_topic(
        self, sentence: Sentence, mentions: list[Mention], start: int
    ) -> tuple[list[Mention], int, bool] | None:
        """`Canal - mild`, `Neural foraminal narrowing - left severe`: nothing but a site or finding before the dash."""
        place = start
        for index, mention in enumerate(mentions):
            if mention.i != place or index == len(mentions) - 1:
                return None
            if index and is_dash(mention, place):
                if mentions[0].kind == "finding" and _begins_anew(mentions[index + 1 :]):
                    return None
                self.set_topic(mentions[:index], start, sentence, standalone=False)
                return mentions[index + 1 :], mention.j, False
            if mention.kind not in ("site", "pred", "finding"):
                return None
            place = mention.j
        return None

    def finding_headed(self, sentence: Sentence, start: int) -> bool:
        """Whether a heading just before names a finding: "Disc bulges: | L3-4 and L4-5", "Canal stenosis: | L4-5"."""
        topic = self.context.topic
        named = topic is not None and (topic.finding is not None or topic.predicate is not None)
        return named and start > sentence.i

    def _classify(self, head: list[Mention], start: int, end: int, sentence: Sentence, standalone: bool) -> str | None:
        """Take a heading for what it is: a section, levels, a part of the spine or a topic; None when it is none."""
        context = self.context
        levels = [m for m in head if m.kind in ("level", "levels", "levelref")]
        section = self.sections.headed(head, start, end, sentence)
        if section is not None and not (section == "findings" and levels):
            alone = standalone and not (end == sentence.j and says_more(head, start, end))
            self.sections.enter(section, self.index, end, standalone=alone)
            context.region = self.regions.within(start, end) or context.region
            if section == "addendum" and head[-1].kind == "level":
                self.set_level(head[-1], sentence, standalone=standalone)
            return "section"
        asserting = [m for m in head if m.kind in ("pred", "finding", "open", "neg")]
        if not levels and not context.skip and _is_vertebral(head, start):
            levels = head[:1]
        if levels and not asserting:
            self._enter_levels(head, levels, sentence, standalone=standalone)
            return "level"
        region = self.regions.within(start, end)
        if region and not levels and not asserting and end - start <= 8:
            context.region = region
            context.level = None
            context.topic = None
            context.leave_skipped()
            return "region"
        if levels:
            return None
        if len(head) == 1 and head[0].kind in ("side", "side_post") and head[0].i == start and head[0].j == end:
            self.set_side(head[0], sentence, standalone=standalone)
            return "side"
        if end - start > MAX_TOPIC_TOKENS or self.words[start] == "(" or not _is_topic(head):
            return None
        self.set_topic(head, start, sentence, standalone)
        return "topic"

    def _enter_levels(
        self, head: list[Mention], levels: list[Mention], sentence: Sentence, *, standalone: bool
    ) -> None:
        """Let a heading say of which levels, parts or sides the text is: "L4-5 left foramen:", "Right L4-5:"."""
        context = self.context
        context.leave_skipped()
        self.set_level(levels[0], sentence, standalone=standalone, more=levels[1:])
        parts = self._parts_of(head, levels[-1])
        side = _side_of_level(head)
        if parts and not standalone:
            context.topic, context.topic_standalone = make_topic(parts), False
        elif side is not None:
            self.set_side(side, sentence, standalone=standalone)

    def _parts_of(self, head: list[Mention], level: Mention) -> list[Mention]:
        """Return what a heading names of its levels: "L4-5 | left foramen:", "The remaining | discs:"."""
        if level.kind != "level" and self.words[level.j - 1] in DISC_WORDS:
            return [Mention(DISCS, level.j - 1, level.j)]
        parts = [m for m in head if m.kind == "site" and m.value in _OF_LEVEL and m.i >= level.j]
        parts += [m for m in head if m.value in _DISCS and m.j == level.i]
        sides = [m for m in head if m.kind == "side" and (m.i >= level.j or m.j == level.i)] if parts else []
        return [*sides, *parts]

    def _end_side(self, *, standalone: bool) -> None:
        """End a side's heading at another one, unless that stands beside or, on its line, below it."""
        context = self.context
        if standalone or not (context.side_standalone or context.side_sentence == self.index):
            context.side = 0

    def set_level(
        self, mention: Mention, sentence: Sentence, *, standalone: bool, more: Sequence[Mention] = ()
    ) -> None:
        """Let a heading say which levels the text behind it is about."""
        context = self.context
        self._end_side(standalone=standalone or context.side_of_level)
        ref = ref_of(mention)
        for other in more:
            extra = ref_of(other)
            ref = LevelRef(
                ref.levels + extra.levels, ref.ref or extra.ref, ref.i, extra.j, outside=ref.outside and extra.outside
            )
        if (standalone or _is_foreign(context.topic)) and not context.topic_standalone:
            context.topic = None
        levels = resolve(ref, context, self.words)
        context.just_named = ()
        context.level = LevelRef(levels, ref.ref if not levels else "", ref.i, ref.j, outside=ref.outside)
        if ref.ref == "rest":
            context.level.ref = "elsewhere" if context.topic_standalone and context.topic is not None else "rest_named"
            context.level.levels = ()
        context.level_standalone = standalone
        context.level_line = sentence.line
        context.level_item = sentence.item
        context.level_of_topic = context.level_nests = False
        context.left_line = -1
        context.from_header = True
        self.headed = (self.index, context.level)
        if levels:
            context.region = "lumbar"
            context.recent.append(levels)

    def set_side(self, mention: Mention, sentence: Sentence, *, standalone: bool) -> None:
        """Let a heading say of which side the text behind it is; that of the site's heading before it ends."""
        context = self.context
        context.side, context.side_standalone = SIDES.get(mention.value, 0), standalone
        context.side_sentence = self.index
        context.side_of_level = context.level_standalone or context.level_line == sentence.line
        if context.topic is not None and context.topic.sides:
            context.topic = context.topic.without_side()

    def set_topic(self, head: list[Mention], start: int, sentence: Sentence, standalone: bool) -> None:
        """Let a heading say what the text behind it is about: "Foramina:", "Disc bulges:"."""
        context = self.context
        self._end_side(standalone=standalone)
        new_line = sentence.line_start and start == sentence.i
        if new_line and self.opens_field():
            self._go_on_with_level()
        elif (new_line and not (context.level_standalone or context.level_nests)) or (
            context.level_of_topic and not context.from_header
        ):
            context.level = None
        elif not new_line and context.from_header and context.level_line == sentence.line:
            context.level_nests = True
        context.topic = make_topic(head)
        context.topic_standalone, context.topic_told = standalone, False
        if context.skip and new_line:
            context.leave_skipped()

    def _go_on_with_level(self) -> None:
        """Let a field be about the level above it, whatever levels the fields before it have named."""
        context = self.context
        sentence, level = self.headed
        if sentence == self.lines.fields[self.index]:
            context.level, context.from_header = level, True
        elif context.level_of_topic and not context.from_header:
            context.level = None


def _begins_anew(behind: list[Mention]) -> bool:
    """Whether something else is told behind a lesion and a dash: "Bulge - | mild canal stenosis", not "- | mild"."""
    first = next((mention for mention in behind if mention.kind in _ENDING_VALUE), None)
    return first is not None and first.kind in _TOLD


def _drops_comma(mentions: list[Mention], colon: int) -> bool:
    """Drop the comma of a heading that names a finding and its level: "Canal stenosis, | L4-5: severe"."""
    place = next((place for place in range(1, colon) if mentions[place].value == ","), 0)
    level = mentions[place + 1 : colon]
    if not place or [mention.kind for mention in level] not in (["level"], ["side", "level"]):
        return False
    named = is_named(mentions[:place])
    if named:
        del mentions[place]
    return named


def _is_of_value(head: list[Mention], rest: list[Mention]) -> bool:
    """Whether what a heading names is said again by what follows: not "Disc protrusion, L4-5: | left paracentral"."""
    return all(m.value not in ZONED for m in head) or all(m.kind in ("grade", "mark") for m in rest)


def _side_of_level(head: list[Mention]) -> Mention | None:
    """Return the side of a heading that names a level and its side alone: "Right L4-5:", "L4-5 right:"."""
    sides = [mention for mention in head if mention.kind in ("side", "side_post")]
    return sides[0] if len(sides) == 1 and len(head) == 2 else None


def _is_vertebral(head: list[Mention], start: int) -> bool:
    """Whether a heading begins with a vertebra and names no site of it ("L4-S:"): it ends the level before."""
    return head[0].kind == "vertebra" and head[0].i == start and all(m.kind != "site" for m in head)


def _is_said_of(head: list[Mention], rest: list[Mention]) -> bool:
    """Whether a colon ends what is said of levels, and no heading: "Severe canal stenosis: | L4-5", "Normal: | L1-2".

    A degree alone may stand before what it is of: "Severe: | L4-5 stenosis".
    """
    if all(mention.kind == "grade" for mention in head):
        return bool(rest)
    return bool(rest) and all(mention.kind in PLACES for mention in rest)


def _is_topic(head: list[Mention]) -> bool:
    """Whether all words before a colon can be what the text behind it is about."""
    return not (_ends_in_side_behind_value(head) or _names_sides_apart(head))


def _names_sides_apart(head: list[Mention]) -> bool:
    """Whether sites of different sides are listed, which is no heading: "left foramen and both recesses: narrowed"."""
    sites = [mention for mention in head if mention.kind == "site"]
    kinds = {mention.kind for mention in head}
    sides = [mention for mention in head if mention.kind == "side"]
    if len(sites) < 2 or not sides or not kinds <= {"site", "side", "conj", "mark"}:
        return False
    return len({side.value for side in sides}) > 1 or sides[0].i > sites[0].i or sites[-1].plural


def _ends_in_side_behind_value(head: list[Mention]) -> bool:
    """Whether what a colon ends is no heading but "mild narrowing, right: ..."."""
    return head[-1].kind in ("side", "side_post") and any(
        mention.kind in ("grade", "post_neg", "open") for mention in head
    )


def _is_foreign(topic: Topic | None) -> bool:
    """Whether a heading in front announced what is not labelled: "Vertebral bodies: normal. | L4-5: ..."."""
    return topic is not None and topic.finding is None and any(site.value in ("other", "cord") for site in topic.sites)


def make_topic(head: list[Mention]) -> Topic:
    """Return what the mentions of a heading announce."""
    topic = Topic()
    topic.mentions = head
    for mention in head:
        if mention.kind == "site":
            topic.sites.append(mention)
        elif mention.kind in ("side", "side_post"):
            topic.sides |= SIDES.get(mention.value, 0)
        elif mention.kind == "finding":
            topic.finding = topic.finding or mention
            topic.findings.append(mention)
        elif mention.kind == "pred":
            topic.predicate = mention
    if topic.finding is not None:
        topic.sites = [site for site in topic.sites if site.value not in ("disc", "spine")]
    if topic.predicate is not None and not topic.sites and topic.predicate.value == "narrow":
        topic.sites = [stand_in("site.canal", "site", "canal")]
    return topic
