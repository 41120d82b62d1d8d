"""What annotators say of Sudirman's pictures: boxes of discs and Pfirrmann grades, put on the discs that we located."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from deepspine.data.convert.sudirman_boxes import BULGE_OR_HERNIATION, BoxedDisc, read_boxed_discs
from deepspine.data.csv_rows import read_rows
from deepspine.data.findings import FINDINGS, Side
from deepspine.data.geometry import FloatArray
from deepspine.data.grade_sets import GradeSet
from deepspine.data.label_table import LabelKey, LabelTable
from deepspine.data.levels import Level
from deepspine.experiments.picture_dataset import PicturePair
from deepspine.experiments.public_sets import SUDIRMAN_PREFIX
from deepspine.experiments.yes_or_no import Answers

BOXES_FILE, PFIRRMANN_FILE = "boxes.csv", "pfirrmann.csv"
PFIRRMANN_LEVELS = {"D3": Level.L3_L4, "D4": Level.L4_L5, "D5": Level.L5_S1}
Disc = tuple[str, Level]


@dataclass(frozen=True, eq=False)
class Judge:
    """What annotators boxed, disc by located disc."""

    boxed: Sequence[BoxedDisc]
    found: Sequence[Disc | None]
    """The located disc at the place of each boxed one; None where there is none."""

    def answers(self, scores: Mapping[Disc, float]) -> Answers:
        """Return the judge's answers beside scores; a disc that was not located, or not scored, has score 0."""
        return Answers(
            patients=[one.report_id for one in self.boxed],
            truth=np.array([one.answers[BULGE_OR_HERNIATION] for one in self.boxed]),
            scores=np.array([scores.get(disc, 0.0) if disc else 0.0 for disc in self.found]),
        )

    def bulges(self) -> LabelTable:
        """Return the class bulge as labels of located discs."""
        return self._labels("bulge", [one.answers[BULGE_OR_HERNIATION] for one in self.boxed])

    def degenerated(self) -> LabelTable:
        """Return every class but normal, bulges and degenerative disc disease, as labels of located discs."""
        return self._labels("degeneration", [not one.is_normal for one in self.boxed])

    def _labels(self, finding: str, answers: Sequence[bool]) -> LabelTable:
        none, there = GradeSet.of(FINDINGS[finding], "none"), GradeSet.present(FINDINGS[finding])
        return LabelTable(
            {
                LabelKey(*disc, finding, Side.MIDLINE): there if yes else none
                for yes, disc in zip(answers, self.found, strict=True)
                if disc is not None
            }
        )


def annotated_discs(folder: Path, pairs: Iterable[PicturePair]) -> LabelTable:
    """Return what annotators graded: whether a disc is normal (`degeneration`), and Pfirrmann grades.

    Parameters
    ----------
    folder
        With `boxes.csv` and `pfirrmann.csv`.
    pairs
        Its pictures.

    Raises
    ------
    InputError
        When there are no boxes.
    """
    boxed = find_boxed(pairs, read_boxed_discs(folder / BOXES_FILE, id_prefix=SUDIRMAN_PREFIX))
    pfirrmann = FINDINGS["pfirrmann"]
    grades = {
        LabelKey(*disc, pfirrmann.name, Side.MIDLINE): GradeSet.of(pfirrmann, pfirrmann.scale[grade - 1])
        for disc, grade in read_pfirrmann(folder / PFIRRMANN_FILE).items()
    }
    return LabelTable({**boxed.degenerated(), **grades})


def find_boxed(pairs: Iterable[PicturePair], boxed: Sequence[BoxedDisc]) -> Judge:
    """Put boxed discs and located ones together by their places on T2."""
    places: dict[str, list[tuple[Level, FloatArray]]] = {}
    for pair in pairs:
        picture = pair.located.get("t2")
        if picture is not None:
            grid = picture.volume.grid
            places[pair.name] = [(one.level, grid.ijk_from_lps(one.center_lps)[1:]) for one in picture.frames]
    return Judge(boxed, [located_disc(one, places.get(one.report_id, [])) for one in boxed])


def located_disc(boxed: BoxedDisc, places: Sequence[tuple[Level, FloatArray]]) -> Disc | None:
    """Return the located disc nearest to a box, if it is nearer than half of the way to that disc's next neighbour.

    Parameters
    ----------
    places
        Located discs of the patient and their row and column on T2.
    """
    if len(places) < 2:
        return None
    centers = np.array([center for _, center in places])
    from_box = np.linalg.norm(centers - [boxed.row, boxed.column], axis=1)
    nearest = int(np.argmin(from_box))
    to_neighbour = np.linalg.norm(np.delete(centers, nearest, axis=0) - centers[nearest], axis=1).min()
    return (boxed.report_id, places[nearest][0]) if from_box[nearest] < to_neighbour / 2 else None


def read_pfirrmann(path: Path) -> dict[Disc, int]:
    """Return the Pfirrmann grades of the three lowest discs; empty without a file."""
    if not path.is_file():
        return {}
    return {
        (f"{SUDIRMAN_PREFIX}{row['patient']}", level): int(row[column])
        for _, row in read_rows(path, ["patient", *PFIRRMANN_LEVELS], kind="a table of Pfirrmann grades")
        for column, level in PFIRRMANN_LEVELS.items()
        if row[column]
    }
