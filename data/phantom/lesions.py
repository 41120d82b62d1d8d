"""What looks like a Modic change and is none: haemangiomas and fractures of a vertebral body."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from deepspine.data.phantom import tissues
from deepspine.data.phantom.canvas import Canvas
from deepspine.data.phantom.spine import Segment
from deepspine.data.phantom.tissues import Palette
from deepspine.data.spine_classes import SpineClass

FRACTURE_OEDEMA_SHARE = 0.7
"""Share of a freshly broken body's height that is oedematous, from the broken endplate downwards."""
FRACTURE_DEPTH_SHARE = 0.3
"""How far the front of the upper endplate is driven in, as a share of the height (Genant 1993, grade 2)."""


class Lesion(Protocol):
    """Something painted into finished bones."""

    def paint(self, canvas: Canvas) -> None:
        """Paint it."""


@dataclass(frozen=True)
class Haemangioma:
    """A ball bright on T1 and T2, in the middle of a body.

    Attributes
    ----------
    segment
        The body.
    tissue
        Number in the palette.
    radius_mm
        Of the ball.
    """

    segment: Segment
    tissue: int
    radius_mm: float

    @classmethod
    def of(cls, palette: Palette, segment: Segment, instance: int) -> Haemangioma:
        """Return a haemangioma that nearly fills a body's height."""
        tissue = palette.add(tissues.HAEMANGIOMA, SpineClass.BODY, instance)
        return cls(segment, tissue, radius_mm=0.42 * segment.size.height_mm)

    def paint(self, canvas: Canvas) -> None:
        """Paint the ball."""
        view = canvas.near(self.segment.center_lps, self.radius_mm + 1.0)
        u, v, w = view.local(self.segment.center_lps, self.segment.axes_lps)
        view.paint(np.square(u) + np.square(v) + np.square(w) < self.radius_mm**2, self.tissue)


@dataclass(frozen=True)
class Fracture:
    """A fresh compression fracture: upper endplate driven in at the front, oedema of most of the body.

    Attributes
    ----------
    segment, instance
        The body and its number in the truth.
    oedema, filling
        Numbers in the palette of the broken marrow, and of what fills the place of the lost height.
    marrow
        By tissue number, whether it is marrow of the body, which alone becomes oedematous.
    """

    segment: Segment
    oedema: int
    filling: int
    marrow: frozenset[int]

    @classmethod
    def of(cls, palette: Palette, segment: Segment, instance: int, marrow: frozenset[int]) -> Fracture:
        """Return a fracture of a body."""
        return cls(
            segment,
            oedema=palette.add(tissues.MARROW.mixed(tissues.EDEMA, 0.85), SpineClass.BODY, instance),
            filling=palette.add(tissues.ANNULUS, SpineClass.DISC),
            marrow=marrow,
        )

    def paint(self, canvas: Canvas) -> None:
        """Paint oedema, then the lost height."""
        size = self.segment.size
        view = canvas.near(self.segment.center_lps, size.width_mm * 0.62 + 4.0)
        if not view.labels.size:
            return
        _, v, w = view.local(self.segment.center_lps, self.segment.axes_lps)
        from_top = size.height_mm / 2 - w
        broken = from_top < FRACTURE_OEDEMA_SHARE * size.height_mm
        view.paint(broken & np.isin(view.labels, sorted(self.marrow)), self.oedema)
        to_front = np.clip(0.6 - v / size.depth_mm, 0.0, 1.0)
        lost = from_top < FRACTURE_DEPTH_SHARE * size.height_mm * to_front
        view.paint(lost & (view.labels == self.oedema), self.filling)
