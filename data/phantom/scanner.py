"""Scans an anatomy: slice positions, contrast, partial volume, coil sensitivity, blur and noise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from deepspine.data.geometry import LEFT, POSTERIOR, SUPERIOR, Grid
from deepspine.data.levels import Level
from deepspine.data.phantom.anatomy import Anatomy
from deepspine.data.phantom.canvas import Canvas
from deepspine.data.phantom.motion import STILL, Motion, moved
from deepspine.data.phantom.spine import DiscSpace
from deepspine.data.phantom.tissues import Sequence

SAMPLES_PER_SLICE = 3
"""Points across the thickness of a slice that are averaged (partial volume)."""

SLICE_MM = 4.0
SAGITTAL_SIZE = 320
AXIAL_SIZE = 256
FULL_SCALE = 1500.0
"""Stored value of a signal of 1 before the coil's sensitivity."""

MAX_STORED = 4095
SAGITTAL_PHASE_AXIS, AXIAL_PHASE_AXIS = 1, 2
"""Phase is encoded from head to foot and from right to left: so the belly leaves no ghosts on the spine."""
NOT_CUT, CUT_BELOW, CUT_ABOVE = "", "below", "above"


@dataclass(frozen=True)
class ScanPlan:
    """How one study is scanned; see `draw_plan`.

    Attributes
    ----------
    t1, t2
        Repetition and echo times.
    pixel_mm, sagittal_step_mm, sagittal_slices
        Of the sagittal series.
    from_left
        Whether sagittal slices run from the patient's left to the right.
    axial_pixel_mm, axial_step_mm, axial_slices, axial_levels
        Of each axial slab, and how many discs from the lowest upwards get one.
    coil, coil_depth_mm
        Strength of the surface coil's fall-off and its length.
    saturation
        Signal left in front of the spine (a saturation band), 1 without.
    noise, blur_px, grain
        Noise as a share of full scale, blur in pixels, texture of tissue.
    gain
        Factor on all stored values.
    center_y_mm, center_z_mm
        Middle of the sagittal pictures, behind and above the upper endplate of S1.
    cut
        "", "below" (no sacrum) or "above".
    motion
        How far the patient moves during each series.
    """

    t1: Sequence
    t2: Sequence
    pixel_mm: float
    sagittal_step_mm: float
    sagittal_slices: int
    from_left: bool
    axial_pixel_mm: float
    axial_step_mm: float
    axial_slices: int
    axial_levels: int
    coil: float
    coil_depth_mm: float
    saturation: float
    noise: float
    blur_px: float
    grain: float
    gain: float
    center_y_mm: float
    center_z_mm: float
    cut: str
    motion: Motion = STILL


@dataclass(frozen=True, eq=False)
class Scan:
    """Stored values of a series, uint16 `[slice, row, column]`, and their grid; a tilted slab is a scan of its own."""

    stored: NDArray[np.uint16]
    grid: Grid


@dataclass(frozen=True, eq=False)
class SagittalScans:
    """Both sagittal series on one grid, with the truth: mask class, vertebra number, Modic type of every voxel."""

    t1: Scan
    t2: Scan
    classes: NDArray[np.uint8]
    instances: NDArray[np.uint8]
    modic: NDArray[np.uint8]


def draw_plan(rng: np.random.Generator, *, cut_field_of_view: float) -> ScanPlan:
    """Draw how a study is scanned; the option is the share of studies with a cut field of view."""
    cut = NOT_CUT
    if rng.random() < cut_field_of_view:
        cut = CUT_BELOW if rng.random() < 0.5 else CUT_ABOVE
    center_z_mm = {NOT_CUT: 78.0, CUT_BELOW: 144.0, CUT_ABOVE: -25.0}[cut] + rng.normal(0, 5.0)
    return ScanPlan(
        t1=Sequence(float(rng.uniform(450, 650)), float(rng.uniform(9, 13))),
        t2=Sequence(float(rng.uniform(3000, 4600)), float(rng.uniform(95, 118))),
        pixel_mm=float(rng.uniform(0.84, 0.92)),
        sagittal_step_mm=float(rng.choice((4.0, 4.4, 4.6))),
        sagittal_slices=int(rng.integers(15, 18)),
        from_left=bool(rng.random() < 0.5),
        axial_pixel_mm=float(rng.uniform(0.68, 0.8)),
        axial_step_mm=float(rng.choice((4.0, 4.4))),
        axial_slices=int(rng.choice((3, 4, 5), p=(0.25, 0.5, 0.25))),
        axial_levels=int(rng.choice((3, 5), p=(0.3, 0.7))),
        coil=float(rng.uniform(0.35, 0.9)),
        coil_depth_mm=float(rng.uniform(55.0, 90.0)),
        saturation=float(rng.choice((1.0, rng.uniform(0.12, 0.45)), p=(0.25, 0.75))),
        noise=float(rng.uniform(0.006, 0.016)),
        blur_px=float(rng.uniform(0.45, 0.7)),
        grain=float(rng.uniform(0.03, 0.06)),
        gain=float(np.exp(rng.normal(0.0, 0.3))),
        center_y_mm=float(rng.normal(2.0, 4.0)),
        center_z_mm=float(center_z_mm),
        cut=cut,
    )


