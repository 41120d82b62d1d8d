"""`deepspine label`."""

from __future__ import annotations


def label() -> None:
    """To come."""
