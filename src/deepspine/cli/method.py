"""The two ways to find a spine, as an option of several verbs."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from deepspine.segmentation.detection.inference import DetectionNetwork
    from deepspine.segmentation.inference import SegmentationNetwork


class Method(StrEnum):
    """How the spine is found."""

    UNET = "unet"
    DETECTION = "detection"

    def load(self, weights: Path | None) -> SegmentationNetwork | DetectionNetwork:
        """Load a network, the shipped one by default (imports PyTorch)."""
        from deepspine.segmentation.detection.inference import DetectionNetwork
        from deepspine.segmentation.inference import SegmentationNetwork

        return DetectionNetwork.load(weights) if self is Method.DETECTION else SegmentationNetwork.load(weights)
