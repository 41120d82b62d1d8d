"""The most memory that a process has held."""

from __future__ import annotations

import sys
from pathlib import Path
from resource import RUSAGE_SELF, getrusage


def own_peak_mb() -> float:
    """Return the most memory that this process has held; what it was forked from counts in `getrusage`, not here."""
    status = Path("/proc/self/status")
    if not status.is_file():
        per_mb = 1024**2 if sys.platform == "darwin" else 1024  # macOS counts bytes
        return getrusage(RUSAGE_SELF).ru_maxrss / per_mb
    (line,) = [line for line in status.read_text(encoding="utf-8").splitlines() if line.startswith("VmHWM:")]
    return int(line.split()[1]) / 1024
