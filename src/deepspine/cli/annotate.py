"""`deepspine annotate`: a web page where readers correct labels."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from deepspine.cli.label_tables import read_labels, tell_unsettled
from deepspine.cli.summary_line import tell_rejects

if TYPE_CHECKING:
    from deepspine.labeling.annotate.exchange import Format
    from deepspine.labeling.annotate.store import Store

app = typer.Typer(
    help="A web page where readers correct labels: load reports, add readers, serve, export.", no_args_is_help=True
)

Project = Annotated[
    str, typer.Argument(help="SQLite file of the project, or a URL such as postgresql+psycopg://HOST/NAME.")
]
Name = Annotated[str, typer.Argument(help="Name of the reader.")]
FileFormat = Annotated[
    str | None,
    typer.Option("--format", help="csv, label-studio, jsonl or docbin; by the name of the file where it is left out."),
]


@app.command("load")
def load(
    project: Project,
    reports: Annotated[Path, typer.Argument(help="CSV or Parquet file, or folder of .txt files.")],
    only: Annotated[
        Path | None, typer.Option(help="Ids of the reports to take, such as deepspine sample's table.")
    ] = None,
    labels: Annotated[Path | None, typer.Option(help="Label table to start from in place of the labeler's.")] = None,
    id_column: Annotated[str, typer.Option(help="Column with the report's id.")] = "report_id",
    text_column: Annotated[str, typer.Option(help="Column with the report's text.")] = "text",
    rules: Annotated[Path | None, typer.Option(help="Folder of your own rules, over ours.")] = None,
    max_reject_share: Annotated[
        float, typer.Option(min=0, max=1, help="Share of reports that may be rejected.")
    ] = 0.05,
) -> None:
    """Add reports to a project, with the labeler's labels and evidence; run again, it adds what is new."""
    from deepspine.data.rejects import Rejects
    from deepspine.labeling.annotate.exchange import load_reports
    from deepspine.labeling.validation.inputs import read_report_ids

    table = None if labels is None else read_labels(labels)
    ids = None if only is None else read_report_ids(only)
    rejects = Rejects()
    loaded = load_reports(
        _store(project, create=True), reports, id_column=id_column, text_column=text_column, only=ids, table=table,
        rules=None if rules is None else str(rules), rejects=rejects,
    )  # fmt: skip
    tell_rejects(rejects)
    if loaded.changed:
        typer.echo(
            f"warning: {loaded.changed} reports of {reports} are in the project with another text; they were left as "
            "they are: load the new texts into a new project, or under new ids",
            err=True,
        )
    if ids is not None and (absent := len(set(ids)) - loaded.read):
        typer.echo(
            f"warning: {absent} reports of {only} were not taken: {reports} has none of these ids, or they are "
            "rejected above",
            err=True,
        )
    typer.echo(f"reports added {loaded.added}  rejected {len(rejects)}")
    rejects.check_share(loaded.read + len(rejects), allowed=max_reject_share, path="the lines above")


@app.command("reader")
def reader(
    project: Project,
    name: Name,
    blind: Annotated[bool, typer.Option("--blind", help="Empty grid and no highlights.")] = False,
    adjudicator: Annotated[bool, typer.Option("--adjudicator", help="Settles where the others differ.")] = False,
    new_token: Annotated[bool, typer.Option("--new-token", help="Replace the token of a reader who is there.")] = False,
) -> None:
    """Add a reader and print the access token, which is shown this once."""
    from deepspine.data.errors import ConfigError
    from deepspine.labeling.annotate.access import add_reader, renew_token
    from deepspine.labeling.annotate.records import Role

    if blind and adjudicator:
        raise ConfigError("a reader is --blind or --adjudicator, not both")
    if new_token and (blind or adjudicator):
        raise ConfigError("--new-token leaves the reader's role as it is; leave out --blind and --adjudicator")
    role = Role.BLIND if blind else Role.ADJUDICATOR if adjudicator else Role.ASSISTED
    store = _store(project)
    typer.echo(renew_token(store, name) if new_token else add_reader(store, name, role))


