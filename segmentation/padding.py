"""Rims of one value around an image: they show nothing, and a network that never saw any may paint a spine there."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from deepspine.data.volume import Volume

PADDING = (0.05, 0.67)
"""Share of a side. A narrower rim, as resampling leaves one, is no padding; where more is of one value, the image
itself is mostly black."""


def unpadded(voxels: NDArray[np.float32]) -> tuple[slice, slice]:
    """Return the rows and columns of `[slice, row, column]` without the padding around them.

    Examples
    --------
    >>> unpadded(np.pad(np.arange(100.0).reshape(1, 10, 10), ((0, 0), (4, 2), (5, 0))))
    (slice(4, 14, None), slice(5, 15, None))
    """
    rows = _varied(np.ptp(voxels, axis=(0, 2)) > 0)
    return rows, _varied(np.ptp(voxels[:, rows], axis=(0, 1)) > 0)


def without_padding(volume: Volume) -> Volume:
    """Return what a volume shows, in its place, without the padding around it."""
    rows, columns = unpadded(volume.voxels)
    voxels = volume.voxels[:, rows, columns]
    shape = (len(voxels), rows.stop - rows.start, columns.stop - columns.start)
    grid = volume.grid.reindexed(start=(0, rows.start, columns.start), step=(1, 1, 1), shape=shape)
    return replace(volume, voxels=voxels, grid=grid)


def _varied(varies: NDArray[np.bool_]) -> slice:
    """Return the rows or columns from the first to the last that varies; all where too few or many are left out."""
    found = np.flatnonzero(varies)
    if len(found):
        first, end = int(found[0]), int(found[-1]) + 1
        least, most = PADDING
        if least <= 1 - (end - first) / len(varies) <= most:
            return slice(first, end)
    return slice(0, len(varies))
