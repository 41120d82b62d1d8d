"""A set of sample points in patient space on which tissues are painted.

Coordinates are kept as three arrays that broadcast to the shape of the points: a sagittal stack needs one number a
slice, row and column, and all that depends on one of them alone is computed once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deepspine.data.geometry import FloatArray, Grid

Float32 = NDArray[np.float32]
Mask = NDArray[np.bool_]

NEGLIGIBLE = 1e-6


@dataclass(frozen=True, eq=False)
class Canvas:
    """Points and the tissue number painted on each.

    Attributes
    ----------
    labels
        Tissue numbers, shape (slices, rows, columns); painting changes them in place.
    x, y, z
        Patient coordinates in mm, broadcastable to that shape.
    """

    labels: NDArray[np.uint8]
    x: Float32
    y: Float32
    z: Float32

    @classmethod
    def of_grid(cls, grid: Grid, *, samples_per_slice: int, thickness_mm: float) -> Canvas:
        """Return empty points for every voxel of a grid, several of them across each slice's thickness.

        The samples of a slice follow each other: slice `k` has the points `k * samples_per_slice` onwards.
        """
        slices, rows, columns = grid.shape
        offsets_mm = ((np.arange(samples_per_slice) + 0.5) / samples_per_slice - 0.5) * thickness_mm
        steps = (np.arange(slices)[:, None] * grid.spacing_mm[0] + offsets_mm[None, :]).ravel() / grid.spacing_mm[0]
        indices = (
            steps[:, None, None],
            np.arange(float(rows))[None, :, None],
            np.arange(float(columns))[None, None, :],
        )
        coordinates = [_linear(grid.affine[axis, :3], indices, grid.affine[axis, 3]) for axis in range(3)]
        labels = np.zeros((slices * samples_per_slice, rows, columns), dtype=np.uint8)
        return cls(labels, *coordinates)

    def near(self, center_lps: FloatArray, radius_mm: float) -> Canvas:
        """Return the part of the points inside a cube around a position, as a view; it may be empty."""
        return self.within([(center - radius_mm, center + radius_mm) for center in center_lps])

    def within(self, limits_lps: Iterable[tuple[float, float]]) -> Canvas:
        """Return the points between limits on x, y and z (mm), as a view; it may be empty."""
        window = [slice(0, size) for size in self.labels.shape]
        for values, (lowest, highest) in zip((self.x, self.y, self.z), limits_lps, strict=True):
            inside = (values >= lowest) & (values <= highest)
            for axis in range(3):
                if values.shape[axis] > 1:
                    others = tuple(other for other in range(3) if other != axis)
                    window[axis] = _narrowed(window[axis], np.flatnonzero(inside.any(axis=others)))
                elif not inside.any():
                    window[axis] = slice(0, 0)
        return self.part(tuple(window))

    def part(self, window: tuple[slice, ...]) -> Canvas:
        """Return the points of an index window, as a view."""
        parts = [
            values[tuple(w if size > 1 else slice(None) for w, size in zip(window, values.shape, strict=True))]
            for values in (self.x, self.y, self.z)
        ]
        return Canvas(self.labels[window], *parts)

    def local(self, origin_lps: FloatArray, axes_lps: FloatArray) -> tuple[Float32, Float32, Float32]:
        """Return the coordinates (mm) of the points along three axes through an origin."""
        coordinates = (self.x, self.y, self.z)
        shift = axes_lps @ np.asarray(origin_lps, dtype=float)
        first, second, third = (
            _linear(axis, coordinates, -offset) for axis, offset in zip(axes_lps, shift, strict=True)
        )
        return first, second, third

    def paint(self, where: Mask, tissue: int) -> None:
        """Set the tissue of the points where a mask (broadcastable) holds."""
        np.copyto(self.labels, np.uint8(tissue), where=where)


def _linear(coefficients: FloatArray, arrays: tuple[FloatArray, ...], offset: float) -> Float32:
    """Return a linear combination, leaving out arrays with a zero coefficient so that the result stays small."""
    total = np.full((1, 1, 1), offset, dtype=np.float32)
    for coefficient, values in zip(coefficients, arrays, strict=True):
        if abs(coefficient) > NEGLIGIBLE:
            total = total + np.asarray(values * coefficient, dtype=np.float32)
    return total


def _narrowed(window: slice, hits: NDArray[np.intp]) -> slice:
    if not hits.size:
        return slice(0, 0)
    return slice(max(window.start, int(hits[0])), max(min(window.stop, int(hits[-1]) + 1), 0))
