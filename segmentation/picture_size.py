"""How large the pixels of a picture are, by the spine that it shows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from deepspine.data.errors import InputError
from deepspine.data.pictures import picture_grid
from deepspine.data.spine_classes import SpineClass
from deepspine.data.usual_size import USUAL_STEP_MM
from deepspine.data.volume import Volume
from deepspine.segmentation.chain import LUMBAR_DISCS, Chain, find_chain
from deepspine.segmentation.instances import find_parts
from deepspine.segmentation.level_naming import count_steps
from deepspine.segmentation.padding import unpadded
from deepspine.segmentation.pose import Segmenter

ZOOMS = (1.4, 0.72, 0.5)
"""Sizes tried, as multiples of the assumed one, where no spine of usual size is seen at that: of a wider field of view,
and of pictures of which a part was cut off."""
PLAUSIBLE_STEP_MM = (28.0, 43.0)
"""Between lumbar discs."""
MIN_SCORE_A_DISC = 2.7
"""A chain that scores less is painted into something else. Of the 957 pictures of Sudirman and SPIDER used for
development each scores more (2.77 to 4.5); spines seen in the belly of parts of some, shown too large, 1.4 to 2.6."""


@dataclass(frozen=True)
class _Look:
    """A picture with some pixel size and the chain that a network sees in it."""

    picture: Volume
    chain: Chain

    @property
    def step_mm(self) -> float:
        """Median distance of neighbouring lumbar discs, of which some may be missed between those found."""
        centers = np.array([disc.center_lps for disc in self.chain.discs])
        apart = np.linalg.norm(np.diff(centers, axis=0), axis=1)
        levels = -np.diff(count_steps([0.0, *-np.cumsum(apart)]))
        return float(np.median((apart / levels)[1 - LUMBAR_DISCS :]))

    @property
    def is_believed(self) -> bool:
        """Whether there is a chain, and one of a spine."""
        n_discs = len(self.chain.discs)
        return n_discs > 1 and self.chain.score >= MIN_SCORE_A_DISC * n_discs

    @property
    def is_plausible(self) -> bool:
        """Whether it is a lumbar spine of usual size."""
        low, high = PLAUSIBLE_STEP_MM
        return self.is_believed and len(self.chain.discs) >= LUMBAR_DISCS and low < self.chain.step_mm < high

    def sees_as_much_as(self, other: _Look) -> bool:
        """Whether it is believed, and no disc of another look is missing: that may double a distance."""
        return self.is_believed and len(self.chain.discs) >= len(other.chain.discs)

    def with_usual_step(self) -> Volume:
        """Return the picture with the pixel size at which its discs lie as far apart as usual."""
        return _zoomed(self.picture, USUAL_STEP_MM / self.step_mm)


def sized_by_spine(volume: Volume, network: Segmenter) -> Volume:
    """Return a sagittal picture with the pixel size at which its spine is of usual size.

    A picture whose pixel size is known is returned as it is. One that shows a plausible spine when it is taken to be as
    high as pictures are, padding left out, is. Any other is a part of a picture, or a wider one: there the distance of
    the discs counts.

    Parameters
    ----------
    volume
        As `read_picture` gives it.
    network
        What segments it, at each of a few sizes.
    """
    if not volume.origin.spacing_is_assumed:
        return volume
    rows, _ = unpadded(volume.voxels)
    assumed = _zoomed(volume, volume.grid.shape[1] / (rows.stop - rows.start))
    first = next(_looks([assumed], network), None)
    if first and first.is_plausible:
        return assumed
    looks = [*([first] if first else []), *_looks([_zoomed(assumed, zoom) for zoom in ZOOMS], network)]
    believed = [look for look in looks if look.is_believed]
    if not believed:
        return assumed
    best = max(believed, key=lambda look: look.chain.score)
    sized = best.with_usual_step()
    again = next(_looks([sized], network), None)
    return again.with_usual_step() if again and again.sees_as_much_as(best) else sized


def _looks(pictures: Sequence[Volume], network: Segmenter) -> Iterator[_Look]:
    """Yield what is seen in the pictures, without those that are too small or large to be looked at."""
    for picture in pictures:
        try:
            mask, certainty = network.segment(picture)
        except InputError:
            continue
        bodies, discs = (
            find_parts(mask, certainty, picture.grid, kind)[0] for kind in (SpineClass.BODY, SpineClass.DISC)
        )
        yield _Look(picture, find_chain(bodies, discs, mask, picture.grid))


def _zoomed(volume: Volume, zoom: float) -> Volume:
    _, rows, columns = volume.grid.shape
    return replace(volume, grid=picture_grid((rows, columns), float(volume.spacing_mm[1]) * zoom))
