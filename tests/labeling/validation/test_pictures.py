"""Reports beside the annotations of their pictures."""

from pathlib import Path

import pytest

from deepspine.data.convert.spider_gradings import read_gradings
from deepspine.data.convert.sudirman_boxes import BULGE_OR_HERNIATION
from deepspine.data.errors import InputError
from deepspine.data.findings import FINDINGS, Side
from deepspine.data.grade_sets import GradeSet
from deepspine.data.label_table import LabelKey, LabelTable
from deepspine.data.levels import LUMBAR_LEVELS, Level
from deepspine.labeling.validation.pictures import (
    PictureReading,
    asserts,
    compare_with_pictures,
    read_picture_annotations,
)


def box(y: float, kind: str, *, x: float = 100.0, modality: str = "t2", patient: str = "0001") -> str:
    return f"{patient},{modality},{x - 20},{y - 5},{x + 20},{y + 5},{kind}"


def write_boxes(folder: Path, *rows: str) -> Path:
    path = folder / "boxes.csv"
    path.write_text("\n".join(["patient,modality,x0,y0,x1,y1,class", *rows]) + "\n", encoding="utf-8")
    return path


def table(*labels: tuple[str, Level, str, str]) -> LabelTable:
    return LabelTable(
        {
            LabelKey(report, level, name, FINDINGS[name].sides[0]): GradeSet.parse(FINDINGS[name], grades)
            for report, level, name, grades in labels
        }
    )


def of_question(readings: list[PictureReading], question: str) -> dict[Level, bool]:
    return {one.level: one.present for one in readings if one.question == question}


def test_the_lowest_disc_is_l5_s1_and_discs_above_the_fifth_do_not_count(tmp_path: Path) -> None:
    rows = [box(30.0 * place, "lumbar_bulge" if place in (7, 1) else "normal") for place in range(1, 8)]
    readings = read_picture_annotations(write_boxes(tmp_path, *rows), id_prefix="sud-")
    assert {one.report_id for one in readings} == {"sud-0001"}
    assert of_question(readings, BULGE_OR_HERNIATION) == {level: level is Level.L5_S1 for level in LUMBAR_LEVELS}


def test_a_disc_whose_answer_is_left_open_counts_neither_way() -> None:
    said = table(("a", Level.L4_L5, "bulge", "mild"), ("b", Level.L4_L5, "bulge", "none"))
    key = LabelKey("a", Level.L4_L5, "herniation", Side.MIDLINE)
    opened = LabelTable(said, [key, key._replace(level=Level.L5_S1), key._replace(report_id="b")])
    readings = [
        PictureReading(report_id, level, BULGE_OR_HERNIATION, present=True)
        for report_id in "ab"
        for level in (Level.L4_L5, Level.L5_S1)
    ]
    agreements, differences = compare_with_pictures(opened, readings, resamples=100)
    assert agreements[0].counts.tolist() == [[0, 0], [1, 1]]  # a bulge answers whatever a herniation may be
    assert [(one.report_id, one.level) for one in differences] == [("b", Level.L5_S1)]


def test_boxes_of_one_disc_are_merged_and_one_bulge_among_them_counts(tmp_path: Path) -> None:
    path = write_boxes(tmp_path, box(200, "ddd"), box(203, "lumbar_bulge", x=104), box(170, "normal"))
    assert of_question(read_picture_annotations(path), BULGE_OR_HERNIATION) == {Level.L5_S1: True, Level.L4_L5: False}


def test_a_stenosis_belongs_to_the_nearest_disc_and_other_modalities_are_left_out(tmp_path: Path) -> None:
    path = write_boxes(
        tmp_path, box(200, "normal"), box(170, "normal"), box(175, "stenosis", x=140), box(230, "normal", modality="t1")
    )
    assert of_question(read_picture_annotations(path), "stenosis") == {Level.L5_S1: False, Level.L4_L5: True}


def test_a_report_says_yes_when_it_excludes_none() -> None:
    said = table(("r", Level.L4_L5, "bulge", "none|mild"), ("r", Level.L5_S1, "herniation", "protrusion|extrusion"))
    findings = ("bulge", "herniation")
    assert not asserts(said, "r", Level.L4_L5, findings)
    assert asserts(said, "r", Level.L5_S1, findings)
    assert not asserts(said, "r", Level.L1_L2, findings)


def test_discs_are_counted_by_question_and_level_and_those_that_differ_are_named() -> None:
    said = table(("r", Level.L4_L5, "bulge", "mild"), ("s", Level.L4_L5, "bulge", "none"))
    readings = [
        PictureReading(report, level, BULGE_OR_HERNIATION, present)
        for report, level, present in (
            ("r", Level.L4_L5, True), ("r", Level.L5_S1, True), ("s", Level.L4_L5, False), ("z", Level.L4_L5, True),
        )
    ]  # fmt: skip
    agreements, differences = compare_with_pictures(said, readings, resamples=100)
    assert agreements[0].level is None
    assert agreements[0].counts.tolist() == [[1, 0], [1, 1]]
    assert [one.level for one in agreements] == [None, Level.L4_L5, Level.L5_S1]
    assert [(one.report_id, one.level, one.report, one.picture) for one in differences] == [
        ("r", Level.L5_S1, False, True)
    ]


