"""The classes of a spine's mask, as numbered in `mask.nii.gz`, in the truth of phantoms and in measurements."""

from __future__ import annotations

from enum import IntEnum


class SpineClass(IntEnum):
    """What a voxel shows."""

    BACKGROUND = 0
    BODY = 1
    POSTERIOR = 2
    DISC = 3
    CANAL = 4
    SACRUM = 5
