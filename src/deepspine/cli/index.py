"""`deepspine index`."""

from __future__ import annotations


def index() -> None:
    """To come."""
