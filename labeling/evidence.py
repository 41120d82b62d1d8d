"""Where a label comes from."""

from __future__ import annotations

from typing import NamedTuple


class Evidence(NamedTuple):
    """A piece of the original text behind a label.

    Attributes
    ----------
    start, end
        Characters in the original text, end exclusive.
    section
        `findings`, `impression` or `addendum`.
    rule
        Identity of the rule that found it.
    """

    start: int
    end: int
    section: str
    rule: str
