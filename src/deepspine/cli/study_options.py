"""What verbs ask alike: `read` and `modic` of one study, all that read an index of its archive."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

T1File = Annotated[Path | None, typer.Option(help="Sagittal T1, in place of STUDY.")]
T2File = Annotated[Path | None, typer.Option(help="Sagittal T2, in place of STUDY.")]
LowestDisc = Annotated[
    str | None, typer.Option(metavar="LEVEL", help="Name of the lowest disc in view, such as L5-S1, if known.")
]
SpacingMm = Annotated[
    float | None, typer.Option(min=0.01, help="Pixel size of pictures, mm; else judged by the spine.")
]
ArchiveRoot = Annotated[
    Path | None, typer.Option("--root", help="Folder of the archive, where it has moved since it was indexed.")
]
ReportId = Annotated[
    str | None, typer.Option(help="Name of the study in the tables; by default DICOM's accession number.")
]
