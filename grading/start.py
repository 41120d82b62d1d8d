"""Where a network starts from: chance, another grader, or what the segmentation has learned of spines."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from deepspine.data.errors import InputError
from deepspine.grading.prediction import load_grader

if TYPE_CHECKING:
    from torch import Tensor

    from deepspine.grading.network import GradingNetwork

SEGMENTATION_ENCODER = "encoder.model."
"""Of the names of the encoder's weights in a segmentation's `model.safetensors`."""
GRADER_ENCODER = "sagittal.encoder.backbone."
FIRST_CONVOLUTION = "stem.conv.weight"


def start_from(network: GradingNetwork, source: Path) -> int:
    """Give a network the weights that another has of the same name and shape; return how many tensors that were.

    Parameters
    ----------
    network
        Of the encoder `spine` where `source` is a segmentation.
    source
        `model.safetensors` of a segmentation, or a checkpoint or run folder of the grader.

    Raises
    ------
    InputError
        When there is nothing to start from, or nothing fits.
    """
    theirs = _of_segmentation(source) if source.suffix == ".safetensors" else load_grader(source).network.state_dict()
    own = network.state_dict()
    same = {name: one.to(own[name].dtype) for name, one in theirs.items() if _fits(own.get(name), one)}
    if not same:
        raise InputError(f"{source}: none of its weights fit this network; start from a segmentation with `spine`")
    network.load_state_dict({**own, **same})
    return len(same)


def _of_segmentation(path: Path) -> dict[str, Tensor]:
    """Return the encoder's weights under the grader's names.

    The segmentation's three channels are a slice and its neighbours, of which a single picture gives three copies: the
    sum of their kernels sees one.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        weights = load_file(path)
    except (OSError, SafetensorError) as error:
        raise InputError(f"{path}: no weights of a segmentation ({type(error).__name__})") from None
    found: dict[str, Tensor] = {}
    for name, weight in weights.items():
        if name.startswith(SEGMENTATION_ENCODER):
            short = name.removeprefix(SEGMENTATION_ENCODER)
            value = weight.float().sum(dim=1, keepdim=True) if short == FIRST_CONVOLUTION else weight
            found[GRADER_ENCODER + short] = value
    return found


def _fits(own: Tensor | None, theirs: Tensor) -> bool:
    return own is not None and own.shape == theirs.shape
