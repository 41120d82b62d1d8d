"""Crops along a level frame: centred, aligned, and never left for right."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from deepspine.data.crops import (
    PRESETS,
    CropSpec,
    axial_crop,
    crop_grid,
    get_preset,
    resized,
    sagittal_crop,
    stack_of_level,
)
from deepspine.data.errors import ConfigError, GeometryError
from deepspine.data.frames import LevelFrame
from deepspine.data.geometry import LEFT, POSTERIOR, SUPERIOR, Grid, Plane
from deepspine.data.levels import Level
from deepspine.data.volume import Volume

SAGITTAL = CropSpec(Plane.SAGITTAL, (9, 32, 32), (54.0, 64.0, 64.0))
AXIAL = CropSpec(Plane.AXIAL, (5, 32, 32), (20.0, 64.0, 64.0))
CENTER = np.array([3.0, -12.0, 40.0])


def frame(center: np.ndarray = CENTER, *, tilt_deg: float = 0.0) -> LevelFrame:
    axes = Rotation.from_euler("x", tilt_deg, degrees=True).apply(np.array([LEFT, POSTERIOR, SUPERIOR]))
    return LevelFrame(Level.L4_L5, 1.0, center, axes, np.array([center + 5 * axes[2], center - 5 * axes[2]]))


def volume(axes: list[np.ndarray], spacing_mm: tuple[float, float, float], mark_lps: np.ndarray) -> Volume:
    """Return a volume of 120 mm around the disc, zero but for a blob of 8 mm at `mark_lps`."""
    shape = tuple(int(120 / s) for s in spacing_mm)
    origin = CENTER - (np.array(shape) - 1) / 2 * np.array(spacing_mm) @ np.array(axes)
    grid = Grid.from_axes(shape, origin_lps=origin, axes_lps=axes, spacing_mm=spacing_mm)  # type: ignore[arg-type]
    points = grid.lps_from_ijk(np.moveaxis(np.indices(shape), 0, -1))
    distance = np.linalg.norm(points - mark_lps, axis=-1)
    return Volume(np.exp(-((distance / 6.0) ** 2)).astype(np.float32), grid)


def brightest(crop: np.ndarray) -> tuple[int, ...]:
    return tuple(int(i) for i in np.unravel_index(np.nanargmax(crop), crop.shape))


STORED = {
    "sagittal from the right": [LEFT, -SUPERIOR, POSTERIOR],
    "sagittal from the left": [-LEFT, -SUPERIOR, POSTERIOR],
    "axial from below": [SUPERIOR, POSTERIOR, LEFT],
    "axial from above, mirrored": [-SUPERIOR, POSTERIOR, -LEFT],
    "coronal": [POSTERIOR, -SUPERIOR, LEFT],
}


@pytest.mark.parametrize("axes", STORED.values(), ids=STORED)
@pytest.mark.parametrize(
    ("move", "sagittal_end", "axial_end"),
    [
        (20 * LEFT, (0, 1), (2, 1)),
        (-20 * LEFT, (0, -1), (2, -1)),
        (20 * POSTERIOR, (2, 1), (1, 1)),
        (8 * SUPERIOR, (1, -1), (0, -1)),
    ],
    ids=["left", "right", "back", "up"],
)
def test_a_mark_lies_on_its_own_side_however_the_scanner_stored_the_slices(
    axes: list[np.ndarray], move: np.ndarray, sagittal_end: tuple[int, int], axial_end: tuple[int, int]
) -> None:
    """The patient's left is at the last sagittal slice and the last axial column; the back at the last axial row."""
    marked = volume(axes, (4.0, 1.5, 1.5), CENTER + move)
    for crop, (axis, sign) in (
        (sagittal_crop(marked, frame(), SAGITTAL), sagittal_end),
        (axial_crop(marked, frame(), AXIAL), axial_end),
    ):
        place = np.array(brightest(crop)) - (np.array(crop.shape) - 1) / 2
        others = np.delete(np.abs(place), axis)
        assert np.sign(place[axis]) == sign
        assert abs(place[axis]) >= 1.0
        assert (others <= 1.0).all()


@given(st.floats(-40, 40), st.floats(-10, 10), st.floats(-10, 10))
def test_the_grid_of_a_crop_is_centred_on_the_disc_whatever_its_tilt(tilt: float, x: float, y: float) -> None:
    center = CENTER + np.array([x, y, 0.0])
    for spec in (SAGITTAL, AXIAL):
        grid = crop_grid(frame(center, tilt_deg=tilt), spec)
        assert np.allclose(grid.lps_from_ijk((np.array(spec.pixels) - 1) / 2), center)
        assert np.allclose(grid.spacing_mm, spec.spacing_mm)


@given(st.floats(-40, 40))
def test_a_linear_picture_is_sampled_exactly_at_any_tilt(tilt: float) -> None:
    marked = volume(STORED["sagittal from the left"], (4.0, 2.0, 2.0), CENTER)
    ramp = marked.with_voxels(
        marked.grid.lps_from_ijk(np.moveaxis(np.indices(marked.grid.shape), 0, -1))[..., 1].astype(np.float32)
    )
    leaning = frame(tilt_deg=tilt)
    expected = crop_grid(leaning, AXIAL).lps_from_ijk(np.moveaxis(np.indices(AXIAL.pixels), 0, -1))[..., 1]
    assert np.allclose(axial_crop(ramp, leaning, AXIAL), expected, atol=0.02)


def test_t1_and_t2_of_other_grids_lie_voxel_on_voxel() -> None:
    t1 = volume(STORED["sagittal from the left"], (4.0, 1.0, 1.0), CENTER + 9 * POSTERIOR)
    t2 = volume(STORED["sagittal from the right"], (3.0, 2.0, 2.0), CENTER + 9 * POSTERIOR)
    first, second = (sagittal_crop(v, frame(tilt_deg=12.0), SAGITTAL) for v in (t1, t2))
    assert brightest(first) == brightest(second)


