"""What annotators say, put on located discs."""

from pathlib import Path
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest

from deepspine.data.errors import InputError
from deepspine.data.findings import FINDINGS, Side
from deepspine.data.grade_sets import GradeSet
from deepspine.data.label_table import LabelKey, LabelTable
from deepspine.data.levels import Level
from deepspine.experiments.picture_annotators import annotated_discs, read_pfirrmann
from deepspine.experiments.picture_dataset import PicturePair
from deepspine.experiments.spider_graded import Material

HEADER = "patient,modality,x0,y0,x1,y1,class\n"
LOWEST_THREE = (Level.L5_S1, Level.L4_L5, Level.L3_L4)


def pair(name: str) -> PicturePair:
    """Return a located patient whose discs lie 30 pixels apart, the lowest in row 250."""
    grid = SimpleNamespace(ijk_from_lps=lambda lps: np.array(lps))
    frames = [
        SimpleNamespace(level=level, center_lps=(0.0, 250.0 - 30 * i, 120.0)) for i, level in enumerate(LOWEST_THREE)
    ]
    t2 = SimpleNamespace(volume=SimpleNamespace(grid=grid), frames=frames)
    return cast("PicturePair", SimpleNamespace(name=name, located={"t2": t2}))


def write(folder: Path, boxes: list[tuple[float, str]], pfirrmann: str = "") -> None:
    rows = "".join(f"0001,t2,100,{row - 10},140,{row + 10},{kind}\n" for row, kind in boxes)
    (folder / "boxes.csv").write_text(HEADER + rows)
    if pfirrmann:
        (folder / "pfirrmann.csv").write_text(f"patient,D5,D4,D3\n{pfirrmann}\n")


def test_a_disc_boxed_as_anything_but_normal_is_degenerated(tmp_path: Path) -> None:
    write(tmp_path, [(250, "lumbar_bulge"), (220, "normal"), (190, "ddd"), (160, "ddd")], "0001,4,,2")
    labels = annotated_discs(tmp_path, [pair("sud-0001")])
    found = {(key.level, key.finding): str(grades) for key, grades in labels.items()}
    there = str(GradeSet.present(FINDINGS["degeneration"]))
    assert found == {
        (Level.L5_S1, "degeneration"): there, (Level.L4_L5, "degeneration"): "none",
        (Level.L3_L4, "degeneration"): there,
        (Level.L5_S1, "pfirrmann"): "grade4", (Level.L3_L4, "pfirrmann"): "grade2",
    }  # fmt: skip
    assert {key.report_id for key in labels} == {"sud-0001"}


def test_a_patient_that_was_not_located_has_pfirrmann_grades_alone(tmp_path: Path) -> None:
    write(tmp_path, [(250, "normal")], "0001,4,3,2")
    assert {key.finding for key in annotated_discs(tmp_path, [])} == {"pfirrmann"}


def test_without_boxes_nothing_can_be_learned_from_annotators(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="boxes"):
        annotated_discs(tmp_path, [])


def test_pfirrmann_grades_that_are_not_there_are_left_out(tmp_path: Path) -> None:
    assert read_pfirrmann(tmp_path / "pfirrmann.csv") == {}


def test_annotators_teach_beside_experts_only_when_asked() -> None:
    def label(patient: str, finding: str) -> LabelTable:
        scale = FINDINGS[finding]
        return LabelTable({LabelKey(patient, Level.L4_L5, finding, Side.MIDLINE): GradeSet.of(scale, scale.scale[0])})

    experts, notes, annotated = label("spi-1", "bulge"), label("sud-1", "bulge"), label("sud-1", "pfirrmann")
    material = Material({}, experts, notes, annotated)
    assert dict(material.taught()) == dict(experts)
    assert set(material.taught(annotators=True)) == {*experts, *annotated}
    assert set(material.taught(notes=True)) == {*experts, *notes}
