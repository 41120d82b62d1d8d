"""Pictures unlike the training's score higher than 95 of 100 that are like them."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from tiny_grader import tiny_network
from torch import Tensor

from deepspine.data.errors import ConfigError
from deepspine.grading.inputs import LevelBatch
from deepspine.grading.out_of_distribution import FeatureSpread, level_features

ROWS, COLUMNS = 64, 96
NETWORK = tiny_network(["bulge"])


def drawn_levels(n: int, *, seed: int, zoom: float = 1.0) -> LevelBatch:
    """Return crops with two bodies, the disc between them and a bright canal, all a little different."""
    rng = np.random.default_rng(seed)
    rows, columns = np.mgrid[:ROWS, :COLUMNS].astype(float)
    pictures = np.empty((n, ROWS, COLUMNS), np.float32)
    for picture in pictures:
        shift, slope, depth = rng.normal(0, 2), rng.normal(0, 0.06), rng.normal(38, 3)
        y = (rows - ROWS / 2 - shift) / zoom + slope * (columns - COLUMNS / 2)
        x = (columns - COLUMNS / 2) / zoom
        in_front = np.abs(x + 14) < depth / 2
        picture[:] = np.where(in_front & (np.abs(y) < rng.normal(5, 0.7)), -0.6, np.where(in_front, 0.5, -0.9))
        picture[np.abs(x - 14 - depth / 8) < rng.normal(4.5, 0.6)] = 2.2
        picture += rng.normal(0, 0.25, picture.shape)
        picture[:] = (picture - picture.mean()) / picture.std()
    return as_levels(torch.from_numpy(pictures))


def as_levels(pictures: Tensor) -> LevelBatch:
    n = len(pictures)
    sagittal = torch.stack([pictures, pictures], dim=1)[:, :, None]
    present = torch.tensor([[True, True, False]] * n)
    return LevelBatch(sagittal, torch.zeros(n, 1, 1, 32, 32), present, torch.full((n,), 10), {})


def noise(levels: LevelBatch) -> Tensor:
    """Return white noise of the same mean and deviation."""
    return torch.randn(levels.sagittal[:, 0, 0].shape, generator=torch.Generator().manual_seed(1))


def shuffled(levels: LevelBatch) -> Tensor:
    """Return the same tiles of the pictures at other places."""
    tiles = levels.sagittal[:, 0, 0].unflatten(-1, (4, 24)).unflatten(-3, (4, 16)).transpose(-3, -2).flatten(1, 2)
    order = torch.randperm(16, generator=torch.Generator().manual_seed(2))
    return tiles[:, order].unflatten(1, (4, 4)).transpose(-3, -2).flatten(-2, -1).flatten(1, 2)


def neck(levels: LevelBatch) -> Tensor:
    """Return bodies and canal of a little more than half the size, as in a neck."""
    return drawn_levels(len(levels.level), seed=9, zoom=0.55).sagittal[:, 0, 0]


def scores(spread: FeatureSpread, levels: LevelBatch) -> np.ndarray:
    return spread.scores(level_features(NETWORK, levels))


@pytest.fixture(scope="module")
def spread() -> FeatureSpread:
    """Return where the features of 200 drawn levels lie."""
    features = level_features(NETWORK, drawn_levels(200, seed=0))
    return FeatureSpread.fit(features, list(range(200)), source="drawn")


@pytest.mark.parametrize("strange", [noise, shuffled, neck])
def test_strange_pictures_score_beyond_95_of_100_known_ones(
    spread: FeatureSpread, strange: Callable[[LevelBatch], Tensor]
) -> None:
    levels = drawn_levels(100, seed=1)
    far = scores(spread, as_levels(strange(levels)))
    assert (far > np.quantile(scores(spread, levels), 0.95)).mean() > 0.95
    assert (far > spread.threshold).mean() > 0.9


def test_new_levels_of_the_same_kind_lie_below_the_threshold(spread: FeatureSpread) -> None:
    usual = scores(spread, drawn_levels(100, seed=1))
    assert (usual <= spread.threshold).mean() > 0.95
    assert 0.5 < float(np.median(usual)) < 1.5


def test_the_threshold_comes_from_patients_that_the_moments_did_not_see() -> None:
    """Hundred features of sixty levels: seen ones look nearer than they are."""
    features = np.random.default_rng(0).normal(size=(60, 100))
    spread = FeatureSpread.fit(features, list(range(60)), source="x")
    assert spread.threshold > np.quantile(spread.scores(features), 0.99)


def test_too_few_levels_or_one_patient_are_refused() -> None:
    features = np.zeros((30, 4))
    with pytest.raises(ConfigError, match="20 levels"):
        FeatureSpread.fit(features[:10], list(range(10)), source="x")
    with pytest.raises(ConfigError, match="two patients"):
        FeatureSpread.fit(features, [0] * 30, source="x")
