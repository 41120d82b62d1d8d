"""Public sets as training slices: the discs that are learned are those that are judged."""

from pathlib import Path

import pytest

from deepspine.data.convert.sudirman_boxes import read_boxed_discs
from deepspine.data.errors import InputError
from deepspine.segmentation.training_sets import sudirman_disc_boxes

HEADER = "patient,modality,x0,y0,x1,y1,class\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [("patient,D5\n7,2\n", "expected boxes"), (HEADER + "7,t2,0,left,9,40,ddd\n", "'left'; boxes are numbers")],
)
def test_boxes_that_cannot_be_read_are_told(text: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "boxes.csv").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        sudirman_disc_boxes(tmp_path)


def test_trainer_and_judge_see_the_same_discs_on_real_pictures(real_data: Path) -> None:
    trained = sudirman_disc_boxes(real_data / "sudirman")
    judged: dict[str, list[tuple[float, float]]] = {}
    for disc in read_boxed_discs(real_data / "sudirman" / "boxes.csv"):
        judged.setdefault(disc.report_id, []).append((disc.column, disc.row))
    assert len(judged) > 300
    for patient, places in judged.items():
        assert [tuple(box.center) for box in trained[patient, "t2"][:5]] == places
