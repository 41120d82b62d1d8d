"""Axes are exchanged and flipped to be seen as a radiologist sees them, and the way back is exact."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepspine.data.geometry import LEFT, POSTERIOR, SUPERIOR, Grid, Plane
from deepspine.data.orientation import AxisOrder, display_order, find_slice_axis

ORDERS = st.builds(AxisOrder, axes=st.permutations(range(3)).map(tuple), flipped=st.tuples(*[st.booleans()] * 3))


def grid_of(axes: tuple[int, ...], signs: tuple[int, ...], tilt: np.ndarray | None = None) -> Grid:
    """Return a sagittal stack of 5 slices whose array axes are the patient's x, y, z in any order and direction."""
    patient = np.array([LEFT, POSTERIOR, SUPERIOR]) @ (np.eye(3) if tilt is None else tilt.T)
    spacing = np.array([4.0, 0.7, 0.9])
    sizes = np.array([5, 40, 60])
    chosen = list(axes)
    return Grid.from_axes(
        tuple(sizes[chosen]),
        origin_lps=(-7.0, 3.0, 11.0),
        axes_lps=patient[chosen] * np.array(signs)[:, None],
        spacing_mm=spacing[chosen],
    )


@given(ORDERS)
def test_to_stored_undoes_from_stored(order: AxisOrder) -> None:
    stored = np.arange(2 * 3 * 4).reshape(2, 3, 4)
    assert np.array_equal(order.to_stored(order.from_stored(stored)), stored)


@given(ORDERS, st.integers(0, 23))
def test_every_voxel_keeps_its_place_in_the_patient(order: AxisOrder, index: int) -> None:
    stored_grid = Grid((2, 3, 4), np.array([[4.0, 0.3, 0.1, 5], [0.2, 0.8, -0.1, 6], [0.1, 0.2, 1.1, 7], [0, 0, 0, 1]]))
    stored = np.arange(24).reshape(2, 3, 4)
    shown, grid = order.from_stored(stored), order.grid_from_stored(stored_grid)
    there = grid.lps_from_ijk(np.argwhere(shown == index)[0])
    assert np.allclose(there, stored_grid.lps_from_ijk(np.argwhere(stored == index)[0]))


@pytest.mark.parametrize("axes", list(permutations(range(3))))
@given(signs=st.tuples(*[st.sampled_from([-1, 1])] * 3))
def test_a_sagittal_stack_is_shown_head_up_and_front_left_however_it_is_stored(
    axes: tuple[int, ...], signs: tuple[int, ...]
) -> None:
    stored = grid_of(axes, signs)
    shown = display_order(stored).grid_from_stored(stored)
    assert shown.plane is Plane.SAGITTAL
    assert shown.shape == (5, 60, 40)
    assert np.allclose(shown.axes_lps, [LEFT, -SUPERIOR, POSTERIOR])


@given(
    angles=st.tuples(*[st.floats(-20, 20)] * 3),
    axes=st.permutations(range(3)),
    signs=st.tuples(*[st.sampled_from([-1, 1])] * 3),
)
def test_oblique_stacks_are_shown_as_the_nearest_plane(
    angles: tuple[float, float, float], axes: list[int], signs: tuple[int, ...]
) -> None:
    from scipy.spatial.transform import Rotation

    stored = grid_of(tuple(axes), signs, Rotation.from_euler("xyz", angles, degrees=True).as_matrix())
    shown = display_order(stored).grid_from_stored(stored)
    assert shown.plane is Plane.SAGITTAL
    assert (np.diag(shown.axes_lps @ np.array([LEFT, -SUPERIOR, POSTERIOR]).T) > 0.5).all()


def test_an_axial_stack_has_the_front_up_and_the_patients_right_on_the_left() -> None:
    stored = Grid.from_axes(
        (9, 50, 60), origin_lps=(0, 0, 0), axes_lps=[SUPERIOR, -POSTERIOR, -LEFT], spacing_mm=(4, 1, 1)
    )
    shown = display_order(stored).grid_from_stored(stored)
    assert np.allclose(shown.axes_lps, [-SUPERIOR, POSTERIOR, LEFT])


def test_an_isotropic_volume_is_cut_into_sagittal_slices() -> None:
    stored = Grid.from_axes(
        (30, 40, 50), origin_lps=(0, 0, 0), axes_lps=[SUPERIOR, POSTERIOR, LEFT], spacing_mm=(1, 1, 1)
    )
    assert find_slice_axis(stored) == 2


def test_the_only_single_axis_counts_the_slices_whatever_its_spacing() -> None:
    stored = Grid.from_axes(
        (30, 1, 50), origin_lps=(0, 0, 0), axes_lps=[SUPERIOR, LEFT, POSTERIOR], spacing_mm=(2, 1, 1)
    )
    assert find_slice_axis(stored) == 1
