"""The judge of sudirman-weak: boxed discs by their place, and what the notes say of them."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from deepspine.data.convert.sudirman_boxes import BULGE_OR_HERNIATION, BoxedDisc, read_boxed_discs
from deepspine.data.errors import ConfigError, InputError
from deepspine.data.findings import FINDINGS, Side
from deepspine.data.grade_sets import GradeSet
from deepspine.data.label_table import LabelKey, LabelTable
from deepspine.data.levels import Level
from deepspine.experiments.picture_annotators import Judge, located_disc
from deepspine.experiments.picture_dataset import dataset_folder
from deepspine.experiments.sudirman_weak import (
    Settings,
    Variant,
    bulge_scores,
    labels_of,
    level_columns,
    pfirrmann_row,
    run,
)
from deepspine.grading.prediction import Prediction

HEADER = "patient,modality,x0,y0,x1,y1,class\n"


def boxes(*rows: tuple[str, float, str]) -> str:
    return HEADER + "".join(f"0001,{modality},100,{y - 10},140,{y + 10},{kind}\n" for modality, y, kind in rows)


def boxed(level: Level, *, bulges: bool, patient: str = "p") -> BoxedDisc:
    return BoxedDisc(patient, level, 100.0, 100.0, {BULGE_OR_HERNIATION: bulges}, is_normal=not bulges)


def label(level: Level, finding: str, grades: str) -> tuple[LabelKey, GradeSet]:
    return LabelKey("p", level, finding, Side.MIDLINE), GradeSet.parse(FINDINGS[finding], grades)


def prediction(level: Level, finding: str, *probabilities: float) -> Prediction:
    return Prediction(LabelKey("p", level, finding, Side.MIDLINE), "p", np.array(probabilities))


def test_a_disc_boxed_twice_is_one_and_bulges_when_either_box_says_so(tmp_path: Path) -> None:
    (tmp_path / "boxes.csv").write_text(
        boxes(
            ("t2", 250, "normal"), ("t2", 254, "lumbar_bulge"), ("t2", 220, "ddd"), ("t2", 250, "stenosis"),
            ("t1", 190, "lumbar_bulge"),
        )
    )  # fmt: skip
    discs = read_boxed_discs(tmp_path / "boxes.csv")
    assert [(disc.row, disc.answers[BULGE_OR_HERNIATION]) for disc in discs] == [(250.0, True), (220.0, False)]
    assert not any(disc.is_normal for disc in discs)


def test_only_the_five_lowest_discs_are_judged(tmp_path: Path) -> None:
    (tmp_path / "boxes.csv").write_text(boxes(*[("t2", 30.0 * n, "normal") for n in range(1, 9)]))
    assert [disc.row for disc in read_boxed_discs(tmp_path / "boxes.csv")] == [240, 210, 180, 150, 120]


def test_a_table_that_is_no_table_of_boxes_is_refused(tmp_path: Path) -> None:
    (tmp_path / "boxes.csv").write_text("patient,D5\n1,2\n")
    with pytest.raises(InputError, match="expected boxes"):
        read_boxed_discs(tmp_path / "boxes.csv")


def test_a_disc_that_was_not_located_counts_as_no() -> None:
    judge = Judge(
        [boxed(Level.L4_L5, bulges=True), boxed(Level.L5_S1, bulges=True), boxed(Level.L3_L4, bulges=False)],
        [("p", Level.L4_L5), None, ("p", Level.L3_L4)],
    )
    answers = judge.answers({("p", Level.L4_L5): 0.9, ("p", Level.L3_L4): 0.1})
    assert answers.scores.tolist() == [0.9, 0.0, 0.1]
    assert answers.truth.tolist() == [True, True, False]


def test_a_box_belongs_to_a_disc_up_to_half_of_the_way_to_the_next_one() -> None:
    rows = {Level.L3_L4: 70.0, Level.L4_L5: 100.0, Level.L5_S1: 134.0}
    places = [(level, np.array([row, 60.0])) for level, row in rows.items()]

    def found(row: float, column: float) -> tuple[str, Level] | None:
        return located_disc(replace(boxed(Level.L5_S1, bulges=False), row=row, column=column), places)

    assert found(134.0, 60.0) == found(134.0, 76.0) == ("p", Level.L5_S1), "17 pixels are half of the way to L4-L5"
    assert found(134.0, 78.0) is None
    assert found(100.0, 74.0) == ("p", Level.L4_L5)
    assert found(100.0, 76.0) is None, "15 pixels are half of the way to L3-L4"
    assert located_disc(replace(boxed(Level.L5_S1, bulges=False), row=70.0, column=60.0), places[:1]) is None


def test_boxes_teach_the_disc_that_was_found_at_their_place() -> None:
    judge = Judge([boxed(Level.L5_S1, bulges=True)], [("p", Level.L4_L5)])
    (key,) = judge.bulges()
    assert key.level is Level.L4_L5
    assert str(judge.bulges()[key]) == "mild|moderate|severe"


def test_a_disc_is_spared_when_it_neither_bulges_nor_is_herniated() -> None:
    rows = [
        prediction(Level.L4_L5, "bulge", 0.5, 0.5, 0.0, 0.0),
        prediction(Level.L4_L5, "herniation", 0.8, 0.2, 0.0, 0.0),
        prediction(Level.L4_L5, "degeneration", 0.1, 0.9, 0.0, 0.0),
    ]
    assert bulge_scores(rows) == {("p", Level.L4_L5): pytest.approx(1 - 0.5 * 0.8)}


def test_settings_that_mean_nothing_are_refused() -> None:
    judge, notes = Judge([], []), LabelTable({})
    with pytest.raises(ConfigError, match="notes or boxes"):
        labels_of(Variant(labels="guesses"), notes, judge, [])
    with pytest.raises(ConfigError, match='no variant "grad"; they are "grader"'):
        run(Settings(variants={"grader": Variant()}, only=["grad"]), Path(), Path(), lambda n: None)


def test_a_variant_learns_from_notes_or_from_boxes() -> None:
    judge = Judge([boxed(Level.L5_S1, bulges=True)], [("p", Level.L5_S1)])
    notes = LabelTable(dict([label(Level.L4_L5, "bulge", "mild")]))
    assert dict(labels_of(Variant(labels="boxes"), notes, judge, ["bulge"])) == dict(judge.bulges())
    from_notes = labels_of(Variant(labels="notes"), notes, judge, ["bulge"])
    assert {(key.level, str(grades)) for key, grades in from_notes.items()} >= {(Level.L4_L5, "mild")}
    assert not any(
        key.level is Level.L5_S1 and grades == GradeSet.present(FINDINGS["bulge"]) for key, grades in from_notes.items()
    )


def test_degeneration_is_ranked_by_pfirrmann_grades(tmp_path: Path) -> None:
    (tmp_path / "pfirrmann.csv").write_text("patient,D5,D4,D3\n0001,5,2,4\n")
    rows = [
        Prediction(LabelKey("sud-0001", level, "degeneration", Side.MIDLINE), "sud-0001", np.array([p, 1 - p, 0, 0]))
        for level, p in ((Level.L5_S1, 0.1), (Level.L4_L5, 0.5), (Level.L3_L4, 0.6))
    ]
    assert pfirrmann_row(tmp_path / "pfirrmann.csv", rows) == {"AUC Pfirrmann 4-5": 0.5}
    assert pfirrmann_row(tmp_path / "missing.csv", rows) == {}


def test_within_a_level_a_score_gains_nothing_by_knowing_that_low_discs_bulge() -> None:
    discs = [
        boxed(Level.L5_S1, bulges=True), boxed(Level.L5_S1, bulges=False, patient="q"),
        boxed(Level.L1_L2, bulges=False), boxed(Level.L1_L2, bulges=False, patient="q"),
    ]  # fmt: skip
    places = [(one.report_id, one.level) for one in discs]
    judge = Judge(discs, places)
    scores = {place: 0.9 if place[1] is Level.L5_S1 else 0.1 for place in places}
    assert level_columns(judge, scores) == {"AUC L5-S1": 0.5}
    assert level_columns(judge, scores | {places[0]: 1.0}) == {"AUC L5-S1": 1.0}


def test_each_kind_of_crops_has_a_dataset_of_its_own_and_others_are_refused(tmp_path: Path) -> None:
    assert dataset_folder(tmp_path, "usual") == tmp_path / "dataset"
    assert dataset_folder(tmp_path, "fine") == tmp_path / "dataset_fine"
    with pytest.raises(ConfigError, match="crops must be one of usual, fine, got 'coarse'"):
        dataset_folder(tmp_path, "coarse")
