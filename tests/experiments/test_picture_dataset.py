"""Pairs of pictures become studies of a dataset, with discs that are located once."""

import json
from pathlib import Path

import numpy as np
import pytest
from discs_apart import frame
from PIL import Image

from deepspine.data.dataset.manifest import MANIFEST
from deepspine.data.errors import ConfigError, InputError, NamingError
from deepspine.experiments import picture_dataset
from deepspine.experiments.picture_dataset import PicturePair, build_pictures, picture_pairs


def pair(tmp_path: Path, *, n_discs: int) -> PicturePair:
    """Return a patient whose discs are kept already, so that nothing has to be located."""
    (tmp_path / "images").mkdir()
    grey = np.random.default_rng(0).integers(0, 255, (60, 60)).astype(np.uint8)
    for modality in ("t1", "t2"):
        Image.fromarray(grey).save(tmp_path / "images" / f"7_{modality}.png")
    levels = [frame(index, step_mm=35.0, depth_mm=32.0).to_json() for index in range(n_discs)]
    kept = tmp_path / "kept"
    (one,) = picture_pairs(tmp_path, kept, prefix="x-", same_view=True, required="t2")
    (kept / "7_t2.json").write_text(json.dumps({"pixel_mm": 4.0, "levels": levels}))
    return one


def test_discs_that_another_segmentation_found_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pair(tmp_path, n_discs=5)
    other = tmp_path / "model.safetensors"
    other.write_bytes(b"another training")
    monkeypatch.setattr(picture_dataset, "shipped_weights", lambda: other)
    with pytest.raises(ConfigError, match=r"kept: was made with other settings \(segmentation "):
        picture_pairs(tmp_path, tmp_path / "kept", prefix="x-", same_view=True, required="t2")


def test_a_dataset_is_built_in_a_new_folder_and_gone_on_with(tmp_path: Path) -> None:
    one, out = pair(tmp_path, n_discs=5), tmp_path / "run" / "dataset"
    for _ in range(2):
        result = build_pictures([one], out, advance=lambda n: None)
        assert not result.rejects.rows
    assert (out / MANIFEST).is_file()


def test_a_dataset_around_discs_of_another_segmentation_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, out = pair(tmp_path, n_discs=5), tmp_path / "run" / "dataset"
    build_pictures([one], out, advance=lambda n: None)
    other = tmp_path / "model.safetensors"
    other.write_bytes(b"another training")
    monkeypatch.setattr(picture_dataset, "shipped_weights", lambda: other)
    with pytest.raises(ConfigError, match=r"dataset: was made with other settings \(segmentation "):
        build_pictures([one], out, advance=lambda n: None)


def test_pictures_of_one_view_share_the_discs_of_t2(tmp_path: Path) -> None:
    one = pair(tmp_path, n_discs=5)
    assert one.name == "x-7"
    assert len(one.frames) == 5
    assert sorted(one.images().volumes) == ["sagittal_t1", "sagittal_t2"]


def test_pictures_without_a_spine_are_refused(tmp_path: Path) -> None:
    with pytest.raises(NamingError, match="no picture of this patient"):
        _ = pair(tmp_path, n_discs=2).frames


def test_a_patient_without_the_required_picture_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    for name in ("7_t1.png", "8_t1.png", "8_t2.png", "9_ct.png"):
        Image.fromarray(np.zeros((8, 8), np.uint8)).save(tmp_path / "images" / name)
    for required, names in ((None, ["x-7", "x-8"]), ("t2", ["x-8"])):
        found = picture_pairs(tmp_path, tmp_path / "kept", prefix="x-", same_view=True, required=required)
        assert [one.name for one in found] == names


def test_a_folder_without_pictures_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="PATIENT_t1"):
        picture_pairs(tmp_path, tmp_path, prefix="", same_view=True)
