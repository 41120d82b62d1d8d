"""The two ways to find a spine, as an option of several verbs."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from deepspine.segmentation.detection.inference import DetectionNetwork
    from deepspine.segmentation.inference import SegmentationNetwork


class Device(StrEnum):
    """Where the U-Net runs: on the processor by ONNX Runtime, on a GPU by PyTorch."""

    CPU = "cpu"
    CUDA = "cuda"


class Method(StrEnum):
    """How the spine is found."""

    UNET = "unet"
    DETECTION = "detection"

    def shipped(self) -> Path:
        """Return the weights that come with the package."""
        from deepspine.segmentation.detection.inference import shipped_detector
        from deepspine.segmentation.inference import shipped_weights

        return shipped_detector() if self is Method.DETECTION else shipped_weights()

    def load(self, weights: Path | None, *, device: Device = Device.CPU) -> SegmentationNetwork | DetectionNetwork:
        """Load a network, the shipped one by default; the detector runs on the processor alone, through PyTorch.

        Raises
        ------
        ConfigError
            When the detector is asked for on a GPU.
        """
        if self is Method.DETECTION:
            from deepspine.data.errors import ConfigError

            if device is Device.CUDA:
                raise ConfigError("--method detection runs on the processor alone; leave --device cuda out")
            from deepspine.segmentation.detection.inference import DetectionNetwork

            return DetectionNetwork.load(weights)
        from deepspine.segmentation.inference import SegmentationNetwork

        return SegmentationNetwork.load(weights, device=device.value)
