"""One report, sentence by sentence, into statements."""

from __future__ import annotations

from collections.abc import Collection

from deepspine.data.findings import FINDINGS
from deepspine.labeling.arranging.assertion import settle
from deepspine.labeling.arranging.bracketed_details import (
    with_degrees_of_parts_free,
    with_details_behind,
    with_sites_free,
)
from deepspine.labeling.arranging.denied_places import with_neither_ahead
from deepspine.labeling.arranging.endplate_types import with_types
from deepspine.labeling.arranging.level_details import with_levels_in_order
from deepspine.labeling.arranging.level_lists import (
    with_bracketed_levels_free,
    with_finding_of_next_level,
    with_none_among_degrees,
    with_placed_items,
)
from deepspine.labeling.arranging.levels_beside import (
    operated_levels,
    with_levels_beside,
    with_levels_of_operation,
    with_neighbours_named,
)
from deepspine.labeling.arranging.paired_sides import sided_by_position, sided_within
from deepspine.labeling.arranging.placed_subjects import (
    with_contrasted_side,
    with_predicate_again,
    with_subjects_apart,
    without_contrast,
    without_degree_of_changes,
)
from deepspine.labeling.arranging.pronouns import (
    has_pronouns,
    last_lesion,
    subject_of,
    with_lesion_again,
    with_subject_again,
)
from deepspine.labeling.arranging.respective import with_shares, with_shares_of_heading
from deepspine.labeling.arranging.seen_places import with_limits
from deepspine.labeling.arranging.sided_levels import (
    with_lesion_of_each_level,
    with_sided_levels_apart,
    with_sides_of_list,
)
from deepspine.labeling.arranging.slip_mentions import with_listed_slips
from deepspine.labeling.attachment import ClauseReader
from deepspine.labeling.clauses.frames import (
    BOTH,
    LATERAL,
    LEFT,
    RIGHT,
    SEVERITY_FINDINGS,
    SLIPS,
    STENOSES,
    Frame,
    LevelRef,
    Topic,
    meanings,
)
from deepspine.labeling.clauses.negation import ANSWERS
from deepspine.labeling.clauses.normality import LIGHT
from deepspine.labeling.discourse.answers import MAX_ANSWER_WORDS, answer, is_asked, with_answers, with_listed_places
from deepspine.labeling.discourse.carrying import ANAPHORS, Carrying
from deepspine.labeling.discourse.context import Context, Reading
from deepspine.labeling.discourse.echoes import (
    echoed,
    like_another,
    opening_likeness,
    without_outdone,
)
from deepspine.labeling.discourse.headings import Headings
from deepspine.labeling.discourse.remnants import Remnants
from deepspine.labeling.discourse.stating import NOWHERE, Stating, opens_with_denial, opens_with_lesions_before
from deepspine.labeling.discourse.table_cells import enter_cell
from deepspine.labeling.level_order import OF_SEVERAL
from deepspine.labeling.lexicon import Rule
from deepspine.labeling.mentions import BONE, BONE_LESION, SIDES, Mention
from deepspine.labeling.statements import Statement
from deepspine.labeling.texts.sentence import Sentence
from deepspine.labeling.texts.tokenization import Tokens

UNTOLD, POINTING = 0.3, 0.04
"""How much a sentence without a statement, and one that points back or excepts, adds to the doubt."""

CELL, LOST, LOST_FRAMES = 0.06, 0.1, 2
"""What a table's cell adds, and a sentence of which more than two assertions gave no statement."""

LONG_SENTENCE = 45
MAX_REGION_WORDS = 8
REGION_REACH = 14
"""Words of a sentence among which the part of the spine is named that it speaks of."""

_POINTING = ANAPHORS | {"rest", "rest_named", "elsewhere", "these", "intervening"}
_GOING_BACK = frozenset(("consequent", "it", "resultant", "resulting", "this"))
"""Words that open a sentence about the slip in the one before: "This narrows ...", "There is resultant stenosis"."""
_OF_LESIONS = frozenset(("they", "these", "neither"))
"""Words that open a sentence about the lesions in the one before: "They do not ...", "Neither causes ..."."""
_OF_LESION = frozenset(("not", "that", "which", "without"))
_PARTED = frozenset((",", ";", "and"))
"""Words behind a lesion that lead to what it does not do, and those that part it from what is denied."""

