"""Random pictures: labels move with pixels, the same seed gives the same picture."""

import pytest
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


def test_the_centre_is_the_sample_itself_at_the_asked_zoom() -> None:
    pixels, allowed = Augmentation(size=200).centred(*sample(), zoom=1.5)
    rows, columns = (allowed == 8).nonzero(as_tuple=True)
    assert (int(rows.max() - rows.min()) + 1, int(columns.max() - columns.min()) + 1) == (60, 60)
    assert pixels[1][allowed == 8].mean() > 0.9


def test_the_zoom_changes_the_size_of_what_is_seen() -> None:
    augment = Augmentation(size=200, scale_sd=0.0, stretch_sd=0.0)
    sizes = [
        int((augment(*sample(), torch.Generator().manual_seed(3), zoom=zoom)[1] == 8).sum()) for zoom in (1.0, 1.4)
    ]
    assert sizes[1] / sizes[0] == pytest.approx(1.96, rel=0.1)
