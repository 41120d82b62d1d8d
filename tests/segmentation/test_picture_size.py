"""The pixel size of a picture by the spine in it."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

from deepspine.data.errors import InputError
from deepspine.data.pictures import picture_grid
from deepspine.data.spine_classes import SpineClass
from deepspine.data.volume import Volume, VolumeOrigin
from deepspine.segmentation.picture_size import sized_by_spine

SHAPE = (300, 200)
STEP_PIXELS = 35


@dataclass
class SeesSizes:
    """A network that sees a painted spine where its discs are `from_mm` to `to_mm` apart, and nothing else."""

    from_mm: float = 25.0
    to_mm: float = 46.0

    def segment(self, volume: Volume) -> tuple[np.ndarray, np.ndarray]:
        """Return the painting, or nothing."""
        mask = np.zeros(volume.grid.shape, dtype=np.uint8)
        if self.from_mm < STEP_PIXELS * volume.spacing_mm[1] < self.to_mm:
            for top in range(10, 10 + 6 * STEP_PIXELS, STEP_PIXELS):
                mask[0, top : top + 25, 80:120] = SpineClass.BODY
                mask[0, top + 25 : top + STEP_PIXELS, 80:120] = SpineClass.DISC
        return mask, np.full(mask.shape, 0.95, dtype=np.float32)


@dataclass
class SeesPart:
    """A network that sees the lower discs of a spine wherever it is asked, and doubtful ones where pixels are large."""

    n_discs: int
    step_pixels: int
    missing: tuple[int, ...] = ()
    doubtful_above_mm: float = 1e6

    def segment(self, volume: Volume) -> tuple[np.ndarray, np.ndarray]:
        """Return the painting: where pixels are too large, six discs that nobody would be sure of."""
        doubtful = volume.spacing_mm[1] > self.doubtful_above_mm
        step = self.step_pixels if not doubtful else 35
        mask = np.zeros(volume.grid.shape, dtype=np.uint8)
        for index in range(self.n_discs if not doubtful else 6):
            top = 10 + index * step
            mask[0, top : top + step, 80:120] = SpineClass.BODY
            if index not in self.missing:
                mask[0, top + step - 8 : top + step, 80:120] = SpineClass.DISC
        return mask, np.full(mask.shape, 0.6 if doubtful else 0.95, dtype=np.float32)


def picture(pixel_mm: float, *, assumed: bool = True) -> Volume:
    origin = VolumeOrigin(has_patient_space=False, spacing_is_assumed=assumed)
    return Volume(np.zeros((1, *SHAPE), dtype=np.float32), picture_grid(SHAPE, pixel_mm), origin=origin)


def test_a_plausible_spine_keeps_the_assumed_size() -> None:
    assert sized_by_spine(picture(1.0), SeesSizes()).spacing_mm[1] == pytest.approx(1.0)


@pytest.mark.parametrize("pixel_mm", [0.55, 0.65, 0.75, 1.3, 1.5])
def test_a_spine_of_the_wrong_size_says_how_large_the_pixels_are(pixel_mm: float) -> None:
    sized = sized_by_spine(picture(pixel_mm), SeesSizes())
    assert STEP_PIXELS * sized.spacing_mm[1] == pytest.approx(35.0, abs=7.6)


def test_a_known_size_is_never_changed() -> None:
    known = picture(0.6, assumed=False)
    assert sized_by_spine(known, SeesSizes()) is known


def test_a_picture_without_a_spine_stays_as_it_is() -> None:
    blank = picture(1.0)
    assert sized_by_spine(blank, SeesSizes(1000.0, 1001.0)).spacing_mm[1] == pytest.approx(1.0)


def test_the_picture_itself_is_the_same() -> None:
    small = replace(picture(0.6), voxels=np.random.default_rng(0).random((1, *SHAPE), dtype=np.float32))
    assert (sized_by_spine(small, SeesSizes()).voxels == small.voxels).all()


@pytest.mark.parametrize(("n_discs", "step_pixels"), [(3, 70), (4, 60), (4, 50), (5, 48)])
def test_a_part_of_a_picture_is_sized_by_its_discs(n_discs: int, step_pixels: int) -> None:
    sized = sized_by_spine(picture(1.0), SeesPart(n_discs, step_pixels))
    assert step_pixels * sized.spacing_mm[1] == pytest.approx(35.0, abs=1.0)


def test_a_disc_that_is_missed_halves_no_pixel() -> None:
    sized = sized_by_spine(picture(1.0), SeesPart(4, 60, missing=(2,)))
    assert 60 * sized.spacing_mm[1] == pytest.approx(35.0, abs=1.0)


def test_a_longer_spine_that_is_painted_into_something_else_does_not_count() -> None:
    sized = sized_by_spine(picture(1.0), SeesPart(4, 60, doubtful_above_mm=0.9))
    assert 60 * sized.spacing_mm[1] == pytest.approx(35.0, abs=1.0)


@pytest.mark.parametrize("grey", [0.0, 1.0])
def test_padding_above_and_below_makes_no_pixel_smaller(grey: float) -> None:
    voxels = np.full((1, *SHAPE), grey, dtype=np.float32)
    voxels[0, 60:260] = np.random.default_rng(0).random((200, SHAPE[1]), dtype=np.float32)
    padded = replace(picture(280 / 300), voxels=voxels)
    assert sized_by_spine(padded, SeesPart(6, 25)).spacing_mm[1] == pytest.approx(280 / 200)


def test_a_size_at_which_nothing_can_be_seen_is_passed_over() -> None:
    """The network refuses fields of view that are too small, as those of a narrow picture become."""

    class RefusesSmall(SeesPart):
        def segment(self, volume: Volume) -> tuple[np.ndarray, np.ndarray]:
            if volume.spacing_mm[1] < 0.7:
                raise InputError("the field of view must be 100 to 1400 mm")
            return super().segment(volume)

    sized = sized_by_spine(picture(1.0), RefusesSmall(4, 48))
    assert 48 * sized.spacing_mm[1] == pytest.approx(35.0, abs=1.0)
