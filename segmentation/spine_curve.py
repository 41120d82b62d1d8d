"""The spine as a smooth curve through its bodies and discs (Lu 2018, section 3.2)."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.interpolate import BSpline, make_splrep

from deepspine.data.errors import GeometryError
from deepspine.data.frames import frame_axes
from deepspine.data.geometry import FloatArray

MIN_POINTS = 4
SMOOTHING_MM = 1.5
"""Expected error of a centre."""


@dataclass(frozen=True, eq=False)
class SpineCurve:
    """A smoothing spline of x and y over z, patient LPS mm, from foot to head.

    Attributes
    ----------
    x_of_z, y_of_z
        Splines.
    z_range
        Lowest and highest centre.
    """

    x_of_z: BSpline
    y_of_z: BSpline
    z_range: tuple[float, float]

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
        return frame_axes(self.tangent(z_mm))

    def samples(self, step_mm: float = 2.0) -> FloatArray:
        """Return points along the curve from head to foot; shape (points, 3)."""
        heights = np.arange(self.z_range[1], self.z_range[0], -step_mm)
        return np.array([self.at(z) for z in heights])


def fit_spine_curve(centers_lps: Sequence[FloatArray], *, end_lps: FloatArray | None = None) -> SpineCurve:
    """Fit the curve through centres of bodies and discs of one chain.

    Parameters
    ----------
    centers_lps
        Centroids in any order, mm, each of shape (3,).
    end_lps
        Where the curve leaves the lowest disc (the middle of S1), when it is in view.

    Raises
    ------
    GeometryError
        When there are fewer than `MIN_POINTS` centres at different heights.
    """
    points = np.array(centers_lps, dtype=float).reshape(-1, 3)
    kept = points if end_lps is None else np.vstack([points, end_lps])
    kept = kept[np.argsort(kept[:, 2])]
    distinct = np.concatenate([[True], np.diff(kept[:, 2]) > 1.0]) if len(kept) else np.array([], dtype=bool)
    kept = kept[distinct]
    if len(kept) < MIN_POINTS:
        raise GeometryError(f"a spine curve needs {MIN_POINTS} bodies or discs in line, got {len(kept)}")
    smoothing = len(kept) * SMOOTHING_MM**2
    degree = 3
    with warnings.catch_warnings():
        # FITPACK warns where it stops a little short of the asked smoothing; the curve is as good.
        warnings.simplefilter("ignore", RuntimeWarning)
        x_of_z, y_of_z = (make_splrep(kept[:, 2], kept[:, axis], k=degree, s=smoothing) for axis in (0, 1))
    return SpineCurve(x_of_z, y_of_z, (float(kept[0, 2]), float(kept[-1, 2])))
