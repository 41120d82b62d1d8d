"""`deepspine index`: what an archive of DICOM files holds."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def index(
    archive: Annotated[Path, typer.Argument(help="Folder, zip or tar file of DICOM files, arranged in any way.")],
    out: Annotated[Path, typer.Option(help="Index to write (Parquet); NAME.rejects.csv goes beside it.")],
    workers: Annotated[int, typer.Option(min=1, help="Processes that read headers.")] = 1,
    fresh: Annotated[bool, typer.Option(help="Read all files again, also those that a run before has read.")] = False,
    max_reject_share: Annotated[
        float, typer.Option(min=0, max=1, help="Exit with code 3 when a larger share of files is rejected.")
    ] = 0.5,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
) -> None:
    """List the MR series of an archive with plane, weighting and geometry."""
    from deepspine.cli.progress import progress
    from deepspine.data.dicom.archive_index import headers_beside, index_archive
    from deepspine.data.dicom.summary import summarize
    from deepspine.data.errors import ConfigError
    from deepspine.data.outputs import check_apart, check_suffix
    from deepspine.data.rejects import Rejects

    if out.is_dir():
        raise ConfigError(f"--out {out} is a folder; name the file to write, such as {out / 'index.parquet'}")
    rejects_path = out.with_suffix(".rejects.csv")
    check_apart({"--out": out, "the list of rejects": rejects_path}, [archive])
    check_suffix("--out", out, [".parquet"])
    rejects = Rejects()
    out.parent.mkdir(parents=True, exist_ok=True)
    headers = headers_beside(out)
    if fresh:
        headers.unlink(missing_ok=True)
    with progress("index files") as advance:
        found = index_archive(archive, workers=workers, rejects=rejects, headers=headers, advance=advance)
    found.write(out)
    rejects.write(rejects_path)
    summary = summarize(found, n_rejected=len(rejects))
    typer.echo(summary.to_json() if as_json else summary.to_text(rejects=rejects_path.name))
    rejects.check_share(found.n_files, allowed=max_reject_share, path=rejects_path)
