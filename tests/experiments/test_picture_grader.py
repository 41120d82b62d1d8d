"""The making of the shipped grader: heads left out, honest sets, and a card that names its data."""

import numpy as np
import pytest
import torch

from deepspine.data.findings import FINDINGS
from deepspine.data.grade_sets import GradeSet
from deepspine.experiments.picture_dataset import PRESET
from deepspine.experiments.picture_grader import DATA, learned_notes, make_honest, without_findings
from deepspine.experiments.spider_graded import Variant
from deepspine.grading.inputs import LevelBatch
from deepspine.grading.network import GradingNetwork
from deepspine.grading.told_apart import ToldApart
from deepspine.grading.weights import GraderPart


def part() -> GraderPart:
    torch.manual_seed(0)
    names = ["bulge", "schmorl_node", "modic"]
    network = GradingNetwork([FINDINGS[name] for name in names], encoder="small", width=16).eval()
    options = {"findings": names, "encoder": "small", "width": 16, "ordinal": False, "side_embedding": False}
    trained_on = {name: ["spider"] for name in names}
    return GraderPart("pictures", (network,), options, PRESET, usual_size=True, trained_on=trained_on)


def test_a_part_without_a_finding_answers_for_the_others_as_before() -> None:
    whole = part()
    smaller = without_findings(whole, ["schmorl_node"])
    batch = LevelBatch(
        torch.randn(2, 2, 1, 64, 80), torch.zeros(2, 1, 16, 16)[:, None], torch.tensor([[True, True, False]] * 2),
        torch.tensor([3, 4]), {},
    )  # fmt: skip
    with torch.inference_mode():
        before, after = whole.networks[0](batch), smaller.networks[0](batch)
    assert set(after) == {"bulge", "modic"} == set(smaller.trained_on)
    assert all(torch.allclose(before[name], after[name], atol=1e-5) for name in after)
    assert smaller.options["findings"] == ["bulge", "modic"]


@pytest.mark.parametrize("name", ["pfirrmann", "modic"])
def test_sets_are_compatible_with_experts_at_the_promised_rate(name: str) -> None:
    rng = np.random.default_rng(0)
    n_grades = len(FINDINGS[name].scale)
    scores = rng.normal(scale=2.0, size=(3000, n_grades))
    p = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    allowed = np.eye(n_grades, dtype=bool)[[rng.choice(n_grades, p=one) for one in p]]
    _, promised, row = make_honest(ToldApart.every_grade(FINDINGS[name]), p[:1500], allowed[:1500], alpha=0.1)
    masks = promised.sets.masks(p[1500:])
    assert (masks & allowed[1500:]).any(axis=1).mean() > 0.87
    assert row["covered"] >= 0.9
    assert row["log loss calibrated"] <= row["log loss"] + 0.001


def test_sets_of_a_finding_of_which_presence_alone_was_taught_are_made_of_presences() -> None:
    rng = np.random.default_rng(1)
    bulge = FINDINGS["bulge"]
    told = ToldApart.by_labels(bulge, [GradeSet.of(bulge, "none"), GradeSet.present(bulge)])
    present = rng.uniform(size=2000)
    degrees = rng.dirichlet(np.ones(3), size=2000)
    p = np.column_stack([1 - present, present[:, None] * degrees])
    there = rng.uniform(size=2000) < present
    allowed = np.column_stack([~there, *[there] * 3])
    calibration, promised, row = make_honest(told, p, allowed, alpha=0.1)
    assert calibration.weights.shape == (2, 2)
    assert row["told apart"] == 2
    assert row["mean set"] <= 2
    better = calibration.transform(told.summed(p))
    assert abs(better[:, 1] - present).mean() < 0.05
    assert promised.sets.masks(better).shape == (2000, 2)


def test_every_source_has_its_attribution() -> None:
    assert all("CC BY 4.0" in text and "doi" in text for text in DATA.values())


def test_notes_are_named_where_a_network_learned_them_even_before() -> None:
    variants = {
        "both": Variant(notes=True), "later": Variant(start="both"), "alone": Variant(start="chance"),
        "after": Variant(start="notes"),
    }  # fmt: skip
    assert [name for name in variants if learned_notes(name, variants)] == ["both", "later", "after"]
