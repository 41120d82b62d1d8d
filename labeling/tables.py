"""Tables of reports in, label tables out: streaming, on several workers, resumable, the same bytes every time.

The input is cut into chunks of a fixed number of reports; each chunk becomes a part file beside the output, written
whole or not at all. A run that was killed finds its finished parts and does only the rest; at the end the parts are
merged into one sorted table. Chunks do not depend on the number of workers, so neither does the output.
"""

from __future__ import annotations

import csv
import hashlib
import heapq
import json
import multiprocessing
import shutil
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache, partial
from importlib.metadata import version
from itertools import islice
from pathlib import Path

from deepspine.data.errors import InputError
from deepspine.data.findings import FINDINGS
from deepspine.data.grade_sets import GradeSet
from deepspine.data.label_table import COLUMNS, LabelKey, LabelTable
from deepspine.data.rejects import Rejects
from deepspine.labeling.aggregation import Key, Label
from deepspine.labeling.level_mentions import LEVELS
from deepspine.labeling.lexicon import load_lexicon
from deepspine.labeling.pipeline import SIDES, Labeler, ReportLabels
from deepspine.labeling.refusal import reason_to_refuse
from deepspine.labeling.report_files import STANDARD_INPUT, ReportText, read_reports

CHUNK_REPORTS = 500
WAITING_PER_WORKER = 3
"""Chunks that may wait for a worker: enough to keep it busy, few enough to keep memory constant."""
MOST_OPEN_PARTS = 200
"""Parts merged at once: systems allow a process 256 open files at the least (macOS)."""

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


def label_texts(texts: Sequence[str] | Mapping[str, str], *, rules: str | None = None) -> LabelTable:
    """Label texts in memory.

    Parameters
    ----------
    texts
        By report id; a plain sequence gets the ids "1", "2", ...
    rules
        Folder of a site's own rules.

    Examples
    --------
    >>> print(label_texts(["L5-S1: no herniation."]).to_csv_text(), end="")
    report_id,level,finding,side,grades
    1,L5-S1,herniation,,none
    """
    named = texts if isinstance(texts, Mapping) else {str(n): text for n, text in enumerate(texts, start=1)}
    labeler = _labeler(rules)
    labels: dict[LabelKey, GradeSet] = {}
    for report_id, text in named.items():
        for (level, finding, side), label in labeler.raw(text).items():
            key = LabelKey(report_id, LEVELS[level], finding, SIDES[side])
            labels[key] = GradeSet(FINDINGS[finding], label.bits)
    return LabelTable(labels)


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
    """Label a file or folder of reports into a label table, with `OUT`'s rejects beside it.

    Parameters
    ----------
    path
        CSV or Parquet file, folder of .txt files, or "-" for CSV on standard input.
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
    InputError
        When the input is missing or lacks a column.
    TooManyRejectsError
        When more was rejected than allowed; all output is written before.
    """
    out = Path(out)
    run = _Run(path, out, id_column, text_column, rules, evidence)
    rejects = Rejects()
    chunks = _chunks(_accepted(run.reports(), rejects, rules))
    tell = advance or (lambda n: None)
    reports = resumed = 0
    waiting: deque[tuple[int, int, Callable[[], Result]]] = deque()

    def finish(most: int) -> None:
        while len(waiting) > most:
            number, count, result = waiting.popleft()
            run.write_part(number, *result())
            tell(count)

    with _pool(workers, rules) as submit:
        for number, chunk in enumerate(chunks):
            reports += len(chunk)
            run.parts += 1
            if run.done(number):
                resumed += len(chunk)
                tell(len(chunk))
                continue
            waiting.append((number, len(chunk), submit((chunk, run.rules, run.evidence is not None))))
            finish(WAITING_PER_WORKER * workers if workers > 1 else 0)
        finish(0)
    labels = run.merge()
    rejects_path = out.parent / "rejects.csv"
    rejects.write(rejects_path)
    rejects.check_share(reports + len(rejects), allowed=max_reject_share, path=rejects_path)
    return LabelRun(reports, labels, len(rejects), resumed, rejects_path)


Job = tuple[list[ReportText], "str | None", bool]
Result = tuple[list[tuple[str, ...]], list[tuple[str, ...]]]
Submit = Callable[[Job], Callable[[], Result]]


