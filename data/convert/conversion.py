"""What a conversion leaves behind: tables that `build` reads, and the commands that come next."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deepspine.data.errors import InputError
from deepspine.data.frames import LEVELS_FILE, LevelFrame
from deepspine.data.provenance import provenance
from deepspine.data.rejects import Rejects
from deepspine.data.whole_files import write_whole

LABELS, LEVELS, INDEX, REPORTS, REJECTS = "labels.csv", "levels", "index.parquet", "reports.csv", "rejects.csv"


@dataclass(frozen=True)
class Conversion:
    """What was converted.

    Attributes
    ----------
    studies, labels, located, reports
        Numbers of studies with pictures, rows of the label table, studies with `levels.json`, report texts.
    considered
        Rows and files looked at, of which `rejects` is a share.
    rejects
        Rows and files left out, with reasons.
    next_commands
        What a user runs next, up to the dataset.
    """

    studies: int
    labels: int
    located: int
    reports: int
    considered: int
    rejects: Rejects
    next_commands: tuple[str, ...]

    def summary(self) -> dict[str, Any]:
        """Return the numbers as plain values."""
        return {
            "studies": self.studies,
            "labels": self.labels,
            "located": self.located,
            "reports": self.reports,
            "rejected": len(self.rejects),
            "next": list(self.next_commands),
        }


def require_layout(source: Path, names: Sequence[str]) -> None:
    """Check that a folder holds the files and folders of a published dataset.

    Raises
    ------
    InputError
        When one is missing; the message names the first.
    """
    if not source.is_dir():
        raise InputError(f"no folder {source}; check the spelling of the path")
    for name in names:
        if not (source / name).exists():
            raise InputError(f"{source}: holds no {name}; expected {', '.join(names)}, unpacked as published")


def write_levels(folder: Path, study: str, frames: Sequence[LevelFrame], *, source: str) -> None:
    """Write the frames of one study where `build` looks for them, whole or not at all."""
    place = folder / study
    place.mkdir(parents=True, exist_ok=True)
    ordered = sorted(frames, key=lambda frame: frame.level)
    values = {"made_by": provenance(), "source": source, "levels": [frame.to_json() for frame in ordered]}
    write_whole(place / LEVELS_FILE, json.dumps(values, indent=1) + "\n")
