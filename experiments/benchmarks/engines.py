"""The segmentation network behind several engines of inference, each a `SegmentationNetwork`."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from deepspine.data.extras import needs_extra
from deepspine.segmentation.engines import Engine, graph_path, has_bfloat16, onnx_engine, torch_engine
from deepspine.segmentation.graph_export import export_onnx
from deepspine.segmentation.inference import SegmentationNetwork
from deepspine.segmentation.network import trained_network
from deepspine.segmentation.weights_file import TrainedWeights

USED = "ONNX Runtime float32 (used)"


def engines(
    shipped: SegmentationNetwork, weights: TrainedWeights, folder: Path, *, threads: int
) -> Iterator[tuple[str, SegmentationNetwork]]:
    """Yield name and network of each engine: eager PyTorch in its kinds, ONNX Runtime, OpenVINO.

    Parameters
    ----------
    shipped, weights
        Those of the package.
    folder
        For the ONNX file that OpenVINO reads.
    threads
        That the engines may use.

    Raises
    ------
    InputError
        When the packages of the extra `bench` are missing.
    """
    for name, engine in _engines(weights, folder, threads):
        yield name, replace(shipped, engine=engine)


def _engines(weights: TrainedWeights, folder: Path, threads: int) -> Iterator[tuple[str, Engine]]:
    network = trained_network(weights)
    yield "PyTorch float32, channels first", float32_engine(_channels_first(network))
    yield "PyTorch float32, channels last", float32_engine(network)
    if has_bfloat16():
        yield "PyTorch bfloat16, channels last", torch_engine(network)
    yield USED, onnx_engine(weights, graph_path(weights.encoder), threads=threads)
    model = export_onnx(network, folder / "segmentation.onnx")
    yield "OpenVINO float32", _openvino(model, threads, "f32")
    if has_bfloat16():
        yield "OpenVINO bfloat16", _openvino(model, threads, "bf16")


def float32_engine(network: nn.Module) -> Engine:
    """Return eager PyTorch in single precision, whatever the processor has."""

    def scores(slices: NDArray[np.float32]) -> NDArray[np.float32]:
        with torch.inference_mode():
            found: NDArray[np.float32] = network(torch.from_numpy(slices)).numpy()
        return found

    return scores


def _channels_first(network: nn.Module) -> nn.Module:
    return copy.deepcopy(network).to(memory_format=torch.contiguous_format)


def _openvino(model: Path, threads: int, precision: str) -> Engine:
    with needs_extra("bench", "measuring OpenVINO"):
        import openvino
    hints = {"INFERENCE_PRECISION_HINT": precision, "INFERENCE_NUM_THREADS": threads}
    compiled = openvino.Core().compile_model(str(model), "CPU", hints)

    def scores(slices: NDArray[np.float32]) -> NDArray[np.float32]:
        found: NDArray[np.float32] = compiled([np.ascontiguousarray(slices)])[0].copy()
        return found

    return scores
