"""The margins of a disc: its outline beside the bodies' corners, the canal that gives way, what is dark behind it.

A bulge is a matter of one or two millimetres, less than two pixels of many pictures. So it is measured in several ways
that err apart: from the outline of the disc, from the canal's, and from the picture itself, without any outline.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from deepspine.data.geometry import FloatArray
from deepspine.data.spine_classes import SpineClass
from deepspine.grading.measurements_corners import DiscSpace
from deepspine.grading.measurements_raster import STEP_MM, Raster, smoothed

OUTERMOST = 0.005
"""Share of a disc's pixels that may reach beyond what is called its reach: stray ones."""
HEIGHTS: Mapping[str, float] = MappingProxyType({"low": 0.25, "middle": 0.5, "high": 0.75})
"""Quantiles of a disc's heights at which the place of its edges is taken."""
AT_DISC_MM = 4.0
"""Heights around the disc's centre at which the canal gives way to a bulge."""
BESIDE_MM = (10.0, 18.0)
"""Heights over and under it, behind the bodies, where it does not."""
MIN_ROWS = 10
"""Fewer rows of the canal beside the bodies (5 mm) give no line."""
BRIGHT = 0.5
"""Share of the signal of CSF from which on a pixel of T2 is CSF or fat, not annulus, ligament or disc."""
CSF_QUANTILE = 0.9
"""Of the canal's pixels: CSF, not roots."""
MIN_PIXELS = 40
"""Fewer pixels of the canal (10 mm2) give no signal of CSF."""
BEHIND_MM = (0.5, 25.0)
"""Where behind the corners' line CSF is looked for."""

OUTLINE = (
    "margin_back_mm2", "margin_front_mm", "margin_front_mm2", "margin_depth_per_body",
    *(f"margin_{side}_{height}_mm" for height in HEIGHTS for side in ("back", "front")),
)  # fmt: skip
"""Of the disc's outline: area behind the line of the back corners, reach and area before that of the front corners,
depth as a share of the bodies', and the place of its edges against both lines at three heights, positive backwards."""
GIVING_WAY = (
    "canal_front_gap_mm", "canal_front_indent_mm", "canal_front_indent_median_mm", "canal_front_indent_mm2",
    "canal_back_indent_mm",
)  # fmt: skip
"""Of the canal's: how far it begins behind the line of the corners, how far its front and its back are pushed in at the
disc against straight lines along the bodies."""
DARK = ("dark_behind_disc_mm", "dark_behind_disc_most_mm", "dark_behind_body_mm", "dark_behind_disc_more_mm")
"""On T2: how far it is dark behind the line of the corners, until CSF or fat; median and most at the disc, median at
the bodies, and how much more it is at the disc."""
MARGINS = (*OUTLINE, *GIVING_WAY, *DARK)


def margin_measures(raster: Raster, space: DiscSpace, t2: FloatArray) -> dict[str, float]:
    """Return `MARGINS`, as far as they can be measured.

    Parameters
    ----------
    raster
        Of the level.
    space
        Its corners.
    t2
        Grey levels on the raster, nan where the volume does not reach; of another weighting `DARK` means nothing.
        *Shape:* (rows, columns)
    """
    return _outline(raster, space) | _giving_way(raster, space) | _dark(raster, space, t2)


def _outline(raster: Raster, space: DiscSpace) -> dict[str, float]:
    rows, columns = np.nonzero(raster.disc)
    up, back = raster.up_mm[rows], raster.back_mm[columns]
    behind, before = back - space.back_at(up), space.front_at(up) - back
    body_mm = (space.above.depth_mm + space.below.depth_mm) / 2
    low, high = np.quantile(back, [0.02, 0.98])
    found = {
        "margin_back_mm2": float((behind > 0).sum()) * STEP_MM**2,
        "margin_front_mm": float(np.quantile(before, 1 - OUTERMOST)),
        "margin_front_mm2": float((before > 0).sum()) * STEP_MM**2,
        "margin_depth_per_body": float(high - low) / max(body_mm, 1.0),
    }
    for name, share in HEIGHTS.items():
        row = int(np.abs(raster.up_mm - np.quantile(up, share)).argmin())
        edge = raster.back_mm[np.flatnonzero(raster.disc[row])]
        if len(edge):
            at = raster.up_mm[row : row + 1]
            found[f"margin_back_{name}_mm"] = float(edge[-1] - space.back_at(at)[0])
            found[f"margin_front_{name}_mm"] = float(edge[0] - space.front_at(at)[0])
    return found


