"""A small grader trained in seconds on the spots of `tests/grading/conftest.py`, without Lightning."""

from __future__ import annotations

from pathlib import Path

import torch

from deepspine.data.dataset.manifest import Manifest
from deepspine.data.dataset.shards import stored_samples
from deepspine.grading.heads import findings_of
from deepspine.grading.inputs import LevelBatch, LevelDataset
from deepspine.grading.loss import grading_loss
from deepspine.grading.network import GradingNetwork
from deepspine.grading.weights import GraderPart

FINDINGS = ("canal_stenosis", "foraminal_stenosis")
WIDTH, STEPS, BATCH, RATE = 32, 100, 12, 5e-3


def spot_levels(dataset: Path, split: str) -> LevelBatch:
    """Return all levels of a split as one batch."""
    manifest = Manifest.read(dataset)
    stored = stored_samples(dataset, split, manifest)
    levels = LevelDataset([one.read for one in stored], preset=manifest.preset, findings=findings_of(FINDINGS))
    found = [levels[index] for index in range(len(levels))]
    return LevelBatch(
        sagittal=torch.stack([one.sagittal for one in found]),
        axial=torch.stack([one.axial for one in found]),
        present=torch.stack([one.present for one in found]),
        level=torch.stack([one.level for one in found]),
        allowed={name: torch.stack([one.allowed[name] for one in found]) for name in found[0].allowed},
    )


def trained_on_spots(dataset: Path) -> GraderPart:
    """Train on the split `train`; the same dataset gives the same weights."""
    torch.manual_seed(0)
    network = GradingNetwork(findings_of(FINDINGS), width=WIDTH)
    levels = spot_levels(dataset, "train")
    optimizer = torch.optim.AdamW(network.parameters(), lr=RATE)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=STEPS)
    even = {name: torch.ones(allowed.shape[1]) for name, allowed in levels.allowed.items()}
    for _ in range(STEPS):
        chosen = torch.randint(len(levels.level), (BATCH,))
        loss = grading_loss(network(picked(levels, chosen)), {n: a[chosen] for n, a in levels.allowed.items()}, even)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    options = {"findings": list(FINDINGS), "encoder": "small", "width": WIDTH, "ordinal": False}
    return GraderPart(
        "spots", (network.eval(),), {**options, "side_embedding": False}, Manifest.read(dataset).preset,
        inputs=("sagittal_t2", "axial_t2"),
    )  # fmt: skip


def picked(levels: LevelBatch, index: torch.Tensor) -> LevelBatch:
    """Return some levels of a batch, without labels."""
    return LevelBatch(levels.sagittal[index], levels.axial[index], levels.present[index], levels.level[index], {})
