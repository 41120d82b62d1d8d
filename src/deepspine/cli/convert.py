"""`deepspine convert`: public datasets, as published, to what `deepspine build` reads."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from deepspine.cli.summary_line import tell_summary


class PublicDataset(StrEnum):
    """The layouts that are known."""

    SPIDER = "spider"
    RSNA2024 = "rsna2024"
    SUDIRMAN = "sudirman"


def convert(
    dataset: Annotated[PublicDataset, typer.Argument(help="Which dataset SRC holds.", show_default=False)],
    source: Annotated[Path, typer.Argument(metavar="SRC", help="Its folder, unpacked as published.")],
    out: Annotated[Path, typer.Argument(metavar="DST", help="Folder for labels, levels and index.")],
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes that read DICOM headers; one by default.")
    ] = None,
    max_reject_share: Annotated[
        float, typer.Option(min=0, max=1, help="Exit with code 3 when a larger share of rows and files is rejected.")
    ] = 0.1,
    as_json: Annotated[bool, typer.Option("--json", help="Print a summary as JSON.")] = False,
) -> None:
    """Convert a public dataset to a label table, level frames and an index; pictures stay where they are."""
    from deepspine.cli.progress import progress
    from deepspine.data.convert.conversion import REJECTS
    from deepspine.data.convert.rsna2024 import convert_rsna2024
    from deepspine.data.convert.spider import convert_spider
    from deepspine.data.convert.sudirman import convert_sudirman
    from deepspine.data.errors import ConfigError
    from deepspine.data.outputs import check_folder

    if workers is not None and dataset is PublicDataset.SPIDER:
        raise ConfigError("--workers reads DICOM headers, of which SPIDER has none; leave it out")
    check_folder("DST", out)
    with progress(f"convert {dataset}") as advance:
        if dataset is PublicDataset.SPIDER:
            done = convert_spider(source, out, advance=advance)
        elif dataset is PublicDataset.RSNA2024:
            done = convert_rsna2024(source, out, workers=workers or 1, advance=advance)
        else:
            done = convert_sudirman(source, out, workers=workers or 1, advance=advance)
    tell_summary(done.summary(), as_json=as_json, apart=["next"])
    if not as_json:
        typer.echo("\n".join(("next:", *(f"  {command}" for command in done.next_commands))))
    done.rejects.check_share(done.considered, allowed=max_reject_share, path=out / REJECTS)
