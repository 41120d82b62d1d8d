"""A table of plain pictures (PNG, JPEG) with what the pictures themselves cannot tell: plane, weighting, pixel size."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from deepspine.data.csv_rows import header_of, read_lines, require_columns
from deepspine.data.errors import InputError
from deepspine.data.geometry import Plane
from deepspine.data.pictures import read_picture
from deepspine.data.report_ids import report_id_of
from deepspine.data.volume import Volume, Weighting

REQUIRED_COLUMNS = ("path",)
OPTIONAL_COLUMNS = ("patient_key", "report_id", "plane", "weighting", "spacing_mm")
COLUMNS = (*REQUIRED_COLUMNS, *OPTIONAL_COLUMNS)
KIND = "a manifest of pictures"


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
    if not path.is_file():
        raise InputError(f"no manifest {path}; check the spelling of the path")
    lines = read_lines(path, kind=KIND)
    header = require_columns(path, header_of(lines), REQUIRED_COLUMNS, KIND)
    unknown = [name for name in header if name not in COLUMNS]
    if unknown:
        raise InputError(f"{path}: row 1: unknown column {unknown[0]!r}; {KIND} has {', '.join(COLUMNS)}")
    return [_entry(path, number, dict(zip(header, cells, strict=True))) for number, cells in lines]


def _entry(manifest: Path, number: int, row: Mapping[str, str]) -> PictureEntry:
    where = f"{manifest}: row {number}"
    values = {name: cell.strip() for name, cell in row.items()}
    if not values["path"]:
        raise InputError(f"{where}, column path: empty")
    return PictureEntry(
        path=manifest.parent / values["path"],
        patient_key=values.get("patient_key", ""),
        report_id=report_id_of(values.get("report_id", "")),
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
