"""A volume in, named discs out: the top of the room."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deepspine.data.errors import NamingError
from deepspine.data.frames import LevelFrame
from deepspine.data.geometry import FloatArray, Grid
from deepspine.data.levels import Level, Vertebra
from deepspine.data.spine_classes import SpineClass
from deepspine.data.volume import Volume
from deepspine.segmentation import location_warnings
from deepspine.segmentation.chain import across_disc
from deepspine.segmentation.inference import SegmentationNetwork
from deepspine.segmentation.instances import Part, points_of
from deepspine.segmentation.level_naming import (
    MIN_DISCS,
    DiscEvidence,
    NamingHypothesis,
    confidence_of,
    name_discs,
)
from deepspine.segmentation.padding import without_padding
from deepspine.segmentation.pose import Segmenter, check_pose
from deepspine.segmentation.second_look import look_at
from deepspine.segmentation.spine_curve import SpineCurve, fit_spine_curve
from deepspine.segmentation.spine_lean import lean_of
from deepspine.segmentation.vertebrae import part_bodies, sacral_body

BELOW_DISC_MM = (6.0, 26.0)
"""Where the bone under a disc is looked at, along its own axis."""
BELOW_DISC_HALF_WIDTH_MM = 9.0
S1_REACH_MM = 30.0
"""S1's body is about this high."""
ENDPLATE_QUANTILES = (0.04, 0.96)
"""Of a disc's voxels along the spine: its surfaces, less a few stray voxels."""
DEPTH_QUANTILES = (0.01, 0.99)
"""The same from front to back."""
ENDPLATE_HALF_WIDTH_MM = 8.0
"""Endplates are taken in the middle of a disc, within this of the curve."""
SURE_DISC = 0.7
"""A disc whose voxels are this certain on average is there; below, its name is as doubtful as the disc."""
ONE_BODY_DOWN_MM = (28.0, 75.0)
"""Where the sacrum begins when the disc above it was missed, from the lowest disc that was found."""
MIN_SACRUM_AREA_MM2 = 200.0
"""In one sagittal slice; S1 alone has 600 to 900."""
MIN_BODY_SHARE = 0.5
"""Of the bone under the lowest disc."""

MIN_COSINE_OF_NORMAL = 0.5
"""A disc's own direction is trusted when within 60 degrees of the curve's."""


@dataclass(frozen=True)
class NamedVertebra:
    """A vertebral body with its name.

    Attributes
    ----------
    name
        Of the vertebra.
    confidence
        Probability of the name.
    center_lps
        Centroid of the body, mm.
    label
        Its value in `Location.vertebrae`.
    """

    name: Vertebra
    confidence: float
    center_lps: tuple[float, float, float]
    label: int


@dataclass(frozen=True, eq=False)
class Location:
    """Where the spine is in a volume, and what its discs are called.

    Attributes
    ----------
    mask
        Class of each voxel (`SpineClass`), `[slice, row, column]` of the volume.
    vertebra_map
        Number of the vertebral body in each voxel, 0 elsewhere.
    curve
        Through bodies and discs.
    frames
        The discs, cranial to caudal.
    vertebrae
        The bodies, cranial to caudal.
    hypotheses
        Ways to name the discs, the most probable (that of `frames`) first.
    warnings
        What a user should look at before trusting the names.
    alone
        Whether another contrast was given and left out, since it shows the spine elsewhere.
    """

    mask: NDArray[np.uint8]
    vertebra_map: NDArray[np.uint8]
    curve: SpineCurve
    frames: tuple[LevelFrame, ...]
    vertebrae: tuple[NamedVertebra, ...]
    hypotheses: tuple[NamingHypothesis, ...]
    warnings: tuple[str, ...]
    alone: bool = False