def sagittal_grid(anatomy: Anatomy, plan: ScanPlan) -> Grid:
    """Place the sagittal slices: rows run downwards, columns backwards, slices in the plan's direction."""
    middle_x = float(np.mean([disc.center_lps[0] for disc in anatomy.spine.discs[:5]]))
    direction = -1.0 if plan.from_left else 1.0
    first_x = middle_x - direction * plan.sagittal_step_mm * (plan.sagittal_slices - 1) / 2
    extent_mm = plan.pixel_mm * SAGITTAL_SIZE
    origin = (first_x, plan.center_y_mm - extent_mm * 0.52, plan.center_z_mm + extent_mm / 2)
    return Grid.from_axes(
        (plan.sagittal_slices, SAGITTAL_SIZE, SAGITTAL_SIZE),
        origin_lps=origin,
        axes_lps=[direction * LEFT, -SUPERIOR, POSTERIOR],
        spacing_mm=(plan.sagittal_step_mm, plan.pixel_mm, plan.pixel_mm),
    )


def axial_grid(disc: DiscSpace, plan: ScanPlan) -> Grid:
    """Place a slab parallel to a disc: columns run to the left, rows backwards, slices upwards."""
    _, back, up = disc.axes_lps
    tilt = np.arctan2(-up[1], up[2])
    up = np.array([0.0, -np.sin(tilt), np.cos(tilt)])
    back = np.array([0.0, np.cos(tilt), np.sin(tilt)])
    extent_mm = plan.axial_pixel_mm * AXIAL_SIZE
    half_stack_mm = plan.axial_step_mm * (plan.axial_slices - 1) / 2
    middle = disc.center_lps + back * 0.14 * extent_mm
    origin = middle - LEFT * extent_mm / 2 - back * extent_mm / 2 - up * half_stack_mm
    return Grid.from_axes(
        (plan.axial_slices, AXIAL_SIZE, AXIAL_SIZE),
        origin_lps=origin,
        axes_lps=[up, back, LEFT],
        spacing_mm=(plan.axial_step_mm, plan.axial_pixel_mm, plan.axial_pixel_mm),
    )


def scan_sagittal(anatomy: Anatomy, plan: ScanPlan, rng: np.random.Generator) -> SagittalScans:
    """Scan T1 and T2 on one grid."""
    grid = sagittal_grid(anatomy, plan)
    canvas = _painted(anatomy, grid)
    middle = _middle_samples(canvas)
    sensitivity = _sensitivity(anatomy, plan, middle)
    t1, t2 = (
        Scan(_picture(canvas, anatomy, sequence, plan, sensitivity, rng, moved_px=moved_mm / plan.pixel_mm), grid)
        for sequence, moved_mm in ((plan.t1, plan.motion.t1_mm), (plan.t2, plan.motion.t2_mm))
    )
    palette, labels = anatomy.materials.palette, middle.labels
    return SagittalScans(t1, t2, palette.classes[labels], palette.instances[labels], palette.modic[labels])


