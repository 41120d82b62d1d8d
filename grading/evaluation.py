"""Evaluate a grader on a split against any label tables: what readers saw, what reports say, what a phantom has."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from deepspine.data.agreement import Interval
from deepspine.data.csv_rows import columns_of, rows_csv
from deepspine.data.errors import InputError
from deepspine.data.label_table import LabelTable
from deepspine.data.provenance import provenance
from deepspine.data.whole_files import write_whole
from deepspine.grading.metrics import FindingScore, mean_class_average_accuracy, score_predictions
from deepspine.grading.prediction import Predictions, predict

_MEASURES = ("accuracy", "class_average_accuracy", "kappa", "kappa_linear", "kappa_quadratic", "gwet_ac1")
EVALUATION_FILES = ("predictions.csv", "scores.csv", "evaluation.json")
DIGITS = 4


@dataclass(frozen=True)
class Evaluation:
    """Predictions of a split and their agreement with each reference.

    Attributes
    ----------
    scores
        By the reference's name, one a finding.
    """

    split: str
    predictions: Predictions
    scores: Mapping[str, list[FindingScore]]

    @property
    def class_average_accuracy(self) -> dict[str, float]:
        """By reference, the mean over findings (Lu 2018, section 4)."""
        return {name: mean_class_average_accuracy(scores) for name, scores in self.scores.items()}

    def rows(self) -> list[dict[str, Any]]:
        """Return one row for each reference and finding, as in `scores.csv`."""
        return [_row(name, score) for name, scores in self.scores.items() for score in scores]

    def to_json(self) -> dict[str, Any]:
        """Return plain values, as in `evaluation.json`: summary, rows and confusion matrices."""
        return {
            "split": self.split,
            "class_average_accuracy": {name: _rounded(v) for name, v in self.class_average_accuracy.items()},
            "scores": self.rows(),
            "confusion": {
                name: {s.finding.name: {"scale": s.finding.scale, "counts": s.counts.tolist()} for s in scores}
                for name, scores in self.scores.items()
            },
            "made_by": provenance(),
        }

    def write(self, out: Path) -> None:
        """Write `predictions.csv`, `scores.csv` and `evaluation.json` to a folder."""
        out.mkdir(parents=True, exist_ok=True)
        predictions, scores, summary = (out / name for name in EVALUATION_FILES)
        self.predictions.write(predictions)
        rows = self.rows()
        write_whole(scores, rows_csv(rows, columns_of(rows) or ["reference"]))
        write_whole(summary, json.dumps(self.to_json(), indent=1) + "\n")


def evaluate(
    dataset: Path, checkpoint: Path, tables: Mapping[str, LabelTable], *, split: str = "test", seed: int = 0
) -> Evaluation:
    """Grade a split and compare with each table.

    Parameters
    ----------
    checkpoint
        File, or folder of a run.
    tables
        References by name, keyed by the studies' report ids.
    seed
        Of the bootstrap.

    Raises
    ------
    InputError
        When dataset or checkpoint cannot be read, the split is empty, or a table has no report of the split.
    """
    predictions = predict(dataset, checkpoint, split=split)
    graded = {row.key.report_id for row in predictions.rows}
    for name, table in tables.items():
        if graded.isdisjoint(table.report_ids):
            raise InputError(
                f"--{name}: no report id of the table is of the split {split!r} of {dataset}; name the label table of "
                "these reports"
            )
    scores = {name: score_predictions(predictions.rows, table, seed=seed) for name, table in tables.items()}
    return Evaluation(split, predictions, scores)


def _row(reference: str, score: FindingScore) -> dict[str, Any]:
    row: dict[str, Any] = {
        "reference": reference,
        "finding": score.finding.name,
        "n": score.n,
        "n_definite": score.n_definite,
    }
    for name in _MEASURES:
        interval: Interval = getattr(score, name)
        row |= {name: _rounded(interval.value), f"{name}_low": _rounded(interval.low)}
        row[f"{name}_high"] = _rounded(interval.high)
    row |= {"compatible": _rounded(score.compatible), "ece": _rounded(score.ece)}
    row["auc"] = " ".join(f"{grade}={value:.3f}" for grade, value in score.auc.items() if not np.isnan(value))
    return row


def _rounded(value: float) -> float | None:
    return None if np.isnan(value) else round(float(value), DIGITS)
