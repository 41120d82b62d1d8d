"""One way to show progress: a bar on a terminal, a line now and then elsewhere; always on standard error."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

LINE_EVERY_S = 10.0
"""How often a run without a terminal says how far it is."""

Advance = Callable[[float], None]


@contextmanager
def progress(what: str, total: int | None = None) -> Iterator[Advance]:
    """Show progress of a task; yields a function that takes the number of items done since its last call.

    Parameters
    ----------
    what
        What is being done, such as `"label reports"`. Never an identifier or text of a patient.
    total
        Number of items, when it is known.
    """
    if sys.stderr.isatty():
        with _bar(what, total) as advance:
            yield advance
    else:
        yield _lines(what, total)


@contextmanager
def _bar(what: str, total: int | None) -> Iterator[Advance]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(what, total=total)
        yield lambda n: bar.advance(task, n)


def _lines(what: str, total: int | None) -> Advance:
    done, said = 0.0, -1
    last = time.monotonic()

    def advance(n: float) -> None:
        nonlocal done, last, said
        done += n
        now = time.monotonic()
        if (now - last >= LINE_EVERY_S and int(done) > said) or (total is not None and done >= total > said):
            last, said = now, int(done)
            sys.stderr.write(f"{what}: {done:.0f}{'' if total is None else f' of {total}'}\n")

    return advance
