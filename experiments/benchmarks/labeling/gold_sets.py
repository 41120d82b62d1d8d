"""Sets of reports with gold labels: NAME_reports.csv or NAME_notes.csv, NAME_gold.csv and NAME_gold_ids.txt."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from deepspine.data.csv_rows import read_rows
from deepspine.data.errors import InputError
from deepspine.data.label_scores import LabelScore, score_labels
from deepspine.data.label_table import LabelTable


@dataclass(frozen=True)
class GoldSet:
    """Reports and what readers say of them.

    Attributes
    ----------
    name
        As in the file names.
    texts
        By report id; those that were read.
    gold
        Labels on which the readers agree; those that they left open count neither way.
    """

    name: str
    texts: dict[str, str]
    gold: LabelTable

    def score(self, predicted: LabelTable) -> LabelScore:
        """Compare a label table with the gold, core findings."""
        counted = LabelTable({key: grades for key, grades in predicted.items() if key not in self.gold.unsettled})
        return score_labels(counted, self.gold, report_ids=self.texts)


def read_gold_sets(folder: Path) -> list[GoldSet]:
    """Read all sets of a folder.

    Raises
    ------
    InputError
        When the folder holds no such set, or a set lacks one of its files.
    """
    sets = [_read(path, path.stem.removesuffix("_gold")) for path in sorted(folder.glob("*_gold.csv"))]
    if not sets:
        raise InputError(f"{folder}: no gold labels; expected NAME_gold.csv, NAME_gold_ids.txt and NAME_reports.csv")
    return sets


def _read(path: Path, name: str) -> GoldSet:
    ids = path.with_name(f"{name}_gold_ids.txt")
    if not ids.is_file():
        raise InputError(f"{ids}: no such file; it must list the reports that were read, one a line")
    wanted = set(ids.read_text(encoding="utf-8").split())
    texts = {report_id: text for report_id, text in _texts(path.parent, name) if report_id in wanted}
    missing = wanted - texts.keys()
    if missing:
        raise InputError(f"{ids}: {len(missing)} of its reports have no text, the first is {min(missing)}")
    return GoldSet(name, texts, LabelTable.read(path))


def _texts(folder: Path, name: str) -> Iterator[tuple[str, str]]:
    path = next((p for kind in ("notes", "reports") if (p := folder / f"{name}_{kind}.csv").is_file()), None)
    if path is None:
        raise InputError(f"{folder}: no {name}_reports.csv beside {name}_gold.csv")
    for _, row in read_rows(path, ["report_id", "text"], kind="a table of reports"):
        yield row["report_id"], row["text"]
