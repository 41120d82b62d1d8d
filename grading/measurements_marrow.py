"""Marrow beside an endplate on T1 and T2 together: how much of it looks like each of Modic's types (Modic 1988).

A pixel is compared with the middle of its own body, so that neither coil nor contrast matters. Single signals of the
whole band, as `measurements` has them, miss a change that takes a part of it; what is bright on both at once is fat.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from deepspine.data.geometry import FloatArray
from deepspine.grading.measurements_raster import STEP_MM, Raster, smoothed

BAND_MM = (0.7, 8.0)
"""Depth of the marrow that is looked at, from the disc."""
MIDDLE_MM = 6.0
"""Marrow farther from the disc is what a body's own signal is taken of."""
MIN_PIXELS = 20
"""Fewer pixels of the raster (5 mm2) give no share."""
ANY = (0.0, np.inf)
MARROW_LOOKS: Mapping[str, tuple[tuple[float, float], tuple[float, float]]] = MappingProxyType(
    {
        "type1": ((0.0, 0.85), (1.15, np.inf)),
        "type2": ((1.15, np.inf), (1.15, np.inf)),
        "type2_clear": ((1.3, np.inf), (1.3, np.inf)),
        "type3": ((0.0, 0.8), (0.0, 0.8)),
        "t1_bright": ((1.15, np.inf), ANY),
        "t1_very_bright": ((1.3, np.inf), ANY),
        "t2_bright": (ANY, (1.15, np.inf)),
        "t2_very_bright": (ANY, (1.3, np.inf)),
    }
)
"""Range of T1 and of T2, relative to the middle of the body, of each look of marrow."""
SIDES = ("above", "below")
MARROW = tuple(f"marrow_{side}_{look}" for side in SIDES for look in (*MARROW_LOOKS, "alike"))
"""Names of the measures: shares of the band, and `alike`, the correlation of T1 and T2 over it."""


def marrow_measures(raster: Raster, t1: FloatArray, t2: FloatArray) -> dict[str, float]:
    """Return the share of each look of marrow in the bands above and below a disc.

    Parameters
    ----------
    raster
        Of the level.
    t1, t2
        Grey levels on it, nan where a volume does not reach.
        *Shape:* (rows, columns)

    Returns
    -------
    A value for each of `MARROW` whose body is in view.
    """
    from scipy.ndimage import distance_transform_edt

    from_disc_mm = distance_transform_edt(~raster.disc) * STEP_MM
    smooth = [smoothed(one) for one in (t1, t2)]
    found: dict[str, float] = {}
    for side, body in zip(SIDES, (raster.above, raster.below), strict=True):
        known = body & np.isfinite(smooth[0]) & np.isfinite(smooth[1])
        band = known & (from_disc_mm > BAND_MM[0]) & (from_disc_mm <= BAND_MM[1])
        middle = known & (from_disc_mm > MIDDLE_MM)
        if band.sum() < MIN_PIXELS or middle.sum() < MIN_PIXELS:
            continue
        own = [float(np.median(one[middle])) for one in smooth]
        if min(own) > 0:
            shares = _shares(smooth[0][band] / own[0], smooth[1][band] / own[1])
            found |= {f"marrow_{side}_{look}": share for look, share in shares.items()}
    return found


def _shares(t1: FloatArray, t2: FloatArray) -> dict[str, float]:
    shares = {
        look: float(((t1 >= low1) & (t1 < high1) & (t2 >= low2) & (t2 < high2)).mean())
        for look, ((low1, high1), (low2, high2)) in MARROW_LOOKS.items()
    }
    if t1.std() > 0 and t2.std() > 0:
        shares["alike"] = float(np.corrcoef(t1, t2)[0, 1])
    return shares
