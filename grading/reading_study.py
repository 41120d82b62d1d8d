"""A study whose spine was found: what reading it starts from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deepspine.data.frames import LevelFrame
from deepspine.data.volume import Volume
from deepspine.grading.reading_inputs import StudyImages


@dataclass(frozen=True, eq=False)
class FoundSpine:
    """Where the spine is in a sagittal volume or picture.

    Attributes
    ----------
    volume
        As the spine was found in it: a picture has the pixel size that its spine tells.
    mask, vertebra_map
        Class (as in `mask.nii.gz`) and number of the vertebral body of each voxel, `[slice, row, column]`.
    frames
        Named discs, cranial to caudal.
    warnings
        What to look at before trusting names.
    about
        Content of `levels.json`.
    alone
        Whether the other contrast was looked at and shows the spine elsewhere.
    """

    volume: Volume
    mask: NDArray[np.uint8]
    vertebra_map: NDArray[np.uint8]
    frames: tuple[LevelFrame, ...]
    warnings: tuple[str, ...]
    about: Mapping[str, Any]
    alone: bool = False


@dataclass(frozen=True, eq=False)
class LocatedStudy:
    """A study whose spine was found.

    Attributes
    ----------
    images
        Its pictures, in the same space as `spine`.
    spine
        Found on `images.main_input`.
    at_usual_size
        Gives volumes by input and frames, scaled to a spine of usual size, for parts that learned from such.
    """

    images: StudyImages
    spine: FoundSpine
    at_usual_size: Callable[[], tuple[Mapping[str, Sequence[Volume]], Sequence[LevelFrame]]]
