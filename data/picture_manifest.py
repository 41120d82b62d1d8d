"""A table of plain pictures (PNG, JPEG) with what the pictures themselves cannot tell: plane, weighting, pixel size."""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace
from pathlib import Path

from deepspine.data.errors import InputError
from deepspine.data.geometry import Plane
from deepspine.data.pictures import read_picture
from deepspine.data.volume import Volume, Weighting

REQUIRED_COLUMNS = ("path",)
OPTIONAL_COLUMNS = ("patient_key", "report_id", "plane", "weighting", "spacing_mm")


@dataclass(frozen=True)
class PictureEntry:
    """One row of a manifest.

    Attributes
    ----------
    path
        The picture.
    patient_key, report_id
        As the manifest has them, empty when it has none.
    plane, weighting
        What the picture shows; sagittal and unknown when the manifest does not say.
    spacing_mm
        Pixel size, None when not known (see `read_picture`).
    """

    path: Path
    patient_key: str
    report_id: str
    plane: Plane
    weighting: Weighting
    spacing_mm: float | None

    def read(self) -> Volume:
        """Read the picture as a volume of one slice.

        Raises
        ------
        InputError
            As `read_picture`.
        """
        volume = read_picture(self.path, spacing_mm=self.spacing_mm, plane=self.plane)
        origin = replace(volume.origin, patient_key=self.patient_key)
        return replace(volume, weighting=self.weighting, origin=origin)


def read_manifest(path: Path) -> list[PictureEntry]:
    """Read a manifest: a CSV file with the column `path` (relative to it) and any of `OPTIONAL_COLUMNS`.

    Raises
    ------
    InputError
        When the file is missing or not UTF-8, a column is missing or unknown, or a value is none of those allowed; the
        message names row and column.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file, strict=True)
            _check_columns(path, rows.fieldnames or ())
            return [_entry(path, rows.line_num, row) for row in rows]
    except FileNotFoundError:
        raise InputError(f"no manifest {path}; check the spelling of the path") from None
    except UnicodeDecodeError:
        raise InputError(f"{path} must be UTF-8 text; save it again with that encoding") from None
    except csv.Error as error:
        raise InputError(f"{path}: no valid CSV after row {rows.line_num}: {error}; close the quoted text") from None


def _check_columns(path: Path, found: object) -> None:
    columns = list(found) if isinstance(found, list | tuple) else []
    missing = [name for name in REQUIRED_COLUMNS if name not in columns]
    unknown = [name for name in columns if name not in (*REQUIRED_COLUMNS, *OPTIONAL_COLUMNS)]
    if missing or unknown:
        what = f"lacks the column {missing[0]!r}" if missing else f"has the unknown column {unknown[0]!r}"
        raise InputError(f"{path} {what}; a manifest has {', '.join((*REQUIRED_COLUMNS, *OPTIONAL_COLUMNS))}")


def _entry(manifest: Path, number: int, row: dict[str, str | None]) -> PictureEntry:
    where = f"{manifest} row {number}"
    if None in row:  # where Python puts the cells that are too many
        raise InputError(f"{where}: more cells than the header has; put names that hold commas in quotation marks")
    values = {name: (value or "").strip() for name, value in row.items()}
    if not values["path"]:
        raise InputError(f"{where}, column path: empty")
    return PictureEntry(
        path=manifest.parent / values["path"],
        patient_key=values.get("patient_key", ""),
        report_id=values.get("report_id", ""),
        plane=_plane(values.get("plane", ""), where),
        weighting=_weighting(values.get("weighting", ""), where),
        spacing_mm=_spacing(values.get("spacing_mm", ""), where),
    )


def _plane(text: str, where: str) -> Plane:
    try:
        return Plane(text) if text else Plane.SAGITTAL
    except ValueError:
        raise InputError(f"{where}, column plane: must be one of {', '.join(Plane)}, got {text!r}") from None


def _weighting(text: str, where: str) -> Weighting:
    try:
        return Weighting(text) if text else Weighting.UNKNOWN
    except ValueError:
        raise InputError(f"{where}, column weighting: must be one of {', '.join(Weighting)}, got {text!r}") from None


def _spacing(text: str, where: str) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        raise InputError(f"{where}, column spacing_mm: must be a number, got {text!r}") from None
