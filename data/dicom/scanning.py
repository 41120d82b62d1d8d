"""Reading the headers of a whole archive, in one process or many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import islice
from multiprocessing import get_context
from pathlib import Path

from deepspine.data.dicom.archive_index import ArchiveIndex
from deepspine.data.dicom.discovery import DICOMDIR, Candidate, find_candidates, open_candidate
from deepspine.data.dicom.grouping import series_of
from deepspine.data.dicom.headers import Instance, NotForUsError, read_instance
from deepspine.data.dicom.spool import Spool
from deepspine.data.errors import DeepspineError, InputError
from deepspine.data.rejects import Rejects

BATCH = 64
"""Files handed to a worker at a time."""
BATCHES_AHEAD = 4
"""Batches in flight for each worker; bounds memory whatever the size of the archive."""

Outcome = Instance | tuple[str, str, bool]
"""A header, or path, reason, and whether the file is sound but not for us."""


def scan_archive(
    root: Path, *, workers: int, rejects: Rejects, advance: Callable[[int], None] | None = None
) -> ArchiveIndex:
    """Read all headers of an archive and form its series; see `index_archive`."""
    if root.is_file() and root.name.upper() == DICOMDIR:
        root = root.parent
    folder = root if root.is_dir() else root.parent
    passed_over: Counter[str] = Counter()
    n_files = 0
    spool = Spool()
    for outcome in read_headers(root, workers=workers, rejects=rejects):
        n_files += 1
        if advance is not None:
            advance(1)
        if isinstance(outcome, Instance):
            spool.add_instance(outcome)
        elif outcome[2]:
            passed_over[outcome[1]] += 1
        else:
            rejects.add(outcome[0], outcome[1])
    for instances in spool.instances_by_series():
        for series in series_of(instances, root=folder, reject=rejects.add):
            spool.add_series(series)
    if not len(spool):
        raise InputError(_nothing_found(root, n_files, passed_over, rejects))
    return ArchiveIndex(folder, spool, dict(sorted(passed_over.items())), n_files)


def read_headers(root: Path, *, workers: int, rejects: Rejects) -> Iterator[Outcome]:
    """Yield an outcome for every candidate of an archive, in the archive's order for any number of workers."""
    candidates = find_candidates(root, reject=rejects.add)
    folder = root if root.is_dir() else root.parent
    if workers <= 1:
        yield from (_outcome(folder, candidate) for candidate in candidates)
        return
    read = partial(_outcomes, folder)
    # Threads of numerical libraries do not survive a fork.
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        pending = [pool.submit(read, batch) for batch in islice(_batched(candidates), workers * BATCHES_AHEAD)]
        batches = _batched(candidates)
        while pending:
            yield from pending.pop(0).result()
            pending.extend(pool.submit(read, batch) for batch in islice(batches, 1))


def _batched(candidates: Iterator[Candidate]) -> Iterator[list[Candidate]]:
    while batch := list(islice(candidates, BATCH)):
        yield batch


def _outcomes(folder: Path, batch: list[Candidate]) -> list[Outcome]:
    return [_outcome(folder, candidate) for candidate in batch]


def _outcome(folder: Path, candidate: Candidate) -> Outcome:
    try:
        with open_candidate(folder / candidate.path) as stream:
            return read_instance(stream, path=candidate.path, size=candidate.size)
    except NotForUsError as error:
        return (candidate.path, str(error), True)
    except (DeepspineError, OSError) as error:
        return (candidate.path, str(error), False)


def _nothing_found(root: Path, n_files: int, passed_over: Counter[str], rejects: Rejects) -> str:
    if n_files == 0:
        return f"{root} holds no DICOM files; give the folder, zip or tar file of the studies"
    reasons = [f"{count} x {reason}" for reason, count in passed_over.most_common(2)]
    reasons += [f"{count} x {reason}" for reason, count in Counter(row[1] for row in rejects.rows).most_common(2)]
    return f"{root} holds no MR series in {n_files} files ({'; '.join(reasons)}); give the folder of the studies"
