"""From grades to millimetres: how a level with given grades is shaped.

Within a grade all measures vary continuously. Ranges follow the grading systems in use: dural sac area by grade
(Schönström 1985: moderate below 100 mm2, severe below 75 mm2), foraminal fat (Lee 2010), slip in quarters of the
endplate (Meyerding 1932), thickness of the ligamentum flavum (normal 2 to 4 mm).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from deepspine.data.findings import Side
from deepspine.data.levels import Level
from deepspine.data.phantom.pathology import SEVERITY, LevelGrades, StudyGrades
from deepspine.data.phantom.sizes import VERTEBRAE_FROM_BELOW

Range = tuple[float, float]

BULGE_MM: Mapping[str, Range] = {"none": (0.0, 0.5), "mild": (1.3, 2.2), "moderate": (2.7, 3.7), "severe": (4.3, 5.6)}
SAC_DEPTH_MM: Mapping[str, Range] = {
    "none": (12.0, 14.5),
    "mild": (9.2, 10.8),
    "moderate": (6.4, 7.8),
    "severe": (3.0, 4.8),
}
SAC_WIDTH: Mapping[str, Range] = {
    "none": (0.95, 1.05),
    "mild": (0.86, 0.94),
    "moderate": (0.72, 0.82),
    "severe": (0.52, 0.66),
}
"""Width of the dural sac as a share of the healthy one."""

TREFOIL: Mapping[str, Range] = {"none": (0.0, 0.1), "mild": (0.1, 0.25), "moderate": (0.25, 0.4), "severe": (0.35, 0.5)}
RECESS_CUT: Mapping[str, Range] = {
    "none": (0.0, 0.04),
    "mild": (0.2, 0.3),
    "moderate": (0.42, 0.54),
    "severe": (0.68, 0.82),
}
"""Share of the half width of the canal that is lost at a lateral recess."""

FORAMEN_OPEN: Mapping[str, Range] = {
    "none": (0.92, 1.0),
    "mild": (0.66, 0.76),
    "moderate": (0.42, 0.52),
    "severe": (0.12, 0.26),
}
"""Size of the fat around the exiting root as a share of the healthy one, along each axis."""

FLAVUM_MM: Mapping[str, Range] = {"none": (2.2, 3.2), "mild": (3.6, 4.4), "moderate": (4.8, 5.6), "severe": (6.0, 7.2)}
FACET_GROWTH: Mapping[str, Range] = {
    "none": (0.95, 1.03),
    "mild": (1.08, 1.16),
    "moderate": (1.2, 1.3),
    "severe": (1.34, 1.5),
}
DRYNESS: Mapping[str, Range] = {
    "none": (0.0, 0.16),
    "mild": (0.36, 0.5),
    "moderate": (0.68, 0.84),
    "severe": (0.95, 1.0),
}
"""Share of the way from a young to a dry nucleus."""

HEIGHT_LEFT: Mapping[str, Range] = {
    "none": (0.93, 1.05),
    "mild": (0.74, 0.84),
    "moderate": (0.54, 0.66),
    "severe": (0.3, 0.44),
}
SLIP_SHARE: Mapping[str, Range] = {
    "none": (0.0, 0.0),
    "grade1": (0.11, 0.23),
    "grade2": (0.27, 0.46),
    "grade3": (0.53, 0.7),
    "grade4": (0.77, 0.9),
}
"""Slip as a share of the endplate's depth."""

RETRO_MM: Range = (3.0, 5.0)
SAC_GAP_MM: Mapping[str, Range] = {
    "none": (1.2, 2.6),
    "contact": (-0.2, 0.0),
    "indentation": (-3.0, -1.8),
    "compression": (-4.0, -2.5),
}
"""From the back of the disc to the front of the sac; negative where the disc presses into it."""

REACH_MM: Mapping[str, Range] = {"protrusion": (3.4, 5.2), "extrusion": (6.2, 8.6), "sequestration": (5.5, 7.5)}
ZONE_OFFSET_MM: Mapping[str, float] = {"central": 0.0, "subarticular": 8.0, "foraminal": 16.5, "extraforaminal": 25.0}
ROOT_LEFT: Mapping[str, Range] = {
    "none": (1.0, 1.0),
    "contact": (0.95, 1.0),
    "displacement": (0.85, 0.95),
    "compression": (0.45, 0.65),
}
"""Thickness of the exiting root as a share of the healthy one."""

MODIC_DEPTH_MM: Range = (5.0, 10.5)


@dataclass(frozen=True)
class Lobe:
    """A herniation in the frame of its disc: centre and radii in mm, with the neck that ties it to the disc."""

    center_mm: tuple[float, float, float]
    radii_mm: tuple[float, float, float]
    attached: bool


