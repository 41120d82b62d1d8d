"""Patient space and voxel grids.

Conventions, everywhere in deepspine: points are patient LPS in millimetres (x to the patient's left, y to the back, z
to the head, as in DICOM); voxel indices `ijk` are `[slice, row, column]`, the order of the array's axes; index 0 is the
centre of the first voxel. An affine maps homogeneous `ijk` to LPS.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from deepspine.data.errors import GeometryError

FloatArray = NDArray[np.floating[Any]]

LEFT = np.array([1.0, 0.0, 0.0])
POSTERIOR = np.array([0.0, 1.0, 0.0])
SUPERIOR = np.array([0.0, 0.0, 1.0])

MIN_SPACING_MM = 1e-3
"""Spacings below this are a broken header, not a microscope."""
MIN_AXIS_SINE = 0.2
"""Axes closer to each other than about 12 degrees do not span a volume."""


class Plane(StrEnum):
    """Orientation of a stack of slices, by the patient axis nearest to its normal."""

    SAGITTAL = "sagittal"
    CORONAL = "coronal"
    AXIAL = "axial"


@dataclass(frozen=True, eq=False)
class Grid:
    """Where the voxels of a volume lie in the patient.

    Attributes
    ----------
    shape
        Number of slices, rows, columns.
    affine
        4 x 4, homogeneous voxel index `[slice, row, column, 1]` to LPS mm. Columns need not be orthogonal (gantry
        tilt), nor right-handed.

    Raises
    ------
    GeometryError
        When the affine is not finite, not 4 x 4, or its axes do not span space.

    Examples
    --------
    >>> grid = Grid.from_axes((20, 256, 256), origin_lps=(0, 0, 0), axes_lps=[LEFT, -SUPERIOR, POSTERIOR],
    ...                       spacing_mm=(4.0, 1.0, 1.0))
    >>> grid.plane, grid.lps_from_ijk([1, 0, 0]).tolist()
    (<Plane.SAGITTAL: 'sagittal'>, [4.0, 0.0, 0.0])
    """

    shape: tuple[int, int, int]
    affine: FloatArray

    def __post_init__(self) -> None:
        affine = np.asarray(self.affine, dtype=float)
        if affine.shape != (4, 4) or not np.isfinite(affine).all():
            raise GeometryError(f"affine must be a finite 4 x 4 matrix, got shape {affine.shape}")
        if len(self.shape) != 3 or min(self.shape) < 1:
            raise GeometryError(f"shape must be three positive sizes [slice, row, column], got {self.shape}")
        spacing = np.linalg.norm(affine[:3, :3], axis=0)
        if (spacing < MIN_SPACING_MM).any():
            raise GeometryError(f"voxel spacing must be positive, got {spacing.tolist()} mm")
        if abs(np.linalg.det(affine[:3, :3] / spacing)) < MIN_AXIS_SINE:
            raise GeometryError("voxel axes must span space, got (nearly) parallel ones")
        object.__setattr__(self, "shape", tuple(int(size) for size in self.shape))
        object.__setattr__(self, "affine", affine)

    @classmethod
    def from_axes(
        cls, shape: tuple[int, int, int], *, origin_lps: ArrayLike, axes_lps: ArrayLike, spacing_mm: ArrayLike
    ) -> Grid:
        """Build a grid from the LPS directions in which its slice, row and column index grow.

        Parameters
        ----------
        shape
            Number of slices, rows, columns.
        origin_lps
            Centre of voxel `[0, 0, 0]`, mm; (3,).
        axes_lps
            Unit vectors, one a row; (3, 3).
        spacing_mm
            Distance between slices, rows, columns; (3,).

        Raises
        ------
        GeometryError
            When a spacing is not positive or the axes do not span space.
        """
        affine = np.eye(4)
        affine[:3, :3] = np.asarray(axes_lps, dtype=float).T * np.asarray(spacing_mm, dtype=float)
        affine[:3, 3] = np.asarray(origin_lps, dtype=float)
        return cls(shape, affine)

    @property
    def spacing_mm(self) -> FloatArray:
        """Distance between neighbouring slices, rows, columns, mm; shape (3,)."""
        return np.asarray(np.linalg.norm(self.affine[:3, :3], axis=0))

    @property
    def axes_lps(self) -> FloatArray:
        """Unit LPS vectors, one a row, along growing slice, row and column index; shape (3, 3)."""
        return (self.affine[:3, :3] / self.spacing_mm).T

    @property
    def normal_lps(self) -> FloatArray:
        """Unit normal of the slices, on the side of growing slice index; shape (3,)."""
        slice_axis, row_axis, column_axis = self.axes_lps
        normal = np.cross(row_axis, column_axis)
        normal /= np.linalg.norm(normal)
        return normal if normal @ slice_axis > 0 else -normal

    @property
    def plane(self) -> Plane:
        """The plane of the slices, by the patient axis that the normal is nearest to."""
        planes = (Plane.SAGITTAL, Plane.CORONAL, Plane.AXIAL)
        return planes[int(np.argmax(np.abs(self.normal_lps)))]

    def lps_from_ijk(self, ijk: ArrayLike) -> FloatArray:
        """Map voxel indices (..., 3) to LPS mm (..., 3)."""
        return np.asarray(ijk, dtype=float) @ self.affine[:3, :3].T + self.affine[:3, 3]

    def ijk_from_lps(self, lps: ArrayLike) -> FloatArray:
        """Map LPS mm (..., 3) to fractional voxel indices (..., 3)."""
        offset = np.asarray(lps, dtype=float) - self.affine[:3, 3]
        return np.asarray(np.linalg.solve(self.affine[:3, :3], offset.reshape(-1, 3).T).T.reshape(offset.shape))

    def contains(self, lps: ArrayLike) -> NDArray[np.bool_]:
        """Whether points (..., 3) lie inside a voxel of the grid."""
        ijk = self.ijk_from_lps(lps)
        return np.asarray(((ijk >= -0.5) & (ijk <= np.array(self.shape) - 0.5)).all(axis=-1))

    def reindexed(self, *, start: ArrayLike, step: ArrayLike, shape: tuple[int, int, int]) -> Grid:
        """Return the grid of the voxels `start + step * index` (crop, flip by a negative step, subsample)."""
        affine = self.affine.copy()
        affine[:3, 3] = self.lps_from_ijk(start)
        affine[:3, :3] = self.affine[:3, :3] * np.asarray(step, dtype=float)
        return Grid(shape, affine)

    def matches(self, other: Grid, *, tolerance_mm: float = 1e-3) -> bool:
        """Whether both grids have the same voxels, to within `tolerance_mm` at every corner."""
        corners = np.array(np.meshgrid(*[(0, size - 1) for size in self.shape])).reshape(3, -1).T
        return self.shape == other.shape and bool(
            np.abs(self.lps_from_ijk(corners) - other.lps_from_ijk(corners)).max() <= tolerance_mm
        )
