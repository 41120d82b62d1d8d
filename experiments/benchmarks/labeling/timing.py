"""Times the labeler on one core in processor time, whole and by component: other work on the machine is left out."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from deepspine.labeling.aggregation import aggregate
from deepspine.labeling.discourse.reader import read_report
from deepspine.labeling.pipeline import Labeler
from deepspine.labeling.scanning import repair, scan
from deepspine.labeling.tables import csv_lines
from deepspine.labeling.texts.sentences import split_sentences
from deepspine.labeling.texts.tokenization import tokenize

ROUNDS, BATCH = 10, 100
"""Of each batch of reports the best of so many rounds counts: other work on the machine only ever slows down."""


@dataclass(frozen=True)
class Timing:
    """Reports a second, and the share of time of each component."""

    reports: int
    words_each: float
    reports_per_s: float
    shares: dict[str, float]


def time_labeler(texts: Sequence[str], labeler: Labeler) -> Timing:
    """Time text to rows of the label table, in this process."""
    batches = [texts[start : start + BATCH] for start in range(0, len(texts), BATCH)]
    rounds = [[_timed(_label_all, batch, labeler) for batch in batches] for _ in range(ROUNDS)]
    whole = sum(map(min, zip(*rounds, strict=True)))
    parts = [_by_component(texts, labeler) for _ in range(ROUNDS)]
    best = {name: min(part[name] for part in parts) for name in parts[0]}
    total = sum(best.values())
    words = sum(len(text.split()) for text in texts) / len(texts)
    return Timing(len(texts), words, len(texts) / whole, {name: seconds / total for name, seconds in best.items()})


def _label_all(texts: Sequence[str], labeler: Labeler) -> None:
    for text in texts:
        csv_lines("report", labeler.raw(text))


def _timed(work: Callable[[Sequence[str], Labeler], None], texts: Sequence[str], labeler: Labeler) -> float:
    start = time.process_time()
    work(texts, labeler)
    return time.process_time() - start


def _by_component(texts: Sequence[str], labeler: Labeler) -> dict[str, float]:
    spent = dict.fromkeys(
        ("tokens", "spelling", "mentions and levels", "sentences", "attachment", "aggregation", "rows"), 0.0
    )
    clock = time.process_time
    for text in texts:
        times = [clock()]
        tokens = tokenize(text)
        times.append(clock())
        repair(tokens, labeler.lexicon)
        times.append(clock())
        mentions = scan(tokens.words, labeler.lexicon.root)
        times.append(clock())
        sentences = split_sentences(tokens.words, mentions)
        times.append(clock())
        statements = read_report(tokens, sentences).statements
        times.append(clock())
        found = aggregate(statements)
        times.append(clock())
        csv_lines("report", found)
        times.append(clock())
        for name, before, after in zip(spent, times, times[1:], strict=False):
            spent[name] += after - before
    return spent
