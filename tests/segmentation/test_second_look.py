"""A chain with a gap is looked at again, larger; nothing else is."""

from dataclasses import dataclass, field

import numpy as np
import pytest
from drawn_spine import SHAPE, spine

from deepspine.data.geometry import Grid, Plane
from deepspine.data.orientation import DISPLAY_AXES_LPS
from deepspine.data.volume import Volume
from deepspine.segmentation.second_look import LARGER, look_at

PIXEL_MM = 1.0


@dataclass
class ByPixelSize:
    """Sees one mask at the volume's own size and another where it is shown larger."""

    own: np.ndarray
    larger: np.ndarray
    shown_mm: list[float] = field(default_factory=list)

    def segment(self, volume: Volume) -> tuple[np.ndarray, np.ndarray]:
        """Return the mask for the pixel size."""
        self.shown_mm.append(float(volume.spacing_mm[1]))
        mask = self.own if volume.spacing_mm[1] == PIXEL_MM else self.larger
        return mask, np.full(SHAPE, 0.95, dtype=np.float32)


@pytest.fixture
def picture() -> Volume:
    axes = DISPLAY_AXES_LPS[Plane.SAGITTAL]
    grid = Grid.from_axes(SHAPE, origin_lps=(0.0, 0.0, 0.0), axes_lps=axes, spacing_mm=(4.0, PIXEL_MM, PIXEL_MM))
    return Volume(np.zeros(SHAPE, dtype=np.float32), grid)


def test_a_whole_chain_is_looked_at_once(picture: Volume) -> None:
    network = ByPixelSize(spine(), spine())
    assert look_at(picture, network).n_missing == 0
    assert network.shown_mm == [PIXEL_MM]


def test_a_disc_that_shows_at_a_larger_size_is_found_where_it_lies(picture: Volume) -> None:
    network = ByPixelSize(spine(without=(2,)), spine())
    look = look_at(picture, network)
    assert network.shown_mm == pytest.approx([PIXEL_MM, LARGER * PIXEL_MM])
    heights = [-float(disc.center_lps[2]) for disc in look.chain.discs]
    assert heights == pytest.approx([39.5 + 35 * index for index in range(6)], abs=1.0)


@pytest.mark.parametrize("larger", [(2,), (1, 2), (2, 5)], ids=["as before", "worse", "another one lost"])
def test_a_second_look_that_sees_no_more_does_not_count(picture: Volume, larger: tuple[int, ...]) -> None:
    first = spine(without=(2,))
    look = look_at(picture, ByPixelSize(first, spine(without=larger)))
    assert look.n_missing == 1
    assert look.mask is first
