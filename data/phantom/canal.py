"""The spinal canal: its course, and what lies in it at every height.

All measures of the canal are smooth functions of the height z: the canal runs steeply enough, even behind the sacrum,
for one position at every height. Across it, `u` counts to the left and `q` to the back, at right angles to its course.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator

from deepspine.data.geometry import FloatArray
from deepspine.data.levels import Level
from deepspine.data.phantom.canvas import Canvas, Float32, Mask
from deepspine.data.phantom.materials import SoftNumbers
from deepspine.data.phantom.shapes import LevelShape
from deepspine.data.phantom.spine import DiscSpace, Segment, Spine

MEASURES = (
    "x",
    "y",
    "cosine",
    "half_width",
    "half_depth",
    "body_depth",
    "sac_front",
    "sac_back",
    "sac_half_width",
    "trefoil",
    "cut_left",
    "cut_right",
    "flavum",
    "crowding",
)
"""What is known of the canal at every height; lengths in mm."""

SHOULDER_MM = 8.0
"""How far above and below a disc its narrowing has faded to a quarter."""
HEALTHY_SAC_DEPTH_MM = 13.5
HEALTHY_SAC_HALF_WIDTH = 0.78
"""Half width of the dural sac as a share of that of the canal."""
DURA_MM = 0.5
CONUS_RADIUS_MM = 4.3
N_ROOTS = 9
"""Roots drawn on each side of the sac."""
ROOT_RADIUS_MM = 0.8


@dataclass(frozen=True, eq=False)
class CanalCourse:
    """Measures of the canal by height.

    Attributes
    ----------
    conus_z
        Height of the tip of the cord, mm.
    sac_end_z
        Height where the dural sac ends.
    """

    interpolator: PchipInterpolator
    lowest_z: float
    highest_z: float
    conus_z: float
    sac_end_z: float

    def at(self, z: Float32 | FloatArray) -> dict[str, Float32]:
        """Return all measures at heights of any shape."""
        values = self.interpolator(np.clip(z, self.lowest_z, self.highest_z)).astype(np.float32)
        return {name: values[..., index] for index, name in enumerate(MEASURES)}


def canal_course(spine: Spine, shapes: Mapping[Level, LevelShape], *, conus_shift_mm: float) -> CanalCourse:
    """Lay the canal behind the bodies and narrow it where the shapes say so."""
    rows: list[tuple[float, list[float]]] = []
    for index, segment in enumerate(spine.sacrum[:4]):
        rows.append(_body_row(segment, sac_depth_mm=(11.0, 6.0, 2.0, 1.0)[index], front_mm=(4.0, 2.5, 1.5, 1.0)[index]))
    for index, (disc, vertebra) in enumerate(zip(spine.discs, spine.vertebrae, strict=True)):
        lumbosacral = index == 0
        front_mm = 4.0 if lumbosacral else 2.2 if index == 1 else 1.4
        below = spine.sacrum[0] if lumbosacral else spine.vertebrae[index - 1]
        shape = shapes.get(disc.level) if disc.level is not None else None
        rows.extend(_disc_rows(disc, below, vertebra, shape, front_mm=front_mm))
        rows.append(_body_row(vertebra, sac_depth_mm=HEALTHY_SAC_DEPTH_MM, front_mm=2.0 if lumbosacral else 1.4))
    rows.sort(key=lambda row: row[0])
    heights = [row[0] for row in rows]
    keep = [i for i in range(len(rows)) if i == 0 or heights[i] - heights[i - 1] > 0.5]
    interpolator = PchipInterpolator([heights[i] for i in keep], [rows[i][1] for i in keep], axis=0)
    conus = _conus_height(spine) + conus_shift_mm
    return CanalCourse(interpolator, heights[keep[0]], heights[keep[-1]], conus, float(spine.sacrum[1].center_lps[2]))


def _conus_height(spine: Spine) -> float:
    """Return the height of the fifth free disc from below: L1-L2 in usual anatomy, where most cords end."""
    return float(spine.discs[4].center_lps[2]) + 8.0


def _row(place: FloatArray, axes: FloatArray, measures: Mapping[str, float]) -> tuple[float, list[float]]:
    known = {"x": float(place[0]), "y": float(place[1]), "cosine": float(axes[2, 2]), **measures}
    return float(place[2]), [known[name] for name in MEASURES]


def _body_row(segment: Segment, *, sac_depth_mm: float, front_mm: float) -> tuple[float, list[float]]:
    half_depth = segment.size.canal_depth_mm / 2 + 0.6
    depth = (segment.size.depth_mm + segment.lower_depth_mm) / 2
    place = segment.point(0.0, depth / 2 + half_depth, 0.0)
    return _row(
        place, segment.axes_lps, _healthy(segment.size.canal_width_mm / 2, half_depth, depth, sac_depth_mm, front_mm)
    )


def _healthy(
    half_width: float, half_depth: float, depth_mm: float, sac_depth_mm: float, front_mm: float
) -> dict[str, float]:
    return {
        "half_width": half_width,
        "half_depth": half_depth,
        "body_depth": depth_mm,
        "sac_front": front_mm,
        "sac_back": min(front_mm + sac_depth_mm, 2 * half_depth - 1.0),
        "sac_half_width": HEALTHY_SAC_HALF_WIDTH * half_width,
        "trefoil": 0.05,
        "cut_left": 0.0,
        "cut_right": 0.0,
        "flavum": 0.8,
        "crowding": 0.0,
    }


def _disc_rows(
    disc: DiscSpace, below: Segment, above: Segment, shape: LevelShape | None, *, front_mm: float
) -> list[tuple[float, list[float]]]:
    half_width = (below.size.canal_width_mm + above.size.canal_width_mm) / 4
    half_depth = (below.size.canal_depth_mm + above.size.canal_depth_mm) / 4
    healthy = _healthy(half_width, half_depth, disc.depth_mm, HEALTHY_SAC_DEPTH_MM - 0.5, front_mm)
    healthy["flavum"] = 2.4
    narrowed = healthy if shape is None else healthy | _narrowed(shape, half_width, half_depth, front_mm)
    back = disc.depth_mm / 2 + half_depth
    rows = []
    for step_mm, share in ((-SHOULDER_MM, 0.25), (-3.5, 0.95), (0.0, 1.0), (3.5, 0.95), (SHOULDER_MM, 0.25)):
        mixed = {name: healthy[name] + share * (narrowed[name] - healthy[name]) for name in healthy}
        slid_mm = -disc.slip_mm * float(np.clip(step_mm / max(disc.height_mm, 4.0), -0.5, 0.5))
        rows.append(_row(disc.point(0.0, back + slid_mm, step_mm), disc.axes_lps, mixed))
    return rows


def _narrowed(shape: LevelShape, half_width: float, half_depth: float, front_mm: float) -> dict[str, float]:
    pressing_mm = shape.bulge_mm
    if shape.lobe is not None and abs(shape.lobe.center_mm[0]) < 5.0:
        pressing_mm = max(pressing_mm, 0.75 * (shape.lobe.center_mm[1] + shape.lobe.radii_mm[1]))
    gap_mm = shape.sac_gap_mm if shape.sac_gap_mm <= 0 else max(shape.sac_gap_mm, front_mm - pressing_mm)
    back_mm = min(pressing_mm + max(gap_mm, 0.0) + shape.sac_depth_mm, 2 * half_depth - 0.8)
    # A short sac lies in the middle of the room that is left, fat and ligament behind it.
    return {
        "sac_front": pressing_mm + gap_mm,
        "sac_back": back_mm,
        "sac_half_width": HEALTHY_SAC_HALF_WIDTH * half_width * shape.sac_width,
        "trefoil": shape.trefoil,
        "cut_left": shape.recess_cut[0],
        "cut_right": shape.recess_cut[1],
        "flavum": max(shape.flavum_mm, min(2 * half_depth - back_mm - 1.5, shape.flavum_mm + 3.0)),
        "crowding": float(np.clip((9.0 - shape.sac_depth_mm) / 5.0, 0.0, 1.0)),
    }


def paint_canal(canvas: Canvas, course: CanalCourse, numbers: SoftNumbers) -> None:
    """Paint ligament, epidural fat, dural sac, cord and roots."""
    heights = np.linspace(course.lowest_z, course.highest_z, 60)
    known = course.at(heights)
    view = canvas.within(
        (
            (float(known["x"].min()) - 18.0, float(known["x"].max()) + 18.0),
            (float(known["y"].min()) - 20.0, float(known["y"].max()) + 20.0),
            (course.lowest_z, 10_000.0),
        )
    )
    if not view.labels.size:
        return
    here = course.at(view.z)
    u = view.x - here["x"]
    q = np.asarray((view.y - here["y"]) * here["cosine"], dtype=np.float32)
    half_width, half_depth = here["half_width"], here["half_depth"]
    room = _outline(q, half_width, half_depth, half_depth)
    in_canal = (np.abs(u) < room) & (np.abs(q) < half_depth)
    view.paint(in_canal, numbers.flavum)
    inner = _outline(q, half_width, half_depth, half_depth - here["flavum"]) - 0.4 * here["flavum"]
    limit = np.where(u > 0, 1.0 - here["cut_left"], 1.0 - here["cut_right"]) * half_width
    open_room = in_canal & (np.abs(u) < inner) & (q < half_depth - here["flavum"]) & (np.abs(u) < limit)
    view.paint(open_room, numbers.epidural_fat)
    half_sac = np.maximum((here["sac_back"] - here["sac_front"]) / 2, 0.5)
    middle = (here["sac_back"] + here["sac_front"]) / 2 - half_depth
    p = np.asarray((q - middle) / half_sac, dtype=np.float32)
    sac_width = here["sac_half_width"] * (1.0 - here["trefoil"] * np.clip(p + 0.3, 0.0, 1.3))
    round2 = np.square(u / sac_width) + np.square(p)
    sac = (round2 < 1.0) & (np.abs(u) < limit - 0.6) & (view.z > course.sac_end_z) & in_canal
    view.paint(sac, numbers.dura)
    fluid = (1.0 - DURA_MM / np.minimum(half_sac, sac_width)) ** 2
    sac = sac & (round2 < fluid) & (np.abs(u) < limit - 0.6 - DURA_MM)
    view.paint(sac, numbers.csf)
    _paint_nerves(view, course, numbers, sac=sac, u=u, p=p, q=q)


def _outline(q: Float32, half_width: Float32, half_depth: Float32, back: Float32) -> Float32:
    """Return the half width of the bony canal at a depth: wide in front, tapering to a point at the back."""
    behind = np.clip((q + 0.25 * half_depth) / (back + 0.25 * half_depth), 0.0, 1.0)
    before = np.clip((-q - 0.25 * half_depth) / (0.75 * half_depth), 0.0, 1.0)
    return np.asarray(half_width * np.sqrt(1.0 - behind**2) * np.sqrt(1.0 - 0.6 * before**4), dtype=np.float32)


def _paint_nerves(
    view: Canvas, course: CanalCourse, numbers: SoftNumbers, *, sac: Mask, u: Float32, p: Float32, q: Float32
) -> None:
    shape = view.labels.shape
    index = np.nonzero(np.broadcast_to(sac, shape))
    if not index[0].size:
        return
    u1, p1, q1, z1 = (np.broadcast_to(values, shape)[index] for values in (u, p, q, view.z))
    here = course.at(view.z)
    crowding, width1, half_sac, middle = (
        np.broadcast_to(values, shape)[index]
        for values in (
            here["crowding"],
            here["sac_half_width"],
            np.maximum((here["sac_back"] - here["sac_front"]) / 2, 0.5),
            (here["sac_back"] + here["sac_front"]) / 2 - here["half_depth"],
        )
    )
    painted: NDArray[np.uint8] = np.full(u1.shape, numbers.csf, dtype=np.uint8)
    _paint_roots(painted, course, numbers, u1, p1, z1, width1, half_sac)
    # In a tight sac the roots fill what is left and hardly any fluid is seen (Schizas 2010, grades C and D).
    speckle = 0.5 + 0.5 * np.sin(u1 * 4.1 + 1.7 * np.sin(z1 * 0.9)) * np.sin(q1 * 3.7 + z1 * 0.6)
    painted[speckle < 0.95 * crowding] = numbers.crowded
    above = z1 > course.conus_z
    taper = np.clip((z1 - course.conus_z) / 28.0, 0.0, 1.0)
    radius = CONUS_RADIUS_MM * np.sqrt(taper)
    painted[above & (np.square(u1 / 1.12) + np.square(q1 - middle - 0.6) < radius * radius)] = numbers.cord
    view.labels[index] = painted


def _paint_roots(
    painted: NDArray[np.uint8],
    course: CanalCourse,
    numbers: SoftNumbers,
    u1: Float32,
    p1: Float32,
    z1: Float32,
    width1: Float32,
    half_sac: Float32,
) -> None:
    """Draw roots: bundled at the back below the conus, fanning to the front corner where each leaves the sac."""
    span = course.conus_z - course.sac_end_z
    for number in range(N_ROOTS):
        exit_z = course.sac_end_z + span * (1.0 - (number + 0.7) / N_ROOTS)
        leaving = np.clip(1.0 - (z1 - exit_z) / 55.0, 0.0, 1.0) ** 2
        lane = 0.12 + 0.6 * ((N_ROOTS - number) * 0.618 % 1.0)
        across = (lane + (0.82 - lane) * leaving) * width1
        depth = (0.62 - 0.5 * lane) * (1.0 - leaving) - 0.25 * leaving + 0.06 * np.sin(z1 * 0.07 + number * 2.1)
        near = np.square(np.abs(u1 + 0.25 * np.sin(z1 * 0.11 + number)) - across)
        near = near + np.square((p1 - depth) * half_sac)
        painted[(near < ROOT_RADIUS_MM**2) & (z1 > exit_z) & (z1 < course.conus_z + 25.0)] = numbers.root
