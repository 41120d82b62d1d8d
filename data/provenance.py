"""Who made a derived file: version, command and inputs, without a clock, so that equal runs give equal bytes."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path
from typing import Any


def provenance(inputs: Iterable[Path | str] = (), **extra: Any) -> dict[str, Any]:
    """Return version, command line and input names, to be stored as `made_by` in a derived file's metadata.

    Input names are file names only: paths may hold identifiers.
    """
    command = " ".join(["deepspine", *sys.argv[1:2]])
    return {
        "software": f"deepspine {version('deepspine')}",
        "command": command,
        "inputs": sorted(Path(path).name for path in inputs),
        **extra,
    }
