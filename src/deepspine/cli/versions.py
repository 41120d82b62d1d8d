"""What `deepspine --version` prints: code, weights and rules."""

from __future__ import annotations

import hashlib
import json
from importlib.metadata import version
from importlib.resources import files
from importlib.resources.abc import Traversable

WEIGHTS = {
    "segmentation": "segmentation/weights",
    "axial": "segmentation/axial_weights",
    "detection": "segmentation/detection/weights",
    "grading": "grading/weights",
    "modic": "grading/modic/weights",
}
"""Folders of the shipped weights by what they are for."""
DIGITS = 12
"""Hex digits that tell one version from another."""


def describe_versions() -> str:
    """Return one line each for the code, the rules of the labeler and the shipped weights."""
    root = files("deepspine")
    lines = [f"deepspine {version('deepspine')}", f"rules     {_rules_digest(root / 'labeling' / 'rules')}"]
    lines += [f"weights   {use}: {_describe_weights(root / folder)}" for use, folder in WEIGHTS.items()]
    return "\n".join(lines)


def _describe_weights(folder: Traversable) -> str:
    """Return the name of weights, and what tells them from those of another training."""
    card, weights = folder / "model.json", folder / "model.safetensors"
    if not card.is_file():
        return "none shipped"
    # Behind a comma the names of networks say how they were trained.
    name = json.loads(card.read_text(encoding="utf-8"))["name"].partition(",")[0]
    return f"{name} {hashlib.sha256(weights.read_bytes()).hexdigest()[:DIGITS]}"


def _rules_digest(folder: Traversable) -> str:
    digest = hashlib.sha256()
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        if file.name.endswith(".yaml"):
            digest.update(file.read_bytes())
    return digest.hexdigest()[:DIGITS]
