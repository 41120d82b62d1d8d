"""Paints vertebral bodies, discs and herniations.

A body is a rounded, waisted block with concave endplates, a flat to hollow back, a thin cortex and the cleft of the
basivertebral vein; a disc fills what is left between two bodies and bulges beyond them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from deepspine.data.phantom.canvas import Canvas, Float32, Mask
from deepspine.data.phantom.materials import NUCLEUS_STEPS, BoneNumbers, DiscNumbers
from deepspine.data.phantom.shapes import LevelShape, Lobe
from deepspine.data.phantom.spine import DiscSpace, Segment

SQUARENESS = 0.42
"""0 is an ellipse; vertebral endplates are fuller at their corners."""
WAIST = 0.09
"""How much narrower a body is in its middle."""
CONCAVITY_MM = 2.1
"""Depth of the hollow of an endplate (van der Houwen 2010: 1.5 to 3.5 mm)."""
CORTEX_MM = 0.75
BACK_HOLLOW = 0.13
"""How far the back of a body is hollowed towards the canal, as a share of its half depth."""


@dataclass(frozen=True)
class EndplateChange:
    """Modic change under one endplate: kind, depth in mm, and from where to where (front -1 to back +1)."""

    kind: str
    depth_mm: float
    reach: tuple[float, float]


def cross_section(u: Float32, v: Float32, half_width: Float32, half_depth: Float32, hollow: float) -> Float32:
    """Return a squared radius that is 1 on the outline of a body seen from above."""
    across = np.square(u / half_width)
    back = v > 0
    hollowed = v + hollow * half_depth * back * np.clip(1.0 - across / 0.35, 0.0, 1.0)
    along = np.square(hollowed / half_depth)
    return np.asarray(across + along - SQUARENESS * across * along, dtype=np.float32)


def paint_body(
    canvas: Canvas,
    segment: Segment,
    numbers: BoneNumbers,
    *,
    lipping_mm: tuple[float, float] = (0.0, 0.0),
    upper: EndplateChange | None = None,
    lower: EndplateChange | None = None,
    schmorl: float | None = None,
    vein: bool = True,
) -> None:
    """Paint a vertebral body; pairs are (upper, lower) rims, `schmorl` the place of a node in the upper endplate."""
    size = segment.size
    view = canvas.near(segment.center_lps, size.width_mm * 0.62 + 4.0)
    if not view.labels.size:
        return
    u, v, w = view.local(segment.center_lps, segment.axes_lps)
    t = np.clip(2.0 * w / size.height_mm, -1.0, 1.0)
    waist = 1.0 - WAIST * (1.0 - t * t)
    edge = np.square(np.square(np.square(t)))
    rim = np.where(t > 0, lipping_mm[0], lipping_mm[1]) * edge
    half_depth = (segment.lower_depth_mm + (size.depth_mm - segment.lower_depth_mm) * (t + 1) / 2) / 2 * waist + rim
    radius2 = cross_section(u, v, size.width_mm / 2 * waist + rim, half_depth, BACK_HOLLOW)
    hollow_mm = CONCAVITY_MM * np.clip(1.0 - radius2 * 1.15, 0.0, 1.0)
    tilt = np.tan(np.radians(size.wedge_deg / 2)) * v
    to_upper = size.height_mm / 2 - tilt - hollow_mm - w
    to_lower = w + size.height_mm / 2 - tilt - hollow_mm * 1.25
    if schmorl is not None:
        node = np.square(u / 6.0) + np.square((v - schmorl * size.depth_mm / 2) / 5.0)
        to_upper = to_upper - 5.0 * np.clip(1.0 - node, 0.0, 1.0)
    inside = (radius2 + 0.05 * edge < 1.0) & (to_upper > 0) & (to_lower > 0)
    rim2 = (1.0 - CORTEX_MM / (size.depth_mm / 2)) ** 2
    core = inside & (radius2 < rim2) & (to_upper > CORTEX_MM) & (to_lower > CORTEX_MM)
    view.paint(inside, numbers.cortex)
    view.paint(core, numbers.marrow)
    if vein:
        view.paint(core & _vein(u, v, w, size.depth_mm), numbers.vein)
    for change, distance in ((upper, to_upper), (lower, to_lower)):
        if change is not None:
            view.paint(core & _changed(change, u, v, distance, size.depth_mm), numbers.modic[change.kind])


def _vein(u: Float32, v: Float32, w: Float32, depth_mm: float) -> Mask:
    """Return the wedge of the basivertebral vein: thin in the middle of the body, opening at its back."""
    opening = np.clip((v - depth_mm * 0.08) / (depth_mm * 0.38), 0.0, 1.2)
    return np.asarray(
        (np.abs(w) < 0.5 + 2.2 * opening * opening) & (v > depth_mm * 0.08) & (np.abs(u) < 2.0 + 5 * opening)
    )


def _changed(change: EndplateChange, u: Float32, v: Float32, distance: Float32, depth_mm: float) -> Mask:
    start, end = change.reach
    front_back = v / (depth_mm / 2)
    ragged = 1.0 + 0.22 * np.sin(u * 0.45 + 1.3) + 0.2 * np.sin(v * 0.6 + u * 0.2)
    fade = np.clip(np.minimum(front_back - start, end - front_back) / 0.3, 0.0, 1.0)
    return np.asarray(distance < change.depth_mm * ragged * np.sqrt(fade))


def paint_disc(canvas: Canvas, disc: DiscSpace, numbers: DiscNumbers, shape: LevelShape | None) -> None:
    """Paint a disc with its bulge; the bodies are painted over it afterwards."""
    view = canvas.near(disc.center_lps, disc.width_mm * 0.6 + 8.0)
    if not view.labels.size:
        return
    bulge_mm = shape.bulge_mm if shape else 0.2
    u, v, w = view.local(disc.center_lps, disc.axes_lps)
    v = v + disc.slip_mm * np.clip(w / max(disc.height_mm, 1.0), -0.5, 0.5)
    half_width = np.float32(disc.width_mm / 2)
    half_depth = np.float32(disc.depth_mm / 2)
    back = np.clip(0.5 + v / disc.depth_mm, 0.0, 1.0)
    excess = bulge_mm * (0.35 + 0.65 * back)
    hollow = BACK_HOLLOW * float(np.clip(1.0 - bulge_mm / 3.0, 0.0, 1.0))
    radius2 = cross_section(u, v, half_width + 0.4 + excess, half_depth + 0.4 + excess, hollow)
    tilt = np.tan(np.radians(disc.angle_deg / 2)) * v
    half_height = np.maximum(disc.height_mm / 2 - tilt, 0.8)
    domed = half_height + (CONCAVITY_MM + 1.2) * np.clip(1.2 - radius2, 0.0, 1.0)
    inside = (radius2 < 1.0) & (np.abs(w) < domed + 0.4)
    view.paint(inside, numbers.annulus)
    core2 = np.square(u / (half_width * 0.74)) + np.square((v + 0.04 * disc.depth_mm) / (half_depth * 0.72))
    core2 = core2 + 0.55 * np.square(w / (half_height + CONCAVITY_MM))
    view.paint(inside & (core2 < 1.35), numbers.inner)
    for step in range(NUCLEUS_STEPS):
        view.paint(inside & (core2 < 1.0 - 0.18 * step), numbers.nucleus[step])
    view.paint(inside & (core2 < 0.62) & (np.abs(w) < 0.55), numbers.cleft)
    if shape is not None and shape.fissure:
        at_back = np.abs(v - half_depth * 0.93 - bulge_mm * 0.6) < 1.1
        view.paint(inside & at_back & (np.abs(u) < 5.0) & (np.abs(w) < 1.3), numbers.fissure)


def paint_lobe(canvas: Canvas, disc: DiscSpace, numbers: DiscNumbers, lobe: Lobe, *, forbidden: Mask) -> None:
    """Paint a herniation behind (or beside) its disc.

    Parameters
    ----------
    canvas, disc, numbers
        Where and with what.
    lobe
        Its centre, relative to the back of the disc's outline, and radii.
    forbidden
        By tissue number: what the herniation cannot replace (bone).
    """
    offset, back_mm, shift_mm = lobe.center_mm
    # The outline of the disc curves forwards to the sides: a foraminal herniation leaves it further in front.
    sine = min(abs(offset) / (disc.width_mm / 2), 0.95)
    outline_mm = disc.depth_mm / 2 * (1.0 - sine**3.2)
    view = canvas.near(disc.point(offset, outline_mm, shift_mm), max(lobe.radii_mm) + 16.0)
    if not view.labels.size:
        return
    u, v, w = view.local(disc.center_lps, disc.axes_lps)
    across, deep, tall = lobe.radii_mm
    distance2 = (
        np.square((u - offset) / across)
        + np.square((v - outline_mm - back_mm) / deep)
        + np.square((w - shift_mm) / tall)
    )
    free = (v > outline_mm - 4.0) & ~forbidden[view.labels]
    if lobe.attached and shift_mm:
        neck = (np.abs(u - offset) < across * 0.7) & (v < outline_mm + deep * 0.55) & (v > outline_mm - 2.0)
        neck = neck & (np.sign(shift_mm) * w > -3.0) & (np.sign(shift_mm) * w < abs(shift_mm))
        view.paint(neck & free, numbers.lobe)
    view.paint((distance2 < 1.0) & free, numbers.lobe_rim)
    inner = (1.0 - 0.9 / min(lobe.radii_mm)) ** 2
    view.paint((distance2 < inner) & free, numbers.lobe)
