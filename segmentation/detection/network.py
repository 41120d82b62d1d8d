"""A small Faster R-CNN (Ren 2015) on the encoder of the segmentation, with a feature pyramid (Lin 2017)."""

from __future__ import annotations

from collections import OrderedDict

import torch
from torch import Tensor, nn
from torchvision.models.detection import FasterRCNN
from torchvision.models.detection.anchor_utils import AnchorGenerator
from torchvision.models.detection.faster_rcnn import TwoMLPHead
from torchvision.models.detection.transform import GeneralizedRCNNTransform
from torchvision.ops import FeaturePyramidNetwork, MultiScaleRoIAlign

from deepspine.segmentation.detection.instance_map import BoxClass
from deepspine.segmentation.weights_file import ENCODER, N_NEIGHBOURS, TrainedWeights

PYRAMID_CHANNELS = 64
HEAD_CHANNELS = 256
LEVELS = (2, 3, 4)
"""Of the encoder's features: a quarter, an eighth and a sixteenth of the picture's size."""
ANCHOR_SIZES = ((24,), (36,), (52,))
"""Pixels: a disc is about 40 by 14, a body 42 by 34, both in pixels of .8 mm."""
ANCHOR_RATIOS = (0.35, 0.6, 1.0)
"""Height by width."""
MAX_BOXES = 40


class PyramidBackbone(nn.Module):
    """Features of an encoder of segmentation-models-pytorch at three sizes."""

    def __init__(self, encoder: str) -> None:
        super().__init__()
        import segmentation_models_pytorch as smp

        self.encoder = smp.encoders.get_encoder(encoder, in_channels=N_NEIGHBOURS, weights=None)
        channels = [self.encoder.out_channels[level] for level in LEVELS]
        self.pyramid = FeaturePyramidNetwork(channels, PYRAMID_CHANNELS)
        self.out_channels = PYRAMID_CHANNELS

    def forward(self, pixels: Tensor) -> dict[str, Tensor]:
        """Return features; (batch, 3, rows, columns) to (batch, 64, rows / 2**level, columns / 2**level) each."""
        features = self.encoder(pixels)
        pyramid: dict[str, Tensor] = self.pyramid(OrderedDict((str(level), features[level]) for level in LEVELS))
        return pyramid


def build_detector(encoder: str = ENCODER) -> FasterRCNN:
    """Return an untrained detector of `BoxClass`; nothing is downloaded. Pictures in [0, 1], (3, rows, columns)."""
    names = [str(level) for level in LEVELS]
    detector = FasterRCNN(
        PyramidBackbone(encoder),
        num_classes=None,
        rpn_anchor_generator=AnchorGenerator(ANCHOR_SIZES, (ANCHOR_RATIOS,) * len(LEVELS)),
        box_roi_pool=MultiScaleRoIAlign(names, output_size=7, sampling_ratio=2),
        box_head=TwoMLPHead(PYRAMID_CHANNELS * 7**2, HEAD_CHANNELS),
        box_predictor=_Predictor(),
        rpn_pre_nms_top_n_train=400,
        rpn_post_nms_top_n_train=200,
        rpn_pre_nms_top_n_test=300,
        rpn_post_nms_top_n_test=100,
        box_batch_size_per_image=128,
        box_detections_per_img=MAX_BOXES,
        box_score_thresh=0.05,
        box_nms_thresh=0.4,
    )
    detector.transform = _SameSize(0, 0, [0.0] * N_NEIGHBOURS, [1.0] * N_NEIGHBOURS)
    return detector


def start_from(detector: FasterRCNN, segmentation: TrainedWeights) -> None:
    """Give the detector the encoder of a trained segmentation."""
    encoder = {
        name.removeprefix("encoder."): torch.from_numpy(values)
        for name, values in segmentation.tensors.items()
        if name.startswith("encoder.")
    }
    detector.backbone.encoder.load_state_dict(encoder)


class _SameSize(GeneralizedRCNNTransform):  # type: ignore[misc]  # torchvision bears no types
    """Pads a batch but resizes nothing; torchvision's own `_skip_resize` holds in training alone."""

    def resize(self, image: Tensor, target: dict[str, Tensor] | None = None) -> tuple[Tensor, dict[str, Tensor] | None]:
        """Return both as they are."""
        return image, target


class _Predictor(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        n_classes = len(BoxClass) + 1
        self.cls_score = nn.Linear(HEAD_CHANNELS, n_classes)
        self.bbox_pred = nn.Linear(HEAD_CHANNELS, 4 * n_classes)

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor]:
        return self.cls_score(features), self.bbox_pred(features)
