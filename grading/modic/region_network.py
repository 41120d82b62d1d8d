"""The network of Modic regions: a small U-Net on crops of a disc that marks changed marrow pixel by pixel.

It learns from phantoms, whose pixels are known, and from discs of which only the grade is known: the more likely any
part of the marrow beside a disc is changed, the more likely is the disc (multiple instances, Dietterich 1997; pooled by
a smooth maximum, Pinheiro 2015). A second output judges the disc as a whole from the coarsest features.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from deepspine.grading.modic.level_crops import CHANNELS

WIDTH = 12
"""Channels of the finest stage; each coarser one has twice as many."""
STAGES = 4
SHARPNESS = 4.0
"""Of the smooth maximum: 0 is the mean, infinity the maximum."""
BODY = CHANNELS.index("body")
AT_ONCE = 64


class RegionScores(NamedTuple):
    """What the network says, before the logistic function.

    Attributes
    ----------
    pixels
        That a pixel is changed.
        *Shape:* (batch, rows, columns)
    disc
        That any marrow beside the disc is.
        *Shape:* (batch,)
    """

    pixels: Tensor
    disc: Tensor


class RegionNetwork(nn.Module):
    """The U-Net (Ronneberger 2015), its crops 64 x 48.

    Parameters
    ----------
    width
        Channels of the finest stage.
    """

    def __init__(self, width: int = WIDTH) -> None:
        super().__init__()
        widths = [width * 2**stage for stage in range(STAGES)]
        narrow = [len(CHANNELS), *widths[:-1]]
        self.down = nn.ModuleList(_stage(one, wide) for one, wide in zip(narrow, widths, strict=True))
        self.up = nn.ModuleList(
            _stage(widths[stage] + widths[stage - 1], widths[stage - 1]) for stage in range(STAGES - 1, 0, -1)
        )
        self.pixels = nn.Conv2d(width, 1, 1)
        self.dropout = nn.Dropout(0.3)
        self.disc = nn.Linear(2 * widths[-1] + 1, 1)
        self.width = width

    def forward(self, crops: Tensor) -> RegionScores:
        """Map crops (batch, 3, rows, columns) to scores."""
        features = crops
        kept: list[Tensor] = []
        for number, stage in enumerate(self.down):
            features = stage(features if number == 0 else nn.functional.max_pool2d(features, 2))
            kept.append(features)
        coarsest = kept.pop()
        for stage in self.up:
            fine = kept.pop()
            features = stage(torch.cat([nn.functional.interpolate(features, scale_factor=2.0), fine], dim=1))
        pixels = self.pixels(features).squeeze(1)
        whole = torch.cat([coarsest.mean(dim=(2, 3)), coarsest.amax(dim=(2, 3))], dim=1)
        most = pooled(pixels, crops[:, BODY] > 0.5)
        disc = self.disc(torch.cat([self.dropout(whole), most[:, None]], dim=1)).squeeze(1)
        return RegionScores(pixels, disc)


def pooled(pixels: Tensor, inside: Tensor) -> Tensor:
    """Return the smooth maximum of scores inside the bodies; that of all pixels where there is no body.

    Shapes: (batch, rows, columns) twice to (batch,)
    """
    inside = inside | ~inside.any(dim=(1, 2), keepdim=True)
    count = inside.sum(dim=(1, 2)).to(pixels.dtype)
    scaled = (SHARPNESS * pixels).masked_fill(~inside, float("-inf")).flatten(1)
    return (scaled.logsumexp(dim=1) - count.log()) / SHARPNESS


def _stage(narrow: int, wide: int) -> nn.Sequential:
    layers: list[nn.Module] = []
    for channels in (narrow, wide):
        layers += [
            nn.Conv2d(channels, wide, 3, padding=1, bias=False),
            nn.BatchNorm2d(wide),
            nn.ReLU(inplace=True),
        ]
    return nn.Sequential(*layers)


class RegionAnswers(NamedTuple):
    """Mean probabilities of several networks.

    Attributes
    ----------
    pixels
        *Shape:* (crops, rows, columns)
    disc
        *Shape:* (crops,)
    """

    pixels: NDArray[np.float32]
    disc: NDArray[np.float32]


@torch.inference_mode()
def ask(networks: Sequence[RegionNetwork], crops: NDArray[np.float32]) -> RegionAnswers:
    """Return what networks say of crops (crops, 3, rows, columns), as they are and upside down.

    A disc has marrow on both sides: the view upside down is as good as the other.
    """
    pixels, discs = [], []
    for start in range(0, len(crops), AT_ONCE):
        some = torch.from_numpy(np.ascontiguousarray(crops[start : start + AT_ONCE]))
        for network in networks:
            upright, turned = network(some), network(some.flip(2))
            pixels.append((upright.pixels.sigmoid() + turned.pixels.flip(1).sigmoid()) / 2)
            discs.append((upright.disc.sigmoid() + turned.disc.sigmoid()) / 2)
    n = len(networks)
    if not pixels:
        return RegionAnswers(np.zeros((0, *crops.shape[2:]), np.float32), np.zeros(0, np.float32))
    by_part = [torch.stack(pixels[i : i + n]).mean(0) for i in range(0, len(pixels), n)]
    discs_by_part = [torch.stack(discs[i : i + n]).mean(0) for i in range(0, len(discs), n)]
    return RegionAnswers(torch.cat(by_part).numpy(), torch.cat(discs_by_part).numpy())
