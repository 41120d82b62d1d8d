"""One file of weights behind two engines: the same mask, and no PyTorch where it is not needed."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from deepspine.data.errors import InputError
from deepspine.data.phantom.options import PhantomOptions
from deepspine.data.phantom.study import generate_study
from deepspine.data.volume import Volume
from deepspine.segmentation import engines
from deepspine.segmentation.engines import engine_for, graph_path, n_threads, onnx_engine
from deepspine.segmentation.graph_export import write_graph
from deepspine.segmentation.inference import SegmentationNetwork, shipped_weights
from deepspine.segmentation.network import build_network, trained_network
from deepspine.segmentation.weights_file import read_weights, write_weights

SMALL = "tu-regnetx_002"
SCORE_TOLERANCE = 1e-3
"""Scores reach 10 and more; engines round differently."""
MAX_SHARE_OF_OTHER_VOXELS = 1e-4


@pytest.fixture(scope="module")
def study() -> Volume:
    return generate_study(5, PhantomOptions(axial=False, scoliosis=0.0)).sagittal_t2


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return weights as a training writes them: drawn at random, of a shipped architecture."""
    torch.manual_seed(0)
    folder = tmp_path_factory.mktemp("run")
    write_weights(build_network(SMALL), folder, {"encoder": SMALL})
    return folder / "model.safetensors"


def test_onnx_runtime_and_pytorch_give_the_same_mask(study: Volume) -> None:
    network = trained_network(read_weights(shipped_weights()))

    def float32(slices: np.ndarray) -> np.ndarray:
        with torch.inference_mode():
            return network(torch.from_numpy(slices)).numpy()

    shipped = SegmentationNetwork.load()
    middle = len(study.voxels) // 2
    slices = np.random.default_rng(0).random((1, 3, 64, 96), dtype=np.float32)
    np.testing.assert_allclose(shipped.engine(slices), float32(slices), atol=SCORE_TOLERANCE)
    ours, theirs = shipped.segment(study), SegmentationNetwork(float32, shipped.card).segment(study)
    assert len(np.unique(ours[0][middle])) > 4
    assert (ours[0] != theirs[0]).mean() < MAX_SHARE_OF_OTHER_VOXELS
    np.testing.assert_allclose(ours[1], theirs[1], atol=SCORE_TOLERANCE)


def test_trained_weights_of_a_shipped_architecture_need_no_more_files(trained: Path) -> None:
    assert {path.name for path in trained.parent.iterdir()} == {"model.safetensors", "model.json"}
    network = trained_network(read_weights(trained))
    slices = np.random.default_rng(0).random((2, 3, 64, 32), dtype=np.float32)
    with torch.inference_mode():
        expected = network(torch.from_numpy(slices)).numpy()
    np.testing.assert_allclose(engine_for(read_weights(trained))(slices), expected, atol=SCORE_TOLERANCE)


def test_an_architecture_without_a_graph_runs_in_pytorch(trained: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slices = np.random.default_rng(0).random((1, 3, 64, 64), dtype=np.float32)
    expected = engine_for(read_weights(trained))(slices)
    monkeypatch.setattr(engines, "graph_path", lambda encoder: Path("no such graph"))
    monkeypatch.setattr(engines, "has_bfloat16", lambda: False)
    monkeypatch.setattr(engines, "onnx_engine", None)
    np.testing.assert_allclose(engine_for(read_weights(trained))(slices), expected, atol=SCORE_TOLERANCE)


@pytest.mark.parametrize("encoder", ["tu-regnetx_004", SMALL])
def test_the_shipped_graphs_are_those_of_the_networks(encoder: str, tmp_path: Path) -> None:
    onnx = pytest.importorskip("onnx")
    write_graph(encoder, tmp_path / "graph.onnx")

    def described(path: Path) -> tuple[dict[str, list[int]], list[str]]:
        graph = onnx.load(str(path), load_external_data=False).graph
        return {one.name: list(one.dims) for one in graph.initializer}, [node.op_type for node in graph.node]

    shipped = described(graph_path(encoder))
    assert shipped == described(tmp_path / "graph.onnx")
    state = build_network(encoder).state_dict()
    assert shipped[0] == {name: list(one.shape) for name, one in state.items() if one.is_floating_point()}


def test_weights_of_another_network_are_named(trained: Path) -> None:
    with pytest.raises(InputError, match=r"model\.safetensors: weights do not fit the network"):
        onnx_engine(read_weights(trained), graph_path("tu-regnetx_004"))


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device")
def test_a_gpu_that_is_not_there_is_refused(trained: Path) -> None:
    with pytest.raises(InputError, match="no CUDA device"):
        engine_for(read_weights(trained), device="cuda")


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
def test_a_gpu_gives_the_same_scores(trained: Path) -> None:
    slices = np.random.default_rng(0).random((1, 3, 64, 64), dtype=np.float32)
    on_gpu = engine_for(read_weights(trained), device="cuda")(slices)
    np.testing.assert_allclose(on_gpu, engine_for(read_weights(trained))(slices), atol=10 * SCORE_TOLERANCE)


@pytest.mark.parametrize(("said", "expected"), [("3", 3), ("1", 1)])
def test_the_user_s_number_of_threads_is_kept(said: str, expected: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", said)
    assert n_threads() == expected


def test_else_a_process_takes_the_cores_that_it_may_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "")
    monkeypatch.setattr("os.sched_getaffinity", lambda process: {0, 4, 5}, raising=False)
    assert n_threads() == 3
    monkeypatch.delattr("os.sched_getaffinity")
    assert n_threads() >= 1


def test_locate_finds_discs_without_importing_pytorch(study: Volume, tmp_path: Path) -> None:
    picture = study.voxels[len(study.voxels) // 2]
    Image.fromarray((255 * picture / picture.max()).astype(np.uint8)).save(tmp_path / "t2.png")
    spacing_mm = str(float(study.spacing_mm[1]))
    code = (
        "import sys; from deepspine.cli import main; code = main(sys.argv[1:]); "
        "print(*(name for name in ('torch', 'timm', 'torchvision', 'pandas') if name in sys.modules)); sys.exit(code)"
    )
    words = ["locate", str(tmp_path / "t2.png"), "--out", str(tmp_path / "out"), "--spacing-mm", spacing_mm]
    done = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []
    levels = json.loads((tmp_path / "out" / "levels.json").read_text())["levels"]
    assert levels[-1]["name"] == "L5-S1"