def _giving_way(raster: Raster, space: DiscSpace) -> dict[str, float]:
    canal = _canal(raster)
    seen = canal.any(axis=1)
    front = np.where(seen, raster.back_mm[canal.argmax(axis=1)], np.nan)
    back = np.where(seen, raster.back_mm[::-1][canal[:, ::-1].argmax(axis=1)], np.nan)
    at_disc, beside = _at_disc(raster) & seen, _beside(raster) & seen
    if beside.sum() <= MIN_ROWS or not at_disc.any():
        return {}
    up = raster.up_mm
    pushed, pushed_back = (edge - np.polyval(np.polyfit(up[beside], edge[beside], 1), up) for edge in (front, back))
    wide = seen & (np.abs(up) <= 2 * AT_DISC_MM)
    return {
        "canal_front_gap_mm": float(np.quantile((front - space.back_at(up))[at_disc], 0.9)),
        "canal_front_indent_mm": float(np.quantile(pushed[at_disc], 0.95)),
        "canal_front_indent_median_mm": float(np.median(pushed[at_disc])),
        "canal_front_indent_mm2": float(np.clip(pushed[wide], 0.0, None).sum()) * STEP_MM,
        "canal_back_indent_mm": -float(np.quantile(pushed_back[at_disc], 0.05)),
    }


def _dark(raster: Raster, space: DiscSpace, t2: FloatArray) -> dict[str, float]:
    smooth = smoothed(t2)
    known = np.isfinite(smooth)
    canal = smooth[_canal(raster) & known & (np.abs(raster.up_mm) <= BESIDE_MM[1])[:, None]]
    if len(canal) < MIN_PIXELS:
        return {}
    line = space.back_at(raster.up_mm)[:, None]
    behind = (raster.back_mm >= line + BEHIND_MM[0]) & (raster.back_mm < line + BEHIND_MM[1])
    bright = behind & known & (smooth > BRIGHT * np.quantile(canal, CSF_QUANTILE))
    dark_mm = np.where(bright.any(axis=1), raster.back_mm[bright.argmax(axis=1)] - line[:, 0], np.nan)
    at_disc, beside = (dark_mm[rows & np.isfinite(dark_mm)] for rows in (_at_disc(raster), _beside(raster)))
    found: dict[str, float] = {}
    if len(at_disc):
        found |= {
            "dark_behind_disc_mm": float(np.median(at_disc)),
            "dark_behind_disc_most_mm": float(np.quantile(at_disc, 0.9)),
        }
    if len(beside):
        found["dark_behind_body_mm"] = float(np.median(beside))
    if len(at_disc) and len(beside):
        found["dark_behind_disc_more_mm"] = found["dark_behind_disc_mm"] - found["dark_behind_body_mm"]
    return found


def _canal(raster: Raster) -> NDArray[np.bool_]:
    return np.asarray((raster.classes == SpineClass.CANAL) & (raster.back_mm > 0))


def _at_disc(raster: Raster) -> NDArray[np.bool_]:
    return np.asarray(np.abs(raster.up_mm) <= AT_DISC_MM)


def _beside(raster: Raster) -> NDArray[np.bool_]:
    distance = np.abs(raster.up_mm)
    return np.asarray((distance > BESIDE_MM[0]) & (distance <= BESIDE_MM[1]))
