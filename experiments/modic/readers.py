"""`modic-readers`: a change by assistance that is there is found, and none that is not.

Two simulated readers of known skill grade Modic changes without and with assistance, many times over, and `deepspine
validate --readers --assisted` judges each study as Gao 2022 does (kappa of the pair, its change, a paired bootstrap of
patients). Where assistance changes nothing, a test at 5 % must reject in 5 % of the studies; where it makes readers
better, in many. The tables of the first study of each kind are written as an example.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from omegaconf import MISSING

from deepspine.data.findings import Side, get_finding
from deepspine.data.grade_sets import GradeSet
from deepspine.data.label_table import LabelKey, LabelTable
from deepspine.data.levels import LUMBAR_LEVELS
from deepspine.labeling.validation.readers import ALL_PAIRS, ReaderFigure, ReaderStudy, reader_figures

MODIC = get_finding("modic")
GRADE_SHARES = (0.6, 0.14, 0.23, 0.03)
"""Of none and types 1 to 3 in a reading room (after Kuisma 2007, Jensen 2008)."""
PATIENT_SPREAD = 0.8
"""Standard deviation of a patient's own share of changes, in logits: discs of one patient are alike."""
ALPHA = 0.05
READERS = ("R1", "R2")
MEASURE = "kappa"


@dataclass
class Settings:
    """Keys of the config.

    Attributes
    ----------
    simulations
        Studies of each kind.
    patients
        Of each study; five discs a patient.
    resamples
        Of the bootstrap in each study.
    skill
        Share of discs that a reader grades by what is there; the others by chance.
    assisted_skills
        The same with assistance; a kind of study each.
    seed
        Of everything.
    """

    simulations: int = MISSING
    patients: int = MISSING
    resamples: int = MISSING
    skill: float = MISSING
    assisted_skills: list[float] = MISSING
    seed: int = MISSING


def run(settings: Settings, data: Path, out: Path, advance: Callable[[float], None]) -> list[Mapping[str, Any]]:
    """Simulate studies of each kind; return how often the change is called significant."""
    rows: list[Mapping[str, Any]] = []
    for assisted in settings.assisted_skills:
        figures = []
        for number in range(settings.simulations):
            rng = np.random.default_rng([settings.seed, number, round(1000 * assisted)])
            without, helped = simulated_study(rng, settings.patients, settings.skill, assisted)
            if number == 0:
                _write({**without, **{f"{name}-assisted": one for name, one in helped.items()}}, out / f"{assisted:g}")
            figures.append(judged(without, helped, resamples=settings.resamples, seed=number))
            advance(1 / settings.simulations / len(settings.assisted_skills))
        rejected = np.array([one.p is not None and one.p < ALPHA for one in figures])
        changes = np.array([one.change.value for one in figures if one.change is not None])
        rows.append(
            {
                "skill": settings.skill,
                "assisted": assisted,
                "studies": len(figures),
                "mean kappa": round(float(np.mean([one.without.value for one in figures])), 3),
                "mean change": round(float(changes.mean()), 3),
                "rejected at 5 %": round(float(rejected.mean()), 3),
            }
        )
    return rows


def simulated_study(
    rng: np.random.Generator, patients: int, skill: float, assisted_skill: float
) -> tuple[dict[str, LabelTable], dict[str, LabelTable]]:
    """Return what each reader says of the same discs without and with assistance."""
    changed = np.log((1 - GRADE_SHARES[0]) / GRADE_SHARES[0]) + PATIENT_SPREAD * rng.standard_normal((patients, 1))
    is_changed = rng.random((patients, len(LUMBAR_LEVELS))) < 1 / (1 + np.exp(-changed))
    types = np.array(GRADE_SHARES[1:]) / sum(GRADE_SHARES[1:])
    truth = np.where(is_changed, rng.choice(3, is_changed.shape, p=types) + 1, 0)
    without, helped = ({name: _read(rng, truth, share) for name in READERS} for share in (skill, assisted_skill))
    return without, helped


def judged(
    without: Mapping[str, LabelTable], helped: Mapping[str, LabelTable], *, resamples: int, seed: int
) -> ReaderFigure:
    """Return the readers' kappa of grades, its change with assistance and its p."""
    reports = {key.report_id for key in next(iter(without.values()))}
    study = ReaderStudy(dict(without), reports, assisted=dict(helped))
    figures = reader_figures(study, resamples=resamples, seed=seed)
    return next(one for one in figures if (one.finding, one.measure, one.who) == (MODIC.name, MEASURE, ALL_PAIRS))


def _read(rng: np.random.Generator, truth: np.ndarray[Any, np.dtype[np.int64]], skill: float) -> LabelTable:
    guess = rng.choice(len(MODIC.scale), truth.shape, p=GRADE_SHARES)
    said = np.where(rng.random(truth.shape) < skill, truth, guess)
    return LabelTable(
        {
            LabelKey(f"s{row:03}", level, MODIC.name, Side.MIDLINE): GradeSet.of(MODIC, MODIC.scale[said[row, column]])
            for row in range(len(truth))
            for column, level in enumerate(LUMBAR_LEVELS)
        }
    )


def _write(tables: Mapping[str, LabelTable], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        table.write(folder / f"{name}.csv")
