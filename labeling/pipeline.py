"""The labeler: one report in, labels with evidence out."""

from __future__ import annotations

from dataclasses import dataclass

from deepspine.data.findings import FINDINGS, Side
from deepspine.data.grade_sets import GradeSet
from deepspine.data.levels import Level
from deepspine.labeling.aggregation import Key, Label, aggregate
from deepspine.labeling.discourse.reader import read_report
from deepspine.labeling.doubt import Doubt
from deepspine.labeling.evidence import Evidence
from deepspine.labeling.level_order import LEVELS
from deepspine.labeling.lexicon import load_lexicon
from deepspine.labeling.scanning import repair, scan
from deepspine.labeling.texts.sentences import split_sentences
from deepspine.labeling.texts.tokenization import tokenize

SIDES = (Side.MIDLINE, Side.LEFT, Side.RIGHT)


@dataclass(frozen=True)
class ReportLabel:
    """One label of a report.

    Attributes
    ----------
    level, finding, side
        What it is about.
    grades
        Grades left possible.
    evidence
        Spans of the original text behind it.
    doubt
        From 0 (plain) to 1: how much in the text around it speaks for a second look.
    """

    level: Level
    finding: str
    side: Side
    grades: GradeSet
    evidence: tuple[Evidence, ...]
    doubt: float


@dataclass(frozen=True)
class ReportLabels:
    """All labels of a report, sorted by level, finding and side, and the doubt of the report."""

    labels: tuple[ReportLabel, ...]
    doubt: float


class Labeler:
    """Labels reports by the rules.

    Parameters
    ----------
    rules
        Folder of a site's own rules, over ours.

    Examples
    --------
    >>> labels = Labeler().label("L4-5: Mild canal stenosis.").labels
    >>> [(str(label.level), label.finding, str(label.grades)) for label in labels]
    [('L4-L5', 'canal_stenosis', 'mild')]
    """

    def __init__(self, rules: str | None = None) -> None:
        self.lexicon = load_lexicon(rules)

    def raw(self, text: str) -> dict[Key, Label]:
        """Return the labels of a text as bits, for the batch path."""
        tokens = tokenize(text)
        repair(tokens, self.lexicon)
        mentions = scan(tokens.words, self.lexicon.root)
        sentences = split_sentences(tokens.words, mentions)
        return aggregate(read_report(tokens, sentences).statements)

    def doubt_signals(self, text: str) -> dict[str, float]:
        """Return what is counted for the doubt of a report."""
        tokens = tokenize(text)
        repair(tokens, self.lexicon)
        sentences = split_sentences(tokens.words, scan(tokens.words, self.lexicon.root))
        reading = read_report(tokens, sentences, puzzled=True)
        return Doubt(tokens, reading, self.lexicon, sentences).signals(aggregate(reading.statements))

    def label(self, text: str) -> ReportLabels:
        """Label one report, with evidence and doubt."""
        tokens = tokenize(text)
        repair(tokens, self.lexicon)
        sentences = split_sentences(tokens.words, scan(tokens.words, self.lexicon.root))
        reading = read_report(tokens, sentences, puzzled=True)
        found = aggregate(reading.statements)
        doubt = Doubt(tokens, reading, self.lexicon, sentences)
        labels = [
            ReportLabel(
                LEVELS[level],
                finding,
                SIDES[side],
                GradeSet(FINDINGS[finding], label.bits),
                tuple(
                    dict.fromkeys(
                        Evidence(tokens.starts[s.i], tokens.ends[s.j - 1], s.section, s.rule) for s in label.statements
                    )
                ),
                doubt.of_label(label),
            )
            for (level, finding, side), label in sorted(found.items())
        ]
        return ReportLabels(tuple(labels), doubt.of_report(found))
