"""Sets of a spine's classes as bits of a pixel's label, and how masks of them overlap."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from deepspine.data.spine_classes import SpineClass

N_CLASSES = len(SpineClass)
ANY = (1 << N_CLASSES) - 1
"""All classes possible: the pixel teaches nothing."""

AllowedMap = NDArray[np.uint8]
"""For each pixel the set of its possible classes, bit `c` for class `c`."""


def class_set(*classes: SpineClass) -> int:
    """Return the bits of a set of classes."""
    bits = 0
    for one in classes:
        bits |= 1 << one
    return bits


def without(*classes: SpineClass) -> int:
    """Return the bits of all classes but these."""
    return ANY & ~class_set(*classes)


def definite(mask: NDArray[np.uint8]) -> AllowedMap:
    """Return the label map of a complete mask: each pixel's set holds its one class."""
    return np.left_shift(np.uint8(1), mask).astype(np.uint8)


def dice_coefficient(guess: NDArray[np.bool_], truth: NDArray[np.bool_]) -> float:
    """Return the overlap of two masks (Dice 1945); 1 when both are empty.

    Examples
    --------
    >>> dice_coefficient(np.array([True, True, False]), np.array([True, False, False]))
    0.6666666666666666
    """
    total = int(guess.sum()) + int(truth.sum())
    return 2.0 * int((guess & truth).sum()) / total if total else 1.0
