"""Paints what lies behind and beside the canal: arches, facet joints, transverse and spinous processes, foramina."""

from __future__ import annotations

import numpy as np

from deepspine.data.geometry import FloatArray
from deepspine.data.phantom.canvas import Canvas
from deepspine.data.phantom.materials import BoneNumbers, SoftNumbers
from deepspine.data.phantom.shapes import LevelShape
from deepspine.data.phantom.spine import DiscSpace, Segment

CORTEX_MM = 0.9
ELLIPSOID, BLOCK = 2, 4
"""Exponents of the two kinds of rounded shapes."""

FORAMEN_HALF_HEIGHT_MM = 8.8
FORAMEN_HALF_DEPTH_MM = 5.6
"""Healthy lumbar foramina are 19 to 21 mm high and 8 to 11 mm deep (Hasegawa 1995)."""
FORAMEN_LENGTH_MM = 15.0
ROOT_RADIUS_MM = 2.7
"""The dorsal root ganglion is 4.5 to 6 mm thick."""


def paint_blob(
    canvas: Canvas,
    center_lps: FloatArray,
    axes_lps: FloatArray,
    radii_mm: tuple[float, float, float],
    numbers: tuple[int, int],
    *,
    power: int = BLOCK,
    cortex_mm: float = CORTEX_MM,
) -> None:
    """Paint a rounded block (power 4) or an ellipsoid (power 2): its shell, then its inside."""
    view = canvas.near(center_lps, float(np.linalg.norm(radii_mm)))
    if not view.labels.size:
        return
    u, v, w = (np.square(values) for values in view.local(center_lps, axes_lps))
    if power == BLOCK:
        u, v, w = np.square(u), np.square(v), np.square(w)
    inner_mm = [max(radius - cortex_mm, 0.3) for radius in radii_mm]
    for radii, number in ((radii_mm, numbers[0]), (inner_mm, numbers[1])):
        a, b, c = (radius**-power for radius in radii)
        view.paint(u * a + v * b + w * c < 1.0, number)


def turned(axes_lps: FloatArray, *, about_up_deg: float = 0.0, about_left_deg: float = 0.0) -> FloatArray:
    """Return axes turned about their own third (leftwards to the back) and first axis (backwards to the top)."""
    left, back, up = axes_lps
    c, s = np.cos(np.radians(about_up_deg)), np.sin(np.radians(about_up_deg))
    left, back = c * left + s * back, c * back - s * left
    c, s = np.cos(np.radians(about_left_deg)), np.sin(np.radians(about_left_deg))
    back, up = c * back + s * up, c * up - s * back
    return np.array([left, back, up])


def paint_arch(canvas: Canvas, segment: Segment, numbers: BoneNumbers, *, spinous_mm: float) -> None:
    """Paint pedicles, laminae, transverse and spinous processes of a free vertebra."""
    bone = (numbers.posterior_cortex, numbers.posterior_marrow)
    size = segment.size
    back = size.depth_mm / 2
    half_canal, canal_depth = size.canal_width_mm / 2, size.canal_depth_mm
    height = size.height_mm
    axes = segment.axes_lps
    for side in (1.0, -1.0):
        pedicle = segment.point(side * (half_canal + size.pedicle_width_mm / 2), back + 3.5, 0.2 * height)
        paint_blob(canvas, pedicle, axes, (size.pedicle_width_mm / 2 + 0.4, 9.5, 0.29 * height), bone)
        pillar = segment.point(side * (half_canal + 3.5), back + 0.72 * canal_depth + 2.0, -0.12 * height)
        paint_blob(canvas, pillar, turned(axes, about_left_deg=-12.0), (5.2, 4.6, 0.5 * height), bone)
        lamina = segment.point(side * 0.52 * half_canal, back + canal_depth + 2.6, -0.27 * height)
        tilted = turned(axes, about_up_deg=-side * 36.0, about_left_deg=-14.0)
        paint_blob(canvas, lamina, tilted, (0.62 * half_canal + 2.0, 3.0, 0.36 * height), bone)
        process = segment.point(side * (half_canal + size.pedicle_width_mm + 13.0), back + 7.0, 0.12 * height)
        paint_blob(canvas, process, turned(axes, about_up_deg=side * 12.0), (17.0, 3.6, 5.2), bone, power=ELLIPSOID)
    start = back + canal_depth + 3.0
    drooping = turned(axes, about_left_deg=-16.0)
    root = segment.point(0.0, start + 0.4 * spinous_mm, -0.34 * height)
    tip = segment.point(0.0, start + 0.72 * spinous_mm, -0.46 * height)
    for shell_mm, number in ((0.0, bone[0]), (CORTEX_MM, bone[1])):
        both = (number, number)
        paint_blob(canvas, root, drooping, (4.0 - shell_mm, 0.5 * spinous_mm, 0.3 * height - shell_mm), both)
        tip_mm = (5.2 - shell_mm, 0.36 * spinous_mm - shell_mm, 0.4 * height - shell_mm)
        paint_blob(canvas, tip, drooping, tip_mm, both, power=ELLIPSOID)


