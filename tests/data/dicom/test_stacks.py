"""Slices become stacks by where they lie, whatever order, direction, gaps or tilt they come with."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from deepspine.data.dicom.stacks import SlicePlane, Stack, single_stack, split_stacks
from deepspine.data.errors import GeometryError

ANGLES = st.tuples(*[st.floats(-180, 180)] * 3)


def turn(angles: tuple[float, float, float]) -> np.ndarray:
    return Rotation.from_euler("xyz", angles, degrees=True).as_matrix()


def stacked(
    heights: list[float],
    *,
    axes: np.ndarray | None = None,
    start: tuple[float, ...] = (0.0, 0.0, 0.0),
    shear: float = 0.0,
) -> list[SlicePlane]:
    """Return slices at heights along the normal of `axes` (columns: column axis, row axis, normal)."""
    column_axis, row_axis, normal = (np.eye(3) if axes is None else axes).T
    planes = []
    for height in heights:
        position = np.array(start) + height * (normal + shear * row_axis)
        planes.append(SlicePlane(tuple(position), tuple(column_axis), tuple(row_axis)))
    return planes


def heights_of(planes: list[SlicePlane], stack: Stack) -> list[float]:
    return [float(planes[index].normal_lps @ np.array(planes[index].position_lps)) for index in stack.members]


@given(angles=ANGLES, order=st.permutations(range(7)), gap=st.floats(0.5, 9), shear=st.floats(-0.4, 0.4))
def test_any_order_any_direction_any_tilt_gives_one_stack_with_each_slice_at_its_place(
    angles: tuple[float, float, float], order: list[int], gap: float, shear: float
) -> None:
    planes = stacked([gap * number for number in order], axes=turn(angles), start=(3.0, -40.0, 7.0), shear=shear)
    stack = single_stack(planes)
    assert len(split_stacks(planes)) == 1
    grid = stack.grid(planes[0], size=(10, 12), pixel_mm=(0.5, 0.7), gap_mm=4.0)
    for place, index in enumerate(stack.members):
        assert np.allclose(grid.lps_from_ijk([place, 0, 0]), planes[index].position_lps, atol=1e-6)
    corner = np.array(planes[0].position_lps) + 9 * 0.5 * np.array(planes[0].row_axis_lps)
    assert np.allclose(grid.lps_from_ijk([stack.members.index(0), 9, 0]), corner, atol=1e-6)


@given(angles=ANGLES, missing=st.integers(1, 5))
def test_a_missing_slice_is_refused_as_one_stack_and_splits_into_two(
    angles: tuple[float, float, float], missing: int
) -> None:
    planes = stacked([4.0 * number for number in range(7) if number != missing], axes=turn(angles))
    with pytest.raises(GeometryError, match=r"evenly spaced, got steps from 4.00 to 8.00 mm"):
        single_stack(planes)
    stacks = split_stacks(planes)
    assert sorted(len(stack.members) for stack in stacks) == sorted([missing, 6 - missing])


def test_slabs_of_several_tilts_become_one_stack_each() -> None:
    planes: list[SlicePlane] = []
    for tilt, height in ((0, 120.0), (8, 80.0), (15, 40.0), (30, 0.0)):
        axes = turn((tilt, 0, 0))
        planes += stacked([0.0, 4.0, 8.0, 12.0], axes=axes, start=(0.0, 0.0, height))
    stacks = split_stacks(planes)
    assert [len(stack.members) for stack in stacks] == [4, 4, 4, 4]
    assert all(np.allclose(np.diff(heights_of(planes, stack)), 4.0) for stack in stacks)


def test_parallel_slabs_that_overlap_are_told_apart_by_their_place_in_the_plane() -> None:
    planes = stacked([0.0, 4.0, 8.0, 12.0]) + stacked([10.0, 14.0, 18.0], start=(0.0, 12.0, 0.0))
    stacks = split_stacks(planes)
    assert sorted(sorted(stack.members) for stack in stacks) == [[0, 1, 2, 3], [4, 5, 6]]


def test_parallel_slabs_with_a_gap_between_them_are_two_stacks() -> None:
    stacks = split_stacks(stacked([0.0, 4.0, 8.0, 30.0, 34.0, 38.0]))
    assert [stack.members for stack in stacks] == [(0, 1, 2), (3, 4, 5)]


def test_two_slices_at_one_place_are_refused() -> None:
    with pytest.raises(GeometryError, match="different places"):
        split_stacks(stacked([0.0, 4.0, 4.0, 8.0]))
    with pytest.raises(GeometryError, match="evenly spaced"):
        single_stack(stacked([0.0, 4.0, 4.0, 8.0]))


def test_slices_of_several_directions_are_no_single_stack() -> None:
    planes = stacked([0.0, 4.0]) + stacked([0.0, 4.0], axes=turn((20, 0, 0)))
    with pytest.raises(GeometryError, match="parallel"):
        single_stack(planes)


def test_a_slice_out_of_line_never_shifts_the_others() -> None:
    planes = stacked([0.0, 4.0, 8.0, 12.0])
    moved = SlicePlane((3.0, 0.0, 8.0), planes[2].column_axis_lps, planes[2].row_axis_lps)
    planes[2] = moved
    with pytest.raises(GeometryError):
        single_stack(planes)
    assert sorted(sorted(stack.members) for stack in split_stacks(planes)) == [[0, 1], [2], [3]]


def test_a_single_slice_takes_the_distance_that_its_header_claims() -> None:
    plane = stacked([5.0])[0]
    grid = single_stack([plane]).grid(plane, size=(4, 4), pixel_mm=(1, 1), gap_mm=4.4)
    assert grid.spacing_mm[0] == pytest.approx(4.4)


def test_overlapping_slabs_that_share_a_height_are_told_apart() -> None:
    planes = stacked([0.0, 4.0, 8.0]) + stacked([4.0, 8.0, 12.0], start=(9.0, 0.0, 0.0))
    assert sorted(stack.members for stack in split_stacks(planes)) == [(0, 1, 2), (3, 4, 5)]


def test_a_gap_in_a_tilted_stack_gives_two_tilted_stacks() -> None:
    planes = stacked([0.0, 4.0, 8.0, 16.0, 20.0], shear=0.2)
    assert [stack.members for stack in split_stacks(planes)] == [(0, 1, 2), (3, 4)]
