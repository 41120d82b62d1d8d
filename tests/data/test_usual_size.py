"""Pictures brought to one size by the spines that they show, and laid on one another by their discs."""

from dataclasses import replace

import numpy as np
import pytest
from discs_apart import frame

from deepspine.data.pictures import picture_grid
from deepspine.data.usual_size import USUAL_STEP_MM, LocatedPicture, at_usual_size, laid_on
from deepspine.data.volume import Volume


def picture(*, step_mm: float, depth_mm: float, n: int = 5, first: int = 0, **moved: float) -> LocatedPicture:
    volume = Volume(np.zeros((1, 300, 300), np.float32), picture_grid((300, 300), 1.0))
    frames = [frame(index, step_mm=step_mm, depth_mm=depth_mm, **moved) for index in range(first, first + n)]
    return at_usual_size(volume, frames)


def steps_mm(found: LocatedPicture) -> list[float]:
    centers = np.array([one.center_lps for one in found.frames])
    return np.linalg.norm(np.diff(centers, axis=0), axis=1).round(6).tolist()


def test_discs_of_a_small_spine_end_up_at_the_usual_distance_with_their_picture() -> None:
    found = picture(step_mm=28.0, depth_mm=25.0)
    assert steps_mm(found) == [USUAL_STEP_MM] * 4
    assert found.volume.spacing_mm[1:].tolist() == pytest.approx([35 / 28] * 2)
    assert found.frames[0].depth_mm == pytest.approx(25 * 35 / 28)


def test_a_picture_stretched_in_height_is_unstretched() -> None:
    """Discs half as deep as their distance asks for were drawn out in height."""
    found = picture(step_mm=50.0, depth_mm=22.5)
    rows_mm, columns_mm = found.volume.spacing_mm[1:]
    assert columns_mm / rows_mm == pytest.approx(2.0)
    assert found.frames[0].depth_mm / USUAL_STEP_MM == pytest.approx(0.9)


def test_discs_keep_their_place_on_the_picture() -> None:
    before = frame(1, step_mm=50.0, depth_mm=22.5, back_mm=7.0)
    grid = picture_grid((300, 300), 1.0)
    found = picture(step_mm=50.0, depth_mm=22.5, back_mm=7.0)
    after = found.volume.grid.ijk_from_lps(found.frames[1].center_lps)
    assert after == pytest.approx(grid.ijk_from_lps(before.center_lps))


def test_one_disc_alone_says_nothing_of_size() -> None:
    assert picture(step_mm=20.0, depth_mm=10.0, n=1).volume.spacing_mm[1] == 1.0


def test_a_picture_is_moved_until_its_discs_lie_on_the_others() -> None:
    t2, t1 = picture(step_mm=35.0, depth_mm=32.0), picture(step_mm=35.0, depth_mm=32.0, back_mm=6.0, up_mm=-3.0)
    moved = laid_on(t1, t2)
    assert moved is not None
    index = t1.volume.grid.ijk_from_lps(t1.frames[2].center_lps)
    assert moved.grid.lps_from_ijk(index) == pytest.approx(t2.frames[2].center_lps)


def test_a_missed_disc_does_not_shift_all_others_by_a_level() -> None:
    t2, t1 = picture(step_mm=35.0, depth_mm=32.0), picture(step_mm=35.0, depth_mm=32.0, n=4, first=1)
    moved = laid_on(t1, t2)
    assert moved is not None
    assert moved.grid.matches(t1.volume.grid)


def test_discs_at_uneven_distances_are_laid_on_their_own_though_others_lie_nearer() -> None:
    """A picture that lies nearly a level too high: counted a level off it would move less, and match nowhere."""

    def uneven(up_mm: float) -> LocatedPicture:
        heights_mm = [74.0, 50.0, 0.0, -24.0, -74.0]
        frames = [frame(n, step_mm=0.0, depth_mm=32.0, up_mm=one + up_mm) for n, one in enumerate(heights_mm)]
        return LocatedPicture(Volume(np.zeros((1, 300, 300), np.float32), picture_grid((300, 300), 1.0)), tuple(frames))

    high = uneven(30.0)
    moved = laid_on(high, uneven(0.0))
    assert moved is not None
    assert moved.grid.affine[:3, 3] - high.volume.grid.affine[:3, 3] == pytest.approx([0.0, 0.0, -30.0])


def test_two_discs_are_too_few_to_lay_a_picture_on_another() -> None:
    t2, t1 = picture(step_mm=35.0, depth_mm=32.0), picture(step_mm=35.0, depth_mm=32.0, n=2)
    assert laid_on(t1, t2) is None


def test_frames_of_a_volume_that_lean_to_a_side_stay_orthonormal() -> None:
    """`deepspine read` scales volumes of bent spines as well as pictures."""
    lean = np.deg2rad(8.0)
    axes = np.array([[np.cos(lean), 0, -np.sin(lean)], [0, 1, 0], [np.sin(lean), 0, np.cos(lean)]])
    frames = [replace(frame(index, step_mm=40.0, depth_mm=20.0), axes_lps=axes) for index in range(5)]
    volume = Volume(np.zeros((1, 300, 300), np.float32), picture_grid((300, 300), 1.0))
    for one in at_usual_size(volume, frames).frames:
        assert np.allclose(one.axes_lps @ one.axes_lps.T, np.eye(3))
        assert one.axes_lps[2, 0] > 0
