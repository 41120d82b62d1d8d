"""The shipped segmentation, blind to one disc on T2: it takes it for bone, as it may a collapsed one."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import ndimage

from deepspine.data.levels import Level
from deepspine.data.phantom.study import PhantomStudy
from deepspine.data.spine_classes import SpineClass
from deepspine.data.volume import Volume, Weighting
from deepspine.segmentation.inference import SegmentationNetwork


def blind_on_t2(monkeypatch: pytest.MonkeyPatch, phantom: PhantomStudy, level: Level) -> None:
    """Let the network be blind to a disc of a phantom's sagittal pictures, and sure of it."""
    (center,) = [frame.center_lps for frame in phantom.frames if frame.level is level]
    _, row, column = np.rint(phantom.sagittal_t2.grid.ijk_from_lps(center)).astype(int)
    seeing = SegmentationNetwork.segment

    def segment(network: SegmentationNetwork, volume: Volume) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
        mask, certainty = seeing(network, volume)
        if volume.weighting is Weighting.T2:
            labels, _ = ndimage.label(mask == SpineClass.DISC)
            disc = labels == labels[0, row, column]
            assert mask[0, row, column] == SpineClass.DISC
            mask = np.where(disc, np.uint8(SpineClass.BODY), mask)
            certainty = np.where(disc, np.float32(0.99), certainty)
        return mask, certainty

    monkeypatch.setattr(SegmentationNetwork, "segment", segment)
