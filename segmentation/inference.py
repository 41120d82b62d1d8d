"""The trained network applied to a volume."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from deepspine.data.errors import InputError
from deepspine.data.geometry import FloatArray, Plane
from deepspine.data.volume import Volume
from deepspine.segmentation.weights_file import CARD_FILE, WEIGHTS_FILE

if TYPE_CHECKING:
    from torch import Tensor, nn

SIDE_MULTIPLE = 32
"""The U-Net halves its input five times."""
SLICES_AT_ONCE = 4
MIN_SIDE_MM = 100.0
"""A field of view smaller than this shows two levels at most."""


@dataclass(frozen=True, eq=False)
class SegmentationNetwork:
    """A trained network and its card.

    Attributes
    ----------
    network
        In evaluation mode.
    card
        Content of `model.json`: name, data, licences, training command, metrics, input contract.
    """

    network: nn.Module
    card: dict[str, Any]

    @property
    def pixel_mm(self) -> float:
        """Pixel size at which the network sees every slice; training varied it by about a third either way."""
        return float(self.card["input"]["pixel_mm"])

    @classmethod
    def load(cls, weights: Path | str | None = None) -> SegmentationNetwork:
        """Load safetensors weights with their `model.json` beside them; the shipped ones by default.

        Raises
        ------
        InputError
            When a file is missing or does not fit the network.
        """
        import torch
        from safetensors import SafetensorError
        from safetensors.torch import load_file

        from deepspine.segmentation.network import ENCODER, build_network

        path = Path(weights) if weights else Path(str(files("deepspine.segmentation") / "weights" / WEIGHTS_FILE))
        card = path.with_name(CARD_FILE)
        if not path.is_file() or not card.is_file():
            raise InputError(f"{path}: weights must be a .safetensors file with its model.json beside it")
        values = json.loads(card.read_text(encoding="utf-8"))
        network = build_network(values.get("encoder", ENCODER))
        try:
            network.load_state_dict({name: tensor.float() for name, tensor in load_file(path).items()})
        except (SafetensorError, RuntimeError) as error:
            raise InputError(f"{path}: weights do not fit the network: {str(error).splitlines()[0]}") from None
        return cls(network.eval().to(memory_format=torch.channels_last), values)

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
            Probability of that class, in [0, 1].

        Raises
        ------
        InputError
            When the volume is not sagittal or too small to show a spine.
        """
        check_view(volume)
        mask = np.zeros(volume.grid.shape, dtype=np.uint8)
        certainty = np.zeros(volume.grid.shape, dtype=np.float32)
        for start in range(0, len(mask), SLICES_AT_ONCE):
            stop = min(start + SLICES_AT_ONCE, len(mask))
            triples = [volume.voxels[[max(i - 1, 0), i, min(i + 1, len(mask) - 1)]] for i in range(start, stop)]
            probability, index = self.probabilities(np.stack(triples), volume.spacing_mm[1:]).max(dim=1)
            mask[start:stop] = index.numpy().astype(np.uint8)
            certainty[start:stop] = probability.numpy()
        return mask, certainty

    def probabilities(self, triples: NDArray[np.float32], spacing_mm: Sequence[float] | FloatArray) -> Tensor:
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
        import torch
        from torch.nn import functional

        from deepspine.segmentation.augmentation import normalise

        pixels = torch.from_numpy(np.ascontiguousarray(triples))
        shape = triples.shape[2:]
        rows, columns = (
            max(round(n * mm / self.pixel_mm), SIDE_MULTIPLE) for n, mm in zip(shape, spacing_mm, strict=True)
        )
        with torch.inference_mode():
            small = functional.interpolate(
                pixels, size=(rows, columns), mode="bilinear", align_corners=False, antialias=True
            )
            small = torch.stack([normalise(one) for one in small])
            padded = functional.pad(small, (0, -columns % SIDE_MULTIPLE, 0, -rows % SIDE_MULTIPLE))
            # Twice as quick where the processor has it; masks agree with single precision at a Dice of .993 to .999.
            with torch.autocast("cpu", torch.bfloat16, enabled=torch.ops.mkldnn._is_mkldnn_bf16_supported()):
                scores = self.network(padded.to(memory_format=torch.channels_last)).float()[..., :rows, :columns]
            full = functional.interpolate(scores, size=shape, mode="bilinear", align_corners=False)
            return full.softmax(dim=1)


def check_view(volume: Volume) -> None:
    """Refuse what shows no spine from the side.

    Raises
    ------
    InputError
        When the volume is not sagittal, or its field of view is smaller than `MIN_SIDE_MM`.
    """
    if volume.grid.plane is not Plane.SAGITTAL:
        raise InputError(
            f"the volume must be sagittal, got a stack of {volume.grid.plane} slices; choose another series"
        )
    height, width = (n * mm for n, mm in zip(volume.grid.shape[1:], volume.spacing_mm[1:], strict=True))
    if min(height, width) < MIN_SIDE_MM:
        raise InputError(f"the field of view must be at least {MIN_SIDE_MM:g} mm, got {height:.0f} x {width:.0f} mm")