def locate(
    volume: Volume, *, network: Segmenter | None = None, lowest: Level | None = None, other: Volume | None = None
) -> Location:
    """Find and name the discs of a sagittal volume or picture.

    Parameters
    ----------
    volume
        Sagittal slices as `deepspine.data.files.read_volume` gives them.
    network
        What segments the volume; the shipped network by default.
    lowest
        Name of the lowest disc in view, to override the naming.
    other
        T1 of a T2, or T2 of a T1, of the same field of view (see `pair`): looked at with it, so that both get one
        answer. One that shows the spine elsewhere is left out, with a warning.

    Raises
    ------
    InputError
        When the volume is not sagittal, upside down or mirrored.
    GeometryError
        When what was found does not lie on one curve.
    NamingError
        When there are too few discs, or no lumbosacral junction is in view and `lowest` was not given.
    """
    volume, n_filled = _filled(volume)
    network = network or SegmentationNetwork.load()
    look = look_at(volume, network, other=_filled(other)[0] if other else None)
    mask, certainty, chain = look.mask, look.certainty, look.chain
    discs = chain.discs
    if len(discs) < MIN_DISCS:
        raise NamingError(
            f"found {len(discs)} discs, a chain to count needs {MIN_DISCS}; check plane and field of view"
        )
    check_pose(volume, network)
    sacrum = points_of(mask, volume.grid, SpineClass.SACRUM)
    end = _top_of_sacrum(sacrum, discs[-1])
    rough = fit_spine_curve([part.center_lps for part in (*chain.bodies, *discs)], end_lps=end)
    bodies, vertebra_map = part_bodies(chain, look.labels, certainty, volume.grid, rough)
    curve = fit_spine_curve([part.center_lps for part in (*bodies, *discs)], end_lps=end)
    lean = lean_of([disc.center_lps for disc in discs])
    outlined = not getattr(network, "paints_blocks", False)
    evidence = _evidence(discs, bodies, sacrum, curve, turn_deg=lean.turn_deg, outlined=outlined)
    one_down = _sacrum_one_body_down(discs[-1], evidence[-1], sacrum, volume.grid, curve)
    field_mm = _field_mm(without_padding(volume).grid)
    hypotheses = name_discs(evidence, lowest=lowest, sacrum_one_body_down=one_down, field_mm=field_mm)
    confidence = confidence_of(hypotheses)
    levels = hypotheses[0].levels
    frames = tuple(
        _frame(part, level, min(confidence, part.certainty / SURE_DISC), curve, volume.grid)
        for part, level in zip(discs, levels, strict=True)
    )
    if levels[-1].vertebra_below is Vertebra.S1:
        normal = _disc_normal(discs[-1], curve)
        label = len(bodies) + 1
        s1 = sacral_body(mask, certainty, volume.grid, discs[-1], normal, step_mm=chain.step_mm, label=label)
        if s1 is not None:
            bodies.append(s1)
            vertebra_map[tuple(np.rint(volume.grid.ijk_from_lps(s1.points_lps)).astype(int).T)] = label
    return Location(
        mask=mask,
        vertebra_map=vertebra_map,
        curve=curve,
        frames=frames,
        vertebrae=_name_bodies(bodies, frames),
        hypotheses=tuple(hypotheses),
        warnings=(
            *([f"{n_filled} voxels without a value were taken for dark"] if n_filled else []),
            *(["T1 and T2 do not show the spine in one place: named without the other"] if look.alone else []),
            *location_warnings.of_sizes(chain.step_mm),
            *location_warnings.of_picture(volume, len(discs)),
            *location_warnings.of_lean(lean),
            *(location_warnings.of_heights(frames) if outlined else []),
            *([] if lowest is None else location_warnings.of_override(lowest, evidence, one_down, field_mm)),
            *location_warnings.of_names(frames, evidence, missed_junction=lowest is None and levels[-1] is Level.L4_L5),
        ),
        alone=look.alone,
    )


def _filled(volume: Volume) -> tuple[Volume, int]:
    """Return the volume with its darkest value where it has none, and how many voxels had none, in its file too."""
    finite = np.isfinite(volume.voxels)
    if finite.all():
        return volume, volume.origin.n_filled
    darkest = volume.voxels[finite].min()
    return volume.with_voxels(np.where(finite, volume.voxels, darkest)), volume.origin.n_filled + int((~finite).sum())


def _top_of_sacrum(sacrum: FloatArray, lowest: Part) -> FloatArray | None:
    """Return the middle of S1 near the lowest disc, through which the curve leaves it; None out of view."""
    if not len(sacrum):
        return None
    near = sacrum[np.linalg.norm(sacrum[:, 1:] - lowest.center_lps[1:], axis=1) < S1_REACH_MM]
    return np.asarray(near.mean(axis=0)) if len(near) and near[:, 2].mean() < lowest.center_lps[2] else None


def _evidence(
    discs: Sequence[Part],
    bodies: Sequence[Part],
    sacrum: FloatArray,
    curve: SpineCurve,
    *,
    turn_deg: float,
    outlined: bool,
) -> list[DiscEvidence]:
    normals = [_disc_normal(disc, curve) for disc in discs]
    depths = [_depth_mm(disc, normal) for disc, normal in zip(discs, normals, strict=True)]
    median_area, median_depth = float(np.median([disc.area_mm2 for disc in discs])), float(np.median(depths))
    body_points = np.concatenate([body.points_lps for body in bodies]) if bodies else np.empty((0, 3))
    evidence = []
    for disc, normal, depth in zip(discs, normals, depths, strict=True):
        n_sacrum, n_body = (_count_below(points, disc, normal) for points in (sacrum, body_points))
        evidence.append(
            DiscEvidence(
                height_mm=float(disc.center_lps[2]),
                # Nothing below a disc is the picture's border, not a sign of the sacrum.
                sacrum_below=n_sacrum / max(n_sacrum + n_body, 1),
                tilt_deg=float(np.rad2deg(np.arctan2(-normal[1], normal[2]))) - turn_deg,
                area_ratio=disc.area_mm2 / median_area,
                depth_ratio=depth / median_depth if outlined else float("nan"),
            )
        )
    return evidence


