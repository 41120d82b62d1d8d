"""A spine in patient space: a rigid frame for every vertebra, disc and sacral segment, stacked from the sacrum up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from deepspine.data.frames import LevelFrame, orthonormal
from deepspine.data.geometry import FloatArray
from deepspine.data.levels import Level, Vertebra
from deepspine.data.phantom.sizes import (
    DISCS_FROM_BELOW,
    MEAN_SACRAL_SLOPE_DEG,
    RUDIMENTARY_DISC_MM,
    SACRAL_BEND_DEG,
    SACRAL_SEGMENTS,
    SD_SACRAL_SLOPE_DEG,
    VERTEBRAE_FROM_BELOW,
    VertebraSize,
)

N_VERTEBRAE = 10
"""Free vertebrae that are built, from the lowest upwards: enough for the tallest field of view."""

SIX_LUMBAR = "six"
FOUR_LUMBAR = "four"


@dataclass(frozen=True, eq=False)
class Segment:
    """A vertebral body or a sacral segment in patient space.

    Attributes
    ----------
    vertebra
        Its name.
    center_lps
        Centre of the body, mm.
    axes_lps
        Unit rows: right to left, front to back, up.
    size
        Its dimensions.
    lower_depth_mm
        Depth at its lower end, smaller than above in the sacrum.
    """

    vertebra: Vertebra | None
    center_lps: FloatArray
    axes_lps: FloatArray
    size: VertebraSize
    lower_depth_mm: float

    def point(self, u_mm: float, v_mm: float, w_mm: float) -> FloatArray:
        """Return the patient position of local coordinates (leftwards, backwards, upwards)."""
        return np.asarray(self.center_lps + np.array([u_mm, v_mm, w_mm]) @ self.axes_lps)


@dataclass(frozen=True, eq=False)
class DiscSpace:
    """A disc in patient space; like `Segment`, with the slip of the vertebra above (forwards is positive)."""

    level: Level | None
    center_lps: FloatArray
    axes_lps: FloatArray
    height_mm: float
    angle_deg: float
    width_mm: float
    depth_mm: float
    slip_mm: float
    endplates_lps: FloatArray

    def point(self, u_mm: float, v_mm: float, w_mm: float) -> FloatArray:
        """Return the patient position of local coordinates (leftwards, backwards, upwards)."""
        return np.asarray(self.center_lps + np.array([u_mm, v_mm, w_mm]) @ self.axes_lps)

    @property
    def frame(self) -> LevelFrame:
        """The truth that `locate` has to find; only for discs that have a name."""
        if self.level is None:
            raise ValueError("the rudimentary disc of the sacrum has no level frame")
        return LevelFrame(
            level=self.level,
            confidence=1.0,
            center_lps=self.center_lps,
            axes_lps=self.axes_lps,
            endplates_lps=self.endplates_lps,
            width_mm=self.width_mm,
            depth_mm=self.depth_mm,
        )


@dataclass(frozen=True, eq=False)
class Spine:
    """Free vertebrae and their discs from below (index 0 is the lowest), sacral segments from above."""

    vertebrae: tuple[Segment, ...]
    discs: tuple[DiscSpace, ...]
    sacrum: tuple[Segment, ...]
    sacral_disc: DiscSpace

    @property
    def levels(self) -> dict[Level, DiscSpace]:
        """Named discs, from cranial to caudal."""
        return {disc.level: disc for disc in reversed(self.discs) if disc.level is not None}


@dataclass(frozen=True)
class Habitus:
    """What makes one patient's spine differ from the mean.

    Attributes
    ----------
    scale
        Factor on all lengths.
    sacral_slope_deg
        Tilt of the upper endplate of S1.
    lordosis
        Factor on the angles of discs and bodies.
    cobb_deg, curve_sign, curve_apex_mm, rotation_deg
        Scoliosis: Cobb angle, side of the convexity (+1 left), height of the apex above S1, rotation at the apex.
    lean_deg
        How much the patient lies askew in the coronal plane.
    transitional
        "", "six" or "four": number of lumbar vertebrae where it is not five.
    size_jitter
        One factor for each vertebra from below.
    """

    scale: float
    sacral_slope_deg: float
    lordosis: float
    cobb_deg: float
    curve_sign: int
    curve_apex_mm: float
    rotation_deg: float
    lean_deg: float
    transitional: str
    size_jitter: tuple[float, ...] = field(default=(1.0,) * N_VERTEBRAE)


def draw_habitus(rng: np.random.Generator, *, scoliosis: float, transitional: float) -> Habitus:
    """Draw a patient; the two options are the shares of patients who have a scoliosis or transitional anatomy."""
    slope = float(np.clip(rng.normal(MEAN_SACRAL_SLOPE_DEG, SD_SACRAL_SLOPE_DEG), 24.0, 52.0))
    curved = rng.random() < scoliosis
    unusual = rng.random() < transitional
    cobb_deg = float(rng.uniform(12.0, 32.0))
    kind = SIX_LUMBAR if rng.random() < 0.5 else FOUR_LUMBAR
    return Habitus(
        scale=float(rng.uniform(0.92, 1.06)),
        sacral_slope_deg=slope,
        lordosis=float(np.clip(0.35 + 0.65 * slope / MEAN_SACRAL_SLOPE_DEG + rng.normal(0, 0.06), 0.5, 1.35)),
        cobb_deg=cobb_deg if curved else 0.0,
        curve_sign=1 if rng.random() < 0.5 else -1,
        curve_apex_mm=float(rng.uniform(70.0, 130.0)),
        rotation_deg=float(rng.uniform(4.0, 12.0)) if curved else 0.0,
        lean_deg=float(rng.normal(0.0, 1.0)),
        transitional=kind if unusual else "",
        size_jitter=tuple(float(value) for value in rng.normal(1.0, 0.02, N_VERTEBRAE)),
    )


def vertebra_names(transitional: str) -> list[Vertebra]:
    """Return the names of the free vertebrae from below."""
    lowest = {SIX_LUMBAR: Vertebra.L6, FOUR_LUMBAR: Vertebra.L4}.get(transitional, Vertebra.L5)
    absent = {Vertebra.T13} if transitional == SIX_LUMBAR else {Vertebra.T13, Vertebra.L6}
    names = [name for name in Vertebra if name not in absent]
    return names[: names.index(lowest) + 1][::-1][:N_VERTEBRAE]


def level_names(transitional: str) -> list[Level | None]:
    """Return the names of the discs from below; what lies above T8 has none."""
    names = vertebra_names(transitional)
    below = Vertebra.L5 if transitional == FOUR_LUMBAR else Vertebra.S1
    return [Level.between(upper, lower) for upper, lower in zip(names, [below, *names], strict=False)]


def build_spine(
    habitus: Habitus,
    *,
    height_factors: Mapping[Level, float] | None = None,
    slips_mm: Mapping[Level, float] | None = None,
) -> Spine:
    """Stack the spine of a patient.

    Parameters
    ----------
    habitus
        The patient.
    height_factors
        Height of a disc by its level, as a share of the healthy one.
    slips_mm
        Slip of the vertebra above a disc against the one below, forwards positive.
    """
    stack = _Stack(habitus)
    names = vertebra_names(habitus.transitional)
    for position, (name, level) in enumerate(zip(names, level_names(habitus.transitional), strict=True)):
        factor = 1.0 if level is None else (height_factors or {}).get(level, 1.0)
        slip = 0.0 if level is None else (slips_mm or {}).get(level, 0.0)
        stack.add_disc(position, level, height_factor=factor, slip_mm=slip)
        stack.add_vertebra(position, name)
    sacrum, sacral_disc = _sacrum(habitus)
    return Spine(tuple(stack.vertebrae), tuple(stack.discs), sacrum, sacral_disc)


class _Stack:
    """Walks upwards from the upper endplate of S1 (the origin), keeping position and tilt of the last endplate."""

    def __init__(self, habitus: Habitus) -> None:
        self.habitus = habitus
        self.position = np.zeros(2)  # y and z of the last endplate's midpoint
        self.tilt_deg = habitus.sacral_slope_deg
        self.below = _scaled(SACRAL_SEGMENTS[0], habitus.scale)
        self.vertebrae: list[Segment] = []
        self.discs: list[DiscSpace] = []

    def add_disc(self, position: int, level: Level | None, *, height_factor: float, slip_mm: float) -> None:
        size = DISCS_FROM_BELOW[position]
        angle_deg = size.angle_deg * self.habitus.lordosis * (0.55 + 0.45 * height_factor)
        height_mm = size.height_mm * self.habitus.scale * height_factor
        above = self._size(position)
        lower = self.position.copy()
        middle_tilt = self.tilt_deg - angle_deg / 2
        self.position = lower + height_mm * _normal(middle_tilt) - slip_mm * _backward(middle_tilt)
        self.tilt_deg -= angle_deg
        axes = _axes(self.habitus, (lower + self.position) / 2, middle_tilt)
        self.discs.append(
            DiscSpace(
                level=level,
                center_lps=_lps(self.habitus, (lower + self.position) / 2),
                axes_lps=axes,
                height_mm=height_mm,
                angle_deg=angle_deg,
                width_mm=(above.width_mm + self.below.width_mm) / 2,
                depth_mm=(above.depth_mm + self.below.depth_mm) / 2,
                slip_mm=slip_mm,
                endplates_lps=np.array([_lps(self.habitus, self.position), _lps(self.habitus, lower)]),
            )
        )

    def add_vertebra(self, position: int, name: Vertebra) -> None:
        size = self._size(position)
        wedge_deg = size.wedge_deg * self.habitus.lordosis if size.wedge_deg > 0 else size.wedge_deg
        middle_tilt = self.tilt_deg - wedge_deg / 2
        lower = self.position.copy()
        self.position = lower + size.height_mm * _normal(middle_tilt)
        self.tilt_deg -= wedge_deg
        middle = (lower + self.position) / 2
        axes = _axes(self.habitus, middle, middle_tilt)
        self.vertebrae.append(Segment(name, _lps(self.habitus, middle), axes, size, size.depth_mm))
        self.below = size

    def _size(self, position: int) -> VertebraSize:
        scale = self.habitus.scale * self.habitus.size_jitter[position]
        return _scaled(VERTEBRAE_FROM_BELOW[position], scale)


def _sacrum(habitus: Habitus) -> tuple[tuple[Segment, ...], DiscSpace]:
    tilt_deg = habitus.sacral_slope_deg
    position = np.zeros(2)
    segments: list[Segment] = []
    discs: list[DiscSpace] = []
    names: Sequence[Vertebra | None] = (Vertebra.S1, Vertebra.S2, None, None, None)
    if habitus.transitional == FOUR_LUMBAR:
        names = (Vertebra.L5, Vertebra.S1, Vertebra.S2, None, None)
    for index, (size, bend) in enumerate(zip(SACRAL_SEGMENTS, SACRAL_BEND_DEG, strict=True)):
        scaled = _scaled(size, habitus.scale)
        tilt_deg += bend
        following = SACRAL_SEGMENTS[min(index + 1, len(SACRAL_SEGMENTS) - 1)].depth_mm * habitus.scale
        lower = position - scaled.height_mm * _normal(tilt_deg)
        axes = _axes(habitus, (position + lower) / 2, tilt_deg)
        segments.append(Segment(names[index], _lps(habitus, (position + lower) / 2), axes, scaled, following + 1.0))
        gap_mm = RUDIMENTARY_DISC_MM * habitus.scale * (1.0 if index == 0 else 0.35)
        position = lower - gap_mm * _normal(tilt_deg)
        ends = np.array([_lps(habitus, lower), _lps(habitus, position)])
        discs.append(DiscSpace(None, ends.mean(axis=0), axes, gap_mm, 0.0, scaled.width_mm * 0.6, following, 0.0, ends))
    return tuple(segments), discs[0]


def _scaled(size: VertebraSize, scale: float) -> VertebraSize:
    return VertebraSize(
        width_mm=size.width_mm * scale,
        depth_mm=size.depth_mm * scale,
        height_mm=size.height_mm * scale,
        wedge_deg=size.wedge_deg,
        canal_width_mm=size.canal_width_mm * scale,
        canal_depth_mm=size.canal_depth_mm * scale,
        pedicle_width_mm=size.pedicle_width_mm * scale,
    )


def _normal(tilt_deg: float) -> FloatArray:
    """Return (y, z) of an endplate's upward normal; a positive tilt leans forwards."""
    return np.array([-np.sin(np.radians(tilt_deg)), np.cos(np.radians(tilt_deg))])


