"""Tables of reports in, label tables out: streaming, on several workers, resumable, the same bytes every time.

The input is cut into chunks of a fixed number of reports; each chunk becomes a part file beside the output, written
whole or not at all. A run that was killed finds its finished parts and does only the rest; at the end the parts are
merged into one sorted table. Chunks do not depend on the number of workers, so neither does the output.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import re
import sys
import traceback
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache, partial
from importlib.metadata import version
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import islice
from pathlib import Path

from deepspine.data.csv_rows import csv_text
from deepspine.data.errors import ConfigError, InputError
from deepspine.data.findings import FINDINGS
from deepspine.data.grade_sets import GradeSet
from deepspine.data.label_table import COLUMNS, LabelKey, LabelTable
from deepspine.data.outputs import TABLE_SUFFIXES, check_apart, check_suffix
from deepspine.data.rejects import Rejects
from deepspine.labeling.aggregation import Key, Label
from deepspine.labeling.level_order import LEVELS
from deepspine.labeling.lexicon import keep_lexicon, load_lexicon
from deepspine.labeling.parts import Parts
from deepspine.labeling.pipeline import SIDES, Labeler, ReportLabels
from deepspine.labeling.report_files import STANDARD_INPUT, ReportText, passed_over, read_reports, report_paths
from deepspine.labeling.usable_reports import usable_reports

CHUNK_REPORTS = 500
WAITING_PER_WORKER = 3
"""Chunks that may wait for a worker: enough to keep it busy, few enough to keep memory constant."""
_KILLED = "a worker was killed, perhaps for want of memory; run again with fewer --workers, what is done is kept"

_PLAIN = re.compile(r"[\w.-]+").fullmatch
"""An identity that CSV writes as it is."""

_FAULTS = (ArithmeticError, AssertionError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What a fault of ours raises in the middle of a text; of 50,000 reports the others are labelled all the same."""

EVIDENCE_COLUMNS = (*COLUMNS, "start", "end", "section", "rule", "doubt", "report_doubt")
Advance = Callable[[int], None]


@dataclass(frozen=True)
class LabelRun:
    """What a run of `label_file` did."""

    reports: int
    labels: int
    rejected: int
    resumed: int
    rejects_path: Path


def label_texts(texts: str | Sequence[str] | Mapping[str, str], *, rules: str | None = None) -> LabelTable:
    """Label texts in memory.

    Parameters
    ----------
    texts
        By report id, as a mapping or a pandas Series has them; others get the ids "1", "2", ...
    rules
        Folder of a site's own rules.

    Raises
    ------
    TypeError
        When something else than texts is given, with its position.

    Examples
    --------
    >>> import deepspine
    >>> print(deepspine.label(["L5-S1: no herniation."]).to_csv_text(), end="")
    report_id,level,finding,side,grades
    1,L5-S1,herniation,,none
    """
    labeler = _labeler(rules)
    labels: dict[LabelKey, GradeSet] = {}
    for report_id, text in _named(texts):
        for (level, finding, side), label in labeler.raw(text).items():
            key = LabelKey(report_id, LEVELS[level], finding, SIDES[side])
            labels[key] = GradeSet(FINDINGS[finding], label.bits)
    return LabelTable(labels)


def _named(texts: str | Sequence[str] | Mapping[str, str]) -> list[tuple[str, str]]:
    """Return texts with their ids."""
    if hasattr(texts, "columns"):
        raise TypeError("a table is no text; give one column by report id: table.set_index('report_id')['text']")
    items = getattr(texts, "items", None)
    named = list(items() if items is not None else enumerate([texts] if isinstance(texts, str) else texts, start=1))
    for place, (_, text) in enumerate(named, start=1):
        if not isinstance(text, str):
            raise TypeError(f"text {place} is of type {type(text).__name__}; leave it out or give a str")
    return [(str(report_id), text) for report_id, text in named]


@lru_cache(maxsize=4)
def _labeler(rules: str | None) -> Labeler:
    return Labeler(rules)


