"""`spider-measured`: what a ruler and a forest make of SPIDER's gradings, in the table of `spider-graded`.

Levels are measured on the mask of the shipped segmentation, on T2 at usual size (T1 where there is no T2), with T1's
signals where it can be laid on T2. A forest and boosted trees learn each finding from the measurements of four folds of
patients and answer for the fifth.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from omegaconf import MISSING

from deepspine.data.convert.spider_gradings import read_endplates, read_gradings
from deepspine.data.label_table import LabelTable
from deepspine.experiments.expert_scores import score
from deepspine.experiments.measured_pictures import cross_validate_measured, measured
from deepspine.experiments.public_sets import SPIDER_PREFIX
from deepspine.experiments.spider_graded import graded_pairs


@dataclass
class Settings:
    """Keys of the config."""

    folds: int = MISSING
    findings: list[str] = MISSING
    learners: list[str] = MISSING
    seed: int = MISSING


def run(settings: Settings, data: Path, out: Path, advance: Callable[[float], None]) -> list[Mapping[str, Any]]:
    """Measure (once), cross-validate, and return a row for each learner and finding."""
    folder = data / "spider_mid"
    pairs = graded_pairs(folder, out / "located")
    table = measured(pairs, out / "measurements.csv", advance=lambda n: advance(0.8 * n))
    gradings = read_gradings(folder / "gradings.csv", id_prefix=SPIDER_PREFIX)
    labels = LabelTable({**gradings, **read_endplates(folder / "gradings.csv", id_prefix=SPIDER_PREFIX)})
    rows: list[Mapping[str, Any]] = []
    for learner in settings.learners:
        predictions = cross_validate_measured(
            table, labels, settings.findings, learner=learner, folds=settings.folds, seed=settings.seed
        )
        own = score(predictions, labels, folds=settings.folds)
        rows += [{"variant": f"{learner} on measurements", **row} for row in own]
        advance(0.2 / len(settings.learners))
    return rows
