"""What annotations leave possible: boxes, whole-vertebra masks."""

import numpy as np

from deepspine.data.spine_classes import SpineClass
from deepspine.segmentation.classes import ANY, class_set, definite, without
from deepspine.segmentation.partial_labels import (
    DiscBox,
    canal_borders_of,
    from_disc_boxes,
    from_vertebra_masks,
    narrowed,
)

DISC, BODY, SACRUM = class_set(SpineClass.DISC), class_set(SpineClass.BODY), class_set(SpineClass.SACRUM)
BOXES = [DiscBox(100, y - 8, 140, y + 8) for y in (30, 65, 100, 135, 170)]


def test_the_middle_of_a_box_is_disc_and_between_two_is_body() -> None:
    labels = from_disc_boxes((250, 240), BOXES)
    for box in BOXES[:-1]:
        column, row = box.center.astype(int)
        assert labels[row, column] == DISC
    assert labels[82, 120] == BODY


def test_below_and_behind_the_lowest_box_is_sacrum() -> None:
    labels = from_disc_boxes((250, 240), BOXES)
    rows, columns = np.nonzero(labels == SACRUM)
    assert rows.mean() > 180
    assert columns.mean() > 125


def test_outside_of_boxes_is_no_disc_and_above_the_highest_nothing_is_known() -> None:
    labels = from_disc_boxes((250, 240), BOXES)
    disc_bit = 1 << SpineClass.DISC
    assert not (labels[200:, :] & disc_bit).any()
    assert (labels[:20] == ANY).all()
    assert (labels[100, :60] == class_set(SpineClass.BACKGROUND)).all()


def test_the_order_of_boxes_does_not_matter() -> None:
    assert (from_disc_boxes((250, 240), BOXES) == from_disc_boxes((250, 240), BOXES[::-1])).all()


def test_every_pixel_keeps_a_class() -> None:
    assert (from_disc_boxes((250, 240), BOXES) > 0).all()


def test_the_canal_parts_bodies_from_arches() -> None:
    vertebra, canal, disc = (np.zeros((100, 100), dtype=bool) for _ in range(3))
    vertebra[20:40, 20:45] = True
    vertebra[22:30, 60:80] = True
    canal[10:60, 48:55] = True
    disc[41:46, 20:45] = True
    labels = from_vertebra_masks(vertebra, canal, disc)
    assert (labels[20:40, 20:45] == BODY).all()
    assert (labels[22:30, 60:80] == class_set(SpineClass.POSTERIOR)).all()
    assert (labels[41:46, 20:45] == DISC).all()
    assert labels[90, 50] == class_set(SpineClass.BACKGROUND, SpineClass.SACRUM)
    assert labels[15, 5] == class_set(SpineClass.BACKGROUND)


def test_without_a_canal_a_vertebra_may_be_body_or_arch() -> None:
    vertebra = np.zeros((60, 60), dtype=bool)
    vertebra[20:30, 20:30] = True
    nothing = np.zeros_like(vertebra)
    labels = from_vertebra_masks(vertebra, nothing, nothing)
    assert (labels[vertebra] == class_set(SpineClass.BODY, SpineClass.POSTERIOR)).all()


def test_beside_the_canal_the_other_slices_tell_where_the_pedicles_begin() -> None:
    vertebra = np.zeros((60, 60), dtype=bool)
    vertebra[20:30, 10:50] = True
    nothing, canal = np.zeros_like(vertebra), np.zeros_like(vertebra)
    canal[15:40, 30:38] = True
    borders = canal_borders_of([nothing, canal, nothing])
    assert borders is not None
    labels = from_vertebra_masks(vertebra, nothing, nothing, borders)
    assert (labels[20:30, 10:30] == BODY).all()
    assert (labels[20:30, 30:50] == class_set(SpineClass.POSTERIOR)).all()
    assert canal_borders_of([nothing]) is None


def test_in_front_of_the_sacrum_is_neither_disc_nor_bone() -> None:
    labels = from_disc_boxes((250, 240), BOXES)
    assert (labels[190:, :80] == class_set(SpineClass.BACKGROUND)).all()


def test_a_teacher_narrows_sets_and_never_contradicts_them() -> None:
    allowed = np.array([[BODY, BODY | DISC, BODY | DISC, ANY]], dtype=np.uint8)
    probabilities = np.zeros((6, 1, 4), dtype=np.float32)
    probabilities[SpineClass.DISC] = [[0.9, 0.9, 0.1, 0.5]]
    probabilities[SpineClass.SACRUM] = [[0.1, 0.1, 0.9, 0.5]]
    assert narrowed(allowed, probabilities).tolist() == [[BODY, DISC, BODY | DISC, DISC | SACRUM]]


def test_a_complete_mask_is_definite() -> None:
    mask = np.arange(6, dtype=np.uint8).reshape(2, 3)
    assert [int(bits).bit_count() for bits in definite(mask).ravel()] == [1] * 6
    assert without(SpineClass.DISC) | DISC == ANY
