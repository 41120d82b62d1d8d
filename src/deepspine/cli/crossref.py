"""`deepspine crossref`: which disc each axial slice cuts."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from deepspine.cli.study_options import ArchiveRoot
from deepspine.cli.summary_line import tell_summary


def crossref(
    index: Annotated[Path, typer.Option(help="Archive index of `deepspine index`.")],
    levels: Annotated[Path, typer.Option(help="Folder of `deepspine locate`: STUDY/levels.json.")],
    out: Annotated[Path, typer.Option(help="Table to write (CSV), one row a slice; NAME.rejects.csv goes beside it.")],
    root: ArchiveRoot = None,
    allow_mismatched_frames: Annotated[bool, typer.Option(help="Use series of another frame of reference.")] = False,
    max_reject_share: Annotated[float, typer.Option(min=0, max=1, help="Share of studies that may fail.")] = 0.5,
    as_json: Annotated[bool, typer.Option("--json", help="Print a summary as JSON.")] = False,
) -> None:
    """Tell for each axial slice of each study the disc level that it cuts, by geometry."""
    from deepspine.cli.progress import progress
    from deepspine.data.dicom.archive_index import ArchiveIndex
    from deepspine.data.outputs import check_apart, check_suffix
    from deepspine.data.rejects import Rejects
    from deepspine.data.slice_table import slice_rows, write_rows

    rejects_path = out.with_suffix(".rejects.csv")
    check_apart({"--out": out, "the list of rejects": rejects_path}, [index])
    check_suffix("--out", out, [".csv"])
    archive = ArchiveIndex.read(index, root=root)
    n_studies = sum(1 for _ in archive.studies())
    rejects = Rejects()
    out.parent.mkdir(parents=True, exist_ok=True)
    with progress("cross-reference", total=n_studies) as advance:
        rows = slice_rows(
            archive, levels, rejects=rejects, allow_mismatched_frames=allow_mismatched_frames, advance=advance
        )
        n_slices = write_rows(rows, out)
    rejects.write(rejects_path)
    summary = {"studies": n_studies, "slices": n_slices, "rejected": len(rejects)}
    tell_summary(summary, as_json=as_json)
    rejects.check_share(n_studies, allowed=max_reject_share, path=rejects_path)
