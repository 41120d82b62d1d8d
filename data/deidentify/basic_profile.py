"""The tags of the Basic Application Level Confidentiality Profile (DICOM PS3.15 2026c, Table E.1-1).

`basic_profile.csv` is the table: group, element, keyword (empty for tags newer than the dictionary), action. Actions:
X remove, Z empty or replace, D replace, U replace consistently; `X/Z` and the like leave a choice.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

CURVE_GROUPS, OVERLAY_GROUPS = 0x5000, 0x6000
REPEATING_MASK = 0xFF00
OVERLAY_TEXTS = frozenset({0x3000, 0x4000})
"""Groups 50xx are curves, retired; of the overlays 60xx the profile removes data and comments. Both may spell names."""

KEPT_WITH_MODIFIED_DATES = frozenset({
    "StudyDate", "SeriesDate", "AcquisitionDate", "ContentDate",
    "StudyTime", "SeriesTime", "AcquisitionTime", "ContentTime", "AcquisitionDateTime",
})  # fmt: skip
"""Dates of the examination, kept shifted (option Retain Longitudinal Temporal Information with Modified Dates)."""
KEPT_AS_PSEUDONYM = frozenset({"PatientID", "PatientName", "AccessionNumber", "StudyID"})
CLEANED = "SeriesDescription"
"""Kept as far as its words are those of sequences (option Clean Descriptors): it may be all that tells a weighting."""
DUMMIES = {"ContrastBolusAgent": "CONTRAST"}
"""What a value is replaced with, where its being there says something: contrast was given, but not which."""


@cache
def _actions() -> dict[int, str]:
    return {int(group + element, 16): action for group, element, _, action in profile_rows()}


def profile_rows() -> list[tuple[str, str, str, str]]:
    """Return the rows of the table: group, element, keyword, action."""
    text = files("deepspine.data.deidentify").joinpath("basic_profile.csv").read_text(encoding="utf-8")
    rows = [tuple(line.split(",")) for line in text.splitlines()[1:]]
    return [(group, element, keyword, action) for group, element, keyword, action in rows]


def action_of(tag: int) -> str:
    """Return what the profile does with a tag, empty when the profile does not name it.

    Examples
    --------
    >>> action_of(0x00100010), action_of(0x00280010), action_of(0x60023000)
    ('Z', '', 'X')
    """
    group = tag >> 16 & REPEATING_MASK
    if group == CURVE_GROUPS or (group == OVERLAY_GROUPS and tag & 0xFFFF in OVERLAY_TEXTS):
        return "X"
    return _actions().get(int(tag), "")