@contextmanager
def _pool(workers: int, rules: str | None) -> Iterator[Submit]:
    """Yield a function that starts a chunk, here or in one of `workers` processes, and returns its result later."""
    if workers <= 1:
        yield lambda job: partial(label_chunk, job)
        return
    with multiprocessing.get_context("spawn").Pool(workers, initializer=load_lexicon, initargs=(rules,)) as pool:
        yield lambda job: pool.apply_async(label_chunk, (job,)).get


def label_chunk(job: Job) -> Result:
    """Label one chunk: rows of the label table and of the evidence, sorted by report."""
    chunk, rules, with_evidence = job
    labeler = _labeler(rules)
    rows: list[tuple[str, ...]] = []
    evidence: list[tuple[str, ...]] = []
    for report in sorted(chunk, key=lambda report: report.report_id):
        found = labeler.raw(report.text)
        for key in sorted(found):
            row = (report.report_id, *row_of(key, found[key]))
            rows.append(row)
        if with_evidence:
            evidence += _evidence_rows(report.report_id, labeler.label(report.text))
    return rows, evidence


def _evidence_rows(report_id: str, labels: ReportLabels) -> list[tuple[str, ...]]:
    return [
        (report_id, label.level, label.finding, label.side, str(label.grades), str(piece.start), str(piece.end),
         piece.section, piece.rule, f"{label.doubt:.2f}", f"{labels.doubt:.4f}")
        for label in labels.labels
        for piece in label.evidence
    ]  # fmt: skip


@lru_cache(maxsize=8192)
def _row(level: int, finding: str, side: int, bits: int) -> tuple[str, str, str, str]:
    return LEVELS[level].value, finding, SIDES[side].value, str(GradeSet(FINDINGS[finding], bits))


def row_of(key: Key, label: Label) -> tuple[str, str, str, str]:
    """Return level, finding, side and grades as text."""
    return _row(*key, label.bits)


def _accepted(reports: Iterator[ReportText], rejects: Rejects, rules: str | None) -> Iterator[ReportText]:
    lexicon = load_lexicon(rules)
    seen: set[int] = set()
    for report in reports:
        identity = hash(report.report_id)
        if not report.report_id or report.report_id.isspace():
            rejects.add(report.source, "no report id")
        elif identity in seen:
            rejects.add(report.source, "report id stands twice; the first is kept")
        else:
            seen.add(identity)
            reason = reason_to_refuse(report.text, lexicon)
            if reason is None:
                yield report
            else:
                rejects.add(report.source, reason)


def _chunks(reports: Iterator[ReportText]) -> Iterator[list[ReportText]]:
    while chunk := list(islice(reports, CHUNK_REPORTS)):
        yield chunk


