"""Frames of discs at a chosen distance, as if they had been found on a picture."""

import numpy as np

from deepspine.data.frames import LevelFrame
from deepspine.data.levels import LUMBAR_LEVELS

AXES = np.eye(3)


def frame(index: int, *, step_mm: float, depth_mm: float, back_mm: float = 0.0, up_mm: float = 0.0) -> LevelFrame:
    center = np.array([0.0, back_mm, up_mm + (2 - index) * step_mm])
    return LevelFrame(
        level=LUMBAR_LEVELS[index], confidence=1.0, center_lps=center, axes_lps=AXES, width_mm=float("nan"),
        endplates_lps=np.stack([center + 4.0 * AXES[2], center - 4.0 * AXES[2]]), depth_mm=depth_mm,
    )  # fmt: skip
