"""Whether a spine stands head up with its front first, as the orientation claims.

A picture bears no orientation, and files have been written with a wrong one. The network knows spines head up, front on
the left: shown a mirrored or inverted one it is less certain of what it sees. So the middle slice is shown in all four
poses, and an input that is seen best in another one is refused.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from deepspine.data.errors import InputError
from deepspine.data.geometry import Grid
from deepspine.data.spine_classes import SpineClass
from deepspine.data.volume import Volume
from deepspine.segmentation.padding import without_padding

POSES = {
    "upside down": (slice(None), slice(None, None, -1), slice(None)),
    "mirrored, front and back swapped": (slice(None), slice(None), slice(None, None, -1)),
    "turned by half a circle": (slice(None), slice(None, None, -1), slice(None, None, -1)),
}
NO_ORIENTATION = "the file states no orientation, write one into it (NIfTI: qform or sform)"
CLEARER_BY = 0.02
"""Mean certainty of the spine's pixels by which another pose must be clearer. Upright pictures of either contrast are
clearer as they are, by .03 to .17 than mirrored and by .00 to .06 than inverted."""


class Segmenter(Protocol):
    """Whatever finds the classes of a volume's voxels; `SegmentationNetwork` is one.

    One that paints blocks where it found something, not outlines, says so by an attribute `paints_blocks`.
    """

    def segment(self, volume: Volume) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
        """Return the class of each voxel and its probability, `[slice, row, column]`."""


def check_pose(volume: Volume, network: Segmenter) -> None:
    """Refuse a volume in which the spine is not head up with its front first.

    Raises
    ------
    InputError
        When another pose is clearer; says which.
    """
    middle = _middle_slice(without_padding(volume))
    best = _certainty(middle, network) + CLEARER_BY
    clearer = ""
    for name, flips in POSES.items():
        certainty = _certainty(middle.with_voxels(np.ascontiguousarray(middle.voxels[flips])), network)
        if certainty > best:
            best, clearer = certainty, name
    if clearer:
        way_out = "turn the picture, or correct the orientation of the file"
        raise InputError(f"the spine looks {clearer}; {way_out if volume.origin.has_orientation else NO_ORIENTATION}")


def _middle_slice(volume: Volume) -> Volume:
    index = len(volume.voxels) // 2
    grid = Grid.from_axes(
        (1, *volume.grid.shape[1:]),
        origin_lps=volume.grid.lps_from_ijk(np.array([index, 0.0, 0.0])),
        axes_lps=list(volume.grid.axes_lps),
        spacing_mm=volume.grid.spacing_mm,
    )
    return Volume(volume.voxels[index : index + 1], grid)


def _certainty(picture: Volume, network: Segmenter) -> float:
    mask, certainty = network.segment(picture)
    spine = mask != SpineClass.BACKGROUND
    return float(certainty[spine].mean()) if spine.any() else 0.0
