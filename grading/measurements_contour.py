"""The outline of a disc, step by step: heights along its depth, and how far either end reaches beyond its bodies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from deepspine.data.geometry import FloatArray
from deepspine.grading.measurements_raster import STEP_MM, Raster

PLACES: Mapping[str, float] = MappingProxyType(
    {"05": 0.05, "20": 0.2, "35": 0.35, "50": 0.5, "65": 0.65, "80": 0.8, "95": 0.95}
)
"""Where along a disc's depth, from front to back, its height is taken."""
PLACE_HALF = 0.05
"""Heights are medians over this share of the depth to either side."""
ENDS = ("anterior", "posterior")
FAR_MM = 2.0
"""A disc that reaches farther beyond the line through its bodies' corners is no straight one blurred by its border."""
STRAY = 0.005
"""Share of a disc's pixels behind all others that do not count for its bulge."""
REACHES = ("mean", "least", "p90", "p97", "most")
CONTOUR = (
    "disc_height_mean_mm",
    *(f"disc_height_at_{place}_mm" for place in PLACES),
    *(f"{end}_reach_{name}_mm" for end in ENDS for name in REACHES),
    *(f"{end}_beyond_mm2" for end in ENDS),
    *(f"{end}_far_beyond_mm2" for end in ENDS),
    "anterior_step_mm",
)
"""Names of the measures. `reach`: of an end's margin beyond the line through the corners of the bodies, row by row
(mean, least and most), or of all pixels of the disc (quantiles); `beyond`: area of the disc on the far side of that
line, `far_beyond` more than `FAR_MM` from it; `step`: how far the upper body's front corner stands before the lower
one's."""


@dataclass(frozen=True)
class Rim:
    """Front and back corner of a body at its endplate, and their height, in the raster's mm."""

    front_mm: float
    back_mm: float
    up_mm: float


def heights_along(thickness_mm: FloatArray, front: float, back: float) -> dict[str, float]:
    """Return a disc's heights from front to back.

    Parameters
    ----------
    thickness_mm
        Of each column of the raster.
        *Shape:* (columns,)
    front, back
        First and last column of the disc.
    """
    depth = back - front
    found = {"disc_height_mean_mm": float(thickness_mm.sum()) / max(depth + 1, 1.0)}
    for name, place in PLACES.items():
        start, stop = (round(front + (place + side * PLACE_HALF) * depth) for side in (-1, 1))
        taken = thickness_mm[max(start, 0) : stop + 1]
        found[f"disc_height_at_{name}_mm"] = float(np.median(taken)) if len(taken) else float("nan")
    return found


def reach_beyond(raster: Raster, above: Rim, below: Rim) -> dict[str, float]:
    """Return how far a disc reaches in front of and behind the lines through the corners of its bodies.

    `CONTOUR` without heights, and `bulge_mm`, the reach behind of all but stray pixels.
    """
    rows, columns = np.nonzero(raster.disc)
    up, back = raster.up_mm[rows], raster.back_mm[columns]
    share = np.clip((up - below.up_mm) / max(above.up_mm - below.up_mm, STEP_MM), 0.0, 1.0)
    behind = back - (below.back_mm + share * (above.back_mm - below.back_mm))
    before = below.front_mm + share * (above.front_mm - below.front_mm) - back
    found = {
        "anterior_step_mm": below.front_mm - above.front_mm,
        "bulge_mm": float(np.quantile(behind, 1 - STRAY)),
    }
    for end, beyond in zip(ENDS, (before, behind), strict=True):
        margin = np.full(len(raster.disc), -np.inf)
        np.maximum.at(margin, rows, beyond)
        margin = margin[np.isfinite(margin)]
        found |= {
            f"{end}_reach_mean_mm": float(margin.mean()),
            f"{end}_reach_least_mm": float(margin.min()),
            f"{end}_reach_p90_mm": float(np.quantile(beyond, 0.90)),
            f"{end}_reach_p97_mm": float(np.quantile(beyond, 0.97)),
            f"{end}_reach_most_mm": float(margin.max()),
            f"{end}_beyond_mm2": float((beyond > 0).sum()) * STEP_MM**2,
            f"{end}_far_beyond_mm2": float((beyond > FAR_MM).sum()) * STEP_MM**2,
        }
    return found
