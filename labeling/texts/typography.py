"""Signs that writers set around numbers, sides and degrees: "Grade-1", "type (II)", "(L) foramen", "mild-mod. bulge".

Like markup, they are blanked out without moving any character.
"""

from __future__ import annotations

import re

_NUMBERED = re.compile(
    r"\b((?:grade|gr|type|modic|stage)s?) ?- ?(?=(?:[1-5]|i{1,3}|iv|v)(?![a-z\d]|[.-]\d))", re.IGNORECASE
)
"""A number that a hyphen ties to its scale."""

_BRACKETED_NUMBER = re.compile(
    r"\b((?:grade|type)s? ?)\(((?:[1-5]|i{1,3}|iv|v)(?:[-/](?:[1-5]|i{1,3}|iv|v))?)\)", re.IGNORECASE
)
_BRACKETED_SIDE = re.compile(
    r"(?<!\d )(?<!\d)\((l|r|lt|rt|left|right)\)"
    r"(?= {1,3}(?!and\b|or\b|with\b|but\b|at\b|is\b|are\b)(?:[a-z]{2}|[ls]\d))",
    re.IGNORECASE,
)
"""A side in brackets before the noun that it belongs to: "(L) lateral recess", not "foramen (L) and"."""

_SHORT_MODERATE = re.compile(
    r"(?i:(?<=mild-)|(?<=mild - )|(?<=mild to )|(?<=mild/))(?i:mod)\.|\b(?i:mod)\.(?=-| ?(?:to |and |or )?"
    r"(?:sev|marked|central|canal|right|left|[rlRL][ ,]|rt|lt|bilat|spinal))"
)
"""Short for "moderate" beside another degree, side or site; its stop ends no sentence."""


_LEVEL = r"\b[LTDS]\d{1,2} ?[-/] ?[LS]?\d{1,2}"
_DASHED = re.compile(rf"({_LEVEL}) - (?=[a-z])")
_DASHED_LIST = re.compile(rf"{_LEVEL} - [a-z][^.;,\n]*(?:,(?: and)? ?{_LEVEL} - [a-z][^.;,\n]*)+")
"""Levels of one list, a dash between each and its value: "L3-4 - mild, L4-5 - severe"."""


_DOTTED_REGION = re.compile(r"\b([CDTL])\.(?=(?: and [CDTL]\.)? ?SPINE\b)", re.IGNORECASE)
"""A part of the spine with a stop: "C.SPINE MRI", "MRI of the L. spine", which ends no sentence."""

_SHORT_SIDE = re.compile(
    r"\b([lr]t)\.(?= ?(?:exit|foram|neural|thecal|para|postero|side|nerve|lateral|recess|[ls]\d))", re.IGNORECASE
)
"""Short for a side before its noun; its stop ends no sentence."""

_RULED_HEADING = re.compile(r"^([ =*#]*)([A-Z][A-Za-z /]{2,30}?) ?([=*#]{3,}) *$", re.MULTILINE)
_DASHED_HEADING = re.compile(r"^( *(?:FINDINGS|IMPRESSION|CONCLUSION|OPINION|SUMMARY) )-(?= *$)", re.MULTILINE)
"""Headings between rules, or with a dash at their end: "=== IMPRESSION ===", "IMPRESSION -"."""

_STARS = re.compile(r"\*{2,}|_{2,}(?=[A-Za-z])|(?<=[A-Za-z:])_{2,}")
"""Marks of bold text around headings: "**L4-L5:**"."""


def without_ties(text: str) -> str:
    """Blank out such signs.

    Examples
    --------
    >>> without_ties("Modic type-1, grade (II), (L) recess, mild-mod. stenosis")
    'Modic type 1, grade  II ,  L  recess, mild-mod  stenosis'
    """
    if "**" in text or "__" in text:
        text = _STARS.sub(lambda marks: " " * len(marks[0]), text)
    if "." in text:
        text = _SHORT_SIDE.sub(r"\1 ", _DOTTED_REGION.sub(r"\1 ", text))
    if "===" in text or "###" in text:
        text = _RULED_HEADING.sub(_headed, text)
    if "-" in text:
        text = _NUMBERED.sub(_untied, _DASHED_HEADING.sub(r"\1:", text))
    if text.count(" - ") > 1:
        text = _DASHED_LIST.sub(lambda found: _DASHED.sub(r"\1   ", found[0]), text)
    if "(" in text:
        text = _BRACKETED_NUMBER.sub(r"\1 \2 ", text)
        text = _BRACKETED_SIDE.sub(r" \1 ", text)
    if "od." in text:
        text = _SHORT_MODERATE.sub(lambda short: f"{short[0][:-1]} ", text)
    return text


def _headed(match: re.Match[str]) -> str:
    return f"{' ' * len(match[1])}{match[2]}:".ljust(len(match[0]))


def _untied(match: re.Match[str]) -> str:
    return match[1].ljust(len(match[0]))
