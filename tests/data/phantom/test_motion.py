"""A patient who moves: ghosts along the phase axis, nothing lost, the truth untouched."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from deepspine.data.phantom.motion import LEAST_MM, MOST_MM, STILL, draw_motion, moved
from deepspine.data.phantom.options import PhantomOptions
from deepspine.data.phantom.study import PhantomStudy, generate_study


def bright_square() -> NDArray[np.float32]:
    picture = np.zeros((2, 80, 100), dtype=np.float32)
    picture[:, 36:44, 46:54] = 1.0
    return picture


@given(seed=st.integers(0, 99), extent_px=st.floats(0.01, 4.0), phase_axis=st.sampled_from([1, 2]))
def test_motion_moves_signal_about_and_loses_none(seed: int, extent_px: float, phase_axis: int) -> None:
    picture = bright_square()
    seen = moved(picture, extent_px, np.random.default_rng(seed), phase_axis=phase_axis)
    assert np.square(seen).sum() == pytest.approx(np.square(picture).sum(), rel=1e-4)
    assert (seen >= 0).all()


def test_who_hardly_moves_is_seen_as_who_lies_still() -> None:
    picture = bright_square()
    seen = moved(picture, 1e-4, np.random.default_rng(0), phase_axis=1)
    assert np.abs(seen - picture).max() < 1e-2


@pytest.mark.parametrize("phase_axis", [1, 2])
def test_ghosts_lie_along_the_phase_axis_and_blur_along_both(phase_axis: int) -> None:
    seen = np.square(moved(bright_square(), 1.5, np.random.default_rng(1), phase_axis=phase_axis))
    far_rows, far_columns = np.ones(80, dtype=bool), np.ones(100, dtype=bool)
    far_rows[26:54], far_columns[36:64] = False, False
    ghosts = {1: seen[:, far_rows, 46:54].sum(), 2: seen[:, 36:44][..., far_columns].sum()}
    assert ghosts[phase_axis] > 10 * ghosts[3 - phase_axis]


def test_positions_are_counted_from_that_of_the_middle_line() -> None:
    rows, columns = np.indices((80, 100))
    blob = np.exp(-((rows - 40) ** 2 + (columns - 50) ** 2) / 72.0)
    picture = (1.0 + blob[None]).astype(np.float32)
    for seed in range(5):
        # What is summed along the phase axis is the middle line alone.
        seen = moved(picture, 0.3, np.random.default_rng(seed), phase_axis=1).sum(axis=1)
        assert np.abs(seen - picture.sum(axis=1)).max() < 0.05


def test_a_share_of_series_moves_each_on_its_own() -> None:
    drawn = [draw_motion(np.random.default_rng(seed), share=0.4) for seed in range(300)]
    extents = np.array([[one.t1_mm, one.t2_mm, one.axial_mm] for one in drawn])
    assert (extents > 0).mean() == pytest.approx(0.4, abs=0.05)
    assert np.abs(np.corrcoef((extents > 0).T) - np.eye(3)).max() < 0.2
    assert extents[extents > 0].min() >= LEAST_MM
    assert extents.max() <= MOST_MM


def test_nobody_moves_unless_asked_to() -> None:
    assert draw_motion(np.random.default_rng(0), share=0.0) == STILL


@pytest.fixture(scope="module")
def still() -> PhantomStudy:
    return generate_study(11, PhantomOptions())


@pytest.fixture(scope="module")
def restless() -> PhantomStudy:
    return generate_study(11, PhantomOptions(motion=1.0))


def test_motion_changes_pictures_and_no_truth(still: PhantomStudy, restless: PhantomStudy) -> None:
    assert restless.labels == still.labels
    assert restless.report.text == still.report.text
    np.testing.assert_array_equal(restless.mask, still.mask)
    for series in ("sagittal_t1", "sagittal_t2"):
        before, after = getattr(still, series).voxels, getattr(restless, series).voxels
        assert 0.5 < np.corrcoef(before.ravel(), after.ravel())[0, 1] < 0.9999


def test_axial_slabs_move_too(still: PhantomStudy, restless: PhantomStudy) -> None:
    for level, before in still.axial_t2.items():
        assert np.corrcoef(before.voxels.ravel(), restless.axial_t2[level].voxels.ravel())[0, 1] < 0.9999
