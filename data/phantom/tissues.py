"""Tissues and how bright they are: spin-echo signal from T1, T2 and proton density.

Relaxation times are rounded from Stanisz 2005 (Magn Reson Med 54:507) and de Bazelaire 2004 (Radiology 230:652) at
1.5 T; the T2 of fat is the long effective one of a turbo spin echo (J coupling is broken up by the refocusing train).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deepspine.data.spine_classes import SpineClass

MAX_TISSUES = 256
"""Painted volumes hold one byte a point."""


@dataclass(frozen=True)
class Tissue:
    """Relaxation times in ms, proton density relative to water, shares of fat and of contrast agent taken up."""

    t1_ms: float
    t2_ms: float
    density: float
    fat: float = 0.0
    uptake: float = 0.0

    def mixed(self, other: Tissue, share: float) -> Tissue:
        """Return this tissue with `share` of the other one; times are averaged on a logarithmic scale."""
        own = 1.0 - share
        return Tissue(
            float(np.exp(own * np.log(self.t1_ms) + share * np.log(other.t1_ms))),
            float(np.exp(own * np.log(self.t2_ms) + share * np.log(other.t2_ms))),
            own * self.density + share * other.density,
            own * self.fat + share * other.fat,
            own * self.uptake + share * other.uptake,
        )


AIR = Tissue(1000.0, 50.0, 0.0)
FAT = Tissue(290.0, 150.0, 0.92, fat=1.0)
SUBCUTANEOUS = Tissue(280.0, 165.0, 0.97, fat=1.0)
MUSCLE = Tissue(980.0, 42.0, 0.85, uptake=0.1)
MARROW = Tissue(560.0, 82.0, 0.72, fat=0.5, uptake=0.1)
CORTEX = Tissue(800.0, 25.0, 0.12)
LIGAMENT = Tissue(900.0, 26.0, 0.42)
ANNULUS = Tissue(950.0, 32.0, 0.62)
NUCLEUS = Tissue(1250.0, 150.0, 0.98)
DRY_NUCLEUS = Tissue(1000.0, 36.0, 0.62)
CSF = Tissue(3900.0, 1700.0, 1.0)
CORD = Tissue(850.0, 84.0, 0.80)
ROOT = Tissue(900.0, 74.0, 0.78)
VEIN = Tissue(1300.0, 200.0, 0.80, uptake=1.0)
FLOW_VOID = Tissue(1400.0, 40.0, 0.10)
SKIN = Tissue(700.0, 35.0, 0.60)
BOWEL = Tissue(900.0, 62.0, 0.70)
KIDNEY = Tissue(1050.0, 95.0, 0.85)
FLUID = Tissue(3200.0, 900.0, 1.0)
EDEMA = Tissue(1350.0, 165.0, 0.90, uptake=0.6)
FATTY_MARROW = Tissue(310.0, 115.0, 0.92, fat=0.9)
SCLEROSIS = Tissue(1100.0, 30.0, 0.30)
EXTRUDED = Tissue(1100.0, 66.0, 0.80)
HAEMANGIOMA = Tissue(340.0, 210.0, 0.95, fat=0.7, uptake=0.7)


@dataclass(frozen=True)
class Sequence:
    """A spin echo.

    Attributes
    ----------
    repetition_ms, echo_ms
        Its times.
    fat_left
        Share of the signal of fat that a fat suppression leaves; 1 without.
    agent_per_s
        Relaxation rate that contrast agent adds where all of it is taken up; 0 without. A usual dose gives about 3.
    """

    repetition_ms: float
    echo_ms: float
    fat_left: float = 1.0
    agent_per_s: float = 0.0

    def signal(self, tissue: Tissue) -> float:
        """Return the signal, in [0, 1]."""
        t1_ms = tissue.t1_ms
        if self.agent_per_s:
            t1_ms = 1.0 / (1.0 / t1_ms + tissue.uptake * self.agent_per_s / 1000.0)
        recovered = 1.0 - np.exp(-self.repetition_ms / t1_ms)
        signal = tissue.density * recovered * np.exp(-self.echo_ms / tissue.t2_ms)
        return float(signal * (1.0 - tissue.fat * (1.0 - self.fat_left)))


class Palette:
    """Hands out tissue numbers for painting, with mask class and vertebra of each.

    Examples
    --------
    >>> palette = Palette()
    >>> palette.add(CSF, SpineClass.CANAL)
    1
    """

    def __init__(self) -> None:
        self._tissues: list[Tissue] = [AIR]
        self._classes: list[int] = [int(SpineClass.BACKGROUND)]
        self._instances: list[int] = [0]
        self._modic: list[int] = [0]

    def add(
        self, tissue: Tissue, mask_class: SpineClass = SpineClass.BACKGROUND, instance: int = 0, *, modic: int = 0
    ) -> int:
        """Register a tissue and return its number; `modic` is the type of the Modic change that it is, 0 for none."""
        if len(self._tissues) >= MAX_TISSUES:
            raise ValueError(f"a palette holds at most {MAX_TISSUES} tissues")
        self._tissues.append(tissue)
        self._classes.append(int(mask_class))
        self._instances.append(instance)
        self._modic.append(modic)
        return len(self._tissues) - 1

    def signals(self, sequence: Sequence) -> NDArray[np.float32]:
        """Return the signal of every tissue number; shape (256,)."""
        table = np.zeros(MAX_TISSUES, dtype=np.float32)
        table[: len(self._tissues)] = [sequence.signal(tissue) for tissue in self._tissues]
        return table

    @property
    def classes(self) -> NDArray[np.uint8]:
        """Mask class of every tissue number; shape (256,)."""
        return _padded(self._classes)

    @property
    def instances(self) -> NDArray[np.uint8]:
        """Vertebra (1 = lowest free one) of every tissue number, 0 for all else; shape (256,)."""
        return _padded(self._instances)

    @property
    def modic(self) -> NDArray[np.uint8]:
        """Modic type (1 to 3) of every tissue number, 0 for all else; shape (256,)."""
        return _padded(self._modic)


def _padded(values: list[int]) -> NDArray[np.uint8]:
    table = np.zeros(MAX_TISSUES, dtype=np.uint8)
    table[: len(values)] = values
    return table
