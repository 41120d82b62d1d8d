"""Named discs in patient space: what `locate` gives and crops are cut along."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from deepspine.data.errors import GeometryError, InputError
from deepspine.data.geometry import LEFT, FloatArray
from deepspine.data.levels import Level

LEVELS_FILE = "levels.json"
"""The frames of a study."""
MAX_AXIS_ERROR = 1e-4
"""Largest deviation of an axis matrix from orthonormal."""


@dataclass(frozen=True, eq=False)
class LevelFrame:
    """A disc in patient space.

    Attributes
    ----------
    level
        Its name.
    confidence
        Probability that the name is right, in [0, 1].
    center_lps
        Centre of the disc, mm; shape (3,).
    axes_lps
        Right-handed unit axes, one a row: from the patient's right to left, from front to back, up along the spine.
    endplates_lps
        Midpoints of the lower endplate of the vertebra above and the upper endplate of the one below, mm; shape (2, 3).
    width_mm, depth_mm
        Extent of the disc from right to left (nan for a single slice) and from front to back.
    """

    level: Level
    confidence: float
    center_lps: FloatArray
    axes_lps: FloatArray
    endplates_lps: FloatArray
    width_mm: float = float("nan")
    depth_mm: float = float("nan")

    def __post_init__(self) -> None:
        axes = np.asarray(self.axes_lps, dtype=float)
        center = _finite(self.center_lps, (3,), f"center of {self.level}")
        endplates = _finite(self.endplates_lps, (2, 3), f"endplates of {self.level}")
        if axes.shape != (3, 3) or np.abs(axes @ axes.T - np.eye(3)).max() > MAX_AXIS_ERROR or np.linalg.det(axes) < 0:
            raise GeometryError(
                f"axes of {self.level} must be three right-handed orthonormal rows, got {axes.tolist()}"
            )
        if not 0.0 <= self.confidence <= 1.0:
            raise GeometryError(f"confidence of {self.level} must be in [0, 1], got {self.confidence}")
        object.__setattr__(self, "axes_lps", axes)
        object.__setattr__(self, "center_lps", center)
        object.__setattr__(self, "endplates_lps", endplates)

    @property
    def height_mm(self) -> float:
        """Distance between the endplates' midpoints."""
        return float(np.linalg.norm(self.endplates_lps[0] - self.endplates_lps[1]))

    def to_json(self) -> dict[str, Any]:
        """Return the frame as plain values, as in `levels.json`."""
        return {
            "name": self.level.value,
            "confidence": round(self.confidence, 4),
            "center_lps": _rounded(self.center_lps),
            "plane_axes_lps": _rounded(self.axes_lps, digits=6),
            "endplates_lps": _rounded(self.endplates_lps),
            "height_mm": round(self.height_mm, 2),
            "width_mm": None if np.isnan(self.width_mm) else round(self.width_mm, 2),
            "depth_mm": None if np.isnan(self.depth_mm) else round(self.depth_mm, 2),
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> LevelFrame:
        """Read what `to_json` wrote; further keys are ignored.

        Raises
        ------
        InputError
            When a key is missing.
        GeometryError
            When center, axes or endplates are not as many finite numbers as they must be.
        """
        try:
            axes = orthonormal(np.asarray(values["plane_axes_lps"], dtype=float))
            return cls(
                level=Level.parse(values["name"]),
                confidence=float(values["confidence"]),
                center_lps=np.asarray(values["center_lps"], dtype=float),
                axes_lps=axes,
                endplates_lps=np.asarray(values["endplates_lps"], dtype=float),
                width_mm=_or_nan(values.get("width_mm")),
                depth_mm=_or_nan(values.get("depth_mm")),
            )
        except KeyError as error:
            raise InputError(f"a level in levels.json must have the key {error}") from None


def orthonormal(axes: FloatArray) -> FloatArray:
    """Return the right-handed rotation nearest to three row vectors (polar decomposition); (3, 3) to (3, 3)."""
    u, _, vt = np.linalg.svd(axes)
    return np.asarray(u @ np.diag([1.0, 1.0, np.linalg.det(u @ vt)]) @ vt)


def _finite(values: FloatArray, shape: tuple[int, ...], what: str) -> FloatArray:
    found = np.asarray(values, dtype=float)
    if found.shape != shape or not np.isfinite(found).all():
        wanted = " x ".join(map(str, shape))
        raise GeometryError(f"{what} must be {wanted} finite numbers, got {found.tolist()}")
    return found


def _rounded(values: FloatArray, digits: int = 3) -> Any:
    return np.round(values, digits).tolist()


def _or_nan(value: float | None) -> float:
    return float("nan") if value is None else float(value)


def frame_axes(up_lps: FloatArray) -> FloatArray:
    """Return right-handed axes, right to left, front to back, up, for a direction along the spine; rows of (3, 3)."""
    up = up_lps / np.linalg.norm(up_lps)
    left = LEFT - (LEFT @ up) * up
    left /= np.linalg.norm(left)
    return orthonormal(np.stack([left, np.cross(up, left), up]))
