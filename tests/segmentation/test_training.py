"""The loss that learns overlap from sets of classes."""

import pytest
import torch

from deepspine.data.spine_classes import SpineClass
from deepspine.segmentation.classes import ANY, N_CLASSES, class_set
from deepspine.segmentation.training import allowed_from_bits, set_dice_loss

VERTEBRA = class_set(SpineClass.BODY, SpineClass.POSTERIOR)


def certain(classes: torch.Tensor) -> torch.Tensor:
    """Return probabilities of 1 for the given class of each pixel."""
    return torch.nn.functional.one_hot(classes.long(), N_CLASSES).permute(0, 3, 1, 2).float()


def half_and_half(upper: int, lower: int) -> torch.Tensor:
    """Return a picture of 8 x 8 pixels with one value in the upper rows and another in the lower."""
    picture = torch.full((1, 8, 8), lower)
    picture[:, :4] = upper
    return picture


def test_a_right_answer_costs_nothing() -> None:
    classes = half_and_half(SpineClass.DISC, SpineClass.BACKGROUND)
    assert set_dice_loss(certain(classes), allowed_from_bits(1 << classes)) == pytest.approx(0.0, abs=1e-6)


def test_a_vertebra_s_mask_teaches_its_border_whatever_part_of_it_is_shown() -> None:
    bits = half_and_half(VERTEBRA, class_set(SpineClass.BACKGROUND))
    right = [half_and_half(part, SpineClass.BACKGROUND) for part in (SpineClass.BODY, SpineClass.POSTERIOR)]
    too_large = torch.full((1, 8, 8), int(SpineClass.BODY))
    assert [float(set_dice_loss(certain(one), allowed_from_bits(bits))) for one in right] == pytest.approx([0, 0])
    # 64 pixels found, 32 marked, and one more in both sums of the smoothed Dice.
    assert float(set_dice_loss(certain(too_large), allowed_from_bits(bits))) == pytest.approx(1 - 65 / 97)


def test_a_pixel_that_may_be_disc_or_not_says_nothing_of_the_disc() -> None:
    disc = class_set(SpineClass.DISC)
    bits = half_and_half(disc, disc | class_set(SpineClass.BACKGROUND))
    losses = [
        float(set_dice_loss(certain(half_and_half(SpineClass.DISC, below)), allowed_from_bits(bits)))
        for below in (SpineClass.DISC, SpineClass.BACKGROUND)
    ]
    assert losses == pytest.approx([0, 0])


def test_pixels_of_which_nothing_is_known_teach_nothing() -> None:
    bits = torch.full((1, 8, 8), ANY)
    assert set_dice_loss(certain(torch.zeros(1, 8, 8)), allowed_from_bits(bits)) == 0
