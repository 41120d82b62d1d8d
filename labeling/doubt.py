"""How much a label or a report deserves a second look, from 0 (plain) to 1.

Doubt grows with sections or rules that disagree, with hedges, with words near the evidence that the lexicon does not
know, and with sentences that speak of findings but could not be read. It ranks; it is no probability.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import prod

from deepspine.labeling.aggregation import Label
from deepspine.labeling.discourse import Reading
from deepspine.labeling.lexicon import Lexicon
from deepspine.labeling.refusal import COMMON_WORDS
from deepspine.labeling.tokenization import Tokens

DISAGREEMENT = 0.6
HEDGE = 0.15
PER_UNKNOWN_WORD = 0.03
PER_REPAIRED_WORD = 0.02
NEAR_CHARACTERS = 40


class Doubt:
    """Doubt about the labels of one report.

    Parameters
    ----------
    tokens
        Tokens after repair.
    spelt
        Words as written.
    reading
        What the sentences gave.
    lexicon
        The words that are known.
    """

    def __init__(self, tokens: Tokens, spelt: list[str], reading: Reading, lexicon: Lexicon) -> None:
        self.tokens = tokens
        self.reading = reading
        known = lexicon.speller.known
        self.unknown = [
            start
            for start, word in zip(tokens.starts, tokens.words, strict=True)
            if word.isalpha() and len(word) > 2 and word not in known and word not in COMMON_WORDS
        ]
        self.repaired = sum(word not in known for word in spelt if word.isalpha()) - len(self.unknown)
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

    def of_report(self, labels: Iterable[Label]) -> float:
        """Return the doubt of the report: any of its parts may be wrong."""
        quarrels = sum(label.disagreed for label in labels)
        calm = (1.0 - DISAGREEMENT / 4) ** quarrels
        calm *= prod(1.0 - weight for _, _, weight in self.puzzles)
        calm *= (1.0 - PER_UNKNOWN_WORD / 3) ** len(self.unknown)
        return round(1.0 - calm, 3)
