"""The segmentation network: a small U-Net on sagittal slices with their neighbours (Ronneberger 2015)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deepspine.data.errors import InputError
from deepspine.segmentation.classes import N_CLASSES
from deepspine.segmentation.weights_file import ENCODER, N_NEIGHBOURS, TrainedWeights

if TYPE_CHECKING:
    from torch import nn

DECODER_CHANNELS = (128, 64, 48, 32, 16)


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


def trained_network(weights: TrainedWeights) -> nn.Module:
    """Return the U-Net with its trained weights, in evaluation mode, channels last.

    Raises
    ------
    InputError
        When the weights do not fit the network that their card names.
    """
    import torch

    network = build_network(weights.encoder)
    try:
        network.load_state_dict({name: torch.from_numpy(values) for name, values in weights.tensors.items()})
    except RuntimeError as error:
        raise InputError(f"{weights.path}: weights do not fit the network: {str(error).splitlines()[0]}") from None
    return network.eval().to(memory_format=torch.channels_last)
