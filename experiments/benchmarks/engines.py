"""The segmentation network behind other engines of inference, each still a `SegmentationNetwork`."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from deepspine.data.errors import InputError
from deepspine.segmentation.inference import SegmentationNetwork

OPSET = 17
EXAMPLE_SIDE = 256
"""Of the slices with which the graph is traced; sides stay free."""

Run = Callable[[Tensor], Tensor]


class Engine(nn.Module):
    """Something that turns slices into scores in its own precision, whatever autocast the caller has on.

    Parameters
    ----------
    run
        From slices to scores, *Shape:* (batch, 3, rows, columns) to (batch, 6, rows, columns).
    bfloat16
        Whether eager PyTorch is to use half the bits.
    """

    def __init__(self, run: Run, *, bfloat16: bool = False) -> None:
        super().__init__()
        self._run = run
        self._bfloat16 = bfloat16

    def forward(self, pixels: Tensor) -> Tensor:
        """Return the scores."""
        with torch.autocast("cpu", torch.bfloat16, enabled=self._bfloat16):
            return self._run(pixels).float()


def has_bfloat16() -> bool:
    """Whether this processor computes in bfloat16."""
    return bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())


def engines(shipped: SegmentationNetwork, folder: Path, *, threads: int) -> Iterator[tuple[str, SegmentationNetwork]]:
    """Yield name and network of each engine: eager PyTorch in its kinds, ONNX Runtime, OpenVINO.

    Parameters
    ----------
    shipped
        As `SegmentationNetwork.load` gives it, channels last.
    folder
        For the ONNX file.
    threads
        That the engines may use.

    Raises
    ------
    InputError
        When the packages of the extra `bench` are missing.
    """
    for name, run, bfloat16 in _runs(shipped, folder, threads):
        yield name, replace(shipped, network=Engine(run, bfloat16=bfloat16))


def _runs(shipped: SegmentationNetwork, folder: Path, threads: int) -> Iterator[tuple[str, Run, bool]]:
    network = shipped.network
    yield "PyTorch float32, channels first", _channels_first(network), False
    yield "PyTorch float32, channels last", network, False
    if has_bfloat16():
        yield "PyTorch bfloat16, channels last", network, True
    model = export_onnx(network, folder / "segmentation.onnx")
    yield "ONNX Runtime float32", _onnx_runtime(model, threads), False
    yield "OpenVINO float32", _openvino(model, threads, "f32"), False
    if has_bfloat16():
        yield "OpenVINO bfloat16", _openvino(model, threads, "bf16"), False


def _channels_first(network: nn.Module) -> Run:
    plain = copy.deepcopy(network).to(memory_format=torch.contiguous_format)
    return lambda pixels: plain(pixels.contiguous())


def export_onnx(network: nn.Module, path: Path) -> Path:
    """Write the network as ONNX with free batch and sides.

    Raises
    ------
    InputError
        When `onnx` is not installed.
    """
    free = {0: "batch", 2: "rows", 3: "columns"}
    example = torch.zeros(1, 3, EXAMPLE_SIDE, EXAMPLE_SIDE)
    try:
        import onnx  # noqa: F401
    except ImportError:
        raise _missing("onnx") from None
    with warnings.catch_warnings():
        # The exporter that would not warn needs onnxscript; this one writes the same graph.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            network, (example,), str(path), input_names=["slices"], output_names=["scores"],
            dynamic_axes={"slices": free, "scores": free}, opset_version=OPSET, dynamo=False,
        )  # fmt: skip
    return path


def _onnx_runtime(model: Path, threads: int) -> Run:
    try:
        import onnxruntime
    except ImportError:
        raise _missing("onnxruntime") from None
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    return lambda pixels: torch.from_numpy(session.run(None, {"slices": np.ascontiguousarray(pixels.numpy())})[0])


def _openvino(model: Path, threads: int, precision: str) -> Run:
    try:
        import openvino
    except ImportError:
        raise _missing("openvino") from None
    hints = {"INFERENCE_PRECISION_HINT": precision, "INFERENCE_NUM_THREADS": threads}
    compiled = openvino.Core().compile_model(str(model), "CPU", hints)
    return lambda pixels: torch.from_numpy(compiled([np.ascontiguousarray(pixels.numpy())])[0].copy())


def _missing(package: str) -> InputError:
    return InputError(
        f"{package} is not installed; `pip install 'deepspine[bench]'` brings what is measured beside ours"
    )
