"""Where in a level's crops the evidence for a grade lies: integrated gradients (Sundararajan 2017), by captum.

A map says how much each pixel adds to the odds of the finding, counted from a crop of even grey: positive where the
picture speaks for it. It shows what the network used, which need not be what a radiologist would look at.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from deepspine.data.findings import Side, get_finding
from deepspine.grading.heads import target_name
from deepspine.grading.inputs import AXIAL_INPUTS, INPUT_NAMES, SAGITTAL_INPUTS, LevelBatch
from deepspine.grading.network import GradingNetwork
from deepspine.grading.weights import GraderPart

STEPS = 8
"""Points on the way from even grey to the picture. Maps add up to the odds within 3 % then (real and phantom levels,
trained networks), which is better than an eye can tell."""
BRANCHES = ("sagittal", "axial")
"""Of the network, in the order of their crops in a batch."""
BLUR_MM = 2.0
"""Width (deviation) of the smoothing of maps: single pixels of a gradient mean nothing."""

EvidenceMap = Mapping[str, NDArray[np.float32]]
"""For each input that is there, the evidence for the finding in each voxel `[slice, row, column]` of its crop."""


@dataclass(frozen=True)
class Spot:
    """Where evidence is strongest: input and slice of its crop, and the share of all evidence in that slice."""

    input_name: str
    slice_index: int
    share: float


def evidence_map(
    part: GraderPart, level: LevelBatch, finding: str, side: Side = Side.MIDLINE, *, steps: int = STEPS
) -> EvidenceMap:
    """Return what speaks for a finding at a level.

    Parameters
    ----------
    part
        The part of the grader that answered; maps of its networks are averaged.
    level
        A batch of one, or of a whole study, the level first, for networks that compare.
    finding, side
        What is explained: the odds of any grade but none, for scales without none those of the most probable grade.
    steps
        Points of the integral.

    Returns
    -------
    Smoothed evidence in log odds a voxel by input, negative where the picture speaks against the finding.
    """
    maps = [_attributed(network, level, finding, side, steps) for network in part.networks]
    found: dict[str, NDArray[np.float32]] = {}
    for index, name in enumerate(INPUT_NAMES):
        if not bool(level.present[0, index]):
            continue
        branch, channel = _place_of(name)
        mean = np.mean([one[branch][channel] for one in maps], axis=0)
        found[name] = _blurred(mean, part.preset.spec_of(name).spacing_mm)
    return found


def strongest(evidence: EvidenceMap) -> Spot:
    """Return the slice with the most evidence for the finding."""
    sums = {name: np.maximum(values, 0).sum(axis=(1, 2)) for name, values in evidence.items()}
    total = sum(float(values.sum()) for values in sums.values()) or 1.0
    name = max(sums, key=lambda one: float(sums[one].max()))
    index = int(sums[name].argmax())
    return Spot(name, index, float(sums[name][index]) / total)


def finding_odds(scores: Tensor, grade: int | None) -> Tensor:
    """Return the log odds of a finding's grade against the rest, or, without one, of any grade but the first.

    Shapes: (levels, grades) to (levels,)
    """
    index = 0 if grade is None else grade
    rest = torch.cat([scores[:, :index], scores[:, index + 1 :]], dim=1).logsumexp(1)
    odds: Tensor = scores[:, index] - rest
    return -odds if grade is None else odds


def _attributed(
    network: GradingNetwork, level: LevelBatch, finding: str, side: Side, steps: int
) -> dict[str, NDArray[np.float64]]:
    """Return integrated gradients by branch, (channels, slices, rows, columns) each."""
    from captum.attr import IntegratedGradients

    n_sagittal = len(SAGITTAL_INPUTS)
    there = {"sagittal": bool(level.present[0, :n_sagittal].any()), "axial": bool(level.present[0, n_sagittal:].any())}
    branches = [name for name, present in there.items() if present]
    target = target_name((finding, side))
    grade: int | None = None
    if get_finding(finding).absent is None:
        with torch.inference_mode():
            grade = int(network(level)[target][0].argmax())

    def odds(*crops: Tensor) -> Tensor:
        n = len(crops[0])
        given = dict(zip(branches, crops, strict=True))
        changed = {name: given.get(name, getattr(level, name)[:1].expand(n, -1, -1, -1, -1)) for name in BRANCHES}
        return finding_odds(_scores_beside_others(network, level, changed)[target][:n], grade)

    crops = tuple(getattr(level, name)[:1].clone() for name in branches)
    found = IntegratedGradients(odds).attribute(crops, n_steps=steps)
    return {name: values[0].detach().double().numpy() for name, values in zip(branches, found, strict=True)}


def _scores_beside_others(
    network: GradingNetwork, level: LevelBatch, changed: Mapping[str, Tensor]
) -> dict[str, Tensor]:
    """Return scores of changed crops of a study's first level, each beside the study's other levels as they are.

    Parameters
    ----------
    changed
        By branch.
        *Shape:* (n, channels, slices, rows, columns)

    Returns
    -------
    By target; the first n rows are those of the changed level.
    """
    n, others = len(changed["sagittal"]), list(range(1, len(level.level)))
    each_once, each_beside_all = [0] * n + others, [0] * n + others * n
    sagittal, axial = (torch.cat([changed[name], getattr(level, name)[1:]]) for name in BRANCHES)
    once = level._replace(
        sagittal=sagittal, axial=axial, present=level.present[each_once], level=level.level[each_once]
    )
    # The others are encoded once and compared with each change.
    rows = [*range(n), *list(range(n, n + len(others))) * n]
    encoded = network.encode(once).rows(rows)
    study = torch.cat([torch.arange(n), torch.arange(n).repeat_interleave(len(others))])
    beside = once._replace(present=level.present[each_beside_all], level=level.level[each_beside_all], study=study)
    return network.answer(beside, encoded)


def _place_of(input_name: str) -> tuple[str, int]:
    if input_name in SAGITTAL_INPUTS:
        return "sagittal", SAGITTAL_INPUTS.index(input_name)
    return "axial", AXIAL_INPUTS.index(input_name)


def _blurred(values: NDArray[np.float64], spacing_mm: NDArray[np.floating]) -> NDArray[np.float32]:
    from scipy.ndimage import gaussian_filter

    sigma = (0.0, BLUR_MM / float(spacing_mm[1]), BLUR_MM / float(spacing_mm[2]))
    return np.asarray(gaussian_filter(values, sigma), dtype=np.float32)
