"""`deepspine validate`: labels against a reference, readers or pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from typer.core import TyperCommand

MANY = ("--readers", "--assisted")
"""Options that take several files behind one another, as shells expand `readers/*.csv`."""


class ManyFilesCommand(TyperCommand):
    """A command whose `MANY` options take every following argument up to the next option."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]
        """Repeat the option before each of its files, which is what click understands."""
        spread: list[str] = []
        current = ""
        for argument in args:
            if argument.startswith("-"):
                name, joined, _ = argument.partition("=")
                current = name if name in MANY else ""
                spread += [argument] if joined or not current else []
            else:
                spread += [current, argument] if current else [argument]
        return super().parse_args(ctx, spread)


def validate(
    predicted: Annotated[Path, typer.Argument(help="Label table to judge.")],
    reference: Annotated[
        Path | None,
        typer.Argument(help="Label table to judge it by; or boxes or gradings of pictures. Not with --readers."),
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder for validation.html, validation.json and CSV tables.")] = Path(
        "validation"
    ),
    readers: Annotated[
        list[Path] | None, typer.Option(help="Label tables of two readers or more, one behind the other.")
    ] = None,
    assisted: Annotated[
        list[Path] | None, typer.Option(help="The same readers with assistance, in the same order.")
    ] = None,
    texts: Annotated[
        Path | None, typer.Option(help="Reports (CSV, Parquet, folder), to show the sentences behind disagreements.")
    ] = None,
    reports: Annotated[
        Path | None, typer.Option(help="Ids of the reports that were read, one a line or CSV with report_id.")
    ] = None,
    patients: Annotated[Path | None, typer.Option(help="CSV with the columns report_id, patient.")] = None,
    findings: Annotated[str, typer.Option(help="core, all, or names joined by commas.")] = "core",
    silence: Annotated[str, typer.Option(help="What a missing label counts as: unknown or none.")] = "unknown",
    id_prefix: Annotated[str, typer.Option(help="Put before a picture's patient to get the report's id.")] = "",
    id_column: Annotated[str, typer.Option(help="Column of --texts with the report's id.")] = "report_id",
    text_column: Annotated[str, typer.Option(help="Column of --texts with the report's text.")] = "text",
    resamples: Annotated[int, typer.Option(min=100, help="Resamples of the bootstrap over patients.")] = 2000,
    seed: Annotated[int, typer.Option(min=0, help="Of the bootstrap.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print all figures as JSON.")] = False,
) -> None:
    """Agreement by finding, level and side with intervals by patient, and every disagreement, as page, JSON and CSV."""
    import json

    from deepspine.data.errors import ConfigError
    from deepspine.labeling.validation.run import ValidationInputs
    from deepspine.labeling.validation.run import validate as run
    from deepspine.labeling.validation.summary import summary_lines

    if silence not in ("unknown", "none"):
        raise ConfigError(f"--silence must be unknown or none, got {silence!r}")
    if reference is not None and readers:
        raise ConfigError("give a REFERENCE or --readers, not both")
    inputs = ValidationInputs(
        predicted, reference, readers=readers or (), assisted=assisted or (), texts=texts, report_ids=reports,
        patients=patients, findings=findings, silence_as_none=silence == "none", id_prefix=id_prefix,
        id_column=id_column, text_column=text_column, resamples=resamples, seed=seed,
    )  # fmt: skip
    result = run(inputs, out)
    typer.echo(json.dumps(result.to_json()) if as_json else "\n".join(summary_lines(result, out)))
