"""Scores on reports with gold labels whose line ends were spoilt as archives spoil them."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import partial

from deepspine.experiments.benchmarks.labeling.gold_sets import GoldSet
from deepspine.labeling import tables

Spoil = Callable[[str], str]


def _spelt(sign: str) -> Spoil:
    return lambda text: text.replace("\n", sign)


def _in_one_line(text: str) -> str:
    return re.sub(r"\s*\n\s*", " ", text.strip())


def _wrapped(text: str, *, width: int) -> str:
    lines = (textwrap.wrap(line, width, break_long_words=False, break_on_hyphens=False) for line in text.split("\n"))
    return "\n".join("\n".join(line) for line in lines)


LAYOUTS: Mapping[str, Spoil] = {
    "as it came": str,
    r"\n": _spelt("\\n"),
    r"\r\n": _spelt("\\r\\n"),
    "_x000D_ before each": _spelt("_x000D_\n"),
    "&lt;br&gt;": _spelt("&lt;br&gt;"),
    "all lost, one line": _in_one_line,
    "semicolons": _spelt("; "),
    "bars": _spelt(" | "),
    "doubled": _spelt("\n\n"),
    **{f"wrapped at {width}": partial(_wrapped, width=width) for width in (100, 80, 72, 60, 50, 40)},
}
"""What becomes of the line ends, by its name in the docs."""


def layout_scores(sets: Collection[GoldSet]) -> Iterator[tuple[str, dict[str, float]]]:
    """Yield each layout with the micro F1 of every set of reports in it."""
    for name, spoil in LAYOUTS.items():
        spoilt = {one.name: {key: spoil(text) for key, text in one.texts.items()} for one in sets}
        yield name, {one.name: one.score(tables.label_texts(spoilt[one.name])).micro_f1 for one in sets}
