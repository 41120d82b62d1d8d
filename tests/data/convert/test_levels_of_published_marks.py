"""Level frames from what annotators drew: numbered discs in masks, points in canal and foramina."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepspine.data.convert.mask_levels import frames_of_discs
from deepspine.data.convert.point_levels import LevelPoints, frames_of_points
from deepspine.data.convert.source_tables import read_csv_table
from deepspine.data.errors import GeometryError, InputError
from deepspine.data.geometry import LEFT, POSTERIOR, SUPERIOR, Grid
from deepspine.data.levels import LUMBAR_LEVELS, Level

GRID = Grid.from_axes(
    (15, 60, 60), origin_lps=(-28, -30, 30), axes_lps=[LEFT, -SUPERIOR, POSTERIOR], spacing_mm=(4.0, 1.0, 1.0)
)


def plate(tilt_deg: float) -> np.ndarray:
    """Return a mask of one disc, 40 x 32 x 10 mm, numbered 7, its back lifted by an angle."""
    points = GRID.lps_from_ijk(np.moveaxis(np.indices(GRID.shape), 0, -1))
    tilt = np.radians(tilt_deg)
    back = np.array([0.0, np.cos(tilt), np.sin(tilt)])
    up = np.array([0.0, -np.sin(tilt), np.cos(tilt)])
    inside = (abs(points[..., 0]) < 20) & (abs(points @ back) < 16) & (abs(points @ up) < 5)
    return np.where(inside, 7, 0)


@given(st.floats(-45, 45))
def test_the_frame_of_a_disc_leans_as_its_mask_does(tilt_deg: float) -> None:
    (frame,) = frames_of_discs(plate(tilt_deg), GRID, {7: Level.L5_S1}, confidence=0.5)
    tilt = np.radians(tilt_deg)
    assert frame.axes_lps[2] @ np.array([0.0, -np.sin(tilt), np.cos(tilt)]) > np.cos(np.radians(3))
    assert frame.axes_lps[0] @ LEFT > 0.999
    assert np.linalg.norm(frame.center_lps) < 1.0
    assert frame.height_mm == pytest.approx(10.0, abs=1.5)
    assert frame.width_mm == pytest.approx(36.0, abs=0.2)  # the plate's 40 mm hold the middles of nine slices of 4 mm


def test_numbers_without_a_name_are_left_alone() -> None:
    assert frames_of_discs(plate(0), GRID, {8: Level.L5_S1}, confidence=1.0) == []


def test_a_fragment_and_a_disc_across_the_patient_are_refused() -> None:
    mask = np.zeros(GRID.shape, dtype=int)
    mask[7, 30, 20:30] = 7
    with pytest.raises(GeometryError, match="10 voxels"):
        frames_of_discs(mask, GRID, {7: Level.L5_S1}, confidence=1.0)
    with pytest.raises(GeometryError, match="lies across"):
        frames_of_discs(plate(80), GRID, {7: Level.L5_S1}, confidence=1.0)


def points(*levels: Level, step_mm: float = 36.0) -> dict[Level, LevelPoints]:
    """Return canal points on a straight upright spine."""
    return {
        level: LevelPoints(canal_lps=-step_mm * LUMBAR_LEVELS.index(level) * SUPERIOR + 20 * POSTERIOR)
        for level in levels
    }


@given(st.floats(28, 44))
def test_discs_lie_in_front_of_their_points_by_the_spines_own_step(step_mm: float) -> None:
    """Also when levels between two points are missing: a gap is no longer step."""
    frames = frames_of_points(points(Level.L1_L2, Level.L3_L4, Level.L5_S1, step_mm=step_mm))
    assert [frame.level for frame in frames] == [Level.L1_L2, Level.L3_L4, Level.L5_S1]
    for frame in frames:
        assert frame.center_lps[1] == pytest.approx(20 - 0.75 * step_mm)
        assert np.allclose(frame.axes_lps, [LEFT, POSTERIOR, SUPERIOR])


def test_the_middle_of_both_foramina_stands_for_a_missing_canal_and_one_foramen_does_not() -> None:
    found = points(Level.L2_L3, Level.L3_L4)
    beside = -3 * 36.0 * SUPERIOR
    found[Level.L4_L5] = LevelPoints(left_foramen_lps=beside + 16 * LEFT, right_foramen_lps=beside - 16 * LEFT)
    found[Level.L5_S1] = LevelPoints(left_foramen_lps=beside)
    frames = frames_of_points(found)
    assert [frame.level for frame in frames] == [Level.L2_L3, Level.L3_L4, Level.L4_L5]
    assert frames[2].center_lps[0] == pytest.approx(0.0, abs=1e-6)


def test_one_point_has_no_direction_and_gives_no_frame() -> None:
    assert frames_of_points(points(Level.L4_L5)) == []


def test_a_row_with_too_few_cells_is_named(tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text("a,b\n1,2\n3\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"row 3: must have as many cells as the header \(2\), got 1"):
        read_csv_table(tmp_path / "table.csv", ("a",))


@pytest.mark.parametrize("n_rows", [1, 50_000])
def test_a_quotation_mark_that_stays_open_is_named(tmp_path: Path, n_rows: int) -> None:
    (tmp_path / "table.csv").write_text('a,b\n1,2\n"3,4\n' + "5,6\n" * n_rows, encoding="utf-8")
    with pytest.raises(InputError, match="no valid CSV"):
        read_csv_table(tmp_path / "table.csv", ("a",))
