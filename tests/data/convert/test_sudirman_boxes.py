"""Boxes of discs: which are one disc's, and which of them stands for it."""

from pathlib import Path

import pytest

from deepspine.data.convert.sudirman_boxes import read_boxed_discs, read_disc_boxes

HEADER = "patient,modality,x0,y0,x1,y1,class\n"


def write_boxes(folder: Path, *boxes: tuple[float, float, float, float]) -> Path:
    path = folder / "boxes.csv"
    rows = (f"7,t2,{','.join(map(str, corners))},normal\n" for corners in boxes)
    path.write_text(HEADER + "".join(rows), encoding="utf-8")
    return path


def rows_of(path: Path) -> list[float]:
    return [box.y for box in read_disc_boxes(path)["7", "t2"]]


@pytest.mark.parametrize(("apart_px", "n_discs"), [(0.0, 1), (7.9, 1), (8.0, 2), (30.0, 2)])
def test_boxes_are_one_disc_by_their_rows(apart_px: float, n_discs: int, tmp_path: Path) -> None:
    path = write_boxes(tmp_path, (100, 190, 140, 210), (104, 190 - apart_px, 144, 210 - apart_px))
    assert len(rows_of(path)) == len(read_boxed_discs(path)) == n_discs


@pytest.mark.parametrize("order", [1, -1])
def test_a_disc_boxed_in_two_parts_is_one_and_the_larger_part_stands_for_it(order: int, tmp_path: Path) -> None:
    front, back, above = (111, 201, 144, 225), (153, 202, 158, 225), (110, 171, 153, 189)
    path = write_boxes(tmp_path, *[front, back, above][::order])
    assert [(box.x0, box.x1) for box in read_disc_boxes(path)["7", "t2"]] == [(111, 144), (110, 153)]
    assert [disc.column for disc in read_boxed_discs(path)] == [127.5, 131.5]


@pytest.mark.parametrize("order", [1, -1])
def test_equal_boxes_of_a_disc_give_the_same_one_in_any_order(order: int, tmp_path: Path) -> None:
    assert rows_of(write_boxes(tmp_path, *[(100, 190, 140, 210), (100, 194, 140, 214)][::order])) == [200]


def test_each_picture_has_its_own_discs_and_other_boxes_are_none(tmp_path: Path) -> None:
    path = tmp_path / "boxes.csv"
    path.write_text(
        HEADER + "7,t2,0,30,9,40,ddd\n7,t1,0,31,9,41,normal\n8,t2,0,30,9,40,stenosis\n7,t2,0,60,9,70,normal\n",
        encoding="utf-8",
    )
    assert {key: [box.y for box in boxes] for key, boxes in read_disc_boxes(path).items()} == {
        ("7", "t2"): [65, 35], ("7", "t1"): [36], ("8", "t2"): [],
    }  # fmt: skip