@app.command("serve")
def serve(
    project: Project,
    host: Annotated[str, typer.Option(help="Address to listen at; loopback by default.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen at.")] = 8300,
    name: Annotated[list[str] | None, typer.Option(help="Further name under which browsers ask for it.")] = None,
    certificate: Annotated[Path | None, typer.Option(help="Certificate for HTTPS (PEM).")] = None,
    key: Annotated[Path | None, typer.Option(help="Its private key (PEM).")] = None,
    plain_http: Annotated[
        bool, typer.Option("--plain-http", help="Serve other machines unencrypted, behind a proxy that encrypts.")
    ] = False,
) -> None:
    """Serve the page until interrupted; what is saved survives a server that is killed."""
    from deepspine.labeling.annotate import serve as serving

    options = serving.ServerOptions(host, port, name or (), certificate, key, plain_http)
    options.check()
    _store(project)
    serving.check_free(host, port)
    typer.echo(f"{options.scheme}://{host}:{port}/  sign in with a reader's token; Ctrl+C ends")
    serving.serve(project, options)


@app.command("export")
def export(
    project: Project,
    out: Annotated[
        Path, typer.Option(help="File to write: .csv or .parquet, .json (label-studio), .jsonl or .spacy (docbin).")
    ],
    reader: Annotated[
        str | None, typer.Option(help="Whose labels; without it, the consensus as a label table.")
    ] = None,
    kind: FileFormat = None,
    adjudicator: Annotated[
        str | None, typer.Option(help="Whose decisions count in the consensus, where there are several adjudicators.")
    ] = None,
    all_reports: Annotated[bool, typer.Option("--all", help="Also reports that are not marked as read.")] = False,
    ids: Annotated[Path | None, typer.Option(help="Write the ids of the reports that were read here as well.")] = None,
) -> None:
    """Write a reader's labels, or the consensus with `?` where readers differ and nobody has settled it."""
    from deepspine.data.errors import ConfigError
    from deepspine.data.outputs import check_apart, check_suffix
    from deepspine.data.whole_files import make_folders_of, write_whole
    from deepspine.labeling.annotate import exchange
    from deepspine.labeling.annotate.adjudication import adjudicator_of, all_readings, consensus_table

    check_apart({"--out": out, "--ids": ids}, [project])
    store = _store(project)
    names = store.report_ids()
    if reader is None:
        if kind not in (None, "csv"):
            raise ConfigError("the consensus is a label table; other formats need --reader")
        check_suffix("--out", out, _format("csv", out).suffixes)
        judge = adjudicator_of(store, adjudicator)
        make_folders_of(out, ids)
        consensus_table(store, judge).write(out)
        numbers = {one.number for one in all_readings(store, judge)}
    else:
        if adjudicator is not None:
            raise ConfigError("--adjudicator belongs to the consensus; leave --reader out")
        someone = store.reader_named(reader)
        written_as = _format(kind, out)
        check_suffix("--out", out, written_as.suffixes)
        make_folders_of(out, ids)
        exchange.export(store, someone, out, written_as, only_done=not all_reports)
        numbers = set(names) if all_reports else store.done_numbers(someone)
    if ids is not None:
        write_whole(ids, "".join(f"{names[number]}\n" for number in sorted(numbers)))
    typer.echo(f"reports {len(numbers)}")


@app.command("import")
def import_(
    project: Project,
    labels: Annotated[Path, typer.Argument(help="Label table, or what export wrote in another format.")],
    reader: Annotated[str, typer.Option(help="Whose labels they are; those of the same reports are replaced.")],
    kind: FileFormat = None,
) -> None:
    """Read a reader's labels from a file; the reports count as read."""
    from deepspine.labeling.annotate import exchange

    store = _store(project)
    table = exchange.read_labels(labels, _format(kind, labels))
    tell_unsettled(table, labels)
    typer.echo(f"reports {store.import_labels(store.reader_named(reader), table)}")


@app.command("progress")
def progress(project: Project) -> None:
    """Show how far every reader is."""
    for one in _store(project).progress():
        typer.echo(f"{one.reader.name}  {one.reader.role.value}  {one.n_done} of {one.n_reports}")


def _store(project: str, *, create: bool = False) -> Store:
    from deepspine.data.extras import needs_extra

    with needs_extra("annotate", "annotating"):
        from deepspine.labeling.annotate.schema import Database
    from deepspine.labeling.annotate.store import Store

    return Store(Database(project, create=create))


def _format(kind: str | None, path: Path) -> Format:
    """Return the format that is asked for, or else the one that the name of the file tells."""
    from deepspine.data.errors import ConfigError
    from deepspine.labeling.annotate.exchange import Format

    if kind is None:
        named = next((one for one in Format if path.suffix in one.suffixes), None)
        if named is None:
            endings = ", ".join(ending for one in Format for ending in one.suffixes)
            raise ConfigError(f"{path} must end in one of {endings}, by which its format is known; or give --format")
        return named
    try:
        return Format(kind)
    except ValueError:
        raise ConfigError(f"--format must be one of {', '.join(Format)}, got {kind!r}") from None
