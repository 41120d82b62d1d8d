"""The parts of a run: each chunk's rows in a file of its own, written whole or not at all, merged at the end."""

from __future__ import annotations

import csv
import heapq
import json
import shutil
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, groupby, islice
from pathlib import Path

from deepspine.data.errors import InputError
from deepspine.data.whole_files import whole_file, write_whole

MOST_OPEN_PARTS = 200
"""Parts merged at once: systems allow a process 256 open files at the least (macOS)."""


class Parts:
    """Finished chunks of a run, in a folder beside its output; a rerun of the same run finds them.

    Parameters
    ----------
    folder
        Where the parts are kept until they are merged.
    fingerprint
        What the parts depend on: those of another fingerprint are thrown away. None when nothing can be resumed.
    targets
        The table that parts of each kind are merged into, with its header.
    kept
        Kinds of rows that are kept for the end of the run, and merged into no table.
    """

    def __init__(
        self,
        folder: Path,
        fingerprint: Mapping[str, object] | None,
        targets: Mapping[str, tuple[Path, tuple[str, ...]]],
        kept: tuple[str, ...] = (),
    ) -> None:
        self.folder = folder
        self.targets = targets
        self._kinds = (*kept, *targets)
        self.count = 0
        manifest = folder / "manifest.json"
        wanted = json.dumps(fingerprint, sort_keys=True)
        if fingerprint is None or not manifest.is_file() or manifest.read_text(encoding="utf-8") != wanted:
            shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True, exist_ok=True)
        self._keep(manifest, wanted)

    def done(self, number: int) -> bool:
        """Whether a chunk is finished: its last kind of rows is there."""
        return self._path(number, self._kinds[-1]).is_file()

    def write(self, number: int, rows: Mapping[str, str]) -> None:
        """Keep the rows of a chunk: CSV text without header, by kind."""
        for kind in self._kinds:
            self._keep(self._path(number, kind), rows[kind])

    def rows(self, kind: str) -> Iterator[list[str]]:
        """Yield the rows of a kind, of all chunks in their order."""
        for number in range(self.count):
            with self._path(number, kind).open(encoding="utf-8", newline="") as file:
                yield from csv.reader(file)

    def merge(self) -> dict[str, int]:
        """Merge the parts into their tables, sorted by report; returns the number of rows of each kind."""
        counts = {kind: self._merge_kind(kind, *target) for kind, target in self.targets.items()}
        shutil.rmtree(self.folder)
        return counts

    def _keep(self, path: Path, text: str) -> None:
        try:
            write_whole(path, text)
        except OSError as error:
            if not self.folder.is_dir():
                raise InputError(f"{self.folder}: another run to this --out has ended; give each an --out") from None
            raise InputError(f"{path}: cannot be written: {error.strerror}; give another place with --out") from None

    def _path(self, number: int, kind: str) -> Path:
        return self.folder / f"{kind}-{number:07d}.csv"

    def _merge_kind(self, kind: str, target: Path, header: tuple[str, ...]) -> int:
        target.parent.mkdir(parents=True, exist_ok=True)
        lines = _merged(_few([self._path(number, kind) for number in range(self.count)]))
        with whole_file(target) as partial:
            if target.suffix == ".parquet":
                return _write_parquet(partial, csv.reader(chain.from_iterable(lines)), header)
            return _write_csv(partial, chain([[",".join(header) + "\n"]], lines)) - 1


def _few(paths: list[Path]) -> list[Path]:
    """Merge parts in groups, in their order, until all can be open at once."""
    while len(paths) > MOST_OPEN_PARTS:
        merged = []
        for start in range(0, len(paths), MOST_OPEN_PARTS):
            group = paths[start : start + MOST_OPEN_PARTS]
            merged.append(group[0].with_name(f"merged-{group[0].name}"))
            _write_csv(merged[-1], _merged(group))
        paths = merged
    return paths


def _merged(paths: list[Path]) -> Iterator[list[str]]:
    """Yield the lines of each report, by report; a report's lines stand together in one part, and parts are sorted."""
    for _, lines in heapq.merge(*map(_reports, paths), key=lambda report: report[0]):
        yield lines


def _reports(path: Path) -> Iterator[tuple[str, list[str]]]:
    with path.open(encoding="utf-8", newline="\n") as file:
        for report_id, lines in groupby(file, key=_report_id):
            yield report_id, list(lines)


def _report_id(line: str) -> str:
    return line.partition(",")[0] if line[0] != '"' else next(csv.reader([line]))[0]


def _write_csv(path: Path, reports: Iterable[list[str]]) -> int:
    """Write lines; returns their number."""
    count = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        for lines in reports:
            file.writelines(lines)
            count += len(lines)
    return count


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
