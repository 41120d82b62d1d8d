"""`deepspine phantom`."""

from __future__ import annotations


def phantom() -> None:
    """To come."""
