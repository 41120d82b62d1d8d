"""Calibration and conformal sets on published predictions of a lumbar stenosis grader (Lu 2022, MIT licence).

    python -m deepspine.experiments.calibration_study lumbar-test-pred.csv

The file holds, for each exam, level and site, a reference grade and four softmax probabilities; cells without a score
carry a filler prediction and are dropped, as are cells that were not graded. Protocol: half of the exams calibrate,
half test, 20 times over; 15 bins. Canal and foramina are calibrated apart unless the method is pooled. Calibrators may
see context: the level, and what the grader said elsewhere in the same exam. Scores of the calibrating half come out of
fold.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd

from deepspine.data.agreement import Weights, accuracy, class_average_accuracy, cohen_kappa, count_pairs
from deepspine.data.errors import InputError
from deepspine.data.geometry import FloatArray
from deepspine.grading.calibration import (
    Calibrator,
    Grades,
    TemperatureScaling,
    VectorScaling,
    ece_if_perfect,
    out_of_fold,
)
from deepspine.grading.conformal import ConformalSets, Promise
from deepspine.grading.metrics import expected_calibration_error

LEVELS = ("T12_L1", "L1_L2", "L2_L3", "L3_L4", "L4_L5", "L5_S1")
SITES = ("left", "center", "right")
CANAL = SITES.index("center")
N_GRADES = 4
REPEATS = 20
FOLDS = 20
"""Of the calibrating half; with few, out-of-fold scores are worse than those of the final fit and sets too large."""


@dataclass(frozen=True)
class Method:
    """How probabilities are calibrated.

    Attributes
    ----------
    make
        Makes an unfitted calibrator.
    sees_context
        Whether it sees level and the rest of the exam.
    pooled
        Whether canal and foramina are fitted together, told apart by features.
    """

    make: Callable[[], Calibrator]
    sees_context: bool = False
    pooled: bool = False


METHODS: Mapping[str, Method] = {
    "temperature": Method(TemperatureScaling),
    "vector": Method(VectorScaling),
    "vector + context": Method(partial(VectorScaling, penalty=0.01), sees_context=True),
    "pooled + context": Method(partial(VectorScaling, penalty=0.02), sees_context=True, pooled=True),
}
MEAN = "mean of the last three"
MEAN_OF = ("vector", "vector + context", "pooled + context")
"""Calibrators that err differently; their mean errs less."""


@dataclass(frozen=True, eq=False)
class Cells:
    """Graded and scored cells of the file.

    Attributes
    ----------
    exam, level, site, truth
        *Shape:* (cells,)
    probabilities
        *Shape:* (cells, 4)
    """

    exam: Grades
    level: Grades
    site: Grades
    truth: Grades
    probabilities: FloatArray

    def context(self) -> FloatArray:
        """Return what surrounds each cell: its level, and scores elsewhere in the exam; (cells, features)."""
        scores = np.log(np.clip(self.probabilities, 1e-6, 1.0))
        scores -= scores.mean(axis=1, keepdims=True)
        table = np.full((self.exam.max() + 1, len(LEVELS), len(SITES), N_GRADES), np.nan)
        table[self.exam, self.level, self.site] = scores
        expected = np.full(table.shape[:3], np.nan)
        expected[self.exam, self.level, self.site] = self.probabilities @ np.arange(N_GRADES)
        elsewhere = np.array([_elsewhere(expected[e], lv, s) for e, lv, s in self._places()])
        near = np.array([np.nan_to_num(_neighbours(table[e], lv, s)) for e, lv, s in self._places()])
        return np.concatenate(
            [np.eye(len(LEVELS))[self.level], elsewhere, scores.clip(-4, 4) ** 2, scores * elsewhere[:, :1], near],
            axis=1,
        )

    def with_site(self, context: FloatArray) -> FloatArray:
        """Return context with the site, and with scores and exam of the canal apart; (cells, features)."""
        canal = (self.site == CANAL).astype(float)[:, None]
        scores = np.log(np.clip(self.probabilities, 1e-6, 1.0))
        scores -= scores.mean(axis=1, keepdims=True)
        exam = context[:, len(LEVELS) : len(LEVELS) + 4]
        return np.concatenate([context, canal, 1 - canal, scores * (1 - canal), exam * (1 - canal)], axis=1)

    def _places(self) -> list[tuple[int, int, int]]:
        return list(zip(self.exam.tolist(), self.level.tolist(), self.site.tolist(), strict=True))


def read_cells(path: Path) -> Cells:
    """Read the usable cells.

    Raises
    ------
    InputError
        When the file is missing or has other columns.
    """
    try:
        table = pd.read_csv(path)
        rows = [
            (exam, level, site, int(truth), json.loads(score))
            for level, level_name in enumerate(LEVELS)
            for site, site_name in enumerate(SITES)
            for exam, (truth, score) in enumerate(
                zip(table[f"true_{level_name}_{site_name}"], table[f"score_{level_name}_{site_name}"], strict=True)
            )
            if truth >= 0 and isinstance(score, str)
        ]
    except (OSError, KeyError, ValueError) as error:
        raise InputError(f"{path}: expected the columns true_LEVEL_SITE and score_LEVEL_SITE ({error})") from None
    exam, level, site, truth = (np.array([row[i] for row in rows]) for i in range(4))
    return Cells(exam, level, site, truth, np.array([row[4] for row in rows], dtype=float))


def recomputed(cells: Cells) -> dict[str, float]:
    """Return the figures by which a reader of the file is checked."""
    counts = count_pairs(cells.truth, cells.probabilities.argmax(axis=1), N_GRADES)
    return {
        "cells": len(cells.truth),
        "accuracy": float(accuracy(counts)),
        "mean recall": float(class_average_accuracy(counts)),
        "kappa": float(cohen_kappa(counts)),
        "kappa quadratic": float(cohen_kappa(counts, Weights.QUADRATIC)),
        "ECE": expected_calibration_error(cells.probabilities, cells.truth),
    }


def run_study(cells: Cells, *, alpha: float = 0.1, repeats: int = REPEATS) -> pd.DataFrame:
    """Return the mean over repeats of calibration error, coverage and size, by calibrator and promise."""
    context = cells.context()
    rows = [
        row
        for repeat in range(repeats)
        for method in ("raw", *METHODS, MEAN)
        for row in _one_split(cells, context, method, alpha=alpha, seed=repeat)
    ]
    return pd.DataFrame(rows).groupby(["calibrator", "promise", "never empty"], sort=False).mean()


def _one_split(
    cells: Cells, context: FloatArray, method: str, *, alpha: float, seed: int
) -> list[dict[str, float | str]]:
    exams = np.arange(cells.exam.max() + 1)
    calibrating = np.isin(cells.exam, np.random.default_rng(seed).permutation(exams)[: len(exams) // 2])
    probabilities = calibrated(cells, context, calibrating, method)
    test = ~calibrating
    canal, foramen = test & (cells.site == CANAL), test & (cells.site != CANAL)
    errors = {
        f"ECE {name}": expected_calibration_error(probabilities[one], cells.truth[one])
        for name, one in (("canal", canal), ("foramen", foramen))
    } | {
        f"ECE {name} if perfect": ece_if_perfect(probabilities[one], repeats=3, seed=seed)
        for name, one in (("canal", canal), ("foramen", foramen))
    }
    rows: list[dict[str, float | str]] = []
    for promise, never_empty in product(Promise, (True, False)):
        fitted = ConformalSets.fit(
            probabilities[calibrating],
            cells.truth[calibrating],
            alpha=alpha,
            promise=promise,
            never_empty=never_empty,
        )
        masks, truth = fitted.masks(probabilities[test]), cells.truth[test]
        held = masks[np.arange(len(truth)), truth]
        coverage = {f"grade {grade}": float(held[truth == grade].mean()) for grade in range(N_GRADES)}
        sizes = {"size": float(masks.sum(axis=1).mean()), "empty": float((~masks.any(axis=1)).mean())}
        name = {"calibrator": method, "promise": promise.value, "never empty": str(never_empty)}
        rows.append({**name, **errors, "coverage": float(held.mean()), **coverage, **sizes})
    return rows


def calibrated(cells: Cells, context: FloatArray, calibrating: np.ndarray, method: str) -> FloatArray:
    """Return calibrated probabilities of all cells: the calibrating half's out of fold, the rest's from all of it.

    Parameters
    ----------
    context
        *Shape:* (cells, features)
    calibrating
        Whether a cell is of the half that calibrates.
        *Shape:* (cells,)
    method
        `raw`, `MEAN` or one of `METHODS`.

    Returns
    -------
    *Shape:* (cells, grades)
    """
    if method == "raw":
        return cells.probabilities
    if method == MEAN:
        return np.asarray(np.mean([calibrated(cells, context, calibrating, one) for one in MEAN_OF], axis=0))
    how = METHODS[method]
    features = cells.with_site(context) if how.pooled else context
    found = np.zeros_like(cells.probabilities)
    canal = cells.site == CANAL
    for part in [np.ones_like(canal)] if how.pooled else [canal, ~canal]:
        fit, use = calibrating & part, ~calibrating & part
        fit_context, use_context = (features[fit], features[use]) if how.sees_context else (None, None)
        p, truth = cells.probabilities, cells.truth
        found[fit] = out_of_fold(
            how.make, p[fit], truth[fit], cells.exam[fit].tolist(), context=fit_context, folds=FOLDS
        )
        found[use] = how.make().fit(p[fit], truth[fit], fit_context).transform(p[use], use_context)
    return found


def _elsewhere(expected: FloatArray, level: int, site: int) -> list[float]:
    """Return the expected grade elsewhere in the exam: on average, at this level, at its neighbours, at most."""
    own = expected[level, site]
    rest = expected.copy()
    rest[level, site] = np.nan
    mean = _mean(rest, own)
    above_below = rest[max(level - 1, 0) : level + 2, site]
    return [mean, _mean(rest[level], mean), _mean(above_below, mean), float(np.nanmax([own, *rest.ravel()]))]


def _neighbours(table: FloatArray, level: int, site: int) -> FloatArray:
    """Return the scores of the other sites at this level and of this site one level up and down."""
    nothing = np.full(N_GRADES, np.nan)
    others = [other for other in range(len(SITES)) if other != site]
    up = table[level - 1, site] if level > 0 else nothing
    down = table[level + 1, site] if level + 1 < len(LEVELS) else nothing
    return np.concatenate([*(table[level, other] for other in others), up, down])


def _mean(values: FloatArray, otherwise: float) -> float:
    return float(np.nanmean(values)) if np.isfinite(values).any() else float(otherwise)


def main(arguments: Sequence[str]) -> None:
    """Print the recomputed figures and the table."""
    cells = read_cells(Path(arguments[0]))
    sys.stdout.write("  ".join(f"{name} {value:.3f}" for name, value in recomputed(cells).items()) + "\n")
    with pd.option_context("display.width", 200, "display.max_columns", 20, "display.float_format", "{:.3f}".format):
        sys.stdout.write(f"{run_study(cells)}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
