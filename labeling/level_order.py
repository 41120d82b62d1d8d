"""Vertebrae and disc levels by their place in the spine: which one a token names, and which lie above or below."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache

from deepspine.data.levels import LUMBAR_LEVELS, Level

LEVELS = tuple(Level)
INDEX = {level.value: index for index, level in enumerate(LEVELS)}
LUMBAR = tuple(INDEX[level] for level in LUMBAR_LEVELS)

SEQUENCE = tuple(f"C{n}" for n in range(1, 8)) + tuple(f"T{n}" for n in range(1, 13)) + (
    "L1", "L2", "L3", "L4", "L5", "S1", "S2",
)  # fmt: skip
"""All vertebrae that a report may name, from above."""

_VERTEBRA = re.compile(r"([cdls]|th?)[v -]?\.?(\d{1,2})$")
_POINTED = re.compile(r"l(\d)\.(\d)$")

OF_PAIR = frozenset(("former", "latter", "upper", "lower"))
PAIR = 2
"""Phrases that point to one of two levels, and how many these are."""

ENDS = {"highest": min, "lowest": max}
"""Phrases that point to the first or last of several levels, or of the lumbar spine, and which of them."""

OF_SEVERAL = OF_PAIR | set(ENDS)


@lru_cache(maxsize=4096)
def vertebra(word: str) -> str | None:
    """Return the vertebra that a token names (`l4` to `L4`, `d12` and `th12` to `T12`), or None."""
    match = _VERTEBRA.match(_POINTED.sub(r"l\1\2", word))
    if match is None:
        return None
    letter, number = match.group(1)[0].upper(), int(match.group(2))
    return f"{'T' if letter == 'D' else letter}{number}"


def beyond(levels: Collection[int], direction: str) -> tuple[int, ...]:
    """Return the lumbar levels `above` or `below` all of some."""
    if direction == "above":
        return tuple(level for level in LUMBAR if level < min(levels))
    return tuple(level for level in LUMBAR if level > max(levels))


def next_to(levels: Collection[int], direction: str) -> tuple[int, ...]:
    """Return the level right `above` or `below` some; empty where none is labelled.

    Examples
    --------
    >>> [str(LEVELS[level]) for level in next_to([INDEX["L3-L4"], INDEX["L4-L5"]], "below")]
    ['L5-S1']
    """
    order = (INDEX["T12-L1"], *LUMBAR)
    end, step = (min(levels), -1) if direction == "above" else (max(levels), 1)
    place = order.index(end) + step if end in order else -1
    return order[place : place + 1] if place >= 0 else ()


def one_of_pair(which: str, pair: tuple[int, ...]) -> tuple[int, ...]:
    """Return the one of two levels that `former`, `latter`, `upper` or `lower` points to."""
    return ({"former": pair[0], "latter": pair[-1], "upper": min(pair), "lower": max(pair)}[which],)


def lumbar_down_to(level: int) -> tuple[int, ...]:
    """Return the lumbar levels from the first down to one."""
    return tuple(other for other in LUMBAR if other <= level)


@lru_cache(maxsize=64)
def beyond_vertebra(name: str, direction: str) -> tuple[int, ...]:
    """Return the lumbar levels `above` or `below` a vertebra: those above L4 end with L3-L4.

    Examples
    --------
    >>> [str(LEVELS[level]) for level in beyond_vertebra("L4", "below")]
    ['L4-L5', 'L5-S1']
    """
    if name not in SEQUENCE:
        return ()
    place = SEQUENCE.index(name)
    ends = {level: [SEQUENCE.index(end) for end in LEVELS[level].value.split("-")] for level in LUMBAR}
    if direction == "above":
        return tuple(level for level, (_, lower) in ends.items() if lower <= place)
    return tuple(level for level, (upper, _) in ends.items() if upper >= place)
