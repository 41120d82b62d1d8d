"""Where the spine of a study is, and which of its inputs are left out or refused by where they show it."""

from collections.abc import Sequence

import numpy as np
import pytest

from deepspine.data.errors import InputError, NamingError
from deepspine.data.frames import LevelFrame
from deepspine.data.geometry import LEFT, POSTERIOR, SUPERIOR, Grid
from deepspine.data.levels import Level
from deepspine.data.spine_classes import SpineClass
from deepspine.data.volume import Volume, VolumeOrigin
from deepspine.grading.reading_inputs import SAGITTAL_T1, SAGITTAL_T2, StudyImages
from deepspine.grading.reading_location import SpineFinder, locate_study
from deepspine.grading.reading_study import FoundSpine

SHAPE = (3, 60, 40)
GRID = Grid.from_axes(SHAPE, origin_lps=(0, 0, 0), axes_lps=[LEFT, -SUPERIOR, POSTERIOR], spacing_mm=(4, 4, 4))


def volume(*, canal: float) -> Volume:
    """Return a volume with bodies of signal 1 in front of a canal."""
    voxels = np.ones(SHAPE, np.float32)
    voxels[:, :, 20:24] = canal
    return Volume(voxels, GRID, origin=VolumeOrigin())


def finder(*, t1_rows: Sequence[float], alone: bool) -> SpineFinder:
    """Return what finds discs at rows 100, 135 and 170 of T2, and at others of T1."""

    def find(volume: Volume, *, other: Volume | None = None) -> FoundSpine:
        rows = (100.0, 135.0, 170.0) if other is not None else t1_rows
        if not rows:
            raise NamingError("no lumbosacral junction is in view")
        levels = (Level.L3_L4, Level.L4_L5, Level.L5_S1)
        frames = tuple(
            LevelFrame(level, 1.0, np.array([4.0, 60.0, -row]), np.eye(3), np.zeros((2, 3)))
            for level, row in zip(levels, rows, strict=True)
        )
        mask = np.zeros(SHAPE, np.uint8)
        mask[:, :, 5:18], mask[:, :, 20:24] = SpineClass.BODY, SpineClass.CANAL
        return FoundSpine(volume, mask, mask, frames, (), {}, alone=alone)

    return find


def study(*, t1_canal: float = 0.4, t2_canal: float = 2.0) -> StudyImages:
    return StudyImages("r1", {SAGITTAL_T1: [volume(canal=t1_canal)], SAGITTAL_T2: [volume(canal=t2_canal)]})


@pytest.mark.parametrize("alone", [True, False])
def test_a_patient_who_moved_a_little_keeps_both_contrasts(alone: bool) -> None:
    located = locate_study(study(), finder(t1_rows=(103, 139, 173), alone=alone))
    assert set(located.images.volumes) == {SAGITTAL_T1, SAGITTAL_T2}
    assert not located.images.warnings


def test_volumes_of_two_patients_are_refused_by_where_their_discs_lie() -> None:
    with pytest.raises(InputError, match="two patients or two fields of view"):
        locate_study(study(), finder(t1_rows=(115, 152, 190), alone=True))


def test_a_t1_that_shows_no_spine_at_the_place_of_the_t2_is_left_out_with_a_warning() -> None:
    located = locate_study(study(), finder(t1_rows=(), alone=True))
    assert set(located.images.volumes) == {SAGITTAL_T2}
    assert "sagittal t1 was left out" in located.images.warnings[0]


def test_exchanged_contrasts_are_refused_by_the_signal_of_the_canal() -> None:
    with pytest.raises(InputError, match=r"T1 and T2 look exchanged: the canal has 2\.0 times"):
        locate_study(study(t1_canal=2.0, t2_canal=0.4), finder(t1_rows=(100, 135, 170), alone=False))
