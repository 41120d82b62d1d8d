"""The spine as a smooth curve through its bodies and discs (Lu 2018, section 3.2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.interpolate import BSpline, make_splrep

from deepspine.data.errors import GeometryError
from deepspine.data.frames import orthonormal
from deepspine.data.geometry import LEFT, FloatArray

MIN_POINTS = 4
MAX_OFF_CURVE_MM = 15.0
"""A centre farther than this from the curve through all others is no part of this spine: a false find. Scoliosis of
50 degrees bends a smooth curve, it does not throw single vertebrae off it."""
SMOOTHING_MM = 1.5
"""Expected error of a centre."""
DEGREE_FOR_OUTLIERS = 3


@dataclass(frozen=True, eq=False)
class SpineCurve:
    """A smoothing spline of x and y over z, patient LPS mm, from foot to head.

    Attributes
    ----------
    x_of_z, y_of_z
        Splines.
    z_range
        Lowest and highest centre.
    inliers
        Whether each centre given to `fit_spine_curve` was taken.
    """

    x_of_z: BSpline
    y_of_z: BSpline
    z_range: tuple[float, float]
    inliers: tuple[bool, ...]

    def at(self, z_mm: float) -> FloatArray:
        """Return the curve's point at a height; beyond its ends it goes on straight."""
        z = float(np.clip(z_mm, *self.z_range))
        point = np.array([float(self.x_of_z(z)), float(self.y_of_z(z)), z])
        tangent = self.tangent(z)
        return np.asarray(point + tangent / tangent[2] * (z_mm - z))

    def tangent(self, z_mm: float) -> FloatArray:
        """Return the unit direction of the curve towards the head."""
        z = float(np.clip(z_mm, *self.z_range))
        direction = np.array([float(self.x_of_z(z, 1)), float(self.y_of_z(z, 1)), 1.0])
        return np.asarray(direction / np.linalg.norm(direction))

    def axes(self, z_mm: float) -> FloatArray:
        """Return right-handed axes at a height: right to left, front to back, up the curve; rows of (3, 3)."""
        up = self.tangent(z_mm)
        left = LEFT - (LEFT @ up) * up
        left /= np.linalg.norm(left)
        return orthonormal(np.stack([left, np.cross(up, left), up]))

    def samples(self, step_mm: float = 2.0) -> FloatArray:
        """Return points along the curve from head to foot; shape (points, 3)."""
        heights = np.arange(self.z_range[1], self.z_range[0], -step_mm)
        return np.array([self.at(z) for z in heights])


def fit_spine_curve(centers_lps: Sequence[FloatArray]) -> SpineCurve:
    """Fit the curve through centres of bodies and discs, leaving out false ones.

    Parameters
    ----------
    centers_lps
        Centroids in any order, mm, each of shape (3,).

    Raises
    ------
    GeometryError
        When fewer than `MIN_POINTS` centres lie on one curve.
    """
    points = np.array(centers_lps, dtype=float).reshape(-1, 3)
    keep = _inliers(points)
    kept = points[keep]
    kept = kept[np.argsort(kept[:, 2])]
    distinct = np.concatenate([[True], np.diff(kept[:, 2]) > 1.0]) if len(kept) else np.array([], dtype=bool)
    kept = kept[distinct]
    if len(kept) < MIN_POINTS:
        raise GeometryError(f"a spine curve needs {MIN_POINTS} bodies or discs in line, got {len(kept)}")
    smoothing = len(kept) * SMOOTHING_MM**2
    degree = 3
    x_of_z, y_of_z = (make_splrep(kept[:, 2], kept[:, axis], k=degree, s=smoothing) for axis in (0, 1))
    return SpineCurve(x_of_z, y_of_z, (float(kept[0, 2]), float(kept[-1, 2])), tuple(bool(one) for one in keep))


def _inliers(points: FloatArray) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Leave out the worst centre off a cubic through the rest until all lie near it."""
    keep = np.ones(len(points), dtype=bool)
    while keep.sum() >= MIN_POINTS + 1:
        index = np.flatnonzero(keep)
        errors = np.array([_error_without(points[index], i) for i in range(len(index))])
        worst = int(np.argmax(errors))
        if errors[worst] <= MAX_OFF_CURVE_MM:
            break
        keep[index[worst]] = False
    return keep


def _error_without(points: FloatArray, left_out: int) -> float:
    """Return the distance of one centre from a low polynomial through the others; ends extrapolate, so are eased."""
    others = np.delete(points, left_out, axis=0)
    degree = min(DEGREE_FOR_OUTLIERS, len(others) - 2)
    z0 = others[:, 2].mean()
    z = points[left_out, 2]
    beyond = max(others[:, 2].min() - z, z - others[:, 2].max(), 0.0)
    error = [
        np.polyval(np.polyfit(others[:, 2] - z0, others[:, axis], degree), z - z0) - points[left_out, axis]
        for axis in (0, 1)
    ]
    return float(np.hypot(*error) / (1.0 + beyond / 10.0))
