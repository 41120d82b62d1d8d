"""Ways to bring the grey values of a picture to one scale, compared by Cina 2024 (Brain & Spine 4:102738).

Each takes the picture, the mask of `locate` on it, and what was learned from all pictures of one contrast, and returns
values of order one; nan stays nan.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from deepspine.data.geometry import FloatArray
from deepspine.data.spine_classes import SpineClass

Picture = NDArray[np.float32]
CLIP_PERCENTILES = (1.0, 99.0)
LANDMARK_PERCENTILES = (1.0, 10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 70.0, 80.0, 90.0, 99.0)
"""Of Nyul 1999 (Magn Reson Med 42:1072): deciles between the first and the 99th percentile."""
FAT_PERCENTILE, FLUID_PERCENTILE = 98.0, 90.0
"""Fat is the brightest of a T1, CSF the brightest of the canal on T2."""
CLAHE_CLIP, CLAHE_TILES = 0.02, 8
EVEN = 1e-6
"""Deviation of a picture of one value."""


@dataclass(frozen=True, eq=False)
class IntensityContext:
    """What a way may use beside the picture.

    Attributes
    ----------
    mask
        Classes of `locate`; shape of the picture.
    is_t1
        Whether fat, and not fluid, is the bright reference.
    landmarks
        Of Nyul, see `learned_landmarks`.
    """

    mask: NDArray[np.uint8]
    is_t1: bool
    landmarks: FloatArray


def unchanged(picture: Picture, context: IntensityContext) -> Picture:
    """Divide by 255, the same for all pictures: grey values as the files have them."""
    return picture / np.float32(255.0)


def min_max(picture: Picture, context: IntensityContext) -> Picture:
    """Bring the darkest value to -1 and the brightest to 1."""
    low, high = float(np.nanmin(picture)), float(np.nanmax(picture))
    return np.asarray((picture - low) / max(high - low, EVEN) * 2 - 1, dtype=np.float32)


def standardised(picture: Picture, context: IntensityContext) -> Picture:
    """Mean 0 and deviation 1 over the picture: the best way of Cina 2024."""
    return _standardised(picture, picture)


def marrow(picture: Picture, context: IntensityContext) -> Picture:
    """Mean 0 and deviation 1 over the vertebral bodies."""
    inside = picture[(context.mask == SpineClass.BODY) & np.isfinite(picture)]
    return _standardised(picture, inside if inside.size else picture)


def clipped(picture: Picture, context: IntensityContext) -> Picture:
    """Bring the first percentile to -1 and the 99th to 1, and clip what is beyond."""
    low, high = np.nanpercentile(picture, CLIP_PERCENTILES)
    return np.asarray(np.clip((picture - low) / max(high - low, EVEN), 0, 1) * 2 - 1, dtype=np.float32)


def histogram(picture: Picture, context: IntensityContext) -> Picture:
    """Bring the deciles to those of all pictures, with straight lines between them (Nyul 1999)."""
    own = np.maximum.accumulate(np.nanpercentile(picture, LANDMARK_PERCENTILES) + np.arange(11) * EVEN)
    return np.asarray(_interpolated(picture, own, context.landmarks), dtype=np.float32)


def clahe(picture: Picture, context: IntensityContext) -> Picture:
    """Equalise the histogram of each part of the picture, slice by slice (Zuiderveld 1994)."""
    from skimage.exposure import equalize_adapthist

    scaled = np.nan_to_num(clipped(picture, context), nan=-1.0) / 2 + 0.5
    tiles = [max(size // CLAHE_TILES, 1) for size in picture.shape[1:]]
    even = np.stack([equalize_adapthist(one, kernel_size=tiles, clip_limit=CLAHE_CLIP) for one in scaled])
    return np.where(np.isfinite(picture), even * 2 - 1, np.nan).astype(np.float32)


def beside_fat_and_fluid(picture: Picture, context: IntensityContext) -> Picture:
    """Divide by the signal of fat (T1) or of the CSF in the canal (T2)."""
    known = picture[np.isfinite(picture)]
    canal = picture[(context.mask == SpineClass.CANAL) & np.isfinite(picture)]
    if context.is_t1 or not canal.size:
        reference = float(np.percentile(known, FAT_PERCENTILE))
    else:
        reference = float(np.percentile(canal, FLUID_PERCENTILE))
    return np.asarray(picture / max(reference, EVEN), dtype=np.float32)


WAYS: Mapping[str, Callable[[Picture, IntensityContext], Picture]] = MappingProxyType(
    {
        "none": unchanged,
        "min-max": min_max,
        "z-score of the picture": standardised,
        "z-score of the marrow": marrow,
        "percentiles clipped": clipped,
        "histogram (Nyul)": histogram,
        "CLAHE": clahe,
        "beside fat and CSF": beside_fat_and_fluid,
    }
)
"""By name."""


def learned_landmarks(pictures: Sequence[Picture]) -> FloatArray:
    """Return the mean deciles of pictures of one contrast, each scaled so that its first and 99th percentile agree.

    *Shape:* (11,), from -1 to 1
    """
    found = []
    for picture in pictures:
        own = np.nanpercentile(picture, LANDMARK_PERCENTILES)
        found.append((own - own[0]) / max(own[-1] - own[0], EVEN) * 2 - 1)
    return np.asarray(np.mean(found, axis=0))


def _standardised(picture: Picture, of: Picture) -> Picture:
    mean, deviation = float(np.nanmean(of)), float(np.nanstd(of))
    return np.asarray((picture - mean) / max(deviation, EVEN), dtype=np.float32)


def _interpolated(values: Picture, here: FloatArray, there: FloatArray) -> FloatArray:
    """Map values along straight lines between landmarks, and on beyond the outermost."""
    inner = np.interp(values, here, there)
    below, above = values < here[0], values > here[-1]
    slope_low = (there[1] - there[0]) / max(here[1] - here[0], EVEN)
    slope_high = (there[-1] - there[-2]) / max(here[-1] - here[-2], EVEN)
    inner = np.where(below, there[0] + (values - here[0]) * slope_low, inner)
    inner = np.where(above, there[-1] + (values - here[-1]) * slope_high, inner)
    return np.asarray(np.clip(np.where(np.isfinite(values), inner, np.nan), -3.0, 3.0))
