"""Truth of Modic changes by voxel, and studies that are scanned otherwise or have a lesion."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from deepspine.data.errors import ConfigError
from deepspine.data.findings import Side
from deepspine.data.levels import LUMBAR_LEVELS, Level, Vertebra
from deepspine.data.phantom.options import PhantomOptions
from deepspine.data.phantom.study import PhantomStudy, generate_study
from deepspine.data.phantom.tissues import CSF, EDEMA, FAT, MARROW, MUSCLE, Sequence
from deepspine.data.phantom.variants import Variant
from deepspine.data.spine_classes import SpineClass

PLAIN = PhantomOptions(axial=False, scoliosis=0.0)
SEED = 3


@pytest.fixture(scope="module")
def study() -> PhantomStudy:
    """Return a study with Modic changes, free of variants."""
    return generate_study(SEED, PLAIN)


def body(study: PhantomStudy, number: int) -> NDArray[np.bool_]:
    return study.vertebra_mask == number


def test_voxels_of_a_modic_type_lie_in_bone_at_levels_that_have_it(study: PhantomStudy) -> None:
    types = study.modic_mask
    assert types.any()
    assert set(np.unique(study.mask[types > 0])) <= {SpineClass.BODY, SpineClass.SACRUM}
    told = {found["modic", Side.MIDLINE] for found in study.grades.values()} - {"none"}
    assert {f"type{number}" for number in np.unique(types) if number} == told
    points = study.sagittal_t2.grid.lps_from_ijk(np.argwhere(types > 0))
    for level in LUMBAR_LEVELS:
        near = np.linalg.norm(points - study.spine.levels[level].center_lps, axis=1) < 12.0
        assert bool(near.any()) == (study.grades[level]["modic", Side.MIDLINE] != "none"), level


def test_without_a_variant_nothing_changes(study: PhantomStudy) -> None:
    same = generate_study(SEED, PLAIN, variant=Variant())
    assert np.array_equal(same.sagittal_t1.voxels, study.sagittal_t1.voxels)
    assert np.array_equal(same.mask, study.mask)


def test_fat_suppression_and_contrast_agent_change_what_they_should() -> None:
    plain = Sequence(550.0, 11.0)
    suppressed, enhanced = replace(plain, fat_left=0.05), replace(plain, agent_per_s=3.0)
    assert plain.signal(FAT) > plain.signal(MARROW) > plain.signal(MUSCLE) > plain.signal(CSF)
    assert suppressed.signal(FAT) < suppressed.signal(CSF) < suppressed.signal(MUSCLE)
    assert enhanced.signal(EDEMA) > 1.3 * plain.signal(EDEMA)
    assert enhanced.signal(FAT) == plain.signal(FAT)


def test_other_times_change_the_pictures_and_not_the_truth(study: PhantomStudy) -> None:
    other = generate_study(SEED, PLAIN, variant=Variant(t1=lambda _: Sequence(800.0, 20.0)))
    assert not np.array_equal(other.sagittal_t1.voxels, study.sagittal_t1.voxels)
    assert np.array_equal(other.mask, study.mask)
    assert np.array_equal(other.modic_mask, study.modic_mask)


def test_a_haemangioma_is_bright_on_both_and_no_modic_change(study: PhantomStudy) -> None:
    other = generate_study(SEED, PLAIN, variant=Variant(haemangioma=(Vertebra.L2,)))
    center = np.round(study.sagittal_t2.grid.ijk_from_lps(study.vertebra_centers[Vertebra.L2])).astype(int)
    place = tuple(center)
    for before, after in ((study.sagittal_t1, other.sagittal_t1), (study.sagittal_t2, other.sagittal_t2)):
        assert after.voxels[place] > 1.15 * before.voxels[place]
    assert np.array_equal(other.modic_mask, study.modic_mask)
    assert other.mask[place] == SpineClass.BODY


def test_a_fracture_costs_height_and_is_dark_on_t1_and_bright_on_t2(study: PhantomStudy) -> None:
    other = generate_study(SEED, PLAIN, variant=Variant(fracture=(Vertebra.L1,)))
    number = int(study.vertebra_mask[tuple(_center(study, Vertebra.L1))])
    assert body(other, number).sum() < 0.97 * body(study, number).sum()
    both = body(other, number) & body(study, number)
    assert np.median(other.sagittal_t1.voxels[both]) < 0.8 * np.median(study.sagittal_t1.voxels[both])
    assert np.median(other.sagittal_t2.voxels[both]) > 1.2 * np.median(study.sagittal_t2.voxels[both])
    assert not other.modic_mask[both].any()


def test_modic_changes_asked_for_are_in_labels_and_voxels_and_change_nothing_else(study: PhantomStudy) -> None:
    other = generate_study(SEED, PLAIN, variant=Variant(modic={Level.L3_L4: "none", Level.L4_L5: "type3"}))
    assert set(np.unique(other.modic_mask)) == {0, 3}
    told = {key.level: str(grades) for key, grades in other.labels.items() if key.finding == "modic"}
    assert {level for level, grade in told.items() if grade != "none"} == {Level.L4_L5}
    assert np.array_equal(other.mask, study.mask)
    with pytest.raises(ConfigError, match="levels of the phantom"):
        generate_study(SEED, PLAIN, variant=Variant(modic={Level.L5_L6: "type1"}))


def test_a_lesion_outside_the_phantom_is_refused() -> None:
    with pytest.raises(ConfigError, match="free vertebra"):
        generate_study(SEED, PLAIN, variant=Variant(fracture=(Vertebra.S1,)))


def _center(study: PhantomStudy, name: Vertebra) -> NDArray[np.int64]:
    return np.round(study.sagittal_t2.grid.ijk_from_lps(study.vertebra_centers[name])).astype(int)
