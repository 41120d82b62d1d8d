"""Answers for discs of patients that a network did not see, kept in a file: what several experiments weigh together."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from deepspine.data.errors import InputError
from deepspine.data.findings import Side
from deepspine.data.geometry import FloatArray
from deepspine.data.label_table import LabelKey
from deepspine.data.levels import Level
from deepspine.data.whole_files import write_whole
from deepspine.grading.modic.mapping import MODIC
from deepspine.grading.prediction import Prediction

GRADED_FILE = "graded.json"
LEAST = 1e-3
"""Probabilities nearer to 0 or 1 say no more than this."""


@dataclass(frozen=True)
class DiscAnswer:
    """A disc of a picture: what SPIDER's readers say, and the evidence for a change."""

    patient: str
    level: Level
    truth: bool
    score: float


def write_graded(rows: Sequence[Prediction], path: Path) -> None:
    """Keep what networks said of held back patients, so that a stopped run need not ask them again."""
    values = [[*row.key, row.patient_key, row.probabilities.tolist()] for row in rows]
    write_whole(path, json.dumps(values))


def read_graded(path: Path) -> list[Prediction]:
    """Read what `write_graded` wrote.

    Raises
    ------
    InputError
        When there is no such file, or it holds something else.
    """
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        return [
            Prediction(LabelKey(report, Level(level), finding, Side(side)), patient, np.array(probabilities))
            for report, level, finding, side, patient, probabilities in values
        ]
    except (OSError, ValueError, TypeError):
        raise InputError(f"{path}: expected answers of held back patients, as {GRADED_FILE} holds them") from None


def write_answers(answers: Sequence[DiscAnswer], path: Path) -> None:
    """Write the scores of discs, in [0, 1], as the probability of any change; nothing is said of its type."""
    rows = []
    for one in answers:
        changed = one.score
        types = [changed / (len(MODIC.scale) - 1)] * (len(MODIC.scale) - 1)
        key = LabelKey(one.patient, one.level, MODIC.name, Side.MIDLINE)
        rows.append(Prediction(key, one.patient, np.array([1.0 - changed, *types])))
    write_graded(rows, path)


def presence_of(rows: Sequence[Prediction]) -> dict[tuple[str, Level], float]:
    """Return the probability that each disc is changed, by patient and level."""
    return {
        (row.key.report_id, row.key.level): 1.0 - float(row.probabilities[0])
        for row in rows
        if row.key.finding == MODIC.name
    }


def log_odds(probabilities: FloatArray) -> FloatArray:
    """Return the logarithm of the odds; the same shape."""
    inner = np.clip(probabilities, LEAST, 1.0 - LEAST)
    return np.asarray(np.log(inner) - np.log1p(-inner))
