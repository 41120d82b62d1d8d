"""What came out of the demo's stages, gathered from their files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from deepspine.data.agreement import Counts, class_average_accuracy, count_pairs
from deepspine.data.dataset.studies import read_frames
from deepspine.data.dicom.archive_index import ArchiveIndex
from deepspine.data.errors import InputError
from deepspine.data.findings import FINDINGS, get_finding
from deepspine.data.frames import LevelFrame
from deepspine.data.label_scores import score_labels
from deepspine.data.label_table import LabelTable
from deepspine.data.level_scores import NO_LEVELS, score_levels
from deepspine.data.levels import Level

Curves = Mapping[str, Sequence[float]]


@dataclass(frozen=True)
class DemoResults:
    """Tables, places and figures of one demo run.

    Attributes
    ----------
    out
        The demo's folder.
    index
        Of the phantom archive.
    labels, truth
        What was read from the reports; what the phantom's pictures have.
    predictions
        The grader's most probable grades on the patients that training never saw.
    curves
        Training and validation loss by epoch.
    metrics
        Name to figure, as `metrics.json` holds them.
    """

    out: Path
    index: ArchiveIndex
    labels: LabelTable
    truth: LabelTable
    predictions: LabelTable
    curves: Curves
    metrics: dict[str, float | int | str | dict[str, object]]


def collect_results(out: Path) -> DemoResults:
    """Gather the results of a finished demo in the folder `out`."""
    labels = LabelTable.read(out / "labels" / "labels.csv")
    truth = LabelTable.read(out / "phantom" / "truth" / "labels.csv")
    index = ArchiveIndex.read(out / "index" / "index.parquet")
    predictions = LabelTable.read(out / "evaluation" / "predictions.csv")
    text = LabelTable.read(out / "phantom" / "truth" / "text_labels.csv")
    report_ids = pd.read_csv(out / "phantom" / "reports.csv", dtype=str)["report_id"].tolist()

    read = score_labels(labels, text, report_ids=report_ids)
    levels = sum(
        (score_levels(located_frames(out, study.study_key), true_frames(out, study.report_id))
         for study in index.studies()),
        start=NO_LEVELS,
    )  # fmt: skip
    metrics: dict[str, float | int | str | dict[str, object]] = {
        "labels/micro_f1": read.micro_f1,
        "labels/compatible": read.compatible,
        "labels/count": read.n_predicted,
        "levels/accuracy": levels.accuracy,
        "levels/count": levels.n_true,
        "grading/class_average_accuracy": mean_class_average_accuracy(predictions, truth),
        "grading/class_average_accuracy_reports": mean_class_average_accuracy(predictions, labels),
        "grading/chance": mean_chance(predictions, truth),
        "grading/test_reports": len(predictions.report_ids),
    }
    return DemoResults(out, index, labels, truth, predictions, training_curves(out / "run"), metrics)


def true_frames(out: Path, report_id: str) -> list[LevelFrame]:
    """Return the discs of a phantom study that its reports speak of: T12-L1 and below, without the sacrum's own."""
    frames = read_frames(out / "phantom" / "truth" / report_id / "levels.json")
    return [frame for frame in frames if Level.T12_T13 <= frame.level <= Level.L6_S1]


def located_frames(out: Path, study_key: str) -> list[LevelFrame]:
    """Return the discs that `locate` named in a study; none when it refused."""
    path = out / "located" / study_key / "levels.json"
    return read_frames(path) if path.is_file() else []


def confusion(predicted: LabelTable, reference: LabelTable, finding: str) -> Counts:
    """Count grades of one finding, rows the reference; only labels that are definite in both tables."""
    scale = get_finding(finding).scale
    pairs = [
        (scale.index(reference[key].lowest), scale.index(predicted[key].lowest))
        for key in predicted
        if key.finding == finding and key in reference and reference[key].is_definite and predicted[key].is_definite
    ]
    return count_pairs([pair[0] for pair in pairs], [pair[1] for pair in pairs], len(scale))


def mean_class_average_accuracy(predicted: LabelTable, reference: LabelTable) -> float:
    """Return the mean over findings of class-average accuracy, findings with one grade only left out."""
    values = [
        float(class_average_accuracy(counts))
        for counts in (confusion(predicted, reference, finding) for finding in FINDINGS)
        if (counts.sum(axis=1) > 0).sum() > 1
    ]
    return float(np.mean(values)) if values else float("nan")


def mean_chance(predicted: LabelTable, reference: LabelTable) -> float:
    """Return what a grader that always gives one grade would reach: the mean of 1 / grades that occur."""
    grades = [int((confusion(predicted, reference, finding).sum(axis=1) > 0).sum()) for finding in FINDINGS]
    return float(np.mean([1 / n for n in grades if n > 1])) if any(n > 1 for n in grades) else float("nan")


def training_curves(run: Path) -> Curves:
    """Return training and validation loss by epoch from the run's CSV log.

    Raises
    ------
    InputError
        When the run has no log.
    """
    logs = sorted(run.rglob("metrics.csv"), key=lambda path: path.stat().st_mtime)
    if not logs:
        raise InputError(f"{run}: no metrics.csv; the training of the demo left no log")
    frame = pd.read_csv(logs[-1]).groupby("epoch").mean(numeric_only=True)
    wanted = [name for name in frame.columns if name.endswith(("loss", "loss_epoch"))]
    return {name: frame[name].tolist() for name in wanted}
