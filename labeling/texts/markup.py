"""Markup, spelt-out line ends and look-alike characters: what stands between a report's words and its reader.

Everything here preserves length: markup is blanked out, not cut, so that offsets of tokens are offsets of the original.
"""

from __future__ import annotations

import re

NEWLINE = "\n"

_MARKUP = ("<", "\\", "~", "&", "//", "_x00", "_X00")
_TAG = re.compile(r"</?[a-zA-Z][^<>\n]{0,200}>")
_BLOCK_TAG = re.compile(r"</?(?:br|p|div|li|ul|ol|tr|h\d|table)\b", re.IGNORECASE)
_ESCAPED_TAG = re.compile(
    r"&(?:amp;)?lt;(/?(?:br|p|div|li|ul|ol|t[rdh]|table|h\d|b|i|u|em|strong|font|span)\b[^<>\n]{0,80}?)&(?:amp;)?gt;",
    re.IGNORECASE,
)
_CELL_TAG = re.compile(r"</?t[dh]\b", re.IGNORECASE)
_ENTITY = re.compile(r"&(#?\w{1,8});")
_CR, _LF = r"(?:_x000d_|&#(?:13|x0?d);)", r"(?:_x000a_|&#(?:10|x0?a);)"
_CODED_LINE_END = re.compile(rf"{_CR}(?:\r?\n|{_LF})?|{_LF}", re.IGNORECASE)
_CODED_LETTER = re.compile(r"\\{1,2}u((?:00|2[0-2])[0-9a-fA-F]{2})")
_ESCAPE = re.compile(r"\\{1,2}(?:r\\{1,2}n|[rnt])")
_TELLS_ESCAPES = re.compile(r"\\[rn](?![a-z]{2}|\\)")
"""An escaped line end that is no slash between words ("left\\right"): a dump of JSON or SQL, so that all others are."""

_HL7 = re.compile(r"\\\.(?:br|sp|in|ti|fi|nf|ce|sk)[+\-\d]*\\|\\X0[AD]\\|\\[HNFSTRE]\\", re.IGNORECASE)
_RTF = re.compile(r"\\(par|line|pard|tab)\b[ ]?|\\[a-z]+-?\d*[ ]?|\\'[0-9a-f]{2}|\\\*")
_RTF_TABLE = re.compile(r"\{\\(?:fonttbl|colortbl|stylesheet|info)(?:[^{}]|\{[^{}]*\}){0,4000}\}")
_TABLE_HEAD = re.compile(
    r"^[ ]*(?:(?:disc |disk |spinal )?(?:levels?|segments?)(?:(?: {2,}|\t)[^\s|]+(?: [^\s|]+)*){2,}"
    r"|(?:feature|finding|parameter|structure)(?:(?: {2,}|\t)[LT]\d[^\s|]*){2,})[ ]*$",
    re.IGNORECASE | re.MULTILINE,
)
_COLUMN_GAP = re.compile(r"(?<=\S)(?: {2,}|[ ]*\t[ \t]*)(?=\S)")
_LEVEL_TILDE = re.compile(r"(?<=[LlSs]\d)~(?=[LlSs]?\d ?:)")
_CONTINUING = "".join(bytes([byte]).decode("cp1252", errors="ignore") for byte in range(0x80, 0xC0)) + "\x80-\x9f"
_MISREAD = re.compile(f"[\u00c2\u00c3][{_CONTINUING}]|\u00e2[{_CONTINUING}]{{2}}")
"""Characters that were one dash, quotation mark or letter: UTF-8 that was read as cp1252 or Latin-1."""

_WEIGHTED = re.compile(r"(?<=\b[tT][12])(?:-?[wW][iI]?|[- ][wW]eighted)\b")
"""What says no more behind T1 and T2 than that a picture is meant: "T2W", "T2-weighted"."""

_GIVEN = re.compile(r"(?:(?<=[A-Za-z])|(?<=[-/LSls]\d))( ?)=(?= ?(?:[A-Za-z]|[\d.]+ ?[cm]m))")
"""A sign that gives a part or level its value, as a colon does: "canal = mild", "L4-5=normal"."""

_SLASHES = re.compile(r"/{2,}\.?")
_ENTITIES = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "ndash": "-", "mdash": "-", "apos": "'", "minus": "-"}

_TRANSLATION = str.maketrans(
    {
        "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2014": "-", "\u2212": "-", "_": "-",
        "\u2018": "'", "\u2019": "'", "\u00b4": "'", "`": "'", "\u201c": '"', "\u201d": '"', "\u00a0": " ",
        "\u2009": " ", "\u202f": " ", "\ufeff": " ", "\r": "\n", "\t": " ", "\u2022": "*", "\u25cf": "*",
        "\u00b7": "*", "\u25aa": "*", "\u21d2": "\u2192", "\u27f6": "\u2192", "\u2794": "\u2192",
        "\x0b": "\n", "\x0c": "\n", "\u2028": "\n", "\u2029": "\n", "\u2026": ".", "\u00d7": "x", "\u2227": " ",
        "\u00c2": " ", "\u00ad": " ", "\u200b": " ",
    }
)  # fmt: skip

