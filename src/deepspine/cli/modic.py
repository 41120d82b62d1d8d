"""`deepspine modic`: changed marrow beside the endplates, voxel by voxel, from a T1 and a T2."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from deepspine.cli.study_options import LowestDisc, ReportId, SpacingMm, T1File, T2File


class Method(StrEnum):
    """What marks the regions; types follow the same rule either way."""

    LEARNED = "learned"
    STATISTICAL = "statistical"


def modic(
    study: Annotated[
        Path | None,
        typer.Argument(
            metavar="[STUDY]",
            help="Folder or zip file of one DICOM study, or folder of a sagittal T1 and T2 (volumes or pictures) whose "
            "names say t1 and t2.",
            show_default=False,
        ),
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder for modic.nii.gz, modic.csv and modic.png.")] = Path("modic"),
    t1: T1File = None,
    t2: T2File = None,
    lowest: LowestDisc = None,
    spacing_mm: SpacingMm = None,
    report_id: ReportId = None,
    method: Annotated[
        Method,
        typer.Option(help="learned: networks mark the regions. statistical: outliers of each body's own marrow."),
    ] = Method.LEARNED,
    weights: Annotated[
        Path | None, typer.Option(help="Folder of the networks, as `experiment modic-map` writes it.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the table as JSON.")] = False,
) -> None:
    """Map Modic changes voxel by voxel on a T1 and T2 pair. Research use only."""
    import json

    from deepspine import studies
    from deepspine.data.errors import ConfigError
    from deepspine.data.outputs import check_folder
    from deepspine.grading.modic.learned_regions import SHIPPED
    from deepspine.grading.modic.output import MODIC_FILES

    check_folder("--out", out, files=MODIC_FILES, inputs=[study, t1, t2])
    if weights is not None and method is Method.STATISTICAL:
        raise ConfigError("--weights belong to --method learned")
    reading = studies.modic(
        study,
        t1=t1,
        t2=t2,
        lowest=lowest,
        spacing_mm=spacing_mm,
        report_id=report_id,
        method=method.value,
        weights=weights or SHIPPED,
    )
    reading.write(out)
    for warning in reading.warnings:
        typer.echo(f"warning: {warning}", err=True)
    if as_json:
        typer.echo(json.dumps(list(reading.rows())))
    else:
        endplates = reading.found.endplates
        n_changed = sum(sum(one.shares) > 0 for one in endplates)
        typer.echo(f"{n_changed} of {len(endplates)} endplates changed; see {out / 'modic.csv'}")
