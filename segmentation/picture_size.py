"""How large the pixels of a picture are, by the spine that it shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from deepspine.data.pictures import picture_grid
from deepspine.data.spine_classes import SpineClass
from deepspine.data.volume import Volume
from deepspine.segmentation.chain import USUAL_STEP_MM, Chain, find_chain
from deepspine.segmentation.instances import find_parts
from deepspine.segmentation.pose import Segmenter

ZOOMS = (1.0, 1.4, 0.72)
"""Sizes tried, as multiples of the assumed one, where no spine of usual size is seen at that."""
PLAUSIBLE_STEP_MM = (28.0, 43.0)
"""Between lumbar discs."""
PLAUSIBLE_DISCS = 5


def sized_by_spine(volume: Volume, network: Segmenter) -> Volume:
    """Return a sagittal picture with the pixel size at which its spine is of usual size.

    A picture whose pixel size is known, and one that shows a plausible spine at the assumed size, is returned as it is.

    Parameters
    ----------
    volume
        As `read_picture` gives it.
    network
        What segments it, at each of a few sizes.
    """
    if not volume.origin.spacing_is_assumed:
        return volume
    tried: list[tuple[Chain, Volume]] = []
    for zoom in ZOOMS:
        candidate = _zoomed(volume, zoom)
        chain = _chain_in(candidate, network)
        if len(chain.discs) >= PLAUSIBLE_DISCS and PLAUSIBLE_STEP_MM[0] < chain.step_mm < PLAUSIBLE_STEP_MM[1]:
            return candidate
        tried.append((chain, candidate))
    chain, best = max(tried, key=lambda one: one[0].score)
    if not np.isfinite(chain.step_mm):
        return volume
    refined = _zoomed(best, USUAL_STEP_MM / chain.step_mm)
    return refined if _chain_in(refined, network).score >= chain.score else best


def _chain_in(volume: Volume, network: Segmenter) -> Chain:
    mask, certainty = network.segment(volume)
    parts: Sequence[list] = [  # type: ignore[type-arg]
        find_parts(mask, certainty, volume.grid, kind)[0] for kind in (SpineClass.BODY, SpineClass.DISC)
    ]
    return find_chain(parts[0], parts[1], mask, volume.grid)


def _zoomed(volume: Volume, zoom: float) -> Volume:
    _, rows, columns = volume.grid.shape
    return replace(volume, grid=picture_grid((rows, columns), float(volume.spacing_mm[1]) * zoom))
