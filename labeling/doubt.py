"""How much a label or a report deserves a second look, from 0 (plain) to 1.

Doubt grows with sections or rules that disagree, with hedges, with words near the evidence that the lexicon does not
know, and with sentences that speak of findings but could not be read. A label's doubt ranks; it is no probability.

A report's doubt is the chance of at least one error, `1 - exp(-expected)`, with
`log(expected) = intercept + sum of weight * log(1 + count)` over the counts in `SIGNALS` (a Poisson regression). The
weights are in `doubt.json`; `deepspine bench doubt` fits and measures them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.resources import files
from math import exp, log1p

from deepspine.labeling.aggregation import Key, Label
from deepspine.labeling.discourse.context import Reading
from deepspine.labeling.discourse.reader import heading_sections
from deepspine.labeling.lexicon import Lexicon
from deepspine.labeling.refusal import COMMON_WORDS
from deepspine.labeling.texts.sentence import Sentence
from deepspine.labeling.texts.tokenization import Tokens

DISAGREEMENT = 0.6
HEDGE = 0.15
PER_UNKNOWN_WORD = 0.03
NEAR_CHARACTERS = 40

SIGNALS = {
    "modic": "labels of endplate changes, whose wording is the freest",
    "puzzles": "weights of sentences that could not be read whole, point back, or stand in a table's cell",
    "sites": "words of a site (canal, foramen, recess, root) that no label took",
    "blanket": "statements about all or the remaining levels, whose reach has to be guessed",
}
"""What is counted in a report for its doubt."""

WEIGHTS: dict[str, float] = json.loads((files("deepspine.labeling") / "doubt.json").read_text(encoding="utf-8"))
"""Weight of each signal, and the intercept."""


class Doubt:
    """Doubt about the labels of one report.

    Parameters
    ----------
    tokens
        Tokens after repair.
    reading
        What the sentences gave.
    lexicon
        The words that are known.
    sentences
        What was read.
    """

    def __init__(self, tokens: Tokens, reading: Reading, lexicon: Lexicon, sentences: list[Sentence]) -> None:
        self.tokens = tokens
        self.reading = reading
        self.sentences = sentences
        known = lexicon.speller.known
        self.unknown = [
            start
            for start, word in zip(tokens.starts, tokens.words, strict=True)
            if word.isalpha() and len(word) > 2 and word not in known and word not in COMMON_WORDS
        ]
        self.puzzles = [
            (tokens.starts[i], tokens.ends[max(j - 1, i)], weight)
            for i, j, weight in reading.puzzles
            if i < len(tokens.starts)
        ]

    def of_label(self, label: Label) -> float:
        """Return the doubt of one label."""
        calm = 1.0 - DISAGREEMENT if label.disagreed else 1.0
        for statement in label.statements:
            if statement.certainty == "hedged":
                calm *= 1.0 - HEDGE
            first, last = self.tokens.starts[statement.i], self.tokens.ends[statement.j - 1]
            near = sum(first - NEAR_CHARACTERS <= place <= last + NEAR_CHARACTERS for place in self.unknown)
            calm *= (1.0 - PER_UNKNOWN_WORD) ** min(near, 8)
            for start, end, weight in self.puzzles:
                if start <= first < end:
                    calm *= 1.0 - weight
        return round(1.0 - calm, 3)

    def of_report(self, labels: Mapping[Key, Label]) -> float:
        """Return the doubt of the report: the chance of at least one error."""
        return doubt_from(self.signals(labels))

    def signals(self, labels: Mapping[Key, Label]) -> dict[str, float]:
        """Return the counts named in `SIGNALS`."""
        return {
            "modic": sum(finding == "modic" for _, finding, _ in labels),
            "puzzles": sum(weight for _, _, weight in self.reading.puzzles),
            "sites": self._sites_left_over(),
            "blanket": sum(statement.scope == "blanket" for statement in self.reading.statements),
        }

    def _sites_left_over(self) -> int:
        """Count the words of a site that stand in no evidence, of the sections that are read."""
        taken = bytearray(len(self.tokens.words))
        for statement in self.reading.statements:
            taken[statement.i : statement.j] = b"\1" * (statement.j - statement.i)
        sections = heading_sections(self.tokens, self.sentences)
        return sum(
            mention.kind == "site" and not any(taken[mention.i : mention.j])
            for sentence, (_, _, section) in zip(self.sentences, sections, strict=True)
            if section != "skip"
            for mention in sentence.mentions
        )


def doubt_from(signals: Mapping[str, float]) -> float:
    """Return a report's doubt by its counts.

    Examples
    --------
    >>> calm = dict.fromkeys(SIGNALS, 0.0)
    >>> doubt_from(calm) < doubt_from(calm | {"sites": 9.0})
    True
    """
    expected = exp(WEIGHTS["intercept"] + sum(WEIGHTS[name] * log1p(count) for name, count in signals.items()))
    return round(1.0 - exp(-expected), 4)
