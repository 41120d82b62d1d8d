"""The benchmark runs and its texts are what it says."""

import json

import pytest

from deepspine.cli import main
from deepspine.labeling.benchmark.corpus import reports


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
