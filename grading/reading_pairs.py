"""T1 and T2 of a study side by side: the other contrast to look at too, and whether both show one spine as they say."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from deepspine.data.errors import InputError
from deepspine.data.geometry import FloatArray
from deepspine.data.spine_classes import SpineClass
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
    """Refuse T1 and T2 whose discs do not lie on each other.

    Parameters
    ----------
    one, other
        The spine found on each. Pictures are of one size: their distances are counted in pixels and told in the first
        one's mm.

    Raises
    ------
    InputError
        When the median distance of a disc from its nearest fellow exceeds `MAX_APART_MM`.
    """
    place = _centers_lps if one.volume.origin.has_patient_space else _centers_px
    mm = 1.0 if one.volume.origin.has_patient_space else float(one.volume.spacing_mm[1])
    apart = np.linalg.norm(place(one)[:, None] - place(other)[None], axis=2).min(axis=1) * mm
    median = float(np.median(apart))
    if median > MAX_APART_MM:
        raise InputError(
            f"the discs of T1 and T2 lie {median:.0f} mm apart: the pictures are of two patients or two fields of "
            "view; read one of them alone"
        )


def check_contrasts(t1: Volume, t2: Volume, mask: NDArray[np.uint8]) -> None:
    """Refuse T1 and T2 that were exchanged: fluid is dark on T1 and bright on T2.

    The canal's median signal over that of the vertebral bodies is .29 to .68 on T1 and .96 to 3.9 on T2 of 82 pairs
    (every third of Sudirman's and SPIDER's), and on T2 at least 2.2 times that on the T1 of the same patient.

    Parameters
    ----------
    t1, t2
        In one grid; T1 may be nan where it does not reach.
    mask
        Of `locate`, in that grid.

    Raises
    ------
    InputError
        When the canal is brighter beside the bodies on T1 than on T2.
    """
    of_t1, of_t2 = (_canal_to_bodies(volume, mask) for volume in (t1, t2))
    if of_t1 > of_t2:
        raise InputError(
            f"T1 and T2 look exchanged: the canal has {of_t1:.1f} times the signal of the vertebral bodies on T1 and "
            f"{of_t2:.1f} times on T2, where fluid is bright; give each as what it is"
        )


def _canal_to_bodies(volume: Volume, mask: NDArray[np.uint8]) -> float:
    known = np.isfinite(volume.voxels)
    canal, bodies = (volume.voxels[known & (mask == kind)] for kind in (SpineClass.CANAL, SpineClass.BODY))
    return float(np.median(canal) / max(float(np.median(bodies)), 1e-6)) if len(canal) and len(bodies) else float("nan")


def _centers_lps(spine: FoundSpine) -> FloatArray:
    return np.array([frame.center_lps for frame in spine.frames])


def _centers_px(spine: FoundSpine) -> FloatArray:
    return spine.volume.grid.ijk_from_lps(_centers_lps(spine))[:, 1:]
