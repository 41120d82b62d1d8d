"""Writes the ONNX graph of an architecture, without weights, as `engines` reads it.

Only needed when an architecture is to be shipped: `python -m deepspine.segmentation.graph_export ENCODER FILE`. Needs
the package `onnx` (extra `bench`).
"""

from __future__ import annotations

import sys
import warnings
from pathlib import Path
from typing import Any

import torch
from torch import nn

from deepspine.data.extras import needs_extra
from deepspine.segmentation.engines import SCORES_NAME, SLICES_NAME
from deepspine.segmentation.network import build_network
from deepspine.segmentation.weights_file import N_NEIGHBOURS, WEIGHTS_FILE

OPSET = 17
EXAMPLE_SIDE = 256
"""Of the slices with which the graph is traced; sides stay free."""


def write_graph(encoder: str, path: Path) -> None:
    """Write the graph of the U-Net with an encoder; the names of its weights are those of the PyTorch network.

    Raises
    ------
    InputError
        When `onnx` is not installed.
    """
    network = build_network(encoder).eval()
    _make_distinct(network)
    export_onnx(network, path, whole=False)
    onnx = _onnx()
    graph = onnx.load(str(path))
    for weight in graph.graph.initializer:
        weight.ClearField("raw_data")
        weight.data_location = onnx.TensorProto.EXTERNAL
        weight.external_data.add(key="location", value=WEIGHTS_FILE)
    onnx.save(graph, str(path))


def export_onnx(network: nn.Module, path: Path, *, whole: bool = True) -> Path:
    """Write a network as ONNX with free batch and sides.

    Parameters
    ----------
    whole
        Fold what is constant into the weights; without, every weight stays under its own name.

    Raises
    ------
    InputError
        When `onnx` is not installed.
    """
    _onnx()
    free = {0: "batch", 2: "rows", 3: "columns"}
    mode = torch.onnx.TrainingMode.EVAL if whole else torch.onnx.TrainingMode.PRESERVE
    example = torch.zeros(1, N_NEIGHBOURS, EXAMPLE_SIDE, EXAMPLE_SIDE)
    with warnings.catch_warnings():
        # The exporter that would not warn needs onnxscript; this one writes the same graph.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            network, (example,), str(path), input_names=[SLICES_NAME], output_names=[SCORES_NAME],
            dynamic_axes={SLICES_NAME: free, SCORES_NAME: free}, opset_version=OPSET, dynamo=False,
            do_constant_folding=whole, training=mode,
        )  # fmt: skip
    return path


def _make_distinct(network: nn.Module) -> None:
    """Draw all weights: the exporter shares those of equal values, as all scales are at first."""
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for values in network.state_dict().values():
            if values.is_floating_point():
                values.uniform_(0.5, 1.5, generator=generator)


def _onnx() -> Any:
    with needs_extra("bench", "exporting a graph"):
        import onnx
    return onnx


if __name__ == "__main__":
    write_graph(sys.argv[1], Path(sys.argv[2]))
