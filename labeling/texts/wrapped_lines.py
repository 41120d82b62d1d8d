"""Lines that an editor filled: a sentence that goes on in the next line is one again."""

from __future__ import annotations

import re
from itertools import pairwise

from deepspine.labeling.texts.markup import NEWLINE

_WRAP_MAX = 130
_WRAP_MIN = 56
_WRAP_LINES = 3
_WRAP_SHORT = 52
_NARROWEST, _MOST = 25, 0.8
"""Width from which on lines may have been filled, and the share of line ends inside sentences that tells so."""

_NEARLY = 0.8
"""Share of a width that a line is filled to by hand."""

_STOPS = ".:;|!"
_FILLED_MIN, _FILLED_LINES = 45, 4
"""Width and number of lines above which a text that fills every line has none of its own."""

_ANSWERED_WORDS = 4
"""More words than the name of a finding has that is answered."""

_ROW = re.compile(r"\s*(?:\| *)?(?:disc |disk )?(?:[LTDSlts]|T[Hh])\d{1,2} ?[-/] ?[LTDSlts]?\d{1,2} *\|")
_CLOSED_ROW = re.compile(rf"\|[ ]*\n{_ROW.pattern}")
"""A row that names its level in front; one below a row that ends in a bar."""

_OPENS_LEVEL = re.compile(r"\W*(?:at |disc |disk )?(?:[LTDSlts]|Th)\d{1,2} ?[-/] ?[LTDSlts]?\d", re.IGNORECASE)

_HEADS_LEVEL = re.compile(rf"{_OPENS_LEVEL.pattern}(?: level)? +-", re.IGNORECASE)

_HEADED_LEVEL = re.compile(rf"{_OPENS_LEVEL.pattern}(?: level)? *:", re.IGNORECASE)
_ROOT = re.compile(r"(?:(?:lt|rt|left|right) )?[LS]\d (?:nerve )?roots?\b", re.IGNORECASE)
"""A root at the front of a line, which goes on with the line above: "compression of the left | S1 nerve root"."""

_NOTED = re.compile(r"\bnoted\b", re.IGNORECASE)
_OF_SPASM = re.compile(r"\w+ of muscle spasm", re.IGNORECASE)
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
        "significant",
        "definite",
        "bilateral",
        "exiting",
        "traversing",
        "descending",
        "neural",
        "foraminal",
    ]
)
_ENDING = frozenset(("mild", "moderate", "severe", "left", "right", "mildly", "slightly"))
"""Dangling words that may end a line that is whole: "..., right greater than left" before the next level."""

