"""`deepspine evaluate grading`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Measure a network against references.", no_args_is_help=True)


@app.callback()
def _evaluate() -> None:
    pass


@app.command("grading")
def grading(
    dataset: Annotated[Path, typer.Argument(help="Folder of `deepspine build`.")],
    checkpoint: Annotated[Path, typer.Option(help="Checkpoint, or the folder of a training run.")],
    out: Annotated[Path, typer.Option(help="Folder for predictions.csv, scores.csv and evaluation.json.")],
    reference: Annotated[Path | None, typer.Option(help="Label table of what the pictures have.")] = None,
    reports: Annotated[Path | None, typer.Option(help="Label table of what the reports say.")] = None,
    split: Annotated[str, typer.Option(help="train, val, test or all.")] = "test",
    seed: Annotated[int, typer.Option(help="Of the bootstrap.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Grade a split of a dataset and compare with label tables."""
    from deepspine.data.label_table import LabelTable
    from deepspine.grading.evaluation import evaluate

    given = {"reference": reference, "reports": reports}
    tables = {name: LabelTable.read(path) for name, path in given.items() if path is not None}
    result = evaluate(dataset, checkpoint, tables, split=split, seed=seed)
    result.write(out)
    if as_json:
        typer.echo(json.dumps(result.to_json()))
        return
    typer.echo(f"{len(result.predictions.rows)} grades of the split {split} in {out / 'predictions.csv'}")
    for name, value in result.class_average_accuracy.items():
        typer.echo(f"against {name}: class-average accuracy {value:.3f}, mean of findings")
        for row in (row for row in result.rows() if row["reference"] == name):
            typer.echo(
                f"  {row['finding']:24} n {row['n_definite']:5}  class average {_shown(row['class_average_accuracy'])}"
                f"  kappa {_shown(row['kappa'])}  AUC {row['auc']}"
            )


def _shown(value: float | None) -> str:
    return "  -  " if value is None else f"{value:.3f}"
