"""The whole way once on a phantom archive: every verb of the command line in turn, then one page about it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from deepspine.data.errors import ConfigError
from deepspine.data.provenance import provenance
from deepspine.data.whole_files import write_whole
from deepspine.experiments.demo.page import write_page
from deepspine.experiments.demo.results import collect_results
from deepspine.experiments.demo.stages import Stage, run_stage

CONFIG = Path(__file__).parents[1] / "configs" / "grading_demo.yaml"
MIN_STUDIES = 6
"""Fewer give no patients to some split."""


def run_demo(
    out: Path, *, studies: int, seed: int, workers: int, advance: Callable[[float], None] = lambda seconds: None
) -> dict[str, Any]:
    """Run all stages on `studies` phantom studies; return the metrics that `metrics.json` holds.

    Parameters
    ----------
    out
        Folder for the files of all stages, `report.html` and `metrics.json`. Stages do only what is missing there.
    seed
        Of the phantom and of the training.
    advance
        Called with expected seconds gained, `expected_seconds` in sum.

    Raises
    ------
    ConfigError
        When there are too few studies to split by patient.
    DeepspineError
        When a stage fails; the message names its log.
    """
    if studies < MIN_STUDIES:
        raise ConfigError(f"--studies must be at least {MIN_STUDIES} so that every split has patients, got {studies}")
    logs = out / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    stages = demo_stages(out, studies=studies, seed=seed, workers=workers)
    timings = [(stage, run_stage(stage, logs / f"{stage.name.replace(' ', '_')}.log", advance)) for stage in stages]
    results = collect_results(out)
    metrics = results.metrics | {f"seconds/{stage.name.replace(' ', '_')}": round(s, 1) for stage, s in timings}
    metrics["made_by"] = provenance(studies=studies, seed=seed)
    write_whole(out / "metrics.json", json.dumps(metrics, indent=1) + "\n")
    write_page(out / "report.html", results, timings, studies=studies, seed=seed)
    return metrics


def expected_seconds(studies: int) -> float:
    """Return the expected length of the demo on two cores; only the progress bar believes it."""
    return sum(stage.expected_s for stage in demo_stages(Path(), studies=studies, seed=0, workers=1))


def demo_stages(out: Path, *, studies: int, seed: int, workers: int) -> list[Stage]:
    """Return the commands of the demo in their order."""
    index, labels, evidence, located, dataset, run = (
        str(out / name)
        for name in (
            "index/index.parquet", "labels/labels.csv", "labels/evidence.csv", "located", "dataset", "run"
        )
    )  # fmt: skip
    phantom, truth = str(out / "phantom"), str(out / "phantom" / "truth" / "labels.csv")
    n_workers = str(min(workers, os.cpu_count() or 1))

    def stage(name: str, expected_s: float, *arguments: str) -> Stage:
        return Stage(name, arguments, expected_s)

    return [
        stage("phantom", 1.5 * studies, "phantom", "--studies", str(studies), "--seed", str(seed), "--out", phantom,
              "--workers", n_workers),
        stage("index", 4, "index", f"{phantom}/archive", "--out", index),
        stage("label", 5, "label", f"{phantom}/reports.csv", "--out", labels, "--evidence", evidence),
        stage("locate", 10 + 1.5 * studies, "locate", index, "--out", located),
        stage("build", 4 + 0.5 * studies, "build", "--index", index, "--labels", labels, "--levels", located,
              "--out", dataset),
        stage("train", 90, "train", "grading", "--config", str(CONFIG), "--data.dataset", dataset,
              "--seed_everything", str(seed), "--trainer.default_root_dir", run),
        stage("evaluate", 25, "evaluate", "grading", dataset, "--checkpoint", run, "--reference", truth,
              "--reports", labels, "--out", str(out / "evaluation")),
    ]  # fmt: skip
