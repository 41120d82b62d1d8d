"""SPIDER's gradings: what they say of a disc, as grade sets (van der Graaf et al., Scientific Data 2024)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from deepspine.data.convert.source_tables import SourceRow, read_csv_table
from deepspine.data.errors import InputError
from deepspine.data.findings import FINDINGS, Side
from deepspine.data.grade_sets import GradeSet
from deepspine.data.label_table import LabelKey, LabelTable
from deepspine.data.levels import REPORTED_LEVELS, USUAL_VERTEBRAE, Level, Vertebra

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
ANNOTATED_COLUMNS = frozenset(("Patient", "IVD label", MODIC, "Disc herniation", "Disc bulging", PFIRRMANN))
"""By which a table is known for one of gradings, and without which it is none."""
ENDPLATE_CHANGES = "schmorl_node"
"""SPIDER grades "endplate changes or Schmorl nodes" of either endplate as one."""
GRADED_FINDINGS = frozenset((*PRESENCE.values(), "modic", "pfirrmann"))
"""Findings that `read_gradings` takes from a table of gradings."""


def disc_levels() -> dict[int, Level]:
    """Return the level by the number of its disc from below; 0 is the one under the disc numbered 1."""
    vertebrae = [*reversed(USUAL_VERTEBRAE)]
    pairs = zip(vertebrae[vertebrae.index(Vertebra.S1) :], vertebrae, strict=False)
    names = [Level.between(upper, lower) for upper, lower in pairs]
    return dict(enumerate(names))


def graded_level(number: int) -> Level | None:
    """Return the level of a disc by its number from below, L5-S1 to T12-L1; None of others, which are not taken."""
    level = disc_levels().get(number)
    return level if number > 0 and level in REPORTED_LEVELS else None


def read_gradings(path: Path, *, id_prefix: str = "") -> LabelTable:
    """Read SPIDER's gradings (van der Graaf 2024) as a label table; discs are counted from L5-S1 upwards.

    What is graded 1 of 0 and 1 is there without a grade; Modic and Pfirrmann come with theirs. Discs below the one
    numbered 1 and above T12-L1 are left out, and so is what an empty cell does not say.

    Raises
    ------
    InputError
        When the file is no such table, or a cell holds none of its grades; the message names row and column.
    """
    return _read_labels(path, ANNOTATED_COLUMNS, id_prefix, _scored_gradings_of)


def read_endplates(path: Path, *, id_prefix: str = "") -> LabelTable:
    """Read whether either endplate of a disc is changed, under the name of the finding `ENDPLATE_CHANGES`.

    One changed endplate is enough; that there is none, both columns must say. Discs are left out as by `read_gradings`.

    Raises
    ------
    InputError
        When the file is no table with these columns, or a cell is neither 0 nor 1; the message names row and column.
    """
    return _read_labels(path, ("Patient", "IVD label", *ENDPLATES), id_prefix, _endplates_of)


def graded_discs(path: Path, *, id_prefix: str = "") -> dict[str, int]:
    """Return how many discs of each patient are graded from the one numbered 1 upwards, by report.

    SPIDER's readers graded every disc in view and counted from the lowest that they took for one between vertebrae, be
    it L5-S1 or, under a lumbarised S1, the one below.

    Raises
    ------
    InputError
        When the file is no such table, or a number none.
    """
    counts: dict[str, int] = {}
    for row in read_csv_table(path, sorted(ANNOTATED_COLUMNS)):
        report_id = _report_id(row, id_prefix)
        try:
            counts[report_id] = max(counts.get(report_id, 0), row.whole_number("IVD label"))
        except InputError as error:
            raise InputError(f"{path.parent / row.place}, {error}") from None
    return counts


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
    if _endplates_changed(row) is False:
        yield GradeSet.of(FINDINGS["schmorl_node"], "none")


def _read_labels(
    path: Path, columns: Iterable[str], id_prefix: str, read: Callable[[SourceRow], Iterable[GradeSet]]
) -> LabelTable:
    """Return what `read` takes from the row of each disc that has a level."""
    labels: dict[LabelKey, GradeSet] = {}
    for row in read_csv_table(path, sorted(columns)):
        try:
            level = graded_level(row.whole_number("IVD label"))
            if level is None:
                continue
            graded = list(read(row))
        except InputError as error:
            raise InputError(f"{path.parent / row.place}, {error}") from None
        report_id = _report_id(row, id_prefix)
        labels |= {LabelKey(report_id, level, grades.finding.name, Side.MIDLINE): grades for grades in graded}
    return LabelTable(labels)


def _scored_gradings_of(row: SourceRow) -> Iterator[GradeSet]:
    return (grades for grades in gradings_of(row) if grades.finding.name in GRADED_FINDINGS)


def _endplates_of(row: SourceRow) -> Iterator[GradeSet]:
    changed = _endplates_changed(row)
    if changed is not None:
        yield GradeSet.of(FINDINGS[ENDPLATE_CHANGES], "present" if changed else "none")


def _endplates_changed(row: SourceRow) -> bool | None:
    """Return whether either endplate is changed; None where empty cells leave it open."""
    flags = [_flag(row, column) for column in ENDPLATES if _says(row, column)]
    if any(flags):
        return True
    return False if len(flags) == len(ENDPLATES) else None


def _report_id(row: SourceRow, prefix: str) -> str:
    """Return the patient's name; spreadsheets write `3.0`."""
    return f"{prefix}{row['Patient'].removesuffix('.0')}"


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
