"""A grader comes back from its files as it was put in, and says so when it cannot."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from deepspine.data.crops import get_preset
from deepspine.data.errors import ConfigError, InputError
from deepspine.data.findings import get_finding
from deepspine.grading.calibration import LinearCalibration, TemperatureScaling, VectorScaling
from deepspine.grading.conformal import ConformalSets, Promise
from deepspine.grading.exported_forests import ExportedForest
from deepspine.grading.heads import findings_of
from deepspine.grading.inputs import LevelBatch
from deepspine.grading.network import GradingNetwork
from deepspine.grading.out_of_distribution import FeatureSpread
from deepspine.grading.told_apart import ToldApart
from deepspine.grading.weights import GraderPart, Promised, load_grader, save_grader

OPTIONS = {"findings": ["bulge", "modic"], "encoder": "small", "width": 32, "ordinal": False, "side_embedding": False}
CARD = {"name": "test", "data": {"phantom": "deepspine phantom"}, "licence": "Apache-2.0"}


def network(seed: int) -> GradingNetwork:
    torch.manual_seed(seed)
    options = {key: value for key, value in OPTIONS.items() if key != "findings"}
    return GradingNetwork(findings_of(["bulge", "modic"]), **options).eval()  # type: ignore[arg-type]


def part(**about: object) -> GraderPart:
    values = {"inputs": ("sagittal_t2",), "trained_on": {"bulge": ["phantom"]}, **about}
    return GraderPart("picture", (network(0), network(1)), OPTIONS, get_preset("picture"), **values)  # type: ignore[arg-type]


def batch() -> LevelBatch:
    torch.manual_seed(3)
    return LevelBatch(
        torch.randn(2, 2, 1, 80, 112),
        torch.zeros(2, 1, 1, 96, 96),
        torch.tensor([[False, True, False]] * 2),
        torch.tensor([10, 11]),
        {},
    )


def test_all_parts_of_a_grader_come_back(tmp_path: Path) -> None:
    spread = FeatureSpread(np.zeros(96), np.eye(96), 2.5, "a test")
    calibration = LinearCalibration(np.eye(4) * 0.5, np.array([0.0, 0.1, -0.2, -np.inf]))
    sets = ConformalSets(Promise.CLASS_CONDITIONAL, np.array([0.4, 0.9, np.inf, 0.8]), never_empty=True)
    put_in = part(calibration={"bulge": calibration}, conformal={"bulge": Promised(0.1, sets)}, outliers=spread)
    save_grader(tmp_path, [put_in], card=CARD)
    (found,) = load_grader(tmp_path).parts
    for before, after in zip(put_in.networks, found.networks, strict=True):
        assert torch.allclose(before(batch())["bulge"], after(batch())["bulge"], atol=2e-2)
    assert (found.preset, found.inputs, found.normalise_crops) == (put_in.preset, put_in.inputs, False)
    assert np.array_equal(found.calibration["bulge"].bias, calibration.bias)
    assert np.array_equal(found.conformal["bulge"].sets.thresholds, sets.thresholds)
    assert found.outliers is not None
    assert (found.outliers.threshold, found.outliers.source) == (2.5, "a test")
    assert found.phantom_only("bulge")
    assert not found.phantom_only("modic")


def test_forests_and_what_labels_told_apart_come_back(tmp_path: Path) -> None:
    bulge = get_finding("bulge")
    put_in = part(
        forests={"bulge": [ExportedForest("bulge", ("disc_depth_mm", "bulge_mm"), (0, 2), bytes(range(256)))]},
        told_apart={"bulge": ToldApart.parse(bulge, ["none", "mild|moderate|severe"])},
    )
    save_grader(tmp_path, [put_in], card=CARD)
    (found,) = load_grader(tmp_path).parts
    (forest,) = found.forests["bulge"]
    assert (forest.finding, forest.features, forest.grades) == ("bulge", ("disc_depth_mm", "bulge_mm"), (0, 2))
    assert forest.graph == bytes(range(256))
    assert found.groups("bulge") == put_in.told_apart["bulge"]
    assert len(found.groups("modic").groups) == 4


def test_networks_that_see_no_axial_picture_leave_its_branch_out(tmp_path: Path) -> None:
    save_grader(tmp_path / "sagittal", [part()], card=CARD)
    save_grader(tmp_path / "both", [part(inputs=("sagittal_t2", "axial_t2"))], card=CARD)
    sizes = [(tmp_path / name / "model.safetensors").stat().st_size for name in ("sagittal", "both")]
    assert sizes[0] < 0.7 * sizes[1]


def test_vector_scaling_comes_to_an_affine_map() -> None:
    rng = np.random.default_rng(0)
    for n_grades in (2, 4):
        probabilities = rng.dirichlet(np.ones(n_grades), size=300)
        truth = rng.integers(0, n_grades, 300)
        fitted = VectorScaling().fit(probabilities, truth)
        linear = LinearCalibration.of(fitted, n_grades)
        assert np.allclose(linear.transform(probabilities), fitted.transform(probabilities), atol=1e-8)
        warm = TemperatureScaling(2.0)
        assert np.allclose(LinearCalibration.of(warm, n_grades).transform(probabilities), warm.transform(probabilities))


def test_grades_that_no_label_had_keep_no_probability_and_context_is_refused() -> None:
    rng = np.random.default_rng(1)
    probabilities = rng.dirichlet(np.ones(4), size=200)
    fitted = VectorScaling().fit(probabilities, rng.integers(0, 3, 200))
    assert (LinearCalibration.of(fitted, 4).transform(probabilities)[:, 3] == 0).all()
    with pytest.raises(ConfigError, match="2 further features"):
        LinearCalibration.of(VectorScaling().fit(probabilities, rng.integers(0, 4, 200), rng.random((200, 2))), 4)


@pytest.mark.parametrize(
    ("card", "message"),
    [({"name": "x"}, "data, licence is missing"), ({**CARD, "data": {}}, "source and licence of phantom")],
)
def test_a_card_must_say_what_was_learned_from(card: dict[str, object], message: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=message):
        save_grader(tmp_path, [part()], card=card)


def test_damaged_and_missing_weights_are_told_in_one_line(tmp_path: Path) -> None:
    save_grader(tmp_path, [part()], card=CARD)
    card = json.loads((tmp_path / "model.json").read_text())
    (tmp_path / "model.json").write_text(json.dumps({**card, "format": "other"}))
    with pytest.raises(InputError, match="format must be"):
        load_grader(tmp_path)
    (tmp_path / "model.json").write_text(json.dumps(card))
    (tmp_path / "model.safetensors").write_bytes(b"nonsense")
    with pytest.raises(InputError, match="damaged"):
        load_grader(tmp_path / "model.safetensors")
    (tmp_path / "model.json").unlink()
    with pytest.raises(InputError, match=r"model\.json beside it"):
        load_grader(tmp_path)
    with pytest.raises(InputError, match="no such file"):
        load_grader(tmp_path / "nowhere")
