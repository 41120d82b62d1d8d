"""Text to tokens that keep their place in the original text, whatever markup or layout the report came in.

Everything here preserves length: markup is blanked out, not cut, so that offsets of tokens are offsets of the original.
"""

from __future__ import annotations

import re
from functools import cached_property

NEWLINE = "\n"

_MARKUP = ("<", "\\", "~", "&", "//")
_TAG = re.compile(r"</?[a-zA-Z][^<>\n]{0,200}>")
_BLOCK_TAG = re.compile(r"</?(?:br|p|div|li|ul|ol|tr|h\d|table)\b", re.IGNORECASE)
_CELL_TAG = re.compile(r"</?t[dh]\b", re.IGNORECASE)
_ENTITY = re.compile(r"&(#?\w{1,8});")
_HL7 = re.compile(r"\\\.(?:br|sp|in|ti|fi|nf|ce|sk)[+\-\d]*\\|\\X0[AD]\\|\\[HNFSTRE]\\", re.IGNORECASE)
_RTF = re.compile(r"\\(par|line|pard|tab)\b[ ]?|\\[a-z]+-?\d*[ ]?|\\'[0-9a-f]{2}|\\\*")
_RTF_TABLE = re.compile(r"\{\\(?:fonttbl|colortbl|stylesheet|info)(?:[^{}]|\{[^{}]*\}){0,4000}\}")
_TABLE_HEAD = re.compile(
    r"^[ ]*(?:disc |disk |spinal )?(?:levels?|segments?)(?:(?: {2,}|\t)[^\s|]+(?: [^\s|]+)*){2,}[ ]*$",
    re.IGNORECASE | re.MULTILINE,
)
_COLUMN_GAP = re.compile(r"(?<=\S)(?: {2,}|[ ]*\t[ \t]*)(?=\S)")
_LEVEL_TILDE = re.compile(r"(?<=[LlSs]\d)~(?=[LlSs]?\d ?:)")
_SLASHES = re.compile(r"/{2,}\.?")
_ENTITIES = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "ndash": "-", "mdash": "-", "apos": "'", "minus": "-"}

_TRANSLATION = str.maketrans(
    {
        "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2014": "-", "\u2212": "-", "_": "-",
        "\u2018": "'", "\u2019": "'", "\u00b4": "'", "`": "'", "\u201c": '"', "\u201d": '"', "\u00a0": " ",
        "\u2009": " ", "\u202f": " ", "\ufeff": " ", "\r": "\n", "\t": " ", "\u2022": "*", "\u25cf": "*",
        "\u00b7": "*", "\u25aa": "*", "\u21d2": "\u2192", "\u27f6": "\u2192", "\u2794": "\u2192", "\u2264": "<",
        "\x0b": "\n", "\x0c": "\n", "\u2028": "\n", "\u2026": ".", "\u00d7": "x", "\u2227": " ",
    }
)  # fmt: skip

_TOKEN = re.compile(
    r"("
    r"[a-z]{2,}+(?=[ ,:;\n])|[.,;:\n]"  # plain words and marks first: nine tokens of ten
    r"|[a-z]{3,}+(?![^\W_]|['/])"
    r"|(?:at|of|and|the|disc|level|to|in|&)(?=[lds]\d)"
    r"|l\d\.[1-6](?!\d| ?[mc]m)|(?<![^\W_])l-[1-6](?=[-/][ls\d])|(?<=l-\d[-/])[ls]-[1-6](?!\d)"  # L4.5, L-4/L-5
    r"|(?:[cdt]v?\d{1,2}|l[v ]?[.]?\d{1,2}|s\d)(?!\d)"
    r"|\d+(?:\.\d+)?"
    r"|(?:b/l|w/o|w/|r/o|h/o|c/o|s/p|k/c/o)(?![a-z])|w/(?=[a-z])"
    r"|[^\W\d_]+(?:'[^\W\d_]+)?"
    r"|-+>|[()/&+?<>|=*\u2192\u2265]"
    r"|(?<![^\W\d_])-|-(?![^\W\d_]| or | and)"
    r") ?"  # the space behind a token is not looked at again
)
_WRAP_MAX = 130
_WRAP_MIN = 60
_WRAP_LINES = 3
_WRAP_SHORT = 52
_DANGLING = frozenset(
    [
        "a",
        "an",
        "the",
        "of",
        "at",
        "and",
        "or",
        "with",
        "in",
        "on",
        "to",
        "for",
        "from",
        "by",
        "is",
        "are",
        "was",
        "were",
        "no",
        "without",
        "mild",
        "moderate",
        "severe",
        "left",
        "right",
        "which",
        "that",
        "than",
        "as",
        "causing",
        "mildly",
        "slightly",
    ]
)
_ENDING = frozenset(("mild", "moderate", "severe", "left", "right", "mildly", "slightly"))
"""Dangling words that may end a line that is whole: "..., right greater than left" before the next level."""

