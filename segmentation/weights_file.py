"""Weights as they are shipped: half precision in safetensors, with a card that says where they come from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deepspine.data.provenance import provenance
from deepspine.segmentation.network import PIXEL_MM

if TYPE_CHECKING:
    from torch import nn

WEIGHTS_FILE, CARD_FILE = "model.safetensors", "model.json"

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
    save_file(tensors, folder / WEIGHTS_FILE)
    whole = {**card, "input": INPUT_CONTRACT, "made_by": provenance()}
    (folder / CARD_FILE).write_text(json.dumps(whole, indent=1) + "\n", encoding="utf-8")
