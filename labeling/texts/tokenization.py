"""Text to tokens that keep their place in the original text, whatever markup or layout the report came in."""

from __future__ import annotations

import re
from functools import cached_property

from deepspine.labeling.texts.listed_levels import with_listed_levels
from deepspine.labeling.texts.markup import NEWLINE, normalise
from deepspine.labeling.texts.typography import without_ties
from deepspine.labeling.texts.wrapped_lines import unwrap, without_filling

_TOKEN = re.compile(
    r"("
    r"[a-z]{2,}+(?=[ ,:;\n])|[.,;:\n]"  # plain words and marks first: nine tokens of ten
    r"|[a-z]{3,}+(?![^\W_]|['/])"
    r"|(?:at|of|and|the|disc|level|to|in|&)(?=[ldst]-?\d)"
    r"|l\d\.[1-6](?!\d| ?[mc]m)"  # L4.5
    r"|(?<![^\W_])(?:[ls]-[1-6]|[dt]-1[0-2])(?!\d|\.\d| ?[mc]m| ?x ?\d)"  # L-4, S-1, T-12
    r"|(?:(?:[cdt]v?|th)\d{1,2}|l[v ]?[.]?\d{1,2}|s\d)(?!\d)"
    r"|\d+(?:\.\d+)?"
    r"|(?:b/l|o/w|w/o|w/|r/o|h/o|c/o|s/p|k/c/o)(?![a-z])|w/(?=[a-z])"
    r"|[^\W\d_]+(?:'[^\W\d_]+)?"
    r"|\((?:-|\+{1,3}|no|yes)\)|(?<=[a-z] )[-+]ve(?![a-z])"
    r"|-+>|[()/&+?<>|=*%\u2192\u2264\u2265\u2212\uff0b]"
    r"|(?<![^\W\d_])-|-(?![^\W\d_]| or | and)"
    r") ?"  # the space behind a token is not looked at again
)
_MINUS, _PLUS = "\u2212", "\uff0b"
"""Bare signs, once told from dashes and links."""

_SIGNS = dict.fromkeys(("(-)", "(no)", "-ve", _MINUS), "absent")
_SIGNS |= dict.fromkeys(("(+)", "(++)", "(+++)", "(yes)", "+ve", _PLUS), "present")
_SIGNS["o/w"] = "otherwise"
"""Signs behind what they speak of, and the words that say the same."""

_TICKED = re.compile(r"\[[xX]\]")
_UNTICKED = re.compile(r"\[ ?\][^\[\n]*")
"""A box of a form, and one that is empty with what it stands before."""

_ANSWERED = re.compile(
    r"(?i:(?P<lead>\b(?:is|are|was|were) there (?:an? |any )?(?:evidence of |signs? of )?)?"
    r"(?P<asked>\b[^.?:;\n]{3,80}?)(?P<space> ?)\?"
    r"(?=\s{0,3}(?:(?:no|none|absent)(?=[.;\n]|$)"
    r"|(?:yes|present|minimal|mild|moderate|severe)(?=[.,;\n]|$| at\b| on\b))))"
)
"""A question and its answer: "Is there | a herniation? No.", "Stenosis? Mild."."""

_IN_LISTS = (" -,", " +,", " -;", " +;")
_SIGNED = r"(?:(?<=[a-z):] )|(?<=[-/ls]\d ))"
"""What a sign may stand behind: a word or level, not the number of "2 +"."""

_LISTED_SIGN = re.compile(rf"(?i:{_SIGNED})[-+](?=[,;])")
_LAST_SIGN = re.compile(
    rf"(?i:{_SIGNED})[-+](?= ?(?:[().]|$))|(?i:(?<=\b[lr]t )|(?<=right )|(?<=left ))[-+](?= (?i:lt|rt|left|right)\b)"
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
        "bil",
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
    r"(?:\A|(?<=[\n.:;,(+&/])|(?<=[\n.:;,(+&/] )|(?<=\d )|(?<=\d - )"
    r"|\b(?:with|of|a|an|by|into|there is|there are|\w+ing|mild|mod|moderate|severe|large|small|left|right|lt|rt|l|r"
    r"|b/l|bil|bilat|bilateral) +"
    r"|(?<!\bon )(?<!\bto )(?<!\bat )\bthe )"
)
"""What stands before a noun's first adjective."""