_HEADED = re.compile(r"[A-Z][\w /&,-]{0,40}:").match
_LOUD_OPENERS = frozenset(("adequate", "feature", "features", "no", "normal"))
_OPENERS = frozenset(
    [
        "the",
        "no",
        "there",
        "mild",
        "small",
        "bilateral",
        "broad-based",
        "diffuse",
        "focal",
        "posterior",
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


def without_filling(text: str) -> str:
    r"""Turn all line ends into spaces where every line is so full that the next word had no room in it.

    Such a text was one line, or spells its line ends out in markup.

    Examples
    --------
    >>> lines = ["a" * 50, "b" * 46 + " bb", "c" * 48, "ddd"]
    >>> without_filling("\n".join(lines)) == " ".join(lines)
    True
    """
    if "\n\n" in text or NEWLINE not in text:
        return text
    lines = [line.rstrip() for line in text.rstrip().split(NEWLINE)]
    width = max((len(line) for line in lines if " " in line), default=0)  # glued tags may be longer than a line
    if len(lines) < _FILLED_LINES or not _FILLED_MIN <= width <= _WRAP_MAX:
        return text
    if 2 * sum(_OPENS_LEVEL.match(line) is not None for line in lines) > len(lines):
        return text  # no chance has a level open most of the lines
    for line, following in pairwise(lines):
        word = following.split(" ", 1)[0]
        if not word or len(line) + 1 + len(word) <= width:
            return text
    return text.replace("\r", " ").replace(NEWLINE, " ")


def unwrap(text: str) -> str:
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
    wide = width >= _WRAP_MIN and full >= _WRAP_LINES
    filled = max(widths) <= _WRAP_MAX and (wide or _breaks_sentences(lines, width))
    found = []
    barred = "|" in text
    bars = max(line.count("|") for line in lines) if barred else 0
    closed = barred and _CLOSED_ROW.search(text) is not None
    offset = 0
    row = ""
    for index in range(len(lines) - 1):
        line = lines[index].rstrip()
        offset += len(lines[index]) + 1
        following = lines[index + 1].lstrip()
        if barred:
            row = row or _row_opening(line)
        if not line or not following:
            row = ""
        elif (row and _is_rest(row, line, following, bars, closed)) or _is_wrap(line, following, width * filled):
            found.append(offset - 1)
        else:
            row = ""
    return frozenset(found)


def _breaks_sentences(lines: list[str], width: int) -> bool:
    """Whether line ends inside sentences stand where the next word had no room in a width.

    A title has none to tell; one line end alone tells it where other lines end as sentences do.
    """
    if width < _NARROWEST:
        return False
    told = [line.strip() for line in lines if line.strip()]
    if len(told[0]) < width / 2:
        told = told[1:]
    loud = not any(map(str.islower, "".join(told)))
    within = [
        (line, following.split(None, 1)[0])
        for line, following in pairwise(told)
        if line[-1] not in _STOPS and (following[0].islower() or (loud and following[0].isalpha()))
    ]
    full = sum(len(line) + 1 + len(word) > width for line, word in within)
    if len(within) == 1:
        return bool(full) and any(line[-1] in _STOPS for line in told) and within[0][1].lower() not in _OPENERS
    return bool(within) and full >= _MOST * len(within)


def _row_opening(line: str) -> str:
    """Return how a line opens the row of a table: with a "|", with a "level"; empty where it does not."""
    if line.lstrip().startswith("|"):
        return "|"
    return "level" if _ROW.match(line) else ""


def _is_rest(row: str, line: str, following: str, bars: int, closed: bool) -> bool:
    """Whether a line below one of a row is the rest of it; `closed` rows end in a bar, whole ones have all `bars`."""
    if _ROW.match(following) or (following[0] == "|" and row == "|"):
        return False
    ends = {following.count("|"), bars} if "|" in following else {0}
    if row == "level" and following[0].isupper() and line.count("|") in ends:
        return False  # a row of its own: "Listhesis | no"
    return "|" in following or following[0].islower() or (line[-1] == "|" and not closed)


def _is_wrap(line: str, following: str, width: int) -> bool:
    last = line[-1]
    if last == "," and _begins_anew(following):
        return False
    if last in _STOPS or following[0] in "*|-" or line.endswith("===") or ("|" in line and "|" in following):
        return False
    if following[0].isdigit() and re.match(r"\d+[.)]\s", following):
        return False
    ending = line.rsplit(None, 1)[-1].lower()
    if ending == "no" and _is_answer(line, following):
        return False
    ends_whole = (ending in _ENDING and _begins_new(line, following, width)) or _ends_in_grade_a(line)
    if last in "-,/&(" or (ending in _DANGLING and not ends_whole):
        return True
    first = following.split(None, 1)[0]
    if _opens_row(line, following) or _opens_sentence(first) or _tells_anew(line, following):
        return False
    if _ROOT.match(following) or (width and _is_full(line, following, width)):
        return True
    if first in _OPENERS and not width:
        return ending.endswith("ing")
    short = min(_WRAP_SHORT, _NEARLY * width) if width else _WRAP_SHORT
    return following[0].islower() and len(line) > short and not re.match(r"[a-z0-9 /&,-]{2,30}:", following)


def _is_full(line: str, following: str, width: int) -> bool:
    """Whether the first word of the next line had no room in a line, or hardly any in capitals, and heads nothing."""
    first = following.split(None, 1)[0]
    if len(line) + 1 + len(first) > width and not re.match(r"[A-Z][^.]{0,40}:", following):
        return True
    return line.isupper() and first.isupper() and len(line) > _NEARLY * width and not _HEADED(following)


def _begins_anew(following: str) -> bool:
    """Whether a line below a comma begins a sentence all the same: "At L4-5 ...", "L4-5: ...", "No ..."."""
    first = following.split(None, 1)[0]
    return following.startswith(("At L", "At the L")) or bool(_HEADED_LEVEL.match(following)) or _opens_sentence(first)


def _tells_anew(line: str, following: str) -> bool:
    """Whether two lines tell of a lesion each, as "... noted at L4-5 ..." does, or the second of muscles."""
    noted = _NOTED.search(line) is not None and _NOTED.search(following) is not None
    return noted or _OF_SPASM.match(following) is not None


def _opens_sentence(first: str) -> bool:
    """Whether the first word of a line begins a sentence by its case: "Diffuse ...", "NO EVIDENCE ...".

    It tells where no stop stands before it; a capital in the middle of a sentence is that of a name.
    """
    if first.isupper():
        return first.lower() in _LOUD_OPENERS
    return first[0].isupper() and first[1:].islower() and first.lower() in _OPENERS


def _opens_row(line: str, following: str) -> bool:
    """Whether a level opens a line as one opens the line above, or stands before a dash: "L3-4 - mild bulge"."""
    if _HEADS_LEVEL.match(following):
        return True
    return following[0].isupper() and bool(_OPENS_LEVEL.match(following) and _OPENS_LEVEL.match(line))


def _is_answer(line: str, following: str) -> bool:
    """Whether the "no" at the end of a line answers it: "Listhesis: | no", "Canal stenosis | no" above "L3-4 bulge"."""
    before = line[: -len("no")].rstrip()
    words = before.lower().split()
    named = 0 < len(words) < _ANSWERED_WORDS and _DANGLING.isdisjoint(words) and before[-1] != "."
    return before.endswith(":") or (named and not following[0].islower())


def _ends_in_grade_a(line: str) -> bool:
    """Whether the "A" at the end of a line is a grade and no article: "Schizas: L3-4 B, L4-5 A"."""
    return line.endswith(" A") and not line.isupper()


def _begins_new(line: str, following: str, width: int) -> bool:
    """Whether a line begins something new behind one that ends in a degree or side: "Canal - mild", "Foramina ..."."""
    short = len(line) <= _WRAP_SHORT or not width
    return bool(_HEADED(following)) or (short and not following[0].islower())
