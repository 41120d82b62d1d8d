"""Weights as they are shipped: half precision in safetensors, with a card that says where they come from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from deepspine.data.errors import ConfigError, InputError
from deepspine.data.provenance import provenance
from deepspine.data.whole_files import whole_file, write_whole

if TYPE_CHECKING:
    from torch import nn

WEIGHTS_FILE, CARD_FILE = "model.safetensors", "model.json"

ENCODER = "tu-regnetx_004"
"""5.8 M weights: 0.67 s a training step of 8 slices of 288 x 288 on two cores, resnet18 takes 1.10."""
PIXEL_MM = 0.8
"""Size of a pixel in training, and so of every slice that the network is shown. A disc of 8 mm is ten of them."""
N_NEIGHBOURS = 3
"""Channels: the slice before, the slice itself, the slice after."""

INPUT_CONTRACT = {
    "channels": "the sagittal slice between its neighbours (a single picture three times)",
    "orientation": "rows from head to foot, columns from front to back",
    "pixel_mm": PIXEL_MM,
    "grey_levels": "quantiles .01 and .995 of the three slices to 0 and 1",
    "classes": ["background", "vertebral body", "posterior elements", "disc", "canal", "sacrum"],
}
SOURCES = {
    "spider_space": "SPIDER, van der Graaf et al. 2024, doi 10.5281/zenodo.10159290, CC BY 4.0",
    "sudirman": "Lumbar Spine MRI Dataset, Sudirman et al., doi 10.17632/k57fr854j2.2, CC BY 4.0; "
    "disc boxes of Mendeley Data 9j9hmy8kbn/1",
    "spider_mid": "SPIDER, van der Graaf et al. 2024, doi 10.5281/zenodo.10159290, CC BY 4.0",
    "phantom": "deepspine phantom",
}
"""Data that shipped weights may learn from, with the attribution that its licence asks for."""


@dataclass(frozen=True, eq=False)
class TrainedWeights:
    """Weights and their card, as read; no engine has seen them yet.

    Attributes
    ----------
    path
        Of the safetensors file.
    card
        Content of `model.json`.
    tensors
        By their names in the PyTorch network; floating point ones in single precision.
    """

    path: Path
    card: dict[str, Any]
    tensors: Mapping[str, NDArray[Any]]

    @property
    def encoder(self) -> str:
        """Encoder of segmentation-models-pytorch that the weights are for."""
        return str(self.card.get("encoder", ENCODER))


def read_weights(path: Path) -> TrainedWeights:
    """Read safetensors weights with their `model.json` beside them.

    Raises
    ------
    InputError
        When a file is missing, the weights are no safetensors file, or the card is none.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    card = path.with_name(CARD_FILE)
    if not path.is_file() or not card.is_file():
        raise InputError(f"{path}: weights must be a .safetensors file with its model.json beside it")
    try:
        stored = load_file(path)
    except SafetensorError as error:
        raise InputError(f"{path}: no safetensors file: {str(error).splitlines()[0]}") from None
    tensors = {
        name: values.astype(np.float32) if values.dtype.kind == "f" else values for name, values in stored.items()
    }
    return TrainedWeights(path, read_card(card), tensors)


def read_card(path: Path) -> dict[str, Any]:
    """Read the card beside weights of a segmentation network.

    Raises
    ------
    InputError
        When it is no JSON, or does not say how large a pixel of the network is.
    """
    try:
        card = json.loads(path.read_text(encoding="utf-8"))
        float(card["input"]["pixel_mm"])
    except (ValueError, KeyError, TypeError):
        raise InputError(f"{path}: no card of a network, which `deepspine train` writes beside its weights") from None
    return dict(card)


def check_held_back(weights: TrainedWeights, n_folds: int, held_fold: int, *, role: str) -> None:
    """Check that weights learned from none of the patients that a run holds back; fold -1 holds back nobody.

    Raises
    ------
    InputError
        When they did, or their card does not say so.
    """
    if held_fold >= 0 and (weights.card.get("n_folds"), weights.card.get("held_fold")) != (n_folds, held_fold):
        raise InputError(
            f"{weights.path}: this {role} learned from patients of fold {held_fold} of {n_folds}; take one that did not"
        )


def check_encoder(weights: TrainedWeights, encoder: str) -> None:
    """Check that a network of an encoder can start from weights.

    Raises
    ------
    ConfigError
        When they are of another.
    """
    if weights.encoder != encoder:
        raise ConfigError(
            f"{weights.path}: weights of the encoder {weights.encoder}, not of {encoder}; give --model.encoder "
            f"{weights.encoder} to start from them"
        )


def check_same_encoder(checkpoint: Mapping[str, Any], encoder: str) -> None:
    """Check that a run goes on with the network that it began with.

    Raises
    ------
    ConfigError
        When it was of another encoder.
    """
    before = checkpoint["hyper_parameters"]["encoder"]
    if before != encoder:
        raise ConfigError(
            f"the run that shall go on has the encoder {before}, not {encoder}; give what it began with, or start a "
            "new run in another folder"
        )


def write_weights(network: nn.Module, folder: Path, card: Mapping[str, Any]) -> None:
    """Write `model.safetensors` and `model.json`.

    Parameters
    ----------
    network
        On any device; floating point weights are stored in half precision.
    folder
        Made when missing.
    card
        Beside what is written for every network (input contract, provenance).
    """
    from safetensors.torch import save_file

    folder.mkdir(parents=True, exist_ok=True)
    tensors = {
        name: (tensor.half() if tensor.is_floating_point() else tensor).detach().cpu().contiguous()
        for name, tensor in network.state_dict().items()
    }
    with whole_file(folder / WEIGHTS_FILE) as partial:
        save_file(tensors, partial)
    whole = {**card, "input": INPUT_CONTRACT, "made_by": provenance()}
    write_whole(folder / CARD_FILE, json.dumps(whole, indent=1) + "\n")
