"""Repair of misspelt domain words, guarded so that real words stay as they are.

A token that the lexicon does not know is compared with the lexicon's words by edits (insertion, deletion, substitution,
transposition of neighbours). Candidates come from an index of deletions, built once; results are kept per token, so a
repeated slip costs a dictionary look-up. `rules/spelling.yaml` lists real words that must never be repaired.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from importlib.resources import files
from itertools import combinations

import yaml

MIN_LENGTH = 5
"""Shorter tokens have too many neighbours."""

TWO_EDITS_LENGTH = 8
"""From this length on two slips are repaired, below one, and one letter may stand for another."""

MAX_LENGTH = 24
GLUED_LENGTH = 9
MIN_PART = 4
CACHE_SIZE = 200_000
SHORT_FRONT, SHORT_BACK = ("and", "no"), ("the", "of")
"""Short words that are run together with a longer one of the lexicon: "andexit", "compressingthe"."""

COMBINING = frozenset(("antero",))
"""Words of the lexicon that are no word of two glued ones, but begin a direction: "anterosuperiorly"."""

_ENDINGS = frozenset(
    [
        "s",
        "es",
        "ed",
        "d",
        "e",
        "ing",
        "ion",
        "ions",
        "ive",
        "al",
        "ic",
        "y",
        "ity",
        "er",
        "or",
        "ly",
        "ous",
        "ent",
        "ant",
        "r",
        "al",
        "ian",
    ]
) | {""}


class Speller:
    """Repairs tokens towards a vocabulary.

    Parameters
    ----------
    vocabulary
        Words to repair towards.
    guarded
        Other words that are right as they are: the rest of the lexicon, and real words to leave alone.

    Examples
    --------
    >>> speller = Speller({"protrusion", "foraminal"}, {"profusion"})
    >>> speller.repair("protruion"), speller.repair("profusion"), speller.repair("kidneys")
    ('protrusion', 'profusion', 'kidneys')
    """

    def __init__(self, vocabulary: Iterable[str], guarded: Iterable[str]) -> None:
        self.words = frozenset(word for word in vocabulary if len(word) >= MIN_LENGTH and word.isalpha())
        self.known = frozenset(vocabulary) | frozenset(guarded)
        self._index: dict[str, list[str]] = {}
        for word in sorted(self.words):
            for form in _deletions(word, _reach(word)):
                self._index.setdefault(form, []).append(word)
        self.expansions = expansions()
        self._cache: dict[str, str] = {}

    def repair(self, word: str) -> str:
        """Return the word meant, or the word itself."""
        if word in self.known or not MIN_LENGTH <= len(word) <= MAX_LENGTH:
            return word
        if not word.isalpha():
            return word[:-2] if word.endswith("'s") and word[:-2] in self.words else word
        repaired = self._cache.get(word)
        if repaired is None:
            repaired = self._nearest(word)
            if repaired == word and len(word) >= GLUED_LENGTH:
                repaired = self._unglued(word)
            if len(self._cache) < CACHE_SIZE:
                self._cache[word] = repaired
        return repaired

    def _unglued(self, word: str) -> str:
        """Split a word that is two known ones written together ("notedslightly")."""
        for place in range(MIN_PART, len(word) - MIN_PART + 1):
            front, back = word[:place], word[place:]
            if front in self.known and back in self.known and front not in COMBINING:
                return f"{front} {back}"
        return self._without_short(word)

    def _without_short(self, word: str) -> str:
        """Split a short word off one of the lexicon ("compressingthe")."""
        for front in SHORT_FRONT:
            if word.startswith(front) and word[len(front) :] in self.words:
                return f"{front} {word[len(front) :]}"
        for back in SHORT_BACK:
            if word.endswith(back) and word[: -len(back)] in self.words:
                return f"{word[: -len(back)]} {back}"
        return word

    def _nearest(self, word: str) -> str:
        reach = _reach(word)
        best, best_cost = word, (reach + 1, 0, "")
        seen = set()
        for form in _deletions(word, reach):
            for candidate in self._index.get(form, ()):
                if candidate in seen or abs(len(candidate) - len(word)) > reach:
                    continue
                seen.add(candidate)
                edits = distance(word, candidate)
                if edits > min(reach, _reach(candidate)) or _changes_inflection(word, candidate):
                    continue
                if _is_likely_another(word, candidate, edits):
                    continue
                cost = (edits, int(candidate[0] != word[0]), candidate)
                if cost < best_cost:
                    best, best_cost = candidate, cost
        return best


def _is_likely_another(word: str, candidate: str, edits: int) -> bool:
    """Whether two words differ as real ones do: "wrapping" from "trapping", "asymmetrical" from "symmetrical".

    Letters that are lost, doubled or swapped seldom make a word; one that stands for another does in short words and
    at the front, two do in long ones as well, and a letter more at the front is a prefix.
    """
    other_front = candidate[0] != word[0]
    unsure = edits > 1 or len(word) < TWO_EDITS_LENGTH
    if other_front and (unsure or candidate == word[1:]):
        return True
    return (unsure or other_front) and distance(word, candidate, substitution=2) > edits


def _changes_inflection(word: str, candidate: str) -> bool:
    """Whether the two differ by a regular ending only: such a word is real, and the lexicon lists what it needs.

    No adverb ends in a bare "y": "mildy" is meant for "mildly".
    """
    if candidate.endswith("ly") and word == f"{candidate[:-2]}y":
        return False
    shared = 0
    for first, second in zip(word, candidate, strict=False):
        if first != second:
            break
        shared += 1
    return word[shared:] in _ENDINGS and candidate[shared:] in _ENDINGS


def _reach(word: str) -> int:
    return 2 if len(word) >= TWO_EDITS_LENGTH else 1


def _deletions(word: str, count: int) -> set[str]:
    forms = {word}
    for deleted in range(1, count + 1):
        for places in combinations(range(len(word)), deleted):
            forms.add("".join(letter for place, letter in enumerate(word) if place not in places))
    return forms


def distance(first: str, second: str, *, substitution: int = 1) -> int:
    """Count edits between two words, a swap of neighbours being one (optimal string alignment).

    Parameters
    ----------
    first, second
        The words.
    substitution
        What a letter for another costs.

    Examples
    --------
    >>> distance("stensois", "stenosis"), distance("bulge", "bulge")
    (1, 0)
    >>> distance("stenosas", "stenosis"), distance("stenosas", "stenosis", substitution=2)
    (1, 2)
    """
    before: list[int] = []
    previous = list(range(len(second) + 1))
    for i, letter in enumerate(first, start=1):
        current = [i]
        for j, other in enumerate(second, start=1):
            cost = min(previous[j] + 1, current[j - 1] + 1, previous[j - 1] + substitution * (letter != other))
            if i > 1 and j > 1 and letter == second[j - 2] and first[i - 2] == other:
                cost = min(cost, before[j - 2] + 1)
            current.append(cost)
        before, previous = previous, current
    return previous[-1]


@lru_cache(maxsize=1)
def guarded_words() -> frozenset[str]:
    """Read the real words that must never be repaired."""
    text = (files("deepspine.labeling") / "rules" / "spelling.yaml").read_text(encoding="utf-8")
    content = yaml.load(text, Loader=yaml.CBaseLoader)
    return frozenset(word for line in content["guarded"] for word in line.split())


@lru_cache(maxsize=1)
def expansions() -> dict[str, str]:
    """Read the abbreviations and contractions that stand for several words."""
    text = (files("deepspine.labeling") / "rules" / "spelling.yaml").read_text(encoding="utf-8")
    return dict(yaml.load(text, Loader=yaml.CBaseLoader)["expansions"])
