"""The judge of sudirman-weak: discs from boxes, and agreement with what was never seen."""

from pathlib import Path

import pytest

from deepspine.data.errors import InputError
from deepspine.data.findings import FINDINGS, Side
from deepspine.data.grade_sets import GradeSet
from deepspine.data.label_table import LabelKey, LabelTable
from deepspine.data.levels import Level
from deepspine.experiments.sudirman_weak import agreement, boxed_discs, note_scores

HEADER = "patient,modality,x0,y0,x1,y1,class\n"


def boxes(*rows: tuple[str, float, str]) -> str:
    lines = [f"0001,{modality},100,{y - 10},140,{y + 10},{kind}\n" for modality, y, kind in rows]
    return HEADER + "".join(lines)


def test_a_disc_boxed_twice_is_one_and_bulges_when_either_box_says_so(tmp_path: Path) -> None:
    (tmp_path / "boxes.csv").write_text(
        boxes(
            ("t2", 250, "normal"), ("t2", 254, "lumbar_bulge"), ("t2", 220, "ddd"), ("t2", 250, "stenosis"),
            ("t1", 190, "lumbar_bulge"),
        )
    )  # fmt: skip
    discs = boxed_discs(tmp_path)["0001"]
    assert [(disc.center_px[0], disc.bulges) for disc in discs] == [(250.0, True), (220.0, False)]


def test_only_the_five_lowest_discs_are_judged(tmp_path: Path) -> None:
    (tmp_path / "boxes.csv").write_text(boxes(*[("t2", 30.0 * n, "normal") for n in range(1, 9)]))
    assert [disc.center_px[0] for disc in boxed_discs(tmp_path)["0001"]] == [240, 210, 180, 150, 120]


def test_a_folder_without_boxes_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"boxes\.csv"):
        boxed_discs(tmp_path)


def test_a_disc_that_was_not_located_counts_as_no() -> None:
    result = agreement([("a", True, 0.9), ("a", False, 0.1), ("b", True, None), ("b", False, 0.2)])
    assert result["not located"] == 1
    assert str(result["kappa"]).startswith("0.500")
    assert result["AUC"] == 0.5


def test_the_notes_judge_silence_as_no_and_hedges_as_no() -> None:
    def label(level: Level, grades: str) -> tuple[LabelKey, GradeSet]:
        return LabelKey("p", level, "bulge", Side.MIDLINE), GradeSet.parse(FINDINGS["bulge"], grades)

    table = LabelTable(dict([label(Level.L4_L5, "mild|moderate|severe"), label(Level.L5_S1, "none|mild")]))
    located = {("p", level): 0.3 for level in (Level.L3_L4, Level.L4_L5, Level.L5_S1)}
    assert list(note_scores(table, located).values()) == [0.0, 1.0, 0.0]
