"""`deepspine sample`: which reports readers should read."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from deepspine.cli.label_tables import read_labels
from deepspine.cli.summary_line import tell_rejects


def sample(
    labels: Annotated[
        Path | None, typer.Argument(help="Label table of the archive, from `deepspine label`. Not with --by doubt.")
    ] = None,
    out: Annotated[Path, typer.Option(help="CSV to write: report_id, order, reason.")] = Path("sample.csv"),
    by: Annotated[str, typer.Option(help="grade: every finding and grade often enough; or doubt.")] = "grade",
    width: Annotated[float, typer.Option(help="Wanted width of the 95 % interval for each grade.")] = 0.2,
    agreement: Annotated[float, typer.Option(help="Expected agreement of readers with a label; 0.5 is safest.")] = 0.9,
    number: Annotated[int | None, typer.Option(min=1, help="At most this many reports; 50 for --by doubt.")] = None,
    findings: Annotated[str, typer.Option(help="core, all, or names joined by commas.")] = "core",
    texts: Annotated[Path | None, typer.Option(help="Reports, for --by doubt (CSV, Parquet, folder).")] = None,
    id_column: Annotated[str, typer.Option(help="Column of --texts with the report's id.")] = "report_id",
    text_column: Annotated[str, typer.Option(help="Column of --texts with the report's text.")] = "text",
    rules: Annotated[Path | None, typer.Option(help="Folder of your own rules, over ours, for --by doubt.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of the lot between reports that serve equally.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print the plan as JSON.")] = False,
) -> None:
    """Choose reports to read, so that rare grades reach a wanted interval width, or those that the labeler doubts."""
    import json

    from deepspine.data.errors import ConfigError
    from deepspine.data.outputs import check_apart, check_suffix
    from deepspine.data.rejects import Rejects
    from deepspine.data.whole_files import write_whole
    from deepspine.labeling.usable_reports import usable_texts
    from deepspine.labeling.validation.inputs import parse_findings
    from deepspine.labeling.validation.sampling import doubtful_sample, explanation, stratified_sample

    if by == "doubt" and labels is not None:
        raise ConfigError("--by doubt reads the texts of --texts and no label table; leave LABELS out")
    if by == "grade" and (texts is not None or rules is not None):
        raise ConfigError("--texts and --rules belong to --by doubt; leave them out, or add it")
    check_apart({"--out": out}, [labels, texts])
    check_suffix("--out", out, [".csv"])
    if by == "doubt":
        if texts is None:
            raise ConfigError("--by doubt reads the reports; name them with --texts")
        folder, rejects = None if rules is None else str(rules), Rejects()
        usable = usable_texts(texts, rejects, id_column=id_column, text_column=text_column, rules=folder)
        tell_rejects(rejects)
        chosen = doubtful_sample(usable, number=number or 50, rules=folder)
    elif by == "grade":
        if labels is None:
            raise ConfigError("--by grade needs a label table; make one with deepspine label")
        chosen = stratified_sample(
            read_labels(labels), findings=parse_findings(findings), width=width, agreement=agreement,
            most=number, seed=seed,
        )  # fmt: skip
    else:
        raise ConfigError(f"--by must be grade or doubt, got {by!r}")
    out.parent.mkdir(parents=True, exist_ok=True)
    write_whole(out, chosen.to_csv_text())
    lines = explanation(chosen, width=width, agreement=agreement)
    typer.echo(json.dumps(chosen.to_json()) if as_json else "\n".join(lines))
