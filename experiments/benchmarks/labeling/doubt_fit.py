"""Fits the weights of a report's doubt on reports with gold labels, and measures how well doubt finds the errors.

The measured share is of doubts that were predicted out of fold, ten folds by report, so no report helped to weigh
itself; the weights that are written use all reports.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from deepspine.data.findings import FINDINGS
from deepspine.data.label_table import LabelKey, LabelTable
from deepspine.experiments.benchmarks.labeling.gold_sets import GoldSet, read_gold_sets
from deepspine.labeling.doubt import SIGNALS, doubt_from
from deepspine.labeling.pipeline import Labeler
from deepspine.labeling.tables import label_texts

FOLDS = 10
SEEDS = 10
PENALTY = 0.003
READ_SHARE = 0.1
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class GradedReports:
    """Reports with gold labels.

    Attributes
    ----------
    signals
        Counts of each report.
        *Shape:* (reports, signals), in the order of `SIGNALS`
    errors
        Labels that are wrong, missing or too many.
        *Shape:* (reports,)
    """

    signals: Floats
    errors: Floats


def read_graded(folder: Path) -> GradedReports:
    """Label all reports of a folder's sets (NAME_gold.csv, NAME_gold_ids.txt, NAME_reports.csv or NAME_notes.csv).

    Raises
    ------
    InputError
        When the folder holds no such set.
    """
    labeler = Labeler()
    signals: list[list[float]] = []
    errors: list[float] = []
    for one in read_gold_sets(folder):
        found = label_texts(one.texts)
        wrong = Counter(key.report_id for key in wrong_keys(found, one))
        for report_id, text in one.texts.items():
            counts = labeler.doubt_signals(text)
            signals.append([counts[signal] for signal in SIGNALS])
            errors.append(float(wrong[report_id]))
    return GradedReports(np.asarray(signals), np.asarray(errors))


def wrong_keys(found: LabelTable, gold_set: GoldSet) -> list[LabelKey]:
    """Return the core labels that are wrong, missing or too many; those that readers left open count neither way."""
    gold = gold_set.gold
    keys = {key for key in (*found, *gold) if FINDINGS[key.finding].core} - gold_set.gold.unsettled
    return [key for key in keys if found.get(key) != gold.get(key)]


def fit(reports: GradedReports) -> dict[str, float]:
    """Return the weights of a Poisson regression of "has an error" on the logarithms of the counts."""
    from sklearn.linear_model import PoissonRegressor

    seen = np.log1p(reports.signals)
    spread = seen.std(axis=0)
    spread[spread == 0] = 1.0
    model = PoissonRegressor(alpha=PENALTY, max_iter=1000).fit((seen - seen.mean(axis=0)) / spread, reports.errors > 0)
    weights = model.coef_ / spread
    intercept = float(model.intercept_ - weights @ seen.mean(axis=0))
    return {"intercept": round(intercept, 4)} | {
        name: round(float(weight), 4) for name, weight in zip(SIGNALS, weights, strict=True)
    }


def share_found(doubts: Sequence[float] | Floats, errors: Floats) -> float:
    """Return the share of all errors that the most doubtful tenth of the reports holds."""
    count = round(READ_SHARE * len(errors))
    first = np.argsort(-np.asarray(doubts), kind="stable")[:count]
    return float(errors[first].sum() / errors.sum())


def share_found_as_shipped(reports: GradedReports) -> float:
    """Return the share that the weights in `doubt.json` find."""
    return share_found(
        [doubt_from(dict(zip(SIGNALS, row, strict=True))) for row in reports.signals.tolist()], reports.errors
    )


def share_found_out_of_fold(reports: GradedReports) -> Floats:
    """Return the share for each of `SEEDS` partings into folds."""
    return np.asarray([share_found(_out_of_fold(reports, seed), reports.errors) for seed in range(SEEDS)])


def _out_of_fold(reports: GradedReports, seed: int) -> Floats:
    seen = np.log1p(reports.signals)
    expected = np.zeros(len(seen))
    order = np.random.default_rng(seed).permutation(len(seen))
    for held in np.array_split(order, FOLDS):
        rest = np.setdiff1d(order, held)
        weights = fit(GradedReports(reports.signals[rest], reports.errors[rest]))
        expected[held] = weights["intercept"] + seen[held] @ [weights[name] for name in SIGNALS]
    return expected
