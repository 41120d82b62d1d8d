"""Ways to one scale of grey values: each undoes what it promises to undo."""

import numpy as np
import pytest
from numpy.typing import NDArray

from deepspine.data.spine_classes import SpineClass
from deepspine.grading.modic.intensity import WAYS, IntensityContext, learned_landmarks

Picture = NDArray[np.float32]


@pytest.fixture(scope="module")
def picture() -> Picture:
    """Return a smooth picture with noise."""
    rows, columns = np.mgrid[0:64, 0:64]
    rng = np.random.default_rng(0)
    return (100 + rows + 0.5 * columns + rng.normal(0, 5, (1, 64, 64))).astype(np.float32)


@pytest.fixture(scope="module")
def context(picture: Picture) -> IntensityContext:
    """Return a mask with a body and a canal, and landmarks of the picture itself."""
    mask = np.zeros(picture.shape, dtype=np.uint8)
    mask[:, 20:40, 10:30] = SpineClass.BODY
    mask[:, :, 50:56] = SpineClass.CANAL
    return IntensityContext(mask, False, learned_landmarks([picture]))


@pytest.mark.parametrize(
    "name",
    ["min-max", "z-score of the picture", "z-score of the marrow", "percentiles clipped", "histogram (Nyul)", "CLAHE"],
)
def test_gain_and_offset_of_the_scanner_do_not_matter(name: str, picture: Picture, context: IntensityContext) -> None:
    again = WAYS[name](picture * 3 + 40, context)
    assert np.allclose(again, WAYS[name](picture, context), atol=0.02)


@pytest.mark.parametrize("is_t1", [True, False])
def test_gain_does_not_matter_beside_fat_or_fluid(is_t1: bool, picture: Picture, context: IntensityContext) -> None:
    way = WAYS["beside fat and CSF"]
    own = IntensityContext(context.mask, is_t1, context.landmarks)
    assert np.allclose(way(picture * 3, own), way(picture, own), atol=1e-4)
    reference = np.percentile(picture, 98) if is_t1 else np.percentile(picture[:, :, 50:56], 90)
    assert way(np.full_like(picture, reference), own).max() == pytest.approx(1.0)


def test_without_a_scale_gain_matters(picture: Picture, context: IntensityContext) -> None:
    assert not np.allclose(WAYS["none"](picture * 3, context), WAYS["none"](picture, context))


def test_marrow_has_mean_zero_and_deviation_one(picture: Picture, context: IntensityContext) -> None:
    inside = WAYS["z-score of the marrow"](picture, context)[context.mask == SpineClass.BODY]
    assert inside.mean() == pytest.approx(0.0, abs=1e-3)
    assert inside.std() == pytest.approx(1.0, abs=1e-3)


def test_a_histogram_bent_by_gamma_is_bent_back(picture: Picture, context: IntensityContext) -> None:
    bent = (picture / picture.max()) ** 2
    way = WAYS["histogram (Nyul)"]
    assert np.abs(way(bent, context) - way(picture, context)).max() < 0.2


@pytest.mark.parametrize("name", WAYS)
def test_what_is_not_known_stays_unknown(name: str, picture: Picture, context: IntensityContext) -> None:
    holed = picture.copy()
    holed[:, :3] = np.nan
    assert np.array_equal(np.isnan(WAYS[name](holed, context)), np.isnan(holed))
    assert WAYS[name](holed, context).dtype == np.float32
