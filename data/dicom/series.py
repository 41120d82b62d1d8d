"""Series and studies, as an archive index holds them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from deepspine.data.dicom.stacks import Triple
from deepspine.data.geometry import Plane
from deepspine.data.volume import Weighting


@dataclass(frozen=True)
class Series:
    """Slices of one study that belong together: one size, one plane, one echo, one kind of picture.

    Mostly a DICOM series; a series that mixes echoes, planes (localizers) or Dixon pictures becomes several of these,
    numbered by `part`.

    Attributes
    ----------
    series_uid, study_uid
        DICOM UIDs: identifiers, never to be used in file names or logs; `series_key` and `study_key` are.
    part
        0 for the first or only part of its DICOM series.
    patient_key
        Pseudonymous key of the patient, the unit of splits.
    report_id
        Accession number, by which the study's report is found; empty when the archive holds none.
    description
        As typed at the scanner.
    plane
        By the orientation of the slices.
    weighting, weighting_reason, fat_suppressed
        See `guess_weighting`.
    n_slices, n_stacks
        Slices in all, and the parallel, evenly spaced stacks that they form (one for an ordinary series).
    rows, columns, spacing_mm
        Size of a slice; distance of slices, rows, columns, mm (slices: of the largest stack).
    centers_lps, normals_lps
        Centre (mm) and unit normal of each slice.
    paths, frames
        One entry a slice: file, and index of the frame in it. A member of a zip or tar file is addressed as if the
        archive file were a folder.
    """

    series_uid: str
    part: int
    study_uid: str
    series_key: str
    study_key: str
    patient_key: str
    report_id: str
    description: str
    series_number: int
    body_part: str
    image_type: tuple[str, ...]
    plane: Plane
    weighting: Weighting
    weighting_reason: str
    fat_suppressed: bool
    echo_time_ms: float | None
    repetition_time_ms: float | None
    frame_of_reference: str
    n_slices: int
    n_stacks: int
    rows: int
    columns: int
    spacing_mm: tuple[float, float, float]
    centers_lps: tuple[Triple, ...]
    normals_lps: tuple[Triple, ...]
    paths: tuple[Path, ...]
    frames: tuple[int, ...]

    @property
    def extent_mm(self) -> tuple[float, float]:
        """Height and width of a slice."""
        return (self.rows * self.spacing_mm[1], self.columns * self.spacing_mm[2])

    @property
    def name(self) -> str:
        """A name free of identifiers, for messages: `series 4 (T2 sagittal, 15 slices)`."""
        return f"series {self.series_number} ({self.weighting} {self.plane}, {self.n_slices} slices)"


@dataclass(frozen=True)
class Study:
    """One examination of one patient and its series, by series number."""

    study_key: str
    patient_key: str
    report_id: str
    series: tuple[Series, ...]
