"""A mask of a spine drawn by rows: bodies and the six discs between them."""

import numpy as np

from deepspine.data.spine_classes import SpineClass

SHAPE = (1, 260, 120)


def spine(*, without: tuple[int, ...] = ()) -> np.ndarray:
    """Return the mask of six discs of 10 rows between bodies of 25; those left out are bone."""
    mask = np.zeros(SHAPE, dtype=np.uint8)
    mask[0, 10:245, 40:80] = SpineClass.BODY
    for index in range(6):
        if index not in without:
            mask[0, 35 + 35 * index : 45 + 35 * index, 40:80] = SpineClass.DISC
    return mask
