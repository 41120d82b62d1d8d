"""The Modic map on phantom studies with known truth, and T1 and T2 brought together."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from small_phantoms import GRADES, fat_suppressed, three_types_in_full, with_slices

from deepspine.data.errors import InputError
from deepspine.data.geometry import FloatArray
from deepspine.data.levels import Level, Vertebra
from deepspine.data.phantom.study import PhantomStudy
from deepspine.data.volume import Volume
from deepspine.grading.modic.doubts import MIN_PATIENT_OVERLAP, body_overlap
from deepspine.grading.modic.learned_regions import LearnedRegions, RegionModel
from deepspine.grading.modic.mapping import EndplateChange, ModicMap, map_measured, map_modic
from deepspine.grading.modic.measured_pair import MeasuredPair
from deepspine.grading.modic.registration import register, resampled


@pytest.fixture(scope="module")
def study(three_types: PhantomStudy) -> PhantomStudy:
    """Return a study with one change of each type."""
    return three_types


@pytest.fixture(scope="module")
def found(study: PhantomStudy) -> ModicMap:
    """Return its map."""
    return mapped(study)


def mapped(
    study: PhantomStudy, t1: Volume | None = None, t2: Volume | None = None, model: RegionModel | None = None
) -> ModicMap:
    return map_modic(
        t1 or study.sagittal_t1,
        t2 or study.sagittal_t2,
        mask=study.mask,
        vertebra_map=study.vertebra_mask,
        frames=study.frames,
        model=model,
    )


def of_body(found: ModicMap, vertebra: Vertebra) -> list[EndplateChange]:
    return [one for one in found.endplates if one.vertebra is vertebra and sum(one.shares) > 0]


def moved_by(volume: Volume, *, shift_mm: FloatArray, turn_deg: float) -> tuple[Volume, FloatArray]:
    """Return a volume whose patient moved, and the movement, while its header says otherwise."""
    angle = np.deg2rad(turn_deg)
    turn = np.array([[1, 0, 0], [0, np.cos(angle), -np.sin(angle)], [0, np.sin(angle), np.cos(angle)]])
    center = volume.grid.lps_from_ijk((np.array(volume.grid.shape) - 1) / 2)
    rigid = np.eye(4)
    rigid[:3, :3] = turn
    rigid[:3, 3] = center - turn @ center + shift_mm
    return volume.with_voxels(np.nan_to_num(resampled(volume, volume.grid, rigid))), rigid


def bones(study: PhantomStudy) -> NDArray[np.bool_]:
    return np.isin(study.mask, (1, 3, 5))


def test_each_type_is_found_where_it_is_and_called_what_it_is(study: PhantomStudy, found: ModicMap) -> None:
    grades = {row.level: str(row.grades) for row in found.endplates if row.level in GRADES and not row.doubt}
    assert {level: grades[level] for level in GRADES} == GRADES
    truth = study.modic_mask
    both = (truth > 0) & (found.types > 0)
    assert (truth == found.types)[both].mean() > 0.95
    assert 2 * both.sum() / ((truth > 0).sum() + (found.types > 0).sum()) > 0.6


def test_the_shipped_networks_mark_more_of_what_is_changed_than_the_outliers(shipped: RegionModel) -> None:
    study = three_types_in_full()
    truth = study.modic_mask
    by_outliers, learned = mapped(study), mapped(study, model=shipped)
    dice = [
        2 * ((truth > 0) & (one.types > 0)).sum() / ((truth > 0).sum() + (one.types > 0).sum())
        for one in (by_outliers, learned)
    ]
    assert dice[1] > max(dice[0], 0.75)
    both = (truth > 0) & (learned.types > 0)
    assert (truth == learned.types)[both].mean() > 0.95
    grades = {row.level: str(row.grades) for row in learned.endplates}
    assert {level: grades[level] for level in GRADES} == GRADES


def test_an_endplate_is_graded_by_its_own_marrow_and_the_disc_by_both(study: PhantomStudy) -> None:
    pair = MeasuredPair.of(
        study.sagittal_t1,
        study.sagittal_t2,
        mask=study.mask,
        vertebra_map=study.vertebra_mask,
        frames=study.frames,
    )
    of_one_side = {Vertebra.L3: study.modic_mask == 1}
    marks = [
        of_one_side.get(body.vertebra, np.zeros(study.mask.shape, dtype=bool))[body.box].astype(np.float32)
        for body in pair.bodies
    ]
    found = map_measured(pair, study.mask, learned=LearnedRegions(marks, {}))
    rows = {row.vertebra: row for row in found.endplates if row.level is Level.L3_L4}
    assert str(rows[Vertebra.L3].endplate_grades) == "type1"
    assert not rows[Vertebra.L3].is_upper
    assert str(rows[Vertebra.L4].endplate_grades) == "none"
    assert rows[Vertebra.L4].is_upper
    assert str(rows[Vertebra.L3].grades) == str(rows[Vertebra.L4].grades) == "type1"


def test_spread_and_volume_are_those_of_the_phantom(study: PhantomStudy, found: ModicMap) -> None:
    voxel_mm3 = float(study.sagittal_t2.spacing_mm.prod())
    (row,) = [one for one in of_body(found, Vertebra.L4) if one.level is Level.L3_L4]
    truth = study.modic_mask[study.vertebra_mask == 2]
    assert row.volume_mm3 == pytest.approx(float((truth == 1).sum()) * voxel_mm3, rel=0.6)
    assert 4.0 < row.height_mm < 14.0
    assert 0.02 < row.share_of_body < 0.4


def test_t1_of_a_patient_who_moved_by_four_mm_and_three_degrees_is_brought_back(study: PhantomStudy) -> None:
    one, two = study.sagittal_t1, study.sagittal_t2
    moved, rigid = moved_by(one, shift_mm=np.array([0.0, 3.2, 2.4]), turn_deg=3.0)
    done = register(moved, two, bones(study))
    assert done.is_moved
    assert done.moved_mm > 4.0
    inside = bones(study) & np.isfinite(done.voxels)
    off = np.abs(done.voxels - one.voxels)[inside].mean()
    assert off < 0.5 * np.abs(moved.voxels - one.voxels)[inside].mean()
    points = two.grid.lps_from_ijk(np.argwhere(bones(study)))
    there = points @ rigid[:3, :3].T + rigid[:3, 3]
    assert done.moved_mm == pytest.approx(np.linalg.norm(there - points, axis=1).max(), abs=study.plan.pixel_mm)


def test_a_pair_that_agrees_is_left_as_it_is(study: PhantomStudy) -> None:
    done = register(study.sagittal_t1, study.sagittal_t2, bones(study))
    assert not done.is_moved
    assert np.array_equal(done.voxels, study.sagittal_t1.voxels)


def test_a_single_picture_gives_areas_and_no_volume(study: PhantomStudy) -> None:
    flat = mapped(with_slices(study, slice(3, 4)))
    changed = [row for row in flat.endplates if sum(row.shares) > 0]
    assert {row.level for row in changed} >= {Level.L3_L4, Level.L4_L5}
    assert all(np.isnan(row.volume_mm3) and row.area_mm2 > 0 for row in changed)


def test_a_fat_suppressed_t1_leaves_every_grade_possible(study: PhantomStudy) -> None:
    found = mapped(study, t1=fat_suppressed().sagittal_t1)
    assert all("fat-suppressed" in row.doubt for row in found.endplates)
    assert all(row.grades.is_unknown and row.endplate_grades.is_unknown for row in found.endplates)
    assert found.warnings


def test_a_lesion_that_is_no_modic_change_is_not_typed_without_doubt(
    lesions: PhantomStudy, shipped: RegionModel
) -> None:
    few, two_networks = with_slices(lesions, slice(2, 6)), replace(shipped, networks=shipped.networks[:2])
    for found in (mapped(few), mapped(few, model=two_networks)):
        for vertebra in (Vertebra.L1, Vertebra.L3):
            assert all(row.doubt and row.grades.admits("none") for row in of_body(found, vertebra))


def test_metal_is_not_typed_without_doubt(lesions: PhantomStudy) -> None:
    center = lesions.vertebra_centers[Vertebra.L5] + [0.0, 0.0, 8.0]
    points = lesions.sagittal_t2.grid.lps_from_ijk(np.stack(np.indices(lesions.mask.shape), axis=-1))
    near = np.linalg.norm(points - center, axis=-1) < 9.0
    one, two = (
        volume.with_voxels(np.where(near, volume.voxels * 0.03, volume.voxels).astype(np.float32))
        for volume in (lesions.sagittal_t1, lesions.sagittal_t2)
    )
    rows = of_body(mapped(lesions, one, two), Vertebra.L5)
    assert rows
    assert all("metal" in row.doubt and row.grades.admits("none") for row in rows)


def test_bodies_of_two_patients_do_not_lie_on_each_other(study: PhantomStudy, another_patient: PhantomStudy) -> None:
    assert body_overlap(study.mask, study.mask) == 1.0
    slices = min(len(study.mask), len(another_patient.mask))
    assert body_overlap(study.mask[:slices], another_patient.mask[:slices]) < MIN_PATIENT_OVERLAP


def test_a_t1_that_does_not_show_the_spine_is_refused(study: PhantomStudy) -> None:
    nothing = study.sagittal_t1.with_voxels(np.full(study.mask.shape, np.nan, dtype=np.float32))
    with pytest.raises(InputError, match="0% of the vertebral bodies"):
        mapped(study, t1=nothing)
