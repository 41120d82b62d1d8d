"""medspaCy in an environment of its own: it holds spaCy below 3.8 and works with numpy 1 only."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from deepspine.data.errors import InputError
from deepspine.data.findings import FINDINGS, Side
from deepspine.data.grade_sets import GradeSet
from deepspine.data.label_table import LabelKey, LabelTable
from deepspine.data.levels import Level
from deepspine.experiments.benchmarks.peer_environment import last_line, peer_environment

REQUIREMENTS = ("medspacy==1.3.1", "numpy<2", "setuptools<80")
FEW_REPORTS = 40
"""Reports for the slow pipeline: its sentence splitter takes tens of milliseconds a report."""

LEVEL_NAMES = frozenset(level.value for level in Level)
RUN_TIMEOUT_S = 900


@dataclass(frozen=True)
class MedspacyRun:
    """Reports a second of both pipelines, and the labels of the one with ConText."""

    sentencizer_per_s: float
    default_per_s: float
    labels: list[dict[str, str]]


def run_medspacy(texts: Sequence[str], folder: Path) -> MedspacyRun:
    """Time and label texts with medspaCy, one process, one core.

    Raises
    ------
    InputError
        When the environment cannot be made or the run fails.
    """
    script = Path(__file__).with_name("medspacy_side.py")
    task = json.dumps({"texts": list(texts), "few": FEW_REPORTS})
    python = peer_environment(folder, REQUIREMENTS, peer="medspaCy", option="--medspacy")
    done = subprocess.run(
        [str(python), str(script)], input=task, capture_output=True, text=True, timeout=RUN_TIMEOUT_S,
        check=False,
    )  # fmt: skip
    if done.returncode:
        raise InputError(f"medspaCy failed: {last_line(done.stderr)}; delete {folder} and try again")
    answer = json.loads(done.stdout)
    return MedspacyRun(answer["sentencizer + ConText"], answer["medspacy.load()"], answer["labels"])


def medspacy_table(texts: Mapping[str, str], folder: Path) -> LabelTable:
    """Return the labels of the pipeline with ConText, by report id; what it takes for a level and is none is left out.

    Raises
    ------
    InputError
        As `run_medspacy`.
    """
    labels = {}
    for report_id, found in zip(texts, run_medspacy(list(texts.values()), folder).labels, strict=True):
        for place, grades in found.items():
            level, finding, side = place.split(",")
            if level not in LEVEL_NAMES:
                continue
            key = LabelKey(report_id, Level(level), finding, Side(side))
            labels[key] = GradeSet.parse(FINDINGS[finding], grades)
    return LabelTable(labels)
