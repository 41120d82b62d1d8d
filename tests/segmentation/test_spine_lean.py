"""What a spine leans beyond others is its picture's turn."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepspine.segmentation.spine_lean import USUAL_LEAN_DEG, lean_of

STEP_MM = 35.0


def centers(n_discs: int, lean_deg: float) -> list[np.ndarray]:
    """Return centres on a straight line, cranial to caudal, the upper end in front by `lean_deg`."""
    lean = np.deg2rad(lean_deg)
    way = STEP_MM * np.array([0.0, -np.sin(lean), np.cos(lean)])
    return [above * way for above in reversed(range(n_discs))]


@given(st.integers(3, 9), st.floats(-60, 60))
def test_the_lean_is_that_of_the_line_through_the_discs(n_discs: int, lean_deg: float) -> None:
    assert lean_of(centers(n_discs, lean_deg)).angle_deg == pytest.approx(lean_deg, abs=1e-6)


@given(st.integers(3, 8), st.floats(-1, 1))
def test_a_spine_that_leans_like_others_is_not_turned(n_discs: int, deviations: float) -> None:
    usual_deg, deviation_deg = USUAL_LEAN_DEG[n_discs]
    lean = lean_of(centers(n_discs, usual_deg + deviations * deviation_deg))
    assert lean.turn_deg == pytest.approx(0.0, abs=1e-6)
    assert not lean.is_unusual


@given(st.integers(3, 8), st.floats(-25, 25))
def test_beyond_that_a_further_turn_counts_whole(n_discs: int, further_deg: float) -> None:
    usual_deg, deviation_deg = USUAL_LEAN_DEG[n_discs]
    side = np.copysign(deviation_deg, further_deg)
    edge = lean_of(centers(n_discs, usual_deg + side))
    beyond = lean_of(centers(n_discs, usual_deg + side + further_deg))
    assert beyond.turn_deg - edge.turn_deg == pytest.approx(further_deg, abs=1e-6)


def test_the_lowest_disc_has_no_say() -> None:
    """It may lie in the sacrum, far behind the others."""
    straight = centers(6, -9.0)
    assert lean_of([*straight[:-1], straight[-1] + (0.0, 30.0, 0.0)]) == lean_of(straight)


@pytest.mark.parametrize("turn_deg", [-30.0, 30.0])
def test_a_lean_that_no_upright_spine_has_is_unusual(turn_deg: float) -> None:
    usual_deg, _ = USUAL_LEAN_DEG[6]
    assert lean_of(centers(6, usual_deg + turn_deg)).is_unusual
