"""A first network closes what annotations leave open."""

from dataclasses import replace

import numpy as np

from deepspine.data.spine_classes import SpineClass
from deepspine.segmentation.classes import ANY, N_CLASSES, class_set
from deepspine.segmentation.teacher import taught
from deepspine.segmentation.training_sets import TrainingSlice

DISC, BACKGROUND = class_set(SpineClass.DISC), class_set(SpineClass.BACKGROUND)


class Thresholding:
    """Holds bright pixels for disc."""

    def probabilities(self, triples: np.ndarray, spacing_mm: tuple[float, float]) -> np.ndarray:
        """Return .95 for one of two classes."""
        bright = (triples[:, 1] > 0.5).astype(np.float32)
        out = np.zeros((len(triples), N_CLASSES, *triples.shape[2:]), dtype=np.float32)
        out[:, SpineClass.DISC] = 0.95 * bright
        out[:, SpineClass.BACKGROUND] = 0.95 * (1 - bright)
        return out


def picture(n_blobs: int, **changes: object) -> TrainingSlice:
    """Return a dark picture with bright blobs of 100 mm2, nothing known of its pixels."""
    pixels = np.zeros((3, 200, 60), dtype=np.float32)
    for index in range(n_blobs):
        pixels[:, 10 + 30 * index : 20 + 30 * index, 20:30] = 1.0
    return replace(TrainingSlice(pixels, np.full((200, 60), ANY, np.uint8), "set:1", 1.0), **changes)


def test_what_was_open_becomes_what_the_teacher_sees() -> None:
    (one,) = taught([picture(5)], Thresholding())
    assert (one.allowed[one.pixels[1] > 0.5] == DISC).all()
    assert (one.allowed[one.pixels[1] < 0.5] == BACKGROUND).all()


def test_a_count_that_the_teacher_does_not_confirm_drops_the_picture() -> None:
    assert len(list(taught([picture(5, n_discs=6)], Thresholding()))) == 1
    assert list(taught([picture(3, n_discs=6)], Thresholding())) == []


def test_a_complete_slice_stays_as_it_is() -> None:
    whole = picture(2, allowed=np.full((200, 60), BACKGROUND, np.uint8))
    (one,) = taught([whole], Thresholding())
    assert one is whole


def test_a_pair_in_one_grid_is_asked_together_and_another_patient_is_not() -> None:
    t2 = picture(5)
    faint = t2.pixels.copy()
    faint[:, 100:110] = 0.0
    t1 = picture(5, pixels=faint)
    pair = list(taught([t2, t1], Thresholding()))
    both = class_set(SpineClass.DISC, SpineClass.BACKGROUND)
    assert all((one.allowed[100:110, 20:30] == both).all() for one in pair)
    apart = list(taught([t2, replace(t1, patient_key="set:2")], Thresholding()))
    assert (apart[1].allowed[100:110, 20:30] == BACKGROUND).all()


def test_a_slice_that_comes_several_times_is_asked_about_once() -> None:
    class Counting(Thresholding):
        asked = 0

        def probabilities(self, triples: np.ndarray, spacing_mm: tuple[float, float]) -> np.ndarray:
            Counting.asked += 1
            return super().probabilities(triples, spacing_mm)

    one = picture(5)
    assert len(list(taught([one, one, one], Counting()))) == 3
    assert Counting.asked == 1
