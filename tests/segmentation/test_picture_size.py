"""The pixel size of a picture by the spine in it."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

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
