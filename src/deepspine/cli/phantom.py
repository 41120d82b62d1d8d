"""`deepspine phantom`: an archive of invented studies with reports and truth."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer


def phantom(
    out: Annotated[Path, typer.Option(help="Folder to write; an unfinished archive there is completed.")],
    studies: Annotated[int, typer.Option(min=1, help="Number of studies.")] = 24,
    seed: Annotated[int, typer.Option(min=0, help="Seed of every random choice.")] = 1,
    label_noise: Annotated[float, typer.Option(help="Share of labels for which the report errs, 0 to 1.")] = 0.0,
    omission: Annotated[float, typer.Option(help="Share of negatives that reports leave out, 0 to 1.")] = 0.15,
    scoliosis: Annotated[float, typer.Option(help="Share of patients with scoliosis, 0 to 1.")] = 0.1,
    transitional: Annotated[float, typer.Option(help="Share with four or six lumbar vertebrae, 0 to 1.")] = 0.0,
    cut_field_of_view: Annotated[float, typer.Option(help="Share with sacrum or upper part out of view.")] = 0.0,
    motion: Annotated[float, typer.Option(help="Share of series during which the patient moves, 0 to 1.")] = 0.0,
    repeat_patients: Annotated[float, typer.Option(help="Share of studies that repeat a patient, 0 to 1.")] = 0.15,
    axial: Annotated[bool, typer.Option(help="Scan axial slabs.")] = True,
    workers: Annotated[int, typer.Option(min=1, help="Processes; the files do not depend on it.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print a summary as JSON.")] = False,
) -> None:
    """Write invented lumbar spine studies: DICOM series, reports, and the truth of both."""
    from deepspine.cli.progress import progress
    from deepspine.data.phantom.archive import write_archive
    from deepspine.data.phantom.options import PhantomOptions

    options = PhantomOptions(
        studies=studies,
        seed=seed,
        label_noise=label_noise,
        omission=omission,
        scoliosis=scoliosis,
        transitional=transitional,
        cut_field_of_view=cut_field_of_view,
        motion=motion,
        repeat_patients=repeat_patients,
        axial=axial,
    )
    with progress("make phantom studies", total=studies) as advance:
        write_archive(options, out, workers=workers, advance=advance)
    summary = {"studies": studies, "archive": str(out / "archive"), "reports": str(out / "reports.csv")}
    typer.echo(json.dumps(summary) if as_json else f"{studies} studies in {out}")
