"""The most memory that a process has held."""

from __future__ import annotations

from pathlib import Path
from resource import RUSAGE_SELF, getrusage


def own_peak_mb() -> float:
    """Return the most memory that this process has held; what it was forked from counts in `getrusage`, not here."""
    status = Path("/proc/self/status")
    if not status.is_file():
        return getrusage(RUSAGE_SELF).ru_maxrss / 1024
    (line,) = [line for line in status.read_text(encoding="utf-8").splitlines() if line.startswith("VmHWM:")]
    return int(line.split()[1]) / 1024