def test_beyond_the_edge_of_the_picture_there_is_nothing() -> None:
    small = volume(STORED["axial from below"], (4.0, 1.0, 1.0), CENTER)
    wide = CropSpec(Plane.AXIAL, (5, 40, 40), (20.0, 200.0, 200.0))
    crop = axial_crop(small, frame(), wide)
    share = np.isfinite(crop).mean()
    assert np.isfinite(crop[:, 20, 20]).all()
    assert np.isnan(crop[:, 0, 0]).all()
    assert share == pytest.approx((120 / 200) ** 2, abs=0.03)


def slab(center: np.ndarray, tilt_deg: float, value: float) -> Volume:
    axes = Rotation.from_euler("x", tilt_deg, degrees=True).apply(np.array([SUPERIOR, POSTERIOR, LEFT]))
    shape = (5, 40, 40)
    origin = center - (np.array(shape) - 1) / 2 * np.array([4.0, 3.0, 3.0]) @ axes
    grid = Grid.from_axes(shape, origin_lps=origin, axes_lps=axes, spacing_mm=(4.0, 3.0, 3.0))
    return Volume(np.full(shape, value, dtype=np.float32), grid)


def test_each_level_takes_the_slab_that_was_planned_on_its_disc() -> None:
    slabs = [slab(CENTER - 30 * SUPERIOR, -20.0, 3.0), slab(CENTER, -5.0, 2.0), slab(CENTER + 3 * SUPERIOR, 15.0, 1.0)]
    leaning = frame(tilt_deg=-5.0)
    chosen = stack_of_level(slabs, leaning)
    assert chosen is slabs[1]
    assert np.nanmax(axial_crop(slabs, leaning, AXIAL)) == pytest.approx(2.0)


def test_of_slabs_of_one_tilt_the_one_whose_middle_is_nearest_is_taken() -> None:
    slabs = [slab(CENTER + 7 * SUPERIOR, 0.0, 1.0), slab(CENTER - 2 * SUPERIOR, 0.0, 2.0)]
    assert stack_of_level(slabs, frame()) is slabs[1]
    assert stack_of_level(slabs[::-1], frame()) is slabs[1]


def test_a_level_without_a_slab_is_refused_by_name() -> None:
    with pytest.raises(GeometryError, match="L4-L5"):
        axial_crop([slab(CENTER - 60 * SUPERIOR, 0.0, 1.0)], frame(), AXIAL)


def test_a_fine_picture_does_not_alias_in_a_coarse_crop() -> None:
    """Stripes finer than the crop's pixels must fade to their mean, not turn into broader stripes."""
    axes = STORED["sagittal from the left"]
    fine = volume(axes, (4.0, 0.5, 0.5), CENTER)
    stripes = (np.indices(fine.grid.shape)[2] // 2 % 2).astype(np.float32)
    coarse = CropSpec(Plane.SAGITTAL, (3, 24, 24), (12.0, 60.0, 60.0))
    crop = sagittal_crop(fine.with_voxels(stripes), frame(), coarse)
    assert np.nanstd(crop) < 0.1
    assert np.nanmean(crop) == pytest.approx(0.5, abs=0.05)


def test_a_voxel_that_is_not_known_leaves_the_rest_of_a_coarse_crop_smooth() -> None:
    axes = STORED["sagittal from the left"]
    fine = volume(axes, (4.0, 0.5, 0.5), CENTER)
    stripes = (np.indices(fine.grid.shape)[2] // 2 % 2).astype(np.float32)
    holed = stripes.copy()
    holed[:, :4] = np.nan
    coarse = CropSpec(Plane.SAGITTAL, (3, 24, 24), (12.0, 60.0, 60.0))
    whole, crop = (sagittal_crop(fine.with_voxels(one), frame(), coarse) for one in (stripes, holed))
    known = np.isfinite(crop)
    assert known.any()
    assert np.abs(crop[known] - whole[known]).max() < 0.1


def test_the_paper_preset_has_the_paper_pixels() -> None:
    preset = get_preset("deepspine")
    assert preset.axial.pixels == (8, 360, 360)
    assert preset.sagittal.pixels == (25, 160, 320)
    for each in PRESETS.values():
        assert type(each).from_json(each.to_json()) == each


def test_sizes_can_be_given_in_pixels_and_millimetres() -> None:
    small = get_preset("small")
    preset = resized(small, sagittal="25x160x320/75x60x120.5")
    assert (preset.sagittal.pixels, preset.sagittal.size_mm) == ((25, 160, 320), (75.0, 60.0, 120.5))
    assert (preset.axial, preset.sagittal.offset_mm) == (small.axial, small.sagittal.offset_mm)
    assert resized(small) is small
    for text in ("25x160x320", "25x160/75x60", "0x1x1/1x1x1", "axbxc/1x1x1", "1x1x1/0x1x1"):
        with pytest.raises(ConfigError):
            resized(small, axial=text)


def test_bad_sizes_planes_and_names_are_refused() -> None:
    with pytest.raises(ConfigError, match="positive"):
        CropSpec(Plane.AXIAL, (0, 10, 10), (1.0, 1.0, 1.0))
    with pytest.raises(ConfigError, match="sagittal or axial"):
        CropSpec(Plane.CORONAL, (1, 10, 10), (1.0, 1.0, 1.0))
    with pytest.raises(ConfigError, match="axial"):
        axial_crop(slab(CENTER, 0.0, 1.0), frame(), SAGITTAL)
    with pytest.raises(ConfigError, match="deepspine, small"):
        get_preset("huge")
