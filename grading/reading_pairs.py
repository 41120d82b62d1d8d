"""Whether a T1 and a T2 picture show one spine: pictures bear no patient, but their discs do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from deepspine.data.errors import InputError
from deepspine.data.geometry import FloatArray

if TYPE_CHECKING:
    from deepspine.grading.reading_study import FoundSpine

MAX_APART_MM = 6.0
"""Median distance of discs on T1 from those on T2. Of 54 pairs of Sudirman's patients 2 % lie further apart, of pairs
put together of two patients 98 %; of 123 pairs of SPIDER (whose fields of view differ more) 9 % and 98 %."""


def check_pair(one: FoundSpine, other: FoundSpine) -> None:
    """Refuse two pictures of one size whose discs do not lie on each other.

    Parameters
    ----------
    one, other
        The spine found on each picture; distances are counted in pixels and told in the first picture's mm.

    Raises
    ------
    InputError
        When the median distance of a disc from its nearest fellow exceeds `MAX_APART_MM`.
    """
    pixel_mm = float(one.volume.spacing_mm[1])
    apart = np.linalg.norm(_centers_px(one)[:, None] - _centers_px(other)[None], axis=2).min(axis=1) * pixel_mm
    median = float(np.median(apart))
    if median > MAX_APART_MM:
        raise InputError(
            f"the discs of T1 and T2 lie {median:.0f} mm apart: the pictures are of two patients or two fields of "
            "view; read one of them alone"
        )


def _centers_px(spine: FoundSpine) -> FloatArray:
    centers = np.array([frame.center_lps for frame in spine.frames])
    return spine.volume.grid.ijk_from_lps(centers)[:, 1:]
