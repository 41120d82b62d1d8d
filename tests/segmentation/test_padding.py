"""Padding around an image is found and left out; what is shown stays in its place."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepspine.data.geometry import Grid, Plane
from deepspine.data.orientation import DISPLAY_AXES_LPS
from deepspine.data.volume import Volume
from deepspine.segmentation.inference import SegmentationNetwork
from deepspine.segmentation.padding import unpadded, without_padding

ROWS, COLUMNS = 128, 96


def shown(slices: int = 3) -> np.ndarray:
    return np.random.default_rng(0).random((slices, ROWS, COLUMNS), dtype=np.float32)


def volume(voxels: np.ndarray) -> Volume:
    axes = DISPLAY_AXES_LPS[Plane.SAGITTAL]
    grid = Grid.from_axes(voxels.shape, origin_lps=np.zeros(3), axes_lps=axes, spacing_mm=(4.0, 1.1, 1.1))
    return Volume(voxels, grid)


@given(st.tuples(*[st.sampled_from([0, 8, 40])] * 4), st.sampled_from([0.0, 0.4, 1.0]))
def test_what_is_shown_is_found_in_any_padding(rims: tuple[int, int, int, int], grey: float) -> None:
    top, bottom, left, right = rims
    padded = np.pad(shown(), ((0, 0), (top, bottom), (left, right)), constant_values=grey)
    assert unpadded(padded) == (slice(top, top + ROWS), slice(left, left + COLUMNS))


def test_a_narrow_rim_is_no_padding() -> None:
    rimmed = np.pad(shown(), ((0, 0), (2, 1), (0, 3)))
    assert unpadded(rimmed) == (slice(0, ROWS + 3), slice(0, COLUMNS + 3))


def test_a_bright_spot_in_the_dark_is_no_padded_image() -> None:
    spot = np.pad(shown(1), ((0, 0), (0, 3 * ROWS), (3 * COLUMNS, 0)))
    assert unpadded(spot) == (slice(0, 4 * ROWS), slice(0, 4 * COLUMNS))


def test_an_image_of_one_value_is_kept() -> None:
    assert unpadded(np.zeros((1, 4, 5))) == (slice(0, 4), slice(0, 5))


def test_what_is_shown_stays_where_it_was() -> None:
    padded = np.pad(shown(1), ((0, 0), (40, 0), (24, 0)))
    whole = volume(padded)
    cut = without_padding(whole)
    assert (cut.voxels == shown(1)).all()
    assert np.allclose(cut.grid.lps_from_ijk([0, 0, 0]), whole.grid.lps_from_ijk([0, 40, 24]))


def grey_levels(slices: np.ndarray) -> np.ndarray:
    """Stand in for an engine: the score of a class is how much of each pixel it shows."""
    middle = slices[:, 1]
    return np.stack([np.full_like(middle, 0.5), *[middle * share for share in (1.0, 0.9, 0.8, 0.7, 0.6)]], axis=1)


@pytest.mark.parametrize(("top", "left"), [(64, 0), (32, 64), (0, 64)])
def test_a_network_sees_a_padded_volume_as_it_sees_the_volume(top: int, left: int) -> None:
    network = SegmentationNetwork(grey_levels, {"input": {"pixel_mm": 1.0}})
    padded = np.pad(shown(), ((0, 0), (top, 0), (left, 0)), constant_values=7.0)
    alone, certainty = network.segment(volume(shown()))
    mask, padded_certainty = network.segment(volume(padded))
    assert (mask[:, top:, left:] == alone).all()
    assert (padded_certainty[:, top:, left:] == certainty).all()
    mask[:, top:, left:] = 0
    assert not mask.any()
