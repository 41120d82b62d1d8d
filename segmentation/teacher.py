"""A trained network as the teacher of the next: where an annotation leaves several classes, it says which are likely.

Boxes of discs and counts of discs leave most pixels open. A first network, trained on what is marked, closes the ones
that it is sure of, inside the sets that the annotation allows (self-training with partial labels, after Xie 2020,
noisy student). T1 and T2 of one patient in one grid are asked together, so that the contrast which is understood
better teaches the other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from deepspine.data.spine_classes import SpineClass
from deepspine.segmentation.inference import SegmentationNetwork
from deepspine.segmentation.instances import MIN_DISC_AREA_MM2
from deepspine.segmentation.pair import SAME_PLACE, spine_overlap
from deepspine.segmentation.partial_labels import narrowed
from deepspine.segmentation.training_sets import TrainingSlice

MAX_COUNT_OFF = 1
"""A picture of which only the number of discs is known is learned from when the teacher finds as many, or one off at
the upper edge, where a disc may be cut."""


def taught(slices: Sequence[TrainingSlice], teacher: SegmentationNetwork) -> Iterator[TrainingSlice]:
    """Yield the slices with sets narrowed by a teacher, without pictures whose count of discs it does not confirm.

    Parameters
    ----------
    slices
        Of any sets; complete ones are yielded unchanged.
    teacher
        Must not have learned from patients whom the next network is measured on.
    """
    by_patient: dict[str, list[TrainingSlice]] = defaultdict(list)
    for one in slices:
        by_patient[one.patient_key].append(one)
    for of_patient in by_patient.values():
        open_ones = [one for one in of_patient if (np.bitwise_count(one.allowed) > 1).any()]
        yield from (one for one in of_patient if not any(one is other for other in open_ones))
        # A set that is named several times brings the same slices again: they are asked about once.
        different = list({id(one): one for one in open_ones}.values())
        closed: dict[int, TrainingSlice] = {}
        for one, probabilities in zip(different, _probabilities(different, teacher), strict=True):
            if one.n_discs is None or abs(_count_discs(probabilities, one.pixel_mm) - one.n_discs) <= MAX_COUNT_OFF:
                closed[id(one)] = replace(one, allowed=narrowed(one.allowed, probabilities))
        yield from (closed[id(one)] for one in open_ones if id(one) in closed)


def _probabilities(slices: Sequence[TrainingSlice], teacher: SegmentationNetwork) -> list[NDArray[np.float32]]:
    alone = [teacher.probabilities(one.pixels[None], (one.pixel_mm, one.pixel_mm))[0] for one in slices]
    if len(alone) == 2 and alone[0].shape == alone[1].shape and _in_one_place(*alone):
        both = np.asarray(np.mean(alone, axis=0), dtype=np.float32)
        return [both, both]
    return alone


def _in_one_place(one: NDArray[np.float32], other: NDArray[np.float32]) -> bool:
    return spine_overlap(one.argmax(axis=0), other.argmax(axis=0)) >= SAME_PLACE


def _count_discs(probabilities: NDArray[np.float32], pixel_mm: float) -> int:
    labels, n_found = ndimage.label(probabilities.argmax(axis=0) == SpineClass.DISC)
    areas_mm2 = np.bincount(labels.ravel(), minlength=n_found + 1)[1:] * pixel_mm**2
    return int((areas_mm2 >= MIN_DISC_AREA_MM2).sum())
