"""One patient whose levels can be given any grades, painted without noise."""

from collections.abc import Callable, Mapping

import numpy as np
import pytest

from deepspine.data.findings import FINDINGS, Side
from deepspine.data.levels import REPORTED_LEVELS, Level
from deepspine.data.phantom.anatomy import Anatomy, make_anatomy
from deepspine.data.phantom.pathology import LevelGrades
from deepspine.data.phantom.shapes import draw_shapes
from deepspine.data.phantom.soft_tissue import Texture, draw_body
from deepspine.data.phantom.spine import draw_habitus

Findings = Mapping[tuple[str, Side], str]
MakePatient = Callable[..., Anatomy]


def healthy_level() -> LevelGrades:
    """Return the grades of a level without any finding."""
    grades: LevelGrades = {
        (finding.name, side): finding.absent
        for finding in FINDINGS.values()
        if finding.absent is not None and finding.name != "herniation_migration"
        for side in finding.sides
    }
    grades["pfirrmann", Side.MIDLINE] = "grade1"
    return grades


@pytest.fixture(scope="session")
def make_patient() -> MakePatient:
    """Return a function that makes one patient with given grades at one level and none elsewhere."""
    texture = Texture.draw(np.random.default_rng(0))

    def make(findings: Findings, level: Level = Level.L4_L5, seed: int = 7) -> Anatomy:
        rng = np.random.default_rng(seed)
        habitus = draw_habitus(rng, scoliosis=0.0, transitional=0.0)
        body = draw_body(rng)
        grades = {known: healthy_level() for known in REPORTED_LEVELS}
        grades[level].update(findings)
        shapes = {known: draw_shapes(np.random.default_rng(seed), {known: grades[known]})[known] for known in grades}
        return make_anatomy(habitus, body, shapes, texture=texture, conus_shift_mm=0.0)

    return make
