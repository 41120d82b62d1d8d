"""How good a network is on the public sets: masks, bodies, names, counts, and whether it knew when it was wrong."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from deepspine.data.csv_rows import csv_text
from deepspine.data.errors import InputError
from deepspine.segmentation.observations import NamedPicture, Observations

FOUND_IOU = 0.5
"""A body counts as found when it overlaps a labelled one by more (Everingham 2010)."""


@dataclass(frozen=True)
class Measurement:
    """One row of the table.

    Attributes
    ----------
    dataset, measure
        What was measured on what.
    value
        A share or a Dice in [0, 1], or seconds of the processor.
    n
        Patients, bodies, discs or pictures that it is the mean of.
    target
        What this project set out for; None where it set no figure.
    """

    dataset: str
    measure: str
    value: float
    n: int
    target: float | None = None


def measurements(observed: Sequence[Observations]) -> list[Measurement]:
    """Return the table of one network, or of one for each fold of a cross-validation: patients are pooled.

    Raises
    ------
    InputError
        When nothing was observed.
    """
    rows = [
        *_dice_rows([one for fold in observed for one in fold.dice]),
        *_body_rows([one for fold in observed for one in fold.bodies]),
        *_picture_rows([one for fold in observed for one in fold.pictures]),
        *_count_rows([one for fold in observed for one in fold.counts]),
    ]
    if not rows:
        raise InputError("the folder holds none of spider_space, sudirman, spider_mid, volumes; see --data")
    return rows


def measurements_csv(rows: Sequence[Measurement]) -> str:
    """Return the table as CSV."""
    table = [(row.dataset, row.measure, f"{row.value:.4f}", str(row.n), str(row.target or "")) for row in rows]
    return csv_text(table, ("dataset", "measure", "value", "n", "target"))


def _dice_rows(patients: Sequence[tuple[float, ...]]) -> Iterator[Measurement]:
    for column, (what, target) in enumerate((("vertebra", 0.945), ("disc", 0.915), ("canal", 0.94))):
        if patients:
            mean = float(np.mean([values[column] for values in patients]))
            yield Measurement("spider_space", f"Dice {what}", mean, len(patients), target)


def _body_rows(volumes: Sequence[tuple[str, list[float], list[float], float]]) -> Iterator[Measurement]:
    for group, target in (("T2 TSE", 0.98), ("other contrasts", 0.93)):
        overlaps = [iou for one in volumes if one[0] == group for iou in one[1]]
        dices = [dice for one in volumes if one[0] == group for dice in one[2]]
        if overlaps:
            found = float(np.mean(np.array(overlaps) > FOUND_IOU))
            yield Measurement(f"volumes, {group}", "bodies found", found, len(overlaps), target)
            goal = 0.90 if group == "T2 TSE" else None
            yield Measurement(f"volumes, {group}", "Dice of bodies", float(np.mean(dices)), len(dices), goal)
    if volumes:
        seconds = float(np.median([one[3] for one in volumes]))
        yield Measurement("volumes", "processor s a volume", seconds, len(volumes), 6.0)


def _picture_rows(pictures: Sequence[NamedPicture]) -> Iterator[Measurement]:
    targets = {"t2": (0.995, 0.98), "t1": (0.99, 0.97)}
    for paired, of_pairs in ((False, ""), (True, " in a pair")):
        here = [one for one in pictures if one.paired is paired]
        for modality, (in_box_target, named_target) in targets.items():
            chosen = [one for one in here if one.modality == modality]
            if not chosen:
                continue
            discs = [hit for one in chosen for hit in one.in_box]
            name = f"sudirman {modality.upper()}{of_pairs}"
            yield Measurement(
                name, "discs whose centre is in the box", float(np.mean(discs)), len(discs), in_box_target
            )
            named = float(np.mean([one.all_named for one in chosen]))
            yield Measurement(name, "pictures with all names right", named, len(chosen), named_target)
        for right, what, target in (
            (False, "wrongly named that were flagged", 0.8),
            (True, "rightly named flagged", 0.05),
        ):
            chosen = [one for one in here if one.all_named is right]
            if chosen:
                flagged = float(np.mean([one.flagged for one in chosen]))
                yield Measurement(f"sudirman{of_pairs}", what, flagged, len(chosen), target)


def _count_rows(counts: Sequence[tuple[str, int, int]]) -> Iterator[Measurement]:
    by_modality: dict[str, list[int]] = defaultdict(list)
    for modality, found, graded in counts:
        by_modality[modality].append(abs(found - graded))
    for modality, off in sorted(by_modality.items()):
        name = f"spider_mid {modality.upper()}"
        yield Measurement(name, "number of discs right", float(np.mean(np.array(off) == 0)), len(off))
        yield Measurement(name, "right or one off", float(np.mean(np.array(off) <= 1)), len(off), 0.95)
