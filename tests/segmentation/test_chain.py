"""The spine's discs among all that look like one."""

import numpy as np
import pytest

from deepspine.data.geometry import LEFT, POSTERIOR, SUPERIOR, Grid
from deepspine.data.spine_classes import SpineClass
from deepspine.segmentation.chain import Chain, find_chain
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


def chain_of(mask: np.ndarray, certainty: np.ndarray | None = None) -> Chain:
    sure = np.ones(mask.shape, dtype=np.float32) if certainty is None else certainty
    bodies, discs = (find_parts(mask, sure, grid(), kind)[0] for kind in (SpineClass.BODY, SpineClass.DISC))
    return find_chain(bodies, discs, mask, grid())


def heights(chain: Chain) -> list[int]:
    return [round(-disc.center_lps[2]) for disc in chain.discs]


def test_a_spine_is_its_own_chain() -> None:
    chain = chain_of(spine())
    assert heights(chain) == [34, 70, 104, 140, 174]
    assert (len(chain.bodies), chain.n_left_out) == (5, 0)


@pytest.mark.parametrize("row", [20, 60, 90, 170, 205, 235])
@pytest.mark.parametrize("column", [5, 165])
def test_a_blob_beside_the_spine_is_left_out_at_any_height(row: int, column: int) -> None:
    mask = spine()
    mask[0, row : row + 12, column : column + 25] = SpineClass.DISC
    assert heights(chain_of(mask)) == [34, 70, 104, 140, 174]


def test_a_missed_disc_leaves_a_gap_in_one_chain() -> None:
    mask = spine()
    mask[0, 100:110] = SpineClass.BODY
    assert heights(chain_of(mask)) == [34, 70, 140, 174]


def test_a_missed_body_does_not_cut_the_chain() -> None:
    mask = spine()
    mask[0, 75:100] = SpineClass.BACKGROUND
    assert heights(chain_of(mask)) == [34, 70, 104, 140, 174]


def test_front_and_back_half_of_a_disc_are_one_disc() -> None:
    mask = spine()
    mask[0, 100:110, 93:107] = SpineClass.BACKGROUND
    chain = chain_of(mask)
    assert heights(chain) == [34, 70, 104, 140, 174]
    assert chain.discs[2].center_lps[1] == pytest.approx(99.5, abs=1.0)


def test_an_unsure_blob_between_two_discs_is_no_disc() -> None:
    mask = spine()
    certainty = np.ones(mask.shape, dtype=np.float32)
    mask[0, 85:91, 90:100] = SpineClass.DISC
    certainty[0, 85:91, 90:100] = 0.5
    assert heights(chain_of(mask, certainty)) == [34, 70, 104, 140, 174]


def test_a_body_off_the_chain_is_left_out() -> None:
    mask = spine()
    mask[0, 200:230, 20:60] = SpineClass.BODY
    assert len(chain_of(mask).bodies) == 5


def test_nothing_is_no_chain() -> None:
    assert chain_of(np.zeros((1, ROWS, COLUMNS), dtype=np.uint8)).discs == ()
