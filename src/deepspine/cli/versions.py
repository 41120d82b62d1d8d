"""What `deepspine --version` prints: code, weights and rules."""

from __future__ import annotations

import hashlib
import json
from importlib.metadata import version
from importlib.resources import files


def describe_versions() -> str:
    """Return one line each for the code, the rules of the labeler and the shipped weights."""
    lines = [f"deepspine {version('deepspine')}", f"rules     {_rules_digest()}"]
    for room in ("segmentation", "grading"):
        card = files("deepspine") / room / "weights" / "model.json"
        name = json.loads(card.read_text(encoding="utf-8"))["name"] if card.is_file() else "none shipped"
        lines.append(f"weights   {room}: {name}")
    return "\n".join(lines)


def _rules_digest() -> str:
    rules = files("deepspine") / "labeling" / "rules"
    digest = hashlib.sha256()
    for file in sorted(rules.iterdir(), key=lambda file: file.name):
        if file.name.endswith(".yaml"):
            digest.update(file.read_bytes())
    return digest.hexdigest()[:12]
