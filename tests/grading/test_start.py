"""Where a network starts from: another grader, or the encoder of a segmentation."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from deepspine.data.errors import InputError
from deepspine.data.findings import FINDINGS
from deepspine.grading.inputs import INPUT_NAMES, LevelBatch
from deepspine.grading.network import GradingNetwork
from deepspine.grading.start import FIRST_CONVOLUTION, GRADER_ENCODER, SEGMENTATION_ENCODER, start_from


def network(encoder: str) -> GradingNetwork:
    return GradingNetwork([FINDINGS["bulge"]], encoder=encoder, width=16)


def test_a_segmentation_gives_its_encoder_and_its_three_channels_become_one(tmp_path: Path) -> None:
    donor = network("spine").state_dict()
    kernel = torch.randn(32, 3, 3, 3)
    weights = {
        SEGMENTATION_ENCODER + name.removeprefix(GRADER_ENCODER): value.clone().contiguous()
        for name, value in donor.items()
        if name.startswith(GRADER_ENCODER)
    }
    weights[SEGMENTATION_ENCODER + FIRST_CONVOLUTION] = kernel
    save_file(weights, tmp_path / "model.safetensors")
    started = network("spine")
    assert start_from(started, tmp_path / "model.safetensors") == len(weights)
    own = started.state_dict()
    assert torch.allclose(own[GRADER_ENCODER + FIRST_CONVOLUTION], kernel.sum(1, keepdim=True))
    later = GRADER_ENCODER + "s1.b1.conv1.conv.weight"
    assert torch.equal(own[later], donor[later])


def test_nothing_that_fits_is_refused(tmp_path: Path) -> None:
    save_file({"encoder.model.other": torch.zeros(1)}, tmp_path / "model.safetensors")
    with pytest.raises(InputError, match="none of its weights fit"):
        start_from(network("small"), tmp_path / "model.safetensors")
    (tmp_path / "model.safetensors").write_bytes(b"nothing")
    with pytest.raises(InputError, match="no weights of a segmentation"):
        start_from(network("small"), tmp_path / "model.safetensors")


def test_contrasts_go_through_the_spine_encoder_on_their_own() -> None:
    """What T1 shows does not change the features of T2."""
    torch.manual_seed(0)
    encoder = network("spine").eval().sagittal.encoder
    crops = torch.randn(1, 2, 64, 80)
    changed = crops.clone()
    changed[:, 0] += 1.0
    half = encoder.width // 2
    with torch.inference_mode():
        before, after = encoder(crops), encoder(changed)
    assert before.shape == (1, encoder.width, 4, 5)
    assert torch.allclose(before[:, half:], after[:, half:], atol=1e-5)
    assert not torch.allclose(before[:, :half], after[:, :half], atol=1e-3)


def test_every_encoder_of_ours_grades() -> None:
    for name in ("spine", "resnet18_half"):
        batch = LevelBatch(
            torch.randn(2, 2, 1, 64, 80), torch.zeros(2, 1, 1, 16, 16),
            torch.tensor([[True, True, False]] * 2), torch.tensor([3, 4]), {},
        )  # fmt: skip
        assert batch.present.shape[1] == len(INPUT_NAMES)
        assert network(name)(batch)["bulge"].shape == (2, 4)