_HEADED = re.compile(r"[A-Z][\w /&,-]{0,40}:").match
_OPENERS = frozenset(
    [
        "the",
        "no",
        "there",
        "mild",
        "small",
        "diffuse",
        "adequate",
        "central",
        "left",
        "right",
        "rt",
        "lt",
        "features",
        "feature",
        "multilevel",
        "large",
        "disc",
        "wide",
        "broad",
        "moderate",
        "severe",
        "normal",
        "both",
        "neural",
        "spinal",
        "previous",
        "evidence",
        "grade",
    ]
)
_ABBREVIATIONS = frozenset(
    [
        "approx",
        "vs",
        "lig",
        "ant",
        "sag",
        "ax",
        "cf",
        "eg",
        "ie",
        "fig",
        "max",
        "dr",
        "mr",
        "mrs",
        "vertebr",
        "resp",
        "incl",
    ]
)
_SHORTENED = frozenset(
    (
        "sig",
        "signif",
        "evid",
        "def",
        "cent",
        "mod",
        "sev",
        "min",
        "sl",
        "lt",
        "rt",
        "bilat",
        "post",
        "deg",
        "diff",
        "neg",
    )
)
_SHORT = "|".join(sorted(_SHORTENED))
_SHORT_NOUN = re.compile(rf"\b(?i:(?:no|without|an?) (?:{_SHORT}))\.(?= ?[A-Za-z])")
_SHORT_STOP = re.compile(rf"\b(?i:{_SHORT})\.(?= ?(?:[a-z,]|[LS]\d (?i:nerve|root)))")
_OPENS_PHRASE = (
    r"(?:\A|(?<=[\n.:;,(+&])|(?<=[\n.:;,(+&] )"
    r"|\b(?:with|of|a|an|by|into|there is|there are|\w+ing|mild|moderate|severe|large|small) "
    r"|(?<!\bon )(?<!\bto )(?<!\bat )\bthe )"
)
"""What stands before a noun's first adjective."""

_SHORT_PLACE = re.compile(rf"(?i:{_OPENS_PHRASE}\b(?:lt|rt|bilat|post|cent|sl))\.(?= ?[A-Za-z>])")
_NOUN_AHEAD = r"(?= *(?:[a-z/]+ +){0,3}(?:narrowing|stenosis|bulg|protrusion|compression))"
_SHORT_DEGREE = re.compile(rf"(?i:{_OPENS_PHRASE}\b(?:mod|sev|min)\.{_NOUN_AHEAD})")
_SENTENCE_CASE = re.compile(r"[A-Z][a-z]{2}")
_SMALL_START = re.compile(r"[a-z]{4}\. ?[a-z]{3}")


class Tokens:
    """Tokens of one report.

    Attributes
    ----------
    words
        Lower-case forms; line ends stand as `NEWLINE`.
    text
        The normalised text, of the same length as the original.
    """

    def __init__(self, words: list[str], text: str) -> None:
        self.words = words
        self.text = text
        self._splits: list[tuple[int, int]] = []

    @property
    def starts(self) -> list[int]:
        """First character of each token, in the original text."""
        return self._places[0]

    @property
    def ends(self) -> list[int]:
        """Character behind each token, in the original text."""
        return self._places[1]

    @cached_property
    def _places(self) -> tuple[list[int], list[int]]:
        """Find where the tokens stand; only evidence needs it, so the batch path never pays for it."""
        found = [match.span(1) for match in _TOKEN.finditer(lower(self.text))]
        starts, ends = [start for start, _ in found], [end for _, end in found]
        for index, count in self._splits:
            starts[index : index + 1] = starts[index : index + 1] * count
            ends[index : index + 1] = ends[index : index + 1] * count
        return starts, ends

    def split(self, index: int, parts: list[str]) -> None:
        """Put several words in the place of one; they share its characters. Call from the last token to the first."""
        self.words[index : index + 1] = parts
        self._splits.append((index, len(parts)))


def normalise(text: str) -> str:
    r"""Blank out markup and fold look-alike characters without moving any character.

    Examples
    --------
    >>> normalise("L4-5:<br/>bulge")
    'L4-5:\n    bulge'
    >>> normalise("No bulge~L5-S1")
    'No bulge\nL5-S1'
    """
    if any(sign in text for sign in _MARKUP):
        text = _without_markup(text)
    if "\r" in text:
        text = text.replace("\r\n", " \n")
    if ("  " in text or "\t" in text) and _TABLE_HEAD.search(text):
        text = _with_bars(text)
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
            text = _HL7.sub(_line_end, text)
    if "<" in text:
        text = _TAG.sub(_tag, text)
    if "&" in text:
        text = _ENTITY.sub(_entity, text)
    if "~" in text:
        text = _LEVEL_TILDE.sub("-", text).replace("~", NEWLINE)
    if "//" in text:
        text = _SLASHES.sub(_line_end, text)
    return text


