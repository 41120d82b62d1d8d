"""`deepspine label`: report texts to a label table."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from deepspine.cli.progress import progress
from deepspine.cli.summary_line import tell_summary


def label(
    reports: Annotated[
        str, typer.Argument(help="CSV or Parquet file, folder of .txt files, or - for CSV on standard input.")
    ] = "-",
    out: Annotated[
        Path, typer.Option(help="Label table to write (.csv or .parquet); NAME.rejects.csv goes beside it.")
    ] = Path("labels.csv"),
    id_column: Annotated[str, typer.Option(help="Column with the report's id.")] = "report_id",
    text_column: Annotated[str, typer.Option(help="Column with the report's text.")] = "text",
    workers: Annotated[int, typer.Option(min=1, help="Processes; the output does not depend on it.")] = 1,
    rules: Annotated[Path | None, typer.Option(help="Folder of your own rules, over ours.")] = None,
    check_rules: Annotated[
        bool, typer.Option("--check-rules", help="Only check the rules and their examples.")
    ] = False,
    max_reject_share: Annotated[
        float, typer.Option(min=0, max=1, help="Share of reports that may be rejected.")
    ] = 0.05,
    evidence: Annotated[
        Path | None, typer.Option(help="Table of evidence to write as well (.csv or .parquet).")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print a summary as JSON.")] = False,
) -> None:
    """Label report texts: one row for each level, finding and side that a report speaks of."""
    folder = None if rules is None else str(rules)
    if check_rules:
        from deepspine.labeling.rule_check import check

        summary: dict[str, object] = {"rules": check(folder)}
    else:
        from deepspine.labeling.lexicon import keep_lexicon
        from deepspine.labeling.tables import label_file

        keep_lexicon(folder)
        with progress("label reports") as advance:
            run = label_file(
                reports, out, id_column=id_column, text_column=text_column, workers=workers, rules=folder,
                evidence=evidence, max_reject_share=max_reject_share, advance=advance,
            )  # fmt: skip
        summary = {"reports": run.reports, "labels": run.labels, "rejected": run.rejected, "resumed": run.resumed}
        if run.reports and not run.labels:
            typer.echo(
                f"warning: no label in any of {run.reports} reports; is {text_column!r} the column of their texts "
                "(--text-column)?",
                err=True,
            )
    tell_summary(summary, as_json=as_json)
