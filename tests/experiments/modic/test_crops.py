"""Crops of discs and endplates for the classifier, and what is known of an endplate."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from deepspine.data.crops import sagittal_crop
from deepspine.data.dataset.shards import stored_samples
from deepspine.data.findings import Side
from deepspine.data.frames import LevelFrame
from deepspine.data.grade_sets import GradeSet
from deepspine.data.label_table import LabelKey, LabelTable
from deepspine.data.levels import Level
from deepspine.data.volume import Volume
from deepspine.experiments.modic.crops import (
    PRESETS,
    Endplate,
    View,
    build_crops,
    discs_of_endplates,
    endplate_frame,
    endplate_grade,
    endplate_labels,
)
from deepspine.experiments.modic.pairs import LocatedPair
from deepspine.grading.modic.mapping import MODIC
from deepspine.grading.prediction import Prediction

LEVELS = (Level.L2_L3, Level.L3_L4, Level.L4_L5)


@pytest.fixture(scope="module")
def pair(pair: LocatedPair) -> LocatedPair:
    """Return the phantom with a change of L3-L4 alone of three discs."""
    assert pair.truth is not None
    frames = tuple(frame for frame in pair.frames if frame.level in LEVELS)
    return replace(pair, frames=frames, truth=np.where(pair.truth == 1, pair.truth, 0))


@pytest.fixture(scope="module")
def disc(pair: LocatedPair) -> LevelFrame:
    """Return the changed disc."""
    return next(frame for frame in pair.frames if frame.level is Level.L3_L4)


def picture_of(pair: LocatedPair) -> LocatedPair:
    """Return the middle slice of a pair, of which no voxel's truth is known."""
    middle = pair.t2.grid.shape[0] // 2
    grid = pair.t2.grid.reindexed(start=(middle, 0, 0), step=(1, 1, 1), shape=(1, *pair.t2.grid.shape[1:]))
    one, two = (replace(volume, voxels=volume.voxels[[middle]], grid=grid) for volume in (pair.t1, pair.t2))
    return LocatedPair("picture", one, two, pair.mask[[middle]], pair.vertebra_map[[middle]], pair.frames)


def key(patient: str, level: Level) -> LabelKey:
    return LabelKey(patient, level, MODIC.name, Side.MIDLINE)


@pytest.mark.parametrize("endplate", Endplate)
def test_an_endplate_stands_with_its_marrow_on_top_and_its_front_in_front(
    endplate: Endplate, pair: LocatedPair, disc: LevelFrame
) -> None:
    spec = PRESETS[View.ENDPLATE].sagittal
    frame = endplate_frame(disc, endplate)
    tissue = sagittal_crop(Volume(pair.mask.astype(np.float32), pair.t2.grid), frame, spec)[0]
    assert np.median(tissue[20:28, 16:32]) == 1  # vertebral body
    assert np.median(tissue[-3:, 18:30]) == 3  # disc
    front_to_back = pair.t2.grid.lps_from_ijk(np.indices(pair.t2.grid.shape).reshape(3, -1).T)[:, 1]
    columns = sagittal_crop(
        Volume(front_to_back.reshape(pair.mask.shape).astype(np.float32), pair.t2.grid), frame, spec
    )
    assert columns[0, 24, 0] < columns[0, 24, -1]


def test_the_crops_of_both_endplates_show_the_change_beside_the_disc(pair: LocatedPair, disc: LevelFrame) -> None:
    truth = Volume((pair.truth == 1).astype(np.float32), pair.t2.grid)
    for endplate in Endplate:
        shown = sagittal_crop(truth, endplate_frame(disc, endplate), PRESETS[View.ENDPLATE].sagittal)[0]
        assert shown[24:].sum() > 5 * shown[:16].sum()
        assert shown.sum() > 30


def test_a_change_of_one_endplate_is_a_label_of_that_endplate_alone(pair: LocatedPair, disc: LevelFrame) -> None:
    assert pair.truth is not None
    points = pair.t2.grid.lps_from_ijk(np.moveaxis(np.indices(pair.truth.shape), 0, -1))
    above = (points - disc.center_lps) @ disc.axes_lps[2] > 0
    one_sided = replace(pair, truth=np.where(above, pair.truth, 0).astype(np.uint8))
    assert str(endplate_grade(one_sided, disc, Endplate.ABOVE)) == "type1"
    assert str(endplate_grade(one_sided, disc, Endplate.BELOW)) == "none"


def test_a_change_at_the_far_end_of_a_body_belongs_to_the_other_disc(pair: LocatedPair) -> None:
    grades = {
        (frame.level, endplate): str(endplate_grade(pair, frame, endplate))
        for frame in pair.frames
        for endplate in Endplate
    }
    assert {place for place, grade in grades.items() if grade == "type1"} == {
        (Level.L3_L4, Endplate.ABOVE),
        (Level.L3_L4, Endplate.BELOW),
    }


def test_a_picture_has_no_truth_of_endplates(pair: LocatedPair, disc: LevelFrame) -> None:
    with pytest.raises(ValueError, match="no truth"):
        endplate_grade(picture_of(pair), disc, Endplate.ABOVE)


def test_a_disc_says_what_its_endplates_may_have(pair: LocatedPair) -> None:
    discs = {Level.L3_L4: "type2", Level.L4_L5: "none"}
    labels = LabelTable({key("picture", level): GradeSet.of(MODIC, grade) for level, grade in discs.items()})
    found = endplate_labels([picture_of(pair), pair], labels)
    for endplate in Endplate:
        assert str(found[key(f"picture:{endplate}", Level.L3_L4)]) == "none|type2"
        assert str(found[key(f"picture:{endplate}", Level.L4_L5)]) == "none"
        assert key(f"picture:{endplate}", Level.L2_L3) not in found
        assert str(found[key(f"phantom-21:{endplate}", Level.L3_L4)]) == "type1"


def test_a_disc_is_changed_unless_neither_endplate_is() -> None:
    sure, not_at_all = np.array([0.1, 0.9, 0.0, 0.0]), np.array([1.0, 0.0, 0.0, 0.0])
    rows = [
        Prediction(key(f"p1:{endplate}", Level.L4_L5), "p1", said)
        for endplate, said in zip(Endplate, (sure, not_at_all), strict=True)
    ]
    (disc,) = discs_of_endplates(rows)
    assert disc.key == key("p1", Level.L4_L5)
    assert np.allclose(disc.probabilities, sure)


@pytest.mark.parametrize(
    ("view", "studies", "shape"),
    [
        (View.SLICE, {"phantom-21", "picture"}, (1, 64, 48)),
        (View.VOLUME, {"phantom-21"}, (5, 64, 48)),
        (View.ENDPLATE, {f"{name}:{one}" for name in ("phantom-21", "picture") for one in Endplate}, (1, 48, 48)),
    ],
)
def test_volumes_give_crops_in_3d_and_pictures_in_2d(
    view: View, studies: set[str], shape: tuple[int, int, int], pair: LocatedPair, tmp_path: Path
) -> None:
    build_crops([pair, picture_of(pair)], view, "z-score of the picture", tmp_path)
    samples = [one.read() for one in stored_samples(tmp_path, "all")]
    assert {one.study_key for one in samples} == studies
    assert {one.patient_key for one in samples} <= {"phantom-21", "picture"}
    assert {crop.shape for one in samples for crop in one.crops.values()} == {shape}
