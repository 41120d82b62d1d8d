"""How many discs were found and named right, by place in the patient."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from deepspine.data.frames import LevelFrame

MAX_DISTANCE_MM = 10.0
"""A disc counts as found when a located centre lies this near: less than half the distance between two discs."""


@dataclass(frozen=True)
class LevelScore:
    """Counts over the discs of one or more studies.

    Attributes
    ----------
    n_true
        Discs that are there.
    n_found
        Of these, discs with a located centre within `MAX_DISTANCE_MM`.
    n_named
        Of these, discs whose nearest located centre bears the right name.
    """

    n_true: int
    n_found: int
    n_named: int

    @property
    def accuracy(self) -> float:
        """Share of the discs that were found and named right; nan without discs."""
        return self.n_named / self.n_true if self.n_true else float("nan")

    def __add__(self, other: LevelScore) -> LevelScore:
        return LevelScore(self.n_true + other.n_true, self.n_found + other.n_found, self.n_named + other.n_named)


NO_LEVELS = LevelScore(0, 0, 0)


def score_levels(located: Sequence[LevelFrame], truth: Iterable[LevelFrame]) -> LevelScore:
    """Compare the located discs of one study with the true ones, in the same patient space."""
    score = NO_LEVELS
    for disc in truth:
        distances = [float(np.linalg.norm(frame.center_lps - disc.center_lps)) for frame in located]
        nearest = int(np.argmin(distances)) if distances else -1
        found = nearest >= 0 and distances[nearest] <= MAX_DISTANCE_MM
        score += LevelScore(1, int(found), int(found and located[nearest].level is disc.level))
    return score
