"""The demo as a list of commands: what a user would type, one after the other, each timed and logged."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from deepspine.data.errors import DeepspineError

POLL_S = 0.2


@dataclass(frozen=True)
class Stage:
    """One command of the demo.

    Attributes
    ----------
    name
        What it does, for the progress bar and the page.
    arguments
        Of the command line, without `deepspine`.
    expected_s
        Seconds on two cores; only the progress bar believes it.
    """

    name: str
    arguments: tuple[str, ...]
    expected_s: float

    @property
    def command(self) -> str:
        """The command as a user would type it."""
        return " ".join(("deepspine", *self.arguments))


def run_stage(stage: Stage, log: Path, advance: Callable[[float], None]) -> float:
    """Run one stage in a process of its own; return the seconds that it took.

    Parameters
    ----------
    stage
        What to run.
    log
        Receives all that the command prints.
    advance
        Called with expected seconds gained, `stage.expected_s` in sum.

    Raises
    ------
    DeepspineError
        When the command fails; the message holds its last line and names the log.
    """
    start = time.monotonic()
    shown = 0.0
    with log.open("w", encoding="utf-8") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "deepspine", *stage.arguments], stdout=file, stderr=subprocess.STDOUT
        )
        try:
            while process.poll() is None:
                time.sleep(POLL_S)
                now = min(time.monotonic() - start, stage.expected_s)
                advance(now - shown)
                shown = now
        finally:
            process.kill()
    if process.returncode != 0:
        last = (log.read_text(encoding="utf-8").strip() or "nothing was printed").splitlines()[-1]
        raise DeepspineError(f"{stage.name} failed (exit code {process.returncode}): {last}; the whole log is {log}")
    advance(stage.expected_s - shown)
    return time.monotonic() - start
