"""T1 and T2 of one spine, asked together: what one contrast hides, the other shows, and both get one answer."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from deepspine.data.spine_classes import SpineClass
from deepspine.data.volume import Volume
from deepspine.segmentation.classes import dice_coefficient
from deepspine.segmentation.resampling import resample

SAME_PLACE = 0.75
"""T1 and T2 are taken for one grid when the spines found in them overlap by this Dice; else the patient moved."""
MAX_STRETCH = 1.02
"""Pictures of one field of view differ in their number of pixels, but not in their sides' ratio by more than this."""

Seen = tuple[NDArray[np.uint8], NDArray[np.float32]]
"""Class of each voxel and its probability, as a `Segmenter` gives them."""


def lies_on(volume: Volume, other: Volume) -> Volume | None:
    """Return another contrast in a volume's grid, taken to show its field of view; None when it cannot.

    It cannot with more or fewer slices, or sides of another ratio.
    """
    (slices, rows, columns), (n_slices, n_rows, n_columns) = volume.grid.shape, other.grid.shape
    stretch = rows * n_columns / (columns * n_rows)
    if slices != n_slices or not 1 / MAX_STRETCH <= stretch <= MAX_STRETCH:
        return None
    return replace(other, voxels=resample(other.voxels, (rows, columns), antialias=True), grid=volume.grid)


def seen_together(one: Seen, other: Seen) -> Seen | None:
    """Return what two contrasts show together; None when the spines in them do not lie in one place.

    Where they differ the surer one counts, as in the mean of the probabilities of two classes.

    Examples
    --------
    >>> bone, disc = np.full((1, 4, 4), SpineClass.BODY), np.full((1, 4, 4), SpineClass.BODY)
    >>> disc[0, 0] = SpineClass.DISC
    >>> sure, doubtful = np.full((1, 4, 4), 0.9), np.full((1, 4, 4), 0.6)
    >>> spine_overlap(bone, disc) < SAME_PLACE, seen_together((bone, doubtful), (disc, sure))
    (True, None)
    """
    (mask, certainty), (other_mask, other_certainty) = one, other
    if spine_overlap(mask, other_mask) < SAME_PLACE:
        return None
    agree = mask == other_mask
    surer = np.maximum(certainty, other_certainty)
    against = 1 - np.minimum(certainty, other_certainty)
    together = np.where(agree, (certainty + other_certainty) / 2, (surer + against) / 2)
    return np.where(certainty >= other_certainty, mask, other_mask), together.astype(np.float32)


def spine_overlap(one: NDArray[np.integer], other: NDArray[np.integer]) -> float:
    """Return the mean Dice of bodies and discs of two masks."""
    dices = [dice_coefficient(one == kind, other == kind) for kind in (SpineClass.BODY, SpineClass.DISC)]
    return float(np.mean(dices))
