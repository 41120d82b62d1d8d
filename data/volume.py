"""A volume: voxels and where they lie in the patient."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from deepspine.data.errors import InputError
from deepspine.data.geometry import Grid
from deepspine.data.orientation import StoredGrid


class Weighting(StrEnum):
    """Contrast of a series, as far as deepspine tells them apart."""

    T1 = "T1"
    T2 = "T2"
    STIR = "STIR"
    PD = "PD"
    T2_SPACE = "T2 SPACE"
    DIXON_WATER = "Dixon water"
    DIXON_FAT = "Dixon fat"
    T1_CONTRAST = "T1 contrast"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class VolumeOrigin:
    """Where a volume came from.

    Attributes
    ----------
    source
        File or folder; for people, never parsed.
    patient_key
        Pseudonymous key of the patient, the unit of splits; empty when not known.
    frame_of_reference
        DICOM frame of reference UID; volumes of different frames must not be cross-referenced. Empty when not known.
    has_patient_space
        False for a plain picture, whose place in the patient is an assumption (see `read_picture`).
    spacing_is_assumed
        True where the size of a voxel is a guess.
    has_orientation
        False where the file says nothing of how its axes lie in the patient, and they were taken as they come.
    n_filled
        Voxels of the file that had no value and were taken for dark.
    stored
        How the file holds the voxels, to write masks back in its own grid; None when it holds them as the volume does.
    """

    source: str = ""
    patient_key: str = ""
    frame_of_reference: str = ""
    has_patient_space: bool = True
    spacing_is_assumed: bool = False
    has_orientation: bool = True
    n_filled: int = 0
    stored: StoredGrid | None = None


@dataclass(frozen=True, eq=False)
class Volume:
    """Voxels `[slice, row, column]`, float32, with their grid in LPS mm; nan where nothing is known.

    Raises
    ------
    InputError
        When voxels do not have the grid's shape.
    """

    voxels: NDArray[np.float32]
    grid: Grid
    weighting: Weighting = Weighting.UNKNOWN
    origin: VolumeOrigin = field(default_factory=VolumeOrigin)

    def __post_init__(self) -> None:
        voxels = np.asarray(self.voxels, dtype=np.float32)
        if voxels.shape != self.grid.shape:
            raise InputError(f"voxels must have the grid's shape {self.grid.shape}, got {voxels.shape}")
        object.__setattr__(self, "voxels", voxels)

    @property
    def spacing_mm(self) -> NDArray[np.float64]:
        """Distance between slices, rows, columns, mm."""
        return np.asarray(self.grid.spacing_mm, dtype=np.float64)

    def with_voxels(self, voxels: NDArray[np.float32]) -> Volume:
        """Return the same place with other content of the same shape."""
        return replace(self, voxels=voxels)
