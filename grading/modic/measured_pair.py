"""Bodies of a pair and the signal of their marrow: what every way of finding regions starts from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deepspine.data.errors import InputError
from deepspine.data.frames import LevelFrame
from deepspine.data.volume import Volume
from deepspine.grading.modic.bodies import VertebralBody, find_bodies
from deepspine.grading.modic.level_crops import LevelCrops, level_crops
from deepspine.grading.modic.marrow import MarrowSignal, marrow_signals

MIN_SEEN = 0.5
"""Share of the bodies that T1 must reach."""


@dataclass(frozen=True, eq=False)
class MeasuredPair:
    """A pair in one grid.

    Attributes
    ----------
    t1, t2
        The volumes.
    frames
        Named discs, cranial to caudal.
    bodies
        Beside named discs, cranial to caudal.
    t1_signals, t2_signals
        One for each body.
    """

    t1: Volume
    t2: Volume
    frames: Sequence[LevelFrame]
    bodies: tuple[VertebralBody, ...]
    t1_signals: Sequence[MarrowSignal]
    t2_signals: Sequence[MarrowSignal]

    @classmethod
    def of(
        cls,
        t1: Volume,
        t2: Volume,
        *,
        mask: NDArray[np.uint8],
        vertebra_map: NDArray[np.uint8],
        frames: Sequence[LevelFrame],
    ) -> MeasuredPair:
        """Measure a pair.

        Parameters
        ----------
        t1, t2
            In one grid (see `registration`); T1 may be nan where it does not reach.
        mask, vertebra_map, frames
            Of `locate`, on T2.

        Raises
        ------
        InputError
            When T1 and T2 differ in shape, no body is in view, or T1 shows less than half of the bodies.
        """
        if t1.grid.shape != t2.grid.shape:
            raise InputError(f"T1 must be in the grid of T2 {t2.grid.shape}, got {t1.grid.shape}; register it first")
        bodies = find_bodies(mask, vertebra_map, t2.grid, frames)
        if not bodies:
            raise InputError("no vertebral body beside a named disc is in view")
        seen = np.concatenate([np.isfinite(t1.voxels[body.box])[body.inside] for body in bodies]).mean()
        if seen < MIN_SEEN:
            raise InputError(f"T1 shows {seen:.0%} of the vertebral bodies on T2; give a T1 of the same field of view")
        ones, twos = (marrow_signals(volume.voxels, bodies, t2.spacing_mm) for volume in (t1, t2))
        return cls(t1, t2, frames, bodies, ones, twos)

    def crops(self) -> list[LevelCrops]:
        """Return the crops of every disc, as the network of regions looks at them."""
        return level_crops(self.t1, self.t2, self.bodies, (self.t1_signals, self.t2_signals), self.frames)
