"""Writes a phantom archive: DICOM series, reports and truth.

```
OUT/archive/<study>/<series>/*.dcm
OUT/reports.csv, OUT/studies.csv
OUT/truth/labels.csv          what the pictures have
OUT/truth/text_labels.csv     what the reports say
OUT/truth/<report_id>/        levels.json, mask.nii.gz, vertebrae.nii.gz, modic.nii.gz
```

A study is complete when its `truth/<report_id>/study.json` is there, which is written last; a further run makes only
what is missing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deepspine.data.csv_rows import csv_text
from deepspine.data.errors import ConfigError, InputError
from deepspine.data.findings import FINDINGS, Side
from deepspine.data.frames import LEVELS_FILE
from deepspine.data.geometry import Grid
from deepspine.data.grade_sets import GradeSet
from deepspine.data.label_table import LabelKey, LabelTable
from deepspine.data.levels import Level
from deepspine.data.outputs import check_folder
from deepspine.data.phantom.dicom_files import SeriesTags, write_series
from deepspine.data.phantom.options import PhantomOptions
from deepspine.data.phantom.study import PhantomStudy, StudyIdentity, generate_study, study_row
from deepspine.data.provenance import provenance
from deepspine.data.whole_files import write_whole

ARCHIVE = "archive"
OPTIONS_FILE = "phantom.json"
_TABLES = ("reports.csv", "studies.csv")
STUDY_COLUMNS = ("report_id", "patient_id", "study_uid", "style", "seed", "transitional", "cut", "axial_levels")


def identities(options: PhantomOptions) -> list[StudyIdentity]:
    """Return the studies of an archive; some are a second examination of the patient before."""
    rng = np.random.default_rng([options.seed, *b"patients"])
    found: list[StudyIdentity] = []
    for index in range(options.studies):
        again = rng.random() < options.repeat_patients
        patient = found[-1].index if found and again and found[-1].is_first else index
        found.append(StudyIdentity(index, options.seed, patient))
    return found


def write_archive(
    options: PhantomOptions, out: Path, *, workers: int = 1, advance: Callable[[int], None] = lambda n: None
) -> None:
    """Write an archive, or what is missing of it.

    Parameters
    ----------
    options
        What to make.
    out
        Folder; it may hold an unfinished archive of the same options.
    workers
        Processes; the bytes do not depend on their number.
    advance
        Called with the number of studies done since its last call.

    Raises
    ------
    ConfigError
        When the folder holds an archive of other options, or of more studies.
    """
    wanted = identities(options)
    _check_none_left_over(out, wanted)
    _claim(out, options)
    missing = [identity for identity in wanted if not _record_path(out, identity).is_file()]
    advance(len(wanted) - len(missing))
    for done in _written(out, missing, options, workers):
        advance(done)
    _write_tables(out, [_read_record(out, identity) for identity in wanted], options)


def _check_none_left_over(out: Path, wanted: Sequence[StudyIdentity]) -> None:
    """Raise when studies of an archive would go without a row in its tables."""
    there = {folder.name for folder in (out / ARCHIVE).iterdir()} if (out / ARCHIVE).is_dir() else set()
    if there - {identity.tags.report_id for identity in wanted}:
        raise ConfigError(
            f"{out}: holds {len(there)} studies, more than the {len(wanted)} that are asked for; ask for {len(there)} "
            "or more, or choose another --out"
        )


def _claim(out: Path, options: PhantomOptions) -> None:
    """Note the options of an archive; the number of studies may grow."""
    path = out / OPTIONS_FILE
    own = {name: value for name, value in options.as_dict().items() if name != "studies"}
    if path.is_file():
        try:
            # An option that came later has its default in archives that do not know it.
            before = PhantomOptions().as_dict() | json.loads(path.read_text(encoding="utf-8"))["options"]
        except (ValueError, KeyError, TypeError):
            raise InputError(f"{path}: is no record of phantom options; choose another --out") from None
        names = {*before, *own} - {"studies"}
        if changed := ", ".join(sorted(name for name in names if before.get(name) != own.get(name))):
            raise ConfigError(f"{out}: holds an archive of other options ({changed}); choose another --out")
        return
    check_folder("--out", out)
    if others := [name for name in (ARCHIVE, *_TABLES, "truth") if (out / name).exists()]:
        raise ConfigError(f"{out}: holds {others[0]}, and no phantom archive; choose another --out")
    out.mkdir(parents=True, exist_ok=True)
    write_whole(path, json.dumps({"options": own}, indent=1) + "\n")


def _written(out: Path, missing: Sequence[StudyIdentity], options: PhantomOptions, workers: int) -> Iterator[int]:
    """Write studies one by one or in processes; yields after each."""
    if workers <= 1 or len(missing) < 2:
        for identity in missing:
            _write_one(out, identity, options)
            yield 1
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        for future in [pool.submit(_write_one, out, identity, options) for identity in missing]:
            future.result()
            yield 1


def _write_one(out: Path, identity: StudyIdentity, options: PhantomOptions) -> None:
    study = generate_study(identity.seed, options, index=identity.index, patient_index=identity.patient_index)
    write_study(study, out)


def write_study(study: PhantomStudy, out: Path) -> None:
    """Write the DICOM series and the truth of one study."""
    tags = study.identity.tags
    folder = out / ARCHIVE / tags.report_id
    plan = study.plan
    sagittal = (
        (SeriesTags(2, "Sag T1 TSE", plan.t1, "sag_t1"), study.sagittal.t1),
        (SeriesTags(3, "Sag T2 TSE", plan.t2, "sag_t2"), study.sagittal.t2),
    )
    for series, scan in sagittal:
        write_series(folder / series.folder, tags, series, [scan])
    if study.axial:
        series = SeriesTags(4, "Ax T2 TSE", plan.t2, "ax_t2")
        write_series(folder / series.folder, tags, series, [scan for _, scan in study.axial])
    truth = out / "truth" / tags.report_id
    truth.mkdir(parents=True, exist_ok=True)
    levels = {
        "levels": [frame.to_json() for frame in study.frames],
        "vertebrae": [
            {"name": name.value, "center_lps": np.round(center, 3).tolist()}
            for name, center in study.vertebra_centers.items()
        ],
        "transitional": study.transitional,
    }
    write_whole(truth / LEVELS_FILE, json.dumps(levels, indent=1) + "\n")
    write_mask(truth / "mask.nii.gz", study.mask, study.sagittal.t2.grid)
    write_mask(truth / "vertebrae.nii.gz", study.vertebra_mask, study.sagittal.t2.grid)
    write_mask(truth / "modic.nii.gz", study.modic_mask, study.sagittal.t2.grid)
    record = {
        "row": dict(study_row(study)),
        "text": study.report.text,
        "labels": _plain(study.labels),
        "text_labels": _plain(study.report.labels(tags.report_id)),
    }
    write_whole(truth / "study.json", json.dumps(record, ensure_ascii=False) + "\n")


def write_mask(path: Path, mask: NDArray[np.uint8], grid: Grid) -> None:
    """Write a mask as NIfTI with the geometry of its grid (SimpleITK speaks LPS, as we do).

    SimpleITK needs right-handed axes for NIfTI, so the order of the slices is turned where it has to be; positions in
    the patient stay what they are.
    """
    import SimpleITK as sitk  # noqa: N813 - its usual name

    if np.linalg.det(grid.affine[:3, 2::-1]) < 0:
        mask = mask[::-1]
        grid = grid.reindexed(start=(grid.shape[0] - 1, 0, 0), step=(-1, 1, 1), shape=grid.shape)
    image: Any = sitk.GetImageFromArray(np.ascontiguousarray(mask))
    slice_axis, row_axis, column_axis = grid.axes_lps
    image.SetOrigin([float(value) for value in grid.affine[:3, 3]])
    image.SetSpacing([float(value) for value in grid.spacing_mm[::-1]])
    image.SetDirection([float(value) for value in np.array([column_axis, row_axis, slice_axis]).T.ravel()])
    sitk.WriteImage(image, str(path), useCompression=True)


def _record_path(out: Path, identity: StudyIdentity) -> Path:
    return out / "truth" / identity.tags.report_id / "study.json"


def _read_record(out: Path, identity: StudyIdentity) -> Mapping[str, Any]:
    record: Mapping[str, Any] = json.loads(_record_path(out, identity).read_text(encoding="utf-8"))
    return record


def _write_tables(out: Path, records: Sequence[Mapping[str, Any]], options: PhantomOptions) -> None:
    texts = [(record["row"]["report_id"], record["text"]) for record in records]
    write_whole(out / "reports.csv", csv_text(texts, ("report_id", "text")))
    rows = [tuple(record["row"][name] for name in STUDY_COLUMNS) for record in records]
    write_whole(out / "studies.csv", csv_text(rows, STUDY_COLUMNS))
    for name in ("labels", "text_labels"):
        LabelTable(dict(_label(values) for record in records for values in record[name])).write(
            out / "truth" / f"{name}.csv"
        )
    made = json.dumps(provenance(options=options.as_dict()), indent=1)
    write_whole(out / "truth" / "made_by.json", made + "\n")


def _plain(labels: Mapping[LabelKey, GradeSet]) -> list[list[str]]:
    return [list(row) for row in LabelTable(labels).rows()]


def _label(values: Sequence[str]) -> tuple[LabelKey, GradeSet]:
    report_id, level, name, side, grades = values
    return LabelKey(report_id, Level(level), name, Side(side)), GradeSet.parse(FINDINGS[name], grades)