@dataclass(frozen=True)
class LevelShape:
    """Geometry of one level; pairs are (left, right) of the patient."""

    bulge_mm: float
    dryness: float
    height_factor: float
    slip_mm: float
    sac_gap_mm: float
    sac_depth_mm: float
    sac_width: float
    trefoil: float
    recess_cut: tuple[float, float]
    foramen_open: tuple[float, float]
    root_left: tuple[float, float]
    facet_growth: tuple[float, float]
    cysts: tuple[bool, bool]
    flavum_mm: float
    modic: str
    modic_depth_mm: tuple[float, float]
    modic_reach: tuple[float, float]
    fissure: bool
    schmorl: bool
    schmorl_offset: float
    lipping_mm: float
    lobe: Lobe | None


def draw_shapes(rng: np.random.Generator, grades: StudyGrades) -> dict[Level, LevelShape]:
    """Draw the geometry of every graded level."""
    return {level: _draw_shape(rng, found) for level, found in grades.items()}


def _draw_shape(rng: np.random.Generator, grades: LevelGrades) -> LevelShape:
    def of(table: Mapping[str, Range], name: str, side: Side = Side.MIDLINE) -> float:
        return _within(rng, table[grades[name, side]])

    def both(table: Mapping[str, Range], name: str) -> tuple[float, float]:
        return of(table, name, Side.LEFT), of(table, name, Side.RIGHT)

    return LevelShape(
        bulge_mm=of(BULGE_MM, "bulge"),
        dryness=of(DRYNESS, "degeneration"),
        height_factor=of(HEIGHT_LEFT, "disc_height_loss"),
        slip_mm=_slip_mm(rng, grades),
        sac_gap_mm=of(SAC_GAP_MM, "thecal_sac"),
        sac_depth_mm=of(SAC_DEPTH_MM, "canal_stenosis"),
        sac_width=of(SAC_WIDTH, "canal_stenosis"),
        trefoil=of(TREFOIL, "canal_stenosis"),
        recess_cut=both(RECESS_CUT, "subarticular_stenosis"),
        foramen_open=both(FORAMEN_OPEN, "foraminal_stenosis"),
        root_left=both(ROOT_LEFT, "nerve_root"),
        facet_growth=both(FACET_GROWTH, "facet_arthropathy"),
        cysts=(
            grades["synovial_cyst", Side.LEFT] == "present",
            grades["synovial_cyst", Side.RIGHT] == "present",
        ),
        flavum_mm=of(FLAVUM_MM, "ligamentum_flavum_hypertrophy"),
        modic=grades["modic", Side.MIDLINE],
        modic_depth_mm=(_within(rng, MODIC_DEPTH_MM), _within(rng, MODIC_DEPTH_MM)),
        modic_reach=(float(rng.uniform(-0.6, 0.2)), float(rng.uniform(0.55, 1.1))),
        fissure=grades["annular_fissure", Side.MIDLINE] == "present",
        schmorl=grades["schmorl_node", Side.MIDLINE] == "present",
        schmorl_offset=float(rng.uniform(-0.3, 0.35)),
        lipping_mm=0.9 * SEVERITY.index(grades["degeneration", Side.MIDLINE]) * float(rng.uniform(0.3, 1.0)),
        lobe=_draw_lobe(rng, grades),
    )


def _slip_mm(rng: np.random.Generator, grades: LevelGrades) -> float:
    forward = grades["spondylolisthesis", Side.MIDLINE]
    if forward != "none":
        return _within(rng, SLIP_SHARE[forward]) * VERTEBRAE_FROM_BELOW[0].depth_mm
    if grades["retrolisthesis", Side.MIDLINE] == "present":
        return -_within(rng, RETRO_MM)
    return float(rng.normal(0.0, 0.3))


def _draw_lobe(rng: np.random.Generator, grades: LevelGrades) -> Lobe | None:
    kind = grades["herniation", Side.MIDLINE]
    if kind == "none":
        return None
    zone, _, side = grades["herniation_zone", Side.MIDLINE].partition("_")
    leftwards = {"left": 1.0, "right": -1.0}.get(side, 0.0)
    reach_mm = _within(rng, REACH_MM[kind])
    offset_mm = leftwards * ZONE_OFFSET_MM[zone] * float(rng.uniform(0.9, 1.1)) + float(rng.normal(0, 0.8))
    upwards = {"cranial": 1.0, "caudal": -1.0}.get(grades["herniation_migration", Side.MIDLINE], 0.0)
    shift_mm = {"protrusion": 0.0, "extrusion": 4.5, "sequestration": 12.0}[kind] * upwards
    if kind == "sequestration" and upwards == 0.0:
        shift_mm = 1.5
    across_mm = {"protrusion": 7.5, "extrusion": 6.5, "sequestration": 5.0}[kind] * float(rng.uniform(0.9, 1.15))
    tall_mm = {"protrusion": 4.2, "extrusion": 7.5, "sequestration": 6.0}[kind] * float(rng.uniform(0.9, 1.15))
    depth_mm = reach_mm / 2 if kind == "sequestration" else reach_mm
    back_mm = reach_mm / 2 + 0.8 if kind == "sequestration" else 0.0
    return Lobe((offset_mm, back_mm, shift_mm), (across_mm, depth_mm, tall_mm), attached=kind != "sequestration")


def _within(rng: np.random.Generator, limits: Range) -> float:
    return float(rng.uniform(*limits))
