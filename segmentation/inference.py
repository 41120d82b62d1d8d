"""The trained network applied to a volume; needs no PyTorch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deepspine.data.errors import InputError
from deepspine.data.geometry import FloatArray, Plane
from deepspine.data.volume import Volume
from deepspine.segmentation.engines import CPU, Engine, engine_for
from deepspine.segmentation.padding import unpadded
from deepspine.segmentation.pose import NO_ORIENTATION
from deepspine.segmentation.resampling import resample
from deepspine.segmentation.weights_file import WEIGHTS_FILE, read_weights

SIDE_MULTIPLE = 32
"""The U-Net halves its input five times."""
MIN_SIDE_MM = 100.0
"""A field of view smaller than this shows two levels at most."""
MAX_SIDE_MM = 1400.0
"""Whole spines are imaged within 1,000 mm, and a second look shows them 1.35 times larger."""
LOW_QUANTILE, HIGH_QUANTILE = 0.01, 0.995
"""Grey levels that become 0 and 1: fat may clip, air may not hide the rest."""
SAMPLED_PIXELS = 20_000
"""Quantiles are taken of this many pixels at most."""


@dataclass(frozen=True, eq=False)
class SegmentationNetwork:
    """A trained network and its card.

    Attributes
    ----------
    engine
        Turns slices into scores.
    card
        Content of `model.json`: name, data, licences, training command, metrics, input contract.
    """

    engine: Engine
    card: dict[str, Any]

    @property
    def pixel_mm(self) -> float:
        """Pixel size at which the network sees every slice; training varied it by about a third either way."""
        return float(self.card["input"]["pixel_mm"])

    @classmethod
    def load(cls, weights: Path | str | None = None, *, device: str = CPU) -> SegmentationNetwork:
        """Load safetensors weights with their `model.json` beside them; the shipped ones by default.

        Parameters
        ----------
        weights
            Of any encoder that segmentation-models-pytorch knows.
        device
            `cpu`, or `cuda` through PyTorch.

        Raises
        ------
        InputError
            When a file is missing or does not fit the network, or there is no such device.
        """
        found = read_weights(Path(weights) if weights else shipped_weights())
        return cls(engine_for(found, device=device), found.card)

    def segment(self, volume: Volume) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
        """Find the spine in a sagittal volume.

        Parameters
        ----------
        volume
            Sagittal slices as `read_volume` gives them: rows from head to foot, columns from front to back.

        Returns
        -------
        mask
            Class of each voxel, `SpineClass`, `[slice, row, column]` of the volume.
        certainty
            Probability of that class, in [0, 1]; 1 in the padding around what is shown.

        Raises
        ------
        InputError
            When the volume is not sagittal or too small to show a spine.
        """
        check_view(volume)
        mask = np.zeros(volume.grid.shape, dtype=np.uint8)
        certainty = np.ones(volume.grid.shape, dtype=np.float32)
        rows, columns = unpadded(volume.voxels)
        if len(mask) == 1:
            # Pictures padded at their sides were learned from.
            columns = slice(0, volume.grid.shape[2])
        seen = volume.voxels[:, rows, columns]
        small = self._at_working_size(seen, volume.spacing_mm[1:])
        for index in range(len(mask)):
            shown = small[[max(index - 1, 0), index, min(index + 1, len(mask) - 1)]]
            scores = self._scores(shown, seen.shape[1:])
            mask[index, rows, columns] = scores.argmax(axis=0)
            # The largest probability of a softmax, without the others.
            certainty[index, rows, columns] = 1 / np.exp(scores - scores.max(axis=0)).sum(axis=0)
        return mask, certainty

    def probabilities(
        self, triples: NDArray[np.float32], spacing_mm: Sequence[float] | FloatArray
    ) -> NDArray[np.float32]:
        """Return probabilities of the classes in the slices' own pixels.

        Parameters
        ----------
        triples
            Slices between their neighbours, grey levels of any range.
            *Shape:* (slices, 3, rows, columns)
        spacing_mm
            Of rows and columns.

        Returns
        -------
        *Shape:* (slices, 6, rows, columns)
        """
        scores = np.stack([self._scores(self._at_working_size(one, spacing_mm), one.shape[1:]) for one in triples])
        exponentials = np.exp(scores - scores.max(axis=1, keepdims=True))
        return np.asarray(exponentials / exponentials.sum(axis=1, keepdims=True), dtype=np.float32)

    def _at_working_size(
        self, slices: NDArray[np.float32], spacing_mm: Sequence[float] | FloatArray
    ) -> NDArray[np.float32]:
        rows, columns = (
            max(round(n * mm / self.pixel_mm), SIDE_MULTIPLE)
            for n, mm in zip(slices.shape[1:], spacing_mm, strict=True)
        )
        return resample(np.asarray(slices, dtype=np.float32), (rows, columns), antialias=True)

    def _scores(self, small: NDArray[np.float32], shape: tuple[int, ...]) -> NDArray[np.float32]:
        """Return scores of the middle one of three slices of working size, in pixels of the given shape."""
        rows, columns = small.shape[1:]
        padding = ((0, 0), (0, -rows % SIDE_MULTIPLE), (0, -columns % SIDE_MULTIPLE))
        scores = self.engine(np.pad(normalised(small), padding)[None])[0, :, :rows, :columns]
        return resample(scores, (shape[0], shape[1]), antialias=False)


def shipped_weights() -> Path:
    """Return the path of the weights that come with the package."""
    return Path(str(files("deepspine.segmentation") / "weights" / WEIGHTS_FILE))


def normalised(pixels: NDArray[np.float32]) -> NDArray[np.float32]:
    """Map grey levels of any range to [0, 1] by their quantiles, as `augmentation.normalise` does in training."""
    flat = pixels.ravel()
    step = max(flat.size // SAMPLED_PIXELS, 1)
    low, high = np.quantile(flat[::step], [LOW_QUANTILE, HIGH_QUANTILE])
    scaled = (pixels - low) / max(high - low, 1e-6)
    return np.asarray(np.clip(scaled, 0.0, 1.0), dtype=np.float32)


def check_view(volume: Volume) -> None:
    """Refuse what shows no spine from the side.

    Raises
    ------
    InputError
        When the volume is not sagittal, or a side of its field of view is not `MIN_SIDE_MM` to `MAX_SIDE_MM`.
    """
    if volume.grid.plane is not Plane.SAGITTAL:
        way_out = "choose another series" if volume.origin.has_orientation else NO_ORIENTATION
        raise InputError(f"the volume must be sagittal, got a stack of {volume.grid.plane} slices; {way_out}")
    height, width = (n * mm for n, mm in zip(volume.grid.shape[1:], volume.spacing_mm[1:], strict=True))
    if min(height, width) < MIN_SIDE_MM or max(height, width) > MAX_SIDE_MM:
        raise InputError(
            f"the field of view must be {MIN_SIDE_MM:g} to {MAX_SIDE_MM:g} mm, got {height:.0f} x {width:.0f} mm; "
            + ("say the pixel size if you know it" if volume.origin.spacing_is_assumed else "is the pixel size right?")
        )
