"""One pass over the tokens gives the typed mentions of a report: findings, sites, grades, sides, levels, scope words.

The pass walks the lexicon's trie, so its time is linear in the text whatever the text holds.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from deepspine.labeling.level_mentions import LevelGroup, follows_preposition, read_group, vertebra
from deepspine.labeling.lexicon import Lexicon, Node, Rule
from deepspine.labeling.spelling import MIN_LENGTH
from deepspine.labeling.tokenization import NEWLINE, Tokens, is_sentence_end

NUMERALS = {
    "0": 0, "1": 1, "2": 2, "3": 3, "4": 4, "5": 5, "i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5,
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "typei": 1, "typeii": 2, "typeiii": 3, "1st": 1, "2nd": 2,
}  # fmt: skip
RUN_ON_WORDS = 60
"""A sentence of so many tokens without a comma was dictated without punctuation."""

MAX_SENTENCE_WORDS = 300

_NUMERAL_JOINS = frozenset(("/", "-", "and", "to", "&", "or", "+"))
_MODIC_WORDS = frozenset(
    ("type", "types", "typ", "grade", "stage", "endplate", "change", "changes", "degenerative", "mixed")
)
_ENDPLATE_WORDS = frozenset(
    [
        "endplate",
        "endplates",
        "modic",
        "change",
        "changes",
        "marrow",
        "reactive",
        "end",
        "signal",
        "degeneration",
        "degenerative",
        "discogenic",
    ]
)
_SCHIZAS = {"a": 3, "b": 4, "c": 8, "d": 8, "a1": 3, "a2": 3, "a3": 3, "a4": 3}
_NAMED_SCALES = frozenset(("lee", "bartynski", "schizas", "pfirrmann", "pfirmann", "pfirrman", "meyerding"))
_UNITS = {"mm": 1.0, "millimeter": 1.0, "millimeters": 1.0, "millimetres": 1.0, "millimetre": 1.0, "cm": 10.0}

_NUMBER = Rule("number", "number", "", ())
_MM = Rule("size.mm", "mm", "", ())
_SCALE = Rule("grade.published_scale", "grade", "", (), form="scale")
_PFIRRMANN = Rule("grade.pfirrmann", "finding", "pfirrmann", ())
_MODIC = Rule("modic.type", "finding", "modic", ())
_LEVEL = Rule("level.named", "level", "", ())
_VERTEBRA = Rule("vertebra", "vertebra", "", ())


class Mention:
    """A typed span of tokens.

    Attributes
    ----------
    kind, value, form
        As in the rule that found it.
    rule
        The rule.
    i, j
        First token, and the one behind the last.
    bits
        Grades, where it names some.
    group
        The levels, for level mentions.
    number
        Size in mm or grade number, where it is one.
    """

    group: LevelGroup | None = None
    number = 0.0

    def __init__(self, rule: Rule, i: int, j: int) -> None:
        self.rule = rule
        self.kind = rule.kind
        self.value = rule.value
        self.form = rule.form
        self.bits = rule.bits
        self.plural = rule.plural
        self.i = i
        self.j = j

    def __repr__(self) -> str:
        return f"{self.kind}:{self.value}[{self.i}:{self.j}]"


def repair(tokens: Tokens, lexicon: Lexicon) -> None:
    """Replace misspelt domain words in place and split glued ones; offsets stay those of the text."""
    known = lexicon.speller.known
    fix = lexicon.speller.repair
    words = tokens.words
    splits = []
    for index, word in enumerate(words):
        if word not in known:
            if len(word) >= MIN_LENGTH:
                repaired = fix(word)
                words[index] = repaired
                if " " in repaired:
                    splits.append(index)
            elif word in lexicon.speller.expansions:
                words[index] = lexicon.speller.expansions[word]
                splits.append(index)
    for index in reversed(splits):
        tokens.split(index, words[index].split())


def scan(words: list[str], root: Node) -> list[Mention]:
    """Return all mentions, left to right, never overlapping, the longest phrase first."""
    mentions: list[Mention] = []
    add = mentions.append
    i, n = 0, len(words)
    while i < n:
        word = words[i]
        node = root.get(word)
        rule = None
        j = i + 1
        if node is not None:
            rule = node.rule
            if node:
                rule, j = _longest(words, node, i, n)
        if rule is not None:
            found = Mention(rule, i, j) if rule.kind != "modic" else _read_modic(words, i, j)
        else:
            reader = _reader_of(word)
            read = reader(words, i) if reader is not None else None
            if read is None:
                i = j
                continue
            found = read
        add(found)
        i = found.j
    return mentions


def _longest(words: list[str], node: Node, i: int, n: int) -> tuple[Rule | None, int]:
    """Follow the trie from the word at `i`; returns the rule of the longest phrase and its end."""
    rule = node.rule
    j = end = i + 1
    while j < n:
        following = node.get(words[j])
        if following is None:
            break
        node = following
        j += 1
        if node.rule is not None:
            rule, end = node.rule, j
    return rule, end


def _read_vertebra(words: list[str], i: int) -> Mention | None:
    if word_is_weighting(words, i):
        return None
    group = read_group(words, i)
    if group is not None:
        mention = Mention(_LEVEL, i, group.end)
        mention.group = group
        mention.form = "at" if follows_preposition(words, i) else ""
        return mention
    if vertebra(words[i]) is None:
        return None
    return Mention(_VERTEBRA, i, i + 1)


def word_is_weighting(words: list[str], i: int) -> bool:
    """Whether `T1` or `T2` is an image weighting here and no vertebra."""
    if words[i] not in ("t1", "t2"):
        return False
    return words[i + 1 : i + 2] not in (["-"], ["/"]) or words[i + 2 : i + 3] in (["t1"], ["t2"], ["weighted"])


def _read_size(words: list[str], i: int) -> Mention | None:
    j = i + 1
    if words[j : j + 1] == ["-"]:
        j += 1
    factor = _UNITS.get(words[j]) if j < len(words) else None
    if factor is None:
        if words[i] in NUMERALS and words[i + 1 : i + 2] != ["."]:
            return None
        return None
    mention = Mention(_MM, i, j + 1)
    mention.number = float(words[i]) * factor
    return mention


def _numerals(words: list[str], i: int) -> tuple[list[int], int]:
    found: list[int] = []
    j = i
    while j < len(words):
        value = NUMERALS.get(words[j])
        if value is None:
            break
        found.append(value)
        j += 1
        if j < len(words) and words[j] in ("ii", "iii") and words[j - 1] in ("i", "ii"):
            continue
        if j + 1 < len(words) and words[j] in _NUMERAL_JOINS:
            ahead = j + 1
            while ahead < len(words) and words[ahead] in ("type", "modic", "types"):
                ahead += 1
            if ahead < len(words) and words[ahead] in NUMERALS:
                j = ahead
                continue
        break
    return found, j


def _read_modic(words: list[str], i: int, j: int) -> Mention:
    k = j
    while k < len(words) and k - j < 4 and words[k] in _MODIC_WORDS:
        k += 1
    numbers, end = _numerals(words, k)
    types = [n for n in numbers if 1 <= n <= 3]
    if numbers and (types or 0 in numbers):
        mention = Mention(_MODIC, i, end)
        mention.bits = sum(1 << n for n in set(types)) or 1
        return mention
    mention = Mention(_MODIC, i, j)
    mention.bits = 14
    return mention


def _read_type(words: list[str], i: int) -> Mention | None:
    numbers, end = _numerals(words, i + 1)
    types = {n for n in numbers if 1 <= n <= 3}
    if not types:
        return None
    near = words[max(i - 6, 0) : i] + words[end : end + 5]
    if not any(word in _ENDPLATE_WORDS for word in near):
        mention = Mention(_NUMBER, i, end)
        mention.number, mention.form = float(max(types)), "type"
        mention.bits = sum(1 << n for n in types)
        return mention
    mention = Mention(_MODIC, i, end + (words[end : end + 1] == ["modic"]))
    mention.bits = sum(1 << n for n in types)
    return mention


def _read_grade(words: list[str], i: int) -> Mention | None:
    j = i + 1
    if words[j : j + 1] == [":"]:
        j += 1
    if j < len(words) and words[j] in _SCHIZAS:
        mention = Mention(_SCALE, i, j + 1)
        mention.bits = _SCHIZAS[words[j]]
        return mention
    numbers, end = _numerals(words, j)
    if not numbers:
        return None
    mention = Mention(_NUMBER, i, end)
    mention.number = float(max(numbers))
    mention.bits = sum(1 << n for n in set(numbers))
    mention.form = "grade"
    return mention


def _read_scale(words: list[str], i: int) -> Mention | None:
    j = i + 1
    while j < len(words) and words[j] in ("grade", "type", "stage", "grades", "class", "score"):
        j += 1
    name = words[i]
    if name == "schizas":
        if j < len(words) and words[j] in _SCHIZAS:
            mention = Mention(_SCALE, i, j + 1)
            mention.bits = _SCHIZAS[words[j]]
            return mention
        return None
    numbers, end = _numerals(words, j)
    if not numbers:
        return None
    bits = sum(1 << n for n in set(numbers) if n < 6)
    if name == "meyerding":
        mention = Mention(_NUMBER, i, end)
        mention.form = "grade"
    elif name in ("lee", "bartynski"):
        mention = Mention(_SCALE, i, end)
    else:
        mention = Mention(_PFIRRMANN, i, end)
        bits >>= 1
    mention.bits = bits
    mention.number = float(max(numbers))
    return mention


def _read_roman(words: list[str], i: int) -> Mention | None:
    """Read a bare `II` or `I/II`, which a heading such as "Modic:" gives a meaning."""
    if words[i] == "i" and words[i + 1 : i + 2] not in (["/"], ["-"], ["at"], ["ii"]):
        return None
    numbers, end = _numerals(words, i)
    mention = Mention(_NUMBER, i, end)
    mention.number, mention.form = float(max(numbers)), "type"
    mention.bits = sum(1 << n for n in set(numbers) if n < 4)
    return mention


_SPECIAL = {
    "i": _read_roman,
    "ii": _read_roman,
    "iii": _read_roman,
    "type": _read_type,
    "types": _read_type,
    "grade": _read_grade,
    "grades": _read_grade,
    **dict.fromkeys(_NAMED_SCALES, _read_scale),
}


@lru_cache(maxsize=65_536)
def _reader_of(word: str) -> Callable[[list[str], int], Mention | None] | None:
    """Return what reads the mention that begins with a word: a size, a vertebra, a grade in numbers."""
    if word in _SPECIAL:
        return _SPECIAL[word]
    if word[0].isdigit():
        return _read_size
    return _read_vertebra if word[-1].isdigit() else None


class Sentence:
    """A run of mentions between sentence ends.

    Attributes
    ----------
    mentions
        What it holds, line ends and the final stop left out.
    i, j
        Token range.
    line_start
        Whether it begins a line.
    blank_before
        Whether an empty line stands before it.
    item
        Whether it begins with a bullet or a list number.
    line
        Number of the line.
    cell
        Column of a table row, or -1.
    """

    __slots__ = ("blank_before", "cell", "has_colon", "i", "item", "j", "line", "line_end", "line_start", "mentions")

    def __init__(self, i: int, line: int) -> None:
        self.mentions: list[Mention] = []
        self.i = i
        self.j = i
        self.line_start = False
        self.line_end = False
        self.blank_before = False
        self.has_colon = False
        self.item = ""
        self.line = line
        self.cell = -1


def split_sentences(words: list[str], mentions: list[Mention]) -> list[Sentence]:  # noqa: C901 - one grammar decision after another
    """Cut the mentions of a report at full stops, line ends and table cells."""
    sentences: list[Sentence] = []
    line = 0
    current = Sentence(0, 0)
    current.line_start = True
    cell = -1
    for mention in mentions:
        if mention.kind != "mark":
            current.mentions.append(mention)
            continue
        mark = mention.value
        if mark == ":":
            current.has_colon = True
        if mark == "|" and cell < 0 and not (current.line_start and mention.i == current.i):
            mark = "."
        if mark == "." or mark == NEWLINE or mark == "|":
            if mark == "." and words[mention.i] == "." and not is_sentence_end(words, mention.i):
                continue
            if mark == "." and _is_list_number(words, mention.i, current):
                current.item = "number"
                current.mentions.clear()
                current.i = mention.j
                continue
            current.j = mention.i
            empty = current.j <= current.i
            if not empty:
                current.line_end = mark == NEWLINE
                current.cell = cell
                sentences.append(current)
            elif mark == "." and sentences:
                continue
            following = Sentence(mention.j, line)
            if mark == NEWLINE:
                line += 1
                following.line = line
                following.line_start = True
                following.blank_before = empty and current.line_start
                if sentences:
                    sentences[-1].line_end = True
                cell = -1
            elif mark == "|":
                cell += 1
                following.line_start = current.line_start and empty
                following.blank_before = current.blank_before and empty
            elif empty:
                following.line_start, following.blank_before = current.line_start, current.blank_before
            if empty and mark != NEWLINE:
                following.item = current.item
            current = following
        elif mark in "*-" and mention.i == current.i:
            current.item = "bullet"
            current.i = mention.j
        elif mark == ")" and _is_list_number(words, mention.i, current):
            current.item = "number"
            current.mentions.clear()
            current.i = mention.j
        else:
            current.mentions.append(mention)
    current.j = len(words)
    if current.j > current.i:
        current.cell = cell
        current.line_end = True
        sentences.append(current)
    return [piece for sentence in sentences for part in _parts(words, sentence) for piece in _pieces(part)]


def _pieces(sentence: Sentence) -> list[Sentence]:
    """Cut what no one dictated as one sentence, so that reading stays linear in the text."""
    if sentence.j - sentence.i <= MAX_SENTENCE_WORDS:
        return [sentence]
    pieces: list[Sentence] = []
    for mention in sentence.mentions:
        if not pieces or mention.i - pieces[-1].i >= MAX_SENTENCE_WORDS:
            pieces.append(Sentence(mention.i, sentence.line))
            pieces[-1].line_start = len(pieces) == 1 and sentence.line_start
        pieces[-1].mentions.append(mention)
        pieces[-1].j = mention.j
    return pieces


def _parts(words: list[str], sentence: Sentence) -> list[Sentence]:
    """Cut a dictation without punctuation where a level, a heading or "there is" opens something new."""
    if sentence.j - sentence.i < RUN_ON_WORDS or any(m.kind == "mark" and m.value in ",;:" for m in sentence.mentions):
        return [sentence]
    parts = [Sentence(sentence.i, sentence.line)]
    parts[0].line_start, parts[0].blank_before = sentence.line_start, sentence.blank_before
    for index, mention in enumerate(sentence.mentions):
        start = _opening(words, sentence.mentions, index)
        if start > parts[-1].i:
            parts[-1].j = start
            parts.append(Sentence(start, sentence.line))
            moved = [m for m in parts[-2].mentions if m.i >= start]
            parts[-2].mentions = [m for m in parts[-2].mentions if m.i < start]
            parts[-1].mentions = moved
        parts[-1].mentions.append(mention)
    parts[-1].j = sentence.j
    parts[-1].line_end = sentence.line_end
    return parts


def _opening(words: list[str], mentions: list[Mention], index: int) -> int:
    """Return the token where a new sentence begins at this mention, or -1."""
    mention = mentions[index]
    if mention.kind == "level" and mention.form == "at" and words[mention.i - 1] in ("at", "to"):
        following = mentions[index + 1] if index + 1 < len(mentions) else None
        opens = following is not None and following.kind in ("breaker", "site", "neg")
        return mention.i - 1 if opens else -1
    if mention.kind == "section" and mention.value == "impression":
        return mention.i
    if words[mention.i : mention.i + 2] in (["there", "is"], ["there", "are"]):
        before = mentions[index - 1] if index else None
        return -1 if before is not None and before.kind in ("level", "levelref") else mention.i
    if words[mention.i - 2 : mention.i] == ["i", "do"] or (words[mention.i] == "do" and words[mention.i - 1] == "i"):
        return mention.i
    if mention.kind == "site" and words[mention.i] == "the" and words[mention.i - 1] not in ("of", "and", "with"):
        return mention.i
    return -1


def _is_list_number(words: list[str], index: int, current: Sentence) -> bool:
    return index == current.i + 1 and words[current.i].isdigit() and len(words[current.i]) < 3
