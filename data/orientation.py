"""The order in which a volume's voxels are shown, whatever order a file stores them in.

Files store voxels in any order of axes and any direction. Inside deepspine every volume is a stack of slices as a
radiologist sees them:

| plane | slices run | rows run | columns run |
|---|---|---|---|
| sagittal | right to left | head to foot | front to back |
| axial | head to foot | front to back | right to left |
| coronal | front to back | head to foot | right to left |

Only axes are exchanged and flipped, never interpolated, so that the way back is exact.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deepspine.data.geometry import LEFT, POSTERIOR, SUPERIOR, FloatArray, Grid, Plane

DISPLAY_AXES_LPS = {
    Plane.SAGITTAL: np.array([LEFT, -SUPERIOR, POSTERIOR]),
    Plane.AXIAL: np.array([-SUPERIOR, POSTERIOR, LEFT]),
    Plane.CORONAL: np.array([POSTERIOR, -SUPERIOR, LEFT]),
}
"""LPS directions of growing slice, row and column index that a volume of each plane is brought nearest to."""

SLICE_SPACING_RATIO = 1.2
"""An axis is the slice axis when its spacing exceeds both others by this factor; clinical lumbar stacks have 4 to 10.
Below it the volume counts as isotropic, and is cut into sagittal slices, the plane in which the spine is seen whole."""


@dataclass(frozen=True)
class AxisOrder:
    """How the axes of a stored array are exchanged and flipped to become `[slice, row, column]`.

    Attributes
    ----------
    axes
        The stored axis that becomes slice, row and column, in that order.
    flipped
        Whether slice, row and column run against their stored axis.

    Examples
    --------
    >>> order = AxisOrder(axes=(2, 0, 1), flipped=(True, False, False))
    >>> stored = np.arange(24).reshape(2, 3, 4)
    >>> order.from_stored(stored).shape, bool((order.to_stored(order.from_stored(stored)) == stored).all())
    ((4, 2, 3), True)
    """

    axes: tuple[int, int, int]
    flipped: tuple[bool, bool, bool]

    def from_stored(self, array: NDArray[Any]) -> NDArray[Any]:
        """Return a view of a stored array as `[slice, row, column]`."""
        return array.transpose(self.axes)[self._steps]

    def to_stored(self, array: NDArray[Any]) -> NDArray[Any]:
        """Return a view of `[slice, row, column]` in the stored order; undoes `from_stored`."""
        return array[self._steps].transpose(np.argsort(self.axes).tolist())

    def grid_from_stored(self, stored: Grid) -> Grid:
        """Return the grid of `from_stored(array)` where `stored` is that of `array`."""
        affine = np.eye(4)
        affine[:3, :3] = stored.affine[:3, list(self.axes)]
        affine[:3, 3] = stored.affine[:3, 3]
        shape = (stored.shape[self.axes[0]], stored.shape[self.axes[1]], stored.shape[self.axes[2]])
        start = np.where(self.flipped, np.array(shape) - 1, 0)
        return Grid(shape, affine).reindexed(start=start, step=np.where(self.flipped, -1, 1), shape=shape)

    @property
    def _steps(self) -> tuple[slice, slice, slice]:
        slices = [slice(None, None, -1 if flipped else 1) for flipped in self.flipped]
        return (slices[0], slices[1], slices[2])


@dataclass(frozen=True, eq=False)
class StoredGrid:
    """The grid of a file's own array, and the order that turns the array into slices as they are shown.

    The file's array is taken with its slowest axis first (as SimpleITK and numpy give it); `grid.affine` has its
    columns in that order.
    """

    grid: Grid
    order: AxisOrder


def display_order(stored: Grid, *, slice_axis: int | None = None) -> AxisOrder:
    """Choose the order that shows a stored array as slices.

    Parameters
    ----------
    stored
        Grid of the stored array, axes in any order.
    slice_axis
        Stored axis that counts the slices, where it is known (DICOM); else found by `find_slice_axis`.
    """
    axes_lps = stored.axes_lps
    first = find_slice_axis(stored) if slice_axis is None else slice_axis
    rest = [axis for axis in range(3) if axis != first]
    normal = np.cross(axes_lps[rest[0]], axes_lps[rest[1]])
    wanted = DISPLAY_AXES_LPS[_plane_of(normal)]
    as_they_are = _agreement(wanted[1], axes_lps[rest[0]]) + _agreement(wanted[2], axes_lps[rest[1]])
    exchanged = _agreement(wanted[1], axes_lps[rest[1]]) + _agreement(wanted[2], axes_lps[rest[0]])
    row, column = rest if as_they_are >= exchanged else rest[::-1]
    flipped = [
        bool(axes_lps[axis] @ direction < 0) for axis, direction in zip((first, row, column), wanted, strict=True)
    ]
    return AxisOrder(axes=(first, row, column), flipped=(flipped[0], flipped[1], flipped[2]))


def find_slice_axis(stored: Grid) -> int:
    """Return the stored axis that counts slices: the only single one, else the coarsest, else right to left."""
    single = [axis for axis, size in enumerate(stored.shape) if size == 1]
    if len(single) == 1:
        return single[0]
    spacing = stored.spacing_mm
    coarsest = int(np.argmax(spacing))
    if spacing[coarsest] > SLICE_SPACING_RATIO * np.delete(spacing, coarsest).max():
        return coarsest
    return int(np.argmax(np.abs(stored.axes_lps @ LEFT)))


def _plane_of(normal_lps: FloatArray) -> Plane:
    return (Plane.SAGITTAL, Plane.CORONAL, Plane.AXIAL)[int(np.argmax(np.abs(normal_lps)))]


def _agreement(one: FloatArray, other: FloatArray) -> float:
    return abs(float(one @ other))
