"""T1 of a study is looked at in the grid of its T2, so that both are asked about one place."""

from dataclasses import replace

import numpy as np
import pytest

from deepspine.data.geometry import Grid, Plane
from deepspine.data.orientation import DISPLAY_AXES_LPS
from deepspine.data.volume import Volume, VolumeOrigin
from deepspine.grading.reading_inputs import SAGITTAL_T1, SAGITTAL_T2, StudyImages
from deepspine.grading.reading_pairs import t1_on_t2

GRID = Grid.from_axes(
    (4, 30, 20), origin_lps=(0.0, 0.0, 0.0), axes_lps=DISPLAY_AXES_LPS[Plane.SAGITTAL], spacing_mm=(4.0, 1.0, 1.0)
)


def study(*, picture: bool = False, **volumes: Volume) -> StudyImages:
    origin = VolumeOrigin(has_patient_space=not picture)
    return StudyImages("r1", {name: [replace(volume, origin=origin)] for name, volume in volumes.items()})


def numbered(grid: Grid = GRID) -> Volume:
    """Return a volume whose voxels tell their row, 1 and more."""
    rows = np.arange(1, grid.shape[1] + 1, dtype=np.float32)[None, :, None]
    return Volume(np.broadcast_to(rows, grid.shape).copy(), grid)


def test_a_volume_is_laid_by_its_geometry_and_unknown_where_it_does_not_reach() -> None:
    three_rows_down = GRID.reindexed(start=(0, 3, 0), step=(1, 1, 1), shape=(2, 30, 20))
    laid = t1_on_t2(study(sagittal_t1=numbered(three_rows_down), sagittal_t2=numbered()))
    assert laid is not None
    assert laid.grid is not three_rows_down
    assert laid.grid.matches(GRID)
    assert laid.voxels[0, 10, 5] == pytest.approx(8.0)
    assert np.isnan(laid.voxels[0, :3]).all()
    assert np.isnan(laid.voxels[3]).all()


def test_a_picture_of_a_pair_has_the_place_of_the_other_whatever_its_size_of_pixels() -> None:
    coarse = Grid.from_axes(
        GRID.shape, origin_lps=(9.0, 9.0, 9.0), axes_lps=DISPLAY_AXES_LPS[Plane.SAGITTAL], spacing_mm=(4.0, 2.0, 2.0)
    )
    laid = t1_on_t2(study(picture=True, sagittal_t1=numbered(coarse), sagittal_t2=numbered()))
    assert laid is not None
    assert np.array_equal(laid.voxels, numbered().voxels)
    assert laid.grid.matches(GRID)


def test_a_volume_of_another_place_says_nothing() -> None:
    elsewhere = GRID.reindexed(start=(0, 100, 0), step=(1, 1, 1), shape=GRID.shape)
    assert t1_on_t2(study(sagittal_t1=numbered(elsewhere), sagittal_t2=numbered())) is None


@pytest.mark.parametrize("name", [SAGITTAL_T1, SAGITTAL_T2])
def test_one_contrast_has_no_other(name: str) -> None:
    assert t1_on_t2(study(**{name: numbered()})) is None
