"""Which series of a study are one set: slabs of one protocol that a scanner stored as a series each, one a disc.

Such series share all settings and lie at different places. A second try at the same place shares them too: it is told
apart by how much of one series lies within the other.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from deepspine.data.dicom.series import Series

MAX_SHARED = 0.5
"""Blocks that are planned to meet share a slice or two; of a repeat, more than half lies within the first try."""
PIXEL_TOLERANCE = 0.01
"""Pixel sizes of one protocol differ by rounding only."""
ECHO_TOLERANCE = 0.05
"""Scanners adjust the echo time a little between the series of one protocol."""
REPETITION_TOLERANCE = 0.25
"""The repetition time grows with the number of slices, which differs from slab to slab."""


def form_sets(series: Sequence[Series], *, mixed_frames: bool = False) -> list[tuple[Series, ...]]:
    """Group series into sets of one protocol whose members lie apart.

    Parameters
    ----------
    series
        From the most wanted one down: of two at one place the first becomes a member, the second starts a set.
    mixed_frames
        Whether members may say that their frames of reference differ.

    Returns
    -------
    Sets in order of their first member, each by series number.
    """
    sets: list[list[Series]] = []
    for one in series:
        for members in sets:
            unlike = difference(one, members[0], mixed_frames=mixed_frames)
            if unlike is None and not any(overlap(one, member) for member in members):
                members.append(one)
                break
        else:
            sets.append([one])
    return [tuple(sorted(members, key=lambda one: (one.series_number, one.series_key))) for members in sets]


def difference(one: Series, other: Series, *, mixed_frames: bool = False) -> str | None:
    """Return which setting two series do not share, None when they are of one protocol."""
    if (one.plane, one.weighting, one.fat_suppressed) != (other.plane, other.weighting, other.fat_suppressed):
        return "another weighting"
    if one.frame_of_reference != other.frame_of_reference and not mixed_frames:
        return "another frame of reference"
    if (one.rows, one.columns) != (other.rows, other.columns):
        return "another matrix"
    if not np.allclose(one.spacing_mm[1:], other.spacing_mm[1:], rtol=PIXEL_TOLERANCE, atol=0):
        return "another pixel size"
    if not _alike(one.echo_time_ms, other.echo_time_ms, ECHO_TOLERANCE):
        return "another echo time"
    if not _alike(one.repetition_time_ms, other.repetition_time_ms, REPETITION_TOLERANCE):
        return "another repetition time"
    return None


def overlap(one: Series, other: Series) -> bool:
    """Whether two series show the same place: more than `MAX_SHARED` of the slices of one lie within the other."""
    return max(_share_within(one, other), _share_within(other, one)) > MAX_SHARED


def _share_within(one: Series, other: Series) -> float:
    """Return the share of the slices of a series whose centre lies within a slice of another, as thick as its gap."""
    centers, others = np.array(one.centers_lps).reshape(-1, 3), np.array(other.centers_lps).reshape(-1, 3)
    normals = np.array(other.normals_lps).reshape(-1, 3)
    if not len(centers) or not len(others):
        return 0.0
    distances_mm = np.abs(np.einsum("ijk,jk->ij", centers[:, None] - others[None], normals))
    return float((distances_mm.min(axis=1) <= other.spacing_mm[0] / 2).mean())


def _alike(one: float | None, other: float | None, tolerance: float) -> bool:
    if one is None or other is None:
        return one is other
    return abs(one - other) <= tolerance * max(abs(one), abs(other))
