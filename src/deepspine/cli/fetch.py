"""`deepspine fetch`: MR studies from a DICOMweb server into a folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def fetch(
    url: Annotated[str, typer.Argument(help="Root of the DICOMweb service, http(s)://HOST/PATH.")],
    out: Annotated[Path, typer.Option(help="Folder for the files; those that are there are not fetched again.")],
    study_date: Annotated[str, typer.Option(help="DICOM date or range, such as 20200101-20201231.")] = "",
    max_reject_share: Annotated[
        float, typer.Option(min=0, max=1, help="Exit with code 3 when a larger share of series fails.")
    ] = 0.0,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
) -> None:
    """Fetch the MR series of a DICOMweb server; a password is taken from ~/.netrc."""
    import json
    from dataclasses import asdict

    from deepspine.cli.progress import progress
    from deepspine.data.dicom.web import fetch_studies
    from deepspine.data.outputs import check_folder
    from deepspine.data.rejects import Rejects

    check_folder("--out", out)
    rejects = Rejects()
    with progress("fetch series") as advance:
        summary = fetch_studies(url, out, study_date=study_date, rejects=rejects, advance=advance)
    out.mkdir(parents=True, exist_ok=True)
    rejects.write(out / "rejects.csv")
    counts = f"{summary.studies} studies, {summary.series} series: {summary.files_fetched} files fetched"
    text = f"{counts}, {summary.files_there} were there, {len(rejects)} series or studies rejected"
    typer.echo(json.dumps(asdict(summary) | {"rejected": len(rejects)}) if as_json else text)
    rejects.check_share(max(summary.series, len(rejects)), allowed=max_reject_share, path=out / "rejects.csv")
