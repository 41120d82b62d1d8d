"""Boxes that annotators drew around what they saw on Sudirman's pictures (doi 10.17632/9j9hmy8kbn.1), disc by disc."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import hypot
from pathlib import Path

from deepspine.data.convert.source_tables import SourceRow, read_csv_table, read_header
from deepspine.data.errors import InputError
from deepspine.data.levels import LUMBAR_LEVELS, Level

BULGE_OR_HERNIATION = "bulge_or_herniation"
NORMAL = "normal"
DISC_CLASSES = frozenset(("ddd", NORMAL, "lumbar_bulge", "thoracic_bulge"))
BULGE_CLASSES = frozenset(("lumbar_bulge", "thoracic_bulge"))
SAME_DISC_PX = 12.0
"""Two boxes whose centres are nearer than this are one disc; neighbouring discs are 30 apart in these pictures."""
BOX_COLUMNS = frozenset(("patient", "modality", "x0", "y0", "x1", "y1", "class"))


@dataclass(frozen=True)
class _Box:
    x: float
    y: float
    kind: str

    @classmethod
    def of(cls, row: SourceRow) -> _Box:
        x0, y0, x1, y1 = (float(row[name]) for name in ("x0", "y0", "x1", "y1"))
        return cls((x0 + x1) / 2, (y0 + y1) / 2, row["class"])

    def distance(self, other: _Box) -> float:
        return hypot(self.x - other.x, self.y - other.y)


@dataclass(frozen=True)
class BoxedDisc:
    """A disc as annotators boxed it.

    Attributes
    ----------
    report_id, level
        Levels are counted from the lowest box, which is taken for L5-S1.
    row, column
        Its centre, pixels of the picture.
    answers
        Whether it is there, by question.
    is_normal
        Whether its boxes have no other class than normal.
    """

    report_id: str
    level: Level
    row: float
    column: float
    answers: Mapping[str, bool]
    is_normal: bool


def read_boxed_discs(path: Path, *, id_prefix: str = "") -> list[BoxedDisc]:
    """Read the five lowest discs of each patient's first T2 from a table of boxes, from below.

    Raises
    ------
    InputError
        When the file is missing, is no table of boxes, or a cell is no number.
    """
    if not set(read_header(path)) >= BOX_COLUMNS:
        raise InputError(f"{path}: expected boxes ({', '.join(sorted(BOX_COLUMNS))})")
    try:
        return list(_boxed_discs(read_csv_table(path, sorted(BOX_COLUMNS)), id_prefix))
    except ValueError as error:
        raise InputError(f"{path}: {error}; boxes are numbers") from None


def _boxed_discs(rows: Iterable[SourceRow], id_prefix: str) -> Iterator[BoxedDisc]:
    by_patient: dict[str, list[_Box]] = {}
    for row in rows:
        if row["modality"] == "t2":
            by_patient.setdefault(row["patient"], []).append(_Box.of(row))
    for patient, boxes in by_patient.items():
        discs = sorted(_merged([box for box in boxes if box.kind in DISC_CLASSES]), key=lambda disc: -disc[0].y)
        centers = [disc[0] for disc in discs]
        found = {question: set[int]() for question in ("stenosis", "spondylolisthesis")}
        for box in boxes:
            if box.kind in found and centers:
                found[box.kind].add(min(range(len(centers)), key=lambda i: box.distance(centers[i])))
        for place, (level, disc) in enumerate(zip(reversed(LUMBAR_LEVELS), discs, strict=False)):
            bulges = any(box.kind in BULGE_CLASSES for box in disc)
            answers = {BULGE_OR_HERNIATION: bulges} | {name: place in places for name, places in found.items()}
            is_normal = all(box.kind == NORMAL for box in disc)
            yield BoxedDisc(f"{id_prefix}{patient}", level, disc[0].y, disc[0].x, answers, is_normal)


def _merged(boxes: Sequence[_Box]) -> list[list[_Box]]:
    """Group the boxes of one disc; the first stands for its place."""
    discs: list[list[_Box]] = []
    for box in boxes:
        same = next((disc for disc in discs if box.distance(disc[0]) < SAME_DISC_PX), None)
        if same is None:
            discs.append([box])
        else:
            same.append(box)
    return discs