_ASSERTING = frozenset(("pred", "finding", "open", "grade", "number", "post_neg", "side", "answer"))
_LISTED = frozenset(("level", "levels", "conj", "mark", "of", "to"))
_LEVELS_ONLY = frozenset(("level", "levels", "conj", "mark"))
_NAMED_LEVELS = frozenset(("level", "levels"))
_ELLIPTIC = _NAMED_LEVELS | {
    "grade",
    "of",
    "conj",
    "mark",
    "cop",
    "side",
    "side_post",
    "breaker",
    "to",
    "change",
    "prior",
}
"""Kinds of mentions of a sentence that gives degrees and levels to the finding of the one before."""

_PLACED = frozenset(("level", "levels", "levelref", "vertebra"))
"""Kinds of mentions that name levels."""

_NARROWED = frozenset(("canal", "foramen", "recess"))
_DENYING = frozenset(("neg", "open", "post_neg"))
_UNPLACED = _PLACED | {"neg", "post_neg", "hedge"}
_DENIED_ALONE = _NAMED_LEVELS | {"post_neg", "mark"}


def read_report(tokens: Tokens, sentences: list[Sentence], *, puzzled: bool = False) -> Reading:
    """Read all sentences of a report, in order, into statements.

    Parameters
    ----------
    tokens, sentences
        Of the report.
    puzzled
        Whether to note what was hard to read, which only the doubt asks for.
    """
    return Reader(tokens, sentences, puzzled=puzzled).read()


def heading_sections(tokens: Tokens, sentences: list[Sentence]) -> list[tuple[int, int, str]]:
    """Return first token, end token and section of each sentence: findings, impression, addendum or skip."""
    context = Context()
    headings = Headings(tokens.words, sentences, context)
    found = []
    for headings.index, sentence in enumerate(sentences):
        headings.enter(sentence)
        found.append((sentence.i, sentence.j, "skip" if context.skip else context.section))
    return found


