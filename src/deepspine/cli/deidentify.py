"""`deepspine deidentify`: a copy of an archive without what identifies people."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from deepspine.cli.secret_option import secret_words
from deepspine.cli.summary_line import tell_summary

if TYPE_CHECKING:
    from deepspine.data.deidentify.archive_copy import CopyResult


def deidentify(
    archive: Annotated[Path, typer.Argument(metavar="SRC", help="Folder, zip or tar file of DICOM files.")],
    out: Annotated[Path, typer.Argument(metavar="DST", help="Folder for the copy: PATIENT/STUDY/SERIES/INSTANCE.dcm.")],
    secret: Annotated[
        Path,
        typer.Option(help="File with the secret that pseudonyms follow from; made when missing. Keep it from DST."),
    ],
    labels: Annotated[Path | None, typer.Option(help="Label table to copy with replaced report ids.")] = None,
    labels_out: Annotated[Path | None, typer.Option(help="Where; default: DST/labels.csv.")] = None,
    key_table: Annotated[
        Path | None, typer.Option(help="Also write which pseudonym stands for whom, outside of DST.")
    ] = None,
    rejects_out: Annotated[
        Path | None, typer.Option("--rejects", help="List of files left out; their names may identify: not in DST.")
    ] = None,
    max_reject_share: Annotated[
        float, typer.Option(min=0, max=1, help="Exit with code 3 when a larger share of files is rejected.")
    ] = 0.1,
    as_json: Annotated[bool, typer.Option("--json", help="Print a summary as JSON.")] = False,
) -> None:
    """Copy MR pictures with identifiers replaced, dates shifted, private tags removed; pixels and geometry stay."""
    from deepspine.cli.progress import progress
    from deepspine.data.deidentify.archive_copy import copy_deidentified, pseudonymous_labels
    from deepspine.data.errors import ConfigError
    from deepspine.data.label_table import LabelTable
    from deepspine.data.outputs import TABLE_SUFFIXES, check_apart, check_folder, check_suffix
    from deepspine.data.whole_files import make_folders_of

    for name, path in (("--secret", secret), ("--key-table", key_table), ("--rejects", rejects_out)):
        if path is not None and path.resolve().is_relative_to(out.resolve()):
            raise ConfigError(f"{name} {path} lies inside the copy, which is to hold no identifiers")
    check_folder("DST", out)
    labels_out = labels_out or (out / "labels.csv" if labels else None)
    outputs = {"--labels-out": labels_out, "--key-table": key_table, "--rejects": rejects_out}
    check_apart(outputs, [archive, labels, secret])
    check_suffix("--labels-out", labels_out, TABLE_SUFFIXES)
    table = None if labels is None else LabelTable.read(labels)
    words = secret_words(secret)
    make_folders_of(labels_out, key_table, rejects_out)
    with progress("deidentify files") as advance:
        result = copy_deidentified(archive, out, secret=words, advance=advance)
    if table is not None and labels_out is not None:
        pseudonymous_labels(table, secret=words).write(labels_out)
    if key_table is not None:
        result.write_key_table(key_table)
    if rejects_out is not None:
        result.rejects.write(rejects_out)
    _tell(result, as_json=as_json)
    total = result.copied + sum(result.passed_over.values()) + len(result.rejects)
    result.rejects.check_share(total, allowed=max_reject_share, path=rejects_out or Path("a list that --rejects names"))


def _tell(result: CopyResult, *, as_json: bool) -> None:
    """Print how many files were copied, passed over and rejected."""
    summary = {
        "copied": result.copied,
        "passed_over": sum(result.passed_over.values()),
        "rejected": len(result.rejects),
        "patients": len({place.parts[0] for place in result.places}),
        "reasons": dict(sorted(result.passed_over.items())),
    }
    tell_summary(summary, as_json=as_json, apart=["reasons"])
    if not as_json:
        for reason, count in result.passed_over.items():
            typer.echo(f"  {count} files passed over: {reason}")
