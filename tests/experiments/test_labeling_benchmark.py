"""The benchmark runs and its texts are what it says."""

import json
from pathlib import Path

import pytest

from deepspine.cli import main
from deepspine.data.errors import InputError
from deepspine.experiments.benchmarks.labeling.components_study import component_scores
from deepspine.experiments.benchmarks.labeling.corpus import reports
from deepspine.experiments.benchmarks.labeling.gold_sets import read_gold_sets
from deepspine.experiments.benchmarks.labeling.spoilt_layouts import LAYOUTS, layout_scores


def test_benchmark_texts_are_distinct_and_about_200_words() -> None:
    texts = reports(50)
    assert len(set(texts)) == 50
    assert 170 < sum(len(text.split()) for text in texts) / 50 < 240
    assert reports(3, seed=1) == reports(3, seed=1)
    assert reports(3, seed=1) != reports(3, seed=2)


def test_bench_prints_speed_and_shares(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "labeling", "--reports", "5", "--json"]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert figures["deepspine_reports_per_s"] > 0
    assert sum(figures["shares"].values()) == pytest.approx(1.0, abs=0.01)


@pytest.fixture
def gold_folder(tmp_path: Path) -> Path:
    """One set of two invented reports with their gold labels."""
    (tmp_path / "few_reports.csv").write_text(
        "report_id,text\na,L4-5: No herniation. Severe canal stenosis.\nb,L3-4: Mild bulge.\nc,L3-4: not read.\n",
        encoding="utf-8",
    )
    (tmp_path / "few_gold_ids.txt").write_text("a\nb\n", encoding="utf-8")
    (tmp_path / "few_gold.csv").write_text(
        "report_id,level,finding,side,grades\na,L4-L5,canal_stenosis,,severe\na,L4-L5,herniation,,none\n"
        "b,L3-L4,bulge,,mild\nb,L3-L4,degeneration,,?\n",
        encoding="utf-8",
    )
    return tmp_path


def test_a_component_that_is_switched_off_costs_what_it_reads(gold_folder: Path) -> None:
    scores = {name: found["few"] for name, found in component_scores(read_gold_sets(gold_folder))}
    assert scores["nothing"] == 1.0
    assert scores["negation"] == pytest.approx(2 / 3)
    assert scores["sections"] == 1.0
    assert {name: found["few"] for name, found in component_scores(read_gold_sets(gold_folder))} == scores


def test_line_ends_that_are_spelt_out_cost_nothing(gold_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    scores = {name: found["few"] for name, found in layout_scores(read_gold_sets(gold_folder))}
    assert scores["as it came"] == scores[r"\r\n"] == scores["&lt;br&gt;"] == 1.0
    assert main(["bench", "layouts", str(gold_folder)]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert [line[:22].strip() for line in printed[1:]] == list(LAYOUTS)


def test_a_set_of_which_a_report_is_missing_is_told(gold_folder: Path) -> None:
    (gold_folder / "few_gold_ids.txt").write_text("a\nb\nz\n", encoding="utf-8")
    with pytest.raises(InputError, match="1 of its reports have no text, the first is z"):
        read_gold_sets(gold_folder)