def label_file(
    path: Path | str,
    out: Path | str,
    *,
    id_column: str = "report_id",
    text_column: str = "text",
    workers: int = 1,
    rules: str | None = None,
    evidence: Path | str | None = None,
    max_reject_share: float = 1.0,
    advance: Advance | None = None,
) -> LabelRun:
    """Label a file or folder of reports into a label table, with its rejects beside it (`labels.rejects.csv`).

    Parameters
    ----------
    path
        CSV or Parquet file, folder of .txt files (and of folders of these), or "-" for CSV on standard input.
    out
        Label table to write, CSV or (by suffix) Parquet.
    id_column, text_column
        Names of the columns.
    workers
        Processes; the output does not depend on it.
    rules
        Folder of a site's own rules.
    evidence
        Table of evidence to write as well, CSV or Parquet.
    max_reject_share
        Share of reports that may be rejected before `TooManyRejectsError`.
    advance
        Told the number of reports done since its last call.

    Raises
    ------
    ConfigError
        When a file to write is a folder, one of those to read or of another suffix, or two of them are the same.
    InputError
        When the input is missing, lacks a column or is no valid CSV or Parquet; when a worker was killed.
    TooManyRejectsError
        When more was rejected than allowed; all output is written before.
    """
    out = Path(out)
    if out.is_dir():
        raise ConfigError(f"--out {out} is a folder; name the file to write, such as {out / 'labels.csv'}")
    rejects_path = out.with_suffix(".rejects.csv")
    load_lexicon(rules)  # what is wrong with rules or input is told before anything is written
    reports_read = read_reports(path, id_column=id_column, text_column=text_column)
    outputs = {"--out": out, "--evidence": evidence}
    check_apart(outputs | {"the list of rejects": rejects_path}, _input_files(path))
    for name, output in outputs.items():
        check_suffix(name, output, TABLE_SUFFIXES)
    targets = {} if evidence is None else {"evidence": (Path(evidence), EVIDENCE_COLUMNS)}
    unfinished = out.parent / f"{out.name}.parts"
    parts = Parts(
        unfinished,
        None if str(path) == STANDARD_INPUT else _fingerprint(Path(path), rules, (id_column, text_column, *targets)),
        targets | {"labels": (out, COLUMNS)},
        kept=("failed",),
    )
    rejects = Rejects()
    for name in passed_over(Path(path), but=unfinished) if Path(path).is_dir() else ():
        rejects.add(name, "no .txt file, so not read; save a report as plain text")
    reports_used = usable_reports(reports_read, rejects, load_lexicon(rules))
    with _pool(workers, rules) as submit:
        jobs = ((chunk, rules, evidence is not None) for chunk in _chunks(reports_used))
        ahead = WAITING_PER_WORKER * workers if workers > 1 else 0
        reports, resumed = _label_parts(jobs, parts, submit, ahead=ahead, advance=advance or (lambda n: None))
    total = reports + len(rejects)
    for report_id, reason in parts.rows("failed"):
        rejects.add(report_id, reason)
    labels = parts.merge()["labels"]
    rejects.write(rejects_path)
    rejects.check_share(total, allowed=max_reject_share, path=rejects_path)
    return LabelRun(total - len(rejects), labels, len(rejects), resumed, rejects_path)


Job = tuple[list[ReportText], "str | None", bool]
Rows = dict[str, str]
"""CSV text without header: of the label table (`labels`), of the evidence (`evidence`) where it is wanted, and of what
the labeler failed on (`failed`)."""

Submit = Callable[[Job], Callable[[], Rows]]


def _label_parts(jobs: Iterable[Job], parts: Parts, submit: Submit, *, ahead: int, advance: Advance) -> tuple[int, int]:
    """Label chunks into their parts, in their order, but for those that are done.

    Parameters
    ----------
    ahead
        Chunks that may be submitted beyond the one whose rows are waited for.

    Returns
    -------
    Number of reports, and of those among them that were done before.
    """
    reports = resumed = 0
    waiting: deque[tuple[int, int, Callable[[], Rows]]] = deque()

    def finish(most: int) -> None:
        while len(waiting) > most:
            number, count, rows = waiting.popleft()
            parts.write(number, rows())
            advance(count)

    for number, job in enumerate(jobs):
        count = len(job[0])
        reports += count
        parts.count += 1
        if parts.done(number):
            resumed += count
            advance(count)
            continue
        waiting.append((number, count, submit(job)))
        finish(ahead)
    finish(0)
    return reports, resumed


