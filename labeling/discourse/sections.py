"""Headings of sections: findings, impression, addendum, and what is passed over, such as a history."""

from __future__ import annotations

from functools import cached_property

from deepspine.labeling.arranging.priors import is_year
from deepspine.labeling.clauses.level_scope import NAMED
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
from deepspine.labeling.texts.sentence import DASHES, Sentence

MAX_BARE_HEADING = 5
"""Words of a section's heading without a colon, on a line of its own."""

MAX_WORDS_BEFORE_SECTION = 3
"""Words before the first one of a section's heading that is known."""

MAX_WORDS_OF_LINE = 2
"""Words before it where the line is but looked ahead to."""

FINDINGS_PART = "section.findings_part"
"""Rule of headings such as "Level by level", before which other findings may stand without one."""

_OF_SECTION = frozenset(("section", "conj", "mark", "of", "region", "prior"))
"""Kinds of mentions that only name a section: "History and indication"."""

_STATING = frozenset(("finding", "pred", "open"))
_OF_PAST = frozenset(("prior", "story"))
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
            follows = (self._behind_standalone if standalone else self._behind)[index]
            context.skip_inline = not standalone and (not follows or end == sentence.j)
            context.skip_ends = index if says_nothing(self.words[end + 1 : sentence.j]) else -1
            context.skip_open = -1 if follows == "findings" else index + standalone
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
        "L4-5 ...", "The discs are ...". So does a paragraph that opens with what was, and describes what is behind it.
        """
        if not 0 <= self.context.skip_open < index:
            return False
        sentence = self.sentences[index]
        if sentence.blank_before and self._describes_later(index):
            return True
        if not self._tells_finding(index):
            return False
        if sentence.blank_before or self.words[sentence.i] in DESCRIBING:
            return True
        if not sentence.mentions:
            return False
        first = sentence.mentions[0]
        opens = first.kind in NAMED or (first.kind == "site" and any(m.kind == "cop" for m in sentence.mentions))
        return opens and first.i == sentence.i

    def _describes_later(self, index: int) -> bool:
        """Whether a later sentence of a line describes pictures: "Previous laminectomy. | At L3-4 there is ..."."""
        line = self.sentences[index].line
        for place in range(index + 1, len(self.sentences)):
            sentence = self.sentences[place]
            if sentence.line != line:
                return False
            if self.words[sentence.i] in DESCRIBING and self._tells_finding(place):
                return True
        return False

    def _tells_finding(self, index: int) -> bool:
        """Whether a sentence of a line that begins here tells a finding, and none before it goes on with a history."""
        line = self.sentences[index].line
        for place in range(index, len(self.sentences)):
            sentence = self.sentences[place]
            kinds = {mention.kind for mention in sentence.mentions}
            words = self.words[sentence.i : sentence.j]
            if sentence.line != line or not kinds.isdisjoint(_OF_PAST) or "?" in (words[0], words[-1]):
                return False
            if any(word in _OF_HISTORY or is_year(word) for word in words):
                return False
            if not kinds.isdisjoint(_STATING):
                return True
        return False

    @cached_property
    def _behind(self) -> list[str]:
        """For each sentence, `findings` where their heading is the next, beyond those of what is passed over.

        It is `skip` where but these or parts of the findings follow, and empty where another heading, a level's line
        or nothing does.
        """
        return self._sections_behind(levels_end=True)

    @cached_property
    def _behind_standalone(self) -> list[str]:
        """The same without regard to lines of levels, which a history below its heading may have."""
        return self._sections_behind(levels_end=False)

    def _sections_behind(self, *, levels_end: bool) -> list[str]:
        found = [""] * len(self.sentences)
        follows = ""
        for index in range(len(found) - 1, -1, -1):
            found[index] = follows
            sentence = self.sentences[index]
            value = self._section_of_line(sentence)
            if value == "skip" or (value == "findings" and sentence.mentions[0].rule.id == FINDINGS_PART):
                follows = follows or "skip"
            elif value is not None:
                follows = "findings" if value == "findings" else ""
            elif levels_end and _opens_with_level(sentence):
                follows = ""
        return found

    def _section_of_line(self, sentence: Sentence) -> str | None:
        """Return the section that a line opens, or None."""
        mentions = sentence.mentions
        if not sentence.line_start or not mentions or mentions[0].i - sentence.i > MAX_WORDS_OF_LINE:
            return None
        bare = sentence.line_end and is_bare_section(sentence, mentions)
        heads = sentence.has_colon or is_dashed_section(sentence) or bare
        return self.section_of(mentions) if heads else None


def _opens_with_level(sentence: Sentence) -> bool:
    """Whether a line begins with a level: "L4-5: ...", "At L4-5 ..."."""
    first = next((mention for mention in sentence.mentions if mention.kind != "of"), None)
    opens = first is not None and first.kind == "level" and first.i - sentence.i <= MAX_LEADING_WORDS
    return sentence.line_start and opens


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
