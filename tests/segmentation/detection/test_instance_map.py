"""Numbered parts of a slice, and the boxes around them."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from deepspine.data.spine_classes import SpineClass
from deepspine.segmentation.classes import definite
from deepspine.segmentation.detection.instance_map import (
    FIRST_NUMBER,
    BoxClass,
    boxes_of,
    disc_in_box,
    instances_of_disc_boxes,
    instances_of_sets,
    tilted_rectangle,
)
from deepspine.segmentation.partial_labels import DiscBox

COLUMN = [DiscBox(80, top, 120, top + 12) for top in (40, 80, 120, 160)]


def test_discs_have_a_body_between_them_and_s1_below() -> None:
    found = instances_of_disc_boxes((260, 200), COLUMN)
    target = boxes_of(torch.from_numpy(found.numbers), found.classes)
    assert sorted(found.classes) == [BoxClass.DISC] * 4 + [BoxClass.BODY] * 3 + [BoxClass.S1]
    s1 = target["boxes"][target["labels"] == BoxClass.S1][0]
    discs = target["boxes"][target["labels"] == BoxClass.DISC]
    assert s1[1] > discs[:, 1].max()
    assert s1[[0, 2]].mean() > 100, "S1 turns to the back"


@given(st.integers(30, 60), st.integers(10, 24), st.floats(-25, 25))
def test_a_tilted_disc_fills_the_box_that_bounds_it(width: int, height: int, tilt: float) -> None:
    box = DiscBox(70, 70, 70 + width, 70 + height)
    rows, columns = np.nonzero(disc_in_box((200, 200), box, tilt))
    assert columns.min() == pytest.approx(box.x0, abs=2)
    assert columns.max() + 1 == pytest.approx(box.x1, abs=2)
    assert rows.min() >= box.y0 - 5
    assert rows.max() + 1 <= box.y1 + 5


def test_a_positive_tilt_turns_the_back_up() -> None:
    rows, columns = np.nonzero(tilted_rectangle((100, 100), np.array([50.0, 50.0]), (30.0, 5.0), 20.0))
    assert rows[columns > 65].mean() < 50 < rows[columns < 35].mean()


def test_masks_give_exact_boxes_and_specks_none() -> None:
    mask = np.zeros((120, 120), dtype=np.uint8)
    mask[20:30, 40:80] = mask[60:70, 40:80] = SpineClass.DISC
    mask[31:59, 42:78] = SpineClass.BODY
    mask[5:7, 5:7] = SpineClass.DISC
    found = instances_of_sets(definite(mask))
    target = boxes_of(torch.from_numpy(found.numbers), found.classes)
    body = target["boxes"][target["labels"] == BoxClass.BODY]
    assert body.tolist() == [[42.0, 31.0, 78.0, 59.0]]
    assert (target["labels"] == BoxClass.DISC).sum() == 2


def test_a_part_mostly_out_of_view_is_not_asked_for() -> None:
    numbers = torch.zeros(100, 100, dtype=torch.uint8)
    for index, size in enumerate((40, 40, 8)):
        numbers[20 * index : 20 * index + 10, :size] = FIRST_NUMBER + index
    assert len(boxes_of(numbers, [BoxClass.DISC] * 3)["boxes"]) == 2
