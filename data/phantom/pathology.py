"""Draws what is wrong at every level: grades first, by level and age; `shapes` turns them into geometry.

Lower levels and older patients are worse, as in population studies (Brinjikji 2015, AJNR 36:811; Cheung 2009, Spine
34:934); findings that share a cause share a latent degree of degeneration.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from deepspine.data.findings import FINDINGS, Side
from deepspine.data.levels import Level

GradeKey = tuple[str, Side]
LevelGrades = dict[GradeKey, str]
StudyGrades = dict[Level, LevelGrades]

LEVEL_LOAD: Mapping[Level, float] = {
    Level.T12_L1: -1.5,
    Level.L1_L2: -1.1,
    Level.L2_L3: -0.7,
    Level.L3_L4: -0.1,
    Level.L4_L5: 0.65,
    Level.L5_L6: 0.6,
    Level.L5_S1: 0.5,
    Level.L6_S1: 0.2,
}
"""How much more than the mean a level degenerates, in standard deviations."""

CANAL_LOAD: Mapping[Level, float] = {Level.L5_S1: -0.9, Level.L6_S1: -0.9, Level.T12_L1: -0.6, Level.L4_L5: 0.25}
"""The canal is wide at the lumbosacral junction, the foramina are not."""

SEVERITY_CUTS = {
    "degeneration": (-0.1, 0.75, 1.6),
    "bulge": (0.15, 1.1, 2.1),
    "canal_stenosis": (0.75, 1.35, 1.95),
    "foraminal_stenosis": (0.6, 1.3, 2.0),
    "subarticular_stenosis": (0.75, 1.45, 2.15),
    "facet_arthropathy": (0.2, 1.1, 2.0),
    "disc_height_loss": (0.7, 1.4, 2.1),
}
"""Latent values at which a severity starts."""

SEVERITY = ("none", "mild", "moderate", "severe")
PFIRRMANN = {"none": ("grade1", "grade2"), "mild": ("grade3",), "moderate": ("grade4",), "severe": ("grade5",)}

HERNIATION_KINDS = ("protrusion", "extrusion", "sequestration")
HERNIATION_SHARES = (0.66, 0.28, 0.06)
ZONE_SHARES: Mapping[str, float] = {
    "central": 0.32,
    "subarticular_left": 0.23,
    "subarticular_right": 0.23,
    "foraminal_left": 0.08,
    "foraminal_right": 0.08,
    "extraforaminal_left": 0.03,
    "extraforaminal_right": 0.03,
}
MODIC_SHARES = (0.28, 0.64, 0.08)
"""Types 1, 2, 3 among levels with Modic changes."""

PROGRESS_SHARE = 0.08
"""Share of gradable findings that are one grade worse at a second examination."""

PROGRESSING = ("canal_stenosis", "foraminal_stenosis", "subarticular_stenosis", "bulge", "degeneration")


def draw_grades(rng: np.random.Generator, levels: Iterable[Level]) -> StudyGrades:
    """Draw the grades of one patient at the given levels."""
    age_years = rng.uniform(22.0, 86.0)
    wear = (age_years - 52.0) / 20.0 + rng.normal(0.0, 0.55)
    return {level: _draw_level(rng, level, wear) for level in levels}


def progressed(rng: np.random.Generator, grades: StudyGrades) -> StudyGrades:
    """Return the grades of a second examination: mostly the same, some one step worse."""
    later: StudyGrades = {}
    for level, found in grades.items():
        later[level] = dict(found)
        for (name, side), grade in found.items():
            if name in PROGRESSING and grade != SEVERITY[-1] and rng.random() < PROGRESS_SHARE:
                later[level][name, side] = SEVERITY[SEVERITY.index(grade) + 1]
        later[level].update(_coherent(later[level]))
    return later


def _draw_level(rng: np.random.Generator, level: Level, wear: float) -> LevelGrades:
    load = LEVEL_LOAD.get(level, -1.8)
    disc = wear + load + rng.normal(0.0, 0.55)
    grades: LevelGrades = {}

    def put(name: str, grade: str, side: Side = Side.MIDLINE) -> None:
        grades[name, side] = grade

    put("degeneration", _severity("degeneration", disc))
    put("bulge", _severity("bulge", 0.85 * disc + rng.normal(0, 0.5)))
    put("disc_height_loss", _severity("disc_height_loss", 0.9 * disc + rng.normal(0, 0.4)))
    put("canal_stenosis", _severity("canal_stenosis", 0.7 * disc + CANAL_LOAD.get(level, 0.0) + rng.normal(0, 0.7)))
    for side in (Side.LEFT, Side.RIGHT):
        facet = 0.6 * wear + 0.8 * load + rng.normal(0, 0.6)
        put("facet_arthropathy", _severity("facet_arthropathy", facet), side)
        put("foraminal_stenosis", _severity("foraminal_stenosis", 0.7 * disc + rng.normal(0, 0.7)), side)
        recess = 0.45 * disc + 0.3 * facet + rng.normal(0, 0.7)
        put("subarticular_stenosis", _severity("subarticular_stenosis", recess), side)
        put("synovial_cyst", "present" if facet > 0.8 and rng.random() < 0.04 else "none", side)
    _draw_slip(rng, grades, level, wear)
    _draw_herniation(rng, grades, disc)
    _draw_endplates(rng, grades, disc)
    put("annular_fissure", "present" if disc > 0 and rng.random() < 0.12 else "none")
    put("pfirrmann", str(rng.choice(PFIRRMANN[grades["degeneration", Side.MIDLINE]])))
    grades.update(_coherent(grades))
    _draw_nerves(rng, grades)
    return {key: grades[key] for key in sorted(grades)}


def _severity(name: str, latent: float) -> str:
    return SEVERITY[int(np.searchsorted(SEVERITY_CUTS[name], latent))]


def _draw_slip(rng: np.random.Generator, grades: LevelGrades, level: Level, wear: float) -> None:
    base = {Level.L4_L5: 0.09, Level.L5_S1: 0.06, Level.L3_L4: 0.03}.get(level, 0.0)
    forward = rng.random() < base * float(np.clip(1.0 + 0.6 * wear, 0.2, 2.2))
    grade = str(rng.choice(("grade1", "grade2", "grade3", "grade4"), p=(0.8, 0.16, 0.03, 0.01)))
    backward = not forward and level in LEVEL_LOAD and rng.random() < 0.04 * float(np.clip(1.0 + wear, 0.1, 2.5))
    grades["spondylolisthesis", Side.MIDLINE] = grade if forward else "none"
    grades["retrolisthesis", Side.MIDLINE] = "present" if backward else "none"


def _draw_herniation(rng: np.random.Generator, grades: LevelGrades, disc: float) -> None:
    share = 0.3 * float(np.exp(-0.5 * ((disc - 1.1) / 0.8) ** 2))
    kind = str(rng.choice(HERNIATION_KINDS, p=HERNIATION_SHARES))
    zone = str(rng.choice(list(ZONE_SHARES), p=list(ZONE_SHARES.values())))
    migration = str(rng.choice(("none", "cranial", "caudal"), p=(0.55, 0.15, 0.30)))
    here = rng.random() < share
    grades["herniation", Side.MIDLINE] = kind if here else "none"
    if here:
        grades["herniation_zone", Side.MIDLINE] = zone
        grades["herniation_migration", Side.MIDLINE] = "none" if kind == "protrusion" else migration


def _draw_endplates(rng: np.random.Generator, grades: LevelGrades, disc: float) -> None:
    here = rng.random() < 0.55 / (1.0 + np.exp(-2.2 * (disc - 1.3)))
    kind = str(rng.choice(("type1", "type2", "type3"), p=MODIC_SHARES))
    grades["modic", Side.MIDLINE] = kind if here else "none"
    grades["schmorl_node", Side.MIDLINE] = "present" if rng.random() < 0.05 else "none"


def _coherent(grades: LevelGrades) -> LevelGrades:
    """Return the grades that others force: what a big herniation or a thick ligament cannot leave alone."""
    forced: LevelGrades = {}
    canal = grades["canal_stenosis", Side.MIDLINE]
    if grades["herniation", Side.MIDLINE] in ("extrusion", "sequestration"):
        zone = grades["herniation_zone", Side.MIDLINE]
        if zone == "central" and canal == "none":
            canal = forced["canal_stenosis", Side.MIDLINE] = "mild"
        kind, _, side_name = zone.partition("_")
        name = {"subarticular": "subarticular_stenosis", "foraminal": "foraminal_stenosis"}.get(kind)
        if name is not None and SEVERITY.index(grades[name, Side(side_name)]) < SEVERITY.index("moderate"):
            forced[name, Side(side_name)] = "moderate"
    if grades["spondylolisthesis", Side.MIDLINE] in ("grade3", "grade4") and canal in ("none", "mild"):
        canal = forced["canal_stenosis", Side.MIDLINE] = "moderate"
    facet = max(SEVERITY.index(grades["facet_arthropathy", side]) for side in (Side.LEFT, Side.RIGHT))
    flavum = max(SEVERITY.index(canal), min(facet, SEVERITY.index(canal) + 1))
    forced["ligamentum_flavum_hypertrophy", Side.MIDLINE] = SEVERITY[flavum]
    return forced


def _draw_nerves(rng: np.random.Generator, grades: LevelGrades) -> None:
    """Draw what happens to the sac and the roots, given what narrows their space."""
    canal = SEVERITY.index(grades["canal_stenosis", Side.MIDLINE])
    bulge = SEVERITY.index(grades["bulge", Side.MIDLINE])
    herniation = grades["herniation", Side.MIDLINE]
    zone = grades.get(("herniation_zone", Side.MIDLINE), "")
    medial = herniation != "none" and not zone.startswith(("foraminal", "extraforaminal"))
    press = max(canal, 0 if bulge == 0 else bulge - 1, (2 if herniation != "protrusion" else 1) if medial else 0)
    sac = {
        0: "contact" if bulge and rng.random() < 0.4 else "none",
        1: "indentation",
        2: "indentation",
        3: "compression",
    }
    grades["thecal_sac", Side.MIDLINE] = sac[press]
    for side in (Side.LEFT, Side.RIGHT):
        tight = max(
            SEVERITY.index(grades["foraminal_stenosis", side]), SEVERITY.index(grades["subarticular_stenosis", side])
        )
        if herniation != "none" and zone.endswith(side.value):
            tight = max(tight, 2 if herniation == "protrusion" else 3)
        steps = FINDINGS["nerve_root"].scale
        likely = {0: 0, 1: int(rng.random() < 0.25), 2: int(rng.choice((0, 1, 2), p=(0.3, 0.5, 0.2))), 3: 3}[tight]
        if tight == 3 and rng.random() < 0.3:
            likely = 2
        grades["nerve_root", side] = steps[likely]
