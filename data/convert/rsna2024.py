"""RSNA 2024 Lumbar Spine Degenerative Classification (Richards et al., RSNA and ASNR, Kaggle 2024).

```
SRC/train.csv                       study_id and 25 columns of Normal/Mild, Moderate, Severe or nothing
SRC/train_label_coordinates.csv     study_id, series_id, instance_number, condition, level, x, y (pixels)
SRC/train_series_descriptions.csv   study_id, series_id, series_description
SRC/train_images/{study_id}/{series_id}/{instance_number}.dcm
```
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import NamedTuple

from deepspine.data.convert.conversion import (
    INDEX,
    LABELS,
    LEVELS,
    REJECTS,
    Conversion,
    require_layout,
    write_levels,
)
from deepspine.data.convert.point_levels import LevelPoints, frames_of_points
from deepspine.data.convert.source_tables import SourceRow, read_csv_table
from deepspine.data.dicom.archive_index import ArchiveIndex, index_archive
from deepspine.data.dicom.frame_headers import Frame
from deepspine.data.dicom.headers import read_instance
from deepspine.data.dicom.series import Series
from deepspine.data.errors import DeepspineError, InputError
from deepspine.data.findings import FINDINGS, Finding, Side
from deepspine.data.geometry import FloatArray
from deepspine.data.grade_sets import GradeSet
from deepspine.data.label_table import LabelKey, LabelTable
from deepspine.data.levels import LUMBAR_LEVELS, Level
from deepspine.data.rejects import Rejects
from deepspine.data.volume import Weighting

LABEL_FILE = "train.csv"
COORDINATES = "train_label_coordinates.csv"
DESCRIPTIONS = "train_series_descriptions.csv"
IMAGES = "train_images"

GRADES: Mapping[str, tuple[str, ...]] = {
    "Normal/Mild": ("none", "mild"),
    "Moderate": ("moderate",),
    "Severe": ("severe",),
}
CONDITIONS: Mapping[str, tuple[str, Side]] = {
    "Spinal Canal Stenosis": ("canal_stenosis", Side.MIDLINE),
    "Left Neural Foraminal Narrowing": ("foraminal_stenosis", Side.LEFT),
    "Right Neural Foraminal Narrowing": ("foraminal_stenosis", Side.RIGHT),
    "Left Subarticular Stenosis": ("subarticular_stenosis", Side.LEFT),
    "Right Subarticular Stenosis": ("subarticular_stenosis", Side.RIGHT),
}
LEVEL_NAMES: Mapping[str, Level] = {level.value.replace("-", "/"): level for level in LUMBAR_LEVELS}
WEIGHTINGS: Mapping[str, Weighting] = {
    "Sagittal T1": Weighting.T1,
    "Sagittal T2/STIR": Weighting.T2,
    "Axial T2": Weighting.T2,
}
"""By series description. The headers keep no echo times, so that T2 and STIR cannot be told apart: every study has
one series of the two, and it serves as the T2."""


class _Target(NamedTuple):
    column: str
    finding: Finding
    side: Side
    level: Level


TARGETS = tuple(
    _Target(f"{condition} {level}".lower().replace(" ", "_").replace("-", "_"), FINDINGS[finding], side, level)
    for (condition, (finding, side)), level in product(CONDITIONS.items(), LUMBAR_LEVELS)
)
"""The 25 columns of `train.csv`, such as `left_subarticular_stenosis_l4_l5`."""


def convert_rsna2024(
    source: Path, out: Path, *, workers: int = 1, advance: Callable[[float], None] = lambda n: None
) -> Conversion:
    """Convert an unpacked RSNA 2024: `labels.csv`, `index.parquet`, `levels/STUDY/levels.json` in `out`.

    Parameters
    ----------
    workers
        Processes that read headers.
    advance
        Called with the number of files done since its last call.

    Raises
    ------
    InputError
        When the folder is not laid out as published, or a table lacks a column.
    """
    require_layout(source, (LABEL_FILE, COORDINATES, DESCRIPTIONS, IMAGES))
    rows = read_csv_table(source / LABEL_FILE, ("study_id", *(target.column for target in TARGETS)))
    points = read_csv_table(
        source / COORDINATES, ("study_id", "series_id", "instance_number", "condition", "level", "x", "y")
    )
    descriptions = read_csv_table(source / DESCRIPTIONS, ("study_id", "series_id", "series_description"))
    out.mkdir(parents=True, exist_ok=True)
    rejects = Rejects()
    found = index_archive(source / IMAGES, workers=workers, rejects=rejects, advance=advance)
    weightings = _weightings(descriptions, rejects)
    series = _renamed(found.series, source / IMAGES, weightings, rejects)
    index = ArchiveIndex(found.root, series, found.passed_over, found.n_files)
    index.write(out / INDEX)
    studies = {one.report_id for one in series}
    labels = LabelTable(_labels(rows, studies, rejects))
    labels.write(out / LABELS)
    located = _locate(points, source / IMAGES, out / LEVELS, rejects)
    rejects.write(out / REJECTS)
    considered = len(rows) + len(points) + len(descriptions) + found.n_files
    build = f"deepspine build --index {out / INDEX} --labels {out / LABELS} --levels {out / LEVELS} --out DATASET"
    return Conversion(len(studies), len(labels), located, 0, considered, rejects, (build,))


def study_name(study_id: int | str) -> str:
    """Return the key of a study, which is its report id in the label table as well."""
    return f"rsna-{study_id}"


# ---------------------------------------------------------------------- labels


def _labels(rows: Sequence[SourceRow], studies: set[str], rejects: Rejects) -> dict[LabelKey, GradeSet]:
    found: dict[LabelKey, GradeSet] = {}
    seen: set[int] = set()
    for row in rows:
        try:
            study = row.whole_number("study_id")
            if study in seen:
                raise row.error("study_id", f"{study} appears twice; the first row is kept")
            if study_name(study) not in studies:
                raise row.error("study_id", f"no pictures in {IMAGES}/{study}")
            own = dict(_label(row, study, target) for target in TARGETS if row[target.column])
        except InputError as error:
            rejects.add(row.place, error)
            continue
        seen.add(study)
        found |= own
    return found


def _label(row: SourceRow, study: int, target: _Target) -> tuple[LabelKey, GradeSet]:
    text = row[target.column]
    if text not in GRADES:
        raise row.error(target.column, f"must be {', '.join(GRADES)} or empty, got {text[:20]!r}")
    key = LabelKey(study_name(study), target.level, target.finding.name, target.side)
    return key, GradeSet.of(target.finding, *GRADES[text])


# ---------------------------------------------------------------------- series


def _weightings(rows: Sequence[SourceRow], rejects: Rejects) -> dict[tuple[str, str], tuple[Weighting, str]]:
    found: dict[tuple[str, str], tuple[Weighting, str]] = {}
    for row in rows:
        text = row["series_description"]
        if text in WEIGHTINGS:
            found[row["study_id"], row["series_id"]] = (WEIGHTINGS[text], text)
        else:
            allowed = ", ".join(WEIGHTINGS)
            rejects.add(row.place, row.error("series_description", f"must be {allowed}, got {text[:30]!r}"))
    return found


def _renamed(
    series: Sequence[Series],
    images: Path,
    weightings: Mapping[tuple[str, str], tuple[Weighting, str]],
    rejects: Rejects,
) -> tuple[Series, ...]:
    """Name series by their folders, and give those whose headers do not tell their weighting that of the table."""
    found = []
    for one in series:
        folders = {path.relative_to(images).parent.parts[:2] for path in one.paths}
        if any(len(folder) < len(("study", "series")) for folder in folders):
            rejects.add(f"{IMAGES}/{_first_of(one, images)}", "lies outside of the folders STUDY/SERIES")
            continue
        study, number = next(iter(folders))
        if len(folders) > 1:
            rejects.add(f"{IMAGES}/{study}/{number}", "its series UID stands in several folders")
            continue
        name = study_name(study)
        own = replace(one, study_key=name, patient_key=name, report_id=name)
        if (study, number) not in weightings:
            rejects.add(f"{IMAGES}/{study}/{number}", f"not in {DESCRIPTIONS}; what it shows is as its headers tell")
        elif one.weighting is Weighting.UNKNOWN or one.weighting_reason.startswith("description"):
            weighting, text = weightings[study, number]
            own = replace(own, weighting=weighting, description=text, weighting_reason=f"{DESCRIPTIONS} says {text}")
        found.append(own)
    return tuple(sorted(found, key=lambda one: (one.study_key, one.series_number, one.series_key, one.part)))


def _first_of(series: Series, images: Path) -> str:
    return series.paths[0].relative_to(images).as_posix()


# ---------------------------------------------------------------------- levels


class _Point(NamedTuple):
    finding: str
    side: Side
    level: Level
    path: Path
    x: float
    y: float


def _locate(rows: Sequence[SourceRow], images: Path, levels: Path, rejects: Rejects) -> int:
    """Write the frames of each study; return how many have some."""
    by_study: dict[str, list[SourceRow]] = {}
    for row in rows:
        by_study.setdefault(row["study_id"], []).append(row)
    located = 0
    for study in sorted(by_study):
        frames = frames_of_points(dict(_points_by_level(by_study[study], images, rejects)))
        if frames:
            write_levels(levels, study_name(study), frames, source=COORDINATES)
            located += 1
        else:
            rejects.add(f"{COORDINATES} study {study}", "too few points of canal or foramina to place its discs")
    return located


def _points_by_level(rows: Sequence[SourceRow], images: Path, rejects: Rejects) -> Iterator[tuple[Level, LevelPoints]]:
    headers: dict[Path, Frame] = {}
    found: dict[Level, dict[tuple[str, Side], FloatArray]] = {}
    for row in rows:
        try:
            point = _point(row, images)
            if point.path not in headers:
                headers[point.path] = _frame(point.path)
            found.setdefault(point.level, {})[point.finding, point.side] = _in_patient(point, headers[point.path])
        except DeepspineError as error:
            rejects.add(row.place, error)
    for level, points in found.items():
        yield (
            level,
            LevelPoints(
                canal_lps=points.get(("canal_stenosis", Side.MIDLINE)),
                left_foramen_lps=points.get(("foraminal_stenosis", Side.LEFT)),
                right_foramen_lps=points.get(("foraminal_stenosis", Side.RIGHT)),
            ),
        )


def _point(row: SourceRow, images: Path) -> _Point:
    if row["condition"] not in CONDITIONS:
        raise row.error("condition", f"must be one of {', '.join(CONDITIONS)}, got {row['condition'][:30]!r}")
    if row["level"] not in LEVEL_NAMES:
        raise row.error("level", f"must be one of {', '.join(LEVEL_NAMES)}, got {row['level'][:20]!r}")
    study, series, number = (row.whole_number(name) for name in ("study_id", "series_id", "instance_number"))
    path = images / str(study) / str(series) / f"{number}.dcm"
    if not path.is_file():
        raise row.error("instance_number", f"no file {IMAGES}/{study}/{series}/{number}.dcm")
    return _Point(*CONDITIONS[row["condition"]], LEVEL_NAMES[row["level"]], path, _pixel(row, "x"), _pixel(row, "y"))


def _pixel(row: SourceRow, column: str) -> float:
    try:
        value = float(row[column])
    except ValueError:
        raise row.error(column, f"must be a number, got {row[column][:20]!r}") from None
    if not 0 <= value < 1e4:
        raise row.error(column, f"must lie in the picture, got {value:g}")
    return value


def _frame(path: Path) -> Frame:
    with path.open("rb") as stream:
        return read_instance(stream, path=path.name, size=path.stat().st_size).frames[0]


def _in_patient(point: _Point, frame: Frame) -> FloatArray:
    """Return where a pixel lies in the patient; x counts columns, y rows, as in the published notebooks."""
    import numpy as np

    row_mm, column_mm = frame.pixel_mm
    across = np.array(frame.plane.column_axis_lps) * column_mm * point.x
    down = np.array(frame.plane.row_axis_lps) * row_mm * point.y
    return np.asarray(np.array(frame.plane.position_lps) + across + down)
