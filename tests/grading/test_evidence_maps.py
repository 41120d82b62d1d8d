"""Evidence lies where the picture was altered, and taking it away takes the grade away."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from spot_training import picked, spot_levels, trained_on_spots

from deepspine.data.findings import Side
from deepspine.grading.evidence_maps import evidence_map, finding_odds, strongest
from deepspine.grading.inputs import LevelBatch
from deepspine.grading.network import GradingNetwork
from deepspine.grading.weights import GraderPart

SPOT = (slice(14, 18), slice(14, 18))
"""Rows and columns of the canal's spot on axial crops."""
FORAMEN = {Side.RIGHT: (0, 6), Side.LEFT: (4, 25)}
"""Sagittal slice and axial column of a foramen's spots."""


@pytest.fixture(scope="module")
def spots(make_dataset: Callable[..., Path]) -> tuple[GraderPart, LevelBatch]:
    """Return a trained part, and levels that it did not see."""
    dataset = make_dataset(100)
    return trained_on_spots(dataset), spot_levels(dataset, "test")


def severe(levels: LevelBatch, target: str) -> LevelBatch:
    """Return the first level of a batch whose target is moderate or severe, alone."""
    index = int(levels.allowed[target][:, 2:].any(1).float().argmax())
    return picked(levels, torch.tensor([index]))


def severe_ones(levels: LevelBatch, target: str) -> list[LevelBatch]:
    found = torch.nonzero(levels.allowed[target][:, 2:].any(1)).flatten()
    return [picked(levels, index[None]) for index in found[:6]]


def test_evidence_for_a_narrow_canal_lies_in_its_spot(spots: tuple[GraderPart, LevelBatch]) -> None:
    part, levels = spots
    found = [evidence_map(part, level, "canal_stenosis") for level in severe_ones(levels, "canal_stenosis")]
    assert all(set(evidence) == {"sagittal_t2", "axial_t2"} for evidence in found)
    for evidence in found:
        glow = np.maximum(evidence["axial_t2"], 0)
        assert glow.shape == (2, 32, 32)
        near = glow[:, 11:21, 11:21].sum() / glow.sum()
        assert near > 3 * (10 / 32) ** 2, "three times as much as if it lay anywhere"


@pytest.mark.parametrize("side", [Side.LEFT, Side.RIGHT])
def test_evidence_for_a_foramen_lies_on_its_own_side(spots: tuple[GraderPart, LevelBatch], side: Side) -> None:
    part, levels = spots
    own, other = FORAMEN[side][0], FORAMEN[Side(side).mirrored][0]
    sums = np.zeros(5)
    for level in severe_ones(levels, f"foraminal_stenosis/{side.value}"):
        evidence = evidence_map(part, level, "foraminal_stenosis", side)
        sums += np.maximum(evidence["sagittal_t2"][:, 10:22, 10:22], 0).sum(axis=(1, 2))
        axial = np.maximum(evidence["axial_t2"][:, 12:20], 0).sum(axis=(0, 1))
        column, mirrored = FORAMEN[side][1], FORAMEN[Side(side).mirrored][1]
        assert axial[column - 3 : column + 4].sum() > axial[mirrored - 3 : mirrored + 4].sum()
    assert sums[own] > sums[other]


def test_hiding_what_is_lit_changes_the_odds_more_than_hiding_as_much_elsewhere(
    spots: tuple[GraderPart, LevelBatch],
) -> None:
    part, levels = spots
    network = part.networks[0]
    for level in severe_ones(levels, "canal_stenosis"):
        lit = evidence_map(part, level, "canal_stenosis")["axial_t2"]
        order = np.argsort(lit.ravel())
        changes = []
        for chosen in (order[-60:], np.random.default_rng(0).permutation(order[:-60])[:60]):
            hidden = level.axial.clone()
            hidden.view(-1)[torch.from_numpy(chosen.copy())] = 0.0
            with torch.inference_mode():
                before, after = (
                    float(finding_odds(network(one)["canal_stenosis"], None))
                    for one in (level, level._replace(axial=hidden))
                )
            changes.append(abs(before - after))
        assert changes[0] > 3 * changes[1]


def test_the_strongest_slice_is_the_one_with_most_that_speaks_for_the_finding() -> None:
    against = np.zeros((3, 8, 8), np.float32)
    against[0] = -5.0
    against[2, 2, 2] = 1.0
    spot = strongest({"sagittal_t2": against, "axial_t2": np.full((2, 8, 8), 0.01, np.float32)})
    assert (spot.input_name, spot.slice_index) == ("sagittal_t2", 2)
    assert spot.share == pytest.approx(1 / 2.28)


def test_an_input_that_is_missing_has_no_map(spots: tuple[GraderPart, LevelBatch]) -> None:
    part, levels = spots
    level = severe(levels, "canal_stenosis")._replace(present=torch.tensor([[False, True, False]]))
    assert set(evidence_map(part, level, "canal_stenosis")) == {"sagittal_t2"}


def test_evidence_sums_to_the_odds_against_an_even_crop(spots: tuple[GraderPart, LevelBatch]) -> None:
    """Completeness of integrated gradients."""
    part, levels = spots
    level = severe(levels, "canal_stenosis")
    even = level._replace(sagittal=torch.zeros_like(level.sagittal), axial=torch.zeros_like(level.axial))
    with torch.inference_mode():
        odds = [float(finding_odds(part.networks[0](one)["canal_stenosis"], None)) for one in (level, even)]
    total = sum(float(values.sum()) for values in evidence_map(part, level, "canal_stenosis", steps=100).values())
    assert total == pytest.approx(odds[0] - odds[1], rel=0.1)


def test_evidence_of_a_level_that_is_compared_is_what_changes_beside_the_others(
    spots: tuple[GraderPart, LevelBatch],
) -> None:
    part, levels = spots
    torch.manual_seed(0)
    options = {**part.options, "compare": True}
    network = GradingNetwork(part.findings, **{key: one for key, one in options.items() if key != "findings"}).eval()
    network.load_state_dict({**network.state_dict(), **part.networks[0].state_dict()})
    comparing = replace(part, networks=(network,), options=options)
    study = picked(levels, torch.tensor([0, 1, 2]))._replace(study=torch.zeros(3, dtype=torch.long))
    even = study._replace(sagittal=study.sagittal.clone(), axial=study.axial.clone())
    even.sagittal[0], even.axial[0] = 0.0, 0.0
    with torch.inference_mode():
        before, after = (float(finding_odds(network(one)["canal_stenosis"], None)[0]) for one in (study, even))
    found = evidence_map(comparing, study, "canal_stenosis", steps=100)
    assert sum(float(values.sum()) for values in found.values()) == pytest.approx(before - after, rel=0.1)