def _backward(tilt_deg: float) -> FloatArray:
    return np.array([np.cos(np.radians(tilt_deg)), np.sin(np.radians(tilt_deg))])


def lateral_offset_mm(habitus: Habitus, z_mm: FloatArray | float) -> FloatArray:
    """Return how far left of the midline the spine lies at a height above S1.

    One bell-shaped curve; the steepest tangents above and below the apex enclose the Cobb angle.
    """
    z = np.asarray(z_mm, dtype=float)
    width_mm = 55.0
    steepest = np.tan(np.radians(habitus.cobb_deg / 2)) * width_mm * np.exp(0.5)
    bell = habitus.curve_sign * steepest * np.exp(-0.5 * ((z - habitus.curve_apex_mm) / width_mm) ** 2)
    return np.asarray(bell + np.tan(np.radians(habitus.lean_deg)) * z)


def _lps(habitus: Habitus, position: FloatArray) -> FloatArray:
    return np.array([float(lateral_offset_mm(habitus, position[1])), position[0], position[1]])


def _axes(habitus: Habitus, position: FloatArray, tilt_deg: float) -> FloatArray:
    step_mm = 1.0
    slope = (lateral_offset_mm(habitus, position[1] + step_mm) - lateral_offset_mm(habitus, position[1] - step_mm)) / (
        2 * step_mm
    )
    normal_y, normal_z = _normal(tilt_deg)
    up = np.array([float(slope) * normal_z, normal_y, normal_z])
    at_apex = np.exp(-0.5 * ((position[1] - habitus.curve_apex_mm) / 55.0) ** 2)
    turn = np.radians(habitus.rotation_deg) * at_apex * habitus.curve_sign
    left = np.array([np.cos(turn), np.sin(turn), 0.0])
    up /= np.linalg.norm(up)
    left -= (left @ up) * up
    left /= np.linalg.norm(left)
    return orthonormal(np.array([left, np.cross(up, left), up]))
