"""What each slice goes through first: an encoder of our own for CPUs, the segmentation's, or any timm backbone."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor, nn

SMALL = "small"
"""Our own encoder, for CPUs; any other name is a timm backbone."""
SMALL_WIDTHS = (24, 48, 96)
SPINE = "spine"
SPINE_STAGES = 3
"""Of the four of RegNet: features of sixteenths, 0.6 million weights."""
HALF_RESNET = "resnet18_half"
"""ResNet-18 of half the usual widths: a third of the time on a CPU, a quarter of the weights."""
HALF_RESNET_WIDTHS = (32, 64, 128, 256)


class SmallEncoder(nn.Module):
    """A residual convolutional encoder of 0.2 million parameters that thins a slice sixteen times.

    Its first step is four pixels wide: on a CPU the large maps of finer stems take most of the time. Weights and maps
    lie channels last, which is a quarter quicker there.
    """

    def __init__(self, channels: int, widths: Sequence[int] = SMALL_WIDTHS) -> None:
        super().__init__()
        stages: list[nn.Module] = [_convolution(channels, widths[0], kernel=7, stride=4)]
        for narrow, wide in pairwise(widths):
            stages += [_convolution(narrow, wide, stride=2), Residual(wide)]
        self.stages = nn.Sequential(*stages).to(memory_format=torch.channels_last)
        self.width = widths[-1]

    def forward(self, slices: Tensor) -> Tensor:
        """Map slices (n, channels, rows, columns) to features (n, width, rows / 16, columns / 16)."""
        features: Tensor = self.stages(slices.contiguous(memory_format=torch.channels_last))
        return features


class Residual(nn.Module):
    """A convolution added to its input."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.change = _convolution(width, width)

    def forward(self, features: Tensor) -> Tensor:
        """Keep the shape."""
        changed: Tensor = features + self.change(features)
        return changed


class TimmEncoder(nn.Module):
    """The last map of features of a timm backbone, without pretrained weights.

    Weights and maps lie channels last, which is a tenth quicker on a CPU.
    """

    def __init__(self, name: str, in_channels: int, **options: Any) -> None:
        super().__init__()
        import timm

        backbone = timm.create_model(
            name, pretrained=False, in_chans=in_channels, num_classes=0, global_pool="", **options
        )
        self.backbone = backbone.to(memory_format=torch.channels_last)
        self.width = int(getattr(backbone, "num_features"))  # noqa: B009 - typed as any module's attribute

    def forward(self, slices: Tensor) -> Tensor:
        """Map slices (n, channels, rows, columns) to features (n, width, rows, columns)."""
        features: Tensor = self.backbone(slices.contiguous(memory_format=torch.channels_last))
        return features


class SpineEncoder(nn.Module):
    """The first stages of the segmentation's encoder, RegNetX-400MF (Radosavovic 2020), so that it can start from it.

    Each contrast goes through it on its own, as the segmentation saw it; their features meet at each place. What is
    left out, the last stage, is the most of the weights and thins a slice thirty-two times.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        import timm

        backbone: Any = timm.create_model(
            "regnetx_004", pretrained=False, in_chans=1, features_only=True, out_indices=(SPINE_STAGES,)
        )
        widths: list[int] = backbone.feature_info.channels()
        self.backbone = backbone.to(memory_format=torch.channels_last)
        self.width = widths[-1] * channels

    def forward(self, slices: Tensor) -> Tensor:
        """Map slices (n, channels, rows, columns) to features (n, width, rows / 16, columns / 16)."""
        n = len(slices)
        each = slices.flatten(0, 1)[:, None].contiguous(memory_format=torch.channels_last)
        maps: Tensor = self.backbone(each)[0]
        return maps.reshape(n, -1, *maps.shape[2:])


def make_encoder(name: str, channels: int) -> SmallEncoder | TimmEncoder | SpineEncoder:
    """Return the encoder called `name`: `small`, `spine`, `resnet18_half`, or any timm backbone."""
    if name == SMALL:
        return SmallEncoder(channels)
    if name == SPINE:
        return SpineEncoder(channels)
    if name == HALF_RESNET:
        return TimmEncoder("resnet18", channels, channels=HALF_RESNET_WIDTHS)
    return TimmEncoder(name, channels)


def _convolution(narrow: int, wide: int, *, kernel: int = 3, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(narrow, wide, kernel, stride=stride, padding=kernel // 2, bias=False),
        nn.BatchNorm2d(wide),
        nn.ReLU(inplace=True),
    )
