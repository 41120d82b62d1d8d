"""The patient moves while a series is scanned: ghosts and blur, each series on its own.

A spin-echo train fills every n-th line of k-space; the next is read seconds later, when the patient lies elsewhere. A
shift is a phase ramp in k-space (Zaitsev 2015, J Magn Reson Imaging 42:887), so lines of different positions add up to
replicas along the phase-encoding axis and to blur.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import fft

SHOTS = 20
"""Echo trains of a picture: 13 to 16 echoes each at the sizes of the phantom."""
LEAST_MM, MOST_MM = 0.3, 2.0
"""Deviation of the position over a series in which the patient moves: from hardly seen to hardly readable."""


@dataclass(frozen=True)
class Motion:
    """Deviation of the patient's position during each series, mm; 0 of one who lies still."""

    t1_mm: float = 0.0
    t2_mm: float = 0.0
    axial_mm: float = 0.0


STILL = Motion()


def draw_motion(rng: np.random.Generator, *, share: float) -> Motion:
    """Draw in which series the patient moves, each with the probability `share`, and how far."""
    moves = rng.random(3) < share
    extents_mm = np.exp(rng.uniform(np.log(LEAST_MM), np.log(MOST_MM), size=3))
    return Motion(*np.where(moves, extents_mm, 0.0).tolist())


def moved(
    signal: NDArray[np.float32], extent_px: float, rng: np.random.Generator, *, phase_axis: int
) -> NDArray[np.float32]:
    """Return the signal as it is seen of a patient who moves.

    Parameters
    ----------
    signal
        *Shape:* (slices, rows, columns)
    extent_px
        Deviation of the position along both axes of the slices, a random walk from train to train.
    phase_axis
        The axis that is phase encoded, 1 or 2. Positions are counted from that in which the middle line of k-space is
        read; the lines beside it come from other trains, so the picture may lie off by part of the extent.

    Returns
    -------
    Magnitudes, not negative.
        *Shape:* as `signal`
    """
    n_slices, n_lines = signal.shape[0], signal.shape[phase_axis]
    walk = rng.standard_normal((n_slices, SHOTS, 2)).cumsum(axis=1)
    walk *= extent_px / walk.std(axis=1, keepdims=True)
    position = walk[:, np.arange(n_lines) % SHOTS]
    position -= position[:, n_lines // 2, None]
    along_line = 3 - phase_axis
    shift = {phase_axis: position[..., 0], along_line: position[..., 1]}
    cycles = sum(
        np.expand_dims(shift[axis], along_line) * _frequencies(signal.shape, axis) for axis in (phase_axis, along_line)
    )
    lines = fft.fftshift(fft.fft2(signal, axes=(1, 2)), axes=(1, 2))
    seen = fft.ifft2(fft.ifftshift(lines * np.exp(-2j * np.pi * cycles), axes=(1, 2)), axes=(1, 2))
    return np.asarray(np.abs(seen), dtype=np.float32)


def _frequencies(shape: tuple[int, ...], axis: int) -> NDArray[np.float64]:
    """Return cycles a pixel along an axis, the middle of k-space in the middle; shape to multiply with pictures."""
    placed = [1, 1, 1]
    placed[axis] = shape[axis]
    return np.asarray(fft.fftshift(fft.fftfreq(shape[axis])).reshape(placed))
