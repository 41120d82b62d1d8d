"""What can be chosen about a phantom archive."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from deepspine.data.errors import ConfigError

SHARES = ("label_noise", "omission", "scoliosis", "transitional", "cut_field_of_view", "motion", "repeat_patients")
"""Options between 0 and 1."""


@dataclass(frozen=True, kw_only=True)
class PhantomOptions:
    """Choices for a phantom archive; equal options give equal bytes.

    Attributes
    ----------
    studies
        How many studies to make.
    seed
        Seed of every random choice.
    label_noise
        Share of labels for which the report states another grade than the picture shows, in [0, 1].
    omission
        Share of negative statements that reports leave out, in [0, 1].
    scoliosis
        Share of patients with a scoliosis (Cobb angle of about 12 to 32 degrees).
    transitional
        Share of patients with four or six lumbar vertebrae.
    cut_field_of_view
        Share of studies whose sagittal pictures miss the sacrum or the upper lumbar spine.
    motion
        Share of series during which the patient moves, each series on its own.
    repeat_patients
        Share of studies that are a second examination of the patient before.
    axial
        Whether axial slabs are scanned; sagittal series alone are faster.

    Raises
    ------
    ConfigError
        When a share is not in [0, 1] or no study is asked for.
    """

    studies: int = 24
    seed: int = 1
    label_noise: float = 0.0
    omission: float = 0.15
    scoliosis: float = 0.1
    transitional: float = 0.0
    cut_field_of_view: float = 0.0
    motion: float = 0.0
    repeat_patients: float = 0.15
    axial: bool = True

    def __post_init__(self) -> None:
        if self.studies < 1:
            raise ConfigError(f"studies must be at least 1, got {self.studies}")
        for name in SHARES:
            share = getattr(self, name)
            if not 0.0 <= share <= 1.0:
                raise ConfigError(f"{name} must be a share in [0, 1], got {share:g}")

    def as_dict(self) -> dict[str, Any]:
        """Return the options as plain values."""
        return asdict(self)
