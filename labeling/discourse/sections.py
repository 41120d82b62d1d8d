"""Headings of sections: findings, impression, addendum, and what is passed over, such as a history."""

from __future__ import annotations

from functools import cached_property

from deepspine.labeling.discourse.context import Context
from deepspine.labeling.discourse.level_lines import MAX_LEADING_WORDS
from deepspine.labeling.discourse.section_words import (
    DESCRIBING,
    is_of_present_study,
    says_nothing,
    section_by_words,
    section_told,
)
from deepspine.labeling.mentions import Mention
from deepspine.labeling.sentence import DASHES, Sentence

MAX_BARE_HEADING = 5
"""Words of a section's heading without a colon, on a line of its own."""

MAX_WORDS_BEFORE_SECTION = 3
"""Words before the first one of a section's heading that is known."""

MAX_WORDS_OF_LINE = 2
"""Words before it where the line is but looked ahead to."""

MAX_SENTENCES_BEFORE = 4
"""Sentences of a paragraph before the one that tells a finding: "Five lumbar vertebrae. Mild scoliosis. | Bulge"."""

_OF_SECTION = frozenset(("section", "conj", "mark", "of", "region", "prior"))
"""Kinds of mentions that only name a section: "History and indication"."""

_STATING = frozenset(("finding", "pred", "open"))
_OF_HISTORY = frozenset(("patient", "pain", "known", "history", "since"))
"""Words of a line that goes on with a history, whatever it tells."""


class Sections:
    """Tells which section a heading opens, and moves the context there."""

    def __init__(self, words: list[str], sentences: list[Sentence], context: Context) -> None:
        self.words = words
        self.sentences = sentences
        self.context = context

    def headed(self, head: list[Mention], start: int, end: int, sentence: Sentence) -> str | None:
        """Return the section that a heading names or, where it tells of an examination, begins or goes on with."""
        context, words = self.context, self.words[start:end]
        within = context.skip and start > sentence.i  # "History: MRI showed: ..." tells of another one
        told = None if within else section_told(words)
        if told is not None:
            return context.section if told == "findings" and not context.skip else told
        if head[0].i - start > MAX_WORDS_BEFORE_SECTION:
            return None
        return "findings" if is_of_present_study(words) else self.section_of(head)

    def section_of(self, head: list[Mention]) -> str | None:
        """Return the section that a heading opens, or None."""
        for mention in head[:3]:
            if mention.kind == "section":
                return mention.value
            if mention.i > head[0].i + 4:
                break
        return section_by_words(self.words, head)

    def enter(self, section: str, index: int, end: int, *, standalone: bool) -> None:
        """Move the context into a section whose heading, of a sentence, ends at a token."""
        context, sentence = self.context, self.sentences[index]
        context.level = None
        context.topic = None
        context.level_standalone = False
        context.just_named = ()
        context.side = 0
        if section == "skip":
            context.skip = True
            context.section = "skip"
            context.skip_inline = not standalone and not self._findings_follow(index)
            context.skip_ends = index if says_nothing(self.words[end + 1 : sentence.j]) else -1
            headless = not context.skip_inline and index >= self._last_findings
            context.skip_open = index + standalone if headless else -1
            return
        context.skip = context.skip_inline = False
        context.skip_ends = context.skip_open = -1
        context.section = section
        if section == "addendum" and not context.addendum_line:
            context.addendum_line = sentence.line
        if section in ("impression", "addendum"):
            context.region = "lumbar"

    def ends_open(self, index: int) -> bool:
        """Whether a line describes pictures, and so ends a history that no heading ends; its own first line does not.

        Of paragraphs each does that tells a finding; of lines those that open as descriptions do: "There is ...",
        "L4-5 ...", "The discs are ...".
        """
        sentence = self.sentences[index]
        mentions, words = sentence.mentions, self.words[sentence.i : sentence.j]
        if not 0 <= self.context.skip_open < index or not _OF_HISTORY.isdisjoint(words):
            return False
        kinds = {mention.kind for mention in mentions}
        if kinds.isdisjoint(_STATING) or "prior" in kinds:
            return False
        if self._stands_in_first_line(index):
            return True
        if not sentence.line_start or words[0] in DESCRIBING:
            return sentence.line_start
        first = mentions[0]
        opens = first.kind in ("level", "levels") or (first.kind == "site" and "cop" in kinds)
        return opens and first.i == sentence.i

    def _findings_follow(self, index: int) -> bool:
        """Whether the next heading of a section is one that ends a history for certain."""
        for place in range(index + 1, len(self.sentences)):  # a slice would be copied for every heading
            sentence = self.sentences[place]
            mentions = sentence.mentions
            if sentence.line_start and mentions:
                value = self._section_of_line(sentence)
                if value is not None:
                    return value in ("findings", "skip")
                first = next((mention for mention in mentions if mention.kind != "of"), mentions[0])
                if first.kind == "level" and first.i - sentence.i <= MAX_LEADING_WORDS:
                    return False
        return False

    @cached_property
    def _last_findings(self) -> int:
        """Last sentence that opens findings by a heading, behind which alone they begin; -1 where none does."""
        places = range(len(self.sentences) - 1, -1, -1)
        return next((place for place in places if self._section_of_line(self.sentences[place]) == "findings"), -1)

    def _stands_in_first_line(self, index: int) -> bool:
        """Whether a sentence is one of the first that open a paragraph, on its first line."""
        first = max(index - MAX_SENTENCES_BEFORE, 0)
        return any(
            sentence.blank_before and sentence.line == self.sentences[index].line
            for sentence in self.sentences[first : index + 1]
        )

    def _section_of_line(self, sentence: Sentence) -> str | None:
        """Return the section that a line opens, or None."""
        mentions = sentence.mentions
        if not sentence.line_start or not mentions or mentions[0].i - sentence.i > MAX_WORDS_OF_LINE:
            return None
        heads = sentence.has_colon or is_dashed_section(sentence) or is_bare_section(sentence, mentions)
        return self.section_of(mentions) if heads else None


def is_bare_section(sentence: Sentence, head: list[Mention]) -> bool:
    """Whether a line without a colon is the heading of a section: "Clinical details", not "No prior for comparison"."""
    if sentence.j - sentence.i > MAX_BARE_HEADING or head[0].i != sentence.i or is_dashed_section(sentence):
        return False
    if head[0].kind in ("neg", "post_neg") or head[0].rule.id == "not_neg":
        return False
    return sum(mention.j - mention.i for mention in head) >= sentence.j - sentence.i - 1


def is_dashed_section(sentence: Sentence) -> bool:
    """Whether a section, a dash and text make up a line: "History - sciatica"."""
    mentions = sentence.mentions
    if len(mentions) < 2 or mentions[0].kind != "section" or mentions[0].i != sentence.i:
        return False
    return is_dash(mentions[1], mentions[0].j) and mentions[1].j < sentence.j


def is_dash(mention: Mention, place: int) -> bool:
    """Whether a mention is a dash that stands at a token."""
    return mention.kind == "mark" and mention.value in DASHES and mention.i == place


def says_more(head: list[Mention], start: int, end: int) -> bool:
    """Whether words of a history's line tell the history itself: "Clinical details | sciatica"."""
    return sum(mention.j - mention.i for mention in head if mention.kind in _OF_SECTION) < end - start