def _sacrum_one_body_down(
    lowest: Part, evidence: DiscEvidence, sacrum: FloatArray, grid: Grid, curve: SpineCurve
) -> bool:
    """Whether bone that is not sacrum lies under the lowest disc, and sacrum under that bone: a disc was missed."""
    if not len(sacrum) or evidence.sacrum_below > 1 - MIN_BODY_SHARE:
        return False
    offset = (sacrum - lowest.center_lps)[:, 1:]
    distance = np.linalg.norm(offset, axis=1)
    down = -(offset @ _disc_normal(lowest, curve)[1:])
    there = (distance > ONE_BODY_DOWN_MM[0]) & (distance < ONE_BODY_DOWN_MM[1]) & (down > distance / 2)
    _, in_slice = np.unique(np.round(sacrum[there, 0], 1), return_counts=True)
    return bool(len(in_slice) and in_slice.max() * float(grid.spacing_mm[1:].prod()) > MIN_SACRUM_AREA_MM2)


def _field_mm(grid: Grid) -> tuple[float, float]:
    """Return the caudal and the cranial end of a volume, along its middle column."""
    middle = (np.array(grid.shape) - 1.0) / 2
    ends = grid.lps_from_ijk(middle * np.array([[1, 0, 1], [1, 2, 1]]))[:, 2]
    return float(ends.min()), float(ends.max())


def _disc_normal(disc: Part, curve: SpineCurve) -> FloatArray:
    """Return the direction across a disc, towards the head, from its own sagittal shape."""
    normal = across_disc(disc)
    tangent = curve.tangent(float(disc.center_lps[2]))
    # A disc seen as a blob has no direction of its own.
    return normal if normal @ tangent > MIN_COSINE_OF_NORMAL else tangent


def _depth_mm(disc: Part, normal: FloatArray) -> float:
    """Return the extent of a disc from front to back, along itself, without a few stray voxels."""
    back = np.array([0.0, normal[2], -normal[1]])
    return float(np.ptp(np.quantile(disc.points_lps @ back, DEPTH_QUANTILES)))


def _count_below(points: FloatArray, disc: Part, normal: FloatArray) -> int:
    """Count voxels in the box under a disc."""
    if not len(points):
        return 0
    offset = points - disc.center_lps
    down = -(offset @ normal)
    across = np.linalg.norm((offset + down[:, None] * normal)[:, 1:], axis=1)
    near = (down > BELOW_DISC_MM[0]) & (down < BELOW_DISC_MM[1]) & (across < BELOW_DISC_HALF_WIDTH_MM)
    return int((near & (np.abs(offset[:, 0]) < 2 * BELOW_DISC_HALF_WIDTH_MM)).sum())


def _frame(disc: Part, level: Level, confidence: float, curve: SpineCurve, grid: Grid) -> LevelFrame:
    axes = curve.axes(float(disc.center_lps[2]))
    offset = (disc.points_lps - disc.center_lps) @ axes.T
    middle = (np.abs(offset[:, 1]) < ENDPLATE_HALF_WIDTH_MM) & (np.abs(offset[:, 0]) < ENDPLATE_HALF_WIDTH_MM)
    along = offset[middle, 2] if middle.any() else offset[:, 2]
    low, high = np.quantile(along, ENDPLATE_QUANTILES)
    # Voxels reach half their size beyond their centres.
    half = float(grid.spacing_mm[1]) / 2
    up = axes[2]
    return LevelFrame(
        level=level,
        confidence=round(float(np.clip(confidence, 0.0, 1.0)), 4),
        center_lps=disc.center_lps,
        axes_lps=axes,
        endplates_lps=np.stack([disc.center_lps + (high + half) * up, disc.center_lps + (low - half) * up]),
        width_mm=float(np.ptp(offset[:, 0])) + float(grid.spacing_mm[0]) if grid.shape[0] > 1 else float("nan"),
        depth_mm=float(np.ptp(np.quantile(offset[:, 1], DEPTH_QUANTILES))),
    )


def _name_bodies(bodies: Sequence[Part], frames: Sequence[LevelFrame]) -> tuple[NamedVertebra, ...]:
    """Name each body after the nearest disc above or below it."""
    named: dict[Vertebra, NamedVertebra] = {}
    for body in bodies:
        frame = min(frames, key=lambda one: float(np.linalg.norm(one.center_lps - body.center_lps)))
        above = (body.center_lps - frame.center_lps) @ frame.axes_lps[2] > 0
        name = frame.level.vertebra_above if above else frame.level.vertebra_below
        x, y, z = (round(float(value), 3) for value in body.center_lps)
        if name not in named:
            named[name] = NamedVertebra(name, frame.confidence, (x, y, z), body.label)
    return tuple(named.values())
