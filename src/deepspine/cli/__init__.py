"""The command line: one file a verb, no logic here.

A verb's module imports nothing heavy at its top, so that `deepspine --help` answers at once; what it needs is imported
inside its function. Exit codes: 0 done, 2 the user's mistake (one line), 3 done but more was rejected than allowed.
"""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from deepspine.cli import (
    annotate,
    bench,
    build,
    check,
    convert,
    crossref,
    deidentify,
    demo,
    evaluate,
    experiment,
    explain,
    fetch,
    index,
    label,
    locate,
    modic,
    phantom,
    read,
    sample,
    train,
    validate,
)
from deepspine.data.errors import DeepspineError, TooManyRejectsError

EXIT_MISTAKE = 2
EXIT_TOO_MANY_REJECTS = 3

app = typer.Typer(
    name="deepspine",
    help="Lumbar MRI and reports in, labels by disc level and a network that grades every level out. "
    "Research use only: not a medical device.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("fetch")(fetch.fetch)
app.command("convert")(convert.convert)
app.command("deidentify")(deidentify.deidentify)
app.command("index")(index.index)
app.command("label")(label.label)
app.command("explain")(explain.explain)
app.command("locate")(locate.locate)
app.command("crossref")(crossref.crossref)
app.command("build")(build.build)
app.command("check")(check.check)
app.add_typer(train.app, name="train")
app.add_typer(evaluate.app, name="evaluate")
app.command("read")(read.read)
app.command("modic")(modic.modic)
app.command("sample")(sample.sample)
app.add_typer(annotate.app, name="annotate")
app.command("validate", cls=validate.ManyFilesCommand)(validate.validate)
app.command("phantom")(phantom.phantom)
app.command("experiment")(experiment.experiment)
app.command("demo")(demo.demo)
app.add_typer(bench.app, name="bench")


def _show_version(wanted: bool) -> None:
    if wanted:
        from deepspine.cli.versions import describe_versions

        typer.echo(describe_versions())
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show code, weights and rules.")
    ] = False,
) -> None:
    pass


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return the exit code."""
    try:
        app(arguments, standalone_mode=True)
    except SystemExit as stop:
        return int(stop.code or 0)
    except TooManyRejectsError as error:
        return _complain(error, EXIT_TOO_MANY_REJECTS)
    except DeepspineError as error:
        return _complain(error, EXIT_MISTAKE)
    except OSError as error:
        if error.errno is None:
            raise
        return _complain(_about_files(error), EXIT_MISTAKE)
    return 0


def _about_files(error: OSError) -> str:
    """Say which file could not be read or written, and why."""
    path = error.filename2 or error.filename
    named = "" if path is None else f"{os.fsdecode(path) if isinstance(path, str | bytes | os.PathLike) else path}: "
    return f"{named}{error.strerror}; check the path, its permissions and the room on its disk"


def _complain(error: DeepspineError | str, code: int) -> int:
    sys.stderr.write(f"deepspine: {' '.join(str(error).split())}\n")
    return code
