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
SAME_DISC_PX = 8.0
"""Boxes whose centres lie nearer than this in rows are one disc, be they beside each other: some discs are boxed in two
parts, front and back. Neighbouring discs are 30 apart in these pictures."""
BOX_COLUMNS = frozenset(("patient", "modality", "x0", "y0", "x1", "y1", "class"))


Picture = tuple[str, str]
"""Patient and modality (`t1`, `t2`)."""


@dataclass(frozen=True)
class DrawnBox:
    """A box in pixels, columns `x` and rows `y` from the picture's upper left corner, and its class."""

    x0: float
    y0: float
    x1: float
    y1: float
    kind: str

    @classmethod
    def of(cls, row: SourceRow) -> DrawnBox:
        """Read the box of a table's row.

        Raises
        ------
        ValueError
            When a corner is no number.
        """
        x0, y0, x1, y1 = (float(row[name]) for name in ("x0", "y0", "x1", "y1"))
        return cls(x0, y0, x1, y1, row["class"])

    @property
    def x(self) -> float:
        """Column of the middle."""
        return (self.x0 + self.x1) / 2

    @property
    def y(self) -> float:
        """Row of the middle."""
        return (self.y0 + self.y1) / 2

    @property
    def width(self) -> float:
        """Extent in columns."""
        return self.x1 - self.x0

    def distance(self, other: DrawnBox) -> float:
        """Return the way between the middles."""
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
    return list(_boxed_discs(_boxes_by_picture(path), id_prefix))


def read_disc_boxes(path: Path) -> dict[Picture, list[DrawnBox]]:
    """Read one box for each disc of each picture from a table of boxes, from the lowest disc up.

    Raises
    ------
    InputError
        When the file is missing, is no table of boxes, or a cell is no number.
    """
    return {picture: [*map(_whole, _discs_of(boxes))] for picture, boxes in _boxes_by_picture(path).items()}


def _boxes_by_picture(path: Path) -> dict[Picture, list[DrawnBox]]:
    if not set(read_header(path)) >= BOX_COLUMNS:
        raise InputError(f"{path}: expected boxes ({', '.join(sorted(BOX_COLUMNS))})")
    boxes: dict[Picture, list[DrawnBox]] = {}
    try:
        for row in read_csv_table(path, sorted(BOX_COLUMNS)):
            boxes.setdefault((row["patient"], row["modality"]), []).append(DrawnBox.of(row))
    except ValueError as error:
        raise InputError(f"{path}: {error}; boxes are numbers") from None
    return boxes


def _boxed_discs(by_picture: Mapping[Picture, Sequence[DrawnBox]], id_prefix: str) -> Iterator[BoxedDisc]:
    for (patient, modality), boxes in by_picture.items():
        if modality != "t2":
            continue
        discs = _discs_of(boxes)
        centers = [*map(_whole, discs)]
        found = {question: set[int]() for question in ("stenosis", "spondylolisthesis")}
        for box in boxes:
            if box.kind in found and centers:
                found[box.kind].add(min(range(len(centers)), key=lambda i: box.distance(centers[i])))
        for place, (level, disc) in enumerate(zip(reversed(LUMBAR_LEVELS), discs, strict=False)):
            bulges = any(box.kind in BULGE_CLASSES for box in disc)
            answers = {BULGE_OR_HERNIATION: bulges} | {name: place in places for name, places in found.items()}
            is_normal = all(box.kind == NORMAL for box in disc)
            yield BoxedDisc(f"{id_prefix}{patient}", level, centers[place].y, centers[place].x, answers, is_normal)


def _discs_of(boxes: Iterable[DrawnBox]) -> list[list[DrawnBox]]:
    """Return the boxes of each disc of a picture, from the lowest disc up; boxes of other classes are left out."""
    discs: list[list[DrawnBox]] = []
    for box in sorted((box for box in boxes if box.kind in DISC_CLASSES), key=lambda box: -box.y):
        if discs and discs[-1][0].y - box.y < SAME_DISC_PX:
            discs[-1].append(box)
        else:
            discs.append([box])
    return discs


def _whole(disc: Iterable[DrawnBox]) -> DrawnBox:
    """Return the box that stands for a disc: the widest, for some hold only a part of it; of equal ones the upper."""
    return max(disc, key=lambda box: (box.width, -box.y))
