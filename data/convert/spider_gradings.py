"""What a row of SPIDER's gradings says of a disc, as grade sets (van der Graaf et al., Scientific Data 2024)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from deepspine.data.convert.source_tables import SourceRow
from deepspine.data.findings import FINDINGS
from deepspine.data.grade_sets import GradeSet

MODIC, PFIRRMANN = "Modic", "Pfirrman grade"
ENDPLATES = ("UP endplate", "LOW endplate")
PRESENCE: Mapping[str, str] = {
    "Spondylolisthesis": "spondylolisthesis",
    "Disc herniation": "herniation",
    "Disc narrowing": "disc_height_loss",
    "Disc bulging": "bulge",
}
"""Columns of 0 and 1, and the finding that they grade: 1 leaves every grade but none."""
GRADING_COLUMNS = (MODIC, *ENDPLATES, *PRESENCE, PFIRRMANN)


def gradings_of(row: SourceRow) -> Iterator[GradeSet]:
    """Yield what a row says of a disc; empty cells, and columns that are not there, say nothing.

    Raises
    ------
    InputError
        When a cell holds none of its grades; the message names the column.
    """
    if _says(row, MODIC):
        yield _graded(row, MODIC, "modic", {0: "none", 1: "type1", 2: "type2", 3: "type3"})
    if _says(row, PFIRRMANN):
        yield _graded(row, PFIRRMANN, "pfirrmann", {grade: f"grade{grade}" for grade in range(1, 6)})
    for column, name in PRESENCE.items():
        if _says(row, column):
            finding = FINDINGS[name]
            yield GradeSet.present(finding) if _flag(row, column) else GradeSet.of(finding, "none")
    # The two columns count Schmorl nodes among other changes: only their absence is sure.
    if all(_says(row, column) for column in ENDPLATES) and not any(_flag(row, column) for column in ENDPLATES):
        yield GradeSet.of(FINDINGS["schmorl_node"], "none")


def _graded(row: SourceRow, column: str, finding: str, grades: Mapping[int, str]) -> GradeSet:
    number = row.whole_number(column)
    if number not in grades:
        raise row.error(column, f"must be one of {', '.join(map(str, grades))}, got {number}")
    return GradeSet.of(FINDINGS[finding], grades[number])


def _flag(row: SourceRow, column: str) -> bool:
    number = row.whole_number(column)
    if number not in (0, 1):
        raise row.error(column, f"must be 0 or 1, got {number}")
    return bool(number)


def _says(row: SourceRow, column: str) -> bool:
    return bool(row.cells.get(column))