class Reader:
    """Goes through the sentences of one report and keeps what the next one needs."""

    def __init__(self, tokens: Tokens, sentences: list[Sentence], *, puzzled: bool) -> None:
        self.puzzled = puzzled
        self.words = tokens.words
        self.operated = operated_levels(tokens.words)
        self.sentences = sentences
        self.context = Context()
        self.headings = Headings(tokens.words, sentences, self.context)
        self.stating = Stating(tokens, sentences, self.context)
        self.carrying = Carrying(self.words, self.context)
        self.remnants = Remnants(self.words)
        self.puzzles: list[tuple[int, int, float]] = []
        self.elliptic = False
        self.has_pronouns = has_pronouns(tokens.words)
        self.subject: list[Mention] = []
        self.lesion: Mention | None = None
        self.before: list[Mention] = []
        self.behind_slip = False
        self.echoes: list[Statement] = []

    def read(self) -> Reading:
        """Read all sentences."""
        headings, context = self.headings, self.context
        for headings.index, sentence in enumerate(self.sentences):
            entered = enter_cell(sentence, headings) if sentence.cell >= 0 else headings.enter(sentence)
            if entered is None:
                continue
            mentions, start, at_header = entered
            if start > sentence.i and sentence.j - start <= MAX_ANSWER_WORDS:
                mentions = answer(self.words, start, sentence.j, mentions, context.topic) or mentions
            if at_header and not context.skip and sentence.cell < 0 and context.topic is None:
                mentions, start = self._without_likeness(sentence, mentions, start)
            if mentions and not context.skip:
                self._clause(sentence, mentions, start, at_header)
        return Reading(without_outdone(self.stating.statements, self.echoes), self.puzzles)

    def _without_likeness(self, sentence: Sentence, mentions: list[Mention], start: int) -> tuple[list[Mention], int]:
        """Say of a level what the one has that its text begins with ("As at L3-4, | but ..."); return the rest."""
        level, likeness = self.context.level, opening_likeness(self.words, start, sentence.j, mentions)
        if likeness is None or level is None:
            return mentions, start
        found = like_another(likeness, sentence, level.levels, self.stating.statements, self.context.section)
        self.echoes += found
        self.stating.statements += found
        return [mention for mention in mentions if mention.i >= likeness.end], likeness.end

    def _answered(self, sentence: Sentence, mentions: list[Mention], start: int, *, at_header: bool) -> list[Mention]:
        """Return the mentions behind a heading with the answers that its levels and sides give it."""
        if not ANSWERS.isdisjoint(self.words[start : sentence.j]):
            return with_answers(mentions, self.words, self.context.topic)
        behind_heading = start > sentence.i or mentions[0].kind in _NAMED_LEVELS
        if not (behind_heading and is_asked(self.context.topic)):
            return mentions
        return with_listed_places(mentions, self.words, self.context.topic, at_header=at_header)

    def _clause(self, sentence: Sentence, mentions: list[Mention], start: int, at_header: bool) -> None:
        """Read what is left of a sentence behind its headings."""
        if self._of_other_region(sentence, mentions):
            return
        topic = self._topic_of_clause(mentions, at_header=at_header)
        mentions = self._with_pronouns_read(mentions, start)
        mentions, start = self._in_order(mentions, start, at_header=at_header)
        mentions = self._answered(sentence, mentions, start, at_header=at_header)
        self.before = mentions
        kinds = _kinds_of(mentions)
        if kinds.isdisjoint(_ASSERTING) and not (kinds <= _LISTED and self.headings.finding_headed(sentence, start)):
            if "same" in kinds:
                self._echo(sentence, start, mentions, at_header=at_header)
            if "numbering" not in kinds:
                self.carrying.note_levels(mentions)
            self.carrying.note_whole_spine(sentence, mentions, (), trailing=self.stating.trailing)
            if kinds <= _LEVELS_ONLY:
                self.puzzles.append((sentence.i, sentence.j, UNTOLD))
            return
        if "/" in self.words[start : sentence.j]:
            mentions = self._with_sides_of_pairs(mentions, kinds)
        mentions = settle(mentions, self.words, kinds)
        in_text = topic is None and sentence.cell < 0
        self.elliptic = in_text and self._goes_on_with_finding(kinds, at_header)
        if self.elliptic:
            topic = self._topic_again(start, sentence, mentions)
            mentions = [mention for mention in mentions if self.words[mention.i] != "it"]
        self.stating.trailing = self._is_trailing_line(sentence, at_header)
        reader = self._clause_reader(topic, start, at_header, mentions)
        frames = reader.read(mentions)
        before = len(self.stating.statements)
        self._state(frames, reader, sentence)
        told = len(self.stating.statements) - before
        self.context.topic_told |= topic is not None and not (at_header or reader.levels_seen)
        stated = self.stating.statements[before:]
        self.carrying.note_whole_spine(sentence, mentions, stated, trailing=self.stating.trailing)
        if self.puzzled:
            self._note_puzzles(sentence, mentions, reader, told)
        if told or not _counts_levels(mentions):
            self.carrying.remember(reader, frames, sentence)
        free = topic is None and not (self.context.from_header or sentence.line_end)
        goes_on = self.behind_slip and not reader.levels_seen and _asserts_stenosis(mentions)
        self.behind_slip = free and (goes_on or any(frame.finding in SLIPS and not frame.neg for frame in frames))
        self.carrying.remember_subject(frames)
        self.remnants.settle(self.stating.statements, before, sentence.i, sentence.j)

    def _topic_of_clause(self, mentions: list[Mention], *, at_header: bool) -> Topic | None:
        """Return what a heading announced; a normal level behind its value ends it: "Canal: Wide. L1-2: | Normal."."""
        if at_header and self.context.topic_told and mentions and mentions[0].kind in _DENYING:
            self.context.topic = None
        return self.context.topic

    def _with_pronouns_read(self, mentions: list[Mention], start: int) -> list[Mention]:
        """Name what pronouns stand for, and keep what the next sentence may point back to."""
        if not self.has_pronouns:
            return mentions
        mentions = with_subject_again(mentions, self.words, start, self.subject)
        mentions = with_lesion_again(mentions, self.words, start, self.lesion)
        self.subject, self.lesion = subject_of(mentions, self.words), last_lesion(mentions)
        return mentions

    def _in_order(self, mentions: list[Mention], start: int, *, at_header: bool) -> tuple[list[Mention], int]:
        """Put what is told of several levels, sites or sides into the order that the grammar reads; also from where."""
        words, topic = self.words, self.context.topic
        kinds = {mention.kind for mention in mentions}
        placed = not kinds.isdisjoint(_PLACED)
        if placed:
            mentions = with_sides_of_list(with_sided_levels_apart(mentions), topic)
        if placed and topic is None:
            mentions = with_lesion_of_each_level(mentions, self.before)
        if "mark" in kinds and any(mention.value == "(" for mention in mentions):
            mentions = with_degrees_of_parts_free(with_sites_free(with_bracketed_levels_free(mentions)))
            mentions = with_details_behind(mentions)
        if placed:
            mentions = with_levels_beside(with_neighbours_named(mentions, words), words, placed=at_header)
        mentions = with_levels_of_operation(mentions, words, self.operated, placed=at_header)
        mentions = with_types(with_limits(mentions, words), words, topic)
        mentions = with_finding_of_next_level(with_listed_slips(mentions, topic))
        mentions = with_shares_of_heading(mentions, words, topic)
        mentions = with_shares(mentions, words, self._levels_pointed_to(mentions, at_header=at_header))
        mentions, start = without_contrast(with_contrasted_side(mentions, words), words, start)
        if placed:
            mentions = with_none_among_degrees(with_placed_items(with_predicate_again(mentions, words)), words)
        mentions = with_neither_ahead(with_subjects_apart(without_degree_of_changes(mentions), words), words)
        return with_levels_in_order(mentions, words, topic), start

    def _levels_pointed_to(self, mentions: list[Mention], *, at_header: bool) -> tuple[int, ...]:
        """Return the levels of a sentence below a heading, and those that "these levels" point to."""
        level = self.context.level
        pointed = at_header or any(mention.kind == "levelref" for mention in mentions)
        return level.levels if level is not None and pointed else ()

    def _echo(self, sentence: Sentence, start: int, mentions: list[Mention], *, at_header: bool) -> None:
        """Say of a level what was said of the one that it is likened to."""
        level, statements = self.context.level, self.stating.statements
        headed = level.levels if at_header and level is not None else ()
        found = echoed(self.words, sentence, start, mentions, headed, statements, self.context.section)
        self.echoes += found
        statements += found

    def _with_sides_of_pairs(self, mentions: list[Mention], kinds: set[str]) -> list[Mention]:
        """Return the mentions with a side for each half of "mild/moderate", where a pair of sides stands before it."""
        topic = self.context.topic
        if topic is not None and topic.sides == BOTH:
            return sided_by_position(mentions, self.words, topic.mentions)
        return sided_within(mentions, self.words) if "side" in kinds else mentions

    def _clause_reader(self, topic: Topic | None, start: int, at_header: bool, mentions: list[Mention]) -> ClauseReader:
        """Return a reader of a clause that begins at a token, with what the sentences before leave to it."""
        context = self.context
        return ClauseReader(
            self.words,
            topic,
            context.level if at_header else self._level_before(start, mentions),
            at_header,
            start=start,
            headed=at_header or (context.from_header and not self.stating.trailing),
            side_in_front=context.side,
            previous_site=context.previous_site,
            previous_opening=context.previous_opening,
            previous_finding=context.previous_finding,
            previous_side=0 if at_header else context.previous_side,
        )

    def _level_before(self, start: int, mentions: list[Mention]) -> LevelRef | None:
        """Return the level carried over to a sentence; for "This narrows ..." or a stenosis that of the slip before it.

        For "They ...", "Neither ..." those of the lesions of the sentence before.
        """
        several = self.context.lesion_levels
        if several and self.words[start] in _OF_LESIONS:
            return LevelRef(several, "", start, start + 1)
        slipped = self.context.just_named
        first = start + 2 if self.words[start : start + 1] == ["there"] else start
        points_back = not _GOING_BACK.isdisjoint(self.words[first : first + 1])
        of_slip = points_back or (self.behind_slip and _asserts_stenosis(mentions))
        return LevelRef(slipped, "", start, start + 1) if slipped and of_slip else self.context.level

    def _state(self, frames: list[Frame], reader: ClauseReader, sentence: Sentence) -> None:
        """Turn what a clause asserts into statements."""
        stating, start = self.stating, reader.start
        stating.opens_with_denial = opens_with_denial(self.words, reader.mentions, start)
        stating.bony_from = _bony_from(reader.mentions, BONE) if reader.vertebrae else NOWHERE
        stating.lesion_from = _bony_from(reader.mentions, (BONE_LESION,)) if reader.vertebrae else NOWHERE
        of_these = reader.of_these or opens_with_lesions_before(self.words, reader.mentions, start)
        stating.headed = reader.at_header or (start > sentence.i and self.headings.opens_field())
        stating.sums_up = self.context.left_line == sentence.line
        stating.note_changes(reader.frames)
        for before, frame in zip([None, *frames], frames, strict=False):
            stating.of_these = of_these or (before is not None and _is_lacked(before, frame, self.words))
            stating.state(frame)

    def _of_other_region(self, sentence: Sentence, mentions: list[Mention]) -> bool:
        """Whether a sentence speaks of the cervical or thoracic spine; it may open or end such a part."""
        context = self.context
        if self.headings.regions.only_lumbar:
            return False
        region = self.headings.regions.within(sentence.i, min(sentence.j, sentence.i + REGION_REACH))
        if context.region != "other" and region != "other":
            return False
        if context.region == "other" and region == "lumbar":
            context.region = "lumbar"
            return False
        if any(m.kind == "level" and m.group is not None and m.group.levels for m in mentions):
            return False
        front = self.words[sentence.i : sentence.i + MAX_REGION_WORDS]
        if mentions[0].i - sentence.i <= MAX_REGION_WORDS and "mri" in front:
            context.region = "other"
        return True

    def _goes_on_with_finding(self, kinds: set[str], at_header: bool) -> bool:
        """Whether a sentence of degrees and levels alone has those of the finding of the one before.

        Below a level's heading "none" has, too, where it ends a list of degrees or follows a stenosis; behind other
        findings nothing is found at the level: "L3-4: Mild bulge. L4-5: | None".
        """
        finding = self.context.previous_finding
        if finding not in SEVERITY_FINDINGS:
            return False
        placed = at_header or not kinds.isdisjoint(_NAMED_LEVELS)
        if placed and "post_neg" in kinds and kinds <= _DENIED_ALONE:
            return self.elliptic or finding == "stenosis" or finding in STENOSES
        return kinds <= _ELLIPTIC and "grade" in kinds and (placed or self._tells_of_other_side(finding, kinds))

    def _tells_of_other_side(self, finding: str, kinds: set[str]) -> bool:
        """Whether a side is told of, as one was before: "... stenosis on the left. | On the right it is mild"."""
        return finding in LATERAL and self.context.previous_side in (LEFT, RIGHT) and not kinds.isdisjoint(SIDES)

    def _topic_again(self, start: int, sentence: Sentence, mentions: list[Mention]) -> Topic | None:
        """Return the finding of the sentence before as what degrees are said of, unless a word is not understood."""
        covered = {place for mention in mentions for place in range(mention.i, mention.j)}
        for place in range(start, sentence.j):
            if place not in covered and self.words[place].isalpha() and self.words[place] not in LIGHT:
                return None
        topic = Topic()
        rule = Rule("finding.of_sentence_before", "finding", self.context.previous_finding, ())
        topic.finding = Mention(rule, mentions[0].i, mentions[-1].j)
        topic.findings = [topic.finding]
        return topic

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

    def _is_trailing_line(self, sentence: Sentence, at_header: bool) -> bool:
        """Whether a sentence stands on a line of its own behind the last header's text."""
        context = self.context
        if context.sum_line == sentence.line and not at_header:
            return True
        within_item = bool(sentence.item) and not self._is_beside_item(sentence)
        if at_header or within_item or not sentence.line_start or context.level is None:
            return False
        if context.level_line == sentence.line or self.headings.lines.plain[self.headings.index]:
            return False
        if context.from_header and context.level_standalone and context.level_line == sentence.line - 1:
            return False
        return not self.headings.opens_field()

    def _is_beside_item(self, sentence: Sentence) -> bool:
        """Whether an item stands below another one that a finding opens: "- Bulge at L4-5. | - Adequate canal."."""
        before = self.headings.sentences[: self.headings.index][-1:]
        return not self.context.from_header and any(one.line_start and one.item == sentence.item for one in before)


