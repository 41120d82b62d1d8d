"""One study in memory: options change what they should, sizes are those of people, planes see one anatomy."""

import numpy as np
import pytest

from deepspine.data.levels import LUMBAR_LEVELS, REPORTED_LEVELS, Level, Vertebra
from deepspine.data.phantom.options import PhantomOptions
from deepspine.data.phantom.scanner import axial_grid, draw_plan
from deepspine.data.phantom.spine import FOUR_LUMBAR, SIX_LUMBAR, build_spine, draw_habitus, level_names, vertebra_names
from deepspine.data.phantom.study import PhantomStudy, generate_study
from deepspine.data.phantom.tissues import CSF, FAT, MUSCLE, NUCLEUS, Palette, Sequence
from deepspine.data.spine_classes import SpineClass


@pytest.fixture(scope="module")
def study() -> PhantomStudy:
    """Return a study with all three series."""
    return generate_study(11, PhantomOptions())


def test_the_same_seed_gives_the_same_study_and_another_index_another(study: PhantomStudy) -> None:
    again = generate_study(11, PhantomOptions())
    other = generate_study(11, PhantomOptions(axial=False), index=1)
    assert np.array_equal(again.sagittal_t2.voxels, study.sagittal_t2.voxels)
    assert again.report == study.report
    assert other.report.text != study.report.text


def test_leaving_out_axial_slabs_changes_nothing_else(study: PhantomStudy) -> None:
    without = generate_study(11, PhantomOptions(axial=False))
    assert np.array_equal(without.sagittal_t1.voxels, study.sagittal_t1.voxels)
    assert without.axial_t2 == {}


def test_every_level_is_graded_in_the_truth(study: PhantomStudy) -> None:
    assert {key.level for key in study.labels} == set(REPORTED_LEVELS)


def test_a_slab_lies_at_its_disc_and_along_it(study: PhantomStudy) -> None:
    frames = {frame.level: frame for frame in study.frames}
    for level, volume in study.axial_t2.items():
        assert volume.grid.contains(frames[level].center_lps)
        assert abs(volume.grid.normal_lps @ frames[level].axes_lps[2]) > 0.97


def test_the_lordosis_tilts_the_lowest_slab_most(study: PhantomStudy) -> None:
    tilt = {level: abs(float(volume.grid.normal_lps[1])) for level, volume in study.axial_t2.items()}
    assert tilt[Level.L5_S1] > 0.3 > tilt[Level.L3_L4]


def test_a_second_examination_keeps_the_spine(study: PhantomStudy) -> None:
    options = PhantomOptions(axial=False)
    first, second = (generate_study(4, options, index=index, patient_index=0) for index in (0, 1))
    for level in LUMBAR_LEVELS:
        size = first.spine.levels[level].width_mm, second.spine.levels[level].width_mm
        assert size[0] == size[1]
    assert first.identity.tags.patient_id == second.identity.tags.patient_id
    assert not np.array_equal(first.sagittal_t2.voxels[:3, :9, :9], second.sagittal_t2.voxels[:3, :9, :9])


def test_mask_classes_are_all_there_and_the_canal_lies_behind_the_bodies(study: PhantomStudy) -> None:
    assert set(np.unique(study.mask)) == {int(known) for known in SpineClass}
    grid = study.sagittal_t2.grid
    row = round(float(grid.ijk_from_lps(study.vertebra_centers[Vertebra.L3])[1]))
    middle = study.mask[study.mask.shape[0] // 2, row]
    assert np.flatnonzero(middle == SpineClass.BODY).max() < np.flatnonzero(middle == SpineClass.CANAL).min() + 3


@pytest.mark.parametrize(
    ("kind", "lowest", "names"),
    [
        ("", Vertebra.L5, [Level.L5_S1, Level.L4_L5]),
        (SIX_LUMBAR, Vertebra.L6, [Level.L6_S1, Level.L5_L6]),
        (FOUR_LUMBAR, Vertebra.L4, [Level.L4_L5, Level.L3_L4]),
    ],
)
def test_transitional_spines_are_named_by_their_number_of_vertebrae(
    kind: str, lowest: Vertebra, names: list[Level]
) -> None:
    assert vertebra_names(kind)[0] is lowest
    assert level_names(kind)[:2] == names


def test_transitional_studies_have_their_own_levels_in_truth_and_text() -> None:
    kinds = set()
    for seed in range(3):
        study = generate_study(seed, PhantomOptions(transitional=1.0, axial=False))
        kinds.add(study.transitional)
        levels = {key.level for key in study.labels}
        assert (Level.L6_S1 in levels) == (study.transitional == SIX_LUMBAR)
        assert Level.L5_S1 not in levels
        assert {level for level, _, _ in study.report.said} <= levels
    assert kinds == {SIX_LUMBAR, FOUR_LUMBAR}


def test_a_cut_field_of_view_loses_levels() -> None:
    cuts = {}
    for seed in (2, 3, 4, 5):
        study = generate_study(seed, PhantomOptions(cut_field_of_view=1.0, axial=False))
        cuts[study.plan.cut] = [frame.level for frame in study.frames]
    assert Level.L5_S1 not in cuts["below"]
    assert Level.L5_S1 in cuts["above"]
    assert Level.T12_L1 not in cuts["above"]


def test_scoliosis_leaves_the_midline() -> None:
    rng = np.random.default_rng
    straight = build_spine(draw_habitus(rng(1), scoliosis=0.0, transitional=0.0))
    curved = build_spine(draw_habitus(rng(1), scoliosis=1.0, transitional=0.0))
    spread = [np.ptp([disc.center_lps[0] for disc in spine.discs[:6]]) for spine in (straight, curved)]
    assert spread[1] > spread[0] + 4


def test_lumbar_lordosis_and_height_are_those_of_people() -> None:
    for seed in range(20):
        spine = build_spine(draw_habitus(np.random.default_rng(seed), scoliosis=0.0, transitional=0.0))
        upper, lower = spine.vertebrae[4].axes_lps[2], spine.sacrum[0].axes_lps[2]
        assert 20 < np.degrees(np.arccos(upper @ lower)) < 80
        height_mm = np.linalg.norm(spine.vertebrae[4].center_lps - spine.vertebrae[0].center_lps)
        assert 120 < height_mm < 175


def test_slab_columns_run_to_the_patients_left() -> None:
    spine = build_spine(draw_habitus(np.random.default_rng(2), scoliosis=1.0, transitional=0.0))
    grid = axial_grid(spine.levels[Level.L4_L5], draw_plan(np.random.default_rng(2), cut_field_of_view=0.0))
    assert grid.axes_lps[2].tolist() == [1.0, 0.0, 0.0]


def test_tissues_are_as_bright_as_a_radiologist_expects() -> None:
    t1, t2 = Sequence(550.0, 11.0), Sequence(3800.0, 105.0)
    assert t1.signal(FAT) > t1.signal(MUSCLE) > t1.signal(CSF)
    assert t2.signal(CSF) > t2.signal(NUCLEUS) > t2.signal(MUSCLE)


def test_a_palette_holds_what_fits_in_a_byte() -> None:
    palette = Palette()
    for _ in range(255):
        palette.add(FAT)
    with pytest.raises(ValueError, match="256"):
        palette.add(FAT)
