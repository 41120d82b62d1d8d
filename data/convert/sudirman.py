"""Lumbar Spine MRI Dataset (Sudirman et al., Mendeley Data, doi 10.17632/k57fr854j2.2): pictures and reports.

```
SRC/01_MRI_Data/{patient}/{study}/{series}/*.ima
SRC/Radiologists Report.xlsx                        Patient ID, Clinician's Notes
```

Patients are their folders: what the anonymised headers say of them is not relied on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from deepspine.data.convert.conversion import INDEX, LABELS, LEVELS, REJECTS, REPORTS, Conversion, require_layout
from deepspine.data.convert.source_tables import SourceRow, read_excel_table
from deepspine.data.csv_rows import csv_text
from deepspine.data.dicom.archive_index import ArchiveIndex, index_archive
from deepspine.data.dicom.selection import SLOTS, select_series
from deepspine.data.dicom.series import Series, Study
from deepspine.data.errors import InputError
from deepspine.data.rejects import Rejects
from deepspine.data.whole_files import write_whole

IMAGES = "01_MRI_Data"
NOTES = "Radiologists Report.xlsx"
PATIENT, TEXT = "Patient ID", "Clinician's Notes"


def convert_sudirman(
    source: Path, out: Path, *, workers: int = 1, advance: Callable[[float], None] = lambda n: None
) -> Conversion:
    """Convert the unpacked dataset: `reports.csv` and `index.parquet` in `out`.

    Labels come from `deepspine label reports.csv`, levels from `deepspine locate index.parquet`.

    Parameters
    ----------
    workers
        Processes that read headers.
    advance
        Called with the number of files done since its last call.

    Raises
    ------
    InputError
        When the folder is not laid out as published, or the table lacks a column.
    """
    require_layout(source, (IMAGES, NOTES))
    rows = read_excel_table(source / NOTES, (PATIENT, TEXT))
    out.mkdir(parents=True, exist_ok=True)
    rejects = Rejects()
    reports = _reports(rows, rejects)
    write_whole(out / REPORTS, csv_text(sorted(reports.items()), ("report_id", "text")))
    found = index_archive(source / IMAGES, workers=workers, rejects=rejects, advance=advance)
    series = _renamed(found.series, source / IMAGES, set(reports), rejects)
    ArchiveIndex(found.root, series, found.passed_over, found.n_files).write(out / INDEX)
    rejects.write(out / REJECTS)
    studies = len({one.study_key for one in series})
    return Conversion(studies, 0, 0, len(reports), len(rows) + found.n_files, rejects, tuple(_next_commands(out)))


def patient_name(number: int) -> str:
    """Return the key of a patient, which is the id of the report as well."""
    return f"sudirman-{number:04d}"


def _next_commands(out: Path) -> Iterable[str]:
    labels, levels = out / LABELS, out / LEVELS
    yield f"deepspine label {out / REPORTS} --out {labels}"
    yield f"deepspine locate {out / INDEX} --out {levels}"
    yield f"deepspine build --index {out / INDEX} --labels {labels} --levels {levels} --out DATASET"


def _reports(rows: Sequence[SourceRow], rejects: Rejects) -> dict[str, str]:
    found: dict[str, str] = {}
    for row in rows:
        try:
            name = patient_name(row.whole_number(PATIENT))
            if not row[TEXT]:
                raise row.error(TEXT, "empty")
            if name in found:
                raise row.error(PATIENT, "appears twice; the first row is kept")
        except InputError as error:
            rejects.add(row.place, error)
            continue
        found[name] = row[TEXT]
    return found


def _renamed(series: Iterable[Series], images: Path, reports: set[str], rejects: Rejects) -> tuple[Series, ...]:
    """Name patients by their folders and give one study of each its report."""
    patients: dict[str, dict[str, list[Series]]] = defaultdict(lambda: defaultdict(list))
    for one in series:
        folders = {path.relative_to(images).parts[0] for path in one.paths}
        if len(folders) > 1 or not next(iter(folders)).isdigit():
            rejects.add(f"{IMAGES}/{min(folders)}", "a series of several patients, or of a folder that is no number")
            continue
        name = patient_name(int(next(iter(folders))))
        patients[name][f"{name}-{one.study_key}"].append(one)
    found = []
    for name, studies in patients.items():
        reported = _reported_study(studies)
        for key, members in studies.items():
            report = name if key == reported and name in reports else ""
            found += [replace(one, patient_key=name, study_key=key, report_id=report) for one in members]
    return tuple(sorted(found, key=lambda one: (one.study_key, one.series_number, one.series_key, one.part)))


def _reported_study(studies: dict[str, list[Series]]) -> str:
    """Return the study that a patient's one report is taken to be about: that of most usable series."""

    def worth(key: str) -> tuple[int, int]:
        selection = select_series(Study(key, "", "", tuple(studies[key])))
        return sum(getattr(selection, slot) is not None for slot in SLOTS), len(studies[key])

    return max(sorted(studies), key=worth)
