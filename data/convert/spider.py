"""SPIDER (van der Graaf et al., Scientific Data 2024, doi 10.5281/zenodo.10159290): volumes, masks, gradings.

```
SRC/images/{patient}_{t1|t2|t2_SPACE}.mha
SRC/masks/{patient}_{t1|t2|t2_SPACE}.mha    1-25 vertebrae from the bottom, 100 canal, 101-125 cut ones, 201-225 discs
SRC/radiological_gradings.csv               one row a disc, `IVD label` 1 is the lowest
```

Names follow from counting: the lowest disc is taken for L5-S1, as in usual anatomy.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np

from deepspine.data.convert.conversion import (
    LABELS,
    LEVELS,
    REJECTS,
    Conversion,
    require_layout,
    write_levels,
)
from deepspine.data.convert.mask_levels import frames_of_discs
from deepspine.data.convert.source_tables import SourceRow, read_csv_table
from deepspine.data.convert.spider_gradings import GRADING_COLUMNS, disc_levels, gradings_of
from deepspine.data.dataset.volume_table import VolumeRow, write_volume_table
from deepspine.data.errors import DeepspineError, InputError
from deepspine.data.files import read_volume
from deepspine.data.findings import Side
from deepspine.data.frames import LEVELS_FILE
from deepspine.data.grade_sets import GradeSet
from deepspine.data.label_table import LabelKey, LabelTable
from deepspine.data.rejects import Rejects

GRADINGS = "radiological_gradings.csv"
VOLUMES = "volumes.csv"
FIRST_DISC = 200
"""Disc `n` from the bottom has the mask value `FIRST_DISC + n`."""
NAME_CONFIDENCE = 0.88
"""Counting from the lowest disc is right in spines without a transitional vertebra; 12 % have one (Konin and Walz,
AJNR 2010, mean of the published prevalences)."""
COLUMNS = ("Patient", "IVD label", *GRADING_COLUMNS)

_IMAGE = re.compile(r"(?P<patient>\d+)_(?P<kind>t1|t2|t2_SPACE)\.mha")
_KINDS = {"sagittal_t1": ("t1",), "sagittal_t2": ("t2", "t2_SPACE")}
_LOCATED_ON = ("t2", "t1", "t2_SPACE")


def convert_spider(source: Path, out: Path, *, advance: Callable[[float], None] = lambda n: None) -> Conversion:
    """Convert an unpacked SPIDER: `labels.csv`, `volumes.csv`, `levels/STUDY/levels.json` in `out`.

    Parameters
    ----------
    advance
        Called with the number of patients done since its last call.

    Raises
    ------
    InputError
        When the folder is not laid out as published, or a table lacks a column.
    """
    require_layout(source, ("images", "masks", GRADINGS))
    rows = read_csv_table(source / GRADINGS, COLUMNS)
    images = _images(source / "images")
    if not images:
        raise InputError(f"{source / 'images'}: holds no PATIENT_t1.mha, PATIENT_t2.mha or PATIENT_t2_SPACE.mha")
    out.mkdir(parents=True, exist_ok=True)
    rejects = Rejects()
    labels = LabelTable(_labels(rows, rejects))
    labels.write(out / LABELS)
    write_volume_table([row for patient in sorted(images) for row in _volumes(patient, images[patient])], out / VOLUMES)
    located = 0
    for patient in sorted(images):
        located += _locate(source / "masks", patient, out / LEVELS, rejects)
        advance(1)
    rejects.write(out / REJECTS)
    build = f"deepspine build --index {out / VOLUMES} --labels {out / LABELS} --levels {out / LEVELS} --out DATASET"
    return Conversion(len(images), len(labels), located, 0, len(rows) + len(images), rejects, (build,))


def study_name(patient: int) -> str:
    """Return the key of a patient's study, which is its report id in the label table as well."""
    return f"spider-{patient:04d}"


def _images(folder: Path) -> dict[int, dict[str, Path]]:
    found: dict[int, dict[str, Path]] = {}
    for path in sorted(folder.iterdir()):
        if match := _IMAGE.fullmatch(path.name):
            found.setdefault(int(match["patient"]), {})[match["kind"]] = path
    return found


def _volumes(patient: int, files: Mapping[str, Path]) -> Iterator[VolumeRow]:
    """Yield the volumes of a patient; T2 goes before T2 SPACE, as in the selection of series."""
    name = study_name(patient)
    for input_name, kinds in _KINDS.items():
        kind = next((kind for kind in kinds if kind in files), None)
        if kind is not None:
            yield VolumeRow(name, name, name, input_name, files[kind])


def _locate(masks: Path, patient: int, levels: Path, rejects: Rejects) -> int:
    """Write the frames of a patient unless they are there; return how many studies have frames now (0 or 1)."""
    if (levels / study_name(patient) / LEVELS_FILE).is_file():
        return 1
    path = next((path for kind in _LOCATED_ON if (path := masks / f"{patient}_{kind}.mha").is_file()), None)
    if path is None:
        rejects.add(f"masks/{patient}", "no mask of this patient")
        return 0
    try:
        mask = read_volume(path)
        numbers = {FIRST_DISC + disc: level for disc, level in disc_levels().items() if disc > 0}
        frames = frames_of_discs(np.rint(mask.voxels).astype(np.int64), mask.grid, numbers, confidence=NAME_CONFIDENCE)
        if not frames:
            raise InputError(f"holds none of the disc values {FIRST_DISC + 1} to {FIRST_DISC + 25}")
    except DeepspineError as error:
        rejects.add(f"masks/{path.name}", str(error).removeprefix(f"{path} "))
        return 0
    write_levels(levels, study_name(patient), frames, source=f"masks/{path.name}")
    return 1


def _labels(rows: list[SourceRow], rejects: Rejects) -> dict[LabelKey, GradeSet]:
    found: dict[LabelKey, GradeSet] = {}
    levels = disc_levels()
    seen: set[tuple[int, int]] = set()
    for row in rows:
        try:
            patient, disc = row.whole_number("Patient"), row.whole_number("IVD label")
            if disc not in levels:
                raise row.error("IVD label", f"must be 0 to {max(levels)}, got {disc}")
            if (patient, disc) in seen:
                raise row.error("IVD label", f"disc {disc} of its patient appears twice; the first row is kept")
            own = {
                LabelKey(study_name(patient), levels[disc], grades.finding.name, Side.MIDLINE): grades
                for grades in gradings_of(row)
            }
        except InputError as error:
            rejects.add(row.place, error)
            continue
        seen.add((patient, disc))
        found |= own
    return found
