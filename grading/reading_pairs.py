"""T1 and T2 of a study side by side: the other contrast to look at too, and whether two pictures show one spine."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from deepspine.data.errors import InputError
from deepspine.data.geometry import FloatArray
from deepspine.data.volume import Volume
from deepspine.grading.modic.registration import resampled
from deepspine.grading.reading_inputs import SAGITTAL_T1, StudyImages

if TYPE_CHECKING:
    from deepspine.grading.reading_study import FoundSpine

MAX_APART_MM = 6.0
"""Median distance of discs on T1 from those on T2. Of 54 pairs of Sudirman's patients 2 % lie further apart, of pairs
put together of two patients 98 %; of 123 pairs of SPIDER (whose fields of view differ more) 9 % and 98 %."""


def t1_on_t2(images: StudyImages) -> Volume | None:
    """Return the T1 of a study in the grid of its T2; None where it lacks one of them.

    Volumes are laid on each other by their geometry: nan where T1 does not reach, None where it reaches nowhere.
    Pictures of a pair are of one size and field of view, which `find_study` has seen to.
    """
    if images.main_input == SAGITTAL_T1 or SAGITTAL_T1 not in images.volumes:
        return None
    main, other = images.volumes[images.main_input][0], images.volumes[SAGITTAL_T1][0]
    voxels = other.voxels if images.is_picture else resampled(other, main.grid)
    return replace(other, voxels=voxels, grid=main.grid) if np.isfinite(voxels).any() else None


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