def _kinds_of(mentions: list[Mention]) -> set[str]:
    """Return the kinds of mentions; "the latter" and "the lowest" are levels as those that a sentence names."""
    kinds = {mention.kind for mention in mentions}
    if "levelref" in kinds:
        kinds = {"level" if m.kind == "levelref" and m.value in OF_SEVERAL else m.kind for m in mentions}
    return kinds


def _asserts_stenosis(mentions: list[Mention]) -> bool:
    """Whether a sentence without levels asserts a narrowing."""
    values = {mention.value for mention in mentions}
    sites = {mention.value for mention in mentions if mention.kind == "site"}
    if "crowd" in values:
        sites.discard("root")
    narrowed = sites <= _NARROWED and "narrow" in values
    return narrowed and all(mention.kind not in _UNPLACED for mention in mentions)


def _is_telling(mention: Mention) -> bool:
    """Whether a mention should have given a statement."""
    if mention.kind == "pred":
        return (mention.value, "canal") in meanings() or (mention.value, "root") in meanings()
    return mention.kind == "finding" and mention.value in FINDINGS and FINDINGS[mention.value].core


def _is_lacked(lesion: Frame, frame: Frame, words: list[str]) -> bool:
    """Whether a frame tells what the lesion before it does not do: "a bulge that does not | indent the sac"."""
    between = words[lesion.head.j : frame.head.i]
    return not lesion.neg and not _OF_LESION.isdisjoint(between) and _PARTED.isdisjoint(between)


def _bony_from(mentions: list[Mention], rules: Collection[str]) -> int:
    """Token of the single vertebra whose bone is spoken of, in words of some rules."""
    if not any(mention.rule.id in rules for mention in mentions):
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
