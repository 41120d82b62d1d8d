"""`deepspine read`: a study in, the grades of every level out, with a page that shows why."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from deepspine.cli.study_options import LowestDisc, ReportId, SpacingMm, T1File, T2File


def read(
    study: Annotated[
        Path | None,
        typer.Argument(
            metavar="[STUDY]",
            help="Folder or zip file of one DICOM study; folder of NIfTI, MetaImage or NRRD files, or of a T1 and a T2 "
            "picture, whose names say t1 or t2; or one such file.",
            show_default=False,
        ),
    ] = None,
    out: Annotated[
        Path, typer.Option(help="Folder for grades.csv, measurements.csv, levels.json, report.html.")
    ] = Path("reading"),
    weights: Annotated[
        Path | None,
        typer.Option(
            help="Grader: folder of model.safetensors, or a run of `train grading`. Default: the shipped one."
        ),
    ] = None,
    t1: T1File = None,
    t2: T2File = None,
    axial_t2: Annotated[
        Path | None, typer.Option(help="Axial T2, in one stack or several, beside --t1 or --t2.")
    ] = None,
    lowest: LowestDisc = None,
    spacing_mm: SpacingMm = None,
    report_id: ReportId = None,
    evidence: Annotated[bool, typer.Option(help="Show where the grader looked; a third of the time.")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print the grades as JSON.")] = False,
) -> None:
    """Grade and measure every level of a study: tables, and report.html. Research use only: not a medical device."""
    import json

    from deepspine import studies
    from deepspine.data.frames import LEVELS_FILE
    from deepspine.data.outputs import check_folder
    from deepspine.data.whole_files import write_whole
    from deepspine.grading.read_page import write_page

    check_folder("--out", out)
    reading = studies.read(
        study,
        t1=t1,
        t2=t2,
        axial_t2=axial_t2,
        lowest=lowest,
        spacing_mm=spacing_mm,
        report_id=report_id,
        weights=weights,
    )
    out.mkdir(parents=True, exist_ok=True)
    reading.write_grades(out / "grades.csv")
    write_whole(out / "measurements.csv", reading.measurements().to_csv(index=False, float_format="%.3f"))
    write_page(out / "report.html", reading, evidence=evidence)
    # Last, as `locate` does: a folder that has it is whole.
    write_whole(out / LEVELS_FILE, json.dumps(reading.study.spine.about, indent=1) + "\n")
    for warning in reading.warnings:
        typer.echo(f"warning: {warning}", err=True)
    if as_json:
        typer.echo(json.dumps(reading.to_json()))
    else:
        n_grades = sum(len(one.grades) for one in reading.levels)
        typer.echo(f"{n_grades} grades at {len(reading.levels)} levels; open {out / 'report.html'}")
