"""Where two tables differ, label by label, with the words that the labeler read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from markupsafe import Markup, escape

from deepspine.data.findings import FINDINGS
from deepspine.data.grade_sets import GradeSet
from deepspine.data.label_table import LabelKey
from deepspine.labeling.evidence import Evidence
from deepspine.labeling.pipeline import ReportLabels
from deepspine.labeling.validation.table_pair import TablePair

_SENTENCE_END = re.compile(r"[.;!?](?=\s)|\n+")

MAX_CONTEXT = 240
"""Characters shown before and after evidence in a text without sentence ends, as dictation gives it."""


class Kind(StrEnum):
    """How two tables differ on a label."""

    MISSED = "missed"
    """Only the reference has it."""
    INVENTED = "invented"
    """Only the predicted table has it."""
    CONTRADICTORY = "contradictory"
    """The sets share no grade."""
    COMPATIBLE = "compatible"
    """The sets differ and share a grade: one says more than the other."""


@dataclass(frozen=True)
class Disagreement:
    """A label on which two tables differ; None where a table is silent."""

    key: LabelKey
    predicted: GradeSet | None
    reference: GradeSet | None

    @property
    def kind(self) -> Kind:
        """How they differ."""
        if self.predicted is None:
            return Kind.MISSED
        if self.reference is None:
            return Kind.INVENTED
        return Kind.COMPATIBLE if self.predicted.compatible(self.reference) else Kind.CONTRADICTORY

    @property
    def steps(self) -> int:
        """Grades between the two sets on an ordinal scale: 0 when they share one, 1 when contradictory and nominal."""
        if self.kind is not Kind.CONTRADICTORY or self.predicted is None or self.reference is None:
            return 0
        finding = FINDINGS[self.key.finding]
        if not finding.ordinal:
            return 1
        places = [[finding.scale.index(grade) for grade in grades] for grades in (self.predicted, self.reference)]
        return min(abs(one - other) for one in places[0] for other in places[1])


def disagreements(pair: TablePair) -> Iterator[Disagreement]:
    """Yield the labels on which the tables of a pair are not equal, in the order of a table."""
    for key in sorted({*pair.predicted, *pair.reference}, key=lambda key: key.sort_key):
        predicted, reference = pair.predicted.get(key), pair.reference.get(key)
        if predicted != reference:
            yield Disagreement(key, predicted, reference)


def evidence_by_label(report_id: str, labels: ReportLabels) -> Mapping[LabelKey, tuple[Evidence, ...]]:
    """Return the evidence of each label of a report."""
    return {LabelKey(report_id, label.level, label.finding, label.side): label.evidence for label in labels.labels}


def marked_sentences(text: str, evidence: tuple[Evidence, ...]) -> Markup:
    """Return the sentences around pieces of evidence as HTML, the evidence in `<mark>`; empty without evidence.

    Examples
    --------
    >>> text = "L4-5: disc bulge. Facets are normal."
    >>> print(marked_sentences(text, (Evidence(6, 16, "findings", "bulge"),)))
    L4-5: <mark>disc bulge</mark>.
    """
    sentences: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for piece in sorted(evidence):
        sentences.setdefault(_sentence_around(text, piece), []).append((piece.start, piece.end))
    return Markup(" … ").join(_marked(text, *bounds, spans) for bounds, spans in sentences.items())


def _sentence_around(text: str, piece: Evidence) -> tuple[int, int]:
    """Return where the sentence of a piece of evidence starts and ends, no further than `MAX_CONTEXT` from it."""
    first, last = max(0, piece.start - MAX_CONTEXT), min(len(text), piece.end + MAX_CONTEXT)
    starts = [match.end() for match in _SENTENCE_END.finditer(text, first, piece.start)]
    following = _SENTENCE_END.search(text, piece.end, last)
    return (starts[-1] if starts else first), (following.end() if following else last)


def _marked(text: str, start: int, end: int, spans: list[tuple[int, int]]) -> Markup:
    parts = []
    place = start
    for first, last in spans:
        if first >= place:
            parts += [escape(text[place:first]), Markup("<mark>{}</mark>").format(text[first:last])]
            place = last
    parts.append(escape(text[place : max(end, place)]))
    return Markup("").join(parts).strip()