def _input_files(path: Path | str) -> list[Path]:
    """Return the files that an input consists of; none for standard input."""
    if str(path) == STANDARD_INPUT:
        return []
    place = Path(path).resolve()
    return report_paths(place) if place.is_dir() else [place]


def _fingerprint(path: Path, rules: str | None, columns: tuple[str, ...]) -> dict[str, object]:
    """Return what the rows of a run depend on, for a rerun to know whether it may resume."""
    stats = [(file.name, file.stat()) for file in _input_files(path)]
    inputs = repr([(name, stat.st_size, stat.st_mtime_ns) for name, stat in stats])
    return {
        "version": version("deepspine"), "rules": _hash_of_rules(rules), "columns": columns, "input": path.name,
        "files": hashlib.sha256(inputs.encode()).hexdigest(), "chunk": CHUNK_REPORTS,
    }  # fmt: skip


def _hash_of_rules(folder: str | None) -> str:
    rooms: list[Traversable] = [files("deepspine.labeling") / "rules"]
    rooms += [] if folder is None else [Path(folder)]
    texts = [
        (file.name, file.read_bytes())
        for room in rooms
        for file in sorted(room.iterdir(), key=lambda file: file.name)
        if file.name.endswith(".yaml")
    ]
    return hashlib.sha256(repr(texts).encode()).hexdigest()


@contextmanager
def _pool(workers: int, rules: str | None) -> Iterator[Submit]:
    """Yield a function that starts a chunk, here or in one of `workers` processes, and returns its result later."""
    if workers <= 1:
        yield lambda job: partial(label_chunk, job)
        return
    load_lexicon(rules)  # before the processes divide, so that they share it
    start = "fork" if sys.platform == "linux" else "spawn"
    context = multiprocessing.get_context(start)
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=keep_lexicon, initargs=(rules,))
    try:
        yield lambda job: pool.submit(label_chunk, job).result
    except BrokenProcessPool:
        raise InputError(_KILLED) from None
    finally:
        pool.shutdown(cancel_futures=True)


def label_chunk(job: Job) -> Rows:
    """Label one chunk of reports, sorted by report."""
    chunk, rules, with_evidence = job
    labeler = _labeler(rules)
    lines: list[str] = []
    evidence: list[tuple[str, ...]] = []
    failed: list[tuple[str, str]] = []
    for report in sorted(chunk, key=lambda report: report.report_id):
        try:
            found = csv_lines(report.report_id, labeler.raw(report.text))
            evidence += _evidence_rows(report.report_id, labeler.label(report.text)) if with_evidence else ()
        except _FAULTS as error:
            failed.append((report.report_id, _fault(error)))
        else:
            lines += found
    rows = {"labels": "".join(lines), "failed": csv_text(failed, header=None)}
    return rows | {"evidence": csv_text(evidence, header=None)} if with_evidence else rows


def _fault(error: Exception) -> str:
    """Return where the labeler failed, without a word of the text that it failed on."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{type(error).__name__} in {Path(place.filename).name}, line {place.lineno}"
    return f"the labeler failed on this text ({where}): not labelled; please report this, it is a fault of ours"


def csv_lines(report_id: str, found: Mapping[Key, Label]) -> list[str]:
    """Return the rows of a report's labels, as lines of CSV."""
    identity = report_id if _PLAIN(report_id) else csv_text([(report_id,)], header=None).rstrip("\n")
    return [identity + _line_end(key, found[key].bits) for key in sorted(found)]


@lru_cache(maxsize=8192)
def _line_end(key: Key, bits: int) -> str:
    level, finding, side = key
    return f",{LEVELS[level].value},{finding},{SIDES[side].value},{GradeSet(FINDINGS[finding], bits)}\n"


def _evidence_rows(report_id: str, labels: ReportLabels) -> list[tuple[str, ...]]:
    return [
        (report_id, label.level, label.finding, label.side, str(label.grades), str(piece.start), str(piece.end),
         piece.section, piece.rule, f"{label.doubt:.2f}", f"{labels.doubt:.4f}")
        for label in labels.labels
        for piece in label.evidence
    ]  # fmt: skip


def _chunks(reports: Iterator[ReportText]) -> Iterator[list[ReportText]]:
    while chunk := list(islice(reports, CHUNK_REPORTS)):
        yield chunk
