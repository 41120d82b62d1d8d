"""Grids in patient space: oblique, anisotropic, sheared, flipped."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from deepspine.data.errors import GeometryError
from deepspine.data.geometry import LEFT, POSTERIOR, SUPERIOR, Grid, Plane

angles = st.floats(-180, 180)
sizes = st.integers(1, 40)
spacings = st.floats(0.2, 8.0)


@st.composite
def grids(draw: st.DrawFn) -> Grid:
    axes = Rotation.from_euler("xyz", [draw(angles) for _ in range(3)], degrees=True).as_matrix()
    flips = np.diag([draw(st.sampled_from([-1.0, 1.0])) for _ in range(3)])
    return Grid.from_axes(
        (draw(sizes), draw(sizes), draw(sizes)),
        origin_lps=[draw(st.floats(-500, 500)) for _ in range(3)],
        axes_lps=flips @ axes,
        spacing_mm=[draw(spacings) for _ in range(3)],
    )


@given(grids(), st.lists(st.tuples(*[st.floats(-50, 50)] * 3), min_size=1, max_size=5))
def test_index_to_patient_and_back_is_the_identity(grid: Grid, points: list[tuple[float, float, float]]) -> None:
    assert np.allclose(grid.ijk_from_lps(grid.lps_from_ijk(points)), points, atol=1e-6)


@given(grids())
def test_every_voxel_centre_is_inside_and_beyond_the_edge_is_not(grid: Grid) -> None:
    last = np.array(grid.shape) - 1
    assert grid.contains(grid.lps_from_ijk([[0, 0, 0], last])).all()
    assert not grid.contains(grid.lps_from_ijk([-0.6, 0, 0]))
    assert not grid.contains(grid.lps_from_ijk(last + np.array([0, 0, 0.6])))


@given(grids())
def test_flipping_twice_gives_the_same_grid(grid: Grid) -> None:
    last = np.array(grid.shape) - 1
    flipped = grid.reindexed(start=last, step=(-1, -1, -1), shape=grid.shape)
    again = flipped.reindexed(start=last, step=(-1, -1, -1), shape=grid.shape)
    assert again.matches(grid, tolerance_mm=1e-6)
    assert np.allclose(flipped.lps_from_ijk(last), grid.lps_from_ijk([0, 0, 0]))


@pytest.mark.parametrize(
    ("axes", "plane"),
    [
        ([LEFT, -SUPERIOR, POSTERIOR], Plane.SAGITTAL),
        ([-LEFT, -SUPERIOR, POSTERIOR], Plane.SAGITTAL),
        ([SUPERIOR, POSTERIOR, LEFT], Plane.AXIAL),
        ([POSTERIOR, -SUPERIOR, LEFT], Plane.CORONAL),
    ],
)
def test_the_plane_follows_the_normal(axes: list[np.ndarray], plane: Plane) -> None:
    grid = Grid.from_axes((5, 10, 10), origin_lps=(0, 0, 0), axes_lps=axes, spacing_mm=(4, 1, 1))
    assert grid.plane is plane
    assert np.allclose(grid.normal_lps, axes[0])


def test_a_sheared_stack_keeps_its_inplane_normal() -> None:
    tilt = np.deg2rad(15)
    slice_axis = np.cos(tilt) * SUPERIOR + np.sin(tilt) * POSTERIOR
    grid = Grid.from_axes((5, 4, 4), origin_lps=(0, 0, 0), axes_lps=[slice_axis, POSTERIOR, LEFT], spacing_mm=(4, 1, 1))
    assert np.allclose(grid.normal_lps, SUPERIOR)
    assert np.allclose(grid.spacing_mm, [4, 1, 1])


@pytest.mark.parametrize(
    ("affine", "message"),
    [
        (np.zeros((4, 4)), "spacing must be positive"),
        (np.full((4, 4), np.nan), "finite"),
        (np.array([[1, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 0], [0, 0, 0, 1.0]]), "span space"),
        (np.eye(3), "4 x 4"),
    ],
)
def test_impossible_geometry_is_refused(affine: np.ndarray, message: str) -> None:
    with pytest.raises(GeometryError, match=message):
        Grid((2, 2, 2), affine)
