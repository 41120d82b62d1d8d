"""What a batch could not use: listed with the reason, never lost."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from deepspine.data.csv_rows import csv_text
from deepspine.data.errors import TooManyRejectsError
from deepspine.data.whole_files import write_whole

COLUMNS = ("source", "reason")


@dataclass
class Rejects:
    """Collects rejected inputs of one run.

    Attributes
    ----------
    rows
        What was rejected (a file, or file and row) and why, in the order met.
    """

    rows: list[tuple[str, str]] = field(default_factory=list)

    def add(self, source: str, reason: object) -> None:
        """Note that `source` was left out because of `reason` (an error or a text)."""
        # Names of files may hold bytes that are no text.
        self.rows.append((_as_text(source), _as_text(" ".join(str(reason).split()))))

    def __len__(self) -> int:
        return len(self.rows)

    def write(self, path: Path) -> None:
        """Write `rejects.csv`, header only when all went well."""
        write_whole(path, csv_text(self.rows, COLUMNS))

    def check_share(self, total: int, *, allowed: float, path: Path | str) -> None:
        """Raise when more than the share `allowed` of `total` inputs was rejected.

        Raises
        ------
        TooManyRejectsError
            Names the list of rejects, so that the user can look.
        """
        if total and len(self) / total > allowed:
            raise TooManyRejectsError(
                f"{len(self)} of {total} inputs were rejected, more than the share {allowed:g} allowed by "
                f"--max-reject-share; the rest is done, the reasons are in {path}"
            )


def _as_text(name: str) -> str:
    return name.encode("utf-8", "backslashreplace").decode("utf-8")
