"""The labeler as a blank spaCy pipeline of small components, each of which can run and be tested alone.

`deepspine_sections -> deepspine_levels -> deepspine_mentions -> deepspine_assertion -> deepspine_attachment ->
deepspine_aggregation`. The tokenizer keeps every character of the text; each component reads what those before it left
on the `Doc` (`doc._.deepspine`) and adds its own. The batch path of `pipeline.Labeler` calls the same functions without
building a `Doc`, which gives the same labels faster; a test holds the two together.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import spacy
from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.vocab import Vocab

from deepspine.labeling.aggregation import Key, Label, aggregate
from deepspine.labeling.arranging.assertion import settle
from deepspine.labeling.discourse.context import Reading
from deepspine.labeling.discourse.reader import heading_sections, read_report
from deepspine.labeling.lexicon import Lexicon, load_lexicon
from deepspine.labeling.mentions import Mention
from deepspine.labeling.scanning import repair, scan
from deepspine.labeling.texts.sentence import Sentence
from deepspine.labeling.texts.sentences import split_sentences
from deepspine.labeling.texts.tokenization import Tokens, tokenize

COMPONENTS = (
    "deepspine_sections",
    "deepspine_levels",
    "deepspine_mentions",
    "deepspine_assertion",
    "deepspine_attachment",
    "deepspine_aggregation",
)
_LEVEL_KINDS = frozenset(("level", "levels", "levelref", "vertebra"))


@dataclass
class Analysis:
    """What the components know of one report, in the order in which they fill it."""

    tokens: Tokens
    found: list[Mention] = field(default_factory=list)
    sentences: list[Sentence] = field(default_factory=list)
    sections: list[tuple[int, int, str]] = field(default_factory=list)
    levels: list[Mention] = field(default_factory=list)
    mentions: list[Mention] = field(default_factory=list)
    asserted: list[list[Mention]] = field(default_factory=list)
    reading: Reading | None = None
    labels: dict[Key, Label] = field(default_factory=dict)


class ReportTokenizer:
    """Makes a `Doc` whose text is the report's, character for character."""

    def __init__(self, vocab: Vocab, lexicon: Lexicon) -> None:
        self.vocab = vocab
        self.lexicon = lexicon

    def __call__(self, text: str) -> Doc:
        """Tokenise a report; misspelt words are repaired in the analysis, never in the `Doc`."""
        tokens = tokenize(text)
        words: list[str] = []
        spaces: list[bool] = []
        place = 0
        for start, end in zip(tokens.starts, tokens.ends, strict=True):
            if start > place:
                _add_gap(text[place:start], words, spaces)
            words.append(text[start:end])
            spaces.append(False)
            place = end
        if place < len(text):
            _add_gap(text[place:], words, spaces)
        doc = Doc(self.vocab, words=words, spaces=spaces)
        repair(tokens, self.lexicon)
        doc._.deepspine = Analysis(tokens)
        doc.user_data["deepspine_lexicon"] = self.lexicon
        return doc


def _add_gap(gap: str, words: list[str], spaces: list[bool]) -> None:
    if words and gap.startswith(" ") and not spaces[-1]:
        spaces[-1] = True
        gap = gap[1:]
    if gap:
        words.append(gap)
        spaces.append(False)


def build_nlp(rules: str | None = None) -> Language:
    """Return the blank English pipeline with all components; no model is needed.

    Parameters
    ----------
    rules
        Folder of a site's own rules.
    """
    _register_extensions()
    nlp = spacy.blank("en")
    nlp.tokenizer = ReportTokenizer(nlp.vocab, load_lexicon(rules))
    for name in COMPONENTS:
        nlp.add_pipe(name)
    return nlp


def _register_extensions() -> None:
    if not Doc.has_extension("deepspine"):
        Doc.set_extension("deepspine", default=None)
        Span.set_extension("rule", default="")
        Span.set_extension("kind", default="")


@Language.component("deepspine_sections")
def sections(doc: Doc) -> Doc:
    """Scan the text once, cut it into sentences and name the section of each."""
    analysis: Analysis = doc._.deepspine
    lexicon = doc_lexicon(doc)
    analysis.found = scan(analysis.tokens.words, lexicon.root)
    analysis.sentences = split_sentences(analysis.tokens.words, analysis.found)
    analysis.sections = heading_sections(analysis.tokens, analysis.sentences)
    return doc


def doc_lexicon(doc: Doc) -> Lexicon:
    """Return the lexicon of the pipeline that made a `Doc`; ours where none is known."""
    lexicon = doc.user_data.get("deepspine_lexicon")
    return lexicon if isinstance(lexicon, Lexicon) else load_lexicon(None)


@Language.component("deepspine_levels")
def levels(doc: Doc) -> Doc:
    """Keep the mentions of levels; they also stand as the span group `levels`."""
    analysis: Analysis = doc._.deepspine
    analysis.levels = [mention for mention in analysis.found if mention.kind in _LEVEL_KINDS]
    doc.spans["levels"] = _spans(doc, analysis, analysis.levels)
    return doc


@Language.component("deepspine_mentions")
def mentions(doc: Doc) -> Doc:
    """Keep all other mentions: findings, sites, grades, sides, scope words."""
    analysis: Analysis = doc._.deepspine
    analysis.mentions = [m for m in analysis.found if m.kind not in _LEVEL_KINDS and m.kind != "mark"]
    doc.spans["mentions"] = _spans(doc, analysis, analysis.mentions)
    return doc


@Language.component("deepspine_assertion")
def assertion(doc: Doc) -> Doc:
    """Merge grades, apply caps, and take out what belongs to the past."""
    analysis: Analysis = doc._.deepspine
    analysis.asserted = [settle(sentence.mentions, analysis.tokens.words) for sentence in analysis.sentences]
    return doc


@Language.component("deepspine_attachment")
def attachment(doc: Doc) -> Doc:
    """Read the clauses into statements."""
    analysis: Analysis = doc._.deepspine
    analysis.reading = read_report(analysis.tokens, analysis.sentences, puzzled=True)
    return doc


@Language.component("deepspine_aggregation")
def aggregation(doc: Doc) -> Doc:
    """Make one label of all statements about it."""
    analysis: Analysis = doc._.deepspine
    if analysis.reading is not None:
        analysis.labels = aggregate(analysis.reading.statements)
    return doc


def _spans(doc: Doc, analysis: Analysis, found: list[Mention]) -> list[Span]:
    spans = []
    for mention in found:
        start, end = analysis.tokens.starts[mention.i], analysis.tokens.ends[mention.j - 1]
        span = doc.char_span(start, end, label=mention.kind, alignment_mode="expand")
        if span is not None:
            span._.rule, span._.kind = mention.rule.id, mention.kind
            spans.append(span)
    return spans
