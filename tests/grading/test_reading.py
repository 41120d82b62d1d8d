"""Reading a study gives what training would have predicted, from the part of the grader that is meant to answer."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from tiny_grader import tiny_network, tiny_part, write_tiny_grader

from deepspine.data.crops import get_preset
from deepspine.data.dataset.build import build_dataset
from deepspine.data.dataset.manifest import Manifest
from deepspine.data.dataset.shards import stored_samples
from deepspine.data.dataset.studies import StudyImages as BuildImages
from deepspine.data.dataset.studies import StudySource, standardised
from deepspine.data.errors import InputError
from deepspine.data.findings import get_finding
from deepspine.data.frames import LevelFrame
from deepspine.data.geometry import LEFT, POSTERIOR, SUPERIOR, Grid
from deepspine.data.label_table import LabelTable
from deepspine.data.levels import Level
from deepspine.data.phantom.options import PhantomOptions
from deepspine.data.phantom.study import PhantomStudy, generate_study
from deepspine.data.volume import Volume, VolumeOrigin
from deepspine.grading.calibration import LinearCalibration
from deepspine.grading.conformal import ConformalSets, Promise
from deepspine.grading.exported_forests import ExportedForest
from deepspine.grading.inputs import LevelBatch
from deepspine.grading.out_of_distribution import FeatureSpread
from deepspine.grading.prediction import Grader, predict_samples
from deepspine.grading.read_page import write_page
from deepspine.grading.reading import read_study
from deepspine.grading.reading_inputs import StudyImages
from deepspine.grading.reading_pairs import check_pair
from deepspine.grading.reading_study import FoundSpine, LocatedStudy
from deepspine.grading.told_apart import ToldApart
from deepspine.grading.weights import GraderPart, Promised, ShippedGrader, load_grader


@pytest.fixture(scope="module")
def phantom() -> PhantomStudy:
    return generate_study(3, PhantomOptions(axial=False))


@pytest.fixture(scope="module")
def located(phantom: PhantomStudy) -> LocatedStudy:
    """Return the phantom with its true discs, as if they had been found."""
    volumes: dict[str, Sequence[Volume]] = {"sagittal_t1": [phantom.sagittal_t1], "sagittal_t2": [phantom.sagittal_t2]}
    spine = FoundSpine(phantom.sagittal_t2, phantom.mask, phantom.vertebra_mask, phantom.frames, ("a warning",), {})
    return LocatedStudy(StudyImages("r1", volumes), spine, lambda: (volumes, phantom.frames))


def grader(*parts: GraderPart) -> ShippedGrader:
    return ShippedGrader(parts, {"name": "test"})


def test_a_reading_equals_the_prediction_on_a_built_dataset(located: LocatedStudy, tmp_path: Path) -> None:
    """Crops, grey values and everything else of `read` are those of `build` and `evaluate`."""
    volumes = {name: standardised(stacks) for name, stacks in located.images.volumes.items()}
    source = StudySource("s1", "p1", "r1", lambda: located.spine.frames, partial(BuildImages, volumes))
    build_dataset([source], LabelTable({}), tmp_path, preset=get_preset("small"))
    part = tiny_part("small", ["canal_stenosis", "modic"], "small")
    own = Grader(part.networks[0], part.inputs, normalise_crops=False)
    expected = predict_samples(own, stored_samples(tmp_path, "all", Manifest.read(tmp_path)), Manifest.read(tmp_path))
    found = {grade.key: grade for level in read_study(located, grader(part)).levels for grade in level.grades}
    assert set(found) == {row.key for row in expected.rows}
    for row in expected.rows:
        assert np.allclose(found[row.key].probabilities, row.probabilities, atol=2e-3)


def test_what_explains_a_level_that_is_compared_is_the_level_before_the_others(located: LocatedStudy) -> None:
    part = tiny_part("small", ["canal_stenosis"], "small", compare=True)
    reading = read_study(located, grader(part))
    assert len(reading.levels) > 2
    for level in reading.levels:
        batch = level.batches[0]
        assert len(batch.level) == len(reading.levels)
        with torch.inference_mode():
            together, alone = (part.networks[0](one)["canal_stenosis"] for one in (batch, first_alone(batch)))
        (grade,) = level.grades
        assert np.allclose(together[0].softmax(-1), grade.probabilities, atol=1e-4)
        assert not np.allclose(together[0], alone[0], atol=1e-2)


def first_alone(batch: LevelBatch) -> LevelBatch:
    return LevelBatch(batch.sagittal[:1], batch.axial[:1], batch.present[:1], batch.level[:1], allowed={})


def test_the_first_part_that_grades_a_finding_answers_for_it(located: LocatedStudy, tmp_path: Path) -> None:
    reading = read_study(located, load_grader(write_tiny_grader(tmp_path)))
    grades = {(g.key.finding, g.key.side.value): g for g in reading.levels[-1].grades}
    assert {key: g.part for key, g in grades.items()} == {
        ("bulge", ""): 0, ("canal_stenosis", ""): 1, ("foraminal_stenosis", "left"): 1,
        ("foraminal_stenosis", "right"): 1,
    }  # fmt: skip
    assert not grades[("bulge", "")].phantom_only
    assert grades[("canal_stenosis", "")].phantom_only
    assert grades[("bulge", "")].calibrated_set is not None
    assert grades[("canal_stenosis", "")].calibrated_set is None


def test_grades_csv_is_a_label_table_with_what_stands_behind_it(located: LocatedStudy, tmp_path: Path) -> None:
    reading = read_study(located, load_grader(write_tiny_grader(tmp_path / "w")))
    reading.write_grades(tmp_path / "grades.csv")
    table = LabelTable.read(tmp_path / "grades.csv")
    assert {key.level for key in table} == {frame.level for frame in located.spine.frames} - {Level.T11_T12}
    header, *rows = (tmp_path / "grades.csv").read_text().splitlines()
    assert header == "report_id,level,finding,side,grades,probabilities,calibrated_set,alpha,trained_on"
    for row in rows:
        shares = [float(one.split("=")[1]) for one in row.split(",")[5].split("|")]
        assert sum(shares) == pytest.approx(1.0, abs=1e-3)
    assert reading.to_json()["grades"][0]["report_id"] == "r1"
    assert "a warning" in reading.warnings


def test_parts_of_usual_size_get_the_scaled_study(located: LocatedStudy) -> None:
    asked: list[bool] = []

    def scaled() -> tuple[Mapping[str, Sequence[Volume]], Sequence[LevelFrame]]:
        asked.append(True)
        return located.images.volumes, located.spine.frames

    part = tiny_part("pictures", ["bulge"], "picture")
    read_study(replace(located, at_usual_size=scaled), grader(part))
    assert not asked
    read_study(replace(located, at_usual_size=scaled), grader(replace(part, usual_size=True)))
    assert asked


class SureOfType2(ExportedForest):
    """A forest that is certain, whatever the measurements."""

    def probabilities(self, table: pd.DataFrame) -> np.ndarray:
        """Return type 2 for every row."""
        return np.tile([0.0, 0.0, 1.0, 0.0], (len(table), 1))


def test_a_forest_weighs_as_much_as_all_networks_together(located: LocatedStudy) -> None:
    part = tiny_part("a", ["modic"], "small")
    before = {grade.key: grade for level in read_study(located, grader(part)).levels for grade in level.grades}
    forests = {"modic": [SureOfType2("modic", (), (), b"")]}
    after = read_study(located, grader(replace(part, forests=forests)))
    for grade in (grade for level in after.levels for grade in level.grades):
        assert np.allclose(grade.probabilities, before[grade.key].probabilities / 2 + np.array([0, 0, 0.5, 0]))
        assert str(grade.grade) == "type2"


def test_grades_that_were_not_told_apart_are_one_answer_and_one_bar(located: LocatedStudy, tmp_path: Path) -> None:
    bulge = get_finding("bulge")
    told = ToldApart.parse(bulge, ["none", "mild|moderate|severe"])
    # The bias makes "present" likelier than "none" wherever the untrained network is undecided.
    part = tiny_part(
        "a", ["bulge"], "small", inputs=("sagittal_t1", "sagittal_t2"), told_apart={"bulge": told},
        calibration={"bulge": LinearCalibration(np.zeros((2, 2)), np.log([0.4, 0.6]))},
        conformal={"bulge": Promised(0.1, ConformalSets(Promise.ORDINAL, np.full(2, 0.5), never_empty=True))},
    )  # fmt: skip
    reading = read_study(located, grader(part))
    grade = reading.levels[0].grades[0]
    assert np.allclose(grade.probabilities, [0.4, 0.2, 0.2, 0.2])
    assert str(grade.grade) == str(grade.calibrated_set) == "mild|moderate|severe"
    assert grade.is_abnormal
    reading.write_grades(tmp_path / "grades.csv")
    assert {str(grades) for grades in LabelTable.read(tmp_path / "grades.csv").values()} == {"mild|moderate|severe"}
    write_page(tmp_path / "report.html", reading, evidence=False)
    page = (tmp_path / "report.html").read_text()
    assert 'title="present 60%"' in page
    assert "severe" not in page


def test_findings_that_need_other_pictures_are_named_and_a_study_without_any_is_refused(
    located: LocatedStudy,
) -> None:
    sagittal, axial = tiny_part("a", ["bulge"], "small"), tiny_part("b", ["modic"], "small", inputs=("axial_t2",))
    assert any(
        "not graded" in text and "modic" in text for text in read_study(located, grader(sagittal, axial)).warnings
    )
    with pytest.raises(InputError, match="needs axial_t2"):
        read_study(located, grader(axial))


def test_sets_promise_nothing_where_a_picture_is_missing(located: LocatedStudy) -> None:
    part = tiny_part(
        "a", ["bulge"], "small", inputs=("sagittal_t1", "sagittal_t2"),
        conformal={"bulge": Promised(0.1, ConformalSets(Promise.ORDINAL, np.full(4, 0.5), never_empty=True))},
    )  # fmt: skip
    whole = read_study(located, grader(part))
    assert all(grade.alpha == 0.1 and grade.calibrated_set for level in whole.levels for grade in level.grades)
    assert not any("calibrated" in warning for warning in whole.warnings)
    t2 = {"sagittal_t2": located.images.volumes["sagittal_t2"]}
    alone = read_study(replace(located, images=replace(located.images, volumes=t2)), grader(part))
    assert all(grade.alpha is None and grade.calibrated_set is None for level in alone.levels for grade in level.grades)
    assert any("L4-L5, L5-S1 without sagittal t1: calibrated sets" in warning for warning in alone.warnings)


def test_a_picture_that_is_too_thin_for_the_crops_of_the_training_is_told(located: LocatedStudy) -> None:
    whole = located.spine.volume
    middle = len(whole.voxels) // 2
    axes = np.stack([whole.grid.affine[:3, axis] for axis in range(3)], axis=1)
    affine = whole.grid.affine.copy()
    affine[:3, 3] += axes[:, 0] * middle
    picture = replace(whole, voxels=whole.voxels[middle : middle + 1], grid=Grid((1, *whole.grid.shape[1:]), affine))
    study = replace(located, images=replace(located.images, volumes={"sagittal_t2": [picture]}))
    assert read_study(study, grader(tiny_part("a", ["bulge"], "picture"))).levels
    with pytest.raises(InputError, match=r"crops 45 mm thick, of which a single picture fills less than half"):
        read_study(study, grader(tiny_part("a", ["bulge"], "small")))


def test_pictures_unlike_the_training_s_are_told(located: LocatedStudy) -> None:
    features = 3 * tiny_network(["bulge"]).nothing.shape[0]
    strict = FeatureSpread(np.full(features, 50.0), np.eye(features), 1.0, "levels of nobody")
    reading = read_study(located, grader(tiny_part("a", ["bulge"], "small", outliers=strict)))
    assert any("levels of nobody" in text and "L4-L5" in text for text in reading.warnings)
    assert all(level.is_unlike for level in reading.levels)
    lenient = replace(strict, threshold=1e6)
    reading = read_study(located, grader(tiny_part("a", ["bulge"], "small", outliers=lenient)))
    assert not any("levels of nobody" in text for text in reading.warnings)


def spine_at(rows: Sequence[float]) -> FoundSpine:
    grid = Grid.from_axes((1, 300, 200), origin_lps=(0, 0, 0), axes_lps=[LEFT, -SUPERIOR, POSTERIOR],
                          spacing_mm=(4, 1, 1))  # fmt: skip
    volume = Volume(np.zeros((1, 300, 200), np.float32), grid, origin=VolumeOrigin(has_patient_space=False))
    frames = tuple(
        LevelFrame(level, 1.0, np.array([0.0, 100.0, -row]), np.eye(3), np.zeros((2, 3)))
        for level, row in zip((Level.L3_L4, Level.L4_L5, Level.L5_S1), rows, strict=True)
    )
    return FoundSpine(volume, np.zeros((1, 300, 200), np.uint8), np.zeros((1, 300, 200), np.uint8), frames, (), {})


def test_pictures_of_two_patients_are_told_by_their_discs() -> None:
    check_pair(spine_at([100, 135, 170]), spine_at([103, 137, 169]))
    with pytest.raises(InputError, match="two patients or two fields of view"):
        check_pair(spine_at([100, 135, 170]), spine_at([80, 117, 154]))


def test_networks_of_a_part_are_averaged(located: LocatedStudy) -> None:
    one = tiny_part("a", ["bulge"], "small")
    other = replace(one, networks=(tiny_network(["bulge"], seed=5),))
    both = replace(one, networks=(*one.networks, *other.networks))
    found = [read_study(located, grader(part)).levels[0].grades[0].probabilities for part in (one, other, both)]
    assert np.allclose((found[0] + found[1]) / 2, found[2])
    assert not np.allclose(found[0], found[1])
    assert torch.is_grad_enabled()


@pytest.mark.parametrize(("preset", "told"), [("picture", True), ("small", False)])
def test_the_page_says_when_sides_come_from_one_slice(
    located: LocatedStudy, preset: str, told: bool, tmp_path: Path
) -> None:
    part = tiny_part("a", ["foraminal_stenosis"], preset, inputs=("sagittal_t2",))
    write_page(tmp_path / "report.html", read_study(located, grader(part)), evidence=False)
    assert ("come from one sagittal slice" in (tmp_path / "report.html").read_text()) == told
