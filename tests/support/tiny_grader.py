"""A grader that is good for nothing but has everything: two parts, calibration, promised sets, known features."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from deepspine.data.crops import get_preset
from deepspine.grading.calibration import LinearCalibration
from deepspine.grading.conformal import ConformalSets, Promise
from deepspine.grading.heads import findings_of
from deepspine.grading.network import GradingNetwork
from deepspine.grading.weights import GraderPart, Promised, save_grader

WIDTH = 32


def tiny_network(findings: Sequence[str], seed: int = 0, *, compare: bool = False) -> GradingNetwork:
    """Return an untrained network whose running statistics are those of standardised crops."""
    torch.manual_seed(seed)
    network = GradingNetwork(findings_of(findings), width=WIDTH, compare=compare).eval()
    if network.comparison is not None:
        # Untrained, it hardly differs from one that does not compare.
        with torch.no_grad():
            for weight in network.comparison.change[-1].parameters():
                weight.mul_(100)
    return network


def tiny_part(name: str, findings: Sequence[str], preset: str, *, compare: bool = False, **about: Any) -> GraderPart:
    """Return a part of one untrained network."""
    options = {"findings": list(findings), "encoder": "small", "width": WIDTH, "ordinal": False}
    options |= {"side_embedding": False, "compare": compare}
    return GraderPart(name, (tiny_network(findings, compare=compare),), options, get_preset(preset), **about)


def write_tiny_grader(folder: Path) -> Path:
    """Write a grader: bulge from "real" pictures and canal stenosis and foramina from phantoms."""
    pictures = tiny_part(
        "pictures",
        ["bulge"],
        "picture",
        inputs=("sagittal_t1", "sagittal_t2"),
        normalise_crops=True,
        trained_on={"bulge": ["sudirman"]},
        calibration={"bulge": LinearCalibration(np.eye(4) / 2, np.zeros(4))},
        conformal={"bulge": Promised(0.1, ConformalSets(Promise.MARGINAL, np.full(4, 0.9), never_empty=True))},
    )
    phantoms = tiny_part(
        "phantoms",
        ["bulge", "canal_stenosis", "foraminal_stenosis"],
        "small",
        trained_on={name: ["phantom"] for name in ("bulge", "canal_stenosis", "foraminal_stenosis")},
    )
    card = {"name": "tiny", "licence": "none", "data": {"sudirman": "invented", "phantom": "deepspine phantom"}}
    save_grader(folder, [pictures, phantoms], card=card)
    return folder
