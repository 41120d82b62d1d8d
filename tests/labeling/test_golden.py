"""Invented reports in many styles: their labels must not drift."""

from pathlib import Path

import pytest

from deepspine.labeling.tables import label_texts

GOLDEN = Path(__file__).parents[1] / "golden" / "labeling"


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*.txt")), ids=lambda path: path.stem)
def test_labels_of_an_invented_report_do_not_drift(path: Path) -> None:
    found = label_texts({path.stem: path.read_text(encoding="utf-8")}).to_csv_text()
    assert found == path.with_suffix(".csv").read_text(encoding="utf-8")
