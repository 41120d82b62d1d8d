"""From the files of an archive to its series: headers that are new or changed are read, the others recalled."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterator
from functools import partial
from itertools import count, islice
from pathlib import Path

from deepspine.data.dicom.archive_index import ArchiveIndex
from deepspine.data.dicom.discovery import DICOMDIR, Candidate, check_exists, find_candidates
from deepspine.data.dicom.grouping import series_of
from deepspine.data.dicom.header_reading import read_headers
from deepspine.data.dicom.header_store import HeaderStore
from deepspine.data.dicom.header_text import from_text
from deepspine.data.dicom.series_spool import Row, SeriesSpool, spooled
from deepspine.data.dicom.work_sharing import WorkSharing
from deepspine.data.errors import InputError
from deepspine.data.rejects import Rejects

SERIES_BATCH = 8
"""Series formed at a time: 10 ms of work."""


def scan_archive(
    root: Path,
    *,
    workers: int,
    rejects: Rejects,
    headers: Path | None = None,
    advance: Callable[[int], None] | None = None,
) -> ArchiveIndex:
    """Read the headers of an archive and form its series; see `index_archive`."""
    check_exists(root)
    if root.is_file() and root.name.upper() == DICOMDIR:
        root = root.parent
    folder = root if root.is_dir() else root.parent
    store = HeaderStore(headers, root=root)
    spool = SeriesSpool()
    with WorkSharing(workers) as sharing, store.explained():
        n_files = _fill(store, root, folder, sharing, rejects, advance or (lambda _: None))
        for path, reason in store.rejected():
            rejects.add(path, reason)
        for rows, strays in sharing.map(partial(_form_series, folder), _batched(store.headers_by_series())):
            spool.add(rows)
            for path, reason in strays:
                rejects.add(path, reason)
    if not len(spool):
        raise InputError(_nothing_found(root, n_files, store.passed_over(), rejects))
    return ArchiveIndex(folder, spool, store.passed_over(), n_files)


def _fill(
    store: HeaderStore,
    root: Path,
    folder: Path,
    sharing: WorkSharing,
    rejects: Rejects,
    advance: Callable[[int], None],
) -> int:
    """Bring the store to what the archive holds now; returns the number of files, those that were not opened too."""
    places: deque[int] = deque()
    counter, unopened = count(), count()

    def refused(path: str, reason: object) -> None:
        next(unopened)
        rejects.add(path, reason)

    def unknown() -> Iterator[Candidate]:
        for candidate in find_candidates(root, reject=refused):
            place = next(counter)
            if store.recall(candidate, place):
                advance(1)
            else:
                places.append(place)
                yield candidate

    for outcome in read_headers(folder, unknown(), sharing=sharing):
        store.add(outcome, places.popleft())
        advance(1)
    store.forget_missing()
    return next(counter) + next(unopened)


def _batched(series: Iterator[list[str]]) -> Iterator[list[list[str]]]:
    while batch := list(islice(series, SERIES_BATCH)):
        yield batch


def _form_series(folder: Path, batch: list[list[str]]) -> tuple[list[Row], list[tuple[str, str]]]:
    """Form the series of some series UIDs from their headers as text; returns them and what was left out."""
    strays: list[tuple[str, str]] = []

    def note(path: str, reason: object) -> None:
        strays.append((path, str(reason)))

    rows = [
        spooled(series)
        for headers in batch
        for series in series_of([from_text(header) for header in headers], root=folder, reject=note)
    ]
    return rows, strays


def _nothing_found(root: Path, n_files: int, passed_over: dict[str, int], rejects: Rejects) -> str:
    if n_files == 0:
        return f"{root} holds no DICOM files; give the folder, zip or tar file of the studies"
    reasons = [f"{n} x {reason}" for reason, n in Counter(passed_over).most_common(2)]
    reasons += [f"{n} x {reason}" for reason, n in Counter(row[1] for row in rejects.rows).most_common(2)]
    return f"{root} holds no MR series in {n_files} files ({'; '.join(reasons)}); give the folder of the studies"
