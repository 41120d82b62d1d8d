"""What runs the trained network: ONNX Runtime from the weights and a shipped graph, or PyTorch.

PyTorch takes seconds to import and is not needed to look at a picture. So the graph of each shipped architecture lies
in `graphs/`, a small ONNX file without weights: these come from the same safetensors file that PyTorch reads. Weights
of another architecture, and `--device cuda`, go through PyTorch with the same result.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from deepspine.data.errors import InputError
from deepspine.segmentation.weights_file import TrainedWeights

if TYPE_CHECKING:
    from torch import nn

Engine = Callable[[NDArray[np.float32]], NDArray[np.float32]]
"""From slices in [0, 1], (batch, 3, rows, columns), to scores before softmax, (batch, 6, rows, columns)."""

CPU, CUDA = "cpu", "cuda"
SLICES_NAME, SCORES_NAME = "slices", "scores"
"""Input and output of the graph."""
ERRORS_ONLY = 3
"""ONNX Runtime's level of logging."""


def engine_for(weights: TrainedWeights, *, device: str = CPU) -> Engine:
    """Return the engine for weights on a device: ONNX Runtime on the CPU where the graph is shipped, else PyTorch.

    Raises
    ------
    InputError
        When the weights do not fit their network, or PyTorch sees no such device.
    """
    graph = graph_path(weights.encoder)
    if device == CPU and graph.is_file():
        return onnx_engine(weights, graph)
    from deepspine.segmentation.network import trained_network

    return torch_engine(trained_network(weights), device=device)


def graph_path(encoder: str) -> Path:
    """Return where the graph of an architecture lies, if it is shipped."""
    return Path(str(files("deepspine.segmentation"))) / "graphs" / f"{encoder}.onnx"


def onnx_engine(weights: TrainedWeights, graph: Path, *, threads: int | None = None) -> Engine:
    """Return ONNX Runtime on a graph whose weights are given in memory; on `n_threads()` threads by default.

    Raises
    ------
    InputError
        When the weights do not fit the graph.
    """
    import onnxruntime
    from onnxruntime.capi.onnxruntime_pybind11_state import Fail

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads or n_threads()
    options.log_severity_level = ERRORS_ONLY
    tensors = {name: values for name, values in weights.tensors.items() if values.dtype == np.float32}
    values = [onnxruntime.OrtValue.ortvalue_from_numpy(one) for one in tensors.values()]
    try:
        options.add_external_initializers(list(tensors), values)
        session = onnxruntime.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])
    except Fail as error:
        why = str(error).splitlines()[0]
        raise InputError(f"{weights.path}: weights do not fit the network {weights.encoder}: {why}") from None

    def scores(slices: NDArray[np.float32]) -> NDArray[np.float32]:
        found: NDArray[np.float32] = session.run([SCORES_NAME], {SLICES_NAME: slices})[0]
        return found

    return scores


def torch_engine(network: nn.Module, *, device: str = CPU) -> Engine:
    """Return PyTorch on a network in evaluation mode; bfloat16 on processors that have it.

    Raises
    ------
    InputError
        When PyTorch sees no such device.
    """
    import torch

    if device == CUDA and not torch.cuda.is_available():
        raise InputError("PyTorch sees no CUDA device here; leave --device out to use the processor")
    placed = network.to(device)
    # Twice as quick there; masks agree with single precision at a Dice of .993 to .999.
    bfloat16 = device == CPU and has_bfloat16()

    def scores(slices: NDArray[np.float32]) -> NDArray[np.float32]:
        with torch.inference_mode(), torch.autocast(device, torch.bfloat16, enabled=bfloat16):
            pixels = torch.from_numpy(np.ascontiguousarray(slices)).to(device)
            found: NDArray[np.float32] = placed(pixels.to(memory_format=torch.channels_last)).float().cpu().numpy()
        return found

    return scores


def has_bfloat16() -> bool:
    """Whether PyTorch computes in bfloat16 on this processor."""
    import torch

    return bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())


def n_threads() -> int:
    """Return how many threads to use: `OMP_NUM_THREADS` as PyTorch does, else the cores that this process may use."""
    asked = os.environ.get("OMP_NUM_THREADS", "")
    if asked.isdigit() and int(asked) > 0:
        return int(asked)
    allowed = getattr(os, "sched_getaffinity", None)
    return len(allowed(0)) if allowed else os.cpu_count() or 1
