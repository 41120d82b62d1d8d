"""Scores of named discs: found by place, right by name."""

import math

import numpy as np

from deepspine.data.frames import LevelFrame
from deepspine.data.level_scores import NO_LEVELS, LevelScore, score_levels
from deepspine.data.levels import Level


def disc(level: Level, z: float) -> LevelFrame:
    endplates = np.array([[0.0, 0.0, z + 5], [0.0, 0.0, z - 5]])
    return LevelFrame(level, 1.0, np.array([0.0, 0.0, z]), np.eye(3), endplates)


TRUTH = [disc(Level.L3_L4, 70.0), disc(Level.L4_L5, 35.0), disc(Level.L5_S1, 0.0)]


def test_the_truth_scores_one() -> None:
    assert score_levels(TRUTH, TRUTH) == LevelScore(3, 3, 3)


def test_a_spine_named_one_level_off_is_found_but_wrong() -> None:
    shifted = [disc(level, z) for level, z in [(Level.L2_L3, 70.0), (Level.L3_L4, 35.0), (Level.L4_L5, 0.0)]]
    assert score_levels(shifted, TRUTH) == LevelScore(3, 3, 0)


def test_a_missed_and_a_distant_disc_are_not_found() -> None:
    located = [disc(Level.L4_L5, 35.0), disc(Level.L5_S1, 14.0)]
    assert score_levels(located, TRUTH) == LevelScore(3, 1, 1)


def test_a_false_disc_above_changes_nothing() -> None:
    assert score_levels([*TRUTH, disc(Level.L2_L3, 140.0)], TRUTH).accuracy == 1.0


def test_nothing_located_and_nothing_there() -> None:
    assert score_levels([], TRUTH) == LevelScore(3, 0, 0)
    assert math.isnan(NO_LEVELS.accuracy)
