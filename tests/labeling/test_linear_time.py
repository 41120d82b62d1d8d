"""Time grows no faster than the text, whatever the text holds."""

import gc
import time

import pytest

from deepspine.labeling.pipeline import Labeler

SMALL, LARGE = 125_000, 1_000_000
TOLERANCE = 2.0
"""Allowed on top of the ratio of lengths: clocks and caches are noisy."""

ADVERSARIAL = {
    "one letter": "a",
    "brackets": "(((((",
    "levels": "L4-5, ",
    "grades": "mild to ",
    "negations": "no ",
    "heads without end": "mild left canal and ",
    "open verbs": "compressing ",
    "open phrases": "loss of the normal ",
    "unclosed tags": "<br <b <",
    "slashes": "/",
    "lines": "L4-5: bulge\n",
    "line ends": "\n",
    "misspelt": "stenosiz protrussion ",
    "pipes": "|a",
}


def seconds(labeler: Labeler, text: str) -> float:
    gc.collect()
    gc.disable()
    start = time.process_time()
    labeler.raw(text)
    spent = time.process_time() - start
    gc.enable()
    return spent


@pytest.mark.parametrize("pattern", ADVERSARIAL.values(), ids=ADVERSARIAL.keys())
def test_a_megabyte_takes_at_most_linear_time(labeler: Labeler, pattern: str) -> None:
    small = max(seconds(labeler, (pattern * SMALL)[:SMALL]), 0.02)
    large = seconds(labeler, (pattern * LARGE)[:LARGE])
    assert large < TOLERANCE * small * LARGE / SMALL