_HEADING_BEHIND = r"(?!(?i:(?<=\w bil\.)|(?<=\w bilat\.)) ?[A-Z][a-z ]{3,20}:)"
"""No heading behind "mild bilat.", which ends a sentence then."""

_SHORT_PLACE = re.compile(rf"(?i:{_OPENS_PHRASE}\b(?:lt|rt|bil|bilat|post|cent|sl))\.(?= ?[A-Za-z>]){_HEADING_BEHIND}")
_NOUN_AHEAD = (
    r"(?= *(?:[a-z/]+ +){0,3}(?:narrowing|stenosis|bulg|protru|extru|herniat|compress|desiccat|degenerat|hypertroph"
    r"|arthr|thicken|encroach|loss|(?:ccs|ddd|djd|nfn|oa)\b)(?![\w /]*:))"
)
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


def lower(text: str) -> str:
    """Lower case of the same length, with one spelling of disc: characters whose lower case is longer stay."""
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered.replace("disk", "disc")
    return "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


def tokenize(text: str) -> Tokens:
    """Split a report into tokens; line ends inside a wrapped sentence are left out."""
    text = without_ties(normalise(without_filling(text)))
    if _TICKED.search(text):
        text = _TICKED.sub(_blank, _UNTICKED.sub(_blank, text))
    if any(sign in text for sign in _IN_LISTS):
        text = "\n".join(_with_signs(line) for line in text.split("\n"))
    if "?" in text:
        text = _ANSWERED.sub(_as_heading, text)
    if NEWLINE in text:
        text = unwrap(with_listed_levels(text) if ":" in text else text)
    lowered = lower(text)
    words = _TOKEN.findall(lowered)
    if any(f"{word}." in lowered for word in _SHORTENED.intersection(words)):
        text = _without_short_stops(text)
        words = _TOKEN.findall(lower(text))
    if (
        "-)" in text
        or "(no)" in lowered
        or "(yes)" in lowered
        or "-ve" in text
        or "+" in text
        or _MINUS in text
        or _PLUS in text
        or "o/w" in lowered
    ):
        words = [_SIGNS.get(word, word) for word in words]
    return Tokens(words, text)


def _with_signs(line: str) -> str:
    """Tell the signs of a list from dashes and links: "bulge +, stenosis -", "L3-4 -, L4-5 + (left)", "rt - lt +".

    A dash or plus is a sign before a comma or semicolon; on a line with such a one it is also at the end, before
    brackets and between two sides.
    """
    signed = _LISTED_SIGN.sub(_as_sign, line)
    return line if signed == line else _LAST_SIGN.sub(_as_sign, signed)


def _blank(match: re.Match[str]) -> str:
    return " " * len(match.group())


def _as_heading(match: re.Match[str]) -> str:
    """Return a question as the heading of its answer: "Stenosis: | Mild.", of the same length."""
    return " " * len(match["lead"] or "") + match["asked"] + match["space"] + ":"


def _as_sign(match: re.Match[str]) -> str:
    return _MINUS if match.group() == "-" else _PLUS


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


def is_sentence_end(words: list[str], index: int) -> bool:
    """Whether the full stop at `index` ends a sentence rather than an abbreviation or a list number."""
    previous = words[index - 1] if index else NEWLINE
    following = words[index + 1] if index + 1 < len(words) else NEWLINE
    if previous == "i":
        return following != "e"
    if previous in ("e", "g"):
        return False
    return previous not in _ABBREVIATIONS
