"""The detector on a volume, and how its boxes become a mask and names."""

import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

from deepspine.data.errors import InputError
from deepspine.data.geometry import Grid, Plane
from deepspine.data.levels import Level
from deepspine.data.orientation import DISPLAY_AXES_LPS
from deepspine.data.phantom.study import generate_study
from deepspine.data.spine_classes import SpineClass
from deepspine.data.volume import Volume
from deepspine.segmentation.detection.inference import DetectionNetwork, FoundBox, painted, shipped_detector
from deepspine.segmentation.detection.instance_map import BoxClass
from deepspine.segmentation.detection.network import build_detector
from deepspine.segmentation.locate import locate
from deepspine.segmentation.partial_labels import DiscBox
from deepspine.segmentation.weights_file import write_weights

SHAPE = (280, 200)
TOPS = (20, 55, 90, 125, 160, 195)
SPINE = [
    *(FoundBox(BoxClass.DISC, DiscBox(80, top, 116, top + 9), 0.99) for top in TOPS),
    *(FoundBox(BoxClass.BODY, DiscBox(82, top + 10, 114, top + 34), 0.98) for top in TOPS[:-1]),
    FoundBox(BoxClass.S1, DiscBox(90, 207, 122, 233), 0.97),
]


def picture(plane: Plane = Plane.SAGITTAL) -> Volume:
    grid = Grid.from_axes(
        (1, *SHAPE), origin_lps=(0.0, 0.0, 0.0), axes_lps=DISPLAY_AXES_LPS[plane], spacing_mm=(4.0, 1.0, 1.0)
    )
    return Volume(np.zeros((1, *SHAPE), dtype=np.float32), grid)


class Boxes:
    """A detector that finds the same boxes in whatever it is shown."""

    def segment(self, volume: Volume) -> tuple[np.ndarray, np.ndarray]:
        """Return the spine of the test."""
        mask, certainty = painted(SPINE, volume.grid.shape[1:])
        return mask[None], certainty[None]


def test_boxes_are_named_like_a_mask() -> None:
    location = locate(picture(), network=Boxes())
    assert [frame.level for frame in location.frames][-2:] == [Level.L4_L5, Level.L5_S1]
    assert len(location.frames) == len(TOPS)


@pytest.mark.parametrize("content", ["{", "[]", "{}", '{"input": {"pixel_mm": "?"}}', '{"input": {"pixel_mm": 0.8}}'])
def test_a_card_that_is_none_is_named(tmp_path: Path, content: str) -> None:
    shutil.copy(shipped_detector(), tmp_path / "model.safetensors")
    (tmp_path / "model.json").write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=r"model\.json: (no card|names no encoder)"):
        DetectionNetwork.load(tmp_path / "model.safetensors")


def test_of_two_s1_the_surer_is_taken() -> None:
    false = FoundBox(BoxClass.S1, DiscBox(10, 10, 40, 40), 0.6)
    mask, _ = painted([*SPINE, false], SHAPE)
    assert not (mask[:50, :50] == SpineClass.SACRUM).any()
    assert mask[220, 106] == SpineClass.SACRUM


def test_weights_that_were_written_are_loaded_and_find_boxes_in_the_pictures_own_pixels(tmp_path: Path) -> None:
    torch.manual_seed(0)
    write_weights(build_detector(), tmp_path, {"encoder": "tu-regnetx_004"})
    network = DetectionNetwork.load(tmp_path / "model.safetensors")
    mask, certainty = network.segment(picture())
    assert mask.shape == certainty.shape == (1, *SHAPE)
    assert (tmp_path / "model.safetensors").stat().st_size < 16e6


def test_missing_weights_say_how_to_train_them(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="deepspine train detection"):
        DetectionNetwork.load(tmp_path / "none.safetensors")


def test_an_axial_volume_is_refused(tmp_path: Path) -> None:
    network = DetectionNetwork(build_detector().eval(), {"input": {"pixel_mm": 0.8}})
    with pytest.raises(InputError, match="sagittal"):
        network.segment(picture(Plane.AXIAL))


def test_nothing_is_resized_when_boxes_are_asked_for() -> None:
    shown, _ = build_detector().eval().transform([torch.zeros(3, 96, 64)])
    assert shown.tensors.shape == (1, 3, 96, 64)


def test_the_shipped_detector_names_the_discs_of_a_phantom() -> None:
    scan = generate_study(11).sagittal.t2
    middle = len(scan.stored) // 2
    grid = Grid.from_axes(
        (1, *scan.stored.shape[1:]),
        origin_lps=(0.0, 0.0, 0.0),
        axes_lps=DISPLAY_AXES_LPS[Plane.SAGITTAL],
        spacing_mm=scan.grid.spacing_mm,
    )
    slice_shown = Volume(scan.stored[middle : middle + 1].astype(np.float32), grid)
    levels = [frame.level for frame in locate(slice_shown, network=DetectionNetwork.load()).frames]
    assert levels[-5:] == [Level.L1_L2, Level.L2_L3, Level.L3_L4, Level.L4_L5, Level.L5_S1]
