"""Levels listed below a heading, one a line: "Disc bulges at:", and below it "- L3-4" and "- L4-5"."""

from __future__ import annotations

import re

_LEVEL = r"(?:[LTDS]V?|Th)\d{1,2} ?[-/] ?[LS]?\d{1,2}"
_SIGN = r"(?:[-*]|\d{1,2}[.)])"
_ITEM = rf"\n *{_SIGN}? *(?:at )?{_LEVEL} *[.,;]? *(?=\n|$)"
_ROW = rf"\n *{_LEVEL}(?:(?: *,| *&| and|, and) *{_LEVEL})+ *[.;]? *(?=\n|$)"
_LIST = re.compile(rf"(?<=:) *(?:(?:{_ITEM}){{2,}}|(?<=at:){_ITEM}|{_ROW})", re.IGNORECASE)
"""Behind a heading at least two, since a level alone may be a heading itself; behind "at:" one."""

_FIRST_SIGN = re.compile(rf"\n *{_SIGN}? *")
_END = re.compile(r"[.,;] *(?=\n|$)")


def with_listed_levels(text: str) -> str:
    r"""Return a text of the same length in which such levels stand in the line of their heading, as one enumeration.

    Examples
    --------
    >>> with_listed_levels("Disc bulges:\n- L3-4\n- L4-5\nNo stenosis.")
    'Disc bulges:   L3-4,  L4-5\nNo stenosis.'
    """
    return _LIST.sub(_in_line, text)


def _in_line(match: re.Match[str]) -> str:
    items = _END.sub(_blank, match.group())
    before, *levels = _FIRST_SIGN.split(items)
    signs = [" " * len(sign) for sign in _FIRST_SIGN.findall(items)]
    signs[1:] = [f",{sign[1:]}" for sign in signs[1:]]
    return before + "".join(sign + level for sign, level in zip(signs, levels, strict=True))


def _blank(match: re.Match[str]) -> str:
    return " " * len(match.group())
