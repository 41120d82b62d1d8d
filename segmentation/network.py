"""The segmentation network: a small U-Net on sagittal slices with their neighbours (Ronneberger 2015)."""

from __future__ import annotations

from torch import nn

from deepspine.segmentation.classes import N_CLASSES

ENCODER = "tu-regnetx_004"
"""5.8 M weights: 0.67 s a training step of 8 slices of 288 x 288 on two cores, resnet18 takes 1.10."""
DECODER_CHANNELS = (128, 64, 48, 32, 16)
PIXEL_MM = 0.8
"""Size of a pixel in training, and so of every slice that the network is shown. A disc of 8 mm is ten of them."""
N_NEIGHBOURS = 3
"""Channels: the slice before, the slice itself, the slice after."""


def build_network(encoder: str = ENCODER) -> nn.Module:
    """Return an untrained U-Net of segmentation-models-pytorch; nothing is downloaded.

    Its input are slices in [0, 1], *Shape:* (batch, 3, rows, columns), sides multiples of 32; its output scores of the
    classes before softmax, *Shape:* (batch, 6, rows, columns).
    """
    import segmentation_models_pytorch as smp

    network: nn.Module = smp.Unet(
        encoder,
        encoder_weights=None,
        in_channels=N_NEIGHBOURS,
        classes=N_CLASSES,
        decoder_channels=DECODER_CHANNELS,
    )
    return network