def paint_facets(
    canvas: Canvas,
    disc: DiscSpace,
    canal: tuple[float, float],
    bones: tuple[BoneNumbers, BoneNumbers],
    soft: SoftNumbers,
    shape: LevelShape | None,
) -> None:
    """Paint both facet joints of a level: the lower vertebra's process in front and outside, the upper one's behind.

    Parameters
    ----------
    canvas, disc, soft
        Where, and soft tissue numbers (joint fluid, cysts).
    canal
        Half width and depth of the bony canal at the level, mm.
    bones
        Numbers of the upper and of the lower vertebra.
    shape
        What is wrong at the level.
    """
    half_width, depth = canal
    back = disc.depth_mm / 2
    for index, side in enumerate((1.0, -1.0)):
        growth = shape.facet_growth[index] if shape else 1.0
        # The joint runs backwards to the side: the lower vertebra's process lies in front of it and outside.
        axes = turned(disc.axes_lps, about_up_deg=side * 46.0)
        joint = disc.point(side * (half_width + 3.4), back + 0.86 * depth + 1.0, -1.0)
        front = joint - axes[1] * 3.9 + disc.axes_lps[2] * -2.0
        behind = joint + axes[1] * 3.9 + disc.axes_lps[2] * 3.0
        upper, lower = bones
        fore = (lower.posterior_cortex, lower.posterior_marrow)
        aft = (upper.posterior_cortex, upper.posterior_marrow)
        paint_blob(canvas, behind, axes, (8.6 * growth, 5.2 * growth, 13.5), aft, power=ELLIPSOID, cortex_mm=1.3)
        paint_blob(canvas, front, axes, (8.2 * growth, 5.0 * growth, 12.5), fore, power=ELLIPSOID, cortex_mm=1.3)
        gap = (upper.posterior_cortex, soft.joint)
        paint_blob(canvas, joint, axes, (7.2 * growth, 1.35, 9.5), gap, power=ELLIPSOID, cortex_mm=0.65)
        if shape is not None and shape.cysts[index]:
            cyst = disc.point(side * (half_width - 2.5), back + 0.72 * depth, 0.0)
            paint_blob(canvas, cyst, disc.axes_lps, (3.6, 3.6, 4.2), (soft.flavum, soft.cyst), power=ELLIPSOID)


def paint_foramina(
    canvas: Canvas, disc: DiscSpace, half_canal_mm: float, soft: SoftNumbers, shape: LevelShape | None
) -> None:
    """Paint both foramina: fat around the exiting root, and disc and ligament where a narrow one has lost it."""
    room = FORAMEN_HALF_HEIGHT_MM * (0.72 + 0.28 * min(disc.height_mm / 10.0, 1.1))
    for index, side in enumerate((1.0, -1.0)):
        openness = shape.foramen_open[index] if shape else 1.0
        root = ROOT_RADIUS_MM * (shape.root_left[index] if shape else 1.0)
        along = FORAMEN_LENGTH_MM / 2
        middle = disc.point(side * (half_canal_mm + along - 2.5), disc.depth_mm / 2 + 3.2, 3.2)
        axes = turned(disc.axes_lps, about_up_deg=-side * 14.0)
        radii = (along, FORAMEN_HALF_DEPTH_MM, room)
        paint_blob(canvas, middle, axes, radii, (soft.capsule, soft.capsule))
        fat = (along, FORAMEN_HALF_DEPTH_MM * openness, room * openness)
        center = middle + disc.axes_lps[2] * 2.2 * (1.0 - openness)
        paint_blob(canvas, center, axes, fat, (soft.foramen_fat, soft.foramen_fat))
        nerve = middle + disc.axes_lps[2] * (0.3 * room)
        paint_blob(
            canvas,
            nerve,
            axes,
            (along + 5.0, root * 0.9, root),
            (soft.foramen_root, soft.foramen_root),
            power=ELLIPSOID,
        )


def paint_sacral_wings(canvas: Canvas, segments: tuple[Segment, ...], numbers: BoneNumbers) -> None:
    """Paint the lateral masses of the sacrum and the roof of its canal."""
    bone = (numbers.posterior_cortex, numbers.posterior_marrow)
    for index, segment in enumerate(segments[:4]):
        size = segment.size
        wing = (20.0, 14.0, 8.0, 4.0)[index]
        height = size.height_mm / 2 + 1.0
        depth = size.depth_mm / 2
        for side in (1.0, -1.0):
            center = segment.point(side * (size.width_mm / 2 + wing * 0.62), 3.0 + 2.0 * (index == 0), 0.0)
            axes = turned(segment.axes_lps, about_up_deg=side * 18.0)
            paint_blob(canvas, center, axes, (wing, depth * 0.85, height), bone, cortex_mm=1.4)
        roof = segment.point(0.0, depth + size.canal_depth_mm + 2.0, 0.0)
        paint_blob(canvas, roof, segment.axes_lps, (size.canal_width_mm * 0.55, 3.4, height), bone)
        crest = segment.point(0.0, depth + size.canal_depth_mm + 6.5, -1.0)
        paint_blob(canvas, crest, segment.axes_lps, (3.0, 5.5, size.height_mm * 0.33), bone)


def paint_iliac_wings(canvas: Canvas, sacrum: Segment, numbers: BoneNumbers, muscle: int) -> None:
    """Paint the iliac bones beside the sacrum and the gluteal muscles behind them."""
    middle = sacrum.center_lps
    limits = ((middle[0] - 140.0, middle[0] + 140.0), (middle[1] - 75.0, middle[1] + 75.0), (-120.0, 45.0))
    view = canvas.within(limits)
    if not view.labels.size:
        return
    side = np.abs(view.x - middle[0])
    back = view.y - middle[1]
    crest = 40.0 - 0.006 * np.square(back)
    across = (side - 66.0 - 0.1 * view.z + 0.62 * (back - 12.0)) * 0.85
    wing = (np.abs(back) < 62.0) & (view.z < crest) & (side > 40.0) & (view.labels != 0)
    behind = wing & (across > 0) & (across < 26.0 + 0.2 * (crest - view.z)) & (back < 48.0)
    view.paint(behind, muscle)
    view.paint(wing & (np.abs(across) < 6.0), numbers.posterior_cortex)
    view.paint(wing & (np.abs(across) < 4.4) & (view.z < crest - 1.5), numbers.posterior_marrow)
