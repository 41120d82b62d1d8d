"""A second look at a spine in which a disc is missing, at a larger size.

A collapsed disc is a few pixels high at the network's working size and may be taken for bone. Shown larger, it is found
more often. So a chain with a gap is looked at again, and the look with the fewer gaps counts. Of a pair of T1 and T2,
each alone is looked at before: where one contrast takes a disc for bone and is sure, the other may have seen it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from deepspine.data.geometry import Grid
from deepspine.data.spine_classes import SpineClass
from deepspine.data.volume import Volume
from deepspine.segmentation.chain import Chain, find_chain
from deepspine.segmentation.instances import find_parts
from deepspine.segmentation.level_naming import count_steps
from deepspine.segmentation.pair import Seen, lies_on, seen_together
from deepspine.segmentation.pose import Segmenter

LARGER = 1.35
"""Training drew scales with a standard deviation of 1.17, cut at two of them."""


@dataclass(frozen=True, eq=False)
class Look:
    """What was seen of a spine.

    Attributes
    ----------
    mask, certainty
        As a `Segmenter` gives them, `[slice, row, column]`.
    labels
        Number of the connected body in each voxel, as `find_parts` gives it.
    chain
        The spine's discs and bodies.
    alone
        Whether another contrast was given that shows the spine elsewhere, and was left out.
    """

    mask: NDArray[np.uint8]
    certainty: NDArray[np.float32]
    labels: NDArray[np.int32]
    chain: Chain
    alone: bool = False

    @property
    def n_missing(self) -> int:
        """Number of discs that the distances in the chain ask for and that were not found."""
        heights = [float(disc.center_lps[2]) for disc in self.chain.discs]
        return count_steps(heights)[0] - (len(heights) - 1) if heights else 0


def look_at(volume: Volume, network: Segmenter, *, other: Volume | None = None) -> Look:
    """Return what a network sees of a volume; once more, larger, where discs are missing in the chain.

    Parameters
    ----------
    volume
        Sagittal.
    network
        What segments it.
    other
        Another contrast of the same place, see `lies_on`; both are looked at, and what they show is put together.
    """
    looks = _looks(volume, network, other)
    best = next(looks)
    while best.n_missing and (look := next(looks, None)):
        if look.n_missing < best.n_missing and len(look.chain.discs) >= len(best.chain.discs):
            best = look
    return best


def _looks(volume: Volume, network: Segmenter, other: Volume | None) -> Iterator[Look]:
    """Yield what is seen of a pair together, of each alone, and once more larger; of a volume alone the same."""
    laid = lies_on(volume, other) if other else None
    own = network.segment(volume)
    others = network.segment(laid) if laid else None
    together = seen_together(own, others) if others else None
    alone = other is not None and together is None
    yield _look(together or own, volume, alone=alone)
    if together and others:
        yield _look(own, volume)
        yield _look(others, volume)
    larger = network.segment(_larger(volume))
    if together and laid:
        larger = seen_together(larger, network.segment(_larger(laid))) or larger
    yield _look(larger, volume, alone=alone)


def _look(seen: Seen, volume: Volume, *, alone: bool = False) -> Look:
    mask, certainty = seen
    bodies, labels = find_parts(mask, certainty, volume.grid, SpineClass.BODY)
    discs, _ = find_parts(mask, certainty, volume.grid, SpineClass.DISC)
    return Look(mask, certainty, labels, find_chain(bodies, discs, mask, volume.grid), alone=alone)


def _larger(volume: Volume) -> Volume:
    """Return the same voxels, each claiming to be larger in the slices."""
    slice_mm, row_mm, column_mm = volume.grid.spacing_mm
    grid = Grid.from_axes(
        volume.grid.shape,
        origin_lps=volume.grid.lps_from_ijk(np.zeros(3)),
        axes_lps=list(volume.grid.axes_lps),
        spacing_mm=(slice_mm, LARGER * row_mm, LARGER * column_mm),
    )
    return replace(volume, grid=grid)
