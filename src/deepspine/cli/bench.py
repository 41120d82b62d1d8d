"""`deepspine bench`: how fast the parts are, each beside its peers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="Time the parts on this machine.")


@app.callback()
def _group() -> None:
    pass


@app.command("labeling")
def labeling(
    reports: Annotated[int, typer.Option(min=1, help="Distinct reports of about 200 words.")] = 500,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the invented reports.")] = 0,
    medspacy: Annotated[
        bool, typer.Option(help="Time medspaCy 1.3.1 beside it, in an environment of its own.")
    ] = False,
    environment: Annotated[Path, typer.Option(help="Where that environment is made.")] = Path(".venv-medspacy"),
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
) -> None:
    """Time text to label rows on one core, with the share of each component."""
    import json

    from deepspine.experiments.benchmarks.labeling import corpus, timing
    from deepspine.labeling.lexicon import keep_lexicon
    from deepspine.labeling.pipeline import Labeler

    keep_lexicon()
    texts = corpus.reports(reports, seed=seed)
    ours = timing.time_labeler(texts, Labeler())
    figures: dict[str, object] = {
        "reports": ours.reports,
        "words_each": round(ours.words_each, 1),
        "deepspine_reports_per_s": round(ours.reports_per_s, 1),
        "shares": {name: round(share, 3) for name, share in ours.shares.items()},
    }
    if medspacy:
        from deepspine.experiments.benchmarks.labeling.comparison import run_medspacy

        theirs = run_medspacy(texts, environment)
        figures |= {
            "medspacy_context_reports_per_s": round(theirs.sentencizer_per_s, 1),
            "medspacy_load_reports_per_s": round(theirs.default_per_s, 1),
            "times_medspacy_context": round(ours.reports_per_s / theirs.sentencizer_per_s, 1),
            "times_medspacy_load": round(ours.reports_per_s / theirs.default_per_s, 1),
        }
    if as_json:
        typer.echo(json.dumps(figures))
        return
    for name, figure in figures.items():
        if isinstance(figure, dict):
            for part, share in figure.items():
                typer.echo(f"  {part:<22}{share:7.1%}")
        else:
            typer.echo(f"{name:<34}{figure}")


@app.command("components")
def components(
    folder: Annotated[Path, typer.Argument(help="Folder with reports and their gold labels.")],
    medspacy: Annotated[
        bool, typer.Option(help="Score a pipeline of medspaCy 1.3.1 as well, in an environment of its own.")
    ] = False,
    environment: Annotated[Path, typer.Option(help="Where that environment is made.")] = Path(".venv-medspacy"),
) -> None:
    """Score the labeler on reports with gold labels, whole and with each component switched off."""
    from deepspine.experiments.benchmarks.labeling.components_study import component_scores
    from deepspine.experiments.benchmarks.labeling.gold_sets import read_gold_sets

    sets = read_gold_sets(folder)
    typer.echo(f"{'without':54}" + "".join(f"{one.name:>14}" for one in sets))
    for name, scores in component_scores(sets):
        typer.echo(f"{name:54}" + "".join(f"{score:14.3f}" for score in scores.values()))
    if medspacy:
        from deepspine.experiments.benchmarks.labeling.comparison import medspacy_table

        theirs = [one.score(medspacy_table(one.texts, environment)).micro_f1 for one in sets]
        typer.echo(f"{'medspaCy with ConText':54}" + "".join(f"{score:14.3f}" for score in theirs))


@app.command("layouts")
def layouts(folder: Annotated[Path, typer.Argument(help="Folder with reports and their gold labels.")]) -> None:
    """Score the labeler on reports whose line ends were lost, spelt out or made by wrapping."""
    from deepspine.experiments.benchmarks.labeling.gold_sets import read_gold_sets
    from deepspine.experiments.benchmarks.labeling.spoilt_layouts import layout_scores

    sets = read_gold_sets(folder)
    typer.echo(f"{'line ends':22}" + "".join(f"{one.name:>14}" for one in sets))
    for name, scores in layout_scores(sets):
        typer.echo(f"{name:22}" + "".join(f"{score:14.3f}" for score in scores.values()))


@app.command("doubt")
def doubt(
    folder: Annotated[Path, typer.Argument(help="Folder with reports and their gold labels.")],
    write: Annotated[Path | None, typer.Option(help="Also fit on all reports and write the weights here.")] = None,
) -> None:
    """Measure which share of the labeler's errors the most doubtful tenth of the reports holds."""
    import json

    from deepspine.data.whole_files import make_folders_of, write_whole
    from deepspine.experiments.benchmarks.labeling import doubt_fit

    make_folders_of(write)
    reports = doubt_fit.read_graded(folder)
    shares = doubt_fit.share_found_out_of_fold(reports)
    figures = {
        "reports": len(reports.errors),
        "errors": int(reports.errors.sum()),
        "at_best": round(doubt_fit.share_found(reports.errors, reports.errors), 3),
        "shipped_weights": round(doubt_fit.share_found_as_shipped(reports), 3),
        "out_of_fold": round(float(shares.mean()), 3),
        "out_of_fold_lowest": round(float(shares.min()), 3),
        "out_of_fold_highest": round(float(shares.max()), 3),
    }
    if write is not None:
        write_whole(write, json.dumps(doubt_fit.fit(reports), indent=2) + "\n")
    typer.echo(json.dumps(figures))


