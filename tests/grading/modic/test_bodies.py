"""Which voxels are a vertebra's body, on blocks stacked along the spine."""

import numpy as np
import pytest

from deepspine.data.frames import LevelFrame
from deepspine.data.geometry import LEFT, POSTERIOR, SUPERIOR, Grid
from deepspine.data.levels import Level, Vertebra
from deepspine.data.spine_classes import SpineClass
from deepspine.grading.modic.bodies import find_bodies

BODY_MM, DISC_MM, DEPTH_MM = 26, 8, 34
ROWS, COLUMNS = 150, 60


def stack(*classes: SpineClass) -> tuple[np.ndarray, list[tuple[int, int]]]:
    """Return a slice of blocks of bone with discs between them, from head to foot, and the rows of each block."""
    mask, row, rows = np.zeros((1, ROWS, COLUMNS), dtype=np.uint8), 5, []
    for place, one in enumerate(classes):
        if place:
            mask[0, row : row + DISC_MM, 10 : 10 + DEPTH_MM] = SpineClass.DISC
            row += DISC_MM
        mask[0, row : row + BODY_MM, 10 : 10 + DEPTH_MM] = one
        rows.append((row, row + BODY_MM))
        row += BODY_MM
    return mask, rows


def frames(grid: Grid, rows: list[tuple[int, int]], *levels: Level) -> list[LevelFrame]:
    axes = np.array([LEFT, POSTERIOR, SUPERIOR])
    found = []
    for level, (_, above), (below, _) in zip(levels, rows[:-1], rows[1:], strict=True):
        ends = grid.lps_from_ijk([[0, row, 10 + DEPTH_MM / 2] for row in (above, below)])
        found.append(LevelFrame(level, 1.0, ends.mean(0), axes, ends, depth_mm=DEPTH_MM))
    return found


@pytest.mark.parametrize("s1", [SpineClass.SACRUM, SpineClass.BODY])
def test_s1_is_the_bone_under_l5_s1_whatever_it_looks_like(s1: SpineClass) -> None:
    """A lumbar S1, over a disc of its own, is a body; S2 under that disc is not taken for it."""
    mask, rows = stack(SpineClass.BODY, s1, SpineClass.SACRUM)
    numbers = np.zeros_like(mask)
    for number, (first, last) in zip((2, 1), rows, strict=False):
        numbers[0, first:last][mask[0, first:last] == SpineClass.BODY] = number
    grid = Grid.from_axes(
        mask.shape, origin_lps=(0, 0, 0), axes_lps=[LEFT, -SUPERIOR, POSTERIOR], spacing_mm=(4.0, 1.0, 1.0)
    )
    named = frames(grid, rows, Level.L5_S1, Level.S1_S2)
    bodies = {body.vertebra: body for body in find_bodies(mask, numbers, grid, named)}
    assert set(bodies) >= {Vertebra.L5, Vertebra.S1}
    body = bodies[Vertebra.S1]
    found = np.flatnonzero(body.inside.any(axis=(0, 2))) + body.box[1].start
    first, last = rows[1]
    assert first <= found.min() < found.max() < last
    assert found.max() - found.min() > BODY_MM / 2
