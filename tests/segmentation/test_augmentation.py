"""Random pictures: labels move with pixels, the same seed gives the same picture."""

import torch

from deepspine.segmentation.augmentation import Augmentation, normalise


def sample() -> tuple[torch.Tensor, torch.Tensor]:
    """Return a bright square in the dark, labelled 8 in 1."""
    pixels = torch.zeros(3, 120, 100)
    pixels[:, 40:80, 30:70] = 500.0
    allowed = torch.ones(120, 100, dtype=torch.uint8)
    allowed[40:80, 30:70] = 8
    return pixels, allowed


def test_the_same_seed_gives_the_same_picture() -> None:
    augment = Augmentation(size=96)
    first, second, other = (augment(*sample(), torch.Generator().manual_seed(seed)) for seed in (1, 1, 2))
    assert torch.equal(first[0], second[0])
    assert torch.equal(first[1], second[1])
    assert not torch.equal(first[0], other[0])


def test_labels_move_with_pixels() -> None:
    augment = Augmentation(size=96, contrast_probability=0.0)
    for seed in range(20):
        pixels, allowed = augment(*sample(), torch.Generator().manual_seed(seed))
        inside, outside = pixels[1][allowed == 8], pixels[1][allowed == 1]
        if len(inside) > 200:
            assert inside.median() > outside.median() + 0.2


def test_pixels_are_in_the_unit_range_and_labels_keep_their_values() -> None:
    for seed in range(20):
        pixels, allowed = Augmentation(size=64)(*sample(), torch.Generator().manual_seed(seed))
        assert pixels.shape == (3, 64, 64)
        assert pixels.min() >= 0
        assert pixels.max() <= 1
        assert set(allowed.unique().tolist()) <= {1, 8}


def test_grey_levels_of_any_range_become_the_same() -> None:
    pixels = torch.rand(3, 50, 50, generator=torch.Generator().manual_seed(0))
    assert torch.allclose(normalise(pixels), normalise(pixels * 4095 + 17), atol=1e-4)