GRADINGS = (
    "Patient,IVD label,Modic,UP endplate,LOW endplate,Spondylolisthesis,Disc herniation,Disc narrowing,Disc bulging,"
    "Pfirrman grade\n"
)


def test_gradings_become_labels_counted_from_below(tmp_path: Path) -> None:
    path = tmp_path / "gradings.csv"
    path.write_text(GRADINGS + "3,1,2,0,0,0,1,0,1,4\n3,0,0,0,0,0,0,0,0,1\n3,7,0,0,0,0,0,0,0,1\n", encoding="utf-8")
    labels = {key.finding: str(grades) for key, grades in read_gradings(path).items()}
    assert {key.level for key in read_gradings(path)} == {Level.L5_S1}
    assert labels == {
        "bulge": "mild|moderate|severe",
        "herniation": "protrusion|extrusion|sequestration",
        "disc_height_loss": "none",
        "spondylolisthesis": "none",
        "modic": "type2",
        "pfirrmann": "grade4",
    }
    readings = read_picture_annotations(path)
    assert of_question(readings, BULGE_OR_HERNIATION) == {Level.L5_S1: True}
    assert of_question(readings, "modic") == {Level.L5_S1: True}


def test_a_spreadsheet_s_numbers_and_empty_cells_are_read_as_the_converter_reads_them(tmp_path: Path) -> None:
    path = tmp_path / "gradings.csv"
    path.write_text(GRADINGS + "3.0,1.0,,0,0,0.0,,0,1.0,4.0\n", encoding="utf-8")
    labels = read_gradings(path, id_prefix="p")
    assert {key.report_id for key in labels} == {"p3"}
    assert {key.finding: str(grades) for key, grades in labels.items()} == {
        "bulge": "mild|moderate|severe",
        "disc_height_loss": "none",
        "spondylolisthesis": "none",
        "pfirrmann": "grade4",
    }


def test_ids_that_do_not_meet_are_refused() -> None:
    reading = PictureReading("0001", Level.L4_L5, BULGE_OR_HERNIATION, present=True)
    with pytest.raises(InputError, match="--id-prefix"):
        compare_with_pictures(table(("sud-0001", Level.L4_L5, "bulge", "mild")), [reading])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("a,b\n1,2\n", "expected boxes"),
        ("patient,modality,x0,y0,x1,y1,class\n1,t2,a,1,2,3,normal\n", "are numbers"),
        (
            "patient,modality,x0,y0,x1,y1,class\n1,t2,0,1,2,3,normal\n1,t2,0\n",
            r"row 3: must have as many cells as the header \(7\), got 3",
        ),
        (
            "patient,modality,x0,y0,x1,y1,class\n1,t2,0,1,2,3,normal,\n",
            r"row 2: must have as many cells as the header \(7\), got 8",
        ),
        (f'patient,modality,x0,y0,x1,y1,class\n"{"1,t2,0,1,2,3,normal" * 9_000}', "no valid CSV"),
        (GRADINGS + "3,1,4,0,0,0,1,0,1,4\n", "row 2, column Modic: must be one of 0, 1, 2, 3, got 4"),
        (GRADINGS + "3,1,-1,0,0,0,1,0,1,4\n", "row 2, column Modic: must be a whole number, got '-1'"),
        (GRADINGS + "3,1,0,0,0,0,1,0,1,4\n3,2,0,0,0,0,1,0,1,6\n", "row 3, column Pfirrman grade: must be one of"),
        (GRADINGS + "3,1,0,0,0,0,yes,0,1,4\n", "row 2, column Disc herniation"),
        (GRADINGS + "3,1,0,0,0\n", r"row 2: must have as many cells as the header \(10\), got 5"),
    ],
)
def test_files_that_are_no_annotations_are_refused(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "boxes.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        read_picture_annotations(path)


def test_kappa_of_notes_and_boxes_on_real_data(real_data: Path) -> None:
    """116 patients with gold labels and a T2: kappa .629, 337 discs both no, 86 box only, 11 note only, 144 both."""
    gold = LabelTable.read(real_data / "reports" / "sudirman_gold.csv")
    ids = (real_data / "reports" / "sudirman_gold_ids.txt").read_text(encoding="utf-8").split()
    readings = read_picture_annotations(real_data / "sudirman" / "boxes.csv", id_prefix="sud-")
    agreements, _ = compare_with_pictures(gold, readings, report_ids=ids, resamples=100)
    pooled = next(one for one in agreements if one.question == BULGE_OR_HERNIATION and one.level is None)
    assert pooled.counts.tolist() == [[337, 11], [86, 144]]
    assert pooled.figures["kappa"].value == pytest.approx(0.629, abs=5e-4)


def test_sides_count_together() -> None:
    labels = {
        LabelKey("r", Level.L4_L5, "foraminal_stenosis", Side.RIGHT): GradeSet.parse(
            FINDINGS["foraminal_stenosis"], "mild"
        )
    }
    assert asserts(labels, "r", Level.L4_L5, ("foraminal_stenosis",))
