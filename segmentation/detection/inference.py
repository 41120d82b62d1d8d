"""The trained detector applied to a volume: boxes, and the mask that they stand for.

The boxes are painted as a mask of classes, so that all that follows (chain, curve, names, confidence, warnings, files)
is the same as after the U-Net.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from deepspine.data.errors import InputError
from deepspine.data.geometry import FloatArray
from deepspine.data.spine_classes import SpineClass
from deepspine.data.volume import Volume
from deepspine.segmentation.detection.instance_map import BoxClass, disc_in_box, tilt_deg, tilted_rectangle
from deepspine.segmentation.inference import check_view
from deepspine.segmentation.partial_labels import DiscBox
from deepspine.segmentation.weights_file import CARD_FILE, WEIGHTS_FILE, read_weights

if TYPE_CHECKING:
    from torchvision.models.detection import FasterRCNN

SLICES_AT_ONCE = 4
MIN_SCORE = 0.5
CLASS_OF = {BoxClass.BODY: SpineClass.BODY, BoxClass.S1: SpineClass.SACRUM, BoxClass.DISC: SpineClass.DISC}
"""In the order in which they are painted: a disc over its neighbours."""
SHARE_OF_BOX = 0.9
"""A tilted body reaches into its neighbour's box; bodies are painted smaller by this."""


@dataclass(frozen=True)
class FoundBox:
    """A part in pixels of a slice, with the detector's score in [0, 1]."""

    kind: BoxClass
    box: DiscBox
    score: float


@dataclass(frozen=True, eq=False)
class DetectionNetwork:
    """A trained detector and its card; a `Segmenter`, so `locate(volume, network=...)` takes it."""

    network: FasterRCNN
    card: dict[str, Any]
    paints_blocks: ClassVar[bool] = True

    @classmethod
    def load(cls, weights: Path | str | None = None) -> DetectionNetwork:
        """Load safetensors weights with their `model.json` beside them; the shipped ones by default.

        Raises
        ------
        InputError
            When a file is missing or does not fit the network.
        """
        import torch

        from deepspine.segmentation.detection.network import build_detector

        path = Path(weights) if weights else shipped_detector()
        if not path.is_file():
            raise InputError(
                f"{path}: no detector there; train one with `deepspine train detection` and name it with --weights"
            )
        found = read_weights(path)
        if "encoder" not in found.card:
            raise InputError(f"{path.with_name(CARD_FILE)}: names no encoder; it is no card of a detector")
        network = build_detector(found.encoder)
        try:
            network.load_state_dict({name: torch.from_numpy(values) for name, values in found.tensors.items()})
        except RuntimeError as error:
            raise InputError(f"{path}: weights do not fit the detector: {str(error).splitlines()[0]}") from None
        return cls(network.eval(), found.card)

    def segment(self, volume: Volume) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
        """Paint the boxes of a sagittal volume.

        Returns
        -------
        mask
            `BODY`, `DISC` and `SACRUM` (S1 alone), `[slice, row, column]` of the volume.
        certainty
            Score of the box of each voxel; 1 outside of all.

        Raises
        ------
        InputError
            When the volume is not sagittal or too small to show a spine.
        """
        check_view(volume)
        mask = np.zeros(volume.grid.shape, dtype=np.uint8)
        certainty = np.ones(volume.grid.shape, dtype=np.float32)
        for start in range(0, len(mask), SLICES_AT_ONCE):
            stop = min(start + SLICES_AT_ONCE, len(mask))
            triples = [volume.voxels[[max(i - 1, 0), i, min(i + 1, len(mask) - 1)]] for i in range(start, stop)]
            found = self.boxes(np.stack(triples), volume.spacing_mm[1:])
            for index, boxes in enumerate(found, start=start):
                mask[index], certainty[index] = painted(boxes, volume.grid.shape[1:])
        return mask, certainty

    def boxes(self, triples: NDArray[np.float32], spacing_mm: Sequence[float] | FloatArray) -> list[list[FoundBox]]:
        """Return the boxes of slices between their neighbours, in the slices' own pixels.

        Parameters
        ----------
        triples
            Grey levels of any range.
            *Shape:* (slices, 3, rows, columns)
        spacing_mm
            Of rows and columns.
        """
        import torch
        from torch.nn import functional

        from deepspine.segmentation.augmentation import normalise

        pixel_mm = float(self.card["input"]["pixel_mm"])
        shape = triples.shape[2:]
        rows, columns = (max(round(n * mm / pixel_mm), 32) for n, mm in zip(shape, spacing_mm, strict=True))
        with torch.inference_mode():
            pixels = torch.from_numpy(np.ascontiguousarray(triples))
            small = functional.interpolate(
                pixels, size=(rows, columns), mode="bilinear", align_corners=False, antialias=True
            )
            answers = self.network([normalise(one) for one in small])
        back = np.array([shape[1] / columns, shape[0] / rows] * 2)
        return [
            [
                FoundBox(BoxClass(int(kind)), DiscBox(*(corners * back).tolist()), float(score))
                for corners, kind, score in zip(
                    answer["boxes"].numpy(), answer["labels"].tolist(), answer["scores"].tolist(), strict=True
                )
                if score >= MIN_SCORE
            ]
            for answer in answers
        ]


def shipped_detector() -> Path:
    """Return the path of the weights of the detector that comes with the package."""
    return Path(str(files("deepspine.segmentation") / "detection" / "weights" / WEIGHTS_FILE))


def painted(boxes: Sequence[FoundBox], shape: tuple[int, int]) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Return the mask and the certainty that the boxes of a slice stand for, tilted as their neighbours lie.

    Parameters
    ----------
    boxes
        In pixels; of several S1 the surest is taken.
    shape
        Rows and columns.
    """
    mask = np.zeros(shape, dtype=np.uint8)
    certainty = np.ones(shape, dtype=np.float32)
    surest = max((one for one in boxes if one.kind is BoxClass.S1), key=lambda one: one.score, default=None)
    kept = [one for one in boxes if one.kind is not BoxClass.S1 or one is surest]
    kept.sort(key=lambda one: float(one.box.center[1]))
    centers = np.array([one.box.center for one in kept]).reshape(-1, 2)
    for kind, spine_class in CLASS_OF.items():
        for index, one in enumerate(kept):
            if one.kind is not kind:
                continue
            tilt = tilt_deg(centers, index) if len(centers) > 1 else 0.0
            inside = disc_in_box(shape, one.box, tilt) if kind is BoxClass.DISC else _block(shape, one.box, tilt)
            mask[inside], certainty[inside] = spine_class, one.score
    return mask, certainty


def _block(shape: tuple[int, int], box: DiscBox, tilt: float) -> NDArray[np.bool_]:
    """Pixels of a body or S1: a rectangle of the box's shape whose own box, tilted, is about as large."""
    cos, sin = np.cos(np.deg2rad(abs(tilt))), np.sin(np.deg2rad(abs(tilt)))
    share = SHARE_OF_BOX / (cos + sin)
    half = (share * box.width / 2, share * (box.y1 - box.y0) / 2)
    return tilted_rectangle(shape, box.center, half, tilt)
