"""From a mask to parts: pieces joined, the pelvis left out."""

import numpy as np

from deepspine.data.geometry import LEFT, POSTERIOR, SUPERIOR, Grid
from deepspine.segmentation.classes import SpineClass
from deepspine.segmentation.instances import above_sacrum, find_parts, merge_pieces, parts_of_spine

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


def test_a_lonely_blob_in_front_of_the_spine_is_left_out() -> None:
    mask = spine()
    mask[0, 170:185, 20:40] = SpineClass.DISC
    bodies, discs = parts(mask, SpineClass.BODY), parts(mask, SpineClass.DISC)
    assert len(discs) == 6
    kept_bodies, kept_discs = parts_of_spine(bodies, discs)
    assert (len(kept_bodies), len(kept_discs)) == (5, 5)


def test_a_missed_disc_does_not_cut_the_spine_in_two() -> None:
    mask = spine()
    mask[0, 100:110] = 0
    kept_bodies, kept_discs = parts_of_spine(parts(mask, SpineClass.BODY), parts(mask, SpineClass.DISC))
    assert (len(kept_bodies), len(kept_discs)) == (5, 4)


def test_front_and_back_half_of_a_disc_are_one_disc() -> None:
    mask = spine()
    mask[0, 100:110, 95:105] = 0
    discs = parts(mask, SpineClass.DISC)
    assert len(discs) == 6
    assert len(merge_pieces(discs)) == 5


def test_a_blob_below_the_sacrum_is_no_disc() -> None:
    mask = spine()
    mask[0, 215:225, 60:90] = SpineClass.DISC
    discs = parts(mask, SpineClass.DISC)
    assert len(discs) == 6
    assert len(above_sacrum(discs, mask == SpineClass.SACRUM, grid())) == 5


def test_a_false_sacrum_high_up_removes_no_disc() -> None:
    mask = spine()
    mask[mask == SpineClass.SACRUM] = 0
    mask[0, 10:40, 130:160] = SpineClass.SACRUM
    discs = parts(mask, SpineClass.DISC)
    assert len(above_sacrum(discs, mask == SpineClass.SACRUM, grid())) == 5
