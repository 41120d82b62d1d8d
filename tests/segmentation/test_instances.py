"""From a mask to single bodies and discs."""

import numpy as np
import pytest

from deepspine.data.geometry import LEFT, POSTERIOR, SUPERIOR, Grid
from deepspine.data.spine_classes import SpineClass
from deepspine.segmentation.instances import find_parts

ROWS, COLUMNS = 260, 200


def grid() -> Grid:
    return Grid.from_axes(
        (1, ROWS, COLUMNS), origin_lps=(0, 0, 0), axes_lps=[LEFT, -SUPERIOR, POSTERIOR], spacing_mm=(4.0, 1.0, 1.0)
    )


def spine(n_discs: int = 5) -> np.ndarray:
    """Bodies of 25 mm and discs of 10 mm, 40 mm deep, from row 5 down, sacrum below."""
    mask = np.zeros((1, ROWS, COLUMNS), dtype=np.uint8)
    for index in range(n_discs):
        top = 5 + 35 * index
        mask[0, top : top + 25, 80:120] = SpineClass.BODY
        mask[0, top + 25 : top + 35, 80:120] = SpineClass.DISC
    mask[0, 5 + 35 * n_discs : 30 + 35 * n_discs, 85:125] = SpineClass.SACRUM
    return mask


def parts(mask: np.ndarray, kind: SpineClass) -> list:
    return find_parts(mask, np.ones(mask.shape, dtype=np.float32), grid(), kind)[0]


def test_every_body_and_disc_is_found_from_cranial_to_caudal() -> None:
    discs = parts(spine(), SpineClass.DISC)
    assert len(discs) == len(parts(spine(), SpineClass.BODY)) == 5
    assert [round(-disc.center_lps[2]) for disc in discs] == [34, 70, 104, 140, 174]


def test_specks_are_no_parts() -> None:
    mask = spine()
    mask[0, 200:204, 20:24] = SpineClass.DISC
    assert len(parts(mask, SpineClass.DISC)) == 5


def test_a_collapsed_disc_is_a_disc() -> None:
    mask = spine()
    mask[0, 170:180, 80:120] = SpineClass.BODY
    mask[0, 177:180, 80:120] = SpineClass.DISC
    discs = parts(mask, SpineClass.DISC)
    assert len(discs) == 5
    assert -discs[-1].center_lps[2] == 178


@pytest.mark.parametrize("thick", [[(80, 85)], [(98, 103)], [(80, 85), (115, 120)]], ids=["front", "middle", "ends"])
def test_a_collapsed_disc_with_thicker_spots_is_one_disc(thick: list[tuple[int, int]]) -> None:
    mask = spine()
    mask[0, 170:180, 80:120] = SpineClass.BODY
    mask[0, 177:179, 80:120] = SpineClass.DISC
    for first, last in thick:
        mask[0, 175:180, first:last] = SpineClass.DISC
    discs = parts(mask, SpineClass.DISC)
    assert len(discs) == 5
    assert discs[-1].area_mm2 == (mask[0, 170:185] == SpineClass.DISC).sum()


def test_discs_that_touch_by_a_thin_bridge_are_two() -> None:
    mask = spine()
    mask[0, 30:180, 78:80] = SpineClass.DISC
    assert len(parts(mask, SpineClass.DISC)) == 5


def test_bodies_that_touch_by_a_thin_bridge_are_two() -> None:
    mask = spine()
    mask[0, 30:40, 118:120] = SpineClass.BODY
    assert len(parts(mask, SpineClass.BODY)) == 5


def test_more_parts_than_a_byte_counts_are_told_apart() -> None:
    mask = np.zeros((1, 260, 260), dtype=np.uint8)
    for row in range(0, 260, 13):
        for column in range(0, 260, 13):
            mask[0, row : row + 8, column : column + 8] = SpineClass.DISC
    at = Grid.from_axes(
        mask.shape, origin_lps=(0, 0, 0), axes_lps=[LEFT, -SUPERIOR, POSTERIOR], spacing_mm=(4.0, 1.0, 1.0)
    )
    found, labels = find_parts(mask, np.ones(mask.shape, dtype=np.float32), at, SpineClass.DISC)
    assert len(found) == labels.max() == 400
