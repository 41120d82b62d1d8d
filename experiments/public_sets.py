"""The public sets of pictures that experiments learn from: how their patients are called, and who made them."""

from __future__ import annotations

SPIDER_PREFIX, SUDIRMAN_PREFIX = "spi-", "sud-"
"""Of patients and their reports, so that those of two sets are not mixed up."""
SPIDER = (
    "SPIDER (pictures and radiological gradings), van der Graaf et al. 2024, doi 10.5281/zenodo.10159290, CC BY 4.0"
)
"""The attribution that the licence asks for."""


def sudirman(used: str) -> str:
    """Return the attribution of Sudirman's pictures and of what was used beside them.

    Examples
    --------
    >>> sudirman("pictures and clinicians' notes")
    "Lumbar Spine MRI Dataset (pictures and clinicians' notes), Sudirman et al., doi 10.17632/k57fr854j2.2, CC BY 4.0"
    """
    return f"Lumbar Spine MRI Dataset ({used}), Sudirman et al., doi 10.17632/k57fr854j2.2, CC BY 4.0"
