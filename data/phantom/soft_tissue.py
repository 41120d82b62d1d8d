"""Paints the body around the spine: skin, fat, muscles, vessels, kidneys, bowel."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter, gaussian_filter1d
from scipy.special import ndtr

from deepspine.data.phantom.canal import CanalCourse
from deepspine.data.phantom.canvas import Canvas, Float32
from deepspine.data.phantom.materials import SoftNumbers

TEXTURE_SIZE = 96
TEXTURE_SMOOTHING = (2.2, 4.5)
"""In cells; a cell is sampled at the nearest one, so it must be small against what is drawn with it."""

SMOOTHING_MM = 45.0
"""The skin of the back follows the spine, smoothed."""
VESSEL_SMOOTHING_MM = 22.0
"""Aorta and vena cava are straighter than the spine."""
FLANK_MM = 150.0
"""Half width of the trunk."""


@dataclass(frozen=True)
class BodyHabitus:
    """Soft tissue of one patient.

    Attributes
    ----------
    back_fat_mm
        Thickness of the fat behind the fascia at the height of L3.
    muscle_mm
        From the canal's middle to the fascia.
    muscle_fat
        Share of fat in the muscles of the back, in [0, 0.5].
    psoas
        Factor on the size of the psoas.
    abdomen_mm
        From the front of the bodies to the skin of the belly.
    marrow_fat
        Share of fat mixed into the marrow.
    """

    back_fat_mm: float
    muscle_mm: float
    muscle_fat: float
    psoas: float
    abdomen_mm: float
    marrow_fat: float


def draw_body(rng: np.random.Generator) -> BodyHabitus:
    """Draw the soft tissue of a patient."""
    return BodyHabitus(
        back_fat_mm=float(rng.gamma(4.0, 4.0) + 5.0),
        muscle_mm=float(rng.normal(43.0, 2.5)),
        muscle_fat=float(np.clip(rng.gamma(2.0, 0.08), 0.02, 0.5)),
        psoas=float(rng.uniform(0.8, 1.15)),
        abdomen_mm=float(rng.uniform(80.0, 130.0)),
        marrow_fat=float(rng.uniform(0.0, 0.45)),
    )


@dataclass(frozen=True, eq=False)
class Texture:
    """Smooth noise that fills space periodically, uniform in [0, 1]: fat in muscle (fine), bowel (coarse)."""

    fine: NDArray[np.float32]
    coarse: NDArray[np.float32]

    @classmethod
    def draw(cls, rng: np.random.Generator) -> Texture:
        """Draw a texture."""
        white = rng.standard_normal((TEXTURE_SIZE,) * 3, dtype=np.float32)
        return cls(*(_uniform(gaussian_filter(white, cells, mode="wrap")) for cells in TEXTURE_SMOOTHING))


def _uniform(noise: NDArray[np.float32]) -> NDArray[np.float32]:
    return ndtr(noise / noise.std()).astype(np.float32)  # type: ignore[no-any-return]


def _sample(values: NDArray[np.float32], canvas: Canvas, grain_mm: tuple[float, float, float]) -> Float32:
    """Return noise at the points of a canvas; `grain_mm` is the edge of a noise cell along x, y, z."""
    cells = (
        np.floor(coordinate / grain).astype(np.int16) % TEXTURE_SIZE
        for coordinate, grain in zip((canvas.x, canvas.y, canvas.z), grain_mm, strict=True)
    )
    return np.asarray(values[tuple(cells)])


@dataclass(frozen=True, eq=False)
class Surroundings:
    """Smooth course of the back surface and the front of the bodies by height, tabulated."""

    heights: Float32
    back_y: Float32
    front_y: Float32

    @classmethod
    def of(cls, course: CanalCourse) -> Surroundings:
        """Tabulate the course in steps of 1 mm, far beyond both ends."""
        heights = np.arange(-220.0, 420.0, 1.0)
        canal = course.at(heights)["y"].astype(float)
        # The back does not follow the sacrum's tip forwards.
        back = gaussian_filter1d(canal, SMOOTHING_MM / 1.6)
        here = course.at(heights)
        bodies = canal - here["half_depth"] - here["body_depth"]
        front = np.minimum(gaussian_filter1d(bodies, VESSEL_SMOOTHING_MM), bodies)
        tables = (values.astype(np.float32) for values in (heights, back, gaussian_filter1d(front, 5.0)))
        return cls(*tables)

    def front_at(self, z: Float32) -> Float32:
        """Return the smoothed course of the front of the bodies, along which the great vessels run."""
        return np.interp(z, self.heights, self.front_y).astype(np.float32)

    def back_at(self, z: Float32) -> Float32:
        """Return the smoothed course of the canal at heights of any shape."""
        return np.interp(z, self.heights, self.back_y).astype(np.float32)


def paint_surroundings(
    canvas: Canvas, course: CanalCourse, body: BodyHabitus, texture: Texture, numbers: SoftNumbers
) -> None:
    """Paint everything but bones, discs and the canal."""
    here = course.at(canvas.z)
    u = canvas.x - here["x"]
    p = canvas.y - here["y"]
    smooth = Surroundings.of(course).back_at(canvas.z) - here["y"]
    fascia = (
        smooth
        + body.muscle_mm
        + 4.0 * (1.0 - np.exp(-np.square(u / 14.0)))
        - 0.011 * np.square(np.maximum(np.abs(u) - 30.0, 0.0))
    )
    low = np.clip((60.0 - canvas.z) / 90.0, 0.0, 1.4)
    skin = smooth + body.muscle_mm + 3.0 + body.back_fat_mm * (0.75 + 0.6 * low) - 0.0016 * np.square(u)
    front = -(here["body_depth"] + 8.0 + body.abdomen_mm) + 0.003 * np.square(u)
    inside = (p < skin) & (p > front) & (np.abs(u) < FLANK_MM)
    canvas.paint(inside, numbers.fat)
    canvas.paint(inside & (p > fascia), numbers.subcutaneous)
    canvas.paint(inside & (p > skin - 1.6), numbers.skin)
    _paint_belly(canvas, u, p, here["body_depth"], texture, numbers)
    _paint_septa(canvas, p, fascia, skin, texture, numbers)
    _paint_muscles(canvas, course, body, texture, numbers)
    _paint_vessels(canvas, course, numbers)


def _paint_belly(
    canvas: Canvas, u: Float32, p: Float32, depth: Float32, texture: Texture, numbers: SoftNumbers
) -> None:
    coarse = _sample(texture.coarse, canvas, (1.7, 1.4, 1.8))
    border = depth + 30.0 + 0.004 * np.square(u) + 6.0 * np.sin(canvas.z * 0.045)
    belly = (p < -border) & (canvas.labels == numbers.fat)
    canvas.paint(belly & (coarse > 0.5), numbers.bowel_wall)
    canvas.paint(belly & (coarse > 0.62), numbers.bowel)
    canvas.paint(belly & (coarse > 0.95), numbers.vessel)
    side = np.abs(u)
    round2 = np.square((side - 66.0) / 25.0) + np.square((p + 34.0) / 21.0) + np.square((canvas.z - 150.0) / 54.0)
    pelvis = np.square((side - 56.0) / 13.0) + np.square((p + 36.0) / 7.0) + np.square((canvas.z - 150.0) / 34.0)
    canvas.paint(round2 < 1.0, numbers.kidney)
    canvas.paint((pelvis + 0.7 * coarse < 1.0) & (round2 < 1.0), numbers.kidney_core)


def _paint_septa(
    canvas: Canvas, p: Float32, fascia: Float32, skin: Float32, texture: Texture, numbers: SoftNumbers
) -> None:
    lines = _sample(texture.fine, canvas, (1.9, 1.2, 3.4))
    under_skin = canvas.labels == numbers.subcutaneous
    canvas.paint(under_skin & (np.abs(lines - 0.5) < 0.012), numbers.septum)
    layer = fascia + 0.55 * (skin - fascia) + 2.0 * np.sin(canvas.z * 0.03) - p
    canvas.paint(under_skin & (np.abs(layer) < 0.5), numbers.septum)


def _paint_muscles(
    canvas: Canvas, course: CanalCourse, body: BodyHabitus, texture: Texture, numbers: SoftNumbers
) -> None:
    smooth_back = Surroundings.of(course)
    here = course.at(canvas.z)
    u = canvas.x - here["x"]
    p = canvas.y - here["y"]
    side = np.abs(u)
    smooth = smooth_back.back_at(canvas.z) - here["y"]
    fascia = (
        smooth
        + body.muscle_mm
        - 2.0
        + 4.0 * (1.0 - np.exp(-np.square(u / 14.0)))
        - 0.011 * np.square(np.maximum(side - 30.0, 0.0))
    )
    inner = -2.0 + 12.0 * np.exp(-np.square(u / 22.0)) + 0.0012 * np.square(side - 40.0)
    narrow = np.clip((canvas.z + 10.0) / 80.0, 0.0, 1.0)
    outer = 46.0 + 24.0 * narrow
    flank = np.square((p - (inner + fascia) / 2) / np.maximum((fascia - inner) / 2, 4.0))
    back = (p > inner) & (p < fascia) & (canvas.z > -95.0) & (side < outer * (1.0 - 0.3 * flank * flank))
    canvas.paint(back, numbers.muscle)
    canvas.paint(back & (side < 3.5), numbers.interspinous)
    streaks = _sample(texture.fine, canvas, (1.15, 0.85, 3.2))
    # Fat gathers near the midline and at the depth of the multifidus, and more so further down.
    deep = np.exp(-np.square((side - 10.0) / 16.0)) * np.clip(1.5 - (p - inner) / 26.0, 0.2, 1.2)
    share = body.muscle_fat * (0.35 + 1.3 * deep * (1.4 - 0.7 * narrow))
    canvas.paint(back & (streaks > 1.0 - 1.5 * share), numbers.muscle_half_fat)
    canvas.paint(back & (streaks > 1.0 - share), numbers.muscle_fat)
    gap = np.abs(side - 33.0 - 0.12 * (p - 20.0) - 3.0 * np.sin(canvas.z * 0.02) - 2.0 * np.sin(p * 0.3))
    canvas.paint(back & (gap < 0.4 + 2.2 * body.muscle_fat), numbers.muscle_fat)
    _paint_psoas(canvas, body, u, p, here, numbers)


def _paint_psoas(
    canvas: Canvas, body: BodyHabitus, u: Float32, p: Float32, here: dict[str, Float32], numbers: SoftNumbers
) -> None:
    side = np.abs(u)
    z = canvas.z
    thick = body.psoas * (6.0 + 15.0 * np.clip((150.0 - z) / 130.0, 0.0, 1.0))
    away = here["body_depth"] * 0.66 + 0.72 * thick + 12.0 * np.clip(-z / 40.0, 0.0, 1.5)
    ahead = -(here["half_depth"] + here["body_depth"] * 0.42) - 10.0 * np.clip((15.0 - z) / 50.0, 0.0, 1.5)
    psoas = np.square((side - away) / thick) + np.square((p - ahead) / (thick * 1.12)) < 1.0
    canvas.paint(psoas & (z < 175.0), numbers.muscle)
    quadratus = np.square((side - 66.0) / 17.0) + np.square((p + 3.0) / 8.0) < 1.0
    canvas.paint(quadratus & (z > 15.0) & (z < 130.0), numbers.muscle)


def _paint_vessels(canvas: Canvas, course: CanalCourse, numbers: SoftNumbers) -> None:
    here = course.at(canvas.z)
    u = canvas.x - here["x"]
    p = canvas.y - Surroundings.of(course).front_at(canvas.z) + 2.5
    split = np.clip((45.0 - canvas.z) / 60.0, 0.0, 1.6)
    aorta = np.square(np.abs(u - 6.0) - 24.0 * split) + np.square(p + 11.5) < np.square(
        9.0 - 2.8 * np.minimum(split * 3, 1.0)
    )
    cava = np.square((np.abs(u + 15.0) - 20.0 * split) / 1.2) + np.square(p + 9.0) < np.square(
        8.5 - 2.2 * np.minimum(split * 3, 1.0)
    )
    canvas.paint(cava, numbers.vein)
    canvas.paint(aorta, numbers.vessel)
