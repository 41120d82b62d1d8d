"""Boxes of discs on axial slices."""

import json
from pathlib import Path

import numpy as np
import pytest

from deepspine.data.errors import InputError
from deepspine.data.geometry import Grid, Plane
from deepspine.data.orientation import DISPLAY_AXES_LPS
from deepspine.data.phantom.study import generate_study
from deepspine.data.spine_classes import SpineClass
from deepspine.data.volume import Volume
from deepspine.segmentation.axial_regions import AxialRegions, write_regions
from deepspine.segmentation.batch import LocateInput, box_axial_inputs
from deepspine.segmentation.classes import N_CLASSES


class Blobs:
    """A network that is sure of one disc of 40 x 30 pixels, and of a speck; of nothing on dark slices."""

    def probabilities(self, triples: np.ndarray, spacing_mm: np.ndarray) -> np.ndarray:
        """Return probabilities of the classes, of one slice."""
        found = np.zeros((1, N_CLASSES, *triples.shape[2:]), dtype=np.float32)
        if triples.max() > 0:
            found[0, SpineClass.DISC, 50:80, 60:100] = 0.9
            found[0, SpineClass.DISC, 5:8, 5:8] = 1.0
        return found


def slices(plane: Plane = Plane.AXIAL) -> Volume:
    grid = Grid.from_axes(
        (2, 160, 160), origin_lps=(0.0, 0.0, 0.0), axes_lps=DISPLAY_AXES_LPS[plane], spacing_mm=(4.0, 1.0, 1.0)
    )
    voxels = np.zeros((2, 160, 160), dtype=np.float32)
    voxels[1] = 1.0
    return Volume(voxels, grid)


def test_a_slice_has_the_box_of_its_largest_region_or_none() -> None:
    dark, bright = AxialRegions(Blobs()).boxes(slices())  # type: ignore[arg-type]
    assert dark is None
    assert bright is not None
    assert (bright.box.x0, bright.box.y0, bright.box.x1, bright.box.y1) == (60, 50, 100, 80)
    assert bright.score == pytest.approx(0.9)


def test_a_sagittal_volume_is_refused() -> None:
    with pytest.raises(InputError, match="axial"):
        AxialRegions(Blobs()).boxes(slices(Plane.SAGITTAL))  # type: ignore[arg-type]


def test_regions_are_written_with_a_picture(tmp_path: Path) -> None:
    volume = slices()
    boxes = AxialRegions(Blobs()).boxes(volume)  # type: ignore[arg-type]
    write_regions([boxes, boxes], [volume, volume], tmp_path)
    written = json.loads((tmp_path / "regions.json").read_text())
    assert [one and one["box_xyxy"] for one in written["slices"]] == [None, [60, 50, 100, 80]] * 2
    assert written["stacks"] == [2, 2]
    assert (tmp_path / "overlay.png").is_file()


def test_what_is_refused_among_many_is_told_and_the_rest_is_written(tmp_path: Path) -> None:
    inputs = [LocateInput("axial", lambda: [slices()]), LocateInput("sagittal", lambda: [slices(Plane.SAGITTAL)])]
    done = box_axial_inputs(inputs, tmp_path, regions=AxialRegions(Blobs()))  # type: ignore[arg-type]
    assert [row[0] for row in done.rejects.rows] == ["sagittal"]
    assert (tmp_path / "axial" / "regions.json").is_file()


def test_the_shipped_weights_box_the_disc_of_a_phantom() -> None:
    study = generate_study(12)
    level, scan = study.axial[-1]
    disc = next(frame for frame in study.frames if frame.level is level)
    volume = Volume(scan.stored.astype(np.float32), scan.grid)
    _, row, column = volume.grid.ijk_from_lps(disc.center_lps)
    found = AxialRegions.load().boxes(volume)[len(scan.stored) // 2]
    assert found is not None
    assert found.box.x0 < column < found.box.x1
    assert found.box.y0 < row < found.box.y1
