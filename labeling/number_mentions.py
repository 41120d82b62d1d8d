"""Numbers that mean something: sizes in mm, grades and types, published scales, Modic types.

Each reader is called at the word that opens the mention; it returns None where no number follows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from deepspine.labeling.lexicon import Rule
from deepspine.labeling.mentions import Mention

NUMERALS = {
    "0": 0, "1": 1, "2": 2, "3": 3, "4": 4, "5": 5, "i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5,
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "typei": 1, "typeii": 2, "typeiii": 3, "1st": 1, "2nd": 2,
}  # fmt: skip
ANY_MODIC_TYPE = 0b1110
"""Modic types 1 to 3, where none is named."""

MAX_MODIC_WORDS = 4
"""Words between "Modic" and its type: "Modic type endplate changes"."""

_NUMERAL_JOINS = frozenset(("/", "-", "and", "to", "&", "or", "+"))
_RANGES = frozenset(("to", "-"))
_MODIC_WORDS = frozenset(
    ("type", "types", "typ", "grade", "stage", "endplate", "change", "changes", "degenerative", "mixed")
)
_ENDPLATE_WORDS = frozenset(
    ("endplate", "endplates", "modic", "change", "changes", "marrow", "reactive", "end", "signal", "degeneration",
     "degenerative", "discogenic")
)  # fmt: skip
_CHANGES = frozenset(
    ("modic", "endplate", "reactive", "degenerative", "degeneration", "marrow", "signal", "change", "changes")
)
SCALE_WORDS = frozenset(("grade", "type", "stage", "grades", "class", "score"))
"""Words between the name of a scale and its grade."""

_SCHIZAS = {"a": 3, "b": 4, "c": 8, "d": 8}
_SCHIZAS_PARTS = frozenset("1234")
"""What may stand behind A: "A1"."""

_NAMED_SCALES = frozenset(("lee", "bartynski", "schizas", "pfirrmann", "pfirmann", "pfirrman", "meyerding"))
SCALE_NAMES = _NAMED_SCALES | {"modic"}
"""Names whose grades may be listed behind them."""

_MAX_TO_SCALE = 20
"""Words behind a grade among which brackets may name the scale of a list."""

_UNITS = {"mm": 1.0, "millimeter": 1.0, "millimeters": 1.0, "millimetres": 1.0, "millimetre": 1.0, "cm": 10.0}

_NUMBER = Rule("number", "number", "", ())
_MM = Rule("size.mm", "mm", "", ())
_SCALE = Rule("grade.published_scale", "grade", "", (), form="scale")
_SCALES = {
    name: Rule("grade.published_scale", "grade", name, (), form="scale") for name in ("schizas", "lee", "bartynski")
}
_PFIRRMANN = Rule("grade.pfirrmann", "finding", "pfirrmann", ())
_MODIC = Rule("modic.type", "finding", "modic", ())


def read_size(words: list[str], i: int) -> Mention | None:
    """Read `4 mm`, `4-mm`, `0.4 cm`."""
    j = i + 2 if words[i + 1 : i + 2] == ["-"] else i + 1
    factor = _UNITS.get(words[j]) if j < len(words) else None
    if factor is None:
        return None
    mention = Mention(_MM, i, j + 1)
    mention.number = float(words[i]) * factor
    return mention


def read_modic(words: list[str], i: int, j: int) -> Mention:
    """Read the types behind "Modic", which stands at `[i, j)`; all are left possible where none follows."""
    k = j
    while k < len(words) and k - j < MAX_MODIC_WORDS and words[k] in _MODIC_WORDS:
        k += 1
    numbers, end = _numerals(words, k)
    types = [n for n in numbers if 1 <= n <= 3]
    if types or 0 in numbers:
        return _numbered(_MODIC, i, _behind_changes(words, end), bits=_bits_of(types) or 1)
    return _numbered(_MODIC, i, j, bits=ANY_MODIC_TYPE)


def _behind_changes(words: list[str], end: int) -> int:
    """Return the token behind "endplate changes", which a type before them makes one lesion with it."""
    while end < len(words) and words[end] in _CHANGES:
        end += 1
    return end


def _read_type(words: list[str], i: int) -> Mention | None:
    """Read `type II`: a Modic type where words of endplates stand near."""
    numbers, end = _numerals(words, i + 1)
    types = {n for n in numbers if 1 <= n <= 3}
    if not types:
        return None
    bits = _bits_of(types)
    near = words[max(i - 6, 0) : i] + words[end : end + 5]
    if _ENDPLATE_WORDS.isdisjoint(near):
        return _numbered(_NUMBER, i, end, bits=bits, number=max(types), form="type")
    return _numbered(_MODIC, i, _behind_changes(words, end), bits=bits)


def _read_grade(words: list[str], i: int) -> Mention | None:
    """Read `grade 2`, `grade: B`, `gr. I`, `grade 3 Pfirrmann`."""
    j = i + 2 if words[i + 1 : i + 2] in ([":"], ["."]) else i + 1
    return _read_scale_behind(words, i, j) or _read_scale_at_end(words, i, j) or _read_unnamed_grade(words, i, j)


def _read_scale_behind(words: list[str], i: int, j: int) -> Mention | None:
    """Read a grade at `j` whose scale is named behind it: `grade 3 Pfirrmann`, `grade IV (Pfirrmann)`."""
    numbers, end = _numerals(words, j)
    bracketed = words[end : end + 1] == ["("]
    name, behind = words[end + bracketed : end + bracketed + 1], words[end + bracketed + 1 : end + bracketed + 2]
    if not numbers or not name or name[0] not in _NAMED_SCALES or (bracketed and behind != [")"]):
        return None
    if behind and (behind[0] in SCALE_WORDS or behind[0] in NUMERALS):
        return None  # "slip grade 1, Lee grade 2": the name is that of the next grade
    mention = read_value(name[0], words, j)
    if mention is not None:
        mention.i, mention.j = i, end + 1 + 2 * bracketed
    return mention


def _read_scale_at_end(words: list[str], i: int, j: int) -> Mention | None:
    """Read a grade whose scale brackets name at the end: `grade IV at L5-S1 and III at L4-5 (Pfirrmann)`."""
    for place in range(j, min(j + _MAX_TO_SCALE, len(words) - 2)):
        if words[place] == ".":
            break
        if words[place] == "(" and words[place + 1] in _NAMED_SCALES and words[place + 2] == ")":
            mention = read_value(words[place + 1], words, j)
            if mention is not None:
                mention.i = i
            return mention
    return None


def _read_unnamed_grade(words: list[str], i: int, j: int) -> Mention | None:
    letter = _read_schizas(_SCALE, words, j)
    if letter is not None:
        letter.i = i
        return letter
    numbers, end = _numerals(words, j)
    if not numbers:
        return None
    return _numbered(_NUMBER, i, end, bits=_bits_of(numbers), number=max(numbers), form="grade")


def _read_schizas(rule: Rule, words: list[str], i: int) -> Mention | None:
    """Read `B`, `A1`."""
    if i >= len(words) or words[i] not in _SCHIZAS:
        return None
    parted = words[i] == "a" and not _SCHIZAS_PARTS.isdisjoint(words[i + 1 : i + 2])
    return _numbered(rule, i, i + 1 + parted, bits=_SCHIZAS[words[i]], form="scale")


def _read_letter(words: list[str], i: int) -> Mention | None:
    """Read `G1` of a slip, not `e.g. 1`."""
    return _read_grade(words, i) if words[i + 1 : i + 2] != ["."] and words[i - 1 : i] != ["."] else None


def _read_degree(words: list[str], i: int) -> Mention | None:
    """Read `degree II` of a slip, not `30 degree`."""
    return None if i and words[i - 1].isdigit() else _read_grade(words, i)


def _read_scale(words: list[str], i: int) -> Mention | None:
    """Read a grade of a scale that is named: `Lee grade 2`, `Schizas C`, `Pfirrmann IV`."""
    j = i + 1
    while j < len(words) and words[j] in SCALE_WORDS:
        j += 1
    mention = read_value(words[i], words, j)
    if mention is not None:
        mention.i = i
    return mention


def read_value(name: str, words: list[str], i: int) -> Mention | None:
    """Read the bare grade at a token as one of the scale of this name; None where it is none."""
    if name == "schizas":
        return _read_schizas(_SCALES[name], words, i)
    numbers, end = _numerals(words, i)
    if not numbers:
        return None
    bits, number = _bits_of(n for n in numbers if n < 6), max(numbers)
    if name == "modic":
        return _numbered(_MODIC, i, end, bits=bits & ANY_MODIC_TYPE or 1)
    if name == "meyerding":
        return _numbered(_NUMBER, i, end, bits=bits, number=number, form="grade")
    if name in ("lee", "bartynski"):
        return _numbered(_SCALES[name], i, end, bits=bits, number=number, form="scale")
    return _numbered(_PFIRRMANN, i, end, bits=bits >> 1, number=number)


def last_of_numbers(mention: Mention, words: list[str]) -> Mention | None:
    """Return but the last of several numbers of a mention, type 2 of "type 1 to type 2"; None where it has one."""
    places = [place for place in range(mention.i, mention.j) if words[place] in NUMERALS]
    if len(places) < 2 or "to" not in words[places[0] : places[-1]]:
        return None
    number = NUMERALS[words[places[-1]]]
    last = Mention(mention.rule, places[-1], mention.j)
    last.bits, last.number = 1 << number >> (mention.rule is _PFIRRMANN), float(number)
    last.form = mention.form
    return last


def _read_roman(words: list[str], i: int) -> Mention | None:
    """Read a bare `II` or `I/II`, which a heading such as "Modic:" gives a meaning."""
    if words[i] == "i" and words[i + 1 : i + 2] not in (["/"], ["-"], ["at"], ["ii"]):
        return None
    numbers, end = _numerals(words, i)
    return _numbered(_NUMBER, i, end, bits=_bits_of(n for n in numbers if n < 4), number=max(numbers), form="type")


NUMBER_READERS: dict[str, Callable[[list[str], int], Mention | None]] = {
    "i": _read_roman,
    "ii": _read_roman,
    "iii": _read_roman,
    "type": _read_type,
    "types": _read_type,
    "grade": _read_grade,
    "grades": _read_grade,
    "gr": _read_grade,
    "g": _read_letter,
    "degree": _read_degree,
    **dict.fromkeys(_NAMED_SCALES, _read_scale),
}
"""What reads the number behind, or in, a word."""


def _numbered(rule: Rule, i: int, j: int, *, bits: int, number: int = 0, form: str = "") -> Mention:
    mention = Mention(rule, i, j)
    mention.bits, mention.number, mention.form = bits, float(number), form
    return mention


def _bits_of(numbers: Iterable[int]) -> int:
    """Return the set of some grades, one bit each."""
    bits = 0
    for number in numbers:
        bits |= 1 << number
    return bits


def _numerals(words: list[str], i: int) -> tuple[list[int], int]:
    """Read `2`, `II`, `I/II`, `I and type II`, `II to IV` from a token on; returns the numbers and the token behind."""
    found: list[int] = []
    j = i
    is_range = False
    while j < len(words):
        value = NUMERALS.get(words[j])
        if value is None:
            break
        found += range(found[-1] + 1, value + 1) if is_range and value > found[-1] else [value]
        j += 1
        if j < len(words) and words[j] in ("ii", "iii") and words[j - 1] in ("i", "ii"):
            continue
        following = _joined_numeral(words, j)
        if following is None:
            break
        is_range = words[j] in _RANGES
        j = following
    return found, j


def _joined_numeral(words: list[str], joint: int) -> int | None:
    """Return the token of the numeral that a joint adds ("I | and type II"), or None."""
    if joint + 1 >= len(words) or words[joint] not in _NUMERAL_JOINS:
        return None
    ahead = joint + 1
    while ahead < len(words) and words[ahead] in ("type", "modic", "types"):
        ahead += 1
    return ahead if ahead < len(words) and words[ahead] in NUMERALS else None
