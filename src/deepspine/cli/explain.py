"""`deepspine explain`: why a report got its labels."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def explain(
    report: Annotated[
        str, typer.Argument(help="Text file with one report, - for standard input, or a table of reports with --id.")
    ] = "-",
    report_id: Annotated[str | None, typer.Option("--id", help="Id of the report, in a CSV or Parquet table.")] = None,
    id_column: Annotated[str, typer.Option(help="Column with the report's id.")] = "report_id",
    text_column: Annotated[str, typer.Option(help="Column with the report's text.")] = "text",
    html: Annotated[Path | None, typer.Option(help="Write a self-contained page here instead.")] = None,
    rules: Annotated[Path | None, typer.Option(help="Folder of your own rules, over ours.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print labels with evidence and doubt as JSON.")] = False,
) -> None:
    """Show one report with its labels by level and finding, and the evidence marked in the text."""
    from deepspine.data.errors import InputError
    from deepspine.data.outputs import check_apart
    from deepspine.data.whole_files import write_whole
    from deepspine.labeling import explain as explaining
    from deepspine.labeling.lexicon import load_lexicon
    from deepspine.labeling.pipeline import Labeler
    from deepspine.labeling.refusal import reason_to_refuse
    from deepspine.labeling.report_files import STANDARD_INPUT, read_text

    check_apart({"--html": html}, [None if report == STANDARD_INPUT else report])
    text = read_text(report, report_id=report_id, id_column=id_column, text_column=text_column)
    folder = None if rules is None else str(rules)
    if reason := reason_to_refuse(text, load_lexicon(folder)):
        raise InputError(f"{report}: {reason}")
    labels = Labeler(folder).label(text)
    if html is not None:
        title = report_id or ("Report" if report == STANDARD_INPUT else Path(report).stem)
        html.parent.mkdir(parents=True, exist_ok=True)
        write_whole(html, explaining.page(text, labels, title=title))
    if as_json:
        typer.echo(explaining.as_json(labels))
    elif html is None:
        from rich.console import Console

        explaining.show_in_terminal(text, labels, Console())