@app.command("index")
def index(
    archive: Annotated[Path, typer.Argument(help="Folder of DICOM files to measure on.")],
    workers: Annotated[int, typer.Option(min=1, help="Also measure with this number of processes.")] = 2,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
) -> None:
    """Time indexing against a bare pydicom loop, and reading against SimpleITK."""
    from deepspine.experiments.benchmarks.index import benchmark_index

    measured = benchmark_index(archive, workers=(1, workers))
    typer.echo(measured.to_json() if as_json else measured.to_text())


@app.command("dataset")
def dataset(
    dataset: Annotated[Path, typer.Argument(help="Folder of `deepspine build` to measure on.")],
    work: Annotated[Path, typer.Option(help="Folder for the same samples in other formats.")] = Path(
        "runs/bench-dataset"
    ),
    peers: Annotated[
        bool, typer.Option(help="Measure LitData and HF datasets as well, in an environment of their own.")
    ] = False,
    environment: Annotated[Path, typer.Option(help="Where that environment is made.")] = Path(".venv-formats"),
    batch_size: Annotated[int, typer.Option(min=1, help="Levels in a training step.")] = 32,
    encoder: Annotated[str, typer.Option(help="Encoder of the step, as in the config of training.")] = "resnet18",
    device: Annotated[str, typer.Option(help="Of the step: cpu or cuda.")] = "cpu",
    seed: Annotated[int, typer.Option(min=0, help="Seed of the order of samples.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
) -> None:
    """Time shuffled reading of a dataset against other formats, and the training step that the loader can feed."""
    from deepspine.cli.progress import progress
    from deepspine.experiments.benchmarks import dataset_formats as benchmark

    with progress("bench dataset") as advance:
        figures = benchmark.benchmark_formats(
            dataset, work, seed=seed, environment=environment if peers else None, advance=advance
        )
        feed = benchmark.measure_feed(dataset, batch_size=batch_size, encoder=encoder, device=device)
    typer.echo(benchmark.figures_json(figures, feed) if as_json else benchmark.figures_text(figures, feed))


@app.command("segmentation")
def segmentation(
    data: Annotated[
        Path | None, typer.Option(help="Folder with spider_space (Dice) and sudirman (naming); a phantom without.")
    ] = None,
    threads: Annotated[int, typer.Option(min=1, help="Processor threads of every engine.")] = 1,
    nnunet_minutes: Annotated[
        float,
        typer.Option(min=0, help="Train nnU-Net v2, and our U-Net from nothing, for this long each (processor time)."),
    ] = 0.0,
    environment: Annotated[Path, typer.Option(help="Where nnU-Net's own environment is made.")] = Path(".venv-nnunet"),
    work: Annotated[Path, typer.Option(help="Folder for what both trainings write.")] = Path("runs/bench-segmentation"),
    detector: Annotated[Path | None, typer.Option(help="Weights of Faster R-CNN, to name beside the U-Net.")] = None,
    out: Annotated[Path | None, typer.Option(help="Table as CSV.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the table as JSON.")] = False,
) -> None:
    """Measure engines of inference, the time of a study, and nnU-Net and Faster R-CNN beside our U-Net."""
    from deepspine.cli.progress import progress
    from deepspine.data.whole_files import make_folders_of, write_whole
    from deepspine.experiments.benchmarks import segmentation as benchmark

    make_folders_of(out)
    with progress("bench segmentation") as advance:
        figures = benchmark.benchmark_segmentation(
            data, threads=threads, nnunet_minutes=nnunet_minutes, nnunet_environment=environment, work=work,
            detector=detector, advance=advance,
        )  # fmt: skip
    if out is not None:
        write_whole(out, benchmark.figures_csv(figures))
    typer.echo(benchmark.figures_json(figures) if as_json else benchmark.figures_text(figures))


@app.command("grading")
def grading(
    threads: Annotated[int, typer.Option(min=1, help="Processor threads.")] = 1,
    batch_size: Annotated[int, typer.Option(min=1, help="Levels in a batch.")] = 32,
    rounds: Annotated[int, typer.Option(min=1, help="Rounds of which the fastest counts.")] = 3,
    out: Annotated[Path | None, typer.Option(help="Table as CSV.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the table as JSON.")] = False,
) -> None:
    """Time training, reading and grading, beside a plain torchvision ResNet-18; on a GPU too where there is one."""
    from deepspine.cli.progress import progress
    from deepspine.data.whole_files import make_folders_of, write_whole
    from deepspine.experiments.benchmarks.grading import benchmark_grading
    from deepspine.experiments.benchmarks.segmentation import figures_csv, figures_json, figures_text

    make_folders_of(out)
    with progress("bench grading") as advance:
        figures = benchmark_grading(threads=threads, batch_size=batch_size, rounds=rounds, advance=advance)
    if out is not None:
        write_whole(out, figures_csv(figures))
    typer.echo(figures_json(figures) if as_json else figures_text(figures))