class _Run:
    """The folder of parts of one run, and its merging."""

    def __init__(
        self,
        path: Path | str,
        out: Path,
        id_column: str,
        text_column: str,
        rules: str | None,
        evidence: Path | str | None,
    ) -> None:
        self.path = path
        self.out = out
        self.columns = (id_column, text_column)
        self.rules = rules
        self.evidence = None if evidence is None else Path(evidence)
        self.parts = 0
        self.folder = out.parent / f"{out.name}.parts"
        out.parent.mkdir(parents=True, exist_ok=True)
        reports = read_reports(path, id_column=id_column, text_column=text_column)
        self._first = next(reports, None)
        self._rest = reports
        self._prepare()

    def reports(self) -> Iterator[ReportText]:
        if self._first is not None:
            yield self._first
        yield from self._rest

    def _prepare(self) -> None:
        manifest = self.folder / "manifest.json"
        wanted = json.dumps(self._fingerprint(), sort_keys=True)
        if str(self.path) == STANDARD_INPUT or not manifest.is_file() or manifest.read_text(encoding="utf-8") != wanted:
            shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True, exist_ok=True)
        _write_whole(manifest, wanted)

    def _fingerprint(self) -> dict[str, object]:
        path = Path(self.path)
        stat = path.stat() if path.exists() else None
        lexicon = load_lexicon(self.rules)
        digest = hashlib.sha256(repr([(rule.id, rule.phrases) for rule in lexicon.rules]).encode()).hexdigest()
        return {
            "version": version("deepspine"), "rules": digest, "columns": self.columns, "input": path.name,
            "bytes": stat.st_size if stat else 0, "changed": stat.st_mtime_ns if stat else 0,
            "chunk": CHUNK_REPORTS, "evidence": self.evidence is not None,
        }  # fmt: skip

    def _part(self, number: int, kind: str) -> Path:
        return self.folder / f"{kind}-{number:07d}.csv"

    def done(self, number: int) -> bool:
        return self._part(number, "labels").is_file()

    def write_part(self, number: int, rows: list[tuple[str, ...]], evidence: list[tuple[str, ...]]) -> None:
        from deepspine.data.label_table import csv_text

        if self.evidence is not None:
            _write_whole(self._part(number, "evidence"), csv_text(evidence, EVIDENCE_COLUMNS))
        _write_whole(self._part(number, "labels"), csv_text(rows))

    def merge(self) -> int:
        """Merge the parts into the output, sorted by report; returns the number of labels."""
        count = self._merge_kind("labels", self.out, COLUMNS)
        if self.evidence is not None:
            self._merge_kind("evidence", self.evidence, EVIDENCE_COLUMNS)
        shutil.rmtree(self.folder)
        return count

    def _merge_kind(self, kind: str, target: Path, header: tuple[str, ...]) -> int:
        count = 0
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = target.with_name(f".{target.name}.new")
        paths = [self._part(n, kind) for n in range(self.parts)]
        if target.suffix != ".parquet" and _in_order(paths):
            count = _join(paths, temporary, header)
            temporary.replace(target)
            return count
        while len(paths) > MOST_OPEN_PARTS:
            paths = self._merge_some(paths)
        rows = heapq.merge(*map(_rows, paths), key=lambda row: row[0])
        if target.suffix == ".parquet":
            count = _write_parquet(temporary, rows, header)
        else:
            with temporary.open("w", encoding="utf-8", newline="") as file:
                writer = csv.writer(file, lineterminator="\n")
                writer.writerow(header)
                for row in rows:
                    writer.writerow(row)
                    count += 1
        temporary.replace(target)
        return count

    def _merge_some(self, paths: list[Path]) -> list[Path]:
        """Merge parts in groups, in their order, into fewer."""
        merged = []
        for start in range(0, len(paths), MOST_OPEN_PARTS):
            group = paths[start : start + MOST_OPEN_PARTS]
            target = group[0].with_name(f"merged-{group[0].name}")
            rows = heapq.merge(*map(_rows, group), key=lambda row: row[0])
            with target.open("w", encoding="utf-8", newline="") as file:
                writer = csv.writer(file, lineterminator="\n")
                writer.writerow(COLUMNS)  # the header is skipped when the file is read again
                writer.writerows(rows)
            merged.append(target)
        return merged


def _in_order(paths: list[Path]) -> bool:
    """Whether the parts, one behind the other, are sorted by report already."""
    last = ""
    for path in paths:
        lines = path.read_text(encoding="utf-8").splitlines()[1:]
        if any('"' in line for line in (lines[:1] + lines[-1:])):
            return False
        if lines:
            first = lines[0].partition(",")[0]
            if first < last:
                return False
            last = lines[-1].partition(",")[0]
    return True


def _join(paths: list[Path], target: Path, header: tuple[str, ...]) -> int:
    """Write sorted parts one behind the other; returns the number of rows."""
    count = 0
    with target.open("w", encoding="utf-8", newline="") as file:
        file.write(",".join(header) + "\n")
        for path in paths:
            _, _, rows = path.read_text(encoding="utf-8").partition("\n")
            count += rows.count("\n")
            file.write(rows)
    return count


def _rows(path: Path) -> Iterator[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        next(rows, None)
        yield from rows


def _write_parquet(path: Path, rows: Iterator[list[str]], header: tuple[str, ...]) -> int:
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema([(name, pa.string()) for name in header])
    count = 0
    with pq.ParquetWriter(path, schema) as writer:
        while batch := list(islice(rows, 50_000)):
            count += len(batch)
            columns = [list(column) for column in zip(*batch, strict=True)]
            writer.write_table(pa.table(columns, schema=schema))
    return count


def _write_whole(path: Path, text: str) -> None:
    """Write a file so that it is there whole or not at all."""
    temporary = path.with_name(f".{path.name}.new")
    try:
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(path)
    except OSError as error:
        raise InputError(f"{path}: cannot be written: {error.strerror}; give another place with --out") from None
