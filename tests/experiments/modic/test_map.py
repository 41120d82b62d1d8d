"""How maps are scored: a perfect one gets full marks, an empty one none."""

from pathlib import Path

import numpy as np
import pytest
from small_phantoms import three_types

from deepspine.data.errors import ConfigError
from deepspine.data.findings import Side
from deepspine.data.grade_sets import GradeSet
from deepspine.data.label_table import LabelKey, LabelTable
from deepspine.data.levels import LUMBAR_LEVELS, Level
from deepspine.data.phantom.study import PhantomStudy
from deepspine.data.phantom.variants import Variant
from deepspine.experiments import yes_or_no
from deepspine.experiments.modic import map as modic_map
from deepspine.experiments.modic import phantoms, training
from deepspine.experiments.modic.answers import DiscAnswer
from deepspine.experiments.modic.crops import Endplate, endplate_grade
from deepspine.experiments.modic.judging import JudgingPhantom
from deepspine.experiments.modic.pairs import LocatedPair
from deepspine.experiments.modic.phantoms import UNSEEN, USUAL, changed_study, teaching_study
from deepspine.experiments.modic.samples import presence, sampled
from deepspine.experiments.modic.scores import phantom_rows, picture_rows
from deepspine.experiments.modic.weighing import in_context
from deepspine.experiments.registry import run_experiment
from deepspine.grading.modic.learned_regions import RegionModel
from deepspine.grading.modic.mapping import MODIC, EndplateChange, ModicMap
from deepspine.grading.modic.region_network import RegionNetwork
from deepspine.grading.modic.region_training import UNKNOWN


