"""Slices in space: which of them form a stack, in which order, and on which grid. Pure geometry, no DICOM.

Slices are ordered by their position along the normal, never by number, and spacing comes from positions, never from
the slice thickness: gaps, overlaps and re-sorted exports make both numbers lie.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from deepspine.data.errors import GeometryError
from deepspine.data.geometry import FloatArray, Grid, Plane

Triple = tuple[float, float, float]

PARALLEL_TOLERANCE_DEG = 0.5
"""Slices whose axes differ by less are parallel. Scanners write cosines to six digits (1e-4 degrees) or three (0.06);
slabs planned on two discs differ by more than a degree, else the scanner would have joined them."""
POSITION_TOLERANCE_MM = 0.1
"""A slice may lie this far from its place on the grid: rounding of positions to two digits, no more."""
SPACING_TOLERANCE = 0.03
"""Steps of one stack may differ by this share; a missing slice changes a step by 1."""
SAME_POSITION_MM = 0.01
"""Slices closer than this lie at the same place; no MRI is that thin."""
LATERAL_TOLERANCE_MM = 1.0
"""Slices of one untilted slab share their place within the plane to rounding; slabs planned on two discs do not."""


class SlicePlane(NamedTuple):
    """Where one slice lies.

    Attributes
    ----------
    position_lps
        Centre of the first voxel, mm.
    column_axis_lps, row_axis_lps
        Unit directions of growing column and of growing row index.
    """

    position_lps: Triple
    column_axis_lps: Triple
    row_axis_lps: Triple

    @property
    def normal_lps(self) -> FloatArray:
        """Unit normal, right-handed with columns and rows as DICOM has them."""
        return np.array(self.unit_normal)

    @property
    def unit_normal(self) -> Triple:
        """`normal_lps` as plain numbers, for the millions of slices of an archive."""
        x, y, z = _cross(self.column_axis_lps, self.row_axis_lps)
        length = sqrt(x * x + y * y + z * z)
        return (x / length, y / length, z / length)

    def center_lps(self, *, size: tuple[int, int], pixel_mm: tuple[float, float]) -> Triple:
        """Return the centre of a slice of so many rows and columns, at such distances of rows and columns."""
        down, right = (size[0] - 1) / 2 * pixel_mm[0], (size[1] - 1) / 2 * pixel_mm[1]
        (x, y, z), row, column = self.position_lps, self.row_axis_lps, self.column_axis_lps
        return (
            x + down * row[0] + right * column[0],
            y + down * row[1] + right * column[1],
            z + down * row[2] + right * column[2],
        )

    @property
    def plane(self) -> Plane:
        """The plane of the slice, by the patient axis nearest to its normal."""
        sizes = [abs(number) for number in _cross(self.column_axis_lps, self.row_axis_lps)]
        return (Plane.SAGITTAL, Plane.CORONAL, Plane.AXIAL)[sizes.index(max(sizes))]


@dataclass(frozen=True, eq=False)
class Stack:
    """Slices that lie parallel and evenly spaced.

    Attributes
    ----------
    members
        Indices into the slices given, in order along the normal.
    origin_lps
        Position of the first member, mm.
    step_lps
        From one slice to the next, mm; not along the normal when the gantry was tilted. Zero for a single slice.
    """

    members: tuple[int, ...]
    origin_lps: FloatArray
    step_lps: FloatArray

    def grid(self, plane: SlicePlane, *, size: tuple[int, int], pixel_mm: tuple[float, float], gap_mm: float) -> Grid:
        """Return the stack's grid.

        Parameters
        ----------
        plane
            Any slice of the stack; all are parallel.
        size, pixel_mm
            Rows and columns; distance of neighbouring rows and columns.
        gap_mm
            Slice distance to assume for a stack of one slice.
        """
        affine = np.eye(4)
        single = len(self.members) == 1
        affine[:3, 0] = plane.normal_lps * gap_mm if single else self.step_lps
        affine[:3, 1] = np.asarray(plane.row_axis_lps) * pixel_mm[0]
        affine[:3, 2] = np.asarray(plane.column_axis_lps) * pixel_mm[1]
        affine[:3, 3] = self.origin_lps
        return Grid((len(self.members), *size), affine)


def single_stack(planes: list[SlicePlane]) -> Stack:
    """Order slices that must form one stack.

    Raises
    ------
    GeometryError
        When slices are not parallel, share a place, or are not evenly spaced (a slice is missing).
    """
    if len(parallel_groups(planes)) > 1:
        raise GeometryError(
            f"{len(planes)} slices must be parallel, got several directions; read them as stacks (axial slabs: "
            "`locate --axial`, `read --axial-t2`; in Python `read_stacks`)"
        )
    members = _ordered(planes, list(range(len(planes))))
    stack = _evenly_spaced(planes, members)
    if stack is None:
        raise GeometryError(f"{len(planes)} slices must be evenly spaced, got {_describe_steps(planes, members)}")
    return stack


def split_stacks(planes: list[SlicePlane]) -> list[Stack]:
    """Split slices into parallel, evenly spaced stacks, such as the slabs of an axial series planned disc by disc.

    A gap ends a stack, so that a missing slice gives two shorter stacks and never a wrong distance. Stacks come in
    order of their first slice as given.

    Raises
    ------
    GeometryError
        When two slices lie at the same place.
    """
    stacks = [stack for group in parallel_groups(planes) for stack in _split_parallel(planes, group)]
    return sorted(stacks, key=lambda stack: min(stack.members))


def parallel_groups(planes: list[SlicePlane]) -> list[list[int]]:
    """Return indices of slices grouped by direction, in order of first appearance."""
    least = np.cos(np.deg2rad(PARALLEL_TOLERANCE_DEG))
    groups: list[list[int]] = []
    axes = [(np.array(plane.column_axis_lps), np.array(plane.row_axis_lps)) for plane in planes]
    for index, (column_axis, row_axis) in enumerate(axes):
        for group in groups:
            first_column, first_row = axes[group[0]]
            if column_axis @ first_column >= least and row_axis @ first_row >= least:
                group.append(index)
                break
        else:
            groups.append([index])
    return groups


def _cross(one: Triple, other: Triple) -> Triple:
    """Return the vector product; numpy takes thirty times as long for a single one."""
    return (
        one[1] * other[2] - one[2] * other[1],
        one[2] * other[0] - one[0] * other[2],
        one[0] * other[1] - one[1] * other[0],
    )


def _heights(planes: list[SlicePlane], members: list[int]) -> FloatArray:
    normal = planes[members[0]].normal_lps
    return np.array([normal @ np.array(planes[index].position_lps) for index in members])


def _ordered(planes: list[SlicePlane], members: list[int]) -> list[int]:
    order = np.argsort(_heights(planes, members), kind="stable")
    return [members[position] for position in order]


def _evenly_spaced(planes: list[SlicePlane], members: list[int]) -> Stack | None:
    """Return ordered slices as a stack when they lie on one line at equal steps."""
    positions = np.array([planes[index].position_lps for index in members])
    if len(members) == 1:
        return Stack(tuple(members), positions[0], np.zeros(3))
    steps = np.diff(_heights(planes, members))
    if steps.min() < SAME_POSITION_MM or np.ptp(steps) > SPACING_TOLERANCE * np.median(steps) + 2 * SAME_POSITION_MM:
        return None
    step = (positions[-1] - positions[0]) / (len(members) - 1)
    on_line = positions[0] + np.arange(len(members))[:, None] * step
    if np.abs(on_line - positions).max() > POSITION_TOLERANCE_MM:
        return None
    return Stack(tuple(members), positions[0], step)


def _split_parallel(planes: list[SlicePlane], group: list[int]) -> list[Stack]:
    """Split parallel slices at gaps, or first by their place within the plane where that explains them by fewer stacks.

    The first is right for a missing slice (and for a tilted gantry, where each slice has a place of its own), the
    second for slabs that overlap.
    """
    ordered = _ordered(planes, group)
    at_gaps = _runs(planes, ordered)
    if at_gaps is not None and len(at_gaps) == 1:
        return at_gaps
    by_place = [_runs(planes, _ordered(planes, slab)) for slab in _side_by_side(planes, group)]
    ways = [way for way in (at_gaps, _joined(by_place)) if way is not None]
    if not ways:
        raise GeometryError(f"slices must lie at different places, got {_describe_steps(planes, ordered)}")
    return min(ways, key=len)


def _joined(parts: list[list[Stack] | None]) -> list[Stack] | None:
    return None if any(part is None for part in parts) else [stack for part in parts for stack in part or ()]


def _side_by_side(planes: list[SlicePlane], group: list[int]) -> list[list[int]]:
    """Split parallel slices by their place within the plane."""
    normal = planes[group[0]].normal_lps
    slabs: list[list[int]] = []
    places: list[NDArray[np.floating]] = []
    for index in group:
        position = np.array(planes[index].position_lps)
        place = position - (position @ normal) * normal
        for slab, other in zip(slabs, places, strict=True):
            if np.linalg.norm(place - other) <= LATERAL_TOLERANCE_MM:
                slab.append(index)
                break
        else:
            slabs.append([index])
            places.append(place)
    return slabs


def _runs(planes: list[SlicePlane], members: list[int]) -> list[Stack] | None:
    """Cut ordered slices wherever the step changes; each run is evenly spaced. None when two share a height."""
    steps = np.diff(_heights(planes, members))
    if len(steps) and steps.min() < SAME_POSITION_MM:
        return None
    runs: list[Stack] = []
    start = 0
    usual = float(np.quantile(steps, 0.5, method="lower")) if len(steps) else 0.0
    for end in range(1, len(members) + 1):
        apart = end == len(members) or abs(steps[end - 1] - usual) > SPACING_TOLERANCE * usual + 2 * SAME_POSITION_MM
        if apart:
            runs.extend(_straight(planes, members[start:end]))
            start = end
    return runs


def _straight(planes: list[SlicePlane], members: list[int]) -> list[Stack]:
    """Return a run as one stack, or its slices one by one when they are not on a line."""
    stack = _evenly_spaced(planes, members)
    if stack is not None:
        return [stack]
    return [Stack((index,), np.array(planes[index].position_lps), np.zeros(3)) for index in members]


def _describe_steps(planes: list[SlicePlane], members: list[int]) -> str:
    steps = np.diff(_heights(planes, members))
    return f"steps from {steps.min():.2f} to {steps.max():.2f} mm (usual {np.median(steps):.2f} mm)"
