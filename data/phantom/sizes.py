"""How large vertebrae, discs and canals are, by level.

Endplate widths and depths and canal sizes of L1 to L5 follow Panjabi 1992 (*Human lumbar vertebrae: quantitative
three-dimensional anatomy*, Spine 17:299), thoracic ones Panjabi 1991; heights of bodies and discs are rounded between
Gilad and Nissan 1986 (*A study of vertebra and disc geometric relations*, Spine 11:76) and Zhou 2000 (*Geometrical
dimensions of the lower lumbar vertebrae*, Eur Spine J 9:242), as seen on MRI. The split of the lordosis between discs
and bodies follows Been and Kalichman 2014 (*Lumbar lordosis*, Spine J 14:87): most lies in the lowest two segments.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class VertebraSize:
    """Mean size of a vertebra.

    Attributes
    ----------
    width_mm, depth_mm, height_mm
        Of the body, at its endplates; height in the middle.
    wedge_deg
        How much taller the front is than the back, as an angle between the endplates.
    canal_width_mm, canal_depth_mm
        Bony canal.
    pedicle_width_mm
        From right to left.
    """

    width_mm: float
    depth_mm: float
    height_mm: float
    wedge_deg: float
    canal_width_mm: float
    canal_depth_mm: float
    pedicle_width_mm: float


@dataclass(frozen=True)
class DiscSize:
    """Mean height of a disc in its middle and angle between its endplates (front open is positive)."""

    height_mm: float
    angle_deg: float


# From below: position 1 is the lowest free vertebra, so that spines of four or six lumbar vertebrae find their sizes.
VERTEBRAE_FROM_BELOW = (
    VertebraSize(49.5, 34.6, 26.5, 8.0, 26.8, 18.6, 12.5),
    VertebraSize(48.0, 34.8, 27.3, 2.0, 25.4, 18.0, 10.0),
    VertebraSize(46.0, 34.6, 27.3, 0.5, 24.3, 17.6, 8.5),
    VertebraSize(44.0, 34.2, 26.8, -1.0, 23.8, 17.8, 7.8),
    VertebraSize(42.2, 33.6, 26.0, -2.5, 23.6, 18.2, 7.2),
    VertebraSize(40.0, 32.0, 24.6, -3.0, 21.8, 17.6, 7.6),
    VertebraSize(37.0, 30.5, 22.8, -3.0, 19.0, 16.6, 7.2),
    VertebraSize(34.0, 29.0, 21.8, -3.0, 17.5, 16.0, 6.6),
    VertebraSize(32.0, 28.0, 21.2, -3.0, 17.2, 15.8, 6.2),
    VertebraSize(31.0, 27.0, 20.6, -3.0, 17.0, 15.6, 6.0),
)
"""Vertebrae from the lowest free one upwards (L5, L4, ... T8 in usual anatomy)."""

DISCS_FROM_BELOW = (
    DiscSize(10.6, 13.0),
    DiscSize(11.2, 10.5),
    DiscSize(10.4, 8.0),
    DiscSize(9.4, 6.5),
    DiscSize(8.2, 4.5),
    DiscSize(6.6, 1.5),
    DiscSize(5.6, 0.0),
    DiscSize(5.0, 0.0),
    DiscSize(4.6, -1.0),
    DiscSize(4.4, -1.0),
)
"""Discs from the lumbosacral one upwards."""

SACRAL_SEGMENTS = (
    VertebraSize(50.0, 31.0, 29.0, 2.0, 29.0, 15.0, 0.0),
    VertebraSize(42.0, 21.0, 24.0, 0.0, 22.0, 10.0, 0.0),
    VertebraSize(34.0, 15.5, 20.0, 0.0, 17.0, 7.0, 0.0),
    VertebraSize(28.0, 12.0, 17.0, 0.0, 14.0, 5.0, 0.0),
    VertebraSize(22.0, 9.0, 14.0, 0.0, 10.0, 3.5, 0.0),
)
"""S1 to S5; depths at the upper end, the next segment's depth is that of the lower end."""

SACRAL_BEND_DEG = (4.0, 2.0, -9.0, -18.0, -20.0)
"""Change of the axis from the segment above to this one: the sacrum runs backwards and then turns forwards."""

RUDIMENTARY_DISC_MM = 2.6
"""Height of the disc between S1 and S2."""

MEAN_SACRAL_SLOPE_DEG = 39.0
SD_SACRAL_SLOPE_DEG = 7.0
"""Roussouly 2005: sacral slope of healthy adults 40 (8) degrees."""
