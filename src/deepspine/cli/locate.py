"""`deepspine locate`."""

from __future__ import annotations


def locate() -> None:
    """To come."""
