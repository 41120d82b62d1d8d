"""Bodies that touch in the mask are told apart by the discs between them."""

import numpy as np

from deepspine.data.geometry import LEFT, POSTERIOR, SUPERIOR, Grid
from deepspine.data.spine_classes import SpineClass
from deepspine.segmentation.chain import find_chain
from deepspine.segmentation.instances import Part, find_parts
from deepspine.segmentation.spine_curve import fit_spine_curve
from deepspine.segmentation.vertebrae import part_bodies

SLICES, ROWS, COLUMNS = 5, 240, 160


def grid() -> Grid:
    return Grid.from_axes(
        (SLICES, ROWS, COLUMNS), origin_lps=(0, 0, 0), axes_lps=[LEFT, -SUPERIOR, POSTERIOR], spacing_mm=(4.0, 1.0, 1.0)
    )


def spine(*, side_slices_touch: bool) -> np.ndarray:
    """Six bodies with five discs between them; the outer slices show bone without a gap where they touch."""
    mask = np.zeros((SLICES, ROWS, COLUMNS), dtype=np.uint8)
    for index in range(6):
        mask[:, 5 + 35 * index : 30 + 35 * index, 60:100] = SpineClass.BODY
        if index < 5:
            mask[1:4, 30 + 35 * index : 40 + 35 * index, 60:100] = SpineClass.DISC
    if side_slices_touch:
        mask[[0, -1], 5:205, 70:90] = SpineClass.BODY
    return mask


def parted(mask: np.ndarray, sure: np.ndarray | None = None) -> tuple[list[Part], np.ndarray]:
    sure = np.ones(mask.shape, dtype=np.float32) if sure is None else sure
    bodies, labels = find_parts(mask, sure, grid(), SpineClass.BODY)
    chain = find_chain(bodies, find_parts(mask, sure, grid(), SpineClass.DISC)[0], mask, grid())
    curve = fit_spine_curve([part.center_lps for part in (*chain.bodies, *chain.discs)])
    return part_bodies(chain, labels, sure, grid(), curve)


def test_bodies_that_touch_beside_the_discs_are_parted() -> None:
    touching = spine(side_slices_touch=True)
    together, _ = find_parts(touching, np.ones(touching.shape, dtype=np.float32), grid(), SpineClass.BODY)
    assert len(together) < 6
    bodies, numbered = parted(touching)
    assert len(bodies) == 6
    for index in range(6):
        assert set(np.unique(numbered[2, 7 + 35 * index : 28 + 35 * index, 62:98])) == {index + 1}


def test_bodies_apart_stay_as_they_are() -> None:
    bodies, numbered = parted(spine(side_slices_touch=False))
    assert [round(-body.center_lps[2]) for body in bodies] == [17, 52, 87, 122, 157, 192]
    assert ((numbered > 0) == (spine(side_slices_touch=False) == SpineClass.BODY)).all()


def test_two_bodies_with_a_missed_disc_between_them_stay_two() -> None:
    mask = spine(side_slices_touch=False)
    mask[:, 100:110] = SpineClass.BACKGROUND
    bodies, _ = parted(mask)
    assert len(bodies) == 6


def test_a_slice_that_is_unsure_of_a_body_is_no_part_of_it() -> None:
    sure = np.ones((SLICES, ROWS, COLUMNS), dtype=np.float32)
    sure[0] = 0.6
    bodies, numbered = parted(spine(side_slices_touch=False), sure)
    assert len(bodies) == 6
    assert not numbered[0].any()
    assert numbered[1:].any(axis=(1, 2)).all()


def test_of_unsure_slices_the_surest_stays() -> None:
    sure = np.full((SLICES, ROWS, COLUMNS), 0.6, dtype=np.float32)
    sure[2] = 0.7
    bodies, numbered = parted(spine(side_slices_touch=False), sure)
    assert len(bodies) == 6
    assert numbered.any(axis=(1, 2)).tolist() == [False, False, True, False, False]
