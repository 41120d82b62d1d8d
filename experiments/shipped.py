"""Weights of the package that experiments start from."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path


def segmentation_weights() -> Path:
    """Return the shipped segmentation's `model.safetensors`."""
    return Path(str(files("deepspine.segmentation") / "weights" / "model.safetensors"))


def detection_weights() -> Path:
    """Return the shipped detector's `model.safetensors`."""
    return Path(str(files("deepspine.segmentation") / "detection" / "weights" / "model.safetensors"))
