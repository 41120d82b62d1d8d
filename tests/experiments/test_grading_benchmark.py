"""The grading benchmark on a few samples: every subject has its figure."""

import json

import pytest

from deepspine.cli import main
from deepspine.experiments.benchmarks import grading


def test_every_subject_is_timed_beside_the_plain_network(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(grading, "ENCODERS", ("small",))
    monkeypatch.setattr(grading, "N_SAMPLES", 6)
    assert main(["bench", "grading", "--batch-size", "4", "--rounds", "1", "--json"]) == 0
    figures = json.loads(capsys.readouterr().out)
    found = {(figure["part"], figure["subject"]): figure["value"] for figure in figures}
    assert {("training, cpu", "deepspine small"), ("training, cpu", "torchvision resnet18, plain loop")} <= set(found)
    assert {("grading, cpu", "deepspine small"), ("reading", "samples kept in memory")} <= set(found)
    assert all(value > 0 for value in found.values())