@pytest.fixture(autouse=True)
def _few_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw fewer patients for the intervals of AUCs, which nothing here looks at."""
    monkeypatch.setattr(yes_or_no, "AUC_RESAMPLES", 20)


@pytest.fixture(scope="module")
def study() -> PhantomStudy:
    """Return a study with changed discs."""
    return three_types()


def told(study: PhantomStudy, pair: LocatedPair, *, empty: bool) -> tuple[JudgingPhantom, ModicMap]:
    grades = {level: found["modic", Side.MIDLINE] for level, found in study.grades.items()}
    rows = []
    none = GradeSet.of(MODIC, "none")
    for level, frame in {frame.level: frame for frame in pair.frames if frame.level in grades}.items():
        disc, endplate = GradeSet.of(MODIC, grades[level]), endplate_grade(pair, frame, Endplate.ABOVE)
        own = (none, none) if empty else (disc, endplate)
        rows.append(EndplateChange(level, level.vertebra_above, False, 0, 0, 0, 0, (0, 0, 0), own[0], "", 0.0, own[1]))
    types = np.zeros_like(study.modic_mask) if empty else study.modic_mask
    return JudgingPhantom(pair, grades), ModicMap(types, tuple(rows), ())


def test_a_perfect_map_has_full_marks_and_an_empty_one_none(study: PhantomStudy, pair: LocatedPair) -> None:
    assert study.modic_mask.any()
    full, none = told(study, pair, empty=False), told(study, pair, empty=True)
    perfect = {row["measure"]: row["value"] for row in phantom_rows([full, full], USUAL)}
    assert all(value.startswith(("1.000", "1.00")) for value in perfect.values())
    half = {row["measure"]: str(row["value"]) for row in phantom_rows([none, full], USUAL)}
    assert half["Dice of regions, mean of studies"].startswith("0.5")
    assert not half["balanced accuracy of none and three types by endplate"].startswith("1")


@pytest.fixture
def ordered(monkeypatch: pytest.MonkeyPatch) -> list[Variant]:
    """Collect how studies differ in place of making them, which takes its time."""
    variants: list[Variant] = []
    monkeypatch.setattr(phantoms, "generate_study", lambda seed, options, *, variant: variants.append(variant))
    return variants


def test_unseen_times_change_the_pictures_alone(ordered: list[Variant], study: PhantomStudy) -> None:
    changed_study(501, USUAL)
    changed_study(501, UNSEEN)
    usual, unseen = ordered
    assert usual.modic == unseen.modic
    assert set(usual.modic.values()) > {"none"}
    assert usual.scanned(study.plan) == study.plan
    assert not 450 <= unseen.scanned(study.plan).t1.repetition_ms <= 650


def test_studies_to_learn_from_are_not_those_that_judge(ordered: list[Variant]) -> None:
    teaching_study(501)
    changed_study(501, USUAL)
    teaching, judging = ordered
    assert teaching.modic != judging.modic


def test_a_located_pair_comes_back_from_its_file(pair: LocatedPair, tmp_path: Path) -> None:
    path = tmp_path / "phantom-21.npz"
    pair.write(path)
    again = LocatedPair.read(path)
    assert again.patient == pair.patient
    assert np.array_equal(again.t2.voxels, pair.t2.voxels.astype(np.float16))
    assert again.truth is not None
    assert pair.truth is not None
    assert np.array_equal(again.truth, pair.truth)
    assert [frame.level for frame in again.frames] == [frame.level for frame in pair.frames]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("phantom_epochs=2", "phantom: .*phantom_epochs 1 there, 2 asked"),
        ("lessons=4", "phantom: .*lessons 3 there, 4 asked"),
        ("studies=2", "judges: .*studies 1 there, 2 asked"),
    ],
)
def test_phantoms_and_networks_of_other_settings_are_refused(
    change: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(modic_map, "judging_phantoms", stop)
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            run_experiment("modic-map", tmp_path, tmp_path / "run", fast=True)
    with pytest.raises(ConfigError, match=message):
        run_experiment("modic-map", tmp_path, tmp_path / "run", fast=True, changes=[change])


@pytest.mark.parametrize(
    ("change", "message"), [({"epochs": 2}, "disc_epochs 1 there, 2 asked"), ({"folds": 3}, "folds 2 there, 3 asked")]
)
def test_networks_of_folds_that_learned_otherwise_are_refused(
    change: dict[str, int], message: str, pair: LocatedPair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = RegionModel([RegionNetwork(4)], 0.5, 0.0, {})
    monkeypatch.setattr(training, "train_regions", lambda *_, start, **__: start)
    options = {"folds": 2, "epochs": 1, "seed": 1, "phantom_share": 0.5}
    real = sampled([pair], LabelTable({}))

    def learn(**changes: int) -> int:
        return len([*training.taught_by_discs(start, real, lambda: real.samples, tmp_path, **{**options, **changes})])  # type: ignore[arg-type]

    assert learn() == learn() == 2
    with pytest.raises(ConfigError, match=message):
        learn(**change)


def test_phantoms_teach_pixels_and_pictures_teach_discs(pair: LocatedPair) -> None:
    lessons = sampled([pair], LabelTable({})).samples
    assert set(np.unique(lessons.changed)) == {0, 1}
    assert np.array_equal(lessons.disc == 1, lessons.changed.sum(axis=(1, 2)) >= 12)
    labels = LabelTable(
        {
            LabelKey("phantom-21", level, "modic", Side.MIDLINE): GradeSet.parse(MODIC, "type1|type2|type3")
            for level in LUMBAR_LEVELS
        }
    )
    picture = LocatedPair(pair.patient, pair.t1, pair.t2, pair.mask, pair.vertebra_map, pair.frames)
    real = sampled([picture], labels)
    assert (real.samples.changed == UNKNOWN).all()
    assert {level for level, disc in zip(real.levels, real.samples.disc, strict=True) if disc == 1} == set(
        LUMBAR_LEVELS
    )


@pytest.mark.parametrize(
    ("grades", "answer"),
    [("none", 0), ("type2", 1), ("type1|type2", 1), ("none|type1", UNKNOWN), ("none|type1|type2|type3", UNKNOWN)],
)
def test_presence_is_known_where_the_set_leaves_one_answer(grades: str, answer: int) -> None:
    assert presence(GradeSet.parse(MODIC, grades)) == answer


def test_a_disc_without_label_teaches_nothing() -> None:
    assert presence(None) == UNKNOWN


def test_scores_that_part_the_discs_have_an_auc_of_one() -> None:
    answers = [DiscAnswer(str(n % 10), Level.L4_L5, n % 3 == 0, float(n % 3 == 0) + 0.001 * n) for n in range(60)]
    area, sensitivity, kappa = (str(row["value"]) for row in picture_rows(answers, folds=2))
    assert all(value.startswith(("1.000", "1.00")) for value in (area, sensitivity, kappa))


def test_a_patients_other_discs_tell_of_a_disc_whose_own_score_says_nothing() -> None:
    rng = np.random.default_rng(0)
    answers = []
    for number in range(80):
        changed = number % 2 == 0
        for level in LUMBAR_LEVELS:
            unclear = level is Level.L1_L2
            score = 0.5 if unclear else float(np.clip(0.3 + 0.4 * changed + rng.normal(0, 0.05), 0.01, 0.99))
            answers.append(DiscAnswer(f"p{number}", level, changed, score))
    weighed = in_context(answers, [answers], folds=4)
    unclear_ones = [one for one in weighed if one.level is Level.L1_L2]
    yes = [one.score for one in unclear_ones if one.truth]
    no = [one.score for one in unclear_ones if not one.truth]
    assert min(yes) > max(no)
