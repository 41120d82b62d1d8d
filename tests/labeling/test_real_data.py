"""Scores on real and invented reports with gold labels; only where the data is given."""

import csv
from pathlib import Path

import pytest

from deepspine.data.findings import FINDINGS
from deepspine.labeling.tables import label_texts

FLOORS = {"sudirman": ("notes", 0.99), "graded": ("reports", 0.97), "transcribed": ("reports", 0.93)}


def micro_f1(folder: Path, name: str, kind: str) -> float:
    with (folder / f"{name}_{kind}.csv").open(encoding="utf-8", newline="") as file:
        texts = {row["report_id"]: row["text"] for row in csv.DictReader(file)}
    wanted = set((folder / f"{name}_gold_ids.txt").read_text(encoding="utf-8").split())
    with (folder / f"{name}_gold.csv").open(encoding="utf-8", newline="") as file:
        gold = {
            tuple(row[c] for c in ("report_id", "level", "finding", "side")): row["grades"]
            for row in csv.DictReader(file)
        }
    found = {row[:4]: row[4] for row in label_texts({i: texts[i] for i in wanted}).rows() if FINDINGS[row[2]].core}
    settled = {key: grades for key, grades in gold.items() if grades != "?"}
    kept = {key: grades for key, grades in found.items() if gold.get(key) != "?"}
    right = sum(kept.get(key) == grades for key, grades in settled.items())
    return 2 * right / (len(kept) + len(settled))


@pytest.mark.parametrize("name", FLOORS)
def test_the_scores_hold(real_data: Path, name: str) -> None:
    kind, floor = FLOORS[name]
    assert micro_f1(real_data / "reports", name, kind) >= floor