def scan_axial(anatomy: Anatomy, plan: ScanPlan, rng: np.random.Generator) -> list[tuple[Level, Scan]]:
    """Scan a T2 slab for each of the lower discs, from cranial to caudal."""
    named = [disc for disc in anatomy.spine.discs[: plan.axial_levels] if disc.level is not None]
    slabs = []
    for disc in reversed(named):
        grid = axial_grid(disc, plan)
        canvas = _painted(anatomy, grid)
        sensitivity = _sensitivity(anatomy, plan, _middle_samples(canvas))
        moved_px = plan.motion.axial_mm / plan.axial_pixel_mm
        stored = _picture(
            canvas, anatomy, plan.t2, plan, sensitivity, rng, moved_px=moved_px, phase_axis=AXIAL_PHASE_AXIS
        )
        if disc.level is not None:
            slabs.append((disc.level, Scan(stored, grid)))
    return slabs


def _painted(anatomy: Anatomy, grid: Grid) -> Canvas:
    canvas = Canvas.of_grid(grid, samples_per_slice=SAMPLES_PER_SLICE, thickness_mm=SLICE_MM)
    anatomy.paint(canvas)
    return canvas


def _middle_samples(canvas: Canvas) -> Canvas:
    """Return one sample a slice: the middle one."""
    chosen = slice(SAMPLES_PER_SLICE // 2, None, SAMPLES_PER_SLICE)
    coordinates = (values[chosen] if values.shape[0] > 1 else values for values in (canvas.x, canvas.y, canvas.z))
    return Canvas(canvas.labels[chosen], *coordinates)


def _sensitivity(anatomy: Anatomy, plan: ScanPlan, canvas: Canvas) -> NDArray[np.float32]:
    """Return what coil and saturation band leave of the signal: bright at the back, fading to the front."""
    here = anatomy.course.at(canvas.z)
    depth = np.maximum(here["y"] + 60.0 - canvas.y, 0.0)
    near = np.exp(-depth / plan.coil_depth_mm) * 1.7
    middle = plan.center_z_mm + 10.0
    along = np.exp(-np.square((canvas.z - middle) / 190.0))
    across = np.exp(-np.square(canvas.x / 190.0))
    coil = (1.0 - plan.coil + plan.coil * near) * along * across
    in_front = here["y"] - here["half_depth"] - here["body_depth"] - 16.0 - canvas.y
    band = plan.saturation + (1.0 - plan.saturation) / (1.0 + np.exp(np.clip(in_front / 5.0, -30, 30)))
    return np.asarray(coil * band, dtype=np.float32)


def _picture(
    canvas: Canvas,
    anatomy: Anatomy,
    sequence: Sequence,
    plan: ScanPlan,
    sensitivity: NDArray[np.float32],
    rng: np.random.Generator,
    *,
    moved_px: float,
    phase_axis: int = SAGITTAL_PHASE_AXIS,
) -> NDArray[np.uint16]:
    table = anatomy.materials.palette.signals(sequence)
    table = table / max(float(table.max()), 1e-6)
    slices = canvas.labels.shape[0] // SAMPLES_PER_SLICE
    signal = table[canvas.labels].reshape(slices, SAMPLES_PER_SLICE, *canvas.labels.shape[1:]).mean(axis=1)
    signal *= _grain(rng, signal.shape, plan.grain)
    for axis in (1, 2):
        signal = gaussian_filter1d(signal, plan.blur_px, axis=axis, truncate=3.0)
    signal *= sensitivity
    if moved_px:
        signal = moved(signal, moved_px, rng, phase_axis=phase_axis)
    real = signal + plan.noise * rng.standard_normal(signal.shape, dtype=np.float32)
    imaginary = plan.noise * rng.standard_normal(signal.shape, dtype=np.float32)
    magnitude = np.sqrt(real * real + imaginary * imaginary)
    stored: NDArray[np.uint16] = np.clip(magnitude * FULL_SCALE * plan.gain, 0, MAX_STORED).astype(np.uint16)
    return stored


def _grain(rng: np.random.Generator, shape: tuple[int, ...], strength: float) -> NDArray[np.float32]:
    """Return a factor around 1 that varies over a few pixels, as tissue does."""
    slices, rows, columns = shape
    coarse = rng.standard_normal((slices, rows // 2 + 1, columns // 2 + 1), dtype=np.float32)
    fine = coarse.repeat(2, axis=1).repeat(2, axis=2)[:, :rows, :columns]
    return np.asarray(1.0 + strength * fine, dtype=np.float32)