_VERTEBRAL_BODY = re.compile(r"\b([HBLS])WK ?(\d)")
_REGION = {"H": "C", "B": "T", "L": "L", "S": "S"}
"""German for the vertebral bodies: "LWK 4/5" is L4/5."""


def normalise(text: str) -> str:
    r"""Blank out markup and fold look-alike characters without moving any character.

    Examples
    --------
    >>> normalise("L4-5:<br/>bulge")
    'L4-5:\n    bulge'
    >>> normalise("No bulge~L5-S1")
    'No bulge\nL5-S1'
    >>> normalise("No bulge_x000D_L5-S1")
    'No bulge      \nL5-S1'
    >>> normalise("LWK 5/SWK 1")
    '   L5/   S1'
    """
    if any(sign in text for sign in _MARKUP):
        text = _without_markup(text)
    if "\r" in text:
        text = text.replace("\r\n", " \n")
    if ("  " in text or "\t" in text) and _TABLE_HEAD.search(text):
        text = _with_bars(text)
    if not text.isascii():
        text = _MISREAD.sub(_read_rightly, text)
    if "T2" in text or "T1" in text:
        text = _WEIGHTED.sub(_blank, text)
    if "WK" in text:
        text = _VERTEBRAL_BODY.sub(lambda body: (_REGION[body[1]] + body[2]).rjust(len(body[0])), text)
    if "=" in text:
        text = _GIVEN.sub(r"\1:", text)
    if not text.isascii() or "_" in text or "\t" in text or "\r" in text:
        text = text.translate(_TRANSLATION)
    return text


def _with_bars(text: str) -> str:
    """Put a bar between the columns of a table that is set with spaces or tabs, down to the next blank line."""
    lines = text.split(NEWLINE)
    within = False
    for number, line in enumerate(lines):
        within = bool(line.strip()) and (within or _TABLE_HEAD.match(line) is not None)
        if within:
            lines[number] = _COLUMN_GAP.sub(lambda gap: "|".ljust(len(gap.group())), line)
    return NEWLINE.join(lines)


def _without_markup(text: str) -> str:
    if "\\" in text:
        if text.lstrip().startswith("{\\rtf"):
            text = _RTF_TABLE.sub(_blank, text)
            text = _RTF.sub(_rtf, text)
            text = text.replace("{", " ").replace("}", " ")
        else:
            text = _HL7.sub(_line_end, _without_escapes(text))
    if "&#" in text or "_x00" in text or "_X00" in text:
        text = _CODED_LINE_END.sub(_line_end_behind, text)
    if "&" in text:
        text = _ESCAPED_TAG.sub(_escaped_tag, text)
    if "<" in text:
        text = _TAG.sub(_tag, text)
    if "&" in text:
        text = _ENTITY.sub(_entity, text)
    if "~" in text:
        text = _LEVEL_TILDE.sub("-", text).replace("~", NEWLINE)
    if "//" in text:
        text = _SLASHES.sub(_line_end, text)
    return text


def _without_escapes(text: str) -> str:
    r"""Undo the escapes of a text that was written as a string of JSON or SQL: `\n`, `\r\n`, `\u2013`."""
    text = _CODED_LETTER.sub(_coded_letter, text)
    return _ESCAPE.sub(_escape, text) if _TELLS_ESCAPES.search(text) else text


def _blank(match: re.Match[str]) -> str:
    return " " * len(match.group())


def _read_rightly(match: re.Match[str]) -> str:
    """Read characters as the bytes that they were: "\u00e2\u20ac\u201c" as an en dash."""
    raw = b"".join(char.encode("cp1252" if ord(char) > 0xFF else "latin-1") for char in match.group())
    return raw.decode("utf-8", errors="replace").ljust(len(match.group()))


def _line_end(match: re.Match[str]) -> str:
    return NEWLINE + " " * (len(match.group()) - 1)


def _line_end_behind(match: re.Match[str]) -> str:
    """Leave the blanks at the end of the line before: what follows begins its line."""
    return NEWLINE.rjust(len(match.group()))


def _escape(match: re.Match[str]) -> str:
    return "\t".ljust(len(match.group())) if match.group().endswith("t") else _line_end_behind(match)


def _coded_letter(match: re.Match[str]) -> str:
    return chr(int(match.group(1), base=16)).ljust(len(match.group()))


def _escaped_tag(match: re.Match[str]) -> str:
    return f"<{match.group(1)}>".ljust(len(match.group()))


def _rtf(match: re.Match[str]) -> str:
    return _line_end(match) if match.group(1) in ("par", "line") else _blank(match)


def _tag(match: re.Match[str]) -> str:
    if _BLOCK_TAG.match(match.group()):
        return _line_end(match)
    if _CELL_TAG.match(match.group()):
        return "|" + " " * (len(match.group()) - 1)
    return _blank(match)


def _entity(match: re.Match[str]) -> str:
    return _ENTITIES.get(match.group(1).lower(), " ").ljust(len(match.group()))
