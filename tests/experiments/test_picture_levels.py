"""Discs of graded pictures bear the names that their readers gave them, by how many they graded."""

import pytest

from deepspine.data.levels import Level
from deepspine.experiments.picture_levels import lowest_as_read
from deepspine.segmentation.level_naming import NamingHypothesis

LEVELS = [level for level in Level if level not in (Level.T12_T13, Level.T13_L1, Level.L5_L6, Level.L6_S1)]


def hypotheses(n_discs: int, **probabilities: float) -> list[NamingHypothesis]:
    """Return the names of a chain by the name of its lowest disc, the most probable first."""
    named = []
    for name, probability in probabilities.items():
        end = LEVELS.index(Level[name]) + 1
        named.append(NamingHypothesis(tuple(LEVELS[end - n_discs : end]), probability, ""))
    return sorted(named, key=lambda one: -one.probability)


@pytest.mark.parametrize("n_graded", [6, 7, 8])
def test_a_count_that_fits_leaves_our_name(n_graded: int) -> None:
    assert lowest_as_read(hypotheses(7, L5_S1=0.95, L4_L5=0.02, S1_S2=0.03), n_graded) == Level.L5_S1


def test_readers_who_graded_one_disc_more_saw_one_below_a_doubtful_lowest_disc() -> None:
    assert lowest_as_read(hypotheses(5, L5_S1=0.6, L4_L5=0.4), n_graded=6) == Level.L4_L5


def test_readers_who_graded_every_disc_over_the_sacrum_count_from_the_lowest() -> None:
    assert lowest_as_read(hypotheses(7, S1_S2=0.93, L5_S1=0.05, L4_L5=0.02), n_graded=7) == Level.L5_S1


def test_readers_who_graded_one_disc_less_leave_a_rudimentary_one_out() -> None:
    assert lowest_as_read(hypotheses(7, S1_S2=0.93, L5_S1=0.05, L4_L5=0.02), n_graded=6) == Level.S1_S2
    assert lowest_as_read(hypotheses(7, L5_S1=0.5, S1_S2=0.5), n_graded=6) == Level.S1_S2


def test_a_disc_that_was_missed_within_the_chain_counts() -> None:
    gap = NamingHypothesis((Level.L1_L2, Level.L2_L3, Level.L4_L5, Level.L5_S1), 0.7, "")
    below = NamingHypothesis((Level.T12_L1, Level.L1_L2, Level.L3_L4, Level.L4_L5), 0.3, "")
    assert lowest_as_read([gap, below], n_graded=5) == Level.L5_S1
    assert lowest_as_read([gap, below], n_graded=6) == Level.L4_L5


def test_names_of_unusual_spines_are_left_as_they_are() -> None:
    six = NamingHypothesis((Level.L4_L5, Level.L5_L6, Level.L6_S1), 0.6, "")
    short = NamingHypothesis((Level.L5_L6, Level.L6_S1, Level.S1_S2), 0.4, "")
    assert lowest_as_read([six, short], n_graded=5) == Level.L6_S1


@pytest.mark.parametrize(("n_graded", "lowest"), [(4, "L5_S1"), (5, "L5_S1"), (6, "L5_S1"), (7, "L4_L5"), (8, "L4_L5")])
def test_where_no_sacrum_tells_the_readers_count_does(n_graded: int, lowest: str) -> None:
    assert lowest_as_read(hypotheses(6, L5_S1=1.0, L4_L5=1.0), n_graded) == Level[lowest]
