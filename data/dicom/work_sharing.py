"""One piece of work after another, in this process and others, with results in order.

This process works too whenever its helpers have enough to do: two workers are this process and one helper. Helpers get
work once they have started, so that the second they take to start delays nothing.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from types import TracebackType
from typing import TypeVar

from deepspine.data.errors import InputError

Piece = TypeVar("Piece")
Result = TypeVar("Result")

PIECES_ALONE = 16
"""Pieces done before helpers are started: small archives are done by then, in less time than a start takes."""
PIECES_AHEAD = 4
"""Pieces that wait for each helper, so that none is idle while this process does a piece of its own."""
MOST_PENDING = 256
"""Results that wait for an earlier one; bounds memory whatever the size of the archive."""
_KILLED = "a worker process was killed, perhaps for want of memory; run again with fewer --workers"


class WorkSharing:
    """Workers that live as long as the `with` block.

    Parameters
    ----------
    workers
        Processes, this one among them.
    """

    def __init__(self, workers: int) -> None:
        self._n_helpers = max(workers - 1, 0)
        self._pool: ProcessPoolExecutor | None = None
        self._started: Future[int] | None = None
        self._n_alone = 0

    def map(self, work: Callable[[Piece], Result], pieces: Iterable[Piece]) -> Iterator[Result]:
        """Yield the results of all pieces, in their order for any number of workers.

        Parameters
        ----------
        work
            A function that other processes can import, or a `partial` of one.

        Raises
        ------
        InputError
            When a helper was killed.
        """
        pending: deque[Future[Result]] = deque()
        for piece in pieces:
            pending.append(self._begin(work, piece, waiting=sum(not one.done() for one in pending)))
            while pending and (pending[0].done() or len(pending) >= MOST_PENDING):
                yield _result(pending.popleft())
        while pending:
            yield _result(pending.popleft())

    def _begin(self, work: Callable[[Piece], Result], piece: Piece, *, waiting: int) -> Future[Result]:
        """Hand a piece to a helper, or do it here when all have enough."""
        if self._pool is not None and self._started is not None and self._started.done():
            if waiting < self._n_helpers * PIECES_AHEAD:
                return self._submit(self._pool, work, piece)
        elif self._n_helpers and self._pool is None:
            self._n_alone += 1
            if self._n_alone > PIECES_ALONE:
                self._start_helpers()
        future: Future[Result] = Future()
        future.set_result(work(piece))
        return future

    def _submit(self, pool: ProcessPoolExecutor, work: Callable[[Piece], Result], piece: Piece) -> Future[Result]:
        try:
            return pool.submit(work, piece)
        except BrokenProcessPool:
            raise InputError(_KILLED) from None

    def _start_helpers(self) -> None:
        # Threads of numerical libraries do not survive a fork.
        self._pool = ProcessPoolExecutor(self._n_helpers, mp_context=get_context("spawn"))
        self._started = self._pool.submit(_import_what_reading_needs)

    def __enter__(self) -> WorkSharing:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool is not None and self._started is not None:
            # Helpers that are still starting hold nothing; they end when they have.
            self._pool.shutdown(wait=self._started.done(), cancel_futures=True)


def _result(future: Future[Result]) -> Result:
    try:
        return future.result()
    except BrokenProcessPool:
        raise InputError(_KILLED) from None


def _import_what_reading_needs() -> int:
    """Pay for the slow imports (pydicom's dictionaries) before the first piece comes."""
    from deepspine.data.dicom import grouping, header_reading

    return len((grouping, header_reading))
