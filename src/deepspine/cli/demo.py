"""`deepspine demo`: every stage on phantom studies, and a page that shows what came out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def demo(
    out: Annotated[Path, typer.Option(help="Folder for the files of all stages and the page.")] = Path("demo"),
    studies: Annotated[int, typer.Option(min=1, help="Number of phantom studies.")] = 24,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the phantom and of the training.")] = 0,
    workers: Annotated[int, typer.Option(min=1, help="Processes for the stages that can use several.")] = 2,
) -> None:
    """Run every stage on a phantom archive; ends with OUT/report.html and OUT/metrics.json."""
    from deepspine.cli.progress import progress
    from deepspine.data.outputs import check_folder
    from deepspine.experiments.demo.demo import expected_seconds, run_demo

    check_folder("--out", out)
    with progress("demo", total=round(expected_seconds(studies))) as advance:
        metrics = run_demo(out, studies=studies, seed=seed, workers=workers, advance=advance)
    for name in ("labels/micro_f1", "levels/accuracy", "grading/class_average_accuracy"):
        typer.echo(f"{name:<34}{metrics[name]:.3f}")
    typer.echo(f"open {out / 'report.html'}")
