"""`deepspine evaluate segmentation | grading`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from deepspine.cli.label_tables import read_labels
from deepspine.cli.method import Method

app = typer.Typer(help="Measure a network against references.", no_args_is_help=True)


@app.callback()
def _evaluate() -> None:
    pass


@app.command("segmentation")
def segmentation(
    data: Annotated[Path, typer.Option(help="Folder with spider_space, sudirman, spider_mid, volumes, or some.")],
    weights: Annotated[
        list[Path] | None,
        typer.Option(help="Weights in place of the shipped ones; once for each fold of a cross-validation."),
    ] = None,
    method: Annotated[
        Method, typer.Option(help="unet, or detection: boxes painted as blocks, so Dice says little of it.")
    ] = Method.UNET,
    folds: Annotated[
        int | None,
        typer.Option(min=2, help="Cross-validate: train a network for each fold (three hours each on a CPU) and pool."),
    ] = None,
    fold: Annotated[
        list[int] | None,
        typer.Option(min=0, help="With --folds: this fold alone, from 0 on; several times for several, so a job each."),
    ] = None,
    share: Annotated[
        float,
        typer.Option(help="With --folds: fraction of the shipped network's training steps for each fold, in (0, 1]."),
    ] = 1.0,
    runs: Annotated[
        Path, typer.Option(help="Where --folds trains and measures; what is there is not done again.")
    ] = Path("runs/folds"),
    out: Annotated[Path | None, typer.Option(help="Table as CSV.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the table as JSON.")] = False,
) -> None:
    """Measure masks, bodies, names and counts on patients that the network did not learn from."""
    from dataclasses import asdict

    from deepspine.cli.progress import progress
    from deepspine.data.outputs import check_apart
    from deepspine.data.whole_files import make_folders_of, write_whole
    from deepspine.experiments.cross_validation import observe_folds
    from deepspine.segmentation.evaluation import measurements, measurements_csv
    from deepspine.segmentation.observations import learned_from_all, observe

    check_apart({"--out": out}, weights or ())
    chosen_folds = sorted({*fold}) if fold else []
    _check_folds(folds, chosen_folds, share=share, weights=weights, method=method)
    make_folders_of(out)
    chosen: list[Path | None] = [*weights] if weights else [None]
    with progress("evaluate segmentation") as advance:
        if folds:
            observed = observe_folds(data, runs, folds, chosen=chosen_folds, share=share, advance=advance)
        else:
            networks = [method.load(path) for path in chosen]
            for one in networks:
                if learned_from_all(one):
                    typer.echo("warning: a network held back no patients; its figures are of those it knows", err=True)
            observed = [observe(data, one, volumes=one is networks[0], advance=advance) for one in networks]
    rows = measurements(observed)
    if out is not None:
        write_whole(out, measurements_csv(rows))
    if as_json:
        typer.echo(json.dumps([asdict(row) for row in rows]))
        return
    for row in rows:
        goal = "" if row.target is None else f"  target {row.target:g}"
        typer.echo(f"{row.dataset:26} {row.measure:34} {row.value:6.3f}  n {row.n:4}{goal}")


def _check_folds(
    folds: int | None, chosen: list[int], *, share: float, weights: list[Path] | None, method: Method
) -> None:
    """Refuse options that do nothing beside each other."""
    from deepspine.data.errors import ConfigError

    if not 0 < share <= 1:
        raise ConfigError(f"--share must be in (0, 1], got {share:g}")
    if share != 1 and not folds:
        raise ConfigError("--share shortens the trainings of --folds; there are none without")
    if chosen and not folds:
        raise ConfigError("--fold chooses among --folds; there are none without")
    if folds and chosen and chosen[-1] >= folds:
        raise ConfigError(f"--fold {chosen[-1]} is not among --folds {folds}, which are 0 to {folds - 1}")
    if folds and weights:
        raise ConfigError("--folds trains the networks that it measures; leave --weights out")
    if folds and method is Method.DETECTION:
        raise ConfigError("--folds trains the U-Net; name weights of detectors with --weights")


@app.command("grading")
def grading(
    dataset: Annotated[Path, typer.Argument(help="Folder of `deepspine build`.")],
    checkpoint: Annotated[Path, typer.Option(help="Checkpoint, or the folder of a training run.")],
    out: Annotated[Path, typer.Option(help="Folder for predictions.csv, scores.csv and evaluation.json.")],
    reference: Annotated[Path | None, typer.Option(help="Label table of what the pictures have.")] = None,
    reports: Annotated[Path | None, typer.Option(help="Label table of what the reports say.")] = None,
    split: Annotated[str, typer.Option(help="train, val, test, all, or held (not learned from).")] = "test",
    seed: Annotated[int, typer.Option(min=0, help="Of the bootstrap.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Grade a split of a dataset and compare with label tables."""
    from deepspine.data.outputs import check_folder
    from deepspine.grading.evaluation import EVALUATION_FILES, evaluate

    check_folder("--out", out, files=EVALUATION_FILES, inputs=[reference, reports])
    given = {"reference": reference, "reports": reports}
    tables = {name: read_labels(path) for name, path in given.items() if path is not None}
    result = evaluate(dataset, checkpoint, tables, split=split, seed=seed)
    result.write(out)
    if as_json:
        typer.echo(json.dumps(result.to_json()))
        return
    typer.echo(f"{len(result.predictions.rows)} grades of the split {split} in {out / 'predictions.csv'}")
    for name, value in result.class_average_accuracy.items():
        typer.echo(f"against {name}: class-average accuracy {value:.3f}, mean of findings of several grades")
        for row in (row for row in result.rows() if row["reference"] == name):
            typer.echo(
                f"  {row['finding']:24} n {row['n_definite']:5}  class average {_shown(row['class_average_accuracy'])}"
                f"  kappa {_shown(row['kappa'])}  AUC {row['auc']}"
            )


def _shown(value: float | None) -> str:
    return "  -  " if value is None else f"{value:.3f}"