def _blank(match: re.Match[str]) -> str:
    return " " * len(match.group())


def _line_end(match: re.Match[str]) -> str:
    return NEWLINE + " " * (len(match.group()) - 1)


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


def lower(text: str) -> str:
    """Lower case of the same length, with one spelling of disc: characters whose lower case is longer stay."""
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered.replace("disk", "disc")
    return "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


def tokenize(text: str) -> Tokens:
    """Split a report into tokens; line ends inside a wrapped sentence are left out."""
    text = normalise(text)
    if NEWLINE in text:
        text = _unwrap(text)
    words = _TOKEN.findall(lower(text))
    if "." in words and not _SHORTENED.isdisjoint(words):
        text = _without_short_stops(text)
        words = _TOKEN.findall(lower(text))
    return Tokens(words, text)


def _without_short_stops(text: str) -> str:
    """Blank out the stop of a shortened adjective whose noun follows: "No sig. stenosis", "compressing the lt. root".

    Before a capital it may end the sentence ("Canal mod. Foramina patent"), and so may it before any word where the
    writer begins sentences with small letters; behind "no", and where the adjective opens a phrase ("of rt. foramen"),
    it never does.
    """
    for always in (_SHORT_NOUN, _SHORT_PLACE, _SHORT_DEGREE):
        text = always.sub(_stop_blanked, text)
    blanked = _SHORT_STOP.sub(_stop_blanked, text)
    return blanked if _SENTENCE_CASE.search(text) and not _SMALL_START.search(blanked) else text


def _stop_blanked(match: re.Match[str]) -> str:
    return match.group()[:-1] + " "


def _unwrap(text: str) -> str:
    """Turn the line ends that a line-filling editor made inside a sentence into spaces."""
    wrapped = _wrapped_line_ends(text)
    if not wrapped:
        return text
    characters = list(text)
    for place in wrapped:
        characters[place] = " "
    return "".join(characters)


def _wrapped_line_ends(text: str) -> frozenset[int]:
    """Offsets of line ends that a line-filling editor made, inside a sentence."""
    lines = text.split(NEWLINE)
    widths = [len(line.rstrip()) for line in lines]
    width = max((w for w in widths if w <= _WRAP_MAX), default=0)
    full = sum(w >= 0.8 * width for w in widths)
    filled = max(widths) <= _WRAP_MAX and width >= _WRAP_MIN and full >= _WRAP_LINES
    found = []
    offset = 0
    for index in range(len(lines) - 1):
        line = lines[index].rstrip()
        offset += len(lines[index]) + 1
        following = lines[index + 1].lstrip()
        if line and following and _is_wrap(line, following, width if filled else 0):
            found.append(offset - 1)
    return frozenset(found)


def _is_wrap(line: str, following: str, width: int) -> bool:
    last = line[-1]
    if last == "," and following.startswith(("At L", "At the L")):
        return False
    if last in ".:;|!" or following[0] in "*|-" or line.endswith("===") or ("|" in line and "|" in following):
        return False
    if following[0].isdigit() and re.match(r"\d+[.)]\s", following):
        return False
    ending = line.rsplit(None, 1)[-1].lower()
    if ending == "no" and line[: -len(ending)].rstrip().endswith(":"):
        return False
    if last in "-,/&(" or (ending in _DANGLING and not (ending in _ENDING and _begins_new(line, following, width))):
        return True
    first = following.split(None, 1)[0]
    if first in _OPENERS and not width:
        return ending.endswith("ing")
    if width and len(line) + 1 + len(first) > width and not re.match(r"[A-Z][^.]{0,40}:", following):
        return True
    return following[0].islower() and len(line) > _WRAP_SHORT and not re.match(r"[a-z0-9 /&,-]{2,30}:", following)


def _begins_new(line: str, following: str, width: int) -> bool:
    """Whether a line begins something new behind one that ends in a degree or side: "Canal - mild", "Foramina ..."."""
    short = len(line) <= _WRAP_SHORT or not width
    return bool(_HEADED(following)) or (short and not following[0].islower())


def is_sentence_end(words: list[str], index: int) -> bool:
    """Whether the full stop at `index` ends a sentence rather than an abbreviation or a list number."""
    previous = words[index - 1] if index else NEWLINE
    following = words[index + 1] if index + 1 < len(words) else NEWLINE
    if previous == "i":
        return following != "e"
    if previous in ("e", "g"):
        return False
    return previous not in _ABBREVIATIONS
