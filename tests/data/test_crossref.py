"""Every axial slice finds its disc by where it lies, and only where that can be known."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from deepspine.data.crossref import SliceLevel, cross_reference
from deepspine.data.errors import GeometryError
from deepspine.data.frames import LevelFrame
from deepspine.data.geometry import LEFT, POSTERIOR, SUPERIOR, Grid
from deepspine.data.levels import LUMBAR_LEVELS, Level
from deepspine.data.volume import Volume, VolumeOrigin

HEIGHT_MM = 10.0
TILTS_DEG = dict(zip(LUMBAR_LEVELS, (10.0, 5.0, 0.0, -10.0, -30.0), strict=True))


def disc(level: Level, tilt_deg: float) -> LevelFrame:
    """Return a disc of a straight spine, 36 mm above the next, tilted by an angle about the right-left axis."""
    center = np.array([2.0, 5.0, 36.0 * (4 - LUMBAR_LEVELS.index(level))])
    axes = np.array([LEFT, POSTERIOR, SUPERIOR]) @ Rotation.from_euler("x", tilt_deg, degrees=True).as_matrix().T
    half = HEIGHT_MM / 2 * axes[2]
    return LevelFrame(level, 1.0, center, axes, np.array([center + half, center - half]))


SPINE = [disc(level, tilt) for level, tilt in TILTS_DEG.items()]


def slab(frame: LevelFrame, *, count: int = 5, gap_mm: float = 4.0, size: int = 50, tilt_deg: float = 0.0) -> Volume:
    """Return a slab of slices from head to foot, centred on a disc, tilted against it."""
    axes = frame.axes_lps @ Rotation.from_euler("x", tilt_deg, degrees=True).as_matrix().T
    slice_axis, row_axis, column_axis = -axes[2], axes[1], axes[0]
    origin = frame.center_lps - slice_axis * gap_mm * (count - 1) / 2 - (row_axis + column_axis) * 2 * (size - 1) / 2
    grid = Grid.from_axes(
        (count, size, size),
        origin_lps=origin,
        axes_lps=[slice_axis, row_axis, column_axis],
        spacing_mm=(gap_mm, 2.0, 2.0),
    )
    return Volume(np.zeros(grid.shape, np.float32), grid, origin=VolumeOrigin("axial", frame_of_reference="frame"))


def best_slices(references: Sequence[SliceLevel]) -> dict[Level, SliceLevel]:
    """Return for each level that is cut the slice that passes nearest to the disc's centre, cranial to caudal."""
    best: dict[Level, SliceLevel] = {}
    for reference in references:
        level = reference.level
        if level is not None and (level not in best or abs(reference.offset_mm) < abs(best[level].offset_mm)):
            best[level] = reference
    return {level: best[level] for level in sorted(best)}


@pytest.mark.parametrize("frame", SPINE, ids=lambda frame: frame.level)
def test_a_slab_planned_on_a_disc_finds_it(frame: LevelFrame) -> None:
    found = cross_reference(slab(frame), SPINE, frame_of_reference="frame")
    assert {one.nearest for one in found} == {frame.level}
    assert [one.offset_mm for one in found] == pytest.approx([8, 4, 0, -4, -8])
    assert [one.cuts_disc for one in found] == [False, True, True, True, False]
    assert [one.tilt_deg for one in found] == pytest.approx([0] * 5, abs=1e-4)
    assert best_slices(found)[frame.level].slice_index == 2


@given(st.floats(-25, 25))
def test_straight_slices_find_each_disc_in_order_whatever_their_tilt(tilt: float) -> None:
    stack = slab(disc(Level.L3_L4, 0.0), count=60, size=400, tilt_deg=tilt)
    best = best_slices(cross_reference(stack, SPINE, frame_of_reference="frame"))
    assert list(best) == list(LUMBAR_LEVELS)
    places = [one.slice_index for one in best.values()]
    assert places == sorted(places)
    assert all(abs(one.offset_mm) <= 4.0 / 2 / np.cos(np.deg2rad(60)) for one in best.values())


def test_a_slice_through_a_vertebra_has_a_nearest_level_but_cuts_none() -> None:
    between = replace(SPINE[2], center_lps=SPINE[2].center_lps + 16.0 * SUPERIOR)
    (only,) = cross_reference(slab(between, count=1), SPINE, frame_of_reference="frame")
    assert (only.nearest, only.level) == (Level.L3_L4, None)
    assert only.offset_mm == pytest.approx(16.0)


@pytest.mark.parametrize(("off_mm", "cuts"), [(4.9, True), (6.9, True), (7.1, False)])
def test_a_thick_slice_beside_a_disc_still_cuts_it(off_mm: float, cuts: bool) -> None:
    beside = replace(SPINE[2], center_lps=SPINE[2].center_lps + off_mm * SUPERIOR)
    (only,) = cross_reference(slab(beside, count=1, gap_mm=4.0), SPINE, frame_of_reference="frame")
    assert only.cuts_disc == cuts


def test_a_slice_whose_field_of_view_misses_the_spine_has_no_level() -> None:
    aside = replace(SPINE[2], center_lps=SPINE[2].center_lps + 300.0 * LEFT)
    (only,) = cross_reference(slab(aside, count=1), SPINE, frame_of_reference="frame")
    assert only.nearest is None
    assert np.isnan(only.offset_mm)


def test_another_frame_of_reference_is_refused_unless_allowed() -> None:
    with pytest.raises(GeometryError, match="--allow-mismatched-frames"):
        cross_reference(slab(SPINE[0]), SPINE, frame_of_reference="other")
    allowed = cross_reference(slab(SPINE[0]), SPINE, frame_of_reference="other", allow_mismatched_frames=True)
    assert best_slices(allowed)[Level.L1_L2].slice_index == 2


def test_a_frame_of_reference_that_is_not_known_is_no_mismatch() -> None:
    assert cross_reference(slab(SPINE[0]), SPINE, frame_of_reference="")


def test_a_sagittal_stack_is_refused() -> None:
    stack = slab(SPINE[2])
    grid = Grid.from_axes(
        stack.grid.shape, origin_lps=(0, 0, 0), axes_lps=[LEFT, -SUPERIOR, POSTERIOR], spacing_mm=(4, 1, 1)
    )
    with pytest.raises(GeometryError, match="must be axial, got a sagittal"):
        cross_reference(replace(stack, grid=grid), SPINE, frame_of_reference="")


def test_a_plain_picture_is_refused() -> None:
    picture = replace(slab(SPINE[2]), origin=VolumeOrigin("picture.png", has_patient_space=False))
    with pytest.raises(GeometryError, match=r"picture\.png is a plain picture"):
        cross_reference(picture, SPINE, frame_of_reference="")
