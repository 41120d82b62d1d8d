"""How far a spine leans as a whole, and what of that is the picture's turn.

Discs are named by their tilt among others. In a turned picture, or of a patient who lies askew, every disc is tilted by
as much more, and the disc above L5-S1 may be taken for it. The course of the spine is turned with them, and spines lean
alike: what a spine leans beyond others is no tilt of its discs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from deepspine.data.geometry import FloatArray

USUAL_LEAN_DEG = {3: (-1.6, 6.3), 4: (-5.3, 5.1), 5: (-7.7, 4.3), 6: (-8.9, 3.9), 7: (-10.1, 3.6), 8: (-10.4, 3.8)}
"""Mean and deviation of the lean by number of discs, of these the lowest ones. Measured on the 667 pictures of Sudirman
used for development that are named right; the 266 of SPIDER lean alike (7 discs: -8.2, deviation 4.5)."""
TURNED_DEVIATIONS = 4.5
"""A lean this many deviations off the usual is told. None of the 955 pictures is (Sudirman: at most 3.1; SPIDER: 4.2);
all are once they are turned by 30 degrees."""


@dataclass(frozen=True)
class SpineLean:
    """How a spine leans.

    Attributes
    ----------
    angle_deg
        Of the line from the second lowest disc to the highest against the long axis of the patient, positive with the
        upper end in front. The lowest disc is left out: whether it belongs to the lumbar spine is what is asked.
    usual_deg, deviation_deg
        Of spines with as many discs in view.
    """

    angle_deg: float
    usual_deg: float
    deviation_deg: float

    @property
    def off_usual_deg(self) -> float:
        """Signed difference to the mean of spines."""
        return self.angle_deg - self.usual_deg

    @property
    def turn_deg(self) -> float:
        """What of the lean two spines in three do not have: taken for the turn of the picture, or of the patient."""
        beyond = max(abs(self.off_usual_deg) - self.deviation_deg, 0.0)
        return float(np.copysign(beyond, self.off_usual_deg))

    @property
    def is_unusual(self) -> bool:
        """Whether no spine that stands upright in its picture leans so."""
        return abs(self.off_usual_deg) > TURNED_DEVIATIONS * self.deviation_deg


def lean_of(centers_lps: Sequence[FloatArray]) -> SpineLean:
    """Return the lean of a chain of at least three discs, their centres from cranial to caudal, mm.

    Examples
    --------
    >>> upright = lean_of([np.array([0.0, 0.0, height]) for height in (70.0, 35.0, 0.0)])
    >>> forward = lean_of([np.array([0.0, -height, height]) for height in (70.0, 35.0, 0.0)])
    >>> round(forward.angle_deg - upright.angle_deg), forward.is_unusual
    (45, True)
    """
    _, back, up = centers_lps[0] - centers_lps[-2]
    usual, deviation = USUAL_LEAN_DEG[int(np.clip(len(centers_lps), min(USUAL_LEAN_DEG), max(USUAL_LEAN_DEG)))]
    return SpineLean(float(np.rad2deg(np.arctan2(-back, up))), usual, deviation)
