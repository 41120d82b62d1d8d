"""Resampling agrees with PyTorch's, with which the network was trained."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional

from deepspine.segmentation.augmentation import normalise
from deepspine.segmentation.inference import normalised
from deepspine.segmentation.resampling import linear_weights, resample


@pytest.mark.parametrize("antialias", [True, False], ids=["averaged", "between two"])
@given(st.tuples(st.integers(5, 60), st.integers(5, 60)), st.tuples(st.integers(5, 90), st.integers(5, 90)))
def test_pictures_become_what_interpolate_makes_of_them(
    antialias: bool, before: tuple[int, int], after: tuple[int, int]
) -> None:
    pictures = np.random.default_rng(0).random((2, *before), dtype=np.float32)
    theirs = functional.interpolate(
        torch.from_numpy(pictures)[None], size=after, mode="bilinear", align_corners=False, antialias=antialias
    )
    np.testing.assert_allclose(resample(pictures, after, antialias=antialias), theirs[0].numpy(), atol=1e-4)


@given(st.integers(1, 40), st.integers(1, 40), st.booleans())
def test_an_even_picture_stays_even(n_in: int, n_out: int, antialias: bool) -> None:
    sums = np.asarray(linear_weights(n_in, n_out, antialias=antialias).sum(axis=1)).ravel()
    np.testing.assert_allclose(sums, np.ones(n_out), atol=1e-5)


def test_a_picture_of_the_same_size_is_left_alone() -> None:
    picture = np.random.default_rng(0).random((7, 9), dtype=np.float32)
    assert resample(picture, (7, 9), antialias=True) is picture


def test_grey_levels_are_those_of_training() -> None:
    pixels = 900 * np.random.default_rng(0).random((3, 200, 180), dtype=np.float32)
    np.testing.assert_allclose(normalised(pixels), normalise(torch.from_numpy(pixels)).numpy(), atol=1e-5)
