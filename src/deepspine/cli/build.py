"""`deepspine build`: crops and labels of every level, as a dataset."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from deepspine.cli.label_tables import read_labels
from deepspine.cli.secret_option import secret_words
from deepspine.cli.study_options import ArchiveRoot
from deepspine.cli.summary_line import tell_summary

if TYPE_CHECKING:
    from deepspine.data.dataset.build import BuildResult


def build(
    index: Annotated[Path, typer.Option(help="Archive index of `deepspine index`, or a CSV of volume files.")],
    levels: Annotated[Path, typer.Option(help="Folder of `deepspine locate`: STUDY/levels.json.")],
    out: Annotated[
        str, typer.Option(help="Folder of the dataset, or s3://BUCKET/NAME; what is missing there is added.")
    ],
    labels: Annotated[Path | None, typer.Option(help="Label table; without one nothing is known.")] = None,
    crop_preset: Annotated[str, typer.Option(help="Size of the crops: deepspine, small or picture.")] = "small",
    sagittal_crop: Annotated[
        str | None, typer.Option(help="Other sizes, slices x rows x columns: PIXELS/MM, as 25x160x320/75x60x120.")
    ] = None,
    axial_crop: Annotated[str | None, typer.Option(help="The same for axial crops, as 8x360x360/16x90x90.")] = None,
    silence: Annotated[str, typer.Option(help="What silence of a report means: missing or normal.")] = "missing",
    shares: Annotated[str, typer.Option(help="Share of patients for train, val and test.")] = "0.6,0.15,0.25",
    secret: Annotated[
        Path | None,
        typer.Option(
            help="File with a secret from which keys and report ids of a new dataset follow; made when missing."
        ),
    ] = None,
    labels_out: Annotated[
        Path | None, typer.Option(help="With --secret: the label table with the report ids of the dataset.")
    ] = None,
    root: ArchiveRoot = None,
    allow_mismatched_frames: Annotated[bool, typer.Option(help="Use series of another frame of reference.")] = False,
    max_reject_share: Annotated[float, typer.Option(min=0, max=1, help="Share of studies that may fail.")] = 0.2,
    as_json: Annotated[bool, typer.Option("--json", help="Print a summary as JSON.")] = False,
) -> None:
    """Join an index, level frames and labels into a sharded, checksummed dataset."""
    from functools import partial

    from deepspine.cli.progress import progress
    from deepspine.data.crops import get_preset, resized
    from deepspine.data.dataset.build import build_dataset, keyed_labels
    from deepspine.data.dataset.manifest import MANIFEST
    from deepspine.data.dataset.silence import Silence
    from deepspine.data.dataset.sources import check_labels, find_studies
    from deepspine.data.dataset.splits import parse_shares
    from deepspine.data.dataset.storage import Folder
    from deepspine.data.errors import ConfigError
    from deepspine.data.label_table import LabelTable
    from deepspine.data.outputs import TABLE_SUFFIXES, check_apart, check_folder, check_suffix
    from deepspine.data.rejects import Rejects
    from deepspine.data.whole_files import make_folders_of

    if silence not in list(Silence):
        raise ConfigError(f"--silence must be missing or normal, got {silence!r}")
    check_folder("--out", out)
    check_apart({"--labels-out": labels_out}, [index, labels, secret])
    check_suffix("--labels-out", labels_out, TABLE_SUFFIXES)
    table = LabelTable({}) if labels is None else read_labels(labels)
    if labels_out is not None and (secret is None or labels is None):
        raise ConfigError("--labels-out needs --labels and --secret, from which its report ids follow")
    preset = resized(get_preset(crop_preset), sagittal=sagittal_crop, axial=axial_crop)
    find = partial(find_studies, index, levels, root=root, allow_mismatched_frames=allow_mismatched_frames)
    studies, total = find()
    if labels is not None:
        check_labels(find()[0], table, labels)
    # Keys of studies that are added must follow from the secret of those that are there.
    words = None if secret is None else secret_words(secret, make=not Folder(out).exists(MANIFEST))
    make_folders_of(labels_out)
    with progress("build dataset", total=total) as advance:
        result = build_dataset(
            studies,
            table,
            out,
            preset=preset,
            silence=Silence(silence),
            shares=parse_shares(shares),
            secret=words,
            inputs=[path for path in (index, labels, levels) if path is not None],
            advance=advance,
        )
    if labels_out is not None and words is not None:
        keyed_labels(table, words).write(labels_out)
    _tell(result, out, labels, as_json=as_json)
    failed = Rejects([(study, "") for study in result.failed])
    failed.check_share(total, allowed=max_reject_share, path=f"{out}/rejects.csv")


def _tell(result: BuildResult, out: str, labels: Path | None, *, as_json: bool) -> None:
    """Print what a build did, and on standard error what it could not use."""
    counts = result.manifest.counts()
    summary = {
        "dataset": out,
        "added": len(result.added),
        "kept": len(result.kept),
        "stale": len(result.stale),
        "failed": len(result.failed),
        "rejected": len(result.rejects),
        "labelled": result.labelled,
        "samples": {split: n["samples"] for split, n in counts.items()},
    }
    tell_summary(summary, as_json=as_json, apart=["samples"])
    if not as_json:
        for split, n in counts.items():
            typer.echo(f"  {split:5} {n['patients']} patients, {n['studies']} studies, {n['samples']} levels")
    if result.reports_without_study:
        unused = f"{result.reports_without_study} reports of {labels} belong to none of these studies"
        typer.echo(f"{unused}; {out}/rejects.csv names them", err=True)
    if result.stale:
        typer.echo("labels or levels of stale studies have changed; build into a new --out to take them up", err=True)
