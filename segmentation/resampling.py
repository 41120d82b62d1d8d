"""Linear resampling of pictures between pixel sizes, as PyTorch's `interpolate` does it (`align_corners=False`)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Pictures = NDArray[np.float32]


def resample(pictures: Pictures, shape: tuple[int, int], *, antialias: bool) -> Pictures:
    """Resample the last two axes.

    Parameters
    ----------
    pictures
        *Shape:* (..., rows, columns)
    shape
        Rows and columns of the result, over the same field of view.
    antialias
        Whether a pixel of the result averages all those that it covers, not the nearest two alone.
    """
    *before, rows, columns = pictures.shape
    if (rows, columns) == shape:
        return pictures
    flat = pictures.reshape(-1, rows, columns)
    down, across = (
        linear_weights(n_in, n_out, antialias=antialias) for n_in, n_out in zip((rows, columns), shape, strict=True)
    )
    # One product for all pictures: a sparse matrix times a wide dense one.
    by_row = down @ np.ascontiguousarray(flat.transpose(1, 0, 2)).reshape(rows, -1)
    by_column = across @ np.ascontiguousarray(by_row.reshape(-1, columns).T)
    result = by_column.reshape(shape[1], shape[0], -1).transpose(2, 1, 0)
    return np.ascontiguousarray(result, dtype=np.float32).reshape(*before, *shape)


def linear_weights(n_in: int, n_out: int, *, antialias: bool) -> sparse.csr_array:
    """Return what each sample of the input gives to each of the output; rows sum to 1.

    *Shape:* (n_out, n_in)

    Examples
    --------
    >>> linear_weights(4, 2, antialias=False).toarray().tolist()
    [[0.5, 0.5, 0.0, 0.0], [0.0, 0.0, 0.5, 0.5]]
    """
    step = n_in / n_out
    width = max(step, 1.0) if antialias else 1.0
    place = (np.arange(n_out)[:, None] + 0.5) * step - 0.5
    # Beyond the border the last sample goes on.
    place = place if antialias else np.clip(place, 0.0, n_in - 1.0)
    weights = np.clip(1.0 - np.abs(place - np.arange(n_in)) / width, 0.0, None)
    return sparse.csr_array((weights / weights.sum(axis=1, keepdims=True)).astype(np.float32))
